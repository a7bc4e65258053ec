//! The same answers as the real `ssh-keygen`, in both directions. OpenSSH's client is a test requirement: without it these fail.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use usher_domain::message::NAMESPACE;
use usher_domain::names::Salt;
use usher_domain::signers::{Revoked, Signer, Signers, verify_time};
use usher_domain::sshsig::{self, Key, SshError};
use usher_domain::time::Time;

use crate::folder::{json, read, vectors};

/// A folder that goes with the test.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn private(&self, name: &str, bytes: &[u8]) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.put(name, bytes);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }
}

fn ssh_keygen(args: &[&str], input: &[u8]) -> (bool, String) {
    let mut child = Command::new("ssh-keygen")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ssh-keygen is needed for these tests: apt-get install openssh-client");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let out = child.wait_with_output().unwrap();
    (out.status.success(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

/// `ssh-keygen -Y verify` as an auditor calls it.
fn verify(scratch: &Scratch, allowed: &[u8], revoked: &[u8], who: &str, sig: &[u8], at: &str, message: &[u8]) -> (bool, String) {
    let text = |path: PathBuf| path.to_str().unwrap().to_owned();
    let (allowed, revoked, sig) =
        (text(scratch.put("allowed", allowed)), text(scratch.put("revoked", revoked)), text(scratch.put("m.sig", sig)));
    let time = format!("verify-time={at}");
    ssh_keygen(&["-Y", "verify", "-n", NAMESPACE, "-f", &allowed, "-r", &revoked, "-I", who, "-s", &sig, "-O", &time], message)
}

fn generate(scratch: &Scratch, name: &str, kind: &[&str], passphrase: &str) -> PathBuf {
    let path = scratch.path().join(name);
    let (ok, said) = ssh_keygen(&[kind, &["-q", "-N", passphrase, "-C", "test", "-f", path.to_str().unwrap()]].concat(), b"");
    assert!(ok, "{said}");
    path
}

#[test]
fn what_ssh_keygen_signs_we_verify_and_what_we_sign_it_verifies() {
    let scratch = Scratch::new();
    let message = read("sign_message.txt");
    for (name, kind) in
        [("ed", vec!["-t", "ed25519"]), ("p256", vec!["-t", "ecdsa", "-b", "256"]), ("p384", vec!["-t", "ecdsa", "-b", "384"])]
    {
        let path = generate(&scratch, name, &kind, "");
        let key = Key::parse(&std::fs::read_to_string(path.with_extension("pub")).unwrap()).unwrap();
        let groups = ["it-leads".to_owned()].into();
        let signer = Signer { email: "ana@example.com".to_owned(), groups, key: key.clone(), valid_after: None, valid_before: None };
        let allowed = Signers::new(vec![signer], Salt::new([1; 16])).unwrap().to_bytes();

        let file = scratch.put("m.txt", &message);
        let (ok, said) = ssh_keygen(&["-Y", "sign", "-f", path.to_str().unwrap(), "-n", NAMESPACE, file.to_str().unwrap()], b"");
        assert!(ok, "{said}");
        let theirs = std::fs::read(scratch.path().join("m.txt.sig")).unwrap();
        std::fs::remove_file(scratch.path().join("m.txt.sig")).unwrap();
        assert_eq!(sshsig::verify(&theirs, &message), Ok(key.clone()), "{name}");
        assert_eq!(sshsig::rewrap(&theirs).unwrap().into_bytes(), theirs, "{name}: stored as ssh-keygen writes it");

        let private = sshsig::Signer::parse(&std::fs::read(&path).unwrap(), None).unwrap();
        let ours = private.sign(&message).unwrap();
        assert!(name != "ed" || ours.as_bytes() == theirs, "Ed25519 is deterministic: the same bytes");
        for who in ["ana@example.com", "group:it-leads"] {
            let (ok, said) = verify(&scratch, &allowed, b"", who, ours.as_bytes(), "20261125091612Z", &message);
            assert!(ok, "{name}, {who}: {said}");
        }
        let revoked = Revoked::new([key]).to_bytes();
        let (ok, _) = verify(&scratch, &allowed, &revoked, "ana@example.com", ours.as_bytes(), "20261125091612Z", &message);
        assert!(!ok, "{name}: revoked by the list that we write");
    }
}

#[test]
fn encrypted_keys_of_ssh_keygen_are_read() {
    let scratch = Scratch::new();
    let message = read("sign_message.txt");
    for cipher in ["aes256-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"] {
        let path = generate(&scratch, cipher.split('@').next().unwrap(), &["-t", "ed25519", "-a", "1", "-Z", cipher], "secret");
        let file = std::fs::read(&path).unwrap();
        assert_eq!(sshsig::Signer::is_encrypted(&file), Ok(true), "{cipher}");
        let signed = sshsig::Signer::parse(&file, Some(b"secret")).unwrap().sign(&message).unwrap();
        let key = Key::parse(&std::fs::read_to_string(path.with_extension("pub")).unwrap()).unwrap();
        assert_eq!(sshsig::verify(signed.as_bytes(), &message), Ok(key), "{cipher}");
        assert_eq!(sshsig::Signer::parse(&file, Some(b"wrong")).err(), Some(SshError::Passphrase), "{cipher}");
    }
}

#[test]
fn rsa_is_refused_with_what_to_do() {
    let scratch = Scratch::new();
    let path = generate(&scratch, "rsa", &["-t", "rsa", "-b", "2048"], "");
    let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
    let file = scratch.put("m.txt", b"x");
    let (ok, said) = ssh_keygen(&["-Y", "sign", "-f", path.to_str().unwrap(), "-n", NAMESPACE, file.to_str().unwrap()], b"");
    assert!(ok, "{said}");
    let sig = std::fs::read(scratch.path().join("m.txt.sig")).unwrap();
    for error in [
        Key::parse(&public).unwrap_err(),
        sshsig::Signer::parse(&std::fs::read(&path).unwrap(), None).err().unwrap(),
        sshsig::verify(&sig, b"x").unwrap_err(),
    ] {
        assert_eq!(error, SshError::KeyKind("ssh-rsa".to_owned()));
        assert!(error.hint().is_some_and(|h| h.contains("ssh-keygen -t ed25519")));
    }
}

#[test]
fn windows_are_judged_as_ssh_keygen_judges_them() {
    let scratch = Scratch::new();
    let message = read("sign_message.txt");
    let private = sshsig::Signer::parse(&read("throwaway-ana.key"), None).unwrap();
    let (key, sig) = (private.key().unwrap(), private.sign(&message).unwrap());
    let at = Time::parse_strict("2026-11-25T09:16:12Z").unwrap();
    for (after, before) in
        [(None, Some(-1)), (None, Some(0)), (None, Some(1)), (Some(-1), None), (Some(0), None), (Some(1), None), (Some(-1), Some(1))]
    {
        let signer = Signer {
            email: "ana@example.com".to_owned(),
            groups: ["it-leads".to_owned()].into(),
            key: key.clone(),
            valid_after: after.map(|s| at.plus_seconds(s)),
            valid_before: before.map(|s| at.plus_seconds(s)),
        };
        let signers = Signers::new(vec![signer], Salt::new([1; 16])).unwrap();
        let (theirs, said) = verify(&scratch, &signers.to_bytes(), b"", "ana@example.com", sig.as_bytes(), &verify_time(at), &message);
        let ours = signers.groups("ana@example.com", &key, at).is_some();
        assert_eq!(ours, theirs, "after {after:?}, before {before:?}: {said}");
    }
}

#[test]
fn ssh_keygen_says_what_the_vectors_say_of_it() {
    let scratch = Scratch::new();
    let cases = json("signatures.json");
    for case in cases["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        let list = |name: &str| match text(name) {
            "file" => std::fs::read(vectors().join(if name == "revoked" { "revoked" } else { "allowed_signers" })).unwrap(),
            given => given.as_bytes().to_vec(),
        };
        let (allowed, revoked) = (list("allowed_signers"), list("revoked"));
        let (sig, message) = (text("signature").as_bytes(), text("message").as_bytes());
        let (good, said) = verify(&scratch, &allowed, &revoked, text("principal"), sig, text("verify_time"), message);
        assert_eq!(good, case["good"].as_bool().unwrap(), "{}: {said}", case["name"]);
    }
}

#[test]
fn a_private_key_that_we_write_is_one_for_ssh_keygen() {
    let scratch = Scratch::new();
    let signer = sshsig::Signer::from_seed(&[42; 32]);
    let path = scratch.private("k", signer.to_file().unwrap().as_bytes());
    let (ok, said) = ssh_keygen(&["-y", "-f", path.to_str().unwrap()], b"");
    assert!(ok, "{said}");
    assert_eq!(Key::parse(&said), signer.key());
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
    out.extend_from_slice(bytes);
}

/// A number as SSH writes it (RFC 4251 §5).
fn number(out: &mut Vec<u8>, bytes: &[u8]) {
    let bytes: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
    let sign: &[u8] = if bytes.first().is_some_and(|b| *b >= 0x80) { &[0] } else { &[] };
    string(out, &[sign, &bytes].concat());
}

/// What a security key signs: SHA-256(application) ‖ flags ‖ counter ‖ SHA-256(what is signed), with flags and counter behind the signature.
fn token_signs(flags: u8, message: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>, kind: &str) -> Vec<u8> {
    let digest = |bytes: &[u8]| usher_domain::digest::Digest::of(bytes).bytes().to_vec();
    let trailer = [&[flags][..], &9u32.to_be_bytes()].concat();
    let signed = [digest(b"ssh:"), trailer.clone(), digest(&sshsig::to_be_signed(message))].concat();
    let mut answer = Vec::new();
    string(&mut answer, kind.as_bytes());
    string(&mut answer, &sign(&signed));
    [answer, trailer].concat()
}

/// Security keys made in software: the bytes that a token and an agent would give.
#[test]
fn security_keys_are_verified_as_ssh_keygen_verifies_them_and_must_be_touched() {
    use ed25519_dalek::Signer as _;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    let scratch = Scratch::new();
    let message = read("sign_message.txt");

    let ed = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    let mut ed_blob = Vec::new();
    string(&mut ed_blob, b"sk-ssh-ed25519@openssh.com");
    string(&mut ed_blob, ed.verifying_key().as_bytes());
    string(&mut ed_blob, b"ssh:");
    let ed_sign = |bytes: &[u8]| ed.sign(bytes).to_bytes().to_vec();

    let random = ring::rand::SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let mut ec_blob = Vec::new();
    for part in [&b"sk-ecdsa-sha2-nistp256@openssh.com"[..], b"nistp256", ec.public_key().as_ref(), b"ssh:"] {
        string(&mut ec_blob, part);
    }
    let ec_sign = |bytes: &[u8]| {
        let (mut out, fixed) = (Vec::new(), ec.sign(&random, bytes).unwrap());
        fixed.as_ref().chunks(32).for_each(|half| number(&mut out, half));
        out
    };

    type Token<'a> = (&'static str, Vec<u8>, &'a dyn Fn(&[u8]) -> Vec<u8>);
    let tokens: [Token<'_>; 2] =
        [("sk-ssh-ed25519@openssh.com", ed_blob, &ed_sign), ("sk-ecdsa-sha2-nistp256@openssh.com", ec_blob, &ec_sign)];
    for (kind, blob, sign) in tokens {
        let key = Key::from_blob(&blob).unwrap();
        assert_eq!((key.kind().as_str(), key.blob()), (kind, blob));
        let groups = ["it-leads".to_owned()].into();
        let signer = Signer { email: "ana@example.com".to_owned(), groups, key: key.clone(), valid_after: None, valid_before: None };
        let allowed = Signers::new(vec![signer], Salt::new([1; 16])).unwrap().to_bytes();
        let file = sshsig::wrap_agent(&key, &token_signs(1, &message, sign, kind), &message).unwrap();
        assert_eq!(sshsig::verify(file.as_bytes(), &message), Ok(key.clone()), "{kind}");
        let (good, said) = verify(&scratch, &allowed, b"", "ana@example.com", file.as_bytes(), "20261125091612Z", &message);
        assert!(good, "{kind}: {said}");
        let untouched = sshsig::wrap_agent(&key, &token_signs(0, &message, sign, kind), &message);
        assert_eq!(untouched, Err(SshError::NotTouched), "{kind}");
    }
}
