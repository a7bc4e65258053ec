//! What the rules look at: the tracked files and what cargo says about the packages.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::rust_code::{self, CodeLine};
use crate::stop::{Stop, quiet};
use crate::test::cargo;

/// A tracked file. The path is relative to the root, with `/`.
pub(super) struct File {
    pub(super) path: String,
    /// `None` where it isn't UTF-8 (a picture, a fixture in another encoding).
    pub(super) text: Option<String>,
    /// Its lines, if it is Rust.
    code: Vec<CodeLine>,
}

/// Everything that a rule may look at.
pub(super) struct House {
    pub(super) files: Vec<File>,
    /// `cargo metadata`: what the manifests say.
    pub(super) metadata: Value,
    /// Name and version of each package that is built on some platform, our own included. Cargo.lock names more: also
    /// what a feature that is off would bring.
    pub(super) built: BTreeSet<(String, String)>,
}

impl House {
    /// Reads what git tracks or would track.
    pub(super) fn read(root: &Path) -> Result<House, Stop> {
        let listed = quiet(Command::new("git").current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
        let mut paths: Vec<String> =
            listed.split(|byte| *byte == 0).filter(|p| !p.is_empty()).map(|p| String::from_utf8_lossy(p).into_owned()).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut files = Vec::new();
        for path in paths {
            let full = root.join(&path);
            // Deleted but not yet committed, or a link.
            if !std::fs::symlink_metadata(&full).is_ok_and(|meta| meta.is_file()) {
                continue;
            }
            let bytes = std::fs::read(&full).map_err(Stop::doing(&path))?;
            files.push((path, String::from_utf8(bytes).ok()));
        }
        let metadata = ask_cargo(root, &["metadata", "--format-version", "1"])?;
        let tree = ask_cargo(
            root,
            &["tree", "--workspace", "--target", "all", "--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}"],
        )?;
        Ok(House {
            files: with_code(files),
            metadata: serde_json::from_slice(&metadata).map_err(Stop::doing("cargo metadata"))?,
            built: String::from_utf8_lossy(&tree).lines().filter_map(package).collect(),
        })
    }

    /// All files that are text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts().find(|(found, _)| *found == path).map(|(_, text)| text)
    }

    /// All pages.
    pub(super) fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| path.ends_with(".md"))
    }

    /// Every line of Rust with comments and the inside of texts blanked, and whether it is only built for tests.
    pub(super) fn rust_lines(&self) -> impl Iterator<Item = (&str, &CodeLine)> {
        self.files.iter().flat_map(|file| file.code.iter().map(|line| (file.path.as_str(), line)))
    }

    /// True for a tracked file, or a folder that holds one.
    pub(super) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files.iter().any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// A made-up house for a test.
    #[cfg(test)]
    pub(super) fn made(files: &[(&str, &str)]) -> House {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect();
        House { files: with_code(files), metadata: Value::Null, built: BTreeSet::new() }
    }
}

/// Reads the Rust among the files. Which modules are for tests is known only from the files that declare them.
fn with_code(files: Vec<(String, Option<String>)>) -> Vec<File> {
    let rust = files.iter().filter(|(path, _)| path.ends_with(".rs")).filter_map(|(path, text)| Some((path, text.as_ref()?)));
    let for_tests: Vec<String> = rust.flat_map(|(path, text)| rust_code::test_modules_beside(path, text)).collect();
    let is_for_tests =
        |path: &str| for_tests.iter().any(|module| path.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with(['.', '/'])));
    let code = |path: &str, text: &str| {
        let mut lines = rust_code::lines(path, text);
        let all = is_for_tests(path);
        lines.iter_mut().for_each(|line| line.test |= all);
        lines
    };
    let read = |(path, text): (String, Option<String>)| File {
        code: text.as_deref().filter(|_| path.ends_with(".rs")).map(|text| code(&path, text)).unwrap_or_default(),
        path,
        text,
    };
    files.into_iter().map(read).collect()
}

/// Nothing is fetched: the rules look at what a build here used.
fn ask_cargo(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Stop> {
    quiet(cargo(root).args(arguments).args(["--offline", "--locked"])).map_err(|stop| match stop {
        Stop::Said(what) => Stop::Said(format!("{what}\nhint: cargo fetch --locked")),
        exit @ Stop::Exit(_) => exit,
    })
}

/// `name v1.2.3 (proc-macro)` as cargo's tree has it.
fn package(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.to_owned()))
}
