use super::*;

/// The apps of the repository.
pub(crate) fn apps() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps");
    let mut apps: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path().join("app.yaml")).unwrap())
        })
        .collect();
    apps.sort();
    apps
}

#[test]
fn every_app_of_the_repository_parses() {
    for (name, text) in apps() {
        let manifest = Manifest::parse(format!("apps/{name}/app.yaml"), &text).unwrap_or_else(|e| panic!("{e} {:?} {:?}", e.place, e.hint));
        assert_eq!(*manifest.app, name);
    }
}

fn today() -> crate::person::Day {
    crate::person::Day::parse("2026-12-01").unwrap()
}

#[test]
fn every_app_of_the_repository_checks_clean() {
    let apps = apps();
    assert!(apps.len() >= 6);
    for (name, text) in apps {
        let manifest = Manifest::parse("app.yaml", &text).unwrap();
        let found = manifest.check(format!("apps/{name}/app.yaml"), &today());
        let shown: Vec<String> = found.iter().map(|d| format!("{d} {:?} {:?}", d.place, d.hint)).collect();
        assert!(found.is_empty(), "{}", shown.join("\n"));
    }
}

/// A small app that checks clean; the tests change one line of it each.
pub(crate) const BASE: &str = r#"manifest: 1
app: box
name: Box
version: 2026.11.1
sources:
  spec: {type: openapi, url: "https://box.example/openapi.json", checked: 2026-11-24}
  page: {type: third_party_docs, url: "https://other.example", checked: 2026-11-24}
facts:
  user_api: {value: true, status: vendor_spec, source: spec}
config:
  host:  {type: string, format: hostname}
  token: {type: string, secret: true, for: bearer}
base_url: https://{host}
auth:
  bearer: {bearer: {token: "{token}"}}
pagination: {offset: {query: start, page_size: {query: limit, value: 100}}}
errors:
  - {status: 404, class: not_found}
account:
  key: id
  map: {id: {path: $.id, access: read}, userName: $.login}
  status: {path: $.state, values: {on: {status: active, door: open}, off: {status: suspended, door: shut}}}
operations:
  list_accounts: {request: GET /users, records: "$.users[*]"}
  get_account: {request: "GET /users/{account.id}"}
  create_account:
    request: POST /users
    body: account
    idempotency: {find: get_account, with: {account.id: "{account.userName}"}}
    verify: {read: get_account, expect: "account.status == 'active'"}
  suspend_account:
    request: PATCH /users/{account.id}
    body: {state: "off"}
    undo: reactivate_account
    verify: {read: get_account, expect: "account.status == 'suspended'"}
  reactivate_account:
    request: PUT /users/{account.id}
    body: {state: "on"}
    verify: {read: get_account}
entitlements:
  group:
    map: {id: $.id, type: $.type}
    list_entitlements: {request: GET /groups, records: "$[*]"}
    list_grants: {request: "GET /groups/{entitlement.id}/users", records: "$[*]", fields: {account: $.id}}
    grant:
      request: PUT /groups/{entitlement.id}/users/{account.id}
      verify: {read: list_grants, expect: "grants.exists(g, g.account == account.id)"}
queries:
  events: {request: GET /events, query: {from: "{since}"}, records: "$[*]"}
"#;

pub(crate) fn problems(text: &str) -> Vec<Diagnostic> {
    match Manifest::parse("app.yaml", text) {
        Ok(manifest) => manifest.check("app.yaml", &today()),
        Err(wrong) => vec![wrong],
    }
}

#[test]
fn the_small_app_is_clean() {
    let found = problems(BASE);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn bad_input_gets_code_line_and_hint() {
    let line_of = |needle: &str| u64::try_from(BASE.lines().position(|l| l.contains(needle)).unwrap()).unwrap() + 1;
    for (from, to, code, hint, at) in [
        // What the types say.
        ("version:", "versoin:", "MANIFEST-002", "did you mean `version`?", ""),
        ("  list_accounts: {", "  list_acounts: {", "MANIFEST-002", "did you mean `list_accounts`?", ""),
        ("offset: {query", "ofset: {query", "MANIFEST-002", "did you mean `offset`?", ""),
        ("{bearer: {token", "{baerer: {token", "MANIFEST-002", "did you mean `bearer`?", ""),
        ("status: active", "status: activ", "MANIFEST-002", "did you mean `active`?", ""),
        ("class: not_found", "class: nowhere", "MANIFEST-002", "not_found", ""),
        ("GET /users,", "GET users,", "MANIFEST-004", "base_url", ""),
        ("GET /users,", "get /users,", "MANIFEST-004", "GET /users/{account.id}", ""),
        ("GET /users,", "GET /users?x=1,", "MANIFEST-004", "query:", ""),
        ("\"GET /users/{account.id}\"", "\"GET /users/{account.id\"", "MANIFEST-004", "{{", ""),
        ("userName: $.login", "userName: login", "MANIFEST-004", "begins with $", ""),
        ("userName: $.login", "userName: $..login", "MANIFEST-004", "only .name", ""),
        ("\"account.status == 'suspended'\"", "\"account.status = 'suspended'\"", "MANIFEST-004", "CEL", ""),
        ("verify: {read: get_account}", "verify: {read: get_account, within: 5}", "MANIFEST-004", "30s", ""),
        ("checked: 2026-11-24}\n  page", "checked: yesterday}\n  page", "MANIFEST-004", "2026-11-30", ""),
        ("value: true, status: vendor_spec", "value: maybe, status: vendor_spec", "MANIFEST-004", "", ""),
        ("GET /users, records", "GET /users, human: \"look\", records", "MANIFEST-004", "by: [...]", ""),
        ("{request: GET /users, records: \"$.users[*]\"}", "{records: \"$.users[*]\"}", "MANIFEST-004", "request, scim", ""),
        ("body: account\n", "body: acount\n", "MANIFEST-004", "account.changes", ""),
        // What only the whole shows.
        ("manifest: 1", "manifest: 0", "MANIFEST-004", "manifest: 1", ""),
        ("manifest: 1", "manifest: 2", "MANIFEST-014", "newer usher", ""),
        ("manifest: 1\n", "manifest: 2  # by a newer usher\nnew_key: {}\n", "MANIFEST-014", "newer usher", ""),
        ("app: box", "app: Box", "MANIFEST-004", "lower-case", ""),
        ("source: spec}", "source: spek}", "MANIFEST-012", "did you mean `spec`?", ""),
        ("source: spec}", "source: page}", "MANIFEST-012", "status that its source can carry", ""),
        (", source: spec}", "}", "MANIFEST-012", "unverified", ""),
        ("source: spec}", "source: spec, seen: 2027-01-01}", "MANIFEST-012", "was seen", ""),
        ("value: true, status", "value: none_found, status", "MANIFEST-012", "looked_in", ""),
        ("value: true, status", "value: unknown, status", "MANIFEST-012", "unverified", ""),
        ("other.example\", checked: 2026-11-24", "other.example\", checked: 2026-12-02", "MANIFEST-012", "was read", ""),
        ("for: bearer", "for: barer", "MANIFEST-013", "did you mean `bearer`?", ""),
        ("secret: true,", "secret: true, default: x,", "MANIFEST-004", "leave it out", ""),
        ("{type: string, format: hostname}", "{type: integer, default: x}", "MANIFEST-004", "of that type", ""),
        ("base_url: https://{host}", "base_url: https://{hots}", "MANIFEST-011", "did you mean `host`?", ""),
        ("base_url: https://{host}", "base_url: https://{host|lower}", "MANIFEST-004", "no logic", ""),
        ("\"{token}\"", "\"{tokn}\"", "MANIFEST-011", "did you mean `token`?", ""),
        ("{status: 404, class", "{when: \"body.x == statsu\", class", "MANIFEST-010", "did you mean `status`?", ""),
        ("{status: 404, class", "{class", "MANIFEST-004", "status or when", ""),
        ("key: id", "key: idd", "MANIFEST-013", "did you mean `id`?", ""),
        ("userName: $.login", "userName: \"$.logins[*]\"", "MANIFEST-004", "access: read", ""),
        ("status: active, door: open", "status: active, door: shut", "MANIFEST-004", "door: open", ""),
        ("status: suspended, door: shut", "status: suspended, door: open", "MANIFEST-004", "door: shut", ""),
        ("off: {status: suspended, door: shut}", "ON: {status: suspended, door: shut}", "MANIFEST-004", "keep one", ""),
        ("records: \"$.users[*]\"", "records: $.users", "MANIFEST-004", "[*]", ""),
        (", records: \"$.users[*]\"", "", "MANIFEST-003", "records:", ""),
        (
            "pagination: {offset: {query: start, page_size: {query: limit, value: 100}}}",
            "related: []",
            "MANIFEST-003",
            "pagination: none",
            "list_accounts: {",
        ),
        ("request: GET /users,", "request: DELETE /users,", "MANIFEST-004", "GET", ""),
        ("request: POST /users\n", "request: GET /users\n", "MANIFEST-004", "POST", ""),
        (
            "    idempotency: {find: get_account, with: {account.id: \"{account.userName}\"}}\n",
            "",
            "MANIFEST-003",
            "idempotency",
            "request: POST",
        ),
        ("find: get_account", "find: update_account", "MANIFEST-013", "get_account", ""),
        ("{account.userName}\"}}", "{account.usrName}\"}}", "MANIFEST-011", "account.userName", ""),
        ("with: {account.id:", "with: {account.idd:", "MANIFEST-011", "account.id", ""),
        ("undo: reactivate_account", "undo: delete_account", "MANIFEST-013", "reactivate_account", ""),
        ("    undo: reactivate_account\n", "", "MANIFEST-003", "undo", "request: PATCH"),
        ("undo: reactivate_account", "undo: reactivate_account\n    irreversible: true", "MANIFEST-004", "keep one", ""),
        ("    verify: {read: get_account}\n", "", "MANIFEST-003", "verify", "request: PUT /users"),
        ("verify: {read: get_account}", "verify: {read: list_grants}", "MANIFEST-013", "get_account", ""),
        ("verify: {read: get_account}", "verify: {read: suspend_account}", "MANIFEST-013", "get_account", ""),
        ("account.status == 'suspended'", "acount.status == 'suspended'", "MANIFEST-010", "did you mean `account`?", ""),
        ("g.account == account.id", "g.acount == account.id", "MANIFEST-010", "did you mean `account`?", ""),
        ("{entitlement.id}/users\"", "{entitlement.idd}/users\"", "MANIFEST-011", "entitlement.id", ""),
        (
            "    map: {id: $.id, type: $.type}",
            "    map: {id: $.id}\n    assignable: \"entitlement.type == 'x'\"",
            "MANIFEST-010",
            "fields are",
            "list_entitlements: {",
        ),
        ("{since}", "{sinse}", "MANIFEST-011", "did you mean `since`?", ""),
        ("GET /events", "PUT /events", "MANIFEST-004", "GET", ""),
        ("  reactivate_account:\n", "  grant:\n", "MANIFEST-004", "entitlements.KIND", "request: PUT /users"),
    ] {
        assert!(BASE.contains(from), "{from} is not in the small app");
        let text = BASE.replacen(from, to, 1);
        let found = problems(&text);
        let shown: Vec<String> = found.iter().map(|d| format!("{d} {:?} {:?}", d.place, d.hint)).collect();
        let line = line_of(if at.is_empty() { from.lines().next().unwrap() } else { at });
        let hit = found.iter().find(|d| {
            let place = d.place.as_ref().and_then(|p| p.line);
            d.code == code && place == Some(line) && d.hint.as_deref().unwrap_or_default().contains(hint)
        });
        assert!(hit.is_some(), "{from} → {to}: {code} line {line} with {hint:?}, but:\n  {}", shown.join("\n  "));
    }
}

#[test]
fn all_problems_are_listed_in_the_order_of_the_file() {
    let text = BASE.replace("{since}", "{x}").replace("source: spec}", "source: y}").replace("key: id", "key: z");
    let lines: Vec<_> = problems(&text).iter().map(|d| d.place.as_ref().unwrap().line.unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.is_sorted());
}

#[test]
fn automation_is_computed_from_the_operations_alone() {
    let automation = |text: &str| Manifest::parse("app.yaml", text).unwrap().automation();
    assert_eq!(automation(BASE), Automation::Full);
    let (before, _) = BASE.split_once("  suspend_account:").unwrap();
    assert_eq!(automation(before), Automation::Partial);
    let (before, _) = BASE.split_once("operations:").unwrap();
    assert_eq!(automation(before), Automation::NotSupported);
    let apps = apps();
    let of = |name: &str| automation(&apps.iter().find(|(app, _)| app == name).unwrap().1);
    assert_eq!([of("okta"), of("scim")], [Automation::Full; 2]);
    assert_eq!([of("darktrace"), of("csv"), of("scim_bridge_only")], [Automation::ManualOnly; 3]);
}

#[test]
fn a_way_is_open_where_the_instance_gives_what_it_needs() {
    let apps = Catalogue::new(apps());
    let darktrace = apps.get("darktrace").unwrap();
    let ways = darktrace.ways(OperationName::ListAccounts);
    let open = |has: bool| ways.iter().filter(|way| way.is_open(|_| has, |_| false)).map(|way| way.kind()).collect::<Vec<_>>();
    assert_eq!(open(true), [Kind::Csv, Kind::Human]);
    assert_eq!(open(false), [Kind::Human]);
    assert!(darktrace.ways(OperationName::DeleteAccount).is_empty());
}

#[test]
fn the_way_to_authenticate_follows_from_what_is_given() {
    let okta = Catalogue::new(apps()).get("okta").unwrap();
    let name = |named, given: &[&str]| okta.auth_for(named, |key| key == "domain" || given.contains(&key)).map(|(name, _)| name.to_owned());
    assert_eq!(name(None, &["api_token"]).as_deref(), Some("token"));
    assert_eq!(name(None, &["client_id", "private_key"]).as_deref(), Some("oauth"));
    assert_eq!(name(Some("oauth"), &[]).as_deref(), Some("oauth"));
    assert_eq!(name(None, &[]), None);
}

#[test]
fn an_unknown_app_is_answered_with_the_nearest() {
    let catalogue = Catalogue::new(apps());
    let wrong = catalogue.get("darktrase").unwrap_err();
    assert_eq!((wrong.code, wrong.hint.as_deref()), ("APP-001", Some("did you mean `darktrace`?")));
    let wrong = Catalogue::new([("other", BASE)]).get("other").unwrap_err();
    assert_eq!(wrong.code, "MANIFEST-007");
}

#[test]
fn vendor_words_mean_what_the_table_says() {
    let okta = Catalogue::new(apps()).get("okta").unwrap();
    let status = okta.account.as_ref().and_then(|a| a.status.as_ref()).unwrap();
    let door = |word: &str| status.standing(&serde_json::json!(word)).map(|s| s.door);
    assert_eq!(door("LOCKED_OUT"), Some(crate::account::Door::Open), "a locked account counts as a way in");
    assert_eq!(door("suspended"), Some(crate::account::Door::Shut));
    assert_eq!(door("NEW_WORD"), None);
    let scim = Catalogue::new(apps()).get("scim").unwrap();
    let status = scim.account.as_ref().and_then(|a| a.status.as_ref()).unwrap();
    assert_eq!(status.standing(&serde_json::json!(false)).map(|s| s.status), Some(crate::account::Status::Deactivated));
}
