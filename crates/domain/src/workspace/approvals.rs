//! Who must agree, to what, for how long (DESIGN §5, lifecycle.md §10, approvals-and-evidence.md §2).

use std::fmt;

use serde::de::Visitor;
use serde::de::value::SeqAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cel::Condition;
use crate::duration::Duration;
use crate::fact::day;
use crate::manifest::OperationName;
use crate::person::Day;
use crate::yaml::{At, HINT};

/// One rule: who must agree to the steps that it matches. All rules that match a step are its need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a rule: {when, need, from, expires}")]
pub struct Approval {
    /// Over `step`, `instance`, `entitlement` and `person`.
    pub when: At<Condition>,
    /// So many different people; 0: nobody is needed.
    pub need: u32,
    /// One group of `approvers`, or `instance.owner`. Left out only where nobody is needed.
    #[serde(default)]
    pub from: Option<At<Decider>>,
    /// How they must decide.
    #[serde(default)]
    pub proof: Proof,
    /// How long a decision counts.
    #[serde(default)]
    pub expires: Option<Duration>,
}

/// How long a decision counts if the rule doesn't say (approvals-and-evidence.md §2.1).
pub const DECISION_LIVES: Duration = Duration::hours(72);

/// Who decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decider {
    /// `instance.owner`: whoever owns the instance of the step.
    InstanceOwner,
    /// A group of `approvers`.
    Group(String),
}

impl Decider {
    /// The group's name in a plan: owners of an instance are the group `owner.INSTANCE`.
    pub fn group(&self, instance: &str) -> String {
        match self {
            Decider::InstanceOwner => format!("{OWNER}{instance}"),
            Decider::Group(name) => name.clone(),
        }
    }
}

/// What the group of an instance's owner is called, before the instance's name.
pub(super) const OWNER: &str = "owner.";

impl<'de> Deserialize<'de> for Decider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(if text == "instance.owner" { Decider::InstanceOwner } else { Decider::Group(text) })
    }
}

impl Serialize for Decider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Decider::InstanceOwner => "instance.owner",
            Decider::Group(name) => name,
        })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Decider {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decider".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A group of approvers, or instance.owner"})
    }
}

/// What counts as a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// An SSH signature or an ID token.
    #[default]
    Any,
    /// An SSH signature.
    Sshsig,
    /// An ID token of the company's IdP.
    Oidc,
}

/// An approval signed in advance (lifecycle.md §10): it meets a need, never replaces it, and never covers an irreversible step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a standing approval: {id, actions, instances, why, people, group, until}")]
pub struct Standing {
    /// Its name, `[a-z0-9-]+`.
    pub id: At<String>,
    /// What it covers.
    pub actions: Vec<At<OperationName>>,
    /// Where.
    pub instances: AllOr,
    /// For which reasons.
    pub why: Vec<Why>,
    /// Most different people in any 24 hours.
    pub people: u32,
    /// The group that it counts for.
    pub group: At<String>,
    /// The last day that it counts.
    #[serde(deserialize_with = "day")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub until: Day,
}

/// `all`, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllOr {
    /// All of them.
    All,
    /// These.
    These(Vec<At<String>>),
}

impl<'de> Deserialize<'de> for AllOr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = AllOr;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("all, or a list")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AllOr, E> {
                if text == "all" {
                    return Ok(AllOr::All);
                }
                Err(E::custom(format!("`{text}` is not `all`{HINT}write all, or a list such as [{text}]")))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<AllOr, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(AllOr::These)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for AllOr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AllOr::All => serializer.serialize_str("all"),
            AllOr::These(names) => names.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for AllOr {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AllOr".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]})
    }
}

/// Why a step is there, in one word (lifecycle.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "lifecycle.md §2 says which rule makes which")]
pub enum Why {
    Joiner,
    Mover,
    Leaver,
    Expired,
    Owner,
    Review,
    Drift,
    Inactive,
    Request,
    Emergency,
}

impl Why {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::Joiner => "joiner",
            Why::Mover => "mover",
            Why::Leaver => "leaver",
            Why::Expired => "expired",
            Why::Owner => "owner",
            Why::Review => "review",
            Why::Drift => "drift",
            Why::Inactive => "inactive",
            Why::Request => "request",
            Why::Emergency => "emergency",
        }
    }
}

/// Somebody decides for somebody else for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a stand-in: {from, to, starts, ends}")]
pub struct Delegate {
    /// The approver who is away.
    pub from: At<String>,
    /// Who decides instead.
    pub to: At<String>,
    /// First day.
    #[serde(deserialize_with = "day")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub starts: Day,
    /// Last day.
    #[serde(deserialize_with = "day")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub ends: Day,
}

/// What happens when nobody decided in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnExpiry {
    /// It goes to those whom `tasks.escalate` names.
    #[default]
    Escalate,
    /// The plan is dropped; the finding stays open.
    Drop,
}

/// Who never approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NeverBy {
    /// The person whom a step is about.
    Subject,
    /// Who asked for it.
    Requester,
}
