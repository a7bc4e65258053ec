//! Tests that don't run, and places that say of themselves that they aren't done.

use super::house::House;
use super::{Breach, Rule};

pub(super) const IGNORED: Rule = Rule {
    name: "ignored",
    why: "A test that doesn't run proves nothing and looks as if it did: mend it, or delete it and say so.",
    check: ignored,
};

pub(super) const RULE: Rule = Rule {
    name: "unfinished",
    why: "What isn't done stands in an issue, where somebody looks, not in a comment or behind a macro that panics.",
    check: unfinished,
};

fn ignored(house: &House) -> Vec<Breach> {
    house
        .rust_lines()
        .filter(|(_, line)| is_ignore(&line.text))
        .map(|(path, line)| Breach::at(path, line.number, "an ignored test"))
        .collect()
}

/// `#[ignore]`, `#[ignore = "…"]`, `#[cfg_attr(…, ignore)]`.
fn is_ignore(code: &str) -> bool {
    let squeezed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    squeezed.contains("#[ignore") || squeezed.split("#[cfg_attr(").skip(1).any(|rest| rest.contains(",ignore"))
}

fn unfinished(house: &House) -> Vec<Breach> {
    // Put together here, so that this file doesn't match itself.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    let macros = ["todo!(", "unimplemented!("];
    let mut breaches = Vec::new();
    for (path, line) in house.rust_lines() {
        if let Some(found) = macros.iter().find(|name| line.text.contains(**name)) {
            breaches.push(Breach::at(path, line.number, format!("`{found}…)`")));
        }
    }
    for (path, text) in house.texts().filter(|(path, _)| is_code(path)) {
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| has_word(line, word)) {
                breaches.push(Breach::at(path, index + 1, format!("`{word}`")));
            }
        }
    }
    breaches
}

fn is_code(path: &str) -> bool {
    [".rs", ".py", ".sh", ".sql", ".toml", ".yaml"].iter().any(|ending| path.ends_with(ending)) || path.starts_with(".ci/")
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_ignored_test_is_found() {
        let source = "#[ignore]\n#[ignore = \"slow\"]\n# [ ignore ]\n#[cfg_attr(miri, ignore)]\n// #[ignore]\nlet ignore = 1;";
        let house = House::made(&[("tests/a.rs", source)]);
        assert_eq!(ignored(&house).iter().filter_map(|breach| breach.line).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_place_that_is_not_done_is_found_in_comments_and_in_code() {
        let source = format!("// {}{}: later\nfn a() {{ todo!() }}\n// a fixture from HR\n", "FIX", "ME");
        let house = House::made(&[("crates/a/src/a.rs", &source), ("docs/a.md", &source)]);
        assert_eq!(unfinished(&house).iter().filter_map(|breach| breach.line).collect::<Vec<_>>(), [2, 1]);
    }
}
