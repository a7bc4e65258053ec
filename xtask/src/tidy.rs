//! `cargo xtask tidy`: the house rules that neither rustc nor clippy holds. All rules run, all breaches are listed.
//!
//! A rule is a name, its reason and a function over [`House`]; its tests are small made-up houses.

mod adr;
mod architecture;
mod budget;
mod changelog;
mod commands;
mod direction;
mod doors;
mod house;
mod leaks;
mod links;
mod named_paths;
mod names;
mod noted;
mod panics;
mod printing;
mod rust_code;
mod size;
mod unfinished;

use std::path::Path;

use crate::stop::Stop;
use crate::timed;
use house::House;

/// One house rule.
pub(crate) struct Rule {
    /// Stands in the message: `error[tidy/NAME]`.
    name: &'static str,
    /// Why the rule is there, in one sentence.
    why: &'static str,
    check: fn(&House) -> Vec<Breach>,
}

/// One place where a rule isn't kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    path: String,
    /// From 1; `None` where the whole file is meant.
    line: Option<usize>,
    what: String,
    /// False: to be looked at, but nothing fails by it.
    refused: bool,
}

impl Breach {
    fn at(path: &str, line: impl Into<Option<usize>>, what: impl Into<String>) -> Breach {
        Breach { path: path.to_owned(), line: line.into(), what: what.into(), refused: true }
    }

    fn questioned(self) -> Breach {
        Breach { refused: false, ..self }
    }
}

const RULES: &[Rule] = &[
    direction::RULE,
    direction::CLIENTS,
    budget::RULE,
    noted::RULE,
    doors::JOURNAL,
    doors::APPROVAL,
    doors::CLIENT,
    printing::RULE,
    unfinished::IGNORED,
    unfinished::RULE,
    panics::RULE,
    size::RULE,
    names::RULE,
    leaks::MACHINE,
    leaks::OUTSIDE,
    links::RULE,
    commands::RULE,
    named_paths::RULE,
    architecture::RULE,
    adr::RULE,
    changelog::RULE,
];

/// Checks the whole tree.
pub(crate) fn run(root: &Path) -> Result<(), Stop> {
    let start = timed::now();
    let house = House::read(root)?;
    let mut refused = 0;
    let mut questioned = 0;
    for rule in RULES {
        let breaches = (rule.check)(&house);
        refused += breaches.iter().filter(|breach| breach.refused).count();
        questioned += breaches.iter().filter(|breach| !breach.refused).count();
        eprint!("{}", report(rule, &breaches));
    }
    let files = house.files.len();
    eprintln!(
        "tidy: {} rules, {files} files: {refused} refused, {questioned} to look at ({:.1} s)",
        RULES.len(),
        start.elapsed().as_secs_f32()
    );
    if refused == 0 { Ok(()) } else { Err(Stop::Exit(1)) }
}

fn report(rule: &Rule, breaches: &[Breach]) -> String {
    let mut out = String::new();
    for (refused, word) in [(true, "error"), (false, "look")] {
        let mut those = breaches.iter().filter(|breach| breach.refused == refused).peekable();
        if those.peek().is_some() {
            out += &format!("{word}[tidy/{}]: {}\n", rule.name, rule.why);
        }
        for breach in those {
            let line = breach.line.map(|line| format!(":{line}")).unwrap_or_default();
            out += &format!("  {}{line}: {}\n", breach.path, breach.what);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_rule_reason_file_and_line_and_keeps_questions_apart() {
        let rule = Rule { name: "size", why: "Long files hide things.", check: |_| Vec::new() };
        let breaches = [Breach::at("a.rs", 7, "too long"), Breach::at("b.rs", None, "rather long").questioned()];
        assert_eq!(
            report(&rule, &breaches),
            "error[tidy/size]: Long files hide things.\n  a.rs:7: too long\nlook[tidy/size]: Long files hide things.\n  b.rs: rather long\n"
        );
        assert_eq!(report(&rule, &[]), "");
    }

    #[test]
    fn every_rule_has_its_own_name_and_a_reason_in_a_sentence() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        assert!(RULES.iter().all(|rule| rule.why.ends_with('.') && rule.why.len() > 20));
    }
}
