//! Canonical JSON (RFC 8785, JCS): the only bytes that digests and signatures are made over.
//!
//! Own code because the two crates for it round integers past 2⁵³−1 silently, so that two ids could share a digest
//! (docs/adr/0003). Here such an integer is refused: vendor ids that large are strings.

use serde_json::{Map, Value};

/// The largest integer that every JSON reader keeps: 2⁵³−1.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    /// An integer outside ±(2⁵³−1).
    #[error("integer {0} is outside ±(2^53-1); write it as text")]
    IntegerTooLarge(String),
    /// NaN or an infinity.
    #[error("not a finite number")]
    NotFinite,
    /// The bytes are not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The bytes are JSON but not the canonical form of it.
    #[error("not canonical JSON (RFC 8785)")]
    NotCanonical,
}

/// The RFC 8785 bytes of a value.
///
/// # Errors
/// [`CanonError::IntegerTooLarge`] and [`CanonError::NotFinite`].
pub fn to_vec(value: &Value) -> Result<Vec<u8>, CanonError> {
    let mut out = Vec::with_capacity(128);
    write(value, &mut out)?;
    Ok(out)
}

/// Reads bytes that must be exactly the canonical form of one value: so a key twice, a blank or another number form is refused.
///
/// # Errors
/// [`CanonError::NotJson`], [`CanonError::NotCanonical`], and those of [`to_vec`].
pub fn from_slice(bytes: &[u8]) -> Result<Value, CanonError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|e| CanonError::NotJson(e.to_string()))?;
    if to_vec(&value)? == bytes { Ok(value) } else { Err(CanonError::NotCanonical) }
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(n) => number(n, out)?,
        Value::String(s) => string(s, out),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(map) => object(map, out)?,
    }
    Ok(())
}

fn number(n: &serde_json::Number, out: &mut Vec<u8>) -> Result<(), CanonError> {
    if let Some(i) = n.as_i64() {
        if i.unsigned_abs() > MAX_SAFE_INTEGER {
            return Err(CanonError::IntegerTooLarge(n.to_string()));
        }
        out.extend_from_slice(i.to_string().as_bytes());
    } else if n.is_u64() {
        return Err(CanonError::IntegerTooLarge(n.to_string()));
    } else {
        let f = n.as_f64().filter(|f| f.is_finite()).ok_or(CanonError::NotFinite)?;
        out.extend_from_slice(ryu_js::Buffer::new().format_finite(f).as_bytes());
    }
    Ok(())
}

/// Keys are sorted by UTF-16 code units (RFC 8785 §3.2.3), which differs from byte order above U+FFFF.
fn object(map: &Map<String, Value>, out: &mut Vec<u8>) -> Result<(), CanonError> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push(b'{');
    for (i, (key, item)) in entries.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(key, out);
        out.push(b':');
        write(item, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn string(s: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in s.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{9}' => out.extend_from_slice(b"\\t"),
            '\u{a}' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\u{d}' => out.extend_from_slice(b"\\r"),
            c if (c as u32) < 0x20 => out.extend_from_slice(format!("\\u{:04x}", c as u32).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}
