//! Values that know where they stand in their file.

use std::borrow::Borrow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::path::Path;

use serde::de::{EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::AT;
use super::wrong::Place;
use crate::diagnostic::Diagnostic;

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

/// Line and column in one number, for the way from the reader.
pub(super) fn packed(place: Place) -> u64 {
    place.line << 32 | place.column.min(u64::from(u32::MAX))
}

fn unpacked(place: u64) -> (u64, u64) {
    (place >> 32, place & u64::from(u32::MAX))
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = At<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, elsewhere: D) -> Result<At<T>, D::Error> {
                T::deserialize(elsewhere).map(At::nowhere)
            }

            /// What our own reader gives: the place as if it were a word, and the value as what belongs to it. So the reader of `T` is
            /// compiled once, without the questions that a list of parts would need.
            fn visit_enum<A: EnumAccess<'de>>(self, parts: A) -> Result<At<T>, A::Error> {
                let (place, value): (u64, _) = parts.variant()?;
                let (line, column) = unpacked(place);
                value.newtype_variant().map(|value| At { value, line, column })
            }
        }

        deserializer.deserialize_newtype_struct(AT, Parts(PhantomData))
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
