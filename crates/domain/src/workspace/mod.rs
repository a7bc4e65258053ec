//! What a company keeps in git: `usher.yaml` (DESIGN §5, lifecycle.md). Every key has its type and its documented default.

mod access;
mod approvals;
mod check;
mod clocks;
mod guards;
mod instance;
mod lifecycle;
mod need;
mod people;
mod pin;

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use access::{Access, AccountTemplate, Grant, Login, Unlisted, UnlistedRule};
pub use approvals::{AllOr, Approval, DECISION_LIVES, Decider, Delegate, NeverBy, OnExpiry, Proof, Standing, Why};
pub use clocks::{ClosesWhen, Deadlines, ReadPolicy, ReadRule, Review, Reviewer, Tasks, Verdict};
pub use guards::{Guards, Limit, OnUnknown, PeopleGuard, RemovalGuard};
pub use instance::{Criticality, Instance, Mode, Price, Purge, Seats, SecretRef, SharedSecret, SignIn, Term};
pub use lifecycle::{
    Act, AskWho, Clock, ClockZone, CloseStage, Contain, Contractor, EmploymentGap, Extend, Extender, FirstSecret, FromStart, Gain, GainAt,
    Guest, HourMinute, Inactive, InactiveExcept, Joiner, Keep, Leave, LeaveScope, Leaver, LeaverEmergency, Lifecycle, Lose, MailDelegate,
    Mover, MoverChange, Never, NoShow, NotIf, Now, OnReturn, OwnedThing, OwnerLeft, Prehire, PurgeStage, Recipient, Reclaim, Rejoin,
    RejoinGrants, Relink, Rename, RenameStep, Requirement, SecretKind, ServiceAccounts, Silence, Start, Transfer,
};
pub use need::{EntitlementFacts, InstanceFacts, NotPlanned, StepFacts, StepNeed};
pub use people::{Absence, Classify, Correlate, Join, JoinKey, MatchTo, People, PeopleSource, Plus, SourceAttribute, Strength};

use crate::diagnostic::Diagnostic;
use crate::duration::as_text;
use crate::yaml::{self, At, HINT};

/// The file's name.
pub const FILE: &str = "usher.yaml";

/// A company's configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a workspace")]
pub struct Workspace {
    /// The company's name.
    pub company: String,
    /// Whose addresses prove identity; empty: every domain counts as the company's.
    #[serde(default)]
    pub domains: Vec<At<String>>,
    /// IANA time zone of the company.
    #[serde(default = "utc")]
    pub zone: At<String>,
    /// Where everything is kept.
    #[serde(default)]
    pub store: StoreAddress,
    /// Where people come from.
    #[serde(default)]
    pub people: People,
    /// Tenants of apps.
    #[serde(default)]
    pub instances: IndexMap<At<String>, Instance>,
    /// What an account is, before correlation; the first that matches wins.
    #[serde(default)]
    pub classify: Vec<Classify>,
    /// Whose an account is.
    #[serde(default = "people::default_correlate")]
    pub correlate: Vec<Correlate>,
    /// Who should have what.
    #[serde(default)]
    pub access: Vec<Access>,
    /// What happens with access that no rule gives: `default`, and per instance.
    #[serde(default)]
    pub unlisted: IndexMap<At<String>, UnlistedRule>,
    /// Attributes of new accounts: `default`, and per instance.
    #[serde(default)]
    pub account: IndexMap<At<String>, AccountTemplate>,
    /// How logins are named.
    #[serde(default)]
    pub login: Option<Login>,
    /// Who must agree; all rules that match a step are its need.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// Approvals signed in advance.
    #[serde(default)]
    pub standing: Vec<Standing>,
    /// Who decides for whom for a while.
    #[serde(default)]
    pub delegates: Vec<Delegate>,
    /// What happens when nobody decided in time.
    #[serde(default)]
    pub on_expiry: OnExpiry,
    /// Who never approves.
    #[serde(default = "never_by")]
    pub never_by: Vec<NeverBy>,
    /// What stops a lap or a plan.
    #[serde(default)]
    pub guards: Guards,
    /// Groups of people who may approve.
    #[serde(default)]
    pub approvers: IndexMap<At<String>, Vec<At<String>>>,
    /// Their public keys, as lines of OpenSSH.
    #[serde(default)]
    pub keys: IndexMap<At<String>, Vec<At<String>>>,
    /// Public keys that count for nothing any more, also for what they signed before.
    #[serde(default)]
    pub revoked_keys: Vec<At<String>>,
    /// The group that decides where a group is empty and the instance has no owner.
    #[serde(default)]
    pub fallback: Option<At<String>>,
    /// How often is read: `default`, and per instance.
    #[serde(default)]
    pub read: IndexMap<At<String>, ReadRule>,
    /// How long the stages may take.
    #[serde(default)]
    pub deadlines: Deadlines,
    /// Who gets tasks.
    #[serde(default)]
    pub tasks: Tasks,
    /// Reviews of who has what.
    #[serde(default)]
    pub reviews: IndexMap<At<String>, Review>,
    /// What happens when somebody joins, moves, is away or leaves.
    #[serde(default)]
    pub lifecycle: Lifecycle,
}

fn utc() -> At<String> {
    At::nowhere("UTC".to_owned())
}

fn never_by() -> Vec<NeverBy> {
    vec![NeverBy::Subject, NeverBy::Requester]
}

/// Where everything is kept: `sqlite:usher.db` or `postgres://…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreAddress {
    /// A file; a relative path counts from the workspace.
    Sqlite(String),
    /// A PostgreSQL address.
    Postgres(String),
}

impl Default for StoreAddress {
    fn default() -> Self {
        StoreAddress::Sqlite("usher.db".to_owned())
    }
}

/// A text that is no store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAStore {
    /// Another word in front.
    #[error("`{0}` is not a store{HINT}write sqlite:usher.db or postgres://host/database")]
    Unknown(String),
    /// A password in the address: it would be in git, and printed with the address.
    #[error(
        "the address of the store holds a password{HINT}leave it out of usher.yaml and set PGPASSWORD; only for a database on this machine may it stand there"
    )]
    Password,
}

impl FromStr for StoreAddress {
    type Err = NotAStore;

    fn from_str(text: &str) -> Result<Self, NotAStore> {
        let refuse = || NotAStore::Unknown(text.split('@').next_back().unwrap_or(text).to_owned());
        let authority = text.split_once("//").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(rest));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if (user.contains(':') || text.contains("password=")) && !on_this_machine(host) {
            return Err(NotAStore::Password);
        }
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(StoreAddress::Sqlite(path.to_owned())),
            Some(("postgres" | "postgresql", rest)) if rest.len() > 2 && rest.starts_with("//") => {
                Ok(StoreAddress::Postgres(text.to_owned()))
            }
            _ => Err(refuse()),
        }
    }
}

/// A database for trying things out, whose password guards nothing: only there may it stand in a file.
fn on_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreAddress::Sqlite(path) => write!(f, "sqlite:{path}"),
            StoreAddress::Postgres(address) => f.write_str(address),
        }
    }
}

as_text!(StoreAddress, "StoreAddress", "^(sqlite:|postgres(ql)?://).+", "sqlite:usher.db, or postgres://host/database");

impl Workspace {
    /// Reads a workspace. `file` is only named in messages. What can only be seen once everything is read is said by [`Workspace::check`].
    ///
    /// # Errors
    /// `WORKSPACE-001` to `-006`: the first thing that is wrong, with line, column and hint.
    pub fn parse(file: impl AsRef<std::path::Path>, text: &str) -> Result<Workspace, Diagnostic> {
        // Not generic inside, so that the parser is compiled here once, and not again in each crate that calls.
        fn parse(file: &std::path::Path, text: &str) -> Result<Workspace, Diagnostic> {
            yaml::from_str(yaml::WORKSPACE, file, text)
        }
        parse(file.as_ref(), text)
    }

    /// An instance by name.
    ///
    /// # Errors
    /// `WORKSPACE-020`: there is none of that name; the nearest is offered.
    pub fn instance(&self, name: &str) -> Result<&Instance, Diagnostic> {
        self.instances
            .iter()
            .find(|(known, _)| known.as_str() == name)
            .map(|(_, instance)| instance)
            .ok_or_else(|| self.unknown_instance(name))
    }

    /// What is said where an instance is not known.
    pub fn unknown_instance(&self, name: &str) -> Diagnostic {
        let known: Vec<&str> = self.instances.keys().map(|n| n.as_str()).collect();
        let message = Diagnostic::new("WORKSPACE-020", "unknown instance", format!("`{name}` is not an instance of {FILE}"));
        if known.is_empty() { message.hint("add one: usher connect APP") } else { message.hint(yaml::offer(name, &known, "instances")) }
    }

    /// How an instance is read: its own rule, then `default`, then lifecycle.md §12.
    pub fn read_policy(&self, instance: &str) -> ReadPolicy {
        let rule = |name: &str| self.read.iter().find(|(known, _)| known.as_str() == name).map(|(_, rule)| rule);
        ReadPolicy::DEFAULT.with(rule("default")).with(rule(instance))
    }

    /// The people of a group: a group of `approvers`, or `owner.INSTANCE`. An empty group falls to the instance's owner, then to `fallback`.
    pub fn members(&self, group: &str, instance: Option<&str>) -> Vec<&str> {
        let of = |name: &str| -> Vec<&str> {
            self.approvers
                .iter()
                .find(|(known, _)| known.as_str() == name)
                .map(|(_, m)| m.iter().map(|e| e.as_str()).collect())
                .unwrap_or_default()
        };
        let owner = |name: &str| -> Vec<&str> {
            self.instances
                .iter()
                .filter(|(known, _)| known.as_str() == name)
                .filter_map(|(_, i)| i.owner.as_ref().map(|o| o.as_str()))
                .collect()
        };
        let named = match group.strip_prefix(approvals::OWNER) {
            Some(instance) if of(group).is_empty() => owner(instance),
            _ => of(group),
        };
        if !named.is_empty() {
            return named;
        }
        let owned = instance.map(owner).unwrap_or_default();
        if !owned.is_empty() {
            return owned;
        }
        self.fallback.as_ref().map(|f| of(f)).unwrap_or_default()
    }

    /// What `unlisted` says about an account (`None`) or a `kind/id` of an instance.
    pub fn unlisted(&self, instance: &str, entitlement: Option<&str>) -> Unlisted {
        let rule = |name: &str| self.unlisted.iter().find(|(known, _)| known.as_str() == name).map(|(_, rule)| rule);
        let pick = |rule: &UnlistedRule| match rule {
            UnlistedRule::All(word) => Some(*word),
            UnlistedRule::Each(map) => map.get(entitlement.unwrap_or("accounts")).copied(),
        };
        rule(instance).and_then(pick).or_else(|| rule("default").and_then(pick)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
