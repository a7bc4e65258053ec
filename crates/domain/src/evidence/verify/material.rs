//! Everything in the bundle, read once: layout, digests of files, lines of `personal.jsonl`.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{Code, Problems};
use crate::canon;
use crate::digest::Digest;
use crate::evidence::bundle::{BundleIn, FoundKind, ReadError};
use crate::evidence::source::Blobs;
use crate::evidence::{FILES, NOTE, PICTURES, TEXTS, TOP};
use crate::jsonl::{self, Fields as _, LineError};
use crate::names::Salt;

/// The largest file that is read, in bytes (approvals-and-evidence.md §7).
const FILE_LIMIT: u64 = 64 << 20;
/// The largest file of lines (log, openings, report), in bytes. Each line has its own limit; ten million accounts have more than
/// 64 MiB of openings.
const LINES_LIMIT: u64 = 4 << 30;

/// A file that is named by its digest. Pictures are hashed and not kept.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) ending: String,
    pub(super) bytes: Option<Vec<u8>>,
}

/// What the bundle holds.
#[derive(Debug, Default)]
pub(super) struct Material {
    pub(super) top: BTreeMap<&'static str, Vec<u8>>,
    pub(super) files: BTreeMap<Digest, Held>,
    pub(super) openings: BTreeMap<Digest, Vec<u8>>,
}

impl Material {
    pub(super) fn load(bundle: &dyn BundleIn, found: &mut Problems) -> Material {
        let mut material = Material::default();
        material.top(bundle, found);
        material.files(bundle, found);
        material.personal(found);
        material
    }

    /// A file at the top; empty if it could not be read, which was said then.
    pub(super) fn at_top(&self, name: &'static str) -> &[u8] {
        self.top.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// A text file by digest, if it has the ending that its role asks for.
    pub(super) fn text(&self, digest: &Digest, ending: &str) -> Option<&[u8]> {
        self.files.get(digest).filter(|held| held.ending == ending)?.bytes.as_deref()
    }

    fn top(&mut self, bundle: &dyn BundleIn, found: &mut Problems) {
        let listed = match bundle.list("") {
            Ok(listed) => listed,
            Err(why) => return found.add(Code::Malformed, why),
        };
        let mut folder = false;
        for entry in &listed {
            let expected =
                if entry.name == FILES { Some(FoundKind::Folder) } else { TOP.contains(&entry.name.as_str()).then_some(FoundKind::File) };
            folder |= entry.name == FILES && entry.kind == FoundKind::Folder;
            match expected {
                None => found.add(Code::Layout, format!("{} does not belong here", entry.name)),
                Some(kind) if kind != entry.kind => found.add(
                    Code::Layout,
                    format!("{} is not a {}", entry.name, if kind == FoundKind::File { "regular file" } else { "folder" }),
                ),
                Some(_) => {}
            }
        }
        if !folder {
            found.add(Code::Layout, "files/ is not there");
        }
        for name in TOP {
            if !listed.iter().any(|e| e.name == name && e.kind == FoundKind::File) {
                found.add(Code::Layout, format!("{name} is not there"));
                continue;
            }
            let limit = if matches!(name, "log.jsonl" | "personal.jsonl" | "report.csv") { LINES_LIMIT } else { FILE_LIMIT };
            match bundle.read(name, limit) {
                Ok(bytes) => drop(self.top.insert(name, bytes)),
                Err(why) => found.add(Code::Malformed, format!("{name}: {}", words(&why))),
            }
        }
    }

    fn files(&mut self, bundle: &dyn BundleIn, found: &mut Problems) {
        let listed = match bundle.list(FILES) {
            Ok(listed) => listed,
            Err(why) => return found.add(Code::Malformed, why),
        };
        for entry in listed {
            let path = format!("{FILES}/{}", entry.name);
            let named = entry
                .name
                .split_once('.')
                .and_then(|(hex, ending)| Some((format!("sha256:{hex}").parse::<Digest>().ok()?, ending.to_owned())));
            let (digest, ending) = match named {
                Some(named) if entry.kind == FoundKind::File && known(&named.1) => named,
                _ => {
                    found.add(Code::Layout, format!("{path} is not a file named <64 hex digits>.<ending>"));
                    continue;
                }
            };
            let bytes = match bundle.read(&path, FILE_LIMIT) {
                Ok(bytes) => bytes,
                Err(why) => {
                    found.add(Code::Malformed, format!("{path}: {}", words(&why)));
                    continue;
                }
            };
            if Digest::of(&bytes) != digest {
                found.add(Code::File, format!("{path} has digest {}", Digest::of(&bytes)));
            }
            if ending == "json" {
                json(&path, &bytes, found);
            }
            let bytes = (!PICTURES.contains(&ending.as_str())).then_some(bytes);
            if let Some(other) = self.files.insert(digest, Held { ending: ending.clone(), bytes }) {
                found.add(Code::Extra, format!("{digest} is there twice, as .{} and as .{ending}", other.ending));
            }
        }
    }

    fn personal(&mut self, found: &mut Problems) {
        let bytes = self.top.remove("personal.jsonl").unwrap_or_default();
        let lines = match jsonl::split(&bytes) {
            Ok(lines) => lines,
            Err(e) => {
                found.add(Code::Personal, e.to_string());
                bytes.split(|b| *b == b'\n').collect()
            }
        };
        let mut before: Option<Digest> = None;
        for (i, line) in lines.into_iter().enumerate() {
            let place = format!("personal.jsonl line {}", i + 1);
            let digest = Digest::of(line);
            if before.is_some_and(|b| b >= digest) {
                found.add(Code::Personal, format!("{place}: not in the order of digests, or twice"));
            }
            before = Some(digest);
            match jsonl::object(line) {
                Err(e) => found.add(code_of(&e), format!("{place}: {e}")),
                Ok(map) if map.text("salt").ok().and_then(|s| s.parse::<Salt>().ok()).is_none() => {
                    found.add(Code::Personal, format!("{place}: no salt"));
                }
                Ok(_) => {}
            }
            self.openings.insert(digest, line.to_vec());
        }
    }

    /// Digests of all that is there under a digest.
    pub(super) fn held(&self) -> BTreeSet<Digest> {
        self.files.keys().chain(self.openings.keys()).copied().collect()
    }
}

impl Blobs for Material {
    fn blob(&self, digest: &Digest) -> Option<Vec<u8>> {
        let file = self.files.get(digest).and_then(|held| held.bytes.as_ref());
        file.or_else(|| self.openings.get(digest)).cloned()
    }
}

fn known(ending: &str) -> bool {
    TEXTS.contains(&ending) || PICTURES.contains(&ending) || ending == NOTE
}

fn json(path: &str, bytes: &[u8], found: &mut Problems) {
    if jsonl::depth(bytes) > jsonl::DEPTH_LIMIT {
        found.add(Code::Malformed, format!("{path}: {}", LineError::TooDeep));
    } else if let Err(e) = canon::from_slice(bytes) {
        found.add(Code::Jcs, format!("{path}: {e}"));
    }
}

/// What a line that is no line is called.
pub(super) fn code_of(error: &LineError) -> Code {
    match error {
        LineError::NotCanonical(_) | LineError::NoEnd => Code::Jcs,
        LineError::NotObject(_) | LineError::TooLong | LineError::TooDeep => Code::Malformed,
    }
}

fn words(error: &ReadError) -> String {
    match error {
        ReadError::Missing => "not there".to_owned(),
        ReadError::TooLarge => "larger than is read".to_owned(),
        ReadError::Failed(why) => why.clone(),
    }
}
