//! Puts the catalogue into the binary: `static APPS` with the text of every `apps/<app>/app.yaml` (rust-shape.md §7).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../apps");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut apps = apps_in(&root);
    // More apps beside the repository's: a fork's own, and those that the benchmark makes up.
    println!("cargo::rerun-if-env-changed=USHER_MORE_APPS");
    if let Some(more) = std::env::var_os("USHER_MORE_APPS") {
        apps.extend(apps_in(&PathBuf::from(more)));
    }
    apps.sort();
    let mut text = String::from("pub(crate) static APPS: &[(&str, &str)] = &[\n");
    for (name, path) in &apps {
        println!("cargo::rerun-if-changed={}", path.display());
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", path.display().to_string());
    }
    text.push_str("];\n");
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default()).join("apps.rs");
    if let Err(e) = std::fs::write(&out, text) {
        println!("cargo::error=the catalogue can't be written: {e}");
    }
}

/// The apps of a folder: the name of each, and its manifest.
fn apps_in(folder: &Path) -> Vec<(String, PathBuf)> {
    std::fs::read_dir(folder)
        .map(|dir| dir.flatten().map(|e| e.path()).filter(|p| p.join("app.yaml").is_file()).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|p| Some((p.file_name()?.to_str()?.to_owned(), p.join("app.yaml"))))
        .collect()
}
