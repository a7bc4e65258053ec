//! Which names a condition and a text may use, by the key that they stand under.

use indexmap::IndexMap;

use super::super::{AccountMap, Attribute, Fields, Manifest, Operation};
use crate::cel::{Field, Scope};
use crate::yaml::At;

/// Attributes that every account has a place for (RFC 7643 §4.1, §4.3; lifecycle.md §3).
const ACCOUNT: [&str; 24] = [
    "id",
    "userName",
    "email",
    "employeeNumber",
    "displayName",
    "purpose",
    "kind",
    "status",
    "door",
    "seat",
    "name.givenName",
    "name.familyName",
    "nickName",
    "title",
    "department",
    "manager",
    "location",
    "employer",
    "userType",
    "locale",
    "timezone",
    "lastLogin",
    "created",
    "description",
];
const ENTITLEMENT: [&str; 5] = ["id", "kind", "name", "displayName", "scope"];
const GRANT: [&str; 6] = ["id", "kind", "account", "entitlement", "scope", "via"];
const CREDENTIAL: [&str; 7] = ["id", "kind", "name", "account", "scopes", "lastUsed", "expires"];

/// What an operation is about, beside the account.
#[derive(Clone, Copy)]
pub(super) enum About<'m> {
    Account,
    Entitlement(&'m IndexMap<String, At<Attribute>>, Option<&'m Operation>),
    Credential(&'m IndexMap<String, At<Attribute>>, Option<&'m Operation>),
}

fn fields<'n>(fixed: &[&'n str], mapped: impl IntoIterator<Item = &'n str>) -> Field {
    // What a vendor sends may be true, a number or a list; only usher's own words are known to be text.
    let mapped = mapped.into_iter().filter(|name| !fixed.contains(name)).map(|name| (name, Field::Any));
    Field::map(fixed.iter().map(|name| (*name, Field::Text)).chain(mapped))
}

fn read_fields(operation: Option<&Operation>) -> Vec<&str> {
    match operation.and_then(|o| o.fields.as_ref()) {
        Some(Fields::Read(map)) => map.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn account(map: Option<&AccountMap>) -> Field {
    fields(&ACCOUNT, map.into_iter().flat_map(|m| m.map.keys().map(|name| name.as_str())))
}

/// `require`: the account as it was just read, and what the operation is about.
pub(super) fn require(manifest: &Manifest, about: About<'_>) -> Scope {
    let scope = Scope::of([("account", account(manifest.account.as_ref()))]);
    match about {
        About::Account => scope,
        About::Entitlement(map, grants) => scope
            .with("entitlement", fields(&ENTITLEMENT, map.keys().map(String::as_str)))
            .with("grant", fields(&GRANT, read_fields(grants))),
        About::Credential(map, list) => {
            scope.with("credential", fields(&CREDENTIAL, map.keys().map(String::as_str).chain(read_fields(list))))
        }
    }
}

/// `verify.expect`: the same, and the rows of the read.
pub(super) fn expect(manifest: &Manifest, about: About<'_>) -> Scope {
    let list = |field: Field| Field::List(Box::new(field));
    let scope = require(manifest, about).with("accounts", list(account(manifest.account.as_ref())));
    match about {
        About::Account => scope,
        About::Entitlement(_, grants) => scope.with("grants", list(fields(&GRANT, read_fields(grants)))),
        About::Credential(map, read) => {
            scope.with("credentials", list(fields(&CREDENTIAL, map.keys().map(String::as_str).chain(read_fields(read)))))
        }
    }
}

/// `privileged`, `assignable`.
pub(super) fn entitlement(map: &IndexMap<String, At<Attribute>>) -> Scope {
    Scope::of([("entitlement", fields(&ENTITLEMENT, map.keys().map(String::as_str)))])
}

/// `errors.when`, `rate_limit.when`, `wait.until`: an answer. `headers` have lower-case names; `text` is the body as it came.
pub(super) fn answer() -> Scope {
    Scope::of([("status", Field::Number), ("headers", Field::Any), ("body", Field::Any), ("text", Field::Text)])
}

/// Names of config keys.
pub(super) fn config(manifest: &Manifest) -> Vec<String> {
    manifest.config.keys().map(|name| name.value.clone()).collect()
}

/// Placeholders of an operation's texts.
pub(super) fn texts(manifest: &Manifest, about: About<'_>) -> Vec<String> {
    let mapped = manifest.account.iter().flat_map(|m| m.map.keys().map(|name| name.as_str()));
    let mut names = config(manifest);
    names.extend(ACCOUNT.into_iter().chain(mapped).map(|name| format!("account.{name}")));
    match about {
        About::Account => names.extend(["to.id", "to.userName", "to.email"].map(str::to_owned)),
        About::Entitlement(map, grants) => {
            names.extend(ENTITLEMENT.into_iter().chain(map.keys().map(String::as_str)).map(|name| format!("entitlement.{name}")));
            names.extend(GRANT.into_iter().chain(read_fields(grants)).map(|name| format!("grant.{name}")));
        }
        About::Credential(map, list) => {
            let mapped = map.keys().map(String::as_str).chain(read_fields(list));
            names.extend(CREDENTIAL.into_iter().chain(mapped).map(|name| format!("credential.{name}")));
        }
    }
    names.sort();
    names.dedup();
    names
}
