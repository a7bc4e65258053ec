//! Who may print.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "printing",
    why: "Only crates/cli/src/render prints: there foreign text is made visible, colour follows the terminal, and data stays apart from messages.",
    check: printing,
};

const MACROS: &[&str] = &["println!", "eprintln!", "print!", "eprint!"];

fn printing(house: &House) -> Vec<Breach> {
    house
        .rust_lines()
        .filter(|(path, line)| !line.test && !may_print(path))
        .filter_map(|(path, line)| {
            let found = MACROS.iter().find(|name| calls(&line.text, name))?;
            Some(Breach::at(path, line.number, format!("`{found}` here; give the text to render instead")))
        })
        .collect()
}

fn may_print(path: &str) -> bool {
    path == "crates/cli/src/render.rs"
        || path.starts_with("crates/cli/src/render/")
        || path.starts_with("xtask/")
        || path.ends_with("/build.rs")
}

/// The macro's whole name: `eprintln!` is not `println!`.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name)
        .any(|(at, _)| !code.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric() || c == '_')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_render_tasks_build_scripts_and_tests_print() {
        let house = House::made(&[
            ("crates/cli/src/demo.rs", "fn a() {\n    eprintln!(\"x\");\n}\n// println!\nlet b = \"println!\";"),
            ("crates/engine/src/a.rs", "anstream::println!(\"x\"); my_println!(1);"),
            ("crates/cli/src/render.rs", "println!(\"x\");"),
            ("crates/cli/src/render/table.rs", "println!(\"x\");"),
            ("crates/cli/build.rs", "println!(\"cargo::x\");"),
            ("xtask/src/main.rs", "println!(\"x\");"),
            ("crates/store/src/a.rs", "#[cfg(test)]\nmod tests { fn a() { println!(\"x\"); } }"),
        ]);
        let found: Vec<_> = printing(&house).into_iter().map(|breach| (breach.path, breach.line, breach.what)).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].0.as_str(), found[0].1), ("crates/cli/src/demo.rs", Some(2)));
        assert!(found[0].2.starts_with("`eprintln!`") && found[1].2.starts_with("`println!`"), "{found:?}");
    }
}
