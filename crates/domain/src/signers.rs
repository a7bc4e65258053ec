//! Who may approve: the allowed_signers file and the list of revoked keys (approvals-and-evidence.md §2.3).
//!
//! usher writes OpenSSH's format and reads only what it writes itself: a pattern, a certificate authority or a missing
//! `namespaces=` would approve for more than it says.

use std::collections::{BTreeMap, BTreeSet};

use crate::message::NAMESPACE;
use crate::names::{self, Salt};
use crate::sshsig::{Key, SshError};
use crate::time::Time;

const COMMENT: &str = "# usher allowed_signers v1, salt ";
const GROUP: &str = "group:";

/// Why a signers file can't be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SignersError {
    /// The line, from 1; 0 if there is none yet.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

fn wrong(line: usize, what: impl Into<String>) -> SignersError {
    SignersError { line, what: what.into() }
}

/// One person with one key in some groups, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The approver's address.
    pub email: String,
    /// The groups that they decide for.
    pub groups: BTreeSet<String>,
    /// Their key.
    pub key: Key,
    /// First second at which it counts (a start, a stand-in).
    pub valid_after: Option<Time>,
    /// Last second at which it counts: `ssh-keygen` refuses only what is later.
    pub valid_before: Option<Time>,
}

impl Signer {
    /// True if the line counts at that time, as `ssh-keygen -O verify-time` judges it.
    pub fn in_force(&self, at: Time) -> bool {
        let at = at.whole();
        self.valid_after.is_none_or(|from| at >= from) && self.valid_before.is_none_or(|until| at <= until)
    }

    fn line(&self) -> String {
        let mut out = self.email.clone();
        for group in &self.groups {
            out.push(',');
            out.push_str(GROUP);
            out.push_str(group);
        }
        out.push_str(&format!(" namespaces=\"{NAMESPACE}\""));
        for (name, time) in [("valid-after", self.valid_after), ("valid-before", self.valid_before)] {
            if let Some(time) = time {
                out.push_str(&format!(",{name}=\"{}\"", verify_time(time)));
            }
        }
        out.push(' ');
        out.push_str(&self.key.line());
        out
    }

    fn parse(line: &str) -> Result<Signer, String> {
        let mut words = line.split(' ');
        let (Some(principals), Some(options), Some(kind), Some(body), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return Err("not `principals options kind key`".to_owned());
        };
        let mut principals = principals.split(',');
        let email = principals.next().filter(|p| names::is_email(p)).ok_or("the first principal is not an address")?;
        let groups = principals
            .map(|p| p.strip_prefix(GROUP).filter(|g| names::is_group(g)).map(str::to_owned).ok_or("a principal is not a group"))
            .collect::<Result<BTreeSet<_>, _>>()?;
        let mut rest = options.strip_prefix(&format!("namespaces=\"{NAMESPACE}\"")).ok_or("not for namespace usher-decision-v1 only")?;
        let mut window = [None, None];
        for (name, slot) in [",valid-after=\"", ",valid-before=\""].into_iter().zip(window.iter_mut()) {
            if let Some(value) = rest.strip_prefix(name) {
                let (time, behind) = value.split_once('"').ok_or("a quote is open")?;
                *slot = Some(parse_verify_time(time).ok_or("a time is not YYYYMMDDhhmmssZ")?);
                rest = behind;
            }
        }
        if !rest.is_empty() {
            return Err("an option that usher does not write".to_owned());
        }
        let key = Key::parse(&format!("{kind} {body}")).map_err(|e: SshError| e.to_string())?;
        let [valid_after, valid_before] = window;
        let signer = Signer { email: email.to_owned(), groups, key, valid_after, valid_before };
        if signer.line() == line { Ok(signer) } else { Err("not spelled as usher writes it".to_owned()) }
    }
}

/// A time as `ssh-keygen` takes it in UTC (OpenSSH 9.1 or newer): `20261125091612Z`.
pub fn verify_time(time: Time) -> String {
    time.to_string().chars().filter(|c| !matches!(c, '-' | ':' | 'T')).collect()
}

fn parse_verify_time(text: &str) -> Option<Time> {
    if text.len() != 15 || !text.is_ascii() {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to);
    let spelled =
        format!("{}-{}-{}T{}:{}:{}{}", part(0, 4)?, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?, part(14, 15)?);
    Time::parse_strict(&spelled).ok()
}

/// An allowed_signers file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signers {
    signers: Vec<Signer>,
    salt: Salt,
}

impl Signers {
    /// Makes the file's content. Lines are sorted by bytes; a line that is there twice counts once.
    ///
    /// # Errors
    /// [`SignersError`] for a name that can't stand in it, a key of two people, and a window that never holds.
    pub fn new(signers: Vec<Signer>, salt: Salt) -> Result<Signers, SignersError> {
        let mut lines: Vec<(String, Signer)> = signers.into_iter().map(|s| (s.line(), s)).collect();
        lines.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        lines.dedup_by(|a, b| a.0 == b.0);
        let signers = Signers { signers: lines.into_iter().map(|(_, s)| s).collect(), salt };
        let never = |s: &&Signer| matches!((s.valid_after, s.valid_before), (Some(from), Some(until)) if from > until);
        if let Some(s) = signers.signers.iter().find(never) {
            return Err(wrong(0, format!("{}: never in force", s.email)));
        }
        Signers::parse(&signers.to_bytes())
    }

    /// Reads a file that usher wrote; anything else is refused.
    ///
    /// # Errors
    /// [`SignersError`] with the line.
    pub fn parse(bytes: &[u8]) -> Result<Signers, SignersError> {
        let text = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii()).ok_or_else(|| wrong(0, "not ASCII"))?;
        let body = text.strip_suffix('\n').ok_or_else(|| wrong(0, "no line feed at the end"))?;
        let mut lines = body.split('\n');
        let salt = lines
            .next()
            .and_then(|l| l.strip_prefix(COMMENT))
            .and_then(|s| s.parse().ok())
            .ok_or_else(|| wrong(1, "not the comment with the salt"))?;
        let mut signers: Vec<Signer> = Vec::new();
        let mut owners: BTreeMap<Key, String> = BTreeMap::new();
        let mut before = "";
        for (i, line) in lines.enumerate() {
            let signer = Signer::parse(line).map_err(|what| wrong(i + 2, what))?;
            if before.as_bytes() >= line.as_bytes() {
                return Err(wrong(i + 2, "not sorted, or a line twice"));
            }
            before = line;
            let owner = owners.entry(signer.key.clone()).or_insert_with(|| signer.email.clone());
            if *owner != signer.email {
                return Err(wrong(i + 2, format!("the key of {owner} is also that of {}", signer.email)));
            }
            signers.push(signer);
        }
        Ok(Signers { signers, salt })
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{COMMENT}{}\n", self.salt);
        for signer in &self.signers {
            out.push_str(&signer.line());
            out.push('\n');
        }
        out.into_bytes()
    }

    /// All lines.
    pub fn all(&self) -> &[Signer] {
        &self.signers
    }

    /// Whose key this is, whenever it counts; `None` if nobody's.
    pub fn owner(&self, key: &Key) -> Option<&str> {
        self.signers.iter().find(|s| s.key == *key).map(|s| s.email.as_str())
    }

    /// The groups that this person decides for with this key at that time; `None` if no line of theirs is in force.
    pub fn groups(&self, email: &str, key: &Key, at: Time) -> Option<BTreeSet<String>> {
        let mut lines = self.signers.iter().filter(|s| s.email == email && s.key == *key && s.in_force(at)).peekable();
        lines.peek()?;
        Some(lines.flat_map(|s| s.groups.iter().cloned()).collect())
    }

    /// First instant at which this person no longer decides for this group with this key; `None` if there is no such end.
    pub fn ends(&self, email: &str, key: &Key, group: &str, at: Time) -> Option<Time> {
        let lines = self.signers.iter().filter(|s| s.email == email && s.key == *key && s.in_force(at) && s.groups.contains(group));
        lines.map(|s| s.valid_before.map_or(Time::from_micros(i64::MAX), |t| t.plus_seconds(1))).max()
    }
}

/// Keys that count for nothing, also for what they signed before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revoked {
    keys: BTreeSet<Key>,
}

impl Revoked {
    /// Of these keys.
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Revoked {
        Revoked { keys: keys.into_iter().collect() }
    }

    /// Reads plain public keys, one a line, as `ssh-keygen -r` takes them. An empty file revokes nothing.
    ///
    /// # Errors
    /// [`SignersError`] with the line.
    pub fn parse(bytes: &[u8]) -> Result<Revoked, SignersError> {
        let text = std::str::from_utf8(bytes).map_err(|_| wrong(0, "not ASCII"))?;
        if !text.is_empty() && !text.ends_with('\n') {
            return Err(wrong(0, "no line feed at the end"));
        }
        let mut keys = BTreeSet::new();
        for (i, line) in text.split_terminator('\n').enumerate() {
            let key = Key::parse(line).map_err(|e| wrong(i + 1, e.to_string()))?;
            if key.line() != line {
                return Err(wrong(i + 1, "not spelled as usher writes it"));
            }
            keys.insert(key);
        }
        Ok(Revoked { keys })
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut lines: Vec<String> = self.keys.iter().map(Key::line).collect();
        lines.sort();
        lines.into_iter().flat_map(|l| (l + "\n").into_bytes()).collect()
    }

    /// True if the key is on the list.
    pub fn contains(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }

    /// True if the list is empty; then the log's entry has `null`.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(test)]
mod tests;
