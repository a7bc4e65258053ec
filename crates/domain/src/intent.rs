//! Somebody says that a person should or should not have something (lifecycle.md §2).

use serde::{Deserialize, Serialize};

use crate::person::PersonId;
use crate::time::Time;

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Should have it.
    Have,
    /// Should not have it.
    NotHave,
}

/// Where an intent comes from, strongest first: the order of the variants is the rank (lifecycle.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentSource {
    /// `offboard --now`.
    Emergency,
    /// Every employment is over.
    EmploymentEnded,
    /// A review took it away.
    ReviewRevoke,
    /// A request or a SCIM write.
    Request,
    /// An access rule of the workspace.
    AccessRule,
}

/// What an intent is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct About {
    /// The person.
    pub person: PersonId,
    /// The instance; `None`: every linked account (an ended employment).
    pub instance: Option<String>,
    /// `kind/id` of an entitlement; `None`: the account itself.
    pub entitlement: Option<String>,
}

/// Somebody says that a person should or should not have something, from when, known since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Stable while the same source says the same of the same person and thing, whatever the dates: 16 hex digits. So a step that rests
    /// on it holds as long as it is in effect, and is withdrawn once it is gone, reversed or moved to later.
    pub id: String,
    /// About whom and what.
    pub about: About,
    /// Have or not.
    pub says: Says,
    /// From when it holds (the control's clock).
    pub effective_from: Time,
    /// Until when; `None`: open.
    pub effective_to: Option<Time>,
    /// When usher could know it (IT's clock).
    pub known_at: Time,
    /// Where it comes from.
    pub source: IntentSource,
    /// For people: `left 2026-09-30 (hr)`.
    pub text: String,
    /// The snapshot of the people source that it rests on, if one.
    pub snapshot: Option<u64>,
}

impl Intent {
    /// Whether it holds at this time.
    pub fn in_effect(&self, now: Time) -> bool {
        self.effective_from <= now && self.effective_to.is_none_or(|to| to > now)
    }

    /// The id of an intent that says this.
    pub fn id_of(about: &About, says: Says, source: IntentSource) -> String {
        let text = format!("{about:?} {says:?} {source:?}");
        crate::digest::Digest::of(text.as_bytes()).hex()[..16].to_owned()
    }
}
