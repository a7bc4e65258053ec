//! What goes in by mistake: each with code, place and hint, and nothing half written.

use std::path::Path;

use crate::binary::{command, run, stderr};

struct Case {
    name: &'static str,
    people: &'static [u8],
    code: &'static str,
    says: &'static str,
}

const GOOD: &[u8] = b"id,email,status\n1,a@corp.example,active\n";

#[test]
fn people_files_that_can_not_be_read_are_refused_with_a_reason() {
    let cases = [
        Case { name: "empty", people: b"", code: "CSV-", says: "hint:" },
        Case { name: "header only of nothing", people: b"a,b\n", code: "CSV-", says: "hint:" },
        Case { name: "binary", people: b"\x7fELF\x00\x01\x02\x03\x00\x00", code: "CSV-", says: "hint:" },
        Case { name: "workbook", people: b"PK\x03\x04rest", code: "CSV-", says: "CSV" },
        Case { name: "no header", people: b"17,ana@corp.example,Active\n18,bo@corp.example,Active\n", code: "CSV-", says: "header" },
    ];
    for case in cases {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("people.csv"), case.people).expect("written");
        std::fs::write(dir.path().join("app.csv"), GOOD).expect("written");
        let done = run(dir.path(), &["findings", "--people", "people.csv", "--accounts", "app.csv"]);
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(1), "{}: {said}", case.name);
        assert!(said.contains(case.code) && said.contains(case.says) && said.contains("people.csv"), "{}: {said}", case.name);
        assert!(done.stdout.is_empty(), "{}: half an answer", case.name);
    }
}

fn workspace(dir: &Path, text: &str) -> std::process::Output {
    std::fs::write(dir.join("usher.yaml"), text).expect("written");
    run(dir, &["findings"])
}

#[test]
fn workspaces_that_are_wrong_are_refused_at_their_line() {
    let cases = [
        ("company: A\ninstanses: {}\n", "did you mean `instances`", "usher.yaml:2"),
        ("company: [A\n", "WORKSPACE-", "usher.yaml"),
        ("company: A\n\tzone: UTC\n", "indent with spaces", "usher.yaml"),
        ("company: A\ninstances:\n  x: {app: darktrase}\n", "did you mean `darktrace`", "usher.yaml:3"),
        ("company: &a A\nzone: *a\n", "WORKSPACE-", "usher.yaml"),
        ("company: A\napprovals:\n  - {when: \"step.actoin == 'grant'\", need: 1, from: x}\n", "did you mean `action`", "usher.yaml:3"),
    ];
    for (text, says, place) in cases {
        let dir = tempfile::tempdir().expect("a folder");
        let done = workspace(dir.path(), text);
        let said = stderr(&done);
        assert!(!done.status.success() && said.contains(says) && said.contains(place), "{text:?}: {said}");
        assert!(!dir.path().join("usher.db").exists(), "a store was made for {text:?}");
    }
}

#[test]
fn commands_say_what_was_meant() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = "company: A\ninstances:\n  okta-eu: {app: csv, config: {path: a.csv}}\n";
    std::fs::write(dir.path().join("usher.yaml"), text).expect("written");
    std::fs::write(dir.path().join("a.csv"), GOOD).expect("written");
    for (args, code, says) in [
        (vec!["read", "okta-ue"], 2, "did you mean `okta-eu`"),
        (vec!["approve", "12345678"], 1, "PLAN-005"),
        (vec!["approve", "xyz"], 2, "PLAN-007"),
        (vec!["run", "show", "r-9"], 2, "RUN-004"),
        (vec!["task", "show", "9"], 2, "TASK-001"),
        (vec!["findings", "--rule", "leaver_acount"], 2, "did you mean `leaver_account`"),
        (vec!["app", "show", "darktrase"], 1, "did you mean `darktrace`"),
        (vec!["findings", "accept", "abcd1234", "--until", "2099-01-01", "--reason", "x", "--by", "a@b.example"], 2, "FINDING-002"),
        (vec!["evidence", "verify", "nowhere"], 2, "EVIDENCE-007"),
        (vec!["offboard", "nobody@corp.example"], 1, "PERSON-001"),
    ] {
        let done = run(dir.path(), &args);
        let said = stderr(&done);
        assert!(done.status.code() == Some(code) && said.contains(says), "{args:?}: {:?} {said}", done.status.code());
    }
}

#[test]
fn a_secret_that_is_missing_or_open_to_everybody_is_named_and_never_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let yaml =
        "company: A\ninstances:\n  box: {app: scim, config: {base_url: \"http://127.0.0.1:9/v2\"}, secrets: {token: {file: token}}}\n";
    std::fs::write(dir.path().join("usher.yaml"), yaml).expect("written");
    let done = run(dir.path(), &["read", "box"]);
    assert!(stderr(&done).contains("SECRET-002"), "{}", stderr(&done));
    std::fs::write(dir.path().join("token"), "hunter2-hunter2").expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(dir.path().join("token"), std::fs::Permissions::from_mode(0o644)).expect("set");
        let done = run(dir.path(), &["read", "box"]);
        assert!(stderr(&done).contains("SECRET-005") && !stderr(&done).contains("hunter2"), "{}", stderr(&done));
        std::fs::set_permissions(dir.path().join("token"), std::fs::Permissions::from_mode(0o600)).expect("set");
    }
    let done = command(dir.path(), &["read", "box"]).output().expect("runs");
    assert!(!done.status.success() && !stderr(&done).contains("hunter2"), "{}", stderr(&done));
}

#[test]
fn names_with_escapes_overrides_and_ten_thousand_letters_are_shown_safely() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("people.csv"), "employee_number,email,name,status\n1,a@corp.example,A,Active\n").expect("written");
    let long = "x".repeat(10_000);
    let app = format!(
        "id,email,user_name,status\n1,e@corp.example,\u{1b}[2Jevil,active\n2,f@corp.example,\u{202e}gpj.exe,active\n3,g@corp.example,{long},active\n4,\u{430}@corp.example,b,active\n"
    );
    std::fs::write(dir.path().join("app.csv"), app).expect("written");
    let done = run(dir.path(), &["findings", "--people", "people.csv", "--accounts", "app.csv"]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    assert!(text.contains("\\u{1b}[2Jevil") && text.contains("\\u{202e}gpj.exe"), "{text}");
    assert!(text.lines().all(|l| l.chars().count() <= 200), "a name made a line that long");
}
