//! A file whose rows need no second look: the shape that the fast path of bare findings takes (speed.md §2).
//!
//! What columns mean is decided once a file by the recogniser; what words mean is asked once a word. Only cells that look unusual are
//! asked about one by one, so a row costs no allocation.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use usher_domain::account::{Kind, Standing};

use super::record::Record;

/// Which columns of a file to read, and what their words mean. One row is one account, or one employment.
#[derive(Clone)]
pub struct SimpleShape {
    /// Line on which the header begins; records after it are rows.
    pub header_line: u64,
    /// Cells of a row.
    pub width: RangeInclusive<usize>,
    /// The native id of an account. Where a file has none, the column that stands for it.
    pub id: Option<usize>,
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
    /// What the cells mean.
    pub meaning: Arc<dyn Meaning>,
}

impl fmt::Debug for SimpleShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleShape")
            .field("header_line", &self.header_line)
            .field("width", &self.width)
            .field("id", &self.id)
            .field("number", &self.number)
            .field("emails", &self.emails)
            .field("personal", &self.personal)
            .field("login", &self.login)
            .field("status", &self.status)
            .field("kind", &self.kind)
            .field("last_day", &self.last_day)
            .finish_non_exhaustive()
    }
}

/// What the cells of one file mean. The same answers as the general path gives, else the two would count differently.
pub trait Meaning: Send + Sync {
    /// The addresses in a cell that is not plainly one address (several, `SMTP:`, `Name <…>`, quoting of spreadsheets), each as written.
    fn addresses(&self, cell: &str, each: &mut dyn FnMut(&str));

    /// The employee number in a cell that is not plainly one; `None` if it is damaged or none.
    fn number(&self, cell: &str) -> Option<String>;

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

/// What a row without any key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyless {
    /// A row like others.
    Row,
    /// A total, a page footer, a repeated header: nothing.
    Skip,
    /// Something that can't be read as a row.
    Aside,
}
