//! How much foreign code we carry.

use std::collections::BTreeMap;

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "budget",
    why: "Every crate is code that we answer for and that two cores must build in minutes (docs/adr/0004-dependencies.md).",
    check: budget,
};

/// Packages built on any platform, our own included.
const MOST_PACKAGES: usize = 460;
/// Names that are there in more than one version.
const MOST_DUPLICATES: usize = 20;
/// What must not come in, also through somebody else's features.
const NEVER: &[(&str, &str)] = &[
    ("openssl-sys", "TLS is rustls with ring: one implementation, no system library"),
    ("aws-lc-sys", "needs cmake; ring is linked already"),
    ("cmake", "a C build system that a fresh machine lacks"),
    ("rsa", "RUSTSEC-2023-0071; RSA keys are refused at load (docs/adr/0005-own-ssh-agent-client.md)"),
];

fn budget(house: &House) -> Vec<Breach> {
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &house.built {
        *versions.entry(name).or_default() += 1;
    }
    let packages = house.built.len();
    let twice: Vec<&str> = versions.iter().filter(|(_, count)| **count > 1).map(|(name, _)| *name).collect();
    let mut breaches = Vec::new();
    if packages > MOST_PACKAGES {
        breaches.push(Breach::at("Cargo.lock", None, format!("{packages} packages, at most {MOST_PACKAGES}")));
    }
    if twice.len() > MOST_DUPLICATES {
        let what = format!("{} names in more than one version, at most {MOST_DUPLICATES}: {}", twice.len(), twice.join(", "));
        breaches.push(Breach::at("Cargo.lock", None, what));
    }
    for (name, why) in NEVER.iter().filter(|(name, _)| versions.contains_key(name)) {
        breaches.push(Breach::at("Cargo.lock", None, format!("`{name}`: {why}; who brings it: cargo tree --target all -i {name}")));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(names: impl Iterator<Item = String>) -> House {
        let mut house = House::made(&[]);
        house.built = names.enumerate().map(|(n, name)| (name, format!("v1.{n}"))).collect();
        house
    }

    #[test]
    fn packages_and_duplicates_are_counted_up_to_their_limits() {
        let many = |count: usize| house((0..count).map(|n| format!("c{n}")));
        assert!(budget(&many(MOST_PACKAGES)).is_empty());
        assert_eq!(budget(&many(MOST_PACKAGES + 1)).len(), 1);
        let twice = |count: usize| house((0..count * 2).map(|n| format!("c{}", n / 2)));
        assert!(budget(&twice(MOST_DUPLICATES)).is_empty());
        assert!(budget(&twice(MOST_DUPLICATES + 1))[0].what.starts_with("21 names"));
    }

    #[test]
    fn what_must_not_come_in_is_named_with_the_way_to_find_who_brings_it() {
        let found = budget(&house(["aws-lc-sys".to_owned()].into_iter()));
        assert!(found[0].what.contains("cargo tree --target all -i aws-lc-sys"), "{found:?}");
    }
}
