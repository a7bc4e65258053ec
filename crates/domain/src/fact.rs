//! What is said about an app, by whom and since when (DESIGN §4, §9). Unknown is said as unknown (invariant 13).

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::one_or_many::OneOrMany;
use crate::person::Day;
use crate::yaml::{At, KNOWN};

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FactStatus {
    /// Ran against a live tenant, on the date in `seen`.
    Tenant,
    /// The vendor's published machine-readable specification says so.
    VendorSpec,
    /// The vendor's documentation says so.
    VendorDocs,
    /// Somebody else's page or code says so.
    ThirdParty,
    /// Believed, or looked for without a document to cite. Never shown as verified.
    Unverified,
}

impl FactStatus {
    /// All of them, the best known first.
    pub const ALL: [FactStatus; 5] =
        [FactStatus::Tenant, FactStatus::VendorSpec, FactStatus::VendorDocs, FactStatus::ThirdParty, FactStatus::Unverified];

    /// The word of the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            FactStatus::Tenant => "tenant",
            FactStatus::VendorSpec => "vendor_spec",
            FactStatus::VendorDocs => "vendor_docs",
            FactStatus::ThirdParty => "third_party",
            FactStatus::Unverified => "unverified",
        }
    }

    /// Whether the guide may show it as checked (it then has a source and a date).
    pub const fn is_sourced(self) -> bool {
        !matches!(self, FactStatus::Unverified)
    }
}

/// A value, or one of the words that say why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Known<T> {
    /// The thing itself.
    Is(T),
    /// Looked for and not found; `looked_in` says where. Not the same as "no".
    NoneFound,
    /// The question does not arise for this app.
    NotApplicable,
    /// Nobody looked, or nobody can say.
    #[default]
    Unknown,
}

impl<T> Known<T> {
    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Known::Is(value) => Some(value),
            _ => None,
        }
    }
}

/// One statement about an app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a fact: {value, status, source, seen, note, looked_in}")]
#[cfg_attr(test, schemars(bound = "T: schemars::JsonSchema", rename = "Fact_{T}"))]
pub struct Fact<T> {
    /// The thing itself, or none_found, not_applicable, unknown.
    pub value: At<Known<T>>,
    /// How well it is known.
    pub status: FactStatus,
    /// Keys of `sources`.
    #[serde(default, skip_serializing_if = "OneOrMany::is_nothing")]
    pub source: OneOrMany<String>,
    /// When it was seen there, `YYYY-MM-DD`; the source's own `checked` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "optional_day")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub seen: Option<Day>,
    /// What else a reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where was looked, for none_found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_in: Option<String>,
}

impl<T> OneOrMany<T> {
    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }
}

/// A fact, or several that disagree and are all kept and shown. Empty where nothing is said: shown as unknown.
pub type Claims<T> = OneOrMany<Fact<T>>;

/// A calendar day in a file that people write.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
    let text = String::deserialize(deserializer)?;
    Day::parse(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a day{}write it as in 2026-11-30", crate::yaml::HINT)))
}

pub(crate) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
    day(deserializer).map(Some)
}

/// The words that say why there is no value.
pub(crate) const WORDS: [&str; 3] = ["none_found", "not_applicable", "unknown"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Known<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, or one of none_found, not_applicable, unknown")
            }

            /// Only for one of the words.
            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Self::Value, E> {
                match word {
                    "none_found" => Ok(Known::NoneFound),
                    "not_applicable" => Ok(Known::NotApplicable),
                    _ => Ok(Known::Unknown),
                }
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
                T::deserialize(value).map(Known::Is)
            }
        }

        deserializer.deserialize_newtype_struct(KNOWN, Reader(PhantomData))
    }
}

impl<T: Serialize> Serialize for Known<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Known::Is(value) => value.serialize(serializer),
            Known::NoneFound => serializer.serialize_str(WORDS[0]),
            Known::NotApplicable => serializer.serialize_str(WORDS[1]),
            Known::Unknown => serializer.serialize_str(WORDS[2]),
        }
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Known<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Known_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<T>();
        schemars::json_schema!({"anyOf": [value, {"enum": WORDS}]})
    }
}
