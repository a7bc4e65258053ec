//! Real write permits for tests: a plan that policy lets through without anybody, journalled in memory. There is no back door.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use usher_domain::approval::{ApprovedPlan, Required, Trust};
use usher_domain::digest::Digest;
use usher_domain::fresh::Fresh;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq, WritePermit};
use usher_domain::names::Salt;
use usher_domain::plan::{Change, Draft, DraftStep, Opening, Pin, Plan};
use usher_domain::time::Time;

struct Memory;

impl Journal for Memory {
    fn append_sent<'a>(&'a self, _: &'a Lease, _: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        Box::pin(async { Ok(Seq(1)) })
    }
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A permit for one step at `now`, good for ten minutes.
pub(crate) async fn permit(action: &str, account: Value, after: Value, now: Time) -> WritePermit {
    let salt = Salt::new([7; 16]);
    let opening = Opening::new("ana@corp.example", "Ana Ruiz", map(account), Map::new(), map(after), salt).unwrap();
    let config = Digest::of(b"config");
    let change = Change::Account { action: action.into(), instance: "box".into(), irreversible: false, opening };
    let step = DraftStep {
        change,
        subject: "p-0123456789".into(),
        why: "leaver".into(),
        stage: None,
        because: vec![],
        not_before: None,
        after_steps: vec![],
    };
    let pins = BTreeMap::from([("box".to_owned(), Pin { app: config, config, read: 1 })]);
    let draft = Draft {
        tenant: "corp.example/usher/5f3c9a1e".into(),
        made: now,
        salt,
        by: "usher".into(),
        reason: "none".into(),
        need: vec![],
        guards: vec![],
        config,
        pins,
        steps: vec![step],
    };
    let trust = Trust {
        tenant: "corp.example/usher/5f3c9a1e".into(),
        config,
        required: Required::Nobody,
        lives: 3600,
        signers: b"# usher allowed_signers v1, salt 00000000000000000000000000000000\n".to_vec(),
        revoked: None,
        oidc: None,
        active: BTreeMap::new(),
        freed: vec![],
    };
    let approved = ApprovedPlan::check(Plan::seal(draft).unwrap(), &[], &trust, now).unwrap();
    let ready = approved.ready(1, &Fresh::Shows(Map::from_iter([("other".to_owned(), json!(1))])), &[], now).unwrap();
    let lease = Lease { lane: "l".into(), worker: "w".into(), fence: 1, until: now.plus_seconds(600) };
    ready.journal(&Memory, &lease, 1, Digest::of(b"request"), now).await.unwrap()
}
