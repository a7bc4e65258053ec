//! `report.csv`: one row an outcome, for reading. Derived from the log, so a checker makes it again and compares
//! (approvals-and-evidence.md §5).

use serde_json::{Map, Value};

use crate::jsonl;
use crate::log::{Entry, Logged};
use crate::text::spreadsheet_cell;
use crate::time::Time;

use super::ledger::Ledger;
use super::source::Blobs;

/// The columns.
pub(crate) const HEADER: [&str; 11] =
    ["seq", "subject", "person", "account", "instance", "action", "why", "approved_by", "sent_at", "read_at", "state"];
/// What stands where personal text was erased.
const ERASED: &str = "(erased)";
/// The column with the approvers, whose order means nothing.
pub(crate) const APPROVED_BY: usize = 7;

/// The report over these entries (RFC 4180, UTF-8, CRLF, every cell quoted). What a blob store does not have is `(erased)` or empty.
pub fn report(log: &[Logged], blobs: &dyn Blobs) -> Vec<u8> {
    let mut out = String::new();
    row(&mut out, HEADER.iter().map(|h| (*h).to_owned()));
    for cells in rows(log.iter(), &Ledger::new(log.iter(), blobs), blobs) {
        row(&mut out, cells.into_iter());
    }
    out.into_bytes()
}

fn row(out: &mut String, cells: impl Iterator<Item = String>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

/// The cells of each row as they are to be shown.
pub(crate) fn rows<'a>(log: impl Iterator<Item = &'a Logged>, ledger: &Ledger, blobs: &dyn Blobs) -> Vec<[String; 11]> {
    let mut made = Vec::new();
    for logged in log {
        let Entry::Outcome { run, n, state, sent_at, read_at, .. } = &logged.entry else { continue };
        let step = ledger.step(run, *n);
        let opening = step.and_then(|s| blobs.blob(&s.about)).and_then(|line| jsonl::object(&line).ok());
        let time = |t: &Option<Time>| t.map(|t| t.to_string()).unwrap_or_default();
        let cells = [
            logged.seq.to_string(),
            step.map(|s| s.subject.clone()).unwrap_or_default(),
            opening.as_ref().map_or(ERASED.to_owned(), person),
            opening.as_ref().map_or(ERASED.to_owned(), account),
            step.map(|s| s.instance.clone()).unwrap_or_default(),
            step.map(|s| s.action.clone()).unwrap_or_default(),
            step.map(|s| s.why.clone()).unwrap_or_default(),
            ledger.approvers(run).join(" "),
            time(sent_at),
            time(read_at),
            state.clone(),
        ];
        made.push(cells.map(|cell| spreadsheet_cell(&cell)));
    }
    made
}

fn text(map: &Map<String, Value>, part: &str, key: &str) -> Option<String> {
    map.get(part)?.get(key)?.as_str().map(str::to_owned).filter(|t| !t.is_empty())
}

fn person(opening: &Map<String, Value>) -> String {
    text(opening, "person", "name").or_else(|| text(opening, "person", "email")).unwrap_or_default()
}

fn account(opening: &Map<String, Value>) -> String {
    ["userName", "id"].iter().find_map(|key| text(opening, "account", key)).unwrap_or_default()
}
