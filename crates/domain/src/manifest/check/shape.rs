//! The parts of a manifest that stand beside its operations.

use super::super::{Access, Auth, ConfigKey, Pagination};
use super::{Check, scopes};
use crate::account::{Door, Status};
use crate::diagnostic::Diagnostic;
use crate::template::Template;
use crate::yaml::{At, offer};

impl Check<'_> {
    pub(super) fn shape(&mut self) {
        let manifest = self.manifest;
        match *manifest.manifest {
            super::super::VERSION => {}
            0 => self.wrong(&manifest.manifest, "there is no version 0 of the format", "write manifest: 1"),
            newer => self.say(&manifest.manifest, super::super::newer_format(newer)),
        }
        if !crate::names::is_instance(&manifest.app) {
            self.wrong(&manifest.app, format!("`{}` can't be the name of an app", *manifest.app), "lower-case letters, digits, - and _");
        }
        self.config();
        self.addresses();
        self.answers();
        self.account();
    }

    fn config(&mut self) {
        let manifest = self.manifest;
        let ways: Vec<&str> = manifest.auth.keys().map(|name| name.as_str()).collect();
        for (name, ConfigKey { kind, default, only_for, secret, one_of, .. }) in &manifest.config {
            if let Some(only) = only_for.as_deref().filter(|only| !ways.contains(only)) {
                self.say(
                    name,
                    Diagnostic::new(
                        "MANIFEST-013",
                        "a name that leads nowhere",
                        format!("config `{}` is for `{only}`, which is not one of `auth`", name.value),
                    )
                    .hint(offer(only, &ways, "ways")),
                );
            }
            if *secret && default.is_some() {
                self.wrong(
                    name,
                    format!("config `{}` is a secret with a default", name.value),
                    "a default would be the same for everybody: leave it out",
                );
            }
            if let Some(value) = default.iter().chain(one_of).find(|value| !kind.accepts(value)) {
                self.wrong(
                    name,
                    format!("config `{}` is {}, but {value} is not", name.value, kind.as_str()),
                    "write a default and enum of that type",
                );
            }
        }
    }

    fn addresses(&mut self) {
        let manifest = self.manifest;
        let config = scopes::config(manifest);
        if let Some(url) = &manifest.base_url {
            self.placeholders(url, [&url.value], &config);
            if url.text().ends_with('/') {
                self.wrong(url, "base_url ends with /", "the path of a request begins with it");
            }
        }
        for (_, value) in &manifest.headers {
            self.placeholders(value, [&value.value], &config);
        }
        for (_, auth) in &manifest.auth {
            let extra: &[&str] = match auth {
                Auth::Session(_) => &["token"],
                Auth::Hmac(_) => &[
                    "request.method",
                    "request.host",
                    "request.path",
                    "request.query",
                    "request.body",
                    "request.target",
                    "timestamp",
                    "signature",
                ],
                _ => &[],
            };
            let known: Vec<String> = config.iter().cloned().chain(extra.iter().map(|name| (*name).to_owned())).collect();
            for at in auth_texts(auth) {
                self.placeholders(at, [&at.value], &known);
            }
        }
    }

    fn answers(&mut self) {
        let manifest = self.manifest;
        let scope = scopes::answer();
        if let Some(when) = &manifest.rate_limit.when {
            self.condition(when, &scope);
        }
        for rule in &manifest.errors {
            if let Some(when) = &rule.when {
                self.condition(when, &scope);
            }
            if rule.status.is_empty() && rule.when.is_none() {
                self.wrong(rule, "a rule of `errors` matches every answer", "say status or when");
            }
        }
        if let Some(Pagination::LinkHeader(link)) = &manifest.pagination
            && link.rel.is_empty()
        {
            self.wrong(&At::nowhere(()), "pagination.link_header.rel is empty", "mostly it is next");
        }
    }

    fn account(&mut self) {
        let Some(account) = &self.manifest.account else { return };
        if !account.map.is_empty() && !account.map.keys().any(|name| name.value == account.key.value) {
            let known: Vec<&str> = account.map.keys().map(|name| name.as_str()).collect();
            self.say(
                &account.key,
                Diagnostic::new("MANIFEST-013", "a name that leads nowhere", format!("the key `{}` is not in account.map", *account.key))
                    .hint(offer(&account.key, &known, "attributes")),
            );
        }
        for (name, attribute) in account.map.iter().filter(|(_, a)| a.path.is_many() && a.access != Access::Read) {
            self.wrong(
                attribute,
                format!("`{}` gives several values and can't be written", name.value),
                "add access: read, or point at one: [0]",
            );
        }
        let Some(status) = &account.status else { return };
        if !status.values.values().any(|standing| standing.door != Door::Shut) {
            self.wrong(&account.key, "no word of the status table has an open door", "every app has accounts that can get in: check door");
        }
        for (word, standing) in &status.values {
            let shut = matches!(standing.status, Status::Suspended | Status::Deactivated | Status::Deleted);
            if shut && standing.door == Door::Open {
                self.wrong(
                    standing,
                    format!("`{}` is shut by its status and open by its door", word.value),
                    "a suspended, deactivated or deleted account has door: shut, or unknown",
                );
            }
            if standing.status == Status::Active && standing.door == Door::Shut {
                self.wrong(
                    standing,
                    format!("`{}` is active, and its door is shut", word.value),
                    "say suspended or deactivated, or door: open",
                );
            }
        }
        for (n, (word, _)) in status.values.iter().enumerate() {
            if status.values.keys().take(n).any(|other| other.eq_ignore_ascii_case(word)) {
                self.wrong(
                    word,
                    format!("`{}` stands in the table in another case", word.value),
                    "words are compared without regard to case: keep one",
                );
            }
        }
    }
}

fn auth_texts(auth: &Auth) -> Vec<&At<Template>> {
    match auth {
        Auth::None => Vec::new(),
        Auth::Basic(a) => vec![&a.username, &a.password],
        Auth::Bearer(a) => vec![&a.token],
        Auth::ApiKey(a) => vec![&a.value],
        Auth::Oauth2ClientCredentials(a) => [&a.token_url, &a.client_id]
            .into_iter()
            .chain([&a.client_secret, &a.private_key, &a.key_id].into_iter().flatten())
            .chain(a.extra.values())
            .collect(),
        Auth::Oauth2JwtBearer(a) => [&a.token_url, &a.private_key, &a.issuer]
            .into_iter()
            .chain([&a.key_id, &a.subject, &a.audience].into_iter().flatten())
            .collect(),
        Auth::Oauth2RefreshToken(a) => vec![&a.token_url, &a.client_id, &a.client_secret, &a.refresh_token],
        Auth::Session(a) => a.body.values().chain(a.form.values()).chain(a.headers.values()).collect(),
        Auth::Hmac(a) => [&a.key, &a.message].into_iter().chain(a.headers.values()).collect(),
    }
}
