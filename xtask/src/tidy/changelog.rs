//! The changelog.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule =
    Rule { name: "changelog", why: "What changes for users is written down with the change: later nobody remembers it.", check: changelog };

const PAGE: &str = "CHANGELOG.md";

fn changelog(house: &House) -> Vec<Breach> {
    let Some(text) = house.text(PAGE) else { return vec![Breach::at(PAGE, None, "isn't there")] };
    if text.lines().any(|line| line.trim() == "## [Unreleased]") {
        return Vec::new();
    }
    vec![Breach::at(PAGE, None, "has no section `## [Unreleased]`")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_place_for_the_next_change() {
        let said = |text: &str| changelog(&House::made(&[(PAGE, text)])).len();
        assert_eq!(said("# Changelog\n\n## [Unreleased]\n"), 0);
        assert_eq!(said("# Changelog\n\n## [0.1.0]\n"), 1);
    }
}
