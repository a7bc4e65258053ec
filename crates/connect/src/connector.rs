//! The one trait behind which every kind of connector stands.
//!
//! Pull, one page at a time: the engine stores a page and its cursor before it asks for the next. That is the bound on memory,
//! the back-pressure and the resume point. Writes take a [`WritePermit`] and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use usher_domain::journal::WritePermit;
use usher_domain::manifest::OperationName;
use usher_domain::snapshot::{Ended, Row};

use crate::fault::Fault;

pub use usher_domain::journal::BoxFuture;

/// How an instance is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorKind {
    /// A manifest-driven REST API.
    Http,
    /// RFC 7643/7644.
    Scim,
    /// A file that a console or an HR system exported.
    Csv,
    /// A person.
    Human,
}

impl ConnectorKind {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            ConnectorKind::Http => "http",
            ConnectorKind::Scim => "scim",
            ConnectorKind::Csv => "csv",
            ConnectorKind::Human => "human",
        }
    }
}

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Everything that the instance shows of people, accounts, entitlements, grants and credentials.
    Everything,
    /// One account, as fresh as it can be had: the row comes, or the read ends without it.
    Account {
        /// The instance's own id.
        native_id: String,
        /// The login, for apps that look up by it.
        user_name: Option<String>,
    },
    /// A named query of the manifest (`usher query`): [`Row::Record`]s.
    Query {
        /// Its name.
        name: String,
        /// Values for its placeholders (`since`, `until` …).
        with: BTreeMap<String, String>,
    },
}

/// Where to go on after the last stored page. Opaque to everybody but the connector that made it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor(pub String);

/// What one read may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Longest wait for one answer.
    pub answer: Duration,
    /// Most pages.
    pub pages: u64,
    /// Most bytes of one answer.
    pub bytes: usize,
    /// Longest time that may be spent waiting because the app asks for it.
    pub patience: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { answer: Duration::from_secs(30), pages: 100_000, bytes: 64 << 20, patience: Duration::from_secs(300) }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Bytes on the wire or in the file.
    pub bytes: usize,
    /// Where to go on; `None`: this list can only be started over.
    pub resume: Option<Cursor>,
    /// Rows of this page that could not be read, with file, line and reason. Nothing is dropped silently.
    pub set_aside: Vec<SetAside>,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SetAside {
    /// `exports/zoom.csv line 118`, `page 3 row 17`.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// What a reader gives next.
#[derive(Debug, Clone)]
pub enum Turn {
    /// A page; there may be more.
    Page(Page),
    /// That was all, and how the far end said so.
    End(Ended),
}

/// A read under way. It holds the session; dropping it cancels the read.
pub trait Reader: Send {
    /// The next page, or the end. After [`Turn::End`] or a fault nothing more is asked.
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>>;

    /// What a person should know about how this was read (what was taken for what, what was left out). Asked after the end.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a connector says after a write. Never "confirmed": only a read can say that (invariant 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ack {
    /// The app answered that it did.
    Done,
    /// Somebody will: a person has a task, the app works on it. The run sleeps until a read shows it.
    Accepted {
        /// What the task is called where it waits.
        task: String,
    },
}

/// What a check of an instance showed, for `doctor` and `connect`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// One line each: what works, what the far end can do, what it is like.
    pub good: Vec<String>,
    /// What will be in the way.
    pub warnings: Vec<String>,
    /// The account or token that usher connects with, where the app says it (lifecycle.md §11: protected by construction).
    pub identity: Option<String>,
}

/// A way to reach an instance.
pub trait Connector: Send + Sync {
    /// Which kind.
    fn kind(&self) -> ConnectorKind;

    /// Which kind does which operation, for `coverage`. What is missing can't be done in this instance.
    fn ways(&self) -> BTreeMap<OperationName, ConnectorKind> {
        BTreeMap::new()
    }

    /// What makes two reads the same list: connector, operation, filter, in words. Its digest goes into the snapshot.
    fn query(&self, want: &Want) -> String;

    /// Tries the credentials and finds out what the far end can do. Changes nothing.
    fn check(&self) -> BoxFuture<'_, Result<CheckReport, Fault>>;

    /// Starts a read, or goes on with one after `from`.
    fn read<'a>(&'a self, want: &'a Want, from: Option<Cursor>, budget: Budget) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Fault>>;

    /// Carries out the step that the permit holds, once. A lost answer is [`crate::fault::FaultClass::Unknown`], never retried in here.
    fn write<'a>(&'a self, permit: WritePermit) -> BoxFuture<'a, Result<Ack, Fault>>;
}
