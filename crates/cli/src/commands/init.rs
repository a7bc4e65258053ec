//! `usher init`: a usher.yaml with what is known already. Nothing that is there is overwritten.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::names;
use usher_engine::usher::CONFIG;

use crate::args::Init;
use crate::render::{Look, Screen, count, paint};

pub(crate) fn run(what: &Init, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let path = dir.join(CONFIG);
    if path.exists() {
        return Err(Diagnostic::new("INIT-001", "there is a workspace already", format!("{} is there and stays as it is", path.display()))
            .hint("add an instance: usher connect APP"));
    }
    for given in [&what.people, &what.accounts].into_iter().flatten() {
        if !given.exists() {
            return Err(Diagnostic::new("INIT-002", "this is not there", given.display().to_string()).exit(Exit::Usage));
        }
    }
    let exports = exports(what.accounts.as_deref(), what.people.is_some())?;
    let text = yaml(what, dir, &exports);
    // What is written must be a workspace: the same check as for one that was written by hand.
    let workspace = usher_domain::workspace::Workspace::parse(CONFIG, &text)?;
    if let Some(problem) = workspace.check(CONFIG, &crate::catalogue::catalogue()).into_iter().next() {
        return Err(problem);
    }
    let failed = |e: std::io::Error| Diagnostic::new("SYSTEM-006", "a file can't be written", format!("{}: {e}", path.display()));
    std::fs::create_dir_all(dir).map_err(failed)?;
    std::fs::write(&path, &text).map_err(failed)?;
    let ignore = dir.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(&ignore, "# What must not be in git: the store and the log's private key.\nusher.db*\n.usher/\n").map_err(failed)?;
    }
    if screen.json() {
        screen.document(&json!({"version": 1, "workspace": path.display().to_string(), "instances": workspace.instances.len()}));
        return Ok(Exit::Done);
    }
    screen.line(&format!(
        "{} with {}",
        paint(Look::Strong, &path.display().to_string()),
        count(workspace.instances.len() as u64, "instance", "instances")
    ));
    screen.line(&paint(Look::Faint, "Keep it in git. Nothing is planned anywhere until an instance says `mode: propose`."));
    screen.next(&[("usher read", "reads every instance"), ("usher findings", "what differs"), ("usher connect APP", "adds an app")]);
    Ok(Exit::Done)
}

/// Files of a folder of exports, as instance names and paths. `hr` is taken where there is a people file.
fn exports(dir: Option<&Path>, hr: bool) -> Result<Vec<(String, std::path::PathBuf)>, Diagnostic> {
    let Some(dir) = dir else { return Ok(vec![]) };
    let failed = |e: std::io::Error| Diagnostic::new("SYSTEM-005", "a file can't be read", format!("{}: {e}", dir.display()));
    let mut out: Vec<(String, std::path::PathBuf)> = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(dir).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let known = path.extension().and_then(|e| e.to_str()).is_some_and(|e| ["csv", "tsv", "txt"].contains(&e.to_lowercase().as_str()));
        if path.is_file() && known {
            let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("app").to_lowercase();
            let name: String =
                stem.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).take(63).collect();
            let name = name.trim_start_matches(['-', '_']).to_owned();
            let name = if names::is_instance(&name) { name } else { format!("app{}", out.len() + 1) };
            // Two files may differ only in their endings or in what a name can't hold.
            let free = |name: &str| !(hr && name == "hr") && out.iter().all(|(n, _)| n != name);
            let name = if free(&name) { name } else { (2..).map(|i| format!("{name}-{i}")).find(|n| free(n)).unwrap_or(name) };
            out.push((name, path));
        }
    }
    Ok(out)
}

/// A path as usher.yaml writes it: relative to the workspace where it lies in it.
fn relative(path: &Path, dir: &Path) -> String {
    let full = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_owned());
    let (path, dir) = (full(path), full(dir));
    path.strip_prefix(&dir).map_or_else(|_| path.display().to_string(), |p| p.display().to_string())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn yaml(what: &Init, dir: &Path, exports: &[(String, std::path::PathBuf)]) -> String {
    let mut out = String::new();
    let company = what.company.clone().unwrap_or_else(|| "My company".into());
    let _ = writeln!(out, "company: {}", quoted(&company));
    let domains = what.domains.iter().map(|d| quoted(d)).collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        out,
        "domains: [{domains}]{}",
        if what.domains.is_empty() { "          # whose addresses prove identity; empty: all" } else { "" }
    );
    let _ = writeln!(out, "zone: UTC\nstore: sqlite:usher.db\n");
    if what.people.is_some() {
        let _ = writeln!(out, "people:\n  sources:\n    hr: {{key: employeeNumber, absence: unknown}}\n");
    }
    let _ = writeln!(out, "instances:{}", if what.people.is_none() && exports.is_empty() { " {}" } else { "" });
    if let Some(people) = &what.people {
        let _ = writeln!(out, "  hr: {{app: csv_people, config: {{path: {}}}}}", quoted(&relative(people, dir)));
    }
    for (name, path) in exports {
        let _ = writeln!(out, "  {name}: {{app: csv, config: {{path: {}}}}}", quoted(&relative(path, dir)));
    }
    let _ = writeln!(
        out,
        "\n# Who must agree before anything is written anywhere. Every rule that matches a step is its need.\napprovals:\n  - {{when: \"true\", need: 1, from: it-leads}}\n\n# approvers: {{it-leads: [you@example.com]}}\n# keys: {{you@example.com: [\"ssh-ed25519 AAAA…\"]}}\napprovers: {{it-leads: []}}"
    );
    out
}
