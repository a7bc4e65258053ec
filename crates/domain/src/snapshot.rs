//! The result of one read: rows, what it covers, as of when, how good, whole or not and why (lifecycle.md §8).
//!
//! A connector reports how the far end said "that was all"; only [`judge`] says "complete".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::{AccountRow, CredentialRow, EntitlementRow, GrantRow};
use crate::person::PersonRow;
use crate::time::Time;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// One employment of a person.
    Person,
    /// A login.
    Account,
    /// A role, group, licence or membership.
    Entitlement,
    /// Who holds one.
    Grant,
    /// A key, token or session.
    Credential,
    /// A record of a named query; never stored.
    Record,
}

/// One row of a read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// One employment of a person.
    Person(PersonRow),
    /// A login.
    Account(AccountRow),
    /// A role, group, licence or membership.
    Entitlement(EntitlementRow),
    /// Who holds one.
    Grant(GrantRow),
    /// A key, token or session.
    Credential(CredentialRow),
    /// A record of a named query; never stored.
    Record(Value),
}

impl Row {
    /// What it is.
    pub fn kind(&self) -> RowKind {
        match self {
            Row::Person(_) => RowKind::Person,
            Row::Account(_) => RowKind::Account,
            Row::Entitlement(_) => RowKind::Entitlement,
            Row::Grant(_) => RowKind::Grant,
            Row::Credential(_) => RowKind::Credential,
            Row::Record(_) => RowKind::Record,
        }
    }

    /// The key that must be unique among the rows of this kind in one snapshot.
    pub fn key(&self) -> String {
        match self {
            Row::Person(p) if p.key.is_empty() => p.emails.first().map(|e| crate::text::fold(&e.value)).unwrap_or_default(),
            Row::Person(p) => p.key.clone(),
            Row::Account(a) => a.native_id.clone(),
            Row::Entitlement(e) => format!("{}/{}", e.kind, e.native_id),
            Row::Grant(g) => format!("{}/{}/{}/{}", g.kind, g.entitlement, g.scope.as_deref().unwrap_or(""), g.account),
            Row::Credential(c) => format!("{}/{}", c.kind, c.native_id),
            Row::Record(_) => String::new(),
        }
    }
}

/// How a snapshot was seen; absence is proven only by the first two (lifecycle.md §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// usher fetched it from the instance.
    Observed,
    /// The vendor's own file, carried by a person.
    Exported,
    /// A person typed it or ticked it off.
    Attested,
    /// Concluded from something else (IdP assignments). Raises findings and proves nothing.
    Inferred,
}

impl Grade {
    /// Whether a complete read of this grade proves that what is missing is gone.
    pub const fn proves_absence(self) -> bool {
        matches!(self, Grade::Observed | Grade::Exported)
    }
}

/// How the far end said that the list was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndMark {
    /// The protocol has one answer and this was it (no paging, end of file).
    Whole,
    /// The last page named no next one.
    NoNextLink,
    /// A page with fewer rows than asked for, where the protocol defines that as the end.
    ShortPage,
    /// An empty page after the last one.
    EmptyPage,
    /// Everything up to the stated total was delivered.
    TotalReached,
    /// It stopped without saying that it was over.
    Broken,
}

/// What a read covers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Covers {
    /// Account statuses that the query returns; empty: all.
    pub statuses: Vec<String>,
    /// The part of the instance (organisation, base DN, group); `None`: all of it.
    pub scope: Option<String>,
}

impl Covers {
    /// Whether an account missing from this read may still exist outside of its filter.
    pub fn everything(&self) -> bool {
        self.statuses.is_empty() && self.scope.is_none()
    }
}

/// What a connector reports at the end of a read. It never says "complete".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How the far end said that it was over.
    pub mark: EndMark,
    /// The far end's own total of accounts (or people), if it stated one.
    pub total: Option<u64>,
    /// When the far end showed this state: for a fetch, its start; for a file, its own date if it states one, else its modification time.
    pub as_of: Time,
    /// What the query covered.
    pub covers: Covers,
    /// How it was seen.
    pub grade: Grade,
    /// What the connector noticed on the way that makes the list doubtful.
    pub doubts: Vec<Gap>,
}

/// One reason why a read is not whole. Its text is for people; the variant decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// It ended without an end mark.
    EndedEarly(String),
    /// The far end's total differs from the distinct rows.
    TotalDiffers {
        /// What the far end stated.
        stated: u64,
        /// Distinct rows that came.
        rows: u64,
    },
    /// The same page or cursor came twice.
    Repeated(String),
    /// The same id came with different content.
    IdTwice(String),
    /// Rows that could not be read, and so may name anybody.
    RowsSetAside {
        /// How many.
        count: u64,
        /// The first of them, with file and line.
        first: String,
    },
    /// A row without a native id.
    NoId(String),
    /// Far fewer rows than last time (lifecycle.md §8: under 90 %).
    Shrunk {
        /// Rows of the last complete read.
        before: u64,
        /// Rows now.
        now: u64,
    },
    /// Everything else, said in words.
    Doubt(String),
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Gap::EndedEarly(why) => write!(f, "the list ended early: {why}"),
            Gap::TotalDiffers { stated, rows } => write!(f, "the app states {stated} accounts, {rows} came"),
            Gap::Repeated(what) => write!(f, "the app repeated itself: {what}"),
            Gap::IdTwice(id) => write!(f, "id {id} came twice with different content"),
            Gap::RowsSetAside { count: 1, first } => write!(f, "one row could not be read: {first}"),
            Gap::RowsSetAside { count, first } => write!(f, "{count} rows could not be read; the first: {first}"),
            Gap::NoId(what) => write!(f, "a row has no id: {what}"),
            Gap::Shrunk { before, now } => write!(f, "{now} rows after {before} in the last complete read"),
            Gap::Doubt(why) => f.write_str(why),
        }
    }
}

/// What the engine counted while pages came in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Pages received.
    pub pages: u64,
    /// Distinct rows of the kind that the stated total counts (accounts, or people).
    pub rows: u64,
    /// Rows that came again with the same content.
    pub repeats: u64,
    /// Rows of the last complete read of the same thing, if there is one.
    pub before: Option<u64>,
    /// A person accepted that this file is smaller.
    pub shrink_accepted: bool,
    /// What the engine noticed on the way.
    pub gaps: Vec<Gap>,
}

/// A read that would have shown what is missing. Only [`judge`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    covers: Covers,
    grade: Grade,
}

impl Complete {
    /// Whether an account missing from this read is proven gone (invariant 4): the whole instance, all statuses, a grade that proves it.
    pub fn proves_absence(&self) -> bool {
        self.grade.proves_absence() && self.covers.everything()
    }
}

/// The last page by row count (lifecycle.md §8): a list with under 90 % of the last complete read's rows is incomplete until a person accepts it.
const SHRINK_PERCENT: u64 = 90;

/// Decides whether a read was whole.
///
/// # Errors
/// Every reason why it was not.
pub fn judge(tally: &Tally, ended: &Ended) -> Result<Complete, Vec<Gap>> {
    let mut gaps = tally.gaps.clone();
    gaps.extend(ended.doubts.iter().cloned());
    if ended.mark == EndMark::Broken && !gaps.iter().any(|g| matches!(g, Gap::EndedEarly(_))) {
        gaps.push(Gap::EndedEarly("no end mark came".into()));
    }
    if let Some(stated) = ended.total.filter(|stated| *stated != tally.rows) {
        gaps.push(Gap::TotalDiffers { stated, rows: tally.rows });
    }
    if let Some(before) = tally.before
        && !tally.shrink_accepted
        && ended.grade != Grade::Observed
        && tally.rows.saturating_mul(100) < before.saturating_mul(SHRINK_PERCENT)
    {
        gaps.push(Gap::Shrunk { before, now: tally.rows });
    }
    if gaps.is_empty() { Ok(Complete { covers: ended.covers.clone(), grade: ended.grade }) } else { Err(gaps) }
}

/// What is kept about one read beside its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// usher's own id of it, rising.
    pub id: u64,
    /// The instance that was read.
    pub instance: String,
    /// Rows by kind.
    pub rows: BTreeMap<RowKind, u64>,
    /// What it covers.
    pub covers: Covers,
    /// When the far end showed this state.
    pub as_of: Time,
    /// When usher began to read it.
    pub read_at: Time,
    /// When usher had it.
    pub ended_at: Time,
    /// How it was seen.
    pub grade: Grade,
    /// Pages received.
    pub pages: u64,
    /// The far end's own total.
    pub stated: Option<u64>,
    /// Why it is not whole; empty: it is.
    pub gaps: Vec<Gap>,
    /// Digest of the query that made it: connector, operation, filter. A different query is a different list.
    pub query: crate::digest::Digest,
    /// Digest over its rows in key order; equal digests, nothing changed.
    pub digest: crate::digest::Digest,
    /// Who or what read it: `usher` or a person's address.
    pub by: String,
    /// What the reader said on the way and a person should see (what was taken for what, what was left out).
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Snapshot {
    /// Whole, without any gap.
    pub fn complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Whether an account missing from this read is proven gone (invariant 4).
    pub fn proves_absence(&self) -> bool {
        self.complete() && self.grade.proves_absence() && self.covers.everything()
    }

    /// Rows of one kind.
    pub fn count(&self, kind: RowKind) -> u64 {
        self.rows.get(&kind).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(mark: EndMark, total: Option<u64>, grade: Grade) -> Ended {
        Ended { mark, total, as_of: Time::default(), covers: Covers::default(), grade, doubts: vec![] }
    }

    #[test]
    fn a_list_that_ends_early_or_lies_about_its_total_is_incomplete() {
        let tally = Tally { pages: 1, rows: 10, ..Tally::default() };
        assert!(judge(&tally, &ended(EndMark::NoNextLink, Some(10), Grade::Observed)).unwrap().proves_absence());
        assert!(judge(&tally, &ended(EndMark::Broken, None, Grade::Observed)).is_err());
        let gaps = judge(&tally, &ended(EndMark::NoNextLink, Some(12), Grade::Observed)).unwrap_err();
        assert_eq!(gaps, [Gap::TotalDiffers { stated: 12, rows: 10 }]);
    }

    #[test]
    fn a_list_under_a_filter_or_typed_by_a_person_proves_no_absence() {
        let tally = Tally { rows: 1, ..Tally::default() };
        let mut narrow = ended(EndMark::Whole, None, Grade::Observed);
        narrow.covers.statuses = vec!["active".into()];
        assert!(!judge(&tally, &narrow).unwrap().proves_absence());
        assert!(!judge(&tally, &ended(EndMark::Whole, None, Grade::Attested)).unwrap().proves_absence());
    }

    #[test]
    fn a_file_that_shrank_is_incomplete_until_accepted() {
        let mut tally = Tally { rows: 89, before: Some(100), ..Tally::default() };
        let file = ended(EndMark::Whole, None, Grade::Exported);
        assert_eq!(judge(&tally, &file).unwrap_err(), [Gap::Shrunk { before: 100, now: 89 }]);
        tally.shrink_accepted = true;
        assert!(judge(&tally, &file).is_ok());
    }
}
