//! MESSAGE, SSH, OPENSSL, TIME at the first of the two times: when a decision was taken.

use std::collections::BTreeSet;

use super::book::Book;
use super::problem::{Code, Problems};
use crate::digest::Digest;
use crate::log::{Entry, Logged};
use crate::message::{Batch, Choice, Message, Standing, Statement};
use crate::plan::PlanText;
use crate::time::Time;
use crate::voice::{self, Kind, Silent, Voice};

/// How far a maker's clock may run ahead of usher's, in seconds.
const SKEW: i64 = 300;

/// Checks every decision, cited or not.
pub(super) fn check(book: &Book<'_>, found: &mut Problems) {
    for (position, logged) in book.all() {
        let Entry::Decision { plan, message, .. } = &logged.entry else { continue };
        let place = format!("entry {position}");
        let Some(statement) = book.statements.get(message) else {
            unreadable(book, message, &place, found);
            continue;
        };
        match (statement, plan) {
            (Statement::Decision(m), Some(plan)) => about(book, position, (message, m), plan, found),
            (Statement::Standing(s), None) => {
                if book.tenant.as_ref().is_some_and(|tenant| *tenant != s.tenant) {
                    found.add(Code::Message, format!("{place}: a standing approval for {}", s.tenant));
                }
            }
            (Statement::Decision(_), None) => found.add(Code::Message, format!("{place}: a decision about no plan")),
            (Statement::Standing(_), Some(_)) => found.add(Code::Message, format!("{place}: a standing approval about one plan")),
        }
        if logged.at < statement.made().plus_seconds(-SKEW) {
            found.add(Code::Time, format!("{place}: taken before it was made"));
        }
        if logged.at >= statement.expires() {
            found.add(Code::Time, format!("{place}: taken after it expired"));
        }
        let heard = book.signers_before(position).and_then(|signers| hear(book, logged, statement, signers, logged.at));
        if let Some(Err((code, why))) = heard {
            found.add(code, format!("{place}: when it was taken: {why}"));
        }
    }
}

/// Whose voice a decision is under the signers of one entry at one time. `None` if something needed for that is not there,
/// which is said elsewhere.
pub(super) fn hear(
    book: &Book<'_>,
    logged: &Logged,
    statement: &Statement,
    signers: usize,
    at: Time,
) -> Option<Result<Voice, (Code, String)>> {
    let Entry::Decision { kind, message, proof, .. } = &logged.entry else { return None };
    let bytes = book.material.text(message, "txt")?;
    let (ending, code) = match kind {
        Kind::Sshsig => ("sig", Code::Ssh),
        Kind::Oidc => ("jwt", Code::Openssl),
    };
    let file = book.material.text(proof, ending)?;
    let force = book.in_force.get(&signers)?.force()?;
    let heard = match kind {
        Kind::Oidc if matches!(statement, Statement::Standing(_)) => {
            return Some(Err((Code::Standing, "a standing approval is signed by key".to_owned())));
        }
        Kind::Oidc => voice::signed_in(bytes, statement, file, &force),
        // ssh-keygen before 9.5 refuses CRLF: such a signature would hold for some auditors only.
        Kind::Sshsig if file.contains(&b'\r') => return Some(Err((code, "a signature with CRLF".to_owned()))),
        Kind::Sshsig => voice::signed_by(book.verified.get(&(*message, *proof))?.clone(), statement.by(), &force, at),
    };
    Some(heard.map_err(|silent: Silent| (code, format!("{}: {}", statement.by(), silent.why()))))
}

fn unreadable(book: &Book<'_>, message: &Digest, place: &str, found: &mut Problems) {
    let Some(bytes) = book.material.text(message, "txt") else { return };
    if let Err(e) = Statement::parse(bytes) {
        found.add(Code::Message, format!("{place}: {e}"));
        if Standing::too_long(&e) {
            found.add(Code::Standing, format!("{place}: {e}"));
        }
    }
}

/// That the message says what the plan says, alone or in a batch.
fn about(book: &Book<'_>, position: usize, (digest, message): (&Digest, &Message), plan: &Digest, found: &mut Problems) {
    let place = format!("entry {position}");
    if !book.saved_before(plan, position) {
        found.add(Code::Message, format!("{place}: about a plan that was not saved before"));
    }
    let result = if message.plan == *plan {
        let Some(text) = book.plan(plan) else { return };
        message.matches_plan(text).map_err(|e| e.to_string())
    } else {
        match book.material.text(&message.plan, "batch").map(Batch::parse) {
            None => Err(format!("the message is about {}, the entry about {plan}", message.plan)),
            Some(Err(e)) => Err(format!("the batch is none: {e}")),
            Some(Ok(batch)) => {
                let first = book.first_with.get(digest).copied().unwrap_or(position);
                in_batch(book, first, message, plan, &batch)
            }
        }
    };
    if let Err(why) = result {
        found.add(Code::Message, format!("{place}: {why}"));
    }
}

/// `first` is the position of the first entry with this message: all plans of the batch are in the log before it.
fn in_batch(book: &Book<'_>, first: usize, message: &Message, plan: &Digest, batch: &Batch) -> Result<(), String> {
    if !batch.plans().contains(plan) {
        return Err(format!("the batch does not list {plan}"));
    }
    if let Some(late) = batch.plans().iter().find(|p| !book.saved_before(p, first)) {
        return Err(format!("{late} of the batch was not saved before"));
    }
    let Some(texts) = batch.plans().iter().map(|p| book.plan(p)).collect::<Option<Vec<&PlanText>>>() else { return Ok(()) };
    message.matches_batch(batch, &texts).map_err(|e| e.to_string())
}

/// Whether somebody who could have approved this plan rejected it before a position.
pub(super) fn rejected(book: &Book<'_>, plan: &PlanText, before: usize) -> Option<String> {
    let subjects: BTreeSet<String> = owners(book, plan).map(|(_, email)| email).collect();
    let decided = book.decided.get(&plan.digest()).map(Vec::as_slice).unwrap_or_default();
    decided.iter().copied().take_while(|i| *i < before).find_map(|position| {
        let logged = book.at(position as u64)?;
        let Entry::Decision { message, .. } = &logged.entry else { return None };
        let Statement::Decision(m) = book.statements.get(message)? else { return None };
        if m.decision != Choice::Reject || m.by == plan.head().by || subjects.contains(&m.by) {
            return None;
        }
        let voice = hear(book, logged, book.statements.get(message)?, book.signers_before(position)?, logged.at)?.ok()?;
        plan.head().need.iter().any(|n| voice.serves(n)).then(|| format!("{} rejected it in entry {position}", m.by))
    })
}

/// Addresses of those whose accounts a plan touches, lower case, by step; as far as their openings are there.
pub(super) fn owners<'b>(book: &'b Book<'_>, plan: &'b PlanText) -> impl Iterator<Item = (u32, String)> + 'b {
    plan.steps().iter().filter_map(|step| {
        let line = book.material.openings.get(&step.about)?;
        let map = crate::jsonl::object(line).ok()?;
        let email = map.get("person")?.get("email")?.as_str()?;
        Some((step.n, email.to_ascii_lowercase()))
    })
}
