//! What is noticed on the way past: enough to say of a file what a full read says, without a second look at its rows.
//!
//! What can't be told in one pass (dates that read two ways, damaged numbers, totals) makes the file unsure: then it is read again.

use usher_connect::csv::record::Record;
use usher_connect::csv::simple::{Dated, Keyless, Meaning, SimpleShape};
use usher_connect::csv::told::{Told, Width};

/// Lengths of numbers that are kept apart; longer ones are not plain.
const WIDTHS: usize = 16;

/// Numbers of one length that are shown.
const SHOWN: usize = 3;

/// What was noticed in a file or a part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Watch {
    widths: [u64; WIDTHS],
    first: Vec<(u64, String)>,
    leading_zeros: bool,
    newest_login: u32,
    /// A cell that is no date, as it came last: `Never logged in` comes often.
    never: Vec<u8>,
    no_address: Option<(u64, u64, String)>,
    repeated_headers: Option<(u64, u64)>,
    /// Something came that takes a second look.
    pub(super) unsure: bool,
}

impl Watch {
    /// Takes an employee number that is digits only.
    #[inline]
    pub(super) fn digits(&mut self, number: &[u8], line: u64) {
        self.leading_zeros |= number.first() == Some(&b'0');
        if let Some(count) = self.widths.get_mut(number.len()) {
            *count += 1;
            if *count <= SHOWN as u64 {
                self.first.push((line, String::from_utf8_lossy(number).into_owned()));
            }
        }
    }

    /// Takes one that is not plain.
    #[cold]
    pub(super) fn odd_number(&mut self, cell: &[u8], meaning: &dyn Meaning) {
        self.unsure |= !meaning.quiet_number(&String::from_utf8_lossy(cell));
    }

    /// Looks at the dates of a row.
    #[inline]
    pub(super) fn dates(&mut self, record: &Record<'_>, shape: &SimpleShape) {
        for (column, sign_in) in &shape.dates {
            let cell = record.value(*column);
            if cell.is_empty() {
                continue;
            }
            let day = match iso_day(&cell) {
                Some(day) => day,
                None if *self.never == *cell => 0,
                None => self.odd_date(&cell, shape.meaning.as_ref()),
            };
            if *sign_in {
                self.newest_login = self.newest_login.max(day);
            }
        }
    }

    #[cold]
    fn odd_date(&mut self, cell: &[u8], meaning: &dyn Meaning) -> u32 {
        match meaning.date(&String::from_utf8_lossy(cell)) {
            Dated::Day(day) => return day,
            Dated::Nothing => {
                self.never.clear();
                self.never.extend_from_slice(cell);
            }
            Dated::Unsure => self.unsure = true,
        }
        0
    }

    /// Takes an account without an address.
    #[cold]
    pub(super) fn no_address(&mut self, record: &Record<'_>, meaning: &dyn Meaning) {
        match &mut self.no_address {
            Some((count, ..)) => *count += 1,
            None => self.no_address = Some((1, record.line, meaning.label(record))),
        }
    }

    /// Takes a row that is none.
    #[cold]
    pub(super) fn no_row(&mut self, what: Keyless, line: u64) {
        match what {
            Keyless::Header => {
                let (count, _) = self.repeated_headers.get_or_insert((0, line));
                *count += 1;
            }
            // What a total says is compared with all rows, and it is none if rows follow it.
            Keyless::Footer => self.unsure = true,
            Keyless::Row | Keyless::Skip | Keyless::Aside => {}
        }
    }

    /// Adds the next part of the same file, which begins after so many lines.
    pub(super) fn append(&mut self, part: Watch, lines: u64) {
        for (mine, more) in self.widths.iter_mut().zip(part.widths) {
            *mine += more;
        }
        for (line, number) in part.first {
            if self.first.iter().filter(|(_, known)| known.len() == number.len()).count() < SHOWN {
                self.first.push((line + lines, number));
            }
        }
        self.leading_zeros |= part.leading_zeros;
        self.newest_login = self.newest_login.max(part.newest_login);
        self.unsure |= part.unsure;
        if let Some((more, line, label)) = part.no_address {
            let (count, ..) = self.no_address.get_or_insert((0, line + lines, label));
            *count += more;
        }
        if let Some((more, line)) = part.repeated_headers {
            let (count, _) = self.repeated_headers.get_or_insert((0, line + lines));
            *count += more;
        }
        self.never.clear();
    }

    /// What is to be told of it, beside what was counted.
    pub(super) fn told(&self) -> Told {
        let width = |(length, count): (usize, &u64)| Width {
            count: *count,
            first: self.first.iter().filter(|(_, number)| number.len() == length).take(SHOWN).cloned().collect(),
        };
        Told {
            widths: self.widths.iter().enumerate().map(width).collect(),
            leading_zeros: self.leading_zeros,
            newest_login: self.newest_login,
            no_address: self.no_address.clone(),
            repeated_headers: self.repeated_headers,
            ..Told::default()
        }
    }
}

/// `2026-11-25`, alone or with a time in UTC, as 20261125. Anything else takes a closer look.
#[inline]
fn iso_day(cell: &[u8]) -> Option<u32> {
    let (date, clock) = cell.split_first_chunk::<10>()?;
    let digit = |at: usize| u32::from(date[at].wrapping_sub(b'0'));
    let digits = [0, 1, 2, 3, 5, 6, 8, 9].iter().all(|at| digit(*at) <= 9);
    let (year, month, day) =
        (digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3), digit(5) * 10 + digit(6), digit(8) * 10 + digit(9));
    let days = if month == 2 { 28 } else { 30 + u32::from(month < 8) * (month % 2) + u32::from(month >= 8) * (1 - month % 2) };
    let sound = digits
        && date[4] == b'-'
        && date[7] == b'-'
        && (1971..2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days).contains(&day)
        && (clock.is_empty() || is_clock(clock));
    sound.then_some(year * 10_000 + month * 100 + day)
}

/// `T09:30:00Z`, ` 09:30:00.123`, `Z` or not.
fn is_clock(text: &[u8]) -> bool {
    let [b'T' | b' ', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else { return false };
    let within = |tens: u8, ones: u8, most: u8| tens.is_ascii_digit() && ones.is_ascii_digit() && (tens - b'0') * 10 + (ones - b'0') < most;
    let rest = rest.strip_suffix(b"Z").unwrap_or(rest);
    let fraction = match rest {
        [] => true,
        [b'.', digits @ ..] => (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    within(*h1, *h2, 24) && within(*m1, *m2, 60) && within(*s1, *s2, 60) && fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_day_is_read_and_others_get_a_closer_look() {
        for (cell, day) in [
            ("2026-11-25", Some(20_261_125)),
            ("2024-01-31", Some(20_240_131)),
            ("2024-12-05T03:32:11Z", Some(20_241_205)),
            ("2008-08-31 22:21:32", Some(20_080_831)),
            ("2022-06-23T18:53:09.064Z", Some(20_220_623)),
            ("2024-02-29", None),
            ("2023-04-31", None),
            ("2023-13-01", None),
            ("2023-00-01", None),
            ("2023/04/01", None),
            ("0000-00-00", None),
            ("1970-01-01", None),
            ("2024-12-05T23:32:11-05:00", None),
            ("2024-12-05T25:32:11Z", None),
            ("Never logged in", None),
            ("", None),
        ] {
            assert_eq!(iso_day(cell.as_bytes()), day, "{cell}");
        }
    }
}
