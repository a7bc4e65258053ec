//! Guards come before findings and before step one (invariant 6, lifecycle.md §11).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use usher_domain::person::{EmploymentStatus, Person, PersonId, PersonState};

/// A limit: the percentage of the accounts, raised to `at_least`, cut at `at_most` (DESIGN §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Percent.
    pub percent: u64,
    /// Never below this.
    pub at_least: u64,
    /// Never above this.
    pub at_most: u64,
}

impl Limit {
    /// The most that may happen to `of` people or accounts.
    pub fn of(self, of: u64) -> u64 {
        (of.saturating_mul(self.percent) / 100).max(self.at_least).min(self.at_most)
    }
}

/// What a guard said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Within its limit.
    Passed,
    /// Over it: everything stops.
    Tripped,
    /// Over it, and the plan says so and is signed for.
    Overridden,
}

/// The verdict of one guard, shown with every plan, passed or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardVerdict {
    /// `people_ended`, `people_rows`, `people_words`, `removals`.
    pub rule: String,
    /// The instance or people source.
    pub instance: String,
    /// What was counted.
    pub is: u64,
    /// What may be.
    pub limit: u64,
    /// Passed or not.
    #[serde(rename = "verdict")]
    pub outcome: Outcome,
    /// Whom it is about, by usher's own ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
    /// In plain words.
    #[serde(skip)]
    pub text: String,
}

/// Limits on a people feed.
#[derive(Debug, Clone, Copy)]
pub struct PeopleLimits {
    /// How many people may end between two complete reads.
    pub ended: Limit,
    /// By how many percent the rows may shrink.
    pub rows_shrink: u64,
    /// Whether an unknown status word stops everything.
    pub unknown_stops: bool,
}

/// A people source now and at its last good read.
#[derive(Debug)]
pub struct Feed<'a> {
    /// Its name.
    pub source: &'a str,
    /// Persons that it speaks of now.
    pub persons: &'a [Person],
    /// Rows now.
    pub rows: u64,
    /// Why the newest read is not whole, in words.
    pub gaps: Vec<String>,
    /// The last good read: rows, and who had ended then. `None`: this is the first, the baseline, and trips nothing.
    pub before: Option<(u64, HashSet<PersonId>)>,
}

/// Judges a people feed before any finding.
pub fn people(feed: &Feed<'_>, limits: &PeopleLimits) -> Vec<GuardVerdict> {
    let verdict = |rule: &str, is, limit, people, text: String| GuardVerdict {
        rule: rule.to_owned(),
        instance: feed.source.to_owned(),
        is,
        limit,
        outcome: if is > limit { Outcome::Tripped } else { Outcome::Passed },
        people,
        text,
    };
    let mut out = Vec::new();
    let (before_rows, before_ended) = match &feed.before {
        Some((rows, ended)) => (*rows, Some(ended)),
        None => (feed.rows, None),
    };
    let lost = before_rows.saturating_sub(feed.rows);
    let may_lose = before_rows.saturating_mul(limits.rows_shrink) / 100;
    let mut rows = verdict(
        "people_rows",
        lost,
        may_lose,
        vec![],
        format!("{} rows after {before_rows}: {lost} fewer, at most {may_lose} may be", feed.rows),
    );
    if !feed.gaps.is_empty() {
        rows.outcome = Outcome::Tripped;
        rows.text = format!("the newest read of {} is not whole: {}", feed.source, feed.gaps.join("; "));
    }
    out.push(rows);

    let of_source = |p: &&Person| p.employments.iter().any(|e| e.source == feed.source);
    let ended: Vec<&Person> = feed.persons.iter().filter(of_source).filter(|p| p.state == PersonState::Ended).collect();
    let newly: Vec<PersonId> =
        before_ended.map_or_else(Vec::new, |before| ended.iter().filter(|p| !before.contains(&p.id)).map(|p| p.id.clone()).collect());
    let limit = limits.ended.of(feed.persons.iter().filter(of_source).count() as u64);
    let text = match before_ended {
        Some(_) => format!("{} endings since the last good read, at most {limit} may be", newly.len()),
        None => format!("the first read is the baseline: {} have ended", ended.len()),
    };
    out.push(verdict("people_ended", newly.len() as u64, limit, newly, text));

    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    for row in feed.persons.iter().flat_map(|p| &p.employments).filter(|e| e.source == feed.source).map(|e| &e.row) {
        if row.status == EmploymentStatus::Unknown
            && let Some(word) = &row.status_word
        {
            *words.entry(word).or_default() += 1;
        }
    }
    let count = words.values().sum();
    let limit = if limits.unknown_stops { 0 } else { u64::MAX };
    let listed = words.iter().map(|(w, n)| format!("{w:?} ({n})")).collect::<Vec<_>>().join(", ");
    let text =
        if words.is_empty() { "every status word is known".to_owned() } else { format!("status words that are not known: {listed}") };
    out.push(verdict("people_words", count, limit, vec![], text));
    out
}

/// Judges how many people lose access per instance: those of this plan and of all plans in the last 24 hours together.
pub fn removals(instance: &str, accounts: u64, limit: Limit, now: &BTreeSet<PersonId>, last_day: &BTreeSet<PersonId>) -> GuardVerdict {
    let all: BTreeSet<_> = now.union(last_day).collect();
    let limit = limit.of(accounts);
    let is = all.len() as u64;
    let earlier = all.len() - now.len();
    let before = if earlier > 0 { format!(" ({earlier} of them in the last 24 hours)") } else { String::new() };
    GuardVerdict {
        rule: "removals".to_owned(),
        instance: instance.to_owned(),
        is,
        limit,
        outcome: if is > limit { Outcome::Tripped } else { Outcome::Passed },
        people: now.iter().cloned().collect(),
        text: format!("{is} {} access in {instance}{before}, at most {limit} may", if is == 1 { "person loses" } else { "people lose" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::person::{Employment, PersonRow};

    fn person(id: usize, state: PersonState, word: Option<&str>) -> Person {
        let row = PersonRow { status_word: word.map(str::to_owned), ..PersonRow::default() };
        Person {
            id: PersonId(format!("p-{id}")),
            employments: vec![Employment { source: "hr".into(), row }],
            name: String::new(),
            identifiers: vec![],
            state,
            ended_at: None,
            known_at: None,
            contradictions: vec![],
        }
    }

    const LIMITS: PeopleLimits =
        PeopleLimits { ended: Limit { percent: 1, at_least: 5, at_most: 50 }, rows_shrink: 5, unknown_stops: true };

    #[test]
    fn limits_are_clamped() {
        let l = Limit { percent: 5, at_least: 5, at_most: 100 };
        assert_eq!([12, 200, 1_000, 10_000].map(|n| l.of(n)), [5, 10, 50, 100]);
    }

    #[test]
    fn a_mass_ending_half_a_file_and_an_unknown_word_trip_and_the_first_read_does_not() {
        let people: Vec<_> = (0..100).map(|i| person(i, if i < 10 { PersonState::Ended } else { PersonState::Active }, None)).collect();
        let tripped = |feed: &Feed<'_>| {
            super::people(feed, &LIMITS).into_iter().filter(|v| v.outcome == Outcome::Tripped).map(|v| v.rule).collect::<Vec<_>>()
        };
        let mut feed = Feed { source: "hr", persons: &people, rows: 100, gaps: vec![], before: None };
        assert_eq!(tripped(&feed), Vec::<String>::new());
        feed.before = Some((100, HashSet::new()));
        assert_eq!(tripped(&feed), ["people_ended"]);
        feed.before = Some((200, (0..10).map(|i| PersonId(format!("p-{i}"))).collect()));
        assert_eq!(tripped(&feed), ["people_rows"]);
        let odd = [person(0, PersonState::Unknown, Some("Sabbatical?"))];
        let feed = Feed { source: "hr", persons: &odd, rows: 1, gaps: vec![], before: None };
        assert_eq!(tripped(&feed), ["people_words"]);
    }

    #[test]
    fn removals_roll_over_a_day_and_count_people_once() {
        let ids = |r: std::ops::Range<usize>| r.map(|i| PersonId(format!("p-{i}"))).collect::<BTreeSet<_>>();
        let limit = Limit { percent: 5, at_least: 5, at_most: 100 };
        assert_eq!(removals("okta", 12, limit, &ids(0..5), &ids(0..3)).outcome, Outcome::Passed);
        assert_eq!(removals("okta", 12, limit, &ids(0..3), &ids(3..6)).outcome, Outcome::Tripped);
    }
}
