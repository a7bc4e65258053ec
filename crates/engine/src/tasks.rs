//! A person is a connector too (invariant 9): it answers `accepted`, the run sleeps in the store, and a later read closes it.

use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::fresh::Look;
use usher_domain::journal::{Lease, Sent};
use usher_domain::outcome::{Outcome, Seen, compare};
use usher_domain::plan::{Opening, Plan, Step};
use usher_domain::run::{End, Event, StepState};
use usher_domain::snapshot::{Grade, Row, RowKind, Snapshot};
use usher_domain::time::Time;
use usher_store::{Batch, SnapshotId, lane_stream};

use crate::apply::{EVENT, LEASE, Work, body};
use crate::shelves::{self, RunRecord, Shelf as _, TaskRecord, TaskState};
use crate::step::{Ending, differences};
use crate::usher::Usher;

/// What saying "done" led to.
#[derive(Debug)]
pub enum TaskDone {
    /// A read shows it.
    Confirmed(Time),
    /// No read can tell: a person's word, counted apart.
    Attested,
    /// A read from after it was said still shows it undone.
    StillThere(String),
}

impl Work<'_> {
    /// A person will do it: the task is kept together with the event, and the run sleeps.
    pub(crate) async fn accepted(&self, step: &Step, opening: &Opening, lease: &Lease, title: &str) -> Result<(), Diagnostic> {
        let now = self.usher.now();
        let draft = self.usher.task_draft(step, opening)?;
        let number = shelves::all::<TaskRecord>(self.usher.store()).await?.iter().map(|t| t.task).max().unwrap_or(0) + 1;
        let account = opening.user_name().or(opening.native_id()).unwrap_or("").to_owned();
        let task = TaskRecord {
            task: number,
            run: self.run.run.clone(),
            n: step.n,
            instance: step.instance.clone(),
            account,
            person: opening.person_email().to_owned(),
            title: if draft.title.is_empty() { title.to_owned() } else { draft.title },
            steps: draft.steps,
            fields: draft.fields,
            proves: draft.proves,
            asks: draft.asks,
            assigned: self.usher.settings.instances.get(&step.instance).and_then(|i| i.owner.clone()),
            given: now,
            state: TaskState::Open,
            said: None,
            note: None,
            end: None,
        };
        let event = Event::Accepted { n: step.n, task: number.to_string(), at: now };
        let keep = Batch::under(lease).event(lane_stream(&lease.lane), EVENT, body(&event)).row(task.row());
        self.usher.store().commit(keep).await?;
        Ok(())
    }

    /// Closes what later reads show, before anything else is done.
    pub(crate) async fn settle_waiting(&self) -> Result<(), Diagnostic> {
        self.usher.close_waiting_of(&self.run).await
    }
}

impl Usher {
    /// All tasks, the newest last.
    ///
    /// # Errors
    /// What the store says.
    pub async fn tasks(&self) -> Result<Vec<TaskRecord>, Diagnostic> {
        shelves::all::<TaskRecord>(self.store()).await
    }

    /// One task.
    ///
    /// # Errors
    /// `TASK-001`.
    pub async fn task(&self, number: u64) -> Result<TaskRecord, Diagnostic> {
        shelves::one::<TaskRecord>(self.store(), &format!("{number:012}")).await?.ok_or_else(|| {
            Diagnostic::new("TASK-001", "no such task", format!("there is no task {number}"))
                .hint("tasks: usher task list")
                .exit(Exit::Usage)
        })
    }

    /// Looks at every waiting step of every run that has not ended.
    pub(crate) async fn close_waiting_tasks(&self) -> Result<(), Diagnostic> {
        for run in shelves::all::<RunRecord>(self.store()).await?.into_iter().filter(|r| r.ended.is_none()) {
            self.close_waiting_of(&run).await?;
            // Whoever ended its last step may have died before they closed it.
            self.close_run(&run).await?;
        }
        Ok(())
    }

    /// Closes waiting steps of one run that the newest reads show done.
    pub(crate) async fn close_waiting_of(&self, run: &RunRecord) -> Result<(), Diagnostic> {
        for task in shelves::group::<TaskRecord>(self.store(), &run.run).await?.into_iter().filter(|t| t.state != TaskState::Closed) {
            self.look(run, task, false).await?;
        }
        Ok(())
    }

    /// Somebody says that a task is done: reads the instance, and closes the task by what the read shows.
    ///
    /// # Errors
    /// `TASK-001`, `TASK-002` closed already.
    pub async fn task_done(&self, number: u64, by: &str, note: Option<String>) -> Result<TaskDone, Diagnostic> {
        let task = self.task(number).await?;
        if task.state == TaskState::Closed {
            let how = task.end.map_or("closed", End::word);
            return Err(Diagnostic::new("TASK-002", "this task is closed", format!("task {number} ended as {how}")).exit(Exit::Usage));
        }
        let run = shelves::all::<RunRecord>(self.store()).await?.into_iter().find(|r| r.run == task.run);
        let run = run.ok_or_else(|| Diagnostic::new("RUN-004", "no such run", format!("there is no run {}", task.run)))?;
        let task = TaskRecord { state: TaskState::Said, said: Some((by.to_owned(), self.now())), note: note.or(task.note), ..task };
        self.store().commit(Batch::default().row(task.row())).await?;
        // A read that fails leaves the person's word; it is no reason to lose it.
        if let Err(message) = self.read_one(&task.instance, false).await {
            self.given.progress.note(&task.instance, &message.detail);
        }
        let done = self.look(&run, task, true).await?.unwrap_or(TaskDone::Attested);
        Ok(done)
    }

    /// Judges one waiting step by the newest read. `word_counts`: a person has just said it, and no read contradicts.
    async fn look(&self, run: &RunRecord, task: TaskRecord, word_counts: bool) -> Result<Option<TaskDone>, Diagnostic> {
        let replayed = self.replay(run).await?;
        let Some(StepState::Accepted { at, .. }) = replayed.steps.get(&task.n) else { return Ok(None) };
        let (plan, _) = self.open_plan(run.plan).await?;
        let (Some(step), Some(opening)) = (plan.step(task.n), plan.step(task.n).and_then(|s| plan.opening(s))) else { return Ok(None) };
        let given = *at;
        let sent = Sent { plan: plan.digest(), n: step.n, attempt: 1, request: step.digest(), at: given };
        let seen = self.seen_in_snapshot(&step.instance, opening).await?;
        let (ending, done) = match seen {
            Some((snapshot, seen)) => match compare(step, opening, &sent, Seen::Read { as_of: seen.as_of, fresh: &seen.fresh() }) {
                Outcome::Confirmed(_) if proves(&snapshot, &seen) => {
                    if let Some(unmet) = self.unmet(step, opening, &seen.fresh()) {
                        return Ok(Some(TaskDone::StillThere(format!("the read of {} shows {unmet}", snapshot.as_of))));
                    }
                    let read_at = seen.as_of;
                    let ending = Ending { end: End::Confirmed, detail: "read back".into(), sent_at: Some(given), seen: Some(seen) };
                    (ending, TaskDone::Confirmed(read_at))
                }
                Outcome::Failed(differs) if snapshot.grade != Grade::Inferred => {
                    return Ok(Some(TaskDone::StillThere(format!("the read of {} shows {}", snapshot.as_of, differences(&differs)))));
                }
                _ if word_counts => (attested(given), TaskDone::Attested),
                _ => return Ok(None),
            },
            None if word_counts => (attested(given), TaskDone::Attested),
            None => return Ok(None),
        };
        self.close_task(run, task, step, &plan, ending).await?;
        Ok(Some(done))
    }

    pub(crate) async fn close_task(
        &self,
        run: &RunRecord,
        task: TaskRecord,
        step: &Step,
        plan: &Plan,
        ending: Ending,
    ) -> Result<(), Diagnostic> {
        let lane = run.lane(&step.instance);
        let Some(lease) = self.store().claim(Some(&lane), "task", LEASE).await? else {
            return Err(Diagnostic::new("RUN-003", "another worker holds this lane", format!("{lane} is being worked on"))
                .hint("try again in a moment"));
        };
        let end = ending.end;
        let keep = Batch::under(&lease).row(TaskRecord { state: TaskState::Closed, end: Some(end), ..task }.row());
        let native_id = plan.opening(step).and_then(Opening::native_id);
        let result = self.end_step(&run.run, native_id, step, &lane, keep, ending).await;
        let _ = self.store().release(lease).await;
        result?;
        self.close_run(run).await?;
        Ok(())
    }

    /// What the newest read of an instance shows of the account of an opening.
    async fn seen_in_snapshot(&self, instance: &str, opening: &Opening) -> Result<Option<(Snapshot, Look)>, Diagnostic> {
        let Some(snapshot) = self.store().latest(instance, false).await? else { return Ok(None) };
        let row = match opening.native_id() {
            Some(id) => self.store().snapshot_row(SnapshotId(snapshot.id), RowKind::Account, id).await?.map(|r| r.row()).transpose()?,
            None => {
                let wanted = opening.user_name().map(usher_domain::text::fold);
                let all = self.accounts_of(snapshot.id).await?;
                all.into_iter().find(|a| a.user_name.as_deref().map(usher_domain::text::fold) == wanted).map(Row::Account)
            }
        };
        let row = match row {
            Some(Row::Account(account)) => Some(account),
            _ => None,
        };
        let look = Look::new(opening.native_id(), row, snapshot.as_of);
        Ok(Some((snapshot, look)))
    }
}

fn attested(given: Time) -> Ending {
    Ending { end: End::Attested, detail: "a person says so; no read shows it".into(), sent_at: Some(given), seen: None }
}

/// A list that a person ticked off proves nothing, and absence needs a whole read (lifecycle.md §8).
fn proves(snapshot: &Snapshot, seen: &Look) -> bool {
    if seen.row.is_none() { snapshot.proves_absence() } else { snapshot.grade.proves_absence() }
}
