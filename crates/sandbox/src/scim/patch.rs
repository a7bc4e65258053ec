//! PATCH (RFC 7644 §3.5.2), with the forms that identity providers really send.

use serde_json::{Map, Value};

use super::error::Refusal;
use super::schema::{self, Attr, ENTERPRISE, Kind, Mutability, Type};
use crate::filter::{Filter, Op, Path, member, parse_path};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// Does all operations of a body to a resource, in order. The resource is only good to use if this ends well.
pub(super) fn apply(of: Type, resource: &mut Map<String, Value>, body: &Value) -> Result<(), Refusal> {
    let operations = member(body, "Operations").and_then(Value::as_array);
    let Some(operations) = operations.filter(|o| !o.is_empty()) else {
        return Err(Refusal::bad("invalidSyntax", "Operations is missing or empty"));
    };
    for operation in operations {
        let verb = match member(operation, "op").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            Some("add") => Verb::Add,
            Some("replace") => Verb::Replace,
            Some("remove") => Verb::Remove,
            _ => return Err(Refusal::bad("invalidSyntax", "op must be add, replace or remove")),
        };
        let value = member(operation, "value").unwrap_or(&Value::Null);
        match member(operation, "path").and_then(Value::as_str).filter(|p| !p.is_empty()) {
            Some(path) => at_path(of, resource, verb, path, value)?,
            None if verb == Verb::Remove => return Err(Refusal::bad("noTarget", "remove needs a path")),
            None => whole(of, resource, verb, value)?,
        }
    }
    Ok(())
}

/// Without a path the value is an object whose keys are attributes, or paths of them.
fn whole(of: Type, resource: &mut Map<String, Value>, verb: Verb, value: &Value) -> Result<(), Refusal> {
    let Some(map) = value.as_object() else {
        return Err(Refusal::bad("invalidValue", "an operation without a path needs an object"));
    };
    for (key, value) in map {
        // Clients echo what they may not change, e.g. the id with a group's new name.
        if ["schemas", "id", "meta", "groups"].iter().any(|k| key.eq_ignore_ascii_case(k)) {
            continue;
        }
        match at_path(of, resource, verb, key, value) {
            Err(refusal) if refusal.kind == Some("invalidPath") => {}
            other => other?,
        }
    }
    Ok(())
}

fn at_path(of: Type, resource: &mut Map<String, Value>, verb: Verb, path: &str, value: &Value) -> Result<(), Refusal> {
    if of == Type::User && path.eq_ignore_ascii_case(ENTERPRISE) {
        return extension(resource, verb, value);
    }
    let path = parse_path(path).map_err(|e| Refusal::bad("invalidPath", e))?;
    let in_extension = path.attribute.urn.as_deref().is_some_and(|urn| urn.eq_ignore_ascii_case(ENTERPRISE));
    let attr = match (&path.attribute.urn, in_extension) {
        (Some(_), true) if of == Type::User => schema::find(schema::ENTERPRISE_ATTRIBUTES, &path.attribute.name),
        (Some(urn), _) if !urn.eq_ignore_ascii_case(of.urn()) => None,
        _ => of.find(&path.attribute.name),
    };
    let read_only = ["id", "meta", "schemas"].iter().any(|k| path.attribute.name.eq_ignore_ascii_case(k));
    let Some(attr) = attr.filter(|_| !read_only) else {
        let kind = if read_only { "mutability" } else { "invalidPath" };
        return Err(Refusal::bad(kind, format!("{} can't be changed", path.attribute.name)));
    };
    if attr.mutability == Mutability::ReadOnly {
        return Err(Refusal::bad("mutability", format!("{} is read-only", attr.name)));
    }
    if attr.required && (verb == Verb::Remove || value.is_null()) {
        return Err(Refusal::bad("mutability", format!("{} can't be removed", attr.name)));
    }
    if !in_extension {
        return change(resource, verb, attr, &path, value);
    }
    let mut holder = take_object(resource, ENTERPRISE);
    change(&mut holder, verb, attr, &path, value)?;
    if !holder.is_empty() {
        resource.insert(ENTERPRISE.to_owned(), Value::Object(holder));
    }
    Ok(())
}

fn extension(resource: &mut Map<String, Value>, verb: Verb, value: &Value) -> Result<(), Refusal> {
    let mut holder = take_object(resource, ENTERPRISE);
    if verb == Verb::Remove {
        return Ok(());
    }
    let Some(map) = value.as_object() else { return Err(Refusal::bad("invalidValue", "an extension needs an object")) };
    for (name, value) in map {
        if let Some(attr) = schema::find(schema::ENTERPRISE_ATTRIBUTES, name) {
            let path = parse_path(attr.name).map_err(|e| Refusal::bad("invalidPath", e))?;
            change(&mut holder, verb, attr, &path, value)?;
        }
    }
    if !holder.is_empty() {
        resource.insert(ENTERPRISE.to_owned(), Value::Object(holder));
    }
    Ok(())
}

fn take_object(resource: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match resource.shift_remove(key) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn change(holder: &mut Map<String, Value>, verb: Verb, attr: &'static Attr, path: &Path, value: &Value) -> Result<(), Refusal> {
    match (&path.element, &path.attribute.sub) {
        (Some(filter), sub) => elements(holder, verb, attr, filter, sub.as_deref(), value),
        (None, Some(sub)) => inside(holder, verb, attr, sub, value),
        (None, None) => plain(holder, verb, attr, value),
    }
}

/// `attr`
fn plain(holder: &mut Map<String, Value>, verb: Verb, attr: &'static Attr, value: &Value) -> Result<(), Refusal> {
    let cleaned = schema::clean(value, attr).map_err(|e| Refusal::bad("invalidValue", e))?;
    match (verb, cleaned, holder.get_mut(attr.name)) {
        // Entra ID: remove with a list means these, although the RFC read literally empties the attribute.
        (Verb::Remove, Some(Value::Array(gone)), Some(Value::Array(have))) if attr.multi => {
            have.retain(|item| !gone.iter().any(|g| same(g, item)));
            if have.is_empty() {
                holder.shift_remove(attr.name);
            }
        }
        (Verb::Remove, ..) | (Verb::Replace, None, _) => {
            holder.shift_remove(attr.name);
        }
        (Verb::Add, None, _) => {}
        (Verb::Add, Some(Value::Array(new)), Some(Value::Array(have))) => {
            for item in new {
                if item.get("primary") == Some(&Value::Bool(true)) {
                    have.iter_mut().filter_map(Value::as_object_mut).for_each(|o| {
                        o.shift_remove("primary");
                    });
                }
                match have.iter_mut().find(|h| same(&item, h)) {
                    Some(old) => *old = item,
                    None => have.push(item),
                }
            }
        }
        (Verb::Add | Verb::Replace, Some(Value::Object(new)), Some(Value::Object(have))) if !attr.multi => have.extend(new),
        (_, Some(new), _) => {
            holder.insert(attr.name.to_owned(), new);
        }
    }
    Ok(())
}

/// Elements are the same where `value` and `type` are; without a `value`, where all is.
fn same(a: &Value, b: &Value) -> bool {
    match (a.get("value"), b.get("value")) {
        (Some(x), Some(y)) => x == y && (a.get("type").is_none() || a.get("type") == b.get("type")),
        _ => a == b,
    }
}

fn sub_of(attr: &'static Attr, sub: &str) -> Result<&'static Attr, Refusal> {
    let found = if let Kind::Complex(subs) = attr.kind { schema::find(subs, sub) } else { None };
    found.ok_or_else(|| Refusal::bad("invalidPath", format!("{} has no {sub}", attr.name)))
}

/// `attr.sub`
fn inside(holder: &mut Map<String, Value>, verb: Verb, attr: &'static Attr, sub: &str, value: &Value) -> Result<(), Refusal> {
    let sub = sub_of(attr, sub)?;
    let value = if verb == Verb::Remove { &Value::Null } else { value };
    let cleaned = schema::clean(value, sub).map_err(|e| Refusal::bad("invalidValue", e))?;
    if attr.multi {
        if let Some(Value::Array(items)) = holder.get_mut(attr.name) {
            items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| put(item, sub.name, cleaned.clone()));
        }
        return Ok(());
    }
    let mut inner = take_object(holder, attr.name);
    put(&mut inner, sub.name, cleaned);
    if !inner.is_empty() {
        holder.insert(attr.name.to_owned(), Value::Object(inner));
    }
    Ok(())
}

fn put(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            map.insert(name.to_owned(), value);
        }
        None => {
            map.shift_remove(name);
        }
    }
}

/// `attr[filter]` and `attr[filter].sub`
fn elements(
    holder: &mut Map<String, Value>,
    verb: Verb,
    attr: &'static Attr,
    filter: &Filter,
    sub: Option<&str>,
    value: &Value,
) -> Result<(), Refusal> {
    if !attr.multi {
        return Err(Refusal::bad("invalidPath", format!("{} is not a list", attr.name)));
    }
    let sub = sub.map(|sub| sub_of(attr, sub)).transpose()?;
    let mut items = match holder.shift_remove(attr.name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let changed = match sub {
        Some(sub) => {
            let value = if verb == Verb::Remove { &Value::Null } else { value };
            schema::clean(value, sub).map_err(|e| Refusal::bad("invalidValue", e))?.map(|v| (sub, v))
        }
        None => None,
    };
    let found = items.iter().any(|item| filter.matches(item));
    match (verb, sub) {
        (Verb::Remove, None) => items.retain(|item| !filter.matches(item)),
        (_, Some(sub)) if found || verb == Verb::Remove => {
            let new = changed.map(|(_, v)| v);
            for item in items.iter_mut().filter(|item| filter.matches(item)).filter_map(Value::as_object_mut) {
                put(item, sub.name, new.clone());
            }
        }
        (_, None) if found => {
            let single = Attr { multi: false, ..*attr };
            let new = schema::clean(value, &single).map_err(|e| Refusal::bad("invalidValue", e))?;
            for item in items.iter_mut().filter(|item| filter.matches(item)) {
                match (&new, item) {
                    (Some(Value::Object(new)), Value::Object(item)) => item.extend(new.clone()),
                    (Some(new), item) => *item = new.clone(),
                    (None, _) => {}
                }
            }
        }
        // Entra ID: a value for an element that is not there makes it.
        (_, _) => items.push(made(filter, attr, changed, value)?),
    }
    if !items.is_empty() {
        holder.insert(attr.name.to_owned(), Value::Array(items));
    }
    Ok(())
}

/// The element that a filter of comparisons with `eq` describes, with the new value in it.
fn made(filter: &Filter, attr: &'static Attr, changed: Option<(&Attr, Value)>, value: &Value) -> Result<Value, Refusal> {
    let mut element = Map::new();
    if !described(filter, &mut element) {
        return Err(Refusal::bad("noTarget", format!("no element of {} meets the filter", attr.name)));
    }
    match changed {
        Some((sub, value)) => {
            element.insert(sub.name.to_owned(), value);
        }
        None => element.extend(value.as_object().cloned().unwrap_or_default()),
    }
    let single = Attr { multi: false, ..*attr };
    let cleaned = schema::clean(&Value::Object(element), &single).map_err(|e| Refusal::bad("invalidValue", e))?;
    cleaned.ok_or_else(|| Refusal::bad("invalidValue", format!("nothing in it belongs to {}", attr.name)))
}

fn described(filter: &Filter, into: &mut Map<String, Value>) -> bool {
    match filter {
        Filter::And(a, b) => described(a, into) && described(b, into),
        Filter::Compare(attribute, Op::Eq, value) if attribute.sub.is_none() => {
            into.insert(attribute.name.clone(), value.clone());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ana() -> Value {
        json!({"userName": "ana", "active": true, "name": {"givenName": "Ana", "familyName": "Bo"},
            "emails": [{"value": "ana@corp.example", "type": "work", "primary": true}],
            ENTERPRISE: {"employeeNumber": "00017"}})
    }

    fn patched(of: Type, before: Value, operations: Value) -> Result<Value, Refusal> {
        let Value::Object(mut map) = before else { panic!("not an object") };
        apply(of, &mut map, &json!({"Operations": operations})).map(|()| Value::Object(map))
    }

    #[test]
    fn what_okta_and_entra_send_does_what_they_mean() {
        let on = |operations: Value| patched(Type::User, ana(), operations).unwrap();
        assert_eq!(on(json!([{"op": "replace", "value": {"active": false}}]))["active"], false);
        assert_eq!(on(json!([{"op": "Replace", "path": "active", "value": "False"}]))["active"], false);
        assert_eq!(on(json!([{"op": "replace", "value": {"name.givenName": "Ann", "id": "x"}}]))["name"]["givenName"], "Ann");
        let department = format!("{ENTERPRISE}:department");
        let out = on(json!([{"op": "add", "path": department, "value": "IT"}]));
        assert_eq!(out[ENTERPRISE], json!({"employeeNumber": "00017", "department": "IT"}));
        let out = on(json!([{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1"}]));
        assert_eq!(out["phoneNumbers"], json!([{"type": "mobile", "value": "1"}]));
        let out = on(json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@corp.example"}]));
        assert_eq!(out["emails"][0], json!({"value": "a@corp.example", "type": "work", "primary": true}));
        let out = on(json!([{"op": "add", "path": "emails", "value": [{"value": "n@x.example", "primary": true}]}]));
        assert!(out["emails"][0].get("primary").is_none() && out["emails"][1]["primary"] == true);
        let manager = format!("{ENTERPRISE}:manager");
        assert_eq!(on(json!([{"op": "add", "path": manager, "value": "7"}]))[ENTERPRISE]["manager"], json!({"value": "7"}));
        assert!(on(json!([{"op": "remove", "path": ENTERPRISE}])).get(ENTERPRISE).is_none());
        assert!(on(json!([{"op": "remove", "path": "name.familyName"}]))["name"].get("familyName").is_none());
    }

    #[test]
    fn members_come_and_go_without_the_others() {
        let group = json!({"displayName": "g", "members": [{"value": "1"}, {"value": "2"}, {"value": "3"}]});
        let on = |operations: Value| patched(Type::Group, group.clone(), operations).unwrap();
        assert_eq!(on(json!([{"op": "remove", "path": "members[value eq \"2\"]"}]))["members"], json!([{"value": "1"}, {"value": "3"}]));
        assert_eq!(on(json!([{"op": "Remove", "path": "members", "value": [{"value": "1"}]}]))["members"].as_array().unwrap().len(), 2);
        assert_eq!(
            on(json!([{"op": "add", "path": "members", "value": [{"value": "3"}, {"value": "4"}]}]))["members"].as_array().unwrap().len(),
            4
        );
        assert_eq!(on(json!([{"op": "replace", "path": "members", "value": [{"value": "9"}]}]))["members"], json!([{"value": "9"}]));
        assert!(on(json!([{"op": "remove", "path": "members"}])).get("members").is_none());
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_rfcs_word() {
        for (operation, kind) in [
            (json!({"op": "rename", "path": "active", "value": true}), "invalidSyntax"),
            (json!({"op": "remove"}), "noTarget"),
            (json!({"op": "replace", "path": "emails[", "value": "x"}), "invalidPath"),
            (json!({"op": "replace", "path": "nothing", "value": "x"}), "invalidPath"),
            (json!({"op": "replace", "path": "id", "value": "x"}), "mutability"),
            (json!({"op": "replace", "path": "groups", "value": []}), "mutability"),
            (json!({"op": "remove", "path": "userName"}), "mutability"),
            (json!({"op": "replace", "path": "active", "value": "maybe"}), "invalidValue"),
            (json!({"op": "replace", "path": "emails[type sw \"x\"].value", "value": "x"}), "noTarget"),
        ] {
            let refusal = patched(Type::User, ana(), json!([operation])).unwrap_err();
            assert_eq!((refusal.status, refusal.kind), (400, Some(kind)), "{operation}");
        }
        assert!(apply(Type::User, &mut Map::new(), &json!({})).is_err());
    }
}
