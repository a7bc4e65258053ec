//! `usher read`: people first, then the instances side by side; what failed is said and remembered; one lap over what came.

use futures_util::stream::{self, StreamExt as _};
use usher_connect::connector::Budget;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::snapshot::Snapshot;
use usher_reconcile::guard::Outcome;
use usher_store::Batch;

use crate::lap::Lap;
use crate::read::Reading;
use crate::shelves::{self, AccountRead, FailedRead, Shelf as _};
use crate::usher::Usher;

/// Instances that are read at once.
const AT_ONCE: usize = 8;

/// What came of reading.
pub struct ReadDone {
    /// What was read.
    pub snapshots: Vec<Snapshot>,
    /// What could not be read, and why.
    pub failed: Vec<(String, Diagnostic)>,
    /// What follows from it.
    pub lap: Lap,
}

impl ReadDone {
    /// The people guard that stops everything, if one does.
    pub fn guard(&self) -> Option<Diagnostic> {
        let tripped = self.lap.people.verdicts.iter().find(|v| v.outcome == Outcome::Tripped)?;
        Some(
            Diagnostic::new("GUARD-001", "a guard on the people feed stopped it", format!("{}: {}", tripped.instance, tripped.text))
                .hint(format!(
                    "look at the file; if it is right: usher plan --override {} --by YOU, or usher read {} --accept-shrink",
                    tripped.rule, tripped.instance
                ))
                .exit(Exit::Guard),
        )
    }
}

impl Usher {
    /// Reads these instances (all, if none is named; people first), then concludes what follows.
    ///
    /// # Errors
    /// `INSTANCE-001`; what the store says. A read that failed is in [`ReadDone::failed`].
    pub async fn read(&self, instances: &[String], shrink_accepted: bool) -> Result<ReadDone, Diagnostic> {
        for name in instances {
            self.known(name)?;
        }
        let wanted = |name: &String| instances.is_empty() || instances.contains(name);
        let people = self.settings.people.keys().filter(|n| self.settings.instances.contains_key(*n));
        let others = self.settings.instances.keys().filter(|n| !self.settings.people.contains_key(*n));
        let mut snapshots = Vec::new();
        let mut failed = Vec::new();
        let mut keep = |name: &String, result| match result {
            Ok(snapshot) => snapshots.push(snapshot),
            Err(message) => failed.push((name.clone(), message)),
        };
        for name in people.filter(|n| wanted(n)) {
            keep(name, self.read_one(name, shrink_accepted).await);
        }
        // Apps wait for their networks side by side; what one lap concludes needs all of them.
        let reads =
            stream::iter(others.filter(|n| wanted(n))).map(|name| async move { (name, self.read_one(name, shrink_accepted).await) });
        let mut reads = reads.buffered(AT_ONCE);
        while let Some((name, result)) = reads.next().await {
            keep(name, result);
        }
        let lap = self.lap(&[]).await?;
        self.remember(&lap).await?;
        self.close_waiting_tasks().await?;
        Ok(ReadDone { snapshots, failed, lap })
    }

    /// Reads one instance; a failure is remembered until a read succeeds.
    pub(crate) async fn read_one(&self, name: &str, shrink_accepted: bool) -> Result<Snapshot, Diagnostic> {
        let result = self.read_now(name, shrink_accepted).await;
        match &result {
            Ok(snapshot) => {
                let mut keep = Batch::default().gone(FailedRead::NAME, name);
                let looks = shelves::group::<AccountRead>(self.store(), name).await?;
                for old in looks.iter().filter(|read| read.look.as_of <= snapshot.as_of) {
                    keep = keep.gone(AccountRead::NAME, old.key());
                }
                self.store().commit(keep).await?
            }
            Err(message) => {
                let failed = FailedRead { instance: name.to_owned(), why: message.detail.clone(), at: self.now() };
                self.store().commit(Batch::default().row(failed.row())).await?
            }
        };
        result
    }

    async fn read_now(&self, name: &str, shrink_accepted: bool) -> Result<Snapshot, Diagnostic> {
        let connector = self.connector(name)?;
        let reading = Reading {
            store: self.store(),
            instance: name,
            connector: &*connector,
            clock: &*self.given.clock,
            entropy: &*self.given.entropy,
            progress: &*self.given.progress,
            shrink_accepted,
            budget: Budget::default(),
        };
        reading.run().await
    }
}
