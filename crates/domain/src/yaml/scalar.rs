//! What a scalar means: the core schema of YAML 1.2 without what surprises people. `no` is Norway's code, `007` and `1_000` are text.

/// A scalar as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scalar<'n> {
    pub(super) text: &'n str,
    /// Without quotes, and not a block of text: only then can it be anything else than text.
    pub(super) plain: bool,
}

/// What it means where the type doesn't say what it wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning<'n> {
    Nothing,
    Truth(bool),
    Whole(u64),
    /// Below 0.
    Negative(i64),
    Number(f64),
    Text(&'n str),
    /// A number that neither 64 bits nor a floating point number can hold, or none at all (`.nan`).
    Unkept,
}

impl<'n> Scalar<'n> {
    pub(super) fn is_nothing(self) -> bool {
        self.plain && matches!(self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    pub(super) fn meaning(self) -> Meaning<'n> {
        if !self.plain {
            return Meaning::Text(self.text);
        }
        match self.text {
            "" | "~" | "null" | "Null" | "NULL" => Meaning::Nothing,
            "true" | "True" | "TRUE" => Meaning::Truth(true),
            "false" | "False" | "FALSE" => Meaning::Truth(false),
            text => number(text).unwrap_or(Meaning::Text(text)),
        }
    }
}

/// `None` if it isn't written as a number.
fn number(text: &str) -> Option<Meaning<'static>> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let in_base = |digits: &str, base| digits.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| u64::from_str_radix(digits, base));
    if let Some(digits) = text.strip_prefix("0x").filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()) && !digits.is_empty()) {
        return in_base(digits, 16).map(|n| n.map_or(Meaning::Unkept, Meaning::Whole));
    }
    if let Some(digits) = text.strip_prefix("0o").filter(|digits| digits.bytes().all(|b| matches!(b, b'0'..=b'7')) && !digits.is_empty()) {
        return in_base(digits, 8).map(|n| n.map_or(Meaning::Unkept, Meaning::Whole));
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Meaning::Unkept);
    }
    let whole = digits(unsigned);
    let (fraction, rest) = match unsigned[whole..].strip_prefix('.') {
        Some(rest) => (1 + digits(rest), &rest[digits(rest)..]),
        None => (0, &unsigned[whole..]),
    };
    let has_digits = whole > 0 || fraction > 1;
    let leading_zero = whole > 1 && unsigned.starts_with('0');
    if !has_digits || leading_zero || !is_exponent(rest) {
        return None;
    }
    let kept = if fraction > 0 || !rest.is_empty() {
        text.parse().ok().filter(|n: &f64| n.is_finite()).map(Meaning::Number)
    } else if negative {
        text.parse().ok().map(Meaning::Negative)
    } else {
        unsigned.parse().ok().map(Meaning::Whole)
    };
    Some(kept.unwrap_or(Meaning::Unkept))
}

/// How many digits stand in front.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Nothing, or `e` with digits.
fn is_exponent(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return text.is_empty() };
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    !rest.is_empty() && digits(rest) == rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_number_in_every_program_is_one() {
        let meaning = |text| Scalar { text, plain: true }.meaning();
        for (text, means) in [
            ("0", Meaning::Whole(0)),
            ("+5", Meaning::Whole(5)),
            ("18446744073709551615", Meaning::Whole(u64::MAX)),
            ("-3", Meaning::Negative(-3)),
            ("0x1F", Meaning::Whole(31)),
            ("0o17", Meaning::Whole(15)),
            ("2026.10", Meaning::Number(2026.1)),
            ("-.5", Meaning::Number(-0.5)),
            ("1.", Meaning::Number(1.0)),
            ("1e3", Meaning::Number(1000.0)),
            ("", Meaning::Nothing),
            ("~", Meaning::Nothing),
            ("true", Meaning::Truth(true)),
            (".nan", Meaning::Unkept),
            ("-.inf", Meaning::Unkept),
            ("1e999", Meaning::Unkept),
            ("18446744073709551616", Meaning::Unkept),
            ("-9223372036854775809", Meaning::Unkept),
        ] {
            assert_eq!(meaning(text), means, "{text}");
        }
        for text in [
            "007", "1_000", "yes", "no", "on", "0x", "0xG", "0o8", "0b1", "1e", "1.2.3", "1e5.0", ".", "-", "+", "--1", "inf", "nan",
            "12ab", "٣", "-0x1",
        ] {
            assert_eq!(meaning(text), Meaning::Text(text), "{text}");
        }
        assert_eq!(Scalar { text: "5", plain: false }.meaning(), Meaning::Text("5"));
    }
}
