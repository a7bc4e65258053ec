//! From an approved step to the one request that carries it out (RFC 7644 §3.3 to §3.6).
//!
//! PATCH is used unless the server says that it has none; then the whole resource is read and put back with one thing changed and
//! everything unknown kept (RFC 7644 §3.5.1). A 404 to a PUT is never read as "gone": the resource was just read.

use reqwest::Method;
use reqwest::header::{HeaderValue, IF_MATCH};
use serde_json::{Map, Value, json};
use std::sync::atomic::Ordering;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::plan::{Opening, Step};

use super::names::{self, CORE, ENTERPRISE, MEDIA, NAME, PATCH_OP, USER, WORK};
use super::{Found, Scim};
use crate::connector::Budget;
use crate::fault::{Fault, FaultClass};
use crate::target::{self, native_id, unsupported};
use crate::wire::{Allowance, Request};

/// One attribute with its new value; `Null` takes it away.
type Change = (Path, Value);

/// Where an attribute stands in a resource.
#[derive(Debug, Clone, PartialEq)]
enum Path {
    Core(String),
    Name(String),
    Enterprise(String),
}

pub(super) async fn render(scim: &Scim, step: &Step, opening: &Opening) -> Result<Request, Fault> {
    let allowance = &mut Allowance::from(Budget::default());
    match step.action.as_str() {
        "deactivate_account" | "suspend_account" => changed(scim, native_id(step, opening)?, &[active(false)], None, allowance).await,
        "reactivate_account" => changed(scim, native_id(step, opening)?, &[active(true)], None, allowance).await,
        "update_account" => {
            let wanted = target::wanted(opening);
            let email = wanted.get("email").cloned();
            changed(scim, native_id(step, opening)?, &changes(step, &wanted)?, email.as_ref(), allowance).await
        }
        "create_account" | "invite_account" => Ok(body(scim, Method::POST, &["Users"], &created(step, opening)?)),
        "delete_account" => Ok(scim.request(Method::DELETE, &["Users", native_id(step, opening)?], &[])),
        "grant" | "revoke" => membership(scim, step, opening),
        _ => Err(unsupported(step, "SCIM has no such operation")),
    }
}

fn active(value: bool) -> Change {
    (Path::Core("active".into()), value.into())
}

fn body(scim: &Scim, method: Method, segments: &[&str], body: &Value) -> Request {
    scim.request(method, segments, &[]).body(MEDIA, body.to_string().into_bytes())
}

/// A changed user, by PATCH or by PUT. An address changes inside the list of all addresses, so the user is read for it.
async fn changed(scim: &Scim, id: &str, changes: &[Change], email: Option<&Value>, allowance: &mut Allowance) -> Result<Request, Fault> {
    let abilities = scim.abilities(allowance).await?.clone();
    let by_patch = abilities.patch.unwrap_or(true) && !scim.patch_refused.load(Ordering::Relaxed);
    let mut changes = changes.to_vec();
    let current = if by_patch && email.is_none() { None } else { Some(present(scim, id, allowance).await?) };
    if let (Some(email), Some(current)) = (email, &current) {
        changes.push((Path::Core("emails".into()), emails(&current.resource, email)));
    }
    let request = match &current {
        Some(current) if !by_patch => body(scim, Method::PUT, &["Users", id], &whole(&current.resource, &changes)),
        _ => body(scim, Method::PATCH, &["Users", id], &patch(&changes)),
    };
    // RFC 7644 §3.14; only where the server says that it has versions, since some refuse the header.
    let etag = current.and_then(|c| c.etag).filter(|_| abilities.etag == Some(true)).and_then(|e| HeaderValue::from_str(&e).ok());
    Ok(match etag {
        Some(etag) => request.header(IF_MATCH, etag),
        None => request,
    })
}

async fn present(scim: &Scim, id: &str, allowance: &mut Allowance) -> Result<Found, Fault> {
    scim.find("Users", id, allowance).await?.ok_or_else(|| {
        let message =
            Diagnostic::new("SCIM-006", "the account is not there", format!("Users/{id}: it was read before it is written, and is gone"));
        Fault::new(FaultClass::NotFound, message)
    })
}

fn patch(changes: &[Change]) -> Value {
    let operations: Vec<Value> = changes
        .iter()
        .map(|(path, value)| {
            let path = match path {
                Path::Core(name) => name.clone(),
                Path::Name(part) => format!("name.{part}"),
                Path::Enterprise(name) => format!("{ENTERPRISE}:{name}"),
            };
            if value.is_null() { json!({"op": "remove", "path": path}) } else { json!({"op": "replace", "path": path, "value": value}) }
        })
        .collect();
    json!({"schemas": [PATCH_OP], "Operations": operations})
}

/// The resource as it was read, with these changes; everything else as it came, also what nobody here knows.
fn whole(resource: &Value, changes: &[Change]) -> Value {
    let mut map = resource.as_object().cloned().unwrap_or_default();
    for (path, value) in changes {
        set_path(&mut map, path, value.clone());
    }
    Value::Object(map)
}

fn set_path(map: &mut Map<String, Value>, path: &Path, value: Value) {
    match path {
        Path::Core(name) => set(map, name, value),
        Path::Name(part) => set_inner(map, "name", part, value),
        Path::Enterprise(name) => {
            set_inner(map, ENTERPRISE, name, value);
            let mut schemas = names::list(map, "schemas").to_vec();
            if !schemas.iter().any(|s| s.as_str().is_some_and(|s| s.eq_ignore_ascii_case(ENTERPRISE))) {
                schemas.push(ENTERPRISE.into());
                set(map, "schemas", Value::Array(schemas));
            }
        }
    }
}

/// Sets a member of the object under this name, which is made if it isn't there.
fn set_inner(map: &mut Map<String, Value>, outer: &str, name: &str, value: Value) {
    let mut object = names::get(map, outer).and_then(Value::as_object).cloned().unwrap_or_default();
    set(&mut object, name, value);
    set(map, outer, Value::Object(object));
}

/// Sets a member under the spelling that the server used.
fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    let key = map.keys().find(|k| k.eq_ignore_ascii_case(name)).cloned();
    match (key, value.is_null()) {
        (Some(key), true) => drop(map.shift_remove(&key)),
        (None, true) => {}
        (key, false) => drop(map.insert(key.unwrap_or_else(|| name.to_owned()), value)),
    }
}

/// All addresses with the one of work replaced: that of type `work`, else the primary one, else a new one.
fn emails(resource: &Value, email: &Value) -> Value {
    let mut list: Vec<Value> = resource.as_object().map(|map| names::list(map, "emails").to_vec()).unwrap_or_default();
    let of = |test: &dyn Fn(&Map<String, Value>) -> bool, list: &[Value]| list.iter().position(|e| e.as_object().is_some_and(test));
    let work = |e: &Map<String, Value>| names::text(e, "type").is_some_and(|t| t.eq_ignore_ascii_case("work"));
    let primary = |e: &Map<String, Value>| names::get(e, "primary").and_then(names::truth).is_some_and(|(p, _)| p);
    let at = of(&work, &list).or_else(|| of(&primary, &list));
    match (at.and_then(|at| list.get_mut(at)).and_then(Value::as_object_mut), email.is_null()) {
        (Some(entry), false) => set(entry, "value", email.clone()),
        (Some(_), true) => drop(at.map(|at| list.remove(at))),
        (None, false) => {
            list.push(json!({"value": email, "type": "work", "primary": !list.iter().any(|e| e.as_object().is_some_and(primary))}))
        }
        (None, true) => {}
    }
    Value::Array(list)
}

/// Attributes under usher's names as SCIM's; `email` is left to [`emails`].
fn changes(step: &Step, wanted: &Map<String, Value>) -> Result<Vec<Change>, Fault> {
    let mut changes = Vec::new();
    for (name, value) in wanted.iter().filter(|(name, _)| *name != "email") {
        let path = match name.strip_prefix("name.") {
            Some(part) if NAME.contains(&part) => Path::Name(part.to_owned()),
            _ if name == "userName" || CORE.contains(&name.as_str()) => Path::Core(name.clone()),
            _ if WORK.contains(&name.as_str()) || name == "manager" => Path::Enterprise(name.clone()),
            _ if name == "roles" => Path::Core(name.clone()),
            _ => return Err(unsupported(step, &format!("SCIM has no attribute `{name}` that usher may write"))),
        };
        let value = match (name.as_str(), value) {
            ("manager", Value::String(id)) => json!({"value": id}),
            ("roles", Value::Array(roles)) => roles.iter().map(|role| json!({"value": role})).collect(),
            _ => value.clone(),
        };
        changes.push((path, value));
    }
    Ok(changes)
}

/// A new user. It is active unless the step wants it otherwise.
fn created(step: &Step, opening: &Opening) -> Result<Value, Fault> {
    let mut wanted = target::wanted(opening);
    if !wanted.contains_key("userName")
        && let Some(login) = opening.user_name()
    {
        wanted.insert("userName".into(), login.into());
    }
    if wanted.get("userName").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(unsupported(step, "a new user needs `userName` (RFC 7643 §4.1.1)"));
    }
    let inactive = opening.after().get("status").and_then(Value::as_str).is_some_and(|s| matches!(s, "suspended" | "deactivated"));
    let mut map = Map::new();
    map.insert("schemas".into(), json!([USER]));
    for (path, value) in changes(step, &wanted)? {
        set_path(&mut map, &path, value);
    }
    map.insert("active".into(), (!inactive).into());
    if let Some(email) = wanted.get("email").filter(|e| !e.is_null()) {
        map.insert("emails".into(), json!([{"value": email, "type": "work", "primary": true}]));
    }
    Ok(Value::Object(map))
}

/// In or out of a group. The removal names its member in the path: with a value list alone, one reading of RFC 7644 empties the group.
fn membership(scim: &Scim, step: &Step, opening: &Opening) -> Result<Request, Fault> {
    let id = native_id(step, opening)?;
    let group =
        target::entitlement(opening).filter(|e| e.kind == "group").ok_or_else(|| unsupported(step, "SCIM grants and revokes groups"))?;
    let operation = if step.action == "grant" {
        json!({"op": "add", "path": "members", "value": [{"value": id}]})
    } else {
        json!({"op": "remove", "path": format!("members[value eq {}]", Value::from(id))})
    };
    Ok(body(scim, Method::PATCH, &["Groups", &group.id], &json!({"schemas": [PATCH_OP], "Operations": [operation]})))
}
