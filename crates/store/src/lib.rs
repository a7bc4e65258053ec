//! Facts, leases and snapshots, durable: the one [`Store`] trait and the engines behind it.
//!
//! No word of an engine's query language leaves this crate. `commit` is the only way in for facts; a store hands out bytes and
//! never an approved anything (DESIGN §7, invariant 2).

mod batch;
pub mod carry;
mod codec;
mod error;
mod hint;
mod idset;
mod location;
mod migration;
mod paging;
mod postgres;
mod snapshots;
mod sqlite;
mod store;
mod sum;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::path::Path;
use std::sync::Arc;

use usher_domain::diagnostic::Diagnostic;
use usher_domain::time::Time;

pub use batch::{Batch, Find, Held, LANES, Logged, META, NewEvent, Problem, SENT, ShelfRow, lane_stream};
pub use error::StoreError;
pub use location::shown;
pub use snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};
pub use store::{Answer, Store};

/// Where a store takes its time from, unless its database has a clock.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// The clock of this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "leases end by store time, which no caller can hand in; replays open the store with a clock of their own"
)]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}

/// Opens the store that `store:` of usher.yaml names, and makes it if it isn't there. A relative path counts from the workspace.
///
/// # Errors
/// `STORE-…`: what is wrong with the address, the folder, the file or its version. PostgreSQL is connected to at the first question.
pub fn open(url: &str, workspace: &Path) -> Result<Arc<dyn Store>, Diagnostic> {
    open_at(url, workspace, system_clock())
}

/// The same with another clock, for replays and tests.
///
/// # Errors
/// As [`open`].
pub fn open_at(url: &str, workspace: &Path, clock: Clock) -> Result<Arc<dyn Store>, Diagnostic> {
    match location::parse(url, workspace)? {
        location::Location::Sqlite(path) => Ok(Arc::new(sqlite::Sqlite::open(sqlite::Settings::new(path, clock))?)),
        // Its time is the database's.
        location::Location::Postgres(server) => Ok(Arc::new(postgres::Postgres::new(*server)?)),
    }
}
