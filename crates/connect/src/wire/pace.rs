//! How long to wait: before a failed read is tried again, and before a quota is used up.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName};
use usher_domain::time::Time;

use super::date::{self, ResetFormat};
use crate::connector::Budget;

/// What one read may still cost. It is used up over all of its requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Longest wait for one answer.
    pub(crate) answer: Duration,
    /// Most bytes of one answer.
    pub(crate) bytes: usize,
    /// What is left to wait where the app asks for it.
    pub(crate) patience: Duration,
}

impl From<Budget> for Allowance {
    fn from(budget: Budget) -> Self {
        Allowance { answer: budget.answer, bytes: budget.bytes, patience: budget.patience }
    }
}

/// Times and jitter between tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// The first wait.
    pub(crate) initial: Duration,
    /// The longest one.
    pub(crate) maximum: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { initial: Duration::from_millis(500), maximum: Duration::from_secs(30) }
    }
}

impl Backoff {
    /// The wait before try `attempt + 1` (`attempt` counts from 1): doubling, its upper half made uneven by `roll`, so that many
    /// workers don't come back at once.
    pub(crate) fn wait(&self, attempt: u32, roll: u64) -> Duration {
        let full = self.initial.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1))).min(self.maximum);
        let half = full / 2;
        let share = mixed(roll) % 1_000;
        half + half.saturating_mul(u32::try_from(share).unwrap_or(0)) / 1_000
    }
}

/// SplitMix64's output function: neighbouring numbers become unlike ones.
pub(crate) fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Which headers speak of the quota, and how much of it is left to the tenant's other clients.
#[derive(Debug, Clone)]
pub(crate) struct RateHeaders {
    /// The whole quota.
    pub(crate) limit: Vec<HeaderName>,
    /// What is left of it.
    pub(crate) remaining: Vec<HeaderName>,
    /// When it is full again.
    pub(crate) reset: Vec<HeaderName>,
    /// How that is written.
    pub(crate) format: ResetFormat,
    /// Percent of the quota that reads leave alone.
    pub(crate) reserve: u8,
    /// The least time between two requests, where the vendor documents a limit.
    pub(crate) gap: Option<Duration>,
}

impl Default for RateHeaders {
    /// The names in use where nobody described the app (draft-ietf-httpapi-ratelimit-headers and its forerunners).
    fn default() -> Self {
        let names = |what: &str| {
            ["ratelimit", "x-ratelimit", "x-rate-limit"]
                .into_iter()
                .filter_map(|prefix| HeaderName::from_bytes(format!("{prefix}-{what}").as_bytes()).ok())
                .collect()
        };
        RateHeaders {
            limit: names("limit"),
            remaining: names("remaining"),
            reset: names("reset"),
            format: ResetFormat::Guess,
            reserve: 10,
            gap: None,
        }
    }
}

/// What the app last said about its quota.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    limit: u64,
    remaining: Option<u64>,
    reset: Option<Time>,
}

impl Quota {
    /// Takes in the headers of an answer.
    pub(crate) fn note(&mut self, headers: &HeaderMap, names: &RateHeaders, now: Time) {
        let text = |names: &[HeaderName]| names.iter().find_map(|n| headers.get(n)?.to_str().ok());
        // Several windows may stand in one header: the tightest counts.
        let number = |text: &str| text.split(',').filter_map(|part| part.split(';').next()?.trim().parse::<u64>().ok()).min();
        let Some(remaining) = text(&names.remaining).and_then(number) else { return };
        // Where the whole quota is not said, the most that was ever left is the best that is known of it.
        self.limit = text(&names.limit).and_then(number).unwrap_or_else(|| self.limit.max(remaining));
        self.remaining = Some(remaining);
        self.reset = text(&names.reset).and_then(|t| date::reset(t, names.format, now));
    }

    /// How long to wait before the next request: until the reset, if what is left is the reserve. Without a reset there is nothing
    /// to wait for; the app's own refusal then paces.
    pub(crate) fn wait(&self, reserve: u8, now: Time) -> Option<Duration> {
        let kept = self.limit.saturating_mul(u64::from(reserve.min(90))) / 100;
        (self.remaining? <= kept).then_some(())?;
        Some(date::between(now, self.reset?)).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), v.parse().unwrap())).collect()
    }

    #[test]
    fn waits_double_stay_under_the_maximum_and_differ_by_seed() {
        let backoff = Backoff { initial: Duration::from_secs(1), maximum: Duration::from_secs(10) };
        for (attempt, full) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (40, 10)] {
            for roll in 0..50 {
                let wait = backoff.wait(attempt, roll);
                assert!(wait >= Duration::from_secs(full) / 2 && wait <= Duration::from_secs(full), "{attempt} {roll} {wait:?}");
            }
        }
        assert_eq!(backoff.wait(3, 7), backoff.wait(3, 7), "the same seed, the same wait");
        assert_ne!(backoff.wait(3, 7), backoff.wait(3, 8));
    }

    #[test]
    fn reads_stop_at_the_reserve_until_the_reset() {
        let now = Time::from_seconds(1_795_683_600);
        let names = RateHeaders::default();
        let mut quota = Quota::default();
        assert_eq!(quota.wait(10, now), None, "nothing was said yet");
        quota.note(
            &headers(&[("x-rate-limit-limit", "600"), ("x-rate-limit-remaining", "61"), ("x-rate-limit-reset", "1795683660")]),
            &names,
            now,
        );
        assert_eq!(quota.wait(10, now), None);
        quota.note(
            &headers(&[("x-rate-limit-limit", "600"), ("x-rate-limit-remaining", "60"), ("x-rate-limit-reset", "1795683660")]),
            &names,
            now,
        );
        assert_eq!(quota.wait(10, now), Some(Duration::from_secs(60)));
        assert_eq!(quota.wait(0, now), None, "a write may use the reserve");
        assert_eq!(quota.wait(10, now.plus_seconds(61)), None, "the reset is over");
    }

    #[test]
    fn an_unsaid_limit_is_the_most_that_was_left_and_several_windows_count_the_tightest() {
        let now = Time::from_seconds(1_795_683_600);
        let names = RateHeaders::default();
        let mut quota = Quota::default();
        quota.note(&headers(&[("ratelimit-remaining", "100"), ("ratelimit-reset", "30")]), &names, now);
        assert_eq!(quota.wait(10, now), None);
        quota.note(&headers(&[("ratelimit-remaining", "5000, 9"), ("ratelimit-reset", "30")]), &names, now);
        assert_eq!(quota.wait(10, now), Some(Duration::from_secs(30)));
    }
}
