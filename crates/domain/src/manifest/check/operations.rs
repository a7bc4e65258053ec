//! Operations and queries: what they name exists, what they write is read back, and no list can be cut short unseen.

use super::super::{Body, Expect, Literal, Method, Operation, OperationName, Query, Request, Steps, Way};
use super::Check;
use super::scopes::{self, About};
use crate::diagnostic::Diagnostic;
use crate::template::Template;
use crate::yaml::{At, offer};

impl Check<'_> {
    pub(super) fn operations(&mut self) {
        let manifest = self.manifest;
        for (name, operation) in &manifest.operations {
            if kind_only(*name) {
                self.wrong(
                    &operation.at(),
                    format!("`{name}` exists once for each kind"),
                    "write it under entitlements.KIND or credentials.KIND",
                );
            }
            self.operation(Some(*name), operation, About::Account, &|read| manifest.operations.contains_key(&read));
        }
        for entitlement in manifest.entitlements.values() {
            let about = About::Entitlement(&entitlement.map, entitlement.list_grants.as_ref());
            for condition in [&entitlement.privileged, &entitlement.assignable].into_iter().flatten() {
                self.condition(condition, &scopes::entitlement(&entitlement.map));
            }
            let has =
                |read: OperationName| entitlement.operations().any(|(known, _)| known == read) || manifest.operations.contains_key(&read);
            for (name, operation) in entitlement.operations() {
                self.operation(Some(name), operation, about, &has);
            }
        }
        for credential in manifest.credentials.values() {
            let about = About::Credential(&credential.map, credential.list_credentials.as_ref());
            let has =
                |read: OperationName| credential.operations().any(|(known, _)| known == read) || manifest.operations.contains_key(&read);
            for (name, operation) in credential.operations() {
                self.operation(Some(name), operation, about, &has);
            }
        }
        if let Some(people) = &manifest.people {
            self.operation(None, &people.read, About::Account, &|_| false);
        }
        for query in manifest.queries.values() {
            self.query(query);
        }
    }

    fn operation(&mut self, name: Option<OperationName>, operation: &Operation, about: About<'_>, has: &dyn Fn(OperationName) -> bool) {
        let texts = scopes::texts(self.manifest, about);
        self.ways(operation, &texts);
        for (_, value) in &operation.query {
            self.placeholders(value, value.templates(), &texts);
            if matches!(value.value, Literal::Map(_)) {
                self.wrong(
                    value,
                    "a query holds text, numbers, true, false and lists",
                    "write the parameter as the vendor spells it: filter[name]: …",
                );
            }
        }
        operation.headers.values().for_each(|value| self.placeholders(value, [&value.value], &texts));
        operation.form.values().for_each(|value| self.placeholders(value, value.templates(), &texts));
        if let Some(body) = &operation.body {
            self.placeholders(body, body.templates(), &texts);
            let mapped = self.manifest.account.as_ref().is_some_and(|account| !account.map.is_empty());
            if !matches!(body.value, Body::Literal(_)) && !mapped {
                self.missing(
                    body,
                    "account.map is missing: nothing says how the body is built",
                    "add account: {map: …}, or write the body out",
                );
            }
        }
        match name {
            Some(name) if name.writes() => self.write(name, operation, about, has),
            _ => self.read(name, operation),
        }
        if let Some(wait) = &operation.wait {
            let known: Vec<String> = texts.iter().cloned().chain(["job.id".to_owned()]).collect();
            self.placeholders(&wait.poll, [&wait.poll.path], &known);
            self.condition(&wait.until, &scopes::answer());
        }
    }

    fn ways(&mut self, operation: &Operation, texts: &[String]) {
        let manifest = self.manifest;
        for (n, way) in operation.ways.iter().enumerate() {
            if operation.ways.iter().take(n).any(|other| std::mem::discriminant(&other.value) == std::mem::discriminant(&way.value)) {
                self.wrong(way, format!("the way `{}` stands twice", way.kind()), "keep one");
            }
            match &way.value {
                Way::Request(request) => {
                    self.placeholders(way, [&request.path], texts);
                    if manifest.base_url.is_none() {
                        self.missing(way, "`base_url` is missing", "add base_url: https://{host}");
                    }
                }
                Way::Csv(file) => self.placeholders(way, [file], &scopes::config(manifest)),
                Way::Human(Steps(steps)) => self.placeholders(way, steps, texts),
                Way::Ldap(ldap) => {
                    let set = ldap.set.values().flatten();
                    let all: Vec<&Template> =
                        [Some(&ldap.base), ldap.filter.as_ref()].into_iter().flatten().chain(set).map(|at| &at.value).collect();
                    self.placeholders(way, all, texts);
                }
                Way::Sql(sql) => {
                    let all: Vec<&Template> = sql.with.values().map(|at| &at.value).collect();
                    self.placeholders(way, all, texts);
                }
                Way::Scim(_) | Way::Browser(_) => {}
            }
        }
    }

    fn read(&mut self, name: Option<OperationName>, operation: &Operation) {
        let at = operation.at();
        let Some(request) = operation.request() else { return };
        self.reads(&at, request);
        if name == Some(OperationName::GetAccount) {
            return;
        }
        if operation.pagination.is_none() && self.manifest.pagination.is_none() {
            self.missing(
                &at,
                "nothing says how this list is paged",
                "add pagination: to it or to the app; where the first answer is all: pagination: none",
            );
        }
        match &operation.records {
            None => self.missing(&at, "`records` is missing: nothing says where the rows are", "add records: \"$[*]\" or \"$.users[*]\""),
            Some(records) if !records.is_many() => {
                self.wrong(
                    records,
                    format!("`{}` gives one row", records.text()),
                    format!("a list's rows are all elements: \"{}[*]\"", records.text()),
                );
            }
            Some(_) => {}
        }
    }

    fn reads<T>(&mut self, at: &At<T>, request: &Request) {
        if matches!(request.method, Method::Put | Method::Patch | Method::Delete) {
            self.wrong(at, format!("a read by {}", request.method.as_str()), "reads use GET, or POST where the vendor asks by POST");
        }
    }

    fn write(&mut self, name: OperationName, operation: &Operation, about: About<'_>, has: &dyn Fn(OperationName) -> bool) {
        let at = operation.at();
        if operation.request().is_some_and(|request| request.method == Method::Get) {
            self.wrong(&at, format!("`{name}` changes something, and GET doesn't"), "use POST, PUT, PATCH or DELETE");
        }
        if let Some(require) = &operation.require {
            self.condition(require, &scopes::require(self.manifest, about));
        }
        match &operation.undo {
            Some(undo) if operation.irreversible => self.wrong(undo, "it is irreversible, and has an undo", "keep one of the two"),
            Some(undo) if !has(**undo) || !undo.writes() => self.nowhere(undo, **undo, "undo", has),
            Some(_) => {}
            None if name == OperationName::SuspendAccount => {
                self.missing(
                    &at,
                    "`undo` is missing: a suspension is meant to be undone",
                    "add undo: reactivate_account, and that operation",
                );
            }
            None => {}
        }
        self.verify(name, operation, about, has);
        let creates = matches!(name, OperationName::CreateAccount | OperationName::InviteAccount);
        match &operation.idempotency {
            Some(idempotency) => {
                if !has(*idempotency.find) || idempotency.find.writes() {
                    self.nowhere(&idempotency.find, *idempotency.find, "idempotency.find", has);
                }
                let texts = scopes::texts(self.manifest, about);
                for (key, value) in &idempotency.with {
                    self.placeholders(value, [&value.value], &texts);
                    if !texts.contains(key) {
                        let known: Vec<&str> = texts.iter().map(String::as_str).collect();
                        self.say(
                            value,
                            Diagnostic::new("MANIFEST-011", "unknown placeholder", format!("`{key}` is not a placeholder of the read"))
                                .hint(offer(key, &known, "placeholders")),
                        );
                    }
                }
            }
            None if creates && operation.by_machine() => {
                self.missing(
                    &at,
                    "`idempotency` is missing: after a lost answer nobody could tell whether the account exists",
                    "add idempotency: {find: get_account, with: {account.id: \"{account.userName}\"}}",
                );
            }
            None => {}
        }
    }

    fn verify(&mut self, name: OperationName, operation: &Operation, about: About<'_>, has: &dyn Fn(OperationName) -> bool) {
        let Some(verify) = &operation.verify else {
            // Sessions can mostly not be listed; everything else is read back (invariant 3).
            if name != OperationName::RevokeSessions {
                self.missing(&operation.at(), "`verify` is missing: done means read back", "add verify: {read: get_account, expect: …}");
            }
            return;
        };
        if !has(*verify.read) || verify.read.writes() {
            self.nowhere(&verify.read, *verify.read, "verify.read", has);
        }
        if let Expect::Holds(condition) = &verify.expect.value {
            self.condition_at(&verify.expect, condition, &scopes::expect(self.manifest, about));
        }
    }

    /// A name of an operation that this app doesn't have, or that does the opposite of what the key needs.
    fn nowhere(&mut self, at: &At<OperationName>, named: OperationName, key: &str, has: &dyn Fn(OperationName) -> bool) {
        let wants_write = key == "undo";
        let known: Vec<&str> =
            OperationName::ALL.iter().filter(|name| has(**name) && name.writes() == wants_write).map(|name| name.as_str()).collect();
        let detail = if has(named) {
            format!("`{key}` is `{named}`, which {}", if wants_write { "only reads" } else { "is not a read" })
        } else {
            format!("`{key}` is `{named}`, which this app doesn't have")
        };
        let hint = if known.is_empty() { format!("add the operation `{named}`") } else { format!("the app has: {}", known.join(", ")) };
        self.say(at, Diagnostic::new("MANIFEST-013", "a name that leads nowhere", detail).hint(hint));
    }

    fn query(&mut self, query: &Query) {
        let known: Vec<String> = scopes::config(self.manifest).into_iter().chain(["since".to_owned(), "until".to_owned()]).collect();
        self.reads(&query.request, &query.request);
        self.placeholders(&query.request, [&query.request.path], &known);
        query.query.values().for_each(|value| self.placeholders(value, value.templates(), &known));
        query.headers.values().for_each(|value| self.placeholders(value, [&value.value], &known));
        if self.manifest.base_url.is_none() {
            self.missing(&query.request, "`base_url` is missing", "add base_url: https://{host}");
        }
        if query.records.as_ref().is_some_and(|r| r.is_many()) && query.pagination.is_none() && self.manifest.pagination.is_none() {
            self.missing(
                &query.request,
                "nothing says how this list is paged",
                "add pagination: to it or to the app; where the first answer is all: pagination: none",
            );
        }
    }
}

fn kind_only(name: OperationName) -> bool {
    use OperationName::{Grant, ListCredentials, ListEntitlements, ListGrants, Revoke, RevokeCredential};
    matches!(name, ListEntitlements | ListGrants | Grant | Revoke | ListCredentials | RevokeCredential)
}
