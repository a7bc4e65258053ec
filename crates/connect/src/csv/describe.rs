//! What a file was taken for, in words (csv-exports.md §3.9): one line a file, details with `--explain`.

use super::fields::Field;
use super::fingerprint::Holds;
use super::order::DateOrder;
use super::reading::{Opened, Report};
use super::shape::{Certainty, Shape};

/// Fields in the order in which the line names them.
const ORDER: [Field; 19] = [
    Field::Status,
    Field::Email,
    Field::Alias,
    Field::PersonalEmail,
    Field::EmployeeNumber,
    Field::Id,
    Field::UserName,
    Field::Kind,
    Field::DisplayName,
    Field::GivenName,
    Field::FamilyName,
    Field::LastSeen,
    Field::CreatedAt,
    Field::StartDate,
    Field::EndDate,
    Field::Role,
    Field::Group,
    Field::Licence,
    Field::Membership,
];

/// `slack-members.csv  Slack member list (certain)  11 accounts, 9 with access  comma, UTF-8  status←status email←email …; not used: 4 columns`
pub(crate) fn line(files: &[Opened], report: &Report) -> String {
    let Some(first) = files.first() else { return String::new() };
    let shape = &first.shape;
    let name = match files.len() {
        1 => first.name.clone(),
        more => format!("{} and {} more", first.name, more - 1),
    };
    let counts = match shape.holds {
        Holds::Accounts => format!("{}, {} with access", plural(report.accounts, "account", "accounts"), report.with_access),
        Holds::People => format!("{}, {} left", plural(report.people, "person", "people"), report.ended),
    };
    let aside = match report.set_aside_count {
        0 => String::new(),
        n => format!(", {} set aside", plural(n, "row", "rows")),
    };
    format!(
        "{name}  {} ({})  {counts}{aside}  {}, {}  {}",
        shape.system,
        shape.certainty,
        first.source.dialect.word(),
        first.source.encoding,
        columns(shape)
    )
}

/// `status←status email←email id←userid; not used: 4 columns`
pub(crate) fn columns(shape: &Shape) -> String {
    let mut parts = Vec::new();
    for field in ORDER {
        let headers: Vec<&str> = shape.of(field).map(|c| shape.header(c)).collect();
        match headers.as_slice() {
            [] => {}
            [one] => parts.push(format!("{field}←{}", shown(one))),
            [first, rest @ ..] => parts.push(format!("{field}←{} and {} more", shown(first), rest.len())),
        }
    }
    let unused = shape.columns.iter().filter(|c| c.field.is_none() && !shape.header(c.index).is_empty()).count();
    let unused = match unused {
        0 => String::new(),
        n => format!("; not used: {}", plural(n as u64, "column", "columns")),
    };
    format!("{}{unused}", parts.join(" "))
}

/// A header with blanks is quoted, so that the line can be read.
fn shown(header: &str) -> String {
    let header = usher_domain::text::visible(header);
    if header.contains(char::is_whitespace) { format!("\"{header}\"") } else { header }
}

/// Every column with what it means, and how the state is read.
pub(crate) fn details(shape: &Shape) -> Vec<String> {
    let mut out = vec![match &shape.certainty {
        Certainty::Likely { missing } if !missing.is_empty() => format!("{} (likely; missing: {})", shape.system, missing.join(", ")),
        other => format!("{} ({other}), header on line {}", shape.system, shape.header_line),
    }];
    let mut columns: Vec<_> = shape.columns.iter().collect();
    columns.sort_by_key(|c| c.index);
    for column in columns {
        let header = shown(shape.header(column.index));
        out.push(match (column.field, column.why_not) {
            (Some(field), _) => format!("  column {}: {header} is the {field}", column.index + 1),
            (None, Some(why)) if !why.is_empty() => format!("  column {}: {header} is not used: {why}", column.index + 1),
            (None, _) => format!("  column {}: {header} is not used", column.index + 1),
        });
    }
    if !shape.has_status() {
        out.push(match shape.holds {
            Holds::Accounts => "  no column says the state: being listed is having access".into(),
            Holds::People => "  no column says the state: being listed is working here".into(),
        });
    }
    out
}

/// How the order of dates was found, if any cell depends on it.
pub(crate) fn dates(shape: &Shape) -> Option<String> {
    match &shape.dates {
        DateOrder::NotNeeded => None,
        DateOrder::Decided { order, because } => Some(format!("dates are {order}: {because}")),
        DateOrder::Told(order) => Some(format!("dates are {order}: you said so")),
        DateOrder::Open { line, cell } => {
            Some(format!("dates read two ways (line {line}: {}); say which: --dates dmy or --dates mdy", usher_domain::text::visible(cell)))
        }
        DateOrder::Mixed { lines, cells } => Some(format!(
            "dates of both orders stand in it (line {}: {}; line {}: {}), so none that depends on the order is read",
            lines.0,
            usher_domain::text::visible(&cells.0),
            lines.1,
            usher_domain::text::visible(&cells.1)
        )),
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
