//! What `doctor` and `connect` want to know: do the credentials work, what can the server do, what is it like.

use serde_json::Value;

use super::{Scim, list, map, names, wrong};
use crate::connector::{Budget, CheckReport};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// A login that nobody has: a server that finds somebody ignores filters.
const NOBODY: &str = "usher-check-nobody-b3f1";

pub(super) async fn check(scim: &Scim) -> Result<CheckReport, Fault> {
    let mut allowance = Allowance::from(Budget::default());
    let mut report = CheckReport::default();
    users(scim, &mut allowance, &mut report).await?;
    described(scim, &mut allowance, &mut report).await?;
    filter(scim, &mut allowance, &mut report).await?;
    groups(scim, &mut allowance, &mut report).await?;
    identity(scim, &mut allowance, &mut report).await;
    Ok(report)
}

/// The one thing that must work.
async fn users(scim: &Scim, allowance: &mut Allowance, report: &mut CheckReport) -> Result<(), Fault> {
    let paged = [("startIndex", "1".to_owned()), ("count", "2".to_owned())];
    let answer = match scim.get(&["Users"], &paged, allowance).await {
        Err(fault) if matches!(fault.class, FaultClass::Conflict | FaultClass::Unsupported) => {
            report.warnings.push("`startIndex` and `count` are refused: the list comes as the app likes".to_owned());
            scim.get(&["Users"], &[], allowance).await?
        }
        Err(fault) if fault.class == FaultClass::NotFound => {
            let mut fault = fault;
            fault.message = fault.message.hint("base_url is the address that /Users follows, often ending in /scim/v2");
            return Err(fault);
        }
        other => other?,
    };
    let page = list::page(answer.json()?).ok_or_else(|| wrong(&answer, "this is not a list (RFC 7644 §3.4.2)"))?;
    match page.total {
        Some(total) => report.good.push(format!("users can be read; the app states {total}")),
        None => {
            report.good.push("users can be read".to_owned());
            report.warnings.push("the app states no total: only an empty page ends its list".to_owned());
        }
    }
    if page.rows.len() > 2 {
        report.warnings.push("`count` is ignored: pages are as long as the app likes".to_owned());
    }
    let mut quirks = map::Quirks::new();
    for row in &page.rows {
        if let Err(why) = map::account(row, &mut quirks) {
            report.warnings.push(format!("a user can't be read: {why}"));
        }
    }
    report.warnings.extend(quirks.into_iter().map(str::to_owned));
    Ok(())
}

async fn described(scim: &Scim, allowance: &mut Allowance, report: &mut CheckReport) -> Result<(), Fault> {
    let abilities = scim.abilities(allowance).await?;
    if abilities.described {
        report.good.push(format!("the app says: {}", abilities.line()));
    } else {
        report.warnings.push("no /ServiceProviderConfig: PATCH is assumed".to_owned());
    }
    if abilities.patch == Some(false) {
        report.warnings.push("no PATCH: changes are written by reading the user and putting it back whole".to_owned());
    }
    for (path, what) in [("ResourceTypes", "which resources it has"), ("Schemas", "which attributes it has")] {
        match scim.get(&[path], &[], allowance).await {
            Ok(answer) if answer.json().is_ok() => report.good.push(format!("the app says {what}")),
            Err(fault) if matches!(fault.class, FaultClass::Transient | FaultClass::Throttled) => return Err(fault),
            _ => report.warnings.push(format!("no /{path}: the app does not say {what}")),
        }
    }
    Ok(())
}

async fn filter(scim: &Scim, allowance: &mut Allowance, report: &mut CheckReport) -> Result<(), Fault> {
    let query = [("filter", format!("userName eq {}", Value::from(NOBODY))), ("startIndex", "1".to_owned()), ("count", "1".to_owned())];
    match scim.get(&["Users"], &query, allowance).await {
        Ok(answer) => match answer.json().ok().and_then(list::page) {
            Some(page) if page.rows.is_empty() => report.good.push("filters work".to_owned()),
            Some(_) => report.warnings.push("filters are ignored: a new account is looked for in the whole list".to_owned()),
            None => report.warnings.push("a filter is answered with something that is no list".to_owned()),
        },
        Err(fault) if matches!(fault.class, FaultClass::Transient | FaultClass::Throttled | FaultClass::Denied) => return Err(fault),
        Err(_) => report.warnings.push("filters are refused: a new account is looked for in the whole list".to_owned()),
    }
    Ok(())
}

async fn groups(scim: &Scim, allowance: &mut Allowance, report: &mut CheckReport) -> Result<(), Fault> {
    let query = [("startIndex", "1".to_owned()), ("count", "1".to_owned()), ("excludedAttributes", "members".to_owned())];
    match scim.get(&["Groups"], &query, allowance).await {
        Ok(answer) => match answer.json().ok().and_then(list::page) {
            Some(page) => {
                report.good.push(page.total.map_or("groups can be read".to_owned(), |t| format!("groups can be read; the app states {t}")))
            }
            None => report.warnings.push("/Groups is answered with something that is no list".to_owned()),
        },
        Err(fault) if matches!(fault.class, FaultClass::Transient | FaultClass::Throttled) => return Err(fault),
        Err(fault) => report.warnings.push(format!("groups can't be read ({})", fault.message.summary)),
    }
    Ok(())
}

/// RFC 7644 §3.11. Most servers don't have it, and a token need not be anybody's.
async fn identity(scim: &Scim, allowance: &mut Allowance, report: &mut CheckReport) {
    let me = scim.get(&["Me"], &[], allowance).await.ok().and_then(|answer| answer.json().ok());
    report.identity =
        me.as_ref().and_then(Value::as_object).and_then(|map| names::text(map, "userName").or_else(|| names::text(map, "id")));
    if report.identity.is_none() {
        let warning = "the app does not say whose token this is: name the account under guards.protected, if it has one";
        report.warnings.push(warning.to_owned());
    }
}
