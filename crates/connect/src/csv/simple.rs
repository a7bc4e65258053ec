//! A file whose rows need no second look: the shape that the fast path of bare findings takes (speed.md §2).
//!
//! What columns mean is decided once a file by the recogniser; what words mean is asked once a word. Only cells that look unusual are
//! asked about one by one, so a row costs no allocation.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use usher_domain::account::{Kind, Standing};

use super::record::{Aside, Reason, Record, Step};
use super::survey;

/// Which columns of a file to read, and what their words mean. One row is one account, or one employment.
#[derive(Clone)]
pub struct SimpleShape {
    /// Line on which the header begins; records after it are rows.
    pub header_line: u64,
    /// Cells of a row.
    pub width: RangeInclusive<usize>,
    /// The native id of an account. Where a file has none, the column that stands for it.
    pub id: Option<usize>,
    /// It is a login or an address, and so the same in capitals.
    pub id_folds: bool,
    /// Employee number.
    pub number: Option<usize>,
    /// Work and alias addresses.
    pub emails: Vec<usize>,
    /// Private addresses. They count as well where no domains are named (bare mode), but say nothing about logins.
    pub personal: Vec<usize>,
    /// The login: where it is an address it counts as one, else it is a hint at whoever has it before the `@`.
    pub login: Option<usize>,
    /// Status word.
    pub status: Option<usize>,
    /// Kind of account.
    pub kind: Option<usize>,
    /// Last day of an employment.
    pub last_day: Option<usize>,
    /// Columns of dates, and whether it is one of sign-ins: no number of the fast path depends on them, but warnings do.
    pub dates: Vec<(usize, bool)>,
    /// What the cells mean.
    pub meaning: Arc<dyn Meaning>,
}

impl fmt::Debug for SimpleShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleShape")
            .field("header_line", &self.header_line)
            .field("width", &self.width)
            .field("id", &self.id)
            .field("id_folds", &self.id_folds)
            .field("number", &self.number)
            .field("emails", &self.emails)
            .field("personal", &self.personal)
            .field("login", &self.login)
            .field("status", &self.status)
            .field("kind", &self.kind)
            .field("last_day", &self.last_day)
            .field("dates", &self.dates)
            .finish_non_exhaustive()
    }
}

/// What the cells of one file mean. The same answers as the general path gives, else the two would count differently.
pub trait Meaning: Send + Sync {
    /// The addresses in a cell that is not plainly one address (several, `SMTP:`, `Name <…>`, quoting of spreadsheets), each as written.
    fn addresses(&self, cell: &str, each: &mut dyn FnMut(&str));

    /// The employee number in a cell that is not plainly one; `None` if it is damaged or none.
    fn number(&self, cell: &str) -> Option<String>;

    /// Whether nothing is to be said of a number that is not plainly one: it is not damaged, and not written like `17.0`.
    fn quiet_number(&self, cell: &str) -> bool;

    /// The day of a cell of a date column that is not plainly `2026-11-25`.
    fn date(&self, cell: &str) -> Dated;

    /// The native id of a row whose id cell is not plainly one.
    fn id(&self, row: &Record<'_>) -> Option<String>;

    /// What people call the account of a row without an address.
    fn label(&self, row: &Record<'_>) -> String;

    /// What a status word says about an account. Asked once a word.
    fn standing(&self, word: &str) -> Standing;

    /// What kind of account a word names. Asked once a word.
    fn kind(&self, word: &str) -> Kind;

    /// Whether an employment with this status word and this last day (as written, may be empty) is over. Asked once a word where the last
    /// day is empty.
    fn ended(&self, status: &str, last_day: &str) -> bool;

    /// What a row is that has neither an address nor an employee number: a total, a repeated header, or an account that can't be
    /// judged by them.
    fn keyless(&self, row: &Record<'_>) -> Keyless;
}

/// Why a row names no account.
pub const NO_ACCOUNT: &str = "it has no id, no login and no e-mail, so no account can be told from it";

/// Why a row of a list of people names nobody.
pub const NOBODY: &str = "it has no employee number and no e-mail, so nobody can be told from it";

/// Whether the general path reads a line that the strict scanner sets aside: quoted as spreadsheets do it, or with blanks beyond the
/// last column.
pub fn read_in_general(aside: &Aside<'_>, width: usize) -> bool {
    matches!(aside.reason, Reason::Width { .. }) && survey::blank_beyond(&aside.record, width)
        || survey::sound(Step::Aside(aside.clone())).is_ok()
}

/// What a cell of a date column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dated {
    /// No date.
    Nothing,
    /// This day, in UTC, as `yyyymmdd`.
    Day(u32),
    /// It takes all cells of the file to tell, or it is no date.
    Unsure,
}

/// What a row without any key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyless {
    /// A row like others.
    Row,
    /// Nothing but blanks.
    Skip,
    /// The header again.
    Header,
    /// A total, a page footer.
    Footer,
    /// Something that can't be read as a row.
    Aside,
}
