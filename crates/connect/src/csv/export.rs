//! Lists that usher writes, in its own neutral headers, with cells that a spreadsheet shows as text (DESIGN §5; the Read).

use std::io::{self, Write};

use usher_domain::account::{AccountRow, Email, EmailKind, word};
use usher_domain::person::PersonRow;
use usher_domain::text::spreadsheet_cell;

/// The header of a list of accounts.
pub const ACCOUNT_HEADER: [&str; 11] =
    ["id", "employee_number", "email", "alias", "user_name", "display_name", "kind", "status", "last_login", "created_at", "expires"];

/// The header of a list of people.
pub const PEOPLE_HEADER: [&str; 11] =
    ["employee_number", "email", "alias", "personal_email", "name", "status", "start_date", "end_date", "manager", "department", "title"];

/// Writes records with safe cells: quoted where that is needed, lines end in CR LF (RFC 4180).
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Writes the header first.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(out: W, header: &[&str]) -> io::Result<Self> {
        let mut writer = Writer { out };
        writer.record(header.iter().copied())?;
        Ok(writer)
    }

    /// Writes one record.
    ///
    /// # Errors
    /// What the output says.
    pub fn record<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let mut first = true;
        for cell in cells {
            if !first {
                self.out.write_all(b",")?;
            }
            first = false;
            let safe = spreadsheet_cell(cell);
            if safe.contains(['"', ',', ';', '\t', '\n', '\r']) || safe.starts_with(' ') || safe.ends_with(' ') {
                write!(self.out, "\"{}\"", safe.replace('"', "\"\""))?;
            } else {
                self.out.write_all(safe.as_bytes())?;
            }
        }
        self.out.write_all(b"\r\n")
    }

    /// Writes an account under [`ACCOUNT_HEADER`].
    ///
    /// # Errors
    /// What the output says.
    pub fn account(&mut self, row: &AccountRow) -> io::Result<()> {
        let time = |t: Option<usher_domain::time::Time>| t.map(|t| t.to_string()).unwrap_or_default();
        let text = |v: serde_json::Value| v.as_str().unwrap_or_default().to_owned();
        let (first, more) = addresses(&row.emails);
        let cells = [
            row.native_id.clone(),
            row.employee_number.clone().unwrap_or_default(),
            first,
            more,
            row.user_name.clone().unwrap_or_default(),
            row.display_name.clone().unwrap_or_default(),
            row.kind.map(|k| text(word(k))).unwrap_or_default(),
            text(word(row.standing.status)),
            time(row.last_seen),
            time(row.created_at),
            time(row.expires),
        ];
        self.record(cells.iter().map(String::as_str))
    }

    /// Writes a person under [`PEOPLE_HEADER`].
    ///
    /// # Errors
    /// What the output says.
    pub fn person(&mut self, row: &PersonRow) -> io::Result<()> {
        let (work, personal): (Vec<Email>, Vec<Email>) = row.emails.iter().cloned().partition(|e| e.kind != EmailKind::Personal);
        let (first, more) = addresses(&work);
        let day = |d: &Option<usher_domain::person::Day>| d.as_ref().map(ToString::to_string).unwrap_or_default();
        let cells = [
            row.employee_number.clone().unwrap_or_default(),
            first,
            more,
            joined(&personal),
            row.name.clone().unwrap_or_default(),
            word(row.status).as_str().unwrap_or_default().to_owned(),
            day(&row.starts),
            day(&row.last_day),
            row.manager.clone().unwrap_or_default(),
            row.department.clone().unwrap_or_default(),
            row.title.clone().unwrap_or_default(),
        ];
        self.record(cells.iter().map(String::as_str))
    }

    /// Writes out what is buffered and gives the output back.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The primary address, and all others in one cell.
fn addresses(emails: &[Email]) -> (String, String) {
    match emails.split_first() {
        None => (String::new(), String::new()),
        Some((first, rest)) => (first.value.clone(), joined(rest)),
    }
}

fn joined(emails: &[Email]) -> String {
    emails.iter().map(|e| e.value.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use usher_domain::account::{Kind, Standing, Status};
    use usher_domain::person::{Day, EmploymentStatus};

    use super::*;
    use crate::csv::read::{read_accounts, read_people};
    use crate::csv::shape::{Options, Purpose};

    #[test]
    fn cells_that_a_spreadsheet_would_calculate_are_text() {
        let mut writer = Writer::new(Vec::new(), &["a", "b"]).unwrap();
        writer.record(["=1+1", "a,\"b\"\nc"]).unwrap();
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert_eq!(text, "a,b\r\n'=1+1,\"a,\"\"b\"\"\u{fffd}c\"\r\n");
    }

    #[test]
    fn what_usher_writes_it_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountRow {
            native_id: "0-1".into(),
            user_name: Some("=ana".into()),
            emails: vec![Email::work("ana@x.example"), Email { value: "a@x.example".into(), kind: EmailKind::Alias }],
            employee_number: Some("00017".into()),
            display_name: Some("Ruiz, \"Ana\" -".into()),
            kind: Some(Kind::Service),
            standing: Standing::usual(Status::Suspended),
            status_word: Some("suspended".into()),
            last_seen: Some("2026-11-24T08:00:00Z".parse().unwrap()),
            line: Some(2),
            ..AccountRow::default()
        };
        let path = dir.path().join("accounts.csv");
        let mut writer = Writer::new(Vec::new(), &ACCOUNT_HEADER).unwrap();
        writer.account(&account).unwrap();
        std::fs::write(&path, writer.finish().unwrap()).unwrap();
        let read = read_accounts(&[path], Purpose::Unknown, &Options::default()).unwrap();
        assert_eq!(read.accounts, [AccountRow { display_name: Some("\"Ana\" - Ruiz".into()), ..account }]);

        let person = PersonRow {
            key: "00017".into(),
            employee_number: Some("00017".into()),
            emails: vec![Email::work("ana@x.example"), Email { value: "ana@home.example".into(), kind: EmailKind::Personal }],
            name: Some("Ana Ruiz".into()),
            status: EmploymentStatus::Leave,
            status_word: Some("leave".into()),
            starts: Day::parse("2020-02-29"),
            last_day: Day::parse("2027-01-31"),
            department: Some("-R&D".into()),
            line: Some(2),
            ..PersonRow::default()
        };
        let path = dir.path().join("people.csv");
        let mut writer = Writer::new(Vec::new(), &PEOPLE_HEADER).unwrap();
        writer.person(&person).unwrap();
        std::fs::write(&path, writer.finish().unwrap()).unwrap();
        assert_eq!(read_people(&path, &Options::default()).unwrap().rows, [person]);
    }
}
