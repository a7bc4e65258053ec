//! The demo as its user runs it, and its evidence as a forger would treat it.

use std::path::Path;

use serde_json::Value;

use crate::binary::{command, run, stderr, stdout};

fn verify(dir: &Path) -> (Option<i32>, Vec<String>) {
    let evidence = dir.join("evidence");
    let args =
        ["evidence", "verify", "bundle", "--key", "pinned.vkey", "--anchor", "anchor-1", "--for", "demo audit / 7f3c", "--format", "json"];
    let done = run(&evidence, &args);
    let document: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
    let codes = document["problems"].as_array().into_iter().flatten().filter_map(|p| p["code"].as_str().map(str::to_owned)).collect();
    (done.status.code(), codes)
}

#[test]
fn the_demo_walks_the_corridor_and_its_evidence_holds_until_it_is_touched() {
    let dir = tempfile::tempdir().expect("a folder");
    let ws = dir.path().join("ws");
    let done = run(dir.path(), &["--dir", "ws", "demo", "--yes"]);
    assert!(done.status.success(), "{}\n{}", stdout(&done), stderr(&done));
    let told = stdout(&done).to_lowercase();
    for word in ["simulated", "darktrace", "leaver", "guard", "approv", "ssh-keygen agrees", "stale", "withdrawn", "confirmed", "evidence"]
    {
        assert!(told.contains(word), "the demo does not tell of {word}");
    }
    let json = |args: &[&str]| -> Value {
        let done = command(&ws, args).args(["--format", "json"]).output().expect("runs");
        serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", stderr(&done)))
    };
    assert!(json(&["findings"])["findings"].as_array().is_some_and(|f| !f.is_empty()));
    let runs = json(&["run", "list"]);
    for word in ["confirmed", "stale", "withdrawn"] {
        assert!(runs["runs"][0]["outcomes"][word].as_u64() > Some(0), "{runs}");
    }
    assert!(json(&["coverage"])["instances"].as_array().is_some_and(|i| i.iter().any(|i| i["app"] == "darktrace")));

    assert_eq!(verify(&ws), (Some(0), vec![]));
    let bundle = ws.join("evidence/bundle");
    for name in ["log.jsonl", "checkpoint", "personal.jsonl", "report.csv", "README.md", "log.vkey"] {
        let path = bundle.join(name);
        let good = std::fs::read(&path).expect("there");
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        std::fs::write(&path, &bad).expect("written");
        let (exit, codes) = verify(&ws);
        assert!(exit == Some(1) && !codes.is_empty(), "{name}: {exit:?} {codes:?}");
        std::fs::write(&path, good).expect("written");
    }
    for entry in std::fs::read_dir(bundle.join("files")).expect("there").flatten() {
        let good = std::fs::read(entry.path()).expect("there");
        std::fs::remove_file(entry.path()).expect("gone");
        assert_eq!(verify(&ws).0, Some(1), "without {:?}", entry.file_name());
        std::fs::write(entry.path(), good).expect("written");
    }
    assert_eq!(verify(&ws), (Some(0), vec![]), "all was put back");
}
