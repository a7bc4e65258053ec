//! Bare findings over a people file and a folder of exports: the fast path where every file is plain and only numbers are wanted,
//! else the general one. Both give the same numbers (a test holds them to it).

use std::collections::BTreeMap;
use std::path::Path;

use usher_connect::csv::read::{Exports, PeopleFile, exports, read_people};
use usher_connect::csv::reading::{Opened, Reading, Report, Unread};
use usher_connect::csv::shape::{Options, Purpose};
use usher_domain::account::AccountRow;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::finding::{Finding, Rule};
use usher_domain::link::Situation;
use usher_domain::person::{Person, PersonId, PersonState};
use usher_domain::snapshot::Row;
use usher_domain::time::Time;
use usher_reconcile::correlate::{DEFAULT_RULES, Domains};
use usher_reconcile::findings::{BARE, find};
use usher_reconcile::graph::{Decided, InstanceInput, InstancePolicy, build};
use usher_reconcile::intents;
use usher_reconcile::people::{DayEnd, Known, Source, assemble};

use super::passed;
use super::quick::quick;

/// What is asked.
#[derive(Debug, Clone)]
pub struct BareAsk {
    /// How files are read.
    pub options: Options,
    /// The point in time to judge by: the beginning of the day.
    pub as_of: Time,
    /// Only these rules; empty: all that files can show.
    pub rules: Vec<Rule>,
    /// Only numbers are wanted.
    pub summary: bool,
    /// Drawn for this process: an address in an app is foreign input, and must not choose its place in a table.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
}

/// One file, for people.
#[derive(Debug, Clone, Default)]
pub struct FileLine {
    /// What it is and what is in it.
    pub line: String,
    /// Every column (`--explain`).
    pub details: Vec<String>,
    /// Worth reading once.
    pub notes: Vec<String>,
    /// May make findings wrong.
    pub warnings: Vec<String>,
}

/// What files alone can show.
#[derive(Debug, Default)]
pub struct BareReport {
    /// Persons.
    pub people: u64,
    /// Persons who left.
    pub ended: u64,
    /// Accounts.
    pub accounts: u64,
    /// Files with accounts.
    pub instances: u64,
    /// `linked unmatched disputed …`.
    pub by_situation: BTreeMap<String, u64>,
    /// Findings by rule.
    pub by_rule: BTreeMap<Rule, u64>,
    /// The findings; empty if only numbers were wanted.
    pub findings: Vec<Finding>,
    /// How each file was read.
    pub files: Vec<FileLine>,
    /// Rows that could not be judged.
    pub set_aside: Vec<Unread>,
    /// How many.
    pub set_aside_count: u64,
    /// Files that could not be read.
    pub refused: Vec<Diagnostic>,
    /// What was passed over: files that are no exports, lists of people among the accounts, columns that no file has.
    pub passed_over: Vec<Diagnostic>,
    /// People whose status and dates contradict, in plain words.
    pub contradictions: Vec<String>,
}

/// Bare findings.
///
/// # Errors
/// `CSV-…` for a people file that can't be read, or if no accounts file can be.
pub fn findings(people: &Path, accounts: &Path, ask: &BareAsk) -> Result<BareReport, Diagnostic> {
    let ask = &BareAsk { options: Options { for_several: true, ..ask.options.clone() }, ..ask.clone() };
    let exports = exports(accounts, &ask.options)?;
    if exports.accounts.is_empty() {
        // Every file was refused: the first reason is the answer.
        if let Some(first) = exports.refused.first() {
            return Err(first.clone());
        }
    }
    let rules: Vec<Rule> = BARE.into_iter().filter(|r| ask.rules.is_empty() || ask.rules.contains(r)).collect();
    let opened = Opened::of(people, Purpose::People, &ask.options)?;
    let passed_over = passed::over(&opened, &exports, &ask.options);
    let quick = if ask.summary { quick(&opened, &exports, ask, &rules)? } else { None };
    let mut report = match quick {
        Some(report) => report,
        None => general(people, exports, ask, &rules)?,
    };
    report.passed_over = passed_over;
    Ok(report)
}

pub(super) fn situations(linked: u64, unmatched: u64, disputed: u64, deleted: u64) -> BTreeMap<String, u64> {
    let mut map = BTreeMap::from([("linked".to_owned(), linked), ("unmatched".to_owned(), unmatched), ("disputed".to_owned(), disputed)]);
    if deleted > 0 {
        map.insert("deleted".to_owned(), deleted);
    }
    map
}

/// The persons of a list, judged at `now`.
pub(super) fn persons(list: &PeopleFile, now: Time) -> Vec<Person> {
    let mut n = 0u64;
    let mut draw = || {
        n += 1;
        PersonId(format!("p-{n:010}"))
    };
    assemble(&[Source { name: "hr", rows: &list.rows, read_at: now }], &Known::default(), now, &DayEnd::default(), &mut draw).persons
}

/// The general path: rows, graph, rules.
pub(super) fn general(people: &Path, exports: Exports, ask: &BareAsk, rules: &[Rule]) -> Result<BareReport, Diagnostic> {
    let list = read_people(people, &ask.options)?;
    let now = ask.as_of;
    let persons = persons(&list, now);
    let mut report = BareReport { refused: exports.refused, ..BareReport::default() };
    report.take(list.report);
    report.know(&persons);
    let mut inputs = Vec::new();
    for (name, files) in exports.accounts {
        let mut reading = Reading::of(files, &ask.options)?;
        let mut accounts: Vec<AccountRow> = Vec::new();
        usher_connect::csv::read::drain(&mut reading, |row| {
            if let Row::Account(account) = row {
                accounts.push(account);
            }
        })?;
        report.take(reading.finish());
        inputs.push(InstanceInput { name, policy: InstancePolicy::default(), snapshot: None, accounts, looks: vec![], failed: None });
    }
    report.instances = inputs.len() as u64;
    let intents = persons.iter().filter_map(|p| intents::employment_ended(p, None, now)).collect();
    let mut graph = build(persons, inputs, &DEFAULT_RULES, Domains::default(), &|_, _| None, Decided::default(), now);
    graph.set_intents(intents);
    report.accounts = graph.instances.iter().map(|i| i.accounts.len() as u64).sum();
    let by = graph.by_situation();
    let of = |s: Situation| by.get(&s).copied().unwrap_or(0);
    report.by_situation = situations(
        of(Situation::Linked),
        of(Situation::Unmatched) + of(Situation::Unlinked),
        of(Situation::Disputed),
        of(Situation::Deleted),
    );
    let found = find(&graph, rules);
    for finding in &found {
        *report.by_rule.entry(finding.rule).or_default() += 1;
    }
    if !ask.summary {
        report.findings = found;
    }
    Ok(report)
}

impl BareReport {
    /// Who is there, and what contradicts.
    pub(super) fn know(&mut self, persons: &[Person]) {
        self.people = persons.len() as u64;
        self.ended = persons.iter().filter(|p| p.state == PersonState::Ended).count() as u64;
        self.contradictions =
            persons.iter().flat_map(|p| p.contradictions.iter().map(move |c| format!("{}: {c}", p.email().unwrap_or(&p.name)))).collect();
    }

    /// How one file was read.
    pub(super) fn take(&mut self, file: Report) {
        self.files.push(FileLine { line: file.line, details: file.details, notes: file.notes, warnings: file.warnings });
        self.set_aside_count += file.set_aside_count;
        self.set_aside.extend(file.set_aside);
    }
}
