//! A few threads that read. Each read sees one state of the store, from its begin to its end.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;
use usher_domain::diagnostic::Diagnostic;

use super::trouble::Outcome;
use super::writer::no_thread;
use super::{Settings, opening};
use crate::error::StoreError;
use crate::store::Answer;

const THREADS: usize = 3;

/// `Err`: the thread has no connection, and why.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) + Send>;

pub(super) struct Readers {
    /// `None` only while it is dropped.
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    path: Arc<std::path::Path>,
}

impl Readers {
    pub(super) fn start(settings: &Settings) -> Result<Self, Diagnostic> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        let mut threads = Vec::new();
        for n in 0..THREADS {
            let (waiting, settings) = (Arc::clone(&waiting), settings.clone());
            let thread = std::thread::Builder::new().name(format!("usher-store-reader-{n}")).spawn(move || work(&waiting, &settings));
            threads.push(thread.map_err(|error| no_thread(&error))?);
        }
        Ok(Readers { jobs: Some(jobs), threads, path: settings.path.as_path().into() })
    }

    pub(super) fn read<'a, T: Send + 'static>(&'a self, work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static) -> Answer<'a, T> {
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let path = Arc::clone(&self.path);
            let job = move |db: Result<&Connection, StoreError>| {
                let answer = db.and_then(|db| in_one_state(db, work).map_err(|trouble| trouble.told(&path)));
                // Nobody may be waiting any more.
                let _ = tell.send(answer);
            };
            let jobs = self.jobs.as_ref().ok_or_else(StoreError::shut)?;
            jobs.send(Box::new(job)).map_err(|_| StoreError::shut())?;
            told.await.unwrap_or_else(|_| Err(StoreError::shut()))
        })
    }
}

fn in_one_state<T>(db: &Connection, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    let tx = db.unchecked_transaction()?;
    let answer = work(&tx);
    // Nothing was written: there is nothing to lose, and an error of `work` matters more.
    let _ = tx.rollback();
    answer
}

/// Opens its connection at its first job, so that a command that only writes pays for none.
fn work(waiting: &Mutex<mpsc::Receiver<Job>>, settings: &Settings) {
    let mut db = None;
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if db.is_none() {
            match reader(settings) {
                Ok(opened) => db = Some(opened),
                Err(trouble) => {
                    job(Err(trouble.told(&settings.path)));
                    continue;
                }
            }
        }
        if let Some(db) = &db {
            job(Ok(db));
        }
    }
}

fn reader(settings: &Settings) -> Outcome<Connection> {
    let db = opening::connect(settings)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            // A panic in there was told to whoever waited, as `STORE-016`.
            let _ = thread.join();
        }
    }
}
