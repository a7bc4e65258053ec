//! One record of an account list as an [`AccountRow`] and what it holds.

use std::borrow::Cow;

use serde_json::Value;
use usher_domain::account::{AccountRow, Email, EmailKind, GrantRow, Seat};
use usher_domain::text::fold;
use usher_domain::time::Time;

use super::dates::{self, Reading};
use super::fields::Field;
use super::header::Name;
use super::noticed::Noticed;
use super::shape::Shape;
use super::states::{Cells, Said, standing};
use super::values::{self, Number};

/// The native id of a row: the id column; else the columns that make one together; else the login; else the first address.
///
/// An id that stands for something else is folded, so that a login in capitals is the same account tomorrow.
pub(crate) fn key<'r>(shape: &Shape, row: &'r impl Cells) -> Option<Cow<'r, str>> {
    if let Some(at) = shape.first(Field::Id).filter(|_| !shape.key_told) {
        let cell = row.cell(at);
        if let Number::Is(id) = values::number(&cell, true) {
            return Some(Cow::Owned(id.to_owned()));
        }
    }
    if !shape.key.is_empty() {
        let parts: Vec<String> = shape.key.iter().filter_map(|at| values::text(&row.cell(*at)).map(fold)).collect();
        if parts.len() == shape.key.len() {
            return Some(Cow::Owned(parts.join("/")));
        }
    }
    if let Some(login) = shape.first(Field::UserName).map(|at| row.cell(at))
        && let Some(login) = values::text(&login)
    {
        return Some(Cow::Owned(fold(login)));
    }
    emails(shape, row).first().map(|e| Cow::Owned(fold(&e.value)))
}

/// All addresses of a row that prove identity, work before alias before private; a login that is an address counts, unless it is
/// Entra's form of a guest's (`#EXT#`).
fn emails(shape: &Shape, row: &impl Cells) -> Vec<Email> {
    let mut found = Vec::new();
    for (field, kind) in [(Field::Email, EmailKind::Work), (Field::Alias, EmailKind::Alias), (Field::PersonalEmail, EmailKind::Personal)] {
        for at in shape.of(field) {
            values::add_addresses(&row.cell(at), kind, &mut found);
        }
    }
    if let Some(at) = shape.first(Field::UserName) {
        let login = row.cell(at);
        if login.contains('@') && !login.contains("#EXT#") {
            values::add_addresses(&login, EmailKind::Work, &mut found);
        }
    }
    found.retain(|e| !e.value.contains("#EXT#"));
    found.sort_by_key(|e| e.kind);
    found
}

/// The name to show: its column, else first and family name.
pub(crate) fn name(shape: &Shape, row: &impl Cells) -> Option<String> {
    if let Some(shown) = shape.first(Field::DisplayName).map(|at| row.cell(at))
        && let Some(shown) = values::text(&shown)
    {
        return Some(values::display_name(shown));
    }
    let parts: Vec<String> =
        [Field::GivenName, Field::NamePrefix, Field::FamilyName].into_iter().filter_map(|f| text(shape, row, f)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The text of a field's first column.
pub(crate) fn text(shape: &Shape, row: &impl Cells, field: Field) -> Option<String> {
    let cell = row.cell(shape.first(field)?);
    values::text(&cell).map(str::to_owned)
}

/// The employee number; a damaged one is not known, and said.
pub(crate) fn number(shape: &Shape, row: &impl Cells, line: u64, noticed: &mut Noticed) -> Option<String> {
    let cell = row.cell(shape.first(Field::EmployeeNumber)?);
    match values::number(&cell, shape.codes) {
        Number::Is(number) => {
            noticed.number(number, line);
            Some(number.to_owned())
        }
        Number::Damaged(number) => {
            noticed.damaged(line, number);
            None
        }
        Number::Nothing => None,
    }
}

/// A date cell under the file's order; what can't be read is noticed.
pub(crate) fn date(shape: &Shape, row: &impl Cells, at: usize, line: u64, noticed: &mut Noticed) -> Reading {
    let cell = row.cell(at);
    let reading = dates::cell(&cell, shape.today).read(shape.dates.order());
    match reading {
        Reading::Bad => noticed.unreadable_date(at, line, &cell),
        Reading::Open => noticed.open_date(line, &cell),
        Reading::At(moment) if moment.serial => noticed.serial(moment.at.date()),
        Reading::Never | Reading::At(_) => {}
    }
    reading
}

fn times(shape: &Shape, row: &impl Cells, field: Field, line: u64, noticed: &mut Noticed) -> Vec<Time> {
    let columns: Vec<usize> = shape.of(field).collect();
    columns
        .into_iter()
        .filter_map(|at| match date(shape, row, at, line, noticed) {
            Reading::At(moment) => moment.time(),
            _ => None,
        })
        .collect()
}

/// Reads one account.
///
/// # Errors
/// Why the row names no account.
pub(crate) fn read(
    shape: &Shape,
    names: &[Name],
    row: &impl Cells,
    line: u64,
    noticed: &mut Noticed,
) -> Result<(AccountRow, Vec<GrantRow>), String> {
    let Some(native_id) = key(shape, row) else {
        return Err(super::simple::NO_ACCOUNT.into());
    };
    let said = shape.accounts.read(row, names);
    let (means, kind_by_status) = standing(&said, shape.accounts.decides());
    let status_word = match &said {
        Said::Known { word, .. } => word.clone(),
        Said::Unknown { word } => {
            noticed.unknown_word(word, line);
            Some(word.clone())
        }
        Said::Silent => {
            if shape.accounts.decides() {
                noticed.blank_status(line);
            }
            None
        }
    };
    let mut account = AccountRow {
        native_id: native_id.into_owned(),
        user_name: text(shape, row, Field::UserName),
        emails: emails(shape, row),
        employee_number: number(shape, row, line, noticed),
        display_name: name(shape, row),
        status_word,
        standing: means,
        kind: kind_by_status.or_else(|| kind(shape, row, line, noticed)),
        authority: shape.authority,
        created_at: times(shape, row, Field::CreatedAt, line, noticed).into_iter().min(),
        last_seen: times(shape, row, Field::LastSeen, line, noticed).into_iter().max(),
        expires: times(shape, row, Field::Expires, line, noticed).into_iter().min(),
        line: Some(line),
        ..AccountRow::default()
    };
    account.standing.seat = seat(shape, row).unwrap_or(account.standing.seat);
    if let Some(seen) = account.last_seen {
        noticed.login(jiff::tz::TimeZone::UTC.to_datetime(seen.timestamp()).date());
    }
    if account.emails.is_empty() {
        noticed.no_address(line, account.label());
    }
    for (field, attribute) in [
        (Field::GivenName, "name.givenName"),
        (Field::FamilyName, "name.familyName"),
        (Field::Title, "title"),
        (Field::Department, "department"),
        (Field::Manager, "manager"),
    ] {
        if let Some(value) = text(shape, row, field) {
            account.attributes.insert(attribute.to_owned(), Value::from(value));
        }
    }
    let grants = grants(shape, row, &account.native_id, line, noticed);
    Ok((account, grants))
}

fn kind(shape: &Shape, row: &impl Cells, line: u64, noticed: &mut Noticed) -> Option<usher_domain::account::Kind> {
    for sign in &shape.kinds {
        let cell = row.cell(sign.column);
        if let Some(kind) = sign.read(&cell) {
            return Some(kind);
        }
        if sign.by_words()
            && let Some(word) = values::text(&cell)
        {
            noticed.unknown_kind(word, line);
        }
    }
    None
}

/// Whether the account is paid for, where the export says it: a switch, or licences of which one says that there is none.
fn seat(shape: &Shape, row: &impl Cells) -> Option<Seat> {
    if let Some(at) = shape.first(Field::Seat) {
        return values::boolean(&row.cell(at)).map(|held| if held { Seat::Held } else { Seat::Free });
    }
    let licences = shape.first(Field::Licence).map(|at| row.cell(at))?;
    let licences = values::text(&licences)?;
    Some(if is_no_licence(licences) { Seat::Free } else { Seat::Held })
}

fn is_no_licence(text: &str) -> bool {
    matches!(super::header::squash(text).as_str(), "unlicensed" | "nolicense" | "nolicence" | "basic" | "false" | "no")
}

fn grants(shape: &Shape, row: &impl Cells, account: &str, line: u64, noticed: &mut Noticed) -> Vec<GrantRow> {
    let ended =
        shape.first(Field::GrantEnded).is_some_and(|at| matches!(date(shape, row, at, line, noticed), Reading::At(_) | Reading::Open));
    if ended || !shape.columns.iter().any(|c| c.field.is_some_and(Field::is_grant)) {
        return Vec::new();
    }
    let scope = text(shape, row, Field::GrantScope);
    let via = text(shape, row, Field::GrantVia).map(|via| via_word(&via));
    let until = times(shape, row, Field::GrantUntil, line, noticed).into_iter().min();
    let mut found: Vec<GrantRow> = Vec::new();
    let mut add = |kind: &str, entitlement: &str| {
        let grant = GrantRow {
            kind: kind.to_owned(),
            entitlement: entitlement.to_owned(),
            account: account.to_owned(),
            via: via.clone(),
            scope: scope.clone(),
            until,
        };
        if !found.contains(&grant) {
            found.push(grant);
        }
    };
    for column in &shape.columns {
        let Some(field) = column.field.filter(|f| f.is_grant()) else { continue };
        let cell = row.cell(column.index);
        let Some(cell) = values::text(&cell) else { continue };
        match field {
            Field::Access => {
                if values::boolean(cell) != Some(false) {
                    add(field.entitlement(), shape.header(column.index));
                }
            }
            Field::Licence if is_no_licence(cell) => {}
            _ => cell.split(shape.split).map(str::trim).filter(|g| !values::is_nothing(g)).for_each(|g| add(field.entitlement(), g)),
        }
    }
    found
}

/// The via of a grant in usher's words; what a vendor calls otherwise stays as it is.
fn via_word(text: &str) -> String {
    match super::header::squash(text).as_str() {
        "direct" => "direct".into(),
        "inherited" | "shared" | "inheritedshared" | "group" => "group".into(),
        _ => text.to_owned(),
    }
}
