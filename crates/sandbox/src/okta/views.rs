//! Lists: filters, pages, links.

use std::ops::Bound;

use serde_json::{Value, json};

use super::error::Refusal;
use super::tenant::{Group, Status, Tenant, User, stamp};
use crate::filter::{Attribute, Filter, Op, parse};
use crate::wire::{Answer, Ask};

/// The most rows a page has, and what it has where the client does not say.
const ROWS: usize = 200;

/// `GET /api/v1/users`. Without `filter` or `search` users who are deactivated are left out.
pub(super) fn users(tenant: &Tenant, ask: &Ask) -> Result<Answer, Refusal> {
    let filter = ask.param("filter").map(|text| filter(&text)).transpose()?;
    let search = ask.param("search").map(|text| parse(&text).map_err(|e| Refusal::search(&e))).transpose()?;
    let prefix = ask.param("q").map(|q| q.to_lowercase());
    let narrowed = filter.is_some() || search.is_some();
    let wanted = |user: &User| {
        let shown = user.shown("");
        (narrowed || user.status != Status::Deprovisioned)
            && filter.as_ref().is_none_or(|f| f.matches(&shown))
            && search.as_ref().is_none_or(|f| f.matches(&shown))
            && prefix.as_ref().is_none_or(|q| {
                ["firstName", "lastName", "email"]
                    .iter()
                    .any(|n| shown["profile"][*n].as_str().is_some_and(|v| v.to_lowercase().starts_with(q)))
            })
    };
    page(ask, ask.param("q").map_or(ROWS, |_| 10), |after| {
        let rest = tenant.users.range((Bound::Excluded(after), Bound::Unbounded));
        Box::new(rest.filter(|(_, user)| wanted(user)).map(|(at, user)| (*at, user.shown(&ask.origin()))))
    })
}

/// `GET /api/v1/groups`
pub(super) fn groups(tenant: &Tenant, ask: &Ask) -> Result<Answer, Refusal> {
    page(ask, ROWS, |after| {
        let all = tenant.groups.iter().enumerate().map(|(n, group)| (n as u64 + 1, Group::shown(group)));
        Box::new(all.filter(move |(at, _)| *at > after))
    })
}

/// `GET /api/v1/groups/{id}/users`
pub(super) fn members(tenant: &Tenant, id: &str, ask: &Ask) -> Result<Answer, Refusal> {
    let group = tenant.groups.iter().find(|g| g.id == id).ok_or_else(|| Refusal::not_found(id, "Group"))?;
    page(ask, ROWS, |after| {
        let rest = group.members.range((Bound::Excluded(after), Bound::Unbounded));
        Box::new(rest.filter_map(|at| Some((*at, tenant.users.get(at)?.shown(&ask.origin())))))
    })
}

/// `GET /api/v1/logs`: the last sign-ins. Without `until` there is always a next link, for polling.
pub(super) fn logs(tenant: &Tenant, ask: &Ask) -> Result<Answer, Refusal> {
    let (since, until) = (ask.param("since"), ask.param("until"));
    let mut events: Vec<(String, &User)> = tenant.users.values().filter_map(|u| Some((stamp(u.last_login?), u))).collect();
    events.retain(|(at, _)| since.as_ref().is_none_or(|s| at >= s) && until.as_ref().is_none_or(|u| at < u));
    events.sort_by(|a, b| (&a.0, &a.1.id).cmp(&(&b.0, &b.1.id)));
    let last = events.len() as u64;
    let answer = page(ask, 100, |after| {
        Box::new(events.iter().enumerate().map(|(n, event)| (n as u64 + 1, event)).filter(move |(at, _)| *at > after).map(
            |(at, (published, user))| {
                (
                    at,
                    json!({"uuid": format!("{at:08x}-simulated"), "published": published, "eventType": "user.session.start",
                "actor": {"id": user.id, "type": "User", "alternateId": user.profile().get("login")},
                "outcome": {"result": "SUCCESS"}}),
                )
            },
        ))
    })?;
    let polls = until.is_none() && !answer.headers.iter().any(|(_, v)| v.ends_with("rel=\"next\""));
    Ok(if polls { answer.with("link", link(ask, last, "next")) } else { answer })
}

type Rows<'a> = Box<dyn Iterator<Item = (u64, Value)> + 'a>;

/// One page of rows behind a cursor, with the links that Okta sends: `self` always, `next` while there is more.
fn page<'a>(ask: &Ask, rows: usize, behind: impl FnOnce(u64) -> Rows<'a>) -> Result<Answer, Refusal> {
    let limit = match ask.param("limit").map(|l| l.parse::<usize>()) {
        None => rows,
        Some(Ok(limit @ 1..)) => limit.min(ROWS.max(rows)),
        Some(_) => return Err(Refusal::invalid("limit", "limit: must be a positive number")),
    };
    let after = match ask.param("after") {
        None => 0,
        Some(cursor) => unhidden(&cursor).ok_or_else(|| Refusal::invalid("after", "after: not a cursor of this list"))?,
    };
    let mut found: Vec<(u64, Value)> = behind(after).take(limit + 1).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|(at, _)| *at);
    let rows = found.into_iter().map(|(_, row)| row).collect();
    let own = format!("<{}{}>; rel=\"self\"", ask.origin(), with_query(ask, None));
    let answer = Answer::json(200, &Value::Array(rows)).with("link", own);
    Ok(match last.filter(|_| more) {
        Some(last) => answer.with("link", link(ask, last, "next")),
        None => answer,
    })
}

fn link(ask: &Ask, after: u64, rel: &str) -> String {
    format!("<{}{}>; rel=\"{rel}\"", ask.origin(), with_query(ask, Some(after)))
}

fn with_query(ask: &Ask, after: Option<u64>) -> String {
    let query = ask.query.as_deref().unwrap_or_default();
    let mut parts: Vec<String> = query.split('&').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    if let Some(after) = after {
        parts.retain(|p| !p.starts_with("after="));
        parts.insert(0, format!("after={}", hidden(after)));
    }
    if parts.is_empty() { ask.path.clone() } else { format!("{}?{}", ask.path, parts.join("&")) }
}

/// Cursors are opaque: nothing about them may be guessed.
fn hidden(at: u64) -> String {
    format!("200u{:016x}", at.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn unhidden(cursor: &str) -> Option<u64> {
    let at = u64::from_str_radix(cursor.strip_prefix("200u")?, 16).ok()?;
    // The inverse of the odd factor above modulo 2⁶⁴.
    Some(at.wrapping_mul(0xf1de_83e1_9937_733d))
}

/// `filter` takes few properties and only `eq`, except on `lastUpdated` (specification of listUsers).
fn filter(text: &str) -> Result<Filter, Refusal> {
    let filter = parse(text).map_err(|e| Refusal::search(&e))?;
    if supported(&filter) { Ok(filter) } else { Err(Refusal::search("a property or an operator is not supported by filter")) }
}

fn supported(filter: &Filter) -> bool {
    match filter {
        Filter::And(a, b) | Filter::Or(a, b) => supported(a) && supported(b),
        Filter::Compare(Attribute { urn: None, name, sub }, op, _) => match (name.as_str(), sub.as_deref()) {
            ("lastUpdated", None) => matches!(op, Op::Eq | Op::Gt | Op::Ge | Op::Lt | Op::Le),
            ("status" | "id", None) | ("profile", Some("login" | "email" | "firstName" | "lastName")) => *op == Op::Eq,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_what_it_was() {
        for at in [1, 2, 200, u64::MAX / 3] {
            assert_eq!(unhidden(&hidden(at)), Some(at));
        }
        assert_eq!(unhidden("7"), None);
    }
}
