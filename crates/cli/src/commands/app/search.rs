//! `usher app search`: every app of which all the words are said somewhere, and where.

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::manifest::{Automation, Description};
use usher_domain::text::visible;

use super::each;
use crate::catalogue::catalogue;
use crate::render::{Look, Screen, cell, count, row};

pub(super) fn search(words: &[String], screen: Screen) -> Result<Exit, Diagnostic> {
    let words: Vec<String> = words.iter().flat_map(|w| w.split_whitespace()).map(str::to_lowercase).collect();
    let catalogue = catalogue();
    let of = catalogue.names().count();
    // Only a word for the automation needs the operations, which take most of the time to read.
    let automation = Automation::ALL.map(Automation::as_str).join(" ").replace('_', " ");
    let automated = words.iter().any(|word| automation.contains(word.as_str()));
    // Whether a text could say all words is seen without reading it as YAML; whether it does is decided below.
    let labels = usher_guide::FIELDS.iter().map(|field| field.label.to_lowercase()).collect::<Vec<_>>().join(" ");
    let beside = format!("{labels} {automation}");
    let plain = |word: &str| word.len() >= 3 && word.chars().all(|c| c.is_ascii_alphabetic());
    let could = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| !plain(word) || text.contains(word.as_str()) || beside.contains(word.as_str()))
    };
    let does = |name: &str| {
        let (app, automation) = if automated {
            let manifest = catalogue.get(name)?;
            let automation = manifest.automation().as_str();
            (Description::from(manifest), automation)
        } else {
            (catalogue.description(name)?, "")
        };
        let text = usher_guide::searched(&app.app, &app.name, &app.facts, automation);
        Ok(if words.iter().all(|word| text.contains(word.as_str())) { places(&app, &words) } else { Vec::new() })
    };
    let hits: Vec<Hit> = each(could, does)?.into_iter().flatten().collect();
    let mut apps: Vec<&str> = hits.iter().map(|hit| hit.app.as_str()).collect();
    apps.dedup();
    if screen.json() {
        let found: Vec<Value> =
            hits.iter().map(|hit| json!({"app": hit.app, "name": hit.name, "where": hit.place, "text": hit.text})).collect();
        screen.document(&json!({"version": 1, "hits": found}));
        return Ok(Exit::Done);
    }
    if hits.is_empty() {
        screen.line(&format!("Nothing in {} says {}.", count(of as u64, "app", "apps"), visible(&words.join(" "))));
        screen.next(&[("usher app list", "all apps")]);
        return Ok(Exit::Done);
    }
    let rows: Vec<_> = hits.iter().map(|hit| row![cell(Look::Name, &hit.app), hit.place.clone(), hit.text.clone()]).collect();
    screen.table(&["app", "where", "what is said"], &rows, 2);
    screen.line("");
    screen.line(&format!("In {}", count(apps.len() as u64, "app", "apps")));
    screen.next(&[(&format!("usher app guide {}", apps.first().copied().unwrap_or("APP")), "the whole page")]);
    Ok(Exit::Done)
}

struct Hit {
    app: String,
    name: String,
    place: String,
    text: String,
}

/// Where the words stand: the facts that hold one, those with most of them first; the name where it holds one.
fn places(described: &Description, words: &[String]) -> Vec<Hit> {
    let hit =
        |place: &str, text: String| Hit { app: described.app.value.clone(), name: described.name.clone(), place: place.to_owned(), text };
    let count = |text: &str| words.iter().filter(|word| text.contains(word.as_str())).count();
    let mut found: Vec<(usize, Hit)> = Vec::new();
    let named = count(&format!("{} {}", described.app.value, described.name).to_lowercase());
    if named > 0 {
        found.push((named + words.len(), hit("name", described.name.clone())));
    }
    for field in described.facts.fields() {
        for statement in &field.statements {
            let value = statement.text();
            let said = match statement.note {
                Some(note) if !value.is_empty() => format!("{value} ({note})"),
                note => value + note.unwrap_or_default(),
            };
            let label = field.name.replace('_', " ");
            let number = count(&format!("{label} {} {said}", field.name).to_lowercase());
            if number > 0 {
                found.push((number, hit(field.name, around(&said, words))));
            }
        }
    }
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    found.into_iter().map(|(_, hit)| hit).take(3).collect()
}

/// The text from a little before the first word on.
fn around(text: &str, words: &[String]) -> String {
    let lower = text.to_lowercase();
    let at = words.iter().filter_map(|word| lower.find(word.as_str())).min().unwrap_or(0);
    let letters = lower.get(..at).map_or(0, |before| before.chars().count());
    let from = letters.saturating_sub(20);
    let shown: String = text.chars().skip(from).collect();
    if from > 0 { format!("…{shown}") } else { shown }
}
