//! The stages of a leaver (lifecycle.md §7, §13). Offsets count from the end; a failed stage never blocks `contain` elsewhere.

use serde::{Deserialize, Serialize};

use super::{Act, Recipient};
use crate::duration::Duration;
use crate::yaml::At;

/// Somebody goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {contain, close, transfer, reclaim, purge}")]
pub struct Leaver {
    /// Nobody gets in.
    pub contain: Contain,
    /// Credentials, privileged grants, duties.
    pub close: CloseStage,
    /// Owned things.
    pub transfer: Transfer,
    /// Seats.
    pub reclaim: Reclaim,
    /// Deletion.
    pub purge: PurgeStage,
}

/// Nobody gets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, deadline, parallel, do}")]
pub struct Contain {
    /// When.
    pub at: Duration,
    /// Until when.
    pub deadline: Duration,
    /// Instances don't wait for one another.
    pub parallel: bool,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
}

impl Default for Contain {
    fn default() -> Self {
        let acts = vec![Act::PrivilegedFirst, Act::SuspendIdp, Act::RevokeSessions, Act::ShutAccounts];
        Contain { at: Duration::hours(0), deadline: Duration::hours(4), parallel: true, acts }
    }
}

/// Credentials, privileged grants, duties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, deadline, do}")]
pub struct CloseStage {
    /// When.
    pub at: Duration,
    /// Until when.
    pub deadline: Duration,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
}

impl Default for CloseStage {
    fn default() -> Self {
        let acts =
            vec![Act::RevokeCredentials, Act::RevokeOauthGrants, Act::RevokePrivileged, Act::RotateSharedSecrets, Act::RemoveFromDuties];
        CloseStage { at: Duration::hours(0), deadline: Duration::hours(24), acts }
    }
}

/// Owned things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, deadline, to, of, mail}")]
pub struct Transfer {
    /// When.
    pub at: Duration,
    /// Until when.
    pub deadline: Duration,
    /// To whom, the first that there is; never to an ended person.
    pub to: Vec<Recipient>,
    /// Of what.
    pub of: Vec<OwnedThing>,
    /// The mailbox.
    pub mail: MailDelegate,
}

impl Default for Transfer {
    fn default() -> Self {
        use OwnedThing::{Bots, Calendars, Dashboards, Files, Meetings, Repositories};
        Transfer {
            at: Duration::days(1),
            deadline: Duration::days(14),
            to: vec![Recipient::Manager, Recipient::ManagersManager, Recipient::InstanceOwner],
            of: vec![Files, Calendars, Meetings, Bots, Repositories, Dashboards],
            mail: MailDelegate::default(),
        }
    }
}

/// What an account may own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the things are what they are called")]
pub enum OwnedThing {
    Files,
    Calendars,
    Meetings,
    Bots,
    Repositories,
    Dashboards,
}

/// The mailbox of a leaver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {delegate, days}")]
pub struct MailDelegate {
    /// Who reads it.
    pub delegate: Recipient,
    /// For so many days.
    pub days: u32,
}

impl Default for MailDelegate {
    fn default() -> Self {
        MailDelegate { delegate: Recipient::Manager, days: 30 }
    }
}

/// Seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, do, not_if}")]
pub struct Reclaim {
    /// When.
    pub at: Duration,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// What stops it.
    pub not_if: Vec<NotIf>,
}

impl Default for Reclaim {
    fn default() -> Self {
        Reclaim { at: Duration::days(14), acts: vec![Act::UnassignLicences], not_if: vec![NotIf::Hold, NotIf::TransferOpen] }
    }
}

/// Deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, do, need, not_if}")]
pub struct PurgeStage {
    /// When.
    pub at: Duration,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// At least so many people must agree.
    pub need: u32,
    /// What stops it.
    pub not_if: Vec<NotIf>,
}

impl Default for PurgeStage {
    fn default() -> Self {
        PurgeStage { at: Duration::days(90), acts: vec![Act::DeleteWhereAllowed], need: 1, not_if: vec![NotIf::Hold] }
    }
}

/// What stops a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotIf {
    /// A legal hold.
    Hold,
    /// A transfer that is not confirmed.
    TransferOpen,
}

/// Somebody goes at once (`offboard --now`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {who, do, at, confirm_by_hr}")]
pub struct LeaverEmergency {
    /// Groups whose members may say so; empty: every approver.
    pub who: Vec<At<String>>,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// When.
    pub at: Now,
    /// Until when HR must confirm it.
    pub confirm_by_hr: Duration,
}

impl Default for LeaverEmergency {
    fn default() -> Self {
        LeaverEmergency { who: Vec::new(), acts: vec![Act::Contain, Act::Close], at: Now::Now, confirm_by_hr: Duration::days(5) }
    }
}

/// At once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Now {
    /// At once.
    #[default]
    Now,
}
