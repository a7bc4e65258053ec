//! What every connector must do, whatever its kind. Each kind is built as the engine builds it and runs through the same checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use usher_domain::account::AccountRow;
use usher_domain::manifest::{Manifest, OperationName};
use usher_domain::snapshot::{Ended, Grade, Row};
use usher_domain::time::Time;
use usher_sandbox::clock::Clock as SandboxClock;
use usher_sandbox::company::Company;
use usher_sandbox::fault::Faults;

use crate::clock::tests::by_hand;
use crate::connector::{Budget, Connector, ConnectorKind, Cursor, Turn, Want};
use crate::fault::{Fault, FaultClass};
use crate::permits::permit;
use crate::registry::{Given, Options, build};
use crate::secrets::Secret;

const NOW: i64 = 1_795_683_600;

fn now() -> Time {
    Time::from_seconds(NOW)
}

/// An instance of an app of the repository, built as the engine does.
fn built(
    app: &str,
    config: &Value,
    secrets: &[(&str, &str)],
    dir: &Path,
) -> Result<Box<dyn Connector>, usher_domain::diagnostic::Diagnostic> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps").join(app).join("app.yaml");
    let manifest = Arc::new(Manifest::parse(&file, &std::fs::read_to_string(&file).unwrap()).unwrap());
    let secrets: BTreeMap<String, Secret> = secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect();
    let given =
        Given { instance: "inst", manifest: &manifest, config: config.as_object().unwrap(), secrets: &secrets, auth: None, key: None };
    build(&given, &Options { clock: by_hand(now()).0, seed: 1, plain_http: false, dir: dir.to_owned() })
}

struct Read {
    rows: BTreeMap<String, Row>,
    ended: Ended,
    /// Cursors of the pages, with the rows that had come by then.
    cursors: Vec<(Cursor, BTreeMap<String, Row>)>,
}

async fn read(connector: &dyn Connector, want: &Want, from: Option<Cursor>) -> Result<Read, Fault> {
    let mut reader = connector.read(want, from, Budget::default()).await?;
    let (mut rows, mut cursors) = (BTreeMap::new(), Vec::new());
    loop {
        match reader.next().await? {
            Turn::Page(page) => {
                assert!(page.set_aside.is_empty(), "{:?}", page.set_aside);
                for row in page.rows {
                    assert_ne!(row.key(), "", "a row without a key can't be told from another");
                    let before = rows.insert(format!("{:?} {}", row.kind(), row.key()), row);
                    assert!(before.is_none(), "a key came twice: {before:?}");
                }
                cursors.extend(page.resume.map(|cursor| (cursor, rows.clone())));
            }
            Turn::End(ended) => return Ok(Read { rows, ended, cursors }),
        }
    }
}

fn accounts(rows: &BTreeMap<String, Row>) -> Vec<&AccountRow> {
    rows.values().filter_map(|row| if let Row::Account(account) = row { Some(account) } else { None }).collect()
}

/// The contract. `more` is how many accounts there are at least.
async fn holds(connector: &dyn Connector, more: usize) {
    // Two reads of the same thing give the same, and are known as the same list.
    let first = read(connector, &Want::Everything, None).await.unwrap();
    let second = read(connector, &Want::Everything, None).await.unwrap();
    assert_eq!(first.rows, second.rows);
    assert_eq!(connector.query(&Want::Everything), connector.query(&Want::Everything));
    assert!(accounts(&first.rows).len() >= more, "{}", accounts(&first.rows).len());
    assert!(first.ended.doubts.is_empty(), "{:?}", first.ended.doubts);
    // A fetch is as of its start; a file has a date of its own.
    assert!(first.ended.grade != Grade::Observed || first.ended.as_of <= now().plus_seconds(3600), "{:?}", first.ended.as_of);

    // A reader that is dropped half way leaves nothing behind.
    let mut half = connector.read(&Want::Everything, None, Budget::default()).await.unwrap();
    let _ = half.next().await.unwrap();
    drop(half);
    assert_eq!(read(connector, &Want::Everything, None).await.unwrap().rows, first.rows);

    // From every page on, the rest comes: together with what had come it is the whole.
    for (cursor, before) in first.cursors {
        let mut rows = read(connector, &Want::Everything, Some(cursor)).await.unwrap().rows;
        rows.extend(before);
        assert_eq!(rows, first.rows);
    }

    // One account is the row of the list; an unknown id is no row and no fault.
    let rows = accounts(&first.rows);
    for account in rows.iter().step_by((rows.len() / 5).max(1)) {
        let want = Want::Account { native_id: account.native_id.clone(), user_name: account.user_name.clone() };
        let one = read(connector, &want, None).await.unwrap();
        assert_eq!(accounts(&one.rows), [*account]);
        assert_eq!(one.ended.grade, first.ended.grade);
    }
    let nobody = Want::Account { native_id: "no-such-id-b3f1".into(), user_name: None };
    assert!(read(connector, &nobody, None).await.unwrap().rows.is_empty());

    // What it can't do it says, and sends nothing.
    let query = Want::Query { name: "no-such-query".into(), with: BTreeMap::new() };
    let fault = connector.read(&query, None, Budget::default()).await.err().unwrap();
    assert_eq!((fault.class, fault.sent), (FaultClass::Unsupported, false));
    let fault = connector.write(permit("transfer_owned", json!({"id": "1"}), json!({}), now()).await).await.unwrap_err();
    assert_eq!((fault.class, fault.sent), (FaultClass::Unsupported, false), "{fault}");

    // A permit whose lease has ended opens nothing.
    let late = permit("deactivate_account", json!({"id": rows[0].native_id, "userName": "x"}), json!({}), now().plus_seconds(-3600)).await;
    let fault = connector.write(late).await.unwrap_err();
    assert!(!fault.sent, "{fault}");
    assert_eq!(read(connector, &Want::Everything, None).await.unwrap().rows, first.rows, "nothing was written");

    // It knows its own ways, and its check passes.
    assert!(connector.ways().contains_key(&OperationName::ListAccounts));
    assert!(!connector.check().await.unwrap().good.is_empty());
}

fn company() -> Company {
    Company::new(5, 120, now())
}

#[tokio::test]
async fn scim_keeps_the_contract() {
    let server = usher_sandbox::scim::Scim::of(&company(), "scim-token-1", SandboxClock::fixed(now())).start(Faults::none()).await.unwrap();
    let connector = built("scim", &json!({"base_url": server.url}), &[("token", "scim-token-1")], Path::new("/nowhere")).unwrap();
    holds(&*connector, 100).await;
    assert_eq!(connector.kind(), ConnectorKind::Scim);
}

#[tokio::test]
async fn http_keeps_the_contract() {
    let server = usher_sandbox::okta::Okta::of(&company(), "okta-token-1", SandboxClock::fixed(now())).start(Faults::none()).await.unwrap();
    // The simulated tenant counts requests of one minute, and its clock stands still.
    server.state().set_rate_limit(1_000_000);
    let connector = built("okta", &json!({"domain": server.host()}), &[("api_token", "okta-token-1")], Path::new("/nowhere")).unwrap();
    holds(&*connector, 100).await;
    assert_eq!(connector.kind(), ConnectorKind::Http);
}

#[tokio::test]
async fn csv_keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let rows: String = (0..30).map(|n| format!("k{n},user{n},user{n}@corp.example,Active\n")).collect();
    std::fs::write(dir.path().join("box.csv"), format!("User ID,Username,Email,Status\n{rows}")).unwrap();
    let connector = built("csv", &json!({"path": "box.csv"}), &[], dir.path()).unwrap();
    holds(&*connector, 30).await;
    assert_eq!((connector.kind(), connector.ways()[&OperationName::DeactivateAccount]), (ConnectorKind::Csv, ConnectorKind::Human));
}

fn typed(dir: &Path) {
    std::fs::create_dir_all(dir.join("lists")).unwrap();
    let rows: String = (0..20).map(|n| format!("  - {{userName: user{n}, email: user{n}@corp.example, status: active}}\n")).collect();
    std::fs::write(dir.join("lists/inst.yaml"), format!("as_of: 2026-11-25\nby: ana@example.com\ntotal: 20\naccounts:\n{rows}")).unwrap();
}

#[tokio::test]
async fn human_keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    typed(dir.path());
    let connector = built("scim_bridge_only", &json!({}), &[], dir.path()).unwrap();
    holds(&*connector, 20).await;
    assert_eq!(connector.kind(), ConnectorKind::Human);
}

#[tokio::test]
async fn an_app_that_mixes_ways_keeps_the_contract() {
    let company = company();
    let server = usher_sandbox::darktrace::Darktrace::of(&company, SandboxClock::fixed(now())).start(Faults::none()).await.unwrap();
    let secrets = [("public_token", server.state().public_token()), ("private_token", server.state().private_token())];
    let dir = tempfile::tempdir().unwrap();
    typed(dir.path());
    let connector = built("darktrace", &json!({"host": server.host()}), &secrets, dir.path()).unwrap();
    holds(&*connector, 20).await;
    let status = Want::Query { name: "status".into(), with: BTreeMap::new() };
    assert_eq!(read_records(&*connector, &status).await, 1, "queries go by HTTP while accounts are read from a person's list");
}

async fn read_records(connector: &dyn Connector, want: &Want) -> usize {
    let mut reader = connector.read(want, None, Budget::default()).await.unwrap();
    let mut count = 0;
    while let Turn::Page(page) = reader.next().await.unwrap() {
        count += page.rows.len();
    }
    count
}

#[test]
fn each_operation_goes_by_the_first_way_that_is_open() {
    let ways = |app: &str, config: Value, secrets: &[(&str, &str)]| {
        let connector = built(app, &config, secrets, Path::new("/nowhere")).unwrap();
        let words: BTreeSet<String> = connector.ways().iter().map(|(o, k)| format!("{o} {}", k.as_str())).collect();
        words
    };
    let dt = [("public_token", "p"), ("private_token", "s")];
    let by_hand = ways("darktrace", json!({"host": "127.0.0.1:1"}), &dt);
    assert!(by_hand.contains("list_accounts human") && by_hand.contains("deactivate_account human"), "{by_hand:?}");
    let okta = ways("okta", json!({"domain": "127.0.0.1:1"}), &[("api_token", "t")]);
    assert!(okta.contains("list_accounts http") && okta.contains("revoke_sessions http") && okta.contains("grant http"), "{okta:?}");
    let scim = ways("scim", json!({"base_url": "http://127.0.0.1:1/v2"}), &[]);
    assert!(scim.contains("list_accounts scim") && scim.contains("list_grants scim"), "{scim:?}");
}

#[test]
fn an_instance_that_lacks_something_is_refused_with_a_code() {
    for (app, config, secrets, code) in [
        ("okta", json!({"domain": "acme.example"}), vec![], "CONNECT-001"),
        ("okta", json!({}), vec![("api_token", "t")], "CONNECT-001"),
        ("okta", json!({"domain": "acme.example"}), vec![("client_id", "c"), ("private_key", "k")], "CONNECT-003"),
        ("okta", json!({"domain": "acme.example/x y"}), vec![("api_token", "a\nb")], "SECRET-006"),
        ("okta", json!({"domain": "ana:pw@acme.example"}), vec![("api_token", "t")], "WIRE-002"),
        ("scim", json!({"base_url": "http://acme.example/v2"}), vec![("token", "t")], "WIRE-002"),
        ("scim", json!({"base_url": "acme"}), vec![], "WIRE-002"),
    ] {
        let refused = built(app, &config, &secrets, Path::new("/nowhere")).err().unwrap();
        assert_eq!(refused.code, code, "{app} {config}: {refused}");
        assert!(!refused.to_string().contains("a\nb"));
    }
}
