//! `usher findings --people FILE --accounts DIR`: what two sets of files show, without a workspace.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use usher_connect::csv::order::Order;
use usher_connect::csv::shape::Options;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::finding::{Finding, Rule};
use usher_domain::person::Day;
use usher_domain::time::Time;
use usher_engine::bare::folder::{BareAsk, BareReport, findings};

use super::findings::{finding_json, list, numbers, rules};
use crate::args::Findings;
use crate::outside;
use crate::render::{LIST, Look, Screen, complain, count, number, paint, took};

/// Threads: two cores are what the numbers of docs/reference/benchmarks.md stand for; more help with many files.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |n| n.get().min(8))
}

pub(crate) fn run(what: &Findings, screen: Screen) -> Result<Exit, Diagnostic> {
    let started = Instant::now();
    let (Some(people), Some(accounts)) = (&what.people, &what.accounts) else { return Ok(Exit::Usage) };
    let day = day(what.as_of.as_deref())?;
    let mut options = Options { today: Some(day.clone()), dates: dates(what.dates.as_deref()), ..Options::default() };
    for column in &what.column {
        options.column(column)?;
    }
    let mut seed = [0; 8];
    outside::random(&mut seed);
    let as_of: Time = format!("{day}T00:00:00Z").parse().unwrap_or_default();
    let ask =
        BareAsk { options, as_of, rules: rules(&what.rule)?, summary: what.summary, seed: u64::from_le_bytes(seed), threads: threads() };
    let report = findings(people, accounts, &ask)?;
    let chosen: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|f| what.instance.is_empty() || f.instance.as_ref().is_some_and(|i| what.instance.contains(i)))
        .filter(|f| f.superseded_by.is_none())
        .collect();
    if screen.json() {
        screen.document(&document(&report, &chosen, what.summary));
    } else {
        picture(&report, &chosen, what, screen, started);
    }
    report.refused.iter().chain(&report.passed_over).for_each(|message| complain(message, "warning"));
    let any = report.by_rule.values().any(|n| *n > 0);
    Ok(if what.fail && any { Exit::Findings } else { Exit::Done })
}

fn day(given: Option<&str>) -> Result<Day, Diagnostic> {
    let today = outside::now().day();
    Day::parse(given.unwrap_or(&today)).ok_or_else(|| {
        Diagnostic::new("USAGE-003", "this is not a time", format!("`{}`", given.unwrap_or("")))
            .hint("write the day as 2026-11-25")
            .exit(Exit::Usage)
    })
}

fn dates(given: Option<&str>) -> Option<Order> {
    match given {
        Some("dmy") => Some(Order::DayFirst),
        Some("mdy") => Some(Order::MonthFirst),
        _ => None,
    }
}

fn summary(report: &BareReport) -> Value {
    let by_rule: BTreeMap<&str, u64> = report.by_rule.iter().map(|(r, n)| (r.word(), *n)).collect();
    json!({"people": report.people, "accounts": report.accounts, "by_situation": report.by_situation, "by_rule": by_rule})
}

fn document(report: &BareReport, chosen: &[&Finding], only_numbers: bool) -> Value {
    let aside: Vec<Value> = report.set_aside.iter().map(|u| json!({"file": u.file, "line": u.line, "reason": u.reason})).collect();
    let files: Vec<Value> = report.files.iter().map(|f| json!({"line": f.line, "notes": f.notes, "warnings": f.warnings})).collect();
    let refused: Vec<Value> = report.refused.iter().map(|d| json!({"code": d.code, "summary": d.summary, "detail": d.detail})).collect();
    let passed_over: Vec<Value> =
        report.passed_over.iter().map(|d| json!({"code": d.code, "summary": d.summary, "detail": d.detail, "hint": d.hint})).collect();
    let mut document = json!({
        "version": 1, "summary": summary(report), "files": files, "set_aside": aside, "set_aside_count": report.set_aside_count,
        "refused": refused, "passed_over": passed_over, "contradictions": report.contradictions,
    });
    if !only_numbers && let Some(map) = document.as_object_mut() {
        map.insert("findings".into(), chosen.iter().map(|f| finding_json(f)).collect());
    }
    document
}

fn picture(report: &BareReport, chosen: &[&Finding], what: &Findings, screen: Screen, started: Instant) {
    let head = format!(
        "Read {} and {} in {}",
        count(report.people, "person", "people"),
        count(report.accounts, "account", "accounts"),
        count(report.instances, "file", "files")
    );
    let time = took(started.elapsed());
    screen.line(&format!(
        "{head}{}{}",
        " ".repeat(screen.width.min(80).saturating_sub(head.len() + time.len()).max(2)),
        paint(Look::Faint, &time)
    ));
    for file in &report.files {
        if what.explain {
            screen.line(&paint(Look::Plain, &format!("  {}", file.line)));
            file.details.iter().chain(&file.notes).for_each(|d| screen.line(&paint(Look::Faint, &format!("      {d}"))));
        }
        file.warnings.iter().for_each(|w| screen.line(&format!("  {} {}", paint(Look::Warn, "look:"), paint(Look::Plain, w))));
    }
    if what.summary {
        numbers(screen, &summary(report));
    } else {
        list(screen, chosen, what.all, "usher findings …");
    }
    if !report.contradictions.is_empty() {
        screen.line("");
        screen.line(&format!("Contradictions: {}", count(report.contradictions.len() as u64, "person", "people")));
        let shown = if what.all { report.contradictions.len() } else { LIST };
        report.contradictions.iter().take(shown).for_each(|c| screen.line(&paint(Look::Plain, &format!("  {c}"))));
    }
    if report.set_aside_count > 0 {
        screen.line("");
        screen.line(&format!("Not judged: {}", count(report.set_aside_count, "row", "rows")));
        for u in report.set_aside.iter().take(LIST) {
            screen.line(&paint(Look::Plain, &format!("  {} line {}: {}", u.file, u.line, u.reason)));
        }
        if report.set_aside_count > LIST as u64 {
            screen.line(&paint(Look::Faint, &format!("  … and {} more: --format json", number(report.set_aside_count - LIST as u64))));
        }
    }
    if !what.summary {
        let any_leaver = report.by_rule.contains_key(&Rule::LeaverAccount);
        let why = if any_leaver { "keep this under version control and let usher fix it" } else { "keep this under version control" };
        let command = format!(
            "usher --dir my-company init --people {} --accounts {}",
            what.people.as_ref().map_or_else(String::new, |p| p.display().to_string()),
            what.accounts.as_ref().map_or_else(String::new, |p| p.display().to_string())
        );
        screen.next(&[(&command, why)]);
    }
}
