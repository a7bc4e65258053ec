//! Operations as steps: what is sent or done, and how it is known to have happened.

use indexmap::IndexMap;
use usher_domain::manifest::{Expect, Manifest, Operation, OperationName, Query, Way};
use usher_domain::template::Template;

use crate::book::{Book, length};
use crate::model::{Block, Inline, Line, code, text};
use crate::shell::{self, Call};

/// An operation with where it stands: `groups.grant` is `("group", Grant)`.
pub(crate) struct Step<'m> {
    pub(crate) kind: Option<&'static str>,
    pub(crate) name: OperationName,
    pub(crate) operation: &'m Operation,
}

/// The operations of a scenario that this app has, in order.
pub(crate) fn find<'m>(manifest: &'m Manifest, names: &[OperationName]) -> Vec<Step<'m>> {
    let mut steps = Vec::new();
    for name in names {
        steps.extend(manifest.operations.get(name).map(|operation| Step { kind: None, name: *name, operation }));
        for (kind, entitlement) in &manifest.entitlements {
            let found = entitlement.operations().filter(|(of, _)| of == name);
            steps.extend(found.map(|(_, operation)| Step { kind: Some(kind.as_str()), name: *name, operation }));
        }
        for (kind, credential) in &manifest.credentials {
            let found = credential.operations().filter(|(of, _)| of == name);
            steps.extend(found.map(|(_, operation)| Step { kind: Some(kind.as_str()), name: *name, operation }));
        }
    }
    steps
}

/// What a step does, in words.
pub(crate) fn title(step: &Step<'_>) -> String {
    let kind = step.kind.map(|kind| kind.replace('_', " ").replace("api key", "API key").replace("oauth grant", "OAuth grant"));
    let kind = kind.as_deref().unwrap_or("account");
    match step.name {
        OperationName::ListAccounts => "List the accounts".to_owned(),
        OperationName::GetAccount => "Read one account".to_owned(),
        OperationName::CreateAccount => "Create the account".to_owned(),
        OperationName::InviteAccount => "Invite".to_owned(),
        OperationName::UpdateAccount => "Change the account".to_owned(),
        OperationName::SuspendAccount => "Suspend the account".to_owned(),
        OperationName::ReactivateAccount => "Open the account again".to_owned(),
        OperationName::DeactivateAccount => "Deactivate the account".to_owned(),
        OperationName::DeleteAccount => "Delete the account".to_owned(),
        OperationName::RemoveMember => "Take the account out of the organisation".to_owned(),
        OperationName::ListEntitlements => format!("List every {kind}"),
        OperationName::ListGrants => format!("List who holds a {kind}"),
        OperationName::Grant => format!("Give a {kind}"),
        OperationName::Revoke => format!("Take a {kind} away"),
        OperationName::ListCredentials => format!("List the account's credentials ({kind})"),
        OperationName::RevokeCredential => format!("Revoke a credential ({kind})"),
        OperationName::RevokeSessions => "End all sessions".to_owned(),
        OperationName::ListOwned => "List what the account owns".to_owned(),
        OperationName::TransferOwned => "Hand over what the account owns".to_owned(),
    }
}

/// A step as blocks below its heading.
pub(crate) fn blocks(book: &Book<'_>, number: usize, step: &Step<'_>) -> Vec<Block> {
    let operation = step.operation;
    let details = &operation.details;
    let mut blocks = vec![Block::Step(format!("{number}. {}", title(step)))];
    if let Some(require) = &details.require {
        blocks.push(Block::Text(vec![text("Only if this holds of the account as it was just read: "), code(require.text()), text(".")]));
    }
    if details.irreversible {
        blocks.push(Block::Text(vec![text(
            "This can't be undone. usher does it only after a person approved it, and never sends it a second time without a look.",
        )]));
    }
    let several = operation.ways.len() > 1;
    for (at, way) in operation.ways.iter().enumerate() {
        if several {
            blocks.push(Block::Text(vec![text(if at == 0 { "Preferred:" } else { "Else:" })]));
        }
        blocks.extend(by(book, step, way));
    }
    blocks.extend(confirmation(book, step));
    blocks
}

fn by(book: &Book<'_>, step: &Step<'_>, way: &Way) -> Vec<Block> {
    let details = &step.operation.details;
    match way {
        Way::Request(request) => {
            let call = Call {
                request,
                query: &details.query,
                headers: &details.headers,
                form: &details.form,
                body: details.body.as_ref().map(|body| &body.value),
            };
            vec![Block::Code { language: "sh", text: shell::script(book.manifest, &call) }]
        }
        Way::Scim(resource) => vec![Block::Code { language: "sh", text: shell::scim(book.manifest, *resource, step.name.as_str()) }],
        Way::Csv(_) => vec![Block::Text(vec![text("usher reads an export that the console or a person made.")])],
        Way::Browser(recipe) => {
            vec![Block::Text(vec![text("usher drives the console in a browser, by the recipe "), code(recipe), text(".")])]
        }
        Way::Ldap(ldap) => vec![Block::Text(vec![text("By LDAP, at "), code(ldap.base.text()), text(".")])],
        Way::Sql(sql) => vec![Block::Code { language: "sql", text: sql.statement.clone() }],
        Way::Human(steps) => {
            let mut blocks = vec![Block::Text(vec![text("A person does this; usher opens the task and follows it up:")])];
            blocks.push(Block::Steps(steps.0.iter().map(person).collect()));
            if !details.ask.is_empty() {
                blocks.push(Block::Text(vec![text("and answers:")]));
                blocks.push(Block::List(details.ask.iter().map(|ask| vec![text(ask.clone())]).collect()));
            }
            blocks
        }
    }
}

/// Text for a person, with what is filled in set apart.
fn person(step: &Template) -> Line {
    let mut line = Vec::new();
    let mut rest = step.text();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        line.extend([text(before), code(name.strip_prefix("account.").unwrap_or(name))]);
        rest = behind;
    }
    line.push(text(rest));
    line
}

/// How usher knows that it happened.
fn confirmation(book: &Book<'_>, step: &Step<'_>) -> Vec<Block> {
    let details = &step.operation.details;
    let mut blocks = Vec::new();
    if let Some(idempotency) = &details.idempotency {
        let mut line = vec![text("Before it is sent, and after an answer that was lost, usher looks whether it is there already: ")];
        // The read takes what is known before there is an id.
        let known = |request: String| {
            idempotency.with.iter().fold(request, |request, (name, value)| request.replace(&format!("{{{name}}}"), value.text()))
        };
        line.extend(read(book, step, *idempotency.find).into_iter().map(|piece| match piece {
            Inline::Code(request) => Inline::Code(known(request)),
            other => other,
        }));
        line.push(text("."));
        blocks.push(Block::Text(line));
    }
    let Some(verify) = &details.verify else { return blocks };
    let mut line = vec![text("Then usher reads again, ")];
    line.extend(read(book, step, *verify.read));
    line.push(text(", and counts it as done when "));
    match &verify.expect.value {
        Expect::Changes => line.push(text("the account shows what was written")),
        Expect::NotFound => line.push(text("the app says that it is not there")),
        Expect::Holds(condition) => line.extend([text("this holds: "), code(condition.text())]),
    }
    if let Some(within) = verify.within {
        line.push(text(format!("; the app may take {} until it shows", length(&within.to_string()))));
    }
    line.push(text("."));
    blocks.push(Block::Text(line));
    blocks
}

/// A read, as what it is: a request, an export, a person.
fn read(book: &Book<'_>, step: &Step<'_>, name: OperationName) -> Line {
    let manifest = book.manifest;
    let own = step.kind.and_then(|kind| {
        let entitlements = manifest.entitlements.iter().filter(|(k, _)| k.as_str() == kind).flat_map(|(_, e)| e.operations());
        let mut all: Vec<(OperationName, &Operation)> = entitlements.collect();
        all.extend(manifest.credentials.iter().filter(|(k, _)| k.as_str() == kind).flat_map(|(_, c)| c.operations()));
        all.into_iter().find(|(of, _)| *of == name).map(|(_, operation)| operation)
    });
    match own.or_else(|| manifest.operations.get(&name)).and_then(|operation| operation.ways.first()).map(|way| &way.value) {
        Some(Way::Request(request)) => vec![text("by "), code(request.to_string())],
        Some(Way::Scim(_)) => vec![text("by SCIM ("), code(name.as_str()), text(")")],
        Some(Way::Csv(_)) => vec![text("from a newer export (without one, the word of whoever did it counts as attested)")],
        Some(Way::Human(_)) => vec![text("by what a person sees in the console (attested)")],
        _ => vec![text("by "), code(name.as_str())],
    }
}

/// A read that shows how a request is authenticated: the health query, any query, or the list of accounts.
pub(crate) fn sample(manifest: &Manifest) -> Option<(String, String)> {
    let by_use = |query: &&Query| query.feeds == Some(usher_domain::manifest::QueryUse::Health);
    let query = manifest.queries.values().find(by_use).or_else(|| manifest.queries.values().next());
    if let Some(query) = query.filter(|_| manifest.operations.get(&OperationName::ListAccounts).is_none_or(|o| o.request().is_none())) {
        let call = Call { request: &query.request, query: &query.query, headers: &query.headers, form: &IndexMap::new(), body: None };
        return Some((query.about.clone().unwrap_or_else(|| "A read".to_owned()), shell::script(manifest, &call)));
    }
    let list = manifest.operations.get(&OperationName::ListAccounts)?;
    let call = Call { request: list.request()?, query: &list.query, headers: &list.headers, form: &IndexMap::new(), body: None };
    Some(("The first page of accounts".to_owned(), shell::script(manifest, &call)))
}
