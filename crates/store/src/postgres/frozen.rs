//! A store as it was at one moment: all reads in one transaction, however long it takes. What a backup is made from.

use std::path::Path;

use deadpool_postgres::{Client, Transaction};
use tokio_postgres::IsolationLevel;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use super::trouble::Trouble;
use super::{NOW, carry, check, facts, leases, one, rows};
use crate::batch::{Batch, Find, Held, Logged, Problem, ShelfRow};
use crate::carry::{Carried, Listing, Named, copy};
use crate::error::StoreError;
use crate::snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::{Answer, Store};

struct Frozen<'c> {
    tx: Transaction<'c>,
    place: &'c str,
}

/// Copies what is there at this moment into a new SQLite file.
pub(super) async fn backup(mut client: Client, place: &str, file: &Path) -> Result<(), StoreError> {
    let not_made = |why: String| {
        let detail = format!("{}: {why}", file.display());
        StoreError::failed(
            Diagnostic::new("STORE-034", "the backup can't be made", detail).hint("name a new file in a folder that can be written"),
        )
    };
    if file.exists() {
        return Err(not_made("this file is there already, and a backup never replaces one".into()));
    }
    let told = |error: tokio_postgres::Error| Trouble::Engine(error).told(place);
    let tx = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await.map_err(told)?;
    let frozen = Frozen { tx, place };
    let url = format!("sqlite:{}", file.display());
    let target = crate::open(&url, Path::new("")).map_err(|diagnostic| not_made(diagnostic.detail))?;
    let made = copy(&frozen, &*target, place, &|_| {}).await;
    made.map(drop).map_err(|diagnostic| {
        drop(target);
        for ending in ["", "-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            // Half a backup is none.
            let _ = std::fs::remove_file(name);
        }
        StoreError::failed(diagnostic)
    })
}

macro_rules! look {
    ($frozen:expr, $work:expr) => {
        Box::pin(async move { $work.await.map_err(|trouble: Trouble| trouble.told($frozen.place)) })
    };
}

fn refused<'a, T>() -> Answer<'a, T> {
    let message = Diagnostic::new("STORE-016", "the store is shut", "this is a store as it was at one moment: nothing is written to it");
    Box::pin(async move { Err(StoreError::failed(message)) })
}

impl Journal for Frozen<'_> {
    fn append_sent<'a>(&'a self, _: &'a Lease, _: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        Box::pin(async move { refused().await.map_err(JournalError::from) })
    }
}

impl Store for Frozen<'_> {
    fn commit(&self, _: Batch) -> Answer<'_, Vec<Seq>> {
        refused()
    }
    fn load<'a>(&'a self, stream: &'a str, after: Seq, limit: u32) -> Answer<'a, Vec<Logged>> {
        look!(self, facts::load(&self.tx, stream, after, limit))
    }
    fn find(&self, find: Find) -> Answer<'_, Vec<ShelfRow>> {
        look!(self, facts::find(&self.tx, &find))
    }
    fn get<'a>(&'a self, shelf: &'a str, key: &'a str) -> Answer<'a, Option<ShelfRow>> {
        look!(self, facts::get(&self.tx, shelf, key))
    }
    fn blob(&self, digest: Digest) -> Answer<'_, Option<Vec<u8>>> {
        look!(self, facts::blob(&self.tx, digest))
    }
    fn claim<'a>(&'a self, _: Option<&'a str>, _: &'a str, _: u32) -> Answer<'a, Option<Lease>> {
        refused()
    }
    fn renew<'a>(&'a self, _: &'a Lease, _: u32) -> Answer<'a, Lease> {
        refused()
    }
    fn release(&self, _: Lease) -> Answer<'_, ()> {
        refused()
    }
    fn held<'a>(&'a self, lane: &'a str) -> Answer<'a, Option<Held>> {
        look!(self, leases::held(&self.tx, lane))
    }
    fn snapshot_begin<'a>(&'a self, _: &'a str, _: Digest) -> Answer<'a, SnapshotId> {
        refused()
    }
    fn snapshot_page(&self, _: SnapshotId, _: SnapPage) -> Answer<'_, Kept> {
        refused()
    }
    fn snapshot_seal(&self, _: SnapshotId, _: Snapshot, _: Option<Lease>) -> Answer<'_, Snapshot> {
        refused()
    }
    fn snapshot_drop(&self, _: SnapshotId) -> Answer<'_, ()> {
        refused()
    }
    fn snapshot_rows<'a>(&'a self, id: SnapshotId, kind: RowKind, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<SnapRow>> {
        look!(self, rows::page(&self.tx, id, kind, after, limit))
    }
    fn snapshot_row<'a>(&'a self, id: SnapshotId, kind: RowKind, key: &'a str) -> Answer<'a, Option<SnapRow>> {
        look!(self, rows::one(&self.tx, id, kind, key))
    }
    fn snapshots(&self, seek: Seek) -> Answer<'_, Vec<Snapshot>> {
        look!(self, rows::sealed(&self.tx, &seek))
    }
    fn unsealed<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<OpenSnapshot>> {
        look!(self, rows::unsealed(&self.tx, instance))
    }
    fn names<'a>(&'a self, of: Listing, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Named>> {
        look!(self, carry::names(&self.tx, of, after, limit))
    }
    fn carry(&self, _: Carried) -> Answer<'_, ()> {
        refused()
    }
    fn backup<'a>(&'a self, _: &'a Path) -> Answer<'a, ()> {
        refused()
    }
    fn check(&self) -> Answer<'_, Vec<Problem>> {
        look!(self, check::all(&self.tx, self.place))
    }
    fn now(&self) -> Answer<'_, Time> {
        look!(self, async move { one(&self.tx, &format!("SELECT {NOW}"), &[]).await.map(|row| Time::from_micros(row.get(0))) })
    }
}
