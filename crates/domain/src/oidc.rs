//! Decisions by single sign-on: an ID token whose `nonce` is the digest of the message (approvals-and-evidence.md §3).
//!
//! So the identity provider itself says that this person signed in for this text. RS256 only (RFC 7515, RFC 7518 §3.3).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::digest::Digest;
use crate::jsonl::{self, Fields as _};
use crate::names::{self, Salt};
use crate::time::Time;

/// Why a token or the file with the provider's keys is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OidcError(pub String);

impl From<String> for OidcError {
    fn from(what: String) -> Self {
        OidcError(what)
    }
}

impl From<&str> for OidcError {
    fn from(what: &str) -> Self {
        OidcError(what.to_owned())
    }
}

/// The identity provider in force: its keys, and which of its users are approvers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    issuer: String,
    audience: String,
    approvers: Vec<Approver>,
    keys: Vec<RsaKey>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Approver {
    email: String,
    groups: BTreeSet<String>,
    sub: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RsaKey {
    kid: String,
    n: Vec<u8>,
    e: Vec<u8>,
}

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// `iss sub`: what makes two tokens those of one account.
    pub identity: String,
    /// The groups that this approver decides for.
    pub groups: BTreeSet<String>,
}

impl Oidc {
    /// Reads the `oidc` file of a `signers` entry: canonical JSON without a line feed.
    ///
    /// # Errors
    /// [`OidcError`] if a field is missing or not what it must be.
    pub fn parse(bytes: &[u8]) -> Result<Oidc, OidcError> {
        let map = jsonl::object(bytes).map_err(|e| e.to_string())?;
        map.text("salt")?.parse::<Salt>().map_err(|e| format!("`salt`: {e}"))?;
        let objects = |key: &str| -> Result<Vec<Map<String, Value>>, String> {
            map.list(key)?
                .iter()
                .map(|v| v.as_object().cloned().ok_or_else(|| format!("`{key}` holds something else than objects")))
                .collect()
        };
        let mut approvers: Vec<Approver> = Vec::new();
        for entry in objects("approvers")? {
            let groups = entry
                .list("groups")?
                .iter()
                .map(|g| g.as_str().filter(|g| names::is_group(g)).map(str::to_owned).ok_or("`groups` holds something else than groups"))
                .collect::<Result<_, _>>()?;
            let approver = Approver { email: entry.spelled("email", names::is_email)?, groups, sub: entry.text("sub")?.to_owned() };
            if approvers.iter().any(|a| a.sub == approver.sub) {
                return Err("one `sub` for two approvers".into());
            }
            approvers.push(approver);
        }
        let mut keys: Vec<RsaKey> = Vec::new();
        for key in objects("keys")? {
            // A provider lists other keys too; only RSA keys for RS256 can verify here.
            if key.text("kty")? != "RSA" || key.get("alg").is_some_and(|a| a != "RS256") {
                continue;
            }
            let part = |name: &str| decode(key.text(name)?).ok_or_else(|| format!("`{name}` is not base64url"));
            keys.push(RsaKey { kid: key.text("kid")?.to_owned(), n: part("n")?, e: part("e")? });
        }
        Ok(Oidc { issuer: map.text("issuer")?.to_owned(), audience: map.text("audience")?.to_owned(), approvers, keys })
    }

    /// Checks a token for a message: who signed in for exactly this text, at that time.
    ///
    /// `exp` is not looked at: the decision's own `expires` counts. The address in the token is never used.
    ///
    /// # Errors
    /// [`OidcError`] with the first rule that does not hold.
    pub fn check(&self, token: &[u8], message: &[u8], by: &str, made: Time) -> Result<SignedIn, OidcError> {
        let text = std::str::from_utf8(token).map_err(|_| "not a compact token")?;
        let mut parts = text.split('.');
        let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err("not a compact token".into());
        };
        let header = object(head).ok_or("the token's header is not readable")?;
        let claims = object(body).ok_or("the token's claims are not readable")?;
        let signature = decode(signature).ok_or("the token's signature is not base64url")?;
        if header.text("alg")? != "RS256" || header.contains_key("crit") {
            return Err("`alg` is not RS256".into());
        }
        let kid = header.text("kid")?;
        let key = self.keys.iter().find(|k| k.kid == kid).ok_or_else(|| format!("no key {kid} of the provider"))?;
        let signed = text.get(..head.len() + 1 + body.len()).unwrap_or_default();
        ring::signature::RsaPublicKeyComponents { n: &key.n, e: &key.e }
            .verify(&ring::signature::RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            .map_err(|_| "the signature is not by the provider's key")?;
        if claims.text("iss")? != self.issuer {
            return Err("`iss` is another provider".into());
        }
        if claims.text("aud")? != self.audience {
            return Err("`aud` is another client".into());
        }
        if claims.text("nonce")? != nonce(message) {
            return Err("`nonce` is not the digest of this message".into());
        }
        let sub = claims.text("sub")?;
        let approver = self
            .approvers
            .iter()
            .find(|a| a.sub == sub && a.email == by)
            .ok_or_else(|| format!("who signed in is not {by}, or no approver"))?;
        let seconds = |key: &str| claims.need(key)?.as_i64().ok_or_else(|| format!("`{key}` is not in whole seconds"));
        let made = made.seconds();
        let issued = seconds("iat")?;
        if issued < made.saturating_sub(60) || issued > made.saturating_add(600) {
            return Err("`iat` is not within 60 s before and 600 s after the message was made".into());
        }
        if seconds("auth_time")? < made.saturating_sub(60) {
            return Err("`auth_time`: signed in before the message was made".into());
        }
        Ok(SignedIn { identity: format!("{} {sub}", self.issuer), groups: approver.groups.clone() })
    }
}

/// What an ID token for this message has as its `nonce`: base64url without padding of SHA-256 over its bytes.
pub fn nonce(message: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of(message).bytes())
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A token's part comes as the provider wrote it: any JSON object within the nesting limit.
fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = decode(part)?;
    if jsonl::depth(&bytes) > jsonl::DEPTH_LIMIT {
        return None;
    }
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
