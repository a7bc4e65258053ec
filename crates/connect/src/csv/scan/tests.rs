use std::io::Cursor;

use proptest::prelude::*;

use super::*;

/// Gives its bytes in pieces of at most so many.
struct Dribble(Cursor<Vec<u8>>, usize);

impl Read for Dribble {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = out.len().min(self.1);
        self.0.read(&mut out[..n])
    }
}

fn scanner(bytes: &[u8]) -> Scanner {
    Scanner::new("test.csv", Box::new(Dribble(Cursor::new(bytes.to_vec()), 1000)), b',')
}

/// What is in the file, one text a step: `line: a|b|c` or `line! reason`.
fn read(bytes: &[u8], width: Option<usize>) -> Vec<String> {
    let mut scanner = scanner(bytes);
    if let Some(width) = width {
        scanner.set_width(width..=width);
    }
    let mut out = Vec::new();
    while let Some(step) = scanner.step().unwrap() {
        out.push(match step {
            Step::Record(record) => format!("{}: {}", record.line, record.cells().collect::<Vec<_>>().join("|")),
            Step::Aside(aside) => format!("{}! {}", aside.line, aside.reason),
        });
    }
    out
}

#[test]
fn records_with_every_kind_of_line_break_and_quote() {
    let cases: [(&str, &[&str]); 14] = [
        ("a,b\n1,2\n", &["1: a|b", "2: 1|2"]),
        ("a,b\r\n1,2\r\n", &["1: a|b", "2: 1|2"]),
        ("a,b\r1,2\r", &["1: a|b", "2: 1|2"]),
        ("a,b\n\n\r\n\r1,2", &["1: a|b", "5: 1|2"]),
        ("a,\"b\nc\r\nd\re\"\n1,2\n", &["1: a|b\nc\r\nd\re", "5: 1|2"]),
        ("\"a\"\"b\",\"\"\n,\n", &["1: a\"b|", "2: |"]),
        ("a,b\n1,\"x\n2,y\n3,z\n", &["1: a|b", "2! a quote is opened and never closed", "3: 2|y", "4: 3|z"]),
        (
            "a,b\n1,x\"y\n2,y\"\n3,z\n",
            &[
                "1: a|b",
                "2! a quote in cell 2 is neither around the whole cell nor doubled",
                "3! a quote is opened and never closed",
                "4: 3|z",
            ],
        ),
        ("a,b\n1,\"x\"y\n2,z\n", &["1: a|b", "2! a quote in cell 2 is neither around the whole cell nor doubled", "3: 2|z"]),
        ("a,b\n1\n1,2,3\n2,z\n", &["1: a|b", "2! 1 cells, the header has 2", "3! 3 cells, the header has 2", "4: 2|z"]),
        ("a,b\n1,x\0y\n2,z\n", &["1: a|b", "2! a NUL byte", "3: 2|z"]),
        ("", &[]),
        ("\n\n", &[]),
        ("\"\",\"\"", &["1: |"]),
    ];
    for (text, want) in cases {
        assert_eq!(read(text.as_bytes(), Some(2)), want, "{text:?}");
    }
}

#[test]
fn a_record_that_is_no_text_is_set_aside_and_not_the_file() {
    assert_eq!(read(b"a,b\n1,\xff\n2,z\n", None), ["1: a|b", "2! bytes that are not text in the encoding of this file", "3: 2|z"]);
    assert_eq!(read(b"a,b\n1,z\n2,\xc3", None), ["1: a|b", "2: 1|z", "3! bytes that are not text in the encoding of this file"]);
}

#[test]
fn a_record_has_at_most_a_mebibyte_and_a_thousand_lines() {
    let long = format!("a,b\n1,{}\n2,{}\n3,z\n", "x".repeat(MAX_BYTES + 1), "y".repeat(MAX_BYTES - 2));
    let steps = read(long.as_bytes(), None);
    assert_eq!((steps.len(), steps[1].as_str(), steps[3].as_str()), (4, "2! longer than 1 MiB; a quote may be missing", "4: 3|z"));

    let lines = |n: usize, end: &str| format!("a,b{end}1,\"{}\"{end}3,z{end}", vec!["x"; n].join(end));
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(read(lines(1000, end).as_bytes(), None).len(), 3, "{end:?}");
        let steps = read(lines(1001, end).as_bytes(), None);
        assert_eq!(steps[1], "2! one cell over more than 1,000 lines; a quote may be missing", "{end:?}");
        // Each line of the cell is a line of its own now; the last has a stray quote.
        assert_eq!(steps[1000], "1001: x");
        assert_eq!(steps.last().unwrap(), "1003: 3,z".replace(',', "|").as_str());
    }
}

#[test]
fn many_unclosed_quotes_cost_one_line_each() {
    let text: String = (0..20_000).map(|i| if i % 2 == 0 { "1,\"x\n" } else { "2,y\n" }).collect();
    let steps = read(text.as_bytes(), Some(2));
    assert_eq!(steps.len(), 20_000);
    assert_eq!(steps.iter().filter(|s| s.contains('!')).count(), 10_000);
}

#[test]
fn offsets_lead_back_to_the_record() {
    let text = "a,b\r\n\"1\n1\",2\n3,4\n";
    let mut scanner = scanner(text.as_bytes());
    let mut offsets = Vec::new();
    while let Some(Step::Record(record)) = scanner.step().unwrap() {
        offsets.push(record.offset);
        assert!(text.as_bytes()[record.offset as usize..].starts_with(record.bytes()));
    }
    assert_eq!(offsets, [0, 5, 13]);
}

proptest! {
    /// The oracle: on well-formed input the `csv` crate gives the same cells.
    #[test]
    fn well_formed_input_reads_as_the_csv_crate_reads_it(
        rows in prop::collection::vec(prop::collection::vec("[a-zA-Z0-9 ,;\"\r\né\u{1f600}-]{0,12}", 3), 1..40),
        quote_all: bool, end in prop::sample::select(vec!["\n", "\r\n", "\r"]), long in 0..400_usize,
    ) {
        let mut rows = rows;
        if let Some(row) = rows.first_mut() { row[1] = "x".repeat(long * 1000) }
        let style = if quote_all { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let terminator = if end == "\r\n" { csv::Terminator::CRLF } else { csv::Terminator::Any(end.as_bytes()[0]) };
        let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(terminator).from_writer(Vec::new());
        for row in &rows { writer.write_record(row).unwrap(); }
        let bytes = writer.into_inner().unwrap();

        let mut oracle = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let want: Vec<Vec<String>> = oracle.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let mut scanner = scanner(&bytes);
        scanner.set_width(3..=3);
        let mut got = Vec::new();
        while let Some(step) = scanner.step().unwrap() {
            match step {
                Step::Record(record) => got.push(record.cells().map(|cell| cell.into_owned()).collect::<Vec<_>>()),
                Step::Aside(aside) => prop_assert!(false, "line {}: {}", aside.line, aside.reason),
            }
        }
        prop_assert_eq!(got, want);
    }

    /// Whatever the bytes are: no panic, and every line is in a record, set aside, or empty.
    #[test]
    fn every_line_is_accounted_for(
        pieces in prop::collection::vec(prop::sample::select(vec![&b"\""[..], b"\"\"", b",", b"\n", b"\r\n", b"\r", b"a", b"\0", b"\xff", b"\xc3\xa9", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]), 0..300),
        width in prop::option::of(1..4_usize),
    ) {
        let bytes = pieces.concat();
        // The lines, plainly: broken at CR LF, LF and CR.
        let mut lines: Vec<Vec<u8>> = vec![Vec::new()];
        let mut carriage = false;
        for &byte in &bytes {
            match byte {
                b'\n' if carriage => {}
                b'\n' | b'\r' => lines.push(Vec::new()),
                other => lines.last_mut().unwrap().push(other),
            }
            carriage = byte == b'\r';
        }
        let mut covered = vec![0; lines.len()];
        let mut scanner = scanner(&bytes);
        if let Some(width) = width { scanner.set_width(width..=width); }
        while let Some(step) = scanner.step().unwrap() {
            match step {
                Step::Record(record) => {
                    prop_assert!(std::str::from_utf8(record.bytes()).is_ok() && !record.bytes().contains(&0));
                    prop_assert!(width.is_none_or(|w| w == record.len()));
                    let text = String::from_utf8_lossy(record.bytes()).replace("\r\n", "\n").replace('\r', "\n");
                    let first = record.line as usize - 1;
                    let last = first + text.matches('\n').count();
                    covered[first..=last].iter_mut().for_each(|n| *n += 1);
                }
                Step::Aside(aside) => covered[aside.line as usize - 1] += 1,
            }
        }
        for (i, line) in lines.iter().enumerate() {
            prop_assert!(covered[i] == 1 || (line.is_empty() && covered[i] == 0), "line {}: covered {} times", i + 1, covered[i]);
        }
    }
}
