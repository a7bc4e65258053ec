//! The signed root of the log: a C2SP tlog-checkpoint in a signed note, and its key (C2SP signed-note, tlog-checkpoint).
//!
//! ```text
//! example.com/usher/5f3c9a1e/log/1
//! 39
//! /Fys4vFseUpIjXdv9zsdUNHCEckLkzzJllwZUyh+nWE=
//!
//! — example.com/usher/5f3c9a1e/log/1 NvBaA9hR…
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::names;
use crate::tree::Hash;

/// C2SP's number for Ed25519 in a key.
const ED25519: u8 = 1;
/// What a signature line begins with: U+2014 and a blank.
const DASH: &str = "\u{2014} ";
/// No checkpoint comes near this many bytes, cosignatures included.
const LONGEST: usize = 64 * 1024;

/// Why a note, a key or a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a checkpoint in a signed note.
    #[error("not a checkpoint: {0}")]
    NotANote(&'static str),
    /// Not a verifier key, `<name>+<8 hex>+<base64>`.
    #[error("not a verifier key: {0}")]
    NotAKey(&'static str),
    /// The key's signature is not there.
    #[error("not signed by {0}")]
    NotSigned(String),
    /// The key's signature is wrong.
    #[error("the signature of {0} is wrong")]
    Wrong(String),
    /// The checkpoint is of another log than the key.
    #[error("a checkpoint of {0}, the key is that of {1}")]
    AnotherLog(String, String),
}

/// The name of log `number` of a company: origin and key name of its checkpoints.
pub fn log_name(tenant: &str, number: u32) -> String {
    format!("{tenant}/log/{number}")
}

/// The company and the number in a log's name.
pub fn parse_log_name(name: &str) -> Option<(&str, u32)> {
    let (tenant, number) = name.rsplit_once("/log/")?;
    let n: u32 = number.parse().ok()?;
    (names::is_tenant(tenant) && n > 0 && n.to_string() == number).then_some((tenant, n))
}

/// The public key that an auditor is given.
#[derive(Clone, PartialEq, Eq)]
pub struct VKey {
    name: String,
    key: VerifyingKey,
}

impl VKey {
    /// Reads `<name>+<8 hex key id>+<base64(0x01 ‖ 32 bytes)>`; one line feed at the end is forgiven.
    ///
    /// # Errors
    /// [`NoteError::NotAKey`].
    pub fn parse(text: &[u8]) -> Result<VKey, NoteError> {
        let text = std::str::from_utf8(text).map_err(|_| NoteError::NotAKey("not ASCII"))?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::NotAKey("not name+id+key"));
        };
        if parse_log_name(name).is_none() {
            return Err(NoteError::NotAKey("the name is not that of a log of usher"));
        }
        let bytes = STANDARD.decode(body).map_err(|_| NoteError::NotAKey("not base64"))?;
        let (kind, key) = bytes.split_first().ok_or(NoteError::NotAKey("empty"))?;
        let key: &[u8; 32] = key.try_into().map_err(|_| NoteError::NotAKey("not 32 bytes"))?;
        if *kind != ED25519 {
            return Err(NoteError::NotAKey("not Ed25519"));
        }
        let key = VerifyingKey::from_bytes(key).map_err(|_| NoteError::NotAKey("not a point of the curve"))?;
        let vkey = VKey { name: name.to_owned(), key };
        if crate::digest::hex(&vkey.id()) == id { Ok(vkey) } else { Err(NoteError::NotAKey("the key id is not that of the key")) }
    }

    /// The log's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// First 4 bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public key).
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

impl fmt::Display for VKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = vec![ED25519];
        body.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, crate::digest::hex(&self.id()), STANDARD.encode(body))
    }
}

impl fmt::Debug for VKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The log's own key, never an approver's. A secret: not `Debug`, not printed.
pub struct LogKey {
    name: String,
    key: SigningKey,
}

impl LogKey {
    /// Reads an Ed25519 private key as `openssl genpkey -algorithm ed25519` writes it (PKCS#8, PEM).
    ///
    /// # Errors
    /// [`NoteError::NotAKey`].
    pub fn from_pem(pem: &str, name: &str) -> Result<LogKey, NoteError> {
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|_| NoteError::NotAKey("not an Ed25519 private key in PEM (PKCS#8)"))?;
        LogKey::named(key, name)
    }

    /// From 32 random bytes, for a new log.
    ///
    /// # Errors
    /// [`NoteError::NotAKey`] if the name is not that of a log.
    pub fn from_seed(seed: &[u8; 32], name: &str) -> Result<LogKey, NoteError> {
        LogKey::named(SigningKey::from_bytes(seed), name)
    }

    fn named(key: SigningKey, name: &str) -> Result<LogKey, NoteError> {
        if parse_log_name(name).is_none() {
            return Err(NoteError::NotAKey("the name is not that of a log of usher"));
        }
        Ok(LogKey { name: name.to_owned(), key })
    }

    /// The private key as PEM (PKCS#8), to be kept as a secret.
    ///
    /// # Errors
    /// [`NoteError::NotAKey`] if it can't be encoded.
    pub fn to_pem(&self) -> Result<zeroize::Zeroizing<String>, NoteError> {
        // Without the public half, as OpenSSL writes it.
        let bytes = ed25519_dalek::pkcs8::KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        bytes.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF).map_err(|_| NoteError::NotAKey("not encodable"))
    }

    /// The public half.
    pub fn vkey(&self) -> VKey {
        VKey { name: self.name.clone(), key: self.key.verifying_key() }
    }
}

/// Size and root of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries, at least 1.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note. The signature covers the text up to and including the LF before the empty line.
    pub fn sign(size: u64, root: Hash, key: &LogKey) -> String {
        let text = Checkpoint { origin: key.name.clone(), size, root }.text();
        let mut blob = key.vkey().id().to_vec();
        blob.extend_from_slice(&key.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{DASH}{} {}\n", key.name, STANDARD.encode(blob))
    }

    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The root in base64, as the note and the verifier's answer have it.
    pub fn root_base64(&self) -> String {
        STANDARD.encode(self.root)
    }

    /// Reads a note without looking at its signatures.
    ///
    /// # Errors
    /// [`NoteError::NotANote`].
    pub fn parse(note: &[u8]) -> Result<Checkpoint, NoteError> {
        read(note).map(|(checkpoint, _)| checkpoint)
    }

    /// Opens a note: it must be well formed and signed by this key. Signature lines of others are ignored.
    ///
    /// # Errors
    /// Every [`NoteError`] but [`NoteError::NotAKey`].
    pub fn open(note: &[u8], vkey: &VKey) -> Result<Checkpoint, NoteError> {
        let (checkpoint, signatures) = read(note)?;
        if checkpoint.origin != vkey.name {
            return Err(NoteError::AnotherLog(checkpoint.origin, vkey.name.clone()));
        }
        let ours: Vec<&Vec<u8>> =
            signatures.iter().filter(|(name, blob)| *name == vkey.name && blob.starts_with(&vkey.id())).map(|(_, blob)| blob).collect();
        let text = checkpoint.text();
        match ours.as_slice() {
            [] => Err(NoteError::NotSigned(vkey.to_string())),
            [blob] => blob
                .get(4..)
                .and_then(|bytes| Signature::from_slice(bytes).ok())
                .filter(|signature| vkey.key.verify_strict(text.as_bytes(), signature).is_ok())
                .map(|_| checkpoint)
                .ok_or_else(|| NoteError::Wrong(vkey.name.clone())),
            _ => Err(NoteError::NotANote("two signatures by one key")),
        }
    }
}

type Signatures<'a> = Vec<(&'a str, Vec<u8>)>;

fn read(note: &[u8]) -> Result<(Checkpoint, Signatures<'_>), NoteError> {
    if note.len() > LONGEST {
        return Err(NoteError::NotANote("too long"));
    }
    let note = std::str::from_utf8(note).map_err(|_| NoteError::NotANote("not UTF-8"))?;
    let body = note.strip_suffix('\n').ok_or(NoteError::NotANote("no line feed at the end"))?;
    let mut lines = body.split('\n');
    let (Some(origin), Some(size), Some(root), Some("")) = (lines.next(), lines.next(), lines.next(), lines.next()) else {
        return Err(NoteError::NotANote("not origin, size, root and an empty line"));
    };
    if parse_log_name(origin).is_none() {
        return Err(NoteError::NotANote("the origin is not a log of usher"));
    }
    let number: u64 = size.parse().map_err(|_| NoteError::NotANote("the size is not a number"))?;
    if number == 0 || number.to_string() != size {
        return Err(NoteError::NotANote("the size is not a decimal number from 1"));
    }
    let root =
        STANDARD.decode(root).ok().and_then(|r| Hash::try_from(r).ok()).ok_or(NoteError::NotANote("the root is not 32 bytes in base64"))?;
    let mut signatures = Vec::new();
    for line in lines {
        let (name, blob) = line
            .strip_prefix(DASH)
            .and_then(|rest| rest.split_once(' '))
            .filter(|(name, _)| !name.is_empty() && !name.contains('+'))
            .ok_or(NoteError::NotANote("a signature line is not `— name base64`"))?;
        let blob = STANDARD.decode(blob).ok().filter(|b| b.len() > 4).ok_or(NoteError::NotANote("a signature is not base64"))?;
        signatures.push((name, blob));
    }
    if signatures.is_empty() {
        return Err(NoteError::NotANote("no signature"));
    }
    Ok((Checkpoint { origin: origin.to_owned(), size: number, root }, signatures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Frontier;

    fn vectors(file: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests_data/evidence_vectors/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn key() -> LogKey {
        LogKey::from_pem(&String::from_utf8(vectors("throwaway-log.pem")).unwrap(), "example.com/usher/5f3c9a1e/log/1").unwrap()
    }

    #[test]
    fn signing_gives_the_bytes_of_the_vectors() {
        let tree: serde_json::Value = serde_json::from_slice(&vectors("tree.json")).unwrap();
        let mut frontier = Frontier::new();
        for line in tree["leaves"].as_array().unwrap().iter().take(5) {
            frontier.append(line.as_str().unwrap().as_bytes());
        }
        let note = Checkpoint::sign(5, frontier.root(), &key());
        assert_eq!(note, tree["checkpoint_of_5"].as_str().unwrap());
        assert_eq!(key().vkey().to_string(), tree["vkey"].as_str().unwrap());
        assert_eq!(format!("{}\n", key().vkey()).into_bytes(), vectors("pinned.vkey"));
        assert_eq!(key().to_pem().unwrap().as_bytes(), vectors("throwaway-log.pem"));
        assert_eq!(LogKey::from_pem(&key().to_pem().unwrap(), key().vkey().name()).unwrap().vkey(), key().vkey());
    }

    #[test]
    fn notes_open_with_their_key_only() {
        let vkey = VKey::parse(&vectors("pinned.vkey")).unwrap();
        for file in ["anchor-9", "bundle/checkpoint"] {
            assert!(Checkpoint::open(&vectors(file), &vkey).is_ok(), "{file}");
        }
        assert_eq!(Checkpoint::open(&vectors("anchor-9"), &vkey).unwrap().size, 9);
        let other = LogKey::from_seed(&[1; 32], "example.com/usher/5f3c9a1e/log/1").unwrap();
        assert!(matches!(Checkpoint::open(&vectors("anchor-9"), &other.vkey()), Err(NoteError::NotSigned(_))));
        let two = LogKey::from_seed(&[1; 32], "example.com/usher/5f3c9a1e/log/2").unwrap();
        assert!(matches!(Checkpoint::open(&vectors("anchor-9"), &two.vkey()), Err(NoteError::AnotherLog(..))));
        let mut witnessed = String::from_utf8(vectors("anchor-9")).unwrap();
        witnessed.push_str("— witness.example/w1 AAAAAQIDBAU=\n");
        assert!(Checkpoint::open(witnessed.as_bytes(), &vkey).is_ok(), "lines of others are ignored");
    }

    #[test]
    fn no_flipped_bit_passes() {
        let (note, pinned) = (vectors("bundle/checkpoint"), vectors("pinned.vkey"));
        let vkey = VKey::parse(&pinned).unwrap();
        for at in 0..note.len() * 8 {
            let mut bad = note.clone();
            bad[at / 8] ^= 1 << (at % 8);
            assert!(Checkpoint::open(&bad, &vkey).is_err(), "bit {at} of the checkpoint");
        }
        for at in 0..pinned.len() * 8 {
            let mut bad = pinned.clone();
            bad[at / 8] ^= 1 << (at % 8);
            assert!(VKey::parse(&bad).is_err(), "bit {at} of the key");
        }
    }

    #[test]
    fn log_names_are_those_of_a_company() {
        assert_eq!(parse_log_name(&log_name("example.com/usher/5f3c9a1e", 12)), Some(("example.com/usher/5f3c9a1e", 12)));
        for bad in
            ["example.com/usher/5f3c9a1e", "example.com/usher/5f3c9a1e/log/0", "example.com/usher/5f3c9a1e/log/01", "x/log/1", "/log/"]
        {
            assert_eq!(parse_log_name(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            proptest::prop_assert!(Checkpoint::parse(&bytes).is_err());
            proptest::prop_assert!(VKey::parse(&bytes).is_err());
        }
    }
}
