//! The one thread that writes.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::time::Time;

use super::groups::{self, Job, Task};
use super::process::Process;
use super::seen::SeenCache;
use super::trouble::Outcome;
use super::{Settings, process};
use crate::Clock;
use crate::error::StoreError;
use crate::store::Answer;

/// What a job writes with.
pub(super) struct Pen<'a> {
    pub(super) db: &'a Connection,
    /// Store time of this job.
    pub(super) now: Time,
    /// This process, for leases.
    pub(super) me: &'a Process,
    pub(super) seen: &'a mut SeenCache,
}

/// What the thread owns.
pub(super) struct Desk {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
    pub(super) clock: Clock,
    pub(super) me: Process,
    pub(super) seen: SeenCache,
    /// How many were committed so far.
    pub(super) transactions: u64,
}

impl Desk {
    pub(super) fn new(db: Connection, settings: &Settings) -> Self {
        let (path, clock) = (settings.path.clone(), settings.clock.clone());
        Desk { db, path, clock, me: process::this(), seen: SeenCache::default(), transactions: 0 }
    }

    pub(super) fn pen(&mut self) -> Pen<'_> {
        Pen { db: &self.db, now: (self.clock)(), me: &self.me, seen: &mut self.seen }
    }
}

pub(super) struct Writer {
    /// `None` only while it is dropped.
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(db: Connection, settings: &Settings) -> Result<Self, Diagnostic> {
        let (jobs, waiting) = mpsc::channel();
        let mut desk = Desk::new(db, settings);
        let thread = std::thread::Builder::new()
            .name("usher-store-writer".into())
            .spawn(move || groups::work(&mut desk, &waiting))
            .map_err(|error| no_thread(&error))?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands a job to the thread when the answer is first waited for. The answer comes after the commit.
    pub(super) fn write<'a, T: Send + 'static>(&'a self, work: impl FnOnce(&mut Pen<'_>) -> Outcome<T> + Send + 'static) -> Answer<'a, T> {
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let jobs = self.jobs.as_ref().ok_or_else(StoreError::shut)?;
            jobs.send(Box::new(Task::new(work, tell))).map_err(|_| StoreError::shut())?;
            told.await.unwrap_or_else(|_| Err(StoreError::shut()))
        })
    }
}

impl Drop for Writer {
    /// Jobs that were handed in are still done; then the file is closed.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there was told to whoever waited, as `STORE-016`.
            let _ = thread.join();
        }
    }
}

pub(super) fn no_thread(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new("STORE-018", "the store can't start its threads", error.to_string()).hint("raise the limit of threads (ulimit -u)")
}
