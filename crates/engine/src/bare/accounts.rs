//! One accounts file, or a part of it: whose each account is, counted, without an allocation a row.

use usher_connect::csv::bytes::Source;
use usher_connect::csv::record::{Record, Step};
use usher_connect::csv::simple::{Keyless, NO_ACCOUNT, SimpleShape, read_in_general};
use usher_domain::account::{Door, Kind, Standing, Status};
use usher_domain::diagnostic::Diagnostic;
use usher_reconcile::index::{Batch, Pending, Seen, Whose};

use super::cells::{Cell, each_odd_address, has_no_address, login, login_address, no_row, number, plain_address, plainly_a_row};
use super::fast::{Hit, HitRule};
use super::ids::id_of;
use super::parts::{Part, scanner};
use super::people::People;
use super::repeats::Repeats;
use super::report::{Counts, FileReport};
use super::watch::Watch;
use super::words::Words;

/// What a thread keeps from file to file.
pub(super) struct Desk {
    pub(super) seen: Seen,
    pub(super) repeats: Repeats,
    batch: Batch,
}

impl Desk {
    pub(super) fn new(people: &People) -> Self {
        Desk { seen: Seen::new(people.rows()), repeats: Repeats::new(people.hasher()), batch: Batch::default() }
    }
}

/// What one part gave, beside what is on the desk.
pub(super) struct PartOfAccounts {
    pub(super) report: FileReport,
    pub(super) hits: Vec<Hit>,
    pub(super) end: u64,
}

/// Reads one part. The desk must have been cleared for it.
pub(super) fn read_part(
    people: &People,
    source: &Source,
    shape: &SimpleShape,
    part: Part,
    instance: Option<u16>,
    desk: &mut Desk,
) -> Result<PartOfAccounts, Diagnostic> {
    let mut scanner = scanner(source, shape, part)?;
    let Desk { seen, repeats, batch } = desk;
    let mut report = FileReport::default();
    let mut reading = Reading {
        people,
        shape,
        standings: Words::new(),
        kinds: Words::new(),
        listed: shape.meaning.standing(""),
        with_access: 0,
        watch: Watch::default(),
        batch,
        repeats,
        verdicts: Verdicts { people, counts: Counts::default(), seen, hits: Vec::new(), instance },
    };
    while scanner.next_offset() < part.to {
        match scanner.step()? {
            Some(Step::Record(record)) => {
                let what = reading.row(&record);
                if what != Keyless::Row {
                    reading.watch.no_row(what, record.line);
                    if what == Keyless::Aside {
                        report.asides.take_keyless(record.line, NO_ACCOUNT);
                    }
                }
            }
            Some(Step::Aside(aside)) => {
                report.irregular |= read_in_general(&aside, *shape.width.start());
                report.asides.take(aside.line, &aside.reason);
            }
            None => break,
        }
    }
    reading.resolve();
    report.lines = scanner.next_line() - 1;
    report.counts = reading.verdicts.counts;
    report.status_words = reading.standings.counted();
    report.kind_words = reading.kinds.counted();
    report.with_access = reading.with_access;
    report.watch = reading.watch;
    Ok(PartOfAccounts { report, hits: reading.verdicts.hits, end: scanner.next_offset() })
}

struct Reading<'a> {
    people: &'a People,
    shape: &'a SimpleShape,
    standings: Words<Standing>,
    kinds: Words<Kind>,
    /// What a row means where no column says its state.
    listed: Standing,
    with_access: u64,
    watch: Watch,
    batch: &'a mut Batch,
    repeats: &'a mut Repeats,
    verdicts: Verdicts<'a>,
}

impl Reading<'_> {
    /// Takes one row; what it is if it is none.
    #[inline]
    fn row(&mut self, record: &Record<'_>) -> Keyless {
        let shape = self.shape;
        let meaning = shape.meaning.as_ref();
        let (standing, standing_at) = match shape.status {
            Some(column) => {
                let (standing, at) = self.standings.mean(record.value(column).trim_ascii(), |word| meaning.standing(word));
                (standing, Some(at))
            }
            None => (self.listed, None),
        };
        let (kind, kind_at) = match shape.kind {
            Some(column) => {
                let (kind, at) = self.kinds.mean(record.value(column).trim_ascii(), |word| meaning.kind(word));
                (kind, Some(at))
            }
            None => (Kind::Human, None),
        };
        let may_have_holder = standing.status != Status::Deleted && kind.has_holder();
        if may_have_holder {
            self.take_keys(record);
        } else if let Some(column) = shape.number {
            number(&record.value(column), record.line, meaning, &mut self.watch);
        }
        let mailless = if may_have_holder { self.batch.mailless() } else { has_no_address(record, shape) };
        if mailless
            && !plainly_a_row(record, shape)
            && let Some(what) = no_row(record, shape)
        {
            self.batch.forget();
            return what;
        }
        let counted =
            standing_at.is_none_or(|at| self.standings.count(at, record.line)) & kind_at.is_none_or(|at| self.kinds.count(at, record.line));
        self.watch.unsure |= !counted;
        self.watch.dates(record, shape);
        if mailless {
            self.watch.no_address(record, meaning);
        }
        id_of(record, shape, |id| self.repeats.take(id));
        let lets_in = standing.door != Door::Shut;
        self.with_access += u64::from(lets_in);
        let counts = &mut self.verdicts.counts;
        counts.accounts += 1;
        if standing.status == Status::Deleted {
            counts.deleted += 1;
        } else if !may_have_holder {
            counts.unmatched += 1;
        } else if self.batch.finish(u32::try_from(record.line).unwrap_or(u32::MAX), lets_in) {
            self.resolve();
        }
        Keyless::Row
    }

    #[inline]
    fn take_keys(&mut self, record: &Record<'_>) {
        let shape = self.shape;
        let meaning = shape.meaning.as_ref();
        let claims = self.people.claims();
        if let Some(column) = shape.number
            && let Some(key) = number(&record.value(column), record.line, meaning, &mut self.watch)
        {
            self.batch.number(&claims, &key);
        }
        for column in shape.emails.iter().chain(&shape.personal) {
            let cell = record.value(*column);
            if let Cell::Odd = self.batch.address(&claims, |out| plain_address(&cell, out)) {
                each_odd_address(&cell, meaning, &mut |key| self.batch.address(&claims, |out| out.extend_from_slice(key.as_bytes())));
            }
        }
        if let Some(column) = shape.login {
            let cell = record.value(column);
            let is_address = if self.people.wants_logins() { self.batch.login(|out| login(&cell, out)) } else { cell.contains(&b'@') };
            if is_address {
                self.batch.address(&claims, |out| login_address(&cell, out));
            }
        }
    }

    fn resolve(&mut self) {
        let verdicts = &mut self.verdicts;
        self.batch.resolve(&self.people.claims(), |account, whose, login| verdicts.take(account, whose, login));
    }
}

/// Counts what each account is, and keeps what is to be shown.
struct Verdicts<'a> {
    people: &'a People,
    counts: Counts,
    seen: &'a mut Seen,
    hits: Vec<Hit>,
    /// The instance's number, if hits are wanted.
    instance: Option<u16>,
}

impl Verdicts<'_> {
    #[inline]
    fn take(&mut self, account: &Pending, whose: Whose, login: &[u8]) {
        match whose {
            Whose::Linked { person, ended } => {
                self.counts.linked += 1;
                self.seen.meet(person);
                if ended && account.lets_in {
                    self.counts.leaver_account += 1;
                    self.hit(HitRule::LeaverAccount, person, account.row);
                }
            }
            Whose::Disputed => {
                self.counts.disputed += 1;
                self.counts.disputed_account += 1;
                self.hit(HitRule::DisputedAccount, Hit::NOBODY, account.row);
            }
            Whose::Unmatched => {
                if self.people.hinted(login) {
                    self.counts.unlinked += 1;
                } else {
                    self.counts.unmatched += 1;
                }
                if account.lets_in {
                    self.counts.unmatched_account += 1;
                    self.hit(HitRule::UnmatchedAccount, Hit::NOBODY, account.row);
                }
            }
        }
    }

    #[inline]
    fn hit(&mut self, rule: HitRule, person: u32, row: u32) {
        if let Some(instance) = self.instance {
            self.hits.push(Hit { rule, instance, row, person });
        }
    }
}
