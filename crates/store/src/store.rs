//! The one trait behind which every engine stands. A new question is a shelf or a field of [`Find`] or [`Seek`], not a method.

use std::path::Path;
use std::time::Duration;

use usher_domain::digest::Digest;
use usher_domain::journal::{BoxFuture, Journal, Lease, Seq};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::batch::{Batch, Find, Held, Logged, Problem, ShelfRow};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;
use crate::snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};

/// What a store answers, in time.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Facts, leases and snapshots, durable.
///
/// A call does nothing before its answer is first waited for.
///
/// `Ok` of anything that writes means: it survives `kill -9` and a lost power supply. A write that was begun ends even if nobody
/// waits for its answer any more. What was acknowledged is seen by every later read of the same store.
pub trait Store: Journal {
    /// Keeps a batch whole, or nothing of it. Gives each event's place in its stream, in the order of the batch.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`], [`StoreError::Conflict`] (the first precondition that does not hold).
    fn commit(&self, batch: Batch) -> Answer<'_, Vec<Seq>>;

    /// Events of one stream after a place (`Seq(0)`: from the start), at most `limit`, in order.
    fn load<'a>(&'a self, stream: &'a str, after: Seq, limit: u32) -> Answer<'a, Vec<Logged>>;

    /// A page of rows of one shelf in the order of their keys.
    fn find(&self, find: Find) -> Answer<'_, Vec<ShelfRow>>;

    /// One row.
    fn get<'a>(&'a self, shelf: &'a str, key: &'a str) -> Answer<'a, Option<ShelfRow>>;

    /// One file. Its digest is computed again on the way out.
    fn blob(&self, digest: Digest) -> Answer<'_, Option<Vec<u8>>>;

    /// Takes a lane for so many milliseconds of store time; `None`: it is held (see [`Store::held`]). Without a name: the free lane on the
    /// shelf [`crate::LANES`] that is due longest. The fence is higher than every one before it on that lane. On SQLite a lane
    /// whose process is dead is free at once; also a worker of the same name waits for its own old lease.
    fn claim<'a>(&'a self, lane: Option<&'a str>, worker: &'a str, millis: u32) -> Answer<'a, Option<Lease>>;

    /// The same lease for so many milliseconds from now. A lease that ended while nobody else took the lane comes back.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    fn renew<'a>(&'a self, lease: &'a Lease, millis: u32) -> Answer<'a, Lease>;

    /// Until somebody has put a row on the shelf [`crate::LANES`] since this last answered, or `at_most` is over. It is only a hint: look with
    /// [`Store::claim`] whatever ended it. On PostgreSQL it comes from every process, on SQLite from those that share this handle.
    fn wait_for_work(&self, at_most: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(at_most))
    }

    /// Hands a lane back.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if it was not held.
    fn release(&self, lease: Lease) -> Answer<'_, ()>;

    /// Who holds a lane now.
    fn held<'a>(&'a self, lane: &'a str) -> Answer<'a, Option<Held>>;

    /// Opens a snapshot. There is one open snapshot an instance: a read that ended badly is resumed or dropped first.
    ///
    /// # Errors
    /// [`StoreError::AlreadyOpen`].
    fn snapshot_begin<'a>(&'a self, instance: &'a str, query: Digest) -> Answer<'a, SnapshotId>;

    /// Keeps one page and where to go on. A row that the last sealed snapshot had with the same content keeps its salt.
    ///
    /// # Errors
    /// [`StoreError::NoSnapshot`], [`StoreError::Sealed`], [`StoreError::LeaseLost`].
    fn snapshot_page(&self, id: SnapshotId, page: SnapPage) -> Answer<'_, Kept>;

    /// Ends a snapshot: from now on it can be read. Gives `meta` with the id, the rows by kind and the digest that were computed from
    /// what is stored (what `meta` says there is replaced).
    ///
    /// # Errors
    /// As [`Store::snapshot_page`].
    fn snapshot_seal(&self, id: SnapshotId, meta: Snapshot, lease: Option<Lease>) -> Answer<'_, Snapshot>;

    /// Takes a snapshot away, open or sealed, and the rows that only it showed.
    ///
    /// # Errors
    /// [`StoreError::NoSnapshot`]; [`StoreError::AlreadyOpen`] for the newest sealed one while another is open, which builds on it.
    fn snapshot_drop(&self, id: SnapshotId) -> Answer<'_, ()>;

    /// Rows of one kind of a sealed snapshot, in the order of their keys (by bytes), after a key, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::NoSnapshot`], [`StoreError::NotSealed`].
    fn snapshot_rows<'a>(&'a self, id: SnapshotId, kind: RowKind, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<SnapRow>>;

    /// One row of a sealed snapshot.
    ///
    /// # Errors
    /// As [`Store::snapshot_rows`].
    fn snapshot_row<'a>(&'a self, id: SnapshotId, kind: RowKind, key: &'a str) -> Answer<'a, Option<SnapRow>>;

    /// Sealed snapshots, newest first.
    fn snapshots(&self, seek: Seek) -> Answer<'_, Vec<Snapshot>>;

    /// The newest sealed snapshot of an instance, or the newest that is whole.
    fn latest<'a>(&'a self, instance: &'a str, complete_only: bool) -> Answer<'a, Option<Snapshot>> {
        Box::pin(async move { Ok(self.snapshots(Seek::latest(instance, complete_only)).await?.pop()) })
    }

    /// The snapshot of an instance that is under way or was left by a process that died.
    fn unsealed<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<OpenSnapshot>>;

    /// Names of everything of a kind after a name, at most `limit`, in the order of their bytes.
    fn names<'a>(&'a self, of: Listing, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Named>>;

    /// Puts in something as it was in another store. Only a copy does this ([`crate::carry::copy`]).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for events that don't follow; as [`Store::snapshot_page`] for rows; [`StoreError::AlreadyOpen`].
    fn carry(&self, what: Carried) -> Answer<'_, ()>;

    /// Writes all of this store, as it is at one moment, into a new SQLite file, while others go on writing.
    ///
    /// # Errors
    /// `STORE-034` where the file can't be made.
    fn backup<'a>(&'a self, file: &'a Path) -> Answer<'a, ()>;

    /// Looks at everything: structure, checksums, digests of files and snapshots, rows that belong to nothing. Nothing is repaired.
    fn check(&self) -> Answer<'_, Vec<Problem>>;

    /// Store time: the clock by which leases end.
    fn now(&self) -> Answer<'_, Time>;
}
