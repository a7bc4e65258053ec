//! Carrying a whole store into another one, whatever engine either has: what stands where, and how it is put in as it was.
//!
//! Everything goes through what the two stores mean, not through their tables, so a copy is the same from any engine to any other, and
//! holds when a layout changes. Salts, places in streams, times, fences and ids of snapshots stay what they were.

mod fingerprint;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::batch::{Batch, Find, Logged, META, ShelfRow};
use crate::error::StoreError;
use crate::snapshots::{Seek, SnapRow, SnapshotId, kind_number};
use crate::store::Store;

pub use fingerprint::{Contents, contents};

/// Rows, events or names asked for at a time.
const PAGE: u32 = 1_000;
/// How often a source that changes meanwhile is gone through again.
const PASSES: u32 = 4;
/// The single value that stands in a store as long as a copy into it has not ended.
pub const COPYING: &str = "copying";

/// Kinds of things that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Streams of events; the number is where each ends.
    Streams,
    /// Shelves; the number is how many rows each has.
    Shelves,
    /// Files; the name is the digest in hex, the number its bytes.
    Blobs,
    /// Lanes that were ever claimed; the number is the newest fence.
    Lanes,
    /// Instances that were ever read; the number is how many sealed snapshots each has.
    Sources,
    /// Numbers that only grow: `snapshot` is the last id that was given out.
    Counters,
}

/// A thing with its number; see [`Listing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u64,
}

/// What is put into a store as it was in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Events with their places and times; they must follow on what is there.
    Events {
        /// The stream.
        stream: String,
        /// In order.
        events: Vec<Logged>,
    },
    /// A lane that nobody holds, with the newest fence that it had. A higher one that is there stays.
    Fence {
        /// The lane.
        lane: String,
        /// Its fence.
        fence: u64,
    },
    /// An open snapshot under the id that it had.
    Snapshot {
        /// Its id; higher than every one that is there.
        id: SnapshotId,
        /// The instance.
        instance: String,
        /// Digest of the query that made it.
        query: Digest,
        /// When it was begun.
        begun: Time,
    },
    /// Rows of an open snapshot with the salts that they had, also where an equal row is there under another salt.
    Rows {
        /// The open snapshot.
        id: SnapshotId,
        /// Each key once.
        rows: Vec<SnapRow>,
    },
    /// The last id of a snapshot that was given out. A higher one that is there stays.
    LastSnapshot(SnapshotId),
}

/// Who watches a copy.
pub type Watch<'a> = &'a (dyn Fn(&str) + Sync);

/// What stands in the target as long as a copy has not ended.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Copying {
    /// From where, without a password.
    from: String,
}

/// Whether a copy into this store was begun and has not ended: from where.
///
/// # Errors
/// What the store says.
pub async fn unfinished(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let row = store.get(META, COPYING).await?;
    Ok(row.map(|row| serde_json::from_slice::<Copying>(&row.body).map_or_else(|_| "another store".to_owned(), |c| c.from)))
}

/// Copies everything of one store into another that is empty, or into which a copy of the same store was begun; then compares what
/// both hold. `from_name` is how the source is called in messages.
///
/// # Errors
/// `STORE-030` the target holds something else; `STORE-031` the source went on changing; `STORE-032` the copy differs; what the stores say.
pub async fn copy(from: &dyn Store, to: &dyn Store, from_name: &str, watch: Watch<'_>) -> Result<Contents, Diagnostic> {
    begin(from, to, from_name).await?;
    for pass in 1..=PASSES {
        let before = contents(from).await?;
        watch(&format!("pass {pass}: {} events, {} rows, {} files, {} reads", before.events, before.rows, before.files, before.reads));
        files(from, to).await?;
        snapshots(from, to, watch).await?;
        lanes(from, to).await?;
        rows(from, to).await?;
        streams(from, to).await?;
        let after = contents(from).await?;
        if after.digest != before.digest {
            continue;
        }
        let copied = contents(to).await?;
        if copied.digest != after.digest {
            return Err(Diagnostic::new("STORE-032", "the copy differs from its source", copied.difference(&after))
                .hint("copy into a new, empty store; if that differs too, run: usher store check"));
        }
        to.commit(Batch::default().gone(META, COPYING)).await?;
        return Ok(copied);
    }
    Err(Diagnostic::new(
        "STORE-031",
        "the source goes on changing",
        format!("it was gone through {PASSES} times, and each time something was new"),
    )
    .hint("stop the workers, then run the same command again: it goes on where it was"))
}

async fn begin(from: &dyn Store, to: &dyn Store, from_name: &str) -> Result<(), Diagnostic> {
    if let Some(other) = unfinished(from).await? {
        return Err(Diagnostic::new("STORE-033", "this store is half a copy", format!("a copy from {other} was begun and did not end"))
            .hint("end it first: run the same usher store copy again"));
    }
    let marker = Copying { from: from_name.to_owned() };
    match to.get(META, COPYING).await? {
        Some(row) if serde_json::from_slice::<Copying>(&row.body).is_ok_and(|m| m == marker) => return Ok(()),
        Some(_) => {
            return Err(Diagnostic::new("STORE-030", "the target holds something else", "a copy of another store was begun into it")
                .hint("name a new, empty store"));
        }
        None => {}
    }
    let there = contents(to).await?;
    if !there.is_empty() {
        let what = format!("{} events, {} rows, {} reads", there.events, there.rows, there.reads);
        return Err(Diagnostic::new("STORE-030", "the target holds something else", what).hint("name a new, empty store"));
    }
    let body = serde_json::to_vec(&marker).unwrap_or_default();
    to.commit(Batch::default().row(ShelfRow::new(META, COPYING, body))).await?;
    Ok(())
}

/// All names of a kind, whatever their number.
///
/// # Errors
/// As [`Store::names`].
pub async fn all_names(store: &dyn Store, of: Listing) -> Result<Vec<Named>, StoreError> {
    let mut all: Vec<Named> = Vec::new();
    loop {
        let page = store.names(of, all.last().map(|n| n.name.as_str()), PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

async fn files(from: &dyn Store, to: &dyn Store) -> Result<(), Diagnostic> {
    let there: BTreeSet<String> = all_names(to, Listing::Blobs).await?.into_iter().map(|n| n.name).collect();
    for file in all_names(from, Listing::Blobs).await?.into_iter().filter(|n| !there.contains(&n.name)) {
        let digest: Digest = format!("sha256:{}", file.name).parse().map_err(|_| StoreError::damaged(format!("file {}", file.name)))?;
        if let Some(bytes) = from.blob(digest).await? {
            to.commit(Batch::default().blob(bytes)).await?;
        }
    }
    Ok(())
}

/// Every read in the order in which it was begun, under its own id. A read that the last attempt left half done is put in anew.
async fn snapshots(from: &dyn Store, to: &dyn Store, watch: Watch<'_>) -> Result<(), Diagnostic> {
    for source in all_names(to, Listing::Sources).await? {
        if let Some(open) = to.unsealed(&source.name).await? {
            to.snapshot_drop(open.id).await?;
        }
    }
    let there: BTreeSet<u64> = sealed(to).await?.into_iter().map(|s| s.id).collect();
    let todo: Vec<Snapshot> = sealed(from).await?.into_iter().rev().filter(|s| !there.contains(&s.id)).collect();
    for (n, snapshot) in todo.iter().enumerate() {
        if n % 100 == 0 && todo.len() > 100 {
            watch(&format!("read {} of {}", n + 1, todo.len()));
        }
        one_snapshot(from, to, snapshot).await?;
    }
    for counter in all_names(from, Listing::Counters).await?.into_iter().filter(|c| c.name == "snapshot") {
        to.carry(Carried::LastSnapshot(SnapshotId(counter.number))).await?;
    }
    Ok(())
}

async fn one_snapshot(from: &dyn Store, to: &dyn Store, snapshot: &Snapshot) -> Result<(), Diagnostic> {
    let id = SnapshotId(snapshot.id);
    let (instance, query, begun) = (snapshot.instance.clone(), snapshot.query, snapshot.read_at);
    to.carry(Carried::Snapshot { id, instance, query, begun }).await?;
    let mut put = Sha256::new();
    for kind in KINDS {
        let mut after: Option<String> = None;
        loop {
            let rows = from.snapshot_rows(id, kind, after.as_deref(), PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key.clone());
            rows.iter().for_each(|row| add(&mut put, row));
            to.carry(Carried::Rows { id, rows }).await?;
        }
    }
    let kept = to.snapshot_seal(id, snapshot.clone(), None).await?;
    let mut got = Sha256::new();
    for kind in KINDS {
        to.each_row::<StoreError>(id, kind, |row| {
            add(&mut got, &row);
            Ok(())
        })
        .await?;
    }
    if kept.digest != snapshot.digest || put.finalize() != got.finalize() {
        let what = format!("read {} of {} has another digest in the copy", snapshot.id, snapshot.instance);
        return Err(Diagnostic::new("STORE-032", "the copy differs from its source", what).hint("look at the source: usher store check"));
    }
    Ok(())
}

const KINDS: [RowKind; 5] = [RowKind::Person, RowKind::Account, RowKind::Entitlement, RowKind::Grant, RowKind::Credential];

/// A snapshot's own digest leaves salts out; openings of evidence live by them.
fn add(hasher: &mut Sha256, row: &SnapRow) {
    hasher.update(kind_number(row.kind).unwrap_or(-1).to_be_bytes());
    for part in [row.key.as_bytes(), row.salt.to_string().as_bytes(), &row.body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
}

async fn sealed(store: &dyn Store) -> Result<Vec<Snapshot>, StoreError> {
    let mut all: Vec<Snapshot> = Vec::new();
    loop {
        let before = all.last().map(|s| SnapshotId(s.id));
        let page = store.snapshots(Seek { before, limit: PAGE, ..Seek::all() }).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

async fn lanes(from: &dyn Store, to: &dyn Store) -> Result<(), Diagnostic> {
    for lane in all_names(from, Listing::Lanes).await? {
        to.carry(Carried::Fence { lane: lane.name, fence: lane.number }).await?;
    }
    Ok(())
}

/// Rows as they are now; what was there and is gone from the source goes.
async fn rows(from: &dyn Store, to: &dyn Store) -> Result<(), Diagnostic> {
    let mut shelves: BTreeSet<String> = all_names(to, Listing::Shelves).await?.into_iter().map(|n| n.name).collect();
    shelves.extend(all_names(from, Listing::Shelves).await?.into_iter().map(|n| n.name));
    for shelf in shelves {
        let now = from.find_all(Find::on(&shelf)).await?;
        let keys: BTreeSet<&str> = now.iter().map(|row| row.key.as_str()).collect();
        let gone: Vec<_> = to
            .find_all(Find::on(&shelf))
            .await?
            .into_iter()
            .filter(|row| !(keys.contains(row.key.as_str()) || shelf == META && row.key == COPYING))
            .map(|row| (row.shelf, row.key))
            .collect();
        to.commit(Batch { gone, ..Batch::default() }).await?;
        for chunk in now.chunks(PAGE as usize) {
            to.commit(Batch { rows: chunk.to_vec(), ..Batch::default() }).await?;
        }
    }
    Ok(())
}

async fn streams(from: &dyn Store, to: &dyn Store) -> Result<(), Diagnostic> {
    let there: std::collections::BTreeMap<String, u64> =
        all_names(to, Listing::Streams).await?.into_iter().map(|n| (n.name, n.number)).collect();
    for stream in all_names(from, Listing::Streams).await? {
        let mut after = Seq(there.get(&stream.name).copied().unwrap_or(0));
        loop {
            let events = from.load(&stream.name, after, PAGE).await?;
            let Some(last) = events.last() else { break };
            after = last.seq;
            to.carry(Carried::Events { stream: stream.name.clone(), events }).await?;
        }
    }
    Ok(())
}
