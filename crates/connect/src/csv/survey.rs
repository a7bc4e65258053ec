//! The first pass over a file: the order of its dates, and which keys stand on more than one row.
//!
//! One order a file is decided by all of its date cells, and rows of one account are merged: neither can be known from a sample.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use usher_domain::diagnostic::Diagnostic;

use super::bytes::Source;
use super::fingerprint::Holds;
use super::footer;
use super::record::{Aside, Reason, Record, Step};
use super::sample::SampleRecord;
use super::shape::Shape;
use super::{accounts, employments, titles};

/// What the first pass found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Hashes of the keys, sorted.
    pub(crate) keys: Vec<u64>,
    /// Records that are neither blank nor a header nor a footer.
    pub(crate) rows: u64,
}

/// A key's hash: two keys may share one, and then only wait for one another.
pub(crate) fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The key of a record, if it has one.
pub(crate) fn key(shape: &Shape, record: &Record<'_>) -> Option<String> {
    match shape.holds {
        Holds::Accounts => accounts::key(shape, record).map(std::borrow::Cow::into_owned),
        Holds::People => employments::key(shape, record),
    }
}

/// Whether a record is a row: below the header, not blank, not the header again, not a footer.
pub(crate) fn is_row(shape: &Shape, record: &Record<'_>) -> bool {
    record.line > shape.header_line && !record.is_blank() && !shape.is_header(record) && footer::of_record(record).is_none()
}

/// Reads a file once, settles the order of its dates in `shape`, and returns its keys.
///
/// # Errors
/// CSV-001 if the file can't be read.
pub(crate) fn survey(source: &Source, shape: &mut Shape) -> Result<Survey, Diagnostic> {
    let mut scanner = source.scan()?;
    let mut found = Survey::default();
    let mut evidence = shape.title_evidence.clone();
    while let Some(step) = scanner.step()? {
        let Ok(record) = sound(step) else { continue };
        if !(shape.width..=shape.widest.max(shape.width)).contains(&record.len()) && !blank_beyond(&record, shape.width) {
            continue;
        }
        if !is_row(shape, &record) {
            continue;
        }
        found.rows += 1;
        titles::see_row(&mut evidence, shape, &record, record.line);
        if let Some(key) = key(shape, &record) {
            found.keys.push(hash(&key));
        }
    }
    titles::decide(shape, &evidence);
    shape.surveyed = true;
    found.keys.sort_unstable();
    Ok(found)
}

/// The record of a step. A spreadsheet writes `="00017"` without quotes around it: strictly that is a stray quote, and yet its cells
/// are sound where each of them is either plain or of that form.
///
/// # Errors
/// The line that is set aside.
pub(crate) fn sound(step: Step<'_>) -> Result<Record<'_>, Aside<'_>> {
    match step {
        Step::Record(record) => Ok(record),
        Step::Aside(aside) => {
            let spreadsheet = |raw: &[u8]| match raw {
                [b'=', b'"', inner @ .., b'"'] => !inner.contains(&b'"'),
                [b'"', inner @ .., b'"'] => !inner.contains(&b'"'),
                _ => !raw.contains(&b'"'),
            };
            let one_line = !aside.record.bytes().contains(&b'\n') && !aside.record.bytes().contains(&b'\r');
            if matches!(aside.reason, Reason::StrayQuote { .. })
                && one_line
                && (0..aside.record.len()).all(|i| spreadsheet(aside.record.raw(i)))
            {
                return Ok(aside.record);
            }
            Err(aside)
        }
    }
}

/// The first records of a file, as [`super::recognise`] needs them, and whether one is quoted as only spreadsheets do it.
///
/// # Errors
/// CSV-001 if the file can't be read.
pub(crate) fn sample(source: &Source, n: usize) -> Result<(Vec<SampleRecord>, bool), Diagnostic> {
    let mut scanner = source.scan()?;
    let mut records = Vec::new();
    let mut spreadsheet = false;
    while records.len() < n
        && let Some(step) = scanner.step()?
    {
        let strict = matches!(step, Step::Record(_));
        if let Ok(record) = sound(step) {
            spreadsheet |= !strict;
            records.push(SampleRecord { line: record.line, cells: record.cells().map(std::borrow::Cow::into_owned).collect() });
        }
    }
    Ok((records, spreadsheet))
}

/// Whether a record has all cells of the header, and nothing but blanks beyond.
pub(crate) fn blank_beyond(record: &Record<'_>, width: usize) -> bool {
    record.len() >= width && (width..record.len()).all(|i| record.text(i).trim().is_empty())
}

/// Keys that stand on more than one row, of all files together.
pub(crate) fn repeated(surveys: &[Survey]) -> HashSet<u64> {
    let mut all: Vec<u64> = surveys.iter().flat_map(|s| s.keys.iter().copied()).collect();
    all.sort_unstable();
    all.windows(2).filter_map(|w| if w.first() == w.last() { w.first().copied() } else { None }).collect()
}

/// How many keys two files have in common.
pub(crate) fn overlap(a: &Survey, b: &Survey) -> usize {
    let (mut a, mut b) = (a.keys.iter().peekable(), b.keys.iter().peekable());
    let mut common = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                common += 1;
                let same = **x;
                while a.next_if(|k| **k == same).is_some() {}
                while b.next_if(|k| **k == same).is_some() {}
            }
        }
    }
    common
}
