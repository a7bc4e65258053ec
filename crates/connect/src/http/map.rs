//! The vendor's JSON as usher's rows, and backwards as a body.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use usher_domain::account::{AccountRow, CredentialRow, Email, EntitlementRow, GrantRow, Standing};
use usher_domain::manifest::{Access, AccountMap, Attribute, Entitlement, ValueFormat};
use usher_domain::path::{JsonPath, Segment};
use usher_domain::time::Time;
use usher_domain::yaml::At;

/// Words of the vendor that the manifest doesn't know, for people.
pub(super) type Unknown = BTreeSet<String>;

/// The records of an answer. `None`: what should hold them is not there, which is no empty list.
pub(super) fn records<'v>(path: Option<&JsonPath>, body: &'v Value) -> Option<Vec<&'v Value>> {
    let Some(path) = path else { return Some(vec![body]) };
    let last = path.segments().iter().rposition(|s| *s == Segment::Every);
    let mut holders = vec![body];
    for (i, segment) in path.segments().iter().enumerate() {
        if Some(i) == last {
            // RFC 9535 takes the members of an object here too; a list of accounts is an array, and an object is mostly an error.
            if holders.is_empty() || holders.iter().any(|h| !h.is_array()) {
                return None;
            }
            break;
        }
        holders = holders
            .into_iter()
            .flat_map(|node| match segment {
                Segment::Name(name) => node.get(name).into_iter().collect::<Vec<_>>(),
                Segment::Index(index) => node.get(index).into_iter().collect(),
                Segment::Every => node.as_array().map(|items| items.iter().collect()).unwrap_or_default(),
            })
            .collect();
    }
    Some(path.select(body))
}

/// The value of an attribute as usher keeps it: dates as RFC 3339 text, the vendor's values turned into ours, null and "" nothing.
pub(super) fn value(attribute: &Attribute, record: &Value) -> Option<Value> {
    if attribute.path.is_many() {
        let all: Vec<Value> = attribute.path.select(record).into_iter().filter(|v| !v.is_null()).cloned().collect();
        return (!all.is_empty()).then_some(Value::Array(all));
    }
    let raw = attribute.path.first(record).filter(|v| !v.is_null() && v.as_str() != Some(""))?;
    if let Some((ours, _)) = attribute.values.iter().find(|(_, vendor)| *vendor == raw) {
        return Some(Value::from(ours.clone()));
    }
    match attribute.format {
        None => Some(raw.clone()),
        Some(format) => Some(time(raw, format).map_or_else(|| raw.clone(), |t| Value::from(t.to_string()))),
    }
}

/// A time as the vendor writes it.
pub(super) fn time(raw: &Value, format: ValueFormat) -> Option<Time> {
    let number = || raw.as_i64().or_else(|| raw.as_f64().map(|f| f as i64)).or_else(|| raw.as_str()?.trim().parse().ok());
    match format {
        ValueFormat::DateTime => raw.as_str()?.parse().ok(),
        ValueFormat::Date => format!("{}T00:00:00Z", raw.as_str()?).parse().ok(),
        ValueFormat::EpochSeconds => number().map(Time::from_seconds),
        ValueFormat::EpochMilliseconds => number().map(|n| Time::from_micros(n.saturating_mul(1_000))),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.trim().to_owned()).filter(|s| !s.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn named<'m>(how: &'m AccountMap, name: &str) -> Option<&'m Attribute> {
    how.map.iter().find(|(known, _)| known.as_str() == name).map(|(_, attribute)| &attribute.value)
}

/// An account.
///
/// # Errors
/// Why the record can't be one.
pub(super) fn account(how: &AccountMap, record: &Value, unknown: &mut Unknown) -> Result<AccountRow, String> {
    if !record.is_object() {
        return Err("not an object".to_owned());
    }
    let mut row = AccountRow { authority: how.authority, ..AccountRow::default() };
    for (name, attribute) in &how.map {
        if matches!(attribute.access, Access::Create | Access::Write) {
            continue;
        }
        let Some(value) = value(attribute, record) else { continue };
        put(&mut row, name.as_str(), attribute, record, value);
    }
    let key = named(how, how.key.as_str()).and_then(|attribute| value(attribute, record)).and_then(|v| text(&v));
    row.native_id = key.ok_or_else(|| format!("no {}", how.key.as_str()))?;
    if let Some(status) = &how.status {
        let word = status.path.as_ref().and_then(|path| path.first(record));
        row.status_word = word.and_then(text);
        row.standing = word.and_then(|word| status.standing(word)).unwrap_or_else(|| {
            unknown.insert(match &row.status_word {
                Some(word) => format!("status `{word}` is not in the manifest: whether such accounts can get in is unknown"),
                None => "some accounts come without a status: whether they can get in is unknown".to_owned(),
            });
            Standing::default()
        });
    }
    if let Some(kind) = &how.kind {
        let word = kind.path.first(record).and_then(text);
        row.kind = word.as_ref().and_then(|word| kind.values.get(word)).copied();
    }
    Ok(row)
}

fn put(row: &mut AccountRow, name: &str, attribute: &Attribute, record: &Value, value: Value) {
    let when = |row_time: &mut Option<Time>| {
        *row_time = attribute.path.first(record).and_then(|raw| time(raw, attribute.format.unwrap_or(ValueFormat::DateTime)))
    };
    match name {
        "id" => {}
        "userName" => row.user_name = text(&value),
        "displayName" => row.display_name = text(&value),
        "employeeNumber" => row.employee_number = text(&value),
        "email" | "emails" => {
            let all = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
            row.emails = all.iter().filter_map(text).map(Email::work).collect();
        }
        "purpose" => row.purpose = text(&value),
        "created" => when(&mut row.created_at),
        "lastLogin" | "lastSeen" => when(&mut row.last_seen),
        "expires" => when(&mut row.expires),
        _ => drop(row.attributes.insert(name.to_owned(), value)),
    }
}

/// Attributes by name, for conditions and placeholders.
pub(super) fn attributes(map: &IndexMap<String, At<Attribute>>, record: &Value) -> Map<String, Value> {
    map.iter().filter_map(|(name, attribute)| Some((name.clone(), value(attribute, record)?))).collect()
}

/// An entitlement, with its attributes for the requests that ask for its holders.
///
/// # Errors
/// Why the record can't be one.
pub(super) fn entitlement(kind: &str, how: &Entitlement, record: &Value) -> Result<(EntitlementRow, Map<String, Value>), String> {
    let view = attributes(&how.map, record);
    let native_id = view.get("id").and_then(text).ok_or("no id")?;
    let seen = Value::Object(view.clone());
    let holds = |when: &Option<At<usher_domain::cel::Condition>>| when.as_ref().map(|when| when.holds(&[("entitlement", &seen)]));
    let row = EntitlementRow {
        kind: kind.to_owned(),
        name: view.get("displayName").and_then(text).unwrap_or_else(|| native_id.clone()),
        native_id,
        scope: view.get("scope").and_then(text),
        privileged: holds(&how.privileged).unwrap_or(false),
        assignable: Some(holds(&how.assignable).unwrap_or(true)),
        min_holders: how.min_holders,
    };
    Ok((row, view))
}

/// Who holds one. Where the request was about one entitlement, the record need not name it.
///
/// # Errors
/// Why the record can't be a grant.
pub(super) fn grant(
    kind: &str,
    fields: Option<&IndexMap<String, At<Attribute>>>,
    about: Option<&str>,
    record: &Value,
) -> Result<GrantRow, String> {
    let view = fields.map(|fields| attributes(fields, record)).unwrap_or_default();
    let field = |name: &str| view.get(name).and_then(text);
    // Without `fields` the record is the account itself.
    let account = field("account").or_else(|| fields.is_none().then(|| record.get("id").and_then(text)).flatten()).ok_or("no account")?;
    let entitlement = field("entitlement").or_else(|| about.map(str::to_owned)).ok_or("no entitlement")?;
    Ok(GrantRow {
        kind: kind.to_owned(),
        entitlement,
        account,
        via: Some(field("via").unwrap_or_else(|| "direct".into())),
        scope: field("scope"),
        until: None,
    })
}

/// A key, token or session. Never the secret itself.
///
/// # Errors
/// Why the record can't be one.
pub(super) fn credential(
    kind: &str,
    fields: &IndexMap<String, At<Attribute>>,
    about: Option<&str>,
    record: &Value,
) -> Result<CredentialRow, String> {
    let view = attributes(fields, record);
    let field = |name: &str| view.get(name).and_then(text);
    let moment = |name: &str| {
        let attribute = fields.get(name)?;
        time(attribute.path.first(record)?, attribute.format.unwrap_or(ValueFormat::DateTime))
    };
    Ok(CredentialRow {
        kind: kind.to_owned(),
        native_id: field("id").ok_or("no id")?,
        account: field("account").or_else(|| about.map(str::to_owned)).ok_or("no account")?,
        created_by: field("created_by"),
        scopes: match view.get("scopes") {
            Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
            Some(one) => text(one).map(|s| s.split_whitespace().map(str::to_owned).collect()).unwrap_or_default(),
            None => Vec::new(),
        },
        last_used: moment("last_used"),
        expires: moment("expires"),
    })
}

/// The body that writes these attributes: `account.map` backwards.
///
/// # Errors
/// The attribute that the app has not, that can't be written, or whose path can't be.
pub(super) fn body(how: &AccountMap, wanted: &Map<String, Value>, creating: bool) -> Result<Value, String> {
    let mut body = Value::Object(Map::new());
    for (name, value) in wanted {
        let attribute = named(how, name).ok_or_else(|| format!("the app has no attribute `{name}`"))?;
        match attribute.access {
            Access::ReadWrite | Access::Write => {}
            Access::Create if creating => {}
            Access::Create | Access::Read => return Err(format!("`{name}` can't be written")),
        }
        let ours = value.as_str().and_then(|word| attribute.values.get(word)).unwrap_or(value);
        attribute.path.write(&mut body, ours.clone()).map_err(|e| format!("`{name}`: {e}"))?;
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use usher_domain::account::{Door, Seat, Status};
    use usher_domain::manifest::Manifest;

    use super::*;

    const OKTA: &str = include_str!("../../../../apps/okta/app.yaml");

    fn okta() -> Manifest {
        Manifest::parse("apps/okta/app.yaml", OKTA).unwrap()
    }

    #[test]
    fn an_okta_user_is_read_under_usher_s_names() {
        let manifest = okta();
        let user = json!({"id": "00u1", "status": "LOCKED_OUT", "created": "2024-02-01T08:00:00.000Z", "lastLogin": null,
            "profile": {"login": "ana@corp.example", "email": "ana@corp.example", "firstName": "Ana", "department": "SOC", "employeeNumber": "00017"}});
        let mut unknown = Unknown::new();
        let row = account(manifest.account.as_ref().unwrap(), &user, &mut unknown).unwrap();
        assert_eq!(
            (row.native_id.as_str(), row.user_name.as_deref(), row.email(), row.employee_number.as_deref()),
            ("00u1", Some("ana@corp.example"), Some("ana@corp.example"), Some("00017"))
        );
        assert_eq!(row.standing, Standing { status: Status::Locked, door: Door::Open, seat: Seat::Held });
        assert_eq!((row.created_at.unwrap().to_string().as_str(), row.last_seen), ("2024-02-01T08:00:00Z", None));
        assert_eq!(serde_json::to_value(&row.attributes).unwrap(), json!({"name.givenName": "Ana", "department": "SOC"}));
        assert!(unknown.is_empty());
    }

    #[test]
    fn an_unknown_word_is_unknown_and_said_and_a_record_without_id_is_none() {
        let manifest = okta();
        let how = manifest.account.as_ref().unwrap();
        let mut unknown = Unknown::new();
        let row = account(how, &json!({"id": "1", "status": "HIBERNATING"}), &mut unknown).unwrap();
        assert_eq!((row.standing, row.status_word.as_deref()), (Standing::default(), Some("HIBERNATING")));
        assert!(unknown.iter().next().unwrap().contains("HIBERNATING"));
        for bad in [json!({"status": "ACTIVE"}), json!({"id": ""}), json!(null), json!("x")] {
            assert!(account(how, &bad, &mut unknown).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_that_is_not_there_is_no_empty_list() {
        let path = |text: &str| text.parse::<JsonPath>().unwrap();
        let count = |text: &str, body: Value| records(Some(&path(text)), &body).map(|r| r.len());
        assert_eq!(count("$[*]", json!([1, 2])), Some(2));
        assert_eq!(count("$[*]", json!([])), Some(0));
        assert_eq!(count("$.users[*]", json!({"users": []})), Some(0));
        assert_eq!(count("$.users[*]", json!({"ok": false})), None);
        assert_eq!(count("$.users[*]", json!({"users": null})), None);
        assert_eq!(count("$[*]", json!("oops")), None);
        assert_eq!(count("$[*]", json!({"error": "x"})), None);
        assert_eq!(records(None, &json!({"a": 1})).map(|r| r.len()), Some(1));
    }

    #[test]
    fn a_body_holds_what_is_wanted_and_nothing_that_may_not_be_written() {
        let manifest = okta();
        let how = manifest.account.as_ref().unwrap();
        let wanted = json!({"userName": "a@x", "name.givenName": "A", "department": "SOC"});
        let made = body(how, wanted.as_object().unwrap(), true).unwrap();
        assert_eq!(made, json!({"profile": {"login": "a@x", "firstName": "A", "department": "SOC"}}));
        for bad in [json!({"lastLogin": "2026-01-01T00:00:00Z"}), json!({"shoeSize": 44})] {
            assert!(body(how, bad.as_object().unwrap(), true).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_are_read_in_the_vendor_s_form() {
        let cases = [
            (json!(1_795_683_600_000i64), ValueFormat::EpochMilliseconds, Some("2026-11-26T09:00:00Z")),
            (json!("1795683600"), ValueFormat::EpochSeconds, Some("2026-11-26T09:00:00Z")),
            (json!("2026-11-26"), ValueFormat::Date, Some("2026-11-26T00:00:00Z")),
            (json!("2026-11-26T10:00:00+01:00"), ValueFormat::DateTime, Some("2026-11-26T09:00:00Z")),
            (json!("yesterday"), ValueFormat::DateTime, None),
        ];
        for (raw, format, expected) in cases {
            assert_eq!(time(&raw, format).map(|t| t.to_string()).as_deref(), expected, "{raw}");
        }
    }
}
