//! Cells to keys and words to meanings, without an allocation where a cell is as plain as most are.

use std::borrow::Cow;

use usher_connect::csv::record::Record;
use usher_connect::csv::simple::{Keyless, Meaning, SimpleShape};
use usher_connect::csv::told::Word;
use usher_reconcile::correlate::address;

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
    let (mut seen, mut ats) = (0, 0_u32);
    for byte in cell {
        let class = CLASSES[*byte as usize];
        seen |= class;
        ats += u32::from(class & AT);
    }
    if ats == 0 {
        return Cell::Nothing;
    }
    let plain = ats == 1 && seen & (ODD | HIGH) == 0 && !matches!(cell, [b'\'' | b'@' | b'+', ..] | [.., b'@']);
    if !plain || (seen & (DASH | PLUS) != 0 && odd_domain(cell)) {
        return Cell::Odd;
    }
    let start = out.len();
    out.extend_from_slice(cell);
    if let Some(key) = out.get_mut(start..) {
        key.make_ascii_lowercase();
    }
    Cell::Address
}

/// A domain that takes a closer look: an international one in its ASCII form, or two addresses parted by a plus.
fn odd_domain(address: &[u8]) -> bool {
    let domain = address.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    domain.contains(&b'+') || domain.windows(4).any(|four| four.eq_ignore_ascii_case(b"xn--"))
}

/// Gives each address of a cell that takes a closer look, folded as [`address`] folds.
#[cold]
pub(super) fn each_odd_address(cell: &[u8], meaning: &dyn Meaning, each: &mut dyn FnMut(&str)) {
    meaning.addresses(&String::from_utf8_lossy(cell), &mut |raw| {
        if let Some(key) = address(raw) {
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
        && let Some(key) = address(&String::from_utf8_lossy(cell))
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

/// Most different words of one column that are remembered. More make it no column of words.
const WORDS: usize = 64;

/// What the words of one column mean, each asked once, how often each came, and on which line first.
#[derive(Debug)]
pub(super) struct Words<T> {
    known: Vec<Known<T>>,
    last: usize,
}

#[derive(Debug)]
struct Known<T> {
    word: Box<[u8]>,
    means: T,
    count: u64,
    line: u64,
}

/// A word's place among those of its column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize);

impl<T: Copy> Words<T> {
    pub(super) fn new() -> Self {
        Words { known: Vec::new(), last: 0 }
    }

    /// What this word means, and its place, to be counted if the row turns out to be one; `ask` says it the first time.
    #[inline]
    pub(super) fn mean(&mut self, word: &[u8], ask: impl FnOnce(&str) -> T) -> (T, Place) {
        if let Some(known) = self.known.get(self.last)
            && known.word.as_ref() == word
        {
            return (known.means, Place(self.last));
        }
        if let Some(at) = self.known.iter().position(|known| known.word.as_ref() == word)
            && let Some(known) = self.known.get(at)
        {
            self.last = at;
            return (known.means, Place(at));
        }
        self.learn(word, ask)
    }

    #[cold]
    fn learn(&mut self, word: &[u8], ask: impl FnOnce(&str) -> T) -> (T, Place) {
        let means = ask(&String::from_utf8_lossy(word));
        if self.known.len() >= WORDS {
            return (means, Place(WORDS));
        }
        self.known.push(Known { word: word.into(), means, count: 0, line: 0 });
        (means, Place(self.known.len() - 1))
    }

    /// A row with this word is one. False: there are more words than are counted.
    #[inline]
    pub(super) fn count(&mut self, Place(at): Place, line: u64) -> bool {
        let Some(known) = self.known.get_mut(at) else { return false };
        if known.count == 0 {
            known.line = line;
        }
        known.count += 1;
        true
    }

    /// The words that came, in the order of the words.
    pub(super) fn counted(self) -> Vec<Word> {
        let came = self.known.into_iter().filter(|known| known.count > 0);
        let mut words: Vec<_> =
            came.map(|k| Word { text: String::from_utf8_lossy(&k.word).into_owned(), count: k.count, line: k.line }).collect();
        words.sort_by(|a, b| a.text.cmp(&b.text));
        words
    }
}

/// Whether no cell of the row that could hold a key holds anything like one.
fn has_no_key(row: &Record<'_>, shape: &SimpleShape) -> bool {
    let blank = |column: &usize| row.value(*column).trim_ascii().is_empty();
    let no_address = |column: &usize| !row.value(*column).contains(&b'@');
    shape.number.iter().all(blank) && shape.emails.iter().chain(&shape.personal).chain(&shape.login).all(no_address)
}

/// Whether a row without an address can be nothing but a row: it has a number, and its first cell no letter.
#[inline]
pub(super) fn plainly_a_row(row: &Record<'_>, shape: &SimpleShape) -> bool {
    let Some(column) = shape.number else { return false };
    let first = row.value(0);
    !first.trim_ascii().is_empty() && seen(&first) & (LETTER | STRANGE) == 0 && is_plain_number(row.value(column).trim_ascii()) != Plain::No
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
        let cases: [(&str, Option<&str>, bool); 15] = [
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
            ("Gül@corp.example", None, true),
            ("a@x+b", None, true),
        ];
        for (cell, key, odd) in cases {
            let mut out = Vec::new();
            let got = plain_address(cell.as_bytes(), &mut out);
            assert_eq!(matches!(got, Cell::Odd), odd, "{cell}");
            assert_eq!(out, key.unwrap_or_default().as_bytes(), "{cell}");
            assert!(odd || key.map(str::to_owned) == address(cell), "{cell}");
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
