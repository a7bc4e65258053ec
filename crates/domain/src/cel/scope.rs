//! Which names a condition may use: decided by the key that it stands under, not by what happens to be there when it runs.

use std::collections::BTreeMap;

use super::CelError;
use super::node::{Comparison, Kind, Node};
use crate::yaml::offer;

/// What a variable or a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// True or false.
    Bool,
    /// Text, also times and days.
    Text,
    /// A number.
    Number,
    /// Anything: what a vendor sent. Its fields are not checked.
    Any,
    /// A mapping with these fields and no others.
    Map(BTreeMap<String, Field>),
    /// A list of such.
    List(Box<Field>),
}

impl Field {
    /// A mapping from pairs; `name.givenName` is the field of a field.
    pub fn map<N: Into<String>>(fields: impl IntoIterator<Item = (N, Field)>) -> Field {
        let mut map = BTreeMap::new();
        for (name, field) in fields {
            insert(&mut map, &name.into(), field);
        }
        Field::Map(map)
    }

    fn name(&self) -> &'static str {
        match self {
            Field::Bool => "true or false",
            Field::Text => "text",
            Field::Number => "a number",
            Field::Any => "anything",
            Field::Map(_) => "a mapping",
            Field::List(_) => "a list",
        }
    }
}

fn insert(map: &mut BTreeMap<String, Field>, name: &str, field: Field) {
    match name.split_once('.') {
        None => {
            map.insert(name.to_owned(), field);
        }
        Some((head, rest)) => {
            if let Field::Map(inner) = map.entry(head.to_owned()).or_insert_with(|| Field::Map(BTreeMap::new())) {
                insert(inner, rest, field);
            }
        }
    }
}

/// The variables that one key allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    variables: BTreeMap<String, Field>,
}

impl Scope {
    /// These variables and no others.
    pub fn of<N: Into<String>>(variables: impl IntoIterator<Item = (N, Field)>) -> Self {
        Scope { variables: variables.into_iter().map(|(name, field)| (name.into(), field)).collect() }
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, name: &str, field: Field) -> Self {
        self.variables.insert(name.to_owned(), field);
        self
    }
}

pub(super) fn check(root: &Node, scope: &Scope) -> Result<(), CelError> {
    let result = Check { scope, inner: None }.field(root)?;
    match result {
        Field::Bool | Field::Any => Ok(()),
        other => Err(CelError::new(root.at, format!("the condition gives {}, not true or false", other.name()))
            .hint("compare it with something, as in account.status == 'active'")),
    }
}

struct Check<'s> {
    scope: &'s Scope,
    inner: Option<(&'s str, &'s Field)>,
}

impl Check<'_> {
    fn field(&self, node: &Node) -> Result<Field, CelError> {
        match &node.kind {
            Kind::Literal(value) => Ok(match value {
                serde_json::Value::Bool(_) => Field::Bool,
                serde_json::Value::Number(_) => Field::Number,
                serde_json::Value::String(_) => Field::Text,
                _ => Field::Any,
            }),
            Kind::Variable(name) => self.variable(node.at, name),
            Kind::Field(of, name) => self.select(of, name),
            Kind::Has(of, name) => self.select(of, name).map(|_| Field::Bool),
            Kind::Index(of, index) => {
                self.field(index)?;
                Ok(match self.field(of)? {
                    Field::List(item) => *item,
                    _ => Field::Any,
                })
            }
            Kind::Not(a) => self.boolean(a),
            Kind::And(a, b) | Kind::Or(a, b) => self.boolean(a).and_then(|_| self.boolean(b)),
            Kind::If(a, b, c) => {
                self.boolean(a)?;
                let (b, c) = (self.field(b)?, self.field(c)?);
                Ok(if b == c { b } else { Field::Any })
            }
            Kind::Compare(comparison, a, b) => self.comparison(node.at, *comparison, a, b),
            Kind::In(a, b) => {
                self.field(a)?;
                match self.field(b)? {
                    Field::List(_) | Field::Map(_) | Field::Any => Ok(Field::Bool),
                    other => Err(CelError::new(b.at, format!("`in` needs a list, this is {}", other.name()))),
                }
            }
            Kind::List(items) => {
                let fields = items.iter().map(|item| self.field(item)).collect::<Result<Vec<_>, _>>()?;
                let same = fields.first().filter(|first| fields.iter().all(|f| f == *first));
                Ok(Field::List(Box::new(same.cloned().unwrap_or(Field::Any))))
            }
            Kind::Method(method, target, argument) => {
                self.field(target)?;
                if let Some(argument) = argument {
                    self.field(argument)?;
                }
                Ok(match method {
                    super::node::Method::Size => Field::Number,
                    super::node::Method::LowerAscii => Field::Text,
                    _ => Field::Bool,
                })
            }
            Kind::Quantifier { list, variable, body, .. } => {
                let item = match self.field(list)? {
                    Field::List(item) => *item,
                    Field::Any => Field::Any,
                    other => return Err(CelError::new(list.at, format!("`exists` and `all` need a list, this is {}", other.name()))),
                };
                Check { scope: self.scope, inner: Some((variable, &item)) }.boolean(body)
            }
        }
    }

    fn boolean(&self, node: &Node) -> Result<Field, CelError> {
        match self.field(node)? {
            Field::Bool | Field::Any => Ok(Field::Bool),
            other => Err(CelError::new(node.at, format!("true or false is needed here, this is {}", other.name()))),
        }
    }

    fn comparison(&self, at: usize, comparison: Comparison, a: &Node, b: &Node) -> Result<Field, CelError> {
        let (a, b) = (self.field(a)?, self.field(b)?);
        let comparable = matches!((&a, &b), (Field::Any, _) | (_, Field::Any)) || std::mem::discriminant(&a) == std::mem::discriminant(&b);
        let ordered =
            matches!(comparison, Comparison::Equal | Comparison::NotEqual) || !matches!(a, Field::Bool | Field::Map(_) | Field::List(_));
        if comparable && ordered {
            return Ok(Field::Bool);
        }
        Err(CelError::new(at, format!("{} and {} can't be compared like this", a.name(), b.name())))
    }

    fn variable(&self, at: usize, name: &str) -> Result<Field, CelError> {
        if let Some((_, field)) = self.inner.filter(|(inner, _)| *inner == name) {
            return Ok(field.clone());
        }
        self.scope.variables.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.scope.variables.keys().map(String::as_str).collect();
            CelError::new(at, format!("`{name}` is not known here")).hint(offer(name, &known, "variables"))
        })
    }

    fn select(&self, of: &Node, name: &str) -> Result<Field, CelError> {
        match self.field(of)? {
            Field::Any => Ok(Field::Any),
            Field::Map(fields) => fields.get(name).cloned().ok_or_else(|| {
                let known: Vec<&str> = fields.keys().map(String::as_str).collect();
                CelError::new(of.at, format!("`{name}` is not a field of this")).hint(offer(name, &known, "fields"))
            }),
            other => Err(CelError::new(of.at, format!("`{name}` is asked of {}, which has no fields", other.name()))),
        }
    }
}
