//! What is said about an app, by whom and since when (DESIGN §4, §9). Unknown is said as unknown (invariant 13).

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::one_or_many::OneOrMany;
use crate::person::Day;
use crate::yaml::At;

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a fact: {value, status, source, seen, note, looked_in}")]
#[serde(bound(deserialize = "T: FactValue"))]
#[schemars(bound = "T: JsonSchema", rename = "Fact_{T}")]
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
    #[schemars(with = "Option<String>")]
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

/// A type that a fact's value may have. `TEXT` keeps `1.10` as it was written.
pub trait FactValue: for<'de> Deserialize<'de> {
    /// Whether the value is text even where it looks like a number.
    const TEXT: bool = false;
}

impl FactValue for String {
    const TEXT: bool = true;
}
impl FactValue for bool {}
impl FactValue for u64 {}
impl<T: FactValue> FactValue for Vec<T> {}
impl<T: FactValue> FactValue for OneOrMany<T> {
    const TEXT: bool = false;
}
impl<T: FactValue> FactValue for IndexMap<String, T> {}

const WORDS: [&str; 3] = ["none_found", "not_applicable", "unknown"];

impl<'de, T: FactValue> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: FactValue> Visitor<'de> for Reader<T> {
            type Value = Known<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, or one of none_found, not_applicable, unknown")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                match text {
                    "none_found" => Ok(Known::NoneFound),
                    "not_applicable" => Ok(Known::NotApplicable),
                    "unknown" => Ok(Known::Unknown),
                    text => T::deserialize(StrDeserializer::new(text)).map(Known::Is),
                }
            }

            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Known::Is)
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Known::Is)
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Known::Is)
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
                T::deserialize(value.into_deserializer()).map(Known::Is)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                T::deserialize(SeqAccessDeserializer::new(list)).map(Known::Is)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Known::Is)
            }
        }

        if T::TEXT { deserializer.deserialize_str(Reader(PhantomData)) } else { deserializer.deserialize_any(Reader(PhantomData)) }
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

impl<T: JsonSchema> JsonSchema for Known<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Known_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({"anyOf": [value, {"enum": WORDS}]})
    }
}
