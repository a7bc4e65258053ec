//! A store that dies at its N-th write: how a test kills a worker between any two instructions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::batch::{Batch, Find, Held, Logged, Problem, ShelfRow};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;
use crate::snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::{Answer, Store};

/// What happens at the N-th write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// It is not done, and nothing after it.
    Before,
    /// It is done, its answer is lost, and nothing is done after it.
    After,
    /// It is not done and nobody hears of it: the process ends at once, as by `kill -9`.
    AbortBefore,
    /// It is done and nobody hears of it: the process ends at once.
    AbortAfter,
}

/// Counts the writes of a store, and dies at one of them. Once dead it answers nothing but `STORE-099`, to reads too.
pub struct Tripwire {
    store: Arc<dyn Store>,
    at: Option<(u64, Trip)>,
    writes: AtomicU64,
    dead: AtomicBool,
}

impl Tripwire {
    /// Dies at the `n`-th write, counted from 1.
    pub fn at(store: Arc<dyn Store>, n: u64, trip: Trip) -> Arc<Self> {
        Arc::new(Tripwire { store, at: Some((n, trip)), writes: AtomicU64::new(0), dead: AtomicBool::new(false) })
    }

    /// Only counts.
    pub fn counting(store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Tripwire { store, at: None, writes: AtomicU64::new(0), dead: AtomicBool::new(false) })
    }

    /// How many writes were asked for, the deadly one included. A refused one counts too.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// Whether it died: a test that orders a death must see it.
    pub fn tripped(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    fn alive(&self) -> Result<(), StoreError> {
        if self.tripped() { Err(dead()) } else { Ok(()) }
    }

    fn read<'a, T: Send + 'a>(&'a self, answer: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            self.alive()?;
            answer.await
        })
    }

    fn write<'a, T: Send + 'a, E: From<StoreError> + Send + 'a>(
        &'a self,
        answer: BoxFuture<'a, Result<T, E>>,
    ) -> BoxFuture<'a, Result<T, E>> {
        Box::pin(async move {
            self.alive()?;
            let n = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
            let Some((_, trip)) = self.at.filter(|(at, _)| *at == n) else { return answer.await };
            if trip == Trip::AbortBefore {
                std::process::abort();
            }
            if matches!(trip, Trip::After | Trip::AbortAfter) {
                // Whatever it answers is lost.
                let _ = answer.await;
            }
            if trip == Trip::AbortAfter {
                std::process::abort();
            }
            self.dead.store(true, Ordering::SeqCst);
            Err(dead().into())
        })
    }
}

fn dead() -> StoreError {
    StoreError::failed(Diagnostic::new("STORE-099", "the store is dead", "a test ordered it to die"))
}

impl Journal for Tripwire {
    fn append_sent<'a>(&'a self, lease: &'a Lease, sent: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        self.write(self.store.append_sent(lease, sent))
    }
}

impl Store for Tripwire {
    fn commit(&self, batch: Batch) -> Answer<'_, Vec<Seq>> {
        self.write(self.store.commit(batch))
    }

    fn load<'a>(&'a self, stream: &'a str, after: Seq, limit: u32) -> Answer<'a, Vec<Logged>> {
        self.read(self.store.load(stream, after, limit))
    }

    fn find(&self, find: Find) -> Answer<'_, Vec<ShelfRow>> {
        self.read(self.store.find(find))
    }

    fn get<'a>(&'a self, shelf: &'a str, key: &'a str) -> Answer<'a, Option<ShelfRow>> {
        self.read(self.store.get(shelf, key))
    }

    fn blob(&self, digest: Digest) -> Answer<'_, Option<Vec<u8>>> {
        self.read(self.store.blob(digest))
    }

    fn claim<'a>(&'a self, lane: Option<&'a str>, worker: &'a str, millis: u32) -> Answer<'a, Option<Lease>> {
        self.write(self.store.claim(lane, worker, millis))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, millis: u32) -> Answer<'a, Lease> {
        self.write(self.store.renew(lease, millis))
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        self.write(self.store.release(lease))
    }

    fn wait_for_work(&self, at_most: std::time::Duration) -> BoxFuture<'_, ()> {
        self.store.wait_for_work(at_most)
    }

    fn held<'a>(&'a self, lane: &'a str) -> Answer<'a, Option<Held>> {
        self.read(self.store.held(lane))
    }

    fn snapshot_begin<'a>(&'a self, instance: &'a str, query: Digest) -> Answer<'a, SnapshotId> {
        self.write(self.store.snapshot_begin(instance, query))
    }

    fn snapshot_page(&self, id: SnapshotId, page: SnapPage) -> Answer<'_, Kept> {
        self.write(self.store.snapshot_page(id, page))
    }

    fn snapshot_seal(&self, id: SnapshotId, meta: Snapshot, lease: Option<Lease>) -> Answer<'_, Snapshot> {
        self.write(self.store.snapshot_seal(id, meta, lease))
    }

    fn snapshot_drop(&self, id: SnapshotId) -> Answer<'_, ()> {
        self.write(self.store.snapshot_drop(id))
    }

    fn snapshot_rows<'a>(&'a self, id: SnapshotId, kind: RowKind, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<SnapRow>> {
        self.read(self.store.snapshot_rows(id, kind, after, limit))
    }

    fn snapshot_row<'a>(&'a self, id: SnapshotId, kind: RowKind, key: &'a str) -> Answer<'a, Option<SnapRow>> {
        self.read(self.store.snapshot_row(id, kind, key))
    }

    fn snapshots(&self, seek: Seek) -> Answer<'_, Vec<Snapshot>> {
        self.read(self.store.snapshots(seek))
    }

    fn unsealed<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<OpenSnapshot>> {
        self.read(self.store.unsealed(instance))
    }

    fn names<'a>(&'a self, of: Listing, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Named>> {
        self.read(self.store.names(of, after, limit))
    }

    fn carry(&self, what: Carried) -> Answer<'_, ()> {
        self.write(self.store.carry(what))
    }

    fn backup<'a>(&'a self, file: &'a Path) -> Answer<'a, ()> {
        self.read(self.store.backup(file))
    }

    fn check(&self) -> Answer<'_, Vec<Problem>> {
        self.read(self.store.check())
    }

    fn now(&self) -> Answer<'_, Time> {
        self.read(self.store.now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Model;
    use super::*;

    async fn three_writes(store: &dyn Store) -> Vec<bool> {
        let mut done = Vec::new();
        for n in 0..3 {
            done.push(store.commit(Batch::default().event("s", "k", [n])).await.is_ok());
        }
        done
    }

    #[tokio::test]
    async fn it_dies_before_or_after_the_write_that_was_ordered() {
        for (trip, kept) in [(Trip::Before, 1), (Trip::After, 2)] {
            let model: Arc<dyn Store> = Arc::new(Model::default());
            let wire = Tripwire::at(Arc::clone(&model), 2, trip);
            assert_eq!(three_writes(&*wire).await, [true, false, false], "{trip:?}");
            assert!(wire.tripped());
            assert!(wire.load("s", Seq(0), 10).await.is_err(), "the dead don't read");
            assert_eq!(model.load("s", Seq(0), 10).await.unwrap().len(), kept, "{trip:?}");
        }
    }

    #[tokio::test]
    async fn it_counts() {
        let wire = Tripwire::counting(Arc::new(Model::default()));
        assert_eq!(three_writes(&*wire).await, [true; 3]);
        assert_eq!(wire.load("s", Seq(0), 10).await.unwrap().len(), 3);
        assert_eq!(wire.writes(), 3);
        assert!(!wire.tripped());
    }
}
