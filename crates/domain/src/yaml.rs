//! The one place that reads YAML: the files that people write become types, or a message with file, line and hint.
//!
//! The options are those of rust-shape.md §5: no anchors, no aliases, a bounded depth and number of nodes, and no word that
//! turns into a boolean by itself (`no` is Norway's code, not false).

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_saphyr::{Error, Location, MergeKeyPolicy, Options};

use crate::diagnostic::{Diagnostic, nearest};

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
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| diagnose(area, file.as_ref(), text, &error))
}

fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_aliases: 0, max_anchors: 0, max_depth: 24, max_nodes: 20_000 },
    }
}

fn diagnose(area: Area, file: &Path, text: &str, error: &Error) -> Diagnostic {
    let error = error.without_snippet();
    let place = error.location().filter(|l| *l != Location::UNKNOWN);
    let message = message(area, text, error, place);
    match place {
        Some(at) => message.at(file, Some(at.line()), Some(at.column())),
        None => message.at(file, None, None),
    }
}

fn message(area: Area, text: &str, error: &Error, place: Option<Location>) -> Diagnostic {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let message = Diagnostic::new(area.unknown, "unknown key or word", format!("`{field}` is not a key here"));
            message.hint(offer(field, expected, "keys"))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let message = Diagnostic::new(area.unknown, "unknown key or word", format!("`{variant}` is not known here"));
            message.hint(offer(variant, expected, "words"))
        }
        Error::SerdeMissingField { field, .. } => {
            Diagnostic::new(area.missing, "a key is missing", format!("`{field}` is missing")).hint(format!("add `{field}: …` here"))
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("this key");
            Diagnostic::new(area.duplicate, "a key stands twice", format!("`{key}` stands twice in one mapping"))
                .hint("keep one of the two")
        }
        Error::Budget { .. } | Error::AliasError { .. } | Error::UnknownAnchor { .. } | Error::MergeKeyNotAllowed { .. } => {
            Diagnostic::new(area.budget, "YAML that is not accepted", plain(error)).hint(
                "write the values out: anchors (&), aliases (*) and merges (<<) are not accepted, and a file has at most 20,000 values",
            )
        }
        Error::MultipleDocuments { .. } => Diagnostic::new(area.syntax, "not readable as YAML", "a second document begins here")
            .hint("keep one document: remove the line `---`"),
        Error::Eof { .. } => Diagnostic::new(area.syntax, "not readable as YAML", "the file is empty"),
        Error::Message { msg, .. } | Error::SerdeVariantId { msg, .. } => said(area, msg),
        Error::SerdeInvalidType { unexpected, expected, .. } | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            Diagnostic::new(area.value, "a value that can't stand here", format!("this is {unexpected}, but {expected} is expected"))
        }
        Error::ExternalMessage { msg, .. } => syntax(area, text, msg, place),
        other => Diagnostic::new(area.value, "a value that can't stand here", plain(other)),
    }
}

/// Text that a type's own reader wrote: what is wrong, and after a line break what to do.
fn said(area: Area, msg: &str) -> Diagnostic {
    match msg.split_once(HINT) {
        Some((detail, hint)) => Diagnostic::new(area.value, "a value that can't stand here", detail).hint(hint),
        None => Diagnostic::new(area.value, "a value that can't stand here", msg),
    }
}

fn syntax(area: Area, text: &str, msg: &str, place: Option<Location>) -> Diagnostic {
    let line = place.and_then(|at| usize::try_from(at.line()).ok()).and_then(|line| text.lines().nth(line.saturating_sub(1)));
    let message = Diagnostic::new(area.syntax, "not readable as YAML", msg);
    if line.is_some_and(|line| line.trim_start_matches(' ').starts_with('\t')) || msg.contains("tab") {
        return message.hint("indent with spaces, not with tabs");
    }
    if line.is_some_and(|line| line.contains("[*]")) {
        return message.hint("put quotes around a path that holds [*]: \"$.users[*]\"");
    }
    message
}

/// What stands between detail and hint in the text of an error that a type's own reader makes.
pub(crate) const HINT: &str = "\nhint: ";

/// What the parser says, in a person's words and without the place, which is shown anyway.
fn plain(error: &Error) -> String {
    let expected: &str = match error {
        Error::InvalidScalar { ty, .. } => ty,
        Error::Unexpected { expected, .. } => expected,
        Error::InvalidBooleanStrict { .. } => "bool",
        Error::NullIntoString { .. } => "string scalar",
        other => {
            let text = other.to_string();
            let line = text.lines().next().unwrap_or_default();
            return line.rsplit_once(" at line ").map_or(line, |(said, _)| said).to_owned();
        }
    };
    let wanted = match expected {
        "bool" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "string scalar" | "string" => "text",
        "mapping start" | "mapping" => "a mapping (`key: value`)",
        "sequence start" | "sequence" => "a list",
        other => other,
    };
    format!("{wanted} is expected here")
}

/// "did you mean …", or all that would do.
pub(crate) fn offer(wrong: &str, known: &[&str], what: &str) -> String {
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the {what} are: {}", known.join(", ")),
    }
}

/// A value with the line and column (from 1) that it stands at; 0 where nothing is known. Compares by its value alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl<T> At<T> {
    /// A value that stands in no file.
    pub const fn nowhere(value: T) -> Self {
        At { value, line: 0, column: 0 }
    }

    /// The same place with another value.
    pub(crate) fn with<U>(&self, value: U) -> At<U> {
        At { value, line: self.line, column: self.column }
    }

    /// Puts this place on a message.
    pub(crate) fn place(&self, file: &Path, message: Diagnostic) -> Diagnostic {
        let known = |n: u64| (n > 0).then_some(n);
        message.at(file, known(self.line), known(self.column))
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for At<T> {}

/// A map with places on its keys is still asked by name.
impl Borrow<str> for At<String> {
    fn borrow(&self) -> &str {
        &self.value
    }
}

impl<T: std::hash::Hash> std::hash::Hash for At<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        Ok(At { value: spanned.value, line: spanned.referenced.line(), column: spanned.referenced.column() })
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
