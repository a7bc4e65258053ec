//! What usher tells people when something is wrong: a stable code, a fixed summary, a detail and a hint.

use std::fmt;
use std::path::PathBuf;

/// Where in a file something is wrong. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: PathBuf,
    /// Line, from 1; `None` where the whole file is meant.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
}

/// What the process exits with (DESIGN §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// 0: what was asked is done.
    Done = 0,
    /// 1: it failed.
    Failed = 1,
    /// 2: the command was used wrongly.
    Usage = 2,
    /// 3: findings exist (`findings --fail`).
    Findings = 3,
    /// 4: `apply` waits for an approval or a person.
    Waits = 4,
    /// 5: a run ended with steps that are not confirmed.
    NotConfirmed = 5,
    /// 6: a guard stopped it.
    Guard = 6,
}

/// A message for a person. The summary never holds text that a user chose; the detail may.
///
/// Rendering makes foreign characters visible (`text::visible`), so a detail may hold any name as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable and documented, e.g. `PLAN-004`.
    pub code: &'static str,
    /// One fixed phrase for this code.
    pub summary: &'static str,
    /// What exactly, in the user's own words: which file, instance, account; what was not done.
    pub detail: String,
    /// One thing to do next, best as a command that can be pasted.
    pub hint: Option<String>,
    /// Where, if it is in a file.
    pub place: Option<Place>,
    /// What the process exits with if this ends the command.
    pub exit: Exit,
}

impl Diagnostic {
    /// An error that ends the command with exit code 1.
    pub fn new(code: &'static str, summary: &'static str, detail: impl Into<String>) -> Self {
        Diagnostic { code, summary, detail: detail.into(), hint: None, place: None, exit: Exit::Failed }
    }

    /// The same with one thing to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a file and, if known, a line and a column (from 1).
    #[must_use]
    pub fn at(mut self, file: impl Into<PathBuf>, line: Option<u64>, column: Option<u64>) -> Self {
        self.place = Some(Place { file: file.into(), line, column });
        self
    }

    /// The same with another exit code.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}: {}", self.code, self.summary, crate::text::visible(&self.detail))
    }
}

impl std::error::Error for Diagnostic {}

/// The known name nearest to `wrong`, if one is near enough to be meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let distance = |name: &str| {
        let name = name.to_lowercase();
        // `seat` for `seat_month`: the beginning of a word was meant before any other word of its length.
        let begins = wrong.chars().count() >= 4 && name.starts_with(&wrong);
        if begins { 1 } else { strsim::damerau_levenshtein(&wrong, &name) }
    };
    known
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count().max(wrong.chars().count()) / 4)
        .min_by_key(|(distance, name)| (*distance, *name))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_offers_only_what_could_be_meant() {
        assert_eq!(nearest("pagnation", ["pagination", "page", "operations"]), Some("pagination"));
        assert_eq!(nearest("Darktrase", ["okta", "darktrace"]), Some("darktrace"));
        assert_eq!(nearest("seat", ["year", "seat_year", "seat_month"]), Some("seat_month"));
        assert_eq!(nearest("zzz", ["okta", "darktrace"]), None);
    }
}
