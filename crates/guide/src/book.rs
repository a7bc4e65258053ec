//! Facts as lines, with their marks: the one place that turns a statement into words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use usher_domain::manifest::{Field, Manifest, Source, SourceKind, Statement, Word};
use usher_domain::person::Day;

use crate::fields::{self, Said};
use crate::model::{Block, Cited, Flag, Inline, Line, Note, Tally, code, status_text, text};

/// What is written into while a guide is made.
pub(crate) struct Book<'m> {
    pub(crate) manifest: &'m Manifest,
    today: &'m Day,
    fields: BTreeMap<&'static str, Field<'m>>,
    notes: Vec<Note>,
    /// Fields that stand somewhere on the page.
    pub(crate) placed: BTreeSet<&'static str>,
}

impl<'m> Book<'m> {
    pub(crate) fn new(manifest: &'m Manifest, today: &'m Day) -> Self {
        let fields = manifest.facts.fields().into_iter().map(|field| (field.name, field)).collect();
        Book { manifest, today, fields, notes: Vec::new(), placed: BTreeSet::new() }
    }

    pub(crate) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    /// What is said in a field; nothing where nothing is said.
    pub(crate) fn statements(&self, name: &str) -> &[Statement<'m>] {
        self.fields.get(name).map_or(&[], |field| &field.statements)
    }

    /// The words of a field's values: for rules and for questions that hang on another field.
    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        self.statements(name).iter().flat_map(|statement| words(&statement.json())).collect()
    }

    /// Whether a field is left out of a table: it is a remark that nobody made, or its question doesn't arise.
    pub(crate) fn is_moot(&self, field: &Said) -> bool {
        let unknown = self.fields.get(field.name).is_none_or(Field::is_unknown);
        let silent = self.statements(field.name).iter().all(|s| s.note.is_none() && s.looked_in.is_none());
        let arises = field.only_if.is_none_or(|parent| self.words(parent).iter().any(|word| word == "true"));
        unknown && silent && (field.question.is_empty() || !arises)
    }

    /// Rows of a table: the field's label and what is known.
    pub(crate) fn rows(&mut self, names: &[&'static str]) -> Vec<Vec<Line>> {
        let mut rows = Vec::new();
        for name in names {
            let field = fields::of(name);
            self.placed.insert(name);
            if !self.is_moot(&field) {
                rows.push(vec![vec![text(field.label)], self.line(name)]);
            }
        }
        rows
    }

    /// The same as a table of two columns; nothing where no row is left.
    pub(crate) fn table(&mut self, names: &[&'static str]) -> Vec<Block> {
        table(&["What", "Known"], self.rows(names))
    }

    /// A field in one line.
    pub(crate) fn line(&mut self, name: &'static str) -> Line {
        self.placed.insert(name);
        let statements = self.statements(name).to_vec();
        let contradiction = self.fields.get(name).is_some_and(Field::is_contradiction);
        match statements.as_slice() {
            [] => unknown(&fields::of(name)),
            [one] => self.said(one),
            many => {
                let mut line = Vec::new();
                if contradiction {
                    line.extend([Inline::Flag(Flag::Contradiction), text(": ")]);
                }
                for (at, statement) in many.iter().enumerate() {
                    if at > 0 {
                        line.push(text(if contradiction { " — but " } else { "; " }));
                    }
                    line.extend(self.said(statement));
                    if let Some(seen) = self.manifest.seen(statement).filter(|_| contradiction) {
                        line.push(text(format!(" ({}, seen {seen})", status_text(&statement.status))));
                    }
                }
                line
            }
        }
    }

    /// A field whose value is a list: each item a line. Words and unknown values are one line.
    pub(crate) fn items(&mut self, name: &'static str) -> Vec<Line> {
        self.placed.insert(name);
        let mut lines = Vec::new();
        for statement in self.statements(name).to_vec() {
            let Some(items) = statement.json().as_array().cloned().filter(|_| statement.word == Word::Known) else {
                lines.push(self.said(&statement));
                continue;
            };
            let mark = self.mark(&statement);
            let last = items.len().saturating_sub(1);
            for (at, item) in items.iter().enumerate() {
                let mut line = value(name, item);
                if at == last
                    && let Some(note) = statement.note
                {
                    line.push(text(format!(" ({note})")));
                }
                line.extend(mark.clone());
                lines.push(line);
            }
        }
        lines
    }

    /// A field whose value is a list of records: a table with one column for each key, and the mark below it.
    pub(crate) fn records(&mut self, name: &'static str, columns: &[(&str, &str)]) -> Vec<Block> {
        self.placed.insert(name);
        let mut blocks = Vec::new();
        for statement in self.statements(name).to_vec() {
            let records = statement.json();
            let Some(records) = records.as_array().filter(|records| records.iter().any(Value::is_object)) else {
                blocks.push(Block::Text(self.said(&statement)));
                continue;
            };
            let used: Vec<_> = columns
                .iter()
                .enumerate()
                .filter(|(at, (key, _))| *at == 0 || records.iter().any(|r| !r[*key].is_null()))
                .map(|(_, c)| c)
                .collect();
            let cell = |record: &Value, key: &str| {
                let words = record[key].as_str().unwrap_or_default();
                let of_code = matches!(key, "field" | "path" | "method");
                if words.is_empty() {
                    Vec::new()
                } else if of_code {
                    vec![code(words)]
                } else {
                    prose(&fields::word(key, words))
                }
            };
            let rows = records.iter().map(|record| used.iter().map(|(key, _)| cell(record, key)).collect()).collect();
            blocks.push(Block::Table { head: used.iter().map(|(_, head)| (*head).to_owned()).collect(), rows });
            let mut below = vec![text(format!("{}: {}", fields::of(name).label, status_text(&statement.status)))];
            if let Some(note) = statement.note {
                below.push(text(format!("; {note}")));
            }
            below.extend(self.mark(&statement));
            blocks.push(Block::Text(below));
        }
        blocks
    }

    /// One statement: its value or word, its remark, and its mark.
    pub(crate) fn said(&mut self, statement: &Statement<'m>) -> Line {
        let mut line = match statement.word {
            Word::Known => value(statement.name, &statement.json()),
            Word::NoneFound => vec![Inline::Flag(Flag::NoneFound)],
            Word::NotApplicable => vec![Inline::Flag(Flag::NotApplicable)],
            Word::Unknown => vec![Inline::Flag(Flag::Unknown)],
        };
        if let Some(note) = statement.note {
            line.push(text(" ("));
            line.extend(prose(note));
            line.push(text(")"));
        }
        match statement.word {
            Word::NoneFound => line.extend(statement.looked_in.map(|place| text(format!("; looked in: {place}")))),
            Word::Unknown => line.extend(question(&fields::of(statement.name))),
            Word::Known | Word::NotApplicable => {}
        }
        line.extend(self.mark(statement));
        line
    }

    /// The mark of a statement, and what a reader must not overlook beside it.
    pub(crate) fn mark(&mut self, statement: &Statement<'m>) -> Line {
        let mut line = Vec::new();
        let seen = self.manifest.seen(statement);
        if self.manifest.is_stale(statement, self.today) {
            line.extend([text(" "), Inline::Flag(Flag::Stale(seen.map(Day::to_string).unwrap_or_default()))]);
        }
        if !statement.status.is_sourced() && statement.word == Word::Known {
            line.extend([text(" "), Inline::Flag(Flag::Unverified)]);
        }
        if statement.source.is_empty() {
            return line;
        }
        let sources = &self.manifest.sources;
        let note = Note {
            status: statement.status,
            seen: seen.map(Day::to_string),
            sources: statement.source.iter().filter_map(|name| sources.get(name.as_str())).map(cited).collect(),
            looked_in: statement.looked_in.filter(|_| statement.word == Word::Known).map(str::to_owned),
        };
        let at = self.notes.iter().position(|known| *known == note).unwrap_or_else(|| {
            self.notes.push(note);
            self.notes.len() - 1
        });
        line.push(Inline::Mark { number: at + 1, status: statement.status });
        line
    }

    /// How well all of it is known, and the questions that are open.
    pub(crate) fn tally(&self) -> (Tally, Vec<&'static str>) {
        let mut tally = Tally::default();
        let mut open = Vec::new();
        for line in fields::FIELDS {
            let Some(field) = self.fields.get(line.name) else { continue };
            for statement in &field.statements {
                match statement.word {
                    Word::NoneFound => tally.none_found += 1,
                    Word::Unknown => {}
                    Word::Known | Word::NotApplicable => {
                        let at = usher_domain::fact::FactStatus::ALL.iter().position(|status| *status == statement.status);
                        if let Some(count) = at.and_then(|at| tally.by_status.get_mut(at)) {
                            *count += 1;
                        }
                    }
                }
                tally.stale += usize::from(self.manifest.is_stale(statement, self.today));
            }
            tally.contradictions += usize::from(field.is_contradiction());
            let arises = line.only_if.is_none_or(|parent| self.words(parent).iter().any(|word| word == "true"));
            if field.is_unknown() && !line.question.is_empty() && arises {
                tally.unknown += 1;
                open.push(line.name);
            }
        }
        (tally, open)
    }
}

/// A table, unless it would be empty.
pub(crate) fn table(head: &[&str], rows: Vec<Vec<Line>>) -> Vec<Block> {
    if rows.is_empty() { Vec::new() } else { vec![Block::Table { head: head.iter().map(|h| (*h).to_owned()).collect(), rows }] }
}

/// A field of which nothing is said.
pub(crate) fn unknown(field: &Said) -> Line {
    let mut line = vec![Inline::Flag(Flag::Unknown)];
    line.extend(question(field));
    line
}

fn question(field: &Said) -> Option<Inline> {
    (!field.question.is_empty()).then(|| text(format!(": {}", field.question)))
}

/// The words of a value: `true`, `none_found`, each item of a list.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
        other => vec![other.to_string()],
    }
}

/// A value as a reader would say it.
fn value(field: &str, value: &Value) -> Line {
    match value {
        Value::Bool(true) => vec![text("yes")],
        Value::Bool(false) => vec![text("no")],
        Value::String(words) => match field {
            "base_url" | "scim_endpoint" if words.contains('{') => vec![code(words)],
            "rate_limit_headers" => vec![code(words)],
            "scopes" if !words.contains(' ') => vec![code(words)],
            "token_lifetime" | "invitation_valid" | "restore_window" => vec![text(length(words))],
            _ => {
                let shown = fields::word(field, words);
                if shown == *words { prose(words) } else { vec![text(shown)] }
            }
        },
        Value::Array(items) => {
            let mut line = Vec::new();
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    line.push(text(if item.is_object() { "; " } else { ", " }));
                }
                line.extend(self::value(field, item));
            }
            line
        }
        Value::Number(number) => vec![text(number.to_string())],
        Value::Null => Vec::new(),
        Value::Object(record) => {
            let part = |key: &str| record.get(key).and_then(Value::as_str).map(|words| fields::word(key, words));
            let parts = match (part("amount"), part("currency"), part("per")) {
                (Some(amount), Some(currency), Some(per)) => {
                    vec![part("what"), Some(format!("{amount} {currency} per {per}")), part("notes")]
                }
                _ => record.values().map(|words| words.as_str().map(str::to_owned)).collect(),
            };
            vec![text(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))]
        }
    }
}

/// `14d` as a reader would say it.
pub(crate) fn length(text: &str) -> String {
    let Some((number, unit)) = text.find(|c: char| !c.is_ascii_digit()).map(|at| text.split_at(at)) else { return text.to_owned() };
    let unit = match unit {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        _ => return text.to_owned(),
    };
    format!("{number} {unit}{}", if number == "1" { "" } else { "s" })
}

/// Text in which an address becomes a link.
pub(crate) fn prose(words: &str) -> Line {
    let mut line = Vec::new();
    let mut rest = words;
    while let Some(at) = rest.find("https://") {
        let (before, from) = rest.split_at(at);
        let end = from
            .find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '`' | ',' | ';' | ')'))
            .unwrap_or(from.len());
        let address = from.get(..end).unwrap_or(from).trim_end_matches(['.', ':']);
        if !before.is_empty() {
            line.push(text(before));
        }
        if address.contains('{') || address.len() <= "https://".len() {
            line.push(code(address));
        } else {
            line.push(Inline::Link { text: address.to_owned(), url: address.to_owned() });
        }
        rest = from.get(address.len()..).unwrap_or_default();
    }
    if !rest.is_empty() {
        line.push(text(rest));
    }
    line
}

/// A source as a reader can open it.
fn cited(source: &Source) -> Cited {
    let address = source.url.as_str();
    let url = match address.split_once(':') {
        Some(("github", path)) => {
            let mut parts = path.splitn(3, '/');
            let repository = format!("{}/{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            match parts.next().filter(|file| !file.is_empty()) {
                // `plain`: the lines that were read, not a page rendered from them; and no address of ours ends as a script does.
                Some(file) => format!("https://github.com/{repository}/blob/HEAD/{file}?plain=1"),
                None => format!("https://github.com/{repository}"),
            }
        }
        Some((registry @ ("pypi" | "npm" | "crates"), path)) => {
            let registry = if registry == "crates" { "cargo" } else { registry };
            format!("https://libraries.io/{registry}/{}", path.split('/').next().unwrap_or_default())
        }
        Some(("rfc", number)) => format!("https://www.rfc-editor.org/rfc/rfc{number}"),
        _ => address.to_owned(),
    };
    let shown = address.strip_prefix("https://").unwrap_or(address).trim_end_matches('/');
    Cited { kind: kind(source.kind), text: shown.to_owned(), url, version: source.version.clone() }
}

fn kind(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Openapi => "the vendor's OpenAPI document",
        SourceKind::GoogleDiscovery => "the vendor's discovery document",
        SourceKind::Spec => "specification",
        SourceKind::VendorCode => "code of the vendor",
        SourceKind::Docs => "page of the vendor",
        SourceKind::Code => "somebody else's code",
        SourceKind::ThirdPartyDocs => "somebody else's page",
        SourceKind::Tenant => "a live tenant",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_in_a_line_are_told_apart_and_a_price_reads_as_one() {
        let shown = |field: &str, given: Value| {
            value(field, &given).iter().map(|part| if let Inline::Text(words) = part { words.as_str() } else { "?" }).collect::<String>()
        };
        let prices = json!([
            {"what": "Plus", "amount": "6.00", "currency": "USD", "per": "seat_month", "notes": "7.20 by the month"},
            {"what": "Tenant", "amount": "90", "currency": "EUR", "per": "year", "notes": null},
        ]);
        assert_eq!(shown("prices", prices), "Plus, 6.00 USD per seat and month, 7.20 by the month; Tenant, 90 EUR per year for all");
        let endpoints = json!([{"method": "GET", "path": "/a", "does": "lists"}, {"method": "POST", "path": "/a", "does": "makes"}]);
        assert_eq!(shown("endpoints", endpoints), "GET, /a, lists; POST, /a, makes");
        assert_eq!(shown("sign_in", json!(["password", "sso"])), "password, single sign-on");
    }
}
