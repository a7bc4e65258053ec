//! `usher app show`: the facts, operations and keys of one app, as they stand in its manifest.

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit};

use super::manifest;
use crate::render::{Cell, Look, Screen, cell, paint, row};

pub(super) fn show(app: &str, screen: Screen) -> Result<Exit, Diagnostic> {
    let m = manifest(app)?;
    let app = m.app.as_str();
    if screen.json() {
        let manifest = serde_json::to_value(&m).map_err(|e| Diagnostic::new("APP-002", "the manifest can't be shown", e.to_string()))?;
        screen.document(&json!({"version": 1, "automation": m.automation().as_str(), "manifest": manifest}));
        return Ok(Exit::Done);
    }
    screen.line(&format!("{}  {}  manifest {}", paint(Look::Strong, &m.name), paint(Look::Name, app), m.version));
    screen.line(&format!("automation: {}", m.automation().as_str().replace('_', " ")));
    screen.line("");
    let mut rows = Vec::new();
    for statement in m.facts.fields().iter().flat_map(|field| &field.statements) {
        let look = if statement.status.is_sourced() { Look::Plain } else { Look::Warn };
        let seen = m.seen(statement).map(ToString::to_string).unwrap_or_default();
        rows.push(row![statement.name, statement.text(), cell(look, statement.status.as_str()), statement.source.join(", "), seen]);
    }
    screen.table(&["what is said", "value", "status", "source", "seen"], &rows, 1);
    screen.line("");
    let mut rows = Vec::new();
    for (place, name, operation) in m.all_operations() {
        let ways = operation.ways.iter().map(|w| w.kind().as_str()).collect::<Vec<_>>().join(", then ");
        let what = place.strip_prefix("operations.").unwrap_or(&place).to_owned();
        let marks = [
            (operation.details.irreversible, "not reversible"),
            (operation.details.verify.is_some(), "read back by id"),
            (name.is_some_and(|n| n.writes()), "writes"),
        ];
        rows.push(row![what, ways, marks.iter().filter(|(is, _)| *is).map(|(_, t)| *t).collect::<Vec<_>>().join(", ")]);
    }
    screen.table(&["operation", "by", ""], &rows, 2);
    if !m.queries.is_empty() {
        screen.line("");
        let rows: Vec<Vec<Cell>> =
            m.queries.iter().map(|(name, q)| row![name.as_str().to_owned(), q.about.clone().unwrap_or_default()]).collect();
        screen.table(&["query", ""], &rows, 1);
    }
    if !m.config.is_empty() {
        screen.line("");
        let rows: Vec<Vec<Cell>> = m
            .config
            .iter()
            .map(|(name, key)| {
                row![name.as_str(), if key.secret { "secret" } else { "config" }, key.description.clone().unwrap_or_default()]
            })
            .collect();
        screen.table(&["what the tenant enters", "", ""], &rows, 2);
    }
    screen.next(&[
        (&format!("usher app guide {app}"), "the same as a page, with what is not known"),
        (&format!("usher connect {app} --help"), "how to add it to a workspace"),
    ]);
    Ok(Exit::Done)
}
