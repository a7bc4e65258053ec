//! From the first records of a file to what its columns mean (csv-exports.md §3).

use usher_domain::account::Authority;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::snapshot::Covers;

use super::columns;
use super::draft::Draft;
use super::fields::Field;
use super::fingerprint::{self, Holds, Known, System};
use super::header::{self, NoHeader};
use super::order::{DateOrder, Evidence};
use super::sample::SampleRecord;
use super::shape::{Certainty, Options, Purpose, Shape};
use super::states::States;
use super::synonyms;
use super::titles;
use super::words::Meaning;

/// Records that [`recognise`] should be given: title rows, the header, and values to check the columns by.
pub const SAMPLE: usize = 250;

/// What the columns of a file mean. `records`: the first [`SAMPLE`] of it.
///
/// # Errors
/// CSV-101 no header; CSV-102 a header and no rows; CSV-103 accounts without any key; CSV-104 people without any key; CSV-105 `--column`
/// names a header that is not there; CSV-106 two columns could equally well be the status or the last day; CSV-108 names are concealed.
pub fn recognise(file: &str, records: &[SampleRecord], purpose: Purpose, options: &Options) -> Result<Shape, Diagnostic> {
    let asked: Vec<&str> = options.columns.iter().map(|(_, header)| header.as_str()).collect();
    let found = header::find(records, &asked).map_err(|why| no_header(file, why))?;
    let header_line = records.get(found.at).map_or(1, |r| r.line);
    let header_cells = records.get(found.at).map(|r| r.cells.clone()).unwrap_or_default();
    let rows: Vec<&SampleRecord> =
        records.iter().skip(found.at + 1).filter(|r| !header::blank(r) && r.cells != header_cells && !is_footer(r)).collect();
    if rows.is_empty() {
        return Err(Diagnostic::new("CSV-102", "the file has a header and no rows", format!("{file}: nothing stands below its header"))
            .hint("export it again; if there is really nothing to list, leave the file out")
            .at(file, Some(header_line), None));
    }
    let mut draft = Draft::new(file, &found, &rows, &options.words);
    draft.tell_duplicates_apart(&found);
    let (holds, matched) = draft.sort(purpose);
    if let Some(m) = &matched {
        draft.by_fingerprint(m.system);
    }
    let taken: Vec<Field> = draft.columns.iter().filter_map(|c| c.field).collect();
    let unused_overrides = draft.take_overrides(options, purpose)?;
    let overridden: Vec<Field> = draft.columns.iter().filter_map(|c| c.field).collect();
    let open = matched.as_ref().is_none_or(|m| m.system.open || !m.missing.is_empty());
    if open {
        let known: Vec<Field> = taken.iter().chain(&overridden).copied().collect();
        columns::assign(file, &mut draft.columns, &draft.names, &rows, holds, &known, &mut draft.notes)?;
    }
    let system = matched.as_ref().map(|m| m.system);
    let status_told = options.columns.iter().any(|(field, _)| *field == Field::Status) && unused_overrides.len() < options.columns.len();
    let accounts = draft.account_states(system, holds, status_told);
    let people = draft.people_states(system, holds, status_told);
    let kinds = draft.kind_signs(system, holds);
    draft.mark_status(&accounts, &people, holds);
    draft.required(holds, header_line)?;
    draft.concealed(system, header_line)?;

    let language = synonyms::language(&draft.names).map(|l| l.name());
    let title = titles::read(&found.titles);
    let today = options.today.as_ref().and_then(|d| d.as_str().parse().ok());
    let mut shape = Shape {
        system: system.map_or(if holds == Holds::People { "people list" } else { "account list" }, |s| s.name),
        certainty: certainty(matched.as_ref()),
        holds,
        header_line,
        width: draft.names.len(),
        widest: header_cells.len(),
        covers: covers(system, holds, &accounts),
        as_of: None,
        notes: Vec::new(),
        warnings: Vec::new(),
        dates: DateOrder::NotNeeded,
        accounts,
        people,
        kinds,
        key_told: options.key.is_some_and(|k| k != Field::Id),
        spreadsheet: false,
        key: draft.key(system, options.key),
        split: system.map_or(fingerprint::ACCOUNTS.split, |s| s.split),
        authority: system.map_or(Authority::Tenant, |s| s.authority),
        numeric: draft.numeric(),
        codes: draft.codes(),
        language,
        usual_order: system.and_then(|s| s.order),
        told_order: options.dates,
        title_evidence: Evidence::default(),
        today,
        surveyed: false,
        unused_overrides,
        columns: std::mem::take(&mut draft.columns),
        names: std::mem::take(&mut draft.names),
        header_cells: found.names.iter().map(|n| n.original.clone()).collect(),
    };
    shape.notes = draft.notes;
    shape.warnings = draft.warnings;
    if let Some(matched) = &matched {
        if !matched.missing.is_empty() {
            let missing = matched.missing.join("`, `");
            shape.notes.push(format!("it is like a {}, but `{missing}` is not in it", matched.system.name));
        }
        shape.notes.extend(matched.system.notes.iter().map(|n| (*n).to_owned()));
    }
    if let Some(first) = found.titles.first().filter(|t| !header::blank(t)) {
        shape.notes.push(format!("title before the header: {}", first.cells.join(" ").trim()));
    }
    titles::settle(&mut shape, title, &rows);
    say_missing(&mut shape);
    Ok(shape)
}

fn no_header(file: &str, why: NoHeader) -> Diagnostic {
    let hint = "add a first line with the names of the columns, for example id,email,name,status";
    match why {
        NoHeader::Empty => Diagnostic::new("CSV-101", "no header was found", format!("{file}: no row has anything in it"))
            .hint("export it again")
            .at(file, None, None),
        NoHeader::Data { line, cell } => Diagnostic::new(
            "CSV-101",
            "no header was found",
            format!("{file}: line {line} is data already (it holds `{cell}`); what the columns mean is not guessed"),
        )
        .hint(hint)
        .at(file, Some(line), None),
        NoHeader::Unknown { line, cells } => {
            let one = cells.len() == 1;
            let shown: String = cells.join(" | ").chars().take(120).collect();
            let because = if one {
                "its rows have one cell only, so perhaps the delimiter is none of comma, semicolon, tab and bar"
            } else {
                "none of the first 20 rows has two names that usher knows"
            };
            Diagnostic::new("CSV-101", "no header was found", format!("{file}: {because}. The first row: {shown}"))
                .hint(if one {
                    "save it with commas, or add a first line sep=^ that names the delimiter"
                } else {
                    "name the columns that matter, for example --column email=\"Contact\" --column status=\"Condition\""
                })
                .at(file, Some(line), None)
        }
    }
}

/// A footer in a short file must not be taken for its only row.
fn is_footer(record: &SampleRecord) -> bool {
    super::footer::of(record.cells.iter().map(String::as_str)).is_some()
}

fn certainty(matched: Option<&fingerprint::Match>) -> Certainty {
    match matched {
        None => Certainty::ByColumns,
        Some(m) if m.missing.is_empty() && m.system.known != Known::Recalled => Certainty::Certain,
        Some(m) => Certainty::Likely { missing: m.missing.iter().map(|n| (*n).to_owned()).collect() },
    }
}

fn covers(system: Option<&'static System>, holds: Holds, accounts: &States<Meaning>) -> Covers {
    let statuses = match system {
        Some(system) if !system.covers.is_empty() => system.covers.iter().map(|s| (*s).to_owned()).collect(),
        // A list without a status column shows who has access: who is missing may be shut and not gone.
        _ if holds == Holds::Accounts && accounts.signs.is_empty() => vec!["active".to_owned()],
        _ => Vec::new(),
    };
    Covers { statuses, scope: None }
}

/// What is said once a file about columns that are not there.
fn say_missing(shape: &mut Shape) {
    if !shape.has_status() {
        match shape.holds {
            Holds::Accounts if !shape.notes.iter().any(|n| n.starts_with("no status column")) => {
                shape.notes.push("no status column: being listed is having access".into());
            }
            Holds::Accounts => {}
            Holds::People if shape.first(Field::EndDate).is_some() => shape.notes.push("no status column: the last day decides".into()),
            Holds::People => shape.warnings.push(
                "nobody can be a leaver from this file: it has neither a status nor a last day; accounts of leavers will look like accounts of nobody".into(),
            ),
        }
    }
    if shape.holds == Holds::People
        && [Field::Email, Field::Alias, Field::PersonalEmail, Field::UserName].iter().all(|f| shape.first(*f).is_none())
    {
        shape.warnings.push(
            "no e-mail column: accounts can be matched by employee number only; accounts without one will look like accounts of nobody"
                .into(),
        );
    }
}

#[cfg(test)]
mod tests;
