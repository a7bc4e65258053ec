//! `disputed_account`: definite keys name different people, or one value names several, or it had another owner. High, and no step from
//! any rule; counts in every status but `deleted`.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::link::Situation;

use super::{Draft, named};
use crate::graph::Graph;

/// Most candidates that are named.
const NAMED: usize = 5;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        for account in instance.accounts.iter().filter(|a| a.verdict.situation == Situation::Disputed) {
            let people: Vec<_> = account.verdict.candidates.iter().filter_map(|c| graph.person(*c)).collect();
            let more = people.len().saturating_sub(NAMED);
            let mut who = people.iter().take(NAMED).map(|p| named(p)).collect::<Vec<_>>().join(" and ");
            if more > 0 {
                who.push_str(&format!(" and {more} more"));
            }
            let mut because = vec![format!("could belong to {who}")];
            because.extend(account.verdict.evidence.iter().map(|e| format!("by {e}")));
            out.push(
                Draft {
                    rule: Rule::DisputedAccount,
                    severity: Severity::High,
                    instance: Some(&instance.name),
                    subject: &account.row.native_id,
                    account: Some(account),
                    accounts: vec![],
                    person: None,
                    because,
                    intents: vec![],
                    facts: json!({"people": people.iter().map(|p| p.id.0.clone()).collect::<Vec<_>>(), "status": account.row.standing.status}),
                }
                .finish(graph.now),
            );
        }
    }
}
