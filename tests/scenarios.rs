//! Scenarios as data: what happens to a company, step by step, and what usher must have done. One file a scenario in `scenarios/`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use usher_domain::digest::Digest;
use usher_domain::message::Choice;
use usher_domain::run::End;
use usher_domain::yaml;
use usher_engine::plan::PlanAsk;
use usher_sandbox::fault::Order;

use crate::laps::{Account, Person, World};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows, one sentence.
    #[serde(rename = "shows")]
    _shows: String,
    people: Vec<Person>,
    #[serde(default)]
    accounts: Vec<Account>,
    #[serde(default = "ana")]
    approvers: Vec<String>,
    #[serde(default = "policy")]
    policy: String,
    steps: Vec<Do>,
}

fn ana() -> Vec<String> {
    vec!["ana@corp.example".into()]
}

fn policy() -> String {
    "approvals:\n  - {when: \"true\", need: 1, from: leads}\n".into()
}

/// What happens next.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Do {
    /// Instances are read; `guard: true`: a guard must stop it.
    Read(Read),
    /// Findings by rule, all of them.
    Findings(BTreeMap<String, u64>),
    /// A plan is made.
    Plan(Plan),
    /// Somebody approves the newest plan.
    Approve(Decide),
    /// Somebody rejects it.
    Reject(Decide),
    /// HR changes a person: number, and what changes.
    People(BTreeMap<String, Change>),
    /// HR sends only so many rows.
    CutPeople(usize),
    /// Somebody changes an account at the app.
    Account(BTreeMap<String, serde_json::Map<String, serde_json::Value>>),
    /// The app does something odd.
    Fault(Order),
    /// The newest plan is carried out; the outcomes, all of them.
    Apply(Apply),
    /// Somebody holds the newest run; another process does it.
    Pause(String),
    /// Somebody lets it go on; the outcomes, all of them.
    Resume(Apply),
    /// Somebody ends it; the outcomes, all of them.
    Cancel(Apply),
    /// The plan's run is opened and left to workers.
    Detach,
    /// So many workers at once take what is due, until nothing is.
    Work(usize),
    /// How the newest run stands.
    Run(Apply),
    /// Another process opens the workspace.
    Reopen,
    /// The configuration changes: text to replace, and by what.
    Config(BTreeMap<String, String>),
    /// Who is switched off at the app, exactly.
    Off(Vec<String>),
    /// How often the app was written to, exactly.
    Writes(usize),
    /// Evidence is exported and holds.
    Evidence,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Read {
    instances: Vec<String>,
    guard: bool,
    incomplete: Vec<String>,
    accept_shrink: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Plan {
    steps: usize,
    stopped: Option<String>,
    overrides: Vec<String>,
    by: Option<String>,
    plans: Option<usize>,
    left_out: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    by: String,
    #[serde(default)]
    refused: Option<String>,
    #[serde(default)]
    open: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    status: String,
    #[serde(default)]
    last_day: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Apply {
    refused: Option<String>,
    outcomes: BTreeMap<String, u64>,
    state: Option<String>,
}

async fn play(path: &Path) {
    let text = std::fs::read_to_string(path).expect("the scenario is there");
    let scenario: Scenario = yaml::from_str(yaml::WORKSPACE, path, &text).unwrap_or_else(|e| panic!("{e} {:?} {:?}", e.place, e.hint));
    let mut world = World::new(scenario.people, &scenario.accounts, &scenario.approvers, &scenario.policy).await;
    let mut plan: Option<Digest> = None;
    for (n, step) in scenario.steps.iter().enumerate() {
        let at = format!("{} step {}: {step:?}", path.display(), n + 1);
        one(&mut world, step, &mut plan, &at).await;
    }
    assert_eq!(world.faults.unfired(), vec![], "{}: every ordered fault must fire", path.display());
}

async fn one(world: &mut World, step: &Do, plan: &mut Option<Digest>, at: &str) {
    match step {
        Do::Read(read) => {
            let done = world.usher.read(&read.instances, read.accept_shrink).await.unwrap_or_else(|e| panic!("{at}: {e}"));
            assert!(done.failed.is_empty(), "{at}: {:?}", done.failed);
            assert_eq!(done.guard().is_some(), read.guard, "{at}: {:?}", done.lap.people.verdicts);
            let incomplete: Vec<String> = done.snapshots.iter().filter(|s| !s.complete()).map(|s| s.instance.clone()).collect();
            assert_eq!(incomplete, read.incomplete, "{at}: {:?}", done.snapshots.iter().map(|s| &s.gaps).collect::<Vec<_>>());
        }
        Do::Findings(wanted) => {
            let lap = world.usher.lap(&[]).await.unwrap_or_else(|e| panic!("{at}: {e}"));
            let mut found: BTreeMap<String, u64> = BTreeMap::new();
            for f in &lap.findings {
                *found.entry(f.rule.word().to_owned()).or_default() += 1;
            }
            assert_eq!(&found, wanted, "{at}");
        }
        Do::Plan(wanted) => {
            let ask = PlanAsk { overrides: wanted.overrides.clone(), by: wanted.by.clone(), ..PlanAsk::default() };
            let planned = world.usher.plan(&ask).await.unwrap_or_else(|e| panic!("{at}: {e}"));
            let tripped: Vec<&str> =
                planned.guards.iter().filter(|g| g.outcome == usher_reconcile::guard::Outcome::Tripped).map(|g| g.rule.as_str()).collect();
            assert_eq!(tripped, wanted.stopped.iter().map(String::as_str).collect::<Vec<_>>(), "{at}");
            assert_eq!(planned.plans.iter().map(|p| p.plan.steps().len()).sum::<usize>(), wanted.steps, "{at}: {:?}", planned.left_out);
            if let Some(plans) = wanted.plans {
                assert_eq!(planned.plans.len(), plans, "{at}");
            }
            if let Some(left_out) = wanted.left_out {
                assert_eq!(planned.left_out.len(), left_out, "{at}: {:?}", planned.left_out);
            }
            *plan = planned.digest().or(*plan);
        }
        Do::Approve(decide) => decided(world, plan, decide, Choice::Approve, at).await,
        Do::Reject(decide) => decided(world, plan, decide, Choice::Reject, at).await,
        Do::People(changes) => {
            for (number, change) in changes {
                let person = world.people.iter_mut().find(|p| &p.number == number).unwrap_or_else(|| panic!("{at}: no {number}"));
                person.status.clone_from(&change.status);
                person.last_day.clone_from(&change.last_day);
            }
            world.write_people();
        }
        Do::CutPeople(rows) => {
            world.people.truncate(*rows);
            world.write_people();
        }
        Do::Account(changes) => {
            for (login, change) in changes {
                let changed = world.server.state().change_user(login, |user| user.extend(change.clone()));
                assert!(changed, "{at}: no account {login}");
            }
        }
        Do::Fault(order) => world.faults.order(order.clone()).unwrap_or_else(|e| panic!("{at}: {e}")),
        Do::Apply(wanted) => apply(world, plan, wanted, at).await,
        Do::Pause(by) => {
            let other = crate::laps::open(world.dir.path()).await.unwrap_or_else(|e| panic!("{at}: {e}"));
            other.pause(&newest(world).await, by).await.unwrap_or_else(|e| panic!("{at}: {e}"));
        }
        Do::Resume(wanted) => ordered(world.usher.resume(&newest(world).await, "ana@corp.example").await, wanted, at),
        Do::Cancel(wanted) => ordered(world.usher.cancel(&newest(world).await, "ana@corp.example", "a test").await, wanted, at),
        Do::Detach => {
            let digest = plan.unwrap_or_else(|| panic!("{at}: there is no plan"));
            world.usher.begin_run(digest).await.unwrap_or_else(|e| panic!("{at}: {e}"));
        }
        Do::Work(workers) => work(world, *workers, at).await,
        Do::Run(wanted) => {
            let line = world.usher.runs().await.unwrap_or_else(|e| panic!("{at}: {e}")).remove(0);
            let ends: BTreeMap<String, u64> = line.ends.iter().map(|(end, n)| (end.word().to_owned(), *n)).collect();
            assert_eq!((&ends, wanted.state.as_deref().unwrap_or(line.state)), (&wanted.outcomes, line.state), "{at}");
        }
        Do::Reopen => world.reopen().await,
        Do::Config(changes) => {
            let path = world.dir.path().join("usher.yaml");
            let mut text = std::fs::read_to_string(&path).expect("there");
            for (from, to) in changes {
                assert!(text.contains(from), "{at}: {from} is not in usher.yaml");
                text = text.replace(from, to);
            }
            std::fs::write(path, text).expect("written");
            world.reopen().await;
        }
        Do::Off(wanted) => {
            let mut off = world.server.state().inactive();
            off.sort();
            assert_eq!(&off, wanted, "{at}");
        }
        Do::Writes(wanted) => {
            let writes = world.server.log().writes().len();
            assert_eq!(writes, *wanted, "{at}");
        }
        Do::Evidence => {
            let out = world.dir.path().join(format!("bundle-{}", world.usher.now().micros()));
            world.usher.export(&out, "a test").await.unwrap_or_else(|e| panic!("{at}: {e}"));
        }
    }
}

async fn decided(world: &World, plan: &Option<Digest>, decide: &Decide, choice: Choice, at: &str) {
    let digest = plan.unwrap_or_else(|| panic!("{at}: there is no plan"));
    match (world.decide(&digest, &decide.by, choice).await, &decide.refused) {
        (Ok(open), None) => assert_eq!(open, decide.open, "{at}"),
        (Err(e), Some(code)) => assert_eq!(e.code, code, "{at}: {e}"),
        (Ok(_), Some(code)) => panic!("{at}: taken, {code} expected"),
        (Err(e), None) => panic!("{at}: {e}"),
    }
}

async fn apply(world: &World, plan: &Option<Digest>, wanted: &Apply, at: &str) {
    let digest = plan.unwrap_or_else(|| panic!("{at}: there is no plan"));
    let target = world.usher.target(&[digest.to_string()]).await.unwrap_or_else(|e| panic!("{at}: {e}"));
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let mut state = String::new();
    for plan in &target.plans {
        match (world.usher.apply(plan.digest()).await, &wanted.refused) {
            (Ok(applied), None) => {
                for (end, n) in &applied.ends {
                    *ends.entry(End::word(*end).to_owned()).or_default() += n;
                }
                applied.state.clone_into(&mut state);
            }
            (Err(e), Some(code)) => assert_eq!(e.code, code, "{at}: {e}"),
            (Ok(_), Some(code)) => panic!("{at}: applied, {code} expected"),
            (Err(e), None) => panic!("{at}: {e}"),
        }
    }
    assert_eq!(ends, wanted.outcomes, "{at}");
    if let Some(wanted) = &wanted.state {
        assert_eq!(&state, wanted, "{at}");
    }
}

/// The name of the newest run.
async fn newest(world: &World) -> String {
    world.usher.runs().await.expect("runs").first().expect("there is a run").run.clone()
}

fn ordered(done: Result<usher_engine::apply::Applied, usher_domain::diagnostic::Diagnostic>, wanted: &Apply, at: &str) {
    match (done, &wanted.refused) {
        (Ok(applied), None) => {
            let ends: BTreeMap<String, u64> = applied.ends.iter().map(|(end, n)| (end.word().to_owned(), *n)).collect();
            assert_eq!(ends, wanted.outcomes, "{at}: {:?}", applied.stopped);
            if let Some(state) = &wanted.state {
                assert_eq!(applied.state, state, "{at}");
            }
        }
        (Err(e), Some(code)) => assert_eq!(e.code, code, "{at}: {e}"),
        (done, _) => panic!("{at}: {done:?}"),
    }
}

/// Each worker opens the workspace for itself, as another process does.
async fn work(world: &World, workers: usize, at: &str) {
    let each = (0..workers).map(async |n| {
        let usher = crate::laps::open(world.dir.path()).await.unwrap_or_else(|e| panic!("{at}: {e}"));
        let worker =
            usher_engine::worker::Worker { name: format!("worker-{n}"), lanes: 2, once: true, drain: std::time::Duration::from_secs(30) };
        usher.work(&worker, &tokio_util::sync::CancellationToken::new()).await.unwrap_or_else(|e| panic!("{at}: {e}"));
    });
    futures_util::future::join_all(each).await;
}

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            play(&crate::binary::folder("scenarios").join(concat!(stringify!($name), ".yaml"))).await;
        })*

        #[test]
        fn every_scenario_is_played() {
            let known = [$(stringify!($name)),*];
            for entry in std::fs::read_dir(crate::binary::folder("scenarios")).expect("there").flatten() {
                let name = entry.path();
                if name.extension().is_some_and(|e| e == "yaml") {
                    let stem = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    assert!(known.contains(&stem.as_str()), "{stem} is not in the list of tests/scenarios.rs");
                }
            }
        }
    };
}

scenarios!(
    approval_rules,
    cancelled_and_not_readable,
    cancelled_half_way,
    half_a_people_file,
    joiner,
    leaver,
    lost_answer,
    left_to_workers,
    override_names_whom_it_frees,
    paused_and_resumed,
    rejected,
    resignation_taken_back,
    stale_account,
    stale_configuration,
    too_many_removals,
);
