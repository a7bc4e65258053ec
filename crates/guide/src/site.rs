//! All guides as a static site: it works from a folder, asks nobody for anything, and has no program behind it.

use std::collections::BTreeMap;

use askama::Template;
use usher_domain::fact::FactStatus;
use usher_domain::manifest::{Facts, Field, Manifest, Statement, Word};
use usher_domain::person::Day;
use usher_domain::text::visible;

use crate::book::{Book, unknown};
use crate::card::Card;
use crate::html::{STYLE, page};
use crate::model::{Inline, Line, status_text};
use crate::{Around, fields, guide};

/// One file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its path below the site's folder, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The whole site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its files.
    pub pages: Vec<Page>,
}

/// Where a page lies: it decides how other pages are linked from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file of its own.
    Alone,
    /// In the site's folder.
    Root,
    /// The page of an app.
    App,
    /// A page of a status; marks lead to the page of this app.
    Status(String),
}

impl Place {
    pub(crate) fn is_alone(&self) -> bool {
        *self == Place::Alone
    }

    /// The way to the site's folder.
    pub(crate) fn root(&self) -> &'static str {
        if *self == Place::Root { "" } else { "../" }
    }

    /// The way to the page that holds the notes.
    pub(crate) fn notes(&self) -> String {
        match self {
            Place::Status(app) => format!("../apps/{app}.html"),
            _ => String::new(),
        }
    }

    /// The way to an app's page, if there is one.
    pub(crate) fn app(&self, app: &str) -> Option<String> {
        (*self == Place::App).then(|| format!("{app}.html"))
    }
}

/// The site of these apps. `not_driven` says of a manifest what this usher can't drive yet.
///
/// # Errors
/// Only if a template can't be filled, which is a mistake of ours.
pub fn site(manifests: &[Manifest], today: &Day, not_driven: &dyn Fn(&Manifest) -> Vec<String>) -> Result<Site, askama::Error> {
    // Carriers such as `csv` are no app of anybody's: nothing is said about them.
    let manifests: Vec<&Manifest> = manifests.iter().filter(|m| !m.facts.fields().iter().all(Field::is_unknown)).collect();
    let mut cards: Vec<Card> = manifests.iter().map(|manifest| Card::of(manifest, today, not_driven(manifest).is_empty())).collect();
    cards.sort_by_key(|card| card.name.to_lowercase());
    let mut pages = Vec::new();
    let mut put = |path: &str, text: String| pages.push(Page { path: path.to_owned(), text });
    for manifest in &manifests {
        let related = cards.iter().filter(|card| manifest.related.iter().any(|app| **app == card.app)).cloned().collect();
        let around = Around { today, related, not_driven: not_driven(manifest) };
        put(&format!("apps/{}.html", manifest.app.value), page(&guide(manifest, &around), &Place::App)?);
    }
    let mut plans: Vec<String> = cards.iter().map(|card| card.plan.clone()).filter(|plan| !plan.is_empty()).collect();
    plans.sort();
    plans.dedup();
    put("index.html", Index { place: &Place::Root, style: "", site: &Cards { cards: &cards, plans } }.render()?);
    let lists = lists(&manifests, today);
    for list in &lists {
        put(&format!("status/{}.html", list.file), Status { place: &Place::Status(String::new()), style: "", list }.render()?);
    }
    put("status/index.html", Statuses { place: &Place::Status(String::new()), style: "", lists: &lists }.render()?);
    let entries = entries(&manifests);
    let updated = entries.first().map_or_else(|| today.to_string(), |entry| entry.day.clone());
    put("feed.xml", Feed { updated, entries: &entries }.render()?);
    put("style.css", STYLE.to_owned());
    put("site.js", include_str!("../templates/site.js").to_owned());
    put("search-index.js", index(&manifests));
    Ok(Site { pages })
}

struct Cards<'s> {
    cards: &'s [Card],
    plans: Vec<String>,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'s> {
    place: &'s Place,
    style: &'s str,
    site: &'s Cards<'s>,
}

#[derive(Template)]
#[template(path = "status.html")]
struct Status<'s> {
    place: &'s Place,
    style: &'s str,
    list: &'s List,
}

#[derive(Template)]
#[template(path = "statuses.html")]
struct Statuses<'s> {
    place: &'s Place,
    style: &'s str,
    lists: &'s [List],
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed<'s> {
    updated: String,
    entries: &'s [Entry],
}

/// What was seen of an app on one day.
struct Entry {
    day: String,
    app: String,
    name: String,
    facts: Vec<&'static str>,
}

/// The newest first.
fn entries(manifests: &[&Manifest]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for manifest in manifests {
        let mut days: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for field in manifest.facts.fields() {
            for statement in &field.statements {
                if let Some(day) = manifest.seen(statement) {
                    let facts = days.entry(day.to_string()).or_default();
                    let label = fields::of(field.name).label;
                    if !facts.contains(&label) {
                        facts.push(label);
                    }
                }
            }
        }
        let (app, name) = (&manifest.app.value, &manifest.name);
        entries.extend(days.into_iter().map(|(day, facts)| Entry { day, app: app.clone(), name: name.clone(), facts }));
    }
    entries.sort_by(|a, b| (&b.day, &a.app).cmp(&(&a.day, &b.app)));
    entries
}

/// Facts of one kind, by app.
struct List {
    file: &'static str,
    title: &'static str,
    about: &'static str,
    column: &'static str,
    apps: Vec<Listed>,
}

impl List {
    fn count(&self) -> usize {
        self.apps.iter().map(|app| app.rows.len()).sum()
    }
}

struct Listed {
    app: String,
    name: String,
    place: Place,
    rows: Vec<(&'static str, Line)>,
}

type Chooses = fn(&Manifest, &Statement<'_>, &Day) -> bool;

fn lists(manifests: &[&Manifest], today: &Day) -> Vec<List> {
    let of_status: [(FactStatus, &str, &str, &str, Chooses); 5] = [
        (FactStatus::Tenant, "tenant", "Seen in a live tenant", "Somebody ran it, on the day that stands beside it.", |_, s, _| {
            s.status == FactStatus::Tenant
        }),
        (
            FactStatus::VendorSpec,
            "vendor-spec",
            "From the vendor’s specification",
            "A machine-readable document of the vendor says so.",
            |_, s, _| s.status == FactStatus::VendorSpec,
        ),
        (FactStatus::VendorDocs, "vendor-docs", "From the vendor’s pages", "A page or a client of the vendor says so.", |_, s, _| {
            s.status == FactStatus::VendorDocs
        }),
        (FactStatus::ThirdParty, "third-party", "From somebody else", "Somebody else’s page or code says so.", |_, s, _| {
            s.status == FactStatus::ThirdParty
        }),
        (FactStatus::Unverified, "unverified", "Unverified", "Believed, without a document to cite.", |_, s, _| {
            s.status == FactStatus::Unverified && matches!(s.word, Word::Known | Word::NotApplicable)
        }),
    ];
    let mut lists = vec![open(manifests, today)];
    lists.push(contradictions(manifests, today));
    lists.push(chosen(
        manifests,
        today,
        ("none-found", "Looked for and not found", "Not found is not the same as no: each says where was looked."),
        |_, s, _| s.word == Word::NoneFound,
    ));
    lists.push(chosen(
        manifests,
        today,
        ("stale", "Stale", "Seen more than 180 days ago; the app may have changed since."),
        |m, s, today| m.is_stale(s, today),
    ));
    lists.extend(of_status.into_iter().map(|(_, file, title, about, choose)| chosen(manifests, today, (file, title, about), choose)));
    lists
}

/// A list of statements.
fn chosen(manifests: &[&Manifest], today: &Day, (file, title, about): (&'static str, &'static str, &'static str), choose: Chooses) -> List {
    let apps = each(manifests, today, |manifest, book| {
        let mut rows = Vec::new();
        for field in manifest.facts.fields() {
            for statement in field.statements.iter().filter(|statement| choose(manifest, statement, today)) {
                rows.push((fields::of(field.name).label, book.said(statement)));
            }
        }
        rows
    });
    List { file, title, about, column: "What is said", apps }
}

fn open(manifests: &[&Manifest], today: &Day) -> List {
    let apps = each(manifests, today, |_, book| {
        let (_, open) = book.tally();
        open.into_iter().map(|name| (fields::of(name).label, unknown(&fields::of(name)))).collect()
    });
    List {
        file: "unknown",
        title: "What we don’t know",
        about: "Questions that no source has answered yet, and what would settle them. Most vendors would answer them in one e-mail.",
        column: "What would settle it",
        apps,
    }
}

fn contradictions(manifests: &[&Manifest], today: &Day) -> List {
    let apps = each(manifests, today, |manifest, book| {
        let disputed = manifest.facts.fields().into_iter().filter(Field::is_contradiction);
        disputed.map(|field| (fields::of(field.name).label, book.line(field.name))).collect()
    });
    List {
        file: "contradictions",
        title: "What contradicts",
        about: "Sources that say different things of the same question. Both are kept with their days; none is picked for you.",
        column: "What is said",
        apps,
    }
}

fn each(
    manifests: &[&Manifest],
    today: &Day,
    rows: impl for<'m> Fn(&'m Manifest, &mut Book<'m>) -> Vec<(&'static str, Line)>,
) -> Vec<Listed> {
    let mut apps: Vec<Listed> = Vec::new();
    for manifest in manifests {
        // Notes get the numbers of the app's own page: marks lead there.
        let mut book = Book::new(manifest, today);
        let mut found = rows(manifest, &mut book);
        found.iter_mut().for_each(|(_, line)| line.retain(|piece| !matches!(piece, Inline::Mark { .. })));
        if !found.is_empty() {
            let app = manifest.app.value.clone();
            apps.push(Listed { place: Place::Status(app.clone()), app, name: manifest.name.clone(), rows: found });
        }
    }
    apps.sort_by_key(|app| app.name.to_lowercase());
    apps
}

/// What the search of the index looks in: everything that is said about an app, in lower case.
fn index(manifests: &[&Manifest]) -> String {
    let text = |manifest: &Manifest| searched(&manifest.app, &manifest.name, &manifest.facts, manifest.automation().as_str());
    let texts: serde_json::Map<String, serde_json::Value> =
        manifests.iter().map(|manifest| (manifest.app.value.clone(), serde_json::Value::String(text(manifest)))).collect();
    // `</script` can't end this file, but a reader of the page's source sees text as text.
    format!("window.USHER_INDEX = {};\n", serde_json::Value::Object(texts).to_string().replace('<', "\\u003c"))
}

/// All text of an app, in lower case: names, labels, values, notes, and what its automation is called where it is given.
pub fn searched(app: &str, name: &str, facts: &Facts, automation: &str) -> String {
    let mut all = format!("{app} {name}");
    for field in facts.fields() {
        for statement in &field.statements {
            for part in [fields::of(field.name).label, &statement.text(), statement.note.unwrap_or_default()] {
                all.push(' ');
                all.push_str(part);
            }
        }
    }
    all.push(' ');
    all.push_str(automation);
    visible(&all.replace('_', " ")).to_lowercase()
}
