//! Whether a condition holds, over JSON values as they are: nothing is copied, nothing fails.

use std::cmp::Ordering;

use serde_json::Value;

use super::node::{Comparison, Kind, Method, Node};

/// What a node gives: a value somewhere, one made on the way, or nothing.
enum Given<'v> {
    Missing,
    Bool(bool),
    Size(u64),
    Text(String),
    Value(&'v Value),
    List(Vec<Given<'v>>),
}

/// The variables, and the one that an `exists` or `all` adds.
#[derive(Clone, Copy)]
struct Names<'v> {
    variables: &'v [(&'v str, &'v Value)],
    inner: Option<(&'v str, &'v Value)>,
}

pub(super) fn holds(root: &Node, variables: &[(&str, &Value)]) -> bool {
    truth(&given(root, Names { variables, inner: None }))
}

fn truth(given: &Given<'_>) -> bool {
    matches!(given, Given::Bool(true) | Given::Value(Value::Bool(true)))
}

fn given<'v>(node: &'v Node, names: Names<'v>) -> Given<'v> {
    let test = |node: &'v Node| truth(&given(node, names));
    match &node.kind {
        Kind::Literal(value) => Given::Value(value),
        Kind::Variable(name) => names.find(name).map_or(Given::Missing, Given::Value),
        Kind::Field(..) => field(node, names).map_or(Given::Missing, Given::Value),
        Kind::Has(of, name) => Given::Bool(chain(of, names, &mut vec![name.as_str()]).is_some_and(|v| !v.is_null())),
        Kind::Index(of, index) => element(&given(of, names), &given(index, names)),
        Kind::Not(a) => Given::Bool(!test(a)),
        Kind::And(a, b) => Given::Bool(test(a) && test(b)),
        Kind::Or(a, b) => Given::Bool(test(a) || test(b)),
        Kind::If(a, b, c) => given(if test(a) { b } else { c }, names),
        Kind::Compare(comparison, a, b) => Given::Bool(compare(*comparison, &given(a, names), &given(b, names))),
        Kind::In(a, b) => Given::Bool(contains(&given(b, names), &given(a, names))),
        Kind::List(items) => Given::List(items.iter().map(|item| given(item, names)).collect()),
        Kind::Method(method, target, argument) => {
            let argument = argument.as_deref().map(|a| given(a, names));
            apply(*method, &given(target, names), argument.as_ref())
        }
        Kind::Quantifier { all, list, variable, body } => Given::Bool(quantify(*all, &given(list, names), variable, body, names)),
    }
}

impl<'v> Names<'v> {
    fn find(self, name: &str) -> Option<&'v Value> {
        self.inner
            .filter(|(inner, _)| *inner == name)
            .or_else(|| self.variables.iter().copied().find(|(known, _)| *known == name))
            .map(|(_, v)| v)
    }
}

fn field<'v>(node: &'v Node, names: Names<'v>) -> Option<&'v Value> {
    chain(node, names, &mut Vec::new())
}

/// `account.name.givenName`: the names are collected up to the value that they begin at, then looked up.
fn chain<'v>(node: &'v Node, names: Names<'v>, after: &mut Vec<&'v str>) -> Option<&'v Value> {
    match &node.kind {
        Kind::Field(of, name) => {
            after.push(name);
            chain(of, names, after)
        }
        _ => match given(node, names) {
            Given::Value(value) => {
                after.reverse();
                look_up(value, after)
            }
            _ => None,
        },
    }
}

/// Attributes are nested or flat: `name.givenName` may be one key (SCIM's name for it) or two.
fn look_up<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    if names.is_empty() {
        return Some(value);
    }
    let map = value.as_object()?;
    (1..=names.len()).find_map(|n| {
        let (head, rest) = names.split_at(n);
        let found = if n == 1 { map.get(head[0]) } else { map.get(&head.join(".")) };
        found.and_then(|found| look_up(found, rest))
    })
}

fn element<'v>(of: &Given<'v>, index: &Given<'v>) -> Given<'v> {
    let found = match (of, index) {
        (Given::Value(of), Given::Value(Value::String(key))) => of.get(key),
        (Given::Value(of), Given::Value(Value::Number(n))) => n.as_u64().and_then(|n| usize::try_from(n).ok()).and_then(|n| of.get(n)),
        _ => None,
    };
    found.map_or(Given::Missing, Given::Value)
}

fn is_nothing(given: &Given<'_>) -> bool {
    matches!(given, Given::Missing | Given::Value(Value::Null))
}

fn compare(comparison: Comparison, a: &Given<'_>, b: &Given<'_>) -> bool {
    // `x == null` and `x != null` ask whether there is anything; every other comparison with nothing is false.
    let asks_for_null = matches!(a, Given::Value(Value::Null)) || matches!(b, Given::Value(Value::Null));
    match comparison {
        Comparison::Equal if asks_for_null => is_nothing(a) && is_nothing(b),
        Comparison::NotEqual if asks_for_null => is_nothing(a) != is_nothing(b),
        _ if is_nothing(a) || is_nothing(b) => false,
        Comparison::Equal => equal(a, b),
        Comparison::NotEqual => !equal(a, b),
        Comparison::Less => order(a, b).is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order(a, b).is_some_and(Ordering::is_le),
        Comparison::Greater => order(a, b).is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(a, b).is_some_and(Ordering::is_ge),
    }
}

fn equal(a: &Given<'_>, b: &Given<'_>) -> bool {
    match (a, b) {
        (Given::List(x), Given::List(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y)),
        (Given::List(x), Given::Value(Value::Array(y))) | (Given::Value(Value::Array(y)), Given::List(x)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, &Given::Value(y)))
        }
        (Given::Value(x @ (Value::Array(_) | Value::Object(_))), Given::Value(y)) => x == y,
        _ => match (boolean(a), boolean(b)) {
            (Some(x), Some(y)) => x == y,
            _ => order(a, b).is_some_and(Ordering::is_eq),
        },
    }
}

fn boolean(given: &Given<'_>) -> Option<bool> {
    match given {
        Given::Bool(b) | Given::Value(Value::Bool(b)) => Some(*b),
        _ => None,
    }
}

fn text<'g>(given: &'g Given<'_>) -> Option<&'g str> {
    match given {
        Given::Text(text) => Some(text),
        Given::Value(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Texts by their bytes (so RFC 3339 times in UTC by time), numbers by size; nothing else has an order.
fn order(a: &Given<'_>, b: &Given<'_>) -> Option<Ordering> {
    if let (Some(x), Some(y)) = (text(a), text(b)) {
        return Some(x.cmp(y));
    }
    match (whole(a), whole(b)) {
        (Some(x), Some(y)) => Some(x.cmp(&y)),
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

fn whole(given: &Given<'_>) -> Option<i128> {
    match given {
        Given::Size(n) => Some(i128::from(*n)),
        Given::Value(Value::Number(n)) => n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from)),
        _ => None,
    }
}

fn number(given: &Given<'_>) -> Option<f64> {
    match given {
        #[expect(clippy::cast_precision_loss, reason = "a size compared with a fraction")]
        Given::Size(n) => Some(*n as f64),
        Given::Value(Value::Number(n)) => n.as_f64(),
        _ => None,
    }
}

fn contains(list: &Given<'_>, item: &Given<'_>) -> bool {
    match list {
        _ if is_nothing(item) => false,
        Given::List(items) => items.iter().any(|i| equal(i, item)),
        Given::Value(Value::Array(items)) => items.iter().any(|i| equal(&Given::Value(i), item)),
        Given::Value(Value::Object(map)) => text(item).is_some_and(|key| map.contains_key(key)),
        _ => false,
    }
}

fn apply<'v>(method: Method, target: &Given<'v>, argument: Option<&Given<'v>>) -> Given<'v> {
    let pair = || Some((text(target)?, text(argument?)?));
    match method {
        Method::StartsWith => Given::Bool(pair().is_some_and(|(t, a)| t.starts_with(a))),
        Method::EndsWith => Given::Bool(pair().is_some_and(|(t, a)| t.ends_with(a))),
        Method::Contains => Given::Bool(pair().is_some_and(|(t, a)| t.contains(a))),
        Method::LowerAscii => text(target).map_or(Given::Missing, |t| Given::Text(t.to_ascii_lowercase())),
        Method::Size => size(target).and_then(|n| u64::try_from(n).ok()).map_or(Given::Missing, Given::Size),
    }
}

fn size(given: &Given<'_>) -> Option<usize> {
    match given {
        Given::List(items) => Some(items.len()),
        Given::Value(Value::Array(items)) => Some(items.len()),
        Given::Value(Value::Object(map)) => Some(map.len()),
        other => text(other).map(|t| t.chars().count()),
    }
}

fn quantify<'v>(all: bool, list: &Given<'v>, variable: &'v str, body: &'v Node, names: Names<'v>) -> bool {
    let test = |item: &'v Value| truth(&given(body, Names { inner: Some((variable, item)), ..names }));
    match list {
        Given::Value(Value::Array(items)) if all => items.iter().all(test),
        Given::Value(Value::Array(items)) => items.iter().any(test),
        Given::List(items) => {
            let mut values = items.iter().map(|item| match item {
                Given::Value(value) => test(value),
                _ => false,
            });
            if all { values.all(|held| held) } else { values.any(|held| held) }
        }
        // Nothing is known of a list that is missing: `all` over it must not open a door.
        _ => false,
    }
}
