//! `usher app list`: the apps, and those of them that fit a question.

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::manifest::{Facts, Manifest};

use super::{all, automation, create, kind, shut, today};
use crate::args::AppFilter;
use crate::render::{Look, Screen, cell, count, row};
use usher_connect::ability::not_driven;
use usher_domain::manifest::OperationName;
use usher_guide::{Answer, Card};

pub(super) fn list(filter: &AppFilter, screen: Screen) -> Result<Exit, Diagnostic> {
    known_words(filter)?;
    let today = today()?;
    let manifests: Vec<Manifest> = all()?;
    let of = manifests.len();
    let found: Vec<&Manifest> = manifests.iter().filter(|manifest| fits(filter, manifest)).collect();
    if screen.json() {
        let apps: Vec<Value> = found.iter().map(|m| entry(m, &Card::of(m, &today, not_driven(m).is_empty()))).collect();
        screen.document(&json!({"version": 1, "apps": apps}));
        return Ok(Exit::Done);
    }
    let rows: Vec<_> = found
        .iter()
        .map(|m| {
            let driven = not_driven(m).is_empty();
            let card = Card::of(m, &today, driven);
            row![
                cell(Look::Name, &m.app),
                m.name.clone(),
                if driven { automation(m).replace('_', " ") } else { format!("{} *", automation(m).replace('_', " ")) },
                kind(m, OperationName::ListAccounts),
                changes(m),
                answer(card.scim),
            ]
        })
        .collect();
    if rows.is_empty() {
        screen.line(&format!("None of {} fits.", count(of as u64, "app", "apps")));
        screen.next(&[("usher app list", "all of them")]);
        return Ok(Exit::Done);
    }
    screen.table(&["app", "name", "automation", "reads", "changes", "scim"], &rows, 1);
    screen.line("");
    if found.iter().any(|m| !not_driven(m).is_empty()) {
        screen.text("* described, and not yet driven by this version of usher: the guide says what is missing");
    }
    if found.len() < of {
        screen.line(&format!("{} of {}", found.len(), count(of as u64, "app", "apps")));
    }
    let first =
        found.iter().find(|m| !m.facts.fields().iter().all(usher_domain::manifest::Field::is_unknown)).map_or("okta", |m| m.app.as_str());
    screen.next(&[
        (&format!("usher app guide {first}"), "what is known, from where, and what is not"),
        ("usher connect APP", "adds it to a workspace"),
    ]);
    Ok(Exit::Done)
}

fn answer(answer: Answer) -> crate::render::Cell {
    let look = match answer {
        Answer::Yes => Look::Good,
        Answer::Disputed => Look::Warn,
        Answer::No | Answer::NoneFound | Answer::NotApplicable | Answer::Unknown => Look::Faint,
    };
    cell(look, if answer == Answer::Disputed { "disputed" } else { answer.text() })
}

/// By what an account is made and shut: one word where it is the same way.
fn changes(m: &Manifest) -> String {
    let (made, shut) = (create(m), shut(m));
    if made == shut { made } else { format!("{made}, {shut}") }
}

/// One app of the list, with every fact.
fn entry(m: &Manifest, card: &Card) -> Value {
    let unknown: Vec<&str> = m.facts.fields().iter().filter(|field| field.is_unknown()).map(|field| field.name).collect();
    json!({
        "app": m.app.value,
        "name": m.name,
        "version": m.version,
        "automation": automation(m),
        "list": kind(m, OperationName::ListAccounts),
        "create": create(m),
        "shut": shut(m),
        "user_api": card.user_api.text(),
        "scim": card.scim.text(),
        "not_driven": not_driven(m),
        "unknown": unknown,
        "sources": m.sources,
        "facts": m.facts,
    })
}

fn fits(filter: &AppFilter, m: &Manifest) -> bool {
    let holds = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    let fields = m.facts.fields();
    let name = filter.name.as_ref().is_none_or(|part| holds(&m.app, part) || holds(&m.name, part));
    let way = filter.way.as_ref().is_none_or(|way| m.all_operations().any(|(_, _, o)| o.ways.iter().any(|w| w.kind().as_str() == way)));
    let automated = filter.automation.as_ref().is_none_or(|word| automation(m).replace(' ', "_") == *word);
    let source =
        filter.source.as_ref().is_none_or(|part| m.sources.iter().any(|(key, source)| holds(key, part) || holds(&source.url, part)));
    let missing = filter.unknown.iter().all(|name| fields.iter().any(|field| field.name == name && field.is_unknown()));
    name && way && automated && source && missing
}

const WAYS: [&str; 8] = ["http", "scim", "ldap", "sql", "browser", "csv", "c1z", "human"];
const AUTOMATION: [&str; 5] = ["full", "partial", "manual_only", "not_supported", "people_source"];

/// A word that no app could have is a slip, not a list of nothing.
fn known_words(filter: &AppFilter) -> Result<(), Diagnostic> {
    let facts = Facts::default();
    let fields: Vec<&str> = facts.fields().iter().map(|field| field.name).collect();
    let asked = [("--way", filter.way.as_deref(), &WAYS[..]), ("--automation", filter.automation.as_deref(), &AUTOMATION[..])];
    let unknown = filter.unknown.iter().map(|name| ("--unknown", Some(name.as_str()), fields.as_slice()));
    for (option, word, known) in asked.into_iter().chain(unknown) {
        if let Some(word) = word.filter(|word| !known.contains(word)) {
            let message = Diagnostic::new("APP-003", "a word that no app has", format!("{option} {word}"));
            return Err(message
                .hint(match nearest(word, known.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None if known.len() > 20 => "the facts are listed in docs/reference/manifest/facts.md".to_owned(),
                    None => format!("one of: {}", known.join(", ")),
                })
                .exit(Exit::Usage));
        }
    }
    Ok(())
}
