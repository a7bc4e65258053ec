//! A plan before it is sealed. Everything here is open to change; nothing of it can be approved.

use std::collections::BTreeMap;

use super::PlanError;
use super::head::{Head, Need, Override, Pin};
use super::opening::Opening;
use super::step::{ERASE, Stage, Step};
use crate::digest::Digest;
use crate::jsonl;
use crate::names::{self, Salt};
use crate::time::Time;

/// What a plan is made from. See [`Head`] for the fields.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The company's tenant.
    pub tenant: String,
    /// Now; its fraction of a second is cut off.
    pub made: Time,
    /// Drawn for this plan alone.
    pub salt: Salt,
    /// Who asked, or `usher`.
    pub by: String,
    /// `none` if not given; no names.
    pub reason: String,
    /// What policy asks for.
    pub need: Vec<Need>,
    /// Guards that it overrides.
    pub guards: Vec<Override>,
    /// Digest of the company's configuration.
    pub config: Digest,
    /// What it was made from.
    pub pins: BTreeMap<String, Pin>,
    /// In the order in which they get their numbers, from 1.
    pub steps: Vec<DraftStep>,
}

/// A step before it has a number. See [`Step`] for the fields.
#[derive(Debug, Clone)]
pub struct DraftStep {
    /// What to do to which account.
    pub change: Change,
    /// Whose account.
    pub subject: String,
    /// The kind of reason.
    pub why: String,
    /// Part of a leaver's way.
    pub stage: Option<Stage>,
    /// Ids of intents.
    pub because: Vec<String>,
    /// Not to be attempted before.
    pub not_before: Option<Time>,
    /// Numbers of steps of this plan, from 1.
    pub after_steps: Vec<u32>,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Change {
    /// An operation on an account.
    Account {
        /// One of [`super::ACTIONS`] but `erase`.
        action: String,
        /// The instance.
        instance: String,
        /// True if it can't be undone.
        irreversible: bool,
        /// The person, the account, what is expected.
        opening: Opening,
    },
    /// Personal text or a picture goes.
    Erase(Digest),
}

impl Draft {
    pub(super) fn write(self) -> Result<(Vec<u8>, Vec<Opening>), PlanError> {
        let head = Head {
            tenant: self.tenant,
            made: self.made.whole(),
            salt: self.salt,
            by: self.by,
            reason: self.reason,
            steps: self.steps.len() as u64,
            need: self.need,
            guards: self.guards,
            config: self.config,
            pins: self.pins,
        };
        let mut bytes = Vec::with_capacity(512 + 320 * self.steps.len());
        let mut push = |line: usize, map| {
            let text = jsonl::line(&map).map_err(|e| PlanError::malformed(line, e.to_string()))?;
            if !text.iter().all(|b| (0x20..=0x7e).contains(b)) || (line > 1 && text.contains(&b'@')) {
                return Err(PlanError::malformed(line, "personal text in the plan itself; it belongs into the opening"));
            }
            bytes.extend_from_slice(&text);
            bytes.push(b'\n');
            Ok(())
        };
        if head.reason.contains('@') {
            return Err(PlanError::malformed(1, "`reason` names somebody; give the number of a ticket"));
        }
        push(1, head.write())?;
        let mut openings = Vec::with_capacity(self.steps.len());
        for (i, draft) in self.steps.into_iter().enumerate() {
            let n = u32::try_from(i + 1).map_err(|_| PlanError::malformed(0, "too many steps"))?;
            let (action, instance, irreversible, about) = match draft.change {
                Change::Erase(what) => (ERASE.to_owned(), names::USHER.to_owned(), true, what),
                Change::Account { action, instance, irreversible, opening } => {
                    let about = opening.digest();
                    openings.push(opening);
                    (action, instance, irreversible, about)
                }
            };
            let step = Step {
                n,
                action,
                instance,
                subject: draft.subject,
                why: draft.why,
                irreversible,
                about,
                stage: draft.stage,
                because: draft.because,
                not_before: draft.not_before.map(Time::whole),
                after_steps: draft.after_steps,
            };
            push(i + 2, step.write())?;
        }
        Ok((bytes, openings))
    }
}
