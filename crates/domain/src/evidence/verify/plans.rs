//! PLAN, and JCS and NEED of plans: each plan entry, and what the plan says it was made from.

use std::collections::BTreeSet;

use super::book::Book;
use super::problem::{Code, Problems};
use crate::digest::Digest;
use crate::log::Entry;
use crate::plan::{Opening, PlanError, PlanText};

pub(super) fn check(book: &Book<'_>, found: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (position, logged) in book.all() {
        let Entry::Plan { plan: digest, steps } = &logged.entry else { continue };
        let place = format!("entry {position}");
        if !seen.insert(*digest) {
            found.add(Code::Plan, format!("{place}: a plan that was saved before"));
        }
        let Some(plan) = book.plan(digest) else {
            unreadable(book, digest, &place, found);
            continue;
        };
        let head = plan.head();
        if book.tenant.as_ref().is_some_and(|tenant| *tenant != head.tenant) {
            found.add(Code::Plan, format!("{place}: a plan for {}", head.tenant));
        }
        if head.steps != *steps {
            found.add(Code::Plan, format!("{place}: says {steps} steps, the plan has {}", head.steps));
        }
        if head.made > logged.at {
            found.add(Code::Time, format!("{place}: the plan was made at {}, later than it was saved", head.made));
        }
        for (instance, pin) in &head.pins {
            let read = book.at(pin.read).filter(|_| pin.read < position as u64).map(|l| &l.entry);
            if !matches!(read, Some(Entry::Read { instance: of, .. }) if of == instance) {
                found.add(Code::Plan, format!("{place}: seq {} is no earlier read of {instance}", pin.read));
            }
        }
        openings(book, plan, &place, found);
    }
}

fn unreadable(book: &Book<'_>, digest: &Digest, place: &str, found: &mut Problems) {
    let Some(bytes) = book.material.text(digest, "jsonl") else { return };
    let Err(e) = PlanText::parse(bytes) else { return };
    let code = match &e {
        PlanError::NotCanonical { .. } => Code::Jcs,
        PlanError::NeedMissing { .. } => Code::Need,
        PlanError::Malformed { .. } | PlanError::DigestDiffers { .. } => Code::Plan,
    };
    found.add(code, format!("{place}: {digest}: {e}"));
}

/// Openings that are there must be those of steps: without a person's address nobody can tell whose account it is.
fn openings(book: &Book<'_>, plan: &PlanText, place: &str, found: &mut Problems) {
    for step in plan.steps().iter().filter(|s| !s.is_erase()) {
        if let Some(Err(e)) = book.material.openings.get(&step.about).map(|line| Opening::parse(line)) {
            found.add(Code::Plan, format!("{place}: step {}: its opening is none: {e}", step.n));
        }
    }
}
