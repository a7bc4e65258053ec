//! REPORT: page and report are those of the last entry, and the report is the log's.

use serde_json::{Map, Value};

use super::book::Book;
use super::problem::{Code, Problems};
use crate::digest::Digest;
use crate::evidence::report::{APPROVED_BY, HEADER, rows};
use crate::jsonl;
use crate::log::Entry;

pub(super) fn check(book: &Book<'_>, found: &mut Problems) {
    let material = book.material;
    let last = book.entries.last().and_then(|l| l.as_ref()).map(|l| &l.entry);
    let opening = match last {
        Some(Entry::Exported { about, .. }) => material.openings.get(about).and_then(|line| jsonl::object(line).ok()),
        _ => None,
    };
    let named = |map: &Map<String, Value>, key: &str, bytes: &[u8]| map.get(key).and_then(Value::as_str) == Some(&Digest::of(bytes).hex());
    for (key, file) in [("readme", "README.md"), ("report", "report.csv")] {
        if !opening.as_ref().is_some_and(|map| named(map, key, material.at_top(file))) {
            found.add(Code::Report, format!("{file} is not the one that the last entry names"));
        }
    }
    if let Err(why) = derived(book) {
        found.add(Code::Report, format!("report.csv: {why}"));
    }
}

/// Makes the report again and compares. Who approved is a set: its order means nothing.
fn derived(book: &Book<'_>) -> Result<(), String> {
    let text = std::str::from_utf8(book.material.at_top("report.csv")).map_err(|_| "not UTF-8")?;
    let is = parse(text)?;
    let wanted = rows(book.entries.iter().flatten(), &book.ledger, book.material);
    let (header, body) = is.split_first().ok_or("empty")?;
    if *header != HEADER {
        return Err("another header".to_owned());
    }
    for (i, (is, wanted)) in body.iter().zip(&wanted).enumerate() {
        let sorted = |cell: &str| {
            let mut names: Vec<String> = cell.split(' ').map(str::to_owned).collect();
            names.sort();
            names
        };
        let same = is.len() == wanted.len()
            && is.iter().zip(wanted).enumerate().all(|(column, (a, b))| a == b || (column == APPROVED_BY && sorted(a) == sorted(b)));
        if !same {
            return Err(format!("row {} is not what the log says", i + 1));
        }
    }
    if body.len() != wanted.len() {
        return Err(format!("{} rows, the log has {} outcomes", body.len(), wanted.len()));
    }
    Ok(())
}

/// RFC 4180 with every cell quoted and CRLF, as reports are written; nothing else.
fn parse(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.strip_prefix('"').ok_or("a cell without quotes")?;
        let mut cell = String::new();
        loop {
            let (before, after) = rest.split_once('"').ok_or("a quote is open")?;
            cell.push_str(before);
            match after.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    rest = more;
                }
                None => {
                    rest = after;
                    break;
                }
            }
        }
        row.push(cell);
        if let Some(next) = rest.strip_prefix(',') {
            rest = next;
        } else {
            rest = rest.strip_prefix("\r\n").ok_or("a row that does not end with CRLF")?;
            rows.push(std::mem::take(&mut row));
        }
    }
    if row.is_empty() { Ok(rows) } else { Err("the last row has no end".to_owned()) }
}
