//! What each fact is called on a page, and what would settle it where it is unknown. Data: a field of the manifest has a line here.

/// How one field is shown.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// The field of the manifest.
    pub name: &'static str,
    /// What it is called on a page.
    pub label: &'static str,
    /// Who to ask what, or where to look, if it is unknown; empty for a remark on another field.
    pub question: &'static str,
    /// The question arises only if this field says yes.
    pub only_if: Option<&'static str>,
}

const fn said(name: &'static str, label: &'static str, question: &'static str) -> Said {
    Said { name, label, question, only_if: None }
}

const fn under(parent: &'static str, name: &'static str, label: &'static str, question: &'static str) -> Said {
    Said { name, label, question, only_if: Some(parent) }
}

/// A remark is shown where it is made, and nobody misses it where it isn't.
const fn remark(name: &'static str, label: &'static str) -> Said {
    Said { name, label, question: "", only_if: None }
}

/// Every field of a manifest's facts.
pub const FIELDS: &[Said] = &[
    remark("summary", "Summary"),
    said("user_api", "User API", "ask the vendor: is there a documented API that lists, creates and shuts the app's own users?"),
    said("auth", "Auth method", "look in the vendor's API documentation: how is a request authenticated?"),
    under("user_api", "auth_setup", "Set-up", "look in the console: where is an API credential made, and with which permissions?"),
    under(
        "user_api",
        "token_owner",
        "A credential belongs to",
        "ask the vendor: does an API credential belong to a user, to a registered application, or to the tenant?",
    ),
    under("user_api", "token_lifetime", "A credential is good for", "ask the vendor: when does an API credential expire by itself?"),
    under(
        "user_api",
        "scopes",
        "Permissions needed",
        "look in the vendor's API documentation: which permissions does user management need?",
    ),
    said("base_url", "Base URL", "look in the vendor's API documentation: what do all paths go behind?"),
    said("docs", "Official documentation", "ask the vendor: where is the API documented, and who may read it?"),
    said("plan_required", "Plan required for the API", "ask the vendor: which plan or licence includes the API?"),
    said("identifier", "An account is known by", "ask the vendor: which identifier of a user never changes and is never used again?"),
    under(
        "user_api",
        "user_object",
        "User object",
        "look in the vendor's API documentation: which fields has a user, and which can be written?",
    ),
    remark("endpoints", "Further endpoints"),
    said("rate_limit", "Rate limits", "ask the vendor: how many requests in how long, for a token, a user or the tenant?"),
    said("rate_limit_headers", "Rate-limit headers", "call the API once and read the headers of the answer"),
    said("retry_after", "Retry-After header", "ask the vendor: does an answer 429 or 503 carry Retry-After?"),
    remark("rate_limit_notes", "Notes on limits"),
    said(
        "pagination",
        "Pagination method",
        "look in the vendor's API documentation: how does a list continue, and how does it say that it is over?",
    ),
    said("page_size_default", "Default page size", "call a list without a size and count the rows"),
    said("page_size_max", "Max page size", "look in the vendor's API documentation: what is the largest page?"),
    said("pagination_pointer", "Pagination pointer", "call a list and look for where the next page is named"),
    said("webhooks", "Webhooks for user changes", "ask the vendor: can the app push changes of users?"),
    remark("webhook_notes", "Notes on webhooks"),
    said("webhook_alternative", "Without webhooks", "ask the vendor: is there an audit log or a list of changes that can be read?"),
    said("scim", "SCIM", "ask the vendor: is there a SCIM endpoint for the app's users, on which plan?"),
    under("scim", "scim_version", "SCIM version", "look at the endpoint's ServiceProviderConfig: which schemas does it name?"),
    under("scim", "scim_endpoint", "SCIM endpoint", "look in the console where provisioning is enabled: what is the base URL?"),
    under("scim", "scim_plan", "SCIM plan required", "ask the vendor: which plan includes SCIM?"),
    under("scim", "scim_limitations", "Limitations", "try it on a test user: groups, reactivation, changed addresses, filters"),
    said("sso", "Single sign-on", "ask the vendor: can people sign in through an IdP?"),
    under("sso", "sso_protocols", "Protocols", "ask the vendor: SAML, OpenID Connect, or another?"),
    under("sso", "sso_plan", "Plan required for SSO", "ask the vendor: which plan includes single sign-on?"),
    remark("sso_notes", "Notes on SSO"),
    under("sso", "jit", "Accounts appear at first sign-in", "sign in through the IdP as somebody who has no account: does one appear?"),
    said("sign_in", "Ways to sign in", "look in the console's security settings: which ways in are open beside the IdP?"),
    said("console_path", "Console path", "look in the console: where are its users listed?"),
    said("console_url", "Console address", "look in the browser's address bar while signed in as an administrator"),
    said("user_types", "User types and roles", "look in the console: which roles can a user have?"),
    said("permission_model", "Permission model", "ask the vendor: are permissions given by role, by group, or one by one?"),
    said("custom_roles", "Own roles", "look in the console: can a company make roles of its own?"),
    under("custom_roles", "custom_roles_plan", "Plan required for own roles", "ask the vendor: which plan includes own roles?"),
    said(
        "last_admin_protected",
        "The last administrator is protected",
        "ask the vendor: can the last administrator be removed, and how does a company get back in?",
    ),
    said("seats", "Seats", "look in the contract: what counts as a seat, and when is it free again?"),
    said("prices", "List prices", "ask the vendor for a price list, or look in the contract"),
    said("suspended_billed", "A suspended account is billed", "compare the next invoice with the number of suspended accounts"),
    said("deactivated_billed", "A deactivated account is billed", "compare the next invoice with the number of deactivated accounts"),
    said("invitation_valid", "An invitation is good for", "invite a test address and look when the link stops working"),
    remark("suspend", "Suspending"),
    said("deactivate", "Deactivating", "ask the vendor: what exactly does deactivating a user do, and can it be undone?"),
    said("delete", "Deleting", "ask the vendor: what is gone for good when a user is deleted?"),
    said("restore_window", "A deleted account can be restored for", "ask the vendor: for how long can a deleted user be brought back?"),
    said("sign_out", "Ending sessions", "ask the vendor: how are a user's open sessions ended, on the web and in apps?"),
    remark("list_omits", "A plain list leaves out"),
    remark("stale_reads", "Reads that may be behind"),
    said("transfer", "Handing over what an account owns", "ask the vendor: how does what a user owns go to somebody else?"),
    remark("traps", "Traps"),
    said("catalogues.okta.sso", "Okta: SSO", "search the Okta Integration Network for the app"),
    said("catalogues.okta.scim", "Okta: SCIM", "look at the entry's capabilities in the Okta Integration Network"),
    remark("catalogues.okta.notes", "Okta"),
    said("catalogues.entra_id.sso", "Microsoft Entra ID: SSO", "search the Microsoft Entra gallery for the app"),
    said("catalogues.entra_id.scim", "Microsoft Entra ID: SCIM", "look for a provisioning tutorial of the app at learn.microsoft.com"),
    remark("catalogues.entra_id.notes", "Microsoft Entra ID"),
    said("catalogues.google_workspace.sso", "Google Workspace: SSO", "search the catalogue of SAML apps in the Google Admin console"),
    said(
        "catalogues.google_workspace.scim",
        "Google Workspace: SCIM",
        "look whether the app is among those with automatic provisioning in the Google Admin console",
    ),
    remark("catalogues.google_workspace.notes", "Google Workspace"),
    said("catalogues.onelogin.sso", "OneLogin: SSO", "search the OneLogin app catalogue"),
    said("catalogues.onelogin.scim", "OneLogin: SCIM", "look at the connector's provisioning tab in OneLogin"),
    remark("catalogues.onelogin.notes", "OneLogin"),
    remark("scenarios.provision", "Somebody joins"),
    remark("scenarios.change_role", "Somebody's role changes"),
    remark("scenarios.deprovision", "Somebody leaves"),
    said("on_deactivate.sessions", "Open sessions", "ask the vendor: is a user who is deactivated signed out at once, everywhere?"),
    said("on_deactivate.api_keys", "API keys and tokens", "ask the vendor: does a deactivated user's API token still work?"),
    said(
        "on_deactivate.oauth_grants",
        "Apps that the account let in",
        "ask the vendor: does an app that a user let in keep its access after the user is deactivated?",
    ),
    said("on_deactivate.owned", "What the account owns", "ask the vendor: what happens to what a deactivated user owns?"),
];

/// The line of a field.
pub(crate) fn of(name: &str) -> Said {
    FIELDS.iter().find(|field| field.name == name).copied().unwrap_or(remark("", ""))
}

/// What a word of a closed list means to a reader; other text as it is.
pub(crate) fn word(field: &str, word: &str) -> String {
    let list: &[(&str, &str)] = match field {
        "auth" => &[
            ("none", "none"),
            ("basic", "HTTP Basic"),
            ("bearer", "bearer token"),
            ("api_key", "API key"),
            ("oauth2_client_credentials", "OAuth 2.0 client credentials"),
            ("oauth2_jwt_bearer", "OAuth 2.0 with a signed assertion (JWT bearer)"),
            ("oauth2_refresh_token", "OAuth 2.0 refresh token"),
            ("session", "login request with a session"),
            ("hmac", "HMAC signature of each request"),
        ],
        "token_owner" => &[("user", "a user"), ("application", "a registered application"), ("tenant", "the tenant as a whole")],
        "pagination" => &[
            ("none", "none"),
            ("offset", "offset: rows to skip"),
            ("page", "page number"),
            ("cursor", "cursor out of the answer"),
            ("link_header", "Link header (RFC 8288)"),
            ("next_url", "next address in the answer"),
        ],
        "sso_protocols" => &[("saml", "SAML 2.0"), ("oidc", "OpenID Connect"), ("ws_federation", "WS-Federation"), ("ldap", "LDAP")],
        "sign_in" => &[
            ("password", "password"),
            ("sso", "single sign-on"),
            ("social", "account at a public provider"),
            ("magic_link", "link or code by e-mail"),
            ("passkey", "passkey"),
            ("certificate", "client certificate"),
            ("ldap", "directory password"),
        ],
        "per" => &[("seat_month", "seat and month"), ("seat_year", "seat and year"), ("month", "month for all"), ("year", "year for all")],
        _ if field.starts_with("on_deactivate.") => &[("killed", "end with the account"), ("kept", "live on")],
        _ => &[],
    };
    list.iter().find(|(known, _)| *known == word).map_or_else(|| word.to_owned(), |(_, shown)| (*shown).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_a_manifest_has_its_line() {
        let facts = usher_domain::manifest::Facts::default();
        let mut fields: Vec<&str> = facts.fields().iter().map(|field| field.name).collect();
        let mut lines: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        fields.sort_unstable();
        lines.sort_unstable();
        assert_eq!(lines, fields);
        for field in FIELDS {
            assert!(!field.label.is_empty() && field.only_if.is_none_or(|parent| fields.contains(&parent)), "{}", field.name);
        }
    }
}
