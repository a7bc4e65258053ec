//! Contractors, guests, programs, and accounts that nobody uses.

use serde::{Deserialize, Serialize};

use super::Recipient;
use crate::duration::Duration;

/// People with a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {end_date, warn_sponsor, extend, silence}")]
pub struct Contractor {
    /// Whether a contract without an end is a finding.
    pub end_date: Requirement,
    /// How long before the end the sponsor is told.
    pub warn_sponsor: Vec<Duration>,
    /// How it is extended.
    pub extend: Extend,
    /// What it means if nobody answers.
    pub silence: Silence,
}

impl Default for Contractor {
    fn default() -> Self {
        Contractor {
            end_date: Requirement::Required,
            warn_sponsor: vec![Duration::days(30), Duration::days(7)],
            extend: Extend::default(),
            silence: Silence::Ends,
        }
    }
}

/// Whether something must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// How a contract is extended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {by, max}")]
pub struct Extend {
    /// Who may.
    pub by: Extender,
    /// By at most so long.
    pub max: Duration,
}

impl Default for Extend {
    fn default() -> Self {
        Extend { by: Extender::Sponsor, max: Duration::days(180) }
    }
}

/// Who may extend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Extender {
    /// The sponsor.
    Sponsor,
    /// The manager.
    Manager,
}

/// What it means if nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// It ends.
    Ends,
    /// It stays, and is a finding.
    Stays,
}

/// People from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {sponsor, max}")]
pub struct Guest {
    /// Whether a guest without an active sponsor is a finding.
    pub sponsor: Requirement,
    /// Longest stay.
    pub max: Duration,
}

impl Default for Guest {
    fn default() -> Self {
        Guest { sponsor: Requirement::Required, max: Duration::days(180) }
    }
}

/// Logins of programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {owners, review, owner_left}")]
pub struct ServiceAccounts {
    /// So many owners.
    pub owners: u32,
    /// How often it is asked whether they are still needed.
    pub review: Duration,
    /// What happens when an owner leaves.
    pub owner_left: OwnerLeft,
}

impl Default for ServiceAccounts {
    fn default() -> Self {
        ServiceAccounts { owners: 2, review: Duration::days(180), owner_left: OwnerLeft::default() }
    }
}

/// What happens when an owner leaves: never deactivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {to, rotate}")]
pub struct OwnerLeft {
    /// Who owns it then.
    pub to: Recipient,
    /// Until when its secrets are rotated.
    pub rotate: Duration,
}

impl Default for OwnerLeft {
    fn default() -> Self {
        OwnerLeft { to: Recipient::InstanceOwner, rotate: Duration::days(14) }
    }
}

/// Accounts that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {after, ask, except}")]
pub struct Inactive {
    /// Not used for so long (unknown is not inactive).
    pub after: Duration,
    /// How long the holder has to answer.
    pub ask: Duration,
    /// Which ones are left alone.
    pub except: Vec<InactiveExcept>,
}

impl Default for Inactive {
    fn default() -> Self {
        use InactiveExcept::{Breakglass, Leave, Service};
        Inactive { after: Duration::days(90), ask: Duration::days(14), except: vec![Leave, Service, Breakglass] }
    }
}

/// Accounts that may be unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InactiveExcept {
    /// Of people who are away.
    Leave,
    /// Of programs.
    Service,
    /// Protected ones.
    Breakglass,
}
