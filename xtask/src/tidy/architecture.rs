//! The invariants in ARCHITECTURE.md.

use std::collections::BTreeSet;

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "invariants",
    why: "An invariant that no test and no type holds is a wish; one that names a lost test is a false promise.",
    check: invariants,
};

const PAGE: &str = "ARCHITECTURE.md";
const COUNT: usize = 14;
const HELD_BY: &str = "Held by:";
/// How the page says that nothing holds an invariant yet.
const NOTHING: &str = "nothing yet";

fn invariants(house: &House) -> Vec<Breach> {
    let Some(page) = house.text(PAGE) else { return vec![Breach::at(PAGE, None, "isn't there")] };
    let words = words_of_code(house);
    let mut breaches = Vec::new();
    let mut next = 1;
    for (line, paragraph) in paragraphs(page).filter(|(_, text)| text.starts_with("**Invariant ")) {
        if !paragraph.starts_with(&format!("**Invariant {next}.")) {
            breaches.push(Breach::at(PAGE, line, format!("invariant {next} should stand here")));
        }
        next += 1;
        let Some((_, held_by)) = paragraph.split_once(HELD_BY) else {
            breaches.push(Breach::at(PAGE, line, format!("no `{HELD_BY}` in this invariant")));
            continue;
        };
        let names: Vec<&str> = held_by.split('`').skip(1).step_by(2).filter(|name| is_identifier(name)).collect();
        if held_by.contains(NOTHING) || names.is_empty() {
            breaches.push(Breach::at(PAGE, line, "names nothing that holds it").questioned());
            continue;
        }
        for name in names {
            let last = name.rsplit("::").next().unwrap_or(name).trim_end_matches("()");
            if !words.contains(last) {
                breaches.push(Breach::at(PAGE, line, format!("`{name}` is nowhere in the code")));
            }
        }
    }
    if next != COUNT + 1 {
        breaches.push(Breach::at(PAGE, None, format!("{} invariants, there are {COUNT}", next - 1)));
    }
    breaches
}

/// A type, a function or a test, perhaps with its path; not a file, a crate or a command.
fn is_identifier(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'(' | b')'))
}

fn words_of_code(house: &House) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (_, line) in house.rust_lines() {
        words.extend(line.text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).map(str::to_owned));
    }
    words
}

/// Blocks of lines without an empty line between them, each with its first line's number.
fn paragraphs(page: &str) -> impl Iterator<Item = (usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        match out.last_mut() {
            Some((_, text)) if open => {
                text.push('\n');
                text.push_str(line);
            }
            _ => out.push((index + 1, line.to_owned())),
        }
        open = true;
    }
    out.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(last: &str) -> House {
        let first: String = (1..COUNT).map(|n| format!("**Invariant {n}.** Text.\nHeld by: `a::Door`.\n\n")).collect();
        House::made(&[(PAGE, &format!("# A\n\n{first}{last}")), ("crates/a/src/a.rs", "struct Door;\n// not_code\n")])
    }

    #[test]
    fn each_of_the_invariants_names_what_holds_it() {
        assert!(invariants(&page("**Invariant 14.** Text.\nHeld by: `Door`, `crates/a`, `a.toml`.")).is_empty());
    }

    #[test]
    fn one_that_is_missing_unheld_or_held_by_what_is_gone_is_said() {
        for (last, said, refused) in [
            ("", "13 invariants, there are 14", true),
            ("**Invariant 14.** Text.", "no `Held by:` in this invariant", true),
            ("**Invariant 15.** Text. Held by: `Door`", "invariant 14 should stand here", true),
            ("**Invariant 14.** Text. Held by: `not_code`", "`not_code` is nowhere in the code", true),
            ("**Invariant 14.** Text. Held by: nothing yet.", "names nothing that holds it", false),
        ] {
            let found = invariants(&page(last));
            assert_eq!(found.iter().map(|breach| (breach.what.as_str(), breach.refused)).collect::<Vec<_>>(), [(said, refused)], "{last}");
        }
    }
}
