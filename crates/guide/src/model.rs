//! A guide as sections of blocks: what is said, without how it looks.

use usher_domain::fact::FactStatus;
use usher_domain::manifest::Automation;

use crate::card::Card;

/// The guide of one app.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// The app's name in commands.
    pub app: String,
    /// The product's name.
    pub name: String,
    /// Version of the manifest.
    pub version: String,
    /// How far it is automated.
    pub automation: Automation,
    /// In the order of DESIGN §9.
    pub sections: Vec<Section>,
    /// What the marks lead to, from 1.
    pub notes: Vec<Note>,
    /// How well all of it is known.
    pub tally: Tally,
}

/// A part of a guide with a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading below the section's.
    Heading(String),
    /// A heading below that.
    Step(String),
    /// A paragraph.
    Text(Line),
    /// Points without an order.
    List(Vec<Line>),
    /// Steps in order.
    Steps(Vec<Line>),
    /// A table.
    Table {
        /// One heading for each column; the first column names its row.
        head: Vec<String>,
        /// Rows of cells.
        rows: Vec<Vec<Line>>,
    },
    /// Other apps.
    Cards(Vec<Card>),
    /// Something to paste.
    Code {
        /// `sh`, `http`, `json`.
        language: &'static str,
        /// As it stands.
        text: String,
    },
}

/// A run of text.
pub type Line = Vec<Inline>;

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Words that matter.
    Strong(String),
    /// What stands in a file, a request or a console.
    Code(String),
    /// A place elsewhere.
    Link {
        /// What is shown.
        text: String,
        /// An address that begins with https://.
        url: String,
    },
    /// How well something is known.
    Flag(Flag),
    /// A mark that leads to a note.
    Mark {
        /// The note, from 1.
        number: usize,
        /// How well it is known, by the note.
        status: FactStatus,
    },
}

/// What a reader must not overlook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flag {
    /// Nobody knows.
    Unknown,
    /// Looked for and not found.
    NoneFound,
    /// The question doesn't arise.
    NotApplicable,
    /// Sources disagree.
    Contradiction,
    /// Believed, without a source.
    Unverified,
    /// Seen longer ago than facts keep; the day.
    Stale(String),
    /// How far an app is automated.
    Automation(Automation),
}

impl Flag {
    /// What is shown.
    pub fn text(&self) -> String {
        match self {
            Flag::Unknown => "unknown".to_owned(),
            Flag::NoneFound => "none found".to_owned(),
            Flag::NotApplicable => "not applicable".to_owned(),
            Flag::Contradiction => "sources disagree".to_owned(),
            Flag::Unverified => "unverified".to_owned(),
            Flag::Stale(day) => format!("stale: seen {day}"),
            Flag::Automation(automation) => automation.as_str().replace('_', " "),
        }
    }

    /// A word for a style sheet.
    pub const fn class(&self) -> &'static str {
        match self {
            Flag::Unknown => "unknown",
            Flag::NoneFound => "none-found",
            Flag::NotApplicable => "not-applicable",
            Flag::Contradiction => "contradiction",
            Flag::Unverified => "unverified",
            Flag::Stale(_) => "stale",
            Flag::Automation(Automation::Full) => "full",
            Flag::Automation(Automation::Partial) => "partial",
            Flag::Automation(Automation::ManualOnly) => "manual-only",
            Flag::Automation(Automation::NotSupported) => "not-supported",
        }
    }
}

/// Who says something, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// How well it is known.
    pub status: FactStatus,
    /// The day it was seen.
    pub seen: Option<String>,
    /// The documents.
    pub sources: Vec<Cited>,
    /// Where was looked.
    pub looked_in: Option<String>,
}

/// A document that is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// What it is, in words.
    pub kind: &'static str,
    /// What is shown: its address without the scheme.
    pub text: String,
    /// Where it can be opened.
    pub url: String,
    /// Version, commit or date of what was read.
    pub version: Option<String>,
}

/// How many fields are known how well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Statements by status, in the order of [`FactStatus::ALL`]: those with a value or "not applicable".
    pub by_status: [usize; 5],
    /// Statements "none found".
    pub none_found: usize,
    /// Fields of which nothing is known.
    pub unknown: usize,
    /// Fields whose sources disagree.
    pub contradictions: usize,
    /// Statements that are stale.
    pub stale: usize,
}

/// A status as it is shown.
pub(crate) fn status_text(status: &FactStatus) -> &'static str {
    match status {
        FactStatus::Tenant => "tenant",
        FactStatus::VendorSpec => "vendor spec",
        FactStatus::VendorDocs => "vendor docs",
        FactStatus::ThirdParty => "third party",
        FactStatus::Unverified => "unverified",
    }
}

/// Words.
pub(crate) fn text(words: impl Into<String>) -> Inline {
    Inline::Text(words.into())
}

/// What stands in a file, a request or a console.
pub(crate) fn code(words: impl Into<String>) -> Inline {
    Inline::Code(words.into())
}
