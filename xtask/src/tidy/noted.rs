//! A reason for each dependency.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "noted",
    why: "A dependency is a decision: what for, why this one, and what else there was stands in docs/adr/0004-dependencies.md.",
    check: noted,
};

const MANIFEST: &str = "Cargo.toml";
const REGISTER: &str = "docs/adr/0004-dependencies.md";

fn noted(house: &House) -> Vec<Breach> {
    let register = house.text(REGISTER).unwrap_or_default();
    let named = |name: &str| register.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
    let listed = dependencies(house.text(MANIFEST).unwrap_or_default());
    let missing = listed.into_iter().filter(|(_, name)| !named(name));
    missing.map(|(line, name)| Breach::at(MANIFEST, line, format!("`{name}` has no line in {REGISTER}"))).collect()
}

/// Foreign crates under `[workspace.dependencies]`, with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut out = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == "[workspace.dependencies]";
        } else if inside
            && !line.contains("path = \"crates/")
            && let Some((name, _)) = line.split_once(['=', '.'])
            && !line.starts_with('#')
        {
            out.push((index + 1, name.trim()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_line_in_the_register_is_named() {
        let manifest = "[workspace.dependencies]\nusher-domain = { path = \"crates/domain\" }\n# why\nserde = \"1\"\nring = \"0.17\"\n\n[profile.dev]\ndebug = 1\n";
        let house = House::made(&[(MANIFEST, manifest), (REGISTER, "`ring` in prose\n| `serde`, `other` | x |\n")]);
        assert_eq!(noted(&house), [Breach::at(MANIFEST, 5, format!("`ring` has no line in {REGISTER}"))]);
    }
}
