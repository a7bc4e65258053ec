//! Paths that pages name in code marks.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "paths",
    why: "A page that names a path which isn't there sends its reader the wrong way, and says that nobody read it since.",
    check: named_paths,
};

/// Records of what was decided or done then: they may name what is gone now.
const RECORDS: &[&str] = &["CHANGELOG.md", "docs/adr/0"];

fn named_paths(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in house.pages().filter(|(path, _)| !RECORDS.iter().any(|record| path.starts_with(record))) {
        for (number, word) in words_in_code(text) {
            for named in expand(&word) {
                if claims_to_be_ours(house, &named) && !is_there(house, &named) {
                    breaches.push(Breach::at(path, number, format!("names `{named}`, which isn't there")));
                }
            }
        }
    }
    breaches
}

/// Words between backticks and in fenced blocks, without the punctuation around them.
fn words_in_code(page: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut fenced = false;
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let code: Vec<&str> = if fenced { vec![line] } else { line.split('`').skip(1).step_by(2).collect() };
        let words = code.iter().flat_map(|code| code.split_whitespace());
        out.extend(words.map(|word| (index + 1, word.trim_matches([',', ';', ':', '(', ')', '"']).to_owned())));
    }
    out
}

/// `a/{b,c}.rs` as `a/b.rs` and `a/c.rs`.
fn expand(word: &str) -> Vec<String> {
    let parts = word.split_once('{').and_then(|(before, rest)| rest.split_once('}').map(|(inside, after)| (before, inside, after)));
    match parts {
        Some((before, inside, after)) => inside.split(',').map(|one| format!("{before}{}{after}", one.trim())).collect(),
        None => vec![word.to_owned()],
    }
}

/// A path below one of our own folders, or a Rust file; not a pattern, a placeholder or an address.
fn claims_to_be_ours(house: &House, word: &str) -> bool {
    if word.contains(['<', '>', '*', '$', '…', '|', '=', '\\', '{']) || word.contains("://") || word.contains("...") {
        return false;
    }
    match word.split_once('/') {
        Some((first, _)) => {
            !first.is_empty() && house.files.iter().any(|file| file.path.split_once('/').is_some_and(|(top, _)| top == first))
        }
        None => word.ends_with(".rs") && word.len() > 3,
    }
}

fn is_there(house: &House, word: &str) -> bool {
    let path = word.split("::").next().unwrap_or(word);
    let path = path.rsplit_once(':').filter(|(_, line)| line.bytes().all(|b| b.is_ascii_digit())).map_or(path, |(path, _)| path);
    let path = path.trim_end_matches('.');
    house.has(path) || !path.contains('/') && house.files.iter().any(|file| file.path.ends_with(&format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(page: &str) -> Vec<String> {
        let house = House::made(&[
            ("docs/guide/a.md", page),
            ("crates/engine/src/corridor.rs", ""),
            ("crates/engine/src/read.rs", ""),
            ("apps/okta/app.yaml", ""),
        ]);
        named_paths(&house).into_iter().map(|breach| breach.what).collect()
    }

    #[test]
    fn files_folders_and_tests_that_are_named_must_be_there() {
        assert!(gone("`crates/engine`, `crates/engine/src/`, `corridor.rs`, `crates/engine/src/corridor.rs:12`").is_empty());
        assert!(gone("`crates/engine/src/{corridor,read}.rs` `crates/engine/src/read.rs::pages`").is_empty());
        assert_eq!(gone("`crates/engine/src/gone.rs`"), ["names `crates/engine/src/gone.rs`, which isn't there"]);
        assert_eq!(gone("`crates/engine/src/{corridor,apply}.rs` and `lost.rs`").len(), 2);
        assert_eq!(gone("```\ncrates/lost     what it is\n```").len(), 1);
    }

    #[test]
    fn placeholders_patterns_addresses_and_other_peoples_folders_are_left_alone() {
        for page in [
            "`apps/<app>/app.yaml`",
            "`crates/*/src`",
            "`plans/7f3c.jsonl`",
            "`https://apps/x`",
            "plain crates/lost",
            "`/apps/x`",
            "`apps/…`",
        ] {
            assert!(gone(page).is_empty(), "{page}");
        }
    }
}
