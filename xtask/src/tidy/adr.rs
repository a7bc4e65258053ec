//! The records of decisions.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "adr",
    why: "Decisions are found by their number and the index; a gap looks like a decision that somebody took back in silence.",
    check: adr,
};

const FOLDER: &str = "docs/adr/";
const INDEX: &str = "docs/adr/README.md";

fn adr(house: &House) -> Vec<Breach> {
    let Some(index) = house.text(INDEX) else { return vec![Breach::at(INDEX, None, "isn't there")] };
    let mut breaches = Vec::new();
    let mut next = 1;
    let mut records: Vec<&str> =
        house.files.iter().filter_map(|file| file.path.strip_prefix(FOLDER)).filter(|name| *name != "README.md").collect();
    records.sort_unstable();
    for name in records {
        let path = format!("{FOLDER}{name}");
        let number = name
            .split_once('-')
            .filter(|(number, rest)| number.len() == 4 && rest.ends_with(".md"))
            .and_then(|(number, _)| number.parse::<usize>().ok());
        if number != Some(next) {
            breaches.push(Breach::at(&path, None, format!("`{next:04}-….md` should come here")));
        }
        next = number.unwrap_or(next) + 1;
        if !index.contains(&format!("({name})")) {
            breaches.push(Breach::at(INDEX, None, format!("doesn't list `{name}`")));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[&str], index: &str) -> Vec<String> {
        let mut all = vec![(INDEX.to_owned(), index.to_owned())];
        all.extend(files.iter().map(|name| (format!("{FOLDER}{name}"), String::new())));
        let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        adr(&House::made(&all)).into_iter().map(|breach| breach.what).collect()
    }

    #[test]
    fn records_are_numbered_without_gaps_and_listed() {
        let index = "[1](0001-a.md) [2](0002-b.md) [3](0003-c.md) [x](notes.md)";
        assert!(said(&["0001-a.md", "0002-b.md"], index).is_empty());
        assert_eq!(said(&["0001-a.md", "0003-c.md"], index), ["`0002-….md` should come here"]);
        assert_eq!(said(&["0001-a.md", "0001-b.md"], index), ["`0002-….md` should come here", "doesn't list `0001-b.md`"]);
        assert_eq!(said(&["0001-a.md", "0002-z.md"], index), ["doesn't list `0002-z.md`"]);
        assert_eq!(said(&["notes.md"], index), ["`0001-….md` should come here"]);
    }
}
