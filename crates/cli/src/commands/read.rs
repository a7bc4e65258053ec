//! `usher read`

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::snapshot::{RowKind, Snapshot};

use super::open;
use crate::args::Read;
use crate::render::{Cell, Look, Screen, ago, cell, complain, count, paint, row, took};

pub(crate) async fn run(what: &Read, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let started = Instant::now();
    let usher = open(dir).await?;
    let done = usher.read(&what.instances, what.accept_shrink).await?;
    usher.quiet();
    let now = usher.now();
    if screen.json() {
        let failed: Vec<Value> = done.failed.iter().map(|(i, m)| json!({"instance": i, "code": m.code, "why": m.detail})).collect();
        let snapshots: Vec<Value> = done.snapshots.iter().map(snapshot_json).collect();
        screen.document(&json!({"version": 1, "snapshots": snapshots, "failed": failed}));
    } else {
        let rows: Vec<Vec<Cell>> = done.snapshots.iter().map(|s| line(s, now)).collect();
        screen.table(&["instance", "rows", "grade", "as of", "complete"], &rows, 4);
        for snapshot in &done.snapshots {
            for gap in &snapshot.gaps {
                screen.text(&format!("  {} {}: {gap}", paint(Look::Warn, "incomplete"), paint(Look::Name, &snapshot.instance)));
            }
            for note in &snapshot.notes {
                screen.text(&paint(Look::Faint, &format!("  {}: {note}", snapshot.instance)));
            }
        }
        let open = done.lap.findings.iter().filter(|f| f.state == usher_domain::finding::FindingState::Open).count() as u64;
        screen.line(&format!("{} open now, read in {}", count(open, "finding", "findings"), took(started.elapsed())));
    }
    for (_, message) in &done.failed {
        complain(message, "error");
    }
    if let Some(guard) = done.guard() {
        return Err(guard);
    }
    if !done.failed.is_empty() {
        return Ok(Exit::Failed);
    }
    screen.next(&[("usher findings", "what differs"), ("usher plan", "what to do about it")]);
    Ok(Exit::Done)
}

fn line(s: &Snapshot, now: usher_domain::time::Time) -> Vec<Cell> {
    let what = [
        (RowKind::Person, "person", "people"),
        (RowKind::Account, "account", "accounts"),
        (RowKind::Entitlement, "entitlement", "entitlements"),
        (RowKind::Grant, "grant", "grants"),
    ];
    let rows: Vec<String> =
        what.iter().filter(|(kind, ..)| s.count(*kind) > 0).map(|(kind, one, many)| count(s.count(*kind), one, many)).collect();
    let complete = if s.complete() { cell(Look::Good, "yes") } else { cell(Look::Warn, "no") };
    let rows = if rows.is_empty() { "0 accounts".to_owned() } else { rows.join(", ") };
    row![cell(Look::Name, &s.instance), rows, word(s.grade), format!("{} ago", ago(now, s.as_of)), complete]
}

pub(crate) fn word<T: serde::Serialize>(value: T) -> String {
    usher_domain::account::word(value).as_str().unwrap_or("").to_owned()
}

pub(crate) fn snapshot_json(s: &Snapshot) -> Value {
    json!({
        "instance": s.instance,
        "people": s.count(RowKind::Person),
        "accounts": s.count(RowKind::Account),
        "entitlements": s.count(RowKind::Entitlement),
        "grants": s.count(RowKind::Grant),
        "complete": s.complete(),
        "incomplete_because": s.gaps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "grade": word(s.grade),
        "as_of": s.as_of.to_string(),
        "read_at": s.read_at.to_string(),
        "digest": s.digest.to_string(),
        "notes": s.notes,
    })
}
