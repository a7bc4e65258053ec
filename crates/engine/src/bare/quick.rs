//! The fast path for a summary: numbers and warnings without a row in memory, if every accounts file is plain enough.

use usher_connect::csv::fields::Field;
use usher_connect::csv::read::{Exports, read_people};
use usher_connect::csv::reading::{Opened, Report};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::finding::Rule;

use super::Split;
use super::fast::{self, AccountsFile};
use super::folder::{BareAsk, BareReport, persons, situations};
use super::people::People;
use super::report::FileReport;

/// The summary; `None` where only the general path can tell.
pub(super) fn quick(people: &Opened, exports: &Exports, ask: &BareAsk, rules: &[Rule]) -> Result<Option<BareReport>, Diagnostic> {
    let mut shapes = Vec::new();
    for (_, files) in &exports.accounts {
        let [one] = files.as_slice() else { return Ok(None) };
        let Some(shape) = one.shape.simple() else { return Ok(None) };
        shapes.push((one, shape));
    }
    let mut report = BareReport { refused: exports.refused.clone(), instances: shapes.len() as u64, ..BareReport::default() };
    let split = Split::over(ask.threads);
    let index = match plain_people(people, ask, split, &mut report)? {
        Some(index) => index,
        None => {
            let made = shapes.iter().any(|(file, _)| file.shape.first(Field::CreatedAt).is_some());
            // Who an account is depends on when it was made and when they began.
            if made && people.shape.first(Field::StartDate).is_some() {
                return Ok(None);
            }
            put_together(people, ask, &mut report)?
        }
    };
    let files: Vec<AccountsFile<'_>> = shapes.iter().map(|(o, shape)| AccountsFile { source: &o.source, shape }).collect();
    let outcome = fast::reconcile(&index, &files, split, false)?;
    // One account on several rows needs to be put together first.
    if outcome.files.iter().any(|f| f.repeated.is_some() || f.irregular) {
        return Ok(None);
    }
    for ((opened, _), file) in shapes.iter().zip(&outcome.files) {
        let said = say(opened, file, ask)?;
        if said.accounts != file.counts.accounts {
            return Ok(None);
        }
        report.take(said);
    }
    let c = outcome.counts;
    report.accounts = c.accounts;
    report.by_situation = situations(c.linked, c.unmatched + c.unlinked, c.disputed, c.deleted);
    let counted = [
        (Rule::LeaverAccount, c.leaver_account),
        (Rule::UnmatchedAccount, c.unmatched_account),
        (Rule::DisputedAccount, c.disputed_account),
        (Rule::DuplicateAccount, c.duplicate_account),
        (Rule::DuplicatePerson, c.duplicate_person),
    ];
    report.by_rule = counted.into_iter().filter(|(r, n)| *n > 0 && rules.contains(r)).collect();
    Ok(Some(report))
}

/// What is to be said of an accounts file.
fn say(opened: &Opened, file: &FileReport, ask: &BareAsk) -> Result<Report, Diagnostic> {
    match file.told(&opened.name) {
        Some(told) => Ok(opened.report(told, &ask.options)),
        None => opened.report_slowly(&ask.options),
    }
}

/// The people of a file in which one row is one person, without dates.
fn plain_people(people: &Opened, ask: &BareAsk, split: Split, report: &mut BareReport) -> Result<Option<People>, Diagnostic> {
    let Some(shape) = people.shape.simple() else { return Ok(None) };
    let index = People::read(&people.source, &shape, false, split, ask.seed)?;
    if index.report.irregular || index.has_several_rows_of_one() {
        return Ok(None);
    }
    let Some(mut told) = index.report.told(&people.name) else { return Ok(None) };
    told.ended = index.left();
    report.people = told.people;
    report.ended = told.ended;
    report.take(people.report(told, &ask.options));
    Ok(Some(index))
}

/// The people of any other file.
fn put_together(people: &Opened, ask: &BareAsk, report: &mut BareReport) -> Result<People, Diagnostic> {
    let list = read_people(people.source.path(), &ask.options)?;
    let persons = persons(&list, ask.as_of);
    report.take(list.report);
    report.know(&persons);
    Ok(People::of(&persons, ask.seed))
}
