//! Reads types from a node. Thin on purpose: whatever stands in here is compiled again for each type that a file holds.

use std::slice::Iter;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::at::packed;
use super::node::{Node, Shape};
use super::scalar::Meaning;
use super::wrong::Wrong;
use super::{AT, HINT, KNOWN, ONE_OR_MANY};

const WHOLE: &str = "a whole number";
const NUMBER: &str = "a number";
const TRUTH: &str = "true or false";
const LIST: &str = "a list";
const MAP: &str = "a mapping (`key: value`)";

/// A node as a source of any type.
#[derive(Clone, Copy)]
pub(super) struct Reader<'n>(pub(super) &'n Node<'n>);

/// Reads one type; an error that has no place yet gets this node's.
pub(super) fn read<'de, S: DeserializeSeed<'de>>(node: &Node<'_>, seed: S) -> Result<S::Value, Wrong> {
    match seed.deserialize(Reader(node)) {
        Ok(value) => Ok(value),
        Err(wrong) => Err(wrong.at(node.place)),
    }
}

/// Something else stands where this is expected.
#[cold]
fn expected(wanted: &str, node: &Node<'_>) -> Wrong {
    let quoted = node.scalar().is_some_and(|scalar| !scalar.plain);
    let hint = match wanted {
        WHOLE | NUMBER | TRUTH if quoted => "write it without quotes",
        LIST if node.is_nothing() => "write [] for none, or leave the key out",
        MAP if node.is_nothing() => "write {} for none, or leave the key out",
        _ => return Wrong::value(format!("{wanted} is expected here, {}", node.is())),
    };
    Wrong::value(format!("{wanted} is expected here, {}{HINT}{hint}", node.is()))
}

/// A type that has keys of its own may say what it is.
#[cold]
fn expected_keys(wanted: &dyn Expected, node: &Node<'_>) -> Wrong {
    let wanted = wanted.to_string();
    // The word of a type that says nothing: its name in the code.
    expected(if wanted.starts_with("struct ") { MAP } else { &wanted }, node)
}

impl<'n> Reader<'n> {
    fn meaning(self) -> Option<Meaning<'n>> {
        self.0.scalar().map(super::scalar::Scalar::meaning)
    }

    fn text(self) -> Result<&'n str, Wrong> {
        match self.0.scalar() {
            Some(scalar) if !scalar.is_nothing() => Ok(scalar.text),
            _ => Err(expected("text", self.0)),
        }
    }

    fn items(self) -> Result<Items<'n>, Wrong> {
        match &self.0.shape {
            Shape::List(items) => Ok(Items(items.iter())),
            _ => Err(expected(LIST, self.0)),
        }
    }

    fn entries(self) -> Result<Entries<'n>, Wrong> {
        match &self.0.shape {
            Shape::Map(entries) => Ok(Entries { left: entries.iter(), value: None }),
            _ => Err(expected(MAP, self.0)),
        }
    }

    fn choice(self, words: &[&str]) -> Result<Choice<'n>, Wrong> {
        match &self.0.shape {
            Shape::Scalar { .. } if !self.0.is_nothing() => Ok(Choice { word: self.0, value: None }),
            Shape::Map(entries) => match entries.as_slice() {
                [(word, value)] => Ok(Choice { word, value: Some(value) }),
                [_, (second, _), ..] => Err(Wrong::value("only one key can stand here, and this is the second").at(second.place)),
                [] => Err(Wrong::value(format!("one key is expected here, and there is none{HINT}the keys are: {}", words.join(", ")))),
            },
            _ => Err(Wrong::value(format!("one word is expected here, {}{HINT}the words are: {}", self.0.is(), words.join(", ")))),
        }
    }

    fn whole<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.meaning() {
            Some(Meaning::Whole(n)) => visitor.visit_u64(n),
            Some(Meaning::Negative(n)) => visitor.visit_i64(n),
            _ => Err(expected(WHOLE, self.0)),
        }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.meaning() {
            Some(Meaning::Number(n)) => visitor.visit_f64(n),
            Some(Meaning::Whole(n)) => visitor.visit_u64(n),
            Some(Meaning::Negative(n)) => visitor.visit_i64(n),
            _ => Err(expected(NUMBER, self.0)),
        }
    }
}

macro_rules! as_number {
    ($how:ident: $($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.$how(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Wrong;

    as_number!(whole: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    as_number!(number: deserialize_f32 deserialize_f64);
    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match (&self.0.shape, self.meaning()) {
            (Shape::List(items), _) => visitor.visit_seq(Items(items.iter())),
            (Shape::Map(entries), _) => visitor.visit_map(Entries { left: entries.iter(), value: None }),
            (_, Some(Meaning::Truth(value))) => visitor.visit_bool(value),
            (_, Some(Meaning::Whole(n))) => visitor.visit_u64(n),
            (_, Some(Meaning::Negative(n))) => visitor.visit_i64(n),
            (_, Some(Meaning::Number(n))) => visitor.visit_f64(n),
            (_, Some(Meaning::Text(text))) => visitor.visit_str(text),
            (_, Some(Meaning::Unkept)) => Err(Wrong::value(format!("this number can't be kept{HINT}put quotes around it if it is text"))),
            (_, Some(Meaning::Nothing) | None) => visitor.visit_unit(),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.meaning() {
            Some(Meaning::Truth(value)) => visitor.visit_bool(value),
            _ => Err(expected(TRUTH, self.0)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.is_nothing() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        match (name, &self.0.shape) {
            (AT, _) => visitor.visit_enum(Placed(self.0)),
            (ONE_OR_MANY, Shape::List(items)) => visitor.visit_seq(Items(items.iter())),
            (KNOWN, Shape::Scalar { text, .. }) if crate::fact::WORDS.contains(&text.as_ref()) => visitor.visit_str(text),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        let items = self.items()?;
        if items.0.len() == length { visitor.visit_seq(items) } else { Err(Wrong::value(format!("a list of {length} is expected here"))) }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_map(self.entries()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        match self.entries() {
            Ok(entries) => visitor.visit_map(entries),
            Err(_) => Err(expected_keys(&visitor, self.0)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, words: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_enum(self.choice(words)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }
}

/// The items of a list.
struct Items<'n>(Iter<'n, Node<'n>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Wrong;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Wrong> {
        match self.0.next() {
            Some(node) => read(node, seed).map(Some),
            None => Ok(None),
        }
    }
}

/// The entries of a mapping.
struct Entries<'n> {
    left: Iter<'n, (Node<'n>, Node<'n>)>,
    value: Option<&'n Node<'n>>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Wrong;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Wrong> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        read(key, seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Wrong> {
        match self.value.take() {
            Some(value) => read(value, seed),
            None => Err(Wrong::value("a value without a key")),
        }
    }
}

/// A place and the value that stands there, for `At`.
struct Placed<'n>(&'n Node<'n>);

impl<'de> EnumAccess<'de> for Placed<'_> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Wrong> {
        seed.deserialize(packed(self.0.place).into_deserializer()).map(|place| (place, self))
    }
}

impl<'de> VariantAccess<'de> for Placed<'_> {
    type Error = Wrong;

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Wrong> {
        read(self.0, seed)
    }

    fn unit_variant(self) -> Result<(), Wrong> {
        Ok(())
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        Reader(self.0).deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        Reader(self.0).deserialize_map(visitor)
    }
}

/// A word, or a key with what belongs to it.
struct Choice<'n> {
    word: &'n Node<'n>,
    value: Option<&'n Node<'n>>,
}

impl Choice<'_> {
    fn alone(&self) -> Result<(), Wrong> {
        match self.value {
            Some(value) if !value.is_nothing() => Err(Wrong::value("nothing is expected after this word").at(value.place)),
            _ => Ok(()),
        }
    }
}

impl<'n> Choice<'n> {
    fn value(&self) -> Result<&'n Node<'n>, Wrong> {
        self.value.ok_or_else(|| {
            let word = self.word.scalar().map_or("", |scalar| scalar.text);
            Wrong::value(format!("`{word}` needs more than the word{HINT}write `{word}: …`")).at(self.word.place)
        })
    }
}

impl<'de> EnumAccess<'de> for Choice<'_> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Wrong> {
        read(self.word, seed).map(|word| (word, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        self.alone()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Wrong> {
        read(self.value()?, seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        let value = self.value()?;
        Reader(value).deserialize_tuple(length, visitor).map_err(|wrong| wrong.at(value.place))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        let value = self.value()?;
        Reader(value).deserialize_map(visitor).map_err(|wrong| wrong.at(value.place))
    }
}
