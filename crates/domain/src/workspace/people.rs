//! Who the people are, and whose an account is.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::account::Kind;
use crate::cel::Condition;
use crate::duration::{CompleteReads, as_text};
use crate::yaml::{At, HINT};

/// Where people come from (lifecycle.md §1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {sources, join, prefer}")]
pub struct People {
    /// Instances that know people.
    pub sources: IndexMap<At<String>, PeopleSource>,
    /// What makes two employments one person.
    pub join: Vec<At<Join>>,
    /// Which source is believed, per attribute.
    pub prefer: IndexMap<String, Vec<String>>,
}

/// One source of people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a source of people: {key, type, absence}")]
pub struct PeopleSource {
    /// The attribute that names an employment.
    pub key: String,
    /// Type of all its employments, where the source has no column for it.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// What it means if somebody is no longer listed.
    #[serde(default)]
    pub absence: Absence,
}

/// What it means if somebody is no longer listed. Rows that vanish never mean a leaver unless the source says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Nothing.
    #[default]
    Unknown,
    /// The employment ended, once so many complete reads in a row don't show it.
    EndsAfter(CompleteReads),
}

/// What makes two employments one person: `hr.previous_id == vms.contract_id`, or `{all: [birth_date, same_email(personal_email)]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Join {
    /// One attribute of one source equals one of another.
    Equal(SourceAttribute, SourceAttribute),
    /// All of these are equal; weaker, so it makes a finding (`duplicate_person`) and no join.
    All(Vec<JoinKey>),
}

/// `hr.previous_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAttribute {
    /// The source.
    pub source: String,
    /// Its attribute.
    pub attribute: String,
}

/// One attribute that must be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinKey {
    /// Equal as it is.
    Same(String),
    /// `same_email(x)`: equal as an address.
    SameEmail(String),
}

/// A text that is no way to join.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAJoin {
    /// Not `a.x == b.y`.
    #[error(
        "`{0}` is no way to join people{HINT}write hr.previous_id == vms.contract_id, or {{all: [birth_date, same_email(personal_email)]}}"
    )]
    Text(String),
    /// Not an attribute.
    #[error("`{0}` is not an attribute{HINT}write its name, or same_email(name)")]
    Key(String),
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl FromStr for Join {
    type Err = NotAJoin;

    fn from_str(text: &str) -> Result<Self, NotAJoin> {
        let side = |side: &str| {
            let (source, attribute) = side.trim().split_once('.')?;
            let good = crate::names::is_instance(source) && is_name(attribute);
            good.then(|| SourceAttribute { source: source.to_owned(), attribute: attribute.to_owned() })
        };
        let sides = text.split_once("==").and_then(|(a, b)| Some((side(a)?, side(b)?)));
        sides.map(|(a, b)| Join::Equal(a, b)).ok_or_else(|| NotAJoin::Text(text.to_owned()))
    }
}

impl FromStr for JoinKey {
    type Err = NotAJoin;

    fn from_str(text: &str) -> Result<Self, NotAJoin> {
        let email = text.strip_prefix("same_email(").and_then(|t| t.strip_suffix(')'));
        match email {
            Some(name) if is_name(name) => Ok(JoinKey::SameEmail(name.to_owned())),
            None if is_name(text) => Ok(JoinKey::Same(text.to_owned())),
            _ => Err(NotAJoin::Key(text.to_owned())),
        }
    }
}

impl fmt::Display for JoinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinKey::Same(name) => f.write_str(name),
            JoinKey::SameEmail(name) => write!(f, "same_email({name})"),
        }
    }
}

as_text!(JoinKey, "JoinKey", "^(same_email\\()?[A-Za-z][A-Za-z0-9_]*\\)?$", "An attribute, or same_email(attribute)");

/// The long form of a join.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a.x == b.y, or {all: […]}")]
struct All {
    /// All of these are equal.
    all: Vec<JoinKey>,
}

impl<'de> Deserialize<'de> for Join {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Join;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a.x == b.y, or {all: […]}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Join, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Join, A::Error> {
                All::deserialize(MapAccessDeserializer::new(map)).map(|a| Join::All(a.all))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Join {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Join::Equal(a, b) => serializer.collect_str(&format_args!("{}.{} == {}.{}", a.source, a.attribute, b.source, b.attribute)),
            Join::All(all) => All { all: all.clone() }.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Join {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Join".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let all = generator.subschema_for::<All>();
        schemars::json_schema!({"anyOf": [{"type": "string", "description": "hr.previous_id == vms.contract_id"}, all]})
    }
}

/// What an account is, decided before correlation; the first rule that matches wins (lifecycle.md §3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a rule: {when, kind, owners, purpose}")]
pub struct Classify {
    /// Over `account` and `instance`.
    pub when: At<Condition>,
    /// What it then is.
    pub kind: Kind,
    /// Who answers for it: addresses of people or teams.
    #[serde(default)]
    pub owners: Vec<String>,
    /// `primary privileged test …`.
    #[serde(default)]
    pub purpose: Option<String>,
}

/// One rule of correlation (lifecycle.md §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a rule: {match, to, strength}")]
pub struct Correlate {
    /// The attribute of the account, SCIM's name.
    #[serde(rename = "match")]
    pub attribute: String,
    /// What of the person it is compared with; the same attribute if left out.
    #[serde(default)]
    pub to: Option<MatchTo>,
    /// Whether it makes a link or a question.
    pub strength: Strength,
    /// Whether `+tag` in an address counts.
    #[serde(default)]
    pub plus: Plus,
}

/// What of a person an attribute is compared with, where it is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MatchTo {
    /// The employee number.
    EmployeeNumber,
    /// A work address.
    Email,
    /// What stands before the `@` of a work address.
    EmailLocalPart,
    /// The login by `login:` naming.
    Login,
}

/// Whether a match makes a link or a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A link, if all definite rules agree.
    Definite,
    /// A question for a person, never a link.
    Candidate,
}

/// Whether `+tag` in an address counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Plus {
    /// It does.
    #[default]
    Keep,
    /// It is left out of both sides.
    Strip,
}

/// The rules of correlation if nothing is written (lifecycle.md §4).
pub(super) fn default_correlate() -> Vec<Correlate> {
    let rule = |attribute: &str, to, strength| Correlate { attribute: attribute.to_owned(), to, strength, plus: Plus::Keep };
    vec![
        rule("employeeNumber", None, Strength::Definite),
        rule("email", None, Strength::Definite),
        rule("userName", Some(MatchTo::EmailLocalPart), Strength::Candidate),
    ]
}
