//! A page of a list as servers really send it (RFC 7644 §3.4.2).

use serde_json::Value;

use super::names;

/// One page, before anybody believes it.
#[derive(Debug, PartialEq)]
pub(super) struct ListPage {
    pub(super) rows: Vec<Value>,
    /// `totalResults`.
    pub(super) total: Option<u64>,
    /// The list came as a bare array, without an envelope.
    pub(super) bare: bool,
}

/// Takes the rows out of an answer. A single resource, an error or anything else is `None`.
pub(super) fn page(body: Value) -> Option<ListPage> {
    match body {
        Value::Array(rows) => Some(ListPage { rows, total: None, bare: true }),
        Value::Object(mut map) => {
            let total = names::get(&map, "totalResults").and_then(number);
            let key = map.keys().find(|key| key.eq_ignore_ascii_case("resources")).cloned();
            match key.and_then(|key| map.remove(&key)) {
                Some(Value::Array(rows)) => Some(ListPage { rows, total, bare: false }),
                // RFC 7644: `Resources` may be absent where `totalResults` is 0; servers also leave it out past the end.
                None | Some(Value::Null) => total.map(|_| ListPage { rows: Vec::new(), total, bare: false }),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_known_in_each_of_its_shapes_and_nothing_else_is() {
        let shape = |body: Value| page(body).map(|p| (p.rows.len(), p.total, p.bare));
        assert_eq!(shape(json!({"totalResults": 2, "Resources": [1, 2]})), Some((2, Some(2), false)));
        assert_eq!(shape(json!({"totalresults": "2", "resources": [1]})), Some((1, Some(2), false)));
        assert_eq!(shape(json!({"totalResults": 0})), Some((0, Some(0), false)));
        assert_eq!(shape(json!({"Resources": []})), Some((0, None, false)));
        assert_eq!(shape(json!([1, 2])), Some((2, None, true)));
        assert_eq!(shape(json!({"id": "1", "userName": "ana"})), None);
        assert_eq!(shape(json!({"Resources": {"id": "1"}})), None);
        assert_eq!(shape(json!("x")), None);
    }
}
