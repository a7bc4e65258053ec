//! ROWS, and TIME of reads: populations are what the reads say.

use super::book::Book;
use super::problem::{Code, Problems};
use crate::digest::Digest;
use crate::jsonl;
use crate::log::Entry;

pub(super) fn check(book: &Book<'_>, found: &mut Problems) {
    for (position, logged) in book.all() {
        let Entry::Read { instance, started_at, rows, stated, complete, list, .. } = &logged.entry else { continue };
        let place = format!("entry {position}: read of {instance}");
        if *started_at > logged.at {
            found.add(Code::Time, format!("{place}: it ended before it began"));
        }
        if *complete && stated.is_some_and(|stated| stated != *rows) {
            found.add(Code::Rows, format!("{place}: complete with {rows} rows, the app says {}", stated.unwrap_or_default()));
        }
        let Some(bytes) = list.as_ref().and_then(|l| book.material.text(l, "rows")) else { continue };
        match digests(bytes) {
            Err(why) => found.add(Code::Rows, format!("{place}: {why}")),
            Ok(listed) => {
                if listed.len() as u64 != *rows {
                    found.add(Code::Rows, format!("{place}: {rows} rows, the list has {}", listed.len()));
                }
                let other = listed.iter().find(|d| of_another(book, d, instance));
                if let Some(other) = other {
                    found.add(Code::Rows, format!("{place}: {other} is no row of it"));
                }
            }
        }
    }
}

/// Sorted, each once, one a line.
fn digests(bytes: &[u8]) -> Result<Vec<Digest>, String> {
    let lines = jsonl::split(bytes).map_err(|e| format!("the list has {e}"))?;
    let mut listed: Vec<Digest> = Vec::with_capacity(lines.len());
    for line in lines {
        let digest = std::str::from_utf8(line).ok().and_then(|l| l.parse().ok()).ok_or("the list has a line that is no digest")?;
        if listed.last().is_some_and(|before| *before >= digest) {
            return Err("the list is not sorted, or has a row twice".to_owned());
        }
        listed.push(digest);
    }
    Ok(listed)
}

/// True for an opening that is there and is not a row of this instance.
fn of_another(book: &Book<'_>, digest: &Digest, instance: &str) -> bool {
    let Some(line) = book.material.openings.get(digest) else { return false };
    let of = jsonl::object(line).ok().and_then(|map| map.get("instance")?.as_str().map(str::to_owned));
    of.as_deref() != Some(instance)
}
