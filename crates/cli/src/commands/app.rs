//! `usher app`: the catalogue. Needs no workspace.

use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::manifest::{Manifest, OperationName};

use crate::args::App;
use crate::catalogue::catalogue;
use crate::outside;
use crate::render::{Cell, Look, Screen, cell, complain, count, paint, row};

pub(crate) fn run(what: &App, screen: Screen) -> Result<Exit, Diagnostic> {
    match what {
        App::List => list(screen),
        App::Show { app } => show(app, screen),
        App::Check { app } => check(app.as_deref(), screen),
    }
}

fn kind(manifest: &Manifest, operation: OperationName) -> String {
    manifest.ways(operation).first().map_or_else(|| "-".to_owned(), |w| w.kind().as_str().to_owned())
}

fn shut(manifest: &Manifest) -> String {
    let ways = OperationName::ALL.iter().filter(|o| o.shuts()).map(|o| kind(manifest, *o));
    ways.into_iter().find(|k| k != "-").unwrap_or_else(|| "-".into())
}

fn list(screen: Screen) -> Result<Exit, Diagnostic> {
    let catalogue = catalogue();
    let mut rows = Vec::new();
    let mut apps: Vec<Value> = Vec::new();
    for name in catalogue.names() {
        let m = catalogue.get(name)?;
        let list = if m.is_people_source() { "csv".to_owned() } else { kind(&m, OperationName::ListAccounts) };
        let automation = if m.is_people_source() { "people source".to_owned() } else { m.automation().as_str().to_owned() };
        apps.push(json!({"app": name, "name": m.name, "version": m.version, "automation": automation, "list": list, "create": kind(&m, OperationName::CreateAccount), "shut": shut(&m)}));
        rows.push(row![
            cell(Look::Name, name),
            m.name.clone(),
            automation.replace('_', " "),
            list,
            kind(&m, OperationName::CreateAccount),
            shut(&m)
        ]);
    }
    if screen.json() {
        screen.document(&json!({"version": 1, "apps": apps}));
    } else {
        screen.table(&["app", "name", "automation", "list", "create", "shut"], &rows, 1);
        screen.next(&[("usher app show darktrace", "what is known, and from where"), ("usher connect APP", "adds it to a workspace")]);
    }
    Ok(Exit::Done)
}

fn show(app: &str, screen: Screen) -> Result<Exit, Diagnostic> {
    let m = catalogue().get(app)?;
    if screen.json() {
        let manifest = serde_json::to_value(&m).map_err(|e| Diagnostic::new("APP-002", "the manifest can't be shown", e.to_string()))?;
        screen.document(&json!({"version": 1, "automation": m.automation().as_str(), "manifest": manifest}));
        return Ok(Exit::Done);
    }
    screen.line(&format!("{}  {}  manifest {}", paint(Look::Strong, &m.name), paint(Look::Name, app), m.version));
    screen.line(&format!("automation: {}", m.automation().as_str().replace('_', " ")));
    screen.line("");
    let facts = serde_json::to_value(&m.facts).unwrap_or(Value::Null);
    let mut rows = Vec::new();
    flat("", &facts, &mut rows);
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
    screen.next(&[(&format!("usher connect {app} --help"), "how to add it to a workspace")]);
    Ok(Exit::Done)
}

/// Facts as rows: a value is a fact where it has a `value` and a `status`.
fn flat(name: &str, value: &Value, rows: &mut Vec<Vec<Cell>>) {
    match value {
        Value::Object(map) if map.contains_key("status") && map.contains_key("value") => {
            let text = |k: &str| map.get(k).map(plain).unwrap_or_default();
            let status = text("status");
            let look = if status == "unverified" { Look::Warn } else { Look::Plain };
            rows.push(row![name.to_owned(), text("value"), cell(look, &status), text("source"), text("seen")]);
        }
        Value::Object(map) => {
            for (key, inner) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flat(&name, inner, rows);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flat(name, item, rows)),
        _ => {}
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map.iter().map(|(k, v)| format!("{k}: {}", plain(v))).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn check(app: Option<&str>, screen: Screen) -> Result<Exit, Diagnostic> {
    let catalogue = catalogue();
    let today = usher_domain::person::Day::parse(&outside::now().day())
        .ok_or_else(|| Diagnostic::new("SYSTEM-007", "the clock shows no day", String::new()))?;
    let mut texts: Vec<(String, String)> = Vec::new();
    match app {
        Some(path) if path.ends_with(".yaml") || Path::new(path).is_file() => {
            let text =
                std::fs::read_to_string(path).map_err(|e| Diagnostic::new("SYSTEM-005", "a file can't be read", format!("{path}: {e}")))?;
            texts.push((path.to_owned(), text));
        }
        Some(name) => {
            texts.push((format!("apps/{name}/app.yaml"), catalogue.text(name).ok_or_else(|| catalogue.unknown(name))?.to_owned()))
        }
        None => texts.extend(catalogue.names().filter_map(|n| Some((format!("apps/{n}/app.yaml"), catalogue.text(n)?.to_owned())))),
    }
    let mut problems = Vec::new();
    for (file, text) in &texts {
        match Manifest::parse(file, text) {
            Ok(manifest) => problems.extend(catalogue.check(file, &manifest, &today)),
            Err(first) => problems.push(first),
        }
    }
    if screen.json() {
        let all: Vec<Value> = problems
            .iter()
            .map(|p| {
                let place = p.place.as_ref();
                json!({"code": p.code, "summary": p.summary, "detail": p.detail, "hint": p.hint, "file": place.map(|p| p.file.display().to_string()), "line": place.and_then(|p| p.line), "column": place.and_then(|p| p.column)})
            })
            .collect();
        screen.document(&json!({"version": 1, "checked": texts.len(), "problems": all}));
    } else {
        problems.iter().for_each(|p| complain(p, "error"));
        let of = count(texts.len() as u64, "manifest", "manifests");
        match problems.len() {
            0 => screen.line(&format!("{of} checked: {}", paint(Look::Good, "no problem"))),
            n => screen.line(&format!("{of} checked: {}", paint(Look::Bad, &count(n as u64, "problem", "problems")))),
        }
    }
    Ok(if problems.is_empty() { Exit::Done } else { Exit::Failed })
}
