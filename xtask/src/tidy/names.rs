//! Names that say nothing.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "names",
    why: "A file's name says what is in it; a drawer for everything else grows without anybody having decided it.",
    check: names,
};

const FORBIDDEN: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

fn names(house: &House) -> Vec<Breach> {
    house
        .files
        .iter()
        .filter_map(|file| {
            let found = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part)).find(|part| FORBIDDEN.contains(part))?;
            Some(Breach::at(&file.path, None, format!("called `{found}`")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_that_say_nothing_are_refused() {
        let house = House::made(&[
            ("crates/a/src/utils.rs", ""),
            ("tests/common/mod.rs", ""),
            ("tests/helpers.py", ""),
            ("crates/a/src/common_name.rs", ""),
            ("HELPERS", ""),
        ]);
        let found: Vec<_> = names(&house).into_iter().map(|breach| breach.path).collect();
        assert_eq!(found, ["crates/a/src/utils.rs", "tests/common/mod.rs", "tests/helpers.py"]);
    }
}
