//! `usher apply`

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::run::{End, StepState};
use usher_engine::apply::Applied;

use super::{Opened, open};
use crate::args::Apply;
use crate::render::{LIST, Look, Screen, column, complain, local, number, paint, took};

pub(crate) async fn run(what: &Apply, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let target = usher.target(std::slice::from_ref(&what.plan)).await?;
    let plans: Vec<Digest> = target.plans.iter().map(|p| p.digest()).collect();
    if what.detach { detach(&usher, &plans, screen).await } else { go(&usher, &plans, screen).await }
}

/// Opens runs and leaves them to workers.
async fn detach(usher: &Opened, plans: &[Digest], screen: Screen) -> Result<Exit, Diagnostic> {
    let mut runs = Vec::new();
    for plan in plans {
        runs.push((usher.begin_run(*plan).await?, *plan));
    }
    usher.quiet();
    if screen.json() {
        let runs: Vec<Value> = runs.iter().map(|(run, plan)| json!({"run": run, "plan": plan.to_string(), "state": "running"})).collect();
        screen.document(&json!({"version": 1, "runs": runs, "outcomes": outcomes(&BTreeMap::new(), 0)}));
        return Ok(Exit::Done);
    }
    for (run, plan) in &runs {
        screen.line(&format!("Run {} of plan {} waits for a worker", paint(Look::Strong, run), plan.short()));
    }
    screen.next(&[("usher worker", "carries it out, here or on another machine"), ("usher run list", "how far it is")]);
    Ok(Exit::Done)
}

/// Carries plans out, one after the other, and says how it ended.
pub(crate) async fn go(usher: &Opened, plans: &[Digest], screen: Screen) -> Result<Exit, Diagnostic> {
    let started = Instant::now();
    let mut done: Vec<Applied> = Vec::new();
    let mut refused: Vec<Diagnostic> = Vec::new();
    for plan in plans {
        match usher.apply(*plan).await {
            Ok(applied) => done.push(applied),
            Err(message) => refused.push(message),
        }
    }
    told(usher, &done, refused, started, screen).await
}

/// Says how runs ended, or how far they came.
pub(crate) async fn told(
    usher: &Opened,
    done: &[Applied],
    refused: Vec<Diagnostic>,
    started: Instant,
    screen: Screen,
) -> Result<Exit, Diagnostic> {
    usher.quiet();
    if screen.json() {
        screen.document(&document(done));
    } else {
        for applied in done {
            picture(usher, applied, started, screen).await?;
        }
    }
    let exit = exit(done);
    for applied in done {
        if let Some(message) = &applied.stopped {
            complain(message, "error");
        }
    }
    let mut refused = refused.into_iter();
    if let Some(first) = refused.next() {
        refused.for_each(|m| complain(&m, "error"));
        if done.is_empty() {
            return Err(first);
        }
        complain(&first, "error");
        return Ok(first.exit);
    }
    Ok(exit)
}

/// Numbers of all ends and of what waits, as DESIGN §6a has them.
pub(crate) fn outcomes(ends: &BTreeMap<End, u64>, accepted: u64) -> Value {
    let mut map: serde_json::Map<String, Value> =
        End::ALL.iter().map(|e| (e.word().to_owned(), json!(ends.get(e).copied().unwrap_or(0)))).collect();
    map.insert("accepted".into(), json!(accepted));
    Value::Object(map)
}

fn document(done: &[Applied]) -> Value {
    let mut ends: BTreeMap<End, u64> = BTreeMap::new();
    for (end, n) in done.iter().flat_map(|a| &a.ends) {
        *ends.entry(*end).or_default() += n;
    }
    let runs: Vec<Value> = done.iter().map(|a| json!({"run": a.run, "plan": a.plan.to_string(), "state": a.state})).collect();
    json!({"version": 1, "runs": runs, "outcomes": outcomes(&ends, done.iter().map(|a| a.accepted).sum())})
}

/// 5 is worse than 4: not confirmed means that something is not as the plan wanted.
fn exit(done: &[Applied]) -> Exit {
    let not_confirmed = |a: &Applied| a.ends.iter().any(|(e, n)| *n > 0 && !matches!(e, End::Confirmed | End::Already));
    if done.iter().any(|a| a.stopped.is_some()) {
        Exit::Failed
    } else if done.iter().any(not_confirmed) {
        Exit::NotConfirmed
    } else if done.iter().any(|a| a.accepted > 0) {
        Exit::Waits
    } else {
        Exit::Done
    }
}

pub(crate) fn meaning(end: End) -> (&'static str, Look) {
    match end {
        End::Confirmed => ("read back and as planned", Look::Good),
        End::Already => ("was so before; nothing was written", Look::Good),
        End::Attested => ("a person says so; no read shows it", Look::Warn),
        End::Stale => ("changed since the plan; nothing was written", Look::Warn),
        End::Withdrawn => ("its reason is gone; nothing was written", Look::Warn),
        End::NotAttempted => ("not attempted", Look::Warn),
        End::Failed => ("did not work", Look::Bad),
        End::Unknown => ("nobody can tell; a person must look", Look::Bad),
    }
}

async fn picture(usher: &Opened, applied: &Applied, started: Instant, screen: Screen) -> Result<(), Diagnostic> {
    let verb = match applied.state {
        "ended" => "ended",
        "waiting" => "waits",
        "paused" => "is paused",
        _ => "stopped",
    };
    screen.line(&format!(
        "Run {} of plan {} {verb} after {}",
        paint(Look::Strong, &applied.run),
        applied.plan.short(),
        took(started.elapsed())
    ));
    let view = usher.run(&applied.run).await?;
    for end in End::ALL {
        let n = applied.ends.get(&end).copied().unwrap_or(0);
        if n == 0 {
            continue;
        }
        let (text, look) = meaning(end);
        screen.line(&format!("  {:>5} {} {}", number(n), column(look, end.word(), 14), paint(Look::Faint, text)));
        if matches!(end, End::Confirmed | End::Already) {
            continue;
        }
        let of = view.run.steps.iter().filter(|(_, s)| **s == StepState::Ended(end)).take(LIST);
        for (n, _) in of {
            let step = view.plan.step(*n);
            let account = step.and_then(|s| view.plan.opening(s)).and_then(|o| o.user_name().or(o.native_id())).unwrap_or("");
            let instance = step.map_or("", |s| s.instance.as_str());
            let detail = view.run.details.get(n).map_or("", String::as_str);
            screen.line(&format!("        {}  {}", paint(Look::Plain, &format!("{instance}/{account}")), paint(Look::Faint, detail)));
        }
    }
    if applied.accepted > 0 {
        screen.line(&format!(
            "  {:>5} {} {}",
            number(applied.accepted),
            column(Look::Warn, "accepted", 14),
            paint(Look::Faint, "waits for a person")
        ));
    }
    let mut next: Vec<(String, &str)> = Vec::new();
    if applied.accepted > 0 {
        next.push(("usher task list".into(), "what waits for whom"));
    }
    for (lane, until, why) in usher.waits(&applied.run).await? {
        let until = until.map_or_else(String::new, |at| format!(" until {}", local(at)));
        screen.line(&paint(Look::Faint, &format!("        {lane} waits{until}: {why}")));
    }
    if matches!(applied.state, "running" | "paused") || (applied.state == "waiting" && applied.accepted == 0) {
        next.push((format!("usher run resume {}", applied.run), "goes on where it stopped"));
    }
    if applied.ends.iter().any(|(e, n)| *n > 0 && !matches!(e, End::Confirmed | End::Already)) {
        next.push(("usher read && usher plan".into(), "a new plan for what is left"));
    }
    next.push(("usher evidence export --out evidence --for TEXT".into(), "what an auditor gets"));
    let next: Vec<(&str, &str)> = next.iter().map(|(c, w)| (c.as_str(), *w)).collect();
    screen.next(&next);
    Ok(())
}
