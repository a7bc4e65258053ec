//! What an HTTP status means where the app's manifest says nothing else (RFC 9110 §15, RFC 6585).

use usher_domain::diagnostic::Diagnostic;
use usher_domain::time::Time;

use super::date;
use super::request::Answer;
use crate::fault::{Fault, FaultClass};

/// Decides whether an answer is a fault, and which.
pub(crate) trait Classify: Send + Sync {
    /// `None`: it is an answer to work with.
    fn fault(&self, answer: &Answer, now: Time) -> Option<Fault>;
}

/// By HTTP alone.
#[cfg(test)]
pub(crate) struct ByStatus;

#[cfg(test)]
impl Classify for ByStatus {
    fn fault(&self, answer: &Answer, now: Time) -> Option<Fault> {
        let class = class_of(answer.status)?;
        Some(fault(answer, class, None, now))
    }
}

/// The class of a status; `None` for 2xx.
pub(crate) fn class_of(status: u16) -> Option<FaultClass> {
    Some(match status {
        200..=299 => return None,
        401..=403 | 407 | 511 => FaultClass::Denied,
        404 | 410 => FaultClass::NotFound,
        405 | 406 | 415 | 501 | 505 => FaultClass::Unsupported,
        408 | 425 => FaultClass::Transient,
        429 => FaultClass::Throttled,
        400..=499 => FaultClass::Conflict,
        500..=599 => FaultClass::Transient,
        // 1xx never ends an exchange, 3xx is handled as what it points to, and the rest is no HTTP.
        _ => FaultClass::Malformed,
    })
}

/// A fault of this class from this answer, with the app's own words where they are known.
pub(crate) fn fault(answer: &Answer, class: FaultClass, said: Option<&str>, now: Time) -> Fault {
    if (300..400).contains(&answer.status) && said.is_none() {
        return redirect(answer, (class != FaultClass::Malformed).then_some(class));
    }
    let words = said.map(|s| format!(": {}", shortened(s))).unwrap_or_default();
    let detail = format!("{}: status {}{words}", answer.label, answer.status);
    let message = match class {
        FaultClass::Transient => Diagnostic::new("WIRE-010", "the app is not well", detail),
        FaultClass::Throttled => Diagnostic::new("WIRE-011", "the app asks to wait", detail),
        FaultClass::Denied => Diagnostic::new("WIRE-012", "the app does not allow it", detail)
            .hint("check the credentials of this instance and what they are allowed to do"),
        FaultClass::NotFound => Diagnostic::new("WIRE-013", "it is not there", detail),
        FaultClass::Conflict => Diagnostic::new("WIRE-014", "the app refuses the request as it is", detail),
        FaultClass::Unsupported => Diagnostic::new("WIRE-015", "the app can't do this in this way", detail),
        FaultClass::Malformed | FaultClass::Unknown => Diagnostic::new("WIRE-016", "the app's answer makes no sense", detail),
    };
    let wait = answer.header("retry-after").and_then(|v| date::retry_after(v, answer.header("date"), now));
    Fault::new(class, message).after(wait)
}

/// No redirect is followed: a moved API is the owner's to write down, and a sign-in page is an answer to a bad credential.
fn redirect(answer: &Answer, class: Option<FaultClass>) -> Fault {
    let location = answer.header("location").unwrap_or("nowhere");
    let place = location.split(['?', '#']).next().unwrap_or(location);
    let lower = place.to_ascii_lowercase();
    let sign_in = ["login", "logon", "signin", "sign-in", "sign_in", "saml", "oauth", "/sso", "/auth"].iter().any(|w| lower.contains(w));
    let detail = format!("{}: status {}, sent on to {}", answer.label, answer.status, shortened(place));
    if sign_in {
        let message = Diagnostic::new("WIRE-008", "the app sends to a sign-in page", detail).hint("check the credentials of this instance");
        return Fault::new(class.unwrap_or(FaultClass::Denied), message);
    }
    let message =
        Diagnostic::new("WIRE-009", "the app sends elsewhere", detail).hint("if the app has moved, write its new address into usher.yaml");
    Fault::new(class.unwrap_or(FaultClass::Malformed), message)
}

/// The first 200 characters, on one line.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)]) -> Answer {
        let headers = headers.iter().map(|(k, v)| (HeaderName::from_static(k), v.parse().unwrap())).collect();
        Answer { status, headers, body: Vec::new(), label: "GET h/x".into() }
    }

    #[test]
    fn each_status_has_the_class_that_decides_what_happens_next() {
        use FaultClass::*;
        let cases = [
            (200, None),
            (204, None),
            (304, Some(Malformed)),
            (400, Some(Conflict)),
            (401, Some(Denied)),
            (403, Some(Denied)),
            (404, Some(NotFound)),
            (405, Some(Unsupported)),
            (409, Some(Conflict)),
            (410, Some(NotFound)),
            (412, Some(Conflict)),
            (422, Some(Conflict)),
            (429, Some(Throttled)),
            (500, Some(Transient)),
            (501, Some(Unsupported)),
            (503, Some(Transient)),
            (999, Some(Malformed)),
        ];
        for (status, class) in cases {
            assert_eq!(ByStatus.fault(&answer(status, &[]), Time::default()).map(|f| f.class), class, "{status}");
        }
    }

    #[test]
    fn a_redirect_is_a_fault_that_says_where_to() {
        let to = |place: &str| ByStatus.fault(&answer(302, &[("location", place)]), Time::default()).unwrap();
        let login = to("https://h/login?next=%2FUsers");
        assert_eq!((login.class, login.message.code), (FaultClass::Denied, "WIRE-008"));
        assert!(login.message.detail.ends_with("sent on to https://h/login"), "{}", login.message.detail);
        assert_eq!(to("https://new.example/v2/Users").message.code, "WIRE-009");
    }
}
