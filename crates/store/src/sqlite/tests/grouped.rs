//! Group commit: what waits together is kept together, and one that fails takes no other with it.

use std::sync::mpsc;

use tokio::sync::oneshot;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;

use super::super::groups::{self, Job, MOST, Task};
use super::super::writer::{Desk, Pen};
use super::super::{facts, opening};
use super::settings;
use crate::batch::Batch;
use crate::error::StoreError;

type Told = oneshot::Receiver<Result<Vec<Seq>, StoreError>>;

fn job(batch: Batch) -> (Box<dyn Job>, Told) {
    let (tell, told) = oneshot::channel();
    (Box::new(Task::new(move |pen: &mut Pen<'_>| facts::commit(pen, &batch), tell)), told)
}

/// Lets all batches wait before the writer begins, and gives what each was told.
fn at_once(desk: &mut Desk, batches: impl IntoIterator<Item = Batch>) -> Vec<Result<Vec<Seq>, StoreError>> {
    let (jobs, waiting) = mpsc::channel();
    let told: Vec<Told> = batches
        .into_iter()
        .map(|batch| {
            let (job, told) = job(batch);
            jobs.send(job).unwrap();
            told
        })
        .collect();
    drop(jobs);
    groups::work(desk, &waiting);
    told.into_iter().map(|mut told| told.try_recv().expect("everybody is told")).collect()
}

fn one(n: u64) -> Batch {
    Batch::default().event("s", "k", n.to_string()).blob(n.to_string())
}

#[test]
fn what_waits_together_shares_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let mut desk = Desk::new(opening::prepare(&settings).unwrap(), &settings);
    let told = at_once(&mut desk, (0..64).map(one));
    assert_eq!(told, (1..=64).map(|n| Ok(vec![Seq(n)])).collect::<Vec<_>>());
    assert_eq!(desk.transactions, 1);
    let most = MOST as u64;
    let told = at_once(&mut desk, (0..=most).map(one));
    assert!(told.iter().all(Result::is_ok));
    assert_eq!(desk.transactions, 3, "{MOST} in one, one in the next");
    assert_eq!(facts::load(&desk.db, "s", Seq(0), 1_000).unwrap().len() as u64, 64 + most + 1);
}

#[test]
fn one_that_fails_takes_no_other_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let mut desk = Desk::new(opening::prepare(&settings).unwrap(), &settings);
    let told = at_once(&mut desk, [one(1), one(2).expect("s", Seq(9)), one(3)]);
    let conflict = StoreError::Conflict { stream: "s".into(), expected: Seq(9), is: Seq(1) };
    assert_eq!(told, [Ok(vec![Seq(1)]), Err(conflict), Ok(vec![Seq(2)])]);
    let bodies: Vec<_> = facts::load(&desk.db, "s", Seq(0), 9).unwrap().into_iter().map(|event| event.body).collect();
    assert_eq!(bodies, [b"1", b"3"]);
    assert_eq!(facts::blob(&desk.db, Digest::of(b"2")).unwrap(), None);
}

#[test]
fn on_a_full_disk_everybody_is_told_what_became_of_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.most_pages = Some(200);
    let mut desk = Desk::new(opening::prepare(&settings).unwrap(), &settings);
    let large = one(2).blob(vec![7; 4_000_000]);
    let told = at_once(&mut desk, [one(1), large, one(3)]);
    let Err(StoreError::Failed(full)) = &told[1] else { panic!("{told:?}") };
    assert_eq!(full.code, "STORE-007");
    let kept: Vec<_> = facts::load(&desk.db, "s", Seq(0), 9).unwrap().into_iter().map(|event| event.body).collect();
    let promised: Vec<_> = [(0, b"1"), (2, b"3")].into_iter().filter(|(n, _)| told[*n].is_ok()).map(|(_, body)| body.to_vec()).collect();
    assert_eq!(kept, promised, "{told:?}");
    assert!(at_once(&mut desk, [one(4)])[0].is_ok(), "what fits is kept again");
}

#[test]
fn while_another_process_writes_nobody_waits_longer_than_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.patience = std::time::Duration::from_millis(1);
    let mut desk = Desk::new(opening::prepare(&settings).unwrap(), &settings);
    let other = opening::connect(&settings).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for told in at_once(&mut desk, (0..10).map(one)) {
        assert_eq!(Diagnostic::from(told.unwrap_err()).code, "STORE-008");
    }
    assert_eq!(desk.transactions, 0);
    other.execute_batch("ROLLBACK").unwrap();
    assert!(at_once(&mut desk, [one(1)])[0].is_ok());
}
