//! `usher app site`: the guides of all apps as a static site.

use std::path::Path;

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit};

use super::guide::{template, write};
use super::{all, today};
use crate::render::{Look, Screen, paint};

/// Lies in every site that was made here, and names its files: only those are ever removed again.
const LIST: &str = ".usher-site";

pub(super) fn site(dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let earlier = earlier(dir)?;
    let manifests = all()?;
    let site = usher_guide::site(&manifests, &today()?, &usher_connect::ability::not_driven).map_err(|e| template(&e))?;
    let names: Vec<&str> = site.pages.iter().map(|page| page.path.as_str()).collect();
    // The list first: a site that is half made is known as one.
    let mut listed: Vec<&str> = earlier.iter().map(String::as_str).chain(names.iter().copied()).collect();
    listed.sort_unstable();
    listed.dedup();
    folder(dir)?;
    write(&dir.join(LIST), &lines(&listed))?;
    for page in &site.pages {
        let path = dir.join(&page.path);
        if let Some(above) = path.parent() {
            folder(above)?;
        }
        write(&path, &page.text)?;
    }
    for gone in earlier.iter().filter(|name| !names.contains(&name.as_str())) {
        let _ = std::fs::remove_file(dir.join(gone));
    }
    write(&dir.join(LIST), &lines(&names))?;
    let bytes: usize = site.pages.iter().map(|page| page.text.len()).sum();
    let index = dir.join("index.html");
    if screen.json() {
        screen.document(&json!({"version": 1, "apps": manifests.len(), "files": site.pages.len(), "bytes": bytes, "index": index.display().to_string()}));
    } else {
        screen.line(&format!("{} apps, {} files, {} KiB", manifests.len(), site.pages.len(), bytes.div_ceil(1024)));
        screen.line(&format!("Open {} in a browser; it needs no server.", paint(Look::Name, &index.display().to_string())));
    }
    Ok(Exit::Done)
}

fn lines(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name}\n")).collect()
}

fn folder(dir: &Path) -> Result<(), Diagnostic> {
    std::fs::create_dir_all(dir).map_err(|e| {
        Diagnostic::new("SYSTEM-006", "a file can't be written", format!("{}: {e}", dir.display()))
            .hint("name a folder that you may write to")
    })
}

/// The files of an earlier site in this folder. A folder with anything else in it is left alone.
fn earlier(dir: &Path) -> Result<Vec<String>, Diagnostic> {
    if let Ok(list) = std::fs::read_to_string(dir.join(LIST)) {
        let inside = |name: &&str| !name.is_empty() && !name.starts_with('/') && !name.split('/').any(|part| part == "..");
        return Ok(list.lines().filter(inside).map(str::to_owned).collect());
    }
    if dir.exists() && !dir.is_dir() {
        let detail = format!("{} is a file", dir.display());
        return Err(Diagnostic::new("SYSTEM-006", "a file can't be written", detail).hint("name a folder; it is made if it isn't there"));
    }
    let holds = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if holds {
        let detail = format!("{} holds files that no site put there", dir.display());
        return Err(Diagnostic::new("APP-005", "the folder is not empty", detail)
            .hint("name a new folder, or one that an earlier usher app site made"));
    }
    Ok(Vec::new())
}
