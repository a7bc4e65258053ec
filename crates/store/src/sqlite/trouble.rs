//! What SQLite answers when it can't, in words for people.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi;
use usher_domain::diagnostic::Diagnostic;

use super::process;
use crate::error::StoreError;

/// Inside this module: either the engine's error or the store's own. Only [`Trouble::told`] lets it out.
#[derive(Debug)]
pub(super) enum Trouble {
    Engine(rusqlite::Error),
    Said(StoreError),
}

pub(super) type Outcome<T> = Result<T, Trouble>;

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Trouble::Engine(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Trouble::Said(error)
    }
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Self {
        Trouble::Said(StoreError::failed(diagnostic))
    }
}

impl Trouble {
    /// Another process is in the way, and waiting may help.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Trouble::Engine(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)))
    }

    pub(super) fn told(self, path: &Path) -> StoreError {
        match self {
            Trouble::Said(error) => error,
            Trouble::Engine(error) => StoreError::failed(told(&error, path)),
        }
    }
}

fn told(error: &rusqlite::Error, path: &Path) -> Diagnostic {
    let file = path.display();
    let Some(code) = error.sqlite_error_code() else {
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => damaged(path, "a row holds something that was never written there"),
            other => Diagnostic::new("STORE-010", "the store can't be read or written", format!("{file}: {other}")),
        };
    };
    // The memory map beside the file is grown with the file: a failure there is a full disk under another name.
    let full = code == ErrorCode::DiskFull || error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_IOERR_SHMSIZE);
    if full {
        return Diagnostic::new(
            "STORE-007",
            "no space left",
            format!("{file}: the disk is full; what was being written is not kept, what was kept before is whole"),
        )
        .hint(format!("make room on the disk of {}, then run the command again", path.parent().unwrap_or(path).display()));
    }
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => busy(path),
        ErrorCode::DatabaseCorrupt => damaged(path, "its structure is broken"),
        ErrorCode::NotADatabase => foreign(path),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            Diagnostic::new("STORE-009", "the store can't be written", format!("{file} or its folder is read-only for this user"))
                .hint("the file, its folder, and the files beside it that end in -wal and -shm must be writable")
        }
        ErrorCode::CannotOpen => cannot_open(path, "it can't be opened"),
        _ => Diagnostic::new("STORE-010", "the store can't be read or written", format!("{file}: {error}"))
            .hint("look at the disk and its messages; nothing half written is kept"),
    }
}

/// Who may be in the way is looked up only when somebody is.
fn busy(path: &Path) -> Diagnostic {
    let others = process::others_with(path);
    let who = if others.is_empty() { "another process".to_owned() } else { others.join(", ") };
    Diagnostic::new("STORE-008", "another process is writing to the store", format!("{}: waited, and {who} still has it", path.display()))
        .hint("wait for it to end, then run the command again")
}

pub(super) fn damaged(path: &Path, what: &str) -> Diagnostic {
    Diagnostic::new("STORE-006", "the store is damaged", format!("{}: {what}", path.display()))
        .hint("restore it from a backup, with the files beside it that end in -wal and -shm; nothing was repaired or left out")
}

pub(super) fn foreign(path: &Path) -> Diagnostic {
    Diagnostic::new(
        "STORE-004",
        "this is no store of usher",
        format!("{}: another program's file, or one that lost its beginning", path.display()),
    )
    .hint("name another file: store: sqlite:usher.db")
}

pub(super) fn cannot_open(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::new("STORE-003", "the store can't be opened", format!("{}: {why}", path.display()))
        .hint("the folder must exist and be writable for this user")
}
