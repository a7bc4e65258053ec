//! One HTTP request as a manifest writes it: `POST /users/{account.id}`, with query, headers and body.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::duration::as_text;
use crate::template::{Encoding, RenderError, Template};
use crate::yaml::HINT;

/// The methods that a manifest may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "RFC 9110 §9, RFC 5789")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

const METHODS: [(&str, Method); 5] =
    [("GET", Method::Get), ("POST", Method::Post), ("PUT", Method::Put), ("PATCH", Method::Patch), ("DELETE", Method::Delete)];

impl Method {
    /// `GET`.
    pub fn as_str(self) -> &'static str {
        METHODS.iter().find(|(_, m)| *m == self).map_or("GET", |(name, _)| name)
    }
}

/// Method and path: `GET /users/{account.id}`. The path goes behind `base_url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, from its `/`.
    pub path: Template,
}

/// A text that is not method and path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARequest {
    /// No method in front.
    #[error("`{0}` does not begin with a method{HINT}write it as in GET /users/{{account.id}}")]
    Method(String),
    /// The path does not begin with `/`.
    #[error("the path `{0}` does not begin with /{HINT}the path goes behind base_url")]
    Path(String),
    /// A query or fragment in the path.
    #[error("the path `{0}` holds a query{HINT}write it under `query:`")]
    Query(String),
    /// The path is no template.
    #[error(transparent)]
    Template(#[from] crate::template::TemplateError),
}

impl FromStr for Request {
    type Err = NotARequest;

    fn from_str(text: &str) -> Result<Self, NotARequest> {
        let (method, path) = text.split_once(' ').ok_or_else(|| NotARequest::Method(text.to_owned()))?;
        let method = METHODS.iter().find(|(name, _)| *name == method).map(|(_, m)| *m);
        let method = method.ok_or_else(|| NotARequest::Method(text.to_owned()))?;
        let path = path.trim();
        if !path.starts_with('/') {
            return Err(NotARequest::Path(path.to_owned()));
        }
        if path.contains(['?', '#']) {
            return Err(NotARequest::Query(path.to_owned()));
        }
        Ok(Request { method, path: path.parse()? })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path.text())
    }
}

as_text!(Request, "Request", "^(GET|POST|PUT|PATCH|DELETE) /", "Method and path: GET /users/{account.id}");

/// A value of a query, a form or a body: literals as they are, text with `{placeholders}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text, perhaps with placeholders.
    Text(Template),
    /// True, false, a number or null.
    Plain(Value),
    /// A list.
    List(Vec<Literal>),
    /// A mapping.
    Map(IndexMap<String, Literal>),
}

impl Literal {
    /// Every template in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Literal::Text(template) => vec![template],
            Literal::Plain(_) => Vec::new(),
            Literal::List(items) => items.iter().flat_map(Literal::templates).collect(),
            Literal::Map(map) => map.values().flat_map(Literal::templates).collect(),
        }
    }

    /// The JSON value, for a body: a text that is one placeholder keeps the type of its value.
    ///
    /// # Errors
    /// Names the placeholder that has no value.
    pub fn value<'v>(&self, value: &dyn Fn(&str) -> Option<std::borrow::Cow<'v, Value>>) -> Result<Value, RenderError> {
        Ok(match self {
            Literal::Text(template) => template.value(value)?,
            Literal::Plain(plain) => plain.clone(),
            Literal::List(items) => Value::Array(items.iter().map(|item| item.value(value)).collect::<Result<_, _>>()?),
            Literal::Map(map) => {
                let pairs = map.iter().map(|(name, item)| item.value(value).map(|v| (name.clone(), v)));
                Value::Object(pairs.collect::<Result<Map<_, _>, _>>()?)
            }
        })
    }

    /// The text that goes into a query or a form, not yet encoded; several where a list repeats the key.
    ///
    /// # Errors
    /// Names the placeholder that has no value.
    pub fn texts<'v>(&self, value: &dyn Fn(&str) -> Option<std::borrow::Cow<'v, Value>>) -> Result<Vec<String>, RenderError> {
        Ok(match self {
            Literal::Text(template) => vec![template.render(Encoding::Raw, value)?],
            Literal::Plain(Value::Null) => Vec::new(),
            Literal::Plain(plain) => vec![plain.to_string()],
            Literal::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend(item.texts(value)?);
                }
                all
            }
            Literal::Map(_) => return Err(RenderError::NotText("a mapping".to_owned())),
        })
    }
}

impl TryFrom<Value> for Literal {
    type Error = crate::template::TemplateError;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        Ok(match value {
            Value::String(text) => Literal::Text(text.parse()?),
            Value::Array(items) => Literal::List(items.into_iter().map(Literal::try_from).collect::<Result<_, _>>()?),
            Value::Object(map) => {
                Literal::Map(map.into_iter().map(|(k, v)| Literal::try_from(v).map(|v| (k, v))).collect::<Result<_, _>>()?)
            }
            plain => Literal::Plain(plain),
        })
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Literal::try_from(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Literal::Text(template) => template.serialize(serializer),
            Literal::Plain(plain) => plain.serialize(serializer),
            Literal::List(items) => items.serialize(serializer),
            Literal::Map(map) => map.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Literal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Literal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "A literal, or text with {placeholders}"})
    }
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `account`: built from `account.map`, backwards, with every attribute that may be written.
    Account,
    /// `account.changes`: the same with only what changes.
    AccountChanges,
    /// A mapping as it stands, with `{placeholders}`.
    Literal(IndexMap<String, Literal>),
}

impl Body {
    /// Every template in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Body::Account | Body::AccountChanges => Vec::new(),
            Body::Literal(map) => map.values().flat_map(Literal::templates).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Body;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("account, account.changes or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Body, E> {
                match text {
                    "account" => Ok(Body::Account),
                    "account.changes" => Ok(Body::AccountChanges),
                    other => Err(E::custom(format!("`{other}` is not a body{HINT}write account, account.changes or a mapping"))),
                }
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Body, A::Error> {
                IndexMap::deserialize(MapAccessDeserializer::new(map)).map(Body::Literal)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Body::Account => serializer.serialize_str("account"),
            Body::AccountChanges => serializer.serialize_str("account.changes"),
            Body::Literal(map) => map.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Body {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Body".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"anyOf": [{"enum": ["account", "account.changes"]}, {"type": "object"}],
            "description": "account (from account.map, backwards), account.changes, or a mapping with {placeholders}"})
    }
}
