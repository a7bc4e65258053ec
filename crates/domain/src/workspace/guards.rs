//! What stops a lap or a plan (DESIGN invariant 6, lifecycle.md §11).

use serde::{Deserialize, Serialize};

use crate::duration::Percent;
use crate::yaml::At;

/// Guards and their limits. What is left out has the limits that DESIGN §5 shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {people, removals, protected, override_from}")]
pub struct Guards {
    /// Before any finding.
    pub people: PeopleGuard,
    /// On the plan, over all plans of 24 hours.
    pub removals: RemovalGuard,
    /// Accounts that no plan touches: `instance:login` or `instance:native id`.
    pub protected: Vec<At<String>>,
    /// The group that may override a guard, with SSH signatures.
    pub override_from: Option<At<String>>,
}

/// On the people feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {ended, rows_shrink, unknown_values}")]
pub struct PeopleGuard {
    /// Most endings against the previous complete read.
    pub ended: At<Limit>,
    /// Most that the list may shrink.
    pub rows_shrink: Percent,
    /// What a status word that is not known does.
    pub unknown_values: OnUnknown,
}

impl Default for PeopleGuard {
    fn default() -> Self {
        let ended = Limit { percent: 1, at_least: 5, at_most: 50 };
        PeopleGuard { ended: At::nowhere(ended), rows_shrink: Percent(5), unknown_values: OnUnknown::Stop }
    }
}

/// What a status word that is not known does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// It stops the lap.
    #[default]
    Stop,
    /// It is listed; the person's state is unknown.
    Report,
}

/// On people who lose access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {per_instance}")]
pub struct RemovalGuard {
    /// Most people per instance.
    pub per_instance: At<Limit>,
}

impl Default for RemovalGuard {
    fn default() -> Self {
        RemovalGuard { per_instance: At::nowhere(Limit { percent: 5, at_least: 5, at_most: 100 }) }
    }
}

/// A share of a count, raised to `at_least`, cut at `at_most`. All three are written: half a limit would mean something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a limit: {percent, at_least, at_most}")]
pub struct Limit {
    /// Whole percent.
    pub percent: u32,
    /// Never less than this.
    pub at_least: u64,
    /// Never more than this.
    pub at_most: u64,
}

impl Limit {
    /// The limit for so many accounts or people: whole ones, rounded down before it is raised and cut.
    pub fn of(&self, count: u64) -> u64 {
        let share = u128::from(count) * u128::from(self.percent) / 100;
        let share = u64::try_from(share).unwrap_or(u64::MAX);
        share.max(self.at_least).min(self.at_most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_limit_is_a_share_raised_and_cut() {
        let limit = Limit { percent: 5, at_least: 5, at_most: 100 };
        for (count, expected) in [(0, 5), (12, 5), (100, 5), (200, 10), (219, 10), (2_000, 100), (10_000_000, 100), (u64::MAX, 100)] {
            assert_eq!(limit.of(count), expected, "{count}");
        }
    }

    proptest! {
        #[test]
        fn a_limit_stays_between_its_ends(percent in 0_u32..=100, least in 0_u64..50, more in 0_u64..50, count: u64) {
            let limit = Limit { percent, at_least: least, at_most: least + more };
            prop_assert!((limit.at_least..=limit.at_most).contains(&limit.of(count)));
        }
    }
}
