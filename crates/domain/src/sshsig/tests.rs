use proptest::prelude::*;
use ssh_key::private::Ed25519Keypair;
use ssh_key::public::{Ed25519PublicKey, SkEd25519};

use super::*;
use crate::digest::Digest;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/evidence_vectors/");

fn read(file: &str) -> Vec<u8> {
    std::fs::read(format!("{VECTORS}{file}")).unwrap()
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
    out.extend_from_slice(bytes);
}

#[test]
fn signing_the_worked_example_gives_its_bytes() {
    let (message, sig) = (read("sign_message.txt"), read("sign_message.txt.sig"));
    let signer = Signer::parse(&read("throwaway-ana.key"), None).unwrap();
    assert_eq!(signer.sign(&message).unwrap().as_bytes(), sig);
    let key = verify(&sig, &message).unwrap();
    assert_eq!(key, signer.key().unwrap());
    assert!(String::from_utf8(read("allowed_signers")).unwrap().contains(&key.line()));
    assert_eq!(Key::parse(&format!("  {}\tana@laptop \r\n", key.line())), Ok(key.clone()));
    assert_eq!(Key::from_blob(&key.blob()), Ok(key));
}

#[test]
fn any_line_width_and_crlf_are_read_and_stored_anew() {
    let (message, sig) = (read("sign_message.txt"), String::from_utf8(read("sign_message.txt.sig")).unwrap());
    let body: String = sig.lines().filter(|l| !l.starts_with("-----")).collect();
    for (width, end) in [(64, "\n"), (76, "\r\n"), (70, "\r\n"), (10_000, "\n")] {
        let lines: Vec<&str> = body.as_bytes().chunks(width).map(|c| std::str::from_utf8(c).unwrap()).collect();
        let other = format!("{BEGIN}{end}{}{end}{END}{end}", lines.join(end));
        assert!(verify(other.as_bytes(), &message).is_ok(), "{width}");
        assert_eq!(rewrap(other.as_bytes()).unwrap(), sig, "{width}");
    }
    let file = String::from_utf8(read("throwaway-ana.key")).unwrap();
    let body: String = file.lines().filter(|l| !l.starts_with("-----")).collect();
    let wide = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n");
    assert!(Signer::parse(wide.as_bytes(), None).is_ok(), "a private key in one line");
}

#[test]
fn what_is_not_a_signature_over_this_is_refused() {
    let (message, sig) = (read("sign_message.txt"), read("sign_message.txt.sig"));
    assert_eq!(verify(&sig, b"another"), Err(SshError::Wrong));
    for bad in [&b""[..], b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", b"\xff\xfe", BEGIN.as_bytes(), &sig[..200]] {
        assert!(verify(bad, &message).is_err());
    }
    let other = Signer::from_seed(&[9; 32]);
    let git = SshSig::sign(&other.0, "git", HashAlg::Sha512, &message).unwrap().to_pem(LineEnding::LF).unwrap();
    assert_eq!(verify(git.as_bytes(), &message), Err(SshError::Namespace("git".to_owned())));
    let sha256 = SshSig::sign(&other.0, NAMESPACE, HashAlg::Sha256, &message).unwrap().to_pem(LineEnding::LF).unwrap();
    assert_eq!(verify(sha256.as_bytes(), &message), other.key(), "verifiers also take sha256");
}

#[test]
fn one_signature_and_one_key_have_one_spelling() {
    let (message, sig) = (read("sign_message.txt"), read("sign_message.txt.sig"));
    let good = unwrap(&sig, BEGIN, END).unwrap();
    let key = verify(&sig, &message).unwrap().blob();
    for value in [1, 0x20, 0x80, 0xff] {
        for at in 0..good.len() {
            let mut blob = good.to_vec();
            blob[at] ^= value;
            assert!(verify(wrap(&blob).as_bytes(), &message).is_err(), "byte {at} of the signature, changed by {value}");
        }
        for at in 0..19 {
            let mut blob = key.clone();
            blob[at] ^= value;
            assert!(Key::from_blob(&blob).is_err(), "byte {at} of the key, changed by {value}");
        }
    }
}

#[test]
fn kinds_that_are_not_taken_say_which_and_what_to_do() {
    for line in ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", "ssh-dss AAAA", "ssh-ed25519-cert-v01@openssh.com AAAA"] {
        let error = Key::parse(line).unwrap_err();
        assert!(matches!(error, SshError::KeyKind(_)), "{line}");
        assert_eq!(error.hint(), Some("make a key that is taken: ssh-keygen -t ed25519"));
    }
    for line in
        ["", "ssh-ed25519", "ssh-ed25519 !!!!", "ecdsa-sha2-nistp256 AAAAC3NzaC1lZDI1NTE5AAAAIMSzwU5uVhHnRJoQO4woiOO+bZ8mnV0x638UYa9wl/pz"]
    {
        assert!(matches!(Key::parse(line), Err(SshError::Unreadable(_))), "{line}");
    }
}

#[test]
fn an_agents_answer_is_wrapped_only_if_it_verifies() {
    let message = read("sign_message.txt");
    let signer = Signer::parse(&read("throwaway-ana.key"), None).unwrap();
    let pair = signer.0.key_data().ed25519().unwrap();
    let answer = signature_blob(pair, &to_be_signed(&message));
    let file = wrap_agent(&signer.key().unwrap(), &answer, &message).unwrap();
    assert_eq!(file.as_bytes(), read("sign_message.txt.sig"));
    assert_eq!(wrap_agent(&signer.key().unwrap(), &answer, b"other"), Err(SshError::Wrong));
    assert!(wrap_agent(&Signer::from_seed(&[3; 32]).key().unwrap(), &answer, &message).is_err());
}

fn signature_blob(pair: &Ed25519Keypair, bytes: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer as _;
    let key = ed25519_dalek::SigningKey::from_bytes(&pair.private.to_bytes());
    let mut blob = Vec::new();
    string(&mut blob, b"ssh-ed25519");
    string(&mut blob, &key.sign(bytes).to_bytes());
    blob
}

/// A security key in software: CTAP2 signs SHA-256(application) ‖ flags ‖ counter ‖ SHA-256(what is signed).
fn security_key(flags: u8, message: &[u8]) -> (Key, Vec<u8>) {
    use ed25519_dalek::Signer as _;
    let secret = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    let public = Ed25519PublicKey(secret.verifying_key().to_bytes());
    let key = Key::new(KeyData::SkEd25519(SkEd25519::new(public, "ssh:"))).unwrap();
    let mut signed = Digest::of(b"ssh:").bytes().to_vec();
    signed.push(flags);
    signed.extend_from_slice(&7u32.to_be_bytes());
    signed.extend_from_slice(Digest::of(&to_be_signed(message)).bytes());
    let mut blob = Vec::new();
    string(&mut blob, b"sk-ssh-ed25519@openssh.com");
    string(&mut blob, &secret.sign(&signed).to_bytes());
    blob.push(flags);
    blob.extend_from_slice(&7u32.to_be_bytes());
    (key, blob)
}

#[test]
fn a_security_key_counts_only_if_it_was_touched() {
    let message = read("sign_message.txt");
    let (key, touched) = security_key(1, &message);
    let file = wrap_agent(&key, &touched, &message).unwrap();
    assert_eq!(verify(file.as_bytes(), &message), Ok(key.clone()));
    assert_eq!(Key::parse(&key.line()), Ok(key.clone()));
    let (_, verified) = security_key(5, &message);
    assert!(wrap_agent(&key, &verified, &message).is_ok(), "touched and a PIN");
    for flags in [0, 4] {
        let (_, untouched) = security_key(flags, &message);
        assert_eq!(wrap_agent(&key, &untouched, &message), Err(SshError::NotTouched));
    }
    let (_, mut forged) = security_key(0, &message);
    let at = forged.len() - 5;
    forged[at] = 1;
    assert_eq!(wrap_agent(&key, &forged, &message), Err(SshError::Wrong), "the flags are signed");
}

#[test]
fn an_encrypted_key_needs_its_passphrase() {
    let plain = Signer::from_seed(&[1; 32]);
    let kdf = ssh_key::Kdf::Bcrypt { salt: vec![1; 16], rounds: 2 };
    for cipher in [ssh_key::Cipher::Aes256Ctr, ssh_key::Cipher::Aes256Gcm, ssh_key::Cipher::ChaCha20Poly1305] {
        let file = plain.0.encrypt_with(cipher, kdf.clone(), 7, "pass").unwrap().to_openssh(LineEnding::LF).unwrap();
        assert_eq!(Signer::is_encrypted(file.as_bytes()), Ok(true));
        assert_eq!(Signer::parse(file.as_bytes(), Some(b"wrong")).err(), Some(SshError::Passphrase));
        assert_eq!(Signer::parse(file.as_bytes(), Some(b"pass")).unwrap().key(), plain.key());
    }
    assert_eq!(Signer::is_encrypted(plain.to_file().unwrap().as_bytes()), Ok(false));
}

proptest! {
    /// Whatever stands in the armour, it is read without a panic, and only the signature itself verifies.
    #[test]
    fn changed_signatures_and_keys_are_refused_without_a_panic(
        at in any::<usize>(), bytes in proptest::collection::vec(any::<u8>(), 1..12), cut in any::<bool>(),
    ) {
        let (message, sig) = (read("sign_message.txt"), read("sign_message.txt.sig"));
        let good = unwrap(&sig, BEGIN, END).unwrap();
        let mut blob = good.to_vec();
        let at = at % blob.len();
        let end = if cut { blob.len() } else { (at + bytes.len()).min(blob.len()) };
        blob.splice(at..end, bytes);
        prop_assert_eq!(verify(wrap(&blob).as_bytes(), &message).is_ok(), blob == *good);
        let _ = Key::from_blob(&blob);
        let private = unwrap(&read("throwaway-ana.key"), "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----").unwrap();
        let mut file = private.to_vec();
        file.splice(at.min(file.len())..end.min(file.len()).max(at.min(file.len())), blob.get(..4).unwrap_or_default().to_vec());
        let text = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", STANDARD.encode(&file));
        let _ = Signer::parse(text.as_bytes(), Some(b"x"));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,200}") {
        prop_assert!(verify(text.as_bytes(), b"").is_err());
        prop_assert!(Key::parse(&text).is_err());
        let encoded = Key::parse(&format!("ssh-ed25519 {}", STANDARD.encode(&text)));
        prop_assert!(encoded.is_err());
    }
}
