//! Group commit: whatever waits together shares one transaction and one fsync, each job in its own savepoint.

use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

use super::trouble::Outcome;
use super::writer::{Desk, Pen};
use crate::error::StoreError;

/// Most jobs in one transaction, so that the first of them is answered while others still come.
pub(super) const MOST: usize = 256;

/// Something to write, and somebody who waits for it.
pub(super) trait Job: Send {
    /// Writes. Whoever waits is told by what comes back, once it is known whether the transaction was kept.
    fn run(self: Box<Self>, pen: &mut Pen<'_>, path: &std::path::Path) -> Done;
    /// Tells whoever waits that it was not even begun.
    fn refuse(self: Box<Self>, why: StoreError);
}

/// A job that ran.
pub(super) struct Done {
    /// Its savepoint is to be kept.
    keep: bool,
    tell: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// A job as a closure.
pub(super) struct Task<T, F> {
    work: F,
    tell: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Task<T, F> {
    pub(super) fn new(work: F, tell: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Task { work, tell }
    }
}

impl<T: Send + 'static, F: FnOnce(&mut Pen<'_>) -> Outcome<T> + Send> Job for Task<T, F> {
    fn run(self: Box<Self>, pen: &mut Pen<'_>, path: &std::path::Path) -> Done {
        let Task { work, tell } = *self;
        let result = work(pen).map_err(|trouble| trouble.told(path));
        let keep = result.is_ok();
        // Nobody may be waiting any more; the write stands all the same.
        Done { keep, tell: Box::new(move |kept| drop(tell.send(result.and_then(|value| kept.map(|()| value))))) }
    }

    fn refuse(self: Box<Self>, why: StoreError) {
        let _ = self.tell.send(Err(why));
    }
}

/// Works until the last store handle is gone.
pub(super) fn work(desk: &mut Desk, waiting: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = waiting.recv() {
        group(desk, first, waiting);
    }
}

fn group(desk: &mut Desk, first: Box<dyn Job>, waiting: &Receiver<Box<dyn Job>>) {
    if let Err(why) = execute(desk, "BEGIN IMMEDIATE") {
        // Whoever waits behind would wait as long again for the same answer. They are counted before the first is told: who
        // comes after that answer has not waited at all.
        let behind: Vec<_> = waiting.try_iter().collect();
        std::iter::once(first).chain(behind).for_each(|job| job.refuse(why.clone()));
        return;
    }
    let mut done = Vec::new();
    let mut next = Some(first);
    let mut broken = None;
    while let Some(job) = next {
        match in_savepoint(desk, job) {
            Ok(one) => done.push(one),
            Err((one, why)) => {
                done.extend(one);
                broken = Some(why);
                break;
            }
        }
        next = if done.len() < MOST { waiting.try_recv().ok() } else { None };
    }
    let kept = match broken {
        None => execute(desk, "COMMIT"),
        Some(why) => Err(why),
    };
    if kept.is_ok() {
        desk.transactions += 1;
    } else {
        desk.seen.clear();
        if !desk.db.is_autocommit() {
            // If even this fails, the next BEGIN says so to whoever comes next.
            let _ = desk.db.execute_batch("ROLLBACK");
        }
    }
    done.into_iter().for_each(|one| (one.tell)(kept.clone()));
}

/// Runs one job. `Err`: the whole transaction is lost (a full disk ends it, whatever savepoint it was in).
fn in_savepoint(desk: &mut Desk, job: Box<dyn Job>) -> Result<Done, (Option<Done>, StoreError)> {
    if let Err(why) = execute(desk, "SAVEPOINT job") {
        job.refuse(why.clone());
        return Err((None, why));
    }
    let path = desk.path.clone();
    let done = job.run(&mut desk.pen(), &path);
    if !done.keep {
        desk.seen.clear();
    }
    let end = if done.keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    let lost = if desk.db.is_autocommit() { Err(lost()) } else { execute(desk, end) };
    match lost {
        Ok(()) => Ok(done),
        Err(why) => Err((Some(done), why)),
    }
}

/// A job that fails for its own reason says that; those that shared its transaction get this.
fn lost() -> StoreError {
    StoreError::failed(
        usher_domain::diagnostic::Diagnostic::new(
            "STORE-010",
            "the store can't be read or written",
            "a write at the same time failed and took this one with it; nothing of either is kept",
        )
        .hint("see the other message, then run the command again"),
    )
}

fn execute(desk: &Desk, words: &str) -> Result<(), StoreError> {
    desk.db.execute_batch(words).map_err(|error| super::trouble::Trouble::from(error).told(&desk.path))
}
