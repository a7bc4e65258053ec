//! Looking at runs.

use std::collections::BTreeMap;

use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::plan::Plan;
use usher_domain::run::{End, Run};
use usher_domain::time::Time;

use crate::shelves::{self, PlanRecord, RunRecord};
use crate::usher::Usher;

/// One run in a list.
#[derive(Debug)]
pub struct RunLine {
    /// Its name.
    pub run: String,
    /// The plan.
    pub plan: usher_domain::digest::Digest,
    /// `running waiting ended`.
    pub state: &'static str,
    /// When it began.
    pub started: Time,
    /// When it ended.
    pub ended: Option<Time>,
    /// Steps by end.
    pub ends: BTreeMap<End, u64>,
    /// Steps that wait.
    pub accepted: u64,
}

/// One run with its plan.
#[derive(Debug)]
pub struct RunView {
    /// What happened.
    pub run: Run,
    /// When it ended.
    pub ended: Option<Time>,
    /// The plan.
    pub plan: Plan,
    /// The reason of each step, for people.
    pub texts: Vec<(u32, String)>,
}

impl Usher {
    /// All runs, the newest first.
    ///
    /// # Errors
    /// `RUN-002` for a record that is not a possible one.
    pub async fn runs(&self) -> Result<Vec<RunLine>, Diagnostic> {
        let mut out = Vec::new();
        for record in shelves::all::<RunRecord>(self.store()).await?.into_iter().rev() {
            let run = self.replay(&record).await?;
            out.push(RunLine {
                state: self.state_of(&run).await?,
                ends: run.ends(),
                accepted: run.accepted(),
                run: record.run,
                plan: record.plan,
                started: record.started,
                ended: record.ended,
            });
        }
        Ok(out)
    }

    /// One run.
    ///
    /// # Errors
    /// `RUN-004` with the nearest name.
    pub async fn run(&self, name: &str) -> Result<RunView, Diagnostic> {
        let all = shelves::all::<RunRecord>(self.store()).await?;
        let Some(record) = all.iter().find(|r| r.run == name) else {
            let message = Diagnostic::new("RUN-004", "no such run", format!("there is no run {name}")).exit(Exit::Usage);
            return Err(match nearest(name, all.iter().map(|r| r.run.as_str())) {
                Some(near) => message.hint(format!("did you mean `{near}`?")),
                None => message.hint("runs: usher run list"),
            });
        };
        let (plan, kept) = self.open_plan(record.plan).await?;
        let PlanRecord { texts, .. } = kept;
        Ok(RunView { run: self.replay(record).await?, ended: record.ended, plan, texts })
    }
}
