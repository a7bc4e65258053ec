//! Cells to keys and words to meanings, without an allocation where a cell is as plain as most are.

use std::borrow::Cow;

use usher_connect::csv::record::Record;
use usher_connect::csv::simple::{Keyless, Meaning, SimpleShape};
use usher_reconcile::correlate;

use super::address;
use super::watch::Watch;

const AT: u8 = 1;
/// A byte that may part addresses, wrap one, or quote a cell.
const ODD: u8 = 2;
const DASH: u8 = 4;
const HIGH: u8 = 8;
const PLUS: u8 = 16;

/// What each byte says about a cell that should be an address.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        classes[i] = match i as u8 {
            b'@' => AT,
            b'-' => DASH,
            b'+' => PLUS,
            0..=b' ' | 0x7f | b',' | b';' | b'|' | b'<' | b'>' | b':' | b'"' | b'#' | b'(' | b')' | b'[' | b']' | b'=' | b'\\' => ODD,
            128..=255 => HIGH,
            _ => 0,
        };
        i += 1;
    }
    classes
};

/// What a cell that should hold an address holds.
pub(super) enum Cell {
    /// One address; it was appended, folded.
    Address,
    /// Nothing that could be one.
    Nothing,
    /// It takes a closer look.
    Odd,
}

/// Appends the address of a plain cell.
#[inline]
pub(super) fn plain_address(cell: &[u8], out: &mut Vec<u8>) -> Cell {
    let cell = cell.trim_ascii();
    let looks = address::look(cell);
    if looks.ats == 0 && looks.plain {
        return Cell::Nothing;
    }
    if !looks.plain {
        return less_plain_address(cell, out);
    }
    if looks.ats != 1 || matches!(cell, [b'@' | b'\'', ..] | [.., b'@']) || (looks.dash && odd_domain(cell)) {
        return Cell::Odd;
    }
    address::append(cell, out);
    Cell::Address
}

/// The same for a cell with bytes that few addresses have.
fn less_plain_address(cell: &[u8], out: &mut Vec<u8>) -> Cell {
    let (mut seen, mut ats) = (0, 0_u32);
    for byte in cell {
        let class = CLASSES[*byte as usize];
        seen |= class;
        ats += u32::from(class & AT);
    }
    if ats == 0 {
        return Cell::Nothing;
    }
    if ats != 1 || seen & ODD != 0 || matches!(cell, [b'\'' | b'@' | b'+', ..] | [.., b'@']) {
        return Cell::Odd;
    }
    let start = out.len();
    if seen & HIGH != 0 {
        // Letters of Western Europe before the `@` are folded here; others, and a `+` beside them, take a closer look.
        return if seen & PLUS == 0 && !(seen & DASH != 0 && odd_domain(cell)) && fold_western(cell, out) {
            Cell::Address
        } else {
            out.truncate(start);
            Cell::Odd
        };
    }
    if seen & (DASH | PLUS) != 0 && odd_domain(cell) {
        return Cell::Odd;
    }
    out.extend_from_slice(cell);
    if let Some(key) = out.get_mut(start..) {
        key.make_ascii_lowercase();
    }
    Cell::Address
}

/// Appends an address folded, if what it has beyond ASCII are composed letters from À to ÿ before the `@`. Else false.
fn fold_western(cell: &[u8], out: &mut Vec<u8>) -> bool {
    let mut rest = cell;
    let mut domain = false;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (*byte, after) {
            (0xc3, [second, more @ ..]) if !domain => {
                out.push(0xc3);
                out.push(match second {
                    // × is no letter, and ß is two letters.
                    0x97 | 0x9f => return false,
                    0x80..=0x9e => second + 0x20,
                    0xa0..=0xbf => *second,
                    _ => return false,
                });
                rest = more;
            }
            (0x80.., _) => return false,
            (byte, _) => {
                domain |= byte == b'@';
                out.push(byte.to_ascii_lowercase());
            }
        }
    }
    true
}

/// A domain that takes a closer look: an international one in its ASCII form, or two addresses parted by a plus.
fn odd_domain(address: &[u8]) -> bool {
    let domain = address.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    domain.contains(&b'+') || domain.windows(4).any(|four| four.eq_ignore_ascii_case(b"xn--"))
}

/// Gives each address of a cell that takes a closer look, folded as [`correlate::address`] folds.
#[cold]
pub(super) fn each_odd_address(cell: &[u8], meaning: &dyn Meaning, each: &mut dyn FnMut(&str)) {
    meaning.addresses(&String::from_utf8_lossy(cell), &mut |raw| {
        if let Some(key) = correlate::address(raw) {
            each(&key);
        }
    });
}

/// The login's key: appended if the login is no address. True if it is one, and so has to be read as an address.
#[inline]
pub(super) fn login(cell: &[u8], out: &mut Vec<u8>) -> bool {
    if cell.contains(&b'@') {
        return true;
    }
    let cell = cell.trim_ascii();
    if cell.is_ascii() {
        let start = out.len();
        out.extend_from_slice(cell);
        if let Some(key) = out.get_mut(start..) {
            key.make_ascii_lowercase();
        }
    } else {
        out.extend_from_slice(usher_domain::text::fold(&String::from_utf8_lossy(cell)).as_bytes());
    }
    false
}

/// Appends the address that a login is. It is one text, however it looks.
pub(super) fn login_address(cell: &[u8], out: &mut Vec<u8>) {
    if let Cell::Odd = plain_address(cell, out)
        && !cell.windows(5).any(|five| five == b"#EXT#")
        && let Some(key) = correlate::address(&String::from_utf8_lossy(cell))
    {
        out.extend_from_slice(key.as_bytes());
    }
}

/// The employee number of a cell: trimmed, then exact. What is to be noticed of it goes to `watch`.
#[inline]
pub(super) fn number<'a>(cell: &'a [u8], line: u64, meaning: &dyn Meaning, watch: &mut Watch) -> Option<Cow<'a, [u8]>> {
    let trimmed = cell.trim_ascii();
    if trimmed.is_empty() {
        return None;
    }
    match is_plain_number(trimmed) {
        Plain::Digits => watch.digits(trimmed, line),
        Plain::Code => {}
        Plain::No => {
            watch.odd_number(trimmed, meaning);
            return odd_number(trimmed, meaning).map(|number| Cow::Owned(number.into_bytes()));
        }
    }
    Some(Cow::Borrowed(trimmed))
}

/// How plainly a cell is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Digits,
    Code,
    No,
}

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
const EXPONENT: u8 = 4;
const POINT: u8 = 8;
const STRANGE: u8 = 16;

/// What each byte says about a cell that should be a number or an id.
const NUMBERS: [u8; 256] = {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        classes[i] = match i as u8 {
            b'0'..=b'9' => DIGIT,
            b'e' | b'E' => LETTER | EXPONENT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'-' | b'_' | b'.' | b':' | b'/' | b'@' | b'|' | b'+' => POINT,
            _ => STRANGE,
        };
        i += 1;
    }
    classes
};

#[inline]
fn seen(cell: &[u8]) -> u8 {
    cell.iter().fold(0, |seen, byte| seen | NUMBERS[*byte as usize])
}

/// Longer ones, those with an E after digits and those with other characters may be damaged by a spreadsheet or quoted for one; one
/// without a digit may be a word for none.
#[inline]
fn is_plain_number(cell: &[u8]) -> Plain {
    let seen = seen(cell);
    let code = cell.first().is_some_and(u8::is_ascii_alphabetic);
    match cell.len() < 15 && seen & (POINT | STRANGE) == 0 && seen & DIGIT != 0 && (seen & EXPONENT == 0 || code) {
        true if seen == DIGIT => Plain::Digits,
        true => Plain::Code,
        false => Plain::No,
    }
}

/// Whether a cell is an id as it stands: no word for none, no quoting and no damage of a spreadsheet.
#[inline]
pub(super) fn is_plain_id(cell: &[u8]) -> bool {
    let seen = seen(cell);
    let damaged = seen & EXPONENT != 0 && cell.len() <= 24 && cell.first().is_some_and(u8::is_ascii_digit);
    seen & STRANGE == 0 && seen & DIGIT != 0 && !damaged && (seen != DIGIT || cell.len() <= 15)
}

#[cold]
fn odd_number(cell: &[u8], meaning: &dyn Meaning) -> Option<String> {
    let number = meaning.number(&String::from_utf8_lossy(cell))?;
    let trimmed = number.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Whether no cell of the row that could hold a key holds anything like one.
fn has_no_key(row: &Record<'_>, shape: &SimpleShape) -> bool {
    let blank = |column: &usize| row.value(*column).trim_ascii().is_empty();
    let no_address = |column: &usize| !row.value(*column).contains(&b'@');
    shape.number.iter().all(blank) && shape.emails.iter().chain(&shape.personal).chain(&shape.login).all(no_address)
}

/// Whether a row without an address can be nothing but a row: its first cell has digits and no letter, as no header and no footer has,
/// and is its own id, or a number stands elsewhere.
#[inline]
pub(super) fn plainly_a_row(row: &Record<'_>, shape: &SimpleShape) -> bool {
    let first = row.value(0);
    seen(&first) & (DIGIT | LETTER | STRANGE) == DIGIT
        && (shape.id == Some(0) && !shape.id_folds
            || shape.number.is_some_and(|column| is_plain_number(row.value(column).trim_ascii()) != Plain::No))
}

/// What a row without an address is, if it is none.
#[cold]
pub(super) fn no_row(row: &Record<'_>, shape: &SimpleShape) -> Option<Keyless> {
    match shape.meaning.keyless(row) {
        Keyless::Row => row.is_blank().then_some(Keyless::Skip),
        Keyless::Aside => has_no_key(row, shape).then_some(Keyless::Aside),
        what => Some(what),
    }
}

/// Whether no cell of the row that could hold an address does.
pub(super) fn has_no_address(row: &Record<'_>, shape: &SimpleShape) -> bool {
    !shape.emails.iter().chain(&shape.personal).chain(&shape.login).any(|column| row.value(*column).contains(&b'@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_cell_is_folded_as_every_address_is_and_others_get_a_closer_look() {
        let cases: [(&str, Option<&str>, bool); 25] = [
            (" Ana.R@Corp.Example ", Some("ana.r@corp.example"), false),
            ("ana+x@corp.example", Some("ana+x@corp.example"), false),
            ("o'brien@my-corp.example", Some("o'brien@my-corp.example"), false),
            ("-", None, false),
            ("", None, false),
            ("n/a", None, false),
            ("a@x, b@y", None, true),
            ("SMTP:a@x", None, true),
            ("Ana <a@x>", None, true),
            ("'a@x", None, true),
            ("=\"a@x\"", None, true),
            ("@x", None, true),
            ("a@xn--bcher-kva.example", None, true),
            ("GÜl.Æ@corp.example", Some("gül.æ@corp.example"), false),
            ("Gu\u{308}l@corp.example", None, true),
            ("weiß@corp.example", None, true),
            ("a×b@corp.example", None, true),
            ("zoë@bücher.example", None, true),
            ("čapek@corp.example", None, true),
            ("gül\u{a0}x@corp.example", None, true),
            (
                "Anna-Maria.LongName_0123456789@Department.Corp.Example",
                Some("anna-maria.longname_0123456789@department.corp.example"),
                false,
            ),
            (
                "a.very.long.name.that.goes.on.and.on.and.on.and.on.and.on.and.on.and.on@corp.example",
                Some("a.very.long.name.that.goes.on.and.on.and.on.and.on.and.on.and.on.and.on@corp.example"),
                false,
            ),
            ("a@b@Corp.Example.With.More", None, true),
            ("4@x", Some("4@x"), false),
            ("a@x+b", None, true),
        ];
        for (cell, key, odd) in cases {
            let mut out = Vec::new();
            let got = plain_address(cell.as_bytes(), &mut out);
            assert_eq!(matches!(got, Cell::Odd), odd, "{cell}");
            assert_eq!(out, key.unwrap_or_default().as_bytes(), "{cell}");
            assert!(odd || key.map(str::to_owned) == correlate::address(cell), "{cell}");
        }
    }

    #[test]
    fn a_number_that_a_spreadsheet_may_have_changed_gets_a_closer_look() {
        for (plain, how) in
            [("00017", Plain::Digits), ("17", Plain::Digits), ("EMP001", Plain::Code), ("E17", Plain::Code), ("A1B2", Plain::Code)]
        {
            assert_eq!(is_plain_number(plain.as_bytes()), how, "{plain}");
        }
        for odd in ["1,2E+05", "7E10442", "123456789012345", "none", "na", "-", "=\"00017\"", "'00017", "1 7", "１７"] {
            assert_eq!(is_plain_number(odd.as_bytes()), Plain::No, "{odd}");
        }
    }
}
