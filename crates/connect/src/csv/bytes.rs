//! What the bytes of a file are: encoding, and whether it is a table at all.
//!
//! Decided once a file, from its start where that is enough: a first cell beyond ASCII says UTF-8 or not. Only a file that is ASCII
//! for long, or that is not UTF-8, is read further before the real read (csv-exports.md §3, point 1).

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use usher_domain::diagnostic::Diagnostic;

use super::decode::Decoder;
use super::dialect::{Dialect, sniff};
use super::scan::Scanner;

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// What Windows of Western Europe and America writes. Nothing in a file proves it, so it is said.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Windows1252 => "Windows-1252",
        })
    }
}

/// A file that is a table, and how to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
    /// How its characters are written.
    pub encoding: Encoding,
    /// Bytes of the byte order mark: 0, 2 or 3.
    pub mark: u8,
    /// Whether its first line only names the delimiter (`sep=;`), as Excel writes it.
    pub names_delimiter: bool,
    /// Delimiter and quote.
    pub dialect: Dialect,
    /// Size in bytes.
    pub size: u64,
}

/// Decoded text that the dialect is found from, in bytes.
const HEAD: usize = 64 << 10;

/// Looks at the bytes of a file.
///
/// # Errors
/// CSV-001 it can't be read; CSV-002 it is empty; CSV-003 it is a workbook; CSV-004 it is no text; CSV-005 its encoding can't be
/// told; CSV-006 it is a web page.
pub fn open(path: &Path) -> Result<Source, Diagnostic> {
    let mut file = File::open(path).map_err(|e| unreadable(path, &e))?;
    let about = file.metadata().map_err(|e| unreadable(path, &e))?;
    if about.is_dir() {
        return Err(unreadable(path, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut head = Vec::with_capacity(HEAD);
    Read::take(&mut file, HEAD as u64).read_to_end(&mut head).map_err(|e| unreadable(path, &e))?;
    refuse_foreign(path, &head)?;
    let (encoding, mark) = match head.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        _ => (without_mark(path, &head, &mut file)?, 0),
    };
    let mut source =
        Source { path: path.to_owned(), encoding, mark, names_delimiter: false, dialect: Dialect::default(), size: about.len() };
    source.find_dialect()?;
    Ok(source)
}

impl Source {
    /// The file, as the user named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the file as UTF-8, without its byte order mark. What is no text in its encoding comes as a byte that UTF-8
    /// doesn't have, so that the scanner sets that record aside.
    ///
    /// # Errors
    /// CSV-001 if the file can't be opened.
    pub fn text(&self) -> Result<Box<dyn Read + Send>, Diagnostic> {
        let mut file = self.open_at(0)?;
        file.seek(SeekFrom::Start(u64::from(self.mark))).map_err(|e| unreadable(&self.path, &e))?;
        Ok(match self.encoding {
            Encoding::Utf8 => Box::new(file),
            other => Box::new(Decoder::new(file, other)),
        })
    }

    /// Records from the start of the file, of any width; a `sep=;` line is skipped.
    ///
    /// # Errors
    /// CSV-001 if the file can't be read.
    pub fn scan(&self) -> Result<Scanner, Diagnostic> {
        let mut scanner = Scanner::new(&self.path, self.text()?, self.dialect.delimiter);
        if self.names_delimiter {
            scanner.skip_line()?;
        }
        Ok(scanner)
    }

    /// Whether a read may begin anywhere: the bytes of the file are those of the text, from `mark` on.
    pub fn can_be_cut(&self) -> bool {
        self.encoding == Encoding::Utf8
    }

    /// Records from a byte of the text on, which must begin a record. Only where the file [can be cut](Source::can_be_cut).
    ///
    /// # Errors
    /// CSV-001 if the file can't be read.
    pub fn scan_from(&self, offset: u64, line: u64) -> Result<Scanner, Diagnostic> {
        let file = self.open_at(offset + u64::from(self.mark))?;
        Ok(Scanner::new(&self.path, Box::new(file), self.dialect.delimiter).starting_at(offset, line))
    }

    /// At most `most` bytes of the text from `offset` on. Only where the file [can be cut](Source::can_be_cut).
    ///
    /// # Errors
    /// CSV-001 if the file can't be read.
    pub fn bytes_from(&self, offset: u64, most: u64, out: &mut Vec<u8>) -> Result<(), Diagnostic> {
        let file = self.open_at(offset + u64::from(self.mark))?;
        file.take(most).read_to_end(out).map_err(|e| unreadable(&self.path, &e))?;
        Ok(())
    }

    fn open_at(&self, byte: u64) -> Result<File, Diagnostic> {
        let mut file = File::open(&self.path).map_err(|e| unreadable(&self.path, &e))?;
        file.seek(SeekFrom::Start(byte)).map_err(|e| unreadable(&self.path, &e))?;
        Ok(file)
    }

    fn find_dialect(&mut self) -> Result<(), Diagnostic> {
        let mut head = Vec::with_capacity(HEAD);
        self.text()?.take(HEAD as u64).read_to_end(&mut head).map_err(|e| unreadable(&self.path, &e))?;
        let head = String::from_utf8_lossy(&head);
        if head.trim().is_empty() {
            return Err(Diagnostic::new("CSV-002", "the file is empty", format!("{} has no text in it", self.path.display()))
                .hint("export it again; nothing was read from it")
                .at(&self.path, None, None));
        }
        match named_delimiter(&head) {
            Some(delimiter) => {
                self.names_delimiter = true;
                self.dialect = Dialect { delimiter };
            }
            None => self.dialect = sniff(&head),
        }
        Ok(())
    }
}

/// The delimiter that a first line `sep=;` names.
fn named_delimiter(head: &str) -> Option<u8> {
    let first = head.lines().next()?.trim_end_matches('\r').trim_matches('"');
    let name = first.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &first[4..])?;
    match name.as_bytes() {
        [delimiter] if delimiter.is_ascii_punctuation() || *delimiter == b'\t' => Some(*delimiter),
        _ => None,
    }
}

/// Refuses what begins like something that is no table.
fn refuse_foreign(path: &Path, head: &[u8]) -> Result<(), Diagnostic> {
    let named = path.display();
    let start = head.trim_ascii_start();
    let workbook = head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"\xd0\xcf\x11\xe0");
    if workbook {
        return Err(Diagnostic::new("CSV-003", "this is a workbook, not a CSV file", format!("{named} is a spreadsheet or an archive"))
            .hint("open it and save the sheet as CSV (UTF-8)")
            .at(path, None, None));
    }
    let page = [&b"<!doctype html"[..], b"<html", b"<?xml"];
    if page.iter().any(|word| start.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word))) {
        return Err(Diagnostic::new("CSV-006", "this is a web page, not a CSV file", format!("{named} begins with HTML or XML"))
            .hint("it may be the login page that came instead of the export: sign in and export again")
            .at(path, Some(1), None));
    }
    Ok(())
}

/// The encoding of a file that has no byte order mark.
fn without_mark(path: &Path, head: &[u8], rest: &mut File) -> Result<Encoding, Diagnostic> {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half > 0 && odd * 10 >= half * 8 && even * 10 < half {
        return Ok(Encoding::Utf16Le);
    }
    if half > 0 && even * 10 >= half * 8 && odd * 10 < half {
        return Ok(Encoding::Utf16Be);
    }
    let control = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=25 | 27..=31)).count();
    if control * 20 > head.len() || (even + odd > 0 && std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some())) {
        return Err(Diagnostic::new("CSV-004", "this is not text", format!("{} holds binary data", path.display()))
            .hint("export it again as CSV")
            .at(path, None, None));
    }
    let mut census = Census::default();
    census.take(head);
    let mut chunk = vec![0; 256 << 10];
    // Enough is known as soon as something beyond ASCII is there and all of it is UTF-8.
    while census.wrong > 0 || census.beyond_ascii == 0 {
        match rest.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => census.take(&chunk[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(path, &e)),
        }
    }
    census.verdict(path)
}

/// Counts what speaks for UTF-8 and what against.
#[derive(Debug, Default)]
struct Census {
    beyond_ascii: u64,
    wrong: u64,
    /// Bytes that Windows-1252 doesn't have, and their first place: lines before it.
    undefined: u64,
    undefined_line: u64,
    lines: u64,
    /// A character that was cut at the end of a chunk.
    cut: Vec<u8>,
}

impl Census {
    fn take(&mut self, chunk: &[u8]) {
        let joined;
        let chunk = if self.cut.is_empty() {
            chunk
        } else {
            joined = [self.cut.as_slice(), chunk].concat();
            self.cut.clear();
            &joined
        };
        if chunk.is_ascii() {
            self.lines += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
            return;
        }
        let mut parts = chunk.utf8_chunks().peekable();
        while let Some(part) = parts.next() {
            self.beyond_ascii += part.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            self.lines += part.valid().bytes().filter(|byte| *byte == b'\n').count() as u64;
            let wrong = part.invalid();
            let could_go_on = parts.peek().is_none() && std::str::from_utf8(wrong).is_err_and(|e| e.error_len().is_none());
            if could_go_on {
                self.cut = wrong.to_vec();
            } else {
                self.wrong += u64::from(!wrong.is_empty());
            }
            // Also within sound UTF-8: whether they matter is known at the end.
            if self.undefined == 0 {
                self.undefined_line = self.lines + 1;
            }
            self.undefined +=
                part.valid().bytes().chain(wrong.iter().copied()).filter(|b| matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)).count() as u64;
        }
    }

    fn verdict(self, path: &Path) -> Result<Encoding, Diagnostic> {
        let wrong = self.wrong + u64::from(!self.cut.is_empty());
        // More sound characters than wrong ones: UTF-8 with damage, whose records are set aside.
        if wrong == 0 || self.beyond_ascii > wrong {
            return Ok(Encoding::Utf8);
        }
        if self.undefined == 0 {
            return Ok(Encoding::Windows1252);
        }
        let detail = format!(
            "{} is not UTF-8, and has bytes that Windows-1252 doesn't have (first near line {})",
            path.display(),
            self.undefined_line
        );
        Err(Diagnostic::new("CSV-005", "the encoding of this file can't be told", detail)
            .hint("export it as UTF-8, or convert it, e.g. if it is Japanese: iconv -f SHIFT_JIS -t UTF-8 FILE > NEW")
            .at(path, Some(self.undefined_line), None))
    }
}

/// CSV-001.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let message = Diagnostic::new("CSV-001", "the file can't be read", error.to_string()).at(path, None, None);
    match error.kind() {
        io::ErrorKind::NotFound => message.hint("check the path"),
        io::ErrorKind::PermissionDenied => message.hint("let the user that runs usher read it"),
        io::ErrorKind::IsADirectory => message.hint("name a file in it"),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::sample::sample;

    fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("export.csv");
        std::fs::write(&path, bytes).unwrap();
        (dir, path)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn an_encoding_is_what_the_bytes_prove_and_the_text_is_the_same_in_all() {
        let text = "email;name\nana@corp.example;Dörte\n";
        let ansi = text.replace('ö', "\u{0}").bytes().map(|b| if b == 0 { 0xf6 } else { b }).collect::<Vec<_>>();
        let ascii = "x;y\n".repeat(100_000);
        let cases: [(&str, Vec<u8>, Encoding); 9] = [
            ("UTF-8", text.into(), Encoding::Utf8),
            ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
            ("UTF-16 with a mark", utf16(&format!("\u{feff}{text}"), u16::to_le_bytes), Encoding::Utf16Le),
            ("UTF-16, high byte first, with a mark", utf16(&format!("\u{feff}{text}"), u16::to_be_bytes), Encoding::Utf16Be),
            ("UTF-16 without a mark", utf16(text, u16::to_le_bytes), Encoding::Utf16Le),
            ("UTF-16, high byte first, without a mark", utf16(text, u16::to_be_bytes), Encoding::Utf16Be),
            ("Windows-1252", ansi.clone(), Encoding::Windows1252),
            (
                "Windows-1252 far behind",
                [text.replace("Dörte", "Dora").as_bytes(), ascii.as_bytes(), &ansi].concat(),
                Encoding::Windows1252,
            ),
            ("UTF-8 with damage", [text.as_bytes(), "é;é\n".as_bytes(), b"\xff;x\n"].concat(), Encoding::Utf8),
        ];
        for (name, bytes, encoding) in cases {
            let (_dir, path) = file(&bytes);
            let source = open(&path).unwrap();
            assert_eq!(source.encoding, encoding, "{name}");
            assert_eq!(source.dialect.delimiter, b';', "{name}");
            let records = sample(&source, 2).unwrap();
            assert_eq!(records[0].cells, ["email", "name"], "{name}");
            assert!(records[1].cells[1].starts_with("D"), "{name}");
            assert_eq!(records[1].cells[1] == "Dörte", name != "Windows-1252 far behind", "{name}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_code_and_a_hint() {
        let cases: [(&str, &[u8], &str); 10] = [
            ("empty", b"", "CSV-002"),
            ("only a mark", b"\xef\xbb\xbf", "CSV-002"),
            ("blank", b" \n\r\n\t", "CSV-002"),
            ("a workbook", b"PK\x03\x04\x14\0\x06\0", "CSV-003"),
            ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "CSV-003"),
            ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0", "CSV-004"),
            ("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0", "CSV-004"),
            ("Shift-JIS", b"email,\x96\xbc\x91O\x81\x40\nana@corp.example,x\n", "CSV-005"),
            ("a login page", b"\n<!DOCTYPE html><html>", "CSV-006"),
            ("a page", b"<HTML><body>", "CSV-006"),
        ];
        for (name, bytes, code) in cases {
            let (_dir, path) = file(bytes);
            let message = open(&path).unwrap_err();
            assert_eq!(message.code, code, "{name}");
            assert!(message.hint.is_some() && message.place.is_some_and(|place| place.file == path), "{name}");
        }
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path().to_owned(), dir.path().join("none.csv")] {
            assert_eq!(open(&path).unwrap_err().code, "CSV-001");
        }
    }

    #[test]
    fn a_first_line_may_name_the_delimiter() {
        for (text, delimiter) in [("sep=;\na;b\n1;2\n", b';'), ("\"sep=|\"\r\na|b\r\n1|2\r\n", b'|'), ("SEP=\t\na\tb\n1\t2\n", b'\t')] {
            let (_dir, path) = file(text.as_bytes());
            let source = open(&path).unwrap();
            assert_eq!(source.dialect.delimiter, delimiter, "{text}");
            let records = sample(&source, 9).unwrap();
            assert_eq!(records.len(), 2, "{text}");
            assert_eq!((records[0].line, records[0].cells.as_slice()), (2, &["a".to_owned(), "b".to_owned()][..]), "{text}");
        }
    }

    #[test]
    fn a_file_that_can_be_cut_is_read_from_any_record() {
        let (_dir, path) = file(b"\xef\xbb\xbfa,b\n1,2\n3,4\n");
        let source = open(&path).unwrap();
        assert!(source.can_be_cut());
        let mut scanner = source.scan_from(8, 3).unwrap();
        let Ok(Some(crate::csv::record::Step::Record(record))) = scanner.step() else { panic!("a record") };
        assert_eq!((record.line, record.offset, record.bytes()), (3, 8, &b"3,4"[..]));
    }
}
