//! Whose account it is: stored links and the situation of an account (lifecycle.md §4).

use serde::{Deserialize, Serialize};

use crate::account::Kind;
use crate::person::PersonId;
use crate::time::Time;

/// The situation of an account: midPoint's five words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// It belongs to one person.
    Linked,
    /// It could belong to somebody: candidates for a person to decide.
    Unlinked,
    /// It belongs to nobody known.
    Unmatched,
    /// Definite keys name different people, or one key names several.
    Disputed,
    /// It is proven gone.
    Deleted,
}

/// Who made a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkBy {
    /// A correlation rule.
    Rule,
    /// A person's decision; the next lap does not undo it.
    Decision,
}

/// A stored link (or a stored "not this person").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The instance of the account.
    pub instance: String,
    /// Its native id.
    pub native_id: String,
    /// The holder; `None`: a person decided that it is nobody's (unlink), and no rule links it again.
    pub person: Option<PersonId>,
    /// Who made it.
    pub by: LinkBy,
    /// What it rests on: `employeeNumber 00017`, or the decider's reason.
    pub evidence: String,
    /// Since when.
    pub at: Time,
}

/// A person's decision about what an account is; wins over every rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    /// The instance of the account.
    pub instance: String,
    /// Its native id.
    pub native_id: String,
    /// What it is.
    pub kind: Kind,
    /// `primary privileged test …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Addresses of owners (people or teams).
    #[serde(default)]
    pub owners: Vec<String>,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: String,
}
