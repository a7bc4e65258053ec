//! A SCIM server that usher's makers did not write: scim2-server from PyPI, read over pages, written, and read again by a second client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::{run, stderr};

/// Ends with the test, whatever happens.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

fn server() -> Server {
    let python =
        std::env::var_os("USHER_TEST_PYTHON").expect("USHER_TEST_PYTHON is not set: run `cargo xtask test`, which installs scim2-server");
    let program = PathBuf::from(python).with_file_name("scim2-server");
    let port = free_port();
    let child = Command::new(program)
        .args(["--port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("scim2-server starts");
    let server = Server { child, port };
    for _ in 0..240 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return server;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    panic!("scim2-server does not listen");
}

/// A client of a few lines, so that usher does not check itself.
fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    let body = body.map(Value::to_string).unwrap_or_default();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer.split_once("\r\n\r\n").and_then(|(_, b)| serde_json::from_str(b).ok()).unwrap_or_default()
}

fn fill(port: u16, users: usize) {
    for i in 0..users {
        let email = format!("person{i}@corp.example");
        let login = if i % 7 == 0 { email.to_uppercase() } else { email.clone() };
        let made = ask(
            port,
            "POST",
            "/v2/Users",
            Some(
                &json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": login, "active": true, "emails": [{"value": email, "type": "work", "primary": true}]}),
            ),
        );
        assert!(made["id"].is_string(), "{made}");
    }
}

fn off(port: u16) -> Vec<String> {
    let mut off = Vec::new();
    let mut start = 1;
    loop {
        let page = ask(port, "GET", &format!("/v2/Users?startIndex={start}&count=100"), None);
        for user in page["Resources"].as_array().into_iter().flatten() {
            if user["active"] != true {
                off.push(user["userName"].as_str().unwrap_or_default().to_lowercase());
            }
        }
        start += 100;
        if start > page["totalResults"].as_u64().unwrap_or(0) {
            off.sort();
            return off;
        }
    }
}

/// A workspace with so many people, the first `leavers` of whom have left.
fn workspace(people: usize, leavers: usize, port: u16) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let key = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(dir.path().join("key"))
        .status()
        .expect("ssh-keygen is here");
    assert!(key.success());
    let public = std::fs::read_to_string(dir.path().join("key.pub")).expect("there");
    let mut csv = String::from("Employee Number,Work Email,Name,Employment Status,Last Day\n9000,lead@corp.example,Lena Lead,Active,\n");
    for i in 0..people {
        let state = if i < leavers { "Terminated,2026-10-31" } else { "Active," };
        csv.push_str(&format!("{i:05},person{i}@corp.example,Person {i},{state}\n"));
    }
    std::fs::write(dir.path().join("people.csv"), csv).expect("written");
    let yaml = format!(
        "company: Acceptance\ndomains: [corp.example]\npeople: {{sources: {{hr: {{key: employeeNumber}}}}}}\ninstances:\n  hr: {{app: csv_people, config: {{path: people.csv}}}}\n  box: {{app: scim, mode: propose, config: {{base_url: \"http://127.0.0.1:{port}/v2\"}}, secrets: {{token: {{file: token}}}}}}\napprovals:\n  - {{when: \"true\", need: 1, from: leads}}\nguards:\n  removals: {{per_instance: {{percent: 50, at_least: 100, at_most: 100}}}}\napprovers: {{leads: [lead@corp.example]}}\nkeys: {{lead@corp.example: [\"{}\"]}}\n",
        public.trim()
    );
    std::fs::write(dir.path().join("usher.yaml"), yaml).expect("written");
    std::fs::write(dir.path().join("token"), "x").expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(dir.path().join("token"), std::fs::Permissions::from_mode(0o600)).expect("set");
    }
    dir
}

fn json_of(dir: &tempfile::TempDir, args: &[&str]) -> Value {
    let mut all = args.to_vec();
    all.extend(["--format", "json"]);
    let done = run(dir.path(), &all);
    serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", stderr(&done)))
}

/// Read, plan, approve, apply; gives the outcomes.
fn lap(dir: &tempfile::TempDir, users: usize, leavers: usize) -> Value {
    let read = json_of(dir, &["read"]);
    let of_box = read["snapshots"].as_array().into_iter().flatten().find(|s| s["instance"] == "box").cloned().unwrap_or_default();
    assert_eq!((of_box["accounts"].as_u64(), &of_box["complete"]), (Some(users as u64), &json!(true)), "{of_box}");
    let plan = json_of(dir, &["plan"]);
    let steps: usize = plan["plans"].as_array().into_iter().flatten().filter_map(|p| p["steps"].as_array().map(Vec::len)).sum();
    assert_eq!(steps, leavers, "{plan}");
    let digest = plan["digest"].as_str().unwrap_or_default().to_owned();
    let approved = json_of(dir, &["approve", &digest, "--key", "key"]);
    assert_eq!(approved["open"], json!([]), "{approved}");
    json_of(dir, &["apply", &digest])["outcomes"].clone()
}

fn leavers(n: usize) -> Vec<String> {
    let mut all: Vec<String> = (0..n).map(|i| format!("person{i}@corp.example")).collect();
    all.sort();
    all
}

#[test]
fn twelve_leavers_of_a_thousand_users_lose_their_accounts_and_nobody_else() {
    let server = server();
    fill(server.port, 1_000);
    let dir = workspace(1_000, 12, server.port);
    let outcomes = lap(&dir, 1_000, 12);
    assert_eq!(outcomes["confirmed"], 12, "{outcomes}");
    assert_eq!(off(server.port), leavers(12));
}

/// A proxy that does what it is asked and then drops every third reply to a write.
fn dropping_proxy(to: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = listener.local_addr().expect("an address").port();
    let writes: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = writes.clone();
    let count = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (seen, count) = (seen.clone(), count.clone());
            std::thread::spawn(move || while one(&stream, to, &seen, &count).is_some() {});
        }
    });
    (port, writes)
}

/// One request and its answer; `None`: this connection is over.
fn one(client: &TcpStream, to: u16, seen: &Mutex<Vec<String>>, count: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    let mut length = 0usize;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        if !line.to_lowercase().starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut server = TcpStream::connect(("127.0.0.1", to)).ok()?;
    write!(server, "{head}Connection: close\r\n\r\n").ok()?;
    server.write_all(&body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    let first = head.lines().next()?.to_owned();
    if !first.starts_with("GET ") {
        seen.lock().ok()?.push(first.split(' ').nth(1)?.to_owned());
        if count.fetch_add(1, Ordering::SeqCst) % 3 == 2 {
            return None;
        }
    }
    let mut to_client = client;
    to_client.write_all(&answer).ok()?;
    // The answer says `Connection: close`, so the next request comes over a new one.
    None
}

#[test]
fn replies_to_writes_that_are_lost_lead_to_no_second_write() {
    let server = server();
    fill(server.port, 60);
    let (port, writes) = dropping_proxy(server.port);
    let dir = workspace(60, 9, port);
    let outcomes = lap(&dir, 60, 9);
    assert_eq!(outcomes["confirmed"], 9, "{outcomes}");
    assert_eq!(off(server.port), leavers(9));
    let mut written = writes.lock().expect("not poisoned").clone();
    written.sort();
    let all = written.len();
    written.dedup();
    assert_eq!((all, written.len()), (9, 9), "an account was written twice");
}
