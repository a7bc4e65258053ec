//! Which system wrote a file, by the set of its column names (csv-exports.md §3.5). Never by position, never by the file's name.

use std::sync::LazyLock;

use usher_domain::account::{Authority, Kind};
use usher_domain::person::EmploymentStatus;

use super::fields::Field;
use super::header::Name;
use super::order::Order;
use super::systems;
use super::words::{Meaning, Table};

/// Whether a file lists people or accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holds {
    /// Employments.
    People,
    /// Logins of one instance.
    Accounts,
}

/// How well a system's header is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Seen in a real file, or written out in the vendor's documentation.
    Seen,
    /// The vendor names the fields; spelling and order were not seen.
    Listed,
    /// Remembered only: never certain.
    Recalled,
}

/// One way to read a state from a column. The first clue that speaks wins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clue<T: 'static> {
    /// The column holds a word for the state; the system's own words and the general ones count.
    Words(&'static str),
    /// Only these words speak.
    Only(&'static str, Table<T>),
    /// A yes speaks.
    Yes(&'static str, T),
    /// A no speaks.
    No(&'static str, T),
    /// Anything in the cell speaks.
    Filled(&'static str, T),
    /// The first column is blank and the second is filled.
    Instead(&'static str, &'static str, T),
}

/// One way to tell the kind of an account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KindClue {
    /// The column holds a word for it.
    Words(&'static str),
    /// A yes says so.
    Yes(&'static str, Kind),
    /// A no says so.
    No(&'static str, Kind),
    /// The vendor's own mark stands in the cell (`#EXT#`).
    Mark(&'static str, &'static str, Kind),
    /// The vendor's own form of a login: begins with one of these, then a number, then this (`project_4711_bot_…`).
    Form(&'static str, &'static [&'static str], &'static str, Kind),
}

/// What usher knows of one system's export. A name may list alternatives with `|`, and end in `*` for "begins with".
#[derive(Debug, Clone, Copy)]
pub(crate) struct System {
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    pub(crate) known: Known,
    pub(crate) needs: &'static [&'static str],
    pub(crate) excludes: &'static [&'static str],
    pub(crate) fields: &'static [(&'static str, Field)],
    /// Further names that this export has; they help to recognise it and mean nothing to usher.
    pub(crate) also: &'static [&'static str],
    pub(crate) status: &'static [Clue<Meaning>],
    pub(crate) words: Table<Meaning>,
    pub(crate) employment: &'static [Clue<EmploymentStatus>],
    pub(crate) people_words: Table<EmploymentStatus>,
    pub(crate) kind: &'static [KindClue],
    pub(crate) kind_words: Table<Kind>,
    /// Columns that together are the native id, where no column alone is.
    pub(crate) key: &'static [&'static str],
    /// What divides several grants in one cell.
    pub(crate) split: &'static [char],
    /// The order of dates that it writes, where the file leaves it open.
    pub(crate) order: Option<Order>,
    /// Statuses that the export covers, where it leaves others out.
    pub(crate) covers: &'static [&'static str],
    pub(crate) authority: Authority,
    /// The columns are the customer's choice: others are found by their names.
    pub(crate) open: bool,
    /// Said with every file of it.
    pub(crate) notes: &'static [&'static str],
}

/// An account export with nothing known of it.
pub(crate) const ACCOUNTS: System = System {
    name: "",
    holds: Holds::Accounts,
    known: Known::Seen,
    needs: &[],
    excludes: &[],
    fields: &[],
    also: &[],
    status: &[],
    words: &[],
    employment: &[],
    people_words: &[],
    kind: &[],
    kind_words: &[],
    key: &[],
    split: &[',', ';', '|', '\n'],
    order: None,
    covers: &[],
    authority: Authority::Tenant,
    open: false,
    notes: &[],
};

/// A list of people with nothing known of it.
pub(crate) const PEOPLE: System = System { holds: Holds::People, open: true, ..ACCOUNTS };

impl System {
    /// Every squashed name that this system's header may have (without the open-ended ones).
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        let all = self.needs.iter().copied().chain(self.fields.iter().map(|(n, _)| *n)).chain(self.also.iter().copied());
        all.flat_map(|n| n.split('|')).filter(|n| !n.ends_with('*')).map(|n| Name::of(n).squashed)
    }
}

/// Finds the column of a name with alternatives: the first alternative that is there.
pub(crate) fn column(names: &[Name], wanted: &str) -> Option<usize> {
    wanted.split('|').find_map(|alternative| {
        let alternative = Wanted::of(alternative);
        names.iter().position(|name| alternative.is(name))
    })
}

/// All columns of a name with alternatives, in the order of the file.
pub(crate) fn columns(names: &[Name], wanted: &str) -> Vec<usize> {
    let wanted = Wanted::of(wanted);
    names.iter().enumerate().filter(|(_, name)| wanted.is(name)).map(|(i, _)| i).collect()
}

/// One system compared with a header.
#[derive(Debug, Clone)]
pub(crate) struct Match {
    pub(crate) system: &'static System,
    /// Needed names that are not there.
    pub(crate) missing: Vec<&'static str>,
    /// How many of the system's names are there.
    pub(crate) score: usize,
    /// How many names it has.
    of: usize,
}

/// Systems with their names normalised once.
static PREPARED: LazyLock<Vec<Prepared>> = LazyLock::new(|| systems::all().map(Prepared::of).collect());

struct Prepared {
    system: &'static System,
    needs: Vec<Wanted<'static>>,
    excludes: Vec<Wanted<'static>>,
    rest: Vec<Wanted<'static>>,
}

/// A name with its alternatives: squashed, or as words to begin with.
struct Wanted<'a> {
    shown: &'a str,
    exact: Vec<String>,
    prefixes: Vec<String>,
}

impl<'a> Wanted<'a> {
    fn of(shown: &'a str) -> Wanted<'a> {
        let (mut exact, mut prefixes) = (Vec::new(), Vec::new());
        for alternative in shown.split('|') {
            match alternative.strip_suffix('*') {
                Some(prefix) => prefixes.push(format!("{} ", Name::of(prefix).words)),
                None => exact.push(Name::of(alternative).squashed),
            }
        }
        Wanted { shown, exact, prefixes }
    }

    fn is(&self, name: &Name) -> bool {
        self.exact.contains(&name.squashed) || self.prefixes.iter().any(|p| name.words.starts_with(p.as_str()))
    }

    fn in_header(&self, names: &[Name]) -> bool {
        names.iter().any(|name| self.is(name))
    }
}

impl Prepared {
    fn of(system: &'static System) -> Prepared {
        let wanted = |names: &[&'static str]| names.iter().map(|n| Wanted::of(n)).collect::<Vec<_>>();
        let rest: Vec<&'static str> =
            system.fields.iter().map(|(n, _)| *n).chain(system.also.iter().copied()).filter(|n| !system.needs.contains(n)).collect();
        Prepared { system, needs: wanted(system.needs), excludes: wanted(system.excludes), rest: wanted(&rest) }
    }

    fn compare(&self, names: &[Name]) -> Option<Match> {
        if self.excludes.iter().any(|w| w.in_header(names)) {
            return None;
        }
        let missing: Vec<&'static str> = self.needs.iter().filter(|w| !w.in_header(names)).map(|w| w.shown).collect();
        let score = self.needs.len() - missing.len() + self.rest.iter().filter(|w| w.in_header(names)).count();
        Some(Match { system: self.system, missing, score, of: self.needs.len() + self.rest.len() })
    }
}

/// The system that wrote a header, if one did: all needed names and the most names of all (certain), else one needed name missing
/// and most of the others there (likely). `holds`: only systems of this sort.
pub(crate) fn recognise(names: &[Name], holds: Option<Holds>) -> Option<Match> {
    let matches: Vec<Match> =
        PREPARED.iter().filter(|p| holds.is_none_or(|h| p.system.holds == h)).filter_map(|p| p.compare(names)).collect();
    let whole = matches.iter().filter(|m| m.missing.is_empty()).max_by_key(|m| (m.score, m.system.needs.len()));
    if let Some(whole) = whole {
        return Some(whole.clone());
    }
    let nearly = |m: &&Match| m.missing.len() == 1 && m.system.needs.len() >= 3 && m.score * 2 > m.of && m.score >= 4;
    matches.iter().filter(nearly).max_by_key(|m| m.score).cloned()
}
