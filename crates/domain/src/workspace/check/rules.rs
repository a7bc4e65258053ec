//! People, and the rules about their accounts: what they name exists, and what they ask can be decided.

use super::super::{Join, Workspace, need};
use super::{Check, Manifests};
use crate::cel::{Field, Scope};
use crate::yaml::offer;

/// What a login may be made of.
const LOGIN_NAMES: [&str; 6] = ["given", "family", "preferred", "employeeNumber", "n", "email"];
/// What an attribute of a new account may be made of.
const ACCOUNT_NAMES: [&str; 15] = [
    "login",
    "email",
    "employeeNumber",
    "department",
    "title",
    "manager",
    "location",
    "employer",
    "type",
    "name",
    "names.preferred.given",
    "names.preferred.family",
    "names.legal.given",
    "names.legal.family",
    "id",
];

impl Check {
    pub(super) fn people(&mut self, workspace: &Workspace, manifests: &Manifests) {
        for name in workspace.people.sources.keys() {
            self.known_instance(workspace, name);
            if let Some(manifest) = manifests.get(name.as_str()).filter(|m| !m.is_people_source()) {
                self.wrong(
                    name,
                    format!("{} knows accounts, not people", *manifest.app),
                    "a source of people is an instance such as {app: csv_people, config: {path: people.csv}}",
                );
            }
        }
        for (name, manifest) in manifests.iter().filter(|(_, m)| m.is_people_source()) {
            if !workspace.people.sources.keys().any(|source| source.as_str() == name)
                && let Some((at, _)) = workspace.instances.iter().find(|(known, _)| known.as_str() == name)
            {
                self.wrong(
                    at,
                    format!("{} knows people, but `people.sources` doesn't name it", *manifest.app),
                    format!("add people: {{sources: {{{name}: {{key: employeeNumber}}}}}}"),
                );
            }
        }
        for join in &workspace.people.join {
            if let Join::Equal(a, b) = &join.value {
                for side in [a, b] {
                    if !workspace.people.sources.keys().any(|source| source.as_str() == side.source) {
                        let known: Vec<&str> = workspace.people.sources.keys().map(|n| n.as_str()).collect();
                        self.wrong(join, format!("`{}` is not a source of people", side.source), offer(&side.source, &known, "sources"));
                    }
                }
            }
        }
    }

    pub(super) fn rules(&mut self, workspace: &Workspace, manifests: &Manifests) {
        let classify = Scope::of([("account", account(manifests)), ("instance", need::instance())]);
        for rule in &workspace.classify {
            self.condition(&rule.when, &classify);
        }
        let access = Scope::of([("person", need::person())]);
        for rule in &workspace.access {
            self.known_instance(workspace, &rule.to);
            self.condition(&rule.when, &access);
            let kinds: Vec<&str> =
                manifests.get(rule.to.as_str()).map(|m| m.entitlements.keys().map(|k| k.as_str()).collect()).unwrap_or_default();
            for grant in rule.grants.iter().filter(|g| !kinds.is_empty() && !kinds.contains(&g.kind.as_str())) {
                self.wrong(grant, format!("{} has no {}", *rule.to, grant.kind.as_str()), format!("it has: {}", kinds.join(", ")));
            }
        }
        for name in
            workspace.unlisted.keys().chain(workspace.account.keys()).chain(workspace.read.keys()).filter(|name| *name.value != *"default")
        {
            self.known_instance(workspace, name);
        }
        for template in workspace.account.values().flat_map(|a| a.attributes.values()) {
            self.placeholders(template, &ACCOUNT_NAMES);
        }
        for template in workspace.login.iter().flat_map(|login| &login.tries) {
            self.placeholders(template, &LOGIN_NAMES);
        }
    }
}

/// What `account` is in `classify`: SCIM's names, what usher's own reading gives, and the attributes of every app in use.
fn account(manifests: &Manifests) -> Field {
    let fixed = [
        "id",
        "userName",
        "email",
        "employeeNumber",
        "displayName",
        "purpose",
        "kind",
        "status",
        "door",
        "seat",
        "title",
        "department",
        "manager",
        "location",
        "employer",
        "name.givenName",
        "name.familyName",
        "nickName",
        "userType",
        "lastLogin",
        "created",
        "description",
    ];
    let mapped = manifests.values().filter_map(|m| m.account.as_ref()).flat_map(|a| a.map.keys().map(|name| name.value.clone()));
    Field::map(fixed.into_iter().map(str::to_owned).chain(mapped).map(|name| {
        let field = if fixed.contains(&name.as_str()) { Field::Text } else { Field::Any };
        (name, field)
    }))
}
