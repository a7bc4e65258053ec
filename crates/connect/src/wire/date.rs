//! Times as HTTP spells them: `Retry-After` (RFC 9110 §10.2.3) and the resets of rate limit headers.

use std::time::Duration;

use usher_domain::time::Time;

/// How a rate limit header says when the quota is full again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ResetFormat {
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
    /// Seconds from now.
    Seconds,
    /// An HTTP date or RFC 3339.
    Date,
    /// Told from its size, for headers of servers that nobody described.
    #[default]
    Guess,
}

/// The wait that a `Retry-After` asks for: seconds (also with a fraction), or a date, measured against the server's own `Date` if it
/// sent one, since its clock may differ. A past date and a negative number are no wait; text that is neither is `None`.
pub(crate) fn retry_after(value: &str, date: Option<&str>, now: Time) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return seconds.is_finite().then(|| Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
    }
    let then = http_date(value)?;
    let from = date.and_then(http_date).unwrap_or(now);
    Some(between(from, then))
}

/// When the quota is full again.
pub(crate) fn reset(value: &str, format: ResetFormat, now: Time) -> Option<Time> {
    /// A number of seconds from now is below this, one since 1970 above (2001), one in milliseconds above the next.
    const EPOCH_SECONDS: f64 = 1e9;
    const EPOCH_MILLISECONDS: f64 = 1e11;
    let value = value.trim();
    // `RateLimit-Reset: 30;w=60` and `30, 30`: the first number counts.
    let number = value.split([',', ';']).next().and_then(|n| n.trim().parse::<f64>().ok()).filter(|n| n.is_finite());
    let micros = |seconds: f64| Time::from_micros((seconds.clamp(-1e11, 1e11) * 1e6) as i64);
    let from_now = |seconds: f64| Time::from_micros(now.micros().saturating_add((seconds.clamp(0.0, 1e9) * 1e6) as i64));
    match (format, number) {
        (ResetFormat::EpochSeconds, Some(n)) => Some(micros(n)),
        (ResetFormat::EpochMilliseconds, Some(n)) => Some(micros(n / 1e3)),
        (ResetFormat::Seconds, Some(n)) => Some(from_now(n)),
        (ResetFormat::Guess, Some(n)) if n >= EPOCH_MILLISECONDS => Some(micros(n / 1e3)),
        (ResetFormat::Guess, Some(n)) if n >= EPOCH_SECONDS => Some(micros(n)),
        (ResetFormat::Guess, Some(n)) => Some(from_now(n)),
        (ResetFormat::Date | ResetFormat::Guess, None) => http_date(value).or_else(|| value.parse().ok()),
        _ => None,
    }
}

/// The three spellings of RFC 9110 §5.6.7: IMF-fixdate, RFC 850, asctime.
pub(crate) fn http_date(value: &str) -> Option<Time> {
    let value = value.trim();
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(value) {
        return Some(zoned.timestamp().into());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].into_iter().find_map(|form| {
        let civil = jiff::civil::DateTime::strptime(form, value).ok()?;
        Some(jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?.into())
    })
}

/// From one time to a later one; zero if it isn't later.
pub(crate) fn between(from: Time, then: Time) -> Duration {
    Duration::from_micros(u64::try_from(then.micros().saturating_sub(from.micros())).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_683_600; // 2026-11-26T09:00:00Z

    #[test]
    fn retry_after_in_all_its_clothes() {
        let now = Time::from_seconds(NOW);
        let cases = [
            ("120", Some(120.0)),
            ("0", Some(0.0)),
            (" 1.5 ", Some(1.5)),
            ("-3", Some(0.0)),
            ("Thu, 26 Nov 2026 09:00:30 GMT", Some(30.0)),
            ("Thursday, 26-Nov-26 09:01:00 GMT", Some(60.0)),
            ("Thu Nov 26 09:00:05 2026", Some(5.0)),
            ("Wed, 25 Nov 2026 09:00:00 GMT", Some(0.0)),
            ("soon", None),
            ("", None),
            ("NaN", None),
            ("1e300", Some(1e9)),
        ];
        for (text, seconds) in cases {
            assert_eq!(retry_after(text, None, now), seconds.map(Duration::from_secs_f64), "{text:?}");
        }
        let skewed = retry_after("Thu, 26 Nov 2026 12:00:10 GMT", Some("Thu, 26 Nov 2026 12:00:00 GMT"), now);
        assert_eq!(skewed, Some(Duration::from_secs(10)), "a date is measured on the clock that wrote it");
    }

    #[test]
    fn resets_in_each_format() {
        let now = Time::from_seconds(NOW);
        let cases = [
            (ResetFormat::EpochSeconds, "1795683630", Some(30)),
            (ResetFormat::EpochMilliseconds, "1795683630000", Some(30)),
            (ResetFormat::Seconds, "30", Some(30)),
            (ResetFormat::Date, "Thu, 26 Nov 2026 09:00:30 GMT", Some(30)),
            (ResetFormat::Date, "2026-11-26T10:00:30+01:00", Some(30)),
            (ResetFormat::Guess, "1795683630", Some(30)),
            (ResetFormat::Guess, "1795683630000", Some(30)),
            (ResetFormat::Guess, "30;w=60", Some(30)),
            (ResetFormat::Guess, "Thu, 26 Nov 2026 09:00:30 GMT", Some(30)),
            (ResetFormat::EpochSeconds, "later", None),
        ];
        for (format, text, seconds) in cases {
            assert_eq!(reset(text, format, now), seconds.map(|s| now.plus_seconds(s)), "{format:?} {text:?}");
        }
    }
}
