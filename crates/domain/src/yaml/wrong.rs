//! Why a file was not read: what is wrong, and where.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::HINT;

/// A place in the text. Lines and columns (in characters) count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// One small pointer, because every reader of every type hands it on.
#[derive(Debug)]
pub(super) struct Wrong(Box<Inner>);

#[derive(Debug)]
struct Inner {
    what: What,
    place: Option<Place>,
}

#[derive(Debug)]
pub(super) enum What {
    /// Not YAML, in the parser's words.
    Syntax(String),
    /// Nothing but blanks and comments.
    Empty,
    /// A second document.
    Second,
    /// YAML that files for usher don't use, or more of it than a file may hold.
    Refused(String),
    /// A key that stands twice in one mapping, and the line where it stands first.
    Twice {
        key: String,
        first: u64,
    },
    Key {
        word: String,
        known: &'static [&'static str],
    },
    Word {
        word: String,
        known: &'static [&'static str],
    },
    Missing(&'static str),
    /// Any other value that can't stand here; what to do may follow after [`HINT`].
    Value(String),
}

impl Wrong {
    pub(super) fn new(what: What) -> Wrong {
        Wrong(Box::new(Inner { what, place: None }))
    }

    pub(super) fn value(said: impl Into<String>) -> Wrong {
        Wrong::new(What::Value(said.into()))
    }

    /// The same at this place, unless it has one already: the innermost is the nearest.
    pub(super) fn at(mut self, place: Place) -> Wrong {
        self.0.place.get_or_insert(place);
        self
    }

    pub(super) fn what(&self) -> &What {
        &self.0.what
    }

    pub(super) fn place(&self) -> Option<Place> {
        self.0.place
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.what)
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Wrong::value(said.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Wrong::value(format!("this is {}, but {} is expected", this(found), plain(&wanted.to_string())))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Wrong::invalid_type(found, wanted)
    }

    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        Wrong::value(format!("this holds {length}, but {} is expected", plain(&wanted.to_string())))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Wrong::new(What::Word { word: word.to_owned(), known })
    }

    fn unknown_field(word: &str, known: &'static [&'static str]) -> Self {
        Wrong::new(What::Key { word: word.to_owned(), known })
    }

    fn missing_field(field: &'static str) -> Self {
        Wrong::new(What::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Wrong::value(format!("`{field}` stands twice{HINT}keep one of the two"))
    }
}

/// What was found, in a person's words.
fn this(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(n) => format!("the number {n}"),
        Unexpected::Signed(n) => format!("the number {n}"),
        Unexpected::Float(n) => format!("the number {n}"),
        Unexpected::Str(text) => format!("the text `{text}`"),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

/// What a type calls itself, in a person's words.
fn plain(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number from 0 up",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" => "text",
        "a sequence" => "a list",
        "a map" => "a mapping",
        other => other,
    }
}
