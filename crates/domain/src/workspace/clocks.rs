//! How often is read, how long things may take, and who is told (lifecycle.md §12).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::approvals::NeverBy;
use crate::cel::Condition;
use crate::duration::{Duration, Percent};
use crate::yaml::At;

/// How one instance is read; what is left out comes from `default`, then from lifecycle.md §12.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {every, complete_every, max_age, budget}")]
pub struct ReadRule {
    /// Between two reads.
    pub every: Option<Duration>,
    /// Between two complete ones.
    pub complete_every: Option<Duration>,
    /// Older than this is read anew before it decides anything.
    pub max_age: Option<Duration>,
    /// Share of the app's quota that reads may take.
    pub budget: Option<Percent>,
}

/// How an instance is read, with everything decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPolicy {
    /// Between two reads.
    pub every: Duration,
    /// Between two complete ones.
    pub complete_every: Duration,
    /// Older than this is read anew before it decides anything.
    pub max_age: Duration,
    /// Share of the app's quota that reads may take.
    pub budget: Percent,
}

impl ReadPolicy {
    /// What holds if nothing is written: every 6 hours, whole once a day, a day old at most, a quarter of the quota.
    pub const DEFAULT: ReadPolicy =
        ReadPolicy { every: Duration::hours(6), complete_every: Duration::hours(24), max_age: Duration::hours(24), budget: Percent(25) };

    pub(super) fn with(self, rule: Option<&ReadRule>) -> ReadPolicy {
        let Some(rule) = rule else { return self };
        ReadPolicy {
            every: rule.every.unwrap_or(self.every),
            complete_every: rule.complete_every.unwrap_or(self.complete_every),
            max_age: rule.max_age.unwrap_or(self.max_age),
            budget: rule.budget.unwrap_or(self.budget),
        }
    }
}

/// How long the stages may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {contain, close, human, review}")]
pub struct Deadlines {
    /// Nobody gets in.
    pub contain: Duration,
    /// Credentials and privileged grants.
    pub close: Duration,
    /// A person's task.
    pub human: Duration,
    /// A review.
    pub review: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines { contain: Duration::hours(4), close: Duration::hours(24), human: Duration::BusinessDays(2), review: Duration::days(21) }
    }
}

/// Who gets tasks, and who hears of late ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {assign, remind, escalate}")]
pub struct Tasks {
    /// `instance.owner`, or a group.
    pub assign: At<super::Decider>,
    /// At which parts of the time the person is reminded.
    pub remind: Vec<Percent>,
    /// At which parts of the time who else is told.
    pub escalate: IndexMap<Percent, At<String>>,
}

impl Default for Tasks {
    fn default() -> Self {
        Tasks { assign: At::nowhere(super::Decider::InstanceOwner), remind: vec![Percent(50), Percent(90)], escalate: IndexMap::new() }
    }
}

/// A review of who has what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a review: {scope, by, due, …}")]
pub struct Review {
    /// Which instances: over `instance`.
    pub scope: At<Condition>,
    /// Who reviews, the first that there is.
    pub by: Vec<Reviewer>,
    /// Who never does.
    #[serde(default)]
    pub never_by: Option<NeverBy>,
    /// How long it may take.
    #[serde(default)]
    pub due: Option<Duration>,
    /// What happens with what nobody answered.
    #[serde(default)]
    pub unanswered: super::OnExpiry,
    /// What can be answered.
    #[serde(default = "verdicts")]
    pub verdicts: Vec<Verdict>,
    /// When it is over.
    #[serde(default)]
    pub closes_when: ClosesWhen,
}

fn verdicts() -> Vec<Verdict> {
    vec![Verdict::Keep, Verdict::Revoke, Verdict::Change]
}

/// Who reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Reviewer {
    /// The manager of the person.
    #[serde(rename = "manager")]
    Manager,
    /// The owner of the instance.
    #[serde(rename = "instance.owner")]
    InstanceOwner,
}

/// What a reviewer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It stays.
    Keep,
    /// It goes.
    Revoke,
    /// Something else is right.
    Change,
}

/// When a review is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ClosesWhen {
    /// When every revocation was read back.
    #[default]
    #[serde(rename = "revokes confirmed")]
    RevokesConfirmed,
    /// When everything is answered.
    #[serde(rename = "answered")]
    Answered,
}
