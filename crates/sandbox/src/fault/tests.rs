use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::*;

fn ask(method: &str, path: &str, query: Option<&str>, body: &str) -> Ask {
    Ask { method: method.into(), path: path.into(), query: query.map(Into::into), headers: HeaderMap::new(), body: body.into() }
}

fn list() -> Answer {
    Answer::json(
        200,
        &json!({"schemas": ["list"], "totalResults": 3, "Resources": [
        {"schemas": ["user"], "id": "a", "active": true}, {"schemas": ["user"], "id": "b", "active": false}]}),
    )
}

fn said(outcome: &Outcome) -> Value {
    match &outcome.effect {
        Effect::Answer(answer) | Effect::Torn(answer) => serde_json::from_slice(&answer.body).unwrap(),
        other => panic!("no answer: {other:?}"),
    }
}

#[test]
fn a_pattern_is_a_method_and_a_path_with_stars() {
    for (pattern, text, fits) in [
        ("PATCH */Users/*", "PATCH /v2/Users/7", true),
        ("PATCH */Users/*", "GET /v2/Users/7", false),
        ("* /api/v1/users*", "GET /api/v1/users", true),
        ("GET /v2/Users", "GET /v2/Users/7", false),
        ("GET /v2/Users/*/x", "GET /v2/Users/7/x/x", true),
        ("*", "GET /", true),
        ("GET *a*b", "GET /b", false),
    ] {
        assert_eq!(glob(pattern, text), fits, "{pattern} on {text}");
    }
}

#[test]
fn before_the_effect_nothing_happens_and_after_it_it_did() {
    for (phase, happened) in [(Phase::BeforeEffect, false), (Phase::AfterEffect, true)] {
        for fault in [
            Fault::Drop,
            Fault::Status(503),
            Fault::Throttle { retry_after: Some("7".into()) },
            Fault::HtmlPage,
            Fault::RedirectToLogin,
            Fault::Silence { milliseconds: 1 },
        ] {
            let faults = Faults::new([Order::first("PATCH *", phase, fault.clone())]).unwrap();
            let mut acted = false;
            let outcome = faults.around(&mut ask("PATCH", "/v2/Users/7", None, "{}"), |_| {
                acted = true;
                list()
            });
            assert_eq!(acted, happened, "{fault:?}");
            assert_ne!(outcome.effect, Effect::Answer(list()));
            assert_eq!(outcome.fault, Some(fault.name()));
            assert_eq!(faults.unfired(), []);
        }
    }
}

#[test]
fn attempts_and_subjects_choose_the_request() {
    let at = |attempt| Order { attempt, ..Order::every("*", Phase::BeforeEffect, Fault::Status(500)).about("ana") };
    for (attempt, struck) in [
        (Attempt::Nth(2), [false, true, false]),
        (Attempt::First(2), [true, true, false]),
        (Attempt::From(2), [false, true, true]),
        (Attempt::Every, [true; 3]),
    ] {
        let faults = Faults::new([at(attempt)]).unwrap();
        let other = faults.around(&mut ask("POST", "/v2/Users", None, "{\"userName\":\"ben\"}"), |_| list());
        assert_eq!(other.fault, None, "ben is not the subject");
        let asked = [
            ask("POST", "/v2/Users", None, "{\"userName\":\"ana\"}"),
            ask("GET", "/v2/Users/ana", None, ""),
            ask("GET", "/v2/Users", Some("filter=userName+eq+%22ana%22"), ""),
        ];
        let fired: Vec<bool> = asked.into_iter().map(|mut ask| faults.around(&mut ask, |_| list()).fault.is_some()).collect();
        assert_eq!(fired, struck, "{attempt:?}");
    }
}

#[test]
fn each_fault_in_a_body_says_what_is_wrong_and_fires_once() {
    let with = |fault: Fault, query: Option<&str>| {
        let faults = Faults::new([Order::first("GET *", Phase::InBody, fault)]).unwrap();
        let mut asked = None;
        let outcome = faults.around(&mut ask("GET", "/v2/Users", query, ""), |ask| {
            asked = ask.query.clone();
            list()
        });
        assert_eq!(faults.unfired(), []);
        (outcome, asked)
    };
    assert_eq!(said(&with(Fault::TotalLies(-1), None).0)["totalResults"], 2);
    assert_eq!(said(&with(Fault::IdsRepeated, None).0)["Resources"][1]["id"], "a");
    assert_eq!(said(&with(Fault::StringBooleans, None).0)["Resources"][1]["active"], "False");
    let bare = said(&with(Fault::MissingSchemas, None).0);
    assert!(bare.get("schemas").is_none() && bare["Resources"][0].get("schemas").is_none());
    assert_eq!(with(Fault::PageRepeated, Some("startIndex=3&count=2")).1.as_deref(), Some("startIndex=1&count=2"));
    assert_eq!(with(Fault::PageRepeated, Some("limit=2&after=x")).1.as_deref(), Some("limit=2"));
    assert_eq!(with(Fault::PageShifted(-1), Some("startIndex=3&count=2")).1.as_deref(), Some("startIndex=2&count=2"));
    assert_eq!(with(Fault::FilterIgnored, Some("filter=id+pr&count=2")).1.as_deref(), Some("count=2"));
    assert!(matches!(with(Fault::BodyTorn, None).0.effect, Effect::Torn(_)));
}

#[test]
fn a_chosen_number_of_rows_is_refused_and_a_list_without_one_is_not() {
    for (query, refused) in [(Some("count=2"), true), (Some("startIndex=1&limit=2"), true), (Some("startIndex=1"), false), (None, false)] {
        let faults = Faults::new([Order::every("GET *", Phase::BeforeEffect, Fault::CountRefused)]).unwrap();
        let outcome = faults.around(&mut ask("GET", "/v2/Users", query, ""), |_| list());
        let status = match outcome.effect {
            Effect::Answer(answer) => answer.status,
            other => panic!("{other:?}"),
        };
        assert_eq!((status, faults.unfired().is_empty()), (if refused { 400 } else { 200 }, refused), "{query:?}");
    }
}

#[test]
fn a_fault_that_had_nothing_to_make_wrong_has_not_fired() {
    let orders = [
        Order::first("GET *", Phase::InBody, Fault::PageRepeated),
        Order::first("GET *", Phase::InBody, Fault::IdsRepeated),
        Order::first("GET *", Phase::BeforeEffect, Fault::CountRefused),
        Order::first("DELETE *", Phase::BeforeEffect, Fault::Drop),
    ];
    let faults = Faults::new(orders.clone()).unwrap();
    let outcome = faults.around(&mut ask("GET", "/v2/Users/7", None, ""), |_| Answer::json(200, &json!({"id": "7"})));
    assert_eq!((outcome.fault, faults.unfired()), (None, orders.to_vec()));
}

#[test]
fn orders_are_data_and_a_fault_in_the_wrong_phase_is_refused() {
    let text = r#"{"on":"PATCH */Users/*","subject":"ana","attempt":{"nth":1},"phase":"after_effect","fault":"drop"}"#;
    let order: Order = serde_json::from_str(text).unwrap();
    assert_eq!(order, Order::lost_answer("PATCH */Users/*").about("ana"));
    assert_eq!(serde_json::to_string(&order).unwrap(), text);
    let throttle: Fault = serde_json::from_str(r#"{"throttle":{"retry_after":"Wed, 25 Nov 2026 09:00:00 GMT"}}"#).unwrap();
    assert_eq!(throttle.name(), "throttle");
    assert!(Faults::new([Order::first("*", Phase::InBody, Fault::Drop)]).is_err());
    assert!(Faults::new([Order::first("*", Phase::AfterEffect, Fault::CountRefused)]).is_err());
}
