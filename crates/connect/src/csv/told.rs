//! What a read past the rows of a plain file noticed, and the report that a full read would have given of it.
//!
//! The fast path counts; the words of its warnings are those of [`Reading`], so that a summary and a listing say the same.

use usher_domain::diagnostic::Diagnostic;

use super::fingerprint::Holds;
use super::noticed::Noticed;
use super::read::drain;
use super::reading::{Opened, Reading, Report, Unread};
use super::shape::Options;
use super::states::{Said, Same};
use super::values::{self, Number};

/// A word, how often it came, and on which line first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it stands in the cell, trimmed; may be empty.
    pub text: String,
    /// Rows with it.
    pub count: u64,
    /// The first of them, from 1.
    pub line: u64,
}

/// Employee numbers of one length that are digits only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Width {
    /// How many.
    pub count: u64,
    /// The first three, with their lines.
    pub first: Vec<(u64, String)>,
}

/// What was noticed in one file on the way past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Rows, also those that were set aside.
    pub records: u64,
    /// Of them, those that have all cells.
    pub rows: u64,
    /// Distinct people.
    pub people: u64,
    /// Of them, those whose employment has ended.
    pub ended: u64,
    /// Distinct accounts.
    pub accounts: u64,
    /// Of them, those whose door is not shut.
    pub with_access: u64,
    /// Words of the status column, with the empty one.
    pub words: Vec<Word>,
    /// Words of the kind column.
    pub kinds: Vec<Word>,
    /// Employee numbers by their length, from the shortest.
    pub widths: Vec<Width>,
    /// Some number begins with a zero.
    pub leading_zeros: bool,
    /// The newest sign-in, as `yyyymmdd`; 0: none.
    pub newest_login: u32,
    /// Accounts without any address: how many, the line of the first, and what it is called.
    pub no_address: Option<(u64, u64, String)>,
    /// Rows that are the header again: how many, and the line of the first.
    pub repeated_headers: Option<(u64, u64)>,
    /// Rows that could not be read.
    pub set_aside: Vec<Unread>,
    /// How many.
    pub set_aside_count: u64,
}

impl Opened {
    /// The report of a file of which this was told.
    pub fn report(&self, told: Told, options: &Options) -> Report {
        let mut noticed = Noticed::default();
        let shape = &self.shape;
        let by_line = |mut words: Vec<Word>| {
            words.sort_by_key(|word| word.line);
            words
        };
        for word in by_line(told.words) {
            let (unknown, blank) = match shape.holds {
                Holds::Accounts => sort(&shape.accounts.read(&Same(&word.text), &shape.names), shape.accounts.decides()),
                Holds::People => sort(&shape.people.read(&Same(&word.text), &shape.names), shape.people.decides()),
            };
            if let Some(text) = unknown {
                noticed.unknown_words(&text, word.line, word.count);
            }
            if blank {
                noticed.blank_statuses(word.line, word.count);
            }
        }
        for word in by_line(told.kinds) {
            if let Some(text) = values::text(&word.text)
                && shape.kinds.iter().any(super::states::KindSign::by_words)
                && shape.kind_word(text).is_none()
            {
                noticed.unknown_kinds(text, word.line, word.count);
            }
        }
        noticed.numbers(told.widths, told.leading_zeros);
        if let Ok(date) = jiff::civil::Date::new(
            (told.newest_login / 10_000) as i16,
            (told.newest_login / 100 % 100) as i8,
            (told.newest_login % 100) as i8,
        ) && told.newest_login > 0
        {
            noticed.login(date);
        }
        if let Some((count, line, label)) = told.no_address {
            noticed.no_addresses(line, &label, count);
        }
        if let Some((count, line)) = told.repeated_headers {
            noticed.headers_again(line, count);
        }
        let report = Report {
            records: told.records,
            people: told.people,
            ended: told.ended,
            accounts: told.accounts,
            with_access: told.with_access,
            set_aside: told.set_aside,
            set_aside_count: told.set_aside_count,
            ..Report::default()
        };
        Reading::over(self.clone(), noticed, report, told.rows, options).finish()
    }

    /// The same by reading all of it again row by row: for a file in which something came that can't be told on the way past.
    ///
    /// # Errors
    /// CSV-001 if the file can't be read.
    pub fn report_slowly(&self, options: &Options) -> Result<Report, Diagnostic> {
        let mut reading = Reading::of(vec![self.clone()], options)?;
        drain(&mut reading, drop)?;
        Ok(reading.finish())
    }
}

/// A word that is not known, and whether nothing stands there.
fn sort<T>(said: &Said<T>, decides: bool) -> (Option<String>, bool) {
    match said {
        Said::Known { .. } => (None, false),
        Said::Unknown { word } => (Some(word.clone()), false),
        Said::Silent => (None, decides),
    }
}

/// Whether a cell is an employee number about which nothing is to be noticed: neither damaged nor written like `17.0`.
pub(super) fn is_quiet_number(cell: &str, codes: bool) -> bool {
    match values::number(cell, codes) {
        Number::Nothing => true,
        Number::Damaged(_) => false,
        Number::Is(number) => {
            !number.bytes().all(|b| b.is_ascii_digit())
                && !number.strip_suffix(".0").is_some_and(|whole| whole.bytes().all(|b| b.is_ascii_digit()))
        }
    }
}
