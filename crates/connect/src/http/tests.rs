//! The driver on the manifests of Okta and Darktrace, against their simulations with faults to order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use usher_domain::account::{AccountRow, Status};
use usher_domain::manifest::Manifest;
use usher_domain::snapshot::{EndMark, Ended, Gap, Row, RowKind, Tally, judge};
use usher_domain::time::Time;
use usher_sandbox::clock::Clock as SandboxClock;
use usher_sandbox::company::Company;
use usher_sandbox::fault::{Attempt, Fault as Ordered, Faults, Order, Phase};
use usher_sandbox::okta;

use crate::clock::tests::by_hand;
use crate::connector::{Ack, Budget, Connector, Cursor, Page, Reader, Turn, Want};
use crate::fault::{Fault, FaultClass};
use crate::permits::permit;
use crate::registry::{Given, Options, build};
use crate::secrets::Secret;
use crate::wire::tests::{reply, serve};

const OKTA: &str = include_str!("../../../../apps/okta/app.yaml");
const DARKTRACE: &str = include_str!("../../../../apps/darktrace/app.yaml");
const NOW: i64 = 1_795_683_600;

fn now() -> Time {
    Time::from_seconds(NOW)
}

fn connector(app: &str, config: Value, secrets: &[(&str, &str)], auth: Option<&str>) -> Box<dyn Connector> {
    let manifest = Arc::new(Manifest::parse("app.yaml", app).unwrap());
    let secrets: BTreeMap<String, Secret> = secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect();
    let config = config.as_object().unwrap().clone();
    let given = Given { instance: "inst", manifest: &manifest, config: &config, secrets: &secrets, auth, key: None };
    build(&given, &Options { clock: by_hand(now()).0, seed: 1, plain_http: false, dir: "/nowhere".into() }).unwrap()
}

fn okta_client(host: &str, token: &str) -> Box<dyn Connector> {
    connector(OKTA, json!({"domain": host}), &[("api_token", token)], None)
}

async fn tenant(orders: Vec<Order>) -> usher_sandbox::wire::Running<okta::Okta> {
    let company = Company::new(5, 120, Time::from_seconds(NOW));
    okta::Okta::of(&company, "okta-token-1", SandboxClock::fixed(now())).start(Faults::new(orders).unwrap()).await.unwrap()
}

struct Collected {
    rows: Vec<Row>,
    ended: Ended,
    notes: Vec<String>,
}

impl Collected {
    fn count(&self, kind: RowKind) -> usize {
        self.rows.iter().filter(|r| r.kind() == kind).count()
    }

    fn accounts(&self) -> Vec<&AccountRow> {
        self.rows.iter().filter_map(|r| if let Row::Account(a) = r { Some(a) } else { None }).collect()
    }

    fn gaps(&self) -> Vec<Gap> {
        judge(&Tally { rows: self.count(RowKind::Account) as u64, ..Tally::default() }, &self.ended).err().unwrap_or_default()
    }
}

async fn drain(reader: &mut dyn Reader) -> Result<Collected, Fault> {
    let mut rows = Vec::new();
    loop {
        match reader.next().await? {
            Turn::Page(Page { rows: more, set_aside, .. }) => {
                assert_eq!(set_aside, vec![]);
                rows.extend(more);
            }
            Turn::End(ended) => return Ok(Collected { rows, ended, notes: reader.notes() }),
        }
    }
}

async fn read(connector: &dyn Connector, want: &Want) -> Result<Collected, Fault> {
    let mut reader = connector.read(want, None, Budget::default()).await?;
    drain(&mut *reader).await
}

async fn written(connector: &dyn Connector, action: &str, account: Value, after: Value) -> Result<Ack, Fault> {
    connector.write(permit(action, account, after, now()).await).await
}

#[tokio::test]
async fn okta_is_read_whole_over_pages_with_its_groups_and_their_members() {
    let server = tenant(vec![]).await;
    let got = read(&*okta_client(server.host(), "okta-token-1"), &Want::Everything).await.unwrap();
    assert_eq!((got.count(RowKind::Account), got.gaps(), got.ended.mark), (server.state().users(), vec![], EndMark::NoNextLink));
    assert!(got.accounts().iter().any(|a| a.standing.status == Status::Deactivated), "a bare list would omit these");
    assert!(got.accounts().iter().all(|a| a.standing.status != Status::Unknown && a.created_at.is_some()));
    let groups = got.rows.iter().filter_map(|r| if let Row::Entitlement(e) = r { Some((e.name.as_str(), e.assignable)) } else { None });
    let groups: BTreeMap<_, _> = groups.collect();
    assert_eq!((groups["Everyone"], groups["Imported from a directory"]), (Some(false), Some(false)));
    assert!(groups.values().any(|assignable| *assignable == Some(true)));
    assert!(got.count(RowKind::Grant) >= server.state().users(), "everybody is in Everyone");
    assert_eq!(got.notes, Vec::<String>::new());
}

#[tokio::test]
async fn okta_s_limits_are_waited_for_and_its_faults_are_not_facts() {
    let list = "GET /api/v1/users";
    let throttle = Order::first(list, Phase::BeforeEffect, Ordered::Throttle { retry_after: Some("3".into()) });
    let server = tenant(vec![throttle, Order { attempt: Attempt::Nth(3), ..Order::first(list, Phase::AfterEffect, Ordered::Drop) }]).await;
    let got = read(&*okta_client(server.host(), "okta-token-1"), &Want::Everything).await.unwrap();
    assert_eq!((got.count(RowKind::Account), got.gaps()), (server.state().users(), vec![]));
    for (fault, class) in [
        (Ordered::HtmlPage, FaultClass::Denied),
        (Ordered::RedirectToLogin, FaultClass::Denied),
        (Ordered::Status(403), FaultClass::Denied),
    ] {
        let server = tenant(vec![Order::every(list, Phase::BeforeEffect, fault.clone())]).await;
        let fault_seen = read(&*okta_client(server.host(), "okta-token-1"), &Want::Everything).await.err().unwrap();
        assert_eq!(fault_seen.class, class, "{fault:?}: {fault_seen}");
    }
    let server = tenant(vec![]).await;
    let denied = read(&*okta_client(server.host(), "wrong"), &Want::Everything).await.err().unwrap();
    assert_eq!(denied.class, FaultClass::Denied);
    assert!(!denied.to_string().contains("wrong"), "{denied}");
}

#[tokio::test]
async fn okta_goes_on_after_its_last_page_and_reads_one_by_id_or_login() {
    let server = tenant(vec![]).await;
    let client = okta_client(server.host(), "okta-token-1");
    let mut reader = client.read(&Want::Everything, None, Budget::default()).await.unwrap();
    let Turn::Page(first) = reader.next().await.unwrap() else { panic!("a page comes first") };
    drop(reader);
    if let Some(cursor) = first.resume.clone() {
        let mut rest = client.read(&Want::Everything, Some(cursor), Budget::default()).await.unwrap();
        let rest = drain(&mut *rest).await.unwrap();
        assert_eq!(first.rows.len() + rest.count(RowKind::Account), server.state().users());
    }
    let bad = client.read(&Want::Everything, Some(Cursor("x".into())), Budget::default()).await.err().unwrap();
    assert_eq!((bad.message.code, bad.sent), ("HTTP-006", false));
    let account = first.rows.iter().find_map(|r| if let Row::Account(a) = r { Some(a.clone()) } else { None }).unwrap();
    let by_id = Want::Account { native_id: account.native_id.clone(), user_name: None };
    assert_eq!(read(&*client, &by_id).await.unwrap().accounts()[0], &account);
    let by_login = Want::Account { native_id: String::new(), user_name: account.user_name.clone() };
    assert_eq!(read(&*client, &by_login).await.unwrap().accounts()[0].native_id, account.native_id);
    let nobody = Want::Account { native_id: "00unobody".into(), user_name: None };
    assert_eq!(read(&*client, &nobody).await.unwrap().rows, vec![]);
}

fn some_login(server: &usher_sandbox::wire::Running<okta::Okta>, accounts: &[&AccountRow], status: Status) -> (String, String) {
    let row = accounts.iter().find(|a| a.standing.status == status).unwrap();
    assert!(server.state().user(&row.native_id).is_some());
    (row.native_id.clone(), row.user_name.clone().unwrap())
}

#[tokio::test]
async fn okta_is_changed_step_by_step_under_its_own_rules() {
    let server = tenant(vec![]).await;
    let client = okta_client(server.host(), "okta-token-1");
    let got = read(&*client, &Want::Everything).await.unwrap();
    let (id, login) = some_login(&server, &got.accounts(), Status::Active);
    let account = json!({"id": id, "userName": login});
    assert_eq!(written(&*client, "suspend_account", account.clone(), json!({"status": "suspended"})).await.unwrap(), Ack::Done);
    assert_eq!(server.state().status(&id), Some(okta::Status::Suspended));
    // Asked again, the manifest's `require` refuses before anything is sent.
    let again = written(&*client, "suspend_account", account.clone(), json!({})).await.unwrap_err();
    assert_eq!((again.class, again.message.code, again.sent), (FaultClass::Conflict, "HTTP-010", false));
    written(&*client, "reactivate_account", account.clone(), json!({})).await.unwrap();
    written(&*client, "update_account", account.clone(), json!({"department": "Legal"})).await.unwrap();
    let profile = server.state().user(&id).unwrap()["profile"].clone();
    assert_eq!((&profile["department"], &profile["login"]), (&json!("Legal"), &json!(login)), "the rest stays");
    written(&*client, "revoke_sessions", account.clone(), json!({})).await.unwrap();
    assert_eq!(server.state().sessions(&id), Some((0, 0)));
    let early = written(&*client, "delete_account", account.clone(), json!({"gone": true})).await.unwrap_err();
    assert_eq!((early.message.code, server.state().status(&id)), ("HTTP-010", Some(okta::Status::Active)), "Okta would only deactivate");
    written(&*client, "deactivate_account", account.clone(), json!({})).await.unwrap();
    written(&*client, "delete_account", account.clone(), json!({"gone": true})).await.unwrap();
    assert_eq!(server.state().user(&id), None);
    let gone = written(&*client, "deactivate_account", account, json!({})).await.unwrap_err();
    assert_eq!((gone.class, gone.message.code, gone.sent), (FaultClass::NotFound, "HTTP-009", false));
}

#[tokio::test]
async fn okta_users_are_created_and_put_into_groups() {
    let server = tenant(vec![]).await;
    let client = okta_client(server.host(), "okta-token-1");
    let after = json!({"userName": "nea@corp.example", "email": "nea@corp.example", "name.givenName": "Nea", "name.familyName": "W", "status": "active", "door": "open"});
    written(&*client, "create_account", json!({"userName": "nea@corp.example"}), after.clone()).await.unwrap();
    let made = server.state().user("nea@corp.example").unwrap();
    assert_eq!(made["profile"]["firstName"], "Nea");
    let twice = written(&*client, "create_account", json!({}), after).await.unwrap_err();
    assert_eq!((twice.class, twice.may_have_happened()), (FaultClass::Conflict, false), "{twice}");
    let got = read(&*client, &Want::Everything).await.unwrap();
    let group = got
        .rows
        .iter()
        .find_map(|r| if let Row::Entitlement(e) = r { e.assignable.filter(|a| *a).map(|_| e.native_id.clone()) } else { None })
        .unwrap();
    let account = json!({"id": made["id"], "entitlement": {"kind": "group", "id": group}});
    let member = |got: &Collected| {
        got.rows.iter().any(|r| matches!(r, Row::Grant(g) if g.entitlement == group && Some(g.account.as_str()) == made["id"].as_str()))
    };
    written(&*client, "grant", account.clone(), json!({})).await.unwrap();
    assert!(member(&read(&*client, &Want::Everything).await.unwrap()));
    written(&*client, "revoke", account, json!({})).await.unwrap();
    assert!(!member(&read(&*client, &Want::Everything).await.unwrap()));
}

#[tokio::test]
async fn a_lost_answer_of_okta_is_unknown_and_sent_once() {
    let server = tenant(vec![Order::lost_answer("POST /api/v1/users/*/lifecycle/suspend")]).await;
    let client = okta_client(server.host(), "okta-token-1");
    let got = read(&*client, &Want::Everything).await.unwrap();
    let (id, _) = some_login(&server, &got.accounts(), Status::Active);
    let fault = written(&*client, "suspend_account", json!({"id": id}), json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.may_have_happened()), (FaultClass::Unknown, true));
    assert_eq!(server.state().status(&id), Some(okta::Status::Suspended), "it had its effect");
    assert_eq!(server.log().entries().iter().filter(|e| e.method == "POST").count(), 1);
}

fn dt_client(host: &str, public: &str, private: &str) -> Box<dyn Connector> {
    connector(DARKTRACE, json!({"host": host}), &[("public_token", public), ("private_token", private)], None)
}

fn query(name: &str, with: &[(&str, &str)]) -> Want {
    Want::Query { name: name.into(), with: with.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect() }
}

#[tokio::test]
async fn darktrace_is_queried_with_signatures_that_it_accepts() {
    let company = Company::new(5, 120, now());
    let appliance = usher_sandbox::darktrace::Darktrace::of(&company, SandboxClock::fixed(now()));
    let (public, private) = (appliance.public_token().to_owned(), appliance.private_token().to_owned());
    let server = appliance.with_token("public-2", "private-2", &["/devices"]).start(Faults::none()).await.unwrap();
    let client = dt_client(server.host(), &public, &private);
    let devices = read(&*client, &query("devices", &[])).await.unwrap();
    assert!(devices.count(RowKind::Record) > 0);
    let Row::Record(device) = &devices.rows[0] else { panic!("records only") };
    assert!(device["id"].is_number() && device["last_seen"].as_str().unwrap().ends_with('Z'), "{device}");
    let breaches = read(&*client, &query("model_breaches", &[("since", "2026-10-01"), ("until", "2026-11-26")])).await.unwrap();
    assert!(breaches.count(RowKind::Record) > 0, "{:?}", breaches.rows);
    assert_eq!(breaches.gaps(), vec![]);
    assert_eq!(read(&*client, &query("status", &[])).await.unwrap().count(RowKind::Record), 1);
    let report = client.check().await.unwrap();
    assert!(report.good.iter().any(|l| l.contains("`status`")), "{report:?}");
    for (public, private, class, words) in [
        (public.as_str(), "not-the-token", FaultClass::Denied, "API SIGNATURE ERROR"),
        ("public-2", "private-2", FaultClass::Denied, "/403"),
    ] {
        let fault = read(&*dt_client(server.host(), public, private), &query("devices", &[])).await.err().unwrap();
        assert_eq!(fault.class, class, "{fault}");
        assert!(fault.to_string().contains(words), "{fault}");
    }
    let late = usher_sandbox::darktrace::Darktrace::of(&company, SandboxClock::fixed(now().plus_seconds(31 * 60)))
        .start(Faults::none())
        .await
        .unwrap();
    let fault = read(&*dt_client(late.host(), &public, &private), &query("devices", &[])).await.err().unwrap();
    assert!(fault.class == FaultClass::Denied && fault.to_string().contains("API DATE ERROR"), "{fault}");
}

#[tokio::test]
async fn an_appliance_that_takes_only_spaced_dates_has_a_way_of_its_own() {
    let company = Company::new(5, 120, now());
    let appliance = usher_sandbox::darktrace::Darktrace::of(&company, SandboxClock::fixed(now()))
        .with_dates(usher_sandbox::darktrace::DateForm::Spaced);
    let (public, private) = (appliance.public_token().to_owned(), appliance.private_token().to_owned());
    let server = appliance.start(Faults::none()).await.unwrap();
    let secrets = [("public_token", public.as_str()), ("private_token", private.as_str())];
    let spaced = connector(DARKTRACE, json!({"host": server.host()}), &secrets, Some("spaced_date"));
    assert_eq!(read(&*spaced, &query("status", &[])).await.unwrap().count(RowKind::Record), 1);
}

#[tokio::test]
async fn a_query_says_what_it_takes() {
    let client = dt_client("127.0.0.1:1", "p", "s");
    for (want, code, hint) in [
        (query("devises", &[]), "QUERY-001", "did you mean `devices`?"),
        (query("devices", &[("since", "2026-01-01")]), "QUERY-002", "it takes no values"),
        (query("model_breaches", &[("sinse", "x")]), "QUERY-002", "it takes: since, until"),
        (query("model_breaches", &[("since", "yesterday")]), "QUERY-003", "times look like"),
        (query("model_breaches", &[("since", "2026-11-26"), ("until", "2026-11-25")]), "QUERY-003", "times look like"),
    ] {
        let fault = client.read(&want, None, Budget::default()).await.err().unwrap();
        assert_eq!((fault.message.code, fault.sent), (code, false));
        assert!(fault.message.hint.as_deref().unwrap().contains(hint), "{:?}", fault.message);
    }
}

#[tokio::test]
async fn a_window_longer_than_one_request_reaches_is_asked_in_pieces() {
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = asked.clone();
    let (base, _) = serve(move |r, _| {
        seen.lock().unwrap().push(r.uri().query().unwrap_or_default().to_owned());
        reply(200, &[], "[]")
    })
    .await;
    let host = format!("127.0.0.1:{}", base.port().unwrap());
    let want = query("model_breaches", &[("since", "2026-11-24T00:00:00Z"), ("until", "2026-11-25T12:00:00Z")]);
    read(&*dt_client(&host, "p", "s"), &want).await.unwrap();
    let starts: Vec<String> = asked.lock().unwrap().iter().map(|q| q.split('&').take(2).collect::<Vec<_>>().join("&")).collect();
    assert_eq!(starts, ["starttime=1795478400000&endtime=1795564800000", "starttime=1795564800000&endtime=1795608000000"]);
}

/// A list that pages by `Link`: what each page holds, and where it says it goes on.
async fn linked(pages: Vec<(Value, Option<&'static str>)>) -> Box<dyn Connector> {
    let (base, _) = serve(move |r, _| {
        if !r.uri().path().ends_with("/users") {
            return reply(200, &[], "[]");
        }
        let n: usize = r.uri().query().and_then(|q| q.split("after=").nth(1)).and_then(|n| n.parse().ok()).unwrap_or(0);
        let (body, next) = &pages[n];
        let link = next.map(|next| format!("<{next}>; rel=\"next\""));
        reply(200, &link.iter().map(|l| ("link", l.as_str())).collect::<Vec<_>>(), body.to_string())
    })
    .await;
    okta_client(&format!("127.0.0.1:{}", base.port().unwrap()), "t")
}

fn user(n: u32) -> Value {
    json!({"id": n.to_string(), "status": "ACTIVE", "profile": {"login": format!("u{n}")}})
}

#[tokio::test]
async fn lists_that_lie_about_being_whole() {
    let cases = [
        ("a next page that came before", vec![(json!([user(1)]), Some("?after=1")), (json!([user(2)]), Some("?after=1"))], 2, false),
        (
            "a page that repeats",
            vec![(json!([user(1)]), Some("?after=1")), (json!([user(1)]), Some("?after=2")), (json!([user(9)]), None)],
            1,
            false,
        ),
        (
            "next is never null",
            vec![
                (json!([user(1)]), Some("?after=1")),
                (json!([]), Some("?after=2")),
                (json!([]), Some("?after=3")),
                (json!([]), Some("?after=4")),
            ],
            1,
            false,
        ),
        ("the same id with other content", vec![(json!([user(1), {"id": "1", "status": "SUSPENDED", "profile": {}}]), None)], 1, false),
        ("an overlap of one row", vec![(json!([user(1), user(2)]), Some("?after=1")), (json!([user(2), user(3)]), None)], 3, true),
        (
            "an empty page in the middle",
            vec![(json!([user(1)]), Some("?after=1")), (json!([]), Some("?after=2")), (json!([user(2)]), None)],
            2,
            true,
        ),
    ];
    for (name, pages, rows, whole) in cases {
        let got = read(&*linked(pages).await, &Want::Everything).await.unwrap_or_else(|f| panic!("{name}: {f}"));
        assert_eq!((got.count(RowKind::Account), got.gaps().is_empty()), (rows, whole), "{name}: {:?}", got.ended);
    }
    let elsewhere = linked(vec![(json!([user(1)]), Some("https://evil.example/users"))]).await;
    let fault = read(&*elsewhere, &Want::Everything).await.err().unwrap();
    assert_eq!((fault.class, fault.message.code), (FaultClass::Malformed, "WIRE-002"), "no token leaves for another host");
    let error = linked(vec![(json!({"ok": false, "error": "nope"}), None)]).await;
    assert_eq!(read(&*error, &Want::Everything).await.err().unwrap().message.code, "HTTP-004");
    let other = linked(vec![(json!([user(1), "x", {"status": "ACTIVE"}]), None)]).await;
    let mut reader = other.read(&Want::Everything, None, Budget::default()).await.unwrap();
    let Turn::Page(page) = reader.next().await.unwrap() else { panic!("a page") };
    assert_eq!((page.rows.len(), page.set_aside.len()), (1, 2));
}
