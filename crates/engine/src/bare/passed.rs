//! What bare findings pass over, each said with its reason: nothing is left out silently.

use std::collections::BTreeMap;
use std::path::Path;

use usher_connect::csv::read::Exports;
use usher_connect::csv::reading::Opened;
use usher_connect::csv::shape::Options;
use usher_domain::diagnostic::{Diagnostic, nearest};

/// Files that are named in one message.
const NAMED: usize = 5;

/// BARE-003 for lists of people among the accounts, BARE-004 for files that are no exports, BARE-005 for columns that no file has.
pub(super) fn over(people: &Opened, exports: &Exports, options: &Options) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for list in &exports.people {
        let named = people.source.path();
        let same = [named, list.source.path()].map(|path| path.canonicalize().ok());
        if same[0].is_some() && same[0] == same[1] {
            continue;
        }
        let detail = format!("{} is a {} and no list of accounts; nothing was read from it", list.name, list.shape.system);
        out.push(
            Diagnostic::new("BARE-003", "a list of people lies among the accounts", detail)
                .hint("give it with --people, or move it away")
                .at(list.source.path(), None, None),
        );
    }
    let mut by_reason: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
    for (path, why) in &exports.left_out {
        by_reason.entry(why).or_default().push(path);
    }
    for (why, paths) in by_reason {
        let names: Vec<_> = paths.iter().filter_map(|path| path.file_name()).take(NAMED).map(|name| name.to_string_lossy()).collect();
        let more = paths.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (what, todo) = why.split_once(": ").unwrap_or((why, "export it as CSV, or move it away"));
        out.push(
            Diagnostic::new("BARE-004", "a file is no export and was not read", format!("{}{more}: {what}", names.join(", "))).hint(todo),
        );
    }
    let unused = exports.unused_overrides.iter().filter(|header| people.shape.unused_overrides.contains(header));
    for header in unused {
        let files = exports.accounts.iter().flat_map(|(_, files)| files).chain(&exports.people).chain([people]);
        let headers: Vec<&str> = files.flat_map(|file| file.shape.columns.iter().map(|c| file.shape.header(c.index))).collect();
        let field = options.columns.iter().find(|(_, named)| named == header).map_or("FIELD", |(field, _)| field.name());
        let hint = match nearest(header, headers.into_iter().filter(|name| !name.is_empty())) {
            Some(near) => format!("did you mean --column {field}=\"{near}\"?"),
            None => "the headers of a file: usher findings … --explain".to_owned(),
        };
        out.push(
            Diagnostic::new("BARE-005", "a column that was named is in no file", format!("no file has a header `{header}`")).hint(hint),
        );
    }
    out
}
