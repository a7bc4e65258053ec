//! Filters: RFC 7644 §3.4.2.2, whole, with one addition that Entra ID sends: `emails[type eq "work"].value eq "x"`.
//! Okta's filters are a subset of it.

mod parse;

use std::cmp::Ordering;

use serde_json::Value;

pub(crate) use parse::{parse, parse_path};

/// An attribute: `userName`, `name.givenName`, `urn:…:User:employeeNumber`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) urn: Option<String>,
    pub(crate) name: String,
    pub(crate) sub: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Present(Attribute),
    Compare(Attribute, Op, Value),
    /// One and the same element of a list meets the inner filter.
    Element(Attribute, Box<Filter>),
}

/// The path of a PATCH operation (RFC 7644 §3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub(crate) attribute: Attribute,
    pub(crate) element: Option<Filter>,
}

/// Attributes whose values are compared with case (RFC 7643 §3.1, and `$ref`).
const CASE_EXACT: &[&str] = &["id", "externalid", "version", "$ref"];

impl Filter {
    /// True where the resource, or an element of a list, meets the filter.
    pub(crate) fn matches(&self, value: &Value) -> bool {
        match self {
            Filter::And(a, b) => a.matches(value) && b.matches(value),
            Filter::Or(a, b) => a.matches(value) || b.matches(value),
            Filter::Not(inner) => !inner.matches(value),
            Filter::Present(attribute) => attribute.values(value).iter().any(|v| present(v)),
            Filter::Compare(attribute, op, wanted) => {
                let exact = CASE_EXACT.contains(&attribute.last().to_lowercase().as_str());
                let values = attribute.values(value);
                match op {
                    Op::Ne => !values.iter().any(|v| compare(v, Op::Eq, wanted, exact)),
                    op => values.iter().any(|v| compare(v, *op, wanted, exact)),
                }
            }
            Filter::Element(attribute, inner) => attribute.container(value).is_some_and(|v| match v {
                Value::Array(items) => items.iter().any(|item| inner.matches(item)),
                other => inner.matches(other),
            }),
        }
    }

    /// The value that an attribute must equal, where the whole filter is that one comparison.
    pub(crate) fn only_equals(&self, name: &str) -> Option<&str> {
        match self {
            Filter::Compare(a, Op::Eq, Value::String(wanted)) if a.sub.is_none() && a.name.eq_ignore_ascii_case(name) => Some(wanted),
            _ => None,
        }
    }
}

impl Attribute {
    fn last(&self) -> &str {
        self.sub.as_deref().unwrap_or(&self.name)
    }

    fn container<'v>(&self, resource: &'v Value) -> Option<&'v Value> {
        let holder = match &self.urn {
            // The core schemas' attributes stand at the top, an extension's under its URN.
            Some(urn) => member(resource, urn).unwrap_or(resource),
            None => resource,
        };
        member(holder, &self.name)
    }

    /// All values that the attribute has: a list gives one each, and a list of objects gives their `value`.
    fn values<'v>(&self, resource: &'v Value) -> Vec<&'v Value> {
        let Some(found) = self.container(resource) else { return Vec::new() };
        let each: Vec<&Value> = match found {
            Value::Array(items) => items.iter().collect(),
            one => vec![one],
        };
        each.into_iter()
            .filter_map(|item| match (&self.sub, item) {
                (Some(sub), item) => member(item, sub),
                (None, Value::Object(map)) if found.is_array() => map.get("value"),
                (None, item) => Some(item),
            })
            .collect()
    }
}

/// A member of an object by name, without case (RFC 7643 §2.1).
pub(crate) fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let map = value.as_object()?;
    map.get(name).or_else(|| map.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

fn present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(have: &Value, op: Op, wanted: &Value, exact: bool) -> bool {
    match (have, wanted) {
        (Value::String(have), Value::String(wanted)) if exact => text(have, op, wanted),
        (Value::String(have), Value::String(wanted)) => text(&have.to_lowercase(), op, &wanted.to_lowercase()),
        // Entra ID's validator compares booleans with "True".
        (Value::Bool(have), Value::String(wanted)) => op == Op::Eq && wanted.eq_ignore_ascii_case(&have.to_string()),
        (Value::Number(have), Value::Number(wanted)) => {
            have.as_f64().zip(wanted.as_f64()).and_then(|(a, b)| a.partial_cmp(&b)).is_some_and(|order| ordered(order, op))
        }
        (have, wanted) => op == Op::Eq && have == wanted,
    }
}

fn text(have: &str, op: Op, wanted: &str) -> bool {
    match op {
        Op::Co => have.contains(wanted),
        Op::Sw => have.starts_with(wanted),
        Op::Ew => have.ends_with(wanted),
        op => ordered(have.cmp(wanted), op),
    }
}

fn ordered(order: Ordering, op: Op) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Ne | Op::Co | Op::Sw | Op::Ew => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ana() -> Value {
        json!({"id": "Ab1", "externalId": "hr-1", "userName": "Ana@corp.example", "active": true, "name": {"givenName": "Ana"},
            "emails": [{"value": "ana@corp.example", "type": "work", "primary": true}, {"value": "a@home.example", "type": "home"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "00017"},
            "meta": {"lastModified": "2026-11-25T09:00:00Z"}})
    }

    #[test]
    fn filters_hold_as_rfc_7644_says() {
        for (filter, holds) in [
            ("userName eq \"ana@CORP.example\"", true),
            ("USERNAME Eq \"ana@corp.example\"", true),
            ("id eq \"ab1\"", false),
            ("externalId eq \"hr-1\" and active eq true", true),
            ("active eq \"True\"", true),
            ("active eq false or name.givenName sw \"a\"", true),
            ("emails.value co \"home\"", true),
            ("emails eq \"a@home.example\"", true),
            ("emails[type eq \"home\" and value sw \"ana\"]", false),
            ("emails[type eq \"work\"].value eq \"ana@corp.example\"", true),
            ("emails[type eq \"home\"].value eq \"ana@corp.example\"", false),
            ("not (userName pr)", false),
            ("title pr", false),
            ("title ne \"x\"", true),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq \"00017\"", true),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"ana\"", true),
            ("meta.lastModified gt \"2026-11-25T08:00:00Z\"", true),
            ("userName ew \"example\" and (id eq \"x\" or id eq \"Ab1\")", true),
            ("id eq \"x\" and id eq \"y\" or active eq true", true),
        ] {
            assert_eq!(parse(filter).unwrap().matches(&ana()), holds, "{filter}");
        }
    }

    #[test]
    fn one_comparison_can_use_an_index() {
        assert_eq!(parse("username eq \"x\"").unwrap().only_equals("userName"), Some("x"));
        assert_eq!(parse("userName eq \"x\" and active eq true").unwrap().only_equals("userName"), None);
    }
}
