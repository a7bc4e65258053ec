//! Which crate may know which.

use serde_json::Value;

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule = Rule {
    name: "direction",
    why: "Data goes one way (ARCHITECTURE.md, The house), so a crate knows only crates to its left, and `serve` no connector (invariant 8).",
    check: direction,
};

pub(super) const CLIENTS: Rule = Rule {
    name: "clients",
    why: "Only `connect` talks to the outside world, behind its permit; a second HTTP client would be a second way to write.",
    check: clients,
};

/// In corridor order: a crate and what it may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("usher-domain", &[]),
    ("usher-guide", &["usher-domain"]),
    ("usher-reconcile", &["usher-domain"]),
    ("usher-connect", &["usher-domain"]),
    ("usher-store", &["usher-domain"]),
    ("usher-engine", &["usher-domain", "usher-reconcile", "usher-connect", "usher-store"]),
    ("usher-serve", &["usher-domain", "usher-reconcile", "usher-store", "usher-engine"]),
    ("usher-sandbox", &["usher-domain"]),
    (
        "usher-cli",
        &["usher-domain", "usher-guide", "usher-reconcile", "usher-connect", "usher-store", "usher-engine", "usher-serve", "usher-sandbox"],
    ),
    (
        "usher-tests",
        &[
            "usher-domain",
            "usher-guide",
            "usher-reconcile",
            "usher-connect",
            "usher-store",
            "usher-engine",
            "usher-serve",
            "usher-sandbox",
            "usher-cli",
        ],
    ),
    ("xtask", &[]),
];

/// The simulated company knows only `domain`, so any crate may test against it.
const MAY_TEST_WITH: &str = "usher-sandbox";

const HTTP_CLIENTS: &[&str] = &["reqwest", "hyper-util", "ureq", "isahc", "attohttpc", "curl", "surf"];

/// A dependency as a member's manifest names it.
pub(super) struct Edge<'a> {
    from: &'a str,
    pub(super) to: &'a str,
    manifest: &'a str,
    for_tests: bool,
}

fn direction(house: &House) -> Vec<Breach> {
    let members: Vec<&str> = members(house).collect();
    let mut breaches = Vec::new();
    for edge in edges(house).filter(|edge| members.contains(&edge.to)) {
        let Some((_, may_know)) = MAY_KNOW.iter().find(|(name, _)| *name == edge.from) else {
            breaches.push(breach(house, &edge, format!("`{}` has no place in the corridor yet: give it one in xtask", edge.from)));
            continue;
        };
        let allowed = may_know.contains(&edge.to) || edge.for_tests && edge.to == MAY_TEST_WITH;
        if !allowed {
            breaches.push(breach(house, &edge, format!("`{}` must not depend on `{}`", edge.from, edge.to)));
        }
    }
    breaches
}

fn clients(house: &House) -> Vec<Breach> {
    edges(house)
        .filter(|edge| HTTP_CLIENTS.contains(&edge.to) && edge.from != "usher-connect" && edge.from != "usher-tests" && !edge.for_tests)
        .map(|edge| breach(house, &edge, format!("`{}` must not depend on `{}`", edge.from, edge.to)))
        .collect()
}

/// Our own packages by name.
pub(super) fn members(house: &House) -> impl Iterator<Item = &str> {
    packages(house).filter(|package| package["source"].is_null()).filter_map(|package| package["name"].as_str())
}

fn packages(house: &House) -> impl Iterator<Item = &Value> {
    house.metadata["packages"].as_array().into_iter().flatten()
}

/// What our manifests name, tests' dependencies too.
pub(super) fn edges(house: &House) -> impl Iterator<Item = Edge<'_>> {
    packages(house).filter(|package| package["source"].is_null()).flat_map(|package| {
        package["dependencies"].as_array().into_iter().flatten().filter_map(|dependency| {
            Some(Edge {
                from: package["name"].as_str()?,
                to: dependency["name"].as_str()?,
                manifest: package["manifest_path"].as_str()?,
                for_tests: dependency["kind"] == "dev",
            })
        })
    })
}

/// Points at the line of the manifest that names the dependency.
pub(super) fn breach(house: &House, edge: &Edge<'_>, what: String) -> Breach {
    let found =
        house.texts().find(|(path, _)| path.ends_with("Cargo.toml") && edge.manifest.ends_with(&format!("/{path}")) && path.len() > 10);
    let Some((path, text)) = found else { return Breach::at(edge.manifest, None, what) };
    Breach::at(path, text.lines().position(|line| line.contains(edge.to)).map(|index| index + 1), what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn house(name: &str, folder: &str, dependencies: Value) -> House {
        let mut house = House::made(&[
            ("Cargo.toml", ""),
            (&format!("{folder}/Cargo.toml"), "[package]\n[dependencies]\nusher-store.workspace = true\n"),
        ]);
        let outside: Vec<Value> = ["usher-domain", "usher-store", "usher-connect", "usher-sandbox"]
            .iter()
            .map(|name| json!({"name": name, "source": null, "manifest_path": "/x/Cargo.toml", "dependencies": []}))
            .collect();
        let own = json!({"name": name, "source": null, "manifest_path": format!("/x/{folder}/Cargo.toml"), "dependencies": dependencies});
        house.metadata = json!({"packages": outside.into_iter().chain([own]).collect::<Vec<_>>()});
        house
    }

    #[test]
    fn reconcile_does_not_know_the_store() {
        let house = house(
            "usher-reconcile",
            "crates/reconcile",
            json!([{"name": "usher-store", "kind": null}, {"name": "usher-domain", "kind": null}]),
        );
        assert_eq!(direction(&house), [Breach::at("crates/reconcile/Cargo.toml", 3, "`usher-reconcile` must not depend on `usher-store`")]);
    }

    #[test]
    fn serve_calls_no_connector() {
        let house = house("usher-serve", "crates/serve", json!([{"name": "usher-connect", "kind": null}]));
        assert_eq!(direction(&house).len(), 1);
    }

    #[test]
    fn tests_of_a_crate_may_use_the_sandbox() {
        let house = |kind: Value| house("usher-connect", "crates/connect", json!([{"name": "usher-sandbox", "kind": kind}]));
        assert!(direction(&house(json!("dev"))).is_empty());
        assert_eq!(direction(&house(Value::Null)).len(), 1);
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        let house = house("usher-extra", "crates/extra", json!([{"name": "usher-domain", "kind": null}]));
        assert!(direction(&house)[0].what.contains("no place in the corridor"));
    }

    #[test]
    fn only_connect_has_an_http_client() {
        let with_client = json!([{"name": "reqwest", "kind": null}]);
        assert_eq!(clients(&house("usher-engine", "crates/engine", with_client.clone())).len(), 1);
        assert!(clients(&house("usher-connect", "crates/connect", with_client)).is_empty());
    }
}
