//! The plan: what to do, as a file whose name is its SHA-256 (approvals-and-evidence.md §1).
//!
//! A [`Plan`] is its canonical bytes. It can be made in two ways only: sealed from a [`Draft`], or opened from bytes that
//! have the digest that was asked for and that are canonical to the byte. It is not `Deserialize`.

mod draft;
mod head;
mod opening;
mod step;
mod text;

use std::collections::BTreeMap;

pub use draft::{Change, Draft, DraftStep};
pub use head::{Head, Need, Override, Pin, Proof};
pub use opening::Opening;
pub use step::{ACTIONS, ERASE, Stage, Step};
pub use text::PlanText;

use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::jsonl::LineError;

/// Why bytes are no plan, or a draft can't become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The bytes have another digest than the plan that was asked for.
    #[error("the bytes have digest {is}, not {wanted}")]
    DigestDiffers {
        /// The digest that was asked for.
        wanted: Digest,
        /// The digest of the bytes.
        is: Digest,
    },
    /// Not a plan: a field is missing or not what it must be. Lines count from 1; 0 is the file.
    #[error("line {line}: {what}")]
    Malformed {
        /// The line, from 1; 0 for the whole file.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A step can't be undone, and the plan needs nobody: never a plan, whatever policy says.
    #[error("line {line}: an irreversible step in a plan that needs nobody")]
    NeedMissing {
        /// The line, from 1.
        line: usize,
    },
    /// A plan, but not in its canonical bytes: refused, never repaired.
    #[error("line {line}: {what}")]
    NotCanonical {
        /// The line, from 1; 0 for the whole file.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl PlanError {
    fn malformed(line: usize, what: impl Into<String>) -> Self {
        PlanError::Malformed { line, what: what.into() }
    }

    fn not_canonical(line: usize, error: LineError) -> Self {
        PlanError::NotCanonical { line, what: error.to_string() }
    }

    /// As a message for a person.
    pub fn diagnostic(&self) -> Diagnostic {
        let hint = "make a new plan: usher plan";
        match self {
            PlanError::DigestDiffers { .. } => Diagnostic::new("PLAN-001", "plan file was changed", self.to_string()).hint(hint),
            PlanError::Malformed { .. } | PlanError::NeedMissing { .. } => {
                Diagnostic::new("PLAN-002", "not a plan", self.to_string()).hint(hint)
            }
            PlanError::NotCanonical { .. } => Diagnostic::new("PLAN-003", "plan file is not canonical", self.to_string()).hint(hint),
        }
    }
}

/// A plan: its bytes, what stands in them, and the openings of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    bytes: Vec<u8>,
    text: PlanText,
    openings: BTreeMap<Digest, Opening>,
}

impl Plan {
    /// Makes a plan from a draft: numbers the steps, writes the canonical bytes, and reads them back as [`Plan::open`] would.
    ///
    /// # Errors
    /// [`PlanError::Malformed`] with the line that the draft's step would have had.
    pub fn seal(draft: Draft) -> Result<Plan, PlanError> {
        let (bytes, openings) = draft.write()?;
        let digest = Digest::of(&bytes);
        Plan::open(bytes, digest, openings)
    }

    /// Opens the plan that has this digest. Openings that no step names are left out; a step may lack its opening
    /// (it was erased), but such a plan can't be approved any more.
    ///
    /// # Errors
    /// Every [`PlanError`].
    pub fn open(bytes: Vec<u8>, digest: Digest, openings: impl IntoIterator<Item = Opening>) -> Result<Plan, PlanError> {
        let is = Digest::of(&bytes);
        if is != digest {
            return Err(PlanError::DigestDiffers { wanted: digest, is });
        }
        let text = PlanText::parse(&bytes)?;
        if let Some(step) = text.steps().iter().find(|s| !ACTIONS.contains(&s.action.as_str())) {
            return Err(PlanError::malformed(step.n as usize + 1, format!("`action` is no operation that writes: {}", step.action)));
        }
        let mut kept = BTreeMap::new();
        for opening in openings {
            if text.steps().iter().any(|s| !s.is_erase() && s.about == opening.digest()) {
                kept.insert(opening.digest(), opening);
            }
        }
        Ok(Plan { bytes, text, openings: kept })
    }

    /// The digest of the file: the plan's name.
    pub fn digest(&self) -> Digest {
        self.text.digest()
    }

    /// The first 8 hex digits, `7f3c-91aa`.
    pub fn short(&self) -> String {
        self.digest().short()
    }

    /// The first line.
    pub fn head(&self) -> &Head {
        self.text.head()
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        self.text.steps()
    }

    /// Step `n`, counted from 1.
    pub fn step(&self, n: u32) -> Option<&Step> {
        self.text.step(n)
    }

    /// The opening of a step of this plan; `None` if it was not handed in, or for an `erase`.
    pub fn opening(&self, step: &Step) -> Option<&Opening> {
        self.openings.get(&step.about)
    }

    /// All openings that were handed in and that a step names.
    pub fn openings(&self) -> impl Iterator<Item = &Opening> {
        self.openings.values()
    }

    /// What stands in the file, without openings.
    pub fn text(&self) -> &PlanText {
        &self.text
    }

    /// The file, byte for byte.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
