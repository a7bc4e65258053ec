//! The people file into two indexes (speed.md §2.8): read in parts, then one thread builds the numbers and one the addresses.

use std::collections::HashMap;

use usher_connect::csv::bytes::Source;
use usher_connect::csv::record::{Record, Step};
use usher_connect::csv::simple::{Keyless, NOBODY, SimpleShape, read_in_general};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::{IdentifierKind, Person, PersonState};
use usher_reconcile::correlate::address;
use usher_reconcile::index::{Claims, KeyHasher, KeyIndex, Keys, Locals, PersonRef};

use super::cells::{Cell, each_odd_address, has_no_address, no_row, number, plain_address, plainly_a_row};
use super::parts::{Part, Split, cut, scanner};
use super::report::{Asides, FileReport};
use super::watch::Watch;
use super::words::Words;

/// Who works or worked here, by what names them.
#[derive(Debug)]
pub struct People {
    numbers: KeyIndex,
    addresses: KeyIndex,
    locals: Option<Locals>,
    ended: Vec<u64>,
    /// Rows that turned out to be further employments: row to the person's first row.
    same: HashMap<u32, u32>,
    rows: u32,
    hasher: KeyHasher,
    /// What was read, and what was set aside.
    pub report: FileReport,
}

impl People {
    /// Reads the people file. `logins`: logins are to be compared with the part of addresses before the `@`.
    ///
    /// Rows with the same employee number are employments of one person, who left when all of them ended; so are rows without a number
    /// and with the same first address.
    ///
    /// # Errors
    /// CSV-001 if the file can't be read; BARE-001 if it has more rows than can be counted.
    pub fn read(source: &Source, shape: &SimpleShape, logins: bool, split: Split, seed: u64) -> Result<People, Diagnostic> {
        let parts = read_parts(source, shape, &cut(source, shape, split)?)?;
        let hasher = KeyHasher::new(seed);
        let (mut report, mut ended, mut rows) = (FileReport::default(), Vec::new(), 0_u32);
        let (mut numbers, mut work, mut personal, mut work_bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for part in parts {
            let base = rows;
            rows = rows.checked_add(part.rows).filter(|rows| *rows <= PersonRef::MAX).ok_or_else(|| too_many(source))?;
            report.append(part.report);
            append_bits(&mut ended, base, &part.ended, part.rows);
            work_bytes += part.work.bytes();
            numbers.push((part.numbers, base));
            work.push((part.work, base));
            personal.push((part.personal, base));
        }
        work.append(&mut personal);
        let (numbers, addresses) = std::thread::scope(|scope| {
            let by_number = scope.spawn(|| KeyIndex::build(numbers, hasher.clone()));
            let by_address = KeyIndex::build(work, hasher.clone());
            (by_number.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), by_address)
        });
        let mut people = People { numbers, addresses, locals: None, ended, same: HashMap::new(), rows, hasher, report };
        people.join_employments();
        if logins {
            people.locals = Some(Locals::build(&people.addresses, work_bytes));
        }
        people.report.counts.people = u64::from(people.rows) - people.same.len() as u64;
        people.report.counts.duplicate_person = people.addresses.claimed_by_several().len() as u64;
        Ok(people)
    }

    /// The index over persons that the general path has put together, for a people file that takes more than one look.
    pub fn of(persons: &[Person], seed: u64) -> People {
        let hasher = KeyHasher::new(seed);
        let (mut numbers, mut addresses, mut ended) = (Keys::default(), Keys::default(), Vec::new());
        for (person, row) in persons.iter().zip(0..PersonRef::MAX) {
            let left = person.state == PersonState::Ended;
            push_bit(&mut ended, row, left);
            let who = PersonRef::one(row, left);
            for identifier in &person.identifiers {
                match identifier.kind {
                    IdentifierKind::EmployeeNumber => numbers.push(identifier.value.trim().as_bytes(), who),
                    IdentifierKind::Email | IdentifierKind::PersonalEmail => {
                        addresses.push(address(&identifier.value).unwrap_or_default().as_bytes(), who);
                    }
                }
            }
        }
        let build = |keys| KeyIndex::build(vec![(keys, 0)], hasher.clone());
        let (numbers, addresses, rows) = (build(numbers), build(addresses), persons.len() as u32);
        let mut report = FileReport::default();
        report.counts.people = u64::from(rows);
        report.counts.duplicate_person = (numbers.claimed_by_several().len() + addresses.claimed_by_several().len()) as u64;
        People { numbers, addresses, locals: None, ended, same: HashMap::new(), rows, hasher, report }
    }

    /// Persons who left.
    pub fn left(&self) -> u64 {
        self.ended.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether some person has several rows.
    pub fn has_several_rows_of_one(&self) -> bool {
        !self.same.is_empty()
    }

    /// Rows with the same number become one person.
    fn join_employments(&mut self) {
        for list in self.numbers.claimed_by_several() {
            let Some((first, others)) = list.split_first() else { continue };
            let all_ended = list.iter().all(|row| bit(&self.ended, *row));
            set_bit(&mut self.ended, *first, all_ended);
            self.same.extend(others.iter().map(|row| (*row, *first)));
        }
        if !self.same.is_empty() {
            let same = |row: u32| self.same.get(&row).copied().unwrap_or(row);
            let ended = |row: u32| bit(&self.ended, row);
            self.numbers.renumber(&same, &ended);
            self.addresses.renumber(&same, &ended);
        }
    }

    /// Rows of the file; persons are numbered by their first row, from 0.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The person whose row this is.
    pub fn person_of_row(&self, row: u32) -> u32 {
        self.same.get(&row).copied().unwrap_or(row)
    }

    /// Bytes of the indexes.
    pub fn bytes(&self) -> usize {
        self.numbers.bytes() + self.addresses.bytes()
    }

    pub(super) fn claims(&self) -> Claims<'_> {
        Claims { numbers: &self.numbers, addresses: &self.addresses, ended: &self.ended }
    }

    pub(super) fn hasher(&self) -> KeyHasher {
        self.hasher.clone()
    }

    /// Whether logins are compared at all.
    #[inline]
    pub(super) fn wants_logins(&self) -> bool {
        self.locals.is_some()
    }

    /// Whether a login is what somebody's address has before the `@`.
    pub(super) fn hinted(&self, login: &[u8]) -> bool {
        !login.is_empty() && self.locals.as_ref().is_some_and(|locals| locals.has(&self.addresses, login))
    }
}

fn too_many(source: &Source) -> Diagnostic {
    Diagnostic::new(
        "BARE-001",
        "the file has too many rows",
        format!("{} has more than {} people", source.path().display(), PersonRef::MAX),
    )
    .at(source.path(), None, None)
}

/// What one part of the people file has; rows count from 0 in the part.
struct PartOfPeople {
    numbers: Keys,
    work: Keys,
    personal: Keys,
    ended: Vec<u64>,
    rows: u32,
    report: FileReport,
    end: u64,
}

fn read_parts(source: &Source, shape: &SimpleShape, parts: &[Part]) -> Result<Vec<PartOfPeople>, Diagnostic> {
    let mut read: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = parts.iter().map(|part| scope.spawn(|| read_part(source, shape, *part))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Result<_, _>>()
    })?;
    // A part that began at a wrong guess is read again.
    for i in 1..read.len() {
        let (Some(end), Some(part)) = (read.get(i - 1).map(|before: &PartOfPeople| before.end), parts.get(i)) else { break };
        if end != part.from
            && let Some(place) = read.get_mut(i)
        {
            *place = read_part(source, shape, Part { from: end, to: part.to })?;
        }
    }
    Ok(read)
}

fn read_part(source: &Source, shape: &SimpleShape, part: Part) -> Result<PartOfPeople, Diagnostic> {
    let mut scanner = scanner(source, shape, part)?;
    let mut reading = Reading {
        shape,
        words: Words::new(),
        watch: Watch::default(),
        irregular: false,
        scratch: Vec::new(),
        out: PartOfPeople {
            numbers: Keys::default(),
            work: Keys::default(),
            personal: Keys::default(),
            ended: Vec::new(),
            rows: 0,
            report: FileReport::default(),
            end: 0,
        },
    };
    let mut asides = Asides::default();
    while scanner.next_offset() < part.to {
        match scanner.step()? {
            Some(Step::Record(record)) => reading.row(&record, &mut asides),
            Some(Step::Aside(aside)) => {
                reading.irregular |= read_in_general(&aside, *shape.width.start());
                asides.take(aside.line, &aside.reason);
            }
            None => break,
        }
    }
    let Reading { mut out, words, watch, irregular, .. } = reading;
    out.end = scanner.next_offset();
    out.report.asides = asides;
    out.report.lines = scanner.next_line() - 1;
    out.report.status_words = words.counted();
    out.report.watch = watch;
    out.report.irregular = irregular;
    Ok(out)
}

struct Reading<'a> {
    shape: &'a SimpleShape,
    words: Words<bool>,
    watch: Watch,
    irregular: bool,
    scratch: Vec<u8>,
    out: PartOfPeople,
}

impl Reading<'_> {
    fn row(&mut self, record: &Record<'_>, asides: &mut Asides) {
        let shape = self.shape;
        let meaning = shape.meaning.as_ref();
        if has_no_address(record, shape)
            && !plainly_a_row(record, shape)
            && let Some(what) = no_row(record, shape)
        {
            return match what {
                Keyless::Aside => asides.take_keyless(record.line, NOBODY),
                what => self.watch.no_row(what, record.line),
            };
        }
        let ended = self.ended(record);
        let row = self.out.rows;
        let who = PersonRef::one(row, ended);
        let cell = shape.number.map(|column| record.value(column));
        let number = cell.as_deref().and_then(|cell| number(cell, record.line, meaning, &mut self.watch));
        self.watch.dates(record, shape);
        if let Some(number) = &number {
            self.out.numbers.push(number, who);
        }
        let mut numberless = number.is_none();
        for (columns, keys) in [(&shape.emails, &mut self.out.work), (&shape.personal, &mut self.out.personal)] {
            for column in columns {
                let cell = record.value(*column);
                // The byte in front makes it a key that no employee number can be.
                let mut one = |scratch: &[u8]| {
                    let Some(key @ [_, ..]) = scratch.get(1..) else { return };
                    keys.push(key, who);
                    if std::mem::take(&mut numberless) {
                        self.out.numbers.push(scratch, who);
                    }
                };
                self.scratch.clear();
                self.scratch.push(0);
                match plain_address(&cell, &mut self.scratch) {
                    Cell::Odd => each_odd_address(&cell, meaning, &mut |key| one(&[b"\0", key.as_bytes()].concat())),
                    Cell::Address | Cell::Nothing => one(&self.scratch),
                }
            }
        }
        push_bit(&mut self.out.ended, row, ended);
        self.out.rows += 1;
    }

    fn ended(&mut self, record: &Record<'_>) -> bool {
        let shape = self.shape;
        let status = shape.status.map(|column| record.value(column)).unwrap_or_default();
        let status = status.trim_ascii();
        let (by_word, at) = self.words.mean(status, |word| shape.meaning.ended(word, ""));
        self.watch.unsure |= !self.words.count(at, record.line);
        let last_day = shape.last_day.map(|column| record.text(column)).unwrap_or_default();
        if last_day.trim().is_empty() { by_word } else { shape.meaning.ended(&String::from_utf8_lossy(status), &last_day) }
    }
}

fn bit(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 != 0)
}

fn push_bit(bits: &mut Vec<u64>, at: u32, set: bool) {
    if at.is_multiple_of(64) {
        bits.push(0);
    }
    set_bit(bits, at, set);
}

fn set_bit(bits: &mut [u64], at: u32, set: bool) {
    if let Some(word) = bits.get_mut(at as usize / 64) {
        *word = *word & !(1 << (at % 64)) | u64::from(set) << (at % 64);
    }
}

fn append_bits(bits: &mut Vec<u64>, base: u32, more: &[u64], count: u32) {
    (0..count).for_each(|at| push_bit(bits, base + at, bit(more, at)));
}
