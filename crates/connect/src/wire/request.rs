//! A request before it leaves, and what came back.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;
use usher_domain::diagnostic::Diagnostic;

use crate::fault::{Fault, FaultClass};
use crate::secrets::Secret;

/// A request without its credentials: those are added right before it leaves, each time anew.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Body>,
    /// Values in it that no message may show (a first password).
    pub(crate) secrets: Vec<Secret>,
}

/// What travels in a request, with what it is.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Request { method, url, headers: HeaderMap::new(), body: None, secrets: Vec::new() }
    }

    #[cfg(test)]
    pub(crate) fn get(url: Url) -> Self {
        Request::new(Method::GET, url)
    }

    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    #[must_use]
    pub(crate) fn body(mut self, content_type: &'static str, bytes: Vec<u8>) -> Self {
        self.body = Some(Body { content_type, bytes });
        self
    }

    /// Path and query exactly as they travel, as a signature covers them.
    pub(crate) fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// How messages call it: method, host and path. Queries may hold personal text or tokens and stay out.
    pub(crate) fn label(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port().map(|p| format!(":{p}")).unwrap_or_default();
        format!("{} {host}{port}{}", self.method, self.url.path())
    }
}

/// An answer, whole and not yet believed.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How messages call the request.
    pub(crate) label: String,
}

impl Answer {
    pub(crate) fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A web page instead of data: an HTML type, or a body that begins like one.
    pub(crate) fn is_html(&self) -> bool {
        let typed = self.header("content-type").is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/html"));
        let start = self.body.trim_ascii_start();
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        let begins = |tag: &[u8]| start.len() >= tag.len() && start[..tag.len()].eq_ignore_ascii_case(tag);
        begins(b"<!doctype html") || begins(b"<html") || (typed && begins(b"<"))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// Malformed for a web page, an empty body and text that is not JSON, each said as what it is.
    pub(crate) fn json(&self) -> Result<Value, Fault> {
        if self.is_html() {
            return Err(web_page(&self.label, &self.body));
        }
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        if body.trim_ascii().is_empty() {
            let detail = format!("{}: status {} with an empty body", self.label, self.status);
            return Err(Fault::new(FaultClass::Malformed, Diagnostic::new("WIRE-006", "the app answered nothing", detail)));
        }
        serde_json::from_slice(body).map_err(|e| {
            let detail = format!("{}: status {}, not JSON: {e}", self.label, self.status);
            Fault::new(FaultClass::Malformed, Diagnostic::new("WIRE-007", "the app's answer can't be read", detail))
        })
    }
}

/// A web page where data was expected (fault-kinds.md 1: never a fact).
fn web_page(label: &str, body: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    let sign_in = ["password", "sign in", "sign-in", "signin", "log in", "login"].iter().any(|w| text.contains(w));
    let (class, what) = if sign_in { (FaultClass::Denied, "a sign-in page") } else { (FaultClass::Malformed, "a web page") };
    let detail = format!("{label}: {what} came instead of data");
    Fault::new(
        class,
        Diagnostic::new("WIRE-005", "the app answered a web page", detail).hint("check the address and the credentials of this instance"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str, body: &str) -> Answer {
        let headers = [(HeaderName::from_static("content-type"), content_type.parse().unwrap())].into_iter().collect();
        Answer { status: 200, headers, body: body.into(), label: "GET x/Users".into() }
    }

    #[test]
    fn a_web_page_under_200_is_never_data() {
        for (content_type, body, class) in [
            ("text/html", "<!DOCTYPE html><title>Maintenance</title>", FaultClass::Malformed),
            ("application/json", "\u{feff} <html><form>Password</form>", FaultClass::Denied),
            ("text/html; charset=utf-8", "<div>Sign in</div>", FaultClass::Denied),
        ] {
            let fault = answer(content_type, body).json().unwrap_err();
            assert_eq!((fault.class, fault.message.code), (class, "WIRE-005"), "{body}");
        }
        assert_eq!(answer("text/html", "[]").json().unwrap(), serde_json::json!([]), "JSON under a wrong type is still JSON");
        assert_eq!(answer("application/json", " \n").json().unwrap_err().message.code, "WIRE-006");
        assert_eq!(answer("application/json", "{\"a\":").json().unwrap_err().message.code, "WIRE-007");
    }

    #[test]
    fn a_label_shows_no_query() {
        let request = Request::get("https://h.example/a/b?token=s3cret".parse().unwrap());
        assert_eq!((request.label(), request.target()), ("GET h.example/a/b".into(), "/a/b?token=s3cret".into()));
    }
}
