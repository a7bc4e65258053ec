//! How a store fails, and what people are told about it.

use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::{JournalError, Seq};

use crate::snapshots::SnapshotId;

/// Why a store did not do what it was asked. Nothing of a write that failed is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A precondition of a batch does not hold: somebody else appended in between. Load again, decide again.
    #[error("stream {stream} is at {}, not at {}", is.0, expected.0)]
    Conflict {
        /// The stream.
        stream: String,
        /// Where the caller believed that it ends.
        expected: Seq,
        /// Where it ends.
        is: Seq,
    },
    /// Another worker holds the lane, or the lease has ended. Stop; claim anew.
    #[error("the lease on {lane} is no longer held")]
    LeaseLost {
        /// The lane.
        lane: String,
    },
    /// A snapshot of this instance is open already: resume it or drop it.
    #[error("a read of {instance} is open already (snapshot {})", id.0)]
    AlreadyOpen {
        /// The instance.
        instance: String,
        /// The open snapshot.
        id: SnapshotId,
    },
    /// No snapshot has this id (any more).
    #[error("there is no snapshot {}", .0.0)]
    NoSnapshot(SnapshotId),
    /// It was never sealed, so it is not read as a snapshot.
    #[error("snapshot {} was never finished", .0.0)]
    NotSealed(SnapshotId),
    /// It is sealed: nothing is added to it.
    #[error("snapshot {} is finished already", .0.0)]
    Sealed(SnapshotId),
    /// Something that a person must look at: no space, damage, another process.
    #[error("{0}")]
    Failed(Box<Diagnostic>),
}

impl StoreError {
    pub(crate) fn failed(diagnostic: Diagnostic) -> Self {
        StoreError::Failed(Box::new(diagnostic))
    }

    /// The store was shut while somebody still waited for it.
    pub(crate) fn shut() -> Self {
        Self::failed(Diagnostic::new("STORE-016", "the store is shut", "it was closed before the answer came"))
    }

    /// A row whose bytes are not what was once written.
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::failed(
            Diagnostic::new("STORE-006", "the store is damaged", what).hint("restore it from a backup; nothing was repaired or left out"),
        )
    }
}

impl From<StoreError> for Diagnostic {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Failed(diagnostic) => *diagnostic,
            StoreError::Conflict { .. } => {
                Diagnostic::new("STORE-011", "somebody else changed this in between", detail).hint("run the command again: it looks anew")
            }
            StoreError::LeaseLost { .. } => {
                Diagnostic::new("STORE-012", "another worker has taken over", detail).hint("see what it does: usher run list")
            }
            StoreError::AlreadyOpen { .. } => {
                Diagnostic::new("STORE-014", "this instance is being read", detail).hint("wait for the other read to end")
            }
            StoreError::NoSnapshot(_) | StoreError::NotSealed(_) | StoreError::Sealed(_) => {
                Diagnostic::new("STORE-013", "there is no such snapshot", detail).hint("read the instance again: usher read")
            }
        }
    }
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost { lane } => JournalError::LeaseLost(lane),
            other => JournalError::NotKept(other.to_string()),
        }
    }
}
