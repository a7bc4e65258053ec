//! One decision, heard: whose voice it is, under the signers in force at a time. Shared by the approval door and the verifier,
//! so that both give the same answer.

use std::collections::BTreeSet;

use crate::message::Statement;
use crate::oidc::Oidc;
use crate::plan::{Need, Proof};
use crate::signers::{Revoked, Signers};
use crate::sshsig::{self, Key, SshError};
use crate::time::Time;

/// How a decision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An SSH signature over the message.
    Sshsig,
    /// An ID token for the message.
    Oidc,
}

impl Kind {
    /// The word in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Sshsig => "sshsig",
            Kind::Oidc => "oidc",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Kind> {
        [Kind::Sshsig, Kind::Oidc].into_iter().find(|k| k.word() == word)
    }
}

/// Who may decide at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Force<'a> {
    pub(crate) signers: &'a Signers,
    pub(crate) revoked: &'a Revoked,
    pub(crate) oidc: Option<&'a Oidc>,
}

/// A decision that verifies and whose maker is in force.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    pub(crate) by: String,
    /// Fingerprint of the key, or `iss sub`: one of these counts once.
    pub(crate) identity: String,
    pub(crate) kind: Kind,
    pub(crate) groups: BTreeSet<String>,
    /// The key, where there is one.
    pub(crate) key: Option<Key>,
}

/// Why nothing is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Silent {
    /// The proof is not over this message: tampered with, or broken.
    Broken(String, Option<&'static str>),
    /// It verifies, by a key or an account that is nobody's.
    Foreign(String),
    /// It verifies, by the key of somebody else than the message says.
    AnotherPerson(String),
    /// The key is revoked.
    Revoked(String),
    /// The key is this person's, but not at this time.
    NotInForce(String),
}

impl Silent {
    pub(crate) fn why(&self) -> String {
        match self {
            Silent::Broken(why, _) => why.clone(),
            Silent::Foreign(key) => format!("{key} is not the key of an approver"),
            Silent::AnotherPerson(owner) => format!("signed with the key of {owner}"),
            Silent::Revoked(key) => format!("the key {key} is revoked"),
            Silent::NotInForce(key) => format!("the key {key} is not in force at this time"),
        }
    }
}

/// Checks the proof over the statement's bytes, and looks up who it is.
pub(crate) fn hear(kind: Kind, bytes: &[u8], statement: &Statement, proof: &[u8], force: &Force<'_>, at: Time) -> Result<Voice, Silent> {
    match kind {
        Kind::Oidc => signed_in(bytes, statement, proof, force),
        Kind::Sshsig => signed_by(sshsig::verify(proof, bytes), statement.by(), force, at),
    }
}

/// Whose ID token this is, under the identity provider in force.
pub(crate) fn signed_in(bytes: &[u8], statement: &Statement, token: &[u8], force: &Force<'_>) -> Result<Voice, Silent> {
    let by = statement.by();
    let oidc = force.oidc.ok_or_else(|| Silent::Foreign("no single sign-on is in force: this".to_owned()))?;
    let signed_in = oidc.check(token, bytes, by, statement.made()).map_err(|e| Silent::Broken(e.to_string(), None))?;
    Ok(Voice { by: by.to_owned(), identity: signed_in.identity, kind: Kind::Oidc, groups: signed_in.groups, key: None })
}

/// Whose key made a signature, under the signers in force. `verified` is what [`sshsig::verify`] said.
pub(crate) fn signed_by(verified: Result<Key, SshError>, by: &str, force: &Force<'_>, at: Time) -> Result<Voice, Silent> {
    let key = verified.map_err(|e| Silent::Broken(e.to_string(), e.hint()))?;
    let print = key.fingerprint();
    if force.revoked.contains(&key) {
        return Err(Silent::Revoked(print));
    }
    match force.signers.owner(&key) {
        None => return Err(Silent::Foreign(print)),
        Some(owner) if owner != by => return Err(Silent::AnotherPerson(owner.to_owned())),
        Some(_) => {}
    }
    let groups = force.signers.groups(by, &key, at).ok_or(Silent::NotInForce(print.clone()))?;
    Ok(Voice { by: by.to_owned(), identity: print, kind: Kind::Sshsig, groups, key: Some(key) })
}

impl Voice {
    /// True if this voice counts toward that need.
    pub(crate) fn serves(&self, need: &Need) -> bool {
        let fits = match need.proof {
            Proof::Any => true,
            Proof::Sshsig => self.kind == Kind::Sshsig,
            Proof::Oidc => self.kind == Kind::Oidc,
        };
        fits && self.groups.contains(&need.from)
    }
}

/// How many of a need are met: people and keys both count once, the lower number holds.
pub(crate) fn met<'a>(voices: impl IntoIterator<Item = &'a Voice>) -> u64 {
    let (mut people, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for voice in voices {
        people.insert(voice.by.as_str());
        keys.insert(voice.identity.as_str());
    }
    people.len().min(keys.len()) as u64
}
