//! How long, how much, how often: `72h`, `2bd`, `10%`, `3 complete reads`, as they stand in the files that people write.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::yaml::HINT;

/// A length of time: `30s`, `5m`, `72h`, `14d`, or business days `2bd`, which only a calendar can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duration {
    /// Whole seconds.
    Seconds(u64),
    /// Business days: Monday to Friday in the company's zone.
    BusinessDays(u32),
}

/// A text that is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time{HINT}write a number and a unit: 30s, 5m, 72h, 14d, or 2bd for business days")]
pub struct NotADuration(String);

const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
/// A hundred years: what is longer is a slip of the hand.
const LONGEST: u64 = 100 * 365 * 86_400;

impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        let refuse = || NotADuration(text.to_owned());
        let end = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
        let (number, unit) = text.split_at(end);
        let number: u64 = number.parse().map_err(|_| refuse())?;
        if unit == "bd" {
            return u32::try_from(number).ok().filter(|n| *n <= 10_000).map(Duration::BusinessDays).ok_or_else(refuse);
        }
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit).ok_or_else(refuse)?;
        number.checked_mul(*seconds).filter(|s| *s <= LONGEST).map(Duration::Seconds).ok_or_else(refuse)
    }
}

impl Duration {
    /// So many hours.
    pub const fn hours(hours: u64) -> Self {
        Duration::Seconds(hours * 3_600)
    }

    /// So many days of 24 hours.
    pub const fn days(days: u64) -> Self {
        Duration::Seconds(days * 86_400)
    }

    /// Whole seconds; a business day counts as 24 hours, so this is the shortest that it can be.
    pub const fn seconds(self) -> u64 {
        match self {
            Duration::Seconds(seconds) => seconds,
            Duration::BusinessDays(days) => days as u64 * 86_400,
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Duration::BusinessDays(days) => write!(f, "{days}bd"),
            Duration::Seconds(0) => f.write_str("0s"),
            Duration::Seconds(seconds) => {
                // Weeks are read and written as days: one spelling for one length.
                let unit = UNITS.iter().skip(1).find(|(_, unit)| seconds % unit == 0);
                let (name, unit) = unit.unwrap_or(&("s", 1));
                write!(f, "{}{name}", seconds / unit)
            }
        }
    }
}

/// A share in whole percent, as `10%`. More than 100 is possible where something may be overdue (`tasks.escalate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(pub u16);

/// A text that is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a share{HINT}write whole percent, as in 5%")]
pub struct NotAPercent(String);

impl FromStr for Percent {
    type Err = NotAPercent;

    fn from_str(text: &str) -> Result<Self, NotAPercent> {
        let digits = text.strip_suffix('%').filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|d| d.parse().ok()).filter(|n| *n <= 1_000).map(Percent).ok_or_else(|| NotAPercent(text.to_owned()))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// `N complete reads`: after how many of them absence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompleteReads(pub u32);

/// A text that is not a number of complete reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of reads{HINT}write it as in 2 complete reads")]
pub struct NotReads(String);

impl FromStr for CompleteReads {
    type Err = NotReads;

    fn from_str(text: &str) -> Result<Self, NotReads> {
        let number = text.strip_suffix(" complete reads").or_else(|| text.strip_suffix(" complete read"));
        let number = number.and_then(|n| n.parse().ok()).filter(|n| (1..=1_000).contains(n));
        number.map(CompleteReads).ok_or_else(|| NotReads(text.to_owned()))
    }
}

impl fmt::Display for CompleteReads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} complete read{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

/// Deserialize from text, serialize to text, and a schema with a pattern.
macro_rules! as_text {
    ($type:ty, $name:literal, $pattern:literal, $about:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern, "description": $about})
            }
        }
    };
}
pub(crate) use as_text;

as_text!(Duration, "Duration", "^[0-9]+(s|m|h|d|w|bd)$", "A length of time: 30s, 5m, 72h, 14d, 2bd (business days)");
as_text!(Percent, "Percent", "^[0-9]+%$", "A share in whole percent, as 5%");
as_text!(CompleteReads, "CompleteReads", "^[0-9]+ complete reads?$", "N complete reads");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_written() {
        for (text, seconds, written) in [
            ("0h", 0, "0s"),
            ("30s", 30, "30s"),
            ("5m", 300, "5m"),
            ("72h", 259_200, "3d"),
            ("14d", 1_209_600, "14d"),
            ("2w", 1_209_600, "14d"),
            ("2bd", 172_800, "2bd"),
            ("90s", 90, "90s"),
        ] {
            let duration: Duration = text.parse().unwrap();
            assert_eq!((duration.seconds(), duration.to_string().as_str()), (seconds, written), "{text}");
        }
        for bad in ["", "5", "h", "5 m", "-5m", "5min", "1.5h", "99999999999999999999d", "9999999w", "5M"] {
            assert_eq!(bad.parse::<Duration>(), Err(NotADuration(bad.into())));
        }
    }

    #[test]
    fn shares_and_reads_are_read() {
        assert_eq!("5%".parse(), Ok(Percent(5)));
        assert_eq!("200%".parse(), Ok(Percent(200)));
        assert_eq!("2 complete reads".parse(), Ok(CompleteReads(2)));
        for bad in ["5", "%", "5.5%", "-5%", "5 %", "9999%"] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
        for bad in ["2", "0 complete reads", "two complete reads", "2 reads"] {
            assert!(bad.parse::<CompleteReads>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_written_length_is_read_back_as_itself(n in 0_u64..100_000, unit in "s|m|h|d|bd") {
            let duration: Duration = format!("{n}{unit}").parse().unwrap_or(Duration::Seconds(0));
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,12}") {
            let _ = text.parse::<Duration>();
            let _ = text.parse::<Percent>();
            let _ = text.parse::<CompleteReads>();
        }
    }
}
