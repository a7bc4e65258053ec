//! The facts of a user-management guide (DESIGN §9): every field has its place and its type.

use serde::{Deserialize, Serialize};

use crate::duration::Duration;
use crate::fact::Claims;
use crate::one_or_many::OneOrMany;
use crate::yaml::At;

/// Everything that is said about an app. A fact that is left out is unknown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping of facts")]
pub struct Facts {
    /// What to know before automating this app, in a few sentences.
    pub summary: Claims<String>,
    /// Is there an API for the app's own users.
    pub user_api: Claims<bool>,
    /// Ways to authenticate.
    pub auth: Claims<OneOrMany<AuthMethod>>,
    /// How to get the credentials, step by step.
    pub auth_setup: Claims<Vec<String>>,
    /// Whose the credential is: one that belongs to a user ends, or lives on, with that user.
    pub token_owner: Claims<OneOrMany<TokenOwner>>,
    /// How long a credential or access token is good for, as in `60m` or `30d`.
    pub token_lifetime: Claims<Duration>,
    /// Permissions that the credential needs.
    pub scopes: Claims<Vec<String>>,
    /// Base URL of the API.
    pub base_url: Claims<String>,
    /// The address of the vendor's documentation.
    pub docs: Claims<String>,
    /// Plan or licence needed for the API.
    pub plan_required: Claims<String>,
    /// By what an account is known for good, and what changes or is used again.
    pub identifier: Claims<String>,
    /// The user object, field by field.
    pub user_object: Claims<Vec<UserField>>,
    /// Endpoints that matter, beside those of the operations.
    pub endpoints: Claims<Vec<Endpoint>>,
    /// Limits on calls.
    pub rate_limit: Claims<String>,
    /// Headers that tell the limit.
    pub rate_limit_headers: Claims<OneOrMany<String>>,
    /// Is `Retry-After` sent (RFC 9110 §10.2.3).
    pub retry_after: Claims<bool>,
    /// What else matters about limits.
    pub rate_limit_notes: Claims<String>,
    /// How lists are paged.
    pub pagination: Claims<PaginationMethod>,
    /// Rows on a page if nothing is asked: a whole number, no unit.
    pub page_size_default: Claims<u64>,
    /// Most rows on a page: a whole number, no unit.
    pub page_size_max: Claims<u64>,
    /// Where the next page is pointed to.
    pub pagination_pointer: Claims<String>,
    /// Are changes of users pushed.
    pub webhooks: Claims<bool>,
    /// What else matters about webhooks.
    pub webhook_notes: Claims<String>,
    /// How to see changes without webhooks.
    pub webhook_alternative: Claims<String>,
    /// Has the app a SCIM server for its users.
    pub scim: Claims<bool>,
    /// Its version.
    pub scim_version: Claims<String>,
    /// Its endpoint.
    pub scim_endpoint: Claims<String>,
    /// Plan or licence needed for SCIM.
    pub scim_plan: Claims<String>,
    /// What it can't do.
    pub scim_limitations: Claims<Vec<String>>,
    /// Can people sign in through an IdP.
    pub sso: Claims<bool>,
    /// By which protocols.
    pub sso_protocols: Claims<OneOrMany<SsoProtocol>>,
    /// Plan or licence needed for that.
    pub sso_plan: Claims<String>,
    /// What else matters about signing in through an IdP.
    pub sso_notes: Claims<String>,
    /// Do accounts appear by themselves at the first sign-in through an IdP.
    pub jit: Claims<bool>,
    /// All ways to sign in; a way beside SSO stays open when the IdP shuts its own.
    pub sign_in: Claims<OneOrMany<SignIn>>,
    /// Entries in the catalogues of the IdPs.
    pub catalogues: Catalogues,
    /// Where the console lists its users.
    pub console_path: Claims<String>,
    /// The console's address.
    pub console_url: Claims<String>,
    /// Kinds of users and roles.
    pub user_types: Claims<Vec<UserType>>,
    /// How permissions are given.
    pub permission_model: Claims<String>,
    /// Can a company make roles of its own.
    pub custom_roles: Claims<bool>,
    /// Plan or licence needed for own roles.
    pub custom_roles_plan: Claims<String>,
    /// Does the app refuse to remove its last administrator.
    pub last_admin_protected: Claims<bool>,
    /// How seats are counted and billed.
    pub seats: Claims<String>,
    /// List prices.
    pub prices: Claims<Vec<Price>>,
    /// Is the seat of a suspended account paid for.
    pub suspended_billed: Claims<bool>,
    /// Is the seat of a deactivated account paid for.
    pub deactivated_billed: Claims<bool>,
    /// How long an invitation is good for, as in `14d`.
    pub invitation_valid: Claims<Duration>,
    /// Common scenarios, step by step, where the operations don't say it.
    pub scenarios: Scenarios,
    /// What suspending does.
    pub suspend: Claims<String>,
    /// What deactivating does.
    pub deactivate: Claims<String>,
    /// What deleting does.
    pub delete: Claims<String>,
    /// How long a deleted account can be brought back, as in `30d`.
    pub restore_window: Claims<Duration>,
    /// How sessions are ended, and which are not.
    pub sign_out: Claims<String>,
    /// Accounts that a plain list leaves out.
    pub list_omits: Claims<Vec<String>>,
    /// Which reads may be behind.
    pub stale_reads: Claims<String>,
    /// How what an account owns is handed over.
    pub transfer: Claims<String>,
    /// What stays after deactivation.
    pub on_deactivate: OnDeactivate,
    /// What makes this app a trap, where no other fact says it.
    pub traps: Claims<Vec<String>>,
}

/// Whose a credential for the API is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenOwner {
    /// A user of the app: it has that user's permissions.
    User,
    /// A registered client with permissions of its own.
    Application,
    /// The tenant as a whole, and nobody in it.
    Tenant,
}

/// Protocols by which an IdP signs people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SsoProtocol {
    /// SAML 2.0.
    Saml,
    /// OpenID Connect.
    Oidc,
    /// WS-Federation.
    WsFederation,
    /// A directory that checks the password.
    Ldap,
}

/// Ways to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// A password of the app's own.
    Password,
    /// An IdP of the company.
    Sso,
    /// An account at a public provider.
    Social,
    /// A link or code by e-mail.
    MagicLink,
    /// A passkey (WebAuthn).
    Passkey,
    /// A client certificate.
    Certificate,
    /// A directory that checks the password.
    Ldap,
}

/// One list price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a price: {what, amount, currency, per}")]
pub struct Price {
    /// The plan or kind of seat.
    pub what: String,
    /// A decimal number as text, as in `"6.00"`.
    pub amount: At<String>,
    /// Three letters of ISO 4217: `USD`, `EUR`.
    pub currency: At<String>,
    /// For what and how long.
    pub per: PricePer,
    /// What else.
    #[serde(default)]
    pub notes: Option<String>,
}

/// For what and how long a price is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PricePer {
    /// One seat for a month.
    SeatMonth,
    /// One seat for a year.
    SeatYear,
    /// The tenant for a month.
    Month,
    /// The tenant for a year.
    Year,
}

/// The closed list of ways to authenticate (DESIGN §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the specifications: RFC 7617, 6750, 6749 §4.4, 7523, 6749 §6")]
pub enum AuthMethod {
    None,
    Basic,
    Bearer,
    ApiKey,
    Oauth2ClientCredentials,
    Oauth2JwtBearer,
    Oauth2RefreshToken,
    Session,
    Hmac,
}

/// The closed list of ways to page (DESIGN §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented where they are described: manifest::Pagination")]
pub enum PaginationMethod {
    None,
    Offset,
    Page,
    Cursor,
    LinkHeader,
    NextUrl,
}

/// One field of the app's user object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UserField {
    /// The vendor's name.
    pub field: String,
    /// The vendor's type.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// On create: required, optional, not accepted …
    #[serde(default)]
    pub on_create: Option<String>,
    /// On update.
    #[serde(default)]
    pub on_update: Option<String>,
    /// What else.
    #[serde(default)]
    pub notes: Option<String>,
}

/// One endpoint of the vendor's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `GET`, `POST` …
    pub method: String,
    /// Its path.
    pub path: String,
    /// What it does.
    pub does: String,
}

/// One kind of user or role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UserType {
    /// The vendor's name.
    pub name: String,
    /// What it may do.
    #[serde(default)]
    pub may: Option<String>,
    /// What it can't do.
    #[serde(default)]
    pub may_not: Option<String>,
    /// Plan needed.
    #[serde(default)]
    pub plan: Option<String>,
    /// What a seat costs.
    #[serde(default)]
    pub seat_cost: Option<String>,
    /// What to watch out for.
    #[serde(default)]
    pub notes: Option<String>,
}

/// Entries in the catalogues of the IdPs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Catalogues {
    /// Okta Integration Network.
    pub okta: CatalogueEntry,
    /// Microsoft Entra gallery.
    pub entra_id: CatalogueEntry,
    /// Google Workspace app catalogue.
    pub google_workspace: CatalogueEntry,
    /// OneLogin app catalogue.
    pub onelogin: CatalogueEntry,
}

/// What one catalogue offers for this app.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CatalogueEntry {
    /// Does it sign people in.
    pub sso: Claims<bool>,
    /// Does it provision accounts by SCIM.
    pub scim: Claims<bool>,
    /// What the entry can and can't do.
    pub notes: Claims<String>,
}

/// Common scenarios, step by step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Scenarios {
    /// Somebody joins.
    pub provision: Claims<Vec<String>>,
    /// Somebody's role changes.
    pub change_role: Claims<Vec<String>>,
    /// Somebody leaves.
    pub deprovision: Claims<Vec<String>>,
}

/// What deactivating an account does to what hangs on it (lifecycle.md §7). Unknown is a line on the task of the person who does it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OnDeactivate {
    /// Sessions that are open.
    pub sessions: Claims<Fate>,
    /// API keys and tokens.
    pub api_keys: Claims<Fate>,
    /// Apps that the account let in.
    pub oauth_grants: Claims<Fate>,
    /// Files, dashboards, meetings: what the account owns.
    pub owned: Claims<Fate>,
}

/// What happens to it. `unknown` is a word that every fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It ends with the account.
    Killed,
    /// It lives on.
    Kept,
}
