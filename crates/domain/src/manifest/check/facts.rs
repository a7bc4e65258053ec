//! No fact without source and date is shown as verified (invariant 13).

use super::super::{Price, SourceKind, Statement, Word};
use super::Check;
use crate::diagnostic::Diagnostic;
use crate::duration::Duration;
use crate::fact::{Claims, FactStatus, Known};
use crate::person::Day;
use crate::yaml::{At, offer};

impl Check<'_> {
    pub(super) fn facts(&mut self, today: &Day) {
        let manifest = self.manifest;
        for (name, source) in &manifest.sources {
            if source.checked > *today {
                self.fact(
                    name,
                    format!("the source `{}` was checked on {}, after today", name.value, source.checked),
                    "write the day on which it was read",
                );
            }
            if !is_source(&source.url) {
                self.fact(
                    name,
                    format!("the source `{}` has no address: `{}`", name.value, source.url),
                    "write https://… without blanks, or github:owner/repository/path, pypi:package/path, npm:package/path",
                );
            }
        }
        for statement in manifest.facts.fields().iter().flat_map(|field| &field.statements) {
            self.one(statement, today);
        }
        self.values();
    }

    fn fact<T>(&mut self, at: &At<T>, detail: impl Into<String>, hint: impl Into<String>) {
        self.say(at, Diagnostic::new("MANIFEST-012", "a fact that doesn't hold", detail).hint(hint));
    }

    fn one(&mut self, fact: &Statement<'_>, today: &Day) {
        let known: Vec<&str> = self.manifest.sources.keys().map(|name| name.as_str()).collect();
        for name in fact.source.iter().filter(|name| !known.contains(&name.as_str())) {
            self.fact(&fact.at, format!("`{}` cites `{name}`, which is not one of `sources`", fact.name), offer(name, &known, "sources"));
        }
        let cited: Vec<SourceKind> =
            fact.source.iter().filter_map(|name| self.manifest.sources.get(name.as_str())).map(|source| source.kind).collect();
        if fact.status.is_sourced() && fact.source.is_empty() {
            self.fact(
                &fact.at,
                format!("`{}` says {} without a source", fact.name, fact.status.as_str()),
                "name one of `sources`, or say status: unverified",
            );
        } else if fact.status.is_sourced() && !cited.is_empty() && !cited.iter().any(|kind| carries(*kind, fact.status)) {
            self.fact(
                &fact.at,
                format!("`{}` says {}, but its source is none", fact.name, fact.status.as_str()),
                "give the status that its source can carry",
            );
        }
        if let Some(seen) = fact.seen.filter(|seen| *seen > today) {
            self.fact(&fact.at, format!("`{}` was seen on {seen}, after today", fact.name), "write the day on which it was seen");
        }
        if fact.word == Word::NoneFound && fact.looked_in.is_none_or(|text| text.trim().is_empty()) {
            self.fact(
                &fact.at,
                format!("`{}` was not found, and nothing says where was looked", fact.name),
                "add looked_in: where, or say unknown",
            );
        }
        if fact.word == Word::Unknown && fact.status.is_sourced() {
            self.fact(
                &fact.at,
                format!("`{}` is unknown and says {}", fact.name, fact.status.as_str()),
                "what is unknown is status: unverified",
            );
        }
        let empty = |text: &str| text.trim().is_empty();
        if fact.word == Word::Known && (empty(&fact.text()) || fact.note.is_some_and(empty)) {
            self.fact(&fact.at, format!("`{}` says nothing", fact.name), "write what is known, or leave the fact out");
        }
    }

    /// What a type can't say of a value.
    fn values(&mut self) {
        let facts = &self.manifest.facts;
        for (name, claims) in [("docs", &facts.docs), ("console_url", &facts.console_url)] {
            for (at, text) in known(claims).filter(|(_, text)| !is_web(text)) {
                self.wrong(&at, format!("`{name}` is an address, `{text}` is none"), "write https://… without blanks");
            }
        }
        for (at, text) in known(&facts.scim_version).filter(|(_, text)| !["1.1", "2.0"].contains(&text.as_str())) {
            self.wrong(&at, format!("`{text}` is no version of SCIM"), "the versions are \"1.1\" and \"2.0\"");
        }
        for (name, claims) in [
            ("token_lifetime", &facts.token_lifetime),
            ("invitation_valid", &facts.invitation_valid),
            ("restore_window", &facts.restore_window),
        ] {
            for (at, _) in known(claims).filter(|(_, length)| matches!(length, Duration::BusinessDays(_))) {
                self.wrong(&at, format!("`{name}` counts business days, which no vendor does"), "write s, m, h, d or w");
            }
        }
        let most = known(&facts.page_size_max).map(|(_, size)| *size).max();
        for (at, size) in known(&facts.page_size_default).filter(|(_, size)| most.is_some_and(|most| **size > most)) {
            self.wrong(
                &at,
                format!("`page_size_default` is {size}, more than `page_size_max`"),
                "one of the two is of another list: say which in its note",
            );
        }
        for (at, endpoints) in known(&facts.endpoints) {
            for endpoint in endpoints.iter().filter(|e| !METHODS.contains(&e.method.as_str())) {
                self.wrong(
                    &at,
                    format!("`{}` of `{}` is no HTTP method", endpoint.method, endpoint.path),
                    offer(&endpoint.method, &METHODS, "methods"),
                );
            }
        }
        for price in known(&facts.prices).flat_map(|(_, prices)| prices) {
            self.price(price);
        }
    }

    fn price(&mut self, price: &Price) {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let (whole, cents) = price.amount.split_once('.').unwrap_or((&price.amount, "0"));
        if !digits(whole) || !digits(cents) {
            self.wrong(
                &price.amount,
                format!("`{}` is no amount", price.amount.value),
                "write the number alone, as in \"6.00\"; the unit stands in currency and per",
            );
        }
        if price.currency.len() != 3 || !price.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            self.wrong(
                &price.currency,
                format!("`{}` is no currency", price.currency.value),
                "write its three letters: USD, EUR (ISO 4217)",
            );
        }
    }
}

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// The values of a field with their places.
fn known<T>(claims: &Claims<T>) -> impl Iterator<Item = (At<()>, &T)> {
    claims.iter().filter_map(|fact| match &fact.value.value {
        Known::Is(value) => Some((fact.value.with(()), value)),
        _ => None,
    })
}

/// `https://host/…`, without blanks or control characters; placeholders may stand in it.
fn is_web(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        (host.contains('.') || host.contains('{') || host.starts_with("localhost")) && printable(rest)
    })
}

fn is_source(text: &str) -> bool {
    let parts = |rest: &str, least: usize| rest.split('/').filter(|part| !part.is_empty()).count() >= least && printable(rest);
    match text.split_once(':') {
        Some(("github", rest)) => parts(rest, 2),
        Some(("pypi" | "npm" | "crates" | "rfc", rest)) => parts(rest, 1),
        _ => is_web(text),
    }
}

fn printable(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '\\'))
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

#[cfg(test)]
mod tests {
    use crate::manifest::tests::{BASE, problems};

    /// What stands in place of the small app's only fact, and the code, a part of the message and a part of the hint that it gets.
    const CASES: &[(&str, &str, &str, &str)] = &[
        ("  user_api: {value: true, source: spec}", "MANIFEST-003", "`status` is missing", "add `status"),
        ("  user_api: {status: vendor_spec, source: spec}", "MANIFEST-003", "`value` is missing", ""),
        ("  user_apis: {value: true, status: unverified}", "MANIFEST-002", "`user_apis` is not a key", "did you mean `user_api`?"),
        ("  user_api: {value: true, status: vendor_doc, source: spec}", "MANIFEST-002", "`vendor_doc`", "did you mean `vendor_docs`?"),
        ("  user_api: {value: true, status: tenant, source: spec}", "MANIFEST-012", "says tenant, but its source is none", "can carry"),
        ("  user_api: true", "MANIFEST-004", "a fact:", ""),
        ("  user_api: {value: none, status: unverified}", "MANIFEST-004", "true or false is expected", ""),
        ("  summary: {value: \" \", status: unverified}", "MANIFEST-012", "says nothing", "leave the fact out"),
        ("  auth: {value: hmack, status: unverified}", "MANIFEST-002", "`hmack`", "did you mean `hmac`?"),
        ("  pagination: {value: cursors, status: unverified}", "MANIFEST-002", "`cursors`", "did you mean `cursor`?"),
        ("  on_deactivate: {sessions: {value: kiled, status: unverified}}", "MANIFEST-002", "`kiled`", "did you mean `killed`?"),
        ("  page_size_max: {value: 200 rows, status: unverified}", "MANIFEST-004", "a whole number is expected", ""),
        ("  page_size_max: {value: \"200\", status: unverified}", "MANIFEST-004", "a whole number is expected", "without quotes"),
        ("  restore_window: {value: 20, status: unverified}", "MANIFEST-004", "`20` is not a length of time", "14d"),
        ("  restore_window: {value: 20 days, status: unverified}", "MANIFEST-004", "`20 days` is not a length of time", "14d"),
        ("  restore_window: {value: 20bd, status: unverified}", "MANIFEST-004", "business days", "d or w"),
        ("  docs: {value: see the portal, status: unverified}", "MANIFEST-004", "`docs` is an address", "https://"),
        ("  console_url: {value: \"javascript:alert(1)\", status: unverified}", "MANIFEST-004", "`console_url` is an address", "https://"),
        ("  scim_version: {value: \"2\", status: unverified}", "MANIFEST-004", "no version of SCIM", "2.0"),
        (
            "  prices: {value: [{what: a, amount: \"6 USD\", currency: USD, per: seat_month}], status: unverified}",
            "MANIFEST-004",
            "`6 USD` is no amount",
            "6.00",
        ),
        (
            "  prices: {value: [{what: a, amount: \"6\", currency: dollars, per: seat_month}], status: unverified}",
            "MANIFEST-004",
            "`dollars`",
            "ISO 4217",
        ),
        ("  prices: {value: [{what: a, amount: \"6\", currency: USD, per: seat}], status: unverified}", "MANIFEST-002", "`seat`", "seat_"),
        (
            "  endpoints: {value: [{method: get, path: /u, does: x}], status: unverified}",
            "MANIFEST-004",
            "`get` of `/u`",
            "did you mean `GET`?",
        ),
        (
            "  page_size_default: {value: 500, status: unverified}\n  page_size_max: {value: 100, status: unverified}",
            "MANIFEST-004",
            "more than `page_size_max`",
            "which in its note",
        ),
    ];

    #[test]
    fn a_fact_that_does_not_hold_gets_code_line_and_hint() {
        let fact = BASE.lines().find(|line| line.starts_with("  user_api:")).unwrap();
        let line = BASE.lines().position(|line| line == fact).unwrap() + 1;
        for (lines, code, said, hint) in CASES {
            let found = problems(&BASE.replace(fact, lines));
            let hit = found.iter().any(|d| {
                let place = d.place.as_ref().and_then(|p| p.line);
                d.code == *code
                    && place == u64::try_from(line).ok()
                    && d.detail.contains(said)
                    && d.hint.as_deref().unwrap_or_default().contains(hint)
            });
            assert!(hit, "{lines}: {code} with {said:?} and {hint:?}, but:\n{found:#?}");
        }
    }

    #[test]
    fn the_address_of_a_source_is_one() {
        for (address, good) in [
            ("https://vendor.example/a?b=c#d", true),
            ("github:okta/spec/dist/file.yaml", true),
            ("pypi:onelogin", true),
            ("rfc:7644", true),
            ("github:okta", false),
            ("the vendor's portal", false),
            ("https://vendor.example/a b", false),
            ("https://", false),
            ("ftp://vendor.example", false),
            ("javascript:alert(1)", false),
            ("https://vendor.example/<script>", false),
        ] {
            let found = problems(&BASE.replace("https://box.example/openapi.json", address));
            assert_eq!(found.is_empty(), good, "{address}: {found:?}");
            assert!(found.iter().all(|d| d.code == "MANIFEST-012" && d.detail.contains("has no address")), "{found:?}");
        }
    }

    #[test]
    fn two_sources_with_one_key_are_refused() {
        let text = BASE.replace("  page: {", "  spec: {");
        let found = problems(&text);
        assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["MANIFEST-005"], "{found:?}");
    }

    #[test]
    fn sources_that_disagree_are_both_kept() {
        let two = "  scim:\n    - {value: true, status: vendor_spec, source: spec}\n    - {value: false, status: third_party, source: page, seen: 2026-03-17}\n  user_api:";
        let text = BASE.replace("  user_api:", two);
        assert_eq!(problems(&text), []);
        let manifest = crate::manifest::Manifest::parse("app.yaml", &text).unwrap();
        let fields = manifest.facts.fields();
        let scim = fields.iter().find(|field| field.name == "scim").unwrap();
        assert!(scim.is_contradiction() && !scim.is_unknown());
        assert!(fields.iter().filter(|f| f.is_contradiction()).count() == 1);
        assert!(fields.iter().any(|f| f.name == "on_deactivate.oauth_grants" && f.is_unknown()));
        let day = |text| crate::person::Day::parse(text).unwrap();
        let seen: Vec<_> = scim.statements.iter().map(|s| manifest.seen(s).unwrap().as_str()).collect();
        assert_eq!(seen, ["2026-11-24", "2026-03-17"]);
        let stale = |today| scim.statements.iter().map(|s| manifest.is_stale(s, &day(today))).collect::<Vec<_>>();
        assert_eq!(stale("2026-09-13"), [false, false], "180 days");
        assert_eq!(stale("2026-09-14"), [false, true], "181 days");
    }
}
