//! What a store holds, as one digest: two stores with the same one answer every question alike.

use sha2::{Digest as _, Sha256};
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;

use super::{COPYING, Listing, PAGE, all_names, sealed};
use crate::batch::{Find, META};
use crate::error::StoreError;
use crate::store::Store;

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Events of all streams.
    pub events: u64,
    /// Rows of all shelves.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// Sealed snapshots.
    pub reads: u64,
    /// Over all of it. Open snapshots and who holds a lane don't count.
    pub digest: Digest,
}

impl Contents {
    /// Whether nothing was ever put in.
    pub fn is_empty(&self) -> bool {
        self.events + self.rows + self.files + self.reads == 0
    }

    /// Where two differ, for people.
    pub(super) fn difference(&self, other: &Contents) -> String {
        let pairs = [
            ("events", self.events, other.events),
            ("rows", self.rows, other.rows),
            ("files", self.files, other.files),
            ("reads", self.reads, other.reads),
        ];
        let numbers: Vec<String> =
            pairs.iter().filter(|(_, a, b)| a != b).map(|(what, is, should)| format!("{is} {what} instead of {should}")).collect();
        if numbers.is_empty() { "the same numbers with another content".into() } else { numbers.join(", ") }
    }
}

/// Looks at everything but the rows of snapshots, whose digests were computed from what is stored when they were sealed.
///
/// # Errors
/// What the store says.
pub async fn contents(store: &dyn Store) -> Result<Contents, StoreError> {
    let mut hasher = Sha256::new();
    let mut put = |parts: &[&[u8]]| {
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    };
    let (mut events, mut rows, mut files, mut reads) = (0, 0, 0, 0);
    for stream in all_names(store, Listing::Streams).await? {
        let mut after = Seq(0);
        loop {
            let page = store.load(&stream.name, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            events += page.len() as u64;
            for e in &page {
                put(&[b"event", stream.name.as_bytes(), &e.seq.0.to_be_bytes(), e.kind.as_bytes(), &e.at.micros().to_be_bytes(), &e.body]);
            }
        }
    }
    for shelf in all_names(store, Listing::Shelves).await? {
        for row in store.find_all(Find::on(&shelf.name)).await?.iter().filter(|row| !(row.shelf == META && row.key == COPYING)) {
            rows += 1;
            let due = row.due.map_or_else(Vec::new, |due| due.micros().to_be_bytes().to_vec());
            put(&[b"row", row.shelf.as_bytes(), row.key.as_bytes(), row.group.as_bytes(), &due, &row.body]);
        }
    }
    for file in all_names(store, Listing::Blobs).await? {
        files += 1;
        put(&[b"file", file.name.as_bytes()]);
    }
    for lane in all_names(store, Listing::Lanes).await? {
        put(&[b"lane", lane.name.as_bytes(), &lane.number.to_be_bytes()]);
    }
    for snapshot in sealed(store).await? {
        reads += 1;
        put(&[b"read", &serde_json::to_vec(&snapshot).unwrap_or_default()]);
    }
    Ok(Contents { events, rows, files, reads, digest: Digest::from_bytes(hasher.finalize().into()) })
}
