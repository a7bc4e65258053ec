//! The client against the simulated identity provider with faults to order, and against servers that no simulation would build.

use std::sync::Arc;
use std::sync::Mutex;

use axum::body::Body;
use axum::extract::Request as AxumRequest;
use axum::response::Response;
use serde_json::{Value, json};
use usher_domain::account::{AccountRow, Status};
use usher_domain::snapshot::{EndMark, Ended, Gap, Row, RowKind, Tally, judge};
use usher_domain::time::Time;
use usher_sandbox::clock::Clock as SandboxClock;
use usher_sandbox::fault::{Attempt, Fault as Ordered, Faults, Order, Phase};
use usher_sandbox::wire::Running;

use super::*;
use crate::clock::tests::by_hand;
use crate::connector::{Page, Turn};
use crate::permits::permit;
use crate::secrets::Secret;
use crate::wire::tests::{reply, serve};

const NOW: i64 = 1_795_683_600;

fn now() -> Time {
    Time::from_seconds(NOW)
}

fn client(url: &str, token: &str) -> Scim {
    let options = Options { clock: by_hand(now()).0, seed: 1, plain_http: false, dir: "/nowhere".into() };
    let token = Secret::new(token);
    let scrub = Scrub::of([&token]);
    let bearer = crate::bearer::Bearer::new("box", Some(token)).unwrap();
    Scim::new("box", url.parse().unwrap(), Box::new(bearer), scrub, &options).unwrap()
}

/// A simulated provider with users `person0` and so on, and these faults.
async fn provider(users: usize, orders: Vec<Order>) -> Running<usher_sandbox::scim::Scim> {
    let scim = usher_sandbox::scim::Scim::new(3, "scim-token-1", SandboxClock::fixed(now()));
    for n in 0..users {
        let email = format!("person{n}@corp.example");
        let user = json!({"userName": email, "externalId": format!("hr-{n}"), "active": n % 10 != 9, "name": {"givenName": "Person", "familyName": n.to_string()},
            "emails": [{"value": email, "type": "work", "primary": true}]});
        scim.add_user(&user).unwrap();
    }
    scim.start(Faults::new(orders).unwrap()).await.unwrap()
}

struct Collected {
    rows: Vec<Row>,
    pages: u64,
    set_aside: usize,
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
        let rows = self.count(RowKind::Account) as u64;
        judge(&Tally { pages: self.pages, rows, ..Tally::default() }, &self.ended).err().unwrap_or_default()
    }
}

async fn drain(reader: &mut dyn Reader) -> Result<Collected, Fault> {
    let (mut rows, mut pages, mut set_aside) = (Vec::new(), 0, 0);
    loop {
        match reader.next().await? {
            Turn::Page(Page { rows: more, set_aside: bad, .. }) => {
                pages += 1;
                set_aside += bad.len();
                rows.extend(more);
            }
            Turn::End(ended) => return Ok(Collected { rows, pages, set_aside, ended, notes: reader.notes() }),
        }
    }
}

async fn read(scim: &Scim, want: &Want) -> Result<Collected, Fault> {
    let mut reader = scim.read(want, None, Budget::default()).await?;
    drain(&mut *reader).await
}

async fn all(url: &str) -> Result<Collected, Fault> {
    read(&client(url, "scim-token-1"), &Want::Everything).await
}

const LIST: &str = "GET /v2/Users";

#[tokio::test]
async fn a_thousand_users_come_over_pages_whole() {
    let server = provider(1000, vec![]).await;
    let got = all(&server.url).await.unwrap();
    assert_eq!((got.count(RowKind::Account), got.gaps(), got.ended.total), (1000, vec![], Some(1000)));
    assert_eq!(got.ended.mark, EndMark::TotalReached);
    assert_eq!(got.accounts().iter().filter(|a| a.standing.status == Status::Deactivated).count(), 100);
    assert_eq!(got.notes, Vec::<String>::new());
}

#[tokio::test]
async fn faults_that_a_second_look_heals_leave_a_whole_list() {
    for fault in [Ordered::PageShifted(1), Ordered::PageShifted(-3), Ordered::PageRepeated, Ordered::TotalLies(1), Ordered::TotalLies(-120)]
    {
        let order = Order { attempt: Attempt::Nth(2), ..Order::first(LIST, Phase::InBody, fault.clone()) };
        let server = provider(350, vec![order]).await;
        let got = all(&server.url).await.unwrap();
        assert_eq!(server.faults().unfired(), vec![], "{fault:?}");
        assert_eq!((got.count(RowKind::Account), got.gaps()), (350, vec![]), "{fault:?}");
    }
    for (fault, phase) in [
        (Ordered::Throttle { retry_after: Some("2".into()) }, Phase::BeforeEffect),
        (Ordered::Status(503), Phase::AfterEffect),
        (Ordered::Drop, Phase::AfterEffect),
        (Ordered::BodyTorn, Phase::InBody),
    ] {
        let server = provider(250, vec![Order { attempt: Attempt::Nth(2), ..Order::first(LIST, phase, fault.clone()) }]).await;
        let got = all(&server.url).await.unwrap();
        assert_eq!(server.faults().unfired(), vec![], "{fault:?}");
        assert_eq!((got.count(RowKind::Account), got.gaps(), got.ended.total), (250, vec![], Some(250)), "{fault:?}");
    }
}

#[tokio::test]
async fn faults_that_stay_leave_a_list_that_proves_nothing() {
    for (fault, rows) in
        [(Ordered::TotalLies(1), 350), (Ordered::TotalLies(-1), 350), (Ordered::PageRepeated, 100), (Ordered::IdsRepeated, 349)]
    {
        let server = provider(350, vec![Order::every(LIST, Phase::InBody, fault.clone())]).await;
        let got = all(&server.url).await.unwrap();
        assert!(!got.gaps().is_empty(), "{fault:?}: {:?}", got.ended);
        assert_eq!(got.count(RowKind::Account), rows, "{fault:?}");
    }
}

#[tokio::test]
async fn quirks_are_read_and_said() {
    for (fault, phase, said) in [
        (Ordered::StringBooleans, Phase::InBody, "`active` comes as a text"),
        (Ordered::MissingSchemas, Phase::InBody, "without `schemas`"),
        (Ordered::CountRefused, Phase::BeforeEffect, "`count` is refused"),
    ] {
        let server = provider(250, vec![Order::every("GET /v2/*", phase, fault.clone())]).await;
        let got = all(&server.url).await.unwrap();
        assert_eq!((got.count(RowKind::Account), got.gaps()), (250, vec![]), "{fault:?}");
        assert!(got.notes.iter().any(|n| n.contains(said)), "{fault:?}: {:?}", got.notes);
        assert!(got.accounts().iter().all(|a| a.standing.status != Status::Unknown));
    }
}

#[tokio::test]
async fn a_page_of_a_login_form_or_a_redirect_is_a_fault_not_a_list() {
    for (fault, phase, code) in [
        (Ordered::HtmlPage, Phase::BeforeEffect, "WIRE-005"),
        (Ordered::RedirectToLogin, Phase::BeforeEffect, "WIRE-008"),
        (Ordered::Status(401), Phase::BeforeEffect, "WIRE-012"),
    ] {
        let server = provider(3, vec![Order::every(LIST, phase, fault)]).await;
        assert_eq!(all(&server.url).await.err().unwrap().message.code, code);
    }
}

#[tokio::test]
async fn a_read_goes_on_after_its_last_stored_page() {
    let server = provider(250, vec![]).await;
    let scim = client(&server.url, "scim-token-1");
    let mut reader = scim.read(&Want::Everything, None, Budget::default()).await.unwrap();
    let Turn::Page(first) = reader.next().await.unwrap() else { panic!("a page comes first") };
    drop(reader);
    let mut rest = scim.read(&Want::Everything, first.resume.clone(), Budget::default()).await.unwrap();
    let rest = drain(&mut *rest).await.unwrap();
    assert_eq!((first.rows.len(), rest.count(RowKind::Account), rest.ended.total), (100, 150, Some(250)));
    assert!(rest.ended.doubts.is_empty());
    let fault = scim.read(&Want::Everything, Some(Cursor("{}".into())), Budget::default()).await.err().unwrap();
    assert_eq!((fault.message.code, fault.sent), ("SCIM-004", false));
}

#[tokio::test]
async fn one_account_is_read_by_its_id_and_gone_only_if_scim_says_so() {
    let server = provider(3, vec![]).await;
    let scim = client(&server.url, "scim-token-1");
    let id = server.state().user("person1@corp.example").unwrap()["id"].as_str().unwrap().to_owned();
    let by_id = |id: &str| Want::Account { native_id: id.to_owned(), user_name: None };
    let got = read(&scim, &by_id(&id)).await.unwrap();
    assert_eq!(got.accounts()[0].user_name.as_deref(), Some("person1@corp.example"));
    assert_eq!(read(&scim, &by_id("no-such-id")).await.unwrap().rows, vec![]);
    let by_name = |name: &str| Want::Account { native_id: String::new(), user_name: Some(name.to_owned()) };
    assert_eq!(read(&scim, &by_name("PERSON2@corp.example")).await.unwrap().count(RowKind::Account), 1);
    assert_eq!(read(&scim, &by_name("o'hara@corp.example")).await.unwrap().rows, vec![]);
    server.faults().order(Order::every(LIST, Phase::InBody, Ordered::FilterIgnored)).unwrap();
    assert_eq!(
        read(&scim, &by_name("person2@corp.example")).await.unwrap().accounts()[0].user_name.as_deref(),
        Some("person2@corp.example")
    );
    assert_eq!(read(&scim, &by_name("nobody@corp.example")).await.unwrap().rows, vec![], "the whole list was read instead");
}

#[tokio::test]
async fn a_404_of_something_else_is_no_fact_about_an_account() {
    let gateway = |r: &AxumRequest, _: u32| {
        if r.uri().path().ends_with("/Users") { reply(404, &[], "{\"message\":\"no route\"}") } else { reply(404, &[], "") }
    };
    let (base, _) = serve(gateway).await;
    let want = Want::Account { native_id: "7".into(), user_name: None };
    let fault = read(&client(base.as_str(), "t"), &want).await.err().unwrap();
    assert_eq!(fault.class, FaultClass::NotFound, "the list isn't there either: {fault}");
    let (base, _) = serve(|_, _| reply(404, &[("content-type", "text/html")], "<html>Not found</html>")).await;
    assert_eq!(read(&client(base.as_str(), "t"), &want).await.err().unwrap().message.code, "WIRE-005");
    let (base, _) = serve(|_, _| reply(200, &[], "{\"id\":\"8\",\"userName\":\"other\"}")).await;
    let fault = read(&client(base.as_str(), "t"), &want).await.err().unwrap();
    assert_eq!((fault.class, fault.message.code), (FaultClass::Malformed, "SCIM-002"), "another account than asked for");
    let error = json!({"schemas": [names::ERROR], "status": "404", "detail": "gone"}).to_string();
    let (base, _) = serve(move |_, _| reply(200, &[], error.clone())).await;
    assert_eq!(read(&client(base.as_str(), "t"), &want).await.unwrap().rows, vec![], "an error under 200 is one too");
}

/// A list server in a few lines: what it has, and how it answers a request for rows.
async fn lists(answer: impl Fn(u64, Option<u64>, u32) -> Response + Send + Sync + 'static) -> Url {
    let asked = Mutex::new(0);
    let (base, _) = serve(move |request, _| {
        if !request.uri().path().ends_with("/Users") {
            return reply(404, &[], "");
        }
        let n = {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            *asked
        };
        let query = request.uri().query().unwrap_or_default();
        let number = |key: &str| query.split('&').find_map(|p| p.strip_prefix(key)?.parse().ok());
        answer(number("startIndex=").unwrap_or(1), number("count="), n)
    })
    .await;
    base
}

fn user(n: u64) -> Value {
    json!({"schemas": [names::USER], "id": n.to_string(), "userName": format!("u{n}"), "active": true})
}

fn page_of(rows: Vec<Value>, total: Option<u64>) -> Response {
    reply(200, &[], Body::from(json!({"totalResults": total, "Resources": rows}).to_string()))
}

/// Rows of `1..=have` from index `from` (the first row is at 1), at most `most`.
fn slice(have: u64, from: u64, most: u64) -> Vec<Value> {
    (from.max(1)..=have).take(most as usize).map(user).collect()
}

#[tokio::test]
async fn lists_in_odd_shapes() {
    struct Case {
        name: &'static str,
        rows: usize,
        whole: bool,
        mark: EndMark,
        said: &'static str,
        base: Url,
    }
    let case = |name, rows, whole, mark, said, base| Case { name, rows, whole, mark, said, base };
    let cases = [
        case("the page size is capped", 95, true, EndMark::TotalReached, "", lists(|s, _, _| page_of(slice(95, s, 20), Some(95))).await),
        case("one row a page", 5, true, EndMark::TotalReached, "", lists(|s, _, _| page_of(slice(5, s, 1), Some(5))).await),
        case("everything at once", 30, true, EndMark::TotalReached, "", lists(|_, _, _| page_of(slice(30, 1, 99), Some(30))).await),
        case("no total", 30, true, EndMark::EmptyPage, "", lists(|s, _, _| page_of(slice(30, s, 20), None)).await),
        case(
            "no total, paging ignored",
            30,
            true,
            EndMark::Whole,
            "`startIndex` is ignored",
            lists(|_, _, _| page_of(slice(30, 1, 99), None)).await,
        ),
        case(
            "a bare array",
            30,
            true,
            EndMark::EmptyPage,
            "bare arrays",
            lists(|s, c, _| reply(200, &[], Body::from(json!(slice(30, s, c.unwrap_or(99))).to_string()))).await,
        ),
        case(
            "a total as text",
            30,
            true,
            EndMark::TotalReached,
            "",
            lists(|s, _, _| reply(200, &[], Body::from(json!({"totalResults": "30", "Resources": slice(30, s, 20)}).to_string()))).await,
        ),
        case(
            "total is the page's size",
            250,
            false,
            EndMark::TotalReached,
            "",
            lists(|s, _, _| {
                let rows = slice(250, s, 100);
                let total = rows.len() as u64;
                page_of(rows, Some(total))
            })
            .await,
        ),
        case(
            "index from 0",
            45,
            true,
            EndMark::TotalReached,
            "counted from 0",
            lists(|s, c, _| page_of(slice(45, s + 1, c.unwrap_or(99)), Some(45))).await,
        ),
        case("count and startIndex refused", 30, true, EndMark::Whole, "`startIndex` is refused", {
            let (base, _) = serve(|r, _| match r.uri().query() {
                _ if !r.uri().path().ends_with("/Users") => reply(404, &[], ""),
                Some(_) => reply(400, &[], "{}"),
                None => page_of(slice(30, 1, 99), Some(30)),
            })
            .await;
            base
        }),
        case("a page that circles", 100, false, EndMark::Broken, "", lists(|_, _, _| page_of(slice(100, 1, 100), Some(300))).await),
        case(
            "an empty page before the total",
            100,
            false,
            EndMark::Broken,
            "",
            lists(|s, _, _| page_of(if s < 99 { slice(100, s, 100) } else { vec![] }, Some(300))).await,
        ),
        case(
            "a hole in the middle",
            250,
            true,
            EndMark::TotalReached,
            "",
            lists(|s, _, n| page_of(if n == 2 { vec![] } else { slice(250, s, 100) }, Some(250))).await,
        ),
        case("404 for an empty list", 0, false, EndMark::Broken, "", lists(|_, _, _| reply(404, &[], "")).await),
        case("an empty list", 0, true, EndMark::TotalReached, "", lists(|_, _, _| page_of(vec![], Some(0))).await),
        case(
            "404 past the end",
            30,
            true,
            EndMark::EmptyPage,
            "",
            lists(|s, _, _| if s > 29 { reply(404, &[], "") } else { page_of(slice(30, s, 30), None) }).await,
        ),
    ];
    for Case { name, rows, whole, mark, said, base } in cases {
        let got = all(base.as_str()).await.unwrap_or_else(|f| panic!("{name}: {f}"));
        assert_eq!(got.count(RowKind::Account), rows, "{name}");
        assert_eq!(got.gaps().is_empty(), whole, "{name}: {:?}", got.ended);
        assert_eq!(got.ended.mark, mark, "{name}");
        assert!(said.is_empty() || got.notes.iter().any(|n| n.contains(said)), "{name}: {:?}", got.notes);
    }
}

#[tokio::test]
async fn a_list_that_shifts_behind_a_constant_total_is_noticed() {
    // After the first page user 2 goes and user 201 comes: the total stays, everybody moves up by one, and user 101 would be missed.
    let base = lists(|s, _, n| {
        let have: Vec<u64> = if n == 1 { (1..=200).collect() } else { (1..=201).filter(|u| *u != 2).collect() };
        page_of(have.into_iter().skip(s as usize - 1).take(100).map(user).collect(), Some(200))
    })
    .await;
    let got = all(base.as_str()).await.unwrap();
    assert!(got.accounts().iter().any(|a| a.native_id == "101"));
    assert_eq!(got.count(RowKind::Account), 201, "with user 2, who was there when the read began");
    assert_eq!((got.ended.total, got.ended.doubts.len()), (None, 0));
    assert!(got.notes.iter().any(|n| n.contains("went while they were read")), "{:?}", got.notes);
}

#[tokio::test]
async fn a_list_that_never_holds_still_is_not_whole() {
    let base =
        lists(|s, _, n| page_of((s..s + 100).take_while(|i| *i <= 250).map(|i| user(i * 1000 + u64::from(n))).collect(), Some(250))).await;
    let got = all(base.as_str()).await.unwrap();
    assert!(got.gaps().iter().any(|g| g.to_string().contains("changed while it was read")), "{:?}", got.gaps());
}

#[tokio::test]
async fn rows_without_an_id_are_set_aside_and_counted() {
    let base = lists(|_, _, _| page_of(vec![user(1), json!({"userName": "nobody"}), json!(7)], Some(3))).await;
    let got = all(base.as_str()).await.unwrap();
    assert_eq!((got.count(RowKind::Account), got.set_aside), (1, 2));
}

#[tokio::test]
async fn groups_come_with_their_members_also_where_the_list_leaves_them_out() {
    let (base, _) = serve(|r, _| {
        let group = |id: &str, members: Option<Value>| {
            let mut g = json!({"schemas": [], "id": id, "displayName": format!("Group {id}")});
            if let Some(m) = members {
                g["members"] = m;
            }
            g
        };
        match r.uri().path() {
            "/v2/Users" => page_of(vec![user(1), user(2)], Some(2)),
            "/v2/Groups" => page_of(vec![group("a", Some(json!([{"value": "1"}]))), group("b", None), group("c", None)], Some(3)),
            "/v2/Groups/b" => reply(200, &[], group("b", Some(json!([{"value": "1"}, {"value": "2"}]))).to_string()),
            "/v2/Groups/c" => reply(200, &[], group("c", None).to_string()),
            _ => reply(404, &[], ""),
        }
    })
    .await;
    let got = all(base.as_str()).await.unwrap();
    assert_eq!((got.count(RowKind::Entitlement), got.count(RowKind::Grant), got.gaps()), (3, 3, vec![]));
}

#[tokio::test]
async fn groups_that_are_closed_don_t_spoil_the_accounts() {
    for status in [403, 404, 501] {
        let (base, _) =
            serve(move |r, _| if r.uri().path() == "/v2/Users" { page_of(vec![user(1)], Some(1)) } else { reply(status, &[], "") }).await;
        let got = all(base.as_str()).await.unwrap();
        assert_eq!((got.count(RowKind::Account), got.gaps(), got.notes.len()), (1, vec![], 1), "{status}: {:?}", got.notes);
    }
}

async fn written(scim: &Scim, action: &str, account: Value, after: Value) -> Result<Ack, Fault> {
    scim.write(permit(action, account, after, now()).await).await
}

#[tokio::test]
async fn a_leaver_is_deactivated_and_only_that() {
    let server = provider(20, vec![]).await;
    let scim = client(&server.url, "scim-token-1");
    let before = server.state().user("person3@corp.example").unwrap();
    let account = json!({"id": before["id"], "userName": "person3@corp.example"});
    assert_eq!(written(&scim, "deactivate_account", account.clone(), json!({"status": "deactivated"})).await.unwrap(), Ack::Done);
    assert_eq!(server.state().inactive(), ["person19@corp.example", "person3@corp.example", "person9@corp.example"]);
    let after = server.state().user("person3@corp.example").unwrap();
    assert_eq!((&after["emails"], &after["externalId"]), (&before["emails"], &before["externalId"]));
    written(&scim, "reactivate_account", account.clone(), json!({"status": "active"})).await.unwrap();
    assert_eq!(server.state().inactive().len(), 2);
    written(&scim, "delete_account", account.clone(), json!({"gone": true})).await.unwrap();
    assert_eq!(server.state().user("person3@corp.example"), None);
    let fault = written(&scim, "deactivate_account", account, json!({"status": "deactivated"})).await.unwrap_err();
    assert_eq!((fault.class, fault.message.code), (FaultClass::NotFound, "SCIM-001"));
}

#[tokio::test]
async fn accounts_are_created_and_changed_under_usher_s_names() {
    let server = provider(2, vec![]).await;
    let scim = client(&server.url, "scim-token-1");
    let wanted = json!({"userName": "new@corp.example", "email": "new@corp.example", "name.givenName": "Nea", "name.familyName": "W",
        "employeeNumber": "00042", "department": "SOC", "title": "Analyst", "status": "active", "door": "open"});
    written(&scim, "create_account", json!({"userName": "new@corp.example"}), wanted.clone()).await.unwrap();
    let made = server.state().user("new@corp.example").unwrap();
    assert_eq!(
        (&made["active"], &made["name"]["givenName"], &made[names::ENTERPRISE]["employeeNumber"]),
        (&json!(true), &json!("Nea"), &json!("00042"))
    );
    let again = written(&scim, "create_account", json!({}), wanted).await.unwrap_err();
    assert_eq!((again.class, again.may_have_happened()), (FaultClass::Conflict, false));
    let account = json!({"id": made["id"]});
    written(&scim, "update_account", account.clone(), json!({"title": null, "email": "nea@corp.example", "department": "Legal"}))
        .await
        .unwrap();
    let now_is = server.state().user("new@corp.example").unwrap();
    assert_eq!(now_is["emails"], json!([{"value": "nea@corp.example", "type": "work", "primary": true}]));
    assert_eq!((now_is.get("title"), &now_is[names::ENTERPRISE]["department"]), (None, &json!("Legal")));
    let odd = written(&scim, "update_account", account, json!({"shoeSize": "44"})).await.unwrap_err();
    assert_eq!((odd.class, odd.sent), (FaultClass::Unsupported, false));
}

#[tokio::test]
async fn without_patch_the_whole_resource_is_put_back_with_everything_unknown_kept() {
    type Sent = (String, Option<String>, Value);
    let put: Arc<Mutex<Vec<Sent>>> = Arc::default();
    let seen = put.clone();
    let app = axum::Router::new().fallback(move |request: AxumRequest| {
        let seen = seen.clone();
        async move {
            let (parts, body) = request.into_parts();
            let path = parts.uri.path().to_owned();
            match (parts.method.as_str(), path.as_str()) {
                ("GET", "/v2/ServiceProviderConfig") => reply(200, &[], json!({"patch": {"supported": false}, "etag": {"supported": true}}).to_string()),
                ("GET", _) => {
                    let user = json!({"schemas": [names::USER], "id": "7", "UserName": "ana", "Active": true, "x-vendor": {"tier": 3}, "meta": {"version": "W/\"5\""}});
                    reply(200, &[], user.to_string())
                }
                _ => {
                    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                    let matched = parts.headers.get("if-match").map(|v| v.to_str().unwrap().to_owned());
                    seen.lock().unwrap().push((format!("{} {path}", parts.method), matched, serde_json::from_slice(&body).unwrap()));
                    reply(200, &[], "{}")
                }
            }
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v2", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    written(&client(&url, "t"), "deactivate_account", json!({"id": "7"}), json!({})).await.unwrap();
    let sent = put.lock().unwrap().clone();
    let body = json!({"schemas": [names::USER], "id": "7", "UserName": "ana", "Active": false, "x-vendor": {"tier": 3}, "meta": {"version": "W/\"5\""}});
    assert_eq!(sent, [("PUT /v2/Users/7".to_owned(), Some("W/\"5\"".to_owned()), body)]);
}

#[tokio::test]
async fn a_server_that_refuses_patch_is_put_to_the_next_time() {
    let methods: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = methods.clone();
    let (base, _) = serve(move |r, _| {
        seen.lock().unwrap().push(format!("{} {}", r.method(), r.uri().path()));
        match (r.method().as_str(), r.uri().path()) {
            ("GET", "/v2/Users/7") => reply(200, &[], "{\"id\":\"7\",\"active\":true}"),
            ("PATCH", _) => reply(501, &[], ""),
            ("PUT", _) => reply(200, &[], "{}"),
            _ => reply(404, &[], ""),
        }
    })
    .await;
    let scim = client(base.as_str(), "t");
    let fault = written(&scim, "suspend_account", json!({"id": "7"}), json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.may_have_happened()), (FaultClass::Unsupported, false));
    written(&scim, "suspend_account", json!({"id": "7"}), json!({})).await.unwrap();
    let sent = methods.lock().unwrap().clone();
    assert_eq!(sent, ["GET /v2/ServiceProviderConfig", "PATCH /v2/Users/7", "GET /v2/Users/7", "PUT /v2/Users/7"]);
}

#[tokio::test]
async fn group_members_come_and_go_one_by_one() {
    let server = provider(3, vec![]).await;
    let scim = client(&server.url, "scim-token-1");
    let id = |n: usize| server.state().user(&format!("person{n}@corp.example")).unwrap()["id"].clone();
    let made = reqwest::Client::new()
        .post(format!("{}/Groups", server.url))
        .bearer_auth("scim-token-1")
        .json(&json!({"displayName": "SOC", "members": [{"value": id(0)}, {"value": id(1)}]}))
        .send()
        .await
        .unwrap();
    let group: Value = made.json().await.unwrap();
    let account = |n: usize| json!({"id": id(n), "entitlement": {"kind": "group", "id": group["id"]}});
    written(&scim, "grant", account(2), json!({})).await.unwrap();
    written(&scim, "revoke", account(0), json!({})).await.unwrap();
    let got = all(&server.url).await.unwrap();
    let mut members: Vec<&str> =
        got.rows.iter().filter_map(|r| if let Row::Grant(g) = r { Some(g.account.as_str()) } else { None }).collect();
    members.sort_unstable();
    let (one, two) = (id(1), id(2));
    let mut expected = [one.as_str().unwrap(), two.as_str().unwrap()];
    expected.sort_unstable();
    assert_eq!(members, expected);
    let fault = written(&scim, "grant", json!({"id": id(1)}), json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.sent), (FaultClass::Unsupported, false));
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_never_tried_again() {
    let server = provider(2, vec![Order::lost_answer("PATCH /v2/Users/*")]).await;
    let scim = client(&server.url, "scim-token-1");
    let account = json!({"id": server.state().user("person0@corp.example").unwrap()["id"]});
    let fault = written(&scim, "deactivate_account", account.clone(), json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.may_have_happened()), (FaultClass::Unknown, true));
    assert_eq!(server.state().inactive(), ["person0@corp.example"], "it had its effect");
    let patches = server.log().entries().iter().filter(|e| e.method == "PATCH").count();
    assert_eq!(patches, 1);
    let dead = client("http://127.0.0.1:1/v2", "t");
    let fault = written(&dead, "delete_account", account.clone(), json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.may_have_happened(), fault.message.code), (FaultClass::Transient, false, "WIRE-017"));
    let late = permit("delete_account", account, json!({}), Time::from_seconds(NOW - 3600)).await;
    let fault = scim.write(late).await.unwrap_err();
    assert_eq!((fault.message.code, fault.may_have_happened()), ("WIRE-004", false), "the lease ended meanwhile");
}

#[tokio::test]
async fn check_says_what_the_server_is_like() {
    let server = provider(12, vec![]).await;
    let report = client(&server.url, "scim-token-1").check().await.unwrap();
    assert!(report.good.iter().any(|l| l == "users can be read; the app states 12"), "{report:?}");
    assert!(report.good.iter().any(|l| l == "filters work"));
    assert_eq!(report.identity, None);
    let denied = client(&server.url, "wrong-token").check().await.unwrap_err();
    assert_eq!((denied.class, denied.message.code), (FaultClass::Denied, "WIRE-012"));
    let (base, _) = serve(|r, _| match r.uri().path() {
        "/v2/Users" => page_of(vec![json!({"id": 1}), json!({"id": 2}), json!({"id": 3})], None),
        "/v2/Me" => reply(200, &[], "{\"userName\":\"usher-bot\"}"),
        _ => reply(404, &[], ""),
    })
    .await;
    let report = client(base.as_str(), "t").check().await.unwrap();
    assert_eq!(report.identity.as_deref(), Some("usher-bot"));
    for said in
        ["no total", "`count` is ignored", "filters are ignored", "no /ServiceProviderConfig", "ids come as numbers", "without `active`"]
    {
        assert!(report.warnings.iter().any(|w| w.contains(said)), "{said}: {:?}", report.warnings);
    }
}
