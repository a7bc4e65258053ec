//! What both engines write beside rows and check when they read them.

use usher_domain::journal::{Lease, Sent};
use usher_domain::snapshot::Snapshot;

use crate::batch::{Logged, NewEvent, SENT, ShelfRow, lane_stream};
use crate::error::StoreError;
use crate::snapshots::{SnapRow, kind_number};
use crate::sum::sum;

/// `last` of a version that nothing has ended.
pub(crate) const STILL: i64 = i64::MAX;

pub(crate) fn event_sum(stream: &str, event: &Logged) -> i64 {
    sum(&[stream.as_bytes(), &event.seq.0.to_le_bytes(), event.kind.as_bytes(), &event.at.micros().to_le_bytes(), &event.body])
}

pub(crate) fn row_sum(row: &ShelfRow) -> i64 {
    let due = row.due.map_or(Vec::new(), |due| due.micros().to_le_bytes().to_vec());
    sum(&[row.shelf.as_bytes(), row.key.as_bytes(), row.group.as_bytes(), &due, &row.body])
}

/// The checksum of a row of a snapshot.
pub(crate) fn version_sum(kind: i64, key: &str, salt: &[u8], body: &[u8]) -> i64 {
    sum(&[&kind.to_le_bytes(), key.as_bytes(), salt, body])
}

/// The checksum of a sealed snapshot's own row.
pub(crate) fn meta_sum(id: i64, meta: &[u8]) -> i64 {
    sum(&[&id.to_le_bytes(), meta])
}

/// An event, refused if its checksum differs.
pub(crate) fn checked_event(stream: &str, event: Logged, sum: i64) -> Result<Logged, StoreError> {
    if event_sum(stream, &event) == sum {
        return Ok(event);
    }
    Err(StoreError::damaged(format!("event {} of stream {stream} is not what was written", event.seq.0)))
}

/// A row of a shelf, refused if its checksum differs.
pub(crate) fn checked_row(row: ShelfRow, sum: i64) -> Result<ShelfRow, StoreError> {
    if row_sum(&row) == sum {
        return Ok(row);
    }
    Err(StoreError::damaged(format!("row {} of shelf {} is not what was written", row.key, row.shelf)))
}

/// A row of a snapshot, refused if its checksum differs.
pub(crate) fn checked_version(row: SnapRow, sum: i64) -> Result<SnapRow, StoreError> {
    if kind_number(row.kind).is_some_and(|number| version_sum(number, &row.key, row.salt.bytes(), &row.body) == sum) {
        return Ok(row);
    }
    Err(StoreError::damaged(format!("row {} of a snapshot is not what was written", row.key)))
}

/// A sealed snapshot, refused if its checksum differs.
pub(crate) fn checked_snapshot(id: i64, meta: &[u8], sum: i64) -> Result<Snapshot, StoreError> {
    let damaged = || StoreError::damaged(format!("snapshot {id} is not what was written"));
    if meta_sum(id, meta) != sum {
        return Err(damaged());
    }
    serde_json::from_slice(meta).map_err(|_| damaged())
}

/// What [`usher_domain::journal::Journal::append_sent`] appends.
pub(crate) fn sent_event(lease: &Lease, sent: &Sent) -> NewEvent {
    let body = serde_json::json!({ "sent": sent }).to_string().into_bytes();
    NewEvent { stream: lane_stream(&lease.lane).to_owned(), kind: SENT.to_owned(), body }
}

/// The least text that is greater than every text with this prefix; `None`: there is none.
pub(crate) fn after_all_with(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The ranges of `char` step over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix() {
        assert_eq!(after_all_with("ab").as_deref(), Some("ac"));
        assert_eq!(after_all_with("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(after_all_with("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_all_with("\u{10ffff}"), None);
        assert_eq!(after_all_with(""), None);
    }
}
