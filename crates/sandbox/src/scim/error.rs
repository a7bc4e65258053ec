//! Errors as RFC 7644 §3.12 wants them: the status as text, and a `scimType` where the RFC has a word.

use serde_json::json;

use crate::wire::Answer;

pub(super) const JSON: &str = "application/scim+json";

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) kind: Option<&'static str>,
    pub(super) detail: String,
}

impl Refusal {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Refusal {
        Refusal { status, kind: None, detail: detail.into() }
    }

    /// 400 with a word of RFC 7644, table 9.
    pub(super) fn bad(kind: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal { status: 400, kind: Some(kind), detail: detail.into() }
    }

    pub(super) fn answer(&self) -> Answer {
        let mut body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": self.status.to_string(),
            "detail": self.detail});
        if let Some(kind) = self.kind {
            body["scimType"] = json!(kind);
        }
        let answer = Answer::typed(self.status, JSON, body.to_string());
        if self.status == 401 { answer.with("www-authenticate", "Bearer realm=\"usher sandbox\"") } else { answer }
    }
}
