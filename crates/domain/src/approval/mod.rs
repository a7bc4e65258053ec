//! The door from a plan to an approved plan (approvals-and-evidence.md §2.4; ARCHITECTURE, invariant 2).
//!
//! The constructor is the check itself: [`ApprovedPlan::check`] takes the evidence and does the verifying. The store hands out
//! bytes and never an approved anything. Nothing here is `Clone`, `Default`, `Deserialize` or `From`.

mod error;
mod ready;
mod take;
mod trust;
mod weigh;

pub use error::{ApprovalError, OpenNeed};
pub use ready::{NotReady, ReadyStep};
pub use take::{Taken, take};
pub use trust::{Freed, Required, SignedDecision, Trust};

use crate::plan::Plan;
use crate::time::Time;

/// A plan that the people whom policy asks for have approved, at one time. Made again when a lane is claimed and when people,
/// signers or configuration change.
#[derive(Debug)]
pub struct ApprovedPlan {
    plan: Plan,
    cited: Vec<usize>,
    valid_until: Time,
}

impl ApprovedPlan {
    /// Checks a plan's decisions against what policy, signers and people say now.
    ///
    /// `decisions` are all that were taken on this plan, rejects included, and all standing approvals, in the log's order.
    /// One that does not verify stops the plan and is named; it is never skipped, for that could hide a tampered reject.
    /// One that verifies and no longer holds (expired, its key left the list or was revoked, its maker is not active any
    /// more) does not count.
    ///
    /// # Errors
    /// Every [`ApprovalError`]; [`ApprovalError::Open`] if needs are still to be met.
    pub fn check(plan: Plan, decisions: &[SignedDecision], trust: &Trust, now: Time) -> Result<ApprovedPlan, ApprovalError> {
        let weighed = weigh::weigh(&plan, decisions, trust, now)?;
        if !weighed.open.is_empty() {
            return Err(ApprovalError::Open(weighed.open));
        }
        Ok(ApprovedPlan { plan, cited: weighed.cited, valid_until: weighed.valid_until })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Which of the decisions that were handed in count, by position: what the log's `run` entry cites.
    pub fn cited(&self) -> &[usize] {
        &self.cited
    }

    /// First instant at which the decisions no longer suffice.
    pub fn valid_until(&self) -> Time {
        self.valid_until
    }
}

/// What a plan still needs, and why decisions that were taken don't count. Empty if it is approved.
///
/// # Errors
/// Every [`ApprovalError`] but [`ApprovalError::Open`].
pub fn open_needs(plan: &Plan, decisions: &[SignedDecision], trust: &Trust, now: Time) -> Result<Vec<OpenNeed>, ApprovalError> {
    weigh::weigh(plan, decisions, trust, now).map(|w| w.open)
}

#[cfg(test)]
mod tests;
