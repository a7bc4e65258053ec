//! Station six: an approved plan is carried out. Apply never plans; nothing leaves before its intent to write is durable.
//!
//! One run works on its instances in lanes, side by side; within a lane one step at a time. Containment goes first and waits for nothing.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::approval::ApprovedPlan;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::journal::{Lease, Seq};
use usher_domain::plan::{Plan, Stage};
use usher_domain::run::{End, Event, Run, StepState};
use usher_domain::time::Time;
use usher_store::{Batch, Logged, lane_stream};

use crate::ledger::{self, Ledger};
use crate::live::Live;
use crate::removals::Recent;
use crate::shelves::{self, PlanRecord, RunRecord, Shelf as _};
use crate::usher::Usher;

/// How long a lane is held without a sign of life, in milliseconds. On SQLite a dead process's lane is free at once.
pub(crate) const LEASE: u32 = 120_000;
/// Events of one lane asked for at a time.
const PAGE: u32 = 10_000;

/// How an apply ended.
#[derive(Debug)]
pub struct Applied {
    /// The run's name.
    pub run: String,
    /// The plan.
    pub plan: Digest,
    /// `running` (interrupted), `waiting` (for people), `ended`.
    pub state: &'static str,
    /// Steps by end.
    pub ends: BTreeMap<End, u64>,
    /// Steps that wait for somebody.
    pub accepted: u64,
    /// Why it stopped before its end, if it did.
    pub stopped: Option<Diagnostic>,
}

/// A run with everything that a lane needs.
pub(crate) struct Work<'a> {
    pub(crate) usher: &'a Usher,
    pub(crate) approved: &'a ApprovedPlan,
    pub(crate) run: &'a RunRecord,
    pub(crate) live: &'a Live<'a>,
    pub(crate) removals: Recent,
}

impl Usher {
    /// Carries out a plan, or goes on with its run.
    ///
    /// # Errors
    /// `PLAN-004` stale; `APPROVE-…` not approved (exit 4); a guard (exit 6); another process at work.
    pub async fn apply(&self, plan: Digest) -> Result<Applied, Diagnostic> {
        let lane = format!("plan/{}", plan.hex());
        let Some(lease) = self.store().claim(Some(&lane), "apply", LEASE).await? else {
            let held = self.store().held(&lane).await?;
            let by = held.and_then(|h| h.pid).map(|pid| format!(" by process {pid}")).unwrap_or_default();
            return Err(Diagnostic::new("RUN-001", "this plan is being applied", format!("{} is being applied{by}", plan.short()))
                .hint("look at it: usher run list"));
        };
        let result = self.apply_held(plan).await;
        // Once the run's state is durable, a lease that can't be handed back ends by itself.
        let _ = self.store().release(lease).await;
        result
    }

    async fn apply_held(&self, digest: Digest) -> Result<Applied, Diagnostic> {
        let now = self.now();
        self.refresh_people(now).await?;
        let (plan, record) = self.open_plan(digest).await?;
        let overridden: Vec<String> = plan.head().guards.iter().map(|g| g.rule.clone()).collect();
        let people = self.people(now, &overridden).await?;
        if people.tripped() {
            let text = people.verdicts.iter().find(|v| v.outcome == usher_reconcile::guard::Outcome::Tripped);
            let detail = text.map_or_else(String::new, |v| format!("{}: {}; no step was taken", v.instance, v.text));
            return Err(Diagnostic::new("GUARD-001", "a guard on the people feed stopped it", detail)
                .hint("look at the people file; then read it again: usher read")
                .exit(Exit::Guard));
        }
        if plan.head().config != self.config_tree().1 {
            return Err(Diagnostic::new("PLAN-004", "plan is stale", format!("{} was made under another usher.yaml", plan.short()))
                .hint("make a new plan: usher plan"));
        }
        let (signers_seq, signers, revoked) = self.signers_in_force(now).await?;
        let trust = self.trust(&plan, &people, &signers, &revoked).await?;
        let decisions = self.decisions(digest).await?;
        let bytes: Vec<_> = decisions.iter().map(|(_, d)| d.clone()).collect();
        let approved = ApprovedPlan::check(plan, &bytes, &trust, now).map_err(|e| not_approved(&e))?;
        let cited: Vec<u64> = approved.cited().iter().filter_map(|i| decisions.get(*i)).map(|(r, _)| r.seq).collect();
        let run = self.open_run(&approved, record, signers_seq, cited, now).await?;
        let live = Live::new(self, people, overridden);
        let work = Work { usher: self, approved: &approved, run: &run, live: &live, removals: Recent::default() };
        work.go().await
    }

    /// The run of this plan: the one that there is, or a new one that stands in the log before its first step.
    async fn open_run(
        &self,
        approved: &ApprovedPlan,
        record: PlanRecord,
        signers: u64,
        cited: Vec<u64>,
        now: Time,
    ) -> Result<RunRecord, Diagnostic> {
        let runs = shelves::all::<RunRecord>(self.store()).await?;
        if let Some(name) = &record.run {
            let run = runs.into_iter().find(|r| &r.run == name).ok_or_else(|| missing(name))?;
            if run.ended.is_some() {
                return Err(Diagnostic::new("PLAN-008", "this plan was run already", format!("{} ran as {name}", approved.plan().short()))
                    .hint("what is left is a new plan: usher plan"));
            }
            return Ok(run);
        }
        let plan = approved.plan();
        let number = runs.iter().map(|r| r.number).max().unwrap_or(0) + 1;
        let name = format!("r-{number}");
        let instances: BTreeSet<String> = plan.steps().iter().map(|s| s.instance.clone()).collect();
        let steps = u32::try_from(plan.steps().len()).unwrap_or(u32::MAX);
        let record = PlanRecord { run: Some(name.clone()), ..record };
        let opened = Event::Opened { run: name.clone(), plan: plan.digest(), steps, at: now };
        let entry = ledger::run(&name, plan.digest(), signers, &cited);
        let run = RunRecord {
            run: name.clone(),
            number,
            plan: plan.digest(),
            started: now,
            ended: None,
            instances: instances.into_iter().collect(),
            steps,
            seq: 0,
        };
        let keep = Batch::default().expect(stream(&name), Seq(0)).event(stream(&name), EVENT, body(&opened)).row(record.row());
        let seqs = Ledger::new(self.store())
            .append_with(now, vec![entry], keep, |seqs, keep| {
                keep.row(RunRecord { seq: seqs.first().copied().unwrap_or(0), ..run.clone() }.row())
            })
            .await?;
        Ok(RunRecord { seq: seqs.first().copied().unwrap_or(0), ..run })
    }

    /// A run as its events made it.
    pub(crate) async fn replay(&self, record: &RunRecord) -> Result<Run, Diagnostic> {
        let events = self.events(&stream(&record.run)).await?;
        Run::replay(&events).map_err(|e| {
            Diagnostic::new("RUN-002", "the run's record is not a possible one", format!("{}: {e}", record.run))
                .hint("nothing more is written for it; restore the store from a backup")
        })
    }

    async fn events(&self, stream: &str) -> Result<Vec<Event>, Diagnostic> {
        let mut out = Vec::new();
        let mut after = Seq(0);
        loop {
            let page = self.store().load(stream, after, PAGE).await?;
            let full = page.len() == PAGE as usize;
            after = page.last().map_or(after, |l| l.seq);
            for logged in &page {
                out.push(event(logged, stream)?);
            }
            if !full {
                return Ok(out);
            }
        }
    }
}

impl<'a> Work<'a> {
    pub(crate) fn plan(&self) -> &Plan {
        self.approved.plan()
    }

    async fn go(&self) -> Result<Applied, Diagnostic> {
        let mut stopped = None;
        self.settle_waiting().await?;
        for contain in [true, false] {
            let lanes: Vec<_> = self.run.instances.iter().map(|i| self.lane(i, contain)).collect();
            for result in futures_util::future::join_all(lanes).await {
                if let Err(message) = result {
                    stopped = stopped.or(Some(message));
                }
            }
        }
        let run = self.usher.replay(self.run).await?;
        let all = run.steps.values().all(|s| matches!(s, StepState::Ended(_)));
        if all && run.closed.is_none() {
            self.close(&run).await?;
        }
        let run = self.usher.replay(self.run).await?;
        Ok(Applied {
            run: self.run.run.clone(),
            plan: self.run.plan,
            state: run.state(),
            ends: run.ends(),
            accepted: run.accepted(),
            stopped,
        })
    }

    /// One instance's steps, those that contain or the others, one after the other under one lease.
    async fn lane(&self, instance: &str, contain: bool) -> Result<(), Diagnostic> {
        let run = self.usher.replay(self.run).await?;
        let is_contain = |s: &&usher_domain::plan::Step| (s.stage == Some(Stage::Contain)) == contain;
        let steps: Vec<_> = self.plan().steps().iter().filter(|s| s.instance == instance).filter(is_contain).collect();
        let todo = |n: u32| !matches!(run.steps.get(&n), Some(StepState::Ended(_) | StepState::Accepted { .. }) | None);
        if !steps.iter().any(|s| todo(s.n)) {
            return Ok(());
        }
        let name = self.run.lane(instance);
        let Some(mut lease) = self.usher.store().claim(Some(&name), "apply", LEASE).await? else {
            return Err(Diagnostic::new("RUN-003", "another worker holds this lane", format!("{name} is being worked on"))
                .hint("look at it: usher run list"));
        };
        let connector = self.usher.connector(instance)?;
        let of = steps.len() as u64;
        let mut result = Ok(());
        for (done, step) in (0u64..).zip(&steps) {
            self.usher.given.progress.steps(instance, done, of);
            if !todo(step.n) {
                continue;
            }
            lease = self.usher.store().renew(&lease, LEASE).await?;
            let state = run.steps.get(&step.n).cloned().unwrap_or_default();
            if let Err(message) = self.step(step, state, &*connector, &lease).await {
                result = Err(message);
                break;
            }
        }
        self.usher.given.progress.steps(instance, of, of);
        let _ = self.usher.store().release(lease).await;
        result
    }

    /// Every step has ended: the last entry of the run.
    pub(crate) async fn close(&self, run: &Run) -> Result<(), Diagnostic> {
        self.usher.close_run(self.run, run).await
    }

    /// Keeps one event of a step in its lane.
    pub(crate) async fn keep(&self, lease: &Lease, event: &Event) -> Result<(), Diagnostic> {
        let batch = Batch::under(lease).event(lane_stream(&lease.lane), EVENT, body(event));
        self.usher.store().commit(batch).await?;
        Ok(())
    }
}

impl Usher {
    /// Every step has ended: the run's last entry in the log.
    pub(crate) async fn close_run(&self, record: &RunRecord, run: &Run) -> Result<(), Diagnostic> {
        let now = self.now();
        let ends = run.ends();
        let confirmed = ends.get(&End::Confirmed).copied().unwrap_or(0);
        let other = ends.iter().filter(|(end, _)| **end != End::Confirmed).map(|(_, n)| n).sum();
        let keep = Batch::default()
            .event(stream(&record.run), EVENT, body(&Event::Closed { at: now }))
            .row(RunRecord { ended: Some(now), ..record.clone() }.row());
        Ledger::new(self.store()).append(now, vec![ledger::closed(&record.run, confirmed, other)], keep).await?;
        Ok(())
    }
}

/// The kind of usher's own events in a lane; the journal's are [`usher_store::SENT`].
pub(crate) const EVENT: &str = "event";

/// The stream of a run: its beginning and end, and the steps of all its lanes.
pub(crate) fn stream(run: &str) -> String {
    format!("run/{run}")
}

pub(crate) fn body(event: &Event) -> Vec<u8> {
    serde_json::to_vec(event).unwrap_or_default()
}

fn event(logged: &Logged, stream: &str) -> Result<Event, Diagnostic> {
    let damaged =
        |e: serde_json::Error| Diagnostic::new("STORE-006", "the store is damaged", format!("an event of {stream} can't be read: {e}"));
    serde_json::from_slice(&logged.body).map_err(damaged)
}

fn missing(run: &str) -> Diagnostic {
    Diagnostic::new("RUN-004", "no such run", format!("there is no run {run}")).hint("runs: usher run list")
}

fn not_approved(error: &usher_domain::approval::ApprovalError) -> Diagnostic {
    let message = error.diagnostic();
    if matches!(error, usher_domain::approval::ApprovalError::Open(_)) { message.exit(Exit::Waits) } else { message }
}
