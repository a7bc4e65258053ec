//! Laps by cadence (lifecycle.md §12), as work on the shelf of lanes: whoever is alive takes the next one, never two of one instance at a time.

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Lease;
use usher_domain::time::Time;
use usher_domain::workspace::Mode;
use usher_store::{Batch, LANES};

use crate::apply::SIGN_OF_LIFE;
use crate::shelves::{self, LaneRecord, PlanRecord, Shelf as _};
use crate::usher::Usher;

/// What the lane of an instance's laps begins with.
pub(crate) const LAP: &str = "lap/";
/// The first wait after a lap that failed, in seconds; it doubles, up to the cadence.
const FIRST_WAIT: i64 = 60;

/// When the next lap is due: one cadence from now, moved by up to a tenth of it, always the same for the same instance, so that restarts and equal
/// cadences don't make all laps come at once. Counted from now and not from the last one: laps that were missed are not made up for.
pub fn next(now: Time, every: i64, instance: &str) -> Time {
    let tenth = (every / 10).max(0);
    let digest = Digest::of(instance.as_bytes());
    let roll = digest.bytes().iter().take(4).fold(0_i64, |all, byte| all * 256 + i64::from(*byte));
    now.plus_seconds(every.max(1).saturating_sub(if tenth > 0 { roll % (tenth + 1) } else { 0 }))
}

impl Usher {
    /// Puts a lap of each instance on the shelf of lanes, due at once where it was never read; what is there stays as it is.
    ///
    /// # Errors
    /// What the store says.
    pub async fn plan_laps(&self) -> Result<(), Diagnostic> {
        for instance in self.settings.instances.keys() {
            let lane = format!("{LAP}{instance}");
            if shelves::one::<LaneRecord>(self.store(), &lane).await?.is_some() {
                continue;
            }
            let due = match self.store().latest(instance, false).await? {
                Some(read) => next(read.read_at, self.every(instance), instance),
                None => self.now(),
            };
            self.store().commit(Batch::default().row(LaneRecord { lane, due: Some(due), ..LaneRecord::default() }.row())).await?;
        }
        Ok(())
    }

    fn every(&self, instance: &str) -> i64 {
        i64::try_from(self.workspace.read_policy(instance).every.seconds()).unwrap_or(i64::MAX)
    }

    /// One lap of one instance under its lane: read, conclude, remember; then the lane is due again.
    pub(crate) async fn work_lap(&self, instance: &str, lease: Lease) -> Result<(), Diagnostic> {
        let lane = lease.lane.clone();
        if !self.settings.instances.contains_key(instance) {
            self.store().commit(Batch::under(&lease).gone(LANES, lane)).await?;
            return Ok(self.store().release(lease).await?);
        }
        let names = [instance.to_owned()];
        let mut read = std::pin::pin!(self.read(&names, false));
        let read = loop {
            tokio::select! {
                read = &mut read => break read,
                () = tokio::time::sleep(SIGN_OF_LIFE) => drop(self.renew_lane(&lease).await?),
            }
        };
        let failed = match read {
            Ok(done) => done.failed.into_iter().next().map(|(_, message)| message),
            Err(message) => Some(message),
        };
        self.given.progress.lap(instance, failed.is_none());
        let before = shelves::one::<LaneRecord>(self.store(), &lane).await?.unwrap_or_default();
        let (now, every) = (self.now(), self.every(instance));
        let row = match &failed {
            None => LaneRecord { lane, due: Some(next(now, every, instance)), ..LaneRecord::default() },
            Some(message) => {
                let wait = FIRST_WAIT.saturating_mul(1 << before.tries.min(12)).min(every.max(FIRST_WAIT));
                let (due, why) = (Some(now.plus_seconds(wait)), message.detail.clone());
                LaneRecord { lane, run: String::new(), due, why, tries: before.tries.saturating_add(1) }
            }
        };
        self.store().commit(Batch::under(&lease).row(row.row())).await?;
        self.store().release(lease).await?;
        failed.map_or(Ok(()), Err)
    }

    /// Opens the runs of plans that are fully approved and whose instances are all in mode `enforce`; workers carry them out. Gives their names.
    ///
    /// # Errors
    /// What the store says. A plan that may not run (yet) is left alone.
    pub async fn enforce_approved(&self) -> Result<Vec<String>, Diagnostic> {
        let enforced = |instance: &str| self.workspace.instance(instance).is_ok_and(|i| i.mode == Mode::Enforce);
        let mut opened = Vec::new();
        for record in shelves::all::<PlanRecord>(self.store()).await?.into_iter().filter(|p| p.run.is_none() && !p.rejected) {
            let (plan, _) = self.open_plan(record.digest).await?;
            if !plan.steps().iter().all(|step| enforced(&step.instance)) || self.decisions(record.digest).await?.is_empty() {
                continue;
            }
            match self.begin_run(record.digest).await {
                Ok(run) => opened.push(run),
                Err(message) => self.given.progress.note(record.digest.short().as_str(), &message.detail),
            }
        }
        Ok(opened)
    }

    /// What is measured without looking at any account: open runs, lanes that are due, the newest read of each instance.
    ///
    /// # Errors
    /// What the store says.
    pub async fn vitals(&self) -> Result<Vitals, Diagnostic> {
        let now = self.now();
        let lanes = shelves::all::<LaneRecord>(self.store()).await?;
        let due = lanes.iter().filter_map(|lane| lane.due).filter(|due| *due <= now);
        let mut vitals = Vitals {
            runs_open: shelves::all::<shelves::RunRecord>(self.store()).await?.iter().filter(|run| run.ended.is_none()).count() as u64,
            lanes_due: due.clone().count() as u64,
            longest_wait: due.map(|due| now.seconds_since(due)).max().unwrap_or(0),
            lanes_failing: lanes.iter().filter(|lane| lane.tries > 0).count() as u64,
            reads: Vec::new(),
        };
        for instance in self.settings.instances.keys() {
            if let Some(read) = self.store().latest(instance, false).await? {
                let rows = read.rows.values().sum();
                vitals.reads.push((instance.clone(), rows, now.seconds_since(read.as_of), read.complete()));
            }
        }
        Ok(vitals)
    }
}

/// See [`Usher::vitals`]. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vitals {
    /// Runs that have not ended.
    pub runs_open: u64,
    /// Lanes that wait for a worker now.
    pub lanes_due: u64,
    /// How long the first of them has waited.
    pub longest_wait: i64,
    /// Lanes that came no further the last time.
    pub lanes_failing: u64,
    /// Instance, rows, age, whole: the newest read of each.
    pub reads: Vec<(String, u64, i64, bool)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_next_lap_comes_within_its_cadence_and_is_the_same_each_time(now in 0_i64..4_000_000_000, every in 1_i64..10_000_000, instance in "[a-z]{1,12}") {
            let now = Time::from_seconds(now);
            let due = next(now, every, &instance);
            prop_assert_eq!(due, next(now, every, &instance));
            let wait = due.seconds_since(now);
            prop_assert!(wait >= 1 && wait <= every && wait >= every - every / 10 - 1, "{} of {}", wait, every);
        }
    }
}
