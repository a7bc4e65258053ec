//! `instance_unread`: no usable snapshot within `max_age`, or none at all. High, because absence proves nothing there.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::snapshot::Snapshot;
use usher_domain::time::Time;

use super::Draft;
use crate::graph::Graph;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        out.extend(unread(&instance.name, instance.snapshot.as_ref(), instance.failed.as_deref(), instance.policy.max_age, graph.now));
    }
}

/// Judges the newest read of one instance, or of one source of people. `max_age` is in seconds.
pub fn unread(name: &str, snapshot: Option<&Snapshot>, failed: Option<&str>, max_age: i64, now: Time) -> Option<Finding> {
    let because = match snapshot {
        None => failed.unwrap_or("it was never read").to_owned(),
        Some(s) if now.seconds_since(s.as_of) > max_age => {
            let old = format!("what it shows is of {}, the limit is {}", long(now.seconds_since(s.as_of)) + " ago", long(max_age));
            failed.map_or(old.clone(), |why| format!("{old}; the last try failed: {why}"))
        }
        Some(s) if !s.complete() => {
            format!("its newest read is incomplete: {}", s.gaps.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        Some(_) => return None,
    };
    Some(
        Draft {
            rule: Rule::InstanceUnread,
            severity: Severity::High,
            instance: Some(name),
            subject: name,
            account: None,
            accounts: vec![],
            person: None,
            because: vec![because, format!("nothing is concluded from who is absent: usher read {name}")],
            intents: vec![],
            facts: json!({"never": snapshot.is_none()}),
        }
        .finish(now),
    )
}

fn long(seconds: i64) -> String {
    if seconds >= 3 * 86_400 { format!("{} days", seconds / 86_400) } else { format!("{} h", seconds / 3600) }
}
