//! Points in time. usher never asks the clock below the command line: a time comes in as an argument.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A point in time in UTC, to the microsecond. Its text is `2026-11-25T09:10:00Z`, whole seconds, as evidence writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

impl Time {
    /// From microseconds since 1970-01-01T00:00:00Z, as a store keeps them.
    pub const fn from_micros(micros: i64) -> Self {
        Time(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// From whole seconds since 1970-01-01T00:00:00Z.
    pub const fn from_seconds(seconds: i64) -> Self {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This time without its fraction of a second, as it stands in evidence.
    #[must_use]
    pub const fn whole(self) -> Self {
        Time::from_seconds(self.seconds())
    }

    /// This time and so many seconds (negative: before).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Time(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Seconds from `earlier` to this time, rounded down.
    pub const fn seconds_since(self, earlier: Time) -> i64 {
        (self.0 - earlier.0).div_euclid(1_000_000)
    }

    /// As a `jiff` timestamp, for zones and calendar days.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or_default()
    }

    /// The calendar day in UTC, `2026-11-25`.
    pub fn day(self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl From<jiff::Timestamp> for Time {
    fn from(t: jiff::Timestamp) -> Self {
        Time(t.as_microsecond())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = jiff::Timestamp::from_second(self.seconds()).unwrap_or_default();
        write!(f, "{}", whole.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

/// A text that is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time: expected e.g. 2026-11-25T09:10:00Z")]
pub struct NotATime;

/// Takes RFC 3339 with any offset. Evidence is stricter: see [`Time::parse_strict`].
impl FromStr for Time {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        text.parse::<jiff::Timestamp>().map(Time::from).map_err(|_| NotATime)
    }
}

impl Time {
    /// Exactly the 20 bytes `YYYY-MM-DDThh:mm:ssZ` and a day that exists.
    ///
    /// # Errors
    /// [`NotATime`] for every other spelling of a time too.
    pub fn parse_strict(text: &str) -> Result<Self, NotATime> {
        let time: Time = text.parse()?;
        if time.to_string() == text { Ok(time) } else { Err(NotATime) }
    }
}

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.timestamp())
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_form_is_twenty_bytes() {
        let t = Time::parse_strict("2026-11-25T09:10:00Z").unwrap();
        assert_eq!(t.to_string(), "2026-11-25T09:10:00Z");
        for bad in ["2026-11-25T09:10:00.5Z", "2026-11-25T10:10:00+01:00", "2026-02-30T00:00:00Z", "2026-11-25 09:10:00Z", ""] {
            assert_eq!(Time::parse_strict(bad), Err(NotATime), "{bad}");
        }
    }
}
