//! `usher app check`: every problem of a manifest at once, and which facts are stale.

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::manifest::{Manifest, STALE_AFTER_DAYS};
use usher_domain::person::Day;

use super::{file, read, today};
use crate::catalogue::catalogue;
use crate::render::{Look, Screen, cell, complain, count, paint, row};

pub(super) fn check(app: Option<&str>, stale: bool, screen: Screen) -> Result<Exit, Diagnostic> {
    let catalogue = catalogue();
    let today = today()?;
    let mut texts: Vec<(String, String)> = Vec::new();
    match app {
        Some(name) => match file(name) {
            Some(path) => texts.push((path.display().to_string(), read(&path)?)),
            None => texts.push((format!("apps/{name}/app.yaml"), catalogue.text(name).ok_or_else(|| catalogue.unknown(name))?.to_owned())),
        },
        None => texts.extend(catalogue.names().filter_map(|n| Some((format!("apps/{n}/app.yaml"), catalogue.text(n)?.to_owned())))),
    }
    let mut problems = Vec::new();
    let mut manifests = Vec::new();
    for (file, text) in &texts {
        match Manifest::parse(file, text) {
            Ok(manifest) => {
                problems.extend(catalogue.check(file, &manifest, &today));
                manifests.push(manifest);
            }
            Err(first) => problems.push(first),
        }
    }
    let old = stale.then(|| old_facts(&manifests, &today));
    if screen.json() {
        let all: Vec<Value> = problems
            .iter()
            .map(|p| {
                let place = p.place.as_ref();
                json!({"code": p.code, "summary": p.summary, "detail": p.detail, "hint": p.hint, "file": place.map(|p| p.file.display().to_string()), "line": place.and_then(|p| p.line), "column": place.and_then(|p| p.column)})
            })
            .collect();
        let mut document = json!({"version": 1, "checked": texts.len(), "problems": all});
        if let (Some(old), Some(document)) = (&old, document.as_object_mut()) {
            let facts = old
                .iter()
                .map(|fact| json!({"app": fact.app, "fact": fact.name, "seen": fact.seen, "days": fact.days, "source": fact.source}));
            document.insert("stale".to_owned(), Value::Array(facts.collect()));
        }
        screen.document(&document);
    } else {
        problems.iter().for_each(|p| complain(p, "error"));
        let of = count(texts.len() as u64, "manifest", "manifests");
        match problems.len() {
            0 => screen.line(&format!("{of} checked: {}", paint(Look::Good, "no problem"))),
            n => screen.line(&format!("{of} checked: {}", paint(Look::Bad, &count(n as u64, "problem", "problems")))),
        }
        if let Some(old) = &old {
            tell(old, screen);
        }
    }
    Ok(if problems.is_empty() { Exit::Done } else { Exit::Failed })
}

/// A fact that was seen too long ago.
struct Old {
    app: String,
    name: &'static str,
    seen: String,
    days: i64,
    source: Vec<String>,
}

/// The oldest first.
fn old_facts(manifests: &[Manifest], today: &Day) -> Vec<Old> {
    let mut old = Vec::new();
    for manifest in manifests {
        for statement in manifest.facts.fields().iter().flat_map(|field| &field.statements) {
            if let Some(seen) = manifest.seen(statement).filter(|_| manifest.is_stale(statement, today)) {
                let days = seen.days_until(today).unwrap_or_default();
                old.push(Old {
                    app: manifest.app.value.clone(),
                    name: statement.name,
                    seen: seen.to_string(),
                    days,
                    source: statement.source.to_vec(),
                });
            }
        }
    }
    old.sort_by(|a, b| (&a.seen, &a.app, a.name).cmp(&(&b.seen, &b.app, b.name)));
    old
}

fn tell(old: &[Old], screen: Screen) {
    if old.is_empty() {
        screen.line(&format!("Stale facts: {} (seen more than {STALE_AFTER_DAYS} days ago)", paint(Look::Good, "none")));
        return;
    }
    screen.line(&format!("Stale facts: {} (seen more than {STALE_AFTER_DAYS} days ago)", old.len()));
    screen.line("");
    let rows: Vec<_> = old
        .iter()
        .map(|fact| row![cell(Look::Name, &fact.app), fact.name, fact.seen.clone(), fact.days.to_string(), fact.source.join(", ")])
        .collect();
    screen.table(&["app", "fact", "seen", "days", "source"], &rows, 4);
}
