//! The facts of a user-management guide (DESIGN §9): every field has its place and its type.

use serde::{Deserialize, Serialize};

use crate::fact::Claims;
use crate::one_or_many::OneOrMany;

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
    /// Whose the token is.
    pub token_owner: Claims<String>,
    /// Base URL of the API.
    pub base_url: Claims<String>,
    /// The vendor's documentation.
    pub docs: Claims<String>,
    /// Plan or licence needed for the API.
    pub plan_required: Claims<String>,
    /// The user object, field by field.
    pub user_object: Claims<Vec<UserField>>,
    /// Endpoints that matter, where no operation describes them.
    pub endpoints: Claims<Vec<Endpoint>>,
    /// Limits on calls.
    pub rate_limit: Claims<String>,
    /// Headers that tell the limit.
    pub rate_limit_headers: Claims<OneOrMany<String>>,
    /// Is `Retry-After` sent.
    pub retry_after: Claims<bool>,
    /// What else matters about limits.
    pub rate_limit_notes: Claims<String>,
    /// How lists are paged.
    pub pagination: Claims<PaginationMethod>,
    /// Rows on a page if nothing is asked.
    pub page_size_default: Claims<u64>,
    /// Most rows on a page.
    pub page_size_max: Claims<u64>,
    /// Where the next page is pointed to.
    pub pagination_pointer: Claims<String>,
    /// Are changes of users pushed, and how.
    pub webhooks: Claims<String>,
    /// What else matters about webhooks.
    pub webhook_notes: Claims<String>,
    /// How to see changes without webhooks.
    pub webhook_alternative: Claims<String>,
    /// Does the app have a SCIM server.
    pub scim: Claims<bool>,
    /// Its version.
    pub scim_version: Claims<String>,
    /// Its endpoint.
    pub scim_endpoint: Claims<String>,
    /// Plan or licence needed for SCIM.
    pub scim_plan: Claims<String>,
    /// What it can't do.
    pub scim_limitations: Claims<Vec<String>>,
    /// Can people sign in through an IdP, and how.
    pub sso: Claims<String>,
    /// Plan or licence needed for that.
    pub sso_plan: Claims<String>,
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
    /// Common scenarios, step by step.
    pub scenarios: Scenarios,
    /// What suspending does.
    pub suspend: Claims<String>,
    /// What deactivating does.
    pub deactivate: Claims<String>,
    /// What deleting does.
    pub delete: Claims<String>,
    /// Which reads may be behind.
    pub stale_reads: Claims<String>,
    /// What stays after deactivation.
    pub on_deactivate: OnDeactivate,
    /// What makes this app a trap.
    pub traps: Claims<Vec<String>>,
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
    /// Sign-in.
    pub sso: Claims<bool>,
    /// Provisioning.
    pub scim: Claims<bool>,
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
