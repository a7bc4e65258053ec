//! The corridor: one account's data goes one way, from a read to a confirmed read-back. Start here.
//!
//! ```text
//! app manifest → read → graph → findings → plan → approval → run → read-back → evidence
//!                  ↑ snapshot        ↑ intents                       │
//!                  └──────────────── the next lap ───────────────────┘
//! ```
//!
//! Each station is one call, and what it gives is what the next one takes. From a plan to a write the doors are types that only the
//! station before can build: `Plan → ApprovedPlan → ReadyStep → WritePermit → write` (domain::plan, domain::approval, domain::journal).
//! [`crate::step`] walks through them for one step; there is no other way to a connector's write.

use std::path::Path;

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;

use crate::apply::Applied;
use crate::approve::{Decided, Given, Target};
use crate::evidence::Exported;
use crate::lap::Lap;
use crate::plan::{PlanAsk, Planned};
use crate::reads::ReadDone;
use crate::usher::Usher;

/// Station one: instances are read into sealed snapshots.
///
/// # Errors
/// See [`Usher::read`].
pub async fn read(usher: &Usher, instances: &[String]) -> Result<ReadDone, Diagnostic> {
    usher.read(instances, false).await
}

/// Stations two and three: the graph and what differs.
///
/// # Errors
/// See [`Usher::lap`].
pub async fn conclude(usher: &Usher) -> Result<Lap, Diagnostic> {
    usher.lap(&[]).await
}

/// Station four: guards, steps, plans whose names are their digests.
///
/// # Errors
/// See [`Usher::plan`].
pub async fn plan(usher: &Usher, ask: &PlanAsk) -> Result<Planned, Diagnostic> {
    usher.plan(ask).await
}

/// Station five: a signed decision over a digest.
///
/// # Errors
/// See [`Usher::decide`].
pub async fn approve(usher: &Usher, target: &Target, given: Given) -> Result<Decided, Diagnostic> {
    usher.decide(target, given).await
}

/// Stations six and seven: the run, and the read-back that alone decides how a step ended.
///
/// # Errors
/// See [`Usher::apply`].
pub async fn apply(usher: &Usher, plan: Digest) -> Result<Applied, Diagnostic> {
    usher.apply(plan).await
}

/// Station eight: what an auditor gets.
///
/// # Errors
/// See [`Usher::export`].
pub async fn prove(usher: &Usher, out: &Path, purpose: &str) -> Result<Exported, Diagnostic> {
    usher.export(out, purpose).await
}
