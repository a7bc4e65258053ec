//! What belongs to one machine and not to the project.

use super::house::House;
use super::{Breach, Rule};

pub(super) const MACHINE: Rule = Rule {
    name: "machine",
    why: "A path or a registry's host of one machine works nowhere else and tells strangers about it.",
    check: machine,
};

pub(super) const OUTSIDE: Rule = Rule {
    name: "outside",
    why: "The project builds and tests from a clone alone: copy what is needed into the repository.",
    check: outside,
};

/// In two pieces each, so that this file doesn't match itself.
const PLACES: &[[&str; 2]] = &[
    ["/wo", "rk/"],
    ["/fa", "rm/"],
    ["/ro", "ot/"],
    ["/ho", "me/"],
    ["cra", "tes.io/"],
    ["py", "pi.org"],
    ["registry.", "npmjs"],
    ["deb.", "debian.org"],
];
/// A temporary folder with a name below it; the folder by itself is fine.
const TEMPORARY: [&str; 2] = ["/tm", "p/"];
const BESIDE: [&str; 2] = ["../", "shared"];

fn machine(house: &House) -> Vec<Breach> {
    let places: Vec<String> = PLACES.iter().map(|pieces| pieces.concat()).collect();
    let temporary = TEMPORARY.concat();
    search(house, |line| {
        let named = line.split(&temporary).skip(1).any(|rest| rest.split_once('/').is_some_and(|(name, _)| is_name(name)));
        if named { Some(temporary.clone()) } else { places.iter().find(|place| line.contains(place.as_str())).cloned() }
    })
}

fn outside(house: &House) -> Vec<Breach> {
    let beside = BESIDE.concat();
    search(house, |line| line.contains(&beside).then(|| beside.clone()))
}

fn search(house: &House, find: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in house.texts().filter(|(path, _)| !path.ends_with("Cargo.lock") && !path.ends_with("package-lock.json")) {
        for (index, line) in text.lines().enumerate() {
            breaches.extend(find(line).map(|found| Breach::at(path, index + 1, format!("names `{found}`"))));
        }
    }
    breaches
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_and_registry_hosts_are_found_outside_lock_files() {
        for pieces in PLACES {
            let text = format!("ok\nsee {}x", pieces.concat());
            let house = House::made(&[("docs/a.md", &text), ("Cargo.lock", &text)]);
            assert_eq!(machine(&house).iter().map(|breach| breach.line).collect::<Vec<_>>(), [Some(2)], "{pieces:?}");
        }
    }

    #[test]
    fn a_temporary_folder_is_fine_without_a_name_below_it() {
        let named = |rest: &str| !machine(&House::made(&[("a.sh", &format!("{}{rest}", TEMPORARY.concat()))])).is_empty();
        assert!(named("somebody/x"));
        assert!(!named("$RANDOM/x"));
        assert!(!named("x"));
    }

    #[test]
    fn nothing_reaches_beside_the_repository() {
        let house = House::made(&[("tests/a.rs", &format!("\n\"{}/x\"", BESIDE.concat()))]);
        assert_eq!(outside(&house).len(), 1);
    }
}
