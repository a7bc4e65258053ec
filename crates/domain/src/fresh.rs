//! The account as it was read right now, and whether it shows what a plan expects.
//!
//! Only the attributes that a plan names are compared (DESIGN §2, invariant 3): whatever else changed is nobody's business here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::account::AccountRow;
use crate::time::Time;

/// What a read of one account showed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fresh {
    /// It is not there.
    Gone,
    /// It is there, with these attributes (SCIM's names).
    Shows(Map<String, Value>),
}

/// One account as a read of it alone showed it: before a write, or after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Its id; empty if it has none yet.
    pub native_id: String,
    /// The time that the read speaks of.
    pub as_of: Time,
    /// What it showed; `None`: it is not there.
    pub row: Option<AccountRow>,
}

impl Look {
    /// Of the account that has this id, or that is to get one.
    pub fn new(native_id: Option<&str>, row: Option<AccountRow>, as_of: Time) -> Self {
        let native_id = row.as_ref().map_or(native_id.unwrap_or_default(), |row| &row.native_id).to_owned();
        Look { native_id, as_of, row }
    }

    /// As plans compare it.
    pub fn fresh(&self) -> Fresh {
        self.row.as_ref().map_or(Fresh::Gone, |row| Fresh::Shows(row.view()))
    }
}

/// One attribute that is not what was expected. `null` stands for an attribute that has no value.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The attribute, `name.givenName` for a nested one, `gone` for the account itself.
    pub attribute: String,
    /// What the plan expects.
    pub expected: Value,
    /// What the read showed.
    pub is: Value,
}

impl Fresh {
    /// How the read differs from what is expected; empty if it shows all of it. `{"gone":true}` expects no account.
    ///
    /// Values of lists may stand in any order (RFC 7643 §2.4 gives them none). An attribute that the read doesn't
    /// have counts as having no value.
    pub fn differences(&self, expected: &Map<String, Value>) -> Vec<Difference> {
        let gone = |expected: bool, is: bool| Difference { attribute: "gone".to_owned(), expected: expected.into(), is: is.into() };
        match (expects_gone(expected), self) {
            (true, Fresh::Gone) => Vec::new(),
            (true, Fresh::Shows(_)) => vec![gone(true, false)],
            (false, Fresh::Gone) => vec![gone(false, true)],
            (false, Fresh::Shows(is)) => {
                let mut found = Vec::new();
                compare(expected, is, "", &mut found);
                found
            }
        }
    }

    /// True if the read has a value, or an explicit `null`, for everything that is expected: only then can it contradict.
    pub fn can_tell(&self, expected: &Map<String, Value>) -> bool {
        match self {
            Fresh::Gone => true,
            Fresh::Shows(is) => expects_gone(expected) || expected.iter().all(|(key, want)| want.is_null() || has(is, key, want)),
        }
    }
}

/// True for `{"gone":true}`.
pub fn expects_gone(expected: &Map<String, Value>) -> bool {
    expected.get("gone") == Some(&Value::Bool(true))
}

fn has(is: &Map<String, Value>, key: &str, want: &Value) -> bool {
    match (want, is.get(key)) {
        (Value::Object(want), Some(Value::Object(is))) => want.iter().all(|(key, want)| want.is_null() || has(is, key, want)),
        (_, found) => found.is_some(),
    }
}

fn compare(expected: &Map<String, Value>, is: &Map<String, Value>, above: &str, found: &mut Vec<Difference>) {
    for (key, want) in expected {
        let attribute = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match (want, is.get(key).unwrap_or(&Value::Null)) {
            (Value::Object(want), Value::Object(is)) => compare(want, is, &attribute, found),
            (Value::Object(want), Value::Null) => compare(want, &Map::new(), &attribute, found),
            (want, is) if same(want, is) => {}
            (want, is) => found.push(Difference { attribute, expected: want.clone(), is: is.clone() }),
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            let mut rest: Vec<&Value> = b.iter().collect();
            a.len() == b.len() && a.iter().all(|x| rest.iter().position(|y| same(x, y)).map(|at| rest.swap_remove(at)).is_some())
        }
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| same(x, y))),
        (Value::Number(a), Value::Number(b)) => a == b || (a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64())),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn only_named_attributes_are_compared() {
        let shows =
            Fresh::Shows(map(json!({"active": true, "title": "x", "name": {"givenName": "Ana", "familyName": "R"}, "roles": ["b", "a"]})));
        for (expected, differs) in [
            (json!({"active": true}), vec![]),
            (json!({}), vec![]),
            (json!({"active": false}), vec!["active"]),
            (json!({"name": {"givenName": "Ana"}}), vec![]),
            (json!({"name": {"givenName": "Bo"}, "active": false}), vec!["name.givenName", "active"]),
            (json!({"roles": ["a", "b"]}), vec![]),
            (json!({"roles": ["a"]}), vec!["roles"]),
            (json!({"nickName": null}), vec![]),
            (json!({"nickName": "A"}), vec!["nickName"]),
            (json!({"address": {"city": null}}), vec![]),
            (json!({"gone": true}), vec!["gone"]),
        ] {
            let found: Vec<String> = shows.differences(&map(expected.clone())).into_iter().map(|d| d.attribute).collect();
            assert_eq!(found, differs, "{expected}");
        }
        assert_eq!(Fresh::Gone.differences(&map(json!({"gone": true}))), vec![]);
        assert_eq!(Fresh::Gone.differences(&map(json!({"active": true}))).len(), 1);
    }

    #[test]
    fn a_read_without_the_column_can_not_tell() {
        let shows = Fresh::Shows(map(json!({"userName": "ana"})));
        assert!(!shows.can_tell(&map(json!({"active": false}))));
        assert!(shows.can_tell(&map(json!({"title": null}))));
        assert!(shows.can_tell(&map(json!({"gone": true}))));
    }
}
