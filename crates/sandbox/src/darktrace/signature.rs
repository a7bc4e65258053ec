//! Who may ask: the three headers of the appliance's API. The rule is in `vectors.json`: HMAC-SHA1, hexadecimal, over what was
//! signed, the public token and the date, each on its line; GET and DELETE sign path and query as sent, POST signs path and body.

use ring::hmac;
use usher_domain::time::Time;

use crate::wire::Ask;

/// How far a date may be from the appliance's clock, in seconds.
const SKEW: i64 = 30 * 60;

/// Which spellings of `DTAPI-Date` an appliance takes. Some take only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// Both.
    Both,
    /// `20261124T185604`
    Compact,
    /// `2026-11-24 18:56:04`
    Spaced,
}

/// A pair of tokens.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) public: String,
    pub(super) private: String,
    /// Paths that begin so are forbidden.
    pub(super) denied: Vec<String>,
}

/// Why a request is refused; the text is the appliance's.
pub(super) const BAD_SIGNATURE: &str = "API SIGNATURE ERROR";
pub(super) const BAD_DATE: &str = "API DATE ERROR";

/// The token that a request is rightly signed with.
pub(super) fn check<'t>(ask: &Ask, tokens: &'t [Token], form: DateForm, now: Time) -> Result<&'t Token, &'static str> {
    let (Some(public), Some(date), Some(signature)) = (ask.header("dtapi-token"), ask.header("dtapi-date"), ask.header("dtapi-signature"))
    else {
        return Err(BAD_SIGNATURE);
    };
    let token = tokens.iter().find(|t| t.public == public).ok_or(BAD_SIGNATURE)?;
    let at = when(date, form).ok_or(BAD_DATE)?;
    if at.seconds_since(now).abs() > SKEW {
        return Err(BAD_DATE);
    }
    let expected = sign(&token.private, &signed(ask), public, date);
    // Both are public to this simulation, so comparing them needs no constant time.
    if expected == signature { Ok(token) } else { Err(BAD_SIGNATURE) }
}

/// What is signed of a request.
fn signed(ask: &Ask) -> Vec<u8> {
    let mut out = ask.path.clone().into_bytes();
    let rest = match ask.method.as_str() {
        "GET" | "DELETE" => ask.query.as_ref().map(|q| q.as_bytes()),
        _ => Some(ask.body.as_slice()).filter(|b| !b.is_empty()),
    };
    if let Some(rest) = rest {
        out.push(b'?');
        out.extend_from_slice(rest);
    }
    out
}

fn sign(private: &str, signed: &[u8], public: &str, date: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, private.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(signed);
    context.update(b"\n");
    context.update(public.as_bytes());
    context.update(b"\n");
    context.update(date.as_bytes());
    context.sign().as_ref().iter().fold(String::with_capacity(40), |mut hex, byte| {
        hex.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
        hex
    })
}

fn when(date: &str, form: DateForm) -> Option<Time> {
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let compact = format!("{year}{month}{day}T{hour}{minute}{second}");
    let spaced = format!("{year}-{month}-{day} {hour}:{minute}:{second}");
    let taken = match form {
        DateForm::Both => date == compact || date == spaced,
        DateForm::Compact => date == compact,
        DateForm::Spaced => date == spaced,
    };
    if taken { format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z").parse().ok() } else { None }
}
