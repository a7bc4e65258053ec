use axum::http::{HeaderMap, HeaderName, HeaderValue};
use usher_domain::time::Time;

use super::*;

fn today() -> Time {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

fn company() -> Scim {
    Scim::of(&Company::new(42, 120, today()), "t0ken", Clock::fixed(today()))
}

fn ask(scim: &Scim, method: &str, target: &str, body: Value, headers: &[(&'static str, &str)]) -> (u16, Value, Answer) {
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q.to_owned())));
    let mut map = HeaderMap::new();
    map.insert("authorization", HeaderValue::from_static("Bearer t0ken"));
    map.insert("host", HeaderValue::from_static("127.0.0.1:80"));
    for (name, value) in headers {
        map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let answer = scim.answer(&Ask { method: method.into(), path: format!("/v2{path}"), query, headers: map, body });
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null), answer)
}

fn get(scim: &Scim, target: &str) -> Value {
    ask(scim, "GET", target, Value::Null, &[]).1
}

#[test]
fn pages_in_a_stable_order_show_everybody_once() {
    let scim = company();
    let (mut names, mut start) = (Vec::new(), 1);
    loop {
        let page = get(&scim, &format!("/Users?startIndex={start}&count=50"));
        let rows = page["Resources"].as_array().unwrap().clone();
        assert_eq!(page["totalResults"], scim.users());
        assert_eq!(page["itemsPerPage"], rows.len());
        if rows.is_empty() {
            break;
        }
        start += rows.len();
        names.extend(rows.iter().map(|r| r["userName"].as_str().unwrap().to_owned()));
    }
    let distinct: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!((names.len(), distinct.len()), (scim.users(), scim.users()));
    assert_eq!(get(&scim, "/Users?count=0")["Resources"], json!([]));
    assert_eq!(get(&scim, "/Users?startIndex=0&count=1")["startIndex"], 1);
    assert_eq!(get(&scim, "/Users?count=100000&startIndex=1")["itemsPerPage"], scim.users().min(200));
}

#[test]
fn filters_find_by_name_number_address_and_state() {
    let scim = company();
    let total = |filter: &str| get(&scim, &format!("/Users?filter={}", filter.replace(' ', "+")))["totalResults"].as_u64().unwrap();
    assert_eq!(total("userName eq \"NORA.castell@corp.example\""), 1);
    assert_eq!(total("emails.value eq \"doerte.brueckner@corp.example\""), 2);
    assert_eq!(total("externalId eq \"hr-nora.castell\" and active eq true"), 1);
    assert_eq!(total("active eq false"), scim.inactive().len() as u64);
    assert_eq!(total("userName sw \"jana.novak\""), 2);
    assert_eq!(total("userName eq \"nobody@corp.example\""), 0);
    let (status, body, _) = ask(&scim, "GET", "/Users?filter=userName+is+x", Value::Null, &[]);
    assert_eq!((status, &body["scimType"], &body["status"]), (400, &json!("invalidFilter"), &json!("400")));
}

#[test]
fn the_token_is_asked_for_everywhere() {
    let scim = company();
    for target in ["/Users", "/ServiceProviderConfig", "/nothing"] {
        let (status, body, answer) = ask(&scim, "GET", target, Value::Null, &[("authorization", "Bearer wrong")]);
        assert_eq!((status, &body["status"]), (401, &json!("401")), "{target}");
        assert!(answer.headers.iter().any(|(n, _)| *n == "www-authenticate"));
    }
}

#[test]
fn create_replace_change_and_delete_move_the_version() {
    let scim = company();
    let body =
        json!({"schemas": [schema::USER], "userName": "new@corp.example", "active": "True", "password": "x", "groups": [], "shoe": 43});
    let (status, made, answer) = ask(&scim, "POST", "/Users", body.clone(), &[]);
    assert_eq!((status, &made["active"], made.get("password"), made.get("shoe")), (201, &json!(true), None, None));
    assert_eq!(made["meta"]["version"], "W/\"1\"");
    assert!(answer.headers.iter().any(|(n, v)| *n == "location" && v == made["meta"]["location"].as_str().unwrap()));
    assert_eq!(ask(&scim, "POST", "/Users", json!({"userName": "NEW@corp.example"}), &[]).1["scimType"], "uniqueness");
    assert_eq!(ask(&scim, "POST", "/Users", json!({"displayName": "x"}), &[]).0, 400);

    let id = format!("/Users/{}", made["id"].as_str().unwrap());
    let off = json!({"Operations": [{"op": "replace", "path": "active", "value": false}]});
    assert_eq!(ask(&scim, "PATCH", &id, off.clone(), &[("if-match", "W/\"9\"")]).0, 412);
    let (status, changed, _) = ask(&scim, "PATCH", &id, off.clone(), &[("if-match", "W/\"1\"")]);
    assert_eq!((status, &changed["active"], &changed["meta"]["version"]), (200, &json!(false), &json!("W/\"2\"")));
    assert_eq!(ask(&scim, "PATCH", &id, off, &[]).1["meta"]["version"], "W/\"2\"", "what changes nothing is no new version");
    assert_eq!(ask(&scim, "GET", &id, Value::Null, &[("if-none-match", "W/\"2\"")]).0, 304);
    let (_, put, _) = ask(&scim, "PUT", &id, json!({"userName": "new@corp.example", "title": "x"}), &[]);
    assert_eq!((&put["active"], &put["title"]), (&json!(false), &json!("x")), "PUT without active wakes nobody");
    assert_eq!(ask(&scim, "DELETE", &id, Value::Null, &[]).0, 204);
    assert_eq!(ask(&scim, "GET", &id, Value::Null, &[]).1["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
}

#[test]
fn groups_name_their_members_and_members_their_groups() {
    let scim = company();
    let nora = scim.user("nora.castell@corp.example").unwrap();
    assert_eq!(nora["groups"][0]["display"], "Security");
    let group = get(&scim, "/Groups?filter=displayName+eq+%22Security%22&attributes=members");
    let members = group["Resources"][0]["members"].as_array().unwrap().len();
    let target = format!("/Groups/{}", group["Resources"][0]["id"].as_str().unwrap());
    let leave = json!({"Operations": [{"op": "remove", "path": format!("members[value eq {}]", nora["id"])}]});
    assert_eq!(ask(&scim, "PATCH", &target, leave, &[]).1["members"].as_array().unwrap().len(), members - 1);
    assert!(scim.user("nora.castell@corp.example").unwrap().get("groups").is_none());
    assert!(scim.delete_user("ben.adeyemi@corp.example"));
    assert_eq!(get(&scim, &target)["members"].as_array().unwrap().len(), members - 2);
}

#[test]
fn somebody_changes_a_user_behind_our_back() {
    let scim = company();
    let before = scim.user("carla.ruiz@corp.example").unwrap();
    assert!(scim.change_user("carla.ruiz@corp.example", |user| {
        user.insert("title".to_owned(), json!("Consultant"));
    }));
    let after = scim.user("carla.ruiz@corp.example").unwrap();
    assert_ne!(before["meta"]["version"], after["meta"]["version"]);
    assert!(!scim.change_user("nobody@corp.example", |_| {}));
}

#[test]
fn discovery_is_read_only_and_what_is_missing_says_so() {
    let scim = company();
    for target in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"] {
        assert_eq!(ask(&scim, "GET", target, Value::Null, &[]).0, 200, "{target}");
        assert_eq!(ask(&scim, "POST", target, json!({}), &[]).0, 405, "{target}");
    }
    for (target, status) in [("/Schemas/x", 404), ("/nothing", 404), ("/Me", 501), ("/Bulk", 501), ("/Users/x", 404)] {
        assert_eq!(ask(&scim, "GET", target, Value::Null, &[]).0, status, "{target}");
    }
    let found = ask(&scim, "POST", "/.search", json!({"filter": "displayName eq \"Security\"", "attributes": ["displayName"]}), &[]).1;
    assert_eq!(found["totalResults"], 1);
}
