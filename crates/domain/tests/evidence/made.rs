//! A bundle made by usher alone, from drafts to checkpoint: it holds, and the auditor's page works on it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use usher_domain::approval::{ApprovedPlan, Required, SignedDecision, Trust, take};
use usher_domain::checkpoint::{Checkpoint, LogKey, VKey, log_name};
use usher_domain::digest::Digest;
use usher_domain::evidence::{Anchor, Ask, BundleError, MemoryBundle, export_opening, report, verify, write_bundle};
use usher_domain::log::{Entry, LogTip, Logged};
use usher_domain::message::{Batch, Choice, Message, Says, Standing};
use usher_domain::names::Salt;
use usher_domain::plan::{Change, Draft, DraftStep, Need, Opening, Pin, Plan, Proof};
use usher_domain::signers::{Signer, Signers};
use usher_domain::sshsig;
use usher_domain::time::Time;
use usher_domain::voice::Kind;

use crate::idp::Idp;

const TENANT: &str = "example.com/usher/5f3c9a1e";
const WORDS: &str = "audit 2026 / made";

pub(crate) fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A company's log being written.
pub(crate) struct Company {
    tip: LogTip,
    lines: Vec<Vec<u8>>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    clock: i64,
    salts: u8,
    key: LogKey,
    signers: Vec<u8>,
}

fn private(seed: u8) -> sshsig::Signer {
    sshsig::Signer::from_seed(&[seed; 32])
}

fn need(count: u64, proof: Proof) -> Need {
    Need { count, from: "it-leads".to_owned(), proof }
}

impl Company {
    /// ana 1, ben 2, by key; lee by sign-on: it-leads.
    pub(crate) fn new() -> Company {
        let signer = |name: &str, seed: u8| Signer {
            email: format!("{name}@example.com"),
            groups: ["it-leads".to_owned()].into(),
            key: private(seed).key().unwrap(),
            valid_after: None,
            valid_before: None,
        };
        let signers = Signers::new(vec![signer("ana", 1), signer("ben", 2)], Salt::new([1; 16])).unwrap().to_bytes();
        let key = LogKey::from_seed(&[77; 32], &log_name(TENANT, 1)).unwrap();
        let mut company =
            Company { tip: LogTip::new(), lines: vec![], blobs: BTreeMap::new(), clock: 0, salts: 0, key, signers: signers.clone() };
        company.log(Entry::Opened { tenant: TENANT.to_owned(), previous: None });
        let (allowed, oidc) = (company.keep(&signers), company.keep(&Idp::new().file()));
        company.log(Entry::Signers { allowed, revoked: None, oidc: Some(oidc) });
        company
    }

    fn now(&self) -> Time {
        Time::from_seconds(1_795_597_200 + self.clock)
    }

    fn salt(&mut self) -> Salt {
        self.salts += 1;
        Salt::new([self.salts; 16])
    }

    fn keep(&mut self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        self.blobs.insert(digest, bytes.to_vec());
        digest
    }

    fn open(&mut self, mut value: Value) -> Digest {
        value["salt"] = json!(self.salt().to_string());
        self.keep(&usher_domain::canon::to_vec(&value).unwrap())
    }

    fn log(&mut self, entry: Entry) -> u64 {
        self.clock += 1;
        let (logged, line) = self.tip.append(self.now(), entry, Map::new()).unwrap();
        self.lines.push(line);
        logged.seq
    }

    /// A complete read of some accounts.
    pub(crate) fn read(&mut self, names: &[&str]) -> u64 {
        let started_at = self.now();
        let mut rows: Vec<Digest> =
            names.iter().map(|n| self.open(json!({"account": {"id": n, "userName": n}, "instance": "okta"}))).collect();
        rows.sort();
        let text: String = rows.iter().map(|d| format!("{d}\n")).collect();
        let list = Some(self.keep(text.as_bytes()));
        let rows = names.len() as u64;
        let entry = Entry::Read { instance: "okta".to_owned(), started_at, pages: 1, rows, stated: Some(rows), complete: true, list };
        self.log(entry)
    }

    fn draft(&mut self, read: u64, needs: Vec<Need>, steps: Vec<DraftStep>) -> Draft {
        let config = self.keep(format!("{}  usher.yaml\n", Digest::of(b"yaml").hex()).as_bytes());
        let app = self.keep(format!("{}  app.yaml\n", Digest::of(b"app").hex()).as_bytes());
        let instance = self.keep(br#"{"app":"okta","config":{"share":0.5}}"#);
        let pin = Pin { app, config: instance, read };
        let erase = steps.iter().all(|s| matches!(s.change, Change::Erase(_)));
        Draft {
            tenant: TENANT.to_owned(),
            made: self.now(),
            salt: self.salt(),
            by: "usher".to_owned(),
            reason: "none".to_owned(),
            need: needs,
            guards: vec![],
            config,
            pins: if erase { BTreeMap::new() } else { BTreeMap::from([("okta".to_owned(), pin)]) },
            steps,
        }
    }

    fn step(&mut self, name: &str) -> DraftStep {
        let account = map(json!({"id": name, "userName": format!("{name}@example.com")}));
        let (before, after) = (map(json!({"active": true})), map(json!({"active": false})));
        let opening = Opening::new(&format!("{name}@example.com"), name, account, before, after, self.salt()).unwrap();
        let change = Change::Account { action: "deactivate_account".to_owned(), instance: "okta".to_owned(), irreversible: false, opening };
        self.bare(change, "leaver", name)
    }

    fn bare(&mut self, change: Change, why: &str, name: &str) -> DraftStep {
        let subject = format!("p-{}", &Digest::of(name.as_bytes()).hex()[..10]);
        DraftStep { change, subject, why: why.to_owned(), stage: None, because: vec![], not_before: None, after_steps: vec![] }
    }

    fn save(&mut self, draft: Draft) -> Plan {
        let plan = Plan::seal(draft).unwrap();
        self.keep(plan.bytes());
        for opening in plan.openings() {
            self.blobs.insert(opening.digest(), opening.line().to_vec());
        }
        self.log(Entry::Plan { plan: plan.digest(), steps: plan.head().steps });
        plan
    }

    /// A plan to shut these accounts.
    pub(crate) fn plan(&mut self, read: u64, needs: Vec<Need>, names: &[&str]) -> Plan {
        let steps = names.iter().map(|n| self.step(n)).collect();
        let draft = self.draft(read, needs, steps);
        self.save(draft)
    }

    fn trust(&self, plan: &Plan) -> Trust {
        let active = ["ana", "ben", "lee"].iter().map(|n| (format!("{n}@example.com"), None)).collect();
        Trust {
            tenant: TENANT.to_owned(),
            config: plan.head().config,
            required: if plan.head().need.is_empty() { Required::Nobody } else { Required::People(plan.head().need.clone()) },
            lives: 72 * 3600,
            signers: self.signers.clone(),
            revoked: None,
            oidc: Some(Idp::new().file()),
            active,
            freed: vec![],
        }
    }

    fn says<'a>(&mut self, by: &'a str) -> Says<'a> {
        Says { decision: Choice::Approve, reason: "none", by, made: self.now(), lives: 72 * 3600, nonce: self.salt() }
    }

    fn taken(&mut self, plans: &[&Plan], mut decision: SignedDecision) -> Vec<(u64, SignedDecision)> {
        decision.taken = self.now();
        let message = self.keep(&decision.statement);
        let mut all = vec![];
        for plan in plans {
            let taken = take(plan, &decision, &self.trust(plan), self.now()).unwrap();
            let proof = self.keep(&taken.proof);
            all.push((self.log(Entry::Decision { kind: decision.kind, plan: Some(plan.digest()), message, proof }), decision.clone()));
        }
        all
    }

    /// An approval by key.
    pub(crate) fn approve(&mut self, plan: &Plan, name: &str, seed: u8) -> (u64, SignedDecision) {
        let by = format!("{name}@example.com");
        let statement = Message::for_plan(plan.text(), &self.says(&by)).unwrap().to_bytes();
        let signature = private(seed).sign(&statement).unwrap().into_bytes();
        self.taken(&[plan], SignedDecision { kind: Kind::Sshsig, statement, signature, taken: self.now(), batch: vec![] }).remove(0)
    }

    fn sign_on(&mut self, plan: &Plan) -> (u64, SignedDecision) {
        let message = Message::for_plan(plan.text(), &self.says("lee@example.com")).unwrap();
        let statement = message.to_bytes();
        let claims = Idp::claims(&statement, message.made.seconds());
        let signature = Idp::new().token(&json!({"alg": "RS256", "kid": "k7"}), &claims);
        self.taken(&[plan], SignedDecision { kind: Kind::Oidc, statement, signature, taken: self.now(), batch: vec![] }).remove(0)
    }

    fn batch(&mut self, plans: &[&Plan]) -> Vec<(u64, SignedDecision)> {
        let batch = Batch::new(plans.iter().map(|p| p.digest())).unwrap();
        self.keep(&batch.to_bytes());
        let texts: Vec<_> = plans.iter().map(|p| p.text()).collect();
        let statement = Message::for_batch(&batch, &texts, &self.says("ana@example.com")).unwrap().to_bytes();
        let signature = private(1).sign(&statement).unwrap().into_bytes();
        let bytes = plans.iter().map(|p| p.bytes().to_vec()).collect();
        self.taken(plans, SignedDecision { kind: Kind::Sshsig, statement, signature, taken: self.now(), batch: bytes })
    }

    fn standing(&mut self) -> (u64, SignedDecision) {
        let standing = Standing {
            standing: "leaver-contain".to_owned(),
            tenant: TENANT.to_owned(),
            actions: vec!["deactivate_account".to_owned(), "suspend_account".to_owned()],
            instances: Some(vec!["okta".to_owned()]),
            why: vec!["leaver".to_owned()],
            people: 3,
            group: "it-leads".to_owned(),
            reason: "none".to_owned(),
            by: "ben@example.com".to_owned(),
            made: self.now(),
            expires: self.now().plus_seconds(86_400),
            nonce: self.salt(),
        };
        let statement = standing.to_bytes();
        let signature = private(2).sign(&statement).unwrap().into_bytes();
        let (message, proof) = (self.keep(&statement), self.keep(&signature));
        let decision = SignedDecision { kind: Kind::Sshsig, statement, signature, taken: self.now(), batch: vec![] };
        (self.log(Entry::Decision { kind: Kind::Sshsig, plan: None, message, proof }), decision)
    }

    /// Runs an approved plan; every step is confirmed.
    pub(crate) fn run(&mut self, plan: &Plan, decisions: &[(u64, SignedDecision)]) {
        let (seqs, signed): (Vec<u64>, Vec<SignedDecision>) = decisions.iter().cloned().unzip();
        let approved = ApprovedPlan::check(plan.clone(), &signed, &self.trust(plan), self.now()).unwrap();
        let cited = approved.cited().iter().map(|i| seqs[*i]).collect();
        let run = format!("r-{}", plan.short());
        self.log(Entry::Run { run: run.clone(), plan: plan.digest(), signers: 1, decisions: cited });
        for step in plan.steps() {
            self.clock += 10;
            let (sent_at, read_at) = (Some(self.now()), Some(self.now().plus_seconds(5)));
            self.clock += 6;
            let picture = self.keep(&[b"\x89PNG\r\n\x1a\n".as_slice(), &step.n.to_be_bytes()].concat());
            let about = self.open(json!({"files": [picture.to_string()], "read": {"active": false}}));
            self.log(Entry::Outcome { run: run.clone(), n: step.n, state: "confirmed".to_owned(), sent_at, read_at, about });
        }
        self.log(Entry::Closed { run, confirmed: plan.head().steps, other: 0 });
    }

    fn erase(&mut self, what: Digest) {
        let step = self.bare(Change::Erase(what), "gdpr-17", "bo");
        let draft = self.draft(0, vec![need(1, Proof::Sshsig)], vec![step]);
        let plan = self.save(draft);
        let decision = self.approve(&plan, "ben", 2);
        self.run(&plan, &[decision]);
        self.blobs.remove(&what);
    }

    /// Exports, and gives the bundle.
    pub(crate) fn export(&mut self) -> Result<MemoryBundle, BundleError> {
        let log: Vec<Logged> = self.lines.iter().map(|l| Logged::parse(l).unwrap()).collect();
        let (about, opening) = export_opening(&report(&log, &self.blobs), self.salt()).unwrap();
        self.blobs.insert(about, opening);
        self.log(Entry::Exported { words: WORDS.to_owned(), about });
        let mut out = MemoryBundle::default();
        write_bundle(&self.lines, &self.blobs, &self.key, &mut out).map(|()| out)
    }

    fn checkpoint(&self) -> String {
        Checkpoint::sign(self.tip.tree().size(), self.tip.tree().root(), &self.key)
    }

    pub(crate) fn vkey(&self) -> VKey {
        self.key.vkey()
    }
}

/// Everything that the format knows, by usher alone; with a checkpoint of its first half.
pub(crate) fn rich() -> (Company, MemoryBundle, String) {
    let mut company = Company::new();
    let read = company.read(&["bo", "mo", "zed", "=cmd()", "pat"]);
    let two = company.plan(read, vec![need(2, Proof::Any)], &["bo", "=cmd()"]);
    let decisions = [company.approve(&two, "ana", 1), company.sign_on(&two)];
    company.run(&two, &decisions);
    let (one, other) = (company.plan(read, vec![need(1, Proof::Any)], &["mo"]), company.plan(read, vec![need(1, Proof::Sshsig)], &["zed"]));
    let signed = company.batch(&[&one, &other]);
    company.run(&one, &signed[..1]);
    company.run(&other, &signed[1..]);
    let anchor = company.checkpoint();
    let standing = company.standing();
    let urgent = company.plan(read, vec![need(1, Proof::Any)], &["pat"]);
    company.run(&urgent, &[standing]);
    let free = company.plan(read, vec![], &["bo"]);
    company.run(&free, &[]);
    company.export().unwrap();
    let about = two.steps()[0].about;
    company.erase(about);
    let bundle = company.export().unwrap();
    (company, bundle, anchor)
}

#[test]
fn what_usher_writes_holds() {
    let (company, bundle, anchor) = rich();
    let (key, anchors) = (company.vkey(), [Anchor { name: "anchor", bytes: anchor.as_bytes() }]);
    let verdict = verify(&bundle, &Ask { key: Some(&key), anchors: &anchors, words: Some(WORDS) });
    assert_eq!(verdict.problems, vec![]);
    assert_eq!(verdict.size, company.lines.len() as u64);
    let report = String::from_utf8(bundle.files["report.csv"].clone()).unwrap();
    assert!(report.contains("\"(erased)\",\"(erased)\",\"okta\",\"deactivate_account\""), "{report}");
    assert!(report.contains("\"'=cmd()\"") && report.contains("\"ana@example.com lee@example.com\""), "{report}");
    assert!(!bundle.files.keys().any(|p| p.ends_with(".json") && p.contains("personal")));
    let endings: std::collections::BTreeSet<&str> =
        bundle.files.keys().filter_map(|p| p.strip_prefix("files/")?.split('.').nth(1)).collect();
    assert_eq!(endings.into_iter().collect::<Vec<_>>(), ["batch", "json", "jsonl", "jwt", "png", "rows", "sig", "signers", "tree", "txt"]);
}

#[test]
fn a_bundle_with_something_missing_is_not_written() {
    let mut company = Company::new();
    let read = company.read(&["bo"]);
    let plan = company.plan(read, vec![need(1, Proof::Any)], &["bo"]);
    let about = plan.steps()[0].about;
    company.blobs.remove(&about);
    assert_eq!(company.export().err(), Some(BundleError::Missing(about)));
    let mut bare = Company::new();
    bare.read(&["bo"]);
    let mut out = MemoryBundle::default();
    assert_eq!(write_bundle(&bare.lines, &bare.blobs, &bare.key, &mut out), Err(BundleError::NotExported));
    assert!(out.files.is_empty(), "nothing half written");
}
