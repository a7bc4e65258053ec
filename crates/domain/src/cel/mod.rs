//! Conditions: a closed part of CEL, boolean, checked at load (DESIGN §4).
//!
//! The crate `cel` parses; this module walks what it parsed and keeps only what a condition may hold, so that a new release of
//! the crate touches one file and no condition can run long: `&& || ! == != < <= > >= in ?:`, field access, indexes, literals,
//! lists, `has()`, `startsWith endsWith contains lowerAscii size`, and `exists`/`all`, one deep. No arithmetic, no regular
//! expressions, no dates.
//!
//! One rule differs from CEL, because rows of real apps lack attributes: a comparison with a missing attribute is false, never an
//! error; `x == null` asks for that, and `has(x.y)` too. A missing attribute alone counts as false.

mod eval;
mod node;
mod scope;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::yaml::HINT;
pub use scope::{Field, Scope};

/// Longest condition, in characters.
pub const MAX_CHARS: usize = 1_000;

/// Why a text is not a condition, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CelError {
    /// Character of the text, from 1; 0 where the whole text is meant.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl CelError {
    fn new(at: usize, what: impl Into<String>) -> Self {
        CelError { at, what: what.into(), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for CelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.at > 0 {
            write!(f, " (character {} of the condition)", self.at)?;
        }
        match &self.hint {
            Some(hint) => write!(f, "{HINT}{hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CelError {}

/// A condition that was parsed and holds nothing that a condition may not hold. Compares by its text. Cheap to clone.
#[derive(Clone)]
pub struct Condition {
    text: String,
    root: Arc<node::Node>,
}

impl Condition {
    /// Parses a condition. Names are checked apart, by [`Condition::check`]: which ones are known depends on the key that it stands under.
    ///
    /// # Errors
    /// Not CEL, longer than [`MAX_CHARS`], or something that a condition may not hold, with the character.
    pub fn parse(text: &str) -> Result<Condition, CelError> {
        Ok(Condition { text: text.to_owned(), root: Arc::new(node::parse(text)?) })
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks every name against what the key allows, and that the result is true or false.
    ///
    /// # Errors
    /// The first name that is not known, with the nearest known one; or a result that is not a boolean.
    pub fn check(&self, scope: &Scope) -> Result<(), CelError> {
        scope::check(&self.root, scope)
    }

    /// Whether it holds for these variables. What is missing is false; nothing here fails or panics.
    pub fn holds(&self, variables: &[(&str, &Value)]) -> bool {
        eval::holds(&self.root, variables)
    }

    /// The variables that it names.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.variables(&mut names);
        names
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Condition {}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.text)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Condition::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Condition {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "maxLength": MAX_CHARS, "description": "A condition in CEL: true or false"})
    }
}

#[cfg(test)]
mod tests;
