//! When a day ends, and moments counted from the first day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::duration::{Duration, as_text};
use crate::yaml::HINT;

/// When a day ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {day_ends, friday, zone, unknown_zone}")]
pub struct Clock {
    /// Local time at which a last day is over.
    pub day_ends: HourMinute,
    /// The same on Fridays.
    pub friday: HourMinute,
    /// Whose zone.
    pub zone: ClockZone,
    /// Whose zone where that is not known.
    pub unknown_zone: ClockZone,
}

impl Default for Clock {
    fn default() -> Self {
        Clock {
            day_ends: HourMinute { hour: 18, minute: 0 },
            friday: HourMinute { hour: 16, minute: 0 },
            zone: ClockZone::Person,
            unknown_zone: ClockZone::Company,
        }
    }
}

/// Whose zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClockZone {
    /// The person's.
    Person,
    /// The company's.
    Company,
}

/// A time of the day, `18:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourMinute {
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
}

/// A text that is not a time of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of the day{HINT}write it as in \"18:00\"")]
pub struct NotAnHour(String);

impl FromStr for HourMinute {
    type Err = NotAnHour;

    fn from_str(text: &str) -> Result<Self, NotAnHour> {
        let part = |digits: &str, below: i8| (digits.len() == 2).then(|| digits.parse().ok().filter(|n| (0..below).contains(n))).flatten();
        let parsed = text.split_once(':').and_then(|(h, m)| Some(HourMinute { hour: part(h, 24)?, minute: part(m, 60)? }));
        parsed.ok_or_else(|| NotAnHour(text.to_owned()))
    }
}

impl fmt::Display for HourMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

as_text!(HourMinute, "HourMinute", "^[0-2][0-9]:[0-5][0-9]$", "A time of the day: \"18:00\"");

/// A moment counted from the first day: `start`, `start - 7d`, `start 06:00`, `start + 1d 09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FromStart {
    /// Seconds after (negative: before) the beginning of the first day.
    pub offset: i64,
    /// Local time on that day.
    pub time: Option<HourMinute>,
}

/// A text that is not such a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a moment{HINT}write start, start - 7d, or \"start 06:00\"")]
pub struct NotAMoment(String);

impl FromStr for FromStart {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let parse = || {
            let mut words = text.split_ascii_whitespace().peekable();
            (words.next()? == "start").then_some(())?;
            let mut moment = FromStart::default();
            if let Some(sign) = words.next_if(|w| matches!(*w, "+" | "-")) {
                let seconds = i64::try_from(words.next()?.parse::<Duration>().ok()?.seconds()).ok()?;
                moment.offset = if sign == "-" { -seconds } else { seconds };
            }
            if let Some(word) = words.next() {
                moment.time = Some(word.parse().ok()?);
            }
            words.next().is_none().then_some(moment)
        };
        parse().ok_or_else(|| NotAMoment(text.to_owned()))
    }
}

impl fmt::Display for FromStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("start")?;
        if self.offset != 0 {
            let sign = if self.offset < 0 { '-' } else { '+' };
            write!(f, " {sign} {}", Duration::Seconds(self.offset.unsigned_abs()))?;
        }
        self.time.map_or(Ok(()), |time| write!(f, " {time}"))
    }
}

as_text!(
    FromStart,
    "FromStart",
    "^start( [+-] [0-9]+[smhdw])?( [0-2][0-9]:[0-5][0-9])?$",
    "A moment counted from the first day: start - 7d, \"start 06:00\""
);
