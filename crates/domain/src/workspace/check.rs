//! What can only be seen once the whole workspace is read. All problems are listed, in the order of the file.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::need;
use super::{AllOr, Decider, Instance, Workspace};
use crate::cel::{Condition, Field, Scope};
use crate::diagnostic::Diagnostic;
use crate::manifest::{Catalogue, ConfigFormat, Manifest};
use crate::names;
use crate::sshsig;
use crate::template::Template;
use crate::yaml::{At, offer};

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

    fn instances(&mut self, workspace: &Workspace, catalogue: &Catalogue) -> Manifests {
        let mut manifests = Manifests::new();
        for (name, instance) in &workspace.instances {
            if !names::is_instance(name) || [names::USHER, "default", "local"].contains(&name.as_str()) {
                self.wrong(
                    name,
                    format!("`{}` can't be the name of an instance", name.value),
                    "lower-case letters, digits, - and _, beginning with a letter or digit; usher, default and local are taken",
                );
            }
            match catalogue.get(&instance.app) {
                Ok(manifest) => {
                    self.instance(workspace, instance, &manifest);
                    manifests.insert(name.value.clone(), manifest);
                }
                Err(message) if message.code == "APP-001" => self.say(&instance.app, message),
                Err(message) => self.found.push(message),
            }
        }
        manifests
    }

    fn instance(&mut self, workspace: &Workspace, instance: &Instance, manifest: &Manifest) {
        self.config(instance, manifest);
        self.secrets(instance, manifest);
        if let Some(owner) = &instance.owner {
            self.email(owner, "an owner's address");
        }
        for way in instance.sign_in.iter().filter(|way| *way.via != "local") {
            self.known_instance(workspace, &way.via);
        }
        if let Some(auth) = &instance.auth
            && !manifest.auth.keys().any(|known| known.value == auth.value)
        {
            let known: Vec<&str> = manifest.auth.keys().map(|n| n.as_str()).collect();
            self.wrong(auth, format!("`{}` is not a way to authenticate of {}", auth.value, *manifest.app), offer(auth, &known, "ways"));
        }
    }

    fn config(&mut self, instance: &Instance, manifest: &Manifest) {
        let known: Vec<&str> = manifest.config.iter().filter(|(_, key)| !key.secret).map(|(name, _)| name.as_str()).collect();
        for (name, value) in &instance.config {
            let Some(key) = manifest.config.get(name.as_str()) else {
                let message = Diagnostic::new(
                    "WORKSPACE-002",
                    "unknown key or word",
                    format!("`{}` is not in the config of {}", name.value, *manifest.app),
                );
                self.say(name, message.hint(offer(name, &known, "keys")));
                continue;
            };
            if key.secret {
                self.wrong(
                    name,
                    format!("`{}` is a secret", name.value),
                    format!("never write it here: secrets: {{{}: {{env: NAME}}}}", name.value),
                );
            } else if !key.kind.accepts(value) {
                self.wrong(value, format!("`{}` must be {}", name.value, key.kind.as_str()), "see: usher app show APP");
            } else if !key.one_of.is_empty() && !key.one_of.contains(value) {
                let words: Vec<String> = key.one_of.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
                self.wrong(value, format!("`{}` can't be {}", name.value, value.value), format!("the values are: {}", words.join(", ")));
            } else if let (Some(format), Some(text)) = (key.format, value.as_str()) {
                self.format(instance, name, &value.with(text), format);
            }
        }
        let auth = auth_of(instance, manifest);
        let missing = manifest.config.iter().filter(|(_, key)| !key.secret && key.is_required(auth));
        for (name, key) in missing.filter(|(name, _)| !instance.config.keys().any(|given| given.as_str() == name.as_str())) {
            let about = key.description.as_deref().or(key.example.as_deref()).unwrap_or("it has no default");
            let message = Diagnostic::new("WORKSPACE-003", "a key is missing", format!("config `{name}` is missing ({about})"));
            self.say(&instance.app, message.hint(format!("add config: {{{name}: {}}}", key.example.as_deref().unwrap_or("…"))));
        }
    }

    fn format(&mut self, instance: &Instance, name: &At<String>, value: &At<&str>, format: ConfigFormat) {
        let text = value.value;
        match format {
            ConfigFormat::Hostname if text.contains(['/', '@', '?', '#', ' ']) || text.is_empty() => {
                self.wrong(value, format!("`{}` must be a host name", name.value), "without https:// and path, as in acme.okta.com");
            }
            ConfigFormat::Email if !text.contains('@') || text.contains(' ') => {
                self.wrong(value, format!("`{}` must be an e-mail address", name.value), "as in admin@example.com");
            }
            ConfigFormat::Uri => self.uri(instance, name, value),
            ConfigFormat::Path if text.is_empty() => {
                self.wrong(value, format!("`{}` must name a file", name.value), "relative to the workspace")
            }
            _ => {}
        }
    }

    /// Plain http only to this machine unless the instance says so (DESIGN §5); credentials never stand in an address.
    fn uri(&mut self, instance: &Instance, name: &At<String>, value: &At<&str>) {
        let text = value.value;
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if !matches!(scheme, "http" | "https") || authority.is_empty() {
            self.wrong(value, format!("`{}` must be an address", name.value), "as in https://app.example.com/scim/v2");
        } else if authority.contains('@') {
            self.wrong(value, format!("`{}` holds credentials", name.value), "write them under secrets");
        } else if scheme == "http" && !instance.allow_http && !is_loopback(authority) {
            let message =
                Diagnostic::new("WORKSPACE-012", "plain http", format!("`{text}` would send the token readable for everybody on the way"));
            self.say(value, message.hint("use https://, or say allow_http: true on this instance"));
        }
    }

    fn secrets(&mut self, instance: &Instance, manifest: &Manifest) {
        let known: Vec<&str> = manifest.config.iter().filter(|(_, key)| key.secret).map(|(name, _)| name.as_str()).collect();
        for (name, _) in &instance.secrets {
            match manifest.config.get(name.as_str()) {
                Some(key) if key.secret => {}
                Some(_) => {
                    self.wrong(name, format!("`{}` is not a secret", name.value), format!("write it as config: {{{}: …}}", name.value))
                }
                None => {
                    let message = Diagnostic::new(
                        "WORKSPACE-002",
                        "unknown key or word",
                        format!("{} has no secret `{}`", *manifest.app, name.value),
                    );
                    self.say(
                        name,
                        message.hint(if known.is_empty() { "this app needs none".to_owned() } else { offer(name, &known, "secrets") }),
                    );
                }
            }
        }
        let auth = auth_of(instance, manifest);
        let missing = manifest.config.iter().filter(|(_, key)| key.secret && key.is_required(auth));
        for (name, _) in missing.filter(|(name, _)| !instance.secrets.keys().any(|given| given.as_str() == name.as_str())) {
            let message = Diagnostic::new("WORKSPACE-003", "a key is missing", format!("secret `{name}` is missing"));
            self.say(&instance.app, message.hint(format!("add secrets: {{{name}: {{env: NAME}}}} or {{{name}: {{file: PATH}}}}")));
        }
    }

    fn people(&mut self, workspace: &Workspace, manifests: &Manifests) {
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
            if let super::Join::Equal(a, b) = &join.value {
                for side in [a, b] {
                    if !workspace.people.sources.keys().any(|source| source.as_str() == side.source) {
                        let known: Vec<&str> = workspace.people.sources.keys().map(|n| n.as_str()).collect();
                        self.wrong(join, format!("`{}` is not a source of people", side.source), offer(&side.source, &known, "sources"));
                    }
                }
            }
        }
    }

    fn rules(&mut self, workspace: &Workspace, manifests: &Manifests) {
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

    fn approvals(&mut self, workspace: &Workspace) {
        let scope = need::scope();
        for rule in &workspace.approvals {
            self.condition(&rule.when, &scope);
            match &rule.from {
                Some(from) => self.decider(workspace, from),
                None if rule.need > 0 => self.say(
                    &rule.when,
                    Diagnostic::new("WORKSPACE-003", "a key is missing", "`from` is missing")
                        .hint("say who: from: GROUP, or from: instance.owner"),
                ),
                None => {}
            }
        }
        for standing in &workspace.standing {
            if !names::is_word(&standing.id) {
                self.wrong(&standing.id, format!("`{}` can't be its name", standing.id.value), "lower-case letters, digits and -");
            }
            self.known_group(workspace, &standing.group);
            if let AllOr::These(instances) = &standing.instances {
                instances.iter().for_each(|name| self.known_instance(workspace, name));
            }
            for action in standing.actions.iter().filter(|action| !action.writes()) {
                self.wrong(action, format!("`{}` changes nothing", action.value), "name operations that change something");
            }
        }
        for delegate in &workspace.delegates {
            self.email(&delegate.from, "an approver's address");
            self.email(&delegate.to, "an approver's address");
            if delegate.ends < delegate.starts {
                self.wrong(&delegate.from, "this stand-in ends before it starts", "swap starts and ends");
            }
        }
    }

    fn decider(&mut self, workspace: &Workspace, decider: &At<Decider>) {
        if let Decider::Group(name) = &decider.value {
            self.known_group(workspace, &decider.with(name.clone()));
        }
    }

    fn keys(&mut self, workspace: &Workspace) {
        for (group, members) in &workspace.approvers {
            if !names::is_group(group) {
                self.wrong(group, format!("`{}` can't be the name of a group", group.value), "lower-case letters, digits, - _ and .");
            }
            members.iter().for_each(|address| self.email(address, "an approver's address"));
        }
        let mut owners: Vec<(sshsig::Key, &str)> = Vec::new();
        for (address, lines) in &workspace.keys {
            self.email(address, "an approver's address");
            for line in lines {
                match sshsig::Key::parse(line) {
                    Err(error) => self.key_error(line, &error),
                    Ok(key) => match owners.iter().find(|(known, owner)| *known == key && *owner != address.as_str()) {
                        Some((_, owner)) => self.wrong(
                            line,
                            format!("{owner} has the same key"),
                            "one key is one person's: make another with ssh-keygen -t ed25519",
                        ),
                        None => owners.push((key, address.as_str())),
                    },
                }
            }
        }
        for line in &workspace.revoked_keys {
            if let Err(error) = sshsig::Key::parse(line) {
                self.key_error(line, &error);
            }
        }
    }

    fn key_error(&mut self, line: &At<String>, error: &sshsig::SshError) {
        let message = Diagnostic::new("WORKSPACE-013", "a key that is not taken", error.to_string());
        self.say(line, message.hint(error.hint().unwrap_or("paste the line of the .pub file: \"ssh-ed25519 AAAA…\"")));
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
        if let Decider::Group(name) = &workspace.tasks.assign {
            self.known_group(workspace, &At::nowhere(name.clone()));
        }
        let scope = Scope::of([("instance", need::instance())]);
        for review in workspace.reviews.values() {
            self.condition(&review.scope, &scope);
        }
        if let Some(needs) = &workspace.lifecycle.joiner.prehire.needs {
            self.condition(needs, &Scope::of([("state", Field::Text)]));
        }
    }
}

/// The way to authenticate that the instance's own keys point to.
fn auth_of<'m>(instance: &'m Instance, manifest: &'m Manifest) -> Option<&'m str> {
    let given = |key: &str| instance.secrets.keys().chain(instance.config.keys()).any(|known| known.as_str() == key);
    let named = instance.auth.as_ref().map(|name| name.as_str());
    manifest
        .auth_for(named, given)
        .or_else(|| manifest.auth_for(manifest.auth.keys().next().map(|n| n.as_str()), given))
        .map(|(name, _)| name)
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
