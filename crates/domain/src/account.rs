//! An account as an instance showed it, and what may hang on it: entitlements, grants, credentials (lifecycle.md §3, §5 to §7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Time;

/// What a vendor's word for the state of an account means (DESIGN §4). An unmapped word is [`Status::Unknown`], and said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Invited or staged: not taken up yet.
    Invited,
    /// In use.
    Active,
    /// Locked by failed sign-ins or the like; comes back by itself or by a reset.
    Locked,
    /// Switched off, meant to come back.
    Suspended,
    /// Switched off for good; may still be listed.
    Deactivated,
    /// Gone; some vendors list it for a while.
    Deleted,
    /// The vendor's word is not known. Counts as "can log in" (invariant 13).
    #[default]
    Unknown,
}

/// Whether somebody can get in with this account (lifecycle.md §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// They can.
    Open,
    /// They can't.
    Shut,
    /// Nobody said. Counts as open wherever a leaver is concerned.
    #[default]
    Unknown,
}

/// Whether the account is paid for (lifecycle.md §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// It takes a paid seat.
    Held,
    /// It takes none.
    Free,
    /// Nobody said.
    #[default]
    Unknown,
}

/// Status, door and seat together: what one word of a vendor means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The state in usher's words.
    pub status: Status,
    /// Can they get in.
    #[serde(default)]
    pub door: Door,
    /// Is it paid for.
    #[serde(default)]
    pub seat: Seat,
}

impl Standing {
    /// What a status usually means where nobody said anything about the door and the seat: an invitation is a way in, an unknown word too.
    pub const fn usual(status: Status) -> Self {
        let door = match status {
            Status::Invited | Status::Active | Status::Locked => Door::Open,
            Status::Suspended | Status::Deactivated | Status::Deleted => Door::Shut,
            Status::Unknown => Door::Unknown,
        };
        Standing { status, door, seat: Seat::Unknown }
    }
}

/// Who or what uses an account (lifecycle.md §3). Comes from a column, the vendor's word or `classify`, never from the look of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person of the company.
    #[default]
    Human,
    /// A person from outside, with a sponsor.
    Guest,
    /// A program's login; has owners, never a holder.
    Service,
    /// A login that several people use.
    Shared,
    /// The vendor's or the system's own.
    System,
    /// Software that acts by itself: a bot, an AI agent.
    Agent,
}

impl Kind {
    /// True for the kinds that a person may hold; the others have owners, and an address never gives them a holder.
    pub const fn has_holder(self) -> bool {
        matches!(self, Kind::Human | Kind::Guest)
    }
}

/// Who owns the login itself (lifecycle.md §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The company's tenant: it may be suspended, deactivated, deleted.
    #[default]
    Tenant,
    /// The person, at the vendor (github.com, Docker Hub): only the membership can be removed.
    Vendor,
}

/// What an address is to its account. A recovery address proves nothing and is never read into here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum EmailKind {
    /// The address of work: the primary one, or a further one of the same standing.
    #[default]
    Work,
    /// Another name for the same mailbox.
    Alias,
    /// A private one.
    Personal,
}

/// One address of an account or a person, as it was written there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Email {
    /// As written, only outer blanks off; [`crate::text::fold`] compares.
    pub value: String,
    /// What it is.
    #[serde(default)]
    pub kind: EmailKind,
}

impl Email {
    /// A work address.
    pub fn work(value: impl Into<String>) -> Self {
        Email { value: value.into(), kind: EmailKind::Work }
    }
}

/// A login in one instance, as one read showed it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountRow {
    /// The instance's own immutable id, as text; never empty in a row that is kept.
    pub native_id: String,
    /// SCIM `userName`: what is typed at the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// All addresses that prove identity (work, alias, personal), primary first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Email>,
    /// SCIM enterprise `employeeNumber`, as text: leading zeros count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// SCIM `displayName`: for people to read, never a match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The vendor's own word for the state, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    /// What that word means.
    pub standing: Standing,
    /// As the app says it; `None` where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// `primary privileged test …`: several accounts of one person in one instance differ in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who owns the login.
    pub authority: Authority,
    /// When it was made there, if the app says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// The last sign-in or activity that the app knows. Unknown is not inactive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Time>,
    /// Other attributes under SCIM's names (`title`, `department`, `name.givenName` …).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    /// Line of the file that it came from (from 1), for messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl AccountRow {
    /// The primary address, if there is one.
    pub fn email(&self) -> Option<&str> {
        self.emails.first().map(|e| e.value.as_str())
    }

    /// What people call it: login, else address, else native id.
    pub fn label(&self) -> &str {
        self.user_name.as_deref().or(self.email()).unwrap_or(&self.native_id)
    }

    /// The account under SCIM's names, flat, as conditions (CEL), `expected_before` and `expected_after` see it.
    pub fn view(&self) -> Map<String, Value> {
        let mut map = Map::new();
        let mut put = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), Value::from(value));
            }
        };
        put("id", Some(&self.native_id));
        put("userName", self.user_name.as_deref());
        put("email", self.email());
        put("employeeNumber", self.employee_number.as_deref());
        put("displayName", self.display_name.as_deref());
        put("purpose", self.purpose.as_deref());
        if let Some(kind) = self.kind {
            map.insert("kind".into(), word(kind));
        }
        map.insert("status".into(), word(self.standing.status));
        map.insert("door".into(), word(self.standing.door));
        map.insert("seat".into(), word(self.standing.seat));
        for (name, value) in &self.attributes {
            map.entry(name.clone()).or_insert_with(|| value.clone());
        }
        map
    }
}

/// The word that serde writes for a unit variant, as a JSON text.
pub fn word<T: Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// A role, group, licence or membership of an instance (lifecycle.md §6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EntitlementRow {
    /// `role group licence membership`.
    pub kind: String,
    /// The instance's own id.
    pub native_id: String,
    /// What people call it.
    pub name: String,
    /// Workspace, organisation, tenant part that it holds in.
    pub scope: Option<String>,
    /// Who holds it may do harm to others.
    pub privileged: bool,
    /// Whether usher may grant and revoke it directly.
    pub assignable: Option<bool>,
    /// Fewest holders that must stay.
    pub min_holders: Option<u32>,
}

/// A principal holding an entitlement, via something.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantRow {
    /// Kind of the entitlement.
    pub kind: String,
    /// Native id of the entitlement (or its name where the app has no ids).
    pub entitlement: String,
    /// Native id of the account that holds it.
    pub account: String,
    /// `direct group idp_rule`.
    pub via: Option<String>,
    /// Part of the instance it holds in.
    pub scope: Option<String>,
    /// When it ends by itself.
    pub until: Option<Time>,
}

/// An API key, token, session or key that lives beside the password (lifecycle.md §7). Never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CredentialRow {
    /// `api_key oauth_grant session ssh_key app_password`.
    pub kind: String,
    /// The instance's own id.
    pub native_id: String,
    /// Native id of the account that it belongs to.
    pub account: String,
    /// Who made it.
    pub created_by: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Last use that the app knows.
    pub last_used: Option<Time>,
    /// When it ends by itself.
    pub expires: Option<Time>,
}
