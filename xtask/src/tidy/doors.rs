//! What the types of the corridor can't hold by themselves (ARCHITECTURE.md, invariants 1 to 3).

use super::house::House;
use super::rust_code::CodeLine;
use super::{Breach, Rule};

pub(super) const JOURNAL: Rule = Rule {
    name: "journal",
    why: "A `WritePermit` exists only for a journalled step; a second `Journal` that answers Ok without writing would be a way round it.",
    check: journal,
};

pub(super) const APPROVAL: Rule = Rule {
    name: "approval",
    why: "An approved plan is checked, never read: whoever could deserialise one could invent one.",
    check: approval,
};

pub(super) const CLIENT: Rule =
    Rule { name: "wire", why: "Requests leave from `connect` only, where one function asks and one sends with a permit.", check: client };

const WIRE: &str = "crates/connect/src/wire";

fn journal(house: &House) -> Vec<Breach> {
    code(house)
        .filter(|(path, line)| !path.starts_with("crates/store/") && line.text.contains("impl") && is_impl_of(line, "Journal"))
        .map(|(path, line)| Breach::at(path, line.number, "`impl Journal for` outside crates/store and tests"))
        .collect()
}

fn approval(house: &House) -> Vec<Breach> {
    code(house)
        .filter(|(path, line)| path.starts_with("crates/domain/src/approval") && line.text.contains("Deserialize"))
        .map(|(path, line)| Breach::at(path, line.number, "`Deserialize` in the module of approvals"))
        .collect()
}

fn client(house: &House) -> Vec<Breach> {
    code(house)
        .filter_map(|(path, line)| {
            let made = ["Client::new(", "Client::builder(", "ClientBuilder"].iter().any(|way| line.text.contains(way));
            if !path.starts_with("crates/connect/") && line.text.contains("reqwest::") {
                Some(Breach::at(path, line.number, "`reqwest` outside crates/connect"))
            } else if path.starts_with("crates/connect/") && !path.starts_with(WIRE) && made {
                Some(Breach::at(path, line.number, format!("an HTTP client made outside {WIRE}")))
            } else {
                None
            }
        })
        .collect()
}

fn code(house: &House) -> impl Iterator<Item = (&str, &CodeLine)> {
    house.rust_lines().filter(|(_, line)| !line.test)
}

/// `impl Journal for`, `impl<S> a::Journal for`, but not `impl JournalError for`.
fn is_impl_of(line: &CodeLine, name: &str) -> bool {
    let words: Vec<&str> = line.text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| pair == [name, "for"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_store_and_tests_implement_journal() {
        let house = House::made(&[
            ("crates/engine/src/a.rs", "\nimpl Journal for Loose {}\nimpl<T> usher_domain::journal::Journal for T {}"),
            ("crates/engine/src/b.rs", "impl Display for JournalError {}\n// impl Journal for X\nimpl JournalReader for Y {}"),
            ("crates/store/src/sqlite.rs", "impl Journal for Sqlite {}"),
            ("crates/domain/src/journal.rs", "#[cfg(test)]\nmod tests {\n impl Journal for Memory {}\n}"),
            ("tests/contracts/journal.rs", "impl Journal for Counting {}"),
        ]);
        let found: Vec<_> = journal(&house).into_iter().map(|breach| (breach.path, breach.line)).collect();
        assert_eq!(found, [("crates/engine/src/a.rs".to_owned(), Some(2)), ("crates/engine/src/a.rs".to_owned(), Some(3))]);
    }

    #[test]
    fn an_approval_is_never_deserialised() {
        let house = House::made(&[
            ("crates/domain/src/approval.rs", "#[derive(Deserialize)]\nstruct ApprovedPlan;"),
            ("crates/domain/src/plan.rs", "#[derive(Deserialize)]\nstruct Row;"),
            ("crates/domain/src/approval/tests.rs", "use serde::Deserialize;"),
        ]);
        assert_eq!(approval(&house), [Breach::at("crates/domain/src/approval.rs", 1, "`Deserialize` in the module of approvals")]);
    }

    #[test]
    fn requests_leave_from_connect_only() {
        let house = House::made(&[
            ("crates/engine/src/a.rs", "let c = reqwest::Client::new();"),
            ("crates/connect/src/wire/client.rs", "let c = reqwest::Client::new();"),
            ("crates/connect/src/scim/read.rs", "use reqwest::Method;\nlet c = Client::builder();"),
            ("crates/connect/src/lib.rs", "#[cfg(test)]\nmod permits;"),
            ("crates/connect/src/permits.rs", "let c = reqwest::Client::new();"),
        ]);
        assert_eq!(
            client(&house),
            [
                Breach::at("crates/engine/src/a.rs", 1, "`reqwest` outside crates/connect"),
                Breach::at("crates/connect/src/scim/read.rs", 2, "an HTTP client made outside crates/connect/src/wire"),
            ]
        );
    }
}
