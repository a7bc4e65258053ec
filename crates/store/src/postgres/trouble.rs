//! What PostgreSQL and the way to it answer when they can't, in words for people.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;
use usher_domain::diagnostic::Diagnostic;

use crate::error::StoreError;

/// Inside this module: the engine's error, the pool's, or the store's own. Only [`Trouble::told`] lets it out.
#[derive(Debug)]
pub(super) enum Trouble {
    Engine(tokio_postgres::Error),
    Pool(Box<PoolError>),
    /// The connection was lost while a transaction was being kept: nobody here knows whether it was.
    Unsure(tokio_postgres::Error),
    Said(StoreError),
}

pub(super) type Outcome<T> = Result<T, Trouble>;

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        Trouble::Engine(error)
    }
}

impl From<PoolError> for Trouble {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Trouble::Engine(error),
            other => Trouble::Pool(Box::new(other)),
        }
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
    /// Nothing of it was kept, and the same again may go well: another transaction was in the way, or the connection was lost before anything
    /// was to be kept.
    pub(super) fn may_be_repeated(&self) -> bool {
        match self {
            Trouble::Engine(error) => (is_lost(error) && !is_silent(error)) || is_collision(error),
            Trouble::Pool(_) | Trouble::Unsure(_) | Trouble::Said(_) => false,
        }
    }

    pub(super) fn told(self, place: &str) -> StoreError {
        match self {
            Trouble::Said(error) => error,
            Trouble::Engine(error) => StoreError::failed(told(&error, place)),
            Trouble::Pool(error) => StoreError::failed(
                Diagnostic::new("STORE-041", "the database can't be reached", format!("{place}: {error}"))
                    .hint("is PostgreSQL running there, and does it take more connections?"),
            ),
            Trouble::Unsure(error) => StoreError::failed(
                Diagnostic::new(
                    "STORE-046",
                    "the connection was lost while something was being kept",
                    format!("{place}: {}; whether it was kept shows when it is read again", plain(&error)),
                )
                .hint("run the command again: it looks first, and repeats nothing"),
            ),
        }
    }
}

/// Two transactions that each waited for the other, or that could not have come one after the other.
fn is_collision(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION].contains(code)
    })
}

/// The way to the server broke, or it is going down or coming up.
pub(super) fn is_lost(error: &tokio_postgres::Error) -> bool {
    let going = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    match error.code() {
        Some(code) => going.contains(code) || code.code().starts_with("08"),
        None => error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>()),
    }
}

/// Nobody answers at all. That took its time already, and six times of it would keep a person waiting for a minute.
fn is_silent(error: &tokio_postgres::Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
}

/// The error without what the library puts in front.
fn plain(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => error.source().map_or_else(|| error.to_string(), ToString::to_string),
    }
}

fn told(error: &tokio_postgres::Error, place: &str) -> Diagnostic {
    let detail = format!("{place}: {}", plain(error));
    let Some(code) = error.code() else { return not_connected(error, place, detail) };
    match code.code() {
        "28P01" | "28000" => Diagnostic::new("STORE-042", "the database refused the user or the password", detail)
            .hint("check user and password in store:, or set PGPASSWORD; pg_hba.conf says who may come from where"),
        "3D000" => {
            Diagnostic::new("STORE-043", "there is no such database", detail).hint("make it: createdb NAME, or name another in store:")
        }
        "42501" | "25006" => Diagnostic::new("STORE-009", "the store can't be written", detail)
            .hint("the user needs CREATE on the schema once, and a server that is no read-only copy"),
        "53100" => Diagnostic::new(
            "STORE-007",
            "no space left",
            format!("{detail}; what was being written is not kept, what was kept before is whole"),
        )
        .hint("make room on the database server, then run the command again"),
        "53300" => Diagnostic::new("STORE-041", "the database can't be reached", detail)
            .hint("the server takes no more connections: raise max_connections"),
        "57P01" | "57P02" | "57P03" => Diagnostic::new("STORE-041", "the database can't be reached", detail)
            .hint("it is going down or coming up: run the command again in a moment"),
        "XX001" | "XX002" => {
            Diagnostic::new("STORE-006", "the store is damaged", detail).hint("restore it from a backup; nothing was repaired or left out")
        }
        _ => Diagnostic::new("STORE-010", "the store can't be read or written", detail)
            .hint("look at the server's log; nothing half written is kept"),
    }
}

fn not_connected(error: &tokio_postgres::Error, place: &str, detail: String) -> Diagnostic {
    let text = format!("{error} {}", error.source().map_or_else(String::new, ToString::to_string));
    let lower = text.to_lowercase();
    if lower.contains("certificate") || lower.contains("tls") {
        return Diagnostic::new("STORE-044", "the database and usher don't agree on TLS", detail)
            .hint("the server's certificate must be signed by an authority that this machine trusts (sslrootcert=FILE names one); sslmode=disable goes without");
    }
    if lower.contains("password missing") || lower.contains("invalid configuration") {
        return Diagnostic::new(
            "STORE-042",
            "the database refused the user or the password",
            format!("{place}: the server asks for a password, and none is given"),
        )
        .hint("put it into store:, or set PGPASSWORD");
    }
    let why = if lower.contains("lookup") || lower.contains("resolve") || lower.contains("name or service") {
        "the host's name is not known"
    } else if lower.contains("refused") {
        "nothing listens there"
    } else if lower.contains("timed out") || lower.contains("timeout") {
        "no answer in time: a firewall?"
    } else {
        "the connection broke"
    };
    Diagnostic::new("STORE-041", "the database can't be reached", format!("{detail}; {why}"))
        .hint("check host and port in store:, and that PostgreSQL listens there")
}
