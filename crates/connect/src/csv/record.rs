//! One record of a file: cells as ranges of the read buffer, nothing copied.

use std::borrow::Cow;
use std::fmt;

/// One record. It borrows the scanner's buffer, and lives until the next step.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The line on which it begins, from 1. A cell with line breaks makes a record longer than a line.
    pub line: u64,
    /// Where it begins in the decoded text, in bytes.
    pub offset: u64,
    bytes: &'a [u8],
    ends: &'a [u32],
    quotes: Quotes,
}

/// What quotes a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// None.
    None,
    /// Only around whole cells.
    Around,
    /// Perhaps others.
    Any,
}

impl<'a> Record<'a> {
    pub(super) fn new(line: u64, offset: u64, bytes: &'a [u8], ends: &'a [u32], quotes: Quotes) -> Self {
        Record { line, offset, bytes, ends, quotes }
    }

    /// How many quotes stand around whole cells.
    pub(super) fn outer_quotes(&self) -> u32 {
        let mut count = 0;
        let mut start = 0;
        for &end in self.ends {
            let cell = self.bytes.get(start..end as usize).unwrap_or_default();
            count += u32::from(matches!(cell, [b'"', .., b'"'])) * 2;
            start = end as usize + 1;
        }
        count
    }

    /// How many cells.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "a record has at least one cell; a record of blank cells is `is_blank`")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell as it stands in the file, with its quotes. Empty beyond the last one.
    #[inline]
    pub fn raw(&self, i: usize) -> &'a [u8] {
        let Some(&end) = self.ends.get(i) else { return &[] };
        let start = match i.checked_sub(1) {
            Some(before) => self.ends[before] as usize + 1,
            None => 0,
        };
        self.bytes.get(start..end as usize).unwrap_or_default()
    }

    /// The value of the cell: without its quotes, inner quotes single. Copied only where a quote stands inside.
    #[inline]
    pub fn value(&self, i: usize) -> Cow<'a, [u8]> {
        let raw = self.raw(i);
        match self.quotes {
            Quotes::None => Cow::Borrowed(raw),
            Quotes::Around => Cow::Borrowed(match raw {
                [b'"', inner @ .., b'"'] => inner,
                plain => plain,
            }),
            Quotes::Any => unquote(raw),
        }
    }

    /// The value of the cell as text. A record that a scanner gives is valid UTF-8.
    pub fn text(&self, i: usize) -> Cow<'a, str> {
        match self.value(i) {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => {
                Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
            }
        }
    }

    /// All values.
    pub fn cells(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let record = *self;
        (0..self.len()).map(move |i| record.text(i))
    }

    /// Whether no cell holds anything but blanks: a row that a spreadsheet left behind, not an account and not a person.
    pub fn is_blank(&self) -> bool {
        (0..self.len()).all(|i| self.value(i).trim_ascii().is_empty() || self.text(i).trim().is_empty())
    }

    /// The whole record as it stands in the file, without the line break at its end.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// A cell's value: outer quotes off, inner ones single.
#[inline]
pub(super) fn unquote(raw: &[u8]) -> Cow<'_, [u8]> {
    let [b'"', inner @ .., b'"'] = raw else { return Cow::Borrowed(raw) };
    if !inner.contains(&b'"') {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(single_quotes(inner))
}

#[cold]
fn single_quotes(inner: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut paired = false;
    for &byte in inner {
        let second = byte == b'"' && paired;
        paired = byte == b'"' && !second;
        if !second {
            out.push(byte);
        }
    }
    out
}

/// Why a record is set aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A quote inside an unquoted cell, or text after a closing quote.
    StrayQuote {
        /// Which cell, from 1.
        cell: usize,
    },
    /// A quote is opened and never closed.
    UnclosedQuote,
    /// More or fewer cells than the header.
    Width {
        /// Cells of this record.
        has: usize,
        /// Cells of the header.
        wants: usize,
    },
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// More lines than [`MAX_LINES`].
    TooManyLines,
    /// A NUL byte.
    Nul,
    /// Bytes that are no text in the file's encoding.
    NotText,
}

/// Longest record, in bytes of UTF-8.
pub const MAX_BYTES: usize = 1 << 20;

/// Most lines that one record may have.
pub const MAX_LINES: u64 = 1_000;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::StrayQuote { cell } => write!(f, "a quote in cell {cell} is neither around the whole cell nor doubled"),
            Reason::UnclosedQuote => f.write_str("a quote is opened and never closed"),
            Reason::Width { has, wants } => write!(f, "{has} cells, the header has {wants}"),
            Reason::TooLong => f.write_str("longer than 1 MiB; a quote may be missing"),
            Reason::TooManyLines => f.write_str("one cell over more than 1,000 lines; a quote may be missing"),
            Reason::Nul => f.write_str("a NUL byte"),
            Reason::NotText => f.write_str("bytes that are not text in the encoding of this file"),
        }
    }
}

/// A line that is no record. Reading goes on at the line after it.
#[derive(Debug, Clone)]
pub struct Aside<'a> {
    /// The line, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// What stood there, as far as it could be told. With [`Reason::Width`] its cells are sound; otherwise they are guesses.
    pub record: Record<'a>,
}

/// What a scanner finds next.
#[derive(Debug, Clone)]
pub enum Step<'a> {
    /// A sound record.
    Record(Record<'a>),
    /// A line that is set aside.
    Aside(Aside<'a>),
}

/// The first cell, from 1, whose quotes are wrong.
pub(super) fn stray_quote(record: &Record<'_>) -> Option<usize> {
    (0..record.len()).find(|&i| !well_quoted(record.raw(i))).map(|i| i + 1)
}

/// RFC 4180 §2.5 to 2.7: a quote stands around the whole cell, and doubled inside; or there is none.
fn well_quoted(raw: &[u8]) -> bool {
    match raw {
        [b'"', inner @ .., b'"'] => !inner.contains(&b'"') || doubled(inner),
        _ => !raw.contains(&b'"'),
    }
}

#[cold]
fn doubled(inner: &[u8]) -> bool {
    let mut open = false;
    for &byte in inner {
        if byte == b'"' {
            open = !open;
        } else if open {
            return false;
        }
    }
    !open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_no_outer_quotes_and_single_inner_ones() {
        for (raw, value) in [("a", "a"), ("\"a\"", "a"), ("\"\"", ""), ("\"a\"\"b\"", "a\"b"), ("\"\"\"\"\"\"", "\"\""), ("", "")] {
            assert_eq!(unquote(raw.as_bytes()), value.as_bytes(), "{raw}");
        }
    }

    #[test]
    fn quotes_are_around_or_doubled() {
        for sound in ["", "a", "\"\"", "\"a\"", "\"a\"\"b\"", "\"\"\"\""] {
            assert!(well_quoted(sound.as_bytes()), "{sound}");
        }
        for stray in ["\"", "a\"", "a\"b", "\"a\"b", "\"a\"b\"", " \"a\"", "\"a\" ", "\"\"\"", "a\"\"b"] {
            assert!(!well_quoted(stray.as_bytes()), "{stray}");
        }
    }
}
