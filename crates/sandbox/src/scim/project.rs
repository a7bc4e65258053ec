//! `attributes` and `excludedAttributes` (RFC 7644 §3.9).

use serde_json::{Map, Value};

use super::schema::{ENTERPRISE, GROUP, USER};

/// What a client wants to see of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Projection {
    only: Vec<Vec<String>>,
    without: Vec<Vec<String>>,
}

impl Projection {
    /// From two comma lists.
    pub(super) fn new(only: Option<&str>, without: Option<&str>) -> Projection {
        let split = |list: Option<&str>| list.unwrap_or_default().split(',').map(path).filter(|p| !p.is_empty()).collect();
        Projection { only: split(only), without: split(without) }
    }

    /// Leaves out what is not wanted. `id` and `schemas` stay always.
    pub(super) fn of(&self, resource: Value) -> Value {
        let Value::Object(map) = resource else { return resource };
        let kept = if self.only.is_empty() { cut(map, &self.without) } else { pick(map, &self.only) };
        Value::Object(kept)
    }
}

/// `name.givenName` and `urn:…:User:manager.value` as names from the top.
fn path(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case(ENTERPRISE) {
        return vec![ENTERPRISE.to_ascii_lowercase()];
    }
    let (urn, rest) = match text.rsplit_once(':') {
        Some((urn, rest)) => (Some(urn), rest),
        None => (None, text),
    };
    let core = urn.is_some_and(|u| u.eq_ignore_ascii_case(USER) || u.eq_ignore_ascii_case(GROUP));
    let urn = urn.filter(|_| !core).map(str::to_ascii_lowercase);
    urn.into_iter().chain(rest.split('.').filter(|s| !s.is_empty()).map(str::to_ascii_lowercase)).collect()
}

fn always(key: &str) -> bool {
    matches!(key, "id" | "schemas")
}

fn pick(map: Map<String, Value>, only: &[Vec<String>]) -> Map<String, Value> {
    map.into_iter()
        .filter_map(|(key, value)| {
            if always(&key) {
                return Some((key, value));
            }
            let lower = key.to_ascii_lowercase();
            let wanted: Vec<&Vec<String>> = only.iter().filter(|p| p.first() == Some(&lower)).collect();
            if wanted.is_empty() {
                return None;
            }
            let deeper: Vec<Vec<String>> = wanted.iter().filter(|p| p.len() > 1).map(|p| p[1..].to_vec()).collect();
            Some((key, if deeper.len() < wanted.len() { value } else { each(value, &|map| pick(map, &deeper)) }))
        })
        .collect()
}

fn cut(map: Map<String, Value>, without: &[Vec<String>]) -> Map<String, Value> {
    map.into_iter()
        .filter_map(|(key, value)| {
            let lower = key.to_ascii_lowercase();
            let named: Vec<&Vec<String>> = without.iter().filter(|p| p.first() == Some(&lower)).collect();
            if named.is_empty() || always(&key) {
                return Some((key, value));
            }
            if named.iter().any(|p| p.len() == 1) {
                return None;
            }
            let deeper: Vec<Vec<String>> = named.iter().map(|p| p[1..].to_vec()).collect();
            Some((key, each(value, &|map| cut(map, &deeper))))
        })
        .collect()
}

fn each(value: Value, change: &impl Fn(Map<String, Value>) -> Map<String, Value>) -> Value {
    match value {
        Value::Object(map) => Value::Object(change(map)),
        Value::Array(items) => items.into_iter().map(|item| each(item, change)).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_and_without_reach_into_objects_lists_and_extensions() {
        let user = json!({"schemas": [], "id": "1", "userName": "a", "name": {"givenName": "A", "familyName": "B"},
            "emails": [{"value": "x", "type": "work"}], ENTERPRISE: {"department": "IT", "division": "Ops"}});
        let only = |list: &str| Projection::new(Some(list), None).of(user.clone());
        assert_eq!(only("USERNAME,emails.value"), json!({"schemas": [], "id": "1", "userName": "a", "emails": [{"value": "x"}]}));
        assert_eq!(only(&format!("{ENTERPRISE}:department")), json!({"schemas": [], "id": "1", ENTERPRISE: {"department": "IT"}}));
        assert_eq!(only(&format!("{USER}:userName")), json!({"schemas": [], "id": "1", "userName": "a"}));
        let rest = Projection::new(None, Some("id,name.familyName,emails")).of(user.clone());
        assert_eq!((&rest["name"], rest.get("emails"), &rest["id"]), (&json!({"givenName": "A"}), None, &json!("1")));
    }
}
