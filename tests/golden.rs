//! What the real binary prints, to the byte: at 80 columns, without colour, in a pipe. `USHER_GOLDEN=write` writes it anew.

use std::path::Path;

use crate::binary::{command, folder, run, stderr, stdout};

/// Times, digests, ids and durations differ from run to run; their shape does not.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for (shape, word) in [(r"d.dd s", "T s"), (r"d.d s", "T s"), (r"dd.d s", "T s")] {
            line = replace(&line, shape, word);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Replaces every place where the digits of `shape` (`d`) stand for digits.
fn replace(text: &str, shape: &str, word: &str) -> String {
    let (text, shape): (Vec<char>, Vec<char>) = (text.chars().collect(), shape.chars().collect());
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let fits = text.len() - at >= shape.len()
            && shape.iter().zip(&text[at..]).all(|(s, c)| if *s == 'd' { c.is_ascii_digit() } else { s == c })
            && (at == 0 || !text[at - 1].is_ascii_digit());
        if fits {
            out.push_str(word);
            at += shape.len();
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

fn hold(name: &str, got: &str) {
    let path = folder("golden").join(name);
    if std::env::var_os("USHER_GOLDEN").is_some_and(|v| v == "write") {
        std::fs::create_dir_all(folder("golden")).expect("made");
        std::fs::write(&path, got).expect("written");
        return;
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(got, wanted, "{name} differs; USHER_GOLDEN=write writes it anew");
}

/// The sample exports, copied where no path of this machine shows.
fn exports(dir: &Path) {
    let from = folder("fixtures/exports");
    std::fs::create_dir_all(dir.join("exports")).expect("made");
    for entry in std::fs::read_dir(from).expect("there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let people = ["bamboohr-employees.csv", "personio-mitarbeiter.csv", "workday-worker-report.csv"].contains(&name.as_str());
        if name.ends_with(".csv") {
            let to = if people { dir.join(&name) } else { dir.join("exports").join(&name) };
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

#[test]
fn bare_findings_on_the_sample_exports() {
    let dir = tempfile::tempdir().expect("a folder");
    exports(dir.path());
    let args = ["findings", "--people", "bamboohr-employees.csv", "--accounts", "exports", "--as-of", "2026-11-25"];
    let done = run(dir.path(), &args);
    assert!(done.status.success(), "{}", stderr(&done));
    hold("findings-bare.txt", &plain(&stdout(&done)));
    let wide = command(dir.path(), &args).env("COLUMNS", "140").arg("--all").output().expect("runs");
    hold("findings-bare-wide.txt", &plain(&stdout(&wide)));
    let explained = command(dir.path(), &args).arg("--explain").arg("--summary").output().expect("runs");
    hold("findings-bare-explain.txt", &plain(&stdout(&explained)));
}

#[test]
fn colour_is_there_when_it_is_asked_for_and_gone_when_it_is_not_wanted() {
    let dir = tempfile::tempdir().expect("a folder");
    exports(dir.path());
    let args = ["findings", "--people", "bamboohr-employees.csv", "--accounts", "exports", "--as-of", "2026-11-25"];
    let with = |name: &str| stdout(&command(dir.path(), &args).env(name, "1").output().expect("runs"));
    assert!(with("CLICOLOR_FORCE").contains("\u{1b}["));
    assert!(!with("NO_COLOR").contains("\u{1b}["));
    assert!(!stdout(&run(dir.path(), &args)).contains("\u{1b}["), "a pipe");
}

#[test]
fn help_and_catalogue() {
    let dir = tempfile::tempdir().expect("a folder");
    hold("help.txt", &plain(&stdout(&run(dir.path(), &["--help"]))));
    hold("app-list.txt", &plain(&stdout(&run(dir.path(), &["app", "list"]))));
    hold("app-show-darktrace.txt", &plain(&stdout(&run(dir.path(), &["app", "show", "darktrace"]))));
    for command in
        ["demo", "init", "connect", "doctor", "coverage", "read", "query", "findings", "who", "plan", "offboard", "approve", "apply"]
    {
        let done = run(dir.path(), &[command, "--help"]);
        assert!(done.status.success() && stdout(&done).contains("Example:"), "{command} has no example");
    }
}
