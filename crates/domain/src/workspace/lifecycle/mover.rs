//! Somebody's job changes, or they are away for a while.

use serde::{Deserialize, Serialize};

use crate::duration::Duration;

/// Somebody's job changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {on, gain, lose, rename}")]
pub struct Mover {
    /// Which changes count.
    pub on: Vec<MoverChange>,
    /// What the new job gives.
    pub gain: Gain,
    /// What the old one takes along.
    pub lose: Lose,
    /// How a rename goes through.
    pub rename: Rename,
}

impl Default for Mover {
    fn default() -> Self {
        use MoverChange::{Department, Employer, Location, Manager, Title, Type};
        let on = vec![Department, Title, Manager, Location, Employer, Type];
        Mover { on, gain: Gain::default(), lose: Lose::default(), rename: Rename::default() }
    }
}

/// A change that makes a mover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the attributes of an employment")]
pub enum MoverChange {
    Department,
    Title,
    Manager,
    Location,
    Employer,
    Type,
}

/// What the new job gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at}")]
pub struct Gain {
    /// When.
    pub at: GainAt,
}

/// When a mover gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GainAt {
    /// From the day of the change.
    #[default]
    Effective,
    /// As soon as it is known.
    Known,
}

/// What the old job takes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {ask, after, privileged, requested_review}")]
pub struct Lose {
    /// Who is asked.
    pub ask: AskWho,
    /// When it goes if nobody says otherwise.
    pub after: Duration,
    /// The same for privileged grants.
    pub privileged: Duration,
    /// When grants that were requested are reviewed.
    pub requested_review: Duration,
}

impl Default for Lose {
    fn default() -> Self {
        Lose { ask: AskWho::NewManager, after: Duration::days(14), privileged: Duration::days(0), requested_review: Duration::days(14) }
    }
}

/// Who is asked about a mover's old access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AskWho {
    /// The manager after the change.
    NewManager,
    /// The manager before it.
    OldManager,
}

/// How a rename goes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {order}")]
pub struct Rename {
    /// In this order.
    pub order: Vec<RenameStep>,
}

impl Default for Rename {
    fn default() -> Self {
        Rename { order: vec![RenameStep::Idp, RenameStep::MailKeepAlias, RenameStep::ByNativeId, RenameStep::ByEmailAsTask] }
    }
}

/// One part of a rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RenameStep {
    /// The IdP.
    Idp,
    /// The mailbox, with the old address as alias.
    MailKeepAlias,
    /// Apps, by native id.
    ByNativeId,
    /// Apps that are keyed by e-mail: a task each.
    ByEmailAsTask,
}

/// Somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    default,
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a mapping: {over, suspend, keep, return, end_unknown_review}"
)]
pub struct Leave {
    /// Longer than this.
    pub over: Duration,
    /// What is suspended.
    pub suspend: Vec<LeaveScope>,
    /// What stays.
    pub keep: Vec<LeaveScope>,
    /// What happens on return.
    #[serde(rename = "return")]
    pub on_return: OnReturn,
    /// How often a leave without an end is looked at.
    pub end_unknown_review: Duration,
}

impl Default for Leave {
    fn default() -> Self {
        Leave {
            over: Duration::days(30),
            suspend: vec![LeaveScope::Privileged, LeaveScope::CriticalityHigh],
            keep: vec![LeaveScope::Mail, LeaveScope::Hr, LeaveScope::Learning],
            on_return: OnReturn::Undo,
            end_unknown_review: Duration::days(90),
        }
    }
}

/// A part of somebody's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeaveScope {
    /// Privileged accounts and grants.
    Privileged,
    /// Instances of high criticality.
    CriticalityHigh,
    /// Mail.
    Mail,
    /// The HR system.
    Hr,
    /// Learning.
    Learning,
    /// Everything.
    Everything,
}

/// What happens on return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnReturn {
    /// What was suspended is opened again.
    Undo,
    /// A person is asked.
    Ask,
}
