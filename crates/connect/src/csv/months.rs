//! The day in a text without its time: numbers, separators and month names in seven languages.

use jiff::civil::Date;

/// What a text without a time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    /// This day.
    One(Date),
    /// `03/04/2026`: day and month can be read either way.
    Two {
        /// The first number.
        first: i8,
        /// The second number.
        second: i8,
        /// The year.
        year: i16,
        /// The day that `26/03/04` is where the year comes first.
        year_first: Option<Date>,
    },
    /// `00.00.0000`: none.
    Zero,
}

#[derive(Clone, Copy)]
enum Part {
    Number { value: i32, digits: usize },
    Month(i8),
}

/// Reads `2026/09/03`, `3 Jan 2024`, `15-Mar-21`, `01.12.2026`, `13-01-2020`, `Mar 15, 2021`, `3 de enero de 2024`, `2026年11月24日`.
pub(crate) fn read_day(text: &str, today: Option<Date>) -> Option<Day> {
    let mut parts: [Option<Part>; 3] = [None; 3];
    let mut separators = [' '; 2];
    let mut count = 0;
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let end = rest.bytes().take_while(u8::is_ascii_digit).count();
            let digits = rest.get(..end)?;
            *parts.get_mut(count)? = Some(Part::Number { value: digits.parse().ok()?, digits: end });
            count += 1;
            rest = rest.get(end..)?;
        } else if c.is_alphabetic() && !matches!(c, '年' | '月' | '日') {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let word = rest.get(..end)?;
            rest = rest.get(end..)?;
            if is_noise(word) {
                continue;
            }
            *parts.get_mut(count)? = Some(Part::Month(month(word)?));
            count += 1;
        } else {
            let visible = !c.is_whitespace() && c != ',';
            if let Some(slot) = count.checked_sub(1).and_then(|i| separators.get_mut(i))
                && (visible || *slot == ' ')
            {
                *slot = if visible { c } else { ' ' };
            }
            if visible && !matches!(c, '/' | '-' | '.' | '年' | '月' | '日' | '–' | '\'') {
                return None;
            }
            rest = rest.get(c.len_utf8()..)?;
        }
    }
    let [Some(a), Some(b), Some(c)] = parts else { return None };
    match (a, b, c) {
        (Part::Number { value: d, digits }, Part::Month(m), Part::Number { value: y, digits: year_digits }) => {
            if digits == 4 {
                one(d, i32::from(m), y, 4, today)
            } else {
                one(y, i32::from(m), d, year_digits, today)
            }
        }
        (Part::Month(m), Part::Number { value: d, .. }, Part::Number { value: y, digits }) => one(y, i32::from(m), d, digits, today),
        (Part::Number { value: y, digits: 4 }, Part::Number { value: d, .. }, Part::Month(m)) => one(y, i32::from(m), d, 4, today),
        (Part::Number { value: a, digits: da }, Part::Number { value: b, digits: db }, Part::Number { value: c, digits: dc }) => {
            if a == 0 && b == 0 && c == 0 {
                return Some(Day::Zero);
            }
            if da == 4 {
                return one(a, b, c, 4, today);
            }
            if da > 2 || db > 2 || !(dc == 4 || dc == 2) {
                return None;
            }
            if dc == 2 && a > 31 {
                return one(a, b, c, 2, today);
            }
            if separators == ['.', '.'] {
                return one(c, b, a, dc, today);
            }
            let year = full_year(c, dc, today)?;
            let year_first = (dc == 2 && da == 2).then(|| one(a, b, c, 2, today)).flatten();
            let year_first = match year_first {
                Some(Day::One(date)) => Some(date),
                _ => None,
            };
            Some(Day::Two { first: i8::try_from(a).ok()?, second: i8::try_from(b).ok()?, year, year_first })
        }
        _ => None,
    }
}

fn one(year: i32, month: i32, day: i32, digits: usize, today: Option<Date>) -> Option<Day> {
    let year = full_year(year, digits, today)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(Day::One)
}

/// Two digits: not more than ten years ahead of today.
fn full_year(year: i32, digits: usize, today: Option<Date>) -> Option<i16> {
    let year = match digits {
        2 => {
            let newest = today.map_or(2060, |d| i32::from(d.year()) + 10);
            let century = newest - newest.rem_euclid(100);
            if century + year <= newest { century + year } else { century - 100 + year }
        }
        4 => year,
        _ => return None,
    };
    i16::try_from(year).ok()
}

/// Weekdays, articles and ordinals around a date.
fn is_noise(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "de" | "del"
            | "of"
            | "the"
            | "den"
            | "le"
            | "il"
            | "st"
            | "nd"
            | "rd"
            | "th"
            | "er"
            | "mon"
            | "tue"
            | "tues"
            | "wed"
            | "thu"
            | "thur"
            | "thurs"
            | "fri"
            | "sat"
            | "sun"
            | "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "mo"
            | "di"
            | "mi"
            | "do"
            | "fr"
            | "sa"
            | "so"
    )
}

/// English, German, French, Spanish, Portuguese, Italian, Dutch: full names and the abbreviations in use.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "januar", "jänner", "jän", "janvier", "janv", "enero", "ene", "janeiro", "gennaio", "gen", "genn", "januari"],
    &[
        "feb",
        "february",
        "februar",
        "février",
        "fevrier",
        "févr",
        "fevr",
        "fév",
        "fev",
        "febrero",
        "fevereiro",
        "febbraio",
        "febbr",
        "februari",
    ],
    &["mar", "march", "märz", "maerz", "mär", "mrz", "mars", "marzo", "março", "marco", "maart", "mrt"],
    &["apr", "april", "avril", "avr", "abril", "abr", "aprile"],
    &["may", "mai", "mayo", "maio", "maggio", "mag", "magg", "mei"],
    &["jun", "june", "juni", "juin", "junio", "junho", "giugno", "giu"],
    &["jul", "july", "juli", "juillet", "juil", "julio", "julho", "luglio", "lug"],
    &["aug", "august", "août", "aout", "aoû", "agosto", "ago", "augustus"],
    &["sep", "sept", "september", "septembre", "septiembre", "setiembre", "setembro", "set", "settembre", "sett"],
    &["oct", "october", "oktober", "okt", "octobre", "octubre", "outubro", "out", "ottobre", "ott"],
    &["nov", "november", "novembre", "noviembre", "novembro"],
    &["dec", "december", "dezember", "dez", "décembre", "decembre", "déc", "diciembre", "dic", "dezembro", "dicembre"],
];

fn month(word: &str) -> Option<i8> {
    let low = word.to_lowercase();
    MONTHS.iter().position(|names| names.contains(&low.as_str())).and_then(|i| i8::try_from(i + 1).ok())
}
