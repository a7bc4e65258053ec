//! `missing_account`: an intent says that a person should have an account, and a read that would have shown it does not. High on the
//! first day, else medium. Not in an instance where accounts appear at the first sign-in.

use std::collections::HashSet;

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::intent::Says;
use usher_domain::person::PersonState;

use super::Draft;
use crate::graph::Graph;

/// "Day one" in seconds after the intent took effect.
const DAY_ONE: i64 = 86_400;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        // Absence needs proof (invariant 4).
        if instance.policy.just_in_time || !instance.snapshot.as_ref().is_some_and(usher_domain::snapshot::Snapshot::proves_absence) {
            continue;
        }
        let holders: HashSet<_> = instance.accounts.iter().filter_map(|a| graph.person(a.verdict.holder?)).map(|p| &p.id).collect();
        let maybe: HashSet<_> =
            instance.accounts.iter().flat_map(|a| &a.verdict.candidates).filter_map(|c| graph.person(*c)).map(|p| &p.id).collect();
        for intent in graph.intents().iter().filter(|i| i.says == Says::Have && i.about.instance.as_deref() == Some(&instance.name)) {
            let due = intent.effective_from <= graph.now && intent.effective_to.is_none_or(|to| to > graph.now);
            // Who may already have one that nobody linked yet is asked about first, not given a second.
            if !due || holders.contains(&intent.about.person) || maybe.contains(&intent.about.person) {
                continue;
            }
            let Some(person) = graph.person_by_id(&intent.about.person) else { continue };
            if matches!(person.state, PersonState::Ended | PersonState::Unknown) {
                continue;
            }
            let first_day = graph.now.seconds_since(intent.effective_from) < DAY_ONE;
            out.push(
                Draft {
                    rule: Rule::MissingAccount,
                    severity: if first_day { Severity::High } else { Severity::Medium },
                    instance: Some(&instance.name),
                    subject: &person.id.0,
                    account: None,
                    accounts: vec![],
                    person: Some(person),
                    because: vec![intent.text.clone(), "no account of theirs in a complete read".to_owned()],
                    intents: vec![intent.id.clone()],
                    facts: json!({"intent": intent.id}),
                }
                .finish(graph.now),
            );
        }
    }
}
