//! `duplicate_account`: one person holds two accounts of one purpose in one instance. Medium; one finding a person and instance, in
//! every status but `deleted`.

use std::collections::BTreeMap;

use serde_json::json;
use usher_domain::finding::{AccountRef, Finding, Rule, Severity};

use super::Draft;
use crate::graph::{Graph, Judged};

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        let mut held: BTreeMap<u32, BTreeMap<&str, Vec<&Judged>>> = BTreeMap::new();
        for account in &instance.accounts {
            if let Some(holder) = account.verdict.holder {
                held.entry(holder).or_default().entry(&account.purpose).or_default().push(account);
            }
        }
        for (holder, by_purpose) in held {
            let twice: Vec<&Judged> = by_purpose.into_values().filter(|a| a.len() > 1).flatten().collect();
            let (Some(person), false) = (graph.person(holder), twice.is_empty()) else { continue };
            let mut accounts: Vec<_> = twice.iter().map(|a| AccountRef::of(&a.row)).collect();
            accounts.sort();
            let labels = accounts.iter().map(|a| a.label()).collect::<Vec<_>>().join(", ");
            out.push(
                Draft {
                    rule: Rule::DuplicateAccount,
                    severity: Severity::Medium,
                    instance: Some(&instance.name),
                    subject: &person.id.0,
                    account: None,
                    because: vec![format!("{} accounts of one person: {labels}", accounts.len())],
                    intents: vec![],
                    facts: json!({"accounts": accounts.iter().map(|a| a.native_id.clone()).collect::<Vec<_>>()}),
                    accounts,
                    person: Some(person),
                }
                .finish(graph.now),
            );
        }
    }
}
