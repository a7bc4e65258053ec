//! What somebody wants of a run that goes on: hold it, let it go on, end it. An order is durable first; whoever works on the run looks before
//! each step, whatever machine it is on.

use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::journal::Seq;
use usher_domain::plan::Plan;
use usher_domain::run::{End, Event, Run, StepState};
use usher_store::{Batch, StoreError};

use crate::apply::{Applied, EVENT, body, stream};
use crate::shelves::{self, LaneRecord, Ordered, RunOrder, RunRecord, Shelf as _, TaskRecord, TaskState};
use crate::step::Ending;
use crate::usher::Usher;

/// How often an order is tried while a worker appends to the run.
const TRIES: u32 = 50;

impl Usher {
    /// Holds a run: the step in flight ends, no further one begins.
    ///
    /// # Errors
    /// `RUN-004` no such run; `RUN-007` it has ended; `RUN-008` it is paused or cancelled already.
    pub async fn pause(&self, name: &str, by: &str) -> Result<(), Diagnostic> {
        let by = by.to_owned();
        self.give_order(name, |_, now| {
            let order = RunOrder { run: name.to_owned(), what: Ordered::Pause, by: by.clone(), reason: String::new() };
            (Event::Paused { by: by.clone(), at: now }, Some(order))
        })
        .await
        .map(drop)
    }

    /// Goes on with a run: takes back a pause, then works as [`Usher::apply`].
    ///
    /// # Errors
    /// `RUN-004`, `RUN-007`; as [`Usher::apply`].
    pub async fn resume(&self, name: &str, by: &str) -> Result<Applied, Diagnostic> {
        let record = self.known_run(name).await?;
        let run = self.replay(&record).await?;
        if run.closed.is_some() {
            return Err(ended(&record));
        }
        if run.paused.is_some() {
            let by = by.to_owned();
            self.give_order(name, |_, now| (Event::Resumed { by: by.clone(), at: now }, None)).await?;
        }
        self.apply(record.plan).await
    }

    /// Ends a run: what has left is read back, what has not begun ends as not attempted, tasks are withdrawn. Needs no approval, so it works
    /// also where nothing may be written any more.
    ///
    /// # Errors
    /// `RUN-004`, `RUN-007`, `RUN-008`. `RUN-001`: another process is at work; it ends the run itself.
    pub async fn cancel(&self, name: &str, by: &str, reason: &str) -> Result<Applied, Diagnostic> {
        let record = self
            .give_order(name, |_, now| {
                let order = RunOrder { run: name.to_owned(), what: Ordered::Cancel, by: by.to_owned(), reason: reason.to_owned() };
                (Event::Cancelled { by: by.to_owned(), reason: reason.to_owned(), at: now }, Some(order))
            })
            .await?;
        self.apply(record.plan).await
    }

    async fn known_run(&self, name: &str) -> Result<RunRecord, Diagnostic> {
        self.run(name).await?;
        self.run_record(name).await
    }

    /// Keeps an order with its event, if it is a possible one now.
    async fn give_order(
        &self,
        name: &str,
        order: impl Fn(&Run, usher_domain::time::Time) -> (Event, Option<RunOrder>),
    ) -> Result<RunRecord, Diagnostic> {
        let record = self.known_run(name).await?;
        for _ in 0..TRIES {
            let events = self.events(&stream(name)).await?;
            let mut run = self.replay(&record).await?;
            if run.closed.is_some() {
                return Err(ended(&record));
            }
            let now = self.now();
            let (event, order) = order(&run, now);
            run.apply(&event).map_err(|why| {
                Diagnostic::new("RUN-008", "the run can't take this order", format!("{name}: {why}"))
                    .hint(format!("look at it: usher run show {name}"))
                    .exit(Exit::Usage)
            })?;
            let mut keep = Batch::default().expect(stream(name), Seq(events.len() as u64)).event(stream(name), EVENT, body(&event));
            keep = match &order {
                Some(order) => keep.row(order.row()),
                None => keep.gone(RunOrder::NAME, name),
            };
            let holds = order.as_ref().is_some_and(|order| order.what == Ordered::Pause);
            for lane in shelves::group::<LaneRecord>(self.store(), name).await? {
                let why = if holds { "paused" } else { "" };
                keep = keep.row(LaneRecord { due: Some(now).filter(|_| !holds), why: why.into(), ..lane }.row());
            }
            match self.store().commit(keep).await {
                Ok(_) => return Ok(record),
                Err(StoreError::Conflict { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Diagnostic::new("RUN-009", "the run is too busy to take an order", format!("{name} changed each time"))
            .hint("run the command again"))
    }

    /// Tasks of a cancelled run: whoever has begun one is told nothing more, and the next read shows what was done.
    pub(crate) async fn withdraw_tasks(&self, run: &RunRecord, plan: &Plan, order: &RunOrder) -> Result<(), Diagnostic> {
        for task in shelves::group::<TaskRecord>(self.store(), &run.run).await?.into_iter().filter(|t| t.state != TaskState::Closed) {
            let waits = matches!(self.replay(run).await?.steps.get(&task.n), Some(StepState::Accepted { .. }));
            if let Some(step) = plan.step(task.n).filter(|_| waits) {
                let detail =
                    format!("{}; task {} is withdrawn, and if it was done already the next read shows it", order.text(), task.task);
                let ending = Ending { end: End::NotAttempted, detail, sent_at: None, seen: None };
                self.close_task(run, task, step, plan, ending).await?;
            }
        }
        Ok(())
    }
}

fn ended(record: &RunRecord) -> Diagnostic {
    let when = record.ended.map_or_else(String::new, |at| format!(" at {at}"));
    Diagnostic::new("RUN-007", "this run has ended", format!("{} ended{when}", record.run))
        .hint("what is left is a new plan: usher read && usher plan")
        .exit(Exit::Usage)
}
