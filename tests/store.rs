//! `usher store` of the real binary, on the workspace that the demo leaves.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::binary::{run, stderr, stdout};

fn good(done: &Output, what: &str) -> String {
    assert!(done.status.success(), "{what}: {:?}\n{}\n{}", done.status.code(), stdout(done), stderr(done));
    stdout(done)
}

fn json(at: &Path, args: &[&str]) -> Value {
    let done = run(at, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&stdout(&done)).unwrap_or_else(|e| panic!("{args:?}: {e}\n{}\n{}", stdout(&done), stderr(&done)))
}

/// A workspace in which everything happened once.
fn demo() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    good(&run(dir.path(), &["demo", "--yes", "--people", "60"]), "demo");
    let at = dir.path().join("usher-demo");
    (dir, at)
}

fn store_line(at: &Path, url: &str) {
    let path = at.join("usher.yaml");
    let text = std::fs::read_to_string(&path).expect("read");
    let before: Vec<&str> = text.lines().filter(|line| !line.starts_with("store:")).collect();
    std::fs::write(&path, format!("store: {url}\n{}\n", before.join("\n"))).expect("written");
}

#[test]
fn a_store_is_checked_backed_up_and_copied_and_answers_alike() {
    let (_dir, at) = demo();
    assert!(good(&run(&at, &["store", "check"]), "check").contains("The store holds"));
    let findings = json(&at, &["findings"]);
    let runs = json(&at, &["run", "list"]);
    let backup = json(&at, &["store", "backup", "backup.db"]);
    let copied = json(&at, &["store", "copy", "sqlite:usher.db", "sqlite:copy.db"]);
    assert_eq!(backup["contents"], copied["contents"]);
    assert!(backup["contents"]["events"].as_u64() > Some(20), "{backup}");
    for file in ["backup.db", "copy.db"] {
        store_line(&at, &format!("sqlite:{file}"));
        assert_eq!(json(&at, &["findings"]), findings, "{file}");
        assert_eq!(json(&at, &["run", "list"]), runs, "{file}");
        good(&run(&at, &["store", "check"]), file);
        let bundle = format!("bundle-{file}");
        good(&run(&at, &["evidence", "export", "--out", &bundle, "--for", "a test"]), file);
        good(&run(&at, &["evidence", "verify", &bundle]), file);
    }
    for (args, code, says) in [
        (["store", "backup", "backup.db"].as_slice(), "STORE-034", "never replaces"),
        (&["store", "copy", "sqlite:usher.db", "sqlite:backup.db"], "STORE-030", "new, empty store"),
        (&["store", "copy", "sqlite:usher.db", "sqlite:usher.db"], "STORE-030", "the same store"),
        (&["store", "copy", "sqlite:usher.db", "sqlite:no/such/folder.db"], "STORE-003", "its folder isn't there"),
        (&["store", "copy", "usher.db", "sqlite:new.db"], "STORE-001", "sqlite:usher.db"),
    ] {
        let done = run(&at, args);
        assert!(!done.status.success() && stderr(&done).contains(code) && stderr(&done).contains(says), "{args:?}: {}", stderr(&done));
    }
}

#[test]
fn a_store_of_another_company_or_half_a_copy_is_refused() {
    let (_dir, at) = demo();
    let path = at.join("usher.yaml");
    let text = std::fs::read_to_string(&path).expect("read");
    let other: Vec<String> = text
        .lines()
        .map(|line| if line.starts_with("domains:") { "domains: [other.example]".to_owned() } else { line.to_owned() })
        .collect();
    std::fs::write(&path, other.join("\n")).expect("written");
    let done = run(&at, &["findings"]);
    assert!(stderr(&done).contains("STORE-035") && stderr(&done).contains("other.example"), "{}", stderr(&done));
    std::fs::write(&path, text).expect("written");
    good(&run(&at, &["findings"]), "the right company");
    by_hand(&at, "usher.db", "INSERT INTO shelf_row VALUES ('meta', 'copying', '', NULL, CAST('{\"from\":\"x\"}' AS BLOB), 0)");
    let done = run(&at, &["findings"]);
    assert!(stderr(&done).contains("STORE-006") || stderr(&done).contains("STORE-033"), "{}", stderr(&done));
}

/// Changes a file as somebody with another program would.
fn by_hand(at: &Path, file: &str, sql: &str) {
    let db = rusqlite::Connection::open(at.join(file)).expect("it opens");
    db.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
}

#[test]
fn what_was_changed_by_hand_is_named() {
    let (_dir, at) = demo();
    let run_stream = "SELECT stream FROM event WHERE stream LIKE 'run/%' LIMIT 1";
    let drop = "DROP TRIGGER event_is_kept; DROP TRIGGER event_is_final;";
    let cases = [
        ("an event went", format!("{drop} DELETE FROM event WHERE seq = 2 AND stream = ({run_stream});"), "event 2 is missing"),
        (
            "a plan was edited",
            "UPDATE blob SET bytes = CAST(bytes || ' ' AS BLOB) WHERE substr(bytes, 1, 1) = x'7B';".to_owned(),
            "another digest",
        ),
        ("a row was edited", "UPDATE shelf_row SET body = CAST('{}' AS BLOB) WHERE shelf = 'run';".to_owned(), "not what was written"),
        ("a read lost a row", "DELETE FROM version WHERE id = (SELECT max(id) FROM version);".to_owned(), "another digest"),
    ];
    for (what, sql, says) in cases {
        std::fs::copy(at.join("usher.db"), at.join("kept.db")).expect("copied");
        by_hand(&at, "kept.db", &sql);
        store_line(&at, "sqlite:kept.db");
        let done = run(&at, &["store", "check"]);
        assert_eq!(done.status.code(), Some(1), "{what}");
        assert!(stdout(&done).contains(says), "{what}: {}", stdout(&done));
        for file in ["kept.db", "kept.db-wal", "kept.db-shm"] {
            let _ = std::fs::remove_file(at.join(file));
        }
    }
}
