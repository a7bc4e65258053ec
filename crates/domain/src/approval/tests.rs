//! The doors from a plan to a ready step, walked with real Ed25519 signatures by keys made from seeds.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::digest::Digest;
use crate::fresh::Fresh;
use crate::message::{Batch, Choice, Message, Says, Standing};
use crate::names::Salt;
use crate::plan::{Change, Draft, DraftStep, Need, Opening, Pin, Proof};
use crate::signers::{Revoked, Signer, Signers};
use crate::sshsig;
use crate::voice::Kind;

const TENANT: &str = "example.com/usher/5f3c9a1e";
const HOUR: i64 = 3600;

fn t(hours: i64) -> Time {
    Time::from_seconds(1_795_597_200 + hours * HOUR)
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn need(count: u64, from: &str) -> Need {
    Need { count, from: from.to_owned(), proof: Proof::Any }
}

fn step(email: &str, irreversible: bool) -> DraftStep {
    let account = map(json!({"id": "77", "userName": email}));
    let (before, after) = (map(json!({"active": true})), map(json!({"active": false})));
    let opening = Opening::new(email, "Bo Li", account, before, after, Salt::new([3; 16])).unwrap();
    let action = if irreversible { "delete_account" } else { "deactivate_account" };
    DraftStep {
        change: Change::Account { action: action.to_owned(), instance: "darktrace".to_owned(), irreversible, opening },
        subject: "p-6d1f0c52a4".to_owned(),
        why: "leaver".to_owned(),
        stage: None,
        because: vec!["i-1".to_owned()],
        not_before: None,
        after_steps: vec![],
    }
}

fn draft(needs: Vec<Need>, steps: Vec<DraftStep>) -> Draft {
    Draft {
        tenant: TENANT.to_owned(),
        made: t(0),
        salt: Salt::new([7; 16]),
        by: "lee@example.com".to_owned(),
        reason: "none".to_owned(),
        need: needs,
        guards: vec![],
        config: Digest::of(b"config"),
        pins: BTreeMap::from([("darktrace".to_owned(), Pin { app: Digest::of(b"app"), config: Digest::of(b"c"), read: 3 })]),
        steps,
    }
}

fn plan(needs: Vec<Need>) -> Plan {
    Plan::seal(draft(needs, vec![step("bo@example.com", false)])).unwrap()
}

/// ana 1 it-leads · ben 2 it-leads · sam 3 secops, until t(10) · lee 4 it-leads · bo 5 it-leads; 9 is nobody's.
fn trust(plan: &Plan) -> Trust {
    let signer = |email: &str, seed: u8, group: &str| Signer {
        email: email.to_owned(),
        groups: [group.to_owned()].into(),
        key: sshsig::Signer::from_seed(&[seed; 32]).key().unwrap(),
        valid_after: None,
        valid_before: (seed == 3).then(|| t(10)),
    };
    let signers = [("ana", 1, "it-leads"), ("ben", 2, "it-leads"), ("sam", 3, "secops"), ("lee", 4, "it-leads"), ("bo", 5, "it-leads")];
    let signers: Vec<Signer> = signers.iter().map(|(name, seed, group)| signer(&format!("{name}@example.com"), *seed, group)).collect();
    Trust {
        tenant: TENANT.to_owned(),
        config: Digest::of(b"config"),
        required: if plan.head().need.is_empty() { Required::Nobody } else { Required::People(plan.head().need.clone()) },
        lives: 72 * HOUR,
        active: signers.iter().map(|s| (s.email.clone(), None)).collect(),
        signers: Signers::new(signers, Salt::new([1; 16])).unwrap().to_bytes(),
        revoked: None,
        oidc: None,
        freed: vec![],
    }
}

fn sign(seed: u8, statement: Vec<u8>, taken: Time) -> SignedDecision {
    let signature = sshsig::Signer::from_seed(&[seed; 32]).sign(&statement).unwrap().into_bytes();
    SignedDecision { kind: Kind::Sshsig, statement, signature, taken, batch: vec![] }
}

fn says(by: &str, decision: Choice) -> Says<'_> {
    Says { decision, reason: "none", by, made: t(1), lives: 72 * HOUR, nonce: Salt::new([8; 16]) }
}

fn decision(plan: &Plan, name: &str, seed: u8, choice: Choice) -> SignedDecision {
    let by = format!("{name}@example.com");
    sign(seed, Message::for_plan(plan.text(), &says(&by, choice)).unwrap().to_bytes(), t(1))
}

fn approve(plan: &Plan, name: &str, seed: u8) -> SignedDecision {
    decision(plan, name, seed, Choice::Approve)
}

fn check(plan: &Plan, decisions: &[SignedDecision], trust: &Trust, now: Time) -> Result<ApprovedPlan, ApprovalError> {
    ApprovedPlan::check(plan.clone(), decisions, trust, now)
}

fn missing(result: Result<ApprovedPlan, ApprovalError>) -> u64 {
    match result {
        Err(ApprovalError::Open(needs)) => needs.iter().map(|n| n.missing).sum(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_people_of_the_group_approve() {
    let plan = plan(vec![need(2, "it-leads")]);
    let trust = trust(&plan);
    let (ana, ben) = (approve(&plan, "ana", 1), approve(&plan, "ben", 2));
    let approved = check(&plan, &[ana.clone(), ben.clone()], &trust, t(2)).unwrap();
    assert_eq!((approved.cited(), approved.valid_until(), approved.plan().digest()), (&[0, 1][..], t(73), plan.digest()));
    assert_eq!(missing(check(&plan, &[], &trust, t(2))), 2, "no decisions");
    assert_eq!(missing(check(&plan, std::slice::from_ref(&ana), &trust, t(2))), 1, "one of two");
    assert_eq!(missing(check(&plan, &[ana.clone(), ana.clone()], &trust, t(2))), 1, "one person twice");
    assert_eq!(missing(check(&plan, &[ana.clone(), approve(&plan, "sam", 3)], &trust, t(2))), 1, "another group");
    assert_eq!(missing(check(&plan, &[ana.clone(), approve(&plan, "lee", 4)], &trust, t(2))), 1, "who asked for it");
    assert_eq!(missing(check(&plan, &[ana.clone(), approve(&plan, "bo", 5)], &trust, t(2))), 1, "whose account it is");
    assert_eq!(missing(check(&plan, &[ana.clone(), ben.clone()], &trust, t(73))), 2, "expired at the run");
    let open = open_needs(&plan, &[ana, approve(&plan, "bo", 5)], &trust, t(2)).unwrap();
    assert_eq!((open[0].have.as_slice(), open[0].missing), (&["ana@example.com".to_owned()][..], 1));
    assert!(open[0].why[0].contains("step 1 is about them"), "{:?}", open[0].why);
}

#[test]
fn nobody_approves_a_step_on_another_address_of_their_own() {
    let plan = plan(vec![need(1, "it-leads")]);
    let mut trust = trust(&plan);
    trust.active.insert("ana@example.com".to_owned(), Some("p-6d1f0c52a4".to_owned()));
    assert_eq!(missing(check(&plan, &[approve(&plan, "ana", 1)], &trust, t(2))), 1);
}

#[test]
fn what_held_when_it_was_taken_must_hold_again_at_the_run() {
    let plan = plan(vec![need(1, "it-leads")]);
    let decisions = [approve(&plan, "ana", 1)];
    let good = trust(&plan);
    assert!(check(&plan, &decisions, &good, t(2)).is_ok());
    let mut left = good.clone();
    left.active.remove("ana@example.com");
    assert_eq!(missing(check(&plan, &decisions, &left, t(2))), 1, "not active any more");
    let mut revoked = good.clone();
    revoked.revoked = Some(Revoked::new([sshsig::Signer::from_seed(&[1; 32]).key().unwrap()]).to_bytes());
    assert_eq!(missing(check(&plan, &decisions, &revoked, t(2))), 1, "revoked counts for nothing");
    let mut removed = good.clone();
    let text = String::from_utf8(good.signers.clone()).unwrap();
    removed.signers = text.lines().filter(|l| !l.starts_with("ana@")).flat_map(|l| format!("{l}\n").into_bytes()).collect();
    assert_eq!(missing(check(&plan, &decisions, &removed, t(2))), 1, "no longer listed");
}

#[test]
fn no_requirement_is_not_an_approval() {
    let none = plan(vec![]);
    let by_policy = trust(&none);
    assert!(check(&none, &[], &by_policy, t(2)).is_ok(), "policy says in words that nobody is needed");
    let mut empty = by_policy.clone();
    empty.required = Required::People(vec![]);
    assert_eq!(check(&none, &[], &empty, t(2)).err(), Some(ApprovalError::NobodyAsked { irreversible: false }));
    let mut zero = by_policy.clone();
    zero.required = Required::People(vec![need(0, "it-leads")]);
    assert!(matches!(check(&none, &[], &zero, t(2)), Err(ApprovalError::NobodyAsked { .. })));
    let deletes = Plan::seal(draft(vec![need(1, "it-leads")], vec![step("bo@example.com", true)])).unwrap();
    let mut nobody = trust(&deletes);
    nobody.required = Required::Nobody;
    assert_eq!(
        check(&deletes, &[approve(&deletes, "ana", 1)], &nobody, t(2)).err(),
        Some(ApprovalError::NobodyAsked { irreversible: true })
    );
}

#[test]
fn a_plan_does_not_choose_its_own_requirements() {
    let plan = plan(vec![need(1, "it-leads")]);
    let decisions = [approve(&plan, "ana", 1)];
    for required in [vec![need(2, "it-leads")], vec![need(1, "secops")], vec![need(1, "it-leads"), need(1, "secops")]] {
        let mut trust = trust(&plan);
        trust.required = Required::People(required);
        assert!(matches!(check(&plan, &decisions, &trust, t(2)), Err(ApprovalError::NeedDiffers { .. })));
    }
    let mut config = trust(&plan);
    config.config = Digest::of(b"other");
    assert!(matches!(check(&plan, &decisions, &config, t(2)), Err(ApprovalError::ConfigChanged { .. })));
    let mut tenant = trust(&plan);
    tenant.tenant = "example.com/usher/00000000".to_owned();
    assert!(matches!(check(&plan, &decisions, &tenant, t(2)), Err(ApprovalError::OtherTenant { .. })));
    let bare = Plan::open(plan.bytes().to_vec(), plan.digest(), []).unwrap();
    assert_eq!(check(&bare, &decisions, &trust(&plan), t(2)).err(), Some(ApprovalError::OpeningMissing(1)));
}

#[test]
fn a_decision_that_does_not_verify_stops_the_plan_and_is_named() {
    let plan = plan(vec![need(1, "it-leads")]);
    let trust = trust(&plan);
    let ana = approve(&plan, "ana", 1);
    let mut reject = decision(&plan, "ben", 2, Choice::Reject);
    let text = String::from_utf8(reject.statement.clone()).unwrap();
    reject.statement = text.replace("decision: reject", "decision: approve").into_bytes();
    let other =
        Plan::seal(Draft { salt: Salt::new([0; 16]), ..draft(vec![need(1, "it-leads")], vec![step("bo@example.com", false)]) }).unwrap();
    let mut early = ana.clone();
    early.taken = t(1).plus_seconds(-301);
    let cases = [
        ("a reject made into an approval", reject),
        ("an approval of another plan", approve(&other, "ben", 2)),
        ("the key of somebody else", approve(&plan, "ben", 1)),
        ("no signature", SignedDecision { signature: vec![], ..ana.clone() }),
        ("no message", SignedDecision { statement: b"hello\n".to_vec(), ..ana.clone() }),
        ("taken before it was made", early),
    ];
    for (name, bad) in cases {
        let result = check(&plan, &[ana.clone(), bad], &trust, t(2));
        assert!(matches!(result, Err(ApprovalError::DoesNotVerify { index: 1, .. })), "{name}: {result:?}");
    }
}

#[test]
fn a_reject_is_final_whatever_else_is_signed() {
    let plan = plan(vec![need(1, "it-leads")]);
    let mut trust = trust(&plan);
    let decisions = [decision(&plan, "ben", 2, Choice::Reject), approve(&plan, "ana", 1)];
    assert!(matches!(check(&plan, &decisions, &trust, t(2)), Err(ApprovalError::Rejected { .. })));
    trust.active.remove("ben@example.com");
    assert!(matches!(check(&plan, &decisions, &trust, t(100)), Err(ApprovalError::Rejected { .. })), "also when they left and it expired");
}

#[test]
fn one_decision_may_serve_several_needs_and_each_need_has_its_kind_of_proof() {
    let plan = plan(vec![need(1, "it-leads"), Need { count: 1, from: "secops".to_owned(), proof: Proof::Sshsig }]);
    let trust = trust(&plan);
    assert_eq!(missing(check(&plan, &[approve(&plan, "ana", 1)], &trust, t(2))), 1);
    let approved = check(&plan, &[approve(&plan, "ana", 1), approve(&plan, "sam", 3)], &trust, t(2)).unwrap();
    assert_eq!(approved.valid_until(), t(10).plus_seconds(1), "the line of sam ends before the message does");
    let oidc = self::plan(vec![Need { count: 1, from: "it-leads".to_owned(), proof: Proof::Oidc }]);
    assert_eq!(missing(check(&oidc, &[approve(&oidc, "ana", 1)], &self::trust(&oidc), t(2))), 1);
}

#[test]
fn a_batch_is_one_signature_over_several_plans() {
    let one = plan(vec![need(1, "it-leads")]);
    let two =
        Plan::seal(Draft { salt: Salt::new([0; 16]), ..draft(vec![need(1, "it-leads")], vec![step("mo@example.com", false)]) }).unwrap();
    let batch = Batch::new([one.digest(), two.digest()]).unwrap();
    let message = Message::for_batch(&batch, &[one.text(), two.text()], &says("ana@example.com", Choice::Approve)).unwrap();
    let mut signed = sign(1, message.to_bytes(), t(1));
    signed.batch = vec![two.bytes().to_vec(), one.bytes().to_vec()];
    for plan in [&one, &two] {
        let trust = trust(plan);
        assert!(check(plan, std::slice::from_ref(&signed), &trust, t(2)).is_ok());
        assert_eq!(take(plan, &signed, &trust, t(1)).unwrap().by, "ana@example.com");
    }
    let third =
        Plan::seal(Draft { salt: Salt::new([9; 16]), ..draft(vec![need(1, "it-leads")], vec![step("mo@example.com", false)]) }).unwrap();
    assert!(matches!(check(&third, std::slice::from_ref(&signed), &trust(&third), t(2)), Err(ApprovalError::DoesNotVerify { .. })));
    signed.batch.pop();
    assert!(check(&one, &[signed], &trust(&one), t(2)).is_err(), "a batch is checked with all of its plans");
}

#[test]
fn a_standing_approval_meets_a_need_within_its_bounds() {
    let plan = plan(vec![need(1, "it-leads")]);
    let base = Standing {
        standing: "leaver-contain".to_owned(),
        tenant: TENANT.to_owned(),
        actions: vec!["deactivate_account".to_owned()],
        instances: None,
        why: vec!["leaver".to_owned()],
        people: 2,
        group: "it-leads".to_owned(),
        reason: "none".to_owned(),
        by: "ana@example.com".to_owned(),
        made: t(0),
        expires: t(24 * 90),
        nonce: Salt::new([4; 16]),
    };
    let signed = |s: &Standing, seed| sign(seed, s.to_bytes(), t(0));
    let trust = trust(&plan);
    let good = signed(&base, 1);
    assert_eq!(check(&plan, std::slice::from_ref(&good), &trust, t(2)).unwrap().cited(), &[0]);
    type Change = fn(&mut Standing);
    let narrower: [(&str, Change); 6] = [
        ("another action", |s| s.actions = vec!["grant".to_owned()]),
        ("another instance", |s| s.instances = Some(vec!["okta".to_owned()])),
        ("another reason", |s| s.why = vec!["mover".to_owned()]),
        ("nobody", |s| s.people = 0),
        ("another group", |s| s.group = "secops".to_owned()),
        ("ended", |s| s.expires = t(1)),
    ];
    for (name, change) in narrower {
        let mut other = base.clone();
        change(&mut other);
        assert_eq!(missing(check(&plan, &[signed(&other, 1)], &trust, t(2))), 1, "{name}");
        if name != "ended" && name != "another group" {
            assert_eq!(missing(check(&plan, &[good.clone(), signed(&other, 1)], &trust, t(2))), 1, "replaced by: {name}");
        }
    }
    let freed = |hours: i64, digits: &str| Freed { standing: "leaver-contain".to_owned(), at: t(hours), subject: format!("p-{digits}") };
    let mut used = trust.clone();
    used.freed = vec![freed(1, "0000000001"), freed(1, "0000000002"), freed(1, "6d1f0c52a4")];
    assert_eq!(missing(check(&plan, std::slice::from_ref(&good), &used, t(2))), 1, "two others in 24 hours");
    assert!(check(&plan, std::slice::from_ref(&good), &used, t(26)).is_ok(), "a day later");
    let own = signed(&Standing { by: "bo@example.com".to_owned(), ..base.clone() }, 5);
    assert_eq!(missing(check(&plan, &[own], &trust, t(2))), 1, "signed by the subject");
    let both = [good.clone(), approve(&plan, "ben", 2)];
    assert_eq!(check(&plan, &both, &trust, t(2)).unwrap().cited(), &[1], "not cited where a signature on the plan suffices");
    let irreversible = Plan::seal(draft(vec![need(1, "it-leads")], vec![step("bo@example.com", true)])).unwrap();
    let deletes = signed(&Standing { actions: vec!["delete_account".to_owned()], ..base }, 1);
    assert_eq!(missing(check(&irreversible, &[deletes], &self::trust(&irreversible), t(2))), 1, "never an irreversible step");
}

#[test]
fn taking_refuses_replay_on_another_plan_company_or_day_and_wrong_keys() {
    let plan = plan(vec![need(1, "it-leads")]);
    let good = approve(&plan, "ana", 1);
    let base = trust(&plan);
    let taken = take(&plan, &good, &base, t(1)).unwrap();
    assert_eq!(
        (taken.choice, taken.by.as_str(), taken.expires, taken.proof == good.signature),
        (Choice::Approve, "ana@example.com", t(73), true)
    );
    let crlf =
        SignedDecision { signature: String::from_utf8(good.signature.clone()).unwrap().replace('\n', "\r\n").into_bytes(), ..good.clone() };
    assert_eq!(take(&plan, &crlf, &base, t(1)).unwrap().proof, good.signature, "stored anew");

    let other =
        Plan::seal(Draft { salt: Salt::new([0; 16]), ..draft(vec![need(1, "it-leads")], vec![step("bo@example.com", false)]) }).unwrap();
    let made = |by: &str, seed: u8, lives: i64, from: &str, to: &str| {
        let message = Message::for_plan(plan.text(), &Says { lives, ..says(by, Choice::Approve) }).unwrap();
        sign(seed, String::from_utf8(message.to_bytes()).unwrap().replacen(from, to, 1).into_bytes(), t(1))
    };
    let mut revoked = base.clone();
    revoked.revoked = Some(Revoked::new([sshsig::Signer::from_seed(&[1; 32]).key().unwrap()]).to_bytes());
    let mut gone = base.clone();
    gone.active.remove("ana@example.com");
    let mut secops = base.clone();
    secops.required = Required::People(vec![need(1, "secops")]);
    let cases: Vec<(&str, &Plan, SignedDecision, &Trust, Time)> = vec![
        ("APPROVE-001", &plan, SignedDecision { statement: b"x".to_vec(), ..good.clone() }, &base, t(1)),
        ("APPROVE-002", &other, good.clone(), &base, t(1)),
        ("APPROVE-003", &plan, made("ana@example.com", 1, 60, "5f3c9a1e", "5f3c9a1f"), &base, t(1)),
        ("APPROVE-004", &plan, made("ana@example.com", 1, 60, "steps: 1", "steps: 0"), &base, t(1)),
        ("APPROVE-005", &plan, good.clone(), &base, t(0)),
        ("APPROVE-006", &plan, good.clone(), &base, t(73)),
        ("APPROVE-007", &plan, made("ana@example.com", 1, 73 * HOUR, "x", "x"), &base, t(1)),
        (
            "APPROVE-008",
            &plan,
            SignedDecision { statement: made("ana@example.com", 1, 60, "x", "x").statement, ..good.clone() },
            &base,
            t(1),
        ),
        ("APPROVE-009", &plan, approve(&plan, "ana", 9), &base, t(1)),
        ("APPROVE-010", &plan, approve(&plan, "ana", 2), &base, t(1)),
        ("APPROVE-011", &plan, good.clone(), &revoked, t(1)),
        ("APPROVE-013", &plan, good.clone(), &gone, t(1)),
        ("APPROVE-014", &plan, approve(&plan, "lee", 4), &base, t(1)),
        ("APPROVE-014", &plan, approve(&plan, "bo", 5), &base, t(1)),
        ("APPROVE-014", &plan, approve(&plan, "sam", 3), &base, t(1)),
        ("APPROVE-014", &plan, decision(&plan, "lee", 4, Choice::Reject), &base, t(1)),
        ("APPROVE-021", &plan, good.clone(), &secops, t(1)),
    ];
    for (code, plan, decision, trust, now) in cases {
        let refused = take(plan, &decision, trust, now).unwrap_err();
        assert_eq!(refused.code, code, "{refused}");
    }
    let sam = Plan::seal(draft(vec![need(1, "secops")], vec![step("bo@example.com", false)])).unwrap();
    assert_eq!(take(&sam, &approve(&sam, "sam", 3), &self::trust(&sam), t(11)).unwrap_err().code, "APPROVE-012");
}

#[test]
fn a_step_is_ready_only_as_the_plan_expects_the_account() {
    let plan = plan(vec![need(1, "it-leads")]);
    let approved = check(&plan, &[approve(&plan, "ana", 1)], &trust(&plan), t(2)).unwrap();
    let live = ["i-1".to_owned()];
    let shows = |value: Value| Fresh::Shows(map(value));
    let active = shows(json!({"active": true, "title": "new title"}));
    assert_eq!(approved.ready(1, &active, &live, t(2)).unwrap().opening().native_id(), Some("77"));
    assert_eq!(approved.ready(2, &active, &live, t(2)).err(), Some(NotReady::NoSuchStep));
    assert_eq!(approved.ready(0, &active, &live, t(2)).err(), Some(NotReady::NoSuchStep));
    assert_eq!(approved.ready(1, &active, &live, t(73)).err(), Some(NotReady::ApprovalEnded { at: t(73) }));
    assert_eq!(approved.ready(1, &active, &[], t(2)).err(), Some(NotReady::Withdrawn { gone: vec!["i-1".to_owned()] }));
    assert_eq!(approved.ready(1, &shows(json!({"active": false})), &live, t(2)).err(), Some(NotReady::Already));
    for fresh in [Fresh::Gone, shows(json!({})), shows(json!({"active": "true"}))] {
        assert!(matches!(approved.ready(1, &fresh, &live, t(2)), Err(NotReady::Stale { .. })), "{fresh:?}");
    }
}

#[test]
fn creating_and_deleting_expect_that_the_account_is_gone() {
    let make = |before: Value, after: Value| {
        let opening = Opening::new("bo@example.com", "Bo", Map::new(), map(before), map(after), Salt::new([3; 16])).unwrap();
        let change =
            Change::Account { action: "create_account".to_owned(), instance: "darktrace".to_owned(), irreversible: false, opening };
        let plan =
            Plan::seal(draft(vec![need(1, "it-leads")], vec![DraftStep { change, not_before: Some(t(3)), ..step("", false) }])).unwrap();
        check(&plan, &[approve(&plan, "ana", 1)], &trust(&plan), t(2)).unwrap()
    };
    let live = ["i-1".to_owned()];
    let there = Fresh::Shows(map(json!({"userName": "bo"})));
    let create = make(json!({"gone": true}), json!({"userName": "bo"}));
    assert_eq!(create.ready(1, &Fresh::Gone, &live, t(2)).err(), Some(NotReady::TooEarly { until: t(3) }));
    assert!(create.ready(1, &Fresh::Gone, &live, t(3)).is_ok());
    assert_eq!(create.ready(1, &there, &live, t(3)).err(), Some(NotReady::Already));
    let other = Fresh::Shows(map(json!({"userName": "mo"})));
    assert!(matches!(create.ready(1, &other, &live, t(3)), Err(NotReady::Stale { .. })));
    let delete = make(json!({"userName": "bo"}), json!({"gone": true}));
    assert!(delete.ready(1, &there, &live, t(3)).is_ok());
    assert_eq!(delete.ready(1, &Fresh::Gone, &live, t(3)).err(), Some(NotReady::Already));
}

/// One decision of a random history: who (by seed), what, and what was done to it in the store.
fn any_decision() -> impl Strategy<Value = (u8, bool, Option<(usize, u8)>)> {
    (prop_oneof![1u8..6, Just(9u8)], proptest::bool::weighted(0.05), proptest::option::weighted(0.15, (any::<usize>(), 0u8..8)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// No list of decisions makes an approved plan unless two different people of the group, neither requester nor subject,
    /// signed it, and nobody rejected it, and nothing was tampered with.
    #[test]
    fn no_list_of_decisions_approves_without_two_people(made in proptest::collection::vec(any_decision(), 0..5)) {
        let plan = plan(vec![need(2, "it-leads")]);
        let names = [(1, "ana"), (2, "ben"), (3, "sam"), (4, "lee"), (5, "bo"), (9, "ana")];
        let mut decisions = Vec::new();
        for (seed, reject, flip) in &made {
            let name = names.iter().find(|(s, _)| s == seed).map(|(_, n)| *n).unwrap();
            let mut one = decision(&plan, name, *seed, if *reject { Choice::Reject } else { Choice::Approve });
            if let Some((at, bit)) = flip {
                let at = at % one.statement.len();
                one.statement[at] ^= 1 << bit;
            }
            decisions.push(one);
        }
        let spoiled = made.iter().any(|(_, reject, flip)| *reject || flip.is_some());
        let people: std::collections::BTreeSet<u8> = made.iter().map(|(seed, ..)| *seed).filter(|s| [1, 2].contains(s)).collect();
        let approved = check(&plan, &decisions, &trust(&plan), t(2)).is_ok();
        prop_assert_eq!(approved, !spoiled && people.len() == 2);
    }
}
