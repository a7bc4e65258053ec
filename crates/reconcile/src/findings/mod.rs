//! One file a rule (lifecycle.md §9). Each takes the graph and says what differs, with the reasons in plain words.

mod disputed_account;
mod duplicate_account;
mod duplicate_person;
mod instance_unread;
mod leaver_account;
mod missing_account;
mod owner_left;
mod people_anomaly;
mod reopened;
mod unmatched_account;

pub use instance_unread::unread;
pub use people_anomaly::anomaly;

#[cfg(test)]
mod tests;

use serde_json::Value;
use usher_domain::finding::{AccountRef, Finding, FindingState, PersonRef, Rule, Severity, key, material};
use usher_domain::person::Person;
use usher_domain::time::Time;

use crate::graph::{Graph, Judged};

/// The rules that two sets of files can show (lifecycle.md §9, bare mode).
pub const BARE: [Rule; 5] =
    [Rule::LeaverAccount, Rule::UnmatchedAccount, Rule::DisputedAccount, Rule::DuplicateAccount, Rule::DuplicatePerson];

/// Runs these rules over the graph, in the order in which findings are shown.
pub fn find(graph: &Graph, rules: &[Rule]) -> Vec<Finding> {
    let mut out = Vec::new();
    for rule in rules {
        let from = out.len();
        match rule {
            // The people guard runs before there is a graph: `anomaly`.
            Rule::PeopleAnomaly => {}
            Rule::LeaverAccount => leaver_account::find(graph, &mut out),
            Rule::Reopened => reopened::find(graph, &mut out),
            Rule::OwnerLeft => owner_left::find(graph, &mut out),
            Rule::UnmatchedAccount => unmatched_account::find(graph, &mut out),
            Rule::DisputedAccount => disputed_account::find(graph, &mut out),
            Rule::MissingAccount => missing_account::find(graph, &mut out),
            Rule::DuplicateAccount => duplicate_account::find(graph, &mut out),
            Rule::DuplicatePerson => duplicate_person::find(graph, &mut out),
            Rule::InstanceUnread => instance_unread::find(graph, &mut out),
        }
        if let Some(found) = out.get_mut(from..) {
            found.sort_by(|a, b| (a.severity, &a.instance, &a.account, &a.person).cmp(&(b.severity, &b.instance, &b.account, &b.person)));
        }
    }
    supersede(&mut out);
    out
}

/// One lifecycle step per account: disputed > leaver > inactive … (lifecycle.md §9). A reopened leaver account is the leaver's finding.
fn supersede(findings: &mut [Finding]) {
    let rank = |rule: Rule| match rule {
        Rule::DisputedAccount => 0,
        Rule::LeaverAccount => 1,
        Rule::Reopened => 2,
        _ => 3,
    };
    let mut first: std::collections::HashMap<(String, String), (u8, String)> = std::collections::HashMap::new();
    let subject = |f: &Finding| Some((f.instance.clone()?, f.account.as_ref()?.native_id.clone()));
    for f in findings.iter().filter(|f| rank(f.rule) < 3) {
        if let Some(s) = subject(f) {
            let entry = first.entry(s).or_insert((rank(f.rule), f.key.clone()));
            if rank(f.rule) < entry.0 {
                *entry = (rank(f.rule), f.key.clone());
            }
        }
    }
    for f in findings.iter_mut().filter(|f| rank(f.rule) < 3) {
        if let Some(winner) = subject(f).and_then(|s| first.get(&s)).filter(|w| w.1 != f.key) {
            f.superseded_by = Some(winner.1.clone());
        }
    }
}

/// What a rule knows of a finding; the rest follows.
struct Draft<'a> {
    rule: Rule,
    severity: Severity,
    instance: Option<&'a str>,
    /// What makes it this problem and no other: native id, person id.
    subject: &'a str,
    account: Option<&'a Judged>,
    accounts: Vec<AccountRef>,
    person: Option<&'a Person>,
    because: Vec<String>,
    intents: Vec<String>,
    /// The facts behind it: an acceptance ends when they change.
    facts: Value,
}

impl Draft<'_> {
    fn finish(self, now: Time) -> Finding {
        Finding {
            key: key(self.rule, self.instance, self.subject),
            material: material(&self.facts),
            rule: self.rule,
            severity: self.severity,
            state: FindingState::Open,
            instance: self.instance.map(str::to_owned),
            account: self.account.map(|a| AccountRef::of(&a.row)).or_else(|| self.accounts.first().cloned()),
            accounts: self.accounts,
            person: self.person.map(PersonRef::of),
            because: self.because,
            intents: self.intents,
            first_seen: now,
            last_seen: now,
            due: None,
            superseded_by: None,
        }
    }
}

/// `person00017 (Ana Ruiz)` for a reason in plain words.
fn named(person: &Person) -> String {
    match person.email() {
        Some(email) if !person.name.is_empty() => format!("{} <{email}>", person.name),
        Some(email) => email.to_owned(),
        None if !person.name.is_empty() => person.name.clone(),
        None => person.id.to_string(),
    }
}

/// `last seen 2026-11-02`, where the app says it.
fn last_seen(account: &Judged) -> Option<String> {
    account.row.last_seen.map(|t| format!("last seen {}", t.day()))
}
