//! Dates in cells: one order a file, decided by all of its date cells together (csv-exports.md §3, Dates).
//!
//! A cell alone never decides between 03/04/2026 and 04/03/2026: see [`super::order`].

use jiff::civil::{Date, DateTime};
use usher_domain::time::Time;

use super::header::squash;
use super::months;
use super::order::Order;

/// A day, perhaps with a time and an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: DateTime,
    /// It stood there as a spreadsheet's serial number.
    pub(crate) serial: bool,
    /// Seconds east of UTC; `None`: the cell doesn't say, UTC is taken.
    pub(crate) offset: Option<i32>,
}

impl Moment {
    fn day(date: Date) -> Moment {
        Moment { at: date.at(0, 0, 0, 0), serial: false, offset: None }
    }

    /// As a point in time; without an offset it is read as UTC.
    pub(crate) fn time(&self) -> Option<Time> {
        let utc = jiff::tz::TimeZone::UTC.to_timestamp(self.at).ok()?;
        Some(Time::from(utc).plus_seconds(-i64::from(self.offset.unwrap_or(0))))
    }
}

/// What one cell says, before the file's order is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Empty, `Never logged in`, `00.00.0000`: no date.
    Never,
    /// One reading only.
    Is(Moment),
    /// `03/04/2026`: depends on the order. The date in `rest` is a stand-in.
    Either { first: i8, second: i8, year_first: Option<Date>, rest: Moment },
    /// Something stands there that is no date.
    Bad,
}

/// What a cell means under the file's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// No date.
    Never,
    /// This one.
    At(Moment),
    /// Two readings, and nothing decides.
    Open,
    /// Not a date.
    Bad,
}

impl Cell {
    pub(crate) fn ordered(first: i8, second: i8, rest: Moment, order: Order) -> Option<Moment> {
        let (day, month) = match order {
            Order::DayFirst => (first, second),
            Order::MonthFirst => (second, first),
            Order::YearFirst => return None,
        };
        let date = Date::new(rest.at.year(), month, day).ok()?;
        Some(Moment { at: date.to_datetime(rest.at.time()), ..rest })
    }

    /// The cell read under an order; without one, only cells that read alike either way have a meaning.
    pub(crate) fn read(self, order: Option<Order>) -> Reading {
        match self {
            Cell::Never => Reading::Never,
            Cell::Is(moment) => Reading::At(moment),
            Cell::Bad => Reading::Bad,
            Cell::Either { first, second, year_first, rest } => match order {
                Some(Order::YearFirst) => {
                    year_first.map_or(Reading::Bad, |date| Reading::At(Moment { at: date.to_datetime(rest.at.time()), ..rest }))
                }
                Some(order) => Cell::ordered(first, second, rest, order).map_or(Reading::Bad, Reading::At),
                None if first == second => Cell::ordered(first, second, rest, Order::DayFirst).map_or(Reading::Bad, Reading::At),
                None => Reading::Open,
            },
        }
    }
}

/// Whether the text can only be a date (header detection): numbers alone don't count.
pub(crate) fn is_date(text: &str) -> bool {
    let text = text.trim();
    text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| !b.is_ascii_digit() && b != b'.')
        && matches!(cell(text, None), Cell::Is(_) | Cell::Either { .. })
}

/// Reads one cell of a date column. `today` bends two-digit years: not more than ten years ahead.
pub(crate) fn cell(text: &str, today: Option<Date>) -> Cell {
    let text = super::values::unwrap_cell(text);
    if let Some(date) = iso(text) {
        return date;
    }
    if never(text) {
        return Cell::Never;
    }
    if text.len() > 60 {
        return Cell::Bad;
    }
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().filter(|b| *b == b'.').count() <= 1 {
        return numeric(text);
    }
    let (date, clock) = match split_clock(text) {
        Split::None => (text, None),
        Split::At(date, clock) => match read_clock(clock) {
            Some(clock) => (date, Some(clock)),
            None => return Cell::Bad,
        },
    };
    match months::read_day(date, today) {
        Some(months::Day::One(day)) => placed(Cell::Is(with_clock(day, clock))),
        Some(months::Day::Two { first, second, year, year_first }) => {
            // The stand-in day must exist in every year and month.
            let Ok(stand_in) = Date::new(year, 1, 1) else { return Cell::Bad };
            let readable = Cell::ordered(first, second, Moment::day(stand_in), Order::DayFirst).is_some()
                || Cell::ordered(first, second, Moment::day(stand_in), Order::MonthFirst).is_some()
                || year_first.is_some();
            if readable { Cell::Either { first, second, year_first, rest: with_clock(stand_in, clock) } } else { Cell::Bad }
        }
        Some(months::Day::Zero) => Cell::Never,
        None => Cell::Bad,
    }
}

/// Dates that stand for "none": the zero points of calendars and clocks.
fn placed(cell: Cell) -> Cell {
    match cell {
        Cell::Is(m) if matches!((m.at.year(), m.at.month(), m.at.day()), (1 | 1900 | 1601 | 1970, 1, 1)) => Cell::Never,
        other => other,
    }
}

/// `2026-11-30` at once: most exports of machines have it.
fn iso(text: &str) -> Option<Cell> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let date: Date = text.parse().ok()?;
    Some(placed(Cell::Is(Moment::day(date))))
}

/// `Never logged in`, `Nie`, `-`, empty, "unlimited": no date, as opposed to one that can't be read.
fn never(text: &str) -> bool {
    super::values::is_nothing(text)
        || (text.len() <= 40 && !text.bytes().any(|b| (b'1'..=b'9').contains(&b)) && {
            let word = squash(text);
            word.bytes().all(|b| b == b'0')
                || word.starts_with("never")
                || matches!(
                    word.as_str(),
                    "nie"
                        | "jamais"
                        | "nunca"
                        | "mai"
                        | "nooit"
                        | "noch nie"
                        | "nochnie"
                        | "nvt"
                        | "unbefristet"
                        | "unlimited"
                        | "indefinite"
                        | "permanent"
                        | "indefinido"
                        | "indeterminato"
                        | "onbepaald"
                        | "cdi"
                        | "open"
                        | "present"
                        | "current"
                        | "nodata"
                        | "noactivity"
                )
        })
}

/// Unix seconds or milliseconds (10 or 13 digits), a spreadsheet's serial day (20000 to 60000), `20261130`.
fn numeric(text: &str) -> Cell {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Ok(value) = whole.parse::<i64>() else { return Cell::Bad };
    if value == 0 {
        return Cell::Never;
    }
    let unix = |seconds: i64| {
        let stamp = jiff::Timestamp::from_second(seconds).ok()?;
        Some(Cell::Is(Moment { at: jiff::tz::TimeZone::UTC.to_datetime(stamp), serial: false, offset: Some(0) }))
    };
    let read = match whole.len() {
        10 => unix(value),
        13 => unix(value / 1000),
        8 if fraction.is_empty() => {
            let part = |range: std::ops::Range<usize>| whole.get(range).and_then(|t| t.parse::<i16>().ok()).unwrap_or(-1);
            let day = i8::try_from(part(6..8)).ok().zip(i8::try_from(part(4..6)).ok());
            day.and_then(|(day, month)| Date::new(part(0..4), month, day).ok()).map(|d| placed(Cell::Is(Moment::day(d))))
        }
        5 if (20_000..=60_000).contains(&value) => jiff::civil::date(1899, 12, 30)
            .checked_add(jiff::Span::new().days(value))
            .ok()
            .map(|d| Cell::Is(Moment { serial: true, ..Moment::day(d) })),
        _ => None,
    };
    read.unwrap_or(Cell::Bad)
}

enum Split<'a> {
    None,
    At(&'a str, &'a str),
}

/// Cuts `date time`: the time begins at the digits before the first `:`.
fn split_clock(text: &str) -> Split<'_> {
    let Some(colon) = text.find(':') else { return Split::None };
    let before = text.get(..colon).unwrap_or_default();
    let hour = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    let start = colon - hour;
    if hour == 0 || start == 0 {
        return Split::None;
    }
    let date = text.get(..start).unwrap_or_default();
    let date = date.trim_end_matches(|c: char| c.is_whitespace() || c == ',');
    let date = match date.strip_suffix(['T', 't']) {
        Some(cut) if cut.ends_with(|c: char| c.is_ascii_digit()) => cut,
        _ => date,
    };
    Split::At(date, text.get(start..).unwrap_or_default())
}

struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    offset: Option<i32>,
}

fn with_clock(day: Date, clock: Option<Clock>) -> Moment {
    match clock {
        None => Moment::day(day),
        Some(c) => Moment { at: day.at(c.hour, c.minute, c.second, 0), serial: false, offset: c.offset },
    }
}

/// `08:14`, `08:14:55.123`, `1:25:31 PM`, with `Z`, `UTC`, `+09:00`. A zone's name without an offset is not read: UTC is taken.
fn read_clock(text: &str) -> Option<Clock> {
    let mut rest = text.trim();
    let mut take = |separator: bool| -> Option<i8> {
        if separator {
            rest = rest.strip_prefix(':')?;
        }
        let end = rest.bytes().take_while(u8::is_ascii_digit).count();
        let value = rest.get(..end).filter(|d| (1..=2).contains(&d.len()))?.parse().ok()?;
        rest = rest.get(end..).unwrap_or_default();
        Some(value)
    };
    let mut hour = take(false)?;
    let minute = take(true)?;
    let second = take(true).unwrap_or(0);
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let tail = rest.trim_start();
    let low = tail.to_ascii_lowercase();
    let (half, tail) = if low.starts_with("am") || low.starts_with("pm") {
        (low.get(..1).map(str::to_owned), tail.get(2..).unwrap_or_default())
    } else if low.starts_with("a.m.") || low.starts_with("p.m.") {
        (low.get(..1).map(str::to_owned), tail.get(4..).unwrap_or_default())
    } else {
        (None, tail)
    };
    match half.as_deref() {
        Some("p") if hour < 12 => hour += 12,
        Some("a") if hour == 12 => hour = 0,
        _ => {}
    }
    let offset = read_offset(tail.trim())?;
    ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second)).then_some(Clock {
        hour,
        minute,
        second: second.min(59),
        offset,
    })
}

/// `Some(None)`: no offset stands there; `None`: it can't be read.
fn read_offset(text: &str) -> Option<Option<i32>> {
    let text = text.trim_start_matches('(').trim_end_matches(')');
    if text.is_empty() {
        return Some(None);
    }
    if ["z", "utc", "gmt"].iter().any(|zero| text.eq_ignore_ascii_case(zero)) {
        return Some(Some(0));
    }
    let bare = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let sign = match bare.chars().next()? {
        '+' => 1,
        '-' | '−' => -1,
        c if c.is_alphabetic() && bare.len() <= 6 => return Some(None),
        _ => return None,
    };
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests;
