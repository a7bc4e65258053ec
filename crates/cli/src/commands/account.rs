//! `usher account`

use std::path::Path;

use serde_json::{Value, json};
use usher_domain::account::Kind;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::finding::AccountRef;
use usher_engine::lap::Lap;
use usher_reconcile::graph::Judged;

use super::findings::{finding_json, situation_word};
use super::read::word;
use super::{open, who_acts};
use crate::args::{Account, OneAccount};
use crate::render::{Cell, Look, Screen, local, paint, row};

pub(crate) async fn run(what: Account, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let lap = usher.lap(&[]).await?;
    usher.remember(&lap).await?;
    let one = |a: &OneAccount| usher.account(&lap, &a.instance, &a.account);
    let said = match what {
        Account::Show(which) => {
            let account = one(&which)?;
            usher.quiet();
            show(&lap, &which.instance, account, screen);
            return Ok(Exit::Done);
        }
        Account::Link { account: which, person, decision } => {
            let by = who_acts(decision.by.as_deref())?;
            let account = one(&which)?;
            let person = usher.person(&lap.graph.persons, &person)?;
            usher.link(&which.instance, &account.row, Some(person), &by, &decision.reason).await?;
            format!("{}/{} is {}'s now", which.instance, account.row.label(), person.email().unwrap_or(&person.name))
        }
        Account::Unlink { account: which, decision } => {
            let by = who_acts(decision.by.as_deref())?;
            let account = one(&which)?;
            usher.link(&which.instance, &account.row, None, &by, &decision.reason).await?;
            format!("{}/{} is nobody's now, and no rule links it again", which.instance, account.row.label())
        }
        Account::Classify { account: which, kind, purpose, owners, decision } => {
            let by = who_acts(decision.by.as_deref())?;
            let account = one(&which)?;
            let kind: Kind = serde_json::from_value(Value::String(kind)).unwrap_or_default();
            let owned = if owners.is_empty() { String::new() } else { format!(", owned by {}", owners.join(", ")) };
            usher.classify(&which.instance, &account.row, kind, purpose, owners, &by, &decision.reason).await?;
            format!("{}/{} is {} now{owned}", which.instance, account.row.label(), word(kind))
        }
    };
    usher.quiet();
    if screen.json() {
        screen.document(&json!({"version": 1, "decided": said}));
    } else {
        screen.line(&paint(Look::Plain, &said));
        screen.next(&[("usher findings", "what differs now")]);
    }
    Ok(Exit::Done)
}

fn show(lap: &Lap, instance: &str, account: &Judged, screen: Screen) {
    let holder = account.verdict.holder.and_then(|h| lap.graph.person(h));
    let candidates: Vec<_> = account.verdict.candidates.iter().filter_map(|c| lap.graph.person(*c)).collect();
    let findings: Vec<_> = lap
        .findings
        .iter()
        .filter(|f| f.instance.as_deref() == Some(instance))
        .filter(|f| f.account.iter().chain(&f.accounts).any(|a| a.native_id == account.row.native_id))
        .collect();
    if screen.json() {
        let person = |p: &usher_domain::person::Person| json!({"id": p.id, "name": p.name, "email": p.email(), "state": word(p.state)});
        screen.document(&json!({
            "version": 1,
            "instance": instance,
            "account": AccountRef::of(&account.row),
            "attributes": account.row.view(),
            "kind": word(account.kind),
            "purpose": account.purpose,
            "owners": account.owners,
            "situation": situation_word(account.verdict.situation),
            "holder": holder.map(person),
            "candidates": candidates.iter().map(|p| person(p)).collect::<Vec<_>>(),
            "evidence": account.verdict.evidence,
            "findings": findings.iter().map(|f| finding_json(f)).collect::<Vec<_>>(),
        }));
        return;
    }
    screen.line(&format!("{} / {}", paint(Look::Name, instance), paint(Look::Strong, account.row.label())));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut put = |k: &str, v: String| {
        if !v.is_empty() {
            rows.push(row![format!("  {k}"), v]);
        }
    };
    put("native id", account.row.native_id.clone());
    put("addresses", account.row.emails.iter().map(|e| e.value.clone()).collect::<Vec<_>>().join(", "));
    put("employee number", account.row.employee_number.clone().unwrap_or_default());
    let said = account.row.status_word.as_ref().map_or_else(String::new, |w| format!(" (the app says {w})"));
    let s = account.row.standing;
    put("status", format!("{}{said}, door {}, seat {}", word(s.status), word(s.door), word(s.seat)));
    put("kind", format!("{}, {}", word(account.kind), account.purpose));
    put("owners", account.owners.join(", "));
    put("situation", situation_word(account.verdict.situation));
    if let Some(p) = holder {
        put("holder", format!("{} ({}), {}", p.name, p.email().unwrap_or("no address"), word(p.state)));
    }
    put(
        "could be",
        candidates.iter().map(|p| format!("{} ({})", p.name, p.email().unwrap_or("no address"))).collect::<Vec<_>>().join(", "),
    );
    put("because", account.verdict.evidence.join(", "));
    put("created", account.row.created_at.map(local).unwrap_or_default());
    put("last seen", account.row.last_seen.map(local).unwrap_or_default());
    screen.table(&["", ""], &rows, 1);
    for f in findings {
        screen.line(&format!("  {} {}: {}", paint(Look::Warn, f.rule.word()), word(f.state), paint(Look::Plain, &f.because.join("; "))));
    }
}
