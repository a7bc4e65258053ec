//! JSON lines as evidence has them: each line the RFC 8785 bytes of one object and a LF (approvals-and-evidence.md §0).

use serde_json::{Map, Value};

use crate::canon;
use crate::digest::Digest;
use crate::time::Time;

/// The longest line that is read, in bytes without its LF (approvals-and-evidence.md §7).
pub const LINE_LIMIT: usize = 1 << 20;
/// How deep values may be nested, the line's own object counted (approvals-and-evidence.md §7).
pub const DEPTH_LIMIT: usize = 32;

/// What is wrong with a line or a file of lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The file does not end with a LF, or is empty where it may not be.
    #[error("no line feed at the end")]
    NoEnd,
    /// Longer than 1 MiB.
    #[error("line longer than 1 MiB")]
    TooLong,
    /// Nested deeper than 32.
    #[error("nested deeper than 32")]
    TooDeep,
    /// Not JSON, or JSON but no object.
    #[error("not a JSON object: {0}")]
    NotObject(String),
    /// Another spelling of the same value, a key twice, or a floating point number.
    #[error("not canonical (RFC 8785): {0}")]
    NotCanonical(String),
}

/// The lines of a file without their LF. An empty file has none.
///
/// # Errors
/// [`LineError::NoEnd`] if the last line has no LF.
pub fn split(bytes: &[u8]) -> Result<Vec<&[u8]>, LineError> {
    match bytes.split_last() {
        None => Ok(Vec::new()),
        Some((b'\n', body)) => Ok(body.split(|b| *b == b'\n').collect()),
        Some(_) => Err(LineError::NoEnd),
    }
}

/// Reads one line that must be the canonical bytes of one object without floating point numbers.
///
/// # Errors
/// Every [`LineError`] but [`LineError::NoEnd`].
pub fn object(line: &[u8]) -> Result<Map<String, Value>, LineError> {
    if line.len() > LINE_LIMIT {
        return Err(LineError::TooLong);
    }
    if depth(line) > DEPTH_LIMIT {
        return Err(LineError::TooDeep);
    }
    let value: Value = serde_json::from_slice(line).map_err(|e| LineError::NotObject(e.to_string()))?;
    let again = canon::to_vec(&value).map_err(|e| LineError::NotCanonical(e.to_string()))?;
    if again != line {
        return Err(LineError::NotCanonical("other bytes than RFC 8785 gives, or a key twice".to_owned()));
    }
    if has_float(&value) {
        return Err(LineError::NotCanonical("a floating point number".to_owned()));
    }
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(LineError::NotObject("another JSON value".to_owned())),
    }
}

/// The canonical line of an object, without LF.
///
/// # Errors
/// [`LineError::NotCanonical`] for numbers that have no canonical form, [`LineError::TooLong`], [`LineError::TooDeep`].
pub fn line(map: &Map<String, Value>) -> Result<Vec<u8>, LineError> {
    let value = Value::Object(map.clone());
    let bytes = canon::to_vec(&value).map_err(|e| LineError::NotCanonical(e.to_string()))?;
    object(&bytes)?;
    Ok(bytes)
}

/// Deepest nesting of brackets outside strings, without building anything: a bomb is refused before it is parsed.
pub(crate) fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut deepest, mut quoted, mut escaped) = (0usize, 0usize, false, false);
    for b in bytes {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                now += 1;
                deepest = deepest.max(now);
            }
            b'}' | b']' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(n) => n.is_f64(),
        Value::Array(items) => items.iter().any(has_float),
        Value::Object(map) => map.values().any(has_float),
        _ => false,
    }
}

/// Typed reading of an object's fields. An error says which field is wrong and what it should be.
pub(crate) trait Fields {
    /// The value of a field that must be there.
    fn need(&self, key: &str) -> Result<&Value, String>;

    fn text(&self, key: &str) -> Result<&str, String> {
        self.need(key)?.as_str().ok_or_else(|| format!("`{key}` is not a text"))
    }
    fn spelled(&self, key: &str, fits: fn(&str) -> bool) -> Result<String, String> {
        let text = self.text(key)?;
        if fits(text) { Ok(text.to_owned()) } else { Err(format!("`{key}` is not spelled as it must be: {text}")) }
    }
    fn count(&self, key: &str) -> Result<u64, String> {
        self.need(key)?.as_u64().ok_or_else(|| format!("`{key}` is not a whole number"))
    }
    fn flag(&self, key: &str) -> Result<bool, String> {
        self.need(key)?.as_bool().ok_or_else(|| format!("`{key}` is neither true nor false"))
    }
    fn time(&self, key: &str) -> Result<Time, String> {
        Time::parse_strict(self.text(key)?).map_err(|e| format!("`{key}`: {e}"))
    }
    fn digest(&self, key: &str) -> Result<Digest, String> {
        self.text(key)?.parse().map_err(|e| format!("`{key}`: {e}"))
    }
    fn list(&self, key: &str) -> Result<&Vec<Value>, String> {
        self.need(key)?.as_array().ok_or_else(|| format!("`{key}` is not a list"))
    }
    fn map(&self, key: &str) -> Result<&Map<String, Value>, String> {
        self.need(key)?.as_object().ok_or_else(|| format!("`{key}` is not an object"))
    }
}

impl Fields for Map<String, Value> {
    fn need(&self, key: &str) -> Result<&Value, String> {
        self.get(key).ok_or_else(|| format!("`{key}` is missing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_objects_are_lines() {
        assert!(object(br#"{"a":1,"b":[true,null]}"#).is_ok());
        for bad in [
            &br#"{"a":1,"a":1}"#[..],
            br#"{"b":1,"a":2}"#,
            br#"{"a": 1}"#,
            br#"{"a":1.5}"#,
            br#"{"a":1e30}"#,
            br#"{"a":9007199254740993}"#,
            b"[1]",
            b"",
            b"{\"a\":1}\r",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
        ] {
            assert!(object(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn limits_hold_before_anything_is_built() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(31), "]".repeat(31));
        assert!(object(deep.as_bytes()).is_ok());
        let deeper = format!("{{\"a\":{}{}}}", "[".repeat(32), "]".repeat(32));
        assert_eq!(object(deeper.as_bytes()), Err(LineError::TooDeep));
        assert_eq!(object(&vec![b'['; LINE_LIMIT + 1]), Err(LineError::TooLong));
        assert!(object(br#"{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}"#).is_ok(), "brackets in a text nest nothing");
    }

    #[test]
    fn a_file_of_lines_ends_with_a_line_feed() {
        assert_eq!(split(b""), Ok(vec![]));
        assert_eq!(split(b"a\nb\n"), Ok(vec![&b"a"[..], b"b"]));
        assert_eq!(split(b"a\n\n"), Ok(vec![&b"a"[..], b""]));
        assert_eq!(split(b"a"), Err(LineError::NoEnd));
    }
}
