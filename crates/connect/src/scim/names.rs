//! SCIM's names, and how to look things up in resources of servers that spell them as they like.

use serde_json::{Map, Value};

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(super) const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub(super) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// RFC 7644 §3.1.
pub(super) const MEDIA: &str = "application/scim+json";

/// Attributes of the core schema that usher reads and writes under the same name (RFC 7643 §4.1.1).
pub(super) const CORE: [&str; 9] =
    ["displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale", "timezone", "externalId"];
/// Parts of `name`; usher calls them `name.givenName` and so on.
pub(super) const NAME: [&str; 6] = ["givenName", "familyName", "middleName", "formatted", "honorificPrefix", "honorificSuffix"];
/// Attributes of the enterprise extension (RFC 7643 §4.3), but `manager`.
pub(super) const WORK: [&str; 5] = ["employeeNumber", "costCenter", "organization", "division", "department"];

/// A member by name; names of SCIM attributes don't distinguish case (RFC 7643 §2.1).
pub(super) fn get<'v>(map: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)).filter(|v| !v.is_null())
}

/// A member as text: outer blanks off, numbers written out, empty is nothing.
pub(super) fn text(map: &Map<String, Value>, name: &str) -> Option<String> {
    as_text(get(map, name)?)
}

pub(super) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.trim().to_owned()).filter(|s| !s.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// A member as a list; one value alone counts as a list of one.
pub(super) fn list<'v>(map: &'v Map<String, Value>, name: &str) -> &'v [Value] {
    match get(map, name) {
        Some(Value::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// The enterprise extension, under its own URN or a forerunner's.
pub(super) fn enterprise(resource: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let urn = |key: &str| {
        let key = key.to_ascii_lowercase();
        key.starts_with("urn:") && key.contains(":enterprise:")
    };
    get(resource, ENTERPRISE).or_else(|| resource.iter().find(|(key, _)| urn(key)).map(|(_, value)| value))?.as_object()
}

/// A truth value: a boolean, or what some servers send instead (`"False"`, `0`). The flag says that it was spelled wrongly.
pub(super) fn truth(value: &Value) -> Option<(bool, bool)> {
    match value {
        Value::Bool(b) => Some((*b, false)),
        Value::String(s) => match s.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some((true, true)),
            "false" | "0" => Some((false, true)),
            _ => None,
        },
        Value::Number(n) if n.as_u64() == Some(1) => Some((true, true)),
        Value::Number(n) if n.as_u64() == Some(0) => Some((false, true)),
        _ => None,
    }
}
