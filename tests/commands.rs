//! Commands of the real binary against servers of the simulated company: connect, query, sign in every way, apply, interrupt.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use usher_domain::sshsig::Signer;
use usher_sandbox::clock::Clock;
use usher_sandbox::company::Company;
use usher_sandbox::darktrace::Darktrace;
use usher_sandbox::fault::{Fault, Faults, Order, Phase};
use usher_sandbox::okta::Okta;

use crate::binary::{command, run, stderr, stdout};
use crate::laps::{Account, Person, Real, World};

fn clock() -> Clock {
    Clock::new(|| usher_engine::given::Clock::now(&Real))
}

fn private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("set");
}

fn good(done: &Output, what: &str) -> String {
    assert!(done.status.success(), "{what}: {:?}\n{}\n{}", done.status.code(), stdout(done), stderr(done));
    stdout(done)
}

/// Runs a blocking piece beside the servers of this test.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("it ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apps_are_connected_once_they_work_and_then_queried() {
    let company = Company::new(5, 40, clock().now());
    let appliance = Darktrace::of(&company, clock());
    let tokens = (appliance.public_token().to_owned(), appliance.private_token().to_owned());
    let appliance = appliance.start(Faults::none()).await.expect("it starts");
    let okta = Okta::of(&company, "okta-token-1", clock()).start(Faults::none()).await.expect("it starts");
    let (dt, tenant) = (format!("host={}", appliance.host()), format!("domain={}", okta.host()));
    beside(move || {
        let dir = tempfile::tempdir().expect("a folder");
        let at = dir.path();
        good(&run(at, &["init", "--company", "Test", "--domain", "corp.example"]), "init");
        let before = std::fs::read_to_string(at.join("usher.yaml")).expect("read");
        private(&at.join("private"), &tokens.1);
        private(&at.join("wrong"), "not-the-token");
        let connect = |secret: &str, more: &[&str]| {
            let args = ["connect", "darktrace", "--config", &dt, "--secret", "public_token=env:DT_PUBLIC", "--secret"];
            let args: Vec<&str> = args.into_iter().chain([secret]).chain(more.iter().copied()).collect();
            command(at, &args).env("DT_PUBLIC", &tokens.0).output().expect("runs")
        };
        for (secret, more, code, says) in [
            ("private_token=file:wrong", &[][..], 1, "API SIGNATURE ERROR"),
            ("private_token=file:nowhere", &[], 1, "SECRET-002"),
            ("private_token=literally", &[], 2, "CONNECT-004"),
            ("privat_token=file:private", &[], 2, "did you mean `private_token`"),
            ("private_token=file:private", &["--config", "public_token=x"], 2, "it is a secret"),
            ("private_token=file:private", &["--name", "No Name"], 2, "CONNECT-001"),
        ] {
            let done = connect(secret, more);
            assert!(done.status.code() == Some(code) && stderr(&done).contains(says), "{secret} {more:?}: {}", stderr(&done));
            assert_eq!(std::fs::read_to_string(at.join("usher.yaml")).expect("read"), before, "{secret} {more:?} left something behind");
        }
        let said = good(&connect("private_token=file:private", &[]), "connect darktrace");
        assert!(said.contains("darktrace is in usher.yaml now") && said.contains("ok"), "{said}");
        assert!(stderr(&connect("private_token=file:private", &[])).contains("CONNECT-005"), "twice");

        let okta = ["connect", "okta", "--config", &tenant, "--secret", "api_token=env:OKTA", "--mode", "propose"];
        let done = command(at, &okta).env("OKTA", "okta-token-2").output().expect("runs");
        assert!(done.status.code() == Some(1) && stderr(&done).contains("CONNECT-003"), "{}", stderr(&done));
        let said = good(&command(at, &okta).env("OKTA", "okta-token-1").output().expect("runs"), "connect okta");
        assert!(said.contains("in mode propose"), "{said}");
        let done = command(at, &["read", "okta"]).env("OKTA", "okta-token-1").output().expect("runs");
        assert!(good(&done, "read okta").contains("accounts"));

        for (args, least) in
            [(&["devices"][..], 1), (&["model_breaches", "--since", "2026-01-01"], 1), (&["model_breaches"], 0), (&["status"], 1)]
        {
            let args: Vec<&str> = ["query", "darktrace"].into_iter().chain(args.iter().copied()).collect();
            let done = command(at, &args).env("DT_PUBLIC", &tokens.0).output().expect("runs");
            let lines: Vec<Value> =
                good(&done, "query").lines().map(|l| serde_json::from_str(l).expect("one JSON object a line")).collect();
            assert!(lines.len() >= least && lines.iter().all(Value::is_object), "{args:?}: {lines:?}");
        }
        for (args, code) in [(&["devises"][..], "QUERY-001"), (&["devices", "--since", "2026-01-01"], "QUERY-002")] {
            let args: Vec<&str> = ["query", "darktrace"].into_iter().chain(args.iter().copied()).collect();
            let done = command(at, &args).env("DT_PUBLIC", &tokens.0).output().expect("runs");
            assert!(!done.status.success() && stderr(&done).contains(code), "{args:?}: {}", stderr(&done));
        }
    })
    .await;
}

const ANA: &str = "ana@corp.example";
const BEN: &str = "ben@corp.example";
const CY: &str = "cy@corp.example";

/// Three approvers and two leavers with an account each.
async fn world(policy: &str) -> World {
    let person = |number: &str, email: &str, left: bool| Person {
        number: number.into(),
        email: email.into(),
        name: String::new(),
        status: if left { "Terminated" } else { "Active" }.into(),
        last_day: if left { "2026-10-31" } else { "" }.into(),
    };
    let emails = [ANA, BEN, CY, "di@corp.example", "ed@corp.example", "fa@corp.example", "gu@corp.example"];
    let people = (1..).zip(emails).map(|(n, email)| person(&format!("{n:05}"), email, email < "f" && email > "d")).collect();
    let accounts: Vec<Account> = ["di@corp.example", "ed@corp.example", "fa@corp.example"]
        .map(|login| Account { login: login.into(), email: login.into(), number: String::new(), active: true })
        .into();
    World::new(people, &accounts, &[ANA, BEN, CY].map(str::to_owned), policy).await
}

fn plan(dir: &Path) -> String {
    good(&run(dir, &["read"]), "read");
    let plan: Value = serde_json::from_str(&good(&run(dir, &["plan", "--format", "json"]), "plan")).expect("JSON");
    plan["plans"][0]["id"].as_str().unwrap_or_else(|| panic!("no id in {plan}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_signed_with_a_file_an_encrypted_file_an_agent_and_elsewhere() {
    let world = world("approvals: [{when: \"true\", need: 3, from: leads}]\n").await;
    let dir = world.dir.path().to_owned();
    beside(move || {
        let at = dir.as_path();
        let id = plan(at);
        for (seed, name) in [(1u8, "ana"), (2, "ben"), (3, "cy"), (9, "eve")] {
            private(&at.join(name), &Signer::from_seed(&[seed; 32]).to_file().expect("a file"));
        }
        let tool = |args: &[&str]| {
            let done = Command::new("ssh-keygen").args(args).current_dir(at).stdin(Stdio::null()).output().expect("ssh-keygen runs");
            assert!(done.status.success(), "{args:?}: {}", stderr(&done));
        };

        let file = std::fs::read_dir(at.join("plans")).expect("plans").flatten().next().expect("a plan").path();
        let bytes = std::fs::read_to_string(&file).expect("read");
        let changed = bytes.replace("\"steps\":2", "\"steps\":1").replace("deactivate_account", "delete_account");
        for (path, code) in [(file.clone(), "PLAN-001"), (at.join("copy.jsonl"), "PLAN-005")] {
            std::fs::write(&path, &changed).expect("written");
            let done = run(at, &["approve", path.to_str().expect("text"), "--key", "ana"]);
            assert!(!done.status.success() && stderr(&done).contains(code), "{code}: {}", stderr(&done));
        }
        std::fs::write(&file, &bytes).expect("written");

        let done = run(at, &["approve", &id, "--key", "eve"]);
        assert!(!done.status.success() && stderr(&done).contains("APPROVE-"), "a key of nobody: {}", stderr(&done));
        tool(&["-p", "-q", "-N", "correct horse", "-f", "ana"]);
        let done = run(at, &["approve", &id, "--key", "ana"]);
        assert!(!done.status.success() && stderr(&done).contains("APPROVE-017"), "no passphrase: {}", stderr(&done));
        let with = |pass: &str| command(at, &["approve", &id, "--key", "ana"]).env("USHER_PASSPHRASE", pass).output().expect("runs");
        assert!(!with("wrong").status.success());
        good(&with("correct horse"), "an encrypted key");

        let done = run(at, &["apply", &id]);
        assert!(done.status.code() == Some(4) && stderr(&done).contains("2 more of leads"), "{}", stderr(&done));

        let agent = Agent::start(at);
        agent.add("ben");
        let done = command(at, &["approve", &id]).env("SSH_AUTH_SOCK", agent.socket()).output().expect("runs");
        good(&done, "the agent's key");

        std::fs::write(at.join("m.txt"), good(&run(at, &["approve", &id, "--print", "--by", CY]), "print")).expect("written");
        tool(&["-Y", "sign", "-n", "usher-decision-v1", "-f", "cy", "m.txt"]);
        let changed = std::fs::read_to_string(at.join("m.txt")).expect("read").replace("steps: 2", "steps: 1");
        std::fs::write(at.join("changed.txt"), changed).expect("written");
        let done = run(at, &["approve", &id, "--signature", "m.txt.sig", "--message", "changed.txt"]);
        assert!(!done.status.success(), "another message was taken");
        good(&run(at, &["approve", &id, "--signature", "m.txt.sig"]), "signed elsewhere");

        let said = good(&run(at, &["apply", &id]), "apply");
        assert!(said.contains("2 confirmed"), "{said}");
        let done = run(at, &["apply", &id]);
        assert!(!done.status.success() && stderr(&done).contains("PLAN-008"), "a plan runs once: {}", stderr(&done));
        let done = run(at, &["evidence", "export", "--out", "bundle", "--for", "audit 1"]);
        good(&done, "export");
        assert!(good(&run(at, &["evidence", "verify", "bundle", "--for", "audit 1"]), "verify").starts_with("Holds"));
    })
    .await;
    let mut off = world.server.state().inactive();
    off.sort();
    assert_eq!(off, ["di@corp.example", "ed@corp.example"]);
}

/// An ssh agent of this test, ended with it.
struct Agent {
    child: std::process::Child,
    socket: std::path::PathBuf,
}

impl Agent {
    fn start(dir: &Path) -> Agent {
        let socket = dir.join("agent.sock");
        let child = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().expect("ssh-agent starts");
        for _ in 0..100 {
            if socket.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Agent { child, socket }
    }

    fn socket(&self) -> &Path {
        &self.socket
    }

    fn add(&self, name: &str) {
        let file = self.socket.with_file_name(name);
        let done = Command::new("ssh-add").arg("-q").arg(file).env("SSH_AUTH_SOCK", &self.socket).output().expect("ssh-add runs");
        assert!(done.status.success(), "{}", stderr(&done));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_apply_that_is_interrupted_says_where_it_stands_and_writes_nothing_twice() {
    let world = world("approvals: [{when: \"true\", need: 1, from: leads}]\n").await;
    let dir = world.dir.path().to_owned();
    let id = {
        let dir = dir.clone();
        beside(move || plan(&dir)).await
    };
    let digest = world.usher.target(std::slice::from_ref(&id)).await.expect("a plan").plans[0].digest();
    world.decide(&digest, ANA, usher_domain::message::Choice::Approve).await.expect("approved");
    // The first write is done, and its answer never comes.
    let order = Order::first("PATCH */Users/*", Phase::AfterEffect, Fault::Silence { milliseconds: 60_000 });
    world.faults.order(order).expect("it fits");
    let faults = world.faults.clone();
    beside(move || {
        let at = dir.as_path();
        let mut first = command(at, &["apply", &id]);
        let first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        for _ in 0..500 {
            if faults.fired().iter().any(|(_, n)| *n > 0) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(faults.unfired().is_empty(), "the write came");
        let second = run(at, &["apply", &id]);
        assert!(second.status.code() == Some(1) && stderr(&second).contains("RUN-001"), "{}", stderr(&second));
        let stop = Command::new("kill").args(["-INT", &first.id().to_string()]).status().expect("kill runs");
        assert!(stop.success());
        let done = first.wait_with_output().expect("it ends");
        let said = stderr(&done);
        assert!(done.status.code() == Some(1) && said.contains("SYSTEM-003"), "{:?} {said}", done.status.code());
        assert!(said.contains("r-1: 0 of 2 steps have ended; 1 may have left") && said.contains("usher run resume r-1"), "{said}");
        let said = good(&run(at, &["run", "resume", "r-1"]), "resume");
        assert!(said.contains("2 confirmed"), "{said}");
    })
    .await;
    let writes = world.server.log().entries().iter().filter(|e| e.method == "PATCH").count();
    assert_eq!(writes, 2, "one for each leaver");
}
