//! The vendor's account under SCIM's names: one map that reads and, backwards, writes.

use std::fmt;

use indexmap::IndexMap;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::account::{Authority, Kind, Standing};
use crate::path::JsonPath;
use crate::yaml::At;

/// How the app shows an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {key, map, status, …}")]
pub struct AccountMap {
    /// The attribute that is the native id: it never changes and is never used again.
    pub key: At<String>,
    /// SCIM's name of an attribute: where the app has it. Left out where a file's headers say it (csv) or the protocol does (scim).
    #[serde(default)]
    pub map: IndexMap<At<String>, At<Attribute>>,
    /// What the vendor's words for the state mean.
    #[serde(default)]
    pub status: Option<StatusMap>,
    /// What the vendor's words for the kind of account mean.
    #[serde(default)]
    pub kind: Option<KindMap>,
    /// Who owns the login.
    #[serde(default)]
    pub authority: Authority,
}

/// Where one attribute is, and what may be done with it. Short form: only the path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribute {
    /// Where the app has it.
    pub path: JsonPath,
    /// Whether it can be written.
    pub access: Access,
    /// How a date or time is written.
    pub format: Option<ValueFormat>,
    /// A password of so many characters is made and never shown.
    pub generate: Option<u8>,
    /// The vendor's value for each of ours, where they differ.
    pub values: IndexMap<String, Value>,
}

/// What may be done with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Read and written.
    #[default]
    ReadWrite,
    /// Only read.
    Read,
    /// Only written when the account is created.
    Create,
    /// Only written.
    Write,
}

/// How a vendor writes a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValueFormat {
    /// RFC 3339.
    DateTime,
    /// `YYYY-MM-DD`.
    Date,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
}

/// The long form of an attribute.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a path or {path, access, format, generate, values}")]
struct LongAttribute {
    /// Where the app has it.
    path: JsonPath,
    /// Whether it can be written.
    #[serde(default)]
    access: Access,
    /// How a date or time is written.
    #[serde(default)]
    format: Option<ValueFormat>,
    /// A password of so many characters is made and never shown.
    #[serde(default)]
    generate: Option<u8>,
    /// The vendor's value for each of ours, where they differ.
    #[serde(default)]
    values: IndexMap<String, Value>,
}

impl From<JsonPath> for Attribute {
    fn from(path: JsonPath) -> Self {
        Attribute { path, access: Access::default(), format: None, generate: None, values: IndexMap::new() }
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Attribute;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path or {path, access, format, generate, values}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Attribute, E> {
                text.parse::<JsonPath>().map(Attribute::from).map_err(E::custom)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Attribute, A::Error> {
                let LongAttribute { path, access, format, generate, values } = LongAttribute::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Attribute { path, access, format, generate, values })
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Attribute {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Attribute".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (short, long) = (generator.subschema_for::<JsonPath>(), generator.subschema_for::<LongAttribute>());
        schemars::json_schema!({"anyOf": [short, long]})
    }
}

/// What the vendor's words for the state mean. A word that is not listed is `unknown`, and said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {path, values}")]
pub struct StatusMap {
    /// Where the app has the word; left out where a file's header says it.
    #[serde(default)]
    pub path: Option<At<JsonPath>>,
    /// Each word: `{status, door, seat}`. `true` and `false` are words too.
    pub values: IndexMap<At<String>, At<Standing>>,
}

impl StatusMap {
    /// What this value of the vendor means; `None`: not listed. Words compare as they are first, then without regard to case.
    pub fn standing(&self, value: &Value) -> Option<Standing> {
        let word = match value {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Null => "null".to_owned(),
            Value::Array(_) | Value::Object(_) => return None,
        };
        let exact = self.values.iter().find(|(known, _)| known.value == word);
        exact.or_else(|| self.values.iter().find(|(known, _)| known.value.eq_ignore_ascii_case(&word))).map(|(_, standing)| standing.value)
    }
}

/// What the vendor's words for the kind of account mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {path, values}")]
pub struct KindMap {
    /// Where the app has the word.
    pub path: At<JsonPath>,
    /// Each word: what it means.
    pub values: IndexMap<String, Kind>,
}
