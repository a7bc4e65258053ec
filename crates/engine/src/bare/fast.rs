//! Bare findings over files whose rows need no second look: people into an index, accounts past it, in parallel (speed.md).
//!
//! Counters are a thread's own and summed at the end; hits are sorted by (rule, instance, row). Neither the number of threads nor the
//! hash seed changes what comes out.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use usher_connect::csv::bytes::Source;
use usher_connect::csv::record::Step;
use usher_connect::csv::simple::SimpleShape;
use usher_domain::diagnostic::Diagnostic;
use usher_reconcile::index::Seen;

use super::accounts::{Desk, PartOfAccounts, read_part};
use super::ids::id_of;
use super::parts::{Part, Split, cut, scanner};
use super::people::People;
use super::repeats::Repeats;
use super::report::{Counts, FileReport, Repeated};

/// An accounts file; a file is an instance.
#[derive(Debug, Clone, Copy)]
pub struct AccountsFile<'a> {
    /// The file.
    pub source: &'a Source,
    /// What its columns mean.
    pub shape: &'a SimpleShape,
}

/// The rules that accounts files show, in the order in which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum HitRule {
    /// The holder left, the door is not shut.
    LeaverAccount,
    /// Nobody's, the door is not shut.
    UnmatchedAccount,
    /// Keys that name different people.
    DisputedAccount,
    /// Several accounts of one person in one instance.
    DuplicateAccount,
}

/// One finding, in 12 bytes: names are fetched again for those that are shown. Ordered by rule, instance and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The rule.
    pub rule: HitRule,
    /// The file, by its place among the files that were given.
    pub instance: u16,
    /// Line on which the account's row begins, from 1; 0 for a duplicate.
    pub row: u32,
    /// The person, by the place of the first row in the people file; [`Hit::NOBODY`] where there is none.
    pub person: u32,
}

impl Hit {
    /// Stands for no person.
    pub const NOBODY: u32 = u32::MAX;
}

/// What all files gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sums over the people file and all accounts files.
    pub counts: Counts,
    /// One report a file, in the order in which the files were given.
    pub files: Vec<FileReport>,
    /// Findings, sorted; empty if only counts were wanted.
    pub hits: Vec<Hit>,
}

/// A stretch of a file that one thread reads.
struct Task {
    file: usize,
    part: Part,
    size: u64,
    /// One of several parts of its file: what was seen is merged later.
    cut: bool,
}

/// What one task gave; of a cut file also what was seen.
struct Done {
    part: PartOfAccounts,
    seen: Option<(Seen, Repeats)>,
}

/// Reads all accounts files and says whose each account is. At most 65,536 files; `hits`: findings are wanted, not only counts.
///
/// # Errors
/// The first file, in the order given, that can't be read (CSV-001); BARE-002 if there are too many files.
pub fn reconcile(people: &People, files: &[AccountsFile<'_>], split: Split, hits: bool) -> Result<Outcome, Diagnostic> {
    if files.len() > usize::from(u16::MAX) + 1 {
        return Err(Diagnostic::new(
            "BARE-002",
            "there are too many files",
            format!("{} accounts files, at most 65,536 can be read", files.len()),
        ));
    }
    let tasks = tasks(files, split)?;
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<Done, Diagnostic>>>> = Mutex::new(tasks.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..split.threads.clamp(1, tasks.len().max(1)) {
            scope.spawn(|| {
                let mut desk = Desk::new(people);
                while let Some((i, task)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, tasks.get(i)?))) {
                    let done = work(people, files, task, hits, &mut desk);
                    if let Some(place) = results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_mut(i) {
                        *place = Some(done);
                    }
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    gather(people, files, hits, tasks.into_iter().zip(results.into_iter().flatten()).collect())
}

/// Whole files, and large ones in parts; the largest first, so that no thread is left with a large one at the end.
fn tasks(files: &[AccountsFile<'_>], split: Split) -> Result<Vec<Task>, Diagnostic> {
    let all: u64 = files.iter().map(|file| file.source.size).sum();
    let mut tasks = Vec::new();
    for (i, file) in files.iter().enumerate() {
        let size = file.source.size;
        // A file with more than a thread's share would keep the others waiting.
        let parts = if size > all / split.threads.max(1) as u64 { cut(file.source, file.shape, split)? } else { vec![Part::WHOLE] };
        let count = parts.len();
        tasks.extend(parts.into_iter().map(|part| Task { file: i, part, size: size / count as u64, cut: count > 1 }));
    }
    tasks.sort_by_key(|task| (std::cmp::Reverse(task.size), task.file, task.part.from));
    Ok(tasks)
}

fn work(people: &People, files: &[AccountsFile<'_>], task: &Task, hits: bool, desk: &mut Desk) -> Result<Done, Diagnostic> {
    let Some(file) = files.get(task.file) else { unreachable!("tasks are made from files") };
    let instance = hits.then_some(task.file as u16);
    desk.seen.clear();
    desk.repeats.restart();
    let mut part = read_part(people, file.source, file.shape, task.part, instance, desk)?;
    if task.cut {
        return Ok(Done { part, seen: Some((desk.seen.clone(), desk.repeats.clone())) });
    }
    close(file, &mut part, &desk.seen, &mut desk.repeats, instance)?;
    Ok(Done { part, seen: None })
}

/// What can be said of a file only when all of it was seen.
fn close(
    file: &AccountsFile<'_>,
    part: &mut PartOfAccounts,
    seen: &Seen,
    repeats: &mut Repeats,
    instance: Option<u16>,
) -> Result<(), Diagnostic> {
    part.report.counts.duplicate_account = seen.duplicates();
    if let Some(instance) = instance {
        part.hits.extend(seen.persons().map(|person| Hit { rule: HitRule::DuplicateAccount, instance, row: 0, person }));
    }
    if repeats.find() {
        part.report.repeated = settle(file, repeats)?;
    }
    Ok(())
}

/// A second look at a file in which two ids look alike by half of their hashes.
fn settle(file: &AccountsFile<'_>, repeats: &Repeats) -> Result<Option<Repeated>, Diagnostic> {
    let mut first = std::collections::HashMap::new();
    let mut scanner = scanner(file.source, file.shape, Part::WHOLE)?;
    while let Some(step) = scanner.step()? {
        let Step::Record(record) = step else { continue };
        if let Some(id) = id_of(&record, file.shape, |id| repeats.suspect(id).then(|| id.to_vec())).flatten()
            && let Some(line) = first.insert(id.clone(), record.line)
        {
            return Ok(Some(Repeated { id: String::from_utf8_lossy(&id).into_owned(), lines: (line, record.line) }));
        }
    }
    Ok(None)
}

/// Puts the parts of files together, in the order of the files.
fn gather(
    people: &People,
    files: &[AccountsFile<'_>],
    hits: bool,
    mut results: Vec<(Task, Result<Done, Diagnostic>)>,
) -> Result<Outcome, Diagnostic> {
    results.sort_by_key(|(task, _)| (task.file, task.part.from));
    let mut outcome = Outcome { counts: people.report.counts, files: Vec::new(), hits: Vec::new() };
    let mut results = results.into_iter().peekable();
    while let Some((task, done)) = results.next() {
        let Some(file) = files.get(task.file) else { continue };
        let Done { mut part, seen } = done?;
        if let Some((mut seen, mut repeats)) = seen {
            while let Some((next, done)) = results.next_if(|(next, _)| next.file == task.file) {
                let mut more = done?;
                if next.part.from != part.end {
                    // The guess was wrong: read that part again from the right place.
                    let from = Part { from: part.end, to: next.part.to };
                    more = work(people, files, &Task { part: from, ..next }, hits, &mut Desk::new(people))?;
                }
                join(&mut part, more.part);
                if let Some((more_seen, more_repeats)) = more.seen {
                    seen.merge(&more_seen);
                    repeats.merge(more_repeats);
                }
            }
            close(file, &mut part, &seen, &mut repeats, hits.then_some(task.file as u16))?;
        }
        outcome.counts.add(&part.report.counts);
        outcome.files.push(part.report);
        outcome.hits.append(&mut part.hits);
    }
    outcome.hits.sort_unstable();
    Ok(outcome)
}

/// Adds the next part of the same file.
fn join(part: &mut PartOfAccounts, more: PartOfAccounts) {
    let lines = u32::try_from(part.report.lines).unwrap_or(u32::MAX);
    part.hits.extend(more.hits.into_iter().map(|hit| Hit { row: hit.row.saturating_add(lines), ..hit }));
    part.report.append(more.report);
    part.end = more.end;
}
