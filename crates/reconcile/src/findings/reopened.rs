//! `reopened`: shut by usher, open again, and nobody says that it should be. Critical.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::intent::Says;
use usher_domain::person::PersonState;

use super::Draft;
use crate::graph::Graph;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        for account in instance.accounts.iter().filter(|a| a.lets_in()) {
            let key = (instance.name.clone(), account.row.native_id.clone());
            let Some(shut_at) = graph.shut.get(&key).copied() else { continue };
            // A read from before can't show what happened since.
            if instance.snapshot.as_ref().is_none_or(|s| s.as_of <= shut_at) {
                continue;
            }
            let person = account.verdict.holder.and_then(|h| graph.person(h));
            let wanted = person.is_some_and(|p| {
                p.state != PersonState::Ended
                    && graph.intents_of(&p.id).any(|i| i.says == Says::Have && i.about.instance.as_deref() == Some(&instance.name))
            });
            if wanted {
                continue;
            }
            out.push(
                Draft {
                    rule: Rule::Reopened,
                    severity: Severity::Critical,
                    instance: Some(&instance.name),
                    subject: &account.row.native_id,
                    account: Some(account),
                    accounts: vec![],
                    person,
                    because: vec![format!("usher shut it, confirmed {}; it is open again and no intent says so", shut_at.day())],
                    intents: vec![],
                    facts: json!({"shut": shut_at.day(), "status": account.row.standing.status}),
                }
                .finish(graph.now),
            );
        }
    }
}
