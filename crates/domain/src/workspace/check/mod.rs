//! What can only be seen once the whole workspace is read. All problems are listed, in the order of the file.

mod instances;
mod rules;
mod signers;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::{Workspace, need};
use crate::cel::{Condition, Field, Scope};
use crate::diagnostic::Diagnostic;
use crate::manifest::{Catalogue, Manifest};
use crate::names;
use crate::template::Template;
use crate::yaml::{At, offer};

impl Workspace {
    /// Everything that is wrong beyond what the types say; empty: nothing. `file` is only named in messages.
    pub fn check(&self, file: impl AsRef<Path>, catalogue: &Catalogue) -> Vec<Diagnostic> {
        let mut check = Check { file: file.as_ref().to_owned(), found: Vec::new() };
        let manifests = check.instances(self, catalogue);
        check.company(self);
        check.people(self, &manifests);
        check.rules(self, &manifests);
        check.approvals(self);
        check.keys(self);
        check.guards(self);
        check.clocks(self);
        check.found.sort_by_key(|d| d.place.as_ref().and_then(|p| p.line).unwrap_or(0));
        check.found
    }
}

type Manifests = IndexMap<String, Manifest>;

struct Check {
    file: PathBuf,
    found: Vec<Diagnostic>,
}

impl Check {
    fn say<T>(&mut self, at: &At<T>, message: Diagnostic) {
        let message = at.place(&self.file, message);
        self.found.push(message);
    }

    fn wrong<T>(&mut self, at: &At<T>, detail: impl Into<String>, hint: impl Into<String>) {
        self.say(at, Diagnostic::new("WORKSPACE-004", "a value that can't stand here", detail).hint(hint));
    }

    fn condition(&mut self, condition: &At<Condition>, scope: &Scope) {
        if let Err(error) = condition.check(scope) {
            let (what, at) = (error.what, error.at);
            let detail = if at > 0 { format!("{what} (character {at} of the condition)") } else { what };
            let message = Diagnostic::new("WORKSPACE-010", "a condition that can't be decided", detail);
            let message = match error.hint {
                Some(hint) => message.hint(hint),
                None => message,
            };
            self.say(condition, message);
        }
    }

    fn placeholders(&mut self, template: &At<Template>, known: &[&str]) {
        for name in template.names().filter(|name| !known.contains(name)) {
            let message = Diagnostic::new("WORKSPACE-011", "unknown placeholder", format!("{{{name}}} has no value here"));
            self.say(template, message.hint(offer(name, known, "placeholders")));
        }
    }

    fn known_instance(&mut self, workspace: &Workspace, name: &At<String>) {
        if workspace.instance(name).is_err() {
            let message = workspace.unknown_instance(name);
            self.say(name, message);
        }
    }

    fn known_group(&mut self, workspace: &Workspace, name: &At<String>) {
        if workspace.approvers.iter().any(|(known, _)| known.as_str() == name.as_str()) {
            return;
        }
        let known: Vec<&str> = workspace.approvers.keys().map(|n| n.as_str()).collect();
        let message = Diagnostic::new("WORKSPACE-021", "unknown group", format!("`{}` is not a group of `approvers`", name.value));
        self.say(
            name,
            message.hint(if known.is_empty() {
                format!("add it: approvers: {{{}: [ana@example.com]}}", name.value)
            } else {
                offer(name, &known, "groups")
            }),
        );
    }

    fn email(&mut self, address: &At<String>, what: &str) {
        if !names::is_email(address) {
            self.wrong(address, format!("`{}` is not {what}", address.value), "an address is written in lower case: ana@example.com");
        }
    }

    fn company(&mut self, workspace: &Workspace) {
        for domain in &workspace.domains {
            let good = domain.contains('.') && idna::domain_to_ascii_strict(domain).is_ok() && !domain.contains(['@', '*', '/']);
            if !good {
                self.wrong(domain, format!("`{}` is not a domain", domain.value), "write it as in example.com, without @ and *");
            }
        }
        if jiff::tz::TimeZone::get(&workspace.zone).is_err() {
            self.wrong(
                &workspace.zone,
                format!("`{}` is not a time zone", workspace.zone.value),
                "write the name of the IANA database: Europe/Berlin",
            );
        }
    }

    fn guards(&mut self, workspace: &Workspace) {
        for limit in [&workspace.guards.people.ended, &workspace.guards.removals.per_instance] {
            if limit.at_least > limit.at_most || limit.percent > 100 {
                self.wrong(limit, "this limit can't be met", "percent is at most 100, and at_least is not more than at_most");
            }
        }
        for protected in &workspace.guards.protected {
            match protected.split_once(':') {
                Some((name, account)) if !account.is_empty() => self.known_instance(workspace, &protected.with(name.to_owned())),
                _ => self.wrong(
                    protected,
                    format!("`{}` names no account", protected.value),
                    "write instance:login, as in okta:breakglass@example.com",
                ),
            }
        }
        let groups = [&workspace.guards.override_from, &workspace.fallback].into_iter().flatten();
        groups.chain(&workspace.lifecycle.emergency.who).for_each(|name| self.known_group(workspace, name));
    }

    fn clocks(&mut self, workspace: &Workspace) {
        workspace.tasks.escalate.values().for_each(|name| self.known_group(workspace, name));
        self.decider(workspace, &workspace.tasks.assign);
        let scope = Scope::of([("instance", need::instance())]);
        for review in workspace.reviews.values() {
            self.condition(&review.scope, &scope);
        }
        if let Some(needs) = &workspace.lifecycle.joiner.prehire.needs {
            self.condition(needs, &Scope::of([("state", Field::Text)]));
        }
    }
}
