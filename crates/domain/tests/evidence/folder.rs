//! A bundle in a folder of the vectors, read into memory so that a test can change it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use usher_domain::checkpoint::VKey;
use usher_domain::evidence::{Anchor, Ask, Code, MemoryBundle, Verdict, verify};

pub(crate) const WORDS: &str = "audit 2026 / 4b1d";

pub(crate) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests_data/evidence_vectors")
}

pub(crate) fn read(file: &str) -> Vec<u8> {
    std::fs::read(vectors().join(file)).unwrap()
}

pub(crate) fn json(file: &str) -> Value {
    serde_json::from_slice(&read(file)).unwrap()
}

/// The good bundle.
pub(crate) fn bundle() -> MemoryBundle {
    let mut bundle = MemoryBundle::default();
    let root = vectors().join("bundle");
    for folder in ["", "files"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                let name = entry.file_name().into_string().unwrap();
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                bundle.files.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    bundle
}

/// What the auditor of the vectors says about a bundle.
pub(crate) fn audit(bundle: &MemoryBundle, anchored: bool) -> Verdict {
    let key = VKey::parse(&read("pinned.vkey")).unwrap();
    let anchor = read("anchor-9");
    let anchors = [Anchor { name: "anchor-9", bytes: &anchor }];
    verify(bundle, &Ask { key: Some(&key), anchors: if anchored { &anchors } else { &[] }, words: Some(WORDS) })
}

pub(crate) fn codes(verdict: &Verdict) -> Vec<&'static str> {
    let mut codes: Vec<&str> = verdict.problems.iter().map(|p| p.code.word()).collect();
    codes.dedup();
    codes
}

pub(crate) fn has(verdict: &Verdict, code: Code) -> bool {
    verdict.problems.iter().any(|p| p.code == code)
}
