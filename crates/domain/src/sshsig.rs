//! SSH signatures over messages, as `ssh-keygen -Y sign|verify` makes and checks them (OpenSSH PROTOCOL.sshsig).
//!
//! The only module that knows the crate `ssh-key`. Reading is tolerant (any line width, CRLF), because the crate and `ssh-keygen`
//! disagree there; what is stored is written anew: LF, lines of 70. Keys: Ed25519, ECDSA P-256 and P-384, and their security key
//! forms. RSA, DSA and certificates are refused.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, PrivateKey, PublicKey, Signature, SshSig};

use crate::message::NAMESPACE;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// User presence: bit 0 of the flags that a security key signs with (CTAP2 §6.1).
const TOUCHED: u8 = 1;
/// No signature or key that is taken here comes near this many bytes.
const LONGEST: usize = 64 * 1024;

/// Why a key or a signature is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SshError {
    /// Can't be read as what it should be.
    #[error("not readable: {0}")]
    Unreadable(String),
    /// A kind of key that usher doesn't take.
    #[error("keys of kind {0} are not taken")]
    KeyKind(String),
    /// Signed for another use, e.g. `git`.
    #[error("signed for another use: {0:?}")]
    Namespace(String),
    /// The signature is not over these bytes by this key.
    #[error("the signature is not by this key over this message")]
    Wrong,
    /// A security key that was not touched.
    #[error("the security key was not touched (user presence)")]
    NotTouched,
    /// The passphrase is missing or wrong.
    #[error("the key is encrypted and the passphrase is missing or wrong")]
    Passphrase,
}

impl SshError {
    /// What to do about it, where there is one thing to do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            SshError::KeyKind(_) => Some("make a key that is taken: ssh-keygen -t ed25519"),
            SshError::Namespace(_) => Some("sign with -n usher-decision-v1"),
            SshError::NotTouched => Some("make the key without no-touch-required, and touch it"),
            _ => None,
        }
    }
}

/// A public key of a kind that is taken.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(KeyData);

impl Key {
    fn new(data: KeyData) -> Result<Key, SshError> {
        taken(&data.algorithm())?;
        Ok(Key(data))
    }

    /// Reads a public key line, `ssh-ed25519 AAAA… comment`; more blanks and a line end are forgiven.
    ///
    /// # Errors
    /// [`SshError::Unreadable`], and [`SshError::KeyKind`] for RSA, DSA, certificates and what is unknown.
    pub fn parse(line: &str) -> Result<Key, SshError> {
        let mut words = line.split_ascii_whitespace();
        let (kind, body) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if kind.contains("-cert-v0") || kind == "ssh-dss" || kind == "ssh-rsa" {
            return Err(SshError::KeyKind(kind.to_owned()));
        }
        let blob = STANDARD.decode(body).map_err(|_| SshError::Unreadable("not a public key line".to_owned()))?;
        let key = Key::new(key_data(&blob)?)?;
        if key.kind() != kind {
            return Err(SshError::Unreadable(format!("the line says {kind}, the key is {}", key.kind())));
        }
        Ok(key)
    }

    /// Reads the key's blob, as an agent hands it out.
    ///
    /// # Errors
    /// As [`Key::parse`].
    pub fn from_blob(blob: &[u8]) -> Result<Key, SshError> {
        Key::new(key_data(blob)?)
    }

    /// The blob, as an agent takes it.
    pub fn blob(&self) -> Vec<u8> {
        // Writing into a Vec can only fail on lengths past u32, which no key that was read has.
        PublicKey::from(self.0.clone()).to_bytes().unwrap_or_default()
    }

    /// `ssh-ed25519` …
    pub fn kind(&self) -> String {
        self.0.algorithm().as_str().to_owned()
    }

    /// `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// `kind base64`, without comment.
    pub fn line(&self) -> String {
        format!("{} {}", self.kind(), STANDARD.encode(self.blob()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

fn key_data(blob: &[u8]) -> Result<KeyData, SshError> {
    if blob.len() > LONGEST {
        return Err(SshError::Unreadable("too long".to_owned()));
    }
    let data = PublicKey::from_bytes(blob).map(KeyData::from).map_err(|e| SshError::Unreadable(e.to_string()))?;
    // The crate reads past lengths that are wrong where it knows the size (of an Ed25519 key); ssh-keygen refuses them.
    if PublicKey::from(data.clone()).to_bytes().ok().as_deref() != Some(blob) {
        return Err(SshError::Unreadable("a length in it is wrong".to_owned()));
    }
    Ok(data)
}

fn taken(algorithm: &Algorithm) -> Result<(), SshError> {
    match algorithm {
        Algorithm::Ed25519
        | Algorithm::SkEd25519
        | Algorithm::SkEcdsaSha2NistP256
        | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 | EcdsaCurve::NistP384 } => Ok(()),
        other => Err(SshError::KeyKind(other.as_str().to_owned())),
    }
}

/// A private key, to sign with.
pub struct Signer(PrivateKey);

impl Signer {
    /// Reads an OpenSSH private key file. `passphrase` is asked for only if the key is encrypted.
    ///
    /// # Errors
    /// [`SshError::Unreadable`], [`SshError::KeyKind`], [`SshError::Passphrase`].
    pub fn parse(file: &[u8], passphrase: Option<&[u8]>) -> Result<Signer, SshError> {
        const LABEL: (&str, &str) = ("-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----");
        let blob = unwrap(file, LABEL.0, LABEL.1)?;
        let mut key = PrivateKey::from_bytes(&blob).map_err(|e| SshError::Unreadable(e.to_string()))?;
        taken(&key.algorithm())?;
        if key.is_encrypted() {
            key = key.decrypt(passphrase.ok_or(SshError::Passphrase)?).map_err(|_| SshError::Passphrase)?;
        }
        Ok(Signer(key))
    }

    /// True if the key in this file needs a passphrase.
    ///
    /// # Errors
    /// [`SshError::Unreadable`].
    pub fn is_encrypted(file: &[u8]) -> Result<bool, SshError> {
        match Signer::parse(file, None) {
            Ok(_) => Ok(false),
            Err(SshError::Passphrase) => Ok(true),
            Err(e) => Err(e),
        }
    }

    /// An Ed25519 key from 32 secret bytes, for tests and for keys that are made on the spot.
    pub fn from_seed(seed: &[u8; 32]) -> Signer {
        let pair = ssh_key::private::Ed25519Keypair::from_seed(seed);
        Signer(PrivateKey::from(pair))
    }

    /// The public half.
    ///
    /// # Errors
    /// [`SshError::KeyKind`].
    pub fn key(&self) -> Result<Key, SshError> {
        Key::new(self.0.public_key().key_data().clone())
    }

    /// The OpenSSH private key file, unencrypted.
    ///
    /// # Errors
    /// [`SshError::Unreadable`] if it can't be written.
    pub fn to_file(&self) -> Result<zeroize::Zeroizing<String>, SshError> {
        self.0.to_openssh(LineEnding::LF).map_err(|e| SshError::Unreadable(e.to_string()))
    }

    /// Signs a message; the bytes are those of `ssh-keygen -Y sign -n usher-decision-v1` (Ed25519 is deterministic).
    ///
    /// # Errors
    /// [`SshError::KeyKind`] for a security key: it signs through the agent or `ssh-keygen`.
    pub fn sign(&self, message: &[u8]) -> Result<String, SshError> {
        let sig =
            self.0.sign(NAMESPACE, HashAlg::Sha512, message).map_err(|_| SshError::KeyKind(self.0.algorithm().as_str().to_owned()))?;
        rewrap(sig.to_pem(LineEnding::LF).map_err(|e| SshError::Unreadable(e.to_string()))?.as_bytes())
    }
}

/// The bytes that an agent signs for a message: the SSHSIG pre-image with SHA-512.
pub fn to_be_signed(message: &[u8]) -> Vec<u8> {
    SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message).unwrap_or_default()
}

/// The `.sig` file from what an agent answered to [`to_be_signed`]: its signature blob, `string algorithm ‖ string signature`,
/// with flags and counter behind it for security keys.
///
/// # Errors
/// [`SshError::Wrong`] and [`SshError::NotTouched`]: it is verified before it is handed out.
pub fn wrap_agent(key: &Key, signature: &[u8], message: &[u8]) -> Result<String, SshError> {
    let mut blob = b"SSHSIG\0\0\0\x01".to_vec();
    let mut string = |bytes: &[u8]| {
        blob.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        blob.extend_from_slice(bytes);
    };
    string(&key.blob());
    string(NAMESPACE.as_bytes());
    string(b"");
    string(b"sha512");
    string(signature);
    let file = wrap(&blob);
    if verify(file.as_bytes(), message)? == *key { Ok(file) } else { Err(SshError::Wrong) }
}

/// Checks a signature over a message and gives the key that made it. Whose key it is, is for the signers file to say.
///
/// # Errors
/// Every [`SshError`] but [`SshError::Passphrase`].
pub fn verify(file: &[u8], message: &[u8]) -> Result<Key, SshError> {
    let blob = unwrap(file, BEGIN, END)?;
    let sig = SshSig::from_pem(wrap(&blob)).map_err(|e| unreadable_or_kind(&blob, &e))?;
    let key = Key::new(sig.public_key().clone())?;
    // As in `key_data`: one signature has one spelling, which every verifier takes.
    if !framed(&blob, &key) {
        return Err(SshError::Unreadable("a length in it is wrong".to_owned()));
    }
    if sig.version() != SshSig::VERSION {
        return Err(SshError::Unreadable("another version than 1".to_owned()));
    }
    if sig.namespace() != NAMESPACE {
        return Err(SshError::Namespace(sig.namespace().to_owned()));
    }
    if !sig.reserved().is_empty() || sig.algorithm() != key.0.algorithm() {
        return Err(SshError::Wrong);
    }
    PublicKey::from(key.0.clone()).verify(NAMESPACE, message, &sig).map_err(|_| SshError::Wrong)?;
    if matches!(key.0, KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_)) && !touched(sig.signature()) {
        return Err(SshError::NotTouched);
    }
    Ok(key)
}

/// True if every length in a signature's blob is that of what follows, and nothing follows its end (PROTOCOL.sshsig, RFC 5656 §3.1.2;
/// flags and counter of a security key, PROTOCOL.u2f).
fn framed(blob: &[u8], key: &Key) -> bool {
    fn string<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (text, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        *rest = after;
        Some(text)
    }
    let walk = || {
        let mut rest = blob.get(10..)?;
        let whose = string(&mut rest)?;
        for _ in ["namespace", "reserved", "hash"] {
            string(&mut rest)?;
        }
        let mut signature = string(&mut rest)?;
        string(&mut signature)?;
        let mut numbers = string(&mut signature)?;
        if key.kind().contains("ecdsa") {
            string(&mut numbers)?;
            string(&mut numbers)?;
            numbers.is_empty().then_some(())?;
        }
        let touch = if key.kind().starts_with("sk-") { 5 } else { 0 };
        Some(rest.is_empty() && signature.len() == touch && whose == key.blob())
    };
    walk() == Some(true)
}

/// An RSA or DSA signature fails to decode here, because those kinds are left out; say that instead of "unreadable".
fn unreadable_or_kind(blob: &[u8], error: &ssh_key::Error) -> SshError {
    let kind = blob.get(14..).and_then(|rest| {
        let length = u32::from_be_bytes(*rest.first_chunk::<4>()?) as usize;
        std::str::from_utf8(rest.get(4..4 + length.min(64))?).ok()
    });
    match kind {
        Some(kind) if kind == "ssh-rsa" || kind == "ssh-dss" || kind.contains("-cert-v0") => SshError::KeyKind(kind.to_owned()),
        _ => SshError::Unreadable(error.to_string()),
    }
}

/// The crate keeps a security key's flags and counter as the last five bytes of the signature.
fn touched(signature: &Signature) -> bool {
    let bytes = signature.as_bytes();
    bytes.len().checked_sub(5).and_then(|at| bytes.get(at)).is_some_and(|flags| flags & TOUCHED == TOUCHED)
}

/// A signature file written anew as it is stored: LF, base64 in lines of 70.
///
/// # Errors
/// [`SshError::Unreadable`] if it is no armoured signature.
pub fn rewrap(file: &[u8]) -> Result<String, SshError> {
    Ok(wrap(&unwrap(file, BEGIN, END)?))
}

fn wrap(blob: &[u8]) -> String {
    let body = STANDARD.encode(blob);
    let mut out = String::with_capacity(body.len() + body.len() / 70 + 64);
    out.push_str(BEGIN);
    for (i, c) in body.chars().enumerate() {
        if i % 70 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push('\n');
    out.push_str(END);
    out.push('\n');
    out
}

/// The bytes between two armour lines, whatever the width of the lines between them.
fn unwrap(file: &[u8], begin: &str, end: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, SshError> {
    let unreadable = |what: &str| SshError::Unreadable(what.to_owned());
    if file.len() > LONGEST {
        return Err(unreadable("too long"));
    }
    let text = std::str::from_utf8(file).map_err(|_| unreadable("not ASCII"))?;
    let body = text
        .trim()
        .strip_prefix(begin)
        .and_then(|rest| rest.strip_suffix(end))
        .ok_or_else(|| SshError::Unreadable(format!("no {begin} … {end}")))?;
    let joined: zeroize::Zeroizing<String> = zeroize::Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    let blob = STANDARD.decode(joined.as_bytes()).map_err(|_| unreadable("not base64"))?;
    Ok(zeroize::Zeroizing::new(blob))
}

#[cfg(test)]
mod tests;
