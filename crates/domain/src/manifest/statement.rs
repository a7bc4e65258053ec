//! Facts without the types of their values: what a check, a list or a search asks of all of them alike.

use serde::Serialize;
use serde_json::Value;

use super::{CatalogueEntry, Catalogues, Facts, Manifest, OnDeactivate, Scenarios};
use crate::fact::{Claims, Fact, FactStatus, Known};
use crate::person::Day;
use crate::yaml::At;

/// After so many days a fact counts as stale: the vendor may have changed it since.
pub const STALE_AFTER_DAYS: i64 = 180;

/// Whether a fact has a value, or which word stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A value.
    Known,
    /// Looked for and not found.
    NoneFound,
    /// The question does not arise.
    NotApplicable,
    /// Nobody knows.
    Unknown,
}

/// One fact without the type of its value.
#[derive(Clone, Copy)]
pub struct Statement<'f> {
    /// The field: `scim`, `on_deactivate.sessions`, `catalogues.okta.sso`.
    pub name: &'static str,
    /// Whether there is a value.
    pub word: Word,
    /// How well it is known.
    pub status: FactStatus,
    /// Keys of `sources`.
    pub source: &'f [String],
    /// When it was seen, where the fact itself says it; [`Manifest::seen`] also asks its sources.
    pub seen: Option<&'f Day>,
    /// What else a reader should know.
    pub note: Option<&'f str>,
    /// Where was looked.
    pub looked_in: Option<&'f str>,
    pub(super) at: At<()>,
    value: &'f dyn Plain,
}

impl Statement<'_> {
    /// The value, or its word.
    pub fn json(&self) -> Value {
        self.value.json()
    }

    /// The value as one line of text: lists with commas, words with blanks.
    pub fn text(&self) -> String {
        plain(&self.json())
    }
}

impl std::fmt::Debug for Statement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.text())
    }
}

trait Plain {
    fn json(&self) -> Value;
}

impl<T: Serialize> Plain for T {
    fn json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn plain(value: &Value) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => join(items.iter().map(plain).collect()),
        Value::Object(map) => join(map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| format!("{k}: {}", plain(v))).collect()),
        other => other.to_string(),
    }
}

/// A field and what is said in it; nothing: unknown.
#[derive(Debug, Clone)]
pub struct Field<'f> {
    /// Its name.
    pub name: &'static str,
    /// Several where sources disagree.
    pub statements: Vec<Statement<'f>>,
}

impl Field<'_> {
    /// Whether nothing is known: nothing is said, or only that it is unknown.
    pub fn is_unknown(&self) -> bool {
        self.statements.iter().all(|statement| statement.word == Word::Unknown)
    }

    /// Whether two statements give different values.
    pub fn is_contradiction(&self) -> bool {
        self.statements.windows(2).any(|pair| matches!(pair, [a, b] if a.json() != b.json()))
    }
}

fn field<'f, T: Serialize>(name: &'static str, claims: &'f Claims<T>) -> Field<'f> {
    let statement = |fact: &'f Fact<T>| Statement {
        name,
        word: match fact.value.value {
            Known::Is(_) => Word::Known,
            Known::NoneFound => Word::NoneFound,
            Known::NotApplicable => Word::NotApplicable,
            Known::Unknown => Word::Unknown,
        },
        status: fact.status,
        source: &fact.source,
        seen: fact.seen.as_ref(),
        note: fact.note.as_deref(),
        looked_in: fact.looked_in.as_deref(),
        at: fact.value.with(()),
        value: &fact.value.value,
    };
    Field { name, statements: claims.iter().map(statement).collect() }
}

/// Takes a struct apart, so that a field that is added can't be forgotten here.
macro_rules! fields {
    ($prefix:literal, $from:expr, $into:expr, $type:ident { $($field:ident),* $(,)? }) => {
        let $type { $($field),* } = $from;
        $($into.push(field(concat!($prefix, stringify!($field)), $field));)*
    };
    ($from:expr, $into:expr, $type:ident { $($field:ident),* $(,)? } $($rest:ident),+) => {{
        let $type { $($field,)* $($rest),* } = $from;
        $($into.push(field(stringify!($field), $field));)*
        ($($rest),+)
    }};
}

impl Facts {
    /// Every field in the order of the type, those with nothing said too.
    pub fn fields(&self) -> Vec<Field<'_>> {
        let mut all = Vec::new();
        let (catalogues, scenarios, on_deactivate) = fields!(self, all, Facts {
            summary, user_api, auth, auth_setup, token_owner, token_lifetime, scopes, base_url, docs, plan_required, identifier, user_object, endpoints,
            rate_limit, rate_limit_headers, retry_after, rate_limit_notes, pagination, page_size_default, page_size_max, pagination_pointer,
            webhooks, webhook_notes, webhook_alternative, scim, scim_version, scim_endpoint, scim_plan, scim_limitations, sso, sso_protocols, sso_plan,
            sso_notes, jit, sign_in, console_path, console_url, user_types, permission_model, custom_roles, custom_roles_plan, last_admin_protected,
            seats, prices, suspended_billed, deactivated_billed, invitation_valid, suspend, deactivate, delete, restore_window, sign_out, list_omits,
            stale_reads, transfer, traps,
        } catalogues, scenarios, on_deactivate);
        let Catalogues { okta, entra_id, google_workspace, onelogin } = catalogues;
        fields!("catalogues.okta.", okta, all, CatalogueEntry { sso, scim, notes });
        fields!("catalogues.entra_id.", entra_id, all, CatalogueEntry { sso, scim, notes });
        fields!("catalogues.google_workspace.", google_workspace, all, CatalogueEntry { sso, scim, notes });
        fields!("catalogues.onelogin.", onelogin, all, CatalogueEntry { sso, scim, notes });
        fields!("scenarios.", scenarios, all, Scenarios { provision, change_role, deprovision });
        fields!("on_deactivate.", on_deactivate, all, OnDeactivate { sessions, api_keys, oauth_grants, owned });
        all
    }
}

impl Manifest {
    /// The day on which a fact was seen: its own, else the newest of its sources'.
    pub fn seen<'m>(&'m self, statement: &Statement<'m>) -> Option<&'m Day> {
        let of_sources = || statement.source.iter().filter_map(|name| self.sources.get(name.as_str())).map(|source| &source.checked).max();
        statement.seen.or_else(of_sources)
    }

    /// Whether a fact was seen longer ago than [`STALE_AFTER_DAYS`]. What has no date isn't stale: it is unverified already.
    pub fn is_stale(&self, statement: &Statement<'_>, today: &Day) -> bool {
        self.seen(statement).and_then(|seen| seen.days_until(today)).is_some_and(|days| days > STALE_AFTER_DAYS)
    }
}
