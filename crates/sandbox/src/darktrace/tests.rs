use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ring::hmac;
use usher_domain::time::Time;

use super::*;

const PUBLIC: &str = "5a1f0c77e2b94d0ab6d3c8f1e0d2a9b4";
const PRIVATE: &str = "c0ffee00d15ea5e0feedfacecafebeef";

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

/// An appliance with the vectors' tokens, whose clock shows `at`.
fn appliance(at: &str) -> Darktrace {
    let at: Time = at.parse().unwrap();
    Darktrace::of(&Company::new(42, 120, at), Clock::fixed(at)).with_token(PUBLIC, PRIVATE, &["/agemail"]).with_token(
        "test_public_token",
        "test_private_token",
        &[],
    )
}

fn iso(date: &str) -> String {
    let d: String = date.chars().filter(char::is_ascii_digit).collect();
    format!("{}-{}-{}T{}:{}:{}Z", &d[..4], &d[4..6], &d[6..8], &d[8..10], &d[10..12], &d[12..14])
}

fn send(appliance: &Darktrace, method: &str, target: &str, body: &str, headers: [(&'static str, &str); 3]) -> Answer {
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q.to_owned())));
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    appliance.answer(&Ask { method: method.into(), path: path.into(), query, headers: map, body: body.into() })
}

/// The test's own signing, apart from the appliance's.
fn signature(key: &str, signed: &str, date: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let tag = hmac::sign(&key, format!("{signed}\n{PUBLIC}\n{date}").as_bytes());
    tag.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

const NOW: &str = "20261124T185604";

fn ask_signed(appliance: &Darktrace, method: &str, target: &str, body: &str, signed: &str, key: &str, date: &str) -> Answer {
    let signature = signature(key, signed, date);
    send(appliance, method, target, body, [("dtapi-token", PUBLIC), ("dtapi-date", date), ("dtapi-signature", &signature)])
}

fn get(appliance: &Darktrace, target: &str) -> Value {
    let answer = ask_signed(appliance, "GET", target, "", target, PRIVATE, NOW);
    assert_eq!(answer.status, 200, "{target}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn every_positive_vector_is_let_in() {
    for vector in vectors()["positive"].as_array().unwrap() {
        let text = |key: &str| vector[key].as_str().unwrap_or_default();
        let appliance = appliance(&iso(text("date")));
        let headers = [("dtapi-token", text("public_token")), ("dtapi-date", text("date")), ("dtapi-signature", text("signature"))];
        let answer = send(&appliance, text("method"), text("sent"), text("body"), headers);
        assert_ne!(answer.status, 400, "{}: {}", vector["name"], String::from_utf8_lossy(&answer.body));
    }
}

#[test]
fn every_negative_vector_is_refused_as_it_says() {
    let appliance = appliance(&iso(NOW));
    let good = signature(PRIVATE, "/status", NOW);
    let broken = format!("{}{}", &good[..39], if good.ends_with('0') { "1" } else { "0" });
    let late = "20261124T192704";
    for vector in vectors()["negative"].as_array().unwrap() {
        let answer = match vector["name"].as_str().unwrap() {
            "one character of the signature changed" => {
                send(&appliance, "GET", "/status", "", [("dtapi-token", PUBLIC), ("dtapi-date", NOW), ("dtapi-signature", &broken)])
            }
            "signed with the public token as key" => ask_signed(&appliance, "GET", "/status", "", "/status", PUBLIC, NOW),
            "query signed in another order than sent" => {
                ask_signed(&appliance, "GET", "/devices?count=1&did=2", "", "/devices?did=2&count=1", PRIVATE, NOW)
            }
            "post signed as path?query&body" => {
                let body = "{\"priority\":2}";
                ask_signed(&appliance, "POST", "/devices?did=7", body, "/devices?did=7&{\"priority\":2}", PRIVATE, NOW)
            }
            "date 31 minutes ahead" => ask_signed(&appliance, "GET", "/status", "", "/status", PRIVATE, late),
            "endpoint that does not exist, good signature" => ask_signed(&appliance, "GET", "/users", "", "/users", PRIVATE, NOW),
            "no permission, good signature" => ask_signed(&appliance, "GET", "/agemail/x", "", "/agemail/x", PRIVATE, NOW),
            other => panic!("a vector that this test does not know: {other}"),
        };
        let body = String::from_utf8(answer.body.clone()).unwrap();
        let expect = &vector["expect"];
        assert_eq!(answer.status, expect["status"], "{}: {body}", vector["name"]);
        assert!(body.contains(expect["text"].as_str().unwrap_or_default()), "{body}");
        if let Some(to) = expect["location"].as_str() {
            assert!(answer.headers.contains(&("location", to.to_owned())));
        }
    }
}

#[test]
fn an_appliance_may_take_one_spelling_of_dates() {
    for (form, compact, spaced) in [(DateForm::Compact, 200, 400), (DateForm::Spaced, 400, 200), (DateForm::Both, 200, 200)] {
        let appliance = appliance(&iso(NOW)).with_dates(form);
        for (date, status) in [(NOW, compact), ("2026-11-24 18:56:04", spaced), ("2026-11-24T18:56:04+00:00", 400), ("now", 400)] {
            assert_eq!(ask_signed(&appliance, "GET", "/status", "", "/status", PRIVATE, date).status, status, "{form:?} {date}");
        }
    }
}

#[test]
fn devices_breaches_and_statistics_have_data() {
    let appliance = appliance(&iso(NOW));
    let devices = get(&appliance, "/devices?includetags=true&count=1000");
    let devices = devices.as_array().unwrap();
    assert!(devices.len() > 50 && devices.iter().all(|d| d["did"].is_u64() && d["lastSeen"].is_i64() && d["tags"].is_array()));
    assert_eq!(get(&appliance, "/devices?did=2").as_array().unwrap().len(), 1);
    let all = get(&appliance, "/modelbreaches?includeacknowledged=true");
    let all = all.as_array().unwrap();
    assert!(all.len() > get(&appliance, "/modelbreaches").as_array().unwrap().len());
    let (from, to) = (all[10]["time"].as_i64().unwrap(), all[20]["time"].as_i64().unwrap());
    let window = get(&appliance, &format!("/modelbreaches?starttime={from}&endtime={to}&includeacknowledged=true"));
    assert_eq!(window.as_array().unwrap().len(), 11);
    let half = format!("/modelbreaches?starttime={from}");
    assert_eq!(ask_signed(&appliance, "GET", &half, "", &half, PRIVATE, NOW).status, 400, "times go in pairs");
    assert!(get(&appliance, "/summarystatistics?responsedata=subnets")["subnets"].as_u64().unwrap() > 0);
    assert_eq!(get(&appliance, "/devicesearch?query=srv&count=3")["count"], 3);
}

#[test]
fn writes_that_the_vectors_name_take_effect() {
    let appliance = appliance(&iso(NOW));
    let message = "{\"message\":\"Ticket IT-7 closed\"}";
    let path = "/modelbreaches/101/comments";
    assert_eq!(ask_signed(&appliance, "POST", path, message, &format!("{path}?{message}"), PRIVATE, NOW).status, 200);
    assert_eq!(get(&appliance, path)[0]["message"], "Ticket IT-7 closed");
    let tagged = get(&appliance, "/devicesearch?query=tag%3A%22Admin%20Laptop%22&count=50");
    let did = tagged["devices"][0]["did"].as_u64().unwrap();
    let untag = format!("/tags/entities?did={did}&tag=Admin%20Laptop");
    assert_eq!(ask_signed(&appliance, "DELETE", &untag, "", &untag, PRIVATE, NOW).status, 502, "502 although applied");
    assert_eq!(get(&appliance, &format!("/devices?did={did}&includetags=true"))[0]["tags"], json!([]));
}

#[test]
fn people_change_the_console_and_no_request_does() {
    let appliance = appliance(&iso(NOW));
    let before = appliance.console().users();
    for path in ["/users", "/admin/users", "/accounts", "/agemail/accounts"] {
        assert_eq!(ask_signed(&appliance, "DELETE", path, "", path, PRIVATE, NOW).status, 302, "{path}");
    }
    assert_eq!(appliance.console().users(), before);
    assert!(appliance.console().user("igor.petrov").unwrap().enabled);
    assert!(appliance.console().disable("igor.petrov"));
    assert!(!appliance.console().user("igor.petrov").unwrap().enabled);
    assert!(appliance.console().delete("nora.castell") && !appliance.console().delete("nora.castell"));
    let new = ConsoleUser { user_name: "new".into(), ..before[0].clone() };
    assert!(appliance.console().add(new.clone()) && !appliance.console().add(new));
    assert!(!appliance.console().enable("nobody"));
}
