//! MISSING, EXTRA, PRIVACY (erased and still there): the bundle is closed under references.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Book;
use super::problem::{Code, Problems};
use crate::digest::Digest;
use crate::evidence::references;
use crate::log::Entry;
use crate::message::{Batch, Statement};

pub(super) fn check(book: &Book<'_>, log: &[u8], found: &mut Problems) {
    let material = book.material;
    let mut queue = references(log);
    let mut seen: BTreeSet<Digest> = BTreeSet::new();
    while let Some(digest) = queue.pop() {
        if !seen.insert(digest) {
            continue;
        }
        let file = material.files.get(&digest);
        let opening = material.openings.get(&digest);
        if file.is_none() && opening.is_none() && !book.erased.contains(&digest) {
            found.add(Code::Missing, format!("{digest} is referred to, not here, and not erased by a plan"));
        }
        let texts = file.and_then(|f| f.bytes.as_ref()).into_iter().chain(opening);
        queue.extend(texts.flat_map(|bytes| references(bytes)));
    }
    for digest in material.held().difference(&seen) {
        found.add(Code::Extra, format!("{digest} is here, and nothing refers to it"));
    }
    for digest in material.held().intersection(&book.erased) {
        found.add(Code::Privacy, format!("{digest} was erased by a plan, and is still here"));
    }
    roles(book, found);
}

/// A digest must be there as what its role says: a message as `.txt`, an opening in `personal.jsonl`.
fn roles(book: &Book<'_>, found: &mut Problems) {
    let mut files: BTreeMap<Digest, &str> = BTreeMap::new();
    let mut openings: BTreeSet<Digest> = BTreeSet::new();
    for (_, logged) in book.all() {
        match &logged.entry {
            Entry::Opened { previous, .. } => files.extend(previous.map(|d| (d, "note"))),
            Entry::Signers { allowed, revoked, oidc } => {
                files.insert(*allowed, "signers");
                files.extend(revoked.map(|d| (d, "revoked")));
                files.extend(oidc.map(|d| (d, "json")));
            }
            Entry::Read { list, .. } => files.extend(list.map(|d| (d, "rows"))),
            Entry::Plan { plan, .. } => {
                files.insert(*plan, "jsonl");
            }
            Entry::Decision { kind, message, proof, .. } => {
                files.insert(*message, "txt");
                files.insert(*proof, if *kind == crate::voice::Kind::Sshsig { "sig" } else { "jwt" });
            }
            Entry::Intent { about, .. } | Entry::Outcome { about, .. } | Entry::Exported { about, .. } => {
                openings.insert(*about);
            }
            Entry::Run { .. } | Entry::Closed { .. } => {}
        }
    }
    for plan in book.ledger.plans.values() {
        files.insert(plan.head().config, "tree");
        for pin in plan.head().pins.values() {
            files.insert(pin.app, "tree");
            files.insert(pin.config, "json");
        }
        openings.extend(plan.steps().iter().filter(|s| !s.is_erase()).map(|s| s.about));
    }
    for statement in book.statements.values() {
        if let Statement::Decision(m) = statement {
            let batch = book.material.text(&m.plan, "batch").is_some_and(|b| Batch::parse(b).is_ok());
            files.extend(batch.then_some((m.plan, "batch")));
        }
    }
    for (digest, ending) in files {
        if let Some(held) = book.material.files.get(&digest).filter(|held| held.ending != ending) {
            found.add(Code::Missing, format!("{digest} is here as .{}, and must be .{ending}", held.ending));
        } else if book.material.openings.contains_key(&digest) && !book.material.files.contains_key(&digest) {
            found.add(Code::Missing, format!("{digest} must be a .{ending} file"));
        }
    }
    for digest in openings {
        if book.material.files.contains_key(&digest) && !book.material.openings.contains_key(&digest) {
            found.add(Code::Missing, format!("{digest} must be a line of personal.jsonl"));
        }
    }
}
