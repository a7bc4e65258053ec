//! Ctrl-C: what stands where, and how to go on.

use usher_domain::diagnostic::Diagnostic;
use usher_domain::run::StepState;

use super::open;
use crate::args::{Command, Run};
use crate::render::count;

/// What an interrupt breaks off, and how to go on.
pub(super) enum Interrupt {
    Apply { plan: String },
    Resume { run: String },
    Read,
    Demo,
    Other,
}

impl Interrupt {
    pub(super) fn of(command: &Command) -> Self {
        match command {
            Command::Apply(what) => Interrupt::Apply { plan: what.plan.clone() },
            Command::Run(Run::Resume { run, .. }) => Interrupt::Resume { run: run.clone() },
            Command::Read(_) => Interrupt::Read,
            Command::Demo(_) => Interrupt::Demo,
            _ => Interrupt::Other,
        }
    }

    /// What an interrupt leaves is durable: every station can go on, and says from where.
    pub(super) async fn message(&self, dir: &std::path::Path) -> Diagnostic {
        let say = |detail: String, hint: String| Diagnostic::new("SYSTEM-003", "interrupted", detail).hint(hint);
        match self {
            Interrupt::Apply { .. } | Interrupt::Resume { .. } => match self.run(dir).await {
                Ok(Some((run, state))) => say(state, format!("go on: usher run resume {run}")),
                Ok(None) => say("no run was begun and nothing was written anywhere".into(), "usher apply PLAN begins it".into()),
                Err(_) => say("what was sent stands in the journal, and the run goes on where it is".into(), "look: usher run list".into()),
            },
            Interrupt::Read => say("reads that were whole are kept; the one that broke off is not".into(), "read again: usher read".into()),
            Interrupt::Demo => say("the simulated company is gone, its workspace is half made".into(), "begin again: usher demo".into()),
            Interrupt::Other => say("nothing is half written".into(), "run the command again".into()),
        }
    }

    /// The run that was broken off, and how far it came.
    async fn run(&self, dir: &std::path::Path) -> Result<Option<(String, String)>, Diagnostic> {
        let usher = open(dir).await?;
        usher.quiet();
        let name = match self {
            Interrupt::Resume { run } => run.clone(),
            Interrupt::Apply { plan } => {
                let plans: Vec<_> = usher.target(std::slice::from_ref(plan)).await?.plans.iter().map(|p| p.digest()).collect();
                match usher.runs().await?.into_iter().find(|r| r.ended.is_none() && plans.contains(&r.plan)) {
                    Some(line) => line.run,
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let view = usher.run(&name).await?;
        let of = |is: fn(&StepState) -> bool| view.run.steps.values().filter(|s| is(s)).count();
        let (ended, sent) = (of(|s| matches!(s, StepState::Ended(_))), of(|s| matches!(s, StepState::Sent { .. })));
        let mut state = format!("{name}: {ended} of {} have ended", count(view.run.steps.len() as u64, "step", "steps"));
        if sent > 0 {
            state.push_str(&format!("; {sent} may have left: it is read back before anything else"));
        }
        Ok(Some((name, state)))
    }
}
