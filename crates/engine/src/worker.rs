//! A worker: takes lanes that are due, from any machine that reaches the store, and carries their steps out.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::Lease;
use usher_store::{Batch, LANES};

use crate::schedule::LAP;
use crate::shelves::{self, LaneRecord, Ordered, RunRecord, Shelf as _};
use crate::usher::Usher;

/// How often a worker without work looks for some, unless the store says that there is: lanes come due, and lanes of the dead are told by nobody.
const LOOK: Duration = Duration::from_secs(1);

/// How a worker works.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Its name: who holds a lane, in messages. Unique among those that run.
    pub name: String,
    /// How many lanes it works on at a time.
    pub lanes: usize,
    /// Ends once nothing is due.
    pub once: bool,
    /// How long the steps in flight may take once it is told to stop.
    pub drain: Duration,
}

/// What a worker did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// Lanes that it worked on.
    pub lanes: u64,
    /// Of these: came no further, and were put back for later.
    pub put_back: u64,
    /// Lanes that it still held when its time to drain was over.
    pub cut_off: u64,
}

impl Usher {
    /// Works until it is told to stop; then no step begins any more, those in flight end, and lanes are handed back.
    ///
    /// # Errors
    /// What the store says when it can't be asked for work.
    pub async fn work(&self, worker: &Worker, stop: &CancellationToken) -> Result<Worked, Diagnostic> {
        let mut worked = Worked::default();
        let mut busy = FuturesUnordered::new();
        loop {
            while !stop.is_cancelled() && busy.len() < worker.lanes.max(1) {
                let Some(lease) = self.claim_next(&worker.name).await? else { break };
                worked.lanes += 1;
                busy.push(self.work_lane(lease, worker, stop.clone()));
            }
            if stop.is_cancelled() || (worker.once && busy.is_empty()) {
                break;
            }
            tokio::select! {
                Some(went) = busy.next(), if !busy.is_empty() => worked.put_back += u64::from(!went),
                () = self.store().wait_for_work(LOOK) => {}
                () = stop.cancelled() => {}
            }
        }
        let rest = async {
            while let Some(went) = busy.next().await {
                worked.put_back += u64::from(!went);
            }
        };
        if tokio::time::timeout(worker.drain, rest).await.is_err() {
            worked.cut_off = busy.len() as u64;
        }
        Ok(worked)
    }

    /// False if the lane was put back for later.
    async fn work_lane(&self, lease: Lease, worker: &Worker, stop: CancellationToken) -> bool {
        let lane = lease.lane.clone();
        match self.try_lane(lease, worker, stop).await {
            Ok(()) => true,
            Err(message) => {
                let code = message.code;
                self.given.progress.note(&lane, &format!("{code} {}: {}; it is looked at again later", message.summary, message.detail));
                false
            }
        }
    }

    async fn try_lane(&self, lease: Lease, worker: &Worker, stop: CancellationToken) -> Result<(), Diagnostic> {
        if let Some(instance) = lease.lane.strip_prefix(LAP) {
            let instance = instance.to_owned();
            return self.work_lap(&instance, lease).await;
        }
        let named = lease.lane.strip_prefix("run/").and_then(|rest| rest.split_once('/'));
        let record = match named {
            Some((run, _)) => shelves::all::<RunRecord>(self.store()).await?.into_iter().find(|r| r.run == run && r.ended.is_none()),
            None => None,
        };
        let (Some(record), Some((_, instance))) = (record, named) else {
            // Nothing is left to do in it.
            self.store().commit(Batch::under(&lease).gone(LANES, &lease.lane)).await?;
            self.store().release(lease).await?;
            return Ok(());
        };
        let instance = instance.to_owned();
        let (plan, _) = self.open_plan(record.plan).await?;
        let order = self.order(&record.run).await?;
        if order.as_ref().is_some_and(|order| order.what == Ordered::Pause) {
            let waits = LaneRecord { lane: lease.lane.clone(), run: record.run.clone(), due: None, why: "paused".into(), tries: 0 };
            self.store().commit(Batch::under(&lease).row(waits.row())).await?;
            self.store().release(lease).await?;
            return Ok(());
        }
        let checked = match order {
            Some(_) => None,
            None => match self.check_plan(plan).await {
                Ok((checked, _, _)) => Some(checked),
                Err(message) => {
                    let (plan, _) = self.open_plan(record.plan).await?;
                    self.leave_lane(&record, &plan, &instance, &lease, Some(&message)).await?;
                    self.store().release(lease).await?;
                    return Err(message);
                }
            },
        };
        let (plan, _) = self.open_plan(record.plan).await?;
        let work = self.work_on(record, plan, checked, &worker.name, stop);
        let result = work.lane_held(&instance, None, lease).await;
        if let Some(order) = self.order(&work.run.run).await?.filter(|order| order.what == Ordered::Cancel) {
            self.withdraw_tasks(&work.run, &work.plan, &order).await?;
        }
        self.close_run(&work.run).await?;
        result
    }
}
