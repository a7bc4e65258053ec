//! The log (approvals-and-evidence §4): every entry stands in the same batch as the change that it tells of.

use serde_json::Map;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;
use usher_domain::log::{Entry, LogTip, Logged};
use usher_domain::time::Time;
use usher_domain::voice::Kind;
use usher_store::{Batch, META, ShelfRow, Store, StoreError};

/// The stream of the log's lines. Entry `seq` stands at place `seq + 1`.
pub(crate) const LOG: &str = "log";
/// The row with the end of the log.
const TIP: &str = "log_tip";
/// How often an append is tried when another process appends at the same time.
pub(crate) const TRIES: u32 = 50;

/// Appends to the log.
pub(crate) struct Ledger<'a> {
    store: &'a dyn Store,
}

fn refused(e: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new("EVIDENCE-002", "this can't stand in the log", e.to_string())
}

/// Others append faster than we can.
pub(crate) fn busy() -> Diagnostic {
    Diagnostic::new("STORE-011", "somebody else changed this in between", "the log is being written by others all the time")
        .hint("try again in a moment")
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(store: &'a dyn Store) -> Self {
        Ledger { store }
    }

    /// The end of the log, and how many lines it has.
    pub(crate) async fn tip(&self) -> Result<LogTip, Diagnostic> {
        match self.store.get(META, TIP).await? {
            None => Ok(LogTip::new()),
            Some(row) => LogTip::from_bytes(&row.body).ok_or_else(|| {
                Diagnostic::new("STORE-006", "the store is damaged", "the end of the log can't be read").hint("restore it from a backup")
            }),
        }
    }

    /// Appends entries together with a batch. Gives their places.
    pub(crate) async fn append(&self, now: Time, entries: Vec<Entry>, batch: Batch) -> Result<Vec<u64>, Diagnostic> {
        self.append_with(now, entries, batch, |_, batch| batch).await
    }

    /// The same, where the batch needs to know the places.
    pub(crate) async fn append_with(
        &self,
        now: Time,
        entries: Vec<Entry>,
        batch: Batch,
        with: impl Fn(&[u64], Batch) -> Batch,
    ) -> Result<Vec<u64>, Diagnostic> {
        for _ in 0..TRIES {
            let tip = self.tip().await?;
            if let Some(seqs) = self.append_to(tip, now, &entries, batch.clone(), &with).await? {
                return Ok(seqs);
            }
        }
        Err(busy())
    }

    /// The same where the entries were made from the whole log up to this end: `None` if somebody appended in between.
    pub(crate) async fn append_to(
        &self,
        mut tip: LogTip,
        now: Time,
        entries: &[Entry],
        batch: Batch,
        with: &impl Fn(&[u64], Batch) -> Batch,
    ) -> Result<Option<Vec<u64>>, Diagnostic> {
        let mut seqs = Vec::with_capacity(entries.len());
        let mut keep = batch.expect(LOG, Seq(tip.tree().size()));
        for entry in entries {
            let (logged, line) = tip.append(now, entry.clone(), Map::new()).map_err(refused)?;
            seqs.push(logged.seq);
            keep = keep.event(LOG, logged.entry.kind(), line);
        }
        keep = keep.row(ShelfRow::new(META, TIP, tip.to_bytes()));
        match self.store.commit(with(&seqs, keep)).await {
            Ok(_) => Ok(Some(seqs)),
            Err(StoreError::Conflict { stream, .. }) if stream == LOG => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// All lines of the log, in order.
    pub(crate) async fn lines(&self) -> Result<Vec<Vec<u8>>, Diagnostic> {
        let mut out = Vec::new();
        let mut after = Seq(0);
        loop {
            let page = self.store.load(LOG, after, 5_000).await?;
            let full = page.len() == 5_000;
            after = page.last().map_or(after, |l| l.seq);
            out.extend(page.into_iter().map(|l| l.body));
            if !full {
                return Ok(out);
            }
        }
    }
}

/// The newest `signers` entry.
pub(crate) struct SignersInForce {
    pub(crate) seq: u64,
    pub(crate) allowed: Digest,
    pub(crate) revoked: Option<Digest>,
}

/// The row that says which `signers` entry is in force.
const SIGNERS: &str = "signers";

/// The `signers` entry in force, if there is one.
pub(crate) async fn last_signers(store: &dyn Store) -> Result<Option<SignersInForce>, Diagnostic> {
    let Some(row) = store.get(META, SIGNERS).await? else { return Ok(None) };
    let seq = std::str::from_utf8(&row.body).ok().and_then(|t| t.parse::<u64>().ok());
    let Some(seq) = seq else { return Ok(None) };
    let line = store.load(LOG, Seq(seq), 1).await?;
    Ok(line.first().and_then(|l| Logged::parse(&l.body).ok()).and_then(|l| match l.entry {
        Entry::Signers { allowed, revoked, .. } => Some(SignersInForce { seq, allowed, revoked }),
        _ => None,
    }))
}

/// The row to keep with a new `signers` entry.
pub(crate) fn signers_row(seq: u64) -> ShelfRow {
    ShelfRow::new(META, SIGNERS, seq.to_string())
}

pub(crate) fn signers(allowed: Digest, revoked: Option<Digest>) -> Entry {
    Entry::Signers { allowed, revoked, oidc: None }
}

pub(crate) fn plan(plan: Digest, steps: u64) -> Entry {
    Entry::Plan { plan, steps }
}

pub(crate) fn decision(plan: Digest, message: Digest, proof: Digest) -> Entry {
    Entry::Decision { kind: Kind::Sshsig, plan: Some(plan), message, proof }
}

pub(crate) fn run(run: &str, plan: Digest, signers: u64, decisions: &[u64]) -> Entry {
    Entry::Run { run: run.to_owned(), plan, signers, decisions: decisions.to_vec() }
}

pub(crate) fn closed(run: &str, confirmed: u64, other: u64) -> Entry {
    Entry::Closed { run: run.to_owned(), confirmed, other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_entry_about_the_whole_log_does_not_stand_behind_a_later_one() {
        let dir = tempfile::tempdir().unwrap();
        let store = usher_store::open("sqlite:usher.db", dir.path()).unwrap();
        let ledger = Ledger::new(&*store);
        let now = Time::from_seconds(1_800_000_000);
        let entry = || closed("r-1", 1, 0);
        let opened = Entry::Opened { tenant: "example.com/usher/5f3c9a1e".into(), previous: None };
        ledger.append(now, vec![opened], Batch::default()).await.unwrap();
        let tip = ledger.tip().await.unwrap();
        ledger.append(now, vec![entry()], Batch::default()).await.unwrap();
        let late = ledger.append_to(tip, now, &[entry()], Batch::default(), &|_, b| b).await.unwrap();
        assert_eq!(late, None, "another entry came first");
        let tip = ledger.tip().await.unwrap();
        assert_eq!(ledger.append_to(tip, now, &[entry()], Batch::default(), &|_, b| b).await.unwrap(), Some(vec![2]));
        assert_eq!(ledger.lines().await.unwrap().len(), 3);
    }
}
