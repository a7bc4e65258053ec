//! `people_anomaly`: the people feed can't be right (rows shrink, mass ending, unknown status words). Critical, and it stops the lap
//! before any other finding.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::time::Time;

use super::Draft;
use crate::guard::{GuardVerdict, Outcome};

/// The finding of a people guard that tripped on this source.
pub fn anomaly(verdict: &GuardVerdict, now: Time) -> Option<Finding> {
    (verdict.outcome == Outcome::Tripped).then(|| {
        Draft {
            rule: Rule::PeopleAnomaly,
            severity: Severity::Critical,
            instance: Some(&verdict.instance),
            subject: &verdict.rule,
            account: None,
            accounts: vec![],
            person: None,
            because: vec![verdict.text.clone(), "everything stops until a person has looked at the file".to_owned()],
            intents: vec![],
            facts: json!({"rule": verdict.rule, "is": verdict.is, "limit": verdict.limit}),
        }
        .finish(now)
    })
}
