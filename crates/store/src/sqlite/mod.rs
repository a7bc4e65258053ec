//! SQLite, the default engine: one file, one machine, any number of processes on it.
//!
//! One thread writes, and whatever waits together is kept together: one transaction, one fsync, each job in its own savepoint,
//! answers after the commit. A few threads read. Neither knows an async runtime.

mod carry;
mod check;
mod facts;
mod groups;
mod leases;
mod migrations;
mod opening;
mod process;
mod readers;
mod rows;
mod seen;
mod snapshots;
mod trouble;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::Clock;
use crate::batch::{Batch, Find, Held, Logged, Problem, ShelfRow};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;
use crate::hint::Hint;
use crate::snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::{Answer, Store};
use readers::Readers;
use writer::Writer;

/// How a file is opened.
#[derive(Clone)]
pub(crate) struct Settings {
    path: PathBuf,
    clock: Clock,
    /// How long to wait for another process that is writing.
    patience: Duration,
    /// Most pages (4,096 bytes each) that the file may have: how tests fill a disk.
    most_pages: Option<u32>,
}

impl Settings {
    pub(crate) fn new(path: PathBuf, clock: Clock) -> Self {
        Settings { path, clock, patience: Duration::from_secs(10), most_pages: None }
    }
}

/// A store in one SQLite file.
pub(crate) struct Sqlite {
    clock: Clock,
    path: PathBuf,
    settings: Settings,
    // Readers go first, so that the writer closes last and leaves one clean file.
    readers: Readers,
    writer: Writer,
    hint: Hint,
}

impl Sqlite {
    pub(crate) fn open(mut settings: Settings) -> Result<Self, Diagnostic> {
        if let Ok(absolute) = std::path::absolute(&settings.path) {
            settings.path = absolute;
        }
        let pen = opening::prepare(&settings).map_err(|trouble| Diagnostic::from(trouble.told(&settings.path)))?;
        let writer = Writer::start(pen, &settings)?;
        let readers = Readers::start(&settings)?;
        Ok(Sqlite { clock: settings.clock.clone(), path: settings.path.clone(), settings, readers, writer, hint: Hint::default() })
    }
}

impl Journal for Sqlite {
    fn append_sent<'a>(&'a self, lease: &'a Lease, sent: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        let (lease, sent) = (lease.clone(), sent.clone());
        let kept = self.writer.write(move |pen| facts::append_sent(pen, &lease, &sent));
        Box::pin(async move { kept.await.map_err(JournalError::from) })
    }
}

impl Store for Sqlite {
    fn commit(&self, batch: Batch) -> Answer<'_, Vec<Seq>> {
        let work = batch.brings_work();
        let kept = self.writer.write(move |pen| facts::commit(pen, &batch));
        Box::pin(async move {
            let kept = kept.await?;
            if work {
                self.hint.give();
            }
            Ok(kept)
        })
    }

    fn load<'a>(&'a self, stream: &'a str, after: Seq, limit: u32) -> Answer<'a, Vec<Logged>> {
        let stream = stream.to_owned();
        self.readers.read(move |db| facts::load(db, &stream, after, limit))
    }

    fn find(&self, find: Find) -> Answer<'_, Vec<ShelfRow>> {
        self.readers.read(move |db| facts::find(db, &find))
    }

    fn get<'a>(&'a self, shelf: &'a str, key: &'a str) -> Answer<'a, Option<ShelfRow>> {
        let (shelf, key) = (shelf.to_owned(), key.to_owned());
        self.readers.read(move |db| facts::get(db, &shelf, &key))
    }

    fn blob(&self, digest: Digest) -> Answer<'_, Option<Vec<u8>>> {
        self.readers.read(move |db| facts::blob(db, digest))
    }

    fn claim<'a>(&'a self, lane: Option<&'a str>, worker: &'a str, millis: u32) -> Answer<'a, Option<Lease>> {
        let (lane, worker) = (lane.map(str::to_owned), worker.to_owned());
        self.writer.write(move |pen| leases::claim(pen, lane.as_deref(), &worker, millis))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, millis: u32) -> Answer<'a, Lease> {
        let lease = lease.clone();
        self.writer.write(move |pen| leases::renew(pen, &lease, millis))
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        self.writer.write(move |pen| leases::release(pen, &lease))
    }

    fn wait_for_work(&self, at_most: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.hint.wait(at_most))
    }

    fn held<'a>(&'a self, lane: &'a str) -> Answer<'a, Option<Held>> {
        let (lane, now) = (lane.to_owned(), (self.clock)());
        self.readers.read(move |db| leases::held(db, &lane, now))
    }

    fn snapshot_begin<'a>(&'a self, instance: &'a str, query: Digest) -> Answer<'a, SnapshotId> {
        let instance = instance.to_owned();
        self.writer.write(move |pen| snapshots::begin(pen, &instance, query))
    }

    fn snapshot_page(&self, id: SnapshotId, page: SnapPage) -> Answer<'_, Kept> {
        self.writer.write(move |pen| snapshots::page(pen, id, &page))
    }

    /// Rows are counted and hashed by a reader, so that a large snapshot doesn't keep others from writing.
    fn snapshot_seal(&self, id: SnapshotId, meta: Snapshot, lease: Option<Lease>) -> Answer<'_, Snapshot> {
        Box::pin(async move {
            loop {
                let counted = self.readers.read(move |db| snapshots::count(db, id)).await?;
                let (meta, lease) = (meta.clone(), lease.clone());
                let sealed = self.writer.write(move |pen| snapshots::seal(pen, id, meta, lease.as_ref(), &counted)).await?;
                // `None`: a page came in between.
                if let Some(snapshot) = sealed {
                    return Ok(snapshot);
                }
            }
        })
    }

    fn snapshot_drop(&self, id: SnapshotId) -> Answer<'_, ()> {
        self.writer.write(move |pen| snapshots::drop(pen, id))
    }

    fn snapshot_rows<'a>(&'a self, id: SnapshotId, kind: RowKind, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<SnapRow>> {
        let after = after.map(str::to_owned);
        self.readers.read(move |db| rows::page(db, id, kind, after.as_deref(), limit))
    }

    fn snapshot_row<'a>(&'a self, id: SnapshotId, kind: RowKind, key: &'a str) -> Answer<'a, Option<SnapRow>> {
        let key = key.to_owned();
        self.readers.read(move |db| rows::one(db, id, kind, &key))
    }

    fn snapshots(&self, seek: Seek) -> Answer<'_, Vec<Snapshot>> {
        self.readers.read(move |db| rows::sealed(db, &seek))
    }

    fn unsealed<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<OpenSnapshot>> {
        let instance = instance.to_owned();
        self.readers.read(move |db| rows::unsealed(db, &instance))
    }

    fn names<'a>(&'a self, of: Listing, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Named>> {
        let after = after.map(str::to_owned);
        self.readers.read(move |db| carry::names(db, of, after.as_deref(), limit))
    }

    fn carry(&self, what: Carried) -> Answer<'_, ()> {
        self.writer.write(move |pen| carry::put(pen, &what))
    }

    fn backup<'a>(&'a self, file: &'a Path) -> Answer<'a, ()> {
        let (settings, file) = (self.settings.clone(), file.to_owned());
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || carry::backup(&settings, &file)).await;
            done.unwrap_or_else(|_| Err(StoreError::shut()))
        })
    }

    fn check(&self) -> Answer<'_, Vec<Problem>> {
        let path = self.path.clone();
        self.readers.read(move |db| check::all(db, &path))
    }

    fn now(&self) -> Answer<'_, Time> {
        let now = (self.clock)();
        Box::pin(async move { Ok(now) })
    }
}
