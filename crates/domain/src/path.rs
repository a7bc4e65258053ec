//! JSONPath as a manifest may write it: RFC 9535 with member names, indexes and `[*]` only.
//!
//! That subset can be read backwards, so that one map both reads an account and builds the body that writes one. Own code for
//! that reason; the tests ask `serde_json_path` for the same nodes.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::yaml::HINT;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// `.name` or `['name']`.
    Name(String),
    /// `[0]`; from the front only.
    Index(usize),
    /// `[*]`.
    Every,
}

/// A path that was read; compares by its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    segments: Vec<Segment>,
}

/// Why a text is not such a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with `$`.
    #[error("`{0}` is not a path{HINT}a path begins with $, as in $.profile.login")]
    NoRoot(String),
    /// Something that is not a name, an index or `[*]`.
    #[error("`{text}` can't be read from character {at}{HINT}only .name, ['name'], [0] and [*] may stand in a path")]
    Segment {
        /// The whole path.
        text: String,
        /// Character, from 1.
        at: usize,
    },
}

/// Why a value can't be written to a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a value can't be written to `{0}`")]
pub struct NotWritable(pub String);

impl FromStr for JsonPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut rest = text.strip_prefix('$').ok_or_else(|| PathError::NoRoot(text.to_owned()))?;
        let mut segments = Vec::new();
        while !rest.is_empty() {
            let (segment, after) = segment(rest).ok_or_else(|| {
                let read = text.len() - rest.len();
                PathError::Segment { text: text.to_owned(), at: text.get(..read).map_or(1, |t| t.chars().count() + 1) }
            })?;
            segments.push(segment);
            rest = after;
        }
        Ok(JsonPath { text: text.to_owned(), segments })
    }
}

fn segment(rest: &str) -> Option<(Segment, &str)> {
    if let Some(rest) = rest.strip_prefix("[*]").or_else(|| rest.strip_prefix(".*")) {
        return Some((Segment::Every, rest));
    }
    if let Some(rest) = rest.strip_prefix('.') {
        // RFC 9535 §2.5.1.1: a shorthand name begins with a letter, `_` or a non-ASCII character.
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii())).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let begins = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
        return begins.then(|| (Segment::Name(name.to_owned()), after));
    }
    let rest = rest.strip_prefix('[')?;
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let inner = rest.strip_prefix(quote)?;
        let (name, after) = inner.split_once(quote)?;
        let plain = !name.contains('\\') && !name.chars().any(char::is_control);
        return plain.then(|| after.strip_prefix(']').map(|after| (Segment::Name(name.to_owned()), after))).flatten();
    }
    let (digits, after) = rest.split_once(']')?;
    let canonical = digits == "0" || (!digits.starts_with('0') && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    (canonical && digits.len() < 10).then(|| digits.parse().ok()).flatten().map(|index| (Segment::Index(index), after))
}

impl JsonPath {
    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it may give more than one node.
    pub fn is_many(&self) -> bool {
        self.segments.contains(&Segment::Every)
    }

    /// All nodes, in document order.
    pub fn select<'v>(&self, root: &'v Value) -> Vec<&'v Value> {
        let mut nodes = vec![root];
        for segment in &self.segments {
            nodes = match segment {
                Segment::Name(name) => nodes.into_iter().filter_map(|node| node.get(name)).collect(),
                Segment::Index(index) => nodes.into_iter().filter_map(|node| node.get(index)).collect(),
                Segment::Every => nodes.into_iter().flat_map(children).collect(),
            };
        }
        nodes
    }

    /// The first node.
    pub fn first<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        if self.is_many() {
            return self.select(root).into_iter().next();
        }
        self.segments.iter().try_fold(root, |node, segment| match segment {
            Segment::Name(name) => node.get(name),
            Segment::Index(index) => node.get(index),
            Segment::Every => None,
        })
    }

    /// Writes a value where the path points, making the objects and lists on the way: how a body is built from `account.map`.
    ///
    /// # Errors
    /// [`NotWritable`] where the path holds `[*]`, skips an element of a list, or something else is in the way.
    pub fn write(&self, root: &mut Value, value: Value) -> Result<(), NotWritable> {
        let refuse = || NotWritable(self.text.clone());
        let mut node = root;
        for segment in &self.segments {
            node = match segment {
                Segment::Name(name) => {
                    if node.is_null() {
                        *node = Value::Object(Map::new());
                    }
                    node.as_object_mut().ok_or_else(refuse)?.entry(name.clone()).or_insert(Value::Null)
                }
                Segment::Index(index) => {
                    if node.is_null() {
                        *node = Value::Array(Vec::new());
                    }
                    let list = node.as_array_mut().ok_or_else(refuse)?;
                    if list.len() == *index {
                        list.push(Value::Null);
                    }
                    list.get_mut(*index).ok_or_else(refuse)?
                }
                Segment::Every => return Err(refuse()),
            };
        }
        *node = value;
        Ok(())
    }
}

fn children(node: &Value) -> Vec<&Value> {
    match node {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    }
}

impl<'de> Deserialize<'de> for JsonPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for JsonPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for JsonPath {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JsonPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^\\$", "description": "JSONPath (RFC 9535): .name, ['name'], [0] and [*] only"})
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> JsonPath {
        text.parse().unwrap()
    }

    #[test]
    fn nodes_are_those_of_rfc_9535() {
        let doc =
            json!({"users": [{"profile": {"login": "a", "x-y": 1}}, {"profile": {"login": "b"}}, 3], "a b": [[1, 2], [3]], "é": true});
        for text in [
            "$",
            "$.users",
            "$.users[*]",
            "$.users[*].profile.login",
            "$.users[0].profile['x-y']",
            "$['a b'][1][0]",
            "$[\"a b\"][*][*]",
            "$.users[9]",
            "$.none",
            "$.é",
            "$.*",
        ] {
            let judge = serde_json_path::JsonPath::parse(text).unwrap();
            assert_eq!(path(text).select(&doc), judge.query(&doc).all(), "{text}");
            assert_eq!(path(text).first(&doc), judge.query(&doc).first(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_backwards_is_refused_with_the_character() {
        for (text, at) in [
            ("$..login", 2),
            ("$.a[?@.b]", 4),
            ("$.a[-1]", 4),
            ("$.a[0:2]", 4),
            ("$.a[01]", 4),
            ("$.a.", 4),
            ("$.a['b", 4),
            ("$a", 2),
            ("$.a b", 4),
        ] {
            assert_eq!(text.parse::<JsonPath>(), Err(PathError::Segment { text: text.into(), at }), "{text}");
        }
        assert_eq!("login".parse::<JsonPath>(), Err(PathError::NoRoot("login".into())));
    }

    #[test]
    fn a_body_is_built_backwards() {
        let mut body = Value::Null;
        path("$.profile.login").write(&mut body, json!("ana")).unwrap();
        path("$.emails[0].value").write(&mut body, json!("ana@x")).unwrap();
        assert_eq!(body, json!({"profile": {"login": "ana"}, "emails": [{"value": "ana@x"}]}));
        for text in ["$.emails[*].value", "$.emails[5]", "$.profile.login.x"] {
            assert!(path(text).write(&mut body, json!(1)).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_means_the_same_to_another_implementation(text in r"\$(\.[a-c]{1,2}|\[[0-2]\]|\[\*\]|\['[a-c ]'\]|\[|\.|x){0,4}") {
            let doc = json!({"a": [{"b": 1, "a": {"c": [1, 2]}}, [1, 2, 3]], "ab": {"c": 4}, "c": [[0], {"a": "x"}]});
            if let Ok(read) = text.parse::<JsonPath>() {
                let judge = serde_json_path::JsonPath::parse(&text);
                prop_assert!(judge.is_ok(), "{text}");
                prop_assert_eq!(read.select(&doc), judge.unwrap().query(&doc).all());
            }
        }
    }
}
