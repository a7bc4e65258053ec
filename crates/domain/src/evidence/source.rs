//! Writing a bundle: from the log's lines along every reference, each file under the ending that its role gives it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::bundle::{BundleOut, path_of};
use super::ledger::Ledger;
use super::{PAGE, references, report};
use crate::checkpoint::{Checkpoint, LogKey};
use crate::digest::Digest;
use crate::jsonl::{self, LineError};
use crate::log::{Entry, LogError, Logged};
use crate::message::{Batch, Statement};
use crate::names::Salt;
use crate::plan::PlanText;
use crate::tree::Frontier;
use crate::voice::Kind;

/// What a store keeps by digest: files, and openings as their line without LF.
pub trait Blobs {
    /// The bytes with this digest; `None` if they were erased or never kept.
    fn blob(&self, digest: &Digest) -> Option<Vec<u8>>;
}

impl Blobs for BTreeMap<Digest, Vec<u8>> {
    fn blob(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.get(digest).cloned()
    }
}

/// Why a bundle can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The log has a line that is none.
    #[error("entry {0}: {1}")]
    Log(u64, LogError),
    /// Something is referred to, not there, and not erased by an approved plan.
    #[error("{0} is referred to and not kept")]
    Missing(Digest),
    /// What is kept under a digest is not what its role says.
    #[error("{0}: {1}")]
    Malformed(Digest, String),
    /// The last entry is not `exported`, or its opening does not name page and report.
    #[error("the last entry is not the export of this bundle")]
    NotExported,
    /// The place to write to failed.
    #[error("{0}")]
    Out(String),
}

/// The opening of an `exported` entry: digests of page and report. Its digest is the entry's `about`; keep the line as a blob.
///
/// # Errors
/// Never in practice; [`LineError`] as for every line.
pub fn export_opening(report: &[u8], salt: Salt) -> Result<(Digest, Vec<u8>), LineError> {
    let mut map = Map::new();
    map.insert("readme".to_owned(), json!(Digest::of(PAGE.as_bytes()).hex()));
    map.insert("report".to_owned(), json!(Digest::of(report).hex()));
    map.insert("salt".to_owned(), json!(salt.to_string()));
    let line = jsonl::line(&map)?;
    Ok((Digest::of(&line), line))
}

/// Writes a bundle from all lines of the log (without their LFs, `exported` last). Check it with [`super::verify`] before it is
/// handed out.
///
/// # Errors
/// [`BundleError`].
pub fn write_bundle(lines: &[Vec<u8>], blobs: &dyn Blobs, key: &LogKey, out: &mut dyn BundleOut) -> Result<(), BundleError> {
    let mut log = Vec::with_capacity(lines.len());
    let mut tree = Frontier::new();
    let mut text = Vec::new();
    for (seq, line) in lines.iter().enumerate() {
        log.push(Logged::parse(line).map_err(|e| BundleError::Log(seq as u64, e))?);
        tree.append(line);
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    let made = report(&log, blobs);
    match log.last().map(|l| &l.entry) {
        Some(Entry::Exported { about, .. }) if names(blobs, about, &made) => {}
        _ => return Err(BundleError::NotExported),
    }
    let mut walk =
        Walk { blobs, out, erased: Ledger::new(log.iter(), blobs).erased(log.iter()), written: BTreeSet::new(), openings: BTreeMap::new() };
    for logged in &log {
        walk.entry(&logged.entry)?;
    }
    let mut personal = Vec::new();
    for line in walk.openings.values() {
        personal.extend_from_slice(line);
        personal.push(b'\n');
    }
    let mut put = |path: &str, bytes: &[u8]| walk.out.file(path, bytes).map_err(BundleError::Out);
    put("personal.jsonl", &personal)?;
    put("log.jsonl", &text)?;
    put("checkpoint", Checkpoint::sign(tree.size(), tree.root(), key).as_bytes())?;
    put("log.vkey", format!("{}\n", key.vkey()).as_bytes())?;
    put("report.csv", &made)?;
    put("README.md", PAGE.as_bytes())
}

fn names(blobs: &dyn Blobs, about: &Digest, report: &[u8]) -> bool {
    let opening = blobs.blob(about).and_then(|line| jsonl::object(&line).ok());
    let is = |key: &str, bytes: &[u8]| opening.as_ref().and_then(|o| o.get(key)) == Some(&json!(Digest::of(bytes).hex()));
    is("readme", PAGE.as_bytes()) && is("report", report)
}

struct Walk<'a> {
    blobs: &'a dyn Blobs,
    out: &'a mut dyn BundleOut,
    erased: BTreeSet<Digest>,
    written: BTreeSet<Digest>,
    openings: BTreeMap<Digest, Vec<u8>>,
}

impl Walk<'_> {
    fn entry(&mut self, entry: &Entry) -> Result<(), BundleError> {
        match entry {
            Entry::Opened { previous, .. } => self.perhaps(previous.as_ref(), "note"),
            Entry::Signers { allowed, revoked, oidc } => {
                self.file(allowed, "signers")?;
                self.perhaps(revoked.as_ref(), "revoked")?;
                self.perhaps(oidc.as_ref(), "json")
            }
            Entry::Read { list, .. } => {
                let Some(list) = list else { return Ok(()) };
                let Some(bytes) = self.file(list, "rows")? else { return Ok(()) };
                references(&bytes).iter().try_for_each(|row| self.opening(row))
            }
            Entry::Intent { about, .. } | Entry::Outcome { about, .. } | Entry::Exported { about, .. } => self.opening(about),
            Entry::Plan { plan, .. } => self.plan(plan),
            Entry::Decision { kind, message, proof, .. } => {
                self.file(proof, if *kind == Kind::Sshsig { "sig" } else { "jwt" })?;
                let Some(bytes) = self.file(message, "txt")? else { return Ok(()) };
                match Statement::parse(&bytes).map_err(|e| BundleError::Malformed(*message, e.to_string()))? {
                    Statement::Decision(m) if self.blobs.blob(&m.plan).is_some_and(|b| Batch::parse(&b).is_ok()) => {
                        self.file(&m.plan, "batch").map(|_| ())
                    }
                    _ => Ok(()),
                }
            }
            Entry::Run { .. } | Entry::Closed { .. } => Ok(()),
        }
    }

    fn plan(&mut self, digest: &Digest) -> Result<(), BundleError> {
        let Some(bytes) = self.file(digest, "jsonl")? else { return Ok(()) };
        let plan = PlanText::parse(&bytes).map_err(|e| BundleError::Malformed(*digest, e.to_string()))?;
        self.file(&plan.head().config, "tree")?;
        for pin in plan.head().pins.values() {
            self.file(&pin.app, "tree")?;
            self.file(&pin.config, "json")?;
        }
        for step in plan.steps() {
            if !step.is_erase() {
                self.opening(&step.about)?;
            } else if !self.erased.contains(&step.about) && !self.written.contains(&step.about) && !self.openings.contains_key(&step.about)
            {
                // Not erased yet: a picture is found through the opening that names it, everything else is an opening.
                self.opening_or_picture(&step.about)?;
            }
        }
        Ok(())
    }

    fn perhaps(&mut self, digest: Option<&Digest>, ending: &str) -> Result<(), BundleError> {
        digest.map_or(Ok(()), |d| self.file(d, ending).map(|_| ()))
    }

    /// Writes a file once. `None` if it was erased.
    fn file(&mut self, digest: &Digest, ending: &str) -> Result<Option<Vec<u8>>, BundleError> {
        let bytes = match self.blobs.blob(digest) {
            _ if self.erased.contains(digest) => return Ok(None),
            None => return Err(BundleError::Missing(*digest)),
            Some(bytes) => bytes,
        };
        if self.written.insert(*digest) {
            self.out.file(&path_of(digest, ending), &bytes).map_err(BundleError::Out)?;
        }
        Ok(Some(bytes))
    }

    fn opening(&mut self, digest: &Digest) -> Result<(), BundleError> {
        if self.erased.contains(digest) || self.openings.contains_key(digest) {
            return Ok(());
        }
        let line = self.blobs.blob(digest).ok_or(BundleError::Missing(*digest))?;
        let map = jsonl::object(&line).map_err(|e| BundleError::Malformed(*digest, e.to_string()))?;
        self.openings.insert(*digest, line);
        let pictures = map.get("files").and_then(Value::as_array).into_iter().flatten();
        for picture in pictures.filter_map(|p| p.as_str()?.parse::<Digest>().ok()) {
            self.picture(&picture)?;
        }
        Ok(())
    }

    fn picture(&mut self, digest: &Digest) -> Result<(), BundleError> {
        let ending = match self.blobs.blob(digest) {
            _ if self.erased.contains(digest) => return Ok(()),
            None => return Err(BundleError::Missing(*digest)),
            Some(bytes) => ending(&bytes).ok_or_else(|| BundleError::Malformed(*digest, "neither PNG, JPEG nor WebP".to_owned()))?,
        };
        self.file(digest, ending).map(|_| ())
    }

    fn opening_or_picture(&mut self, digest: &Digest) -> Result<(), BundleError> {
        match self.blobs.blob(digest) {
            Some(bytes) if ending(&bytes).is_some() => self.picture(digest),
            _ => self.opening(digest),
        }
    }
}

/// The ending of a picture, by its first bytes.
fn ending(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("jpg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("webp")
    } else {
        None
    }
}
