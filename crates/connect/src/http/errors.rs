//! What this app's answers mean: the manifest's rate limit and its table of errors first, then HTTP.

use serde_json::{Map, Value, json};
use usher_domain::manifest::{self, ErrorRule, Manifest, OperationName, RateLimit};
use usher_domain::time::Time;
use usher_domain::yaml::At;

use crate::fault::{Fault, FaultClass};
use crate::wire::{Answer, Classify, class_of, fault_of};

/// Longest text that conditions look at.
const TEXT: usize = 64 << 10;

/// Decides by the manifest, for one operation or for none (a query).
pub(super) struct Errors<'m> {
    rules: &'m [At<ErrorRule>],
    rate: &'m RateLimit,
    operation: Option<OperationName>,
}

impl<'m> Errors<'m> {
    pub(super) fn of(manifest: &'m Manifest, operation: Option<OperationName>) -> Self {
        Errors { rules: &manifest.errors, rate: &manifest.rate_limit, operation }
    }
}

impl Classify for Errors<'_> {
    fn fault(&self, answer: &Answer, now: Time) -> Option<Fault> {
        let may_match = |rule: &At<ErrorRule>| rule.status.is_empty() || rule.status.contains(&answer.status);
        if answer.ok() && self.rate.when.is_none() && !self.rules.iter().any(may_match) {
            return None;
        }
        let seen = Seen::of(answer);
        if self.rate.statuses.contains(&answer.status) || self.rate.when.as_ref().is_some_and(|when| seen.holds(when)) {
            return Some(fault_of(answer, FaultClass::Throttled, seen.words(), now));
        }
        let rule = self.rules.iter().find(|rule| {
            may_match(rule)
                && (rule.operations.is_empty() || self.operation.is_some_and(|o| rule.operations.contains(&o)))
                && rule.when.as_ref().is_none_or(|when| seen.holds(when))
        });
        let class = rule.map(|rule| class(rule.class)).or_else(|| class_of(answer.status))?;
        // "Not there" said by a web page is a wrong address, and no fact about an account.
        if class == FaultClass::NotFound && answer.is_html() {
            return answer.json().err();
        }
        Some(fault_of(answer, class, seen.words(), now))
    }
}

/// An answer as conditions see it.
struct Seen {
    status: Value,
    headers: Value,
    body: Value,
    text: Value,
}

impl Seen {
    fn of(answer: &Answer) -> Self {
        let mut headers = Map::new();
        for (name, value) in &answer.headers {
            if let Ok(value) = value.to_str() {
                headers.insert(name.as_str().to_owned(), value.into());
            }
        }
        let text = answer.body.get(..TEXT).unwrap_or(&answer.body);
        Seen {
            status: json!(answer.status),
            headers: Value::Object(headers),
            body: serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
            text: String::from_utf8_lossy(text).into_owned().into(),
        }
    }

    fn holds(&self, when: &usher_domain::cel::Condition) -> bool {
        when.holds(&[("status", &self.status), ("headers", &self.headers), ("body", &self.body), ("text", &self.text)])
    }

    /// The app's own words: one of the members in which vendors put them, else the first text of the object.
    fn words(&self) -> Option<&str> {
        let map = self.body.as_object()?;
        let known = ["errorSummary", "error_description", "detail", "message", "title", "error"];
        let named = known.iter().find_map(|name| map.get(*name)?.as_str());
        named.or_else(|| map.values().find_map(Value::as_str)).filter(|words| !words.trim().is_empty())
    }
}

pub(super) fn class(class: manifest::FaultClass) -> FaultClass {
    match class {
        manifest::FaultClass::Transient => FaultClass::Transient,
        manifest::FaultClass::Throttled => FaultClass::Throttled,
        manifest::FaultClass::Denied => FaultClass::Denied,
        manifest::FaultClass::NotFound => FaultClass::NotFound,
        manifest::FaultClass::Conflict => FaultClass::Conflict,
        manifest::FaultClass::Unsupported => FaultClass::Unsupported,
        manifest::FaultClass::Malformed => FaultClass::Malformed,
        manifest::FaultClass::Unknown => FaultClass::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    const DARKTRACE: &str = include_str!("../../../../apps/darktrace/app.yaml");
    const OKTA: &str = include_str!("../../../../apps/okta/app.yaml");

    fn classed(
        app: &str,
        operation: Option<OperationName>,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Option<FaultClass> {
        let manifest = Manifest::parse("app.yaml", app).unwrap();
        let headers = headers.iter().map(|(k, v)| (HeaderName::from_static(k), v.parse().unwrap())).collect();
        let answer = Answer { status, headers, body: body.into(), label: "GET h/x".into() };
        Errors::of(&manifest, operation).fault(&answer, Time::default()).map(|f| f.class)
    }

    /// The negative cases of `darktrace_vectors.json`, and what else app-facts.md §1.3 lists.
    #[test]
    fn darktrace_s_odd_answers_are_known() {
        type Case<'c> = (u16, &'c [(&'static str, &'c str)], &'c str, FaultClass);
        let cases: [Case<'_>; 7] = [
            (400, &[], r#"{"error":"API SIGNATURE ERROR"}"#, FaultClass::Denied),
            (400, &[], r#"{"error":"API DATE ERROR"}"#, FaultClass::Denied),
            (400, &[], r#"{"error":"INPUT ERROR"}"#, FaultClass::Conflict),
            (302, &[("location", "/login")], "Found. Redirecting to /login", FaultClass::Unsupported),
            (302, &[("location", "/403")], "Found. Redirecting to /403", FaultClass::Denied),
            (502, &[], "", FaultClass::Unknown),
            (429, &[], "", FaultClass::Throttled),
        ];
        for (status, headers, body, class) in cases {
            assert_eq!(classed(DARKTRACE, None, status, headers, body), Some(class), "{status} {body}");
        }
        assert_eq!(classed(DARKTRACE, None, 200, &[], "[]"), None);
    }

    #[test]
    fn okta_s_rules_hold_for_the_operations_that_they_name() {
        let exists = r#"{"errorSummary":"Api validation failed: login","errorCauses":[{"errorSummary":"login: An object with this field already exists"}]}"#;
        assert_eq!(classed(OKTA, Some(OperationName::CreateAccount), 400, &[], exists), Some(FaultClass::Conflict));
        assert_eq!(classed(OKTA, Some(OperationName::DeleteAccount), 404, &[], "{}"), Some(FaultClass::NotFound));
        assert_eq!(
            classed(OKTA, Some(OperationName::GetAccount), 404, &[("content-type", "text/html")], "<html>"),
            Some(FaultClass::Malformed)
        );
        assert_eq!(classed(OKTA, None, 429, &[], "{}"), Some(FaultClass::Throttled));
    }
}
