//! `unmatched_account`: a human or guest account whose door is not shut, of nobody, not classified. High if privileged, else medium.

use serde_json::json;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::link::Situation;

use super::{Draft, last_seen, named};
use crate::graph::{Graph, Judged};

/// Most candidates that are named in a reason.
const NAMED: usize = 3;

pub(super) fn find(graph: &Graph, out: &mut Vec<Finding>) {
    for instance in &graph.instances {
        for account in instance.accounts.iter().filter(|a| a.kind.has_holder() && !a.classified && a.lets_in()) {
            if !matches!(account.verdict.situation, Situation::Unmatched | Situation::Unlinked) {
                continue;
            }
            let mut because = vec![why(account)];
            because.extend(last_seen(account));
            let candidates: Vec<_> = account.verdict.candidates.iter().filter_map(|c| graph.person(*c)).map(named).collect();
            if !candidates.is_empty() {
                let more = candidates.len().saturating_sub(NAMED);
                let shown = candidates.iter().take(NAMED).cloned().collect::<Vec<_>>().join(" or ");
                let rest = if more > 0 { format!(" or {more} more") } else { String::new() };
                because.push(format!("a hint, not a match: it may be {shown}{rest} ({})", account.verdict.evidence.join(", ")));
            }
            out.push(
                Draft {
                    rule: Rule::UnmatchedAccount,
                    severity: if account.purpose == "privileged" { Severity::High } else { Severity::Medium },
                    instance: Some(&instance.name),
                    subject: &account.row.native_id,
                    account: Some(account),
                    accounts: vec![],
                    person: None,
                    because,
                    intents: vec![],
                    facts: json!({"status": account.row.standing.status, "last_seen": account.row.last_seen.map(|t| t.day()), "purpose": account.purpose}),
                }
                .finish(graph.now),
            );
        }
    }
}

fn why(account: &Judged) -> String {
    if account.verdict.situation == Situation::Unmatched
        && let Some(said) = account.verdict.evidence.first()
    {
        return said.clone();
    }
    if let (Situation::Unlinked, Some(address)) = (account.verdict.situation, &account.verdict.outside) {
        return format!("{address} proves nobody: its domain is not among the company's (`domains` in usher.yaml)");
    }
    let number = account.row.employee_number.as_deref().map(str::trim).filter(|n| !n.is_empty());
    match (number, account.row.email()) {
        (Some(n), Some(e)) => format!("nobody has the employee number {n} or the address {e}"),
        (Some(n), None) => format!("nobody has the employee number {n}, and it has no e-mail address"),
        (None, Some(e)) => format!("nobody has the address {e}"),
        (None, None) => "it has no e-mail address and no employee number, so it can't be judged by them".to_owned(),
    }
}
