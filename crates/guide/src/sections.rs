//! The sections of a guide, in the order of DESIGN §9.

use usher_domain::manifest::{Automation, Kind, Manifest, OperationName, Way};

use crate::Around;
use crate::book::{Book, table, unknown};
use crate::fields;
use crate::model::{Block, Flag, Guide, Inline, Line, Section, Tally, code, status_text, text};
use crate::steps::{self, Step};
use crate::traps::traps;

pub(crate) fn guide(manifest: &Manifest, around: &Around<'_>) -> Guide {
    let mut book = Book::new(manifest, around.today);
    let (tally, _) = book.tally();
    let mut sections = Vec::new();
    let mut section = |id, title, blocks: Vec<Block>| {
        if !blocks.is_empty() {
            sections.push(Section { id, title, blocks });
        }
    };
    section("summary", "Summary", summary(&mut book, around, &tally));
    section("quick-reference", "Quick reference", quick(&mut book, around));
    section("authentication", "Authentication", authentication(&mut book));
    section("user-object", "User object", user_object(&mut book));
    section("endpoints", "Core endpoints", endpoints(&mut book));
    section("limits", "Rate limits and pagination", limits(&mut book));
    section("webhooks", "Webhooks", book.table(&["webhooks", "webhook_notes", "webhook_alternative"]));
    section("scim", "SCIM", book.table(&["scim", "scim_version", "scim_endpoint", "scim_plan", "scim_limitations"]));
    section("catalogues", "In the catalogues of identity providers", catalogues(&mut book));
    section("scenarios", "Common scenarios", scenarios(&mut book));
    section("after-deactivation", "What stays after deactivation", after(&mut book));
    section("traps", "What makes it a trap", trap_section(&mut book));
    section("console", "Console, roles and seats", console(&mut book));
    section("sso", "Single sign-on", book.table(&["sso", "sso_protocols", "sso_plan", "jit", "sign_in", "sso_notes"]));
    let cards = around.related.clone();
    section("related", "Related apps", if cards.is_empty() { Vec::new() } else { vec![Block::Cards(cards)] });
    section("checked", "When it was last checked", checked(&book, &tally, around));
    let missed: Vec<&str> = fields::FIELDS.iter().map(|field| field.name).filter(|name| !book.placed.contains(name)).collect();
    debug_assert!(missed.is_empty(), "fields without a place on the page: {missed:?}");
    Guide {
        app: manifest.app.value.clone(),
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        automation: manifest.automation(),
        sections,
        notes: book.into_notes(),
        tally,
    }
}

fn summary(book: &mut Book<'_>, around: &Around<'_>, tally: &Tally) -> Vec<Block> {
    let mut blocks = Vec::new();
    if book.statements("summary").is_empty() {
        book.placed.insert("summary");
    } else {
        blocks.push(Block::Text(book.line("summary")));
    }
    let mut line = vec![Inline::Flag(Flag::Automation(book.manifest.automation())), text(": "), text(automation(book.manifest))];
    if !around.not_driven.is_empty() {
        line.push(text(format!(" This version of usher can't drive all of it yet: {}.", around.not_driven.join(", "))));
    }
    blocks.push(Block::Text(line));
    let known = tally.by_status.iter().sum::<usize>();
    let (found, open) = (many(tally.none_found, "was", "were"), many(tally.unknown, "question is", "questions are"));
    let mut said = format!("{} known, {found} looked for and not found, {open} open.", many(known, "fact is", "facts are"));
    if tally.contradictions > 0 {
        said.push_str(&format!(" Sources disagree on {}.", many(tally.contradictions, "field", "fields")));
    }
    if tally.stale > 0 {
        said.push_str(&format!(" {} stale.", many(tally.stale, "fact is", "facts are")));
    }
    blocks.push(Block::Text(vec![text(said)]));
    blocks
}

/// What the automation means, in a sentence about this app.
fn automation(manifest: &Manifest) -> String {
    let by = |machine: bool, names: &[OperationName]| {
        names.iter().any(|name| manifest.operations.get(name).is_some_and(|operation| operation.by_machine() == machine))
    };
    let shut = [OperationName::SuspendAccount, OperationName::DeactivateAccount, OperationName::DeleteAccount, OperationName::RemoveMember];
    let parts = [
        ("list the accounts", by(true, &[OperationName::ListAccounts])),
        ("create one", by(true, &[OperationName::CreateAccount, OperationName::InviteAccount])),
        ("shut one", by(true, &shut)),
    ];
    match manifest.automation() {
        Automation::Full => "by machine, usher lists the accounts, creates them and shuts them.".to_owned(),
        Automation::Partial => {
            let can = |is: bool| parts.iter().filter(|(_, can)| *can == is).map(|(what, _)| *what).collect::<Vec<_>>().join(", ");
            format!("by machine, usher can {}; a person has to {}.", can(true), can(false))
        }
        Automation::ManualOnly => {
            "usher reads an export or what a person writes down, opens a task for each change, and looks afterwards that it was done."
                .to_owned()
        }
        Automation::NotSupported if manifest.is_people_source() => "a source of people, not an app with accounts.".to_owned(),
        Automation::NotSupported => "no operation is described yet. This page holds what is known.".to_owned(),
    }
}

fn quick(book: &mut Book<'_>, around: &Around<'_>) -> Vec<Block> {
    let mut rows = book.rows(&["user_api", "auth", "base_url", "docs", "plan_required", "scim"]);
    if book.words("scim").iter().any(|word| word == "true") {
        rows.extend(book.rows(&["scim_plan"]));
    }
    rows.extend(book.rows(&["sso"]));
    let mut line = vec![Inline::Flag(Flag::Automation(book.manifest.automation()))];
    let way = |names: &[OperationName]| {
        names.iter().find_map(|name| book.manifest.ways(*name).first().map(|way| way.kind())).map_or("not at all", by)
    };
    let shut = [OperationName::SuspendAccount, OperationName::DeactivateAccount, OperationName::DeleteAccount, OperationName::RemoveMember];
    if !book.manifest.operations.is_empty() {
        line.push(text(format!(
            ": list {}, create {}, shut {}",
            way(&[OperationName::ListAccounts]),
            way(&[OperationName::CreateAccount, OperationName::InviteAccount]),
            way(&shut)
        )));
    }
    if !around.not_driven.is_empty() {
        line.push(text("; not all of it by this version of usher"));
    }
    rows.push(vec![vec![text("Automation by usher")], line]);
    table(&["What", "Known"], rows)
}

fn by(kind: Kind) -> &'static str {
    match kind {
        Kind::Http => "by its API",
        Kind::Scim => "by SCIM",
        Kind::Ldap => "by LDAP",
        Kind::Sql => "by SQL",
        Kind::Browser => "in a browser",
        Kind::Csv | Kind::C1z => "from an export",
        Kind::Human => "by a person",
    }
}

fn authentication(book: &mut Book<'_>) -> Vec<Block> {
    let mut blocks = book.table(&["auth", "token_owner", "token_lifetime", "scopes"]);
    blocks.extend(listed(book, "auth_setup", "Set-up", true));
    if let Some((about, script)) = steps::sample(book.manifest) {
        blocks.push(Block::Heading(format!("Try it: {}", lower(&about))));
        blocks.extend(variables(book.manifest, &script));
        blocks.push(Block::Code { language: "sh", text: script });
    }
    blocks
}

/// What stands in the variables of a script.
fn variables(manifest: &Manifest, script: &str) -> Option<Block> {
    let mut line = Vec::new();
    for (name, key) in &manifest.config {
        let variable = name.as_str().to_ascii_uppercase();
        if [format!("${variable}"), format!("${{{variable}}}")].iter().any(|used| script.contains(used)) {
            line.push(text(if line.is_empty() { "With " } else { ", " }));
            line.push(code(variable));
            line.extend(key.description.as_ref().map(|about| text(format!(" ({about})"))));
        }
    }
    (!line.is_empty()).then(|| {
        line.push(text(":"));
        Block::Text(line)
    })
}

fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A list below a heading of its own; an unknown one as a line. Nothing where its question doesn't arise.
fn listed(book: &mut Book<'_>, name: &'static str, title: &str, ordered: bool) -> Vec<Block> {
    book.placed.insert(name);
    let field = fields::of(name);
    if book.is_moot(&field) {
        return Vec::new();
    }
    let heading = Block::Heading(title.to_owned());
    if book.statements(name).is_empty() {
        return vec![heading, Block::Text(unknown(&field))];
    }
    let lines = book.items(name);
    vec![heading, if ordered && lines.len() > 1 { Block::Steps(lines) } else { Block::List(lines) }]
}

fn user_object(book: &mut Book<'_>) -> Vec<Block> {
    let mut blocks = book.table(&["identifier"]);
    let columns = [("field", "Field"), ("type", "Type"), ("on_create", "On create"), ("on_update", "On update"), ("notes", "Notes")];
    let said = book.records("user_object", &columns);
    if said.is_empty() && !book.is_moot(&fields::of("user_object")) {
        blocks.push(Block::Text(unknown(&fields::of("user_object"))));
    }
    blocks.extend(said);
    let Some(account) = &book.manifest.account else { return blocks };
    if !account.map.is_empty() {
        blocks.push(Block::Heading("How usher reads it".to_owned()));
        let rows = account.map.iter().map(|(name, attribute)| {
            let access = match attribute.access {
                usher_domain::manifest::Access::ReadWrite => "read and written",
                usher_domain::manifest::Access::Read => "read",
                usher_domain::manifest::Access::Create => "written on create",
                usher_domain::manifest::Access::Write => "written",
            };
            vec![vec![code(name.as_str())], vec![code(attribute.path.text())], vec![text(access)]]
        });
        blocks.extend(table(&["usher", "The app", "Access"], rows.collect()));
    }
    if let Some(status) = account.status.as_ref().filter(|status| !status.values.is_empty()) {
        blocks.push(Block::Heading("What its states mean".to_owned()));
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let rows = status.values.iter().map(|(name, standing)| {
            let part = |value: Result<serde_json::Value, serde_json::Error>| vec![text(value.map(word).unwrap_or_default())];
            vec![
                vec![code(name.as_str())],
                part(serde_json::to_value(standing.status)),
                part(serde_json::to_value(standing.door)),
                part(serde_json::to_value(standing.seat)),
            ]
        });
        blocks.extend(table(&["The app's word", "Status", "Door", "Seat"], rows.collect()));
    }
    blocks
}

fn endpoints(book: &mut Book<'_>) -> Vec<Block> {
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for (place, _, operation) in book.manifest.all_operations() {
        let short = ["operations.", "entitlements.", "credentials."].iter().find_map(|prefix| place.strip_prefix(prefix));
        let place = short.unwrap_or(&place).to_owned();
        for way in &operation.ways {
            let what = match &way.value {
                Way::Request(request) => vec![code(request.to_string())],
                Way::Scim(resource) => vec![code(format!("SCIM {resource:?}"))],
                _ => continue,
            };
            rows.push(vec![vec![code(place.clone())], what]);
        }
    }
    for (name, query) in &book.manifest.queries {
        rows.push(vec![vec![code(format!("queries.{}", name.as_str()))], vec![code(query.request.to_string())]]);
    }
    let has_operations = !rows.is_empty();
    let mut blocks = table(&["Operation of usher", "Request"], rows);
    let said = book.records("endpoints", &[("method", "Method"), ("path", "Path"), ("does", "What it does")]);
    if has_operations && !said.is_empty() {
        blocks.push(Block::Heading("From the documentation".to_owned()));
    }
    blocks.extend(said);
    if blocks.is_empty() {
        blocks.push(Block::Text(vec![text("No endpoint is described here.")]));
    }
    blocks
}

fn limits(book: &mut Book<'_>) -> Vec<Block> {
    let mut blocks = book.table(&[
        "rate_limit",
        "rate_limit_headers",
        "retry_after",
        "rate_limit_notes",
        "pagination",
        "page_size_default",
        "page_size_max",
        "pagination_pointer",
        "list_omits",
        "stale_reads",
    ]);
    let limit = &book.manifest.rate_limit;
    let mut said = Vec::new();
    if let Some(reserve) = &limit.reserve {
        said.push(format!("leaves {reserve} of the quota to the tenant's other clients"));
    }
    if let Some(backoff) = &limit.backoff {
        let (first, last) = (crate::book::length(&backoff.initial.to_string()), crate::book::length(&backoff.maximum.to_string()));
        said.push(format!("waits {first} to {last} where the app says nothing"));
    }
    if !said.is_empty() {
        blocks.push(Block::Text(vec![text(format!("usher {}.", said.join(", and ")))]));
    }
    blocks
}

fn catalogues(book: &mut Book<'_>) -> Vec<Block> {
    let entries: [(&str, [&'static str; 3]); 4] = [
        ("Okta", ["catalogues.okta.sso", "catalogues.okta.scim", "catalogues.okta.notes"]),
        ("Microsoft Entra ID", ["catalogues.entra_id.sso", "catalogues.entra_id.scim", "catalogues.entra_id.notes"]),
        ("Google Workspace", ["catalogues.google_workspace.sso", "catalogues.google_workspace.scim", "catalogues.google_workspace.notes"]),
        ("OneLogin", ["catalogues.onelogin.sso", "catalogues.onelogin.scim", "catalogues.onelogin.notes"]),
    ];
    let mut rows = Vec::new();
    for (idp, [sso, scim, notes]) in entries {
        let days: Vec<String> = [sso, scim, notes]
            .iter()
            .flat_map(|name| book.statements(name))
            .filter_map(|statement| book.manifest.seen(statement))
            .map(ToString::to_string)
            .collect();
        let said = if book.statements(notes).is_empty() { Vec::new() } else { book.line(notes) };
        book.placed.insert(notes);
        let seen = days.into_iter().max().map_or_else(Vec::new, |day| vec![text(day)]);
        rows.push(vec![vec![text(idp)], book.line(sso), book.line(scim), said, seen]);
    }
    let mut head = vec!["Catalogue", "SSO", "SCIM", "Notes", "Seen"];
    // A column in which nothing stands asks for room and says nothing.
    for column in (3..head.len()).rev() {
        if rows.iter().all(|row| row.get(column).is_none_or(Vec::is_empty)) {
            head.remove(column);
            rows.iter_mut().for_each(|row| drop(row.remove(column)));
        }
    }
    table(&head, rows)
}

fn scenarios(book: &mut Book<'_>) -> Vec<Block> {
    use OperationName as O;
    let mut blocks = Vec::new();
    let all: [(&str, &'static str, &[O]); 3] = [
        ("Provision: somebody joins", "scenarios.provision", &[O::CreateAccount, O::InviteAccount, O::Grant]),
        ("Change a role: somebody moves", "scenarios.change_role", &[O::UpdateAccount, O::Grant, O::Revoke]),
        (
            "Deprovision: somebody leaves",
            "scenarios.deprovision",
            &[
                O::SuspendAccount,
                O::RevokeSessions,
                O::ListCredentials,
                O::RevokeCredential,
                O::ListOwned,
                O::TransferOwned,
                O::DeactivateAccount,
                O::RemoveMember,
                O::DeleteAccount,
            ],
        ),
    ];
    for (title, fact, operations) in all {
        blocks.push(Block::Heading(title.to_owned()));
        book.placed.insert(fact);
        if !book.statements(fact).is_empty() {
            blocks.push(Block::Steps(book.items(fact)));
        }
        let steps: Vec<Step<'_>> = steps::find(book.manifest, operations);
        if steps.is_empty() && book.statements(fact).is_empty() {
            blocks.push(Block::Text(vec![Inline::Flag(Flag::Unknown), text(": no operation and no fact says how.")]));
        }
        for (at, step) in steps.iter().enumerate() {
            blocks.extend(steps::blocks(book, at + 1, step));
        }
    }
    blocks
}

fn after(book: &mut Book<'_>) -> Vec<Block> {
    book.table(&[
        "on_deactivate.sessions",
        "on_deactivate.api_keys",
        "on_deactivate.oauth_grants",
        "on_deactivate.owned",
        "sign_out",
        "transfer",
        "suspend",
        "deactivate",
        "delete",
        "restore_window",
    ])
}

fn trap_section(book: &mut Book<'_>) -> Vec<Block> {
    let lines = traps(book);
    if lines.is_empty() {
        return vec![Block::Text(vec![text("Nothing that is known of it is one. What is not known may be one.")])];
    }
    vec![Block::List(lines)]
}

fn console(book: &mut Book<'_>) -> Vec<Block> {
    let mut blocks = book.table(&[
        "console_path",
        "console_url",
        "permission_model",
        "custom_roles",
        "custom_roles_plan",
        "last_admin_protected",
        "invitation_valid",
        "seats",
        "suspended_billed",
        "deactivated_billed",
    ]);
    let roles =
        [("name", "Role"), ("may", "May"), ("may_not", "Can't"), ("plan", "Plan"), ("seat_cost", "Costs"), ("notes", "Watch out for")];
    for (name, title, columns) in [
        ("user_types", "User types and roles", roles.as_slice()),
        (
            "prices",
            "List prices",
            [("what", "What"), ("amount", "Amount"), ("currency", "Currency"), ("per", "Per"), ("notes", "Notes")].as_slice(),
        ),
    ] {
        blocks.push(Block::Heading(title.to_owned()));
        if book.statements(name).is_empty() {
            book.placed.insert(name);
            blocks.push(Block::Text(unknown(&fields::of(name))));
        } else {
            blocks.extend(book.records(name, columns));
        }
    }
    blocks
}

fn checked(book: &Book<'_>, tally: &Tally, around: &Around<'_>) -> Vec<Block> {
    let manifest = book.manifest;
    let mut days: Vec<String> = manifest.sources.values().map(|source| source.checked.to_string()).collect();
    days.sort();
    let mut line = match (days.first(), days.last()) {
        (Some(first), Some(last)) if first == last => format!("Its {} were read on {last}.", many(days.len(), "source", "sources")),
        (Some(first), Some(last)) => format!("Its {} were read between {first} and {last}.", many(days.len(), "source", "sources")),
        _ => "It cites no source.".to_owned(),
    };
    line.push_str(&format!(" Manifest {}, shown on {}.", manifest.version, around.today));
    let mut rows = Vec::new();
    for (status, count) in usher_domain::fact::FactStatus::ALL.iter().zip(tally.by_status) {
        rows.push(vec![vec![text(status_text(status))], vec![text(count.to_string())]]);
    }
    rows.push(vec![vec![text("none found")], vec![text(tally.none_found.to_string())]]);
    rows.push(vec![vec![text("open")], vec![text(tally.unknown.to_string())]]);
    if tally.stale > 0 {
        rows.push(vec![vec![text("stale (seen more than 180 days ago)")], vec![text(tally.stale.to_string())]]);
    }
    let mut blocks = vec![Block::Text(vec![text(line)])];
    blocks.extend(table(&["Status", "Facts"], rows));
    blocks
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
