//! One document as a tree of raw values with their places, built once whatever types are read from it afterwards.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span};

use super::HINT;
use super::scalar::Scalar;
use super::wrong::{Place, What, Wrong};

/// Containers in one another. A manifest has nine.
const DEPTH: usize = 24;
/// Values, lists and mappings in one file.
const NODES: usize = 20_000;

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'t> {
    pub(super) place: Place,
    pub(super) shape: Shape<'t>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape<'t> {
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
    },
    List(Vec<Node<'t>>),
    /// Keys are scalars, in the order of the file, none twice.
    Map(Vec<(Node<'t>, Node<'t>)>),
}

impl Node<'_> {
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.shape {
            Shape::Scalar { text, plain } => Some(Scalar { text, plain: *plain }),
            _ => None,
        }
    }

    /// Left empty, or written as `null`.
    pub(super) fn is_nothing(&self) -> bool {
        self.scalar().is_some_and(Scalar::is_nothing)
    }

    /// What stands here, for a message.
    pub(super) fn is(&self) -> String {
        match &self.shape {
            Shape::List(_) => "not a list".to_owned(),
            Shape::Map(_) => "not a mapping".to_owned(),
            Shape::Scalar { .. } if self.is_nothing() => "but there is nothing".to_owned(),
            Shape::Scalar { text, plain } if text.chars().count() > 60 || text.contains('\n') => {
                format!("not {} text", if *plain { "a long" } else { "a quoted" })
            }
            Shape::Scalar { text, plain: true } => format!("not `{text}`"),
            Shape::Scalar { text, plain: false } => format!("not `\"{text}\"`"),
        }
    }
}

/// The only document of a text.
///
/// # Errors
/// Not YAML; no document or two; anchors, aliases, merges and tags; a key twice, or a key that isn't a scalar; too deep or too large.
pub(super) fn tree(text: &str) -> Result<Node<'_>, Wrong> {
    let options = granit_parser::options! { emit_anchor_events: true, emit_unresolved_aliases: true };
    let mut tree = Tree { open: Vec::new(), root: None, documents: 0, nodes: 0 };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| syntax(&error))?;
        tree.take(event, place(&span)).map_err(|wrong| wrong.at(place(&span)))?;
    }
    tree.root.ok_or_else(|| Wrong::new(What::Empty))
}

/// A list or mapping that isn't at its end yet.
struct Open<'t> {
    place: Place,
    inside: Inside<'t>,
}

enum Inside<'t> {
    List(Vec<Node<'t>>),
    Map { entries: Vec<(Node<'t>, Node<'t>)>, key: Option<Node<'t>> },
}

struct Tree<'t> {
    open: Vec<Open<'t>>,
    root: Option<Node<'t>>,
    documents: usize,
    nodes: usize,
}

impl<'t> Tree<'t> {
    fn take(&mut self, event: Event<'t>, place: Place) -> Result<(), Wrong> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Wrong::new(What::Second));
                }
            }
            Event::Scalar(text, style, _, tag) => {
                self.count(tag.is_some())?;
                self.put(Node { place, shape: Shape::Scalar { text, plain: style == ScalarStyle::Plain } })?;
            }
            Event::SequenceStart(_, _, tag) => self.begin(place, Inside::List(Vec::new()), tag.is_some())?,
            Event::MappingStart(_, _, tag) => self.begin(place, Inside::Map { entries: Vec::new(), key: None }, tag.is_some())?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { place, inside }) = self.open.pop() {
                    let shape = match inside {
                        Inside::List(items) => Shape::List(items),
                        Inside::Map { entries, .. } => {
                            twice(&entries)?;
                            Shape::Map(entries)
                        }
                    };
                    self.put(Node { place, shape })?;
                }
            }
            Event::Anchor(_, name) => return Err(refused(format!("the anchor `&{name}` stands here"))),
            Event::UnresolvedAlias(name) => return Err(refused(format!("the alias `*{name}` stands here"))),
            Event::Alias(_) => return Err(refused("an alias stands here")),
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, tagged: bool) -> Result<(), Wrong> {
        self.nodes += 1;
        if tagged {
            return Err(refused("a tag stands here"));
        }
        if self.nodes > NODES { Err(refused("the file has more values than that")) } else { Ok(()) }
    }

    fn begin(&mut self, place: Place, inside: Inside<'t>, tagged: bool) -> Result<(), Wrong> {
        self.count(tagged)?;
        if let Some(Open { inside: Inside::Map { key: None, .. }, .. }) = self.open.last() {
            let said = "text is expected here: a list or a mapping can't be a key";
            return Err(Wrong::value(format!("{said}{HINT}put quotes around a text that begins with {{ or [")));
        }
        if self.open.len() == DEPTH {
            return Err(refused(format!("more than {DEPTH} lists and mappings stand in one another here")));
        }
        self.open.push(Open { place, inside });
        Ok(())
    }

    /// Where a value belongs that is complete.
    fn put(&mut self, node: Node<'t>) -> Result<(), Wrong> {
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None if node.scalar() == Some(Scalar { text: "<<", plain: true }) => return Err(refused("a merge (<<) stands here")),
                None => *key = Some(node),
            },
        }
        Ok(())
    }
}

/// The first key that stands a second time.
fn twice(entries: &[(Node<'_>, Node<'_>)]) -> Result<(), Wrong> {
    let mut keys: Vec<(&str, Place)> = entries.iter().filter_map(|(key, _)| key.scalar().map(|scalar| (scalar.text, key.place))).collect();
    // Equal keys stay in the order of the file.
    keys.sort_by_key(|(text, _)| *text);
    let pairs = keys.windows(2).filter_map(|pair| match pair {
        [(one, first), (other, second)] if one == other => Some((*one, *first, *second)),
        _ => None,
    });
    match pairs.min_by_key(|(_, _, second)| (second.line, second.column)) {
        Some((key, first, second)) => Err(Wrong::new(What::Twice { key: key.to_owned(), first: first.line }).at(second)),
        None => Ok(()),
    }
}

fn place(span: &Span) -> Place {
    at(span.start.line(), span.start.col())
}

/// The parser counts columns from 0.
fn at(line: usize, column: usize) -> Place {
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Place { line: number(line), column: number(column).saturating_add(1) }
}

fn refused(said: impl Into<String>) -> Wrong {
    Wrong::new(What::Refused(said.into()))
}

fn syntax(error: &ScanError) -> Wrong {
    let marker = error.marker();
    let said = error.info();
    let wrong = match error.kind() {
        ErrorKind::RecursionLimitExceeded => refused("far too many lists and mappings stand in one another here"),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement | ErrorKind::SimpleKeyExpected => {
            Wrong::new(What::Syntax(format!("{said}{HINT}put a blank after the colon of a key, and quotes around a text that holds one")))
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            Wrong::new(What::Syntax(format!("{said}{HINT}begin all keys of one mapping in the same column")))
        }
        _ => Wrong::new(What::Syntax(said)),
    };
    wrong.at(at(marker.line(), marker.col()))
}
