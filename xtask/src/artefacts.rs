//! `cargo xtask gen`: files that a program writes and people read, checked in so that a change to them is seen in review.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::stop::{Stop, pass_through, quiet};
use crate::test::{cargo, target_directory};
use crate::timed::step;

/// A set of generated files that fills one folder.
struct Artefact {
    name: &'static str,
    /// The folder, relative to the root. Nothing else may lie in it.
    folder: &'static str,
    /// The source that makes it. An artefact is in force from the moment that this file exists.
    maker: &'static str,
    /// Writes the files into the folder that it is given.
    make: fn(&Path, &Path) -> Result<(), Stop>,
}

const ARTEFACTS: &[Artefact] = &[
    Artefact { name: "JSON schemas", folder: "schema", maker: "crates/domain/src/schema.rs", make: schemas },
    Artefact { name: "reference of facts", folder: "docs/reference/manifest", maker: "crates/domain/src/schema/facts.rs", make: facts },
    Artefact { name: "command reference", folder: "docs/reference/cli", maker: "crates/cli/src/commands/reference.rs", make: reference },
];

/// Writes all that is out of date.
pub(crate) fn write(root: &Path) -> Result<(), Stop> {
    for artefact in ARTEFACTS.iter().filter(|artefact| root.join(artefact.maker).is_file()) {
        step(artefact.name, || {
            let fresh = fresh(root, artefact)?;
            let stale = differences(&fresh, &files_below(&root.join(artefact.folder))?);
            for name in &stale {
                let path = root.join(artefact.folder).join(name);
                match fresh.get(name) {
                    Some(bytes) => put(&path, bytes)?,
                    None => std::fs::remove_file(&path).map_err(Stop::doing(path.display()))?,
                }
            }
            Ok((format!("{} files, {} written", fresh.len(), stale.len()), ()))
        })?;
    }
    Ok(())
}

/// Writes nothing and fails if something is out of date.
pub(crate) fn check(root: &Path) -> Result<(), Stop> {
    let mut stale = Vec::new();
    for artefact in ARTEFACTS.iter().filter(|artefact| root.join(artefact.maker).is_file()) {
        step(artefact.name, || {
            let fresh = fresh(root, artefact)?;
            let found = differences(&fresh, &files_below(&root.join(artefact.folder))?);
            stale.extend(found.iter().map(|name| format!("{}/{}", artefact.folder, name.display())));
            Ok((format!("{} files, {} stale", fresh.len(), found.len()), ()))
        })?;
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Stop::Said(format!("out of date:\n  {}\nhint: cargo xtask gen, then look at the difference and commit it", stale.join("\n  "))))
}

/// The JSON Schemas of the manifest and the workspace.
fn schemas(root: &Path, into: &Path) -> Result<(), Stop> {
    by_test(root, "schema::the_files_in_schema_are_fresh", "USHER_SCHEMAS_INTO", into)
}

/// What each fact of a manifest means.
fn facts(root: &Path, into: &Path) -> Result<(), Stop> {
    by_test(root, "schema::the_reference_of_facts_is_fresh", "USHER_FACTS_INTO", into)
}

/// A test of `usher-domain` writes it, because only its tests know the schemas of its types. The command line is named beside it so that
/// both are built with the features that the tests are built with.
fn by_test(root: &Path, test: &str, variable: &str, into: &Path) -> Result<(), Stop> {
    let test = ["test", "--quiet", "-p", "usher-domain", "-p", "usher-cli", "--lib", "--", "--exact", test];
    quiet(cargo(root).args(test).env(variable, into).stdin(Stdio::null())).map(drop)
}

/// `usher reference DIR` writes the commands' pages, completions and man pages.
fn reference(root: &Path, into: &Path) -> Result<(), Stop> {
    pass_through(cargo(root).args(["build", "--quiet", "--workspace", "--bin", "usher"]).stdin(Stdio::null()))?;
    run(&target_directory(root)?.join("debug").join("usher"), &[Path::new("reference"), into])
}

fn run(program: &Path, arguments: &[&Path]) -> Result<(), Stop> {
    quiet(std::process::Command::new(program).args(arguments)).map(drop)
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What the artefact should be now.
fn fresh(root: &Path, artefact: &Artefact) -> Result<Files, Stop> {
    let into = root.join("target").join("xtask").join("gen").join(artefact.folder);
    if into.exists() {
        std::fs::remove_dir_all(&into).map_err(Stop::doing(into.display()))?;
    }
    std::fs::create_dir_all(&into).map_err(Stop::doing(into.display()))?;
    (artefact.make)(root, &into)?;
    let files = files_below(&into)?;
    if files.is_empty() {
        return Err(Stop::Said(format!("{} wrote no file", artefact.maker)));
    }
    Ok(files)
}

/// Names that are in only one of the two, or differ.
fn differences(fresh: &Files, found: &Files) -> Vec<PathBuf> {
    let changed = fresh.iter().filter(|(name, bytes)| found.get(*name) != Some(*bytes)).map(|(name, _)| name.clone());
    changed.chain(found.keys().filter(|name| !fresh.contains_key(*name)).cloned()).collect()
}

/// All files below a folder by their path in it; none if it isn't there.
fn files_below(folder: &Path) -> Result<Files, Stop> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.map_err(Stop::doing(next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                files.insert(name.to_path_buf(), std::fs::read(&path).map_err(Stop::doing(path.display()))?);
            }
        }
    }
    Ok(files)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Stop::doing(folder.display()))?;
    }
    std::fs::write(path, bytes).map_err(Stop::doing(path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[(&str, &str)]) -> Files {
        names.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn changed_new_and_left_over_files_are_all_stale() {
        let fresh = files(&[("same", "1"), ("changed", "2"), ("new", "3")]);
        let found = files(&[("same", "1"), ("changed", "x"), ("left_over", "4")]);
        assert_eq!(differences(&fresh, &found), ["changed", "new", "left_over"].map(PathBuf::from));
        assert!(differences(&fresh, &fresh).is_empty());
    }

    #[test]
    fn no_two_artefacts_share_a_folder() {
        let folders: Vec<_> = ARTEFACTS.iter().map(|artefact| artefact.folder).collect();
        assert!(
            folders
                .iter()
                .enumerate()
                .all(|(at, folder)| !folders[..at].iter().any(|other| folder.starts_with(other) || other.starts_with(folder)))
        );
    }
}
