use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::approval::Required;
use crate::manifest::Catalogue;
use crate::plan;

/// The keys of DESIGN §5, with keys that a checker takes.
const DESIGN: &str = include_str!("tests/design.yaml");
/// Every key that lifecycle.md names.
const LIFECYCLE: &str = include_str!("tests/lifecycle.yaml");
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQ7wCmB2bA7c3cgYdGmvm7sZpHf2Jv3b1m8C0m3x9aB";

fn catalogue() -> Catalogue {
    Catalogue::new(crate::manifest::tests::apps())
}

fn check(text: &str) -> Vec<Diagnostic> {
    match Workspace::parse(FILE, text) {
        Ok(workspace) => workspace.check(FILE, &catalogue()),
        Err(wrong) => vec![wrong],
    }
}

fn clean(text: &str) -> Workspace {
    let found = check(text);
    let shown: Vec<String> = found.iter().map(|d| format!("{d} {:?} {:?}", d.place, d.hint)).collect();
    assert!(found.is_empty(), "{}", shown.join("\n"));
    Workspace::parse(FILE, text).unwrap()
}

#[test]
fn the_example_of_the_design_is_clean() {
    let workspace = clean(DESIGN);
    assert_eq!(workspace.store, StoreAddress::Sqlite("usher.db".into()));
    assert_eq!(workspace.instance("darktrace").unwrap().mode, Mode::Propose);
    assert_eq!(workspace.correlate.len(), 2);
    assert_eq!(workspace.people.sources.values().next().unwrap().absence, Absence::Unknown);
    assert_eq!(workspace.instance("darktrase").unwrap_err().hint.unwrap(), "did you mean `darktrace`?");
}

#[test]
fn every_key_of_the_lifecycle_is_typed() {
    let workspace = clean(LIFECYCLE);
    let defaults = Lifecycle { emergency: workspace.lifecycle.emergency.clone(), ..Lifecycle::default() };
    assert_eq!(workspace.lifecycle, defaults, "lifecycle.md §13 shows the defaults");
    assert_eq!(workspace.guards.people, PeopleGuard::default());
    assert_eq!(workspace.read_policy("okta"), ReadPolicy::DEFAULT);
    assert_eq!(workspace.read_policy("hr").every, crate::duration::Duration::hours(1));
    assert_eq!(workspace.deadlines, Deadlines::default());
    assert_eq!(workspace.unlisted("darktrace", Some("role/admin")), Unlisted::Remove);
    assert_eq!(workspace.unlisted("okta", None), Unlisted::Report);
}

#[test]
fn the_workspace_of_the_acceptance_is_clean() {
    clean(&format!(
        r#"company: Acceptance
domains: [corp.example]
store: sqlite:usher.db
people: {{sources: {{hr: {{key: employeeNumber}}}}}}
instances:
  hr: {{app: csv_people, config: {{path: people.csv}}}}
  box: {{app: scim, mode: propose, config: {{base_url: "http://127.0.0.1:8081/v2"}}, secrets: {{token: {{env: SCIM_TOKEN}}}}}}
approvals:
  - {{when: "true", need: 1, from: leads}}
guards:
  removals: {{per_instance: {{percent: 50, at_least: 100, at_most: 100}}}}
approvers: {{leads: [lead@corp.example]}}
keys: {{lead@corp.example: ["{KEY}"]}}
"#
    ));
}

/// A workspace with these lines behind the company's name, so that the first of them is line 2.
fn with(lines: &str) -> String {
    format!("company: X\n{lines}\n")
}

#[test]
fn bad_input_gets_code_line_and_hint() {
    let rsa = "keys: {ana@x.example: [\"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ==\"]}";
    let twice = format!("keys:\n  ana@x.example: [\"{KEY}\"]\n  ben@x.example:\n    - \"{KEY}\"");
    for (lines, code, line, hint) in [
        ("instnces: {}", "WORKSPACE-002", 2, "did you mean `instances`?"),
        ("instances: {Okta: {app: csv, config: {path: a}}}", "WORKSPACE-004", 2, "lower-case"),
        ("instances: {usher: {app: csv, config: {path: a}}}", "WORKSPACE-004", 2, "taken"),
        ("instances:\n  dt: {app: darktrase}", "APP-001", 3, "did you mean `darktrace`?"),
        ("instances:\n  dt:\n    app: csv\n    config: {pth: a}", "WORKSPACE-002", 5, "did you mean `path`?"),
        ("instances:\n  dt: {app: csv}", "WORKSPACE-003", 3, "config: {path:"),
        ("instances:\n  dt: {app: csv, config: {path: 7}}", "WORKSPACE-004", 3, "usher app show"),
        ("instances:\n  dt: {app: csv, config: {path: a, dates: xyz}}", "WORKSPACE-004", 3, "dmy, mdy, ymd"),
        (
            "instances:\n  o: {app: okta, config: {domain: x.okta.com}, secrets: {api_tokn: {env: A}}}",
            "WORKSPACE-002",
            3,
            "did you mean `api_token`?",
        ),
        ("instances:\n  o: {app: okta, config: {domain: x.okta.com}}", "WORKSPACE-003", 3, "secrets: {api_token"),
        (
            "instances:\n  o: {app: okta, config: {domain: x.okta.com, api_token: abc}, secrets: {api_token: {env: A}}}",
            "WORKSPACE-004",
            3,
            "never write it here",
        ),
        (
            "instances:\n  o: {app: okta, config: {domain: \"https://x.okta.com\"}, secrets: {api_token: {env: A}}}",
            "WORKSPACE-004",
            3,
            "without https://",
        ),
        (
            "instances:\n  o: {app: okta, auth: tokn, config: {domain: x.okta.com}, secrets: {api_token: {env: A}}}",
            "WORKSPACE-004",
            3,
            "did you mean `token`?",
        ),
        (
            "instances:\n  o: {app: okta, config: {domain: x.okta.com}, secrets: {api_token: {enw: A}}}",
            "WORKSPACE-002",
            3,
            "did you mean `env`?",
        ),
        (
            "instances:\n  s: {app: scim, config: {base_url: \"http://app.example/v2\"}, secrets: {token: {env: A}}}",
            "WORKSPACE-012",
            3,
            "allow_http: true",
        ),
        ("instances:\n  s: {app: scim, config: {base_url: app.example}, secrets: {token: {env: A}}}", "WORKSPACE-004", 3, "https://"),
        (
            "instances:\n  s: {app: scim, config: {base_url: \"https://u:p@app.example\"}, secrets: {token: {env: A}}}",
            "WORKSPACE-004",
            3,
            "under secrets",
        ),
        ("instances:\n  s: {app: csv, config: {path: a}, owner: Ana@X}", "WORKSPACE-004", 3, "lower case"),
        ("instances:\n  s: {app: csv, config: {path: a}, mode: enforc}", "WORKSPACE-002", 3, "did you mean `enforce`?"),
        ("instances:\n  s: {app: csv, config: {path: a}, sign_in: [{via: oktaa}]}", "WORKSPACE-020", 3, ""),
        ("instances:\n  s: {app: csv, config: {path: a}, seats: {price: 90 EUR}}", "WORKSPACE-004", 3, "90 EUR/y"),
        ("instances:\n  hr: {app: csv_people, config: {path: a}}", "WORKSPACE-004", 3, "people: {sources"),
        ("people: {sources: {hr: {key: id}}}\ninstances:\n  hr: {app: csv, config: {path: a}}", "WORKSPACE-004", 2, "csv_people"),
        ("people:\n  sources: {hrr: {key: id}}", "WORKSPACE-020", 3, "usher connect"),
        ("people: {sources: {hr: {key: id, absence: {ends_after: two}}}}", "WORKSPACE-004", 2, "2 complete reads"),
        ("people: {join: [a == b]}", "WORKSPACE-004", 2, "hr.previous_id"),
        ("domains: [\"@x.example\"]", "WORKSPACE-004", 2, "without @"),
        ("zone: Berlin", "WORKSPACE-004", 2, "Europe/Berlin"),
        ("store: usher.db", "WORKSPACE-004", 2, "sqlite:usher.db"),
        ("store: postgres://ana:secret@db/x", "WORKSPACE-004", 2, "PGPASSWORD"),
        ("classify:\n  - {when: \"account.userNam == 'x'\", kind: service}", "WORKSPACE-010", 3, "did you mean `userName`?"),
        ("classify:\n  - {when: \"account.userName ==\", kind: service}", "WORKSPACE-004", 3, "CEL"),
        ("classify:\n  - {when: \"true\", kind: servce}", "WORKSPACE-002", 3, "did you mean `service`?"),
        ("access:\n  - {to: okta, when: \"true\"}", "WORKSPACE-020", 3, ""),
        ("access:\n  - {to: x, grants: [{role: a, group: b}], when: \"true\"}", "WORKSPACE-004", 3, "{role: NAME}"),
        ("access:\n  - {to: x, when: \"person.dept == 'x'\"}", "WORKSPACE-020", 3, ""),
        ("approvals:\n  - {when: \"step.acton == 'grant'\", need: 1, from: a}", "WORKSPACE-010", 3, "did you mean `action`?"),
        ("approvals:\n  - {when: \"true\", need: 1, from: leads}", "WORKSPACE-021", 3, "approvers: {leads"),
        ("approvals:\n  - {when: \"true\", need: 1}", "WORKSPACE-003", 3, "from: GROUP"),
        ("approvals:\n  - {when: \"true\", need: 1, from: instance.owner, expires: 72}", "WORKSPACE-004", 3, "72h"),
        ("approvers: {It Leads: []}", "WORKSPACE-004", 2, "lower-case"),
        ("approvers: {leads: [\"*@x.example\"]}", "WORKSPACE-004", 2, "lower case"),
        (rsa, "WORKSPACE-013", 2, "ssh-keygen -t ed25519"),
        ("keys: {ana@x.example: [nonsense]}", "WORKSPACE-013", 2, ".pub"),
        (twice.as_str(), "WORKSPACE-004", 5, "one person's"),
        ("guards: {protected: [breakglass]}", "WORKSPACE-004", 2, "instance:login"),
        ("guards: {override_from: leads}", "WORKSPACE-021", 2, "approvers"),
        ("guards: {removals: {per_instance: {percent: 5, at_least: 9, at_most: 5}}}", "WORKSPACE-004", 2, "not more"),
        ("guards: {removals: {per_instance: {percent: 5}}}", "WORKSPACE-003", 2, "at_least"),
        ("guards: {people: {rows_shrink: 5}}", "WORKSPACE-004", 2, "5%"),
        ("delegates: [{from: a@x.example, to: b@x.example, starts: 2027-01-06, ends: 2026-12-20}]", "WORKSPACE-004", 2, "swap"),
        ("delegates: [{from: a@x.example, to: b@x.example, starts: 6.1.2027, ends: 2027-12-20}]", "WORKSPACE-004", 2, "2026-11-30"),
        (
            "standing: [{id: A, actions: [suspend_account], instances: all, why: [leaver], people: 5, group: g, until: 2027-06-30}]",
            "WORKSPACE-004",
            2,
            "lower-case",
        ),
        (
            "standing: [{id: a, actions: [list_accounts], instances: all, why: [leaver], people: 5, group: g, until: 2027-06-30}]",
            "WORKSPACE-004",
            2,
            "change something",
        ),
        ("login: {try: [\"{gven}\"]}", "WORKSPACE-011", 2, "did you mean `given`?"),
        ("login: {try: [\"{given|lowr}\"]}", "WORKSPACE-004", 2, "lower"),
        ("lifecycle: {leaver: {contain: {do: [suspend idp]}}}", "WORKSPACE-002", 2, "suspend_idp"),
        ("lifecycle: {joiner: {prehire: {at: 7d before}}}", "WORKSPACE-004", 2, "start - 7d"),
        ("lifecycle: {clock: {day_ends: \"6pm\"}}", "WORKSPACE-004", 2, "18:00"),
        ("<<: {a: b}", "WORKSPACE-006", 2, "write the values out"),
    ] {
        let found = check(&with(lines));
        let hit = found.iter().find(|d| {
            d.code == code && d.place.as_ref().and_then(|p| p.line) == Some(line) && d.hint.as_deref().unwrap_or_default().contains(hint)
        });
        let shown: Vec<String> = found.iter().map(|d| format!("{d} {:?} {:?}", d.place, d.hint)).collect();
        assert!(hit.is_some(), "{lines}: {code} line {line} with {hint:?}, but: {}", shown.join("\n  "));
    }
}

#[test]
fn all_problems_are_listed_in_the_order_of_the_file() {
    let found = check(&with("zone: Berlin\ndomains: [x]\nguards: {protected: [a]}\nfallback: nobody"));
    let lines: Vec<_> = found.iter().map(|d| d.place.as_ref().unwrap().line.unwrap()).collect();
    assert_eq!(lines, [2, 3, 4, 5]);
}

#[test]
fn loopback_may_be_plain_http() {
    for (url, good) in [
        ("http://127.0.0.1:8081/v2", true),
        ("http://localhost/v2", true),
        ("http://[::1]:8081/v2", true),
        ("http://127.0.0.1.evil.example/v2", false),
        ("http://localhost.example/v2", false),
        ("http://10.0.0.1/v2", false),
        ("https://app.example/v2", true),
    ] {
        let text = with(&format!("instances: {{s: {{app: scim, config: {{base_url: \"{url}\"}}, secrets: {{token: {{env: A}}}}}}}}"));
        assert_eq!(check(&text).is_empty(), good, "{url}");
    }
}

fn step(action: &'static str) -> StepFacts<'static> {
    let instance = InstanceFacts { name: "okta", app: "okta", criticality: Criticality::High, mode: Mode::Propose };
    StepFacts { action, stage: Some("contain"), why: "leaver", irreversible: false, instance, entitlement: None, person: None }
}

#[test]
fn the_need_of_a_step_is_every_rule_that_matches() {
    let workspace = Workspace::parse(
        FILE,
        &with(
            r#"approvals:
  - {when: "step.action == 'grant' && entitlement.privileged", need: 2, from: it-leads, expires: 24h}
  - {when: "step.action in ['grant', 'delete_account']", need: 1, from: it-leads}
  - {when: "step.irreversible", need: 1, from: instance.owner, proof: sshsig}
  - {when: "step.why == 'joiner'", need: 0}"#,
        ),
    )
    .unwrap();
    let need = |count, from: &str, proof| plan::Need { count, from: from.into(), proof };
    let privileged = EntitlementFacts { kind: "role", id: "admin", name: "Admin", privileged: true };
    let grant = StepFacts { entitlement: Some(privileged), ..step("grant") };
    let delete = StepFacts { irreversible: true, ..step("delete_account") };
    let joiner = StepFacts { why: "joiner", ..step("create_account") };
    for (facts, required, hours) in [
        (grant, Required::People(vec![need(2, "it-leads", plan::Proof::Any)]), 24),
        (step("grant"), Required::People(vec![need(1, "it-leads", plan::Proof::Any)]), 72),
        (delete, Required::People(vec![need(1, "it-leads", plan::Proof::Any), need(1, "owner.okta", plan::Proof::Sshsig)]), 72),
        (joiner, Required::Nobody, 72),
    ] {
        let found = workspace.need_for(&facts).unwrap();
        assert_eq!((found.required, found.lives.seconds()), (required, hours * 3600), "{facts:?}");
    }
    assert_eq!(workspace.need_for(&step("suspend_account")), Err(NotPlanned::NoRule));
    let nobody = StepFacts { irreversible: true, ..joiner };
    assert!(workspace.need_for(&nobody).is_ok(), "the rule about irreversible steps matches");
    let only_nobody = Workspace { approvals: workspace.approvals[3..].to_vec(), ..workspace };
    assert_eq!(only_nobody.need_for(&nobody), Err(NotPlanned::IrreversibleForNobody));
}

#[test]
fn an_empty_group_falls_to_the_owner_then_to_the_fallback() {
    let workspace = clean(&with(
        "instances: {a: {app: csv, config: {path: a}, owner: own@x.example}, b: {app: csv, config: {path: b}}}\napprovers: {empty: [], last: [last@x.example]}\nfallback: last",
    ));
    assert_eq!(workspace.members("empty", Some("a")), ["own@x.example"]);
    assert_eq!(workspace.members("owner.a", Some("a")), ["own@x.example"]);
    assert_eq!(workspace.members("owner.b", Some("b")), ["last@x.example"]);
    assert_eq!(workspace.members("last", Some("a")), ["last@x.example"]);
}

#[test]
fn a_pin_holds_no_secret_and_changes_with_the_config() {
    let workspace = clean(DESIGN);
    let manifest = catalogue().get("okta").unwrap();
    let instance = workspace.instance("okta").unwrap();
    let bytes = instance.pin("okta", &manifest).unwrap();
    let pin: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(pin["config"], json!({"domain": "example.okta.com"}));
    assert_eq!(pin["secrets"], json!({"api_token": {"env": "OKTA_API_TOKEN"}}));
    assert!(crate::canon::from_slice(&bytes).is_ok());
    let other = Instance { mode: Mode::Enforce, ..instance.clone() };
    assert_ne!(other.pin("okta", &manifest).unwrap(), bytes);
}

#[test]
fn an_alias_bomb_is_refused_before_it_grows() {
    let mut bomb = String::from("instances:\n  s:\n    app: csv\n    config:\n      a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (this, last) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        let nine = vec![format!("*{last}"); 9].join(", ");
        bomb.push_str(&format!("      {this}: &{this} [{nine}]\n"));
    }
    let found = check(&with(&bomb));
    assert_eq!((found[0].code, found[0].place.as_ref().unwrap().line), ("WORKSPACE-006", Some(6)));
}

proptest! {
    #[test]
    fn moments_and_prices_are_read_back_as_themselves(days in 0_u64..400, before: bool, hour in 0_i8..24, cents in 0_u64..1_000_000) {
        let offset = i64::try_from(days).unwrap() * if before { -86_400 } else { 86_400 };
        let moment = FromStart { offset, time: Some(HourMinute { hour, minute: 30 }) };
        prop_assert_eq!(moment.to_string().parse(), Ok(moment));
        let price = Price { cents, currency: "EUR".into(), per: Term::Month };
        prop_assert_eq!(price.to_string().parse(), Ok(price));
    }

    #[test]
    fn any_text_is_a_workspace_or_a_message(text in "(company: x\n|instances:\n|  a: |\\{app: csv\\}\n|[a-z:{}\\[\\], &*!|>'\"\n\t-]){0,30}") {
        let _ = check(&text);
    }
}
