//! `usher coverage`

use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};

use super::open;
use super::read::word;
use crate::render::{Cell, Look, Screen, ago, cell, row};

pub(crate) async fn run(dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let all = usher.coverage().await?;
    usher.quiet();
    let now = usher.now();
    if screen.json() {
        let instances: Vec<Value> = all
            .iter()
            .map(|c| {
                let grade = c.snapshot.as_ref().map(|s| word(s.grade));
                let age = c.snapshot.as_ref().map(|s| now.seconds_since(s.as_of));
                json!({
                    "instance": c.instance, "app": c.app, "automation": c.automation.as_str(),
                    "read": {"by": c.read_by, "grade": grade, "age": age, "complete": c.snapshot.as_ref().map(|s| s.complete())},
                    "operations": c.operations,
                })
            })
            .collect();
        screen.document(&json!({"version": 1, "instances": instances}));
        return Ok(Exit::Done);
    }
    let by = |c: &usher_engine::coverage::Covered, names: &[&str]| {
        names.iter().find_map(|n| c.operations.get(*n)).cloned().unwrap_or_else(|| "-".into())
    };
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|c| {
            let fresh = match (&c.snapshot, &c.failed) {
                (_, Some(_)) => cell(Look::Bad, "the last try failed"),
                (None, None) => cell(Look::Warn, "never read"),
                (Some(s), None) if s.complete() => Cell::from(format!("{}, {} ago", word(s.grade), ago(now, s.as_of))),
                (Some(s), None) => cell(Look::Warn, &format!("{}, {} ago, incomplete", word(s.grade), ago(now, s.as_of))),
            };
            let read = c.read_by.clone().unwrap_or_else(|| "-".into());
            row![
                cell(Look::Name, &c.instance),
                c.app.clone(),
                if c.people { "people source".to_owned() } else { c.automation.as_str().replace('_', " ") },
                read,
                by(c, &["create_account", "invite_account"]),
                by(c, &["suspend_account", "deactivate_account", "remove_member"]),
                fresh,
            ]
        })
        .collect();
    screen.table(&["instance", "app", "automation", "read", "create", "shut", "newest read"], &rows, 6);
    Ok(Exit::Done)
}
