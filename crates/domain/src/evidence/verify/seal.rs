//! TREE, SIGNATURE, KEY, ANCHOR, FRESH: that the log is whole, signed by the log's key, and extends what the auditor holds.

use std::collections::BTreeMap;

use super::Ask;
use super::book::Book;
use super::material::Material;
use super::problem::{Code, Problems};
use crate::checkpoint::{Checkpoint, VKey, parse_log_name};
use crate::digest::Digest;
use crate::log::Entry;
use crate::tree::{Frontier, Hash};

/// The log's lines as they stand in the file, and the tree over them.
pub(super) struct Sealed {
    pub(super) size: u64,
    pub(super) root: Hash,
}

/// Checks the checkpoint, the key and the anchors.
pub(super) fn check(material: &Material, lines: &[&[u8]], ask: &Ask<'_>, found: &mut Problems) -> Sealed {
    let anchors: Vec<(&str, Result<Checkpoint, _>, &[u8])> =
        ask.anchors.iter().map(|a| (a.name, Checkpoint::parse(a.bytes), a.bytes)).collect();
    let mut roots: BTreeMap<u64, Option<Hash>> = anchors.iter().filter_map(|(_, c, _)| Some((c.as_ref().ok()?.size, None))).collect();
    let mut tree = Frontier::new();
    for line in lines {
        tree.append(line);
        if let Some(root) = roots.get_mut(&tree.size()) {
            *root = Some(tree.root());
        }
    }
    let sealed = Sealed { size: tree.size(), root: tree.root() };
    if !material.at_top("log.jsonl").ends_with(b"\n") {
        found.add(Code::Tree, "log.jsonl does not end with a line feed");
    }
    let Some(vkey) = key(material, ask, found) else { return sealed };
    if let Err(e) = Checkpoint::open(material.at_top("checkpoint"), &vkey) {
        found.add(Code::Signature, e.to_string());
    }
    match Checkpoint::parse(material.at_top("checkpoint")) {
        Ok(signed) if signed.size == sealed.size && signed.root == sealed.root => {}
        Ok(signed) => found.add(
            Code::Tree,
            format!(
                "the log has {} lines and root {}, the checkpoint says {} and {}",
                sealed.size,
                base64(&sealed.root),
                signed.size,
                signed.root_base64()
            ),
        ),
        Err(e) => found.add(Code::Tree, format!("no root to compare with: {e}")),
    }
    for (name, anchor, bytes) in anchors {
        let anchor = match anchor.and_then(|_| Checkpoint::open(bytes, &vkey)) {
            Ok(anchor) => anchor,
            Err(e) if is_previous(lines, bytes) => {
                // The last checkpoint of the log before, which this log's first entry names: signed by the key of then.
                drop(e);
                continue;
            }
            Err(e) => {
                found.add(Code::Anchor, format!("{name}: {e}"));
                continue;
            }
        };
        match roots.get(&anchor.size).copied().flatten() {
            Some(root) if root == anchor.root => {}
            Some(root) => found.add(
                Code::Anchor,
                format!("{name}: the first {} entries have root {}, not {}", anchor.size, base64(&root), anchor.root_base64()),
            ),
            None => found.add(Code::Anchor, format!("{name}: of {} entries, the log has {}", anchor.size, sealed.size)),
        }
    }
    sealed
}

fn base64(root: &Hash) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(root)
}

/// The pinned key, or the bundle's own.
fn key(material: &Material, ask: &Ask<'_>, found: &mut Problems) -> Option<VKey> {
    let file = material.at_top("log.vkey");
    let own = VKey::parse(file);
    if let Err(e) = &own {
        found.add(Code::Key, format!("log.vkey: {e}"));
    }
    if own.as_ref().is_ok_and(|own| format!("{own}\n").as_bytes() != file) {
        found.add(Code::Key, "log.vkey is not the key and a line feed");
    }
    match (ask.key, own) {
        (None, own) => own.ok(),
        (Some(pinned), own) => {
            if own.as_ref().is_ok_and(|own| own != pinned) {
                found.add(Code::Key, format!("log.vkey is {}, you hold {pinned}", own.map(|k| k.to_string()).unwrap_or_default()));
            }
            Some(pinned.clone())
        }
    }
}

fn is_previous(lines: &[&[u8]], note: &[u8]) -> bool {
    let first = lines.first().and_then(|line| crate::log::Logged::parse(line).ok());
    matches!(first.map(|l| l.entry), Some(Entry::Opened { previous: Some(digest), .. }) if digest == Digest::of(note))
}

/// That the checkpoint is of the company whose log this is, and that the log ends with the export that the auditor asked for.
pub(super) fn check_ends(book: &Book<'_>, ask: &Ask<'_>, found: &mut Problems) {
    if let (Some(tenant), Ok(signed)) = (&book.tenant, Checkpoint::parse(book.material.at_top("checkpoint"))) {
        let of = parse_log_name(&signed.origin).map(|(tenant, _)| tenant);
        if of != Some(tenant) {
            found.add(Code::Signature, format!("the checkpoint is of {}, the log of {tenant}", signed.origin));
        }
    }
    match book.entries.last().and_then(|l| l.as_ref()).map(|l| &l.entry) {
        Some(Entry::Exported { words, .. }) => {
            if let Some(asked) = ask.words.filter(|asked| asked != words) {
                found.add(Code::Fresh, format!("the last entry is the export for {words:?}, you asked for {asked:?}"));
            }
        }
        _ => found.add(Code::Fresh, "the last entry is not `exported`"),
    }
    if let Some((Some(previous), Ok(own))) =
        book.previous.map(|d| (book.material.text(&d, crate::evidence::NOTE), Checkpoint::parse(book.material.at_top("checkpoint"))))
    {
        let before = Checkpoint::parse(previous).ok().and_then(|c| parse_log_name(&c.origin).map(|(t, n)| (t.to_owned(), n)));
        let this = parse_log_name(&own.origin).map(|(t, n)| (t.to_owned(), n.saturating_sub(1)));
        if before.is_none() || before != this {
            found.add(Code::Log, "`previous` is not a checkpoint of the log before");
        }
    }
}
