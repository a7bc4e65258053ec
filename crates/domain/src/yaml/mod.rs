//! The one place that reads YAML: the files that people write become types, or a message with file, line and hint.
//!
//! A text becomes a tree of raw values with their places ([`node`]), and the types are read from it ([`read`]). No anchors, aliases,
//! merges or tags, a bounded depth and number of values, and no word that turns into a boolean by itself ([`scalar`]).

mod at;
mod node;
mod read;
mod scalar;
mod wrong;

use std::marker::PhantomData;
use std::path::Path;

use serde::de::DeserializeOwned;

pub use at::At;

use crate::diagnostic::{Diagnostic, nearest};
use wrong::{Place, What, Wrong};

/// Names of newtypes that our reader knows: it gives `At` the place and the value.
const AT: &str = "usher.at";
/// It gives a list as one, and anything else as itself.
pub(crate) const ONE_OR_MANY: &str = "usher.one_or_many";
/// It gives the words of [`crate::fact::WORDS`] as text, and anything else as itself.
pub(crate) const KNOWN: &str = "usher.known";

/// Which kind of file is read: it decides the codes of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    syntax: &'static str,
    unknown: &'static str,
    missing: &'static str,
    value: &'static str,
    duplicate: &'static str,
    budget: &'static str,
}

/// `apps/<app>/app.yaml`.
pub const MANIFEST: Area = Area {
    syntax: "MANIFEST-001",
    unknown: "MANIFEST-002",
    missing: "MANIFEST-003",
    value: "MANIFEST-004",
    duplicate: "MANIFEST-005",
    budget: "MANIFEST-006",
};

/// `usher.yaml`.
pub const WORKSPACE: Area = Area {
    syntax: "WORKSPACE-001",
    unknown: "WORKSPACE-002",
    missing: "WORKSPACE-003",
    value: "WORKSPACE-004",
    duplicate: "WORKSPACE-005",
    budget: "WORKSPACE-006",
};

/// A list of accounts that a person typed (`lists/<instance>.yaml`).
pub const LIST: Area =
    Area { syntax: "LIST-001", unknown: "LIST-002", missing: "LIST-003", value: "LIST-004", duplicate: "LIST-005", budget: "LIST-006" };

/// Reads one document of that type. `file` is only named in messages.
///
/// # Errors
/// The first thing that is wrong, with its line and column: not YAML, an unknown key (with the nearest known one), a missing
/// key, a wrong type or value, a key twice, or a file that is larger or deeper than such a file may be.
pub fn from_str<T: DeserializeOwned>(area: Area, file: impl AsRef<Path>, text: &str) -> Result<T, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    node::tree(text).and_then(|root| read::read(&root, PhantomData)).map_err(|wrong| diagnose(area, file.as_ref(), text, &wrong))
}

#[cold]
fn diagnose(area: Area, file: &Path, text: &str, wrong: &Wrong) -> Diagnostic {
    let place = wrong.place();
    message(area, text, wrong.what(), place).at(file, place.map(|at| at.line), place.map(|at| at.column))
}

fn message(area: Area, text: &str, what: &What, place: Option<Place>) -> Diagnostic {
    let unknown = |said: String, hint: String| Diagnostic::new(area.unknown, "unknown key or word", said).hint(hint);
    match what {
        What::Key { word, known } => unknown(format!("`{word}` is not a key here"), offer(word, known, "keys")),
        What::Word { word, known } => unknown(format!("`{word}` is not known here"), offer(word, known, "words")),
        What::Missing(field) => {
            Diagnostic::new(area.missing, "a key is missing", format!("`{field}` is missing")).hint(format!("add `{field}: …` here"))
        }
        What::Twice { key, first } => {
            let said = format!("`{key}` stands twice in one mapping, first in line {first}");
            Diagnostic::new(area.duplicate, "a key stands twice", said).hint("keep one of the two")
        }
        What::Refused(said) => Diagnostic::new(area.budget, "YAML that is not accepted", said).hint(
            "write the values out: anchors (&), aliases (*), merges (<<) and tags (!) are not accepted, and a file has at most 20,000 values",
        ),
        What::Second => Diagnostic::new(area.syntax, "not readable as YAML", "a second document begins here")
            .hint("keep one document: remove the line `---`"),
        What::Empty => Diagnostic::new(area.syntax, "not readable as YAML", "the file is empty"),
        What::Syntax(said) => syntax(area, text, said, place),
        What::Value(said) => hinted(Diagnostic::new(area.value, "a value that can't stand here", ""), said),
    }
}

fn syntax(area: Area, text: &str, said: &str, place: Option<Place>) -> Diagnostic {
    let line = place.and_then(|at| usize::try_from(at.line).ok()).and_then(|line| text.lines().nth(line.saturating_sub(1)));
    let message = hinted(Diagnostic::new(area.syntax, "not readable as YAML", ""), said);
    if line.is_some_and(|line| line.trim_start_matches(' ').starts_with('\t')) || said.contains("tab") {
        return message.hint("indent with spaces, not with tabs");
    }
    if line.is_some_and(|line| line.contains("[*]")) {
        return message.hint("put quotes around a path that holds [*]: \"$.users[*]\"");
    }
    message
}

/// A text that may hold a hint, as detail and hint.
fn hinted(message: Diagnostic, said: &str) -> Diagnostic {
    let (detail, hint) = said.split_once(HINT).map_or((said, None), |(detail, hint)| (detail, Some(hint.to_owned())));
    Diagnostic { detail: detail.to_owned(), hint, ..message }
}

/// What stands between detail and hint in the text of an error that a type's own reader makes.
pub(crate) const HINT: &str = "\nhint: ";

/// "did you mean …", or all that would do.
pub(crate) fn offer(wrong: &str, known: &[&str], what: &str) -> String {
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the {what} are: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests;
