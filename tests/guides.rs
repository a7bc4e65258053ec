//! `usher app …` as its user types it: pages, lists, searches, and what is said when something is wrong.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::binary::{folder, run, stderr, stdout};

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let output = run(dir, &[&["--format", "json"], args].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", stderr(&output)))
}

/// The shell line of Darktrace's guide gives the signatures of the vectors: it is the one that a reader pastes.
#[test]
fn the_signature_of_the_guide_is_that_of_the_vectors() {
    let dir = dir();
    let guide = stdout(&run(dir.path(), &["app", "guide", "darktrace"]));
    let line = guide.lines().find(|line| line.starts_with("SIGNATURE=")).expect("a line that signs");
    assert!(guide.contains("TARGET=\"/status?fast=true\""), "{guide}");
    let vectors = std::fs::read(folder("../crates/connect/src/http/auth/darktrace_vectors.json")).expect("the vectors");
    let vectors: Value = serde_json::from_slice(&vectors).expect("JSON");
    let signed = |case: &Value| {
        let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        let output = Command::new("sh")
            .args(["-c", &format!("{line}\nprintf %s \"$SIGNATURE\"")])
            .env("TARGET", text("signed"))
            .env("PUBLIC_TOKEN", text("public_token"))
            .env("PRIVATE_TOKEN", text("private_token"))
            .env("TIMESTAMP", text("date"))
            .output()
            .expect("sh and openssl");
        (String::from_utf8_lossy(&output.stdout).into_owned(), text("signature"), text("name"))
    };
    let positive = vectors["positive"].as_array().expect("positive vectors");
    assert!(positive.len() >= 13);
    for case in positive {
        let (made, expected, name) = signed(case);
        assert_eq!(made, expected, "{name}");
    }
}

#[test]
fn each_app_has_a_page_in_both_forms() {
    let dir = dir();
    for app in ["darktrace", "6sense", "alkami", "amazinghiring", "okta", "entra_id", "google_workspace", "onelogin", "scim"] {
        let markdown = stdout(&run(dir.path(), &["app", "guide", app]));
        for heading in ["## Quick reference", "## Common scenarios", "## What makes it a trap", "## When it was last checked", "## Sources"]
        {
            assert!(markdown.contains(heading), "{app}: {heading}");
        }
        let html = stdout(&run(dir.path(), &["app", "guide", app, "--html"]));
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<style>") && !html.contains("<link"), "{app}");
        assert_eq!(json(dir.path(), &["app", "guide", app])["text"], markdown, "{app}");
    }
}

#[test]
fn a_guide_is_written_to_a_file_or_not_at_all() {
    let dir = dir();
    std::fs::create_dir(dir.path().join("folder")).expect("made");
    let good = run(dir.path(), &["app", "guide", "okta", "--html", "--out", "okta.html"]);
    assert_eq!(good.status.code(), Some(0), "{}", stderr(&good));
    assert!(std::fs::read_to_string(dir.path().join("okta.html")).is_ok_and(|text| text.ends_with("</html>\n")));
    for (out, said, hint) in [
        ("folder", "it is a folder", "--out folder/guide.md"),
        ("nowhere/okta.md", "there is no folder nowhere", "make the folder first"),
        ("/proc/okta.md", "/proc/okta.md: ", "a place that you may write to"),
    ] {
        let output = run(dir.path(), &["app", "guide", "okta", "--out", out]);
        let complaint = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{out}");
        assert!(complaint.contains("SYSTEM-006") && complaint.contains(said) && complaint.contains(hint), "{out}: {complaint}");
    }
    let left: Vec<_> = std::fs::read_dir(dir.path()).expect("there").map(|entry| entry.expect("there").file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn an_unknown_app_or_word_is_answered_with_the_nearest() {
    let dir = dir();
    for (args, code, said) in [
        (&["app", "guide", "darktrase"][..], 1, "did you mean `darktrace`?"),
        (&["app", "show", "octa"], 1, "did you mean `okta`?"),
        (&["app", "list", "--unknown", "skim"], 2, "did you mean `scim`?"),
        (&["app", "list", "--way", "htp"], 2, "did you mean `http`?"),
        (&["app", "list", "--automation", "manual"], 2, "did you mean `manual_only`?"),
        (&["app", "guide", "./no/app.yaml"], 1, "SYSTEM-005"),
    ] {
        let output = run(dir.path(), args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn the_list_answers_questions() {
    let dir = dir();
    let names = |args: &[&str]| -> Vec<String> {
        let list = json(dir.path(), &[&["app", "list"], args].concat());
        list["apps"].as_array().expect("apps").iter().map(|app| app["app"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names(&["--name", "trace"]), ["darktrace"]);
    assert_eq!(names(&["--way", "scim"]), ["scim"]);
    assert!(names(&["--automation", "full"]).contains(&"okta".to_owned()));
    let unknown = names(&["--unknown", "scim"]);
    assert!(unknown.contains(&"onelogin".to_owned()) && !unknown.contains(&"6sense".to_owned()), "{unknown:?}");
    assert_eq!(names(&["--source", "support.6sense.com"]), ["6sense"]);
    assert_eq!(names(&["--name", "no such app"]), [""; 0]);
    let all = json(dir.path(), &["app", "list"]);
    let scim = &all["apps"].as_array().expect("apps").iter().find(|app| app["app"] == "6sense").expect("6sense")["facts"]["scim"];
    assert_eq!(scim.as_array().map(Vec::len), Some(2), "{scim}");
    let text = stdout(&run(dir.path(), &["app", "list"]));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_search_finds_apps_by_what_is_said_of_them() {
    let dir = dir();
    let hits = |words: &[&str]| json(dir.path(), &[&["app", "search"], words].concat())["hits"].clone();
    let hmac = hits(&["hmac"]);
    assert_eq!((hmac[0]["app"].as_str(), hmac[0]["where"].as_str()), (Some("darktrace"), Some("auth")), "{hmac}");
    let seat = hits(&["suspended", "billed"]);
    let apps: Vec<&str> = seat.as_array().expect("hits").iter().filter_map(|hit| hit["app"].as_str()).collect();
    assert!(apps.contains(&"google_workspace"), "{seat}");
    assert_eq!(hits(&["no-such-word-anywhere"]).as_array().map(Vec::len), Some(0));
    let text = stdout(&run(dir.path(), &["app", "search", "no-such-word-anywhere"]));
    assert!(text.contains("Nothing in") && text.contains("usher app list"), "{text}");
}

#[test]
fn a_manifest_of_ones_own_is_checked_and_shown() {
    let dir = dir();
    let text =
        "manifest: 1\napp: box\nname: Box\nversion: 2026.11.1\nrelated: [octa]\nfacts:\n  scim: {value: true, status: vendor_docs}\n";
    std::fs::write(dir.path().join("app.yaml"), text).expect("written");
    let output = run(dir.path(), &["app", "check", "app.yaml"]);
    let complaint = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    for said in ["app.yaml:5:11", "did you mean `okta`?", "app.yaml:7:17", "`scim` says vendor_docs without a source"] {
        assert!(complaint.contains(said), "{said}: {complaint}");
    }
    let output = run(dir.path(), &["app", "guide", "app.yaml"]);
    assert!(output.status.success() && stdout(&output).contains("# Managing users in Box") && stderr(&output).contains("MANIFEST-012"));
    let folder = run(dir.path(), &["app", "check", "./"]);
    assert_eq!(
        (folder.status.code(), stderr(&folder)),
        (Some(1), complaint.replace("app.yaml:", "./app.yaml:")),
        "the folder of a manifest"
    );
    std::fs::write(dir.path().join("app.yaml"), "manifest: 2\nnew_key: {}\n").expect("written");
    let output = run(dir.path(), &["app", "check", "app.yaml"]);
    assert!(stderr(&output).contains("MANIFEST-014") && stderr(&output).contains("a newer usher"), "{}", stderr(&output));
}

#[test]
fn stale_facts_are_listed_the_oldest_first() {
    let dir = dir();
    let fact = |name: &str, seen: &str| format!("  {name}: {{value: true, status: vendor_docs, source: page, seen: {seen}}}\n");
    let text = format!(
        "manifest: 1\napp: box\nname: Box\nversion: 2026.11.1\nsources:\n  page: {{type: docs, url: \"https://box.example/\", checked: 2020-01-01}}\nfacts:\n{}{}",
        fact("scim", "2020-05-01"),
        fact("sso", "2019-05-01")
    );
    std::fs::write(dir.path().join("app.yaml"), text).expect("written");
    let found = json(dir.path(), &["app", "check", "--stale", "app.yaml"]);
    let facts: Vec<_> =
        found["stale"].as_array().expect("stale").iter().map(|fact| (fact["fact"].as_str(), fact["seen"].as_str())).collect();
    assert_eq!(facts, [(Some("sso"), Some("2019-05-01")), (Some("scim"), Some("2020-05-01"))]);
    let text = stdout(&run(dir.path(), &["app", "check", "--stale", "app.yaml"]));
    assert!(text.contains("Stale facts: 2"), "{text}");
}

#[test]
fn a_site_is_made_again_in_its_folder_and_nowhere_else() {
    let dir = dir();
    let site = |folder: &str| run(dir.path(), &["app", "site", folder]);
    assert!(site("guides").status.success());
    let of = |name: &str| dir.path().join("guides").join(name);
    // A page of an app that is gone is taken away; a file that no site put there stays.
    std::fs::write(of("apps/gone.html"), "old").expect("written");
    let list = std::fs::read_to_string(of(".usher-site")).expect("the list");
    std::fs::write(of(".usher-site"), format!("{list}apps/gone.html\n")).expect("written");
    std::fs::write(of("CNAME"), "guides.example").expect("written");
    assert!(site("guides").status.success());
    assert!(!of("apps/gone.html").exists() && of("CNAME").exists() && of("apps/okta.html").exists());
    std::fs::create_dir(dir.path().join("mine")).expect("made");
    std::fs::write(dir.path().join("mine/thesis.txt"), "years").expect("written");
    std::fs::write(dir.path().join("file"), "x").expect("written");
    for (folder, said) in [("mine", "APP-005"), ("file", "file is a file"), ("/proc/guides", "SYSTEM-006")] {
        let output = site(folder);
        assert!(!output.status.success() && stderr(&output).contains(said), "{folder}: {}", stderr(&output));
    }
    assert_eq!(std::fs::read_dir(dir.path().join("mine")).expect("there").count(), 1);
}
