//! Ways to panic outside tests.

use std::collections::BTreeMap;

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "panics",
    why: "Input is never a reason to panic; one proven impossibility is fine, many in a file want another look.",
    check: panics,
};

const QUESTIONED_OVER: usize = 5;
const WAYS: &[&str] = &[".unwrap()", ".expect(\"", "panic!("];

fn panics(house: &House) -> Vec<Breach> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, line) in house.rust_lines().filter(|(_, line)| !line.test) {
        *counts.entry(path).or_default() += WAYS.iter().map(|way| line.text.matches(way).count()).sum::<usize>();
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count > QUESTIONED_OVER)
        .map(|(path, count)| Breach::at(path, None, format!("{count} ways to panic outside tests")).questioned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_ways_to_panic_are_questioned_and_those_in_tests_are_not() {
        let many = "a.unwrap(); b.expect(\"x\"); panic!(\"y\");\n".repeat(2);
        let house = House::made(&[
            ("crates/a/src/a.rs", &many),
            ("crates/a/src/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{many}}}")),
            ("tests/a.rs", &many),
        ]);
        assert_eq!(panics(&house), [Breach::at("crates/a/src/a.rs", None, "6 ways to panic outside tests").questioned()]);
    }
}
