//! What the HR system sends: a CSV with the habits of real ones. Header lines are those of real exports; a company chooses its
//! columns in both systems, and the choice here adds the last day.

use std::io;
use std::path::Path;

use jiff::civil::Date;

use crate::company::{CAST, Company, Employment, Person};
use crate::sheet::{Encoding, Sheet, Style, write_whole};

/// Which system's export it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// BambooHR-like employee list in English: comma, `dd-mm-yyyy`, `Active` and `Inactive`.
    Bamboo,
    /// Personio-like list in German: semicolon, `dd.mm.yyyy`, `Aktiv`, `Inaktiv`, `Onboarding`.
    Personio,
}

/// What HR knows by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As of the company's day.
    First,
    /// Later: the resignation of [`crate::company::Cast::taken_back`] was taken back.
    TakenBack,
}

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HrFile {
    /// Header, words and dates.
    pub shape: Shape,
    /// Bytes of the text.
    pub encoding: Encoding,
    /// Lines end in CRLF.
    pub crlf: bool,
    /// A title with an as-of date and an empty line before the header.
    pub title_row: bool,
    /// A last row `Total` with the number of people.
    pub totals_row: bool,
    /// `00.00.0000` where there is no last day, instead of nothing.
    pub zero_dates: bool,
}

impl HrFile {
    /// What the demo uses: BambooHR-like, byte order mark, CRLF.
    pub const BAMBOO: HrFile =
        HrFile { shape: Shape::Bamboo, encoding: Encoding::Utf8Bom, crlf: true, title_row: false, totals_row: false, zero_dates: false };
    /// Personio-like, Windows-1252, CRLF, placeholder dates.
    pub const PERSONIO: HrFile = HrFile {
        shape: Shape::Personio,
        encoding: Encoding::Windows1252,
        crlf: true,
        title_row: false,
        totals_row: false,
        zero_dates: true,
    };

    /// The whole file.
    pub fn bytes(&self, company: &Company, state: State) -> Vec<u8> {
        let order = company.by_number();
        self.rows(company, state, &order, self.totals_row)
    }

    /// A feed that broke off: the first half of the rows, whole lines, no total. Nothing in it says that it is half.
    pub fn half(&self, company: &Company, state: State) -> Vec<u8> {
        let order = company.by_number();
        self.rows(company, state, &order[..order.len() / 2], false)
    }

    /// A transfer that broke off: half of the bytes, ending in the middle of a row.
    pub fn torn(&self, company: &Company, state: State) -> Vec<u8> {
        let mut bytes = self.bytes(company, state);
        let mut cut = bytes.len() / 2;
        while cut > 1 && matches!(bytes[cut - 1], b'\n' | b'\r') {
            cut -= 1;
        }
        bytes.truncate(cut);
        bytes
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path, company: &Company, state: State) -> io::Result<()> {
        write_whole(path, &self.bytes(company, state))
    }

    /// Writes the half file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_half(&self, path: &Path, company: &Company, state: State) -> io::Result<()> {
        write_whole(path, &self.half(company, state))
    }

    fn rows(&self, company: &Company, state: State, order: &[usize], total: bool) -> Vec<u8> {
        let delimiter = match self.shape {
            Shape::Bamboo => ',',
            Shape::Personio => ';',
        };
        let mut sheet = Sheet::new(Style { delimiter, crlf: self.crlf, encoding: self.encoding });
        if self.title_row {
            sheet.row([format!("Employee list - as of {}", self.date(company.day()))]);
            sheet.row([""]);
        }
        match self.shape {
            Shape::Bamboo => sheet.row([
                "Employee #",
                "First Name",
                "Last Name",
                "Job Title",
                "Department",
                "Division",
                "Location",
                "Status",
                "Hire Date",
                "Termination Date",
                "Work Email",
                "Reports To",
                "Reports To Email",
            ]),
            Shape::Personio => sheet.row([
                "Personalnummer",
                "Vorname",
                "Nachname",
                "E-Mail",
                "Status",
                "Position",
                "Abteilung",
                "Vorgesetzter",
                "Eintrittsdatum",
                "Austrittsdatum",
                "Wochenstunden",
            ]),
        }
        for index in order {
            let person = company.person(*index);
            let employment = employment(person, *index, state);
            let manager = person.manager.map(|m| company.person(m));
            match self.shape {
                Shape::Bamboo => self.bamboo(&mut sheet, person, employment, manager),
                Shape::Personio => self.personio(&mut sheet, person, employment, manager),
            }
        }
        if total {
            let word = if self.shape == Shape::Bamboo { "Total" } else { "Summe" };
            sheet.row([word, &order.len().to_string()]);
        }
        sheet.into_bytes()
    }

    fn bamboo(&self, sheet: &mut Sheet, person: &Person, employment: Employment, manager: Option<&Person>) {
        let status = if matches!(employment, Employment::Ended { .. }) { "Inactive" } else { "Active" };
        sheet.row([
            person.number.as_str(),
            &person.given,
            &person.family,
            person.title,
            person.department,
            person.division,
            person.location,
            status,
            &self.date(person.starts),
            &self.last_day(employment),
            &person.email,
            &manager.map(Person::name).unwrap_or_default(),
            manager.map(|m| m.email.as_str()).unwrap_or_default(),
        ]);
    }

    fn personio(&self, sheet: &mut Sheet, person: &Person, employment: Employment, manager: Option<&Person>) {
        let status = match employment {
            Employment::Active => "Aktiv",
            Employment::Prehire => "Onboarding",
            Employment::Ended { .. } => "Inaktiv",
        };
        sheet.row([
            person.number.as_str(),
            &person.given,
            &person.family,
            &person.email,
            status,
            person.title,
            person.department,
            &manager.map(|m| format!("{}, {}", m.family, m.given)).unwrap_or_default(),
            &self.date(person.starts),
            &self.last_day(employment),
            if person.contractor { "0,0" } else { "38,5" },
        ]);
    }

    fn last_day(&self, employment: Employment) -> String {
        match employment {
            Employment::Ended { last_day } => self.date(last_day),
            _ if self.zero_dates => "00.00.0000".to_owned(),
            _ => String::new(),
        }
    }

    fn date(&self, day: Date) -> String {
        let separator = match self.shape {
            Shape::Bamboo => '-',
            Shape::Personio => '.',
        };
        format!("{:02}{separator}{:02}{separator}{:04}", day.day(), day.month(), day.year())
    }
}

fn employment(person: &Person, index: usize, state: State) -> Employment {
    if state == State::TakenBack && index == CAST.taken_back { Employment::Active } else { person.employment }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company() -> Company {
        Company::new(42, 120, "2026-11-25T09:00:00Z".parse().unwrap())
    }

    fn lines(bytes: &[u8]) -> Vec<String> {
        String::from_utf8(bytes.to_vec()).unwrap().trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
    }

    #[test]
    fn bamboo_has_mark_crlf_zeros_and_one_row_a_person() {
        let bytes = HrFile::BAMBOO.bytes(&company(), State::First);
        assert!(bytes.starts_with(b"\xef\xbb\xbfEmployee #,First Name"));
        assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), bytes.windows(2).filter(|w| w == b"\r\n").count());
        let lines = lines(&bytes);
        assert_eq!(lines.len(), 121);
        assert!(lines[1..].iter().all(|l| l.starts_with("00")));
    }

    #[test]
    fn the_date_columns_decide_their_own_order() {
        // 03-04-2026 alone reads two ways; one day above twelve decides for the column (csv-exports, Dates).
        for seed in 0..40 {
            let company = Company::new(seed, 0, "2026-11-25T09:00:00Z".parse().unwrap());
            let days = |pick: fn(&Person) -> Option<Date>| company.people.iter().filter_map(pick).any(|d| d.day() > 12);
            assert!(days(|p| Some(p.starts)));
            assert!(days(|p| if let Employment::Ended { last_day } = p.employment { Some(last_day) } else { None }));
        }
    }

    #[test]
    fn only_the_one_who_stays_differs_once_the_resignation_is_taken_back() {
        let company = company();
        let (first, later) =
            (lines(&HrFile::BAMBOO.bytes(&company, State::First)), lines(&HrFile::BAMBOO.bytes(&company, State::TakenBack)));
        let differ: Vec<_> = first.iter().zip(&later).filter(|(a, b)| a != b).collect();
        assert_eq!(differ.len(), 1);
        assert!(differ[0].0.contains(",Inactive,") && differ[0].1.contains(",Active,") && differ[0].1.contains("omar.haddad@"));
    }

    #[test]
    fn half_a_file_has_whole_rows_and_a_torn_one_does_not() {
        let company = company();
        let half = HrFile { totals_row: true, ..HrFile::BAMBOO }.half(&company, State::First);
        assert_eq!(lines(&half).len(), 61);
        assert!(half.ends_with(b"\r\n"));
        assert!(!HrFile::BAMBOO.torn(&company, State::First).ends_with(b"\n"));
    }

    #[test]
    fn personio_is_windows_1252_with_placeholder_dates_title_and_total() {
        let bytes = HrFile { title_row: true, totals_row: true, ..HrFile::PERSONIO }.bytes(&company(), State::First);
        let text: String = bytes.iter().map(|b| char::from(*b)).collect();
        assert!(std::str::from_utf8(&bytes).is_err() && text.contains(";Dörte;Brückner;"));
        assert!(text.contains(";00.00.0000;") && text.starts_with("Employee list - as of 25.11.2026\r\n\r\nPersonalnummer;"));
        assert!(text.ends_with("Summe;120\r\n"));
    }
}
