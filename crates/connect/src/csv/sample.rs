//! The first records of a file as text, for whoever has to find out what its columns mean.

use usher_domain::diagnostic::Diagnostic;

use super::bytes::Source;
use super::record::Step;

/// One of the first records of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRecord {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells, unquoted.
    pub cells: Vec<String>,
}

/// The first `n` sound records, of any width. Lines that a scanner sets aside are left out here; the read names them.
///
/// # Errors
/// CSV-001 if the file can't be read.
pub fn sample(source: &Source, n: usize) -> Result<Vec<SampleRecord>, Diagnostic> {
    let mut scanner = source.scan()?;
    let mut records = Vec::new();
    while records.len() < n {
        match scanner.step()? {
            Some(Step::Record(record)) => {
                records.push(SampleRecord { line: record.line, cells: record.cells().map(|cell| cell.into_owned()).collect() });
            }
            Some(Step::Aside(_)) => {}
            None => break,
        }
    }
    Ok(records)
}
