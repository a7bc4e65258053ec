//! Station eight: the bundle that an auditor gets, and the verifier over a directory (approvals-and-evidence §5).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use usher_domain::checkpoint::VKey;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::evidence::{
    Anchor, Ask, BundleIn, BundleOut, Found, FoundKind, ReadError, Verdict, export_opening, report, verify as check, write_bundle,
};
use usher_domain::log::{Entry, Logged};
use usher_store::{Batch, Seek, SnapshotId};

use crate::ledger::{Ledger, TRIES, busy};
use crate::shelves::{self, LoggedRead, OpeningRecord, Shelf as _};
use crate::usher::Usher;

/// What was exported.
#[derive(Debug)]
pub struct Exported {
    /// Entries of the log.
    pub entries: u64,
    /// Files beside the log.
    pub files: u64,
    /// Changes of access: outcomes.
    pub changes: u64,
    /// The log's root, base64.
    pub root: String,
}

/// What an auditor brings.
#[derive(Debug, Default)]
pub struct Pinned {
    /// The log's public key, as it was given at the start.
    pub key: Option<Vec<u8>>,
    /// Checkpoints that were received earlier: a name for messages, and the bytes.
    pub anchors: Vec<(String, Vec<u8>)>,
    /// The words that were to be put in.
    pub purpose: Option<String>,
}

impl Usher {
    /// Writes a bundle of the whole log, checks it with the verifier, and only then puts it in its place.
    ///
    /// # Errors
    /// `EVIDENCE-…`: words that can't stand in the log, a place that is taken, a bundle that does not hold. Nothing is left behind then.
    pub async fn export(&self, out: &Path, purpose: &str) -> Result<Exported, Diagnostic> {
        if !usher_domain::names::is_line(purpose) || purpose.contains('@') {
            return Err(Diagnostic::new(
                "EVIDENCE-001",
                "these words can't stand in the log",
                "1 to 190 characters of plain ASCII without @",
            )
            .hint("give what the auditor gave you: --for 'Q4 audit / 4b1d'")
            .exit(Exit::Usage));
        }
        if out.exists() {
            return Err(Diagnostic::new("EVIDENCE-005", "the place is taken", format!("{} is there already", out.display()))
                .hint("name a directory that is not there yet")
                .exit(Exit::Usage));
        }
        self.tenant().await?;
        let key = self.log_key().await?;
        let (lines, kept) = self.log_export(purpose).await?;
        let temporary = beside(out, &self.given.entropy.hex(4));
        let result = write_and_check(&lines, &kept, &key, &temporary, purpose);
        let (verdict, files) = match result {
            Ok(done) => done,
            Err(message) => {
                // Half a bundle helps nobody; the store still has all of it.
                let _ = std::fs::remove_dir_all(&temporary);
                return Err(message);
            }
        };
        std::fs::rename(&temporary, out).map_err(|e| not_exported(format!("{}: {e}", out.display())))?;
        let changes = parse(&lines)?.iter().filter(|l| matches!(l.entry, Entry::Outcome { .. })).count() as u64;
        Ok(Exported { entries: verdict.size, files, changes, root: verdict.root })
    }

    /// Puts `exported` at the end of the log. Gives the log up to it, and what it refers to.
    ///
    /// The entry names a report over everything before it, so it may stand nowhere else: if a run logs an outcome meanwhile, all is made again.
    async fn log_export(&self, purpose: &str) -> Result<(Vec<Vec<u8>>, BTreeMap<Digest, Vec<u8>>), Diagnostic> {
        let ledger = Ledger::new(self.store());
        for _ in 0..TRIES {
            let tip = ledger.tip().await?;
            let mut lines = ledger.lines().await?;
            lines.truncate(usize::try_from(tip.tree().size()).unwrap_or(usize::MAX));
            let mut kept = self.collect(&lines).await?;
            let made = report(&parse(&lines)?, &kept);
            let (about, line) = export_opening(&made, self.given.entropy.salt()).map_err(|e| not_exported(e.to_string()))?;
            let keep = Batch::default().row(OpeningRecord { digest: about, line: String::from_utf8_lossy(&line).into_owned() }.row());
            let entry = Entry::Exported { words: purpose.to_owned(), about };
            if let Some(seqs) = ledger.append_to(tip, self.now(), &[entry], keep, &|_, batch| batch).await? {
                kept.insert(about, line);
                lines = ledger.lines().await?;
                lines.truncate(usize::try_from(seqs.first().copied().unwrap_or(0)).unwrap_or(usize::MAX).saturating_add(1));
                return Ok((lines, kept));
            }
        }
        Err(busy())
    }

    /// Everything that the log refers to, directly or not: files, openings, rows of the reads.
    async fn collect(&self, lines: &[Vec<u8>]) -> Result<BTreeMap<Digest, Vec<u8>>, Diagnostic> {
        let store = self.store();
        let mut kept: BTreeMap<Digest, Vec<u8>> = BTreeMap::new();
        for record in shelves::all::<OpeningRecord>(store).await? {
            kept.insert(record.digest, record.line.into_bytes());
        }
        for logged in shelves::all::<LoggedRead>(store).await? {
            for snapshot in store.snapshots(Seek::id(SnapshotId(logged.snapshot))).await? {
                self.openings_of(&snapshot, |line| {
                    kept.insert(Digest::of(line), line.to_vec());
                })
                .await?;
            }
        }
        let mut wanted: Vec<Digest> = lines.iter().flat_map(|l| references(l)).collect();
        let mut seen: BTreeSet<Digest> = BTreeSet::new();
        while let Some(digest) = wanted.pop() {
            if !seen.insert(digest) {
                continue;
            }
            if !kept.contains_key(&digest)
                && let Some(bytes) = store.blob(digest).await?
            {
                kept.insert(digest, bytes);
            }
            if let Some(bytes) = kept.get(&digest) {
                wanted.extend(references(bytes).into_iter().filter(|d| !seen.contains(d)));
            }
        }
        kept.retain(|digest, _| seen.contains(digest));
        Ok(kept)
    }
}

fn references(bytes: &[u8]) -> Vec<Digest> {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![] };
    text.match_indices("sha256:").filter_map(|(at, _)| text.get(at..at + 71)?.parse().ok()).collect()
}

fn parse(lines: &[Vec<u8>]) -> Result<Vec<Logged>, Diagnostic> {
    lines.iter().map(|l| Logged::parse(l).map_err(|e| not_exported(e.to_string()))).collect()
}

fn not_exported(what: String) -> Diagnostic {
    Diagnostic::new("EVIDENCE-004", "the bundle could not be made", what)
}

/// A folder beside the wanted one, on the same file system, so that the rename is whole.
fn beside(out: &Path, tag: &str) -> PathBuf {
    let name = out.file_name().map_or_else(|| "bundle".into(), |n| n.to_string_lossy().into_owned());
    out.with_file_name(format!(".{name}.{tag}"))
}

fn write_and_check(
    lines: &[Vec<u8>],
    kept: &BTreeMap<Digest, Vec<u8>>,
    key: &usher_domain::checkpoint::LogKey,
    dir: &Path,
    purpose: &str,
) -> Result<(Verdict, u64), Diagnostic> {
    let mut out = Folder { dir: dir.to_owned(), files: 0 };
    write_bundle(lines, kept, key, &mut out).map_err(|e| not_exported(e.to_string()))?;
    let vkey = key.vkey();
    let verdict = check(&out, &Ask { key: Some(&vkey), anchors: &[], words: Some(purpose) });
    if verdict.holds {
        return Ok((verdict, out.files));
    }
    let first: Vec<String> = verdict.problems.iter().take(5).map(|p| format!("{}: {}", p.code, p.detail)).collect();
    Err(Diagnostic::new("EVIDENCE-006", "the bundle does not hold, so it is not handed out", first.join("\n"))
        .hint("usher doctor checks the store; restore it from a backup if it is damaged"))
}

/// Checks a bundle in a directory, offline.
///
/// # Errors
/// Wrong usage only: no such directory, a key that is none. What is wrong with the bundle is in the verdict.
pub fn verify(dir: &Path, pinned: &Pinned) -> Result<Verdict, Diagnostic> {
    if !dir.is_dir() {
        return Err(Diagnostic::new("EVIDENCE-007", "there is no bundle", format!("{} is no directory", dir.display())).exit(Exit::Usage));
    }
    let key = pinned.key.as_deref().map(VKey::parse).transpose().map_err(|e| {
        Diagnostic::new("EVIDENCE-008", "the key is none", e.to_string())
            .hint("a vkey is one line: NAME+8 hex digits+base64")
            .exit(Exit::Usage)
    })?;
    let anchors: Vec<Anchor<'_>> = pinned.anchors.iter().map(|(name, bytes)| Anchor { name, bytes }).collect();
    let folder = Folder { dir: dir.to_owned(), files: 0 };
    Ok(check(&folder, &Ask { key: key.as_ref(), anchors: &anchors, words: pinned.purpose.as_deref() }))
}

/// A bundle in a directory.
struct Folder {
    dir: PathBuf,
    files: u64,
}

impl BundleOut for Folder {
    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let to = self.dir.join(path);
        let failed = |e: std::io::Error| format!("{}: {e}", to.display());
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        if to.exists() {
            return Err(format!("{path} is written twice"));
        }
        self.files += 1;
        std::fs::write(&to, bytes).map_err(failed)
    }
}

impl BundleIn for Folder {
    fn list(&self, folder: &str) -> Result<Vec<Found>, String> {
        let at = self.dir.join(folder);
        let entries = match std::fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
            Err(e) => return Err(e.to_string()),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| e.to_string())?;
            let kind = entry.file_type().map_err(|e| e.to_string())?;
            let kind = if kind.is_file() {
                FoundKind::File
            } else if kind.is_dir() {
                FoundKind::Folder
            } else {
                FoundKind::Other
            };
            found.push(Found { name: entry.file_name().to_string_lossy().into_owned(), kind });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let at = self.dir.join(path);
        let failed = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::Failed(e.to_string()),
        };
        // Links are not followed: what they point at is not part of the bundle.
        let meta = std::fs::symlink_metadata(&at).map_err(failed)?;
        if !meta.is_file() {
            return Err(ReadError::Failed("not a regular file".into()));
        }
        if meta.len() > limit {
            return Err(ReadError::TooLarge);
        }
        std::fs::read(&at).map_err(failed)
    }
}
