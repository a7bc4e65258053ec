//! From text to a filter or a path. What does not parse is an error with its place, never a filter that matches all.

use serde_json::Value;

use super::{Attribute, Filter, Op, Path};

/// How deep parentheses, brackets and `not` may nest.
const DEEPEST: usize = 32;

/// A filter.
pub(crate) fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser { rest: text, whole: text };
    let filter = parser.either(0)?;
    parser.end()?;
    Ok(filter)
}

/// The path of a PATCH operation.
pub(crate) fn parse_path(text: &str) -> Result<Path, String> {
    let mut parser = Parser { rest: text, whole: text };
    let mut attribute = parser.attribute()?;
    let element = if parser.take('[') {
        let filter = parser.either(1)?;
        parser.expect(']')?;
        if parser.take('.') {
            attribute.sub = Some(parser.word()?.to_owned());
        }
        Some(filter)
    } else {
        None
    };
    parser.end()?;
    Ok(Path { attribute, element })
}

struct Parser<'t> {
    rest: &'t str,
    whole: &'t str,
}

impl<'t> Parser<'t> {
    fn either(&mut self, depth: usize) -> Result<Filter, String> {
        let mut left = self.both(depth)?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.both(depth)?));
        }
        Ok(left)
    }

    fn both(&mut self, depth: usize) -> Result<Filter, String> {
        let mut left = self.one(depth)?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.one(depth)?));
        }
        Ok(left)
    }

    fn one(&mut self, depth: usize) -> Result<Filter, String> {
        if depth > DEEPEST {
            return Err(self.wrong("nested too deep"));
        }
        let negated = self.keyword("not");
        self.blanks();
        if self.take('(') {
            let inner = self.either(depth + 1)?;
            self.blanks();
            self.expect(')')?;
            return Ok(if negated { Filter::Not(Box::new(inner)) } else { inner });
        }
        if negated {
            return Err(self.wrong("expected ( after not"));
        }
        let attribute = self.attribute()?;
        if self.take('[') {
            let inner = self.either(depth + 1)?;
            self.blanks();
            self.expect(']')?;
            if !self.take('.') {
                return Ok(Filter::Element(attribute, Box::new(inner)));
            }
            let sub = Attribute { urn: None, name: self.word()?.to_owned(), sub: None };
            let compared = self.comparison(sub)?;
            return Ok(Filter::Element(attribute, Box::new(Filter::And(Box::new(inner), Box::new(compared)))));
        }
        self.comparison(attribute)
    }

    fn comparison(&mut self, attribute: Attribute) -> Result<Filter, String> {
        self.blanks();
        let word = self.word()?.to_ascii_lowercase();
        let op = match word.as_str() {
            "pr" => return Ok(Filter::Present(attribute)),
            "eq" => Op::Eq,
            "ne" => Op::Ne,
            "co" => Op::Co,
            "sw" => Op::Sw,
            "ew" => Op::Ew,
            "gt" => Op::Gt,
            "ge" => Op::Ge,
            "lt" => Op::Lt,
            "le" => Op::Le,
            _ => return Err(self.wrong("expected an operator such as eq")),
        };
        Ok(Filter::Compare(attribute, op, self.value()?))
    }

    /// A JSON string, number, `true`, `false` or `null`.
    fn value(&mut self) -> Result<Value, String> {
        self.blanks();
        if !self.rest.starts_with('"') {
            let token = self.run(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
            return token.ok().and_then(|t| serde_json::from_str(t).ok()).ok_or_else(|| self.wrong("expected a value in JSON"));
        }
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { return Err(self.wrong("expected a value in JSON")) };
        self.rest = self.rest.get(values.byte_offset()..).unwrap_or_default();
        Ok(value)
    }

    fn attribute(&mut self) -> Result<Attribute, String> {
        self.blanks();
        let token = self.run(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '.' | ':'))?;
        let (urn, name) = match token.rsplit_once(':') {
            Some((urn, name)) => (Some(urn.to_owned()), name),
            None => (None, token),
        };
        // A path may be a whole extension: the version in `…:2.0:User` is no sub-attribute, and `User` no attribute.
        let (name, sub) = match name.split_once('.') {
            Some((name, sub)) => (name, Some(sub.to_owned())),
            None => (name, None),
        };
        if name.is_empty() || sub.as_deref() == Some("") {
            return Err(self.wrong("expected an attribute"));
        }
        Ok(Attribute { urn, name: name.to_owned(), sub })
    }

    fn word(&mut self) -> Result<&'t str, String> {
        self.run(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> Result<&'t str, String> {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        if token.is_empty() {
            return Err(self.wrong("expected a name"));
        }
        self.rest = rest;
        Ok(token)
    }

    /// Takes a word of the grammar, without case, if it stands here and ends here.
    fn keyword(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let Some((head, after)) = rest.split_at_checked(word.len()) else { return false };
        let ends = after.chars().next().is_none_or(|c| c == '(' || c.is_whitespace());
        if head.eq_ignore_ascii_case(word) && ends {
            self.rest = after;
            return true;
        }
        false
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.take(c) { Ok(()) } else { Err(self.wrong(&format!("expected {c}"))) }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn end(&mut self) -> Result<(), String> {
        self.blanks();
        if self.rest.is_empty() { Ok(()) } else { Err(self.wrong("unexpected text")) }
    }

    fn wrong(&self, what: &str) -> String {
        format!("{what} at character {}", self.whole.len() - self.rest.len() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_filter_is_refused_with_its_place() {
        for (text, at) in [
            ("", "character 1"),
            ("userName", "character 9"),
            ("userName eq", "character 12"),
            ("userName eq unquoted", "a value in JSON"),
            ("userName eq \"open", "character 13"),
            ("userName xx \"a\"", "operator"),
            ("emails[type eq \"work\"", "expected ]"),
            ("(userName pr", "expected )"),
            ("userName pr )", "unexpected text"),
            ("not userName pr", "expected ("),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(at), "{text}: {error}");
        }
        assert!(parse(&format!("{}userName pr{}", "(".repeat(100), ")".repeat(100))).unwrap_err().contains("too deep"));
    }

    #[test]
    fn paths_of_all_forms() {
        let path = parse_path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value").unwrap();
        assert_eq!(path.attribute.urn.as_deref(), Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"));
        assert_eq!((path.attribute.name.as_str(), path.attribute.sub.as_deref()), ("manager", Some("value")));
        let path = parse_path("emails[type eq \"work\"].value").unwrap();
        assert!(path.element.is_some() && path.attribute.sub.as_deref() == Some("value"));
        assert!(parse_path("members[value eq \"7\"]").unwrap().attribute.sub.is_none());
        assert!(parse_path("name.").is_err());
    }
}
