//! What of a manifest this version can't drive yet, said before somebody connects it.

use usher_domain::manifest::{Auth, Kind, Manifest, Pagination};

/// In words, each once: ways to authenticate, to page and to do an operation that the connectors of this version don't have.
/// Empty: all of it is driven. A way to authenticate counts only if no other way of the manifest works.
pub fn not_driven(manifest: &Manifest) -> Vec<String> {
    let mut missing = Vec::new();
    let word = |method: &dyn Fn() -> serde_json::Value| method().as_str().unwrap_or_default().replace('_', " ");
    let signs_in = |auth: &Auth| matches!(auth, Auth::None | Auth::Bearer(_) | Auth::Basic(_) | Auth::ApiKey(_) | Auth::Hmac(_));
    if !manifest.auth.is_empty() && !manifest.auth.values().any(signs_in) {
        missing.extend(manifest.auth.values().map(|auth| format!("authentication by {}", word(&|| json(auth.method())))));
    }
    let pages = |pagination: &Pagination| matches!(pagination, Pagination::None | Pagination::LinkHeader(_));
    let operations: Vec<_> = manifest.all_operations().map(|(_, _, operation)| operation).collect();
    let own = operations.iter().filter_map(|operation| operation.details.pagination.as_ref());
    let by_http = operations.iter().any(|operation| operation.request().is_some());
    for pagination in own.chain(manifest.pagination.iter().filter(|_| by_http)).filter(|pagination| !pages(pagination)) {
        missing.push(format!("lists that go on by {}", word(&|| json(pagination.method()))));
    }
    for way in operations.iter().flat_map(|operation| &operation.ways) {
        if matches!(way.kind(), Kind::Ldap | Kind::Sql | Kind::Browser | Kind::C1z) {
            missing.push(format!("operations by {}", way.kind()));
        }
    }
    let mut seen = std::collections::HashSet::new();
    missing.retain(|what| seen.insert(what.clone()));
    missing
}

fn json(value: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rest: &str) -> Vec<String> {
        let text = format!("manifest: 1\napp: a\nname: A\nversion: 2026.11.1\n{rest}");
        not_driven(&Manifest::parse("app.yaml", &text).unwrap())
    }

    #[test]
    fn it_says_what_a_connect_would_refuse() {
        assert_eq!(of(""), [""; 0]);
        let list = "operations:\n  list_accounts: {request: GET /u, records: \"$.u[*]\"}\n";
        assert_eq!(of(&format!("pagination: none\nauth: {{t: {{bearer: {{token: x}}}}}}\n{list}")), [""; 0]);
        let refresh = "oauth2_refresh_token: {token_url: https://a.b, client_id: c, client_secret: s, refresh_token: r}";
        assert_eq!(
            of(&format!("pagination: {{next_url: {{next: $.next}}}}\nauth: {{r: {{{refresh}}}}}\n{list}")),
            ["authentication by oauth2 refresh token", "lists that go on by next url"]
        );
        assert_eq!(of(&format!("pagination: none\nauth: {{r: {{{refresh}}}, t: {{bearer: {{token: x}}}}}}\n{list}")), [""; 0]);
        assert_eq!(of("operations:\n  list_accounts: {sql: {statement: SELECT 1}, records: \"$[*]\"}\n"), ["operations by sql"]);
    }
}
