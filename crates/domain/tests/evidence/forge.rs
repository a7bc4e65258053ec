//! The operator's forgeries (approvals-and-evidence.md §6): whoever holds the log's key, and one approver's, rewrites the bundle
//! of the vectors and seals it again. Each must be refused with the code that the table names.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use usher_domain::canon;
use usher_domain::checkpoint::{Checkpoint, LogKey};
use usher_domain::digest::Digest;
use usher_domain::evidence::{MemoryBundle, report};
use usher_domain::log::Logged;
use usher_domain::sshsig::Signer;
use usher_domain::tree::Frontier;

use crate::folder::{audit, bundle, codes, read};

/// A bundle taken apart.
struct Forge {
    log: Vec<Map<String, Value>>,
    /// Name in `files` and bytes.
    files: BTreeMap<String, Vec<u8>>,
    openings: Vec<Map<String, Value>>,
    page: Vec<u8>,
    report: Option<Vec<u8>>,
    key: LogKey,
    ana: Signer,
}

fn lines(bytes: &[u8]) -> Vec<Map<String, Value>> {
    bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect()
}

fn line(map: &Map<String, Value>) -> Vec<u8> {
    canon::to_vec(&Value::Object(map.clone())).unwrap()
}

fn joined(maps: &[Map<String, Value>]) -> Vec<u8> {
    maps.iter().flat_map(|m| [line(m), b"\n".to_vec()].concat()).collect()
}

impl Forge {
    fn new() -> Forge {
        let good = bundle();
        let files = good.files.iter().filter_map(|(p, b)| Some((p.strip_prefix("files/")?.to_owned(), b.clone()))).collect();
        let pem = String::from_utf8(read("throwaway-log.pem")).unwrap();
        Forge {
            log: lines(&good.files["log.jsonl"]),
            files,
            openings: lines(&good.files["personal.jsonl"]),
            page: good.files["README.md"].clone(),
            report: None,
            key: LogKey::from_pem(&pem, "example.com/usher/5f3c9a1e/log/1").unwrap(),
            ana: Signer::parse(&read("throwaway-ana.key"), None).unwrap(),
        }
    }

    fn digest(&self, seq: usize, field: &str) -> String {
        self.log[seq][field].as_str().unwrap().to_owned()
    }

    fn name(digest: &str, ending: &str) -> String {
        format!("{}.{ending}", digest.trim_start_matches("sha256:"))
    }

    fn text(&self, seq: usize, field: &str, ending: &str) -> String {
        String::from_utf8(self.files[&Forge::name(&self.digest(seq, field), ending)].clone()).unwrap()
    }

    /// Puts a file in, and gives its digest.
    fn put(&mut self, bytes: &[u8], ending: &str) -> String {
        let digest = Digest::of(bytes).to_string();
        self.files.insert(Forge::name(&digest, ending), bytes.to_vec());
        digest
    }

    /// Exchanges the file that a field of some entries refers to, in all entries that refer to it, and in no other file.
    fn exchange(&mut self, seq: usize, field: &str, ending: &str, bytes: &[u8]) {
        let old = self.digest(seq, field);
        self.files.remove(&Forge::name(&old, ending));
        let new = self.put(bytes, ending);
        for entry in &mut self.log {
            for value in entry.values_mut().filter(|v| v.as_str() == Some(&old)) {
                *value = json!(new);
            }
        }
    }

    /// Changes a message, and has Ana sign it.
    fn resign(&mut self, seq: usize, change: impl Fn(String) -> String) {
        let message = change(self.text(seq, "message", "txt")).into_bytes();
        let sig = self.ana.sign(&message).unwrap();
        self.exchange(seq, "proof", "sig", sig.as_bytes());
        self.exchange(seq, "message", "txt", &message);
    }

    /// Changes a plan's lines.
    fn replan(&mut self, seq: usize, change: impl Fn(&mut Vec<Map<String, Value>>)) {
        let mut plan = lines(self.text(seq, "plan", "jsonl").as_bytes());
        change(&mut plan);
        self.exchange(seq, "plan", "jsonl", &joined(&plan));
    }

    /// Changes the opening that has this value of `about`, and gives its new digest.
    fn reopen(&mut self, about: &str, change: impl Fn(&mut Map<String, Value>)) -> String {
        let opening = self.openings.iter_mut().find(|o| Digest::of(&line(o)).to_string() == about).unwrap();
        change(opening);
        Digest::of(&line(opening)).to_string()
    }

    /// Puts an entry in and moves the numbers of all behind it.
    fn insert(&mut self, at: usize, mut entry: Map<String, Value>) {
        let moved = |v: &mut Value| {
            if v.as_u64().is_some_and(|n| n >= at as u64) {
                *v = json!(v.as_u64().unwrap() + 1);
            }
        };
        entry.insert("seq".to_owned(), json!(at));
        entry.entry("at").or_insert(self.log[at - 1]["at"].clone());
        for later in &mut self.log {
            later.get_mut("signers").into_iter().for_each(moved);
            later.get_mut("decisions").and_then(Value::as_array_mut).into_iter().flatten().for_each(moved);
            moved(later.get_mut("seq").unwrap());
        }
        self.log.insert(at, entry);
    }

    fn remove(&mut self, at: usize) {
        self.log.remove(at);
        let moved = |v: &mut Value| {
            if v.as_u64().is_some_and(|n| n > at as u64) {
                *v = json!(v.as_u64().unwrap() - 1);
            }
        };
        for later in &mut self.log {
            later.get_mut("signers").into_iter().for_each(moved);
            later.get_mut("decisions").and_then(Value::as_array_mut).into_iter().flatten().for_each(moved);
            moved(later.get_mut("seq").unwrap());
        }
    }

    /// Seals it again: report, opening of the export, order of openings, root, signature.
    fn seal(mut self) -> MemoryBundle {
        let mut blobs: BTreeMap<Digest, Vec<u8>> = self.openings.iter().map(|o| (Digest::of(&line(o)), line(o))).collect();
        blobs.extend(self.files.iter().map(|(n, b)| (format!("sha256:{}", n.split('.').next().unwrap()).parse().unwrap(), b.clone())));
        let log: Vec<Logged> = self.log.iter().filter_map(|m| Logged::parse(&line(m)).ok()).collect();
        let report = self.report.take().unwrap_or_else(|| report(&log, &blobs));
        if let Some(last) = self.log.last_mut().filter(|l| l["type"] == "exported") {
            let about = last["about"].as_str().unwrap().to_owned();
            if let Some(opening) = self.openings.iter_mut().find(|o| Digest::of(&line(o)).to_string() == about) {
                opening.insert("readme".to_owned(), json!(Digest::of(&self.page).hex()));
                opening.insert("report".to_owned(), json!(Digest::of(&report).hex()));
                last.insert("about".to_owned(), json!(Digest::of(&line(opening)).to_string()));
            }
        }
        self.openings.sort_by_key(|o| Digest::of(&line(o)));
        let mut tree = Frontier::new();
        self.log.iter().for_each(|m| tree.append(&line(m)));
        let mut made = MemoryBundle::default();
        made.files.extend(self.files.into_iter().map(|(n, b)| (format!("files/{n}"), b)));
        for (name, bytes) in [
            ("log.jsonl", joined(&self.log)),
            ("personal.jsonl", joined(&self.openings)),
            ("report.csv", report),
            ("README.md", self.page),
            ("log.vkey", format!("{}\n", self.key.vkey()).into_bytes()),
            ("checkpoint", Checkpoint::sign(tree.size(), tree.root(), &self.key).into_bytes()),
        ] {
            made.files.insert(name.to_owned(), bytes);
        }
        made
    }

    fn entry(&self, value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    /// A decision by Ana on the plan of an entry, with her message changed.
    fn decide(&mut self, plan_seq: usize, change: impl Fn(String) -> String) -> Map<String, Value> {
        let plan = self.digest(plan_seq, "plan");
        let text = self.text(6, "message", "txt").replace(&self.digest(5, "plan"), &plan);
        let text = text.replace("steps: 2", "steps: 1").replace("account 2", "account 1").replace("408a", "408b");
        let at = self.log[plan_seq]["at"].as_str().unwrap().to_owned();
        let text = text.replace("made: 2026-11-25T09:10:00Z", &format!("made: {at}"));
        let message = change(text).into_bytes();
        let sig = self.ana.sign(&message).unwrap();
        let (message, proof) = (self.put(&message, "txt"), self.put(sig.as_bytes(), "sig"));
        self.entry(json!({"kind": "sshsig", "message": message, "plan": plan, "proof": proof, "type": "decision"}))
    }
}

type Change = fn(&mut Forge);

/// What is forged, the code that must be among those found, and how it is done.
const FORGERIES: &[(&str, &str, Change)] = &[
    ("message edited: it would count longer", "SSH", |f| {
        let text = f.text(6, "message", "txt").replace("expires: 2026-11-28", "expires: 2026-12-28");
        f.exchange(6, "message", "txt", text.as_bytes());
    }),
    ("the key was revoked", "SSH", |f| {
        let line = f.ana.key().unwrap().line() + "\n";
        f.exchange(1, "revoked", "revoked", line.as_bytes());
    }),
    ("Ana signs as Ben", "SSH", |f| f.resign(6, |t| t.replace("by: ana@", "by: ines@"))),
    ("a signature with CRLF", "SSH", |f| {
        let sig = f.text(6, "proof", "sig").replace('\n', "\r\n");
        f.exchange(6, "proof", "sig", sig.as_bytes());
    }),
    ("a list of signers with a pattern", "SSH", |f| {
        let list = f.text(1, "allowed", "signers").replace("sam@example.com,", "*@example.com,");
        f.exchange(1, "allowed", "signers", list.as_bytes());
    }),
    ("Ana's line ended before the run", "SSH", |f| {
        let list = f.text(1, "allowed", "signers");
        let list = list.replacen("usher-decision-v1\" ssh", "usher-decision-v1\",valid-before=\"20261125091300Z\" ssh", 1);
        f.exchange(1, "allowed", "signers", list.as_bytes());
    }),
    ("approval moved to another plan", "MESSAGE", |f| {
        let other = f.log[13]["plan"].clone();
        f.log[6].insert("plan".to_owned(), other);
    }),
    ("plan changed after it was signed", "MESSAGE", |f| f.replan(5, |p| drop(p[0].insert("reason".to_owned(), json!("other"))))),
    ("message shows fewer steps", "MESSAGE", |f| f.resign(6, |t| t.replace("steps: 2", "steps: 1"))),
    ("message hides the override", "MESSAGE", |f| f.resign(14, |t| t.replace("removals darktrace 3/2", "none"))),
    ("message with a line more", "MESSAGE", |f| f.resign(6, |t| t + "note: hi\n")),
    ("message for another company", "MESSAGE", |f| f.resign(6, |t| t.replace("5f3c9a1e", "5f3c9a1f"))),
    ("a batch that does not list the plan", "MESSAGE", |f| {
        let other = f.log[23]["plan"].clone();
        f.log[15].insert("plan".to_owned(), other);
    }),
    ("a decision before its plan", "MESSAGE", |f| {
        let decision = f.log[24].clone();
        f.remove(24);
        f.insert(23, decision);
    }),
    ("one approval where two are needed", "NEED", |f| drop(f.log[8].insert("decisions".to_owned(), json!([6])))),
    ("one person twice", "NEED", |f| {
        let second = f.decide(5, |t| t.replace("steps: 1", "steps: 2").replace("account 1", "account 2"));
        let at = f.log[7]["at"].clone();
        f.log[7] = second;
        f.log[7].extend([("at".to_owned(), at), ("seq".to_owned(), json!(7))]);
    }),
    ("the second group was not asked", "NEED", |f| drop(f.log[17].insert("decisions".to_owned(), json!([14])))),
    ("irreversible and nobody asked", "NEED", |f| {
        f.replan(27, |p| {
            p[0].insert("need".to_owned(), json!([]));
            p[1].insert("irreversible".to_owned(), json!(true));
        });
    }),
    ("approved what she asked for", "FOUREYES", |f| f.replan(27, |p| drop(p[0].insert("by".to_owned(), json!("ana@example.com"))))),
    ("approved a step on her own account", "FOUREYES", |f| {
        let about = lines(f.text(27, "plan", "jsonl").as_bytes())[1]["about"].as_str().unwrap().to_owned();
        let new = f.reopen(&about, |o| drop(o.insert("person".to_owned(), json!({"email": "Ana@example.com", "name": "Ana"}))));
        f.replan(27, |p| drop(p[1].insert("about".to_owned(), json!(new))));
    }),
    ("expired at the run", "TIME", |f| f.resign(6, |t| t.replace("expires: 2026-11-28T09:10:00Z", "expires: 2026-11-25T09:16:12Z"))),
    ("made after it was taken", "TIME", |f| f.resign(6, |t| t.replace("made: 2026-11-25T09:10:00Z", "made: 2026-11-25T09:15:01Z"))),
    ("confirmed by a read before the write", "TIME", |f| drop(f.log[9].insert("read_at".to_owned(), json!("2026-11-25T09:16:31Z")))),
    ("confirmed without a read", "TIME", |f| drop(f.log[9].insert("read_at".to_owned(), Value::Null))),
    ("written before the run began", "TIME", |f| drop(f.log[9].insert("sent_at".to_owned(), json!("2026-11-25T09:16:11Z")))),
    ("read after it is written down", "TIME", |f| drop(f.log[9].insert("read_at".to_owned(), json!("2026-11-25T09:16:53Z")))),
    ("a read that ended before it began", "TIME", |f| drop(f.log[3].insert("started_at".to_owned(), json!("2026-11-25T09:00:11Z")))),
    ("dated back", "ORDER", |f| drop(f.log[20].insert("at".to_owned(), json!("2026-11-25T09:00:00Z")))),
    ("numbers left out", "ORDER", |f| drop(f.log[20].insert("seq".to_owned(), json!(21)))),
    ("no signers at the beginning", "ORDER", |f| {
        let signers = f.log[1].clone();
        f.remove(1);
        f.insert(3, signers);
    }),
    ("an intent from a read that comes later", "ORDER", |f| drop(f.log[4].insert("read".to_owned(), json!(30)))),
    ("ran although rejected", "RUN", |f| {
        let reject = f.decide(13, |t| t.replace("decision: approve", "decision: reject"));
        f.insert(16, reject);
    }),
    ("ran twice", "RUN", |f| {
        let again = json!({"decisions": [6, 7], "plan": f.digest(5, "plan"), "run": "r-9", "signers": 1, "type": "run"});
        let again = f.entry(again);
        f.insert(38, again);
    }),
    ("a run's id twice", "RUN", |f| drop(f.log[28].insert("run".to_owned(), json!("r-1")))),
    ("cites a decision on another plan", "RUN", |f| drop(f.log[20].insert("decisions".to_owned(), json!([14])))),
    ("cites a decision that comes later", "RUN", |f| drop(f.log[20].insert("decisions".to_owned(), json!([33])))),
    ("cites what is no decision", "RUN", |f| drop(f.log[20].insert("decisions".to_owned(), json!([13])))),
    ("cites a decision twice", "RUN", |f| drop(f.log[20].insert("decisions".to_owned(), json!([15, 15])))),
    ("cites signers of before", "RUN", |f| {
        let same = f.log[1].clone();
        let at = f.log[22]["at"].clone();
        f.insert(23, same);
        f.log[23].insert("at".to_owned(), at);
    }),
    ("a run of a plan that was not saved", "RUN", |f| f.remove(27)),
    ("an outcome of a run that never began", "RUN", |f| drop(f.log[29].insert("run".to_owned(), json!("r-7")))),
    ("standing approval for another action", "STANDING", |f| f.resign(25, |t| t.replace("deactivate_account, ", ""))),
    ("standing approval for another instance", "STANDING", |f| f.resign(25, |t| t.replace("instances: all", "instances: okta"))),
    ("standing approval for another reason", "STANDING", |f| f.resign(25, |t| t.replace("why: leaver", "why: mover"))),
    ("standing approval withdrawn", "STANDING", |f| f.resign(25, |t| t.replace("people: 15", "people: 0"))),
    ("standing approval that lives too long", "STANDING", |f| f.resign(25, |t| t.replace("expires: 2027-05", "expires: 2028-05"))),
    ("standing approval for what can't be undone", "STANDING", |f| {
        f.replan(27, |p| drop(p[1].insert("irreversible".to_owned(), json!(true))))
    }),
    ("standing approval for too many people", "STANDING", |f| {
        f.resign(25, |t| t.replace("people: 15", "people: 1"));
        f.replan(27, |p| {
            let mut second = p[1].clone();
            second.extend([("n".to_owned(), json!(2)), ("subject".to_owned(), json!("p-0000000000"))]);
            p.push(second);
            p[0].insert("steps".to_owned(), json!(2));
        });
    }),
    ("standing approval that was replaced", "STANDING", |f| {
        let mut later = f.log[25].clone();
        let message = f.text(25, "message", "txt").replace("people: 15", "people: 2").into_bytes();
        let sig = f.ana.sign(&message).unwrap();
        let (message, proof) = (f.put(&message, "txt"), f.put(sig.as_bytes(), "sig"));
        later.extend([("message".to_owned(), json!(message)), ("proof".to_owned(), json!(proof))]);
        f.insert(26, later);
    }),
    ("standing approval of another group", "NEED", |f| f.resign(25, |t| t.replace("group: it-leads", "group: secops"))),
    ("an outcome left out", "STEPS", |f| f.remove(10)),
    ("a run with all outcomes that is not closed", "STEPS", |f| f.remove(11)),
    ("miscounted", "STEPS", |f| drop(f.log[22].insert("confirmed".to_owned(), json!(1)))),
    ("stale counted as confirmed", "TIME", |f| drop(f.log[21].insert("state".to_owned(), json!("confirmed")))),
    ("a second outcome", "STEPS", |f| {
        let again = f.log[9].clone();
        f.insert(10, again);
    }),
    ("an outcome of a step that is not there", "STEPS", |f| drop(f.log[9].insert("n".to_owned(), json!(3)))),
    ("a row taken out of a population", "ROWS", |f| {
        let list = f.text(3, "list", "rows");
        let short: String = list.lines().skip(1).flat_map(|l| [l, "\n"]).collect();
        f.exchange(3, "list", "rows", short.as_bytes());
    }),
    ("complete although the app said more", "ROWS", |f| drop(f.log[3].insert("stated".to_owned(), json!(7)))),
    ("a row of another instance", "ROWS", |f| drop(f.log[3].insert("instance".to_owned(), json!("okta")))),
    ("a list out of order", "ROWS", |f| {
        let list = f.text(3, "list", "rows");
        let turned: String = list.lines().rev().flat_map(|l| [l, "\n"]).collect();
        f.exchange(3, "list", "rows", turned.as_bytes());
    }),
    ("ID token edited", "OPENSSL", |f| {
        let token = f.text(7, "proof", "jwt").replace("eyJhbXIi", "eyJhbXIj");
        f.exchange(7, "proof", "jwt", token.as_bytes());
    }),
    ("ID token without its signature", "OPENSSL", |f| {
        let token = f.text(7, "proof", "jwt");
        let bare = format!("{}.", token.rsplit_once('.').unwrap().0);
        f.exchange(7, "proof", "jwt", bare.as_bytes());
    }),
    ("ID token for another message", "OPENSSL", |f| {
        let text = f.text(7, "message", "txt").replace("nonce: 66", "nonce: 67");
        f.exchange(7, "message", "txt", text.as_bytes());
    }),
    ("ID token of another person", "OPENSSL", |f| {
        let oidc = f.text(1, "oidc", "json").replace("lee@example.com", "kim@example.com");
        f.exchange(1, "oidc", "json", oidc.as_bytes());
    }),
    ("ID token by another key", "OPENSSL", |f| {
        let oidc = f.text(1, "oidc", "json").replace("\"kid\":\"k1\"", "\"kid\":\"k2\"");
        f.exchange(1, "oidc", "json", oidc.as_bytes());
    }),
    ("ID token for another client", "OPENSSL", |f| {
        let oidc = f.text(1, "oidc", "json").replace("usher-console", "usher-other");
        f.exchange(1, "oidc", "json", oidc.as_bytes());
    }),
    ("a plan with a key twice", "JCS", |f| {
        let plan = f.text(27, "plan", "jsonl").replace("\"n\":1,", "\"n\":1,\"n\":1,");
        f.exchange(27, "plan", "jsonl", plan.as_bytes());
    }),
    ("a configuration that is not canonical", "JCS", |f| {
        let name = "60c62a94e9a522726c25201734d8b51fbb17d805165e764696118c8be8bbc597";
        let config = f.files.remove(&format!("{name}.json")).unwrap();
        let new = f.put(&[&config[..], b"\n"].concat(), "json");
        f.replan(27, |p| drop(p[0]["pins"]["darktrace"].as_object_mut().unwrap().insert("config".to_owned(), json!(new))));
    }),
    ("a plan for another company", "PLAN", |f| {
        f.replan(27, |p| drop(p[0].insert("tenant".to_owned(), json!("example.com/usher/00000000"))));
    }),
    ("a plan with fewer steps than its entry says", "PLAN", |f| drop(f.log[27].insert("steps".to_owned(), json!(2)))),
    ("a plan made from a read that is none", "PLAN", |f| {
        f.replan(27, |p| drop(p[0]["pins"]["darktrace"].as_object_mut().unwrap().insert("read".to_owned(), json!(2))));
    }),
    ("a plan saved twice", "PLAN", |f| {
        let again = f.log[27].clone();
        f.insert(28, again);
    }),
    ("a plan with a step of another number", "PLAN", |f| f.replan(27, |p| drop(p[1].insert("n".to_owned(), json!(2))))),
    ("an entry of a type that is not known", "LOG", |f| drop(f.log[31].insert("type".to_owned(), json!("exporting")))),
    ("a time of another form", "LOG", |f| drop(f.log[31].insert("at".to_owned(), json!("2026-11-25T09:45:36.0Z")))),
    ("a name in the log", "PRIVACY", |f| drop(f.log[31].insert("note".to_owned(), json!("ask ana@example.com")))),
    ("letters in the log that are not ASCII", "PRIVACY", |f| drop(f.log[31].insert("note".to_owned(), json!("für")))),
    ("said to be erased and kept", "PRIVACY", |f| {
        let kept = f.digest(4, "about");
        f.replan(32, |p| drop(p[1].insert("about".to_owned(), json!(kept))));
    }),
    ("erased though no plan says so", "MISSING", |f| {
        let about = f.digest(4, "about");
        f.openings.retain(|o| Digest::of(&line(o)).to_string() != about);
    }),
    ("erased by a step that was not confirmed", "MISSING", |f| {
        f.log[35].insert("state".to_owned(), json!("failed"));
        f.log[37].extend([("confirmed".to_owned(), json!(1)), ("other".to_owned(), json!(1))]);
    }),
    ("a message kept under another ending", "MISSING", |f| {
        let old = Forge::name(&f.digest(6, "message"), "txt");
        let bytes = f.files.remove(&old).unwrap();
        f.files.insert(old.replace(".txt", ".tree"), bytes);
    }),
    ("an opening slipped in", "EXTRA", |f| {
        let more = f.entry(json!({"read": {"active": false}, "salt": "00000000000000000000000000000000"}));
        f.openings.push(more);
    }),
    ("an opening without salt", "PERSONAL", |f| {
        let about = f.digest(4, "about");
        let new = f.reopen(&about, |o| drop(o.remove("salt")));
        f.log[4].insert("about".to_owned(), json!(new));
    }),
    ("the newest entries left out", "FRESH", |f| f.log.truncate(32)),
    ("the export left out", "FRESH", |f| f.log.truncate(38)),
    ("a row left out of the report", "REPORT", |f| {
        let report = String::from_utf8(bundle().files["report.csv"].clone()).unwrap();
        f.report = Some(report.split_inclusive("\r\n").take(7).collect::<String>().into_bytes());
    }),
    ("another state in the report", "REPORT", |f| {
        f.report = Some(String::from_utf8(bundle().files["report.csv"].clone()).unwrap().replacen("stale", "confirmed", 1).into_bytes());
    }),
    ("a formula in the report", "REPORT", |f| {
        f.report = Some(String::from_utf8(bundle().files["report.csv"].clone()).unwrap().replacen("'=HYPER", "=HYPER", 1).into_bytes());
    }),
    ("a direction character in the report", "REPORT", |f| {
        f.report =
            Some(String::from_utf8(bundle().files["report.csv"].clone()).unwrap().replacen("Bo Li", "\u{202e}Bo Li", 1).into_bytes());
    }),
    ("a report with bare line feeds", "REPORT", |f| {
        f.report = Some(String::from_utf8(bundle().files["report.csv"].clone()).unwrap().replace("\r\n", "\n").into_bytes());
    }),
    ("an opening that is nested too deep", "MALFORMED", |f| {
        let about = f.digest(4, "about");
        let deep = (0..40).fold(json!(1), |v, _| json!([v]));
        let new = f.reopen(&about, |o| drop(o.insert("x".to_owned(), deep.clone())));
        f.log[4].insert("about".to_owned(), json!(new));
    }),
];

#[test]
fn what_is_sealed_again_unchanged_holds() {
    let verdict = audit(&Forge::new().seal(), true);
    assert_eq!(verdict.problems, vec![]);
}

#[test]
fn each_forgery_is_found_under_its_code() {
    let mut wrong = Vec::new();
    for (name, code, change) in FORGERIES {
        let mut forge = Forge::new();
        change(&mut forge);
        let verdict = audit(&forge.seal(), false);
        let found = codes(&verdict);
        if verdict.holds || !found.contains(code) {
            wrong.push(format!("{name}: {code} expected, found {found:?}"));
        }
        // Sealed again by whoever has the key, so the seal itself is good: the rules find it.
        if found.iter().any(|c| ["TREE", "SIGNATURE", "KEY", "FILE"].contains(c)) {
            wrong.push(format!("{name}: the forger's seal is not good: {:?}", verdict.problems));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn history_before_an_anchor_is_held() {
    let mut forge = Forge::new();
    forge.log[4].insert("due".to_owned(), json!("2026-11-01"));
    let rewritten = forge.seal();
    assert!(audit(&rewritten, false).holds, "whoever never showed a checkpoint can rewrite history");
    assert_eq!(codes(&audit(&rewritten, true)), ["ANCHOR"]);
    let mut cut = Forge::new();
    cut.log.truncate(5);
    assert!(codes(&audit(&cut.seal(), true)).contains(&"ANCHOR"), "cut back behind the anchor");
}

#[test]
fn a_log_of_another_key_is_not_this_log() {
    let mut forge = Forge::new();
    forge.key = LogKey::from_seed(&[1; 32], "example.com/usher/5f3c9a1e/log/1").unwrap();
    let found = audit(&forge.seal(), true);
    assert!(codes(&found).contains(&"KEY") && codes(&found).contains(&"SIGNATURE"), "{:?}", found.problems);
}
