//! Commands that pages tell people to type.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "commands",
    why: "A command on a page is typed as it stands there; one that doesn't exist is the reader's first impression.",
    check: commands,
};

const REFERENCE: &str = "docs/reference/cli/commands.md";
/// Pages that tell users what to do.
const PAGES: &[&str] = &["README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/guide/"];

fn commands(house: &House) -> Vec<Breach> {
    let Some(reference) = house.text(REFERENCE).map(sections) else { return Vec::new() };
    let mut breaches = Vec::new();
    for (path, text) in house.pages().filter(|(path, _)| PAGES.iter().any(|page| path.starts_with(page))) {
        for (number, typed) in typed(text) {
            breaches.extend(wrong(&reference, &typed).map(|what| Breach::at(path, number, what)));
        }
    }
    breaches
}

/// Each command of the reference with its help.
fn sections(reference: &str) -> Vec<(String, &str)> {
    let named = reference.split("\n## `").skip(1);
    named.filter_map(|section| section.split_once('`').map(|(name, help)| (name.to_owned(), help))).collect()
}

/// Lines in fenced blocks and spans between backticks that begin with `usher`, with their line numbers.
fn typed(page: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut fenced = false;
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let spans: Vec<&str> = if fenced { vec![line.trim()] } else { line.split('`').skip(1).step_by(2).collect() };
        for span in spans {
            let own = span
                .strip_prefix("cargo run --release -- ")
                .or_else(|| span.strip_prefix("cargo run -- "))
                .or_else(|| span.strip_prefix("usher "));
            out.extend(own.map(|own| (index + 1, own.to_owned())));
        }
    }
    out
}

/// What is wrong with a command, if something is: the longest known name is its command, the rest are its words and flags.
fn wrong(reference: &[(String, &str)], typed: &str) -> Option<String> {
    // A second program or a file that takes the output.
    let typed = typed.split(['|', '>']).next().unwrap_or(typed);
    let words: Vec<&str> = typed.split_whitespace().collect();
    if words.first().is_none_or(|first| first.starts_with('-')) {
        return flags(&words, reference.first()?.1, "usher");
    }
    let mut name = String::from("usher");
    for word in &words {
        let longer = format!("{name} {word}");
        if !reference.iter().any(|(known, _)| *known == longer) {
            break;
        }
        name = longer;
    }
    if name == "usher" {
        return Some(format!("`usher {}` is no command", words.first().copied().unwrap_or_default()));
    }
    let help = reference.iter().find(|(known, _)| *known == name).map(|(_, help)| *help)?;
    flags(&words, help, &name)
}

fn flags(words: &[&str], help: &str, name: &str) -> Option<String> {
    let long = words.iter().filter(|word| word.starts_with("--") && word.len() > 2).map(|word| word.split('=').next().unwrap_or(word));
    let known = |flag: &str| help.split(|c: char| !(c.is_alphanumeric() || c == '-')).any(|word| word == flag);
    long.into_iter().find(|flag| !known(flag)).map(|flag| format!("`{name}` has no `{flag}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "# Commands\n\n## `usher`\n\n--dir <DIR>\n--version\n\n## `usher plan`\n\nUsage: usher plan\n --without <P>\n\n## `usher task`\n\n## `usher task done`\n\n--reason <T>\n";

    fn said(page: &str) -> Vec<String> {
        let house = House::made(&[(REFERENCE, HELP), ("docs/guide/a.md", page), ("GLOSSARY.md", "`usher gone`")]);
        commands(&house).into_iter().map(|breach| breach.what).collect()
    }

    #[test]
    fn commands_and_flags_on_a_page_are_those_of_the_reference() {
        assert!(
            said("`usher plan --without P`, `usher task done 3 --reason x`, `usher --version`\n```\nusher plan > f --x\n```").is_empty()
        );
        assert_eq!(said("`usher plan --with P`"), ["`usher plan` has no `--with`"]);
        assert_eq!(said("```\ncargo run --release -- gone\n```"), ["`usher gone` is no command"]);
        assert_eq!(said("`usher task done --dir X`"), ["`usher task done` has no `--dir`"]);
    }

    #[test]
    fn without_a_reference_nothing_is_said() {
        assert!(commands(&House::made(&[("README.md", "`usher gone`")])).is_empty());
    }
}
