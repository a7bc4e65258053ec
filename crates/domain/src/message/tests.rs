use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::plan::{Override, Step};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/evidence_vectors/");

fn read(file: &str) -> Vec<u8> {
    std::fs::read(format!("{VECTORS}{file}")).unwrap()
}

fn in_bundle(digest: &Value, ending: &str) -> Vec<u8> {
    read(&format!("bundle/files/{}.{ending}", digest.as_str().unwrap().trim_start_matches("sha256:")))
}

fn step(value: &Value) -> Step {
    Step {
        n: u32::try_from(value["n"].as_u64().unwrap()).unwrap(),
        action: value["action"].as_str().unwrap().to_owned(),
        instance: value["instance"].as_str().unwrap().to_owned(),
        subject: "p-0000000000".to_owned(),
        why: "leaver".to_owned(),
        irreversible: value["irreversible"].as_bool().unwrap(),
        about: Digest::of(b""),
        stage: None,
        because: vec![],
        not_before: None,
        after_steps: vec![],
    }
}

fn guard(value: &Value) -> Override {
    Override {
        instance: value["instance"].as_str().unwrap().to_owned(),
        is: value["is"].as_u64().unwrap(),
        limit: value["limit"].as_u64().unwrap(),
        people: vec![],
        rule: value["rule"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn counted_lines_are_those_of_the_vectors() {
    let vectors: Value = serde_json::from_slice(&read("messages.json")).unwrap();
    for case in vectors["rendered"].as_array().unwrap() {
        let plans: Vec<(Vec<Override>, Vec<Step>)> = case["plans"]
            .as_array()
            .unwrap()
            .iter()
            .map(|lines| {
                let lines = lines.as_array().unwrap();
                (lines[0]["guards"].as_array().unwrap().iter().map(guard).collect(), lines[1..].iter().map(step).collect())
            })
            .collect();
        let counted = Counted::over(plans.iter().map(|(guards, steps)| (guards.as_slice(), steps.as_slice())));
        let lines = &case["lines"];
        let is = [counted.steps.to_string(), counted.irreversible.to_string(), counted.actions, counted.instances, counted.overrides];
        for (is, name) in is.iter().zip(["steps", "irreversible", "actions", "instances", "overrides"]) {
            assert_eq!(is, lines[name].as_str().unwrap(), "{}: {name}", case["name"]);
        }
    }
}

#[test]
fn the_worked_example_is_made_byte_for_byte() {
    let plan = PlanText::parse(&read("plan.jsonl")).unwrap();
    let says = Says {
        decision: Choice::Approve,
        reason: "none",
        by: "ana@example.com",
        made: Time::parse_strict("2026-11-25T09:10:00Z").unwrap(),
        lives: 72 * 3600,
        nonce: "408a062704dea4a592685a3a8c413446".parse().unwrap(),
    };
    let message = Message::for_plan(&plan, &says).unwrap();
    assert_eq!(message.to_bytes(), read("sign_message.txt"));
    assert_eq!(message.matches_plan(&plan), Ok(()));
    let vectors: Value = serde_json::from_slice(&read("messages.json")).unwrap();
    let nonce = crate::oidc::nonce(&message.to_bytes());
    assert_eq!(nonce, vectors["worked_example"]["oidc_nonce_if_signed_in_instead"].as_str().unwrap());
    for reason in ["", "Grüße", "a\tb", "for bo@example.com", &"x".repeat(191)] {
        assert!(Message::for_plan(&plan, &Says { reason, ..says.clone() }).is_err(), "{reason}");
    }
}

#[test]
fn what_is_no_message_is_refused() {
    let vectors: Value = serde_json::from_slice(&read("messages.json")).unwrap();
    let refused = vectors["refused"].as_array().unwrap();
    assert!(refused.len() >= 10);
    for case in refused {
        let bytes = STANDARD.decode(case["bytes_base64"].as_str().unwrap()).unwrap();
        assert!(matches!(Statement::parse(&bytes), Err(MessageError::Malformed { .. })), "{}", case["name"]);
    }
}

#[test]
fn a_message_that_understates_is_found_line_by_line() {
    let plan = PlanText::parse(&read("plan.jsonl")).unwrap();
    let good = String::from_utf8(read("sign_message.txt")).unwrap();
    for (line, from, to) in [
        ("steps", "steps: 2", "steps: 1"),
        ("actions", "actions: deactivate_account 2", "actions: deactivate_account 1"),
        ("instances", "instances: darktrace", "instances: okta"),
        ("irreversible", "irreversible: 0", "irreversible: 1"),
        ("overrides", "overrides: none", "overrides: removals okta 12/10"),
        ("tenant", "5f3c9a1e", "5f3c9a1f"),
        ("plan", "abc868ff", "abc868fe"),
    ] {
        let message = Message::parse(good.replacen(from, to, 1).as_bytes()).unwrap();
        let found = message.matches_plan(&plan);
        assert!(matches!(&found, Err(MessageError::Differs { line: l, .. }) if *l == line), "{line}: {found:?}");
    }
}

#[test]
fn the_batch_and_the_standing_text_of_the_bundle_read_back() {
    let vectors: Value = serde_json::from_slice(&read("messages.json")).unwrap();
    let bytes = in_bundle(&vectors["in_bundle"]["batch_message"], "txt");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.to_bytes(), bytes);
    let file = in_bundle(&Value::String(message.plan.to_string()), "batch");
    let batch = Batch::parse(&file).unwrap();
    assert_eq!((batch.to_bytes(), batch.digest()), (file, message.plan));
    let plans: Vec<PlanText> =
        batch.plans().iter().rev().map(|d| PlanText::parse(&in_bundle(&Value::String(d.to_string()), "jsonl")).unwrap()).collect();
    let plans: Vec<&PlanText> = plans.iter().collect();
    assert_eq!(message.matches_batch(&batch, &plans), Ok(()));
    assert!(message.matches_plan(plans[0]).is_err(), "a batch's message is about no plan by itself");
    assert!(message.matches_batch(&batch, &plans[..1]).is_err(), "all plans of the batch must be there");
    let says = Says {
        decision: Choice::Approve,
        reason: "none",
        by: "ana@example.com",
        made: message.made,
        lives: message.expires.seconds_since(message.made),
        nonce: message.nonce,
    };
    assert_eq!(Message::for_batch(&batch, &plans, &says), Ok(message));

    let bytes = in_bundle(&vectors["in_bundle"]["standing_message"], "txt");
    let standing = Standing::parse(&bytes).unwrap();
    assert_eq!(standing.to_bytes(), bytes);
    assert_eq!((standing.people, standing.instances.is_none(), standing.why.as_slice()), (15, true, &["leaver".to_owned()][..]));
    let text = String::from_utf8(bytes).unwrap();
    for (from, to) in [
        ("why: leaver", "why: all"),
        ("actions: deactivate_account, revoke_sessions", "actions: revoke_sessions, deactivate_account"),
        ("expires: 2027-05-24", "expires: 2027-11-28"),
        ("people: 15", "people: 015"),
        ("group: it-leads", "group: it-leads,x"),
    ] {
        assert!(Standing::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn batches_are_sorted_and_hold_at_least_two() {
    let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
    assert!(Batch::new([a, a]).is_err());
    let batch = Batch::new([a, b]).unwrap();
    assert_eq!(Batch::new([b, a, b]).unwrap(), batch);
    let mut lines: Vec<String> = batch.plans().iter().map(ToString::to_string).collect();
    lines.reverse();
    assert!(Batch::parse(format!("{}\n", lines.join("\n")).as_bytes()).is_err());
    assert!(Batch::parse(&batch.to_bytes()[..batch.to_bytes().len() - 1]).is_err());
    assert!(Batch::parse(b"").is_err());
}

proptest! {
    #[test]
    fn reading_is_strict_and_writing_gives_the_same_bytes(at in 0usize..400, to in any::<u8>()) {
        let mut bytes = read("sign_message.txt");
        let at = at % bytes.len();
        bytes[at] = to;
        if let Ok(statement) = Message::parse(&bytes) {
            prop_assert_eq!(statement.to_bytes(), bytes);
        }
    }

    #[test]
    fn counted_lines_never_pass_190_bytes(names in proptest::collection::vec("[a-z0-9]{1,63}", 1..80)) {
        let steps: Vec<Step> = names
            .iter()
            .map(|name| {
                let mut one = step(&serde_json::json!({"n": 1, "action": "grant", "instance": name, "irreversible": false}));
                one.instance.clone_from(name);
                one
            })
            .collect();
        let counted = Counted::over([(&[][..], steps.as_slice())]);
        prop_assert!(counted.instances.len() <= 190);
        let shown = counted.instances.split(" and ").next().unwrap().split(", ").count();
        let all = names.iter().collect::<std::collections::BTreeSet<_>>().len();
        match counted.instances.strip_suffix(" more").and_then(|t| t.rsplit(" and ").next()) {
            Some(left) => prop_assert_eq!(shown + left.parse::<usize>().unwrap(), all),
            None => prop_assert_eq!(shown, all),
        }
    }
}
