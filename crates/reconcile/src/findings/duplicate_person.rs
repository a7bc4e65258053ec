//! `duplicate_person`: two people share a strong key (employee number or address). Medium; a person joins them.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};

use super::{Draft, named};
use crate::graph::Graph;

/// Most people that are named.
const NAMED: usize = 4;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for (what, value, who) in graph.index.shared() {
        let people: Vec<_> = who.iter().filter_map(|p| graph.person(*p)).collect();
        let Some(first) = people.first() else { continue };
        let more = people.len().saturating_sub(NAMED);
        let mut names = people.iter().take(NAMED).map(|p| named(p)).collect::<Vec<_>>().join(" and ");
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        out.push(
            Draft {
                rule: Rule::DuplicatePerson,
                severity: Severity::Medium,
                instance: None,
                subject: &format!("{what} {value}"),
                account: None,
                accounts: vec![],
                person: Some(first),
                because: vec![format!("{names} share the {what} {value}")],
                intents: vec![],
                facts: json!({"people": people.iter().map(|p| p.id.0.clone()).collect::<Vec<_>>()}),
            }
            .finish(graph.now),
        );
    }
}
