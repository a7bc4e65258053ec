//! What happens when somebody joins, moves, is away or leaves: the default of lifecycle.md §13, and what a company changes in it.
//!
//! The words of `do`, `of`, `on` and the like are closed lists; what a word means is its documentation here.

mod clock;
mod joiner;
mod mover;
mod others;
mod stages;

use serde::{Deserialize, Serialize};

pub use clock::{Clock, ClockZone, FromStart, HourMinute};
pub use joiner::{
    EmploymentGap, FirstSecret, Joiner, Keep, Never, NoShow, Prehire, Recipient, Rejoin, RejoinGrants, Relink, SecretKind, Start,
};
pub use mover::{AskWho, Gain, GainAt, Leave, LeaveScope, Lose, Mover, MoverChange, OnReturn, Rename, RenameStep};
pub use others::{Contractor, Extend, Extender, Guest, Inactive, InactiveExcept, OwnerLeft, Requirement, ServiceAccounts, Silence};
pub use stages::{CloseStage, Contain, Leaver, LeaverEmergency, MailDelegate, NotIf, Now, OwnedThing, PurgeStage, Reclaim, Transfer};

/// Everything about time in a person's life at the company.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {clock, joiner, mover, leave, leaver, …}")]
pub struct Lifecycle {
    /// When a day ends.
    pub clock: Clock,
    /// Somebody begins.
    pub joiner: Joiner,
    /// Somebody's job changes.
    pub mover: Mover,
    /// Somebody is away.
    pub leave: Leave,
    /// Somebody goes.
    pub leaver: Leaver,
    /// Somebody goes at once.
    pub emergency: LeaverEmergency,
    /// People with a contract.
    pub contractor: Contractor,
    /// People from outside.
    pub guest: Guest,
    /// Logins of programs.
    pub service: ServiceAccounts,
    /// Accounts that nobody uses.
    pub inactive: Inactive,
}

/// What is done. Each word is one kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The account at the IdP, not active yet.
    CreateIdpInactive,
    /// The mailbox.
    CreateMail,
    /// The account at the IdP becomes active.
    ActivateIdp,
    /// Accounts and grants of the access rules.
    Birthright,
    /// Suspend, undone on return.
    Suspend,
    /// Privileged accounts before the others.
    PrivilegedFirst,
    /// The account at the IdP is suspended.
    SuspendIdp,
    /// All sessions end.
    RevokeSessions,
    /// Every open account is suspended, or deactivated where it can't be.
    ShutAccounts,
    /// API keys, tokens, SSH keys, app passwords.
    RevokeCredentials,
    /// Apps that the account let in.
    RevokeOauthGrants,
    /// Privileged grants.
    RevokePrivileged,
    /// Secrets that several people know: a task.
    RotateSharedSecrets,
    /// On-call, approvals, ownerships: a task.
    RemoveFromDuties,
    /// Licences.
    UnassignLicences,
    /// Delete, where the instance says `purge: allowed`.
    DeleteWhereAllowed,
    /// All of `contain`.
    Contain,
    /// All of `close`.
    Close,
}
