//! The doors of the corridor: one walk through all of them with real signatures, and what must not compile.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use serde_json::{Map, Value, json};
use usher_domain::approval::{ApprovalError, ApprovedPlan, Required, SignedDecision, Trust};
use usher_domain::digest::Digest;
use usher_domain::fresh::Fresh;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq, WritePermit};
use usher_domain::message::{Choice, Message, Says};
use usher_domain::names::Salt;
use usher_domain::outcome::{Outcome, Seen, compare};
use usher_domain::plan::{Change, Draft, DraftStep, Need, Opening, Pin, Plan, Proof};
use usher_domain::signers::{Signer, Signers};
use usher_domain::sshsig;
use usher_domain::time::Time;
use usher_domain::voice::Kind;

const TENANT: &str = "example.com/usher/5f3c9a1e";

fn t(seconds: i64) -> Time {
    Time::from_seconds(1_795_597_200 + seconds)
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn draft() -> Draft {
    let (before, after) = (map(json!({"active": true})), map(json!({"active": false})));
    let account = map(json!({"id": "77", "userName": "bo"}));
    let opening = Opening::new("bo@example.com", "Bo Li", account, before, after, Salt::new([3; 16])).unwrap();
    Draft {
        tenant: TENANT.to_owned(),
        made: t(0),
        salt: Salt::new([7; 16]),
        by: "usher".to_owned(),
        reason: "none".to_owned(),
        need: vec![Need { count: 1, from: "it-leads".to_owned(), proof: Proof::Any }],
        guards: vec![],
        config: Digest::of(b"config"),
        pins: BTreeMap::from([("darktrace".to_owned(), Pin { app: Digest::of(b"app"), config: Digest::of(b"c"), read: 3 })]),
        steps: vec![DraftStep {
            change: Change::Account {
                action: "deactivate_account".to_owned(),
                instance: "darktrace".to_owned(),
                irreversible: false,
                opening,
            },
            subject: "p-6d1f0c52a4".to_owned(),
            why: "leaver".to_owned(),
            stage: None,
            because: vec!["i-1".to_owned()],
            not_before: None,
            after_steps: vec![],
        }],
    }
}

fn trust(plan: &Plan, seed: u8) -> Trust {
    let signer = Signer {
        email: "ana@example.com".to_owned(),
        groups: ["it-leads".to_owned()].into(),
        key: sshsig::Signer::from_seed(&[seed; 32]).key().unwrap(),
        valid_after: None,
        valid_before: None,
    };
    Trust {
        tenant: TENANT.to_owned(),
        config: plan.head().config,
        required: Required::People(plan.head().need.clone()),
        lives: 3600,
        signers: Signers::new(vec![signer], Salt::new([1; 16])).unwrap().to_bytes(),
        revoked: None,
        oidc: None,
        active: BTreeMap::from([("ana@example.com".to_owned(), None)]),
        freed: vec![],
    }
}

fn decide(plan: &Plan, seed: u8) -> SignedDecision {
    let says =
        Says { decision: Choice::Approve, reason: "none", by: "ana@example.com", made: t(10), lives: 3600, nonce: Salt::new([8; 16]) };
    let statement = Message::for_plan(plan.text(), &says).unwrap().to_bytes();
    let signature = sshsig::Signer::from_seed(&[seed; 32]).sign(&statement).unwrap().into_bytes();
    SignedDecision { kind: Kind::Sshsig, statement, signature, taken: t(10), batch: vec![] }
}

/// A journal in memory that knows which fence is the newest.
#[derive(Default)]
struct TestJournal {
    fence: u64,
    kept: Mutex<Vec<Sent>>,
}

impl Journal for TestJournal {
    fn append_sent<'a>(&'a self, lease: &'a Lease, sent: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        Box::pin(async move {
            if lease.fence < self.fence {
                return Err(JournalError::LeaseLost(lease.lane.clone()));
            }
            let mut kept = self.kept.lock().unwrap();
            kept.push(sent.clone());
            Ok(Seq(kept.len() as u64))
        })
    }
}

/// These futures never wait.
fn done<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a future that waits"),
    }
}

fn lease(fence: u64) -> Lease {
    Lease { lane: "r-1/darktrace".to_owned(), worker: "w1".to_owned(), fence, until: t(120) }
}

/// What a connector does with a permit: it takes nothing else.
fn write(permit: WritePermit, now: Time) -> Option<(String, Sent)> {
    let (step, opening, sent) = permit.spend(now).ok()?;
    Some((format!("{} {} {}", step.action, opening.native_id()?, Value::Object(opening.after().clone())), sent))
}

#[test]
fn one_walk_through_all_doors() {
    let plan = Plan::seal(draft()).unwrap();
    let trust = trust(&plan, 1);
    let decision = decide(&plan, 1);
    let approved = ApprovedPlan::check(plan.clone(), std::slice::from_ref(&decision), &trust, t(20)).unwrap();
    let active = Fresh::Shows(map(json!({"active": true})));
    let live = ["i-1".to_owned()];

    let journal = TestJournal { fence: 2, ..TestJournal::default() };
    let lost = done(approved.ready(1, &active, &live, t(30)).unwrap().journal(&journal, &lease(1), 1, Digest::of(b"rq"), t(31)));
    assert_eq!(lost.err(), Some(JournalError::LeaseLost("r-1/darktrace".to_owned())), "an older fence");
    let late = done(approved.ready(1, &active, &live, t(30)).unwrap().journal(&journal, &lease(2), 1, Digest::of(b"rq"), t(120)));
    assert!(late.is_err(), "the lease has ended");
    assert!(journal.kept.lock().unwrap().is_empty(), "nothing was journalled, nothing may leave");

    let permit = done(approved.ready(1, &active, &live, t(30)).unwrap().journal(&journal, &lease(2), 1, Digest::of(b"rq"), t(31))).unwrap();
    assert_eq!((permit.until(), permit.seq(), permit.sent().plan), (t(120), Seq(1), plan.digest()));
    let (request, sent) = write(permit, t(32)).unwrap();
    assert_eq!(request, r#"deactivate_account 77 {"active":false}"#);
    assert_eq!((journal.kept.lock().unwrap().as_slice(), sent.at), (&[sent.clone()][..], t(31)));
    let woke_up_late = done(approved.ready(1, &active, &live, t(30)).unwrap().journal(&journal, &lease(2), 2, Digest::of(b"rq"), t(31)));
    assert_eq!(write(woke_up_late.unwrap(), t(120)), None, "a worker that woke up after its lease");

    let step = plan.step(1).unwrap();
    let opening = plan.opening(step).unwrap();
    let gone = Fresh::Shows(map(json!({"active": false, "title": "x"})));
    let judge = |seen: Seen<'_>| compare(step, opening, &sent, seen);
    let read = |seconds: i64| Seen::Read { as_of: t(seconds), fresh: &gone };
    match judge(read(40)) {
        Outcome::Confirmed(proof) => assert_eq!((proof.sent_at(), proof.read_at()), (t(31), t(40))),
        other => panic!("{other:?}"),
    }
    assert_eq!(judge(read(31)), Outcome::Unknown, "a read no later than the write confirms nothing");
    assert_eq!(judge(Seen::Said), Outcome::Attested);
    assert_eq!(judge(Seen::Nothing), Outcome::Unknown);
    assert!(matches!(judge(Seen::Read { as_of: t(40), fresh: &active }), Outcome::Failed(_)));
    let narrow = Fresh::Shows(map(json!({"title": "x"})));
    assert_eq!(judge(Seen::Read { as_of: t(40), fresh: &narrow }), Outcome::Unknown, "a read without the attribute can't tell");
    let other = Sent { n: 2, ..sent.clone() };
    assert_eq!(compare(step, opening, &other, read(40)), Outcome::Unknown, "another step's write");
}

#[test]
fn no_decision_no_door() {
    let plan = Plan::seal(draft()).unwrap();
    for decisions in [vec![], vec![decide(&plan, 2)]] {
        let refused = ApprovedPlan::check(plan.clone(), &decisions, &trust(&plan, 1), t(20));
        assert!(matches!(refused, Err(ApprovalError::Open(_))), "{refused:?}");
    }
}

#[test]
fn what_must_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/doors/*.rs");
}
