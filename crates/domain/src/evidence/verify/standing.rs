//! STANDING: what was signed before the plan, and how far it reaches.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Book;
use super::problem::{Code, Problems};
use super::runs::Running;
use crate::log::Entry;
use crate::message::{Standing, Statement};
use crate::time::Time;

const DAY: i64 = 86_400;

/// One standing approval that a run cites: steps within it, the latest of its kind, not withdrawn.
pub(super) fn cited(book: &Book<'_>, running: &Running<'_>, standing: &Standing, seq: u64, place: &str, found: &mut Problems) {
    for why in running.plan.steps().iter().filter_map(|s| standing.refuses(s)) {
        found.add(Code::Standing, format!("{place}: {why}"));
    }
    if standing.people == 0 {
        found.add(Code::Standing, format!("{place}: it withdraws {}", standing.standing));
    }
    let between = book.standing.iter().filter(|i| **i < running.position && **i as u64 > seq);
    let later = between.copied().find(|i| {
        let message = match book.at(*i as u64).map(|l| &l.entry) {
            Some(Entry::Decision { message, .. }) => book.statements.get(message),
            _ => None,
        };
        matches!(message, Some(Statement::Standing(s)) if s.by == standing.by && s.standing == standing.standing)
    });
    if let Some(later) = later {
        found.add(Code::Standing, format!("{place}: replaced by entry {later}"));
    }
}

/// A run under a standing approval.
struct Used<'b> {
    at: Time,
    run: &'b str,
    limit: u64,
    subjects: BTreeSet<&'b str>,
}

/// Most different subjects in any 24 hours, over all runs under an id, against each approval that such a run cites.
pub(super) fn people(book: &Book<'_>, found: &mut Problems) {
    let mut runs: BTreeMap<&str, Vec<Used<'_>>> = BTreeMap::new();
    for (_, logged) in book.all() {
        let Entry::Run { run, plan, decisions, .. } = &logged.entry else { continue };
        let Some(plan) = book.plan(plan) else { continue };
        let subjects: BTreeSet<&str> = plan.steps().iter().map(|s| s.subject.as_str()).collect();
        let mut limits: BTreeMap<&str, u64> = BTreeMap::new();
        for seq in decisions {
            let Some(Entry::Decision { message, .. }) = book.at(*seq).map(|l| &l.entry) else { continue };
            if let Some(Statement::Standing(s)) = book.statements.get(message) {
                let limit = limits.entry(&s.standing).or_insert(s.people);
                *limit = s.people.min(*limit);
            }
        }
        for (id, limit) in limits {
            runs.entry(id).or_default().push(Used { at: logged.at, run, limit, subjects: subjects.clone() });
        }
    }
    for (id, runs) in runs {
        for (i, Used { at, run, limit, .. }) in runs.iter().enumerate() {
            let since = at.plus_seconds(-DAY);
            let day: BTreeSet<&str> =
                runs.iter().take(i + 1).rev().take_while(|u| u.at > since).flat_map(|u| u.subjects.iter().copied()).collect();
            if day.len() as u64 > *limit {
                found.add(Code::Standing, format!("run {run}: {} people in 24 hours under {id}, it allows {limit}", day.len()));
            }
        }
    }
}
