//! What exists once for each kind: entitlements, credentials, named reads, and sources of people.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::account_map::{Attribute, ValueFormat};
use super::operation::{Operation, OperationName};
use super::paging::{PageSize, Pagination};
use super::request::{Literal, Request};
use crate::cel::Condition;
use crate::duration::Duration;
use crate::path::JsonPath;
use crate::person::EmploymentStatus;
use crate::template::Template;
use crate::yaml::At;

/// The kinds of entitlements (lifecycle.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntitlementKind {
    /// A role.
    Role,
    /// A group.
    Group,
    /// A licence.
    Licence,
    /// A membership of an organisation or a workspace.
    Membership,
}

impl EntitlementKind {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            EntitlementKind::Role => "role",
            EntitlementKind::Group => "group",
            EntitlementKind::Licence => "licence",
            EntitlementKind::Membership => "membership",
        }
    }
}

/// The kinds of credentials (lifecycle.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A key or token for an API.
    ApiKey,
    /// An app that the account let in.
    OauthGrant,
    /// A session.
    Session,
    /// An SSH key.
    SshKey,
    /// A password for one program.
    AppPassword,
}

impl CredentialKind {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            CredentialKind::ApiKey => "api_key",
            CredentialKind::OauthGrant => "oauth_grant",
            CredentialKind::Session => "session",
            CredentialKind::SshKey => "ssh_key",
            CredentialKind::AppPassword => "app_password",
        }
    }
}

/// One kind of entitlement and its operations.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a mapping: {map, privileged, assignable, list_entitlements, list_grants, grant, revoke}"
)]
pub struct Entitlement {
    /// Where its attributes are; `id` and `displayName` at least.
    pub map: IndexMap<String, At<Attribute>>,
    /// Which ones may do harm to others: a condition over `entitlement`.
    pub privileged: Option<At<Condition>>,
    /// Which ones usher may grant and revoke: a condition over `entitlement`; left out: all.
    pub assignable: Option<At<Condition>>,
    /// Fewest holders that must stay.
    pub min_holders: Option<u32>,
    /// Every one of this kind.
    pub list_entitlements: Option<Operation>,
    /// Who holds them.
    pub list_grants: Option<Operation>,
    /// Give one.
    pub grant: Option<Operation>,
    /// Take one.
    pub revoke: Option<Operation>,
}

impl Entitlement {
    /// Its operations.
    pub fn operations(&self) -> impl Iterator<Item = (OperationName, &Operation)> {
        [
            (OperationName::ListEntitlements, &self.list_entitlements),
            (OperationName::ListGrants, &self.list_grants),
            (OperationName::Grant, &self.grant),
            (OperationName::Revoke, &self.revoke),
        ]
        .into_iter()
        .filter_map(|(name, operation)| operation.as_ref().map(|o| (name, o)))
    }
}

/// One kind of credential and its operations.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {map, list_credentials, revoke_credential, revoke_sessions}")]
pub struct Credential {
    /// Where its attributes are.
    pub map: IndexMap<String, At<Attribute>>,
    /// Every one of this kind.
    pub list_credentials: Option<Operation>,
    /// End one.
    pub revoke_credential: Option<Operation>,
    /// End all sessions of an account.
    pub revoke_sessions: Option<Operation>,
}

impl Credential {
    /// Its operations.
    pub fn operations(&self) -> impl Iterator<Item = (OperationName, &Operation)> {
        [
            (OperationName::ListCredentials, &self.list_credentials),
            (OperationName::RevokeCredential, &self.revoke_credential),
            (OperationName::RevokeSessions, &self.revoke_sessions),
        ]
        .into_iter()
        .filter_map(|(name, operation)| operation.as_ref().map(|o| (name, o)))
    }
}

/// A named read that is not identity (`usher query`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a query: {request, query, records, fields, cursor, use}")]
pub struct Query {
    /// What it is for, beside being asked.
    #[serde(rename = "use", default)]
    pub feeds: Option<QueryUse>,
    /// What it gives, for `usher query`.
    #[serde(default)]
    pub about: Option<String>,
    /// The request: a read.
    pub request: At<Request>,
    /// Query parameters.
    #[serde(default)]
    pub query: IndexMap<String, At<Literal>>,
    /// Headers.
    #[serde(default)]
    pub headers: IndexMap<String, At<Template>>,
    /// How placeholders that are times are written; RFC 3339 if not said.
    #[serde(default)]
    pub formats: IndexMap<String, ValueFormat>,
    /// Where the records of the answer are; left out: the answer is one record.
    #[serde(default)]
    pub records: Option<At<JsonPath>>,
    /// Where each field is; left out: records come as they are.
    #[serde(default)]
    pub fields: IndexMap<String, At<Attribute>>,
    /// What moves forward from one run to the next.
    #[serde(default)]
    pub cursor: Option<QueryCursor>,
    /// Another way to page than the app's.
    #[serde(default)]
    pub pagination: Option<Pagination>,
    /// Another page size than the app's.
    #[serde(default)]
    pub page_size: Option<PageSize>,
}

/// What a query feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QueryUse {
    /// `last_seen` of accounts.
    Activity,
    /// `usher doctor`.
    Health,
}

impl Query {
    /// Every name that its request has a place for: config keys of the app, and values that whoever asks gives.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let values = self.query.values().flat_map(|literal| literal.templates());
        let headers = self.headers.values().map(|at| &at.value);
        self.request.path.names().chain(values.chain(headers).flat_map(|template| template.names()))
    }
}

/// What moves forward from one run of a query to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {path, format, window}")]
pub struct QueryCursor {
    /// Where a record has it.
    pub path: At<JsonPath>,
    /// How it is written.
    #[serde(default)]
    pub format: Option<ValueFormat>,
    /// How far one request reaches.
    #[serde(default)]
    pub window: Option<Duration>,
}

/// An app that knows people rather than accounts: an HR system, a list of contractors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {read, map, status}")]
pub struct People {
    /// How they are read.
    pub read: Operation,
    /// Where each attribute is; left out where a file's headers say it.
    #[serde(default)]
    pub map: IndexMap<String, At<Attribute>>,
    /// What the source's words for the state of an employment mean. A word that is not listed stops the lap.
    #[serde(default)]
    pub status: IndexMap<String, EmploymentStatus>,
}
