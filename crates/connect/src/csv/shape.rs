//! What a file's columns mean: the answer of the recogniser, decided once a file.

use std::sync::Arc;

use usher_domain::account::{Authority, EmailKind, Kind, Standing};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::{Day, EmploymentStatus, PersonRow};
use usher_domain::snapshot::Covers;

use super::dates::{self, Reading};
use super::fields::Field;
use super::fingerprint::Holds;
use super::footer;
use super::header::Name;
use super::order::{DateOrder, Evidence, Order};
use super::record::Record;
use super::simple::{self, Dated, Keyless, SimpleShape};
use super::states::{How, KindSign, States, employment, standing};
use super::values;
use super::words::{Meaning, employment_on};

/// What the user expects of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `--people`, or an instance of `csv_people`.
    People,
    /// One instance's accounts, said so by the user.
    Accounts,
    /// A file of a folder: the header decides.
    Unknown,
}

/// What the user said about how to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The day that is taken for today (`--as-of`): bends two-digit years, and nothing that has happened lies after it.
    pub today: Option<Day>,
    /// `--dates dmy|mdy`.
    pub dates: Option<Order>,
    /// `--column FIELD="Header"`, in the order given.
    pub columns: Vec<(Field, String)>,
    /// The columns are named for several files at once: a header that a file doesn't have is no error, but in `unused_overrides`.
    pub for_several: bool,
    /// Status words that usher doesn't know, and what they mean in usher's words.
    pub words: Vec<(String, String)>,
    /// What stands for the native id of an account where a file has none, or none that lasts (`key: userName` of an instance).
    pub key: Option<Field>,
}

impl Options {
    /// Takes `--column FIELD="Header"`.
    ///
    /// # Errors
    /// CSV-107 if it has no `=` or the field is not known; the nearest field is offered.
    pub fn column(&mut self, text: &str) -> Result<(), Diagnostic> {
        let wrong =
            |detail: String| Diagnostic::new("CSV-107", "a column can't be set", detail).exit(usher_domain::diagnostic::Exit::Usage);
        let Some((field, header)) = text.split_once('=') else {
            return Err(wrong(format!("`{text}` has no `=`")).hint("write it as --column status=\"User Status\""));
        };
        let Some(known) = Field::parse(field) else {
            let near = usher_domain::diagnostic::nearest(field.trim(), Field::all());
            let hint = near
                .map_or_else(|| format!("fields are: {}", Field::all().collect::<Vec<_>>().join(" ")), |n| format!("did you mean `{n}`?"));
            return Err(wrong(format!("`{}` is no field", field.trim())).hint(hint));
        };
        self.columns.push((known, header.trim().trim_matches('"').to_owned()));
        Ok(())
    }

    /// What the configuration of an instance says: `columns {FIELD: Header}`, `words {Word: meaning}`, `dates dmy|mdy|ymd`.
    ///
    /// # Errors
    /// CSV-107, CSV-111 and CSV-114 if one of them is no such thing.
    pub fn of_config(config: &serde_json::Map<String, serde_json::Value>, purpose: Purpose) -> Result<Options, Diagnostic> {
        let mut options = Options::default();
        let pairs = |name: &str| config.get(name).and_then(serde_json::Value::as_object).into_iter().flatten();
        for (field, header) in pairs("columns") {
            options.column(&format!("{field}={}", header.as_str().unwrap_or_default()))?;
        }
        for (word, means) in pairs("words") {
            options.word(word, means.as_str().unwrap_or_default(), purpose)?;
        }
        if let Some(dates) = config.get("dates").and_then(serde_json::Value::as_str) {
            options.dates = Some(Order::parse(dates).ok_or_else(|| {
                Diagnostic::new("CSV-114", "no such order of dates", format!("`{dates}`"))
                    .hint("one of: dmy mdy ymd")
                    .exit(usher_domain::diagnostic::Exit::Usage)
            })?);
        }
        Ok(options)
    }

    /// Takes what a status word means: `invited active locked suspended deactivated deleted` for accounts, `prehire active leave ended`
    /// for people.
    ///
    /// # Errors
    /// CSV-111 if that is none of these words.
    pub fn word(&mut self, word: &str, means: &str, purpose: Purpose) -> Result<(), Diagnostic> {
        let account = super::words::account_meaning(means).is_some() && purpose != Purpose::People;
        let employment = super::words::employment_meaning(means).is_some() && purpose != Purpose::Accounts;
        if !account && !employment {
            let known = match purpose {
                Purpose::People => "prehire active leave ended",
                _ => "invited active locked suspended deactivated deleted",
            };
            let near = usher_domain::diagnostic::nearest(means, known.split(' '));
            return Err(Diagnostic::new(
                "CSV-111",
                "a status word can't be set",
                format!("`{word}: {means}`: `{means}` is no status of usher's"),
            )
            .hint(near.map_or_else(|| format!("one of: {known}"), |n| format!("did you mean `{n}`?")))
            .exit(usher_domain::diagnostic::Exit::Usage));
        }
        self.words.push((word.to_owned(), means.to_owned()));
        Ok(())
    }
}

/// How sure it is which system wrote a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// All needed columns of one system are there.
    Certain,
    /// One needed column is missing or renamed, or the system's header is only recalled.
    Likely {
        /// Needed names that are not there.
        missing: Vec<String>,
    },
    /// No system is known; each column was judged by its name and values.
    ByColumns,
}

impl std::fmt::Display for Certainty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Certainty::Certain => "certain",
            Certainty::Likely { .. } => "likely",
            Certainty::ByColumns => "by columns",
        })
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place in the record, from 0.
    pub index: usize,
    /// What it means; `None`: not used.
    pub field: Option<Field>,
    /// Why it is not used, where that should be said.
    pub why_not: Option<&'static str>,
}

/// What a file's columns mean.
#[derive(Debug, Clone)]
pub struct Shape {
    /// What the file is, for people: `Slack member list`, `account list`.
    pub system: &'static str,
    /// How sure that is.
    pub certainty: Certainty,
    /// People or accounts.
    pub holds: Holds,
    /// Line of the header, from 1.
    pub header_line: u64,
    /// Cells that the header has; empty names at its end are not counted.
    pub width: usize,
    /// Cells that the header has, with the empty ones at its end: a record may have between `width` and this many.
    pub widest: usize,
    /// All columns, in the order of the file.
    pub columns: Vec<Column>,
    /// Which order the dates have. From the sample until [`crate::csv::survey`] has seen the whole file.
    pub dates: DateOrder,
    /// Statuses that this export leaves out, if it does.
    pub covers: Covers,
    /// The day that a title row states.
    pub as_of: Option<Day>,
    /// What was noticed and is worth reading once.
    pub notes: Vec<String>,
    /// What may make findings wrong: shown before them.
    pub warnings: Vec<String>,
    pub(crate) names: Vec<Name>,
    /// The header as it stands in the file, to know it again.
    pub(crate) header_cells: Vec<String>,
    pub(crate) accounts: States<Meaning>,
    pub(crate) people: States<EmploymentStatus>,
    pub(crate) kinds: Vec<KindSign>,
    pub(crate) key: Vec<usize>,
    /// The user said what the key is: it goes before an id column.
    pub(crate) key_told: bool,
    /// Cells are quoted as spreadsheets do it (`="00017"`): only the general path reads those.
    pub(crate) spreadsheet: bool,
    pub(crate) split: &'static [char],
    pub(crate) authority: Authority,
    /// Columns whose data cells are numbers: a number of theirs in a totals row is a sum, not a count.
    pub(crate) numeric: Vec<bool>,
    /// The number column has ids with letters.
    pub(crate) codes: bool,
    pub(crate) language: Option<&'static str>,
    pub(crate) usual_order: Option<Order>,
    pub(crate) told_order: Option<Order>,
    /// Evidence of the title rows, where a survey begins.
    pub(crate) title_evidence: Evidence,
    pub(crate) today: Option<jiff::civil::Date>,
    /// All rows were looked at, so the order of dates is final.
    pub(crate) surveyed: bool,
    /// Overrides of `--column` that this file has no header for.
    pub unused_overrides: Vec<String>,
}

impl Shape {
    /// Columns of a field, in the order in which they count.
    pub fn of(&self, field: Field) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().filter(move |c| c.field == Some(field)).map(|c| c.index)
    }

    /// The first column of a field.
    pub fn first(&self, field: Field) -> Option<usize> {
        self.of(field).next()
    }

    /// The name of a column as it stands in the file.
    pub fn header(&self, column: usize) -> &str {
        self.names.get(column).map_or("", |n| n.original.as_str())
    }

    /// Whether a record is the header again.
    pub(crate) fn is_header(&self, row: &impl super::states::Cells) -> bool {
        self.header_cells.iter().enumerate().all(|(i, name)| name == row.cell(i).trim())
    }

    /// True if a column's cells say the state. If not, being listed is having access (accounts) or working here (people).
    pub fn has_status(&self) -> bool {
        match self.holds {
            Holds::Accounts => !self.accounts.signs.is_empty(),
            Holds::People => !self.people.signs.is_empty(),
        }
    }

    /// What the engine's fast path may use, if this file is plain enough for it: at most one number column, plain address columns, one
    /// status column and one kind column that are read by words, one row an account. A list of people with a last day only after
    /// [`super::survey`] has settled its dates, and one with a start date too never: a rehire's old last day says nothing.
    pub fn simple(&self) -> Option<SimpleShape> {
        let one = |field: Field| {
            let mut all = self.of(field);
            let first = all.next();
            if all.next().is_some() { Err(()) } else { Ok(first) }
        };
        let number = one(Field::EmployeeNumber).ok()?;
        let id = one(Field::Id).ok()?;
        let user_name = one(Field::UserName).ok()?;
        let last_day = one(Field::EndDate).ok()?;
        let status = match self.holds {
            Holds::Accounts => by_words(&self.accounts).ok()?,
            Holds::People => by_words(&self.people).ok()?,
        };
        let kind = match self.kinds.as_slice() {
            [] => status.filter(|_| self.status_says_kind()),
            [sign] if sign.by_words() && !self.status_says_kind() => Some(sign.column),
            _ => return None,
        };
        let one_row_each = !self.spreadsheet && self.key.is_empty() && !self.columns.iter().any(|c| c.field.is_some_and(Field::is_grant));
        let dated = last_day.is_some() && (!self.surveyed || self.first(Field::StartDate).is_some());
        if !one_row_each || dated {
            return None;
        }
        let emails: Vec<usize> = [Field::Email, Field::Alias].into_iter().flat_map(|f| self.of(f).collect::<Vec<_>>()).collect();
        let own_id = id.is_some();
        let id = id.or(user_name).or(emails.first().copied());
        Some(SimpleShape {
            header_line: self.header_line,
            width: self.width..=self.widest,
            id: id.filter(|_| self.holds == Holds::Accounts),
            id_folds: !own_id,
            number,
            emails,
            personal: self.of(Field::PersonalEmail).collect(),
            login: user_name.filter(|_| self.holds == Holds::Accounts),
            status,
            kind,
            last_day,
            dates: self.columns.iter().filter_map(|c| c.field.filter(|f| f.is_date()).map(|f| (c.index, f == Field::LastSeen))).collect(),
            meaning: Arc::new(self.clone()),
        })
    }

    /// Whether some status word says the kind too (Slack's `Bot`).
    fn status_says_kind(&self) -> bool {
        self.accounts.signs.iter().any(|s| matches!(&s.how, How::Words(words) if words.any(|m| m.1.is_some())))
    }

    /// What a cell of the status column means in a list of accounts. Blank or not known: unknown.
    pub fn account_word(&self, cell: &str) -> Standing {
        let said = self.word(&self.accounts, cell);
        standing(&said, self.accounts.decides()).0
    }

    /// What a cell of the status column says of the kind, where it says one (Slack's `Bot`).
    pub fn status_kind(&self, cell: &str) -> Option<Kind> {
        standing(&self.word(&self.accounts, cell), self.accounts.decides()).1
    }

    /// What a cell of the status column means in a list of people. Blank or not known: unknown.
    pub fn person_word(&self, cell: &str) -> EmploymentStatus {
        employment(&self.word(&self.people, cell), self.people.decides())
    }

    /// What a cell of the kind column means. `None`: it says nothing that is known.
    pub fn kind_word(&self, cell: &str) -> Option<Kind> {
        self.kinds.iter().find_map(|k| k.read(cell))
    }

    fn word<T: Copy>(&self, states: &States<T>, cell: &str) -> super::states::Said<T> {
        states.read(&super::states::Same(cell), &self.names)
    }
}

/// The one column that says the state, if it is one: by words, or as a plain switch.
fn by_words<T>(states: &States<T>) -> Result<Option<usize>, ()> {
    let Some(first) = states.signs.first() else { return Ok(None) };
    let plain = states.signs.iter().all(|s| s.column == first.column && !matches!(s.how, How::Instead { .. } | How::Filled(_)));
    if plain { Ok(Some(first.column)) } else { Err(()) }
}

impl simple::Meaning for Shape {
    fn addresses(&self, cell: &str, each: &mut dyn FnMut(&str)) {
        let mut found = Vec::new();
        values::add_addresses(cell, EmailKind::Work, &mut found);
        let guests = self.holds == Holds::Accounts;
        found.iter().filter(|e| !(guests && e.value.contains("#EXT#"))).for_each(|e| each(&e.value));
    }

    fn number(&self, cell: &str) -> Option<String> {
        match values::number(cell, self.codes) {
            values::Number::Is(number) => Some(number.to_owned()),
            _ => None,
        }
    }

    fn quiet_number(&self, cell: &str) -> bool {
        super::told::is_quiet_number(cell, self.codes)
    }

    fn date(&self, cell: &str) -> Dated {
        match dates::cell(cell, self.today) {
            dates::Cell::Never => Dated::Nothing,
            dates::Cell::Is(moment) if !moment.serial => moment.time().map_or(Dated::Nothing, |time| {
                let day = jiff::tz::TimeZone::UTC.to_datetime(time.timestamp()).date();
                u32::try_from(day.year()).map_or(Dated::Unsure, |y| {
                    Dated::Day(y * 10_000 + u32::from(day.month().unsigned_abs()) * 100 + u32::from(day.day().unsigned_abs()))
                })
            }),
            dates::Cell::Is(_) | dates::Cell::Either { .. } | dates::Cell::Bad => Dated::Unsure,
        }
    }

    fn id(&self, row: &Record<'_>) -> Option<String> {
        super::accounts::key(self, row).map(std::borrow::Cow::into_owned)
    }

    fn label(&self, row: &Record<'_>) -> String {
        super::accounts::text(self, row, Field::UserName).or_else(|| self.id(row)).unwrap_or_default()
    }

    fn standing(&self, word: &str) -> Standing {
        self.account_word(word)
    }

    fn kind(&self, word: &str) -> Kind {
        let said = if self.kinds.is_empty() { self.status_kind(word) } else { self.kind_word(word) };
        said.unwrap_or_default()
    }

    fn ended(&self, status: &str, last_day: &str) -> bool {
        let Some(today) = self.today.map(Day::of) else { return self.person_word(status) == EmploymentStatus::Ended };
        let end = dates::cell(last_day, self.today).read(self.dates.order());
        let row = PersonRow {
            status: self.person_word(status),
            last_day: match end {
                Reading::At(moment) => Some(Day::of(moment.at.date())),
                _ => None,
            },
            ..PersonRow::default()
        };
        employment_on(&row, &today).0 == EmploymentStatus::Ended
    }

    fn keyless(&self, row: &Record<'_>) -> Keyless {
        if row.is_blank() {
            return Keyless::Skip;
        }
        if self.is_header(row) {
            return Keyless::Header;
        }
        let cells: Vec<String> = row.cells().map(std::borrow::Cow::into_owned).collect();
        if footer::of(cells.iter().map(String::as_str)).is_some() {
            return Keyless::Footer;
        }
        let id = self.first(Field::Id).or(self.first(Field::UserName));
        match self.holds {
            Holds::Accounts if id.is_some_and(|at| values::text(&row.text(at)).is_some()) => Keyless::Row,
            _ => Keyless::Aside,
        }
    }
}
