//! Random kills: real processes of `usher` in several workspaces at once are ended by SIGKILL again and again, while the vendor drops the answers
//! to some writes after their effect. Nothing may be lost, and nothing written twice without a read between.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use usher_sandbox::fault::{Attempt, Fault, Faults, Order, Phase};
use usher_sandbox::scim::Scim;
use usher_sandbox::wire::Running;

use crate::scene::{Wrong, make};

/// Accounts that each run takes away.
const LEAVERS: usize = 30;
/// People of each workspace.
const PEOPLE: usize = 45;
/// Of so many writes' answers one is lost, about.
const DROPPED: u64 = 15;
/// A run that needs more restarts than this does not come forward.
const RESTARTS: u64 = 400;

/// What is asked for.
pub struct Kills {
    /// The program.
    pub usher: PathBuf,
    /// Kills, at least; every run that was begun is ended.
    pub kills: u64,
    /// Where each workspace keeps its store, by its number.
    pub store: Box<dyn Fn(u64) -> Result<String, Wrong> + Send + Sync>,
    /// The same seed draws the same waits and losses.
    pub seed: u64,
    /// Workspaces at once.
    pub at_once: u64,
    /// Processes that work on one run at a time: more than one are workers.
    pub workers: u64,
}

/// What was seen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Processes that were killed.
    pub kills: u64,
    /// Steps of runs that ended.
    pub steps: u64,
    /// Answers that the vendor dropped.
    pub dropped: u64,
    /// Approved steps without their outcome, or with one that the vendor's state denies; accounts of others that were touched.
    pub lost: u64,
    /// Writes to an account without a read of it since the last.
    pub repeated: u64,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kills {}, steps {}, lost {}, repeated {}", self.kills, self.steps, self.lost, self.repeated)
    }
}

/// Runs workspace after workspace until there were enough kills.
///
/// # Errors
/// What kept it from trying. What it tried and saw is in [`Seen`].
pub async fn kills(ask: &Kills) -> Result<Seen, Wrong> {
    let (killed, next) = (AtomicU64::new(0), AtomicU64::new(0));
    let each = (0..ask.at_once).map(async |_| {
        let mut seen = Seen::default();
        while killed.load(Ordering::SeqCst) < ask.kills {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let one = workspace(ask, number, &killed).await?;
            seen.kills += one.kills;
            seen.steps += one.steps;
            seen.dropped += one.dropped;
            seen.lost += one.lost;
            seen.repeated += one.repeated;
        }
        Ok::<Seen, Wrong>(seen)
    });
    let mut all = Seen::default();
    for seen in futures_util::future::join_all(each).await {
        let seen = seen?;
        all.kills += seen.kills;
        all.steps += seen.steps;
        all.dropped += seen.dropped;
        all.lost += seen.lost;
        all.repeated += seen.repeated;
    }
    Ok(all)
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below.max(1)
    }
}

async fn workspace(ask: &Kills, number: u64, killed: &AtomicU64) -> Result<Seen, Wrong> {
    let mut dice = Dice(ask.seed.wrapping_add(number.wrapping_mul(0x5851_f42d_4c95_7f2d)));
    let dir = tempfile::tempdir()?;
    let lost = (1..=200).filter(|_| dice.roll(100) < DROPPED);
    let faults = Faults::new(
        lost.map(|nth| Order { attempt: Attempt::Nth(nth), ..Order::first("PATCH */Users/*", Phase::AfterEffect, Fault::Drop) }),
    )?;
    let server = make(dir.path(), PEOPLE, LEAVERS, &(ask.store)(number)?, faults).await?;
    let usher = |args: &[&str]| {
        let mut command = Command::new(&ask.usher);
        command.args(args).args(["--format", "json"]).current_dir(dir.path());
        command
    };
    let plan = {
        json(usher(&["read"])).await?;
        let plan = json(usher(&["plan"])).await?;
        plan["digest"].as_str().ok_or("the plan has no digest")?.to_owned()
    };
    json(usher(&["approve", &plan, "--key", "key"])).await?;
    if ask.workers > 1 {
        json(usher(&["apply", &plan, "--detach"])).await?;
    }
    let mut seen = Seen::default();
    for restart in 0.. {
        if restart > RESTARTS {
            seen.lost += LEAVERS as u64;
            break;
        }
        let patience = Duration::from_millis(20 + dice.roll(180));
        let spare = killed.load(Ordering::SeqCst) < ask.kills;
        let ended = if ask.workers > 1 {
            let workers: Vec<_> = (0..ask.workers).map(|_| spawn(usher(&["worker", "--once"]))).collect::<Result<_, _>>()?;
            let mut ended = 0;
            for (n, child) in workers.into_iter().enumerate() {
                // One in three is left alone.
                let dies = spare && !(n as u64 + restart).is_multiple_of(3);
                ended += u64::from(!finish(child, dies.then_some(patience)).await?);
            }
            let gone = ask.workers - ended;
            seen.kills += gone;
            killed.fetch_add(gone, Ordering::SeqCst);
            let runs = json(usher(&["run", "list"])).await?;
            runs["runs"][0]["state"] == "ended"
        } else {
            let child = spawn(usher(&["apply", &plan]))?;
            let gone = finish(child, spare.then_some(patience)).await?;
            seen.kills += u64::from(gone);
            killed.fetch_add(u64::from(gone), Ordering::SeqCst);
            !gone
        };
        if ended {
            break;
        }
    }
    judge(&mut seen, &json(usher(&["run", "list"])).await?, &server);
    if seen.lost + seen.repeated > 0 {
        // What is wrong is kept for whoever looks into it.
        let kept = dir.keep();
        std::fs::write(kept.join("vendor.log"), format!("{:#?}", server.log().entries()))?;
        return Err(format!("{seen} in workspace {number} of seed {}: kept in {}", ask.seed, kept.display()).into());
    }
    Ok(seen)
}

fn spawn(mut command: Command) -> Result<std::process::Child, Wrong> {
    Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
}

/// Waits for a process, at most so long; true: it was killed.
async fn finish(mut child: std::process::Child, patience: Option<Duration>) -> Result<bool, Wrong> {
    tokio::task::spawn_blocking(move || {
        let Some(patience) = patience else { return Ok(child.wait().map(|_| false)?) };
        std::thread::sleep(patience);
        if child.try_wait()?.is_some() {
            return Ok(false);
        }
        child.kill()?;
        child.wait()?;
        Ok(true)
    })
    .await?
}

async fn json(mut command: Command) -> Result<Value, Wrong> {
    let output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output()).await??;
    serde_json::from_slice(&output.stdout).map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// Holds what usher says against what the vendor has and what it was asked.
fn judge(seen: &mut Seen, runs: &Value, server: &Running<Scim>) {
    let outcomes = &runs["runs"][0]["outcomes"];
    let count = |word: &str| outcomes[word].as_u64().unwrap_or(0);
    seen.steps += LEAVERS as u64;
    seen.lost += (LEAVERS as u64).saturating_sub(count("confirmed") + count("already"));
    let mut wanted: Vec<String> = (0..LEAVERS).map(|n| format!("person{n}@corp.example")).collect();
    wanted.sort();
    let off = server.state().inactive();
    seen.lost += wanted.iter().filter(|name| !off.contains(name)).count() as u64;
    seen.lost += off.iter().filter(|name| !wanted.contains(name)).count() as u64;
    // By path: a read of everybody is one of each.
    let mut unread: HashMap<String, bool> = HashMap::new();
    for entry in server.log().entries() {
        let account = Path::new(&entry.path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match entry.method.as_str() {
            "GET" if account == "Users" => unread.clear(),
            "GET" => {
                unread.remove(&account);
            }
            _ => seen.repeated += u64::from(unread.insert(account, true).is_some()),
        }
    }
    seen.dropped += server.faults().fired().iter().map(|(_, times)| u64::from(*times)).sum::<u64>();
}

/// Makes an empty database and gives its address.
///
/// # Errors
/// What the server says.
pub fn database(server: &str, name: &str) -> Result<String, Wrong> {
    let (url, sql) = (format!("{server}/postgres"), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    let make = format!("CREATE DATABASE {name}");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
            let driven = tokio::spawn(connection);
            client.batch_execute(&sql).await?;
            client.batch_execute(&make).await?;
            drop(client);
            driven.await??;
            Ok::<(), Wrong>(())
        })
    })
    .join()
    .map_err(|_| "the database could not be made")??;
    Ok(format!("{server}/{name}"))
}
