//! Snapshots as streams: pages in, one seal, pages out.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use usher_domain::digest::Digest;
use usher_domain::journal::Lease;
use usher_domain::names::Salt;
use usher_domain::snapshot::{Row, RowKind, Snapshot};
use usher_domain::time::Time;

use crate::error::StoreError;

/// usher's own id of a snapshot, rising; never used again, also not after the snapshot was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub u64);

impl From<&Snapshot> for SnapshotId {
    fn from(snapshot: &Snapshot) -> Self {
        SnapshotId(snapshot.id)
    }
}

/// One row as a snapshot keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapRow {
    /// What it is. Never [`RowKind::Record`].
    pub kind: RowKind,
    /// Unique among the rows of its kind.
    pub key: String,
    /// The salt of its opening (approvals-and-evidence.md §4). Going in: a fresh one, used only if the row is new or differs.
    pub salt: Salt,
    /// The row, equal bytes for equal content.
    pub body: Vec<u8>,
}

impl SnapRow {
    /// Puts a row into the form in which it is kept: JSON with sorted keys. The line of a file goes: it changes when a row is
    /// put in front, and the row does not.
    ///
    /// # Errors
    /// [`StoreError::Failed`] for a record of a named query, which is never kept.
    pub fn of(mut row: Row, salt: Salt) -> Result<SnapRow, StoreError> {
        let (kind, key) = (row.kind(), row.key());
        match &mut row {
            Row::Person(person) => person.line = None,
            Row::Account(account) => {
                account.line = None;
                account.attributes.values_mut().for_each(serde_json::Value::sort_all_objects);
            }
            Row::Entitlement(_) | Row::Grant(_) | Row::Credential(_) | Row::Record(_) => {}
        }
        kind_number(kind).ok_or_else(not_kept)?;
        let body = serde_json::to_vec(&row).map_err(|_| not_kept())?;
        Ok(SnapRow { kind, key, salt, body })
    }

    /// The row that was put in with [`SnapRow::of`].
    ///
    /// # Errors
    /// [`StoreError::Failed`] where the bytes are not such a row.
    pub fn row(&self) -> Result<Row, StoreError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| StoreError::damaged(format!("row {:?} {} can't be read: {error}", self.kind, self.key)))
    }
}

/// The number of a kind in a store; its order is the order of [`RowKind`].
pub(crate) const fn kind_number(kind: RowKind) -> Option<i64> {
    match kind {
        RowKind::Person => Some(0),
        RowKind::Account => Some(1),
        RowKind::Entitlement => Some(2),
        RowKind::Grant => Some(3),
        RowKind::Credential => Some(4),
        RowKind::Record => None,
    }
}

/// The kind of a number of [`kind_number`].
pub(crate) const fn kind_of(number: i64) -> Option<RowKind> {
    match number {
        0 => Some(RowKind::Person),
        1 => Some(RowKind::Account),
        2 => Some(RowKind::Entitlement),
        3 => Some(RowKind::Grant),
        4 => Some(RowKind::Credential),
        _ => None,
    }
}

pub(crate) fn not_kept() -> StoreError {
    StoreError::failed(usher_domain::diagnostic::Diagnostic::new(
        "STORE-017",
        "this row is not kept",
        "records of a named query are shown and never stored",
    ))
}

/// One page of a read, kept together with the place from which the read can go on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SnapPage {
    /// Its rows.
    pub rows: Vec<SnapRow>,
    /// All that the reader needs to go on after this page (cursor, tally), as it likes; `None`: it can only start over.
    pub resume: Option<String>,
    /// The lane that must still be held.
    pub lease: Option<Lease>,
}

/// What a page brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Rows that this snapshot did not have yet, by kind.
    pub added: BTreeMap<RowKind, u64>,
    /// Rows that it had already with the same content.
    pub repeated: u64,
    /// Keys that it had already with other content. The first content stays.
    pub differing: Vec<(RowKind, String)>,
}

/// A snapshot under way, or left by a process that died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSnapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The instance.
    pub instance: String,
    /// Digest of the query that makes it.
    pub query: Digest,
    /// Store time at its begin.
    pub begun: Time,
    /// Pages that are kept.
    pub pages: u64,
    /// What the last page said about going on.
    pub resume: Option<String>,
}

/// Which sealed snapshots, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seek {
    /// Of this instance; `None`: of all.
    pub instance: Option<String>,
    /// Only those that are whole.
    pub complete_only: bool,
    /// Only those whose read began by this time (`--at TIME`).
    pub read_by: Option<Time>,
    /// Only this one.
    pub id: Option<SnapshotId>,
    /// Only those older than this one: the next page.
    pub before: Option<SnapshotId>,
    /// At most so many.
    pub limit: u32,
}

impl Seek {
    /// The newest snapshot of an instance.
    pub fn latest(instance: impl Into<String>, complete_only: bool) -> Self {
        Seek { instance: Some(instance.into()), complete_only, limit: 1, ..Seek::all() }
    }

    /// The newest snapshot of an instance whose read began by this time.
    pub fn at(instance: impl Into<String>, complete_only: bool, time: Time) -> Self {
        Seek { read_by: Some(time), ..Seek::latest(instance, complete_only) }
    }

    /// This one.
    pub fn id(id: SnapshotId) -> Self {
        Seek { id: Some(id), limit: 1, ..Seek::all() }
    }

    /// The first page of all snapshots of all instances.
    pub fn all() -> Self {
        Seek { instance: None, complete_only: false, read_by: None, id: None, before: None, limit: 1_000 }
    }
}

/// What sealing computes: rows by kind, and SHA-256 over every row in the order of (kind, key): the kind's number (1 byte), length of
/// the key (8 bytes, big-endian), key, length of the body (8 bytes), body. Salts don't count: equal content, equal digest.
#[derive(Default)]
pub(crate) struct Count {
    hasher: Sha256,
    rows: BTreeMap<RowKind, u64>,
}

impl Count {
    pub(crate) fn add(&mut self, kind: RowKind, key: &[u8], body: &[u8]) {
        // No kind without a number is ever kept.
        self.hasher.update([kind_number(kind).unwrap_or(255) as u8]);
        for part in [key, body] {
            self.hasher.update((part.len() as u64).to_be_bytes());
            self.hasher.update(part);
        }
        *self.rows.entry(kind).or_default() += 1;
    }

    pub(crate) fn end(self) -> (BTreeMap<RowKind, u64>, Digest) {
        (self.rows, Digest::from_bytes(self.hasher.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::account::AccountRow;

    #[test]
    fn a_row_that_moved_in_its_file_is_the_same_row() {
        let salt = Salt::new([7; 16]);
        let at = |line, attributes: &str| {
            let attributes = serde_json::from_str(attributes).unwrap();
            SnapRow::of(Row::Account(AccountRow { native_id: "1".into(), line, attributes, ..AccountRow::default() }), salt).unwrap()
        };
        let first = at(Some(2), r#"{"x": {"b": 1, "a": [{"d": 1, "c": 2}]}}"#);
        assert_eq!(first, at(Some(3), r#"{"x": {"a": [{"c": 2, "d": 1}], "b": 1}}"#));
        assert_eq!(first.row().unwrap().key(), "1");
    }

    #[test]
    fn numbers_of_kinds_keep_their_order_and_records_have_none() {
        let kinds = [RowKind::Person, RowKind::Account, RowKind::Entitlement, RowKind::Grant, RowKind::Credential];
        assert!(kinds.is_sorted());
        for (n, kind) in kinds.into_iter().enumerate() {
            assert_eq!(kind_number(kind), Some(n as i64));
            assert_eq!(kind_of(n as i64), Some(kind));
        }
        assert!(SnapRow::of(Row::Record(serde_json::json!({})), Salt::new([0; 16])).is_err());
    }
}
