//! `owner_left`: a service, shared, system or agent account without an active owner. High. The answer is a new owner, never deactivation.

use serde_json::json;
use usher_domain::account::Kind;
use usher_domain::finding::{Finding, Rule, Severity};

use super::Draft;
use crate::graph::Graph;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        for account in instance.accounts.iter().filter(|a| !a.kind.has_holder() && a.lets_in()) {
            // A system account is the vendor's; it needs an owner only once somebody named one.
            if account.kind == Kind::System && account.owners.is_empty() {
                continue;
            }
            if account.owners.iter().any(|owner| graph.can_own(owner)) {
                continue;
            }
            let because = if account.owners.is_empty() {
                "nobody is named as its owner".to_owned()
            } else {
                format!("its owners have left: {}", account.owners.join(", "))
            };
            out.push(
                Draft {
                    rule: Rule::OwnerLeft,
                    severity: Severity::High,
                    instance: Some(&instance.name),
                    subject: &account.row.native_id,
                    account: Some(account),
                    accounts: vec![],
                    person: None,
                    because: vec![because, "name a new owner and rotate its secrets; it is not switched off".to_owned()],
                    intents: vec![],
                    facts: json!({"owners": account.owners, "kind": account.kind}),
                }
                .finish(graph.now),
            );
        }
    }
}
