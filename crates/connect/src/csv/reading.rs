//! A read under way: records of one export, which may be several files, as rows, one record at a time.

use std::collections::HashSet;
use std::path::PathBuf;

use usher_domain::account::{AccountRow, Door, EntitlementRow, GrantRow};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::{EmploymentStatus, PersonRow};
use usher_domain::snapshot::{Covers, Gap, Row};
use usher_domain::text::visible;
use usher_domain::time::Time;

use super::bytes::{Source, open};
use super::describe;
use super::fields::Field;
use super::fingerprint::Holds;
use super::footer::{self, Footer};
use super::merge::Held;
use super::noticed::Noticed;
use super::parts::day_in_name;
use super::recognise::{SAMPLE, recognise};
use super::record::Record;
use super::scan::Scanner;
use super::shape::{Options, Purpose, Shape};
use super::survey::{self, Survey};
use super::words::employment_on;
use super::{accounts, ages, employments};
use crate::connector::SetAside;

/// A file that was opened and whose columns are known.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its bytes.
    pub source: Source,
    /// What its columns mean.
    pub shape: Shape,
    /// The file's own name, for messages.
    pub name: String,
}

impl Opened {
    /// Opens a file and finds out what its columns mean, from its first records.
    ///
    /// # Errors
    /// CSV-001 to CSV-006 for its bytes, CSV-101 to CSV-108 for its columns.
    pub fn of(path: &std::path::Path, purpose: Purpose, options: &Options) -> Result<Opened, Diagnostic> {
        let source = open(path)?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let (records, spreadsheet) = survey::sample(&source, SAMPLE)?;
        let mut place_known = recognise(&name, &records, purpose, options);
        if let Err(error) = &mut place_known
            && let Some(place) = &mut error.place
        {
            path.clone_into(&mut place.file);
        }
        let mut shape = place_known?;
        shape.spreadsheet = spreadsheet;
        Ok(Opened { source, shape, name })
    }
}

/// A row that could not be read: nothing is dropped silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl From<&Unread> for SetAside {
    fn from(row: &Unread) -> SetAside {
        SetAside { place: format!("{} line {}", row.file, row.line), reason: row.reason.clone() }
    }
}

/// Rows that are kept with their reason; more are counted.
const KEPT: usize = 10_000;

/// What was read, once it is over.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// One line for people: what the file is, what is in it, and which columns mean what.
    pub line: String,
    /// Every column, and how the state is read (`--explain`).
    pub details: Vec<String>,
    /// Worth reading once.
    pub notes: Vec<String>,
    /// May make findings wrong: shown before them.
    pub warnings: Vec<String>,
    /// Records of the files that are rows, also those that were set aside.
    pub records: u64,
    /// Distinct people.
    pub people: u64,
    /// Of them, those whose employment has ended by `today`.
    pub ended: u64,
    /// Distinct accounts.
    pub accounts: u64,
    /// Of them, those whose door is not shut.
    pub with_access: u64,
    /// Rows that could not be read, up to 10,000.
    pub set_aside: Vec<Unread>,
    /// How many could not be read.
    pub set_aside_count: u64,
    /// The total that the file itself states, as it is to be compared with the distinct rows.
    pub total: Option<u64>,
    /// When the file shows the state: its title, its name, else when it was last written.
    pub as_of: Option<Time>,
    /// What the export leaves out, as far as that is known.
    pub covers: Covers,
    /// Why the list may not be whole.
    pub doubts: Vec<Gap>,
}

/// One export, read record by record.
pub struct Reading {
    files: Vec<Opened>,
    options: Options,
    repeated: HashSet<u64>,
    at: usize,
    scanner: Option<Scanner>,
    /// Bytes of the files that are over.
    past: u64,
    held: Held,
    noticed: Vec<Noticed>,
    footers: Vec<(u64, Footer, Option<u64>)>,
    stated: Option<u64>,
    entitlements: HashSet<String>,
    report: Report,
    over: bool,
}

impl Reading {
    /// Opens one file, or several that are parts of one export.
    ///
    /// # Errors
    /// As [`Opened::of`]; CSV-109 if the headers differ.
    pub fn open(paths: &[PathBuf], purpose: Purpose, options: &Options) -> Result<Reading, Diagnostic> {
        let files = paths.iter().map(|p| Opened::of(p, purpose, options)).collect::<Result<Vec<_>, _>>()?;
        Reading::of(files, options)
    }

    /// The same for files that are open already.
    ///
    /// # Errors
    /// CSV-001 if a file can't be read; CSV-109 if the headers differ.
    pub fn of(mut files: Vec<Opened>, options: &Options) -> Result<Reading, Diagnostic> {
        if let Some((first, rest)) = files.split_first()
            && let Some(other) = rest.iter().find(|f| !ages::same_header(&first.shape, &f.shape))
        {
            return Err(Diagnostic::new(
                "CSV-109",
                "files of one export have different headers",
                format!("{} and {} don't have the same columns, so they are not parts of one export", first.name, other.name),
            )
            .hint("keep each export in a file or a folder of its own")
            .at(other.source.path(), Some(other.shape.header_line), None));
        }
        let mut warnings = Vec::new();
        let mut surveys: Vec<Survey> = Vec::new();
        for file in &mut files {
            surveys.push(survey::survey(&file.source, &mut file.shape)?);
        }
        ages::newest(&mut files, &mut surveys, &mut warnings);
        ages::one_order(&mut files);
        let repeated = survey::repeated(&surveys);
        let rows: u64 = surveys.iter().map(|s| s.rows).sum();
        let mut reading = Reading {
            noticed: vec![Noticed::default(); files.len()],
            files,
            options: options.clone(),
            repeated,
            at: 0,
            scanner: None,
            past: 0,
            held: Held::default(),
            footers: Vec::new(),
            stated: None,
            entitlements: HashSet::new(),
            report: Report { warnings, ..Report::default() },
            over: false,
        };
        reading.note_round(rows);
        Ok(reading)
    }

    /// A read that is over: what was noticed and counted elsewhere, to be finished as any other.
    pub(crate) fn over(file: Opened, noticed: Noticed, report: Report, rows: u64, options: &Options) -> Reading {
        let mut reading = Reading {
            noticed: vec![noticed],
            files: vec![file],
            options: options.clone(),
            repeated: HashSet::new(),
            at: 1,
            scanner: None,
            past: 0,
            held: Held::default(),
            footers: Vec::new(),
            stated: None,
            entitlements: HashSet::new(),
            report,
            over: true,
        };
        reading.note_round(rows);
        reading
    }

    /// A number of rows at which consoles are known to cut.
    fn note_round(&mut self, rows: u64) {
        if [1_000, 5_000, 10_000, 50_000, 100_000, 65_535, 1_048_575].contains(&rows) {
            self.report.notes.push(format!("exactly {rows} rows: some consoles cut their exports there"));
        }
    }

    /// What the columns of the (first) file mean.
    pub fn shape(&self) -> Option<&Shape> {
        self.files.first().map(|f| &f.shape)
    }

    /// The files that are read, in order.
    pub fn files(&self) -> &[Opened] {
        &self.files
    }

    /// Rows that were set aside so far, up to 10,000.
    pub fn set_aside(&self) -> &[Unread] {
        &self.report.set_aside
    }

    /// Bytes of decoded text that were read so far.
    pub fn bytes(&self) -> u64 {
        self.past + self.scanner.as_ref().map_or(0, Scanner::next_offset)
    }

    /// Reads one record and adds what it says to `out`. False: that was all, and what had waited for further rows has been added.
    ///
    /// # Errors
    /// CSV-001 if a file can't be read on.
    pub fn step(&mut self, out: &mut Vec<Row>) -> Result<bool, Diagnostic> {
        loop {
            let Some(file) = self.files.get(self.at) else {
                if !self.over {
                    self.over = true;
                    self.let_go(out);
                }
                return Ok(false);
            };
            let mut scanner = match self.scanner.take() {
                Some(scanner) => scanner,
                None => file.source.scan()?,
            };
            let Some(step) = scanner.step()? else {
                self.past += scanner.next_offset();
                self.end_file();
                continue;
            };
            match survey::sound(step) {
                Ok(record) => self.take(&record, out),
                Err(aside) => {
                    if aside.line > self.files.get(self.at).map_or(0, |f| f.shape.header_line) {
                        self.report.records += 1;
                        self.aside(aside.line, aside.reason.to_string());
                    }
                }
            }
            self.scanner = Some(scanner);
            return Ok(true);
        }
    }

    /// What was read. Ask after [`Reading::step`] has said that it is over.
    pub fn finish(mut self) -> Report {
        for (file, noticed) in self.files.iter().zip(&self.noticed) {
            let (notes, warnings) = noticed.say(&file.shape);
            let mark = |text: String| if self.files.len() > 1 { format!("{}: {text}", file.name) } else { text };
            self.report.notes.extend(notes.into_iter().map(mark));
            self.report.warnings.extend(warnings.into_iter().map(mark));
        }
        if let Some(first) = self.files.first() {
            self.report.notes.splice(0..0, first.shape.notes.iter().cloned());
            self.report.warnings.splice(0..0, first.shape.warnings.iter().cloned());
            self.report.notes.extend(describe::dates(&first.shape));
        }
        let distinct = self.report.people + self.report.accounts;
        if let Some(stated) = self.stated {
            // A total counts rows; rows of one account are one.
            self.report.total = Some(if stated == self.report.records { distinct } else { stated });
            if stated != self.report.records {
                self.report
                    .warnings
                    .push(format!("the file states {stated} rows and {} came: it is cut, or rows are missing", self.report.records));
            }
        }
        if self.report.set_aside_count > 0
            && let Some(first) = self.report.set_aside.first()
        {
            let first = format!("{} line {}: {}", first.file, first.line, first.reason);
            self.report.doubts.push(Gap::RowsSetAside { count: self.report.set_aside_count, first });
        }
        let people = self.files.first().is_some_and(|f| f.shape.holds == Holds::People);
        if people
            && self.report.people > 0
            && self.report.ended == 0
            && self.files.first().is_some_and(|f| f.shape.has_status() || f.shape.first(Field::EndDate).is_some())
        {
            self.report.warnings.push(
                "nobody in this file has left: some HR systems leave leavers out of the export, and then their accounts look like accounts of nobody".into(),
            );
        }
        self.age();
        if let Some(first) = self.files.first() {
            self.report.covers = first.shape.covers.clone();
            self.report.line = describe::line(&self.files, &self.report);
            self.report.details = describe::details(&first.shape);
        }
        // Headers, words and names in these texts came from outside.
        let r = &mut self.report;
        for text in r.notes.iter_mut().chain(&mut r.warnings).chain(&mut r.details).chain([&mut r.line]) {
            *text = visible(text);
        }
        self.report
    }

    /// When the files show the state, and whether that is long ago.
    fn age(&mut self) {
        let stated =
            self.files.iter().filter_map(|f| f.shape.as_of.as_ref().and_then(|d| d.as_str().parse::<jiff::civil::Date>().ok())).max();
        let named = self.files.iter().filter_map(|f| day_in_name(&f.name)).max();
        let day = stated.or(named);
        self.report.as_of = match day {
            Some(day) => jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok().map(Time::from),
            None => self.files.iter().filter_map(|f| ages::written(&f.source)).max(),
        };
        let today = self.options.today.as_ref().and_then(|d| d.as_str().parse::<jiff::civil::Date>().ok());
        if let (Some(as_of), Some(today)) = (self.report.as_of, today) {
            let of = jiff::tz::TimeZone::UTC.to_datetime(as_of.timestamp()).date();
            let days = of.until(today).map_or(0, |s| s.get_days());
            if days > 30 {
                self.report.warnings.push(format!(
                    "this file is of {of}, {days} days before {today}: an old file finds what is long done, and misses what is new"
                ));
            }
        }
    }

    fn aside(&mut self, line: u64, reason: String) {
        self.report.set_aside_count += 1;
        if self.report.set_aside.len() < KEPT {
            let file = self.files.get(self.at).map_or_else(String::new, |f| f.name.clone());
            self.report.set_aside.push(Unread { file, line, reason });
        }
    }

    fn take(&mut self, record: &Record<'_>, out: &mut Vec<Row>) {
        let Some(file) = self.files.get(self.at) else { return };
        let shape = &file.shape;
        let line = record.line;
        if line <= shape.header_line || record.is_blank() {
            return;
        }
        if shape.is_header(record) {
            if let Some(noticed) = self.noticed.get_mut(self.at) {
                noticed.repeated_header(line);
            }
            return;
        }
        if let Some(footer) = footer::of_record(record) {
            let counted = counted(shape, record);
            self.footers.push((line, footer, counted));
            return;
        }
        self.footers_were_rows();
        self.report.records += 1;
        let Some(file) = self.files.get(self.at) else { return };
        let shape = &file.shape;
        let wide_enough = (shape.width..=shape.widest.max(shape.width)).contains(&record.len());
        if !wide_enough && !survey::blank_beyond(record, shape.width) {
            let reason = format!("{} cells, the header has {}", record.len(), shape.width);
            self.aside(line, reason);
            return;
        }
        let Some(noticed) = self.noticed.get_mut(self.at) else { return };
        match shape.holds {
            Holds::Accounts => match accounts::read(shape, &shape.names, record, line, noticed) {
                Err(reason) => self.aside(line, reason),
                Ok((account, grants)) if self.repeated.contains(&survey::hash(&account.native_id)) => {
                    self.held.account(account, grants, noticed);
                }
                Ok((account, grants)) => self.emit_account(account, grants, out),
            },
            Holds::People => match employments::read(shape, &shape.names, record, line, noticed) {
                Err(reason) => self.aside(line, reason),
                Ok(person) => match survey::key(shape, record).filter(|k| self.repeated.contains(&survey::hash(k))) {
                    Some(key) => self.held.person(&key, person, self.options.today.as_ref(), noticed),
                    None => self.emit_person(person, out),
                },
            },
        }
    }

    fn emit_account(&mut self, account: AccountRow, grants: Vec<GrantRow>, out: &mut Vec<Row>) {
        self.report.accounts += 1;
        self.report.with_access += u64::from(account.standing.door != Door::Shut);
        out.push(Row::Account(account));
        for grant in grants {
            if self.entitlements.insert(format!("{}/{}", grant.kind, grant.entitlement)) {
                out.push(Row::Entitlement(EntitlementRow {
                    kind: grant.kind.clone(),
                    native_id: grant.entitlement.clone(),
                    name: grant.entitlement.clone(),
                    ..EntitlementRow::default()
                }));
            }
            out.push(Row::Grant(grant));
        }
    }

    fn emit_person(&mut self, person: PersonRow, out: &mut Vec<Row>) {
        self.report.people += 1;
        let status = self.options.today.as_ref().map_or(person.status, |today| employment_on(&person, today).0);
        self.report.ended += u64::from(status == EmploymentStatus::Ended);
        out.push(Row::Person(person));
    }

    /// All rows were seen: what waited for further rows of the same key is complete.
    fn let_go(&mut self, out: &mut Vec<Row>) {
        for (account, grants) in self.held.take_accounts() {
            self.emit_account(account, grants, out);
        }
        for person in self.held.take_people() {
            self.emit_person(person, out);
        }
    }

    /// A row follows what looked like a footer: it was none, and what it is isn't known.
    fn footers_were_rows(&mut self) {
        for (line, ..) in std::mem::take(&mut self.footers) {
            self.report.records += 1;
            self.aside(line, "it looks like a total, but rows follow it".into());
        }
    }

    fn end_file(&mut self) {
        self.scanner = None;
        let footers = std::mem::take(&mut self.footers);
        if let Some(stated) = footers.iter().find_map(|(_, footer, counted)| footer.stated.or(*counted)) {
            self.stated = Some(self.stated.unwrap_or(0) + stated);
        }
        if let (Some((line, ..)), Some(file)) = (footers.first(), self.files.get(self.at)) {
            self.report.notes.push(format!("{} line {line} and what follows it is a footer, not a row", visible(&file.name)));
        }
        self.at += 1;
    }
}

/// A whole number in a totals row that counts the rows: not one in a column of numbers, which is their sum.
fn counted(shape: &Shape, record: &Record<'_>) -> Option<u64> {
    let mut numbers = (1..record.len()).filter_map(|i| {
        let cell = record.text(i);
        let cell = cell.trim();
        let sum = shape.numeric.get(i).copied().unwrap_or(false);
        (!sum && !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit())).then(|| cell.parse().ok()).flatten()
    });
    let number = numbers.next()?;
    numbers.next().is_none().then_some(number)
}
