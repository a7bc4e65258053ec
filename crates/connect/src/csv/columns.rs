//! What a column means by its name and up to 200 of its values, where no fingerprint says it (csv-exports.md §3.6).

use std::collections::HashSet;

use usher_domain::diagnostic::Diagnostic;

use super::dates;
use super::fields::Field;
use super::fingerprint::Holds;
use super::header::{Name, squash};
use super::sample::SampleRecord;
use super::shape::Column;
use super::synonyms::{self, Fit};
use super::values;
use super::words;

/// Values of a column that are looked at.
const VALUES: usize = 200;

/// The filled cells of a column among the sample.
pub(crate) fn values_of(rows: &[&SampleRecord], column: usize) -> Vec<String> {
    rows.iter().filter_map(|r| r.cells.get(column)).filter_map(|c| values::text(c).map(str::to_owned)).take(VALUES).collect()
}

fn share(values: &[String], is: impl Fn(&str) -> bool) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.iter().filter(|v| is(v)).count() as f64 / values.len() as f64
}

fn distinct(values: &[String]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.iter().map(|v| squash(v)).collect::<HashSet<_>>().len() as f64 / values.len() as f64
}

/// Whether all filled cells are yes or no.
pub(crate) fn is_switch(values: &[String]) -> bool {
    !values.is_empty() && share(values, |v| values::boolean(v).is_some()) >= 0.9
}

/// Whether the cells are dates.
pub(crate) fn are_dates(values: &[String]) -> bool {
    share(values, |v| !matches!(dates::cell(v, None), dates::Cell::Bad)) >= 0.6
}

/// How well the values of a column fit a field: 0 not at all, 1 if they must be taken on the name's word, 2 well.
fn check(field: Field, name: &Name, values: &[String], holds: Holds, tier: u8) -> u8 {
    let by = |well: bool| if well { 2 } else { 0 };
    if values.is_empty() {
        // An empty column proves nothing; its name alone may still say that it is the (empty) end date.
        return u8::from(tier == 3);
    }
    let few = || values.iter().map(|v| squash(v)).collect::<HashSet<_>>().len() <= 12.max(values.len() / 10);
    match field {
        Field::Email | Field::Alias | Field::PersonalEmail => by(share(values, values::is_address) >= 0.6),
        Field::UserName => {
            let numbers = share(values, |v| v.bytes().all(|b| b.is_ascii_digit()));
            by(distinct(values) >= 0.6 && !are_dates(values) && (numbers < 0.9 || tier == 3))
        }
        Field::Id => by(distinct(values) >= 0.95 && !are_slashed(values)),
        Field::EmployeeNumber => {
            let numbers = share(values, |v| v.bytes().any(|b| b.is_ascii_digit()) && !v.contains('@') && v.len() <= 40);
            by(numbers >= 0.6 && distinct(values) >= 0.3 && !are_slashed(values))
        }
        // Few readable cells under a certain name: taken all the same, so that what can't be read is said and not taken for "none".
        field if field.is_date() => {
            let some = share(values, |v| !matches!(dates::cell(v, None), dates::Cell::Bad)) > 0.0;
            if are_dates(values) { 2 } else { u8::from(tier == 3 && !is_switch(values) && (some || field == Field::EndDate)) }
        }
        Field::Status => {
            let codes = words::only_codes(values.iter().map(String::as_str));
            let known = match holds {
                Holds::Accounts => {
                    let words = words::account_words(&[], &[], codes);
                    share(values, |v| words.get(v).is_some())
                }
                Holds::People => {
                    let words = words::people_words(&[], &[], codes);
                    share(values, |v| words.get(v).is_some() && !words::is_contract(v))
                }
            };
            let certainly_named = ["status", "statut", "estatus", "stato"].iter().any(|w| name.words.split(' ').any(|n| n.ends_with(w)));
            if known >= 0.5 && few() { 2 } else { u8::from(tier == 3 && certainly_named && few()) }
        }
        Field::Kind => {
            let words = words::kind_words(&[]);
            by(share(values, |v| words.get(v).is_some()) >= 0.6)
        }
        Field::GivenName | Field::FamilyName | Field::DisplayName | Field::NamePrefix => {
            by(share(values, |v| v.contains('@') || v.bytes().all(|b| b.is_ascii_digit())) < 0.4)
        }
        Field::Title => by(share(values, |v| v.bytes().all(|b| b.is_ascii_digit())) < 0.5),
        _ => 2,
    }
}

/// Dates with separators: an id column never has them.
fn are_slashed(values: &[String]) -> bool {
    share(values, |v| v.contains(['/', '.']) && !matches!(dates::cell(v, None), dates::Cell::Bad)) >= 0.6
}

/// A column that may be a field.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    column: usize,
    fit: Fit,
    check: u8,
}

impl Candidate {
    fn score(&self) -> u8 {
        self.fit.tier * self.check
    }
}

/// Words of a second address that may be a way back in, and proves nothing for an account.
const SECOND: &[&str] = &[
    "secondary",
    "second",
    "alternate",
    "alternative",
    "backup",
    "personal",
    "home",
    "private",
    "privat",
    "other",
    "privata",
    "personnel",
];

/// Gives columns that mean nothing yet their fields. `taken`: fields that a fingerprint or the user gave already.
///
/// # Errors
/// CSV-106 where two columns could equally well be the status or the last day, and don't say the same.
pub(crate) fn assign(
    file: &str,
    columns: &mut [Column],
    names: &[Name],
    rows: &[&SampleRecord],
    holds: Holds,
    taken: &[Field],
    notes: &mut Vec<String>,
) -> Result<(), Diagnostic> {
    let mut candidates = Vec::new();
    for column in columns.iter_mut().filter(|c| c.field.is_none() && c.why_not.is_none()) {
        let Some(name) = names.get(column.index).filter(|n| !n.squashed.is_empty()) else { continue };
        let values = values_of(rows, column.index);
        let forbidden = synonyms::is_forbidden(name);
        if forbidden {
            column.why_not = Some("it speaks of somebody else, or of recovery");
        }
        for fit in synonyms::fits(name, holds) {
            if forbidden && (fit.field != Field::Manager) {
                continue;
            }
            if taken.contains(&fit.field) && !matches!(fit.field, Field::Email | Field::Alias) {
                continue;
            }
            let check = check(fit.field, name, &values, holds, fit.tier);
            // A single telling word is not enough where the values can't bear it out.
            if check == 0 || (fit.tier == 1 && check < 2) {
                continue;
            }
            candidates.push(Candidate { column: column.index, fit, check });
        }
    }
    candidates.sort_by_key(|c| (std::cmp::Reverse(c.score()), c.fit.rank, c.column));
    let mut used: HashSet<usize> = HashSet::new();
    // Each column means the field that fits it best; then each field takes its best columns.
    let mut by_field: std::collections::BTreeMap<Field, Vec<Candidate>> = std::collections::BTreeMap::new();
    for candidate in &candidates {
        if used.insert(candidate.column) {
            by_field.entry(candidate.fit.field).or_default().push(*candidate);
        }
    }
    for (field, found) in by_field {
        let chosen = choose(file, field, &found, names, rows, holds, notes)?;
        for column in chosen {
            let second = holds == Holds::Accounts
                && field == Field::Email
                && names.get(column).is_some_and(|n| SECOND.iter().any(|w| n.has_word(w)) && !n.has_word("work"));
            if let Some(slot) = columns.get_mut(column) {
                if second {
                    slot.why_not = Some("a second address may be a way back in");
                } else {
                    slot.field = Some(if field == Field::Email && is_private(names.get(column)) { Field::PersonalEmail } else { field });
                    slot.why_not = None;
                }
            }
        }
    }
    name_parts(columns, names);
    Ok(())
}

fn is_private(name: Option<&Name>) -> bool {
    name.is_some_and(|n| {
        ["personal", "home", "private", "privat", "private", "personnelle", "personnel", "personale", "pessoal", "prive"]
            .iter()
            .any(|w| n.has_word(w))
    })
}

/// The columns of a field among those that fit.
fn choose(
    file: &str,
    field: Field,
    found: &[Candidate],
    names: &[Name],
    rows: &[&SampleRecord],
    holds: Holds,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, Diagnostic> {
    let Some(best) = found.first() else { return Ok(Vec::new()) };
    let several =
        matches!(field, Field::Email | Field::Alias | Field::PersonalEmail | Field::LastSeen | Field::StartDate) || field.is_grant();
    if several {
        return Ok(found.iter().filter(|c| !field.is_grant() || c.fit.tier == 3).map(|c| c.column).collect());
    }
    let header = |c: usize| names.get(c).map_or("", |n| n.original.as_str());
    let rivals: Vec<&Candidate> = found.iter().skip(1).filter(|c| c.score() == best.score()).collect();
    if matches!(field, Field::Status | Field::EndDate) {
        let differing = rivals.iter().find(|r| !agree(field, best.column, r.column, rows, holds));
        if let Some(rival) = differing {
            return Err(Diagnostic::new(
                "CSV-106",
                "two columns could mean the same",
                format!(
                    "{file}: `{}` and `{}` could both be the {}, and they don't say the same",
                    header(best.column),
                    header(rival.column),
                    words_for(field)
                ),
            )
            .hint(format!("say which: --column {field}=\"{}\"", header(best.column))));
        }
    }
    if let Some(rival) = rivals.first() {
        notes.push(format!(
            "`{}` is taken for the {}; `{}` says the same or less",
            header(best.column),
            words_for(field),
            header(rival.column)
        ));
    }
    Ok(vec![best.column])
}

fn words_for(field: Field) -> &'static str {
    match field {
        Field::EndDate => "last day",
        Field::EmployeeNumber => "employee number",
        Field::UserName => "login",
        Field::DisplayName => "name",
        Field::CreatedAt => "day of creation",
        other => other.name(),
    }
}

/// Whether two columns say the same wherever both say something.
fn agree(field: Field, a: usize, b: usize, rows: &[&SampleRecord], holds: Holds) -> bool {
    let cells = rows.iter().filter_map(|r| Some((r.cells.get(a)?.as_str(), r.cells.get(b)?.as_str())));
    let both = cells.filter_map(|(a, b)| Some((values::text(a)?, values::text(b)?)));
    match field {
        Field::Status => match holds {
            Holds::Accounts => {
                let words = words::account_words(&[], &[], true);
                both.into_iter().all(|(a, b)| words.get(a).map(|m| m.0.door) == words.get(b).map(|m| m.0.door))
            }
            Holds::People => {
                let words = words::people_words(&[], &[], true);
                both.into_iter().all(|(a, b)| words.get(a) == words.get(b))
            }
        },
        _ => both.into_iter().all(|(a, b)| a == b),
    }
}

/// `nome`, `nombre`, `Name`, `Nom` beside its other half is one half; alone it is the whole name (csv-exports.md §3, Traps).
fn name_parts(columns: &mut [Column], names: &[Name]) {
    let has = |columns: &[Column], field| columns.iter().any(|c| c.field == Some(field));
    let is = |c: &Column, words: &[&str]| names.get(c.index).is_some_and(|n| words.contains(&n.squashed.as_str()));
    let (given, family) = (has(columns, Field::GivenName), has(columns, Field::FamilyName));
    for column in columns.iter_mut() {
        column.field = match column.field {
            Some(Field::DisplayName) if family && !given && is(column, &["nome"]) => Some(Field::GivenName),
            Some(Field::DisplayName) if given && !family && is(column, &["name", "naam", "nome"]) => Some(Field::FamilyName),
            Some(Field::GivenName) if !family && is(column, &["nombre", "nombres"]) => Some(Field::DisplayName),
            Some(Field::FamilyName) if !given && is(column, &["nom"]) => Some(Field::DisplayName),
            other => other,
        };
    }
}

/// Whether a header without a fingerprint speaks of people or of accounts (csv-exports.md §3.7).
pub(crate) fn people_or_accounts(names: &[Name]) -> Holds {
    let (mut people, mut accounts) = (0, 0);
    let mut number = false;
    let mut manager = false;
    for name in names {
        for fit in synonyms::fits(name, Holds::People).into_iter().filter(|f| f.tier == 3) {
            match fit.field {
                Field::StartDate | Field::EndDate => people += 2,
                Field::EmploymentType | Field::PersonalEmail => people += 1,
                Field::Status
                    if ["employment", "employee", "worker", "position", "assignment", "lifecycle"].iter().any(|w| name.has_word(w)) =>
                {
                    people += 2
                }
                Field::EmployeeNumber => number = true,
                Field::Manager => manager = true,
                _ => {}
            }
        }
        for fit in synonyms::fits(name, Holds::Accounts).into_iter().filter(|f| f.tier == 3) {
            match fit.field {
                Field::LastSeen | Field::Kind | Field::Licence => accounts += 2,
                Field::UserName | Field::Role | Field::Group | Field::Expires => accounts += 1,
                Field::Status if ["user", "account", "member", "login"].iter().any(|w| name.has_word(w)) => accounts += 2,
                _ => {}
            }
        }
        if ["2fa", "mfa", "sso", "2sv", "tfa", "license", "licenses", "licence", "permission", "permissions"]
            .iter()
            .any(|w| name.has_word(w))
        {
            accounts += 2;
        }
    }
    if number && manager {
        people += 2;
    }
    if people >= 2 && people > accounts { Holds::People } else { Holds::Accounts }
}
