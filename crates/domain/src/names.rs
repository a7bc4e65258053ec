//! How names are spelled in plans, messages and the log (approvals-and-evidence.md §0). Each is checked, none is repaired.

use std::fmt;
use std::str::FromStr;

/// The instance name that steps of usher itself carry (`erase`).
pub const USHER: &str = "usher";

fn spelled(text: &str, longest: usize, first: impl Fn(u8) -> bool, rest: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= longest && bytes.split_first().is_some_and(|(f, r)| first(*f) && r.iter().all(|b| rest(*b)))
}

fn low(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn hex_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// An instance: `[a-z0-9][a-z0-9_-]{0,62}`.
pub fn is_instance(text: &str) -> bool {
    spelled(text, 63, low, |b| low(b) || b == b'_' || b == b'-')
}

/// A group of approvers: `[a-z0-9][a-z0-9._-]{0,62}`.
pub fn is_group(text: &str) -> bool {
    spelled(text, 63, low, |b| low(b) || matches!(b, b'.' | b'_' | b'-'))
}

/// An approver's address: lower case, ASCII, `[a-z0-9._%+-]+@[a-z0-9.-]+`. `ssh-keygen` reads principals as patterns, so `* ? ! ,`,
/// quotes and blanks would approve for others.
pub fn is_email(text: &str) -> bool {
    text.len() <= 190
        && text.split_once('@').is_some_and(|(local, host)| {
            spelled(local, 190, |b| low(b) || b"._%+-".contains(&b), |b| low(b) || b"._%+-".contains(&b))
                && spelled(host, 190, |b| low(b) || b".-".contains(&b), |b| low(b) || b".-".contains(&b))
        })
}

/// A tenant: `<company domain>/usher/<8 hex digits>`.
pub fn is_tenant(text: &str) -> bool {
    text.len() <= 120
        && text
            .split_once("/usher/")
            .is_some_and(|(domain, id)| hex_digits(id, 8) && spelled(domain, 100, low, |b| low(b) || b == b'.' || b == b'-'))
}

/// Whose account: one letter, `-`, ten random hex digits. A person is `p-…`; an account of nobody gets `a-…`.
pub fn is_subject(text: &str) -> bool {
    text.split_once('-')
        .is_some_and(|(kind, digits)| kind.len() == 1 && kind.bytes().all(|b| b.is_ascii_lowercase()) && hex_digits(digits, 10))
}

/// A word such as a reason, a rule or an intent's id: `[a-z0-9-]+`, at most 63 bytes.
pub fn is_word(text: &str) -> bool {
    spelled(text, 63, |b| low(b) || b == b'-', |b| low(b) || b == b'-')
}

/// A guard's rule or an action: `[a-z0-9_-]+`, at most 63 bytes.
pub fn is_rule(text: &str) -> bool {
    spelled(text, 63, low, |b| low(b) || b == b'_' || b == b'-')
}

/// A token that only machines read (a run's or an intent's id): `[A-Za-z0-9._:-]+`, at most 120 bytes.
pub fn is_token(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    spelled(text, 120, fits, fits)
}

/// 1 to 190 bytes of 0x20 to 0x7E: what may stand after a name in a signed message.
pub fn is_line(text: &str) -> bool {
    (1..=190).contains(&text.len()) && text.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

/// A date, `2026-11-25`, that exists.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|d| d.to_string() == text)
}

/// 16 random bytes, written as 32 lower-case hex digits. Drawn by the caller, never reused, never derived.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Salt([u8; 16]);

impl Salt {
    /// From 16 bytes of the system's random generator.
    pub const fn new(random: [u8; 16]) -> Self {
        Salt(random)
    }

    /// The 16 bytes, as a store keeps them.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::digest::hex(&self.0))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not 32 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 lower-case hex digits")]
pub struct NotASalt;

impl FromStr for Salt {
    type Err = NotASalt;

    fn from_str(text: &str) -> Result<Self, NotASalt> {
        if !hex_digits(text, 32) {
            return Err(NotASalt);
        }
        let mut bytes = [0; 16];
        for (byte, at) in bytes.iter_mut().zip((0..32).step_by(2)) {
            let pair = text.get(at..at + 2).ok_or(NotASalt)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotASalt)?;
        }
        Ok(Salt(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_reference_says() {
        type Check = fn(&str) -> bool;
        let cases: &[(Check, &[&str], &[&str])] = &[
            (is_instance, &["darktrace", "okta-eu_1", "9"], &["", "Okta", "-a", "a.b", "a b", &"a".repeat(64)]),
            (is_group, &["it-leads", "owner.darktrace"], &["", ".a", "It", "a,b", "a*"]),
            (is_email, &["ana@example.com", "a.b%c+d-e@x"], &["", "@x", "ana@", "Ana@x", "*@x", "a,b@x", "a@b@c", "a b@x", "ana"]),
            (
                is_tenant,
                &["example.com/usher/5f3c9a1e"],
                &["example.com/usher/5F3C9A1E", "/usher/5f3c9a1e", "a/usher/5f3c9a1", "a/usher/5f3c9a1e/x"],
            ),
            (is_subject, &["p-6d1f0c52a4", "a-0000000000"], &["p-6d1f0c52a", "6d1f0c52a4", "pp-6d1f0c52a4", "p-6D1F0C52A4"]),
            (is_word, &["leaver", "gdpr-17"], &["", "Leaver", "a_b", "a@b"]),
            (is_line, &["none", " "], &["", "a\tb", "é", &"x".repeat(191)]),
            (is_date, &["2026-11-25"], &["2026-02-30", "2026-1-1", "20261125", ""]),
        ];
        for (check, good, bad) in cases {
            for text in *good {
                assert!(check(text), "{text:?} should be taken");
            }
            for text in *bad {
                assert!(!check(text), "{text:?} should be refused");
            }
        }
    }

    #[test]
    fn salt_round_trips() {
        let text = "2a9eda7ae5b655587600604f34f8d1e6";
        assert_eq!(text.parse::<Salt>().map(|s| s.to_string()), Ok(text.to_owned()));
        for bad in ["", "2A9EDA7AE5B655587600604F34F8D1E6", "+a9eda7ae5b655587600604f34f8d1e6", "2a9eda7ae5b655587600604f34f8d1e"] {
            assert_eq!(bad.parse::<Salt>(), Err(NotASalt), "{bad}");
        }
    }
}
