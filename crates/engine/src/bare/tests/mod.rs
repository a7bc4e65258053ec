//! The oracle: the general path over rows in memory gives the same numbers, and the same findings, as the fast path over files.

mod plain;
mod samples;

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use usher_connect::csv::bytes::open;
use usher_connect::csv::simple::Meaning as _;
use usher_connect::csv::told::Word;
use usher_domain::account::{AccountRow, Email, EmailKind};
use usher_domain::finding::{Finding, Rule};
use usher_domain::link::Situation;
use usher_domain::person::{EmploymentStatus, PersonId, PersonRow};
use usher_domain::time::Time;
use usher_reconcile::correlate::{DEFAULT_RULES, Domains, address as key_of};
use usher_reconcile::findings::{BARE, find};
use usher_reconcile::graph::{Decided, Graph, InstanceInput, InstancePolicy, build};
use usher_reconcile::people::{DayEnd, Known, Source, assemble};

use super::Split;
use super::fast::{AccountsFile, HitRule, Outcome, reconcile};
use super::people::People;
use plain::Plain;

/// A row as a person or an app wrote it: cells, by the neutral name of their column.
type Cells = Vec<String>;

const PEOPLE: [&str; 5] = ["employee_number", "email", "alias", "personal", "status"];
const ACCOUNTS: [&str; 7] = ["id", "employee_number", "email", "alias", "user_name", "kind", "status"];

fn write(path: &Path, header: &[&str], rows: &[Cells], all_quoted: bool) {
    let quote = if all_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
    let mut writer = csv::WriterBuilder::new().quote_style(quote).from_path(path).unwrap();
    writer.write_record(header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

fn fast(people: &[Cells], instances: &[Vec<Cells>], split: Split, seed: u64) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("people.csv");
    write(&path, &PEOPLE, people, false);
    let source = open(&path).unwrap();
    let people = People::read(&source, &plain::shape(&source).unwrap(), true, split, seed).unwrap();
    let sources: Vec<_> = instances
        .iter()
        .enumerate()
        .map(|(i, rows)| {
            let path = dir.path().join(format!("app{i}.csv"));
            write(&path, &ACCOUNTS, rows, i % 2 == 1);
            open(&path).unwrap()
        })
        .collect();
    let shapes: Vec<_> = sources.iter().map(|source| plain::shape(source).unwrap()).collect();
    let files: Vec<_> = sources.iter().zip(&shapes).map(|(source, shape)| AccountsFile { source, shape }).collect();
    reconcile(&people, &files, split, true).unwrap()
}

fn emails(cell: &str, kind: EmailKind) -> Vec<Email> {
    let mut out = Vec::new();
    Plain.addresses(cell, &mut |value| out.push(Email { value: value.trim().to_owned(), kind }));
    out
}

fn filled(cell: &str) -> Option<String> {
    Some(cell.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The general path over the same rows.
fn general(people: &[Cells], instances: &[Vec<Cells>]) -> (Graph, Vec<Finding>) {
    let now: Time = "2026-11-25T09:00:00Z".parse().unwrap();
    let rows: Vec<_> = people
        .iter()
        .filter(|cells| cells.iter().any(|cell| !cell.trim().is_empty()))
        .map(|cells| {
            let all = [emails(&cells[1], EmailKind::Work), emails(&cells[2], EmailKind::Alias), emails(&cells[3], EmailKind::Personal)];
            let emails: Vec<_> = all.concat().into_iter().filter(|email| key_of(&email.value).is_some()).collect();
            PersonRow {
                key: filled(&cells[0]).or_else(|| key_of(&emails.first()?.value)).unwrap_or_default(),
                employee_number: filled(&cells[0]),
                emails,
                status: if Plain.ended(cells[4].trim(), "") { EmploymentStatus::Ended } else { EmploymentStatus::Active },
                ..PersonRow::default()
            }
        })
        .collect();
    let mut drawn = 0;
    let mut draw = || {
        drawn += 1;
        PersonId(format!("p-{drawn:04}"))
    };
    let persons =
        assemble(&[Source { name: "hr", rows: &rows, read_at: now }], &Known::default(), now, &DayEnd::default(), &mut draw).persons;
    let inputs = instances
        .iter()
        .enumerate()
        .map(|(i, rows)| InstanceInput {
            name: format!("app{i}"),
            policy: InstancePolicy::default(),
            snapshot: None,
            accounts: rows
                .iter()
                .map(|cells| AccountRow {
                    native_id: cells[0].clone(),
                    employee_number: filled(&cells[1]),
                    emails: [emails(&cells[2], EmailKind::Work), emails(&cells[3], EmailKind::Alias)].concat(),
                    user_name: filled(&cells[4]),
                    kind: Some(Plain.kind(cells[5].trim())),
                    standing: Plain.standing(cells[6].trim()),
                    status_word: filled(&cells[6]),
                    ..AccountRow::default()
                })
                .collect(),
            looks: vec![],
            failed: None,
        })
        .collect();
    let graph = build(persons, inputs, &DEFAULT_RULES, Domains::default(), &|_, _| None, Decided::default(), now);
    let findings = find(&graph, &BARE);
    (graph, findings)
}

fn same_numbers(fast: &Outcome, graph: &Graph, findings: &[Finding]) -> Result<(), TestCaseError> {
    let situations = graph.by_situation();
    let situation = |s| situations.get(&s).copied().unwrap_or(0);
    let rule = |rule| findings.iter().filter(|finding| finding.rule == rule).count() as u64;
    let c = fast.counts;
    prop_assert_eq!(c.people, graph.persons.len() as u64);
    prop_assert_eq!(c.accounts, situations.values().sum::<u64>());
    prop_assert_eq!(c.linked, situation(Situation::Linked), "linked");
    prop_assert_eq!(c.unlinked, situation(Situation::Unlinked), "unlinked");
    prop_assert_eq!(c.unmatched, situation(Situation::Unmatched), "unmatched");
    prop_assert_eq!(c.disputed, situation(Situation::Disputed), "disputed");
    prop_assert_eq!(c.deleted, situation(Situation::Deleted), "deleted");
    prop_assert_eq!(c.leaver_account, rule(Rule::LeaverAccount), "leaver_account");
    prop_assert_eq!(c.unmatched_account, rule(Rule::UnmatchedAccount), "unmatched_account");
    prop_assert_eq!(c.disputed_account, rule(Rule::DisputedAccount), "disputed_account");
    prop_assert_eq!(c.duplicate_account, rule(Rule::DuplicateAccount), "duplicate_account");
    prop_assert_eq!(c.duplicate_person, rule(Rule::DuplicatePerson), "duplicate_person");
    Ok(())
}

/// Findings by rule, instance and line of the account.
fn same_hits(fast: &Outcome, findings: &[Finding], instances: &[Vec<Cells>]) -> Result<(), TestCaseError> {
    // Line 1 is the header; no cell here has a line break.
    let line: BTreeMap<(String, &str), u32> = instances
        .iter()
        .enumerate()
        .flat_map(|(i, rows)| rows.iter().zip(2..).map(move |(cells, line)| ((format!("app{i}"), cells[0].as_str()), line)))
        .collect();
    let mut want: Vec<_> = findings
        .iter()
        .filter_map(|finding| {
            let rule = match finding.rule {
                Rule::LeaverAccount => HitRule::LeaverAccount,
                Rule::UnmatchedAccount => HitRule::UnmatchedAccount,
                Rule::DisputedAccount => HitRule::DisputedAccount,
                _ => return None,
            };
            let (instance, account) = (finding.instance.clone()?, finding.account.as_ref()?);
            let row = line[&(instance.clone(), account.native_id.as_str())];
            Some((rule, instance, row))
        })
        .collect();
    want.sort();
    let hits = fast.hits.iter().filter(|hit| hit.rule != HitRule::DuplicateAccount);
    prop_assert_eq!(hits.map(|hit| (hit.rule, format!("app{}", hit.instance), hit.row)).collect::<Vec<_>>(), want);
    Ok(())
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..25_u32).prop_map(|n| format!("{n:05}")),
        1 => (0..25_u32).prop_map(|n| format!(" {n} ")),
        2 => Just(String::new()),
    ]
}

fn address() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        6 => (0..25_u32).prop_map(|n| format!("p{n}@corp.example")),
        1 => (0..25_u32).prop_map(|n| format!(" P{n}@Corp.Example")),
        1 => (0..8_u32).prop_map(|n| format!("Gu\u{308}l.{n}@corp.example")),
        1 => (0..8_u32).prop_map(|n| format!("GÜL.{n}@corp.example")),
        1 => (0..8_u32).prop_map(|n| format!("p{n}@bücher.example")),
        1 => (0..8_u32).prop_map(|n| format!("p{n}@xn--bcher-kva.example")),
        1 => Just("@".to_owned()),
        2 => Just("-".to_owned()),
        2 => Just(String::new()),
    ];
    prop_oneof![6 => one.clone(), 1 => (one.clone(), one).prop_map(|(a, b)| format!("{a};{b}"))]
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn people() -> impl Strategy<Value = Vec<Cells>> {
    let row = (number(), address(), address(), address(), word(&["Active", "Terminated", "terminated ", ""]));
    prop::collection::vec(row.prop_map(|(n, e, a, p, s)| vec![n, e, a, p, s]), 0..30)
}

fn instance() -> impl Strategy<Value = Vec<Cells>> {
    let login =
        prop_oneof![(0..30_u32).prop_map(|n| format!("P{n}")), (0..30_u32).prop_map(|n| format!("p{n}@corp.example")), Just(String::new())];
    let kind = word(&["human", "human", "", "service", "guest"]);
    let status = word(&["active", "Active", "suspended", "deleted", "invited", "strange", ""]);
    let row = (number(), address(), address(), login, kind, status);
    prop::collection::vec(row, 0..60)
        .prop_map(|rows| rows.into_iter().enumerate().map(|(i, (n, e, a, l, k, s))| vec![format!("id-{i:03}"), n, e, a, l, k, s]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_fast_path_finds_what_the_general_path_finds(people in people(), instances in prop::collection::vec(instance(), 0..4), seed: u64) {
        let (graph, findings) = general(&people, &instances);
        let one = fast(&people, &instances, Split { threads: 1, least: u64::MAX }, seed);
        same_numbers(&one, &graph, &findings)?;
        same_hits(&one, &findings, &instances)?;
        // Neither the number of threads, nor parts, nor the seed change anything.
        prop_assert_eq!(&one, &fast(&people, &instances, Split { threads: 3, least: 200 }, seed ^ 0xffff));
    }
}

/// Cells that look like records: every guess where a part begins is wrong at first, or lies inside a cell.
#[test]
fn a_cell_full_of_records_does_not_mislead_the_parts() {
    let trap = "9999,,p9@corp.example,,,human,active\n".repeat(30);
    let instance: Vec<Cells> = (0..60)
        .map(|i| {
            vec![
                format!("id-{i}\n{trap}"),
                String::new(),
                format!("p{i}@corp.example"),
                String::new(),
                format!("l{i}"),
                String::new(),
                "active".into(),
            ]
        })
        .collect();
    let people: Vec<Cells> =
        (0..40).map(|i| vec![format!("{i:05}"), format!("p{i}@corp.example"), String::new(), String::new(), "Active".into()]).collect();
    let one = fast(&people, std::slice::from_ref(&instance), Split { threads: 1, least: u64::MAX }, 1);
    assert_eq!((one.counts.accounts, one.counts.linked, one.counts.unmatched), (60, 40, 20), "{:?}", one.counts);
    for threads in 2..9 {
        assert_eq!(fast(&people, std::slice::from_ref(&instance), Split { threads, least: 500 }, 1), one, "{threads} threads");
    }
}

#[test]
fn an_id_that_comes_twice_is_named_with_its_lines() {
    let row = |id: &str| {
        vec![id.to_owned(), String::new(), "p1@corp.example".to_owned(), String::new(), String::new(), String::new(), String::new()]
    };
    for threads in [1, 3] {
        let rows: Vec<Cells> = (0..100).map(|i| row(&format!("{}", if i == 90 { 7 } else { i }))).collect();
        let outcome = fast(&[], &[rows], Split { threads, least: 200 }, 1);
        let repeated = outcome.files[0].repeated.as_ref().unwrap();
        assert_eq!((repeated.id.as_str(), repeated.lines), ("7", (9, 92)), "{threads} threads");
    }
}

#[test]
fn bad_lines_are_set_aside_with_their_line_and_totals_are_no_accounts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.csv");
    let mut text = "id,email,status\n".to_owned();
    (0..40).for_each(|i| text.push_str(&format!("{i},p{i}@corp.example,active\n")));
    text.push_str("bad,\"p1@corp.example,active\n77,p7@corp.example,active\nragged,p1@corp.example\n,,\nTotal,41,\n");
    std::fs::write(&path, text).unwrap();
    let source = open(&path).unwrap();
    let shape = plain::shape(&source).unwrap();
    let people_path = dir.path().join("people.csv");
    write(&people_path, &PEOPLE, &[vec!["1".into(), "p1@corp.example".into(), String::new(), String::new(), "Active".into()]], false);
    let people_source = open(&people_path).unwrap();
    for threads in [1, 4] {
        let split = Split { threads, least: 100 };
        let people = People::read(&people_source, &plain::shape(&people_source).unwrap(), false, split, 9).unwrap();
        let outcome = reconcile(&people, &[AccountsFile { source: &source, shape: &shape }], split, true).unwrap();
        let report = &outcome.files[0];
        assert_eq!((report.counts.accounts, report.counts.linked, report.asides.count, report.lines), (41, 1, 2, 46), "{threads} threads");
        let lines: Vec<_> = report.asides.first.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [42, 44]);
        assert_eq!(report.status_words, [Word { text: "active".to_owned(), count: 41, line: 2 }]);
    }
}
