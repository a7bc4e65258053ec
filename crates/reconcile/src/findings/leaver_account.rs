//! `leaver_account`: the holder's employment ended, or an emergency says so, and the door is not shut; open invitations too. Critical; high if only an enforced,
//! shut IdP leads in.

use serde_json::json;
use usher_domain::account::Status;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::intent::{IntentSource, Says};
use usher_domain::person::PersonState;

use super::{Draft, last_seen};
use crate::graph::{Graph, InstanceView, Judged};

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        for account in instance.accounts.iter().filter(|a| a.lets_in()) {
            let Some(holder) = account.verdict.holder else { continue };
            let Some(person) = graph.person(holder) else { continue };
            let emergency = graph.intents_of(&person.id).any(|i| i.source == IntentSource::Emergency && i.in_effect(graph.now));
            if person.state != PersonState::Ended && !emergency {
                continue;
            }
            let intents: Vec<_> = graph.intents_of(&person.id).filter(|i| i.says == Says::NotHave).collect();
            let left = intents.iter().min_by_key(|i| i.source).map(|i| i.text.clone()).unwrap_or_else(|| "no longer employed".to_owned());
            let behind_shut_idp = only_a_shut_idp_leads_in(graph, instance, holder);
            let mut because = vec![left];
            because.extend(last_seen(account));
            because.push(match account.row.standing.status {
                Status::Invited => "an open invitation is a way in".to_owned(),
                Status::Unknown => {
                    format!("status {} is not known and counts as a way in", account.row.status_word.as_deref().unwrap_or("(none)"))
                }
                _ => format!("matched by {}", account.verdict.evidence.join(", ")),
            });
            if behind_shut_idp {
                because.push("the only way in is a company login that is shut already".to_owned());
            }
            because.extend(person.contradictions.iter().cloned());
            out.push(
                Draft {
                    rule: Rule::LeaverAccount,
                    severity: if behind_shut_idp { Severity::High } else { Severity::Critical },
                    instance: Some(&instance.name),
                    subject: &account.row.native_id,
                    account: Some(account),
                    accounts: vec![],
                    person: Some(person),
                    because,
                    intents: intents.iter().map(|i| i.id.clone()).collect(),
                    facts: json!({"person": person.id.0, "status": account.row.standing.status, "last_seen": account.row.last_seen.map(|t| t.day())}),
                }
                .finish(graph.now),
            );
        }
    }
}

/// Every way in is a company login, and this person's account there is shut (lifecycle.md §5).
fn only_a_shut_idp_leads_in(graph: &Graph, instance: &InstanceView, holder: u32) -> bool {
    !instance.policy.only_via.is_empty()
        && instance.policy.only_via.iter().all(|idp| {
            graph.instances.iter().find(|i| &i.name == idp).is_some_and(|i| {
                let mut own = i.accounts.iter().filter(|a| a.verdict.holder == Some(holder)).peekable();
                own.peek().is_some() && own.all(|a: &Judged| !a.lets_in())
            })
        })
}
