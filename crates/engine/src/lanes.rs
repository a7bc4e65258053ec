//! Lanes of runs: claimed, kept, and left for the next worker with what is still to do (DESIGN §7).

use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::{Lease, Seq};
use usher_domain::plan::Plan;
use usher_domain::run::{End, Event, Run, StepState};
use usher_domain::time::Time;
use usher_store::{Batch, LANES};

use crate::apply::{EVENT, LEASE, body, stream};
use crate::ledger::{self, Ledger};
use crate::shelves::{self, LaneRecord, RunOrder, RunRecord, Shelf as _};
use crate::usher::Usher;

/// The first wait after a lane came no further, in seconds; it doubles.
const FIRST_WAIT: i64 = 15;
/// The longest, in seconds.
const LONGEST_WAIT: i64 = 1_800;
/// How often closing is tried while other workers append.
const TRIES: u32 = 20;

impl Usher {
    /// Takes a lane. Its end is counted by this machine's clock from before it was asked for: a database's clock may be another, and what
    /// matters here is when this worker must stop.
    pub(crate) async fn claim_lane(&self, lane: &str, worker: &str) -> Result<Option<Lease>, Diagnostic> {
        let until = self.lease_end();
        Ok(self.store().claim(Some(lane), worker, LEASE).await?.map(|lease| Lease { until, ..lease }))
    }

    /// The lane that is due longest.
    pub(crate) async fn claim_next(&self, worker: &str) -> Result<Option<Lease>, Diagnostic> {
        let until = self.lease_end();
        Ok(self.store().claim(None, worker, LEASE).await?.map(|lease| Lease { until, ..lease }))
    }

    pub(crate) async fn renew_lane(&self, lease: &Lease) -> Result<Lease, Diagnostic> {
        let until = self.lease_end();
        Ok(Lease { until, ..self.store().renew(lease, LEASE).await? })
    }

    fn lease_end(&self) -> Time {
        Time::from_micros(self.now().micros().saturating_add(i64::from(LEASE) * 1_000))
    }

    /// What somebody wants of this run, if anything.
    pub(crate) async fn order(&self, run: &str) -> Result<Option<RunOrder>, Diagnostic> {
        shelves::one::<RunOrder>(self.store(), run).await
    }

    /// Says of a lane when somebody should look at it again; where nothing is left to do in it, it goes.
    pub(crate) async fn leave_lane(
        &self,
        record: &RunRecord,
        plan: &Plan,
        instance: &str,
        lease: &Lease,
        failed: Option<&Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let run = self.replay(record).await?;
        let lane = record.lane(instance);
        let now = self.now();
        let left: Vec<_> = plan
            .steps()
            .iter()
            .filter(|s| s.instance == instance && matches!(run.steps.get(&s.n), Some(StepState::Waiting | StepState::Sent { .. })))
            .collect();
        let batch = Batch::under(lease);
        // Whoever ends the last step closes the run. If they die before, the lane is what brings the next worker to close it.
        let to_close = run.closed.is_none() && run.steps.values().all(|s| matches!(s, StepState::Ended(_)));
        if left.is_empty() && !to_close {
            self.store().commit(batch.gone(LANES, lane)).await?;
            return Ok(());
        }
        let before = shelves::one::<LaneRecord>(self.store(), &lane).await?.unwrap_or_default();
        let mut next = LaneRecord { lane, run: record.run.clone(), due: Some(now), why: String::new(), tries: 0 };
        if let Some(message) = failed {
            let wait = FIRST_WAIT.saturating_mul(1 << before.tries.min(10)).min(LONGEST_WAIT);
            next = LaneRecord { due: Some(now.plus_seconds(wait)), why: message.detail.clone(), tries: before.tries + 1, ..next };
        } else if run.paused.is_some() {
            next = LaneRecord { due: None, why: "paused".into(), ..next };
        } else if let Some(date) = left.iter().map(|s| s.not_before.filter(|date| now < *date)).min().flatten() {
            next = LaneRecord { due: Some(date), why: format!("not before {date}"), ..next };
        }
        self.store().commit(batch.row(next.row())).await?;
        Ok(())
    }

    /// `running`, `paused`, `waiting` (for people, a date, or an app that is not there), `ended`.
    pub(crate) async fn state_of(&self, run: &Run) -> Result<&'static str, Diagnostic> {
        let state = run.state();
        if state != "running" {
            return Ok(state);
        }
        let lanes = shelves::group::<LaneRecord>(self.store(), &run.id).await?;
        let now = self.now();
        let asleep = !lanes.is_empty() && lanes.iter().all(|lane| lane.tries == 0 && lane.due.is_some_and(|due| now < due));
        Ok(if asleep { "waiting" } else { "running" })
    }

    /// Lanes of a run that wait, until when, and why.
    ///
    /// # Errors
    /// What the store says.
    pub async fn waits(&self, run: &str) -> Result<Vec<(String, Option<Time>, String)>, Diagnostic> {
        let lanes = shelves::group::<LaneRecord>(self.store(), run).await?;
        Ok(lanes.into_iter().filter(|lane| !lane.why.is_empty()).map(|lane| (lane.lane, lane.due, lane.why)).collect())
    }

    /// The run's last entry in the log, once every step has ended. Whoever ends the last step closes; of two who try one does.
    pub(crate) async fn close_run(&self, record: &RunRecord) -> Result<(), Diagnostic> {
        for _ in 0..TRIES {
            let events = self.events(&stream(&record.run)).await?;
            let run = self.replay(record).await?;
            if run.closed.is_some() || !run.steps.values().all(|s| matches!(s, StepState::Ended(_))) {
                return Ok(());
            }
            let now = self.now();
            let ends = run.ends();
            let confirmed = ends.get(&End::Confirmed).copied().unwrap_or(0);
            let other = ends.iter().filter(|(end, _)| **end != End::Confirmed).map(|(_, n)| n).sum();
            let mut keep = Batch::default()
                .expect(stream(&record.run), Seq(events.len() as u64))
                .event(stream(&record.run), EVENT, body(&Event::Closed { at: now }))
                .gone(RunOrder::NAME, &record.run)
                .row(RunRecord { ended: Some(now), ..record.clone() }.row());
            for instance in &record.instances {
                keep = keep.gone(LANES, record.lane(instance));
            }
            match Ledger::new(self.store()).append(now, vec![ledger::closed(&record.run, confirmed, other)], keep).await {
                // Somebody appended to the run in between: look again.
                Err(message) if message.code == "STORE-011" => {}
                done => return done.map(drop),
            }
        }
        Ok(())
    }
}
