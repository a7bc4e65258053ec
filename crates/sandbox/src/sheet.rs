//! A table as bytes, with the choices that real exports differ in.

use std::borrow::Cow;
use std::io;
use std::path::Path;

/// The bytes that text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheets write it.
    Utf8Bom,
    /// Windows-1252; a letter that it lacks becomes `?`.
    Windows1252,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Between cells.
    pub delimiter: char,
    /// Lines end in CRLF rather than LF.
    pub crlf: bool,
    /// The bytes.
    pub encoding: Encoding,
}

impl Style {
    /// Comma, LF, UTF-8.
    pub const PLAIN: Style = Style { delimiter: ',', crlf: false, encoding: Encoding::Utf8 };
}

/// A table that is being written.
#[derive(Debug)]
pub(crate) struct Sheet {
    style: Style,
    text: String,
}

impl Sheet {
    pub(crate) fn new(style: Style) -> Sheet {
        Sheet { style, text: String::new() }
    }

    /// One record. Cells are quoted where they hold a delimiter, a quote or a line end (RFC 4180).
    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        for (n, cell) in cells.into_iter().enumerate() {
            if n > 0 {
                self.text.push(self.style.delimiter);
            }
            self.text.push_str(&quoted(cell.as_ref(), self.style.delimiter));
        }
        self.text.push_str(if self.style.crlf { "\r\n" } else { "\n" });
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.style.encoding {
            Encoding::Utf8 => self.text.into_bytes(),
            Encoding::Utf8Bom => [&b"\xef\xbb\xbf"[..], self.text.as_bytes()].concat(),
            Encoding::Windows1252 => self.text.chars().map(windows_1252).collect(),
        }
    }
}

fn quoted(cell: &str, delimiter: char) -> Cow<'_, str> {
    if cell.contains([delimiter, '"', '\n', '\r']) { Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\""))) } else { Cow::Borrowed(cell) }
}

fn windows_1252(c: char) -> u8 {
    match u32::from(c) {
        n @ (0..0x80 | 0xa0..0x100) => n as u8,
        0x20ac => 0x80,
        0x160 => 0x8a,
        0x161 => 0x9a,
        0x17d => 0x8e,
        0x17e => 0x9e,
        0x2019 => 0x92,
        _ => b'?',
    }
}

/// Writes a file under another name first and moves it into place, so that a reader never sees half of it.
///
/// # Errors
/// What the file system says.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        let mut sheet = Sheet::new(Style { delimiter: ';', crlf: true, encoding: Encoding::Utf8Bom });
        sheet.row(["00017", "a;b", "say \"hi\"", "two\nlines", "Léa"]);
        assert_eq!(sheet.into_bytes(), "\u{feff}00017;\"a;b\";\"say \"\"hi\"\"\";\"two\nlines\";Léa\r\n".as_bytes());
    }

    #[test]
    fn windows_1252_has_one_byte_a_letter() {
        let mut sheet = Sheet::new(Style { encoding: Encoding::Windows1252, ..Style::PLAIN });
        sheet.row(["Dörte €"]);
        assert_eq!(sheet.into_bytes(), b"D\xf6rte \x80\n");
    }
}
