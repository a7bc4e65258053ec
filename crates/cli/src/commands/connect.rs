//! `usher connect`: adds an instance to usher.yaml and tries it. What does not work is not written, unless somebody insists.

use std::path::Path;

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::manifest::ConfigKey;
use usher_domain::names;
use usher_engine::usher::CONFIG;

use super::{open_with, parse_pair};
use crate::args::Connect;
use crate::catalogue::catalogue;
use crate::render::{Look, Screen, complain, paint};

pub(crate) async fn run(what: &Connect, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let manifest = catalogue().get(&what.app)?;
    let name = what.name.clone().unwrap_or_else(|| what.app.clone());
    if !names::is_instance(&name) {
        return Err(Diagnostic::new("CONNECT-001", "this can't be a name", format!("`{name}`"))
            .hint("lower-case letters, digits, - and _: --name okta-eu")
            .exit(Exit::Usage));
    }
    let path = dir.join(CONFIG);
    let before = std::fs::read_to_string(&path).map_err(|e| {
        Diagnostic::new("WORKSPACE-010", "this is no workspace", format!("{}: {e}", path.display())).hint("make one: usher init")
    })?;
    unknown(&manifest, what)?;
    let missing: Vec<String> = missing(&manifest, what)?;
    if !missing.is_empty() {
        return Err(Diagnostic::new("CONNECT-002", "the app asks for more", format!("{} needs {}", what.app, missing.join(", ")))
            .hint("give each as --config KEY=VALUE, or --secret KEY=env:NAME or --secret KEY=file:PATH")
            .exit(Exit::Usage));
    }
    let after = with_instance(&before, &name, &entry(what)?)?;
    // Tried before it is written: an interrupt leaves usher.yaml as it was.
    let usher = open_with(dir, after.clone()).await?;
    let checked = usher.doctor(std::slice::from_ref(&name)).await?;
    usher.quiet();
    if let Some(problem) = checked.first().and_then(|c| c.problem.clone()) {
        if !what.untested {
            complain(&problem, "error");
            return Err(Diagnostic::new(
                "CONNECT-003",
                "the instance was not added",
                format!("{name} did not pass its test, so {CONFIG} is as it was"),
            )
            .hint("put it right and try again, or write it down all the same: --untested"));
        }
        complain(&problem, "warning");
    }
    put(&path, &after).map_err(|e| Diagnostic::new("SYSTEM-006", "a file can't be written", format!("{}: {e}", path.display())))?;
    if screen.json() {
        let (good, warnings) = checked.first().map(|c| (c.good.clone(), c.warnings.clone())).unwrap_or_default();
        screen.document(&json!({"version": 1, "instance": name, "good": good, "warnings": warnings}));
        return Ok(Exit::Done);
    }
    screen.line(&format!("{} is in {CONFIG} now, in mode {}", paint(Look::Name, &name), what.mode));
    for c in &checked {
        c.good.iter().for_each(|l| screen.text(&format!("  {} {}", paint(Look::Good, "ok   "), paint(Look::Plain, l))));
        c.warnings.iter().for_each(|l| screen.text(&format!("  {} {}", paint(Look::Warn, "look "), paint(Look::Plain, l))));
    }
    let read = format!("usher read {name}");
    screen.next(&[(&read, "reads it"), ("usher findings", "what differs")]);
    Ok(Exit::Done)
}

/// Whole or not at all.
fn put(path: &Path, text: &str) -> std::io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let beside = path.with_extension(format!("yaml.{}", std::process::id()));
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, &path).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}

/// A key that the app does not ask for.
fn unknown(manifest: &usher_domain::manifest::Manifest, what: &Connect) -> Result<(), Diagnostic> {
    for (pair, secret) in what.config.iter().map(|p| (p, false)).chain(what.secret.iter().map(|p| (p, true))) {
        let (key, _) = parse_pair(pair, if secret { "--secret" } else { "--config" })?;
        let names = || manifest.config.iter().filter(|(_, k)| k.secret == secret).map(|(name, _)| name.as_str());
        if names().any(|name| name == key) {
            continue;
        }
        let kind = if secret { "secret" } else { "config key" };
        let message = Diagnostic::new("CONNECT-007", "the app does not ask for this", format!("{} has no {kind} `{key}`", what.app))
            .exit(Exit::Usage);
        let other = manifest.config.iter().any(|(name, _)| name.as_str() == key);
        return Err(match nearest(key, names()) {
            _ if other && secret => message.hint(format!("it is no secret: --config {key}=VALUE")),
            _ if other => message.hint(format!("it is a secret: --secret {key}=env:NAME or --secret {key}=file:PATH")),
            Some(near) => message.hint(format!("did you mean `{near}`?")),
            None if names().next().is_none() => message.hint(format!("it has no {kind} at all")),
            None => message.hint(format!("it asks for {}", names().collect::<Vec<_>>().join(", "))),
        });
    }
    Ok(())
}

/// What the app requires and was not given.
fn missing(manifest: &usher_domain::manifest::Manifest, what: &Connect) -> Result<Vec<String>, Diagnostic> {
    let mut given = std::collections::BTreeSet::new();
    for pair in what.config.iter().chain(&what.secret) {
        given.insert(parse_pair(pair, "--config or --secret")?.0.to_owned());
    }
    let auth = manifest.auth_for(None, |key| given.contains(key)).map(|(name, _)| name.to_owned());
    let of = |(name, key): (&usher_domain::yaml::At<String>, &ConfigKey)| {
        (key.is_required(auth.as_deref()) && !given.contains(name.as_str()))
            .then(|| if key.secret { format!("{} (secret)", name.as_str()) } else { name.as_str().to_owned() })
    };
    Ok(manifest.config.iter().filter_map(of).collect())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The instance as one line of YAML.
fn entry(what: &Connect) -> Result<String, Diagnostic> {
    let mut parts = vec![format!("app: {}", what.app)];
    if what.mode != "observe" {
        parts.push(format!("mode: {}", what.mode));
    }
    let mut config = Vec::new();
    for pair in &what.config {
        let (key, value) = parse_pair(pair, "--config")?;
        config.push(format!("{key}: {}", quoted(value)));
    }
    if !config.is_empty() {
        parts.push(format!("config: {{{}}}", config.join(", ")));
    }
    let mut secrets = Vec::new();
    for pair in &what.secret {
        let (key, reference) = parse_pair(pair, "--secret")?;
        let (kind, place) = match reference.split_once(':') {
            Some((kind @ ("env" | "file"), place)) if !place.is_empty() => (kind, place),
            _ => {
                return Err(Diagnostic::new(
                    "CONNECT-004",
                    "a secret is given by reference",
                    format!("for {key}: the value itself would end in your shell's history and in git"),
                )
                .hint(format!("--secret {key}=env:NAME or --secret {key}=file:PATH"))
                .exit(Exit::Usage));
            }
        };
        secrets.push(format!("{key}: {{{kind}: {}}}", quoted(place)));
    }
    if !secrets.is_empty() {
        parts.push(format!("secrets: {{{}}}", secrets.join(", ")));
    }
    if let Some(owner) = &what.owner {
        parts.push(format!("owner: {}", quoted(owner)));
    }
    Ok(format!("{{{}}}", parts.join(", ")))
}

/// The text of usher.yaml with one more instance. Everything else, comments too, stays as it is.
fn with_instance(text: &str, name: &str, entry: &str) -> Result<String, Diagnostic> {
    let taken = |line: &str| line.trim_start().strip_prefix(name).is_some_and(|r| r.trim_start().starts_with(':')) && line.starts_with(' ');
    let mut out = String::with_capacity(text.len() + entry.len() + 8);
    let mut put = false;
    let mut inside = false;
    for line in text.lines() {
        if inside && !line.starts_with(' ') && !line.trim().is_empty() && !line.starts_with('#') {
            inside = false;
        }
        if inside && taken(line) {
            return Err(Diagnostic::new("CONNECT-005", "this name is taken", format!("{name} is in {CONFIG} already"))
                .hint("give another one: --name NAME")
                .exit(Exit::Usage));
        }
        let head = line.strip_prefix("instances:").map(|r| r.split('#').next().unwrap_or("").trim());
        match head {
            Some("" | "{}") => {
                out.push_str(&format!("instances:\n  {name}: {entry}\n"));
                (put, inside) = (true, true);
            }
            Some(_) => {
                return Err(Diagnostic::new(
                    "CONNECT-006",
                    "usher.yaml is written in another way",
                    "instances stand on one line; usher adds only to a list of lines",
                )
                .hint(format!("add this yourself: {name}: {entry}")));
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    if !put {
        out.push_str(&format!("instances:\n  {name}: {entry}\n"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_added_and_nothing_else_changes() {
        let text = "company: A # x\ninstances:\n  hr: {app: csv_people}\n# c\nstore: sqlite:a.db\n";
        let after = with_instance(text, "okta", "{app: okta}").unwrap();
        assert_eq!(after, "company: A # x\ninstances:\n  okta: {app: okta}\n  hr: {app: csv_people}\n# c\nstore: sqlite:a.db\n");
        assert_eq!(with_instance(text, "hr", "{app: csv}").unwrap_err().code, "CONNECT-005");
        assert_eq!(with_instance("company: A\ninstances: {}\n", "a", "{app: csv}").unwrap(), "company: A\ninstances:\n  a: {app: csv}\n");
        assert_eq!(with_instance("company: A\n", "a", "{app: csv}").unwrap(), "company: A\ninstances:\n  a: {app: csv}\n");
        assert_eq!(with_instance("instances: {b: {app: csv}}\n", "a", "{app: csv}").unwrap_err().code, "CONNECT-006");
    }
}
