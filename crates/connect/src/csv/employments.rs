//! One record of a people list as a [`PersonRow`].

use usher_domain::account::{Email, EmailKind};
use usher_domain::person::{Day, PersonRow};
use usher_domain::text::{fold, visible};

use super::accounts::{date, name, number, text};
use super::dates::Reading;
use super::fields::Field;
use super::header::Name;
use super::noticed::Noticed;
use super::shape::Shape;
use super::states::{Cells, Said, employment};
use super::values::{self, Number};
use super::words::employment_on;

/// What makes two rows the same person: the employee number, else the first address.
pub(crate) fn key(shape: &Shape, row: &impl Cells) -> Option<String> {
    if let Some(at) = shape.first(Field::EmployeeNumber)
        && let Number::Is(number) = values::number(&row.cell(at), shape.codes)
    {
        return Some(number.to_owned());
    }
    emails(shape, row).first().map(|e| fold(&e.value))
}

fn emails(shape: &Shape, row: &impl Cells) -> Vec<Email> {
    let mut found = Vec::new();
    for (field, kind) in [(Field::Email, EmailKind::Work), (Field::Alias, EmailKind::Alias), (Field::PersonalEmail, EmailKind::Personal)] {
        for at in shape.of(field) {
            values::add_addresses(&row.cell(at), kind, &mut found);
        }
    }
    found.sort_by_key(|e| e.kind);
    found
}

/// Reads one employment.
///
/// # Errors
/// Why the row names nobody.
pub(crate) fn read(shape: &Shape, names: &[Name], row: &impl Cells, line: u64, noticed: &mut Noticed) -> Result<PersonRow, String> {
    let emails = emails(shape, row);
    let employee_number = number(shape, row, line, noticed);
    let shown = name(shape, row);
    if emails.is_empty() && employee_number.is_none() {
        let damaged = shape.first(Field::EmployeeNumber).map(|at| row.cell(at)).filter(|c| values::text(c).is_some());
        // Somebody stands here, only unnamed for machines: kept, so that nobody is missed in counts and names.
        if damaged.is_none() || shown.is_none() {
            return Err(super::simple::NOBODY.into());
        }
    }
    let said = shape.people.read(row, names);
    let status = employment(&said, shape.people.decides());
    let status_word = match &said {
        Said::Known { word, .. } => word.clone(),
        Said::Unknown { word } => {
            noticed.unknown_word(word, line);
            Some(word.clone())
        }
        Said::Silent => {
            if shape.people.decides() {
                noticed.blank_status(line);
            }
            None
        }
    };
    let (last_day, last_day_unreadable) = match shape.first(Field::EndDate).map(|at| date(shape, row, at, line, noticed)) {
        Some(Reading::At(moment)) => (Some(Day::of(moment.at.date())), false),
        Some(Reading::Bad | Reading::Open) => (None, true),
        Some(Reading::Never) | None => (None, false),
    };
    let starts: Vec<usize> = shape.of(Field::StartDate).collect();
    let starts = starts
        .into_iter()
        .filter_map(|at| match date(shape, row, at, line, noticed) {
            Reading::At(moment) => Some(Day::of(moment.at.date())),
            _ => None,
        })
        .max();
    let person = PersonRow {
        key: employee_number.clone().unwrap_or_default(),
        employee_number,
        emails,
        name: shown,
        given_name: text(shape, row, Field::GivenName),
        family_name: family_name(shape, row),
        status_word,
        status,
        starts,
        last_day,
        last_day_unreadable,
        kind: text(shape, row, Field::EmploymentType),
        employer: text(shape, row, Field::Employer),
        manager: text(shape, row, Field::Manager),
        department: text(shape, row, Field::Department),
        title: text(shape, row, Field::Title),
        location: text(shape, row, Field::Location),
        line: Some(line),
        ..PersonRow::default()
    };
    if let Some(today) = shape.today.map(Day::of)
        && let (_, Some(contradiction)) = employment_on(&person, &today)
    {
        noticed.contradiction(format!("line {line}: {} {contradiction}", visible(&label(&person))));
    }
    Ok(person)
}

fn family_name(shape: &Shape, row: &impl Cells) -> Option<String> {
    let family = text(shape, row, Field::FamilyName)?;
    Some(match text(shape, row, Field::NamePrefix) {
        Some(prefix) => format!("{prefix} {family}"),
        None => family,
    })
}

/// What people call a row: name and number.
pub(crate) fn label(person: &PersonRow) -> String {
    let name = person.name.clone().or_else(|| person.emails.first().map(|e| e.value.clone()));
    match (name, &person.employee_number) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (Some(name), None) => name,
        (None, Some(number)) => number.clone(),
        (None, None) => "somebody".into(),
    }
}
