//! `usher app guide`: what is known about managing users in an app, as a page.

use std::path::Path;

use serde_json::json;
use usher_connect::ability::not_driven;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::manifest::Manifest;
use usher_domain::person::Day;
use usher_guide::{Around, Card, Guide};

use super::{file, manifest, today};
use crate::catalogue::catalogue;
use crate::render::{Screen, complain, paint};

pub(super) fn guide(app: &str, html: bool, out: Option<&Path>, screen: Screen) -> Result<Exit, Diagnostic> {
    let manifest = manifest(app)?;
    let today = today()?;
    if let Some(path) = file(app) {
        // Whoever writes a manifest wants to see the page also while something is missing.
        catalogue().check(path, &manifest, &today).iter().for_each(|problem| complain(problem, "warning"));
    }
    let guide = made(&manifest, &today)?;
    let text = if html { usher_guide::html(&guide).map_err(|e| template(&e))? } else { usher_guide::markdown(&guide) };
    match out {
        Some(path) => {
            write(path, &text)?;
            if screen.json() {
                screen.document(&json!({"version": 1, "app": guide.app, "file": path.display().to_string()}));
            } else {
                screen.line(&format!("{} written: {} bytes", paint(crate::render::Look::Name, &path.display().to_string()), text.len()));
            }
        }
        None if screen.json() => {
            let format = if html { "html" } else { "markdown" };
            screen.document(
                &json!({"version": 1, "app": guide.app, "automation": guide.automation.as_str(), "format": format, "text": text}),
            );
        }
        None => screen.raw(text.as_bytes()),
    }
    Ok(Exit::Done)
}

/// The guide of a manifest, with the apps of the catalogue that it is related to.
fn made(manifest: &Manifest, today: &Day) -> Result<Guide, Diagnostic> {
    let catalogue = catalogue();
    let mut related = Vec::new();
    for app in manifest.related.iter().filter(|app| catalogue.text(app.as_str()).is_some()) {
        let other = catalogue.get(app)?;
        related.push(Card::of(&other, today, not_driven(&other).is_empty()));
    }
    let around = Around { today, related, not_driven: not_driven(manifest) };
    Ok(usher_guide::guide(manifest, &around))
}

pub(super) fn template(error: &impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new("APP-004", "a page can't be made", error.to_string())
        .hint("this is a mistake in usher: please report it with the app's name")
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let cannot =
        |why: String, hint: &str| Diagnostic::new("SYSTEM-006", "a file can't be written", format!("{}: {why}", path.display())).hint(hint);
    if path.is_dir() {
        let name = path.join("guide.md");
        return Err(cannot("it is a folder".to_owned(), &format!("name a file in it, as in --out {}", name.display())));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(cannot(format!("there is no folder {}", folder.display()), "make the folder first, or name another place"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|e| {
        let _ = std::fs::remove_file(&beside);
        cannot(e.to_string(), "name a place that you may write to, or leave --out away and redirect the output")
    })
}
