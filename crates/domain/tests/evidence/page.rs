//! The auditor's page: its shell lines are run, on a good bundle and on tampered ones. Needs bash, jq, sha256sum and ssh-keygen.

use std::path::Path;
use std::process::Command;

use usher_domain::evidence::{MemoryBundle, PAGE};

use crate::folder::bundle;
use crate::made::rich;
use crate::ssh_keygen::Scratch;

/// The lines of one numbered step.
fn step(number: u32) -> String {
    let from = PAGE.split(&format!("\n## {number}. ")).nth(1).unwrap();
    from.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

fn write(folder: &Path, bundle: &MemoryBundle) {
    std::fs::create_dir_all(folder.join("files")).unwrap();
    for (path, bytes) in &bundle.files {
        std::fs::write(folder.join(path), bytes).unwrap();
    }
}

/// What the lines print, on both streams.
fn run(bundle: &MemoryBundle, lines: &str) -> String {
    let scratch = Scratch::new();
    let folder = scratch.path().join("bundle");
    write(&folder, bundle);
    let script = format!("exec 2>&1\n{lines}");
    let out = Command::new("bash").arg("-c").arg(script).current_dir(&folder).env("LC_ALL", "C.UTF-8").output();
    String::from_utf8(out.expect("bash is needed for these tests").stdout).unwrap()
}

#[test]
fn step_one_says_that_files_hold_and_finds_what_was_changed() {
    let (_, made, _) = rich();
    for (name, good) in [("made here", made), ("of the vectors", bundle())] {
        assert_eq!(run(&good, &step(1)), "files hold\ntrue\n", "{name}: is jq installed?");
        let some = |ending: &str| good.files.keys().find(|p| p.ends_with(ending)).cloned().unwrap();
        for (what, path) in [("a message", some(".txt")), ("a plan", some(".jsonl")), ("a picture", some(".png"))] {
            let mut gone = good.clone();
            gone.files.remove(&path);
            assert_ne!(run(&gone, &step(1)), "files hold\ntrue\n", "{name}: {what} removed");
            let mut changed = good.clone();
            changed.files.get_mut(&path).unwrap().push(b' ');
            assert_ne!(run(&changed, &step(1)), "files hold\ntrue\n", "{name}: {what} changed");
        }
        for path in ["report.csv", "README.md", "personal.jsonl"] {
            let mut changed = good.clone();
            changed.files.get_mut(path).unwrap()[40] ^= 1;
            assert_ne!(run(&changed, &step(1)), "files hold\ntrue\n", "{name}: {path} changed");
        }
    }
}

#[test]
fn step_four_prints_good_for_each_approval_by_key() {
    let (_, made, _) = rich();
    for (name, good, approvals) in [("made here", made, 5), ("of the vectors", bundle(), 6)] {
        let said = run(&good, &step(4));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), approvals, "{name}: {said}");
        assert!(lines.iter().all(|l| l.starts_with("Good \"usher-decision-v1\" signature for ")), "{name}: {said}");
    }
    let mut forged = bundle();
    let path = forged.files.keys().find(|p| p.contains("/ba3d1f3b")).unwrap().clone();
    forged.files.get_mut(&path).unwrap()[300] ^= 1;
    assert!(run(&forged, &step(4)).contains("NOT APPROVED: sha256:ba3d1f3b"), "a message that was changed");
}
