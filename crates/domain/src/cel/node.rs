//! From what the crate `cel` parsed to the few kinds of node that a condition may hold.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SourceInfo, operators};
use cel::parser::Parser;
use serde_json::Value;

use super::{CelError, MAX_CHARS};

/// Deepest nesting that is parsed: far beyond any condition, far below what could exhaust a stack.
const MAX_DEPTH: u16 = 24;

/// A node and the character (from 1) where it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Literal(Value),
    Variable(String),
    Field(Box<Node>, String),
    Index(Box<Node>, Box<Node>),
    /// `has(x.y)`.
    Has(Box<Node>, String),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Method(Method, Box<Node>, Option<Box<Node>>),
    /// `list.exists(x, …)` and `list.all(x, …)`.
    Quantifier {
        all: bool,
        list: Box<Node>,
        variable: String,
        body: Box<Node>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    StartsWith,
    EndsWith,
    Contains,
    LowerAscii,
    Size,
}

const METHODS: [(&str, Method, usize); 5] = [
    ("startsWith", Method::StartsWith, 1),
    ("endsWith", Method::EndsWith, 1),
    ("contains", Method::Contains, 1),
    ("lowerAscii", Method::LowerAscii, 0),
    ("size", Method::Size, 0),
];

pub(super) fn parse(text: &str) -> Result<Node, CelError> {
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        return Err(CelError::new(0, format!("the condition has {chars} characters, at most {MAX_CHARS} are read")));
    }
    if text.trim().is_empty() {
        return Err(CelError::new(0, "the condition is empty").hint("write true for a condition that always holds"));
    }
    nesting(text)?;
    let parser = Parser::new().max_recursion_depth(MAX_DEPTH).error_recovery_limit(1);
    let (expr, source) = parser.parse_with_source_info(text).map_err(|errors| {
        let first = errors.errors.first();
        let at = first.map_or(0, |e| character(text, e.pos));
        let said = first.map_or("", |e| e.msg.as_str());
        let said = said.split(" expecting ").next().unwrap_or_default().trim_start_matches("Syntax error: ");
        CelError::new(at, format!("not a condition: {said}")).hint("conditions are CEL, as in account.status == 'active' && !account.admin")
    })?;
    Walk { source: &source, inside: None }.node(&expr)
}

/// Line and column of the parser (from 1) as a character of the text.
fn character(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let before: usize = text.split_inclusive('\n').take(line - 1).map(|l| l.chars().count()).sum();
    before + usize::try_from(column).unwrap_or(1)
}

/// Refuses nesting before the parser sees it: the generated parser descends a dozen calls for each bracket.
fn nesting(text: &str) -> Result<(), CelError> {
    let (mut depth, mut unary, mut quote) = (0_usize, 0_usize, None);
    for (at, c) in text.chars().enumerate() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        unary = if matches!(c, '!' | '-') { unary + 1 } else { 0 };
        if depth > usize::from(MAX_DEPTH) / 2 || unary > 4 {
            return Err(CelError::new(at + 1, "nested too deeply for a condition"));
        }
    }
    Ok(())
}

struct Walk<'s> {
    source: &'s SourceInfo,
    /// The variable of the `exists` or `all` that this is inside of.
    inside: Option<String>,
}

impl Walk<'_> {
    fn at(&self, id: u64) -> usize {
        self.source.offset_for(id).and_then(|(start, _)| usize::try_from(start).ok()).map_or(0, |start| start + 1)
    }

    fn boxed(&self, expr: &IdedExpr) -> Result<Box<Node>, CelError> {
        self.node(expr).map(Box::new)
    }

    fn node(&self, expr: &IdedExpr) -> Result<Node, CelError> {
        let at = self.at(expr.id);
        let refuse = |what: &str| Err(CelError::new(at, format!("{what} can't stand in a condition")).hint(ALLOWED));
        let kind = match &expr.expr {
            Expr::Literal(literal) => Kind::Literal(value(literal).ok_or_else(|| CelError::new(at, "bytes can't stand in a condition"))?),
            Expr::Ident(name) => Kind::Variable(name.clone()),
            Expr::Select(select) if select.test => Kind::Has(self.boxed(&select.operand)?, select.field.clone()),
            Expr::Select(select) => Kind::Field(self.boxed(&select.operand)?, select.field.clone()),
            Expr::List(list) if list.optional_indices.is_empty() => {
                Kind::List(list.elements.iter().map(|e| self.node(e)).collect::<Result<_, _>>()?)
            }
            Expr::Call(call) => self.call(at, call)?,
            Expr::Comprehension(comprehension) => self.quantifier(at, comprehension)?,
            Expr::Map(_) | Expr::Struct(_) => return refuse("a mapping"),
            Expr::List(_) | Expr::Unspecified => return refuse("this"),
        };
        Ok(Node { at, kind })
    }

    fn call(&self, at: usize, call: &CallExpr) -> Result<Kind, CelError> {
        let two = |make: fn(Box<Node>, Box<Node>) -> Kind| match call.args.as_slice() {
            [a, b] => Ok(make(self.boxed(a)?, self.boxed(b)?)),
            _ => Err(CelError::new(at, "an operator needs two sides")),
        };
        let compare = |c: Comparison| match call.args.as_slice() {
            [a, b] => Ok(Kind::Compare(c, self.boxed(a)?, self.boxed(b)?)),
            _ => Err(CelError::new(at, "a comparison needs two sides")),
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, _) => two(Kind::And),
            (operators::LOGICAL_OR, _) => two(Kind::Or),
            (operators::IN, _) => two(Kind::In),
            (operators::INDEX, _) => two(Kind::Index),
            (operators::EQUALS, _) => compare(Comparison::Equal),
            (operators::NOT_EQUALS, _) => compare(Comparison::NotEqual),
            (operators::LESS, _) => compare(Comparison::Less),
            (operators::LESS_EQUALS, _) => compare(Comparison::LessOrEqual),
            (operators::GREATER, _) => compare(Comparison::Greater),
            (operators::GREATER_EQUALS, _) => compare(Comparison::GreaterOrEqual),
            (operators::LOGICAL_NOT, [a]) => Ok(Kind::Not(self.boxed(a)?)),
            (operators::CONDITIONAL, [a, b, c]) => Ok(Kind::If(self.boxed(a)?, self.boxed(b)?, self.boxed(c)?)),
            (name, args) => self.method(at, name, call.target.as_deref(), args),
        }
    }

    fn method(&self, at: usize, name: &str, target: Option<&IdedExpr>, args: &[IdedExpr]) -> Result<Kind, CelError> {
        let Some((_, method, arguments)) = METHODS.iter().find(|(known, ..)| *known == name) else {
            let spelled = name.trim_matches('_').trim_start_matches('@');
            let near = METHODS.iter().map(|(known, ..)| *known).chain(["exists", "all", "has"]);
            let near = crate::diagnostic::nearest(name, near);
            let error = CelError::new(at, format!("`{spelled}` can't stand in a condition"));
            return Err(error.hint(near.map_or_else(|| ALLOWED.to_owned(), |near| format!("did you mean `{near}`?"))));
        };
        // CEL writes size both ways: size(x) and x.size().
        let (target, args) = match (target, args) {
            (None, [only]) if *method == Method::Size => (Some(only), &[][..]),
            other => other,
        };
        match (target, args) {
            (Some(target), args) if args.len() == *arguments => {
                let argument = args.first().map(|a| self.boxed(a)).transpose()?;
                Ok(Kind::Method(*method, self.boxed(target)?, argument))
            }
            _ => Err(CelError::new(at, format!("`{name}` is written x.{name}({})", if *arguments == 1 { "…" } else { "" }))),
        }
    }

    fn quantifier(&self, at: usize, c: &ComprehensionExpr) -> Result<Kind, CelError> {
        if self.inside.is_some() {
            return Err(CelError::new(at, "`exists` and `all` can't stand inside one another"));
        }
        let start = matches!(&c.accu_init.expr, Expr::Literal(LiteralValue::Boolean(_)));
        let step = match &c.loop_step.expr {
            Expr::Call(call) if start && c.iter_var2.is_none() => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_OR, [_, body]) => Some((false, body)),
                (operators::LOGICAL_AND, [_, body]) => Some((true, body)),
                _ => None,
            },
            _ => None,
        };
        let (all, body) = step.ok_or_else(|| CelError::new(at, "only `exists` and `all` can stand here").hint(ALLOWED))?;
        let inner = Walk { source: self.source, inside: Some(c.iter_var.clone()) };
        Ok(Kind::Quantifier { all, list: self.boxed(&c.iter_range)?, variable: c.iter_var.clone(), body: inner.boxed(body)? })
    }
}

const ALLOWED: &str = "a condition may hold && || ! == != < <= > >= in ?: has() startsWith endsWith contains lowerAscii size exists all";

fn value(literal: &LiteralValue) -> Option<Value> {
    Some(match literal {
        LiteralValue::Boolean(b) => Value::Bool(*b.inner()),
        LiteralValue::Int(i) => Value::from(*i.inner()),
        LiteralValue::UInt(u) => Value::from(*u.inner()),
        LiteralValue::Double(d) => Value::from(*d.inner()),
        LiteralValue::String(s) => Value::from(s.inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::Bytes(_) => return None,
    })
}

impl Node {
    /// Every variable, in order, each as often as it stands; not those of `exists` and `all`.
    pub(super) fn variables<'n>(&'n self, names: &mut Vec<&'n str>) {
        match &self.kind {
            Kind::Literal(_) => {}
            Kind::Variable(name) => names.push(name),
            Kind::Field(of, _) | Kind::Has(of, _) | Kind::Not(of) => of.variables(names),
            Kind::Index(a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::Compare(_, a, b) | Kind::In(a, b) => {
                a.variables(names);
                b.variables(names);
            }
            Kind::If(a, b, c) => [a, b, c].into_iter().for_each(|n| n.variables(names)),
            Kind::List(items) => items.iter().for_each(|n| n.variables(names)),
            Kind::Method(_, target, argument) => {
                target.variables(names);
                if let Some(argument) = argument {
                    argument.variables(names);
                }
            }
            Kind::Quantifier { list, variable, body, .. } => {
                list.variables(names);
                let mut inner = Vec::new();
                body.variables(&mut inner);
                names.extend(inner.into_iter().filter(|name| name != variable));
            }
        }
    }
}
