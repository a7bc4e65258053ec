//! Text with `{placeholders}` and no logic (DESIGN §4): what a manifest and a workspace write where a value goes into text.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::yaml::HINT;

/// How the values that go in are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Percent-encoded (RFC 3986 unreserved stays), and never empty, `.` or `..`: such a segment would name another resource.
    Path,
    /// Percent-encoded; may be empty.
    Query,
    /// As it is: headers, bodies, text for people.
    Raw,
}

/// What is done to a value before it goes in: `{given|ascii|lower}`. A closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// Letters with marks become ASCII letters (`é` → `e`, `ß` → `ss`); what has no ASCII form is left out.
    Ascii,
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
    /// Outer blanks off.
    Trim,
    /// The first letter only.
    Initial,
}

const TRANSFORMS: [(&str, Transform); 5] = [
    ("ascii", Transform::Ascii),
    ("lower", Transform::Lower),
    ("upper", Transform::Upper),
    ("trim", Transform::Trim),
    ("initial", Transform::Initial),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value { name: String, transforms: Vec<Transform> },
}

/// Text with `{name}` placeholders; `{{` and `}}` are the braces themselves. Compares by its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

/// Why a text is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `{` without its `}`.
    #[error("`{{` at character {0} has no `}}`{HINT}write `{{{{` for a brace that is meant as text")]
    Open(usize),
    /// A `}` without its `{`.
    #[error("`}}` at character {0} has no `{{`{HINT}write `}}}}` for a brace that is meant as text")]
    Close(usize),
    /// What stands between the braces is not a name.
    #[error("`{{{0}}}` is not a placeholder{HINT}a placeholder is a name such as {{account.id}}, without logic")]
    Name(String),
    /// What stands behind `|` is not known.
    #[error("`{0}` is not a transform{HINT}the transforms are: ascii, lower, upper, trim, initial")]
    Transform(String),
}

/// A placeholder for which there is no value, or none that can stand there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Nothing has that name.
    #[error("no value for {{{0}}}")]
    Missing(String),
    /// A list or a mapping in the middle of a text.
    #[error("the value of {{{0}}} is a list or a mapping, and can't stand in a text")]
    NotText(String),
    /// An empty value or a dot segment in a path would address another resource.
    #[error("the value of {{{0}}} is empty or a dot segment, and would address another resource")]
    PathSegment(String),
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut chars = text.chars().enumerate().peekable();
        while let Some((at, c)) = chars.next() {
            let twice = chars.peek().is_some_and(|(_, next)| *next == c);
            match c {
                '{' | '}' if twice => {
                    literal.push(c);
                    chars.next();
                }
                '}' => return Err(TemplateError::Close(at + 1)),
                '{' => {
                    let mut inner = String::new();
                    loop {
                        match chars.next() {
                            Some((_, '}')) => break,
                            Some((_, c)) => inner.push(c),
                            None => return Err(TemplateError::Open(at + 1)),
                        }
                    }
                    if !literal.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut literal)));
                    }
                    parts.push(placeholder(&inner)?);
                }
                c => literal.push(c),
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Template { text: text.to_owned(), parts })
    }
}

fn placeholder(inner: &str) -> Result<Part, TemplateError> {
    let mut pieces = inner.split('|');
    let name = pieces.next().unwrap_or_default();
    let good = |part: &str| {
        part.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !name.split('.').all(good) {
        return Err(TemplateError::Name(inner.to_owned()));
    }
    let known = |word: &str| TRANSFORMS.iter().find(|(name, _)| *name == word).map(|(_, t)| *t);
    let transforms = pieces.map(|word| known(word).ok_or_else(|| TemplateError::Transform(word.to_owned()))).collect::<Result<_, _>>()?;
    Ok(Part::Value { name: name.to_owned(), transforms })
}

impl Template {
    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of all placeholders, in their order, each as often as it stands.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Whether any placeholder carries a transform.
    pub fn transforms(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Value { transforms, .. } if !transforms.is_empty()))
    }

    /// The text with the values in it.
    ///
    /// # Errors
    /// Names the placeholder for which `value` gives nothing (`None` or null), or nothing that can stand there.
    pub fn render<'v>(&self, encoding: Encoding, value: impl Fn(&str) -> Option<Cow<'v, Value>>) -> Result<String, RenderError> {
        let mut out = String::with_capacity(self.text.len() + 32);
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value { name, transforms } => {
                    let text = as_text(name, value(name))?;
                    let text = transforms.iter().fold(text, |text, t| t.apply(&text));
                    match encoding {
                        Encoding::Raw => out.push_str(&text),
                        Encoding::Query => percent(&text, &mut out),
                        Encoding::Path if matches!(text.as_str(), "" | "." | "..") => {
                            return Err(RenderError::PathSegment(name.clone()));
                        }
                        Encoding::Path => percent(&text, &mut out),
                    }
                }
            }
        }
        Ok(out)
    }

    /// The value for a body: a template that is one placeholder keeps the JSON type of its value, every other one is text.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn value<'v>(&self, value: impl Fn(&str) -> Option<Cow<'v, Value>>) -> Result<Value, RenderError> {
        if let [Part::Value { name, transforms }] = self.parts.as_slice()
            && transforms.is_empty()
        {
            return value(name).map(Cow::into_owned).ok_or_else(|| RenderError::Missing(name.clone()));
        }
        self.render(Encoding::Raw, value).map(Value::String)
    }
}

fn as_text(name: &str, value: Option<Cow<'_, Value>>) -> Result<String, RenderError> {
    match value.as_deref() {
        None | Some(Value::Null) => Err(RenderError::Missing(name.to_owned())),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Bool(b)) => Ok(b.to_string()),
        Some(Value::Number(n)) => Ok(n.to_string()),
        Some(Value::Array(_) | Value::Object(_)) => Err(RenderError::NotText(name.to_owned())),
    }
}

/// RFC 3986 §2.3: only unreserved characters stay as they are.
fn percent(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

impl Transform {
    fn apply(self, text: &str) -> String {
        match self {
            Transform::Ascii => ascii(text),
            Transform::Lower => text.to_lowercase(),
            Transform::Upper => text.to_uppercase(),
            Transform::Trim => text.trim().to_owned(),
            Transform::Initial => text.trim().chars().take(1).collect(),
        }
    }
}

/// NFKD, marks off, and the letters that do not decompose spelled out.
fn ascii(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkd().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            c if c.is_ascii() => out.push(c),
            'ß' | 'ẞ' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'Æ' => out.push_str("AE"),
            'œ' => out.push_str("oe"),
            'Œ' => out.push_str("OE"),
            'ø' => out.push('o'),
            'Ø' => out.push('O'),
            'ł' => out.push('l'),
            'Ł' => out.push('L'),
            'đ' | 'ð' => out.push('d'),
            'Đ' | 'Ð' => out.push('D'),
            'þ' => out.push_str("th"),
            'Þ' => out.push_str("Th"),
            'ı' => out.push('i'),
            _ => {}
        }
        out
    })
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "Text with {placeholders}"})
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values(name: &str) -> Option<Cow<'static, Value>> {
        let value = match name {
            "account.id" => json!("a/b?c=d é"),
            "on" => json!(true),
            "n" => json!(7),
            "list" => json!(["x"]),
            "empty" => json!(""),
            "up" => json!(".."),
            "null" => Value::Null,
            "given" => json!(" Zoë Łucja "),
            _ => return None,
        };
        Some(Cow::Owned(value))
    }

    fn template(text: &str) -> Template {
        text.parse().unwrap()
    }

    #[test]
    fn values_are_encoded_by_where_they_go() {
        let t = template("/users/{account.id}/x{n}");
        assert_eq!(t.render(Encoding::Path, values).unwrap(), "/users/a%2Fb%3Fc%3Dd%20%C3%A9/x7");
        assert_eq!(t.render(Encoding::Raw, values).unwrap(), "/users/a/b?c=d é/x7");
        assert_eq!(template("{{{n}}}").render(Encoding::Raw, values).unwrap(), "{7}");
        assert_eq!(template("{given|trim|ascii|lower}").render(Encoding::Raw, values).unwrap(), "zoe lucja");
        assert_eq!(template("{given|initial|upper}.").render(Encoding::Raw, values).unwrap(), "Z.");
    }

    #[test]
    fn one_placeholder_alone_keeps_its_json_type() {
        assert_eq!(template("{on}").value(values).unwrap(), json!(true));
        assert_eq!(template("{list}").value(values).unwrap(), json!(["x"]));
        assert_eq!(template("{n}!").value(values).unwrap(), json!("7!"));
    }

    #[test]
    fn a_value_that_would_address_something_else_is_refused_by_name() {
        for (text, wrong) in [
            ("/users/{empty}", RenderError::PathSegment("empty".into())),
            ("/users/{up}/suspend", RenderError::PathSegment("up".into())),
            ("/users/{nobody}", RenderError::Missing("nobody".into())),
            ("/users/{null}", RenderError::Missing("null".into())),
            ("/users/{list}", RenderError::NotText("list".into())),
        ] {
            assert_eq!(template(text).render(Encoding::Path, values), Err(wrong), "{text}");
        }
        assert_eq!(template("{empty}").render(Encoding::Query, values).unwrap(), "");
    }

    #[test]
    fn what_is_not_a_template_says_where() {
        for (text, wrong) in [
            ("a{b", TemplateError::Open(2)),
            ("ab}", TemplateError::Close(3)),
            ("{}", TemplateError::Name(String::new())),
            ("{a b}", TemplateError::Name("a b".into())),
            ("{a.}", TemplateError::Name("a.".into())),
            ("{a|shout}", TemplateError::Transform("shout".into())),
        ] {
            assert_eq!(text.parse::<Template>(), Err(wrong), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused_and_never_panics(text in "[{}a-z|.é ]{0,20}") {
            if let Ok(t) = text.parse::<Template>() {
                prop_assert_eq!(t.text(), text.as_str());
                let _ = t.render(Encoding::Raw, |_| Some(Cow::Owned(json!("v"))));
            }
        }

        #[test]
        fn a_value_in_a_path_never_leaves_its_segment(value in ".{0,12}") {
            let rendered = template("/u/{x}/end").render(Encoding::Path, |_| Some(Cow::Owned(json!(value))));
            if let Ok(path) = rendered {
                let bytes = path.as_bytes();
                prop_assert!(bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~%/".contains(b)));
                prop_assert_eq!(path.matches('/').count(), 3);
            }
        }
    }
}
