//! Which delimiter a file has, found by reading records with each (csv-exports.md §3, point 2).

use std::collections::BTreeMap;
use std::io::Cursor;

use super::record::Step;
use super::scan::Scanner;

/// How cells are kept apart. The quote is always `"`, doubled inside (RFC 4180).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// The byte between cells.
    pub delimiter: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { delimiter: b',' }
    }
}

impl Dialect {
    /// What people call the delimiter.
    pub fn word(self) -> String {
        match self.delimiter {
            b',' => "comma".to_owned(),
            b';' => "semicolon".to_owned(),
            b'\t' => "tab".to_owned(),
            b'|' => "bar".to_owned(),
            other => char::from(other).to_string(),
        }
    }
}

/// Records that decide.
const RECORDS: usize = 50;

/// The delimiter with which most of the first 50 records have the same number of cells, more than one. Line 1 alone proves nothing:
/// it may be a title, and a cell may hold any character. A file of one column is read with commas.
pub fn sniff(sample: &str) -> Dialect {
    // The last line may be cut.
    let whole = sample.rfind(['\n', '\r']).filter(|_| sample.len() > 4096).map_or(sample, |end| &sample[..end]);
    let mut best = (0, 0, Dialect::default());
    for delimiter in [b',', b';', b'\t', b'|'] {
        let (records, cells) = commonest_width(whole, delimiter);
        if cells > 1 && (records, cells) > (best.0, best.1) {
            best = (records, cells, Dialect { delimiter });
        }
    }
    best.2
}

/// How many of the first records have the commonest number of cells beyond one, and that number.
fn commonest_width(sample: &str, delimiter: u8) -> (usize, usize) {
    let mut scanner = Scanner::new("", Box::new(Cursor::new(sample.as_bytes().to_vec())), delimiter);
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..RECORDS {
        match scanner.step() {
            Ok(Some(Step::Record(record))) if record.len() > 1 => *widths.entry(record.len()).or_default() += 1,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    widths.into_iter().map(|(width, records)| (records, width)).max().unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_that_gives_equal_records_wins() {
        for (sample, delimiter) in [
            ("a,b\n1,2\n", b','),
            ("a;b;c\n1,5;2,5;x\n1,5;2,5;y\n", b';'),
            ("Export of 25.11.2026, 10:00, all\n\na;b\n1;2\n3;4\n", b';'),
            ("a\tb\nx, y\t1\nx; y\t2\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("\"a;b\",c\n\"d;e\",f\n", b','),
            ("email\nana@corp.example\n", b','),
            ("name;note\n\"x\ny\";1\n\"x\ny\";2\n", b';'),
            ("", b','),
        ] {
            assert_eq!(char::from(sniff(sample).delimiter), char::from(delimiter), "{sample:?}");
        }
    }
}
