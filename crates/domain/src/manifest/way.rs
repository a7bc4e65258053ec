//! By what an operation is done.

use std::fmt;

use indexmap::IndexMap;
use serde::de::Visitor;
use serde::de::value::SeqAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::request::Request;
use crate::template::Template;
use crate::yaml::{At, HINT};

/// The kinds of connectors (DESIGN §1, closed set).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A REST API that the manifest describes.
    Http,
    /// RFC 7643/7644.
    Scim,
    /// A directory.
    Ldap,
    /// A database.
    Sql,
    /// A recipe in a browser.
    Browser,
    /// An export that a console or a person made.
    Csv,
    /// A file of the Baton tools.
    C1z,
    /// A person.
    Human,
}

impl Kind {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Http => "http",
            Kind::Scim => "scim",
            Kind::Ldap => "ldap",
            Kind::Sql => "sql",
            Kind::Browser => "browser",
            Kind::Csv => "csv",
            Kind::C1z => "c1z",
            Kind::Human => "human",
        }
    }

    /// Whether no person is needed for it: a person carries an export, so `csv` is not.
    pub const fn is_machine(self) -> bool {
        !matches!(self, Kind::Csv | Kind::C1z | Kind::Human)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One way to do an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By HTTP; query, headers, body and records stand beside it.
    Request(Request),
    /// By SCIM: the resource type.
    Scim(ScimResource),
    /// By LDAP.
    Ldap(Ldap),
    /// By SQL.
    Sql(Sql),
    /// By a recipe in a browser: its name under `recipes/`.
    Browser(String),
    /// By an export: its file, mostly `{a_config_key}`; open only where the instance gives that key.
    Csv(Template),
    /// By a person: the steps.
    Human(Steps),
}

impl Way {
    /// The kind of connector that does it.
    pub const fn kind(&self) -> Kind {
        match self {
            Way::Request(_) => Kind::Http,
            Way::Scim(_) => Kind::Scim,
            Way::Ldap(_) => Kind::Ldap,
            Way::Sql(_) => Kind::Sql,
            Way::Browser(_) => Kind::Browser,
            Way::Csv(_) => Kind::Csv,
            Way::Human(_) => Kind::Human,
        }
    }

    /// Whether an instance can go this way: an export needs its file named in the config, a recipe must have been recorded.
    pub fn is_open(&self, has_config: impl Fn(&str) -> bool, has_recipe: impl Fn(&str) -> bool) -> bool {
        match self {
            Way::Csv(file) => file.names().all(has_config),
            Way::Browser(recipe) => has_recipe(recipe),
            _ => true,
        }
    }
}

/// SCIM resource types (RFC 7643 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "RFC 7643 §4.1, §4.2")]
pub enum ScimResource {
    Users,
    Groups,
}

/// An LDAP search or change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {base, filter, scope, set}")]
pub struct Ldap {
    /// Where the search begins, or the entry that is changed.
    pub base: At<Template>,
    /// RFC 4515 filter; values are escaped.
    #[serde(default)]
    pub filter: Option<At<Template>>,
    /// How deep.
    #[serde(default)]
    pub scope: LdapScope,
    /// Attributes to set; a missing value removes the attribute.
    #[serde(default)]
    pub set: IndexMap<String, Option<At<Template>>>,
}

/// How deep an LDAP search goes (RFC 4511 §4.5.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LdapScope {
    /// The entry itself.
    Base,
    /// Its children.
    One,
    /// All below.
    #[default]
    Sub,
}

/// One SQL statement with named parameters (`:account_id`); values are bound, never spliced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {statement, with}")]
pub struct Sql {
    /// The statement.
    pub statement: String,
    /// Its parameters.
    #[serde(default)]
    pub with: IndexMap<String, At<Template>>,
}

/// What a person does, step by step; written as one text or as a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps(pub Vec<Template>);

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Steps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of steps")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Steps, E> {
                if text.trim().is_empty() {
                    return Err(E::custom(format!(
                        "no steps{HINT}say what the person does, as in human: \"Admin > Users: disable the user\""
                    )));
                }
                text.parse().map(|step| Steps(vec![step])).map_err(E::custom)
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Steps, A::Error> {
                let steps: Vec<Template> = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                if steps.is_empty() {
                    return Err(serde::de::Error::custom(format!("no steps{HINT}say what the person does")));
                }
                Ok(Steps(steps))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Steps {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Steps".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "description": "What a person does"})
    }
}
