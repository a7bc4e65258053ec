use super::*;
use crate::sshsig::{Signer as Private, verify};
use proptest::prelude::*;
use serde_json::Value;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/evidence_vectors/");

fn read(file: &str) -> Vec<u8> {
    std::fs::read(format!("{VECTORS}{file}")).unwrap()
}

fn key(seed: u8) -> Key {
    Private::from_seed(&[seed; 32]).key().unwrap()
}

fn at(text: &str) -> Time {
    parse_verify_time(text).unwrap()
}

fn signer(email: &str, groups: &[&str], seed: u8) -> Signer {
    let groups = groups.iter().map(|g| (*g).to_owned()).collect();
    Signer { email: email.to_owned(), groups, key: key(seed), valid_after: None, valid_before: None }
}

/// What `ssh-keygen -Y verify` would say, by our own reading.
fn good(case: &Value, list: &str, revoked: &str) -> bool {
    let text = |name: &str| case[name].as_str().unwrap();
    let list = match list {
        lines if lines.starts_with('#') => lines.to_owned(),
        lines => format!("{COMMENT}00000000000000000000000000000000\n{lines}"),
    };
    let (Ok(signers), Ok(revoked)) = (Signers::parse(list.as_bytes()), Revoked::parse(revoked.as_bytes())) else { return false };
    let Ok(key) = verify(text("signature").as_bytes(), text("message").as_bytes()) else { return false };
    let principal = text("principal");
    let at = at(text("verify_time"));
    let named = |s: &Signer| principal.strip_prefix(GROUP).map_or(s.email == principal, |g| s.groups.contains(g));
    !revoked.contains(&key) && signers.all().iter().any(|s| s.key == key && s.in_force(at) && named(s))
}

#[test]
fn verdicts_are_those_of_ssh_keygen_but_for_rsa() {
    let vectors: Value = serde_json::from_slice(&read("signatures.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 16);
    let file = |case: &Value, name: &str, file: &str| match case[name].as_str().unwrap() {
        "file" => String::from_utf8(read(file)).unwrap(),
        text => text.to_owned(),
    };
    for case in cases {
        let is = good(case, &file(case, "allowed_signers", "allowed_signers"), &file(case, "revoked", "revoked"));
        let rsa = case["name"] == "good, rsa";
        assert_eq!(is, case["good"].as_bool().unwrap() && !rsa, "{}", case["name"]);
    }
}

#[test]
fn the_files_of_the_vectors_are_written_as_usher_writes_them() {
    let signers = Signers::parse(&read("allowed_signers")).unwrap();
    assert_eq!(signers.to_bytes(), read("allowed_signers"));
    assert_eq!(
        Signers::new(signers.all().iter().rev().cloned().collect(), "06524de64ba387108046a439fab2dcdc".parse().unwrap()),
        Ok(signers)
    );
    let revoked = Revoked::parse(&read("revoked")).unwrap();
    assert_eq!(revoked.to_bytes(), read("revoked"));
}

#[test]
fn windows_hold_to_the_second() {
    let mut one = signer("ben@example.com", &["it-leads"], 1);
    one.valid_after = Some(at("20261220000000Z"));
    one.valid_before = Some(at("20270106000000Z"));
    let signers = Signers::new(vec![one, signer("ben@example.com", &["secops"], 1)], Salt::new([0; 16])).unwrap();
    let groups = |time: &str| signers.groups("ben@example.com", &key(1), at(time)).map(|g| g.into_iter().collect::<Vec<_>>());
    assert_eq!(groups("20261219235959Z"), Some(vec!["secops".to_owned()]));
    assert_eq!(groups("20261220000000Z"), Some(vec!["it-leads".to_owned(), "secops".to_owned()]));
    assert_eq!(groups("20270106000000Z").map(|g| g.len()), Some(2), "ssh-keygen refuses only what is later");
    assert_eq!(groups("20270106000001Z").map(|g| g.len()), Some(1));
    let ends = |group: &str| signers.ends("ben@example.com", &key(1), group, at("20261225000000Z"));
    assert_eq!(ends("it-leads"), Some(at("20270106000001Z")));
    assert_eq!(ends("secops"), Some(Time::from_micros(i64::MAX)));
    assert_eq!(ends("other"), None);
    assert_eq!(signers.groups("ana@example.com", &key(1), at("20261225000000Z")), None);
}

#[test]
fn lines_that_usher_does_not_write_are_refused() {
    let good =
        String::from_utf8(Signers::new(vec![signer("ana@example.com", &["it"], 1)], Salt::new([0; 16])).unwrap().to_bytes()).unwrap();
    assert!(Signers::parse(good.as_bytes()).is_ok());
    for (name, from, to) in [
        ("a pattern", "ana@example.com", "*@example.com"),
        ("no namespaces", "namespaces=\"usher-decision-v1\" ", ""),
        ("another namespace beside", "usher-decision-v1", "usher-decision-v1,git"),
        ("a certificate authority", "namespaces", "cert-authority,namespaces"),
        ("windows in another order", "v1\"", "v1\",valid-before=\"20270106000000Z\",valid-after=\"20261220000000Z\""),
        ("a time without zone", "v1\"", "v1\",valid-before=\"20270106000000\""),
        ("a day that is not there", "v1\"", "v1\",valid-before=\"20270230000000Z\""),
        ("a principal that is no group", "group:it", "it"),
        ("a group twice", "group:it", "group:it,group:it"),
        ("a comment", "ssh-ed25519 ", "ssh-ed25519  "),
        ("no salt", "salt 0", "salt "),
        ("CRLF", "\n", "\r\n"),
    ] {
        assert!(Signers::parse(good.replacen(from, to, 1).as_bytes()).is_err(), "{name}");
    }
    assert!(Signers::parse(good.trim_end().as_bytes()).is_err(), "no line feed at the end");
    let twice = format!("{good}{}\n", good.lines().nth(1).unwrap());
    assert!(Signers::parse(twice.as_bytes()).is_err(), "a line twice");
    assert!(Signers::new(vec![signer("ana@example.com", &["it"], 1), signer("ben@example.com", &["it"], 1)], Salt::new([0; 16])).is_err());
    let mut never = signer("ana@example.com", &["it"], 1);
    (never.valid_after, never.valid_before) = (Some(at("20270106000000Z")), Some(at("20261220000000Z")));
    assert!(Signers::new(vec![never], Salt::new([0; 16])).is_err());
    assert!(Revoked::parse(b"").unwrap().is_empty());
    assert!(Revoked::parse(format!("{} ana\n", key(1).line()).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn what_is_read_is_written_again(at in any::<usize>(), to in any::<u8>()) {
        for (file, revoked) in [("allowed_signers", false), ("revoked", true)] {
            let mut bytes = read(file);
            let at = at % bytes.len();
            bytes[at] = to;
            if revoked {
                if let Ok(list) = Revoked::parse(&bytes) {
                    prop_assert_eq!(list.to_bytes(), bytes);
                }
            } else if let Ok(list) = Signers::parse(&bytes) {
                prop_assert_eq!(list.to_bytes(), bytes);
            }
        }
    }
}
