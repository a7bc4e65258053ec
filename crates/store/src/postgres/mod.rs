//! PostgreSQL, for more than one machine: the same promises as SQLite, behind one database that all workers reach.
//!
//! One call is one transaction. What must not interleave takes a lock that ends with it: appends to a stream, pages of a read, a lease and what is
//! written under it. Replication, failover and backups of the server are PostgreSQL's (docs/adr/0013).

mod carry;
mod check;
mod connect;
mod facts;
mod frozen;
mod leases;
mod listen;
mod migrations;
mod presence;
mod rows;
mod snapshots;
mod trouble;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Client, GenericClient, Pool, Transaction};
use tokio::sync::OnceCell;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::batch::{Batch, Find, Held, Logged, Problem, ShelfRow};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;
use crate::migration::STEPS;
use crate::snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::{Answer, Store};
use listen::Ears;
use snapshots::SeenCache;
use trouble::{Outcome, Trouble};

pub(crate) use connect::Server;

/// How often the same is done again where nothing of it was kept.
const TRIES: u32 = 6;
/// The first wait before that; it doubles.
const WAIT: Duration = Duration::from_millis(40);

/// Store time in microseconds, in SQL: the clock of the server, also within a transaction.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// A store in one schema of a PostgreSQL database.
pub(crate) struct Postgres(Arc<Inner>);

struct Inner {
    pool: Pool,
    server: Server,
    ready: OnceCell<()>,
    seen: SeenCache,
    presence: presence::Presence,
    ears: Ears,
}

/// Does a transaction, and the same again where nothing of it was kept and another try may go well. What it works with is its own, since it goes on
/// if nobody waits any more. READ COMMITTED whatever the server's default is: each statement must see what was kept while it waited for a lock.
macro_rules! write {
    ($store:expr, |$inner:ident, $tx:ident| $work:expr) => {{
        let $inner = Arc::clone(&$store.0);
        Box::pin(to_its_end(async move {
            let mut tries = 1;
            loop {
                let done: Outcome<_> = async {
                    let mut db = $inner.client().await?;
                    let $tx = db.build_transaction().isolation_level(tokio_postgres::IsolationLevel::ReadCommitted).start().await?;
                    let value = $work.await?;
                    keep($tx).await?;
                    Ok(value)
                }
                .await;
                match done {
                    Err(trouble) if trouble.may_be_repeated() && tries < TRIES => again(&mut tries).await,
                    other => return other.map_err(|trouble| trouble.told(&$inner.server.place)),
                }
            }
        }))
    }};
}

/// Reads in one state, and again where the connection was lost.
macro_rules! read {
    ($store:expr, |$tx:ident| $work:expr) => {
        Box::pin(async move {
            let mut tries = 1;
            loop {
                let done: Outcome<_> = async {
                    let mut db = $store.client().await?;
                    let $tx = db
                        .build_transaction()
                        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
                        .read_only(true)
                        .start()
                        .await?;
                    let value = $work.await?;
                    // Nothing was written; ended here, so that no lock of a reader outlives its answer.
                    $tx.commit().await?;
                    Ok(value)
                }
                .await;
                match done {
                    Err(trouble) if trouble.may_be_repeated() && tries < TRIES => again(&mut tries).await,
                    other => return other.map_err(|trouble| trouble.told(&$store.server.place)),
                }
            }
        })
    };
}

/// Reads with one statement, which needs no transaction.
macro_rules! ask {
    ($store:expr, |$db:ident| $work:expr) => {
        Box::pin(async move {
            let mut tries = 1;
            loop {
                let done: Outcome<_> = async {
                    let client = $store.client().await?;
                    let $db = &client;
                    $work.await
                }
                .await;
                match done {
                    Err(trouble) if trouble.may_be_repeated() && tries < TRIES => again(&mut tries).await,
                    other => return other.map_err(|trouble| trouble.told(&$store.server.place)),
                }
            }
        })
    };
}

/// Begins when it is first waited for, and ends even if nobody waits until then.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = Result<T, StoreError>> + Send + 'static) -> Result<T, StoreError> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(StoreError::shut()))
}

async fn again(tries: &mut u32) {
    tokio::time::sleep(WAIT * 2_u32.saturating_pow(*tries - 1)).await;
    *tries += 1;
}

/// From here on a lost connection leaves open whether it was kept.
async fn keep(tx: Transaction<'_>) -> Outcome<()> {
    tx.commit().await.map_err(|error| if trouble::is_lost(&error) { Trouble::Unsure(error) } else { Trouble::Engine(error) })
}

impl Postgres {
    /// Connects at the first question, so that a command that needs no store pays for none.
    pub(crate) fn new(server: Server) -> Result<Postgres, Diagnostic> {
        Ok(Postgres(Arc::new(Inner {
            pool: server.pool()?,
            server,
            ready: OnceCell::new(),
            seen: SeenCache::default(),
            presence: presence::Presence::default(),
            ears: Ears::default(),
        })))
    }
}

impl Inner {
    /// A connection to a database that is ours and has the newest layout.
    async fn client(&self) -> Outcome<Client> {
        let mut client = self.pool.get().await?;
        self.ready.get_or_try_init(|| migrations::run(&mut client, STEPS)).await?;
        Ok(client)
    }
}

async fn all(db: &impl GenericClient, sql: &str, with: &[&(dyn ToSql + Sync)]) -> Outcome<Vec<Row>> {
    let statement = db.prepare_cached(sql).await?;
    Ok(db.query(&statement, with).await?)
}

async fn maybe(db: &impl GenericClient, sql: &str, with: &[&(dyn ToSql + Sync)]) -> Outcome<Option<Row>> {
    let statement = db.prepare_cached(sql).await?;
    Ok(db.query_opt(&statement, with).await?)
}

async fn one(db: &impl GenericClient, sql: &str, with: &[&(dyn ToSql + Sync)]) -> Outcome<Row> {
    let statement = db.prepare_cached(sql).await?;
    Ok(db.query_one(&statement, with).await?)
}

async fn run(db: &impl GenericClient, sql: &str, with: &[&(dyn ToSql + Sync)]) -> Outcome<()> {
    let statement = db.prepare_cached(sql).await?;
    db.execute(&statement, with).await?;
    Ok(())
}

/// Text that is kept as bytes.
fn text(bytes: &[u8]) -> Outcome<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| StoreError::damaged("a name in the store is no text").into())
}

fn number(signed: i64) -> u64 {
    u64::try_from(signed).unwrap_or(0)
}

fn array<const N: usize>(bytes: &[u8], what: &str) -> Outcome<[u8; N]> {
    bytes.try_into().map_err(|_| StoreError::damaged(format!("{what} has another length than it was written with")).into())
}

impl Journal for Postgres {
    fn append_sent<'a>(&'a self, lease: &'a Lease, sent: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        let (lease, sent) = (lease.clone(), sent.clone());
        let kept: Answer<'a, Seq> = write!(self, |inner, tx| facts::append_sent(&tx, &lease, &sent));
        Box::pin(async move { kept.await.map_err(JournalError::from) })
    }
}

impl Store for Postgres {
    fn commit(&self, batch: Batch) -> Answer<'_, Vec<Seq>> {
        write!(self, |inner, tx| facts::commit(&tx, &batch))
    }

    fn load<'a>(&'a self, stream: &'a str, after: Seq, limit: u32) -> Answer<'a, Vec<Logged>> {
        ask!(self.0, |db| facts::load(db, stream, after, limit))
    }

    fn find(&self, find: Find) -> Answer<'_, Vec<ShelfRow>> {
        ask!(self.0, |db| facts::find(db, &find))
    }

    fn get<'a>(&'a self, shelf: &'a str, key: &'a str) -> Answer<'a, Option<ShelfRow>> {
        ask!(self.0, |db| facts::get(db, shelf, key))
    }

    fn blob(&self, digest: Digest) -> Answer<'_, Option<Vec<u8>>> {
        ask!(self.0, |db| facts::blob(db, digest))
    }

    fn claim<'a>(&'a self, lane: Option<&'a str>, worker: &'a str, millis: u32) -> Answer<'a, Option<Lease>> {
        let (lane, worker) = (lane.map(str::to_owned), worker.to_owned());
        write!(self, |inner, tx| async {
            leases::claim(&tx, inner.presence.holder(&inner.pool).await?, lane.as_deref(), &worker, millis).await
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, millis: u32) -> Answer<'a, Lease> {
        let lease = lease.clone();
        write!(self, |inner, tx| async { leases::renew(&tx, inner.presence.holder(&inner.pool).await?, &lease, millis).await })
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        write!(self, |inner, tx| leases::release(&tx, &lease))
    }

    fn wait_for_work(&self, at_most: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.0.ears.open(&self.0.server);
            self.0.ears.hint.wait(at_most).await;
        })
    }

    fn held<'a>(&'a self, lane: &'a str) -> Answer<'a, Option<Held>> {
        ask!(self.0, |db| leases::held(db, lane))
    }

    fn snapshot_begin<'a>(&'a self, instance: &'a str, query: Digest) -> Answer<'a, SnapshotId> {
        let instance = instance.to_owned();
        write!(self, |inner, tx| snapshots::begin(&tx, None, &instance, query, None))
    }

    fn snapshot_page(&self, id: SnapshotId, page: SnapPage) -> Answer<'_, Kept> {
        let kept: Answer<'_, (Kept, snapshots::Met)> = write!(self, |inner, tx| snapshots::page(&tx, &inner.seen, id, &page));
        Box::pin(async move {
            let (kept, met) = kept.await?;
            self.0.seen.put(met);
            Ok(kept)
        })
    }

    /// Rows are counted and hashed before the transaction that seals, so that a large snapshot keeps nobody from writing.
    fn snapshot_seal(&self, id: SnapshotId, meta: Snapshot, lease: Option<Lease>) -> Answer<'_, Snapshot> {
        Box::pin(async move {
            loop {
                let counted: Answer<'_, snapshots::Counted> = read!(self.0, |tx| snapshots::count(&tx, id));
                let (counted, meta, lease) = (counted.await?, meta.clone(), lease.clone());
                let sealed: Answer<'_, Option<Snapshot>> =
                    write!(self, |inner, tx| snapshots::seal(&tx, id, &meta, lease.as_ref(), &counted));
                // `None`: a page came in between.
                if let Some(snapshot) = sealed.await? {
                    return Ok(snapshot);
                }
            }
        })
    }

    fn snapshot_drop(&self, id: SnapshotId) -> Answer<'_, ()> {
        write!(self, |inner, tx| snapshots::drop(&tx, id))
    }

    fn snapshot_rows<'a>(&'a self, id: SnapshotId, kind: RowKind, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<SnapRow>> {
        read!(self.0, |tx| rows::page(&tx, id, kind, after, limit))
    }

    fn snapshot_row<'a>(&'a self, id: SnapshotId, kind: RowKind, key: &'a str) -> Answer<'a, Option<SnapRow>> {
        read!(self.0, |tx| rows::one(&tx, id, kind, key))
    }

    fn snapshots(&self, seek: Seek) -> Answer<'_, Vec<Snapshot>> {
        ask!(self.0, |db| rows::sealed(db, &seek))
    }

    fn unsealed<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<OpenSnapshot>> {
        ask!(self.0, |db| rows::unsealed(db, instance))
    }

    fn names<'a>(&'a self, of: Listing, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Named>> {
        ask!(self.0, |db| carry::names(db, of, after, limit))
    }

    fn carry(&self, what: Carried) -> Answer<'_, ()> {
        let carried: Answer<'_, Option<snapshots::Met>> = write!(self, |inner, tx| carry::put(&tx, &inner.seen, &what));
        Box::pin(async move {
            if let Some(met) = carried.await? {
                self.0.seen.put(met);
            }
            Ok(())
        })
    }

    fn backup<'a>(&'a self, file: &'a Path) -> Answer<'a, ()> {
        Box::pin(async move {
            let client = self.0.client().await.map_err(|trouble| trouble.told(&self.0.server.place))?;
            frozen::backup(client, &self.0.server.place, file).await
        })
    }

    fn check(&self) -> Answer<'_, Vec<Problem>> {
        read!(self.0, |tx| check::all(&tx, &self.0.server.place))
    }

    fn now(&self) -> Answer<'_, Time> {
        ask!(self.0, |db| async move {
            let row = one(db, &format!("SELECT {NOW}"), &[]).await?;
            Ok::<_, Trouble>(Time::from_micros(row.get(0)))
        })
    }
}
