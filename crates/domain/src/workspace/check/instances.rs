//! Instances: their app is known, their config and secrets are those that the app asks for.

use super::super::{Instance, Workspace};
use super::{Check, Manifests};
use crate::diagnostic::Diagnostic;
use crate::manifest::{Catalogue, ConfigFormat, Manifest};
use crate::names;
use crate::yaml::{At, offer};

impl Check {
    pub(super) fn instances(&mut self, workspace: &Workspace, catalogue: &Catalogue) -> Manifests {
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
