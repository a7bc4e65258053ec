//! A plan file, read strictly: one head, then the steps in order. Also what the verifier reads.

use super::PlanError;
use super::head::Head;
use super::step::Step;
use crate::digest::Digest;
use crate::jsonl::{self, LineError};
use crate::names;

/// What stands in a plan file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanText {
    digest: Digest,
    head: Head,
    steps: Vec<Step>,
}

impl PlanText {
    /// Reads a plan file. Whoever takes the result for the plan of a digest compares [`PlanText::digest`].
    ///
    /// # Errors
    /// [`PlanError::Malformed`] and [`PlanError::NotCanonical`], with the line.
    pub fn parse(bytes: &[u8]) -> Result<PlanText, PlanError> {
        let lines = jsonl::split(bytes).map_err(|e| PlanError::not_canonical(0, e))?;
        let mut maps = Vec::with_capacity(lines.len());
        for (i, line) in lines.into_iter().enumerate() {
            maps.push(jsonl::object(line).map_err(|e| match e {
                LineError::NotObject(_) | LineError::TooLong | LineError::TooDeep => PlanError::malformed(i + 1, e.to_string()),
                LineError::NotCanonical(_) | LineError::NoEnd => PlanError::not_canonical(i + 1, e),
            })?);
        }
        let (first, rest) = maps.split_first().ok_or_else(|| PlanError::malformed(0, "empty file"))?;
        let head = Head::parse(first).map_err(|e| PlanError::malformed(1, e))?;
        let mut steps = Vec::with_capacity(rest.len());
        for (i, map) in rest.iter().enumerate() {
            steps.push(Step::parse(map).map_err(|e| PlanError::malformed(i + 2, e))?);
        }
        check(&head, &steps)?;
        Ok(PlanText { digest: Digest::of(bytes), head, steps })
    }

    /// The digest of the file that was read.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The first line.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Step `n`, counted from 1.
    pub fn step(&self, n: u32) -> Option<&Step> {
        n.checked_sub(1).and_then(|i| self.steps.get(i as usize))
    }
}

/// What holds between the lines.
fn check(head: &Head, steps: &[Step]) -> Result<(), PlanError> {
    if steps.is_empty() || head.steps != steps.len() as u64 {
        return Err(PlanError::malformed(1, format!("`steps` is {}, the file has {} step lines", head.steps, steps.len())));
    }
    for (i, step) in steps.iter().enumerate() {
        let line = i + 2;
        if step.n as usize != i + 1 {
            return Err(PlanError::malformed(line, format!("`n` is {}, must be {}", step.n, i + 1)));
        }
        if step.irreversible && head.need.is_empty() {
            return Err(PlanError::NeedMissing { line });
        }
        if step.after_steps.iter().any(|n| *n as usize > steps.len()) {
            return Err(PlanError::malformed(line, "`after_steps` names a step that is not there"));
        }
        if step.instance != names::USHER && !head.pins.contains_key(&step.instance) {
            return Err(PlanError::malformed(line, format!("instance {} has no pin", step.instance)));
        }
    }
    Ok(())
}
