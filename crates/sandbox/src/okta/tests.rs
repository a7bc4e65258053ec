use axum::http::{HeaderMap, HeaderValue};

use super::*;

fn today() -> Time {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

fn company(people: usize) -> Okta {
    Okta::of(&Company::new(42, people, today()), "t0ken", Clock::fixed(today()))
}

fn ask(okta: &Okta, method: &str, target: &str, body: Value) -> (u16, Value, Answer) {
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q.to_owned())));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("SSWS t0ken"));
    headers.insert("host", HeaderValue::from_static("127.0.0.1:80"));
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let answer = okta.answer(&Ask { method: method.into(), path: path.into(), query, headers, body });
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null), answer)
}

fn next(answer: &Answer) -> Option<String> {
    let links = answer.headers.iter().filter(|(name, _)| *name == "link");
    links.map(|(_, v)| v).find(|v| v.ends_with("rel=\"next\"")).map(|v| v[1..v.find('>').unwrap()].replace("http://127.0.0.1:80", ""))
}

fn all(okta: &Okta, mut target: String) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let (status, page, answer) = ask(okta, "GET", &target, Value::Null);
        assert_eq!(status, 200, "{page}");
        rows.extend(page.as_array().unwrap().clone());
        match next(&answer) {
            Some(next) => target = next,
            None => return rows,
        }
    }
}

const EVERY_STATUS: &str = "/api/v1/users?limit=30&filter=status+eq+%22ACTIVE%22+or+status+eq+%22DEPROVISIONED%22+or+status+eq+%22LOCKED_OUT%22\
    +or+status+eq+%22PASSWORD_EXPIRED%22+or+status+eq+%22PROVISIONED%22+or+status+eq+%22RECOVERY%22+or+status+eq+%22STAGED%22\
    +or+status+eq+%22SUSPENDED%22";

#[test]
fn a_bare_list_omits_who_is_deactivated_and_a_filter_does_not() {
    let okta = company(300);
    let (bare, filtered) = (all(&okta, "/api/v1/users?limit=30".into()), all(&okta, EVERY_STATUS.into()));
    assert_eq!(filtered.len(), okta.users());
    let gone = filtered.iter().filter(|u| u["status"] == "DEPROVISIONED").count();
    assert!(gone > 0 && bare.len() == okta.users() - gone);
    let ids: BTreeSet<_> = filtered.iter().map(|u| u["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), okta.users());
}

#[test]
fn filters_take_what_the_specification_lists_and_nothing_else() {
    let okta = company(120);
    assert_eq!(all(&okta, "/api/v1/users?filter=profile.login+eq+%22nora.castell%40corp.example%22".into()).len(), 1);
    for bad in ["profile.department+eq+%22IT%22", "status+ne+%22ACTIVE%22", "not+(status+eq+%22ACTIVE%22)", "status"] {
        let (status, body, _) = ask(&okta, "GET", &format!("/api/v1/users?filter={bad}"), Value::Null);
        assert_eq!((status, &body["errorCode"]), (400, &json!("E0000031")), "{bad}");
    }
    assert_eq!(ask(&okta, "GET", "/api/v1/users?limit=0", Value::Null).0, 400);
    assert_eq!(ask(&okta, "GET", "/api/v1/users?after=zzz", Value::Null).0, 400);
}

#[test]
fn lifecycle_follows_the_state() {
    use Status::{Active, Deprovisioned, LockedOut, PasswordExpired, Provisioned, Staged, Suspended};
    let okta = company(120);
    let who = "nora.castell@corp.example";
    for (from, operation, status, to) in [
        (Active, "suspend", 200, Suspended),
        (LockedOut, "suspend", 400, LockedOut),
        (PasswordExpired, "suspend", 400, PasswordExpired),
        (Suspended, "suspend", 400, Suspended),
        (Suspended, "unsuspend", 200, Active),
        (Active, "unsuspend", 400, Active),
        (Active, "deactivate", 200, Deprovisioned),
        (LockedOut, "deactivate", 200, Deprovisioned),
        (Suspended, "deactivate", 200, Deprovisioned),
        (Deprovisioned, "deactivate", 403, Deprovisioned),
        (Deprovisioned, "activate", 200, Active),
        (Staged, "activate", 200, Active),
        (Active, "activate", 403, Active),
        (LockedOut, "unlock", 200, Active),
        (Provisioned, "unlock", 403, Provisioned),
        (Active, "vanish", 404, Active),
    ] {
        assert!(okta.set_status(who, from));
        let (got, body, _) = ask(&okta, "POST", &format!("/api/v1/users/{who}/lifecycle/{operation}"), Value::Null);
        assert_eq!((got, okta.status(who)), (status, Some(to)), "{operation} from {from:?}: {body}");
        if status == 400 {
            assert_eq!(body["errorCode"], "E0000001");
            assert!(body["errorCauses"][0]["errorSummary"].is_string());
        }
    }
}

#[test]
fn the_first_delete_deactivates_and_the_second_deletes() {
    let okta = company(120);
    let who = "/api/v1/users/nora.castell@corp.example";
    assert_eq!(ask(&okta, "DELETE", who, Value::Null).0, 204);
    assert_eq!(okta.status("nora.castell@corp.example"), Some(Status::Deprovisioned));
    assert_eq!(ask(&okta, "DELETE", who, Value::Null).0, 204);
    let (status, body, _) = ask(&okta, "GET", who, Value::Null);
    assert_eq!((status, &body["errorCode"]), (404, &json!("E0000007")));
}

#[test]
fn a_slow_deactivation_says_where_it_goes_and_gets_there() {
    let okta = company(120);
    okta.set_slow_deactivation(2);
    let who = "/api/v1/users/carla.ruiz@corp.example";
    assert_eq!(ask(&okta, "POST", &format!("{who}/lifecycle/deactivate"), Value::Null).0, 200);
    let seen: Vec<_> = (0..3).map(|_| ask(&okta, "GET", who, Value::Null).1).collect();
    let words: Vec<_> = seen.iter().map(|u| (u["status"].as_str().unwrap(), u["transitioningToStatus"].as_str())).collect();
    assert_eq!(words, [("ACTIVE", Some("DEPROVISIONED")), ("ACTIVE", Some("DEPROVISIONED")), ("DEPROVISIONED", None)]);
}

#[test]
fn create_needs_its_fields_and_a_free_login() {
    let okta = company(0);
    let new = json!({"profile": {"firstName": "Yara", "lastName": "Coelho", "email": "y@corp.example", "login": "y@corp.example"}});
    let (status, made, _) = ask(&okta, "POST", "/api/v1/users?activate=true", new.clone());
    assert_eq!((status, &made["status"]), (200, &json!("PROVISIONED")));
    let (status, body, _) = ask(&okta, "POST", "/api/v1/users?activate=true", new);
    assert_eq!(status, 400);
    assert!(body["errorCauses"][0]["errorSummary"].as_str().unwrap().contains("already exists"));
    let (status, body, _) = ask(&okta, "POST", "/api/v1/users", json!({"profile": {"login": "z@corp.example"}}));
    assert_eq!((status, &body["errorCode"]), (400, &json!("E0000001")));
    let staged = json!({"profile": {"firstName": "S", "lastName": "T", "email": "s@corp.example", "login": "s@corp.example"}});
    assert_eq!(ask(&okta, "POST", "/api/v1/users?activate=false", staged).1["status"], "STAGED");
}

#[test]
fn a_partial_update_keeps_the_rest_and_a_put_does_not() {
    let okta = company(0);
    let who = "/api/v1/users/nora.castell@corp.example";
    let (_, user, _) = ask(&okta, "POST", who, json!({"profile": {"title": "Lead", "department": null}}));
    assert_eq!((&user["profile"]["title"], user["profile"].get("department")), (&json!("Lead"), None));
    assert_eq!(user["profile"]["firstName"], "Nora");
    let login = json!({"profile": {"login": "nora.castell@corp.example"}});
    assert!(ask(&okta, "PUT", who, login).1["profile"].get("firstName").is_none());
    assert!(okta.set_status("omar.haddad@corp.example", Status::Deprovisioned));
    let omar = "/api/v1/users/omar.haddad@corp.example";
    let (status, user, _) = ask(&okta, "POST", omar, json!({"profile": {"title": "x"}}));
    assert_eq!((status, &user["profile"]["title"]), (200, &json!("Senior Developer")), "200, and nothing changed");
    assert_eq!(ask(&okta, "POST", who, json!({"profile": {"shoe": "43"}})).0, 400);
}

#[test]
fn groups_of_the_tenant_are_written_and_imported_ones_are_not() {
    let okta = company(120);
    let groups = all(&okta, "/api/v1/groups".into());
    let id = |kind: &str| groups.iter().find(|g| g["type"] == kind).unwrap()["id"].as_str().unwrap().to_owned();
    let nora = okta.user("nora.castell@corp.example").unwrap()["id"].as_str().unwrap().to_owned();
    let member = format!("/api/v1/groups/{}/users/{nora}", id("OKTA_GROUP"));
    let has = || {
        let rows = all(&okta, format!("/api/v1/groups/{}/users?limit=2", id("OKTA_GROUP")));
        rows.iter().any(|u| u["id"] == *nora)
    };
    assert_eq!(ask(&okta, "PUT", &member, Value::Null).0, 204);
    assert!(has());
    assert_eq!(ask(&okta, "DELETE", &member, Value::Null).0, 204);
    assert!(!has());
    for kind in ["APP_GROUP", "BUILT_IN"] {
        assert_eq!(ask(&okta, "PUT", &format!("/api/v1/groups/{}/users/{nora}", id(kind)), Value::Null).0, 403, "{kind}");
    }
}

#[test]
fn sessions_end_and_tokens_only_where_asked() {
    let okta = company(0);
    let who = "nora.castell@corp.example";
    assert_eq!(ask(&okta, "DELETE", &format!("/api/v1/users/{who}/sessions"), Value::Null).0, 204);
    assert_eq!(okta.sessions(who), Some((0, 1)));
    assert_eq!(ask(&okta, "DELETE", &format!("/api/v1/users/{who}/sessions?oauthTokens=true"), Value::Null).0, 204);
    assert_eq!(okta.sessions(who), Some((0, 0)));
}

#[test]
fn limits_stand_in_headers_and_hold() {
    let okta = company(0);
    okta.set_rate_limit(2);
    let header = |answer: &Answer, name: &str| answer.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).unwrap();
    let answers: Vec<_> = (0..3).map(|_| ask(&okta, "GET", "/api/v1/users/me", Value::Null)).collect();
    assert_eq!(answers.iter().map(|a| a.0).collect::<Vec<_>>(), [200, 200, 429]);
    assert_eq!(answers.iter().map(|a| header(&a.2, "x-rate-limit-remaining")).collect::<Vec<_>>(), ["1", "0", "0"]);
    assert_eq!(header(&answers[2].2, "x-rate-limit-reset"), (today().seconds() + 60).to_string());
    assert_eq!(answers[2].1["errorCode"], "E0000047");
    assert_eq!(answers[0].1["profile"]["login"], "svc-usher@corp.example");
}

#[test]
fn a_wrong_token_and_a_wrong_place_are_refused() {
    let okta = company(0);
    let bare = Ask { method: "GET".into(), path: "/api/v1/users".into(), query: None, headers: HeaderMap::new(), body: vec![] };
    assert_eq!(okta.answer(&bare).status, 401);
    assert_eq!(ask(&okta, "GET", "/api/v1/apps", Value::Null).0, 404);
    assert_eq!(ask(&okta, "PATCH", "/api/v1/users/me", json!({})).0, 405);
}

#[test]
fn the_log_has_sign_ins_and_always_a_next_link_for_polling() {
    let okta = company(120);
    let (_, page, answer) = ask(&okta, "GET", "/api/v1/logs?since=2026-11-20T00:00:00.000Z&limit=1000", Value::Null);
    assert!(!page.as_array().unwrap().is_empty() && next(&answer).is_some());
    let (_, rest, again) = ask(&okta, "GET", &next(&answer).unwrap(), Value::Null);
    let (_, bounded, end) = ask(&okta, "GET", "/api/v1/logs?since=2026-11-25T00:00:00.000Z&until=2026-11-25T00:00:01.000Z", Value::Null);
    assert!(next(&again).is_some() && rest.is_array() && bounded.is_array() && next(&end).is_none());
}
