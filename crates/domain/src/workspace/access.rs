//! Who should have what, with which attributes, for how long (lifecycle.md §6).

use std::fmt;

use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cel::Condition;
use crate::duration::Duration;
use crate::manifest::EntitlementKind;
use crate::template::Template;
use crate::yaml::{At, HINT};

/// One rule of birthright: who it holds for should have an account, and these grants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a rule: {to, grants, when}")]
pub struct Access {
    /// Its name, for messages and intents; made from its place if left out.
    #[serde(default)]
    pub id: Option<At<String>>,
    /// The instance.
    pub to: At<String>,
    /// Which account of the person.
    #[serde(default = "primary")]
    pub purpose: String,
    /// What the account should hold.
    #[serde(default)]
    pub grants: Vec<At<Grant>>,
    /// For whom: over `person`.
    pub when: At<Condition>,
    /// How long a mover keeps it after the rule stopped holding.
    #[serde(default)]
    pub lose_after: Option<Duration>,
}

fn primary() -> String {
    "primary".to_owned()
}

/// `{role: analyst, scope: eu}`: one entitlement of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "WrittenGrant"))]
pub struct Grant {
    /// Its kind.
    pub kind: EntitlementKind,
    /// Its native id, or its name where the app has no ids.
    pub id: String,
    /// The part of the instance.
    pub scope: Option<String>,
}

/// How a grant is written: exactly one kind.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a grant: {role: NAME}, {group: NAME}, {licence: NAME} or {membership: NAME}")]
struct WrittenGrant {
    /// A role.
    role: Option<String>,
    /// A group.
    group: Option<String>,
    /// A licence.
    licence: Option<String>,
    /// A membership.
    membership: Option<String>,
    /// The part of the instance.
    scope: Option<String>,
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let WrittenGrant { role, group, licence, membership, scope } = WrittenGrant::deserialize(deserializer)?;
        let mut given = [
            (EntitlementKind::Role, role),
            (EntitlementKind::Group, group),
            (EntitlementKind::Licence, licence),
            (EntitlementKind::Membership, membership),
        ]
        .into_iter()
        .filter_map(|(kind, id)| id.map(|id| (kind, id)));
        match (given.next(), given.next()) {
            (Some((kind, id)), None) => Ok(Grant { kind, id, scope }),
            _ => Err(serde::de::Error::custom(format!(
                "a grant names one thing{HINT}write {{role: NAME}}, {{group: NAME}}, {{licence: NAME}} or {{membership: NAME}}"
            ))),
        }
    }
}

/// What happens with access that no rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unlisted {
    /// A finding.
    #[default]
    Report,
    /// Nothing.
    Tolerate,
    /// A step that takes it away.
    Remove,
}

/// What `unlisted` says for one instance: one word for all, or one for `accounts` and for each `kind/id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnlistedRule {
    /// For all of it.
    All(Unlisted),
    /// For each.
    Each(IndexMap<String, Unlisted>),
}

impl<'de> Deserialize<'de> for UnlistedRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = UnlistedRule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("report, tolerate, remove, or a mapping of accounts and kind/id to one of them")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<UnlistedRule, E> {
                Unlisted::deserialize(serde::de::value::StrDeserializer::new(text)).map(UnlistedRule::All)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UnlistedRule, A::Error> {
                IndexMap::deserialize(MapAccessDeserializer::new(map)).map(UnlistedRule::Each)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for UnlistedRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            UnlistedRule::All(word) => word.serialize(serializer),
            UnlistedRule::Each(map) => map.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for UnlistedRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnlistedRule".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let word = generator.subschema_for::<Unlisted>();
        schemars::json_schema!({"anyOf": [word, {"type": "object", "additionalProperties": word}]})
    }
}

/// Attributes of new accounts, and which of them are kept as they should be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountTemplate {
    /// SCIM's name: what is written there.
    pub attributes: IndexMap<At<String>, At<Template>>,
    /// Attributes that are corrected later (`attribute_drift`).
    pub keep: Vec<String>,
}

impl<'de> Deserialize<'de> for AccountTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = AccountTemplate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of attributes to text with {placeholders}, and keep: [...]")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AccountTemplate, A::Error> {
                let mut template = AccountTemplate::default();
                while let Some(name) = map.next_key::<At<String>>()? {
                    if *name == "keep" {
                        template.keep = map.next_value()?;
                    } else {
                        template.attributes.insert(name, map.next_value()?);
                    }
                }
                Ok(template)
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

impl Serialize for AccountTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.attributes {
            map.serialize_entry(name, value)?;
        }
        if !self.keep.is_empty() {
            map.serialize_entry("keep", &self.keep)?;
        }
        map.end()
    }
}

#[cfg(test)]
impl schemars::JsonSchema for AccountTemplate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AccountTemplate".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let text = generator.subschema_for::<Template>();
        schemars::json_schema!({"type": "object", "properties": {"keep": {"type": "array", "items": {"type": "string"}}}, "additionalProperties": text})
    }
}

/// How logins are named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {try, never_reuse}")]
pub struct Login {
    /// The first that nobody has or had is taken; `{n}` counts from 2.
    #[serde(rename = "try")]
    pub tries: Vec<At<Template>>,
    /// A login that somebody had is not given to anybody else.
    #[serde(default = "yes")]
    pub never_reuse: bool,
}

const fn yes() -> bool {
    true
}
