//! RUN, NEED, FOUREYES, TIME, SSH, OPENSSL at the second of the two times: at the run.

use std::collections::BTreeSet;

use super::book::Book;
use super::decisions::{hear, owners, rejected};
use super::problem::{Code, Problems};
use super::standing;
use crate::log::{Entry, Logged};
use crate::message::{Choice, Statement};
use crate::plan::{Need, PlanText};
use crate::time::Time;
use crate::voice::{self, Voice};

/// A run being checked.
pub(super) struct Running<'b> {
    pub(super) position: usize,
    pub(super) at: Time,
    pub(super) plan: &'b PlanText,
}

pub(super) fn check(book: &Book<'_>, found: &mut Problems) {
    let (mut ids, mut plans) = (BTreeSet::new(), BTreeSet::new());
    for (position, logged) in book.all() {
        let Entry::Run { run, plan: digest, signers, decisions } = &logged.entry else { continue };
        let place = format!("run {run}");
        if !ids.insert(run) {
            found.add(Code::Run, format!("{place}: the id is used twice"));
        }
        if !plans.insert(digest) {
            found.add(Code::Run, format!("{place}: {digest} ran before"));
        }
        if !book.saved_before(digest, position) {
            found.add(Code::Run, format!("{place}: {digest} was not saved before"));
        }
        let in_force = book.signers_before(position);
        if in_force.is_none_or(|at| at as u64 != *signers) {
            found.add(Code::Run, format!("{place}: cites the signers of entry {signers}, not those in force"));
        }
        let (Some(plan), Some(in_force)) = (book.plan(digest), in_force) else { continue };
        if let Some(who) = rejected(book, plan, position) {
            found.add(Code::Run, format!("{place}: {who}"));
        }
        let running = Running { position, at: logged.at, plan };
        let mut voices = Vec::new();
        let mut cited = BTreeSet::new();
        for seq in decisions {
            if !cited.insert(seq) {
                found.add(Code::Run, format!("{place}: cites entry {seq} twice"));
                continue;
            }
            voices.extend(cite(book, &running, *seq, in_force, &place, found));
        }
        needs(&plan.head().need, &voices, &place, found);
    }
    standing::people(book, found);
}

/// One cited decision: what holds of it at the run. `None` if it does not count.
fn cite(book: &Book<'_>, running: &Running<'_>, seq: u64, in_force: usize, place: &str, found: &mut Problems) -> Option<Voice> {
    let place = format!("{place}: decision of entry {seq}");
    let decision: Option<&Logged> = book.at(seq).filter(|_| seq < running.position as u64);
    let Some((logged, Entry::Decision { plan, message, .. })) = decision.map(|l| (l, &l.entry)) else {
        found.add(Code::Run, format!("{place}: there is none before the run"));
        return None;
    };
    if plan.is_some_and(|plan| plan != running.plan.digest()) {
        found.add(Code::Run, format!("{place}: it is about another plan"));
        return None;
    }
    let Some(statement) = book.statements.get(message) else {
        found.add(Code::Run, format!("{place}: its message can't be read"));
        return None;
    };
    let by = statement.by();
    if matches!(statement, Statement::Decision(m) if m.decision == Choice::Reject) {
        found.add(Code::Run, format!("{place}: a reject is cited"));
        return None;
    }
    if running.at < statement.made() || running.at >= statement.expires() {
        found.add(
            Code::Time,
            format!("{place}: it counts from {} to before {}, the run is at {}", statement.made(), statement.expires(), running.at),
        );
    }
    if by == running.plan.head().by {
        found.add(Code::Foureyes, format!("{place}: {by} asked for the plan"));
    }
    if let Some((n, _)) = owners(book, running.plan).find(|(_, email)| email == by) {
        found.add(Code::Foureyes, format!("{place}: step {n} is about {by}"));
    }
    let mut voice = match hear(book, logged, statement, in_force, running.at) {
        None => {
            found.add(Code::Run, format!("{place}: its proof can't be read"));
            return None;
        }
        Some(Ok(voice)) => voice,
        Some(Err((code, why))) => {
            found.add(code, format!("{place}: at the run: {why}"));
            return None;
        }
    };
    if let Statement::Standing(s) = statement {
        standing::cited(book, running, s, seq, &place, found);
        voice.groups.retain(|g| *g == s.group);
    }
    if !running.plan.head().need.iter().any(|n| voice.serves(n)) {
        found.add(Code::Need, format!("{place}: {by} is in no group that the plan needs"));
        return None;
    }
    Some(voice)
}

fn needs(needs: &[Need], voices: &[Voice], place: &str, found: &mut Problems) {
    for need in needs {
        let met = voice::met(voices.iter().filter(|v| v.serves(need)));
        if met < need.count {
            found.add(Code::Need, format!("{place}: {met} of {} from {} ({})", need.count, need.from, need.proof.word()));
        }
    }
}
