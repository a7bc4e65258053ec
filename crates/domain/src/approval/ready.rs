//! From an approved plan to one step that may be written now: the account is as the plan expects, and its reason still holds.

use std::borrow::Cow;

use super::ApprovedPlan;
use crate::digest::Digest;
use crate::fresh::{Difference, Fresh};
use crate::plan::{Opening, Step};
use crate::time::Time;

/// Why a step is not to be written now.
#[derive(Debug, Clone, PartialEq)]
pub enum NotReady {
    /// The account is not as the plan expects. Only attributes that the plan names were compared.
    Stale {
        /// How it differs.
        differs: Vec<Difference>,
    },
    /// The account shows all that would be written.
    Already,
    /// A reason is gone, reversed, or moved to later.
    Withdrawn {
        /// The intents that no longer hold.
        gone: Vec<String>,
    },
    /// The decisions no longer suffice at this time.
    ApprovalEnded {
        /// Since when.
        at: Time,
    },
    /// Not before that time.
    TooEarly {
        /// The step's `not_before`.
        until: Time,
    },
    /// The plan has no step with this number.
    NoSuchStep,
}

/// One step of an approved plan that may be journalled now. Not `Clone`: one check, one write.
#[derive(Debug)]
pub struct ReadyStep<'p> {
    plan: Digest,
    step: &'p Step,
    opening: Cow<'p, Opening>,
}

impl ApprovedPlan {
    /// Checks step `n` against a fresh read of its account and the intents that hold now (`live_reasons`, by id, from the newest
    /// people snapshot).
    ///
    /// # Errors
    /// [`NotReady`], in the order: no such step, approval ended, too early, withdrawn, already so, stale.
    pub fn ready<'p>(&'p self, n: u32, fresh: &Fresh, live_reasons: &[String], now: Time) -> Result<ReadyStep<'p>, NotReady> {
        let step = self.plan().step(n).ok_or(NotReady::NoSuchStep)?;
        if now >= self.valid_until() {
            return Err(NotReady::ApprovalEnded { at: self.valid_until() });
        }
        if let Some(until) = step.not_before.filter(|t| now < *t) {
            return Err(NotReady::TooEarly { until });
        }
        let gone: Vec<String> = step.because.iter().filter(|id| !live_reasons.contains(id)).cloned().collect();
        if !gone.is_empty() {
            return Err(NotReady::Withdrawn { gone });
        }
        let opening = match self.plan().opening(step) {
            Some(opening) => Cow::Borrowed(opening),
            None if step.is_erase() => Cow::Owned(Opening::of_erase()),
            None => return Err(NotReady::NoSuchStep),
        };
        let after = opening.after();
        if !after.is_empty() && fresh.can_tell(after) && fresh.differences(after).is_empty() {
            return Err(NotReady::Already);
        }
        let differs = fresh.differences(opening.before());
        if !differs.is_empty() {
            return Err(NotReady::Stale { differs });
        }
        Ok(ReadyStep { plan: self.plan().digest(), step, opening })
    }
}

impl ReadyStep<'_> {
    /// What to do.
    pub fn step(&self) -> &Step {
        self.step
    }

    /// To whose account, and what must be true afterwards.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    pub(crate) fn into_parts(self) -> (Digest, Step, Opening) {
        (self.plan, self.step.clone(), self.opening.into_owned())
    }
}
