//! What tests of stores and of their users need: the contract that every engine holds, a model of a store in memory, and a store
//! that dies at its N-th write.

pub mod contract;
mod model;
pub mod sequences;
mod tripwire;

use std::any::Any;
use std::sync::Arc;

use usher_domain::digest::Digest;
use usher_domain::names::Salt;
use usher_domain::snapshot::{Covers, Gap, Grade, RowKind, Snapshot};
use usher_domain::time::Time;

use crate::snapshots::{SnapPage, SnapRow, SnapshotId};
use crate::store::Store;

pub use model::Model;
pub use tripwire::{Trip, Tripwire};

/// An empty store of one engine, and a way to open it once more.
pub struct Fresh {
    /// The store.
    pub store: Arc<dyn Store>,
    again: Box<dyn Fn() -> Arc<dyn Store> + Send + Sync>,
    _keep: Box<dyn Any + Send + Sync>,
}

impl Fresh {
    /// `again` opens the same data with a second handle; `keep` lives as long as the store is needed (a temporary folder).
    pub fn new(again: impl Fn() -> Arc<dyn Store> + Send + Sync + 'static, keep: impl Any + Send + Sync) -> Self {
        Fresh { store: again(), again: Box::new(again), _keep: Box::new(keep) }
    }

    /// A second handle on the same data, as another process has it.
    pub fn again(&self) -> Arc<dyn Store> {
        (self.again)()
    }
}

/// A made-up row: its salt is 16 times `salt`.
pub fn row(kind: RowKind, key: &str, salt: u8, body: &str) -> SnapRow {
    SnapRow { kind, key: key.into(), salt: Salt::new([salt; 16]), body: body.into() }
}

/// An account.
pub fn account(key: &str, salt: u8, body: &str) -> SnapRow {
    row(RowKind::Account, key, salt, body)
}

/// A page without a cursor and without a lease.
pub fn page(rows: Vec<SnapRow>) -> SnapPage {
    SnapPage { rows, ..SnapPage::default() }
}

/// What an engine says at the seal: read at this second, whole unless `gaps` says otherwise.
pub fn meta(instance: &str, read_at: i64, gaps: Vec<Gap>) -> Snapshot {
    let at = Time::from_seconds(read_at);
    Snapshot {
        id: 0,
        instance: instance.into(),
        rows: Default::default(),
        covers: Covers::default(),
        as_of: at,
        read_at: at,
        ended_at: at,
        grade: Grade::Observed,
        pages: 1,
        stated: None,
        gaps,
        query: query(),
        digest: Digest::of(b""),
        by: "usher".into(),
        notes: vec![],
    }
}

/// The query of all made-up reads.
pub fn query() -> Digest {
    Digest::of(b"everything")
}

/// A whole read of one page: begun, filled and sealed.
///
/// # Panics
/// If the store refuses.
pub async fn whole(store: &dyn Store, instance: &str, read_at: i64, rows: Vec<SnapRow>) -> SnapshotId {
    let id = store.snapshot_begin(instance, query()).await.expect("begin");
    store.snapshot_page(id, page(rows)).await.expect("page");
    store.snapshot_seal(id, meta(instance, read_at, vec![]), None).await.expect("seal");
    id
}
