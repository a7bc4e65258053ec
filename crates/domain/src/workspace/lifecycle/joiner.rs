//! Somebody begins, doesn't come, or comes back.

use serde::{Deserialize, Serialize};

use super::{Act, FromStart, HourMinute};
use crate::cel::Condition;
use crate::duration::Duration;
use crate::yaml::At;

/// Somebody begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {prehire, start, secret, no_show, rejoin, gap}")]
pub struct Joiner {
    /// Before the first day.
    pub prehire: Prehire,
    /// On the first day.
    pub start: Start,
    /// The first password.
    pub secret: FirstSecret,
    /// They don't come.
    pub no_show: NoShow,
    /// They come back.
    pub rejoin: Rejoin,
    /// Between two employments.
    pub gap: EmploymentGap,
}

/// Before the first day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, do, needs}")]
pub struct Prehire {
    /// When.
    pub at: FromStart,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// For whom: over `state`, the person's.
    pub needs: Option<At<Condition>>,
}

impl Default for Prehire {
    fn default() -> Self {
        let needs = Condition::parse("state in ['prehire', 'active']").ok().map(At::nowhere);
        Prehire { at: FromStart { offset: -7 * 86_400, time: None }, acts: vec![Act::CreateIdpInactive, Act::CreateMail], needs }
    }
}

/// On the first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, do, deadline}")]
pub struct Start {
    /// When.
    pub at: FromStart,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// Until when it must be done.
    pub deadline: FromStart,
}

impl Default for Start {
    fn default() -> Self {
        let at = |hour| FromStart { offset: 0, time: Some(HourMinute { hour, minute: 0 }) };
        Start { at: at(6), acts: vec![Act::ActivateIdp, Act::Birthright], deadline: at(9) }
    }
}

/// The first password: never to the mailbox that is being created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {to, kind, lives}")]
pub struct FirstSecret {
    /// Who hands it over.
    pub to: Recipient,
    /// What it is.
    pub kind: SecretKind,
    /// How long it works.
    pub lives: Duration,
}

impl Default for FirstSecret {
    fn default() -> Self {
        FirstSecret { to: Recipient::Manager, kind: SecretKind::OneTime, lives: Duration::hours(72) }
    }
}

/// Who gets something that was a person's, or hands something to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Recipient {
    /// The manager.
    #[serde(rename = "manager")]
    Manager,
    /// The manager's manager.
    #[serde(rename = "managers_manager")]
    ManagersManager,
    /// The owner of the instance.
    #[serde(rename = "instance.owner")]
    InstanceOwner,
}

/// What a first password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// Works once, then must be changed.
    OneTime,
}

/// They don't come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {do, delete}")]
pub struct NoShow {
    /// What, when the start is moved or withdrawn.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// Whether accounts that were made are deleted.
    pub delete: Never,
}

impl Default for NoShow {
    fn default() -> Self {
        NoShow { acts: vec![Act::Suspend], delete: Never::Never }
    }
}

/// A key that has one value: it says what is not up for choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Never {
    /// Never.
    #[default]
    Never,
}

/// They come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {relink, reactivate, grants}")]
pub struct Rejoin {
    /// Whether their old accounts are linked again.
    pub relink: Relink,
    /// Whether these are opened again.
    pub reactivate: bool,
    /// Which grants come back.
    pub grants: RejoinGrants,
}

impl Default for Rejoin {
    fn default() -> Self {
        Rejoin { relink: Relink::Always, reactivate: true, grants: RejoinGrants::RulesOnly }
    }
}

/// Whether old accounts are linked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Relink {
    /// They are.
    Always,
    /// A person is asked.
    Ask,
}

/// Which grants come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RejoinGrants {
    /// Those of the access rules; old privileges don't come back.
    RulesOnly,
}

/// Between two employments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {under, do, keep}")]
pub struct EmploymentGap {
    /// A gap shorter than this is no leaving.
    pub under: Duration,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// What stays.
    pub keep: Keep,
}

impl Default for EmploymentGap {
    fn default() -> Self {
        EmploymentGap { under: Duration::days(30), acts: vec![Act::Suspend], keep: Keep::Everything }
    }
}

/// What stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Nothing is revoked, moved or deleted.
    Everything,
}
