//! STEPS, RUN of outcomes without one, and TIME of outcomes: each step of a closed run has exactly one outcome, and the counts are right.

use std::collections::BTreeMap;

use super::book::Book;
use super::problem::{Code, Problems};
use crate::log::{Entry, Logged};
use crate::time::Time;

#[derive(Default)]
struct Ran {
    begun: Option<Time>,
    steps: Option<u64>,
    outcomes: BTreeMap<u32, bool>,
    closed: bool,
}

pub(super) fn check(book: &Book<'_>, found: &mut Problems) {
    let mut runs: BTreeMap<&str, Ran> = BTreeMap::new();
    for (position, logged) in book.all() {
        match &logged.entry {
            Entry::Run { run, plan, .. } => {
                let ran = runs.entry(run).or_default();
                ran.begun = Some(logged.at);
                ran.steps = book.plan(plan).map(|p| p.head().steps);
            }
            Entry::Outcome { run, n, state, .. } => outcome(book, position, logged, runs.entry(run).or_default(), (run, *n, state), found),
            Entry::Closed { run, confirmed, other } => {
                let place = format!("entry {position}: run {run}");
                let ran = runs.entry(run).or_default();
                if ran.closed {
                    found.add(Code::Steps, format!("{place} is closed twice"));
                }
                ran.closed = true;
                if ran.begun.is_none() {
                    found.add(Code::Run, format!("{place} never began"));
                }
                let is = ran.outcomes.values().filter(|confirmed| **confirmed).count() as u64;
                let rest = ran.outcomes.len() as u64 - is;
                if (is, rest) != (*confirmed, *other) {
                    found.add(Code::Steps, format!("{place}: {is} confirmed and {rest} other, it says {confirmed} and {other}"));
                }
                if ran.steps.is_some_and(|steps| steps != ran.outcomes.len() as u64) {
                    found.add(
                        Code::Steps,
                        format!("{place} is closed with {} outcomes of {} steps", ran.outcomes.len(), ran.steps.unwrap_or_default()),
                    );
                }
            }
            _ => {}
        }
    }
    for (run, ran) in runs {
        if !ran.closed && ran.steps.is_some_and(|steps| steps <= ran.outcomes.len() as u64) {
            found.add(Code::Steps, format!("run {run}: every step has an outcome, and it is not closed"));
        }
    }
}

fn outcome(book: &Book<'_>, position: usize, logged: &Logged, ran: &mut Ran, (run, n, state): (&str, u32, &str), found: &mut Problems) {
    let place = format!("entry {position}: step {n} of run {run}");
    if ran.begun.is_none() {
        found.add(Code::Run, format!("{place}: the run has not begun"));
    }
    if ran.closed {
        found.add(Code::Steps, format!("{place}: the run is closed"));
    }
    if n == 0 || ran.steps.is_some_and(|steps| u64::from(n) > steps) {
        found.add(Code::Steps, format!("{place}: there is no such step"));
    }
    if ran.outcomes.insert(n, state == "confirmed").is_some() {
        found.add(Code::Steps, format!("{place}: a second outcome"));
    }
    let Entry::Outcome { sent_at, read_at, .. } = &logged.entry else { return };
    let not_before = book.ledger.step(run, n).and_then(|s| s.not_before);
    let ordered = |times: &[Option<Time>]| times.iter().flatten().is_sorted();
    if state == "confirmed" && (sent_at.is_none() || read_at.is_none()) {
        found.add(Code::Time, format!("{place}: confirmed without a write and a read after it"));
    }
    let after_write = if state == "confirmed" { ordered(&[*sent_at, *read_at]) } else { true };
    if !after_write || !ordered(&[ran.begun, *sent_at, Some(logged.at)]) || !ordered(&[*read_at, Some(logged.at)]) {
        found.add(Code::Time, format!("{place}: not run, write, read and entry in this order"));
    }
    if !ordered(&[not_before, *sent_at]) {
        found.add(Code::Time, format!("{place}: written before its time"));
    }
}
