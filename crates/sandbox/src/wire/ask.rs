//! A request and an answer without the machinery of a web framework.

use axum::http::HeaderMap;
use serde_json::Value;

/// A request that arrived whole.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: String,
    /// Path as sent, percent signs and all.
    pub(crate) path: String,
    /// Query as sent; `None` where there is no question mark.
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Ask {
    /// A header as text, if it is there once and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The path as sent in its parts, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|s| !s.is_empty()).map(|s| decoded(s, false)).collect()
    }

    /// The pairs of the query, decoded, in order.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        pairs(self.query.as_deref().unwrap_or_default())
    }

    /// The first value of a key of the query. Keys are compared without case: tenants of SCIM send both.
    pub(crate) fn param(&self, key: &str) -> Option<String> {
        self.pairs().into_iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
    }

    /// Rewrites the query: `change` gets each decoded pair and says what it becomes, `None` to leave it out.
    pub(crate) fn rewrite(&mut self, change: impl Fn(&str, &str) -> Option<String>) -> bool {
        let Some(query) = &self.query else { return false };
        let kept: Vec<String> = query
            .split('&')
            .filter_map(|raw| match pairs(raw).into_iter().next() {
                Some((key, value)) => match change(&key, &value) {
                    Some(new) if new == value => Some(raw.to_owned()),
                    Some(new) => Some(format!("{}={new}", raw.split('=').next().unwrap_or_default())),
                    None => None,
                },
                None => Some(raw.to_owned()),
            })
            .collect();
        let kept = kept.join("&");
        let changed = kept != *query;
        self.query = Some(kept);
        changed
    }

    /// The address that this server has for the client: what `Host` says.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or("127.0.0.1"))
    }
}

/// The pairs of a query or a form.
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| {
            let (key, value) = p.split_once('=').unwrap_or((p, ""));
            (decoded(key, true), decoded(value, true))
        })
        .collect()
}

/// Percent-decoding; what is not a valid escape stays as it is. `plus`: a plus is a blank (forms and queries).
fn decoded(text: &str, plus: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = (*first == b'%').then(|| after.first_chunk::<2>()).flatten().and_then(|[high, low]| {
            let (high, low) = (char::from(*high).to_digit(16)?, char::from(*low).to_digit(16)?);
            u8::try_from(high * 16 + low).ok()
        });
        match (escaped, first) {
            (Some(byte), _) => {
                out.push(byte);
                rest = &after[2..];
            }
            (None, b'+') if plus => out.push(b' '),
            (None, byte) => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        Answer::typed(status, "application/json", body.to_string())
    }

    pub(crate) fn typed(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Ask {
        Ask { method: "GET".into(), path: "/v2/Users/a%20b".into(), query: Some(query.into()), headers: HeaderMap::new(), body: vec![] }
    }

    #[test]
    fn queries_are_decoded_and_rewritten_only_where_asked() {
        let mut ask = ask("filter=userName+eq+%22a%26b%22&startIndex=11&x");
        assert_eq!(ask.segments(), ["v2", "Users", "a b"]);
        assert_eq!(ask.param("FILTER").as_deref(), Some("userName eq \"a&b\""));
        assert!(ask.rewrite(|k, v| if k == "startIndex" { Some("1".into()) } else { Some(v.to_owned()) }));
        assert_eq!(ask.query.as_deref(), Some("filter=userName+eq+%22a%26b%22&startIndex=1&x"));
        assert!(ask.rewrite(|k, v| (k != "filter").then(|| v.to_owned())));
        assert_eq!(ask.query.as_deref(), Some("startIndex=1&x"));
        assert_eq!(decoded("100%&%zz%C3%A9", false), "100%&%zzé");
    }
}
