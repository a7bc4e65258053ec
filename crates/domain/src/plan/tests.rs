use std::collections::BTreeMap;

use base64::Engine as _;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::names::Salt;
use crate::time::Time;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/evidence_vectors/");

fn read(file: &str) -> Vec<u8> {
    std::fs::read(format!("{VECTORS}{file}")).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn opening(salt: u8) -> Opening {
    let (before, after) = (map(json!({"active": true})), map(json!({"active": false})));
    Opening::new("bo@example.com", "Bo Li", map(json!({"id": "77", "userName": "bo"})), before, after, Salt::new([salt; 16])).unwrap()
}

fn draft(steps: u8) -> Draft {
    let step = |i: u8| DraftStep {
        change: Change::Account {
            action: "deactivate_account".to_owned(),
            instance: "darktrace".to_owned(),
            irreversible: false,
            opening: opening(i),
        },
        subject: "p-6d1f0c52a4".to_owned(),
        why: "leaver".to_owned(),
        stage: Some(Stage::Contain),
        because: vec!["i-1".to_owned()],
        not_before: Some(Time::from_seconds(1_795_597_200)),
        after_steps: if i > 1 { vec![1] } else { vec![] },
    };
    Draft {
        tenant: "example.com/usher/5f3c9a1e".to_owned(),
        made: Time::from_micros(1_795_597_210_123_456),
        salt: Salt::new([7; 16]),
        by: "ines@example.com".to_owned(),
        reason: "none".to_owned(),
        need: vec![Need { count: 2, from: "it-leads".to_owned(), proof: Proof::Any }],
        guards: vec![],
        config: Digest::of(b"config"),
        pins: BTreeMap::from([("darktrace".to_owned(), Pin { app: Digest::of(b"app"), config: Digest::of(b"c"), read: 3 })]),
        steps: (1..=steps).map(step).collect(),
    }
}

#[test]
fn the_reference_plan_opens_under_its_digest() {
    let bytes = read("plan.jsonl");
    let digest = "sha256:abc868ff785832c947fcff0c0cd7b392e66fa70b69ec1b91190af8777d0b6a8b".parse().unwrap();
    let plan = Plan::open(bytes.clone(), digest, []).unwrap();
    assert_eq!((plan.head().by.as_str(), plan.steps().len(), plan.bytes()), ("ines@example.com", 2, bytes.as_slice()));
    assert_eq!(plan.step(2).map(|s| s.subject.as_str()), Some("p-91b7e3d0c8"));
    assert!(plan.step(0).is_none() && plan.step(3).is_none());
    assert_eq!(plan.short(), "abc8-68ff");
    let other = Digest::of(b"");
    assert_eq!(Plan::open(bytes, other, []), Err(PlanError::DigestDiffers { wanted: other, is: digest }));
}

#[test]
fn canonical_json_vectors_hold_and_other_spellings_are_refused() {
    let vectors: Value = serde_json::from_slice(&read("canonical.json")).unwrap();
    for case in vectors["accept"].as_array().unwrap() {
        let value: Value = serde_json::from_str(case["input"].as_str().unwrap()).unwrap();
        let bytes = crate::canon::to_vec(&value).unwrap();
        assert_eq!(std::str::from_utf8(&bytes).unwrap(), case["canonical"].as_str().unwrap(), "{}", case["name"]);
        assert_eq!(Digest::of(&bytes).hex(), case["sha256"].as_str().unwrap(), "{}", case["name"]);
    }
    let refused = vectors["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 7);
    for case in refused {
        let bytes = base64::engine::general_purpose::STANDARD.decode(case["bytes_base64"].as_str().unwrap()).unwrap();
        let digest = Digest::of(&bytes);
        assert!(Plan::open(bytes, digest, []).is_err(), "{}", case["name"]);
    }
}

#[test]
fn what_is_sealed_names_nobody_and_opens_again() {
    let plan = Plan::seal(draft(3)).unwrap();
    let text = std::str::from_utf8(plan.bytes()).unwrap();
    assert!(!text.contains("Bo Li") && !text.contains("bo@") && !text.contains("\"77\""), "{text}");
    assert_eq!(plan.head().made.to_string(), "2026-11-25T09:00:10Z", "whole seconds");
    let again = Plan::open(plan.bytes().to_vec(), plan.digest(), plan.openings().cloned()).unwrap();
    assert_eq!(again, plan);
    let step = plan.step(2).unwrap();
    let opening = plan.opening(step).unwrap();
    assert_eq!((opening.person_email(), opening.native_id(), opening.user_name()), ("bo@example.com", Some("77"), Some("bo")));
    assert_eq!(Opening::parse(opening.line()).unwrap(), *opening);
    assert_eq!((step.stage, step.after_steps.as_slice(), step.because.len()), (Some(Stage::Contain), &[1][..], 1));
}

#[test]
fn a_draft_that_breaks_a_rule_is_not_sealed() {
    type Break = fn(&mut Draft);
    let cases: [(&str, Break); 13] = [
        ("no steps", |d| d.steps.clear()),
        ("a name in the reason", |d| d.reason = "for bo@example.com".to_owned()),
        ("a requester who is no address", |d| d.by = "Ines".to_owned()),
        ("a tenant of another form", |d| d.tenant = "example.com".to_owned()),
        ("a need of nobody", |d| d.need[0].count = 0),
        ("a need from several groups", |d| d.need[0].from = "a,b".to_owned()),
        ("an instance without a pin", |d| d.pins.clear()),
        ("a person named in a step", |d| d.steps[0].subject = "bo@example.com".to_owned()),
        ("a name in a reason of a step", |d| d.steps[0].because = vec!["bo li".to_owned()]),
        ("a step that waits for itself", |d| d.steps[0].after_steps = vec![1]),
        ("a step that waits for one that is not there", |d| d.steps[0].after_steps = vec![9]),
        ("an operation that reads", |d| {
            d.steps[0].change = Change::Account {
                action: "list_accounts".to_owned(),
                instance: "darktrace".to_owned(),
                irreversible: false,
                opening: opening(1),
            };
        }),
        ("irreversible and nobody asked", |d| {
            d.need.clear();
            d.steps[0].change = Change::Erase(Digest::of(b"x"));
        }),
    ];
    for (name, spoil) in cases {
        let mut draft = draft(1);
        spoil(&mut draft);
        assert!(matches!(Plan::seal(draft), Err(PlanError::Malformed { .. } | PlanError::NeedMissing { .. })), "{name}");
    }
}

#[test]
fn what_can_not_be_written_canonically_is_no_opening() {
    let make = |value: Value| Opening::new("", "", map(value), Map::new(), Map::new(), Salt::new([1; 16]));
    assert!(make(json!({"id": "1"})).is_ok());
    assert!(make(json!({"id": 9_007_199_254_740_993_u64})).is_err(), "ids that large are text");
    assert!(make(json!({"x": 1.5})).is_err(), "no floating point numbers");
    assert!(make(json!({"x": "y".repeat(1 << 20)})).is_err(), "longer than a line may be");
}

#[test]
fn keys_that_are_not_known_are_kept_and_covered_by_the_digest() {
    let plan = Plan::seal(draft(1)).unwrap();
    let text = String::from_utf8(plan.bytes().to_vec()).unwrap().replace("\"why\":\"leaver\"}", "\"why\":\"leaver\",\"zone\":\"eu\"}");
    let digest = Digest::of(text.as_bytes());
    let more = Plan::open(text.clone().into_bytes(), digest, []).unwrap();
    assert_ne!(more.digest(), plan.digest());
    assert_eq!(more.bytes(), text.as_bytes());
}

proptest! {
    /// The digest changes with every byte that is not the same, and with nothing else: openings handed in are not in it.
    #[test]
    fn any_changed_byte_is_another_plan_or_none(at in 0usize..4000, bit in 0u8..8) {
        let plan = Plan::seal(draft(2)).unwrap();
        let mut bytes = plan.bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(Plan::open(bytes.clone(), plan.digest(), []).is_err(), true);
        if let Ok(other) = Plan::open(bytes.clone(), Digest::of(&bytes), []) {
            prop_assert_ne!(other.digest(), plan.digest());
            prop_assert_eq!(other.bytes(), bytes.as_slice());
        }
        let bare = Plan::open(plan.bytes().to_vec(), plan.digest(), []).unwrap();
        prop_assert_eq!(bare.digest(), plan.digest());
    }

    #[test]
    fn a_sealed_plan_reads_back_as_drafted(count in 1u8..6, reason in "[ -?A-~]{1,190}", seconds in 0i64..4_000_000_000, salt in any::<[u8; 16]>()) {
        let mut wanted = draft(count);
        wanted.reason = reason.clone();
        wanted.made = Time::from_seconds(seconds);
        wanted.salt = Salt::new(salt);
        let plan = Plan::seal(wanted.clone()).unwrap();
        let head = plan.head();
        prop_assert_eq!(&head.reason, &reason);
        prop_assert_eq!((head.made, head.salt, head.steps), (Time::from_seconds(seconds), Salt::new(salt), u64::from(count)));
        prop_assert_eq!((&head.need, &head.pins), (&wanted.need, &wanted.pins));
        let mut other = wanted;
        other.salt = Salt::new(salt.map(|b| !b));
        prop_assert_ne!(Plan::seal(other).unwrap().digest(), plan.digest());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let digest = Digest::of(&bytes);
        prop_assert!(Plan::open(bytes, digest, []).is_err());
    }
}
