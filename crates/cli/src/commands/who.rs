//! `usher who`

use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::finding::AccountRef;
use usher_engine::lap::Lap;
use usher_engine::who::Who as Found;
use usher_reconcile::graph::Judged;

use super::findings::situation_word;
use super::read::word;
use super::{open, parse_time};
use crate::args::Who;
use crate::render::{Cell, LIST, Look, Screen, count, local, number, paint, row};

pub(crate) async fn run(what: &Who, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let lap = usher.lap(&[]).await?;
    if let Some(at) = &what.at {
        let at = parse_time(at)?;
        let then = usher.who_at(&lap, &what.subject, at).await?;
        usher.quiet();
        if screen.json() {
            let rows: Vec<Value> = then
                .iter()
                .map(|t| json!({"instance": t.instance, "account": AccountRef::of(&t.account), "status": word(t.account.standing.status), "door": word(t.account.standing.door), "as_of": t.snapshot.as_of.to_string()}))
                .collect();
            screen.document(&json!({"version": 1, "at": at.to_string(), "accounts": rows}));
            return Ok(Exit::Done);
        }
        screen.line(&format!("As of {}, by the newest read before it:", local(at)));
        let rows: Vec<Vec<Cell>> = then
            .iter()
            .map(|t| {
                row![
                    format!("  {}", t.instance),
                    t.account.label().to_owned(),
                    word(t.account.standing.status),
                    format!("read {}", local(t.snapshot.read_at))
                ]
            })
            .collect();
        if rows.is_empty() {
            screen.line("  no account in any read that was kept");
        }
        screen.table(&["", "", "", ""], &rows, 1);
        return Ok(Exit::Done);
    }
    let found = usher.who(&lap, &what.subject).await?;
    usher.quiet();
    if screen.json() {
        screen.document(&document(&lap, &found));
        return Ok(Exit::Done);
    }
    match found {
        Found::Person(person, held) => {
            screen.line(&format!(
                "{}  {}  {}",
                paint(Look::Strong, &person.name),
                person.email().unwrap_or("no address"),
                word(person.state)
            ));
            for e in &person.employments {
                let r = &e.row;
                let dates = [r.starts.as_ref().map(|d| format!("since {d}")), r.last_day.as_ref().map(|d| format!("until {d}"))];
                let parts: Vec<String> = [r.employee_number.clone(), r.title.clone(), r.department.clone(), r.status_word.clone()]
                    .into_iter()
                    .flatten()
                    .chain(dates.into_iter().flatten())
                    .collect();
                screen.text(&paint(Look::Faint, &format!("  {}: {}", e.source, parts.join(", "))));
            }
            for c in &person.contradictions {
                screen.line(&format!("  {} {}", paint(Look::Warn, "contradiction:"), paint(Look::Plain, c)));
            }
            let rows: Vec<Vec<Cell>> = held.iter().map(|(i, a)| account_row(i, a)).collect();
            if rows.is_empty() {
                screen.line("  no account");
            }
            screen.table(&["", "", "", ""], &rows, 3);
        }
        Found::Instance(name, snapshot, accounts) => {
            let read = snapshot.map_or_else(
                || "never read".to_owned(),
                |s| format!("read {}, {}", local(s.read_at), if s.complete() { "complete" } else { "incomplete" }),
            );
            screen.line(&format!("{}  {}, {read}", paint(Look::Strong, name), count(accounts.len() as u64, "account", "accounts")));
            list(screen, &lap, accounts.iter().collect::<Vec<_>>().as_slice());
        }
        Found::Entitlement(instance, name, holders) => {
            screen.line(&format!(
                "{} in {}: {}",
                paint(Look::Strong, &name),
                paint(Look::Name, &instance),
                count(holders.len() as u64, "holder", "holders")
            ));
            list(screen, &lap, &holders);
        }
    }
    Ok(Exit::Done)
}

fn account_row(instance: &str, a: &Judged) -> Vec<Cell> {
    let state = format!("{}, door {}", word(a.row.standing.status), word(a.row.standing.door));
    row![format!("  {instance}"), a.row.label().to_owned(), state, a.verdict.evidence.join(", ")]
}

fn list(screen: Screen, lap: &Lap, accounts: &[&Judged]) {
    let rows: Vec<Vec<Cell>> = accounts
        .iter()
        .take(LIST)
        .map(|a| {
            let holder =
                a.verdict.holder.and_then(|h| lap.graph.person(h)).map_or_else(|| situation_word(a.verdict.situation), |p| p.name.clone());
            row![format!("  {}", a.row.label()), holder, word(a.row.standing.status), word(a.kind)]
        })
        .collect();
    screen.table(&["", "", "", ""], &rows, 0);
    if accounts.len() > LIST {
        screen.line(&paint(Look::Faint, &format!("  … and {} more: --format json", number((accounts.len() - LIST) as u64))));
    }
}

fn document(lap: &Lap, found: &Found<'_>) -> Value {
    let account = |instance: &str, a: &Judged| {
        json!({
            "instance": instance, "account": AccountRef::of(&a.row), "status": word(a.row.standing.status), "door": word(a.row.standing.door),
            "kind": word(a.kind), "purpose": a.purpose, "situation": situation_word(a.verdict.situation),
            "holder": a.verdict.holder.and_then(|h| lap.graph.person(h)).map(|p| json!({"id": p.id, "name": p.name, "email": p.email()})),
        })
    };
    match found {
        Found::Person(p, held) => json!({
            "version": 1, "person": {"id": p.id, "name": p.name, "email": p.email(), "state": word(p.state), "ended_at": p.ended_at.map(|t| t.to_string()), "contradictions": p.contradictions},
            "accounts": held.iter().map(|(i, a)| account(i, a)).collect::<Vec<_>>(),
        }),
        Found::Instance(name, snapshot, accounts) => json!({
            "version": 1, "instance": name, "as_of": snapshot.map(|s| s.as_of.to_string()), "accounts": accounts.iter().map(|a| account(name, a)).collect::<Vec<_>>(),
        }),
        Found::Entitlement(instance, name, holders) => json!({
            "version": 1, "instance": instance, "entitlement": name, "accounts": holders.iter().map(|a| account(instance, a)).collect::<Vec<_>>(),
        }),
    }
}
