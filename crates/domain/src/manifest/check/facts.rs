//! No fact without source and date is shown as verified (invariant 13).

use super::super::{CatalogueEntry, Catalogues, Facts, OnDeactivate, Scenarios, SourceKind};
use super::Check;
use crate::diagnostic::Diagnostic;
use crate::fact::{Claims, Fact, FactStatus, Known};
use crate::one_or_many::OneOrMany;
use crate::person::Day;
use crate::yaml::{At, offer};

/// A fact without its value's type.
struct AnyFact<'f> {
    name: &'static str,
    at: At<()>,
    none_found: bool,
    unknown: bool,
    status: FactStatus,
    source: &'f OneOrMany<String>,
    seen: Option<&'f Day>,
    looked_in: Option<&'f str>,
}

fn any<'f, T>(name: &'static str, claims: &'f Claims<T>, into: &mut Vec<AnyFact<'f>>) {
    into.extend(claims.iter().map(|fact: &Fact<T>| AnyFact {
        name,
        at: fact.value.with(()),
        none_found: matches!(fact.value.value, Known::NoneFound),
        unknown: matches!(fact.value.value, Known::Unknown),
        status: fact.status,
        source: &fact.source,
        seen: fact.seen.as_ref(),
        looked_in: fact.looked_in.as_deref(),
    }));
}

/// Takes a struct apart, so that a field that is added can't be forgotten here.
macro_rules! list {
    ($from:expr, $into:expr, $type:ident { $($field:ident),* $(,)? }) => {
        let $type { $($field),* } = $from;
        $(any(stringify!($field), $field, $into);)*
    };
    ($from:expr, $into:expr, $type:ident { $($field:ident),* $(,)? } $($rest:ident),+) => {{
        let $type { $($field,)* $($rest),+ } = $from;
        $(any(stringify!($field), $field, $into);)*
        ($($rest),+)
    }};
}

fn all(facts: &Facts) -> Vec<AnyFact<'_>> {
    let mut found = Vec::new();
    let into = &mut found;
    let (catalogues, scenarios, on_deactivate) = list!(facts, into, Facts {
        summary, user_api, auth, auth_setup, token_owner, base_url, docs, plan_required, user_object, endpoints, rate_limit, rate_limit_headers,
        retry_after, rate_limit_notes, pagination, page_size_default, page_size_max, pagination_pointer, webhooks, webhook_notes, webhook_alternative,
        scim, scim_version, scim_endpoint, scim_plan, scim_limitations, sso, sso_plan, console_path, console_url, user_types, permission_model,
        custom_roles, suspend, deactivate, delete, stale_reads, traps,
    } catalogues, scenarios, on_deactivate);
    let Catalogues { okta, entra_id, google_workspace, onelogin } = catalogues;
    for entry in [okta, entra_id, google_workspace, onelogin] {
        list!(entry, into, CatalogueEntry { sso, scim });
    }
    list!(scenarios, into, Scenarios { provision, change_role, deprovision });
    list!(on_deactivate, into, OnDeactivate { sessions, api_keys, owned });
    found
}

impl Check<'_> {
    pub(super) fn facts(&mut self, today: &Day) {
        let manifest = self.manifest;
        for (name, source) in manifest.sources.iter().filter(|(_, source)| source.checked > *today) {
            self.fact(
                name,
                format!("the source `{}` was checked on {}, after today", name.value, source.checked),
                "write the day on which it was read",
            );
        }
        for fact in all(&manifest.facts) {
            self.one(&fact, today);
        }
    }

    fn fact<T>(&mut self, at: &At<T>, detail: impl Into<String>, hint: impl Into<String>) {
        self.say(at, Diagnostic::new("MANIFEST-012", "a fact that doesn't hold", detail).hint(hint));
    }

    fn one(&mut self, fact: &AnyFact<'_>, today: &Day) {
        let known: Vec<&str> = self.manifest.sources.keys().map(|name| name.as_str()).collect();
        for name in fact.source.iter().filter(|name| !known.contains(&name.as_str())) {
            self.fact(&fact.at, format!("`{}` cites `{name}`, which is not one of `sources`", fact.name), offer(name, &known, "sources"));
        }
        let cited: Vec<SourceKind> =
            fact.source.iter().filter_map(|name| self.manifest.sources.get(name.as_str())).map(|source| source.kind).collect();
        if fact.status.is_sourced() && fact.source.is_empty() {
            self.fact(
                &fact.at,
                format!("`{}` says {} without a source", fact.name, word(fact.status)),
                "name one of `sources`, or say status: unverified",
            );
        } else if fact.status.is_sourced() && !cited.is_empty() && !cited.iter().any(|kind| carries(*kind, fact.status)) {
            self.fact(
                &fact.at,
                format!("`{}` says {}, but its source is none", fact.name, word(fact.status)),
                "give the status that its source can carry",
            );
        }
        if let Some(seen) = fact.seen.filter(|seen| *seen > today) {
            self.fact(&fact.at, format!("`{}` was seen on {seen}, after today", fact.name), "write the day on which it was seen");
        }
        if fact.none_found && fact.looked_in.is_none_or(|text| text.trim().is_empty()) {
            self.fact(
                &fact.at,
                format!("`{}` was not found, and nothing says where was looked", fact.name),
                "add looked_in: where, or say unknown",
            );
        }
        if fact.unknown && fact.status.is_sourced() {
            self.fact(
                &fact.at,
                format!("`{}` is unknown and says {}", fact.name, word(fact.status)),
                "what is unknown is status: unverified",
            );
        }
    }
}

/// Whether a source of this kind can carry a fact of this status.
fn carries(kind: SourceKind, status: FactStatus) -> bool {
    use SourceKind::{Code, Docs, GoogleDiscovery, Openapi, Spec, Tenant, ThirdPartyDocs, VendorCode};
    match status {
        FactStatus::Tenant => matches!(kind, Tenant),
        FactStatus::VendorSpec => matches!(kind, Openapi | GoogleDiscovery | Spec),
        FactStatus::VendorDocs => matches!(kind, Docs | VendorCode | Openapi | GoogleDiscovery | Spec),
        FactStatus::ThirdParty => matches!(kind, Code | ThirdPartyDocs),
        FactStatus::Unverified => true,
    }
}

fn word(status: FactStatus) -> &'static str {
    match status {
        FactStatus::Tenant => "tenant",
        FactStatus::VendorSpec => "vendor_spec",
        FactStatus::VendorDocs => "vendor_docs",
        FactStatus::ThirdParty => "third_party",
        FactStatus::Unverified => "unverified",
    }
}
