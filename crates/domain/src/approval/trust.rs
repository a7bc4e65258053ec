//! What a decision is judged by. All of it comes from policy, configuration and people, nothing from the decision.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::plan::Need;
use crate::time::Time;
use crate::voice::Kind;

/// A decision as the store keeps it: bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDecision {
    /// What `signature` is.
    pub kind: Kind,
    /// The message, byte for byte.
    pub statement: Vec<u8>,
    /// The `.sig` file, or the ID token.
    pub signature: Vec<u8>,
    /// When usher took it: `at` of the log's `decision` entry.
    pub taken: Time,
    /// The files of all plans of the batch, if the message is about one; else empty.
    pub batch: Vec<Vec<u8>>,
}

/// What policy asks for a plan, computed anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Required {
    /// Policy says in words that nobody is needed.
    Nobody,
    /// These. An empty list is not an approval.
    People(Vec<Need>),
}

/// What is true now.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The company's tenant.
    pub tenant: String,
    /// The configuration's digest, computed anew.
    pub config: Digest,
    /// What policy asks for this plan, computed anew from its steps.
    pub required: Required,
    /// Longest life of a decision in seconds (policy's `expires`); judged when it is taken.
    pub lives: i64,
    /// The allowed_signers file in force.
    pub signers: Vec<u8>,
    /// The revoked keys in force.
    pub revoked: Option<Vec<u8>>,
    /// The identity provider in force.
    pub oidc: Option<Vec<u8>>,
    /// Approvers who are `active` people now, by address; with their subject where they have one, so that nobody approves a
    /// step on another address of their own.
    pub active: BTreeMap<String, Option<String>>,
    /// Whom runs under standing approvals touched in the last 24 hours.
    pub freed: Vec<Freed>,
}

/// One subject that a run under a standing approval touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freed {
    /// The id of the standing approval.
    pub standing: String,
    /// When the run began.
    pub at: Time,
    /// The subject.
    pub subject: String,
}
