//! Station six: an approved plan is carried out. Apply never plans; nothing leaves before its intent to write is durable.
//!
//! One run works on its instances in lanes, side by side; within a lane one step at a time. Containment goes first and waits for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use usher_domain::approval::ApprovedPlan;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::journal::{Lease, Seq};
use usher_domain::plan::{Plan, Stage, Step};
use usher_domain::run::{End, Event, Run, StepState};
use usher_domain::time::Time;
use usher_store::{Batch, Logged, lane_stream};

use crate::ledger::{self, Ledger};
use crate::live::Live;
use crate::removals::Recent;
use crate::shelves::{self, LaneRecord, Ordered, PlanRecord, RunOrder, RunRecord, Shelf as _};
use crate::usher::Usher;

/// How long a lane is held without a sign of life, in milliseconds. On SQLite a dead process's lane is free at once.
pub(crate) const LEASE: u32 = 120_000;
/// How often a lease is renewed while a step takes its time.
pub(crate) const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// How often a lane that another worker has is looked at again.
const HELD: Duration = Duration::from_millis(300);
/// Events of one lane asked for at a time.
const PAGE: u32 = 10_000;

/// How an apply ended.
#[derive(Debug)]
pub struct Applied {
    /// The run's name.
    pub run: String,
    /// The plan.
    pub plan: Digest,
    /// `running` (interrupted), `waiting` (for people or a date), `paused`, `ended`.
    pub state: &'static str,
    /// Steps by end.
    pub ends: BTreeMap<End, u64>,
    /// Steps that wait for somebody.
    pub accepted: u64,
    /// Why it stopped before its end, if it did.
    pub stopped: Option<Diagnostic>,
}

/// What was looked at before anything may be written: decisions that hold, and the reasons of now.
pub(crate) struct Checked<'a> {
    pub(crate) approved: ApprovedPlan,
    pub(crate) live: Live<'a>,
}

/// A run with everything that a lane needs.
pub(crate) struct Work<'a> {
    pub(crate) usher: &'a Usher,
    pub(crate) plan: Plan,
    /// `None`: nothing more is written, what was sent is read back (a cancelled run).
    pub(crate) checked: Option<Checked<'a>>,
    pub(crate) run: RunRecord,
    pub(crate) removals: Recent,
    /// Who works.
    pub(crate) worker: String,
    /// Once it is cancelled no further step begins.
    pub(crate) stop: CancellationToken,
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
        let (plan, record) = self.open_plan(digest).await?;
        let order = match &record.run {
            Some(run) => self.order(run).await?,
            None => None,
        };
        if let Some(order) = order {
            let run = self.run_record(&order.run).await?;
            if order.what == Ordered::Pause {
                return Err(Diagnostic::new("RUN-006", "this run is paused", format!("{} was paused by {}", order.run, order.by))
                    .hint(format!("let it go on: usher run resume {}", order.run)));
            }
            return self.work_on(run, plan, None, "apply", CancellationToken::new()).go().await;
        }
        let (checked, signers, cited) = self.check_plan(plan).await?;
        let (plan, _) = self.open_plan(digest).await?;
        let run = self.open_run(&checked.approved, record, signers, cited, self.now()).await?;
        self.work_on(run, plan, Some(checked), "apply", CancellationToken::new()).go().await
    }

    /// Opens the run of an approved plan for workers, and takes no step of it.
    ///
    /// # Errors
    /// As [`Usher::apply`].
    pub async fn begin_run(&self, digest: Digest) -> Result<String, Diagnostic> {
        let lane = format!("plan/{}", digest.hex());
        let Some(lease) = self.store().claim(Some(&lane), "apply", LEASE).await? else {
            return Err(Diagnostic::new("RUN-001", "this plan is being applied", format!("{} is being applied", digest.short()))
                .hint("look at it: usher run list"));
        };
        let opened = async {
            let (plan, record) = self.open_plan(digest).await?;
            let (checked, signers, cited) = self.check_plan(plan).await?;
            self.open_run(&checked.approved, record, signers, cited, self.now()).await
        };
        let opened = opened.await;
        let _ = self.store().release(lease).await;
        Ok(opened?.run)
    }

    pub(crate) fn work_on<'a>(
        &'a self,
        run: RunRecord,
        plan: Plan,
        checked: Option<Checked<'a>>,
        worker: &str,
        stop: CancellationToken,
    ) -> Work<'a> {
        Work { usher: self, plan, checked, run, removals: Recent::default(), worker: worker.to_owned(), stop }
    }

    /// All that must hold before anything of a plan is written: fresh people, guards, configuration, decisions. Gives with it the signers in force
    /// and the decisions that count, by their places in the log.
    pub(crate) async fn check_plan(&self, plan: Plan) -> Result<(Checked<'_>, u64, Vec<u64>), Diagnostic> {
        let now = self.now();
        let digest = plan.digest();
        self.refresh_people(now).await?;
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
        let live = Live::new(self, people, overridden);
        Ok((Checked { approved, live }, signers_seq, cited))
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
        if let Some(name) = &record.run {
            let run = self.run_record(name).await?;
            if run.ended.is_some() {
                return Err(Diagnostic::new("PLAN-008", "this plan was run already", format!("{} ran as {name}", approved.plan().short()))
                    .hint("what is left is a new plan: usher plan"));
            }
            return Ok(run);
        }
        let plan = approved.plan();
        let runs = shelves::all::<RunRecord>(self.store()).await?;
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
        let mut keep = Batch::default().expect(stream(&name), Seq(0)).event(stream(&name), EVENT, body(&opened)).row(record.row());
        // Whoever dies from here on leaves its lanes to the next worker.
        for instance in &run.instances {
            keep = keep.row(LaneRecord { lane: run.lane(instance), run: name.clone(), due: Some(now), ..LaneRecord::default() }.row());
        }
        let seqs = Ledger::new(self.store())
            .append_with(now, vec![entry], keep, |seqs, keep| {
                keep.row(RunRecord { seq: seqs.first().copied().unwrap_or(0), ..run.clone() }.row())
            })
            .await?;
        Ok(RunRecord { seq: seqs.first().copied().unwrap_or(0), ..run })
    }

    pub(crate) async fn run_record(&self, name: &str) -> Result<RunRecord, Diagnostic> {
        let runs = shelves::all::<RunRecord>(self.store()).await?;
        runs.into_iter().find(|r| r.run == name).ok_or_else(|| missing(name))
    }

    /// A run as its events made it.
    pub(crate) async fn replay(&self, record: &RunRecord) -> Result<Run, Diagnostic> {
        let events = self.events(&stream(&record.run)).await?;
        Run::replay(&events).map_err(|e| {
            Diagnostic::new("RUN-002", "the run's record is not a possible one", format!("{}: {e}", record.run))
                .hint("nothing more is written for it; restore the store from a backup")
        })
    }

    pub(crate) async fn events(&self, stream: &str) -> Result<Vec<Event>, Diagnostic> {
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

impl Work<'_> {
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
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
        if let Some(order) = self.usher.order(&self.run.run).await?.filter(|order| order.what == Ordered::Cancel) {
            self.usher.withdraw_tasks(&self.run, &self.plan, &order).await?;
        }
        self.usher.close_run(&self.run).await?;
        let run = self.usher.replay(&self.run).await?;
        Ok(Applied {
            run: self.run.run.clone(),
            plan: self.run.plan,
            state: self.usher.state_of(&run).await?,
            ends: run.ends(),
            accepted: run.accepted(),
            stopped,
        })
    }

    /// One instance's steps, those that contain or the others, under one lease. Waits where another worker has the lane.
    async fn lane(&self, instance: &str, contain: bool) -> Result<(), Diagnostic> {
        let name = self.run.lane(instance);
        let mut told = false;
        let lease = loop {
            if !self.todo(instance, Some(contain)).await? {
                return Ok(());
            }
            if let Some(lease) = self.usher.claim_lane(&name, &self.worker).await? {
                break lease;
            }
            if !std::mem::replace(&mut told, true) {
                let by = self.usher.store().held(&name).await?.map_or_else(|| "another worker".to_owned(), |held| held.worker);
                self.usher.given.progress.note(instance, &format!("{name} is being worked on by {by}; waiting for it"));
            }
            tokio::time::sleep(HELD).await;
        };
        self.lane_held(instance, Some(contain), lease).await
    }

    /// Whether a lane has steps that can be taken now.
    async fn todo(&self, instance: &str, contain: Option<bool>) -> Result<bool, Diagnostic> {
        let run = self.usher.replay(&self.run).await?;
        let now = self.usher.now();
        Ok(run.paused.is_none()
            && self.steps(instance, contain).any(|s| open_step(&run, s) && (run.cancelled.is_some() || !sleeps(s, now))))
    }

    fn steps(&self, instance: &str, contain: Option<bool>) -> impl Iterator<Item = &Step> {
        let wanted = move |s: &&Step| contain.is_none_or(|contain| (s.stage == Some(Stage::Contain)) == contain);
        self.plan.steps().iter().filter(move |s| s.instance == instance).filter(wanted)
    }

    /// The same under a lease that is held already; hands the lane back, with what is left to do in it.
    pub(crate) async fn lane_held(&self, instance: &str, contain: Option<bool>, mut lease: Lease) -> Result<(), Diagnostic> {
        let result = self.take_steps(instance, contain, &mut lease).await;
        let rest = self.usher.leave_lane(&self.run, &self.plan, instance, &lease, result.as_ref().err()).await;
        let _ = self.usher.store().release(lease).await;
        result.and(rest)
    }

    async fn take_steps(&self, instance: &str, contain: Option<bool>, lease: &mut Lease) -> Result<(), Diagnostic> {
        let run = self.usher.replay(&self.run).await?;
        let connector = self.usher.connector(instance)?;
        // What contains goes first and waits for nothing.
        let mut steps: Vec<&Step> = self.steps(instance, contain).collect();
        steps.sort_by_key(|s| s.stage != Some(Stage::Contain));
        if run.cancelled.is_some() {
            // What has not begun ends at once, also where what was sent can't be read back yet.
            steps.sort_by_key(|s| run.steps.get(&s.n) != Some(&StepState::Waiting));
        }
        let of = steps.len() as u64;
        for (done, step) in (0u64..).zip(&steps) {
            self.usher.given.progress.steps(instance, done, of);
            if !open_step(&run, step) {
                continue;
            }
            let order = self.usher.order(&self.run.run).await?;
            if self.stop.is_cancelled() || order.as_ref().is_some_and(|order| order.what == Ordered::Pause) {
                return Ok(());
            }
            if order.is_none() && sleeps(step, self.usher.now()) {
                continue;
            }
            let state = run.steps.get(&step.n).cloned().unwrap_or_default();
            self.alive(step, state, &*connector, lease, order.as_ref()).await?;
        }
        self.usher.given.progress.steps(instance, of, of);
        Ok(())
    }

    /// Takes one step, and keeps the lease alive while an app makes us wait. A lease that is lost ends it: another worker has the lane.
    async fn alive(
        &self,
        step: &Step,
        state: StepState,
        connector: &dyn usher_connect::connector::Connector,
        lease: &mut Lease,
        order: Option<&RunOrder>,
    ) -> Result<(), Diagnostic> {
        let held = lease.clone();
        let mut work = std::pin::pin!(self.step(step, state, connector, &held, order));
        loop {
            tokio::select! {
                result = &mut work => return result,
                () = tokio::time::sleep(SIGN_OF_LIFE) => *lease = self.usher.renew_lane(&held).await?,
            }
        }
    }

    /// Keeps one event of a step in its lane.
    pub(crate) async fn keep(&self, lease: &Lease, event: &Event) -> Result<(), Diagnostic> {
        let batch = Batch::under(lease).event(lane_stream(&lease.lane), EVENT, body(event));
        self.usher.store().commit(batch).await?;
        Ok(())
    }
}

fn open_step(run: &Run, step: &Step) -> bool {
    !matches!(run.steps.get(&step.n), Some(StepState::Ended(_) | StepState::Accepted { .. }) | None)
}

/// A step with a date that has not come.
fn sleeps(step: &Step, now: Time) -> bool {
    step.not_before.is_some_and(|date| now < date)
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

pub(crate) fn missing(run: &str) -> Diagnostic {
    Diagnostic::new("RUN-004", "no such run", format!("there is no run {run}")).hint("runs: usher run list")
}

fn not_approved(error: &usher_domain::approval::ApprovalError) -> Diagnostic {
    let message = error.diagnostic();
    if matches!(error, usher_domain::approval::ApprovalError::Open(_)) { message.exit(Exit::Waits) } else { message }
}
