//! How a row's state is read from its cells: clues in order, the first that speaks wins (csv-exports.md §3.7; fault kind 10).

use std::borrow::Cow;

use usher_domain::account::{Kind, Standing, Status};
use usher_domain::person::EmploymentStatus;

use super::dates;
use super::fingerprint::{Clue, KindClue, column};
use super::header::Name;
use super::values;
use super::words::{self, Meaning, Words};

/// The cells of one row.
pub(crate) trait Cells {
    /// The text of a cell; empty beyond the last one.
    fn cell(&self, column: usize) -> Cow<'_, str>;
}

/// A row of which every cell is this one: to ask what a word means.
pub(crate) struct Same<'a>(pub(crate) &'a str);

impl Cells for Same<'_> {
    fn cell(&self, _: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }
}

impl Cells for super::sample::SampleRecord {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.cells.get(column).map_or("", String::as_str))
    }
}

impl Cells for super::record::Record<'_> {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        self.text(column)
    }
}

/// One column that says something of the state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sign<T> {
    pub(crate) column: usize,
    pub(crate) how: How<T>,
}

/// How it says it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum How<T> {
    Words(Words<T>),
    Only(Words<T>),
    Yes(T),
    No(T),
    Filled(T),
    Instead { filled: usize, means: T },
}

/// What a row says of its state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said<T> {
    /// This, in these words.
    Known { means: T, word: Option<String> },
    /// A word that is in no table.
    Unknown { word: String },
    /// Nothing.
    Silent,
}

/// All columns that say something of the state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct States<T> {
    pub(crate) signs: Vec<Sign<T>>,
}

impl<T: Copy> States<T> {
    /// Nothing says it.
    pub(crate) fn none() -> Self {
        States { signs: Vec::new() }
    }

    /// Whether some column always says it: then a blank there is unknown; else being listed is the state.
    pub(crate) fn decides(&self) -> bool {
        self.signs.iter().any(|s| matches!(s.how, How::Words(_) | How::No(_)))
    }

    /// Columns that are read.
    pub(crate) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.signs.iter().flat_map(|s| {
            let second = match &s.how {
                How::Instead { filled, .. } => Some(*filled),
                _ => None,
            };
            std::iter::once(s.column).chain(second)
        })
    }

    /// Reads the state of a row. `names` for what a switch said.
    pub(crate) fn read(&self, row: &impl Cells, names: &[Name]) -> Said<T> {
        for sign in &self.signs {
            let cell = row.cell(sign.column);
            let Some(text) = values::text(&cell) else {
                if let How::Instead { filled, means } = &sign.how
                    && values::text(&row.cell(*filled)).is_some()
                {
                    return Said::Known { means: *means, word: None };
                }
                continue;
            };
            let header = || names.get(sign.column).map_or("", |n| n.original.as_str());
            let said = |means: T| Said::Known { means, word: Some(format!("{}: {text}", header())) };
            match &sign.how {
                How::Words(words) => {
                    return match words.get(text) {
                        Some(means) => Said::Known { means, word: Some(text.to_owned()) },
                        None => Said::Unknown { word: text.to_owned() },
                    };
                }
                How::Only(words) => {
                    if let Some(means) = words.get(text) {
                        return said(means);
                    }
                }
                How::Yes(means) | How::No(means) => match values::boolean(text) {
                    Some(is) if is == matches!(sign.how, How::Yes(_)) => return said(*means),
                    Some(_) => {}
                    None => return Said::Unknown { word: text.to_owned() },
                },
                How::Filled(means) => {
                    if !matches!(dates::cell(text, None), dates::Cell::Never) && values::boolean(text) != Some(false) {
                        return said(*means);
                    }
                }
                How::Instead { .. } => {}
            }
        }
        Said::Silent
    }
}

/// Finds the columns of a system's clues. `codes(column)`: the column has only codes of one character.
pub(crate) fn resolve<T: Copy>(
    clues: &[Clue<T>],
    names: &[Name],
    words: impl Fn(usize) -> Words<T>,
    only: impl Fn(words::Table<T>) -> Words<T>,
) -> States<T> {
    let mut signs = Vec::new();
    for clue in clues {
        let (Clue::Words(name)
        | Clue::Only(name, _)
        | Clue::Yes(name, _)
        | Clue::No(name, _)
        | Clue::Filled(name, _)
        | Clue::Instead(name, ..)) = *clue;
        let Some(at) = column(names, name) else { continue };
        let how = match *clue {
            Clue::Words(_) => How::Words(words(at)),
            Clue::Only(_, table) => How::Only(only(table)),
            Clue::Yes(_, means) => How::Yes(means),
            Clue::No(_, means) => How::No(means),
            Clue::Filled(_, means) => How::Filled(means),
            Clue::Instead(_, filled, means) => match column(names, filled) {
                Some(filled) => How::Instead { filled, means },
                None => continue,
            },
        };
        signs.push(Sign { column: at, how });
    }
    States { signs }
}

/// What an account says; unknown words and a blank where a column should say it are [`Status::Unknown`].
pub(crate) fn standing(said: &Said<Meaning>, decides: bool) -> Meaning {
    match said {
        Said::Known { means, .. } => *means,
        Said::Unknown { .. } => (Standing::usual(Status::Unknown), None),
        Said::Silent if decides => (Standing::usual(Status::Unknown), None),
        Said::Silent => words::ACTIVE,
    }
}

/// What an employment says.
pub(crate) fn employment(said: &Said<EmploymentStatus>, decides: bool) -> EmploymentStatus {
    match said {
        Said::Known { means, .. } => *means,
        Said::Unknown { .. } => EmploymentStatus::Unknown,
        Said::Silent if decides => EmploymentStatus::Unknown,
        Said::Silent => EmploymentStatus::Active,
    }
}

/// One column that tells the kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KindSign {
    pub(crate) column: usize,
    how: KindHow,
}

#[derive(Debug, Clone, PartialEq)]
enum KindHow {
    Words(Words<Kind>),
    Yes(Kind),
    No(Kind),
    Mark(&'static str, Kind),
    Form(&'static [&'static str], &'static str, Kind),
}

impl KindSign {
    /// A column of kind words.
    pub(crate) fn words(column: usize, words: Words<Kind>) -> KindSign {
        KindSign { column, how: KindHow::Words(words) }
    }

    /// Whether the column has kind words.
    pub(crate) fn by_words(&self) -> bool {
        matches!(self.how, KindHow::Words(_))
    }

    /// The kind that a cell says, if it says one.
    pub(crate) fn read(&self, cell: &str) -> Option<Kind> {
        let text = values::text(cell)?;
        match &self.how {
            KindHow::Words(words) => words.get(text),
            KindHow::Yes(kind) => (values::boolean(text) == Some(true)).then_some(*kind),
            KindHow::No(kind) => (values::boolean(text) == Some(false)).then_some(*kind),
            KindHow::Mark(mark, kind) => text.contains(mark).then_some(*kind),
            KindHow::Form(begins, then, kind) => begins
                .iter()
                .filter_map(|b| text.strip_prefix(b))
                .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
                .any(|rest| rest.starts_with(then))
                .then_some(*kind),
        }
    }
}

/// Finds the columns of a system's clues to the kind.
pub(crate) fn resolve_kind(clues: &[KindClue], vendor: words::Table<Kind>, names: &[Name]) -> Vec<KindSign> {
    clues
        .iter()
        .filter_map(|clue| {
            let (name, how) = match *clue {
                KindClue::Words(name) => (name, KindHow::Words(words::kind_words(vendor))),
                KindClue::Yes(name, kind) => (name, KindHow::Yes(kind)),
                KindClue::No(name, kind) => (name, KindHow::No(kind)),
                KindClue::Mark(name, mark, kind) => (name, KindHow::Mark(mark, kind)),
                KindClue::Form(name, begins, then, kind) => (name, KindHow::Form(begins, then, kind)),
            };
            column(names, name).map(|column| KindSign { column, how })
        })
        .collect()
}
