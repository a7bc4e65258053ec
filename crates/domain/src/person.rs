//! Somebody the company knows: a set of employments, identifiers and a computed state (lifecycle.md §1).

use serde::{Deserialize, Serialize};

use crate::account::Email;
use crate::time::Time;

/// A calendar day, `2026-11-30`; ordered as days are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(String);

impl Day {
    /// Takes `YYYY-MM-DD` of a day that exists.
    pub fn parse(text: &str) -> Option<Day> {
        let date: jiff::civil::Date = text.parse().ok()?;
        (text.len() == 10).then(|| Day(date.to_string()))
    }

    /// From a civil date.
    pub fn of(date: jiff::civil::Date) -> Day {
        Day(date.to_string())
    }

    /// `2026-11-30`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many days from this one to `later`; negative if it comes before.
    pub fn days_until(&self, later: &Day) -> Option<i64> {
        let (from, to): (jiff::civil::Date, jiff::civil::Date) = (self.0.parse().ok()?, later.0.parse().ok()?);
        Some(i64::from((to - from).get_days()))
    }

    /// When this day's work ends: `hour` and `minute` local time in the zone.
    pub fn ends(&self, zone: &jiff::tz::TimeZone, hour: i8, minute: i8) -> Option<Time> {
        let date: jiff::civil::Date = self.0.parse().ok()?;
        zone.to_timestamp(date.at(hour, minute, 0, 0)).ok().map(Time::from)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a source says about one employment. A word that is not mapped is [`EmploymentStatus::Unknown`] and stops the lap (`people_anomaly`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmploymentStatus {
    /// Hired, has not started.
    Prehire,
    /// Works here.
    Active,
    /// On leave: still employed.
    Leave,
    /// Over.
    Ended,
    /// The source's word is not known, or the source says nothing.
    #[default]
    Unknown,
}

/// One row of a people source: one employment of one person as that source writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonRow {
    /// The source's key of this employment (employee number, worker id), as text; may be empty where a source has only addresses.
    pub key: String,
    /// As text; leading zeros count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// Work, alias and personal addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Email>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First name, where the source has it apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name, where the source has it apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The source's word for the status, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    /// What that word means.
    pub status: EmploymentStatus,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Day>,
    /// Last day; worked until the day ends. An unreadable date is `last_day_unreadable`, never "none".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Day>,
    /// A last day is written but can't be read.
    pub last_day_unreadable: bool,
    /// `employee contractor …`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Employing company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employer: Option<String>,
    /// Number, address or name of the manager, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// Department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Place of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// IANA time zone, where the source has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Birth date, only where `join` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Day>,
    /// Line of the file (from 1), for messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// One employment of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employment {
    /// The people source that says so.
    pub source: String,
    /// The row as that source wrote it.
    pub row: PersonRow,
}

/// What an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// Employee number.
    EmployeeNumber,
    /// A work or alias address.
    Email,
    /// A private address.
    PersonalEmail,
}

/// A value that names a person, and while when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// As written.
    pub value: String,
    /// Which source says so.
    pub source: String,
    /// Since when, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when; `None` while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
}

/// usher's own id of a person, `p-` and 10 hex digits; never reused, and all that evidence says of a person outside of openings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

impl std::fmt::Display for PersonId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The computed state of a person. `Ended` only when every employment ended by a positive statement, or by absence where its source declares that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// Hired, not started.
    Prehire,
    /// Works here.
    Active,
    /// On leave.
    Leave,
    /// Every employment is over.
    Ended,
    /// It can't be said.
    #[default]
    Unknown,
}

/// Somebody the company knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// usher's own id.
    pub id: PersonId,
    /// All employments, of all sources.
    pub employments: Vec<Employment>,
    /// The name to show (preferred before legal).
    pub name: String,
    /// What names this person.
    pub identifiers: Vec<Identifier>,
    /// Computed from the employments at one point in time.
    pub state: PersonState,
    /// When the last employment ended or ends, if that is known.
    pub ended_at: Option<Time>,
    /// Since when usher's sources say so, for the second clock.
    pub known_at: Option<Time>,
    /// What contradicts (status against date …), for people to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<String>,
}

impl Person {
    /// The primary work address, if one is known.
    pub fn email(&self) -> Option<&str> {
        self.identifiers.iter().find(|i| i.kind == IdentifierKind::Email && i.to.is_none()).map(|i| i.value.as_str())
    }

    /// The employment that counts for department, manager and the like: an active one before others, the latest start first.
    pub fn main_employment(&self) -> Option<&PersonRow> {
        self.employments
            .iter()
            .map(|e| &e.row)
            .max_by_key(|row| (matches!(row.status, EmploymentStatus::Active | EmploymentStatus::Leave), row.starts.clone()))
    }
}
