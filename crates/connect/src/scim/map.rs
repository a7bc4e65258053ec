//! From a SCIM resource to usher's rows. Nothing is taken for granted: what is missing stays unknown, and quirks are noted.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use usher_domain::account::{AccountRow, Door, Email, EmailKind, EntitlementRow, GrantRow, Standing, Status};
use usher_domain::text;

use super::names::{self, CORE, NAME, WORK, get, list};

/// What a server was seen to do otherwise than the RFCs say. For people; each stands once.
pub(super) type Quirks = BTreeSet<&'static str>;

/// A user as an account.
///
/// # Errors
/// Why the resource can't be an account: no object, no id.
pub(super) fn account(resource: &Value, quirks: &mut Quirks) -> Result<AccountRow, &'static str> {
    let map = resource.as_object().ok_or("not an object")?;
    let native_id = id(map, quirks).ok_or("no id")?;
    if get(map, "schemas").is_none() {
        quirks.insert("users come without `schemas`");
    }
    let mut row = AccountRow { native_id, user_name: names::text(map, "userName"), ..AccountRow::default() };
    row.display_name = names::text(map, "displayName");
    row.emails = emails(map);
    (row.status_word, row.standing) = standing(map, quirks);
    row.created_at = get(map, "meta").and_then(Value::as_object).and_then(|m| names::text(m, "created")).and_then(|t| t.parse().ok());
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            row.attributes.insert(name.to_owned(), Value::from(value));
        }
    };
    for name in CORE.into_iter().filter(|n| *n != "displayName") {
        put(name, names::text(map, name));
    }
    if let Some(name) = get(map, "name").and_then(Value::as_object) {
        for part in NAME {
            put(&format!("name.{part}"), names::text(name, part));
        }
    }
    let work = names::enterprise(map);
    for name in WORK {
        let value = work.and_then(|w| names::text(w, name)).or_else(|| names::text(map, name));
        if name == "employeeNumber" {
            row.employee_number = value;
        } else {
            put_into(&mut row.attributes, name, value);
        }
    }
    if let Some(manager) = work.and_then(|w| get(w, "manager")) {
        let value = manager.as_object().and_then(|m| names::text(m, "value")).or_else(|| names::as_text(manager));
        put_into(&mut row.attributes, "manager", value);
    }
    let roles: Vec<Value> = values(map, "roles").map(Value::from).collect();
    if !roles.is_empty() {
        row.attributes.insert("roles".to_owned(), Value::Array(roles));
    }
    Ok(row)
}

fn put_into(attributes: &mut std::collections::BTreeMap<String, Value>, name: &str, value: Option<String>) {
    if let Some(value) = value {
        attributes.insert(name.to_owned(), Value::from(value));
    }
}

fn id(map: &Map<String, Value>, quirks: &mut Quirks) -> Option<String> {
    let value = get(map, "id")?;
    if value.is_number() {
        quirks.insert("ids come as numbers");
    }
    names::as_text(value)
}

/// `active` decides (RFC 7643 §4.1.1); where it is missing nothing is known, and that counts as a way in (invariant 13).
fn standing(map: &Map<String, Value>, quirks: &mut Quirks) -> (Option<String>, Standing) {
    let Some(value) = get(map, "active") else {
        quirks.insert("some users come without `active`: whether they can get in is unknown");
        return (None, Standing::default());
    };
    let word = names::as_text(value).unwrap_or_else(|| value.to_string());
    let standing = match names::truth(value) {
        Some((active, spelled_wrongly)) => {
            if spelled_wrongly {
                quirks.insert("`active` comes as a text or a number");
            }
            if active { Standing::usual(Status::Active) } else { Standing::usual(Status::Deactivated) }
        }
        None => {
            quirks.insert("`active` comes as something that is neither true nor false");
            Standing { door: Door::Unknown, ..Standing::default() }
        }
    };
    (Some(word), standing)
}

/// Addresses, the primary one first; each once.
fn emails(map: &Map<String, Value>) -> Vec<Email> {
    let mut found: Vec<(bool, Email)> = Vec::new();
    for item in list(map, "emails") {
        let (value, kind, primary) = match item {
            Value::Object(email) => {
                let kind = match names::text(email, "type").map(|t| t.to_ascii_lowercase()).as_deref() {
                    None | Some("work") => EmailKind::Work,
                    Some("home") => EmailKind::Personal,
                    Some(_) => EmailKind::Alias,
                };
                (names::text(email, "value"), kind, get(email, "primary").and_then(names::truth).is_some_and(|(p, _)| p))
            }
            other => (names::as_text(other), EmailKind::Work, false),
        };
        if let Some(value) = value
            && !found.iter().any(|(_, e)| text::fold(&e.value) == text::fold(&value))
        {
            found.push((primary, Email { value, kind }));
        }
    }
    found.sort_by_key(|(primary, _)| !primary);
    found.into_iter().map(|(_, email)| email).collect()
}

/// The `value`s of a multi-valued attribute; bare texts count too.
fn values<'v>(map: &'v Map<String, Value>, name: &str) -> impl Iterator<Item = String> + 'v {
    list(map, name).iter().filter_map(|item| match item {
        Value::Object(item) => names::text(item, "value"),
        other => names::as_text(other),
    })
}

/// A group as an entitlement.
///
/// # Errors
/// As [`account`].
pub(super) fn group(resource: &Value, quirks: &mut Quirks) -> Result<EntitlementRow, &'static str> {
    let map = resource.as_object().ok_or("not an object")?;
    let native_id = id(map, quirks).ok_or("no id")?;
    let name = names::text(map, "displayName").unwrap_or_else(|| native_id.clone());
    Ok(EntitlementRow { kind: "group".into(), native_id, name, assignable: Some(true), ..EntitlementRow::default() })
}

/// Who is in a group; `None` where the resource has no `members` at all, which some servers also do for full groups.
pub(super) fn members(resource: &Value, group: &str, quirks: &mut Quirks) -> Option<Vec<GrantRow>> {
    let map = resource.as_object()?;
    map.keys().any(|key| key.eq_ignore_ascii_case("members")).then_some(())?;
    let mut grants = Vec::new();
    for member in list(map, "members") {
        let (value, kind) = match member {
            Value::Object(m) => (names::text(m, "value"), names::text(m, "type")),
            other => (names::as_text(other), None),
        };
        if kind.is_some_and(|k| k.eq_ignore_ascii_case("group")) {
            quirks.insert("groups have groups as members: who is in a group through another one is not listed");
            continue;
        }
        let Some(account) = value else {
            quirks.insert("some members of groups come without an id");
            continue;
        };
        grants.push(GrantRow {
            kind: "group".into(),
            entitlement: group.into(),
            account,
            via: Some("direct".into()),
            ..GrantRow::default()
        });
    }
    Some(grants)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapped(resource: Value) -> (AccountRow, Quirks) {
        let mut quirks = Quirks::new();
        (account(&resource, &mut quirks).unwrap(), quirks)
    }

    #[test]
    fn a_full_user_is_read_under_usher_s_names() {
        let (row, quirks) = mapped(json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "2819", "userName": " ana ", "active": true,
            "displayName": "Ana R.", "externalId": "hr-7", "title": "Analyst", "userType": "Employee",
            "name": {"givenName": "Ana", "familyName": "Ruiz"},
            "emails": [{"value": "ana@home.example", "type": "home"}, {"value": "ana@corp.example", "type": "work", "primary": true},
                       {"value": "ANA@corp.example", "type": "other"}, {"value": "a.ruiz@corp.example", "type": "other"}],
            "roles": [{"value": "admin"}, "viewer"],
            "meta": {"created": "2024-05-01T08:00:00+02:00"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "00017", "department": "SOC", "manager": {"value": "99"}}}));
        assert_eq!(quirks, Quirks::new());
        assert_eq!(
            (row.native_id.as_str(), row.user_name.as_deref(), row.employee_number.as_deref()),
            ("2819", Some("ana"), Some("00017"))
        );
        let emails: Vec<_> = row.emails.iter().map(|e| (e.value.as_str(), e.kind)).collect();
        assert_eq!(
            emails,
            [("ana@corp.example", EmailKind::Work), ("ana@home.example", EmailKind::Personal), ("a.ruiz@corp.example", EmailKind::Alias)]
        );
        assert_eq!(row.standing, Standing::usual(Status::Active));
        assert_eq!(row.created_at.unwrap().to_string(), "2024-05-01T06:00:00Z");
        let attributes = serde_json::to_value(&row.attributes).unwrap();
        assert_eq!(
            attributes,
            json!({"externalId": "hr-7", "title": "Analyst", "userType": "Employee", "name.givenName": "Ana", "name.familyName": "Ruiz",
                   "department": "SOC", "manager": "99", "roles": ["admin", "viewer"]})
        );
    }

    #[test]
    fn active_in_all_spellings_and_missing_is_unknown() {
        let cases = [
            (json!(true), Status::Active, Door::Open, 0),
            (json!("True"), Status::Active, Door::Open, 1),
            (json!(false), Status::Deactivated, Door::Shut, 0),
            (json!("False"), Status::Deactivated, Door::Shut, 1),
            (json!(0), Status::Deactivated, Door::Shut, 1),
            (json!("no"), Status::Unknown, Door::Unknown, 1),
            (json!(null), Status::Unknown, Door::Unknown, 1),
        ];
        for (active, status, door, quirks) in cases {
            let (row, noted) = mapped(json!({"schemas": [], "id": "1", "active": active}));
            assert_eq!((row.standing.status, row.standing.door, noted.len()), (status, door, quirks), "{active}");
        }
    }

    #[test]
    fn what_servers_really_send() {
        let (row, quirks) =
            mapped(json!({"ID": 42, "UserName": "ana", "Active": false, "emails": "ana@corp.example", "employeeNumber": 17}));
        assert_eq!((row.native_id.as_str(), row.user_name.as_deref(), row.email()), ("42", Some("ana"), Some("ana@corp.example")));
        assert_eq!(row.employee_number.as_deref(), Some("17"));
        assert_eq!(quirks.len(), 2, "{quirks:?}");
        for bad in [json!({"userName": "x"}), json!({"id": ""}), json!({"id": null}), json!("x"), json!([])] {
            assert!(account(&bad, &mut Quirks::new()).is_err(), "{bad}");
        }
    }

    #[test]
    fn members_are_direct_users_only_and_missing_is_not_empty() {
        let mut quirks = Quirks::new();
        let group = json!({"id": "g", "members": [{"value": "1"}, "2", {"value": "g2", "type": "Group"}, {"display": "x"}]});
        let ids: Vec<_> = members(&group, "g", &mut quirks).unwrap().into_iter().map(|g| g.account).collect();
        assert_eq!((ids, quirks.len()), (vec!["1".to_owned(), "2".to_owned()], 2));
        assert_eq!(members(&json!({"id": "g"}), "g", &mut quirks), None);
        assert_eq!(members(&json!({"id": "g", "members": null}), "g", &mut quirks), Some(vec![]));
    }
}
