//! `usher plan` and `usher offboard`

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::plan::{Need, Plan as SealedPlan, Step};
use usher_engine::plan::{MadePlan, PlanAsk, Planned};
use usher_reconcile::guard::{GuardVerdict, Outcome};

use super::{Opened, open};
use crate::args::{Offboard, Plan};
use crate::render::{Cell, LIST, Look, Screen, ago, cell, column, count, local, number, paint, row};

pub(crate) async fn run(what: &Plan, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let lap = usher.lap(&[]).await?;
    usher.remember(&lap).await?;
    let mut ask = PlanAsk {
        instances: what.instance.clone(),
        overrides: what.overrides.clone(),
        by: what.by.clone(),
        reason: what.reason.clone(),
        ..PlanAsk::default()
    };
    for name in &what.person {
        ask.persons.push(usher.person(&lap.graph.persons, name)?.id.clone());
    }
    for name in &what.without {
        ask.without.push(usher.person(&lap.graph.persons, name)?.id.clone());
    }
    drop(lap);
    let planned = usher.plan(&ask).await?;
    show(&usher, &planned, what.out.as_deref(), screen)
}

pub(crate) async fn offboard(what: &Offboard, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let planned = usher.offboard(&what.person, what.now, what.by.as_deref(), what.reason.as_deref()).await?;
    show(&usher, &planned, what.out.as_deref(), screen)
}

fn show(usher: &Opened, planned: &Planned, out: Option<&Path>, screen: Screen) -> Result<Exit, Diagnostic> {
    usher.quiet();
    if let Some(out) = out {
        write_out(planned, out)?;
    }
    if screen.json() {
        screen.document(&document(planned));
    } else {
        for made in &planned.plans {
            picture(usher, made, planned, screen);
        }
        tail(planned, screen);
    }
    if planned.stopped() {
        let text = planned.guards.iter().filter(|g| g.outcome == Outcome::Tripped).map(|g| format!("{}: {}", g.instance, g.text));
        let rules: Vec<&str> = planned.guards.iter().filter(|g| g.outcome == Outcome::Tripped).map(|g| g.rule.as_str()).collect();
        return Err(Diagnostic::new("GUARD-002", "a guard stopped the plan", text.collect::<Vec<_>>().join("\n"))
            .hint(format!(
                "look why; if it is right, another plan that says so, signed for: usher plan --override {} --by YOU",
                rules.join(" --override ")
            ))
            .exit(Exit::Guard));
    }
    Ok(Exit::Done)
}

/// The plan as DESIGN §6a has it.
pub(crate) fn document(planned: &Planned) -> Value {
    let digest = planned.digest();
    json!({
        "version": 1,
        "id": digest.map(|d| d.short()),
        "digest": digest.map(|d| d.to_string()),
        "plans": planned.plans.iter().map(plan_json).collect::<Vec<_>>(),
        "guards": planned.guards,
        "left_out": planned.left_out.iter().map(|l| json!({"finding": l.finding, "instance": l.instance, "subject": l.subject, "why": l.why})).collect::<Vec<_>>(),
    })
}

fn need_json(need: &[Need]) -> Value {
    need.iter().map(|n| json!({"count": n.count, "from": n.from, "proof": n.proof.word()})).collect()
}

fn plan_json(made: &MadePlan) -> Value {
    let plan = &made.plan;
    json!({
        "digest": plan.digest().to_string(),
        "id": plan.short(),
        "file": format!("plans/{}.jsonl", plan.digest().hex()),
        "need": need_json(&plan.head().need),
        "steps": plan.steps().iter().map(|s| step_json(plan, s, made.text(s.n))).collect::<Vec<_>>(),
    })
}

pub(crate) fn step_json(plan: &SealedPlan, step: &Step, text: &str) -> Value {
    let opening = plan.opening(step);
    json!({
        "n": step.n,
        "instance": step.instance,
        "action": step.action,
        "stage": step.stage.map(|s| s.word()),
        "why": step.why,
        "person": opening.map(|o| json!({"id": step.subject, "name": o.person_name(), "email": o.person_email()})),
        "account": opening.map(|o| o.account().clone()),
        "expected_before": opening.map(|o| o.before().clone()),
        "expected_after": opening.map(|o| o.after().clone()),
        "because": text,
        "irreversible": step.irreversible,
    })
}

/// The symbol and word of an action: one symbol a meaning, always with its word.
pub(crate) fn symbol(action: &str, by_person: bool) -> (&'static str, Look) {
    match action {
        _ if by_person => ("? task      ", Look::Warn),
        "create_account" => ("+ create    ", Look::Good),
        "invite_account" => ("+ invite    ", Look::Good),
        "grant" => ("+ grant     ", Look::Good),
        "update_account" => ("~ change    ", Look::Plain),
        "reactivate_account" => ("+ reopen    ", Look::Good),
        "suspend_account" => ("- suspend   ", Look::Warn),
        "deactivate_account" => ("- deactivate", Look::Warn),
        "remove_member" | "revoke" => ("- remove    ", Look::Warn),
        "delete_account" => ("x delete    ", Look::Bad),
        _ => ("? unknown   ", Look::Bad),
    }
}

pub(crate) fn needs(need: &[Need]) -> String {
    if need.is_empty() {
        return "nobody".to_owned();
    }
    need.iter().map(|n| format!("{} of {}", n.count, n.from)).collect::<Vec<_>>().join(" and ")
}

/// The most people of a plan that are listed.
const PEOPLE: usize = LIST;

fn picture(usher: &Opened, made: &MadePlan, planned: &Planned, screen: Screen) {
    let plan = &made.plan;
    let instances = plan.head().pins.len() as u64;
    let age = planned.oldest_read.map_or_else(String::new, |t| format!(" from reads {} old", ago(usher.now(), t)));
    screen.line(&format!(
        "Plan {}  for {}, made {}{age}",
        paint(Look::Strong, &plan.short()),
        count(instances, "instance", "instances"),
        local(plan.head().made)
    ));
    screen.line(&paint(Look::Faint, &plan.digest().to_string()));
    let mut by_person: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for step in plan.steps() {
        if !by_person.contains_key(step.subject.as_str()) {
            order.push(&step.subject);
        }
        by_person.entry(&step.subject).or_default().push(step);
    }
    for subject in order.iter().take(PEOPLE) {
        let steps = &by_person[subject];
        screen.line("");
        let opening = steps.first().and_then(|s| plan.opening(s));
        let email = opening.map_or("", |o| o.person_email());
        let name = opening.map_or("", |o| o.person_name());
        let who = if email.is_empty() { if name.is_empty() { "an account of nobody" } else { name } } else { email };
        let text = steps.first().map_or("", |s| made.text(s.n));
        screen.line(&format!("  {}  {}", column(Look::Strong, who, 36), paint(Look::Faint, text)));
        let rows: Vec<Vec<Cell>> = steps.iter().map(|s| step_row(plan, s, made.by_person(s.n))).collect();
        screen.table(&["", "", "", ""], &rows, 1);
    }
    if order.len() > PEOPLE {
        screen.line("");
        screen.line(&paint(
            Look::Faint,
            &format!(
                "  … and {} more people: usher plan --format json, or the file plans/{}.jsonl",
                number((order.len() - PEOPLE) as u64),
                plan.digest().hex()
            ),
        ));
    }
    screen.line("");
    let mut by_action: BTreeMap<&str, u64> = BTreeMap::new();
    for step in plan.steps() {
        *by_action.entry(&step.action).or_default() += 1;
    }
    let actions = by_action.iter().map(|(a, n)| format!("{n} {}", a.replace('_', " "))).collect::<Vec<_>>().join(", ");
    let tasks = plan.steps().iter().filter(|s| made.by_person(s.n)).count() as u64;
    let by_hand = if tasks > 0 { format!("; {} by hand", number(tasks)) } else { String::new() };
    screen.line(&format!(
        "{} for {}: {actions}{by_hand}",
        count(plan.steps().len() as u64, "step", "steps"),
        count(order.len() as u64, "person", "people")
    ));
    if !plan.head().guards.is_empty() {
        for g in &plan.head().guards {
            screen.line(&paint(
                Look::Bad,
                &format!(
                    "Overrides {} in {}: {} where {} may, and frees {}",
                    g.rule,
                    g.instance,
                    g.is,
                    g.limit,
                    count(g.people.len() as u64, "person", "people")
                ),
            ));
        }
    }
    screen.line(&format!("Needs {}", paint(Look::Strong, &needs(&plan.head().need))));
    screen.line("");
}

fn step_row(plan: &SealedPlan, step: &Step, by_person: bool) -> Vec<Cell> {
    let (symbol, look) = symbol(&step.action, by_person);
    let opening = plan.opening(step);
    let account = opening.and_then(|o| o.user_name().or(o.native_id())).unwrap_or("");
    let value = |map: &serde_json::Map<String, Value>, key: &str| map.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let change = opening.map_or_else(String::new, |o| {
        if usher_domain::fresh::expects_gone(o.before()) {
            return "to be made".to_owned();
        }
        let after =
            if usher_domain::fresh::expects_gone(o.after()) { "gone".to_owned() } else { format!("door {}", value(o.after(), "door")) };
        format!("{} → {after}", value(o.before(), "status"))
    });
    let how = match (by_person, step.irreversible) {
        (true, _) => cell(Look::Warn, "by hand; closes on the next read"),
        (false, true) => cell(Look::Bad, "NOT REVERSIBLE"),
        (false, false) => cell(Look::Faint, "reversible"),
    };
    row![cell(look, &format!("  {symbol}")), format!("{}/{account}", step.instance), change, how]
}

fn tail(planned: &Planned, screen: Screen) {
    if planned.plans.is_empty() && !planned.stopped() {
        screen.line("Nothing to do: no finding leads to a step.");
    }
    if !planned.guards.is_empty() {
        screen.line("Guards:");
        planned.guards.iter().for_each(|g| screen.text(&format!("  {}", guard_text(g))));
    }
    if !planned.left_out.is_empty() {
        screen.line(&format!("Left out: {}", count(planned.left_out.len() as u64, "finding", "findings")));
        let mut by_why: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for l in &planned.left_out {
            by_why.entry(&l.why).or_default().push(&l.subject);
        }
        for (why, who) in by_why.iter().take(LIST) {
            let names = who.iter().take(3).copied().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ");
            let more = if who.len() > 3 { format!(" and {} more", who.len() - 3) } else { String::new() };
            let named = if names.is_empty() { String::new() } else { format!(": {names}{more}") };
            screen.text(&paint(Look::Faint, &format!("  {:>4}  {why}{named}", who.len())));
        }
    }
    if let Some(digest) = planned.digest() {
        if planned.batch.is_some() {
            screen.line(&format!("One signature over all {} plans: batch {}", planned.plans.len(), paint(Look::Strong, &digest.short())));
        }
        let approve = format!("usher approve {}", digest.short());
        let lives = planned.plans.first().map_or_else(String::new, |p| format!("needs {}", needs(&p.plan.head().need)));
        screen.next(&[(&approve, &lives), (&format!("usher apply {}", digest.short()), "then")]);
    }
}

fn guard_text(g: &GuardVerdict) -> String {
    let verdict = match g.outcome {
        Outcome::Passed => paint(Look::Good, "ok"),
        Outcome::Tripped => paint(Look::Bad, "STOPPED"),
        Outcome::Overridden => paint(Look::Bad, "overridden"),
    };
    let text = if g.text.is_empty() { format!("{} {}", g.rule, g.instance) } else { format!("{} {}", g.instance, g.text) };
    format!("{text} … {verdict}")
}

fn write_out(planned: &Planned, out: &Path) -> Result<(), Diagnostic> {
    let failed = |e: std::io::Error| Diagnostic::new("PLAN-013", "the plan file can't be written", format!("{}: {e}", out.display()));
    match planned.plans.as_slice() {
        [] => Ok(()),
        [one] if !out.is_dir() => std::fs::write(out, one.plan.bytes()).map_err(failed),
        several => {
            std::fs::create_dir_all(out).map_err(failed)?;
            several
                .iter()
                .try_for_each(|m| std::fs::write(out.join(format!("{}.jsonl", m.plan.digest().hex())), m.plan.bytes()).map_err(failed))
        }
    }
}
