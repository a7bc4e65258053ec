//! A batch: one signature over several plans (approvals-and-evidence.md §2.5).

use super::{MessageError, malformed};
use crate::digest::Digest;
use crate::plan::PlanText;

/// The digests of at least two plans, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    plans: Vec<Digest>,
}

impl Batch {
    /// A batch of these plans; each counts once.
    ///
    /// # Errors
    /// [`MessageError::Malformed`] if fewer than two are left: one plan is signed by itself.
    pub fn new(plans: impl IntoIterator<Item = Digest>) -> Result<Batch, MessageError> {
        let mut plans: Vec<Digest> = plans.into_iter().collect();
        plans.sort_unstable();
        plans.dedup();
        if plans.len() < 2 {
            return Err(malformed(0, "a batch has at least two plans"));
        }
        Ok(Batch { plans })
    }

    /// Reads a batch file: digests with prefix, sorted, one a line.
    ///
    /// # Errors
    /// [`MessageError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Batch, MessageError> {
        let text = std::str::from_utf8(bytes).map_err(|_| malformed(0, "not ASCII"))?;
        let mut plans = Vec::new();
        for (i, line) in text.split_terminator('\n').enumerate() {
            plans.push(line.parse::<Digest>().map_err(|e| malformed(i + 1, e.to_string()))?);
        }
        let batch = Batch::new(plans)?;
        if batch.to_bytes() == bytes { Ok(batch) } else { Err(malformed(0, "not sorted, a plan twice, or no line feed at the end")) }
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.plans.iter().fold(Vec::new(), |mut out, digest| {
            out.extend_from_slice(digest.to_string().as_bytes());
            out.push(b'\n');
            out
        })
    }

    /// The digest of the file: what a message about the batch has as its `plan`.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// The plans, sorted.
    pub fn plans(&self) -> &[Digest] {
        &self.plans
    }

    /// The batch's plans in its own order, from plans in any order.
    pub(super) fn order<'a>(&self, plans: &[&'a PlanText]) -> Result<Vec<&'a PlanText>, MessageError> {
        self.plans
            .iter()
            .map(|digest| {
                plans
                    .iter()
                    .copied()
                    .find(|p| p.digest() == *digest)
                    .ok_or_else(|| malformed(4, format!("plan {digest} of the batch is not here")))
            })
            .collect()
    }
}
