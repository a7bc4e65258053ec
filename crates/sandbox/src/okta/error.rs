//! Errors in Okta's form. Codes and summaries are those of the published specification where it has them
//! (`E0000001`, `E0000006`, `E0000007`, `E0000011`, `E0000031`, `E0000047`); the rest is recalled and says `recalled`.

use serde_json::json;

use crate::wire::Answer;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) summary: String,
    pub(super) causes: Vec<String>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, summary: impl Into<String>) -> Refusal {
        Refusal { status, code, summary: summary.into(), causes: Vec::new() }
    }

    /// 400: what was sent is not right. `about` is the field or the operation.
    pub(super) fn invalid(about: &str, cause: impl Into<String>) -> Refusal {
        Refusal { causes: vec![cause.into()], ..Refusal::new(400, "E0000001", format!("Api validation failed: {about}")) }
    }

    pub(super) fn not_found(what: &str, kind: &str) -> Refusal {
        Refusal::new(404, "E0000007", format!("Not found: Resource not found: {what} ({kind})"))
    }

    pub(super) fn token() -> Refusal {
        Refusal::new(401, "E0000011", "Invalid token provided")
    }

    pub(super) fn denied() -> Refusal {
        Refusal::new(403, "E0000006", "You do not have permission to perform the requested action")
    }

    pub(super) fn search(why: &str) -> Refusal {
        Refusal { causes: vec![why.to_owned()], ..Refusal::new(400, "E0000031", "Invalid search criteria.") }
    }

    pub(super) fn too_many() -> Refusal {
        Refusal::new(429, "E0000047", "API call exceeded rate limit due to too many requests.")
    }

    /// 403 with `E0000016` (recalled): a change of state that the state does not allow.
    pub(super) fn state(summary: &str) -> Refusal {
        Refusal::new(403, "E0000016", summary)
    }

    /// 403 with `E0000032` (recalled).
    pub(super) fn not_locked() -> Refusal {
        Refusal::new(403, "E0000032", "Unlock is not allowed for this user.")
    }

    pub(super) fn method() -> Refusal {
        Refusal::new(405, "E0000022", "The endpoint does not support the provided HTTP method")
    }

    pub(super) fn answer(&self) -> Answer {
        let causes: Vec<_> = self.causes.iter().map(|c| json!({"errorSummary": c})).collect();
        Answer::json(
            self.status,
            &json!({"errorCode": self.code, "errorSummary": self.summary, "errorLink": self.code, "errorId": "oae-simulated", "errorCauses": causes}),
        )
    }
}
