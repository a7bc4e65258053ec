//! Secrets: references in the configuration, values only in memory, never in a message (invariant 12).

use std::ffi::OsString;
use std::fmt;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::workspace::SecretRef;
use zeroize::Zeroizing;

/// Most bytes of a secret file: a private key in PEM has 4 KiB, anything much larger is another file.
const MOST_BYTES: u64 = 64 << 10;

/// A secret value. It is wiped when dropped, and `Debug` shows `…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value over.
    pub fn new(value: impl Into<String>) -> Self {
        Secret(Zeroizing::new(value.into()))
    }

    /// The value, for the request that needs it and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Reads a secret. `what` names it in messages (`okta.api_token`), `env` looks a variable up, `dir` is where relative paths begin.
///
/// # Errors
/// `SECRET-001` variable not set, `002` no such file, `003` unreadable, `004` empty, `005` everybody may read the file, `006` not text.
pub fn resolve(what: &str, reference: &SecretRef, dir: &Path, env: impl Fn(&str) -> Option<OsString>) -> Result<Secret, Diagnostic> {
    match reference {
        SecretRef::Env(name) => {
            let value = env(name).ok_or_else(|| {
                Diagnostic::new("SECRET-001", "a secret is not set", format!("{what}: the environment variable {name} is not set"))
                    .hint(format!("export {name}=…"))
            })?;
            let value = value.into_string().map_err(|_| not_text(what, &format!("the environment variable {name}")))?;
            checked(what, &format!("the environment variable {name}"), Zeroizing::new(value))
        }
        SecretRef::File(path) => from_file(what, &dir.join(path)),
    }
}

fn from_file(what: &str, path: &Path) -> Result<Secret, Diagnostic> {
    let shown = path.display();
    let unreadable = |why: String| Diagnostic::new("SECRET-003", "a secret can't be read", format!("{what}: {shown}: {why}"));
    let file = std::fs::File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            Diagnostic::new("SECRET-002", "a secret's file is missing", format!("{what}: {shown} does not exist"))
                .hint("check the path; the file holds the secret and nothing else")
        }
        _ => unreadable(e.to_string()),
    })?;
    let meta = file.metadata().map_err(|e| unreadable(e.to_string()))?;
    if meta.is_dir() {
        return Err(unreadable("it is a directory".into()));
    }
    if readable_by_all(&meta) {
        let detail = format!("{what}: every user of this machine may read {shown}");
        return Err(Diagnostic::new("SECRET-005", "a secret is open to everybody", detail).hint(format!("chmod o-rwx {shown}")));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unreadable(format!("it has more than {MOST_BYTES} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| not_text(what, &shown.to_string()))?;
    checked(what, &shown.to_string(), Zeroizing::new(text.to_owned()))
}

#[cfg(unix)]
fn readable_by_all(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.is_file() && meta.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn readable_by_all(_: &std::fs::Metadata) -> bool {
    false
}

fn not_text(what: &str, source: &str) -> Diagnostic {
    Diagnostic::new("SECRET-006", "a secret is not text", format!("{what}: {source} holds bytes that are not UTF-8 text"))
}

fn checked(what: &str, source: &str, value: Zeroizing<String>) -> Result<Secret, Diagnostic> {
    let trimmed = value.strip_suffix('\n').map_or(value.as_str(), |v| v.strip_suffix('\r').unwrap_or(v));
    if trimmed.trim().is_empty() {
        return Err(Diagnostic::new("SECRET-004", "a secret is empty", format!("{what}: {source} is empty")));
    }
    if trimmed.contains('\0') {
        return Err(not_text(what, source));
    }
    Ok(Secret::new(trimmed))
}

/// Takes secrets out of texts before people see them.
#[derive(Clone, Default)]
pub struct Scrub {
    needles: Vec<Secret>,
}

/// What stands in a text instead of a secret.
const HIDDEN: &str = "…";

impl Scrub {
    /// Hides these values, also in the spellings in which they travel: percent-encoded, in JSON, in base64.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut scrub = Scrub::default();
        for secret in secrets {
            scrub.add(secret);
        }
        scrub
    }

    /// Hides one more value.
    pub fn add(&mut self, secret: &Secret) {
        let value = secret.expose();
        let json = Zeroizing::new(serde_json::Value::from(value).to_string());
        let mut spellings = vec![
            Secret::new(value),
            Secret::new(json.trim_matches('"')),
            Secret::new(percent_encoded(value)),
            Secret::new(base64::engine::general_purpose::STANDARD.encode(value)),
        ];
        spellings.retain(|s| !s.expose().is_empty() && !self.needles.contains(s));
        self.needles.append(&mut spellings);
        // Longest first: a spelling that holds another one goes as a whole.
        self.needles.sort_by_key(|s| std::cmp::Reverse(s.expose().len()));
        self.needles.dedup();
    }

    /// The text without them.
    pub fn clean(&self, text: &str) -> String {
        self.needles.iter().fold(text.to_owned(), |text, needle| hide(&text, needle.expose()))
    }
}

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scrub({})", self.needles.len())
    }
}

/// A secret of a few letters is hidden only where it stands alone, else it would eat the message.
fn hide(text: &str, needle: &str) -> String {
    if needle.chars().count() >= 6 {
        return text.replace(needle, HIDDEN);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(needle) {
        let (before, after) = (&rest[..at], &rest[at + needle.len()..]);
        let alone =
            !before.chars().next_back().is_some_and(char::is_alphanumeric) && !after.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if alone { HIDDEN } else { needle });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
pub(crate) fn percent_encoded(text: &str) -> String {
    use fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, b| {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(reference: &SecretRef) -> &'static str {
        resolve("okta.api_token", reference, Path::new("/"), |_| None).unwrap_err().code
    }

    #[test]
    fn each_way_to_miss_a_secret_has_its_own_code() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8], mode: u32| {
            use std::os::unix::fs::PermissionsExt as _;
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            SecretRef::File(path.to_str().unwrap().to_owned())
        };
        assert_eq!(code(&SecretRef::Env("USHER_NO_SUCH".into())), "SECRET-001");
        assert_eq!(code(&SecretRef::File(dir.path().join("none").to_str().unwrap().into())), "SECRET-002");
        assert_eq!(code(&SecretRef::File(dir.path().to_str().unwrap().into())), "SECRET-003");
        assert_eq!(code(&write("large", &vec![b'a'; 70_000], 0o600)), "SECRET-003");
        assert_eq!(code(&write("empty", b"\n", 0o600)), "SECRET-004");
        assert_eq!(code(&write("open", b"s3cret", 0o644)), "SECRET-005");
        assert_eq!(code(&write("binary", b"\xff\xfe\x00", 0o600)), "SECRET-006");
        let good = resolve("x", &write("good", b"s3cret value\r\n", 0o640), Path::new("/"), |_| None).unwrap();
        assert_eq!(good.expose(), "s3cret value", "one line end is no part of it");
        let env = resolve("x", &SecretRef::Env("T".into()), Path::new("/"), |name| (name == "T").then(|| "v".into())).unwrap();
        assert_eq!(env.expose(), "v");
        assert_eq!(format!("{env:?}"), "…");
    }

    #[test]
    fn no_spelling_of_a_secret_stays_in_a_text() {
        let scrub = Scrub::of([&Secret::new("pa ss/\"wörd"), &Secret::new("x")]);
        let text = "url ?k=pa%20ss%2F%22w%C3%B6rd body {\"k\":\"pa ss/\\\"wörd\"} raw pa ss/\"wörd b64 cGEgc3MvInfDtnJk x, taxi";
        assert_eq!(scrub.clean(text), "url ?k=… body {\"k\":\"…\"} raw … b64 … …, taxi");
    }
}
