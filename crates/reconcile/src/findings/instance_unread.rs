//! `instance_unread`: no usable snapshot within `max_age`, or none at all. High, because absence proves nothing there.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};

use super::Draft;
use crate::graph::Graph;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        let because = match &instance.snapshot {
            None => instance.failed.clone().unwrap_or_else(|| "it was never read".to_owned()),
            Some(s) if graph.now.seconds_since(s.as_of) > instance.policy.max_age => {
                let hours = graph.now.seconds_since(s.as_of) / 3600;
                let old = format!("its newest read is {hours} h old, the limit is {} h", instance.policy.max_age / 3600);
                instance.failed.as_ref().map_or(old.clone(), |why| format!("{old}; the last try failed: {why}"))
            }
            Some(s) if !s.complete() => {
                format!("its newest read is incomplete: {}", s.gaps.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
            Some(_) => continue,
        };
        out.push(
            Draft {
                rule: Rule::InstanceUnread,
                severity: Severity::High,
                instance: Some(&instance.name),
                subject: &instance.name,
                account: None,
                accounts: vec![],
                person: None,
                because: vec![because, format!("nothing is concluded from who is absent: usher read {}", instance.name)],
                intents: vec![],
                facts: json!({"never": instance.snapshot.is_none()}),
            }
            .finish(graph.now),
        );
    }
}
