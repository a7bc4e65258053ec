//! A reason for each dependency.

use std::collections::BTreeSet;

use super::direction::{breach, edges, members};
use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "noted",
    why: "A dependency is a decision: what for, why this one, and what else there was stands in docs/adr/0004-dependencies.md.",
    check: noted,
};

const REGISTER: &str = "docs/adr/0004-dependencies.md";

fn noted(house: &House) -> Vec<Breach> {
    let register = house.text(REGISTER).unwrap_or_default();
    let has_line = |name: &str| register.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
    let members: BTreeSet<&str> = members(house).collect();
    let mut said = BTreeSet::new();
    edges(house)
        .filter(|edge| !members.contains(edge.to) && !has_line(edge.to) && said.insert(edge.to))
        .map(|edge| breach(house, &edge, format!("`{}` has no line in {REGISTER}", edge.to)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_dependency_without_a_line_in_the_register_is_named_once() {
        let manifest = "[dependencies]\nring.workspace = true\nserde.workspace = true\n";
        let mut house = House::made(&[
            ("crates/a/Cargo.toml", manifest),
            ("crates/b/Cargo.toml", manifest),
            (REGISTER, "`ring` in prose\n| `serde`, `other` | x |\n"),
        ]);
        let dependencies = json!([{"name": "ring", "kind": null}, {"name": "serde", "kind": null}, {"name": "usher-a", "kind": null}]);
        let package = |name: &str, folder: &str| json!({"name": name, "source": null, "manifest_path": format!("/x/{folder}/Cargo.toml"), "dependencies": dependencies});
        house.metadata =
            json!({"packages": [package("usher-a", "crates/a"), package("usher-b", "crates/b"), {"name": "serde", "source": "registry"}]});
        assert_eq!(noted(&house), [Breach::at("crates/a/Cargo.toml", 2, format!("`ring` has no line in {REGISTER}"))]);
    }
}
