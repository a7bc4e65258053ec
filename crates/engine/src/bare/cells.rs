//! Cells to keys and words to meanings, without an allocation where a cell is as plain as most are.

use std::borrow::Cow;

use usher_connect::csv::record::Record;
use usher_connect::csv::simple::{Meaning, SimpleShape};
use usher_reconcile::correlate::address;

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
            0..=b' ' | 0x7f | b',' | b';' | b'|' | b'<' | b'>' | b':' | b'"' | b'(' | b')' | b'[' | b']' | b'=' | b'\\' => ODD,
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
        && let Some(key) = address(&String::from_utf8_lossy(cell))
    {
        out.extend_from_slice(key.as_bytes());
    }
}

/// The employee number of a cell: trimmed, then exact.
#[inline]
pub(super) fn number<'a>(cell: &'a [u8], meaning: &dyn Meaning) -> Option<Cow<'a, [u8]>> {
    let trimmed = cell.trim_ascii();
    if trimmed.is_empty() {
        return None;
    }
    if is_plain_number(trimmed) {
        return Some(Cow::Borrowed(trimmed));
    }
    odd_number(trimmed, meaning).map(|number| Cow::Owned(number.into_bytes()))
}

/// Longer ones, those with an E after digits and those with other characters may be damaged by a spreadsheet or quoted for one; one
/// without a digit may be a word for none.
#[inline]
fn is_plain_number(cell: &[u8]) -> bool {
    let (mut others, mut letters, mut digits, mut exponent) = (false, false, false, false);
    for byte in cell {
        digits |= byte.is_ascii_digit();
        letters |= byte.is_ascii_alphabetic();
        exponent |= matches!(byte, b'e' | b'E');
        others |= !byte.is_ascii_alphanumeric();
    }
    let code = letters && cell.first().is_some_and(u8::is_ascii_alphabetic);
    cell.len() < 15 && digits && !others && (!exponent || code)
}

#[cold]
fn odd_number(cell: &[u8], meaning: &dyn Meaning) -> Option<String> {
    let number = meaning.number(&String::from_utf8_lossy(cell))?;
    let trimmed = number.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Most different words of one column that are remembered. More make it no column of words.
const WORDS: usize = 64;

/// What the words of one column mean, each asked once, and how often each came.
#[derive(Debug)]
pub(super) struct Words<T> {
    known: Vec<(Box<[u8]>, T, u64)>,
    last: usize,
}

impl<T: Copy> Words<T> {
    pub(super) fn new() -> Self {
        Words { known: Vec::new(), last: 0 }
    }

    /// What this word means; `ask` says it the first time.
    #[inline]
    pub(super) fn mean(&mut self, word: &[u8], ask: impl FnOnce(&str) -> T) -> T {
        if let Some((known, meaning, count)) = self.known.get_mut(self.last)
            && known.as_ref() == word
        {
            *count += 1;
            return *meaning;
        }
        if let Some(at) = self.known.iter().position(|(known, ..)| known.as_ref() == word)
            && let Some((_, meaning, count)) = self.known.get_mut(at)
        {
            self.last = at;
            *count += 1;
            return *meaning;
        }
        self.learn(word, ask)
    }

    #[cold]
    fn learn(&mut self, word: &[u8], ask: impl FnOnce(&str) -> T) -> T {
        let meaning = ask(&String::from_utf8_lossy(word));
        if self.known.len() < WORDS {
            self.known.push((word.into(), meaning, 1));
        }
        meaning
    }

    /// The words that came and how often, in the order of the words. An empty cell is no word.
    pub(super) fn counted(self) -> Vec<(String, u64)> {
        let filled = self.known.into_iter().filter(|(word, ..)| !word.is_empty());
        let mut words: Vec<_> = filled.map(|(word, _, count)| (String::from_utf8_lossy(&word).into_owned(), count)).collect();
        words.sort();
        words
    }
}

/// Whether no cell of the row that could hold a key holds anything like one.
pub(super) fn has_no_key(row: &Record<'_>, shape: &SimpleShape) -> bool {
    let blank = |column: &usize| row.value(*column).trim_ascii().is_empty();
    let no_address = |column: &usize| !row.value(*column).contains(&b'@');
    shape.number.iter().all(blank) && shape.emails.iter().chain(&shape.personal).chain(&shape.login).all(no_address)
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
        for plain in ["00017", "17", "EMP001", "E17", "A1B2"] {
            assert!(is_plain_number(plain.as_bytes()), "{plain}");
        }
        for odd in ["1,2E+05", "7E10442", "123456789012345", "none", "na", "-", "=\"00017\"", "'00017", "1 7", "１７"] {
            assert!(!is_plain_number(odd.as_bytes()), "{odd}");
        }
    }
}
