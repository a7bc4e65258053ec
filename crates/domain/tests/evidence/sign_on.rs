//! Decisions by single sign-on: each rule of approvals-and-evidence.md §3.

use serde_json::{Value, json};
use usher_domain::oidc::Oidc;
use usher_domain::time::Time;

use crate::idp::Idp;

const MADE: i64 = 1_795_598_090;
const MESSAGE: &[u8] = b"usher decision v1\n";

#[test]
fn a_token_counts_only_for_this_text_this_person_and_this_moment() {
    let idp = Idp::new();
    let oidc = Oidc::parse(&idp.file()).unwrap();
    let check = |token: &[u8], by: &str| oidc.check(token, MESSAGE, by, Time::from_seconds(MADE));
    let head = json!({"alg": "RS256", "kid": "k7"});
    let good = idp.token(&head, &Idp::claims(MESSAGE, MADE));
    let signed_in = check(&good, "lee@example.com").unwrap();
    assert_eq!((signed_in.identity.as_str(), signed_in.groups.len()), ("https://idp.example.com 00u1", 1));
    assert!(check(&good, "kim@example.com").is_err(), "another approver's message");
    assert!(oidc.check(&good, b"another message", "lee@example.com", Time::from_seconds(MADE)).is_err());
    let claims: &[(&str, &str, Value)] = &[
        ("another provider", "iss", json!("https://idp.example.org")),
        ("another client", "aud", json!("other")),
        ("a list of clients", "aud", json!(["usher-console"])),
        ("nobody's account", "sub", json!("00u9")),
        ("an approver of another name", "sub", json!("00u2")),
        ("no nonce", "nonce", Value::Null),
        ("issued too early", "iat", json!(MADE - 61)),
        ("issued too late", "iat", json!(MADE + 601)),
        ("not in whole seconds", "iat", json!(1_795_598_110.5)),
        ("an old sign-in", "auth_time", json!(MADE - 61)),
        ("no sign-in", "auth_time", Value::Null),
    ];
    for (name, key, value) in claims {
        let mut bad = Idp::claims(MESSAGE, MADE);
        bad[*key] = value.clone();
        assert!(check(&idp.token(&head, &bad), "lee@example.com").is_err(), "{name}");
    }
    for (name, key, value) in
        [("iat", "iat", json!(MADE - 60)), ("iat", "iat", json!(MADE + 600)), ("auth_time", "auth_time", json!(MADE - 60))]
    {
        let mut edge = Idp::claims(MESSAGE, MADE);
        edge[key] = value;
        assert!(check(&idp.token(&head, &edge), "lee@example.com").is_ok(), "{name} at its bound");
    }
    for (name, header) in [
        ("another algorithm", json!({"alg": "PS256", "kid": "k7"})),
        ("no algorithm", json!({"alg": "none", "kid": "k7"})),
        ("another key", json!({"alg": "RS256", "kid": "k8"})),
        ("a key of another kind", json!({"alg": "RS256", "kid": "ec"})),
        ("something critical", json!({"alg": "RS256", "kid": "k7", "crit": ["b64"]})),
    ] {
        assert!(check(&idp.token(&header, &Idp::claims(MESSAGE, MADE)), "lee@example.com").is_err(), "{name}");
    }
    let text = String::from_utf8(good).unwrap();
    for bad in [text.replace('.', ""), format!("{text}\n"), format!("{text}.x"), text.replacen('e', "f", 1), String::new()] {
        assert!(check(bad.as_bytes(), "lee@example.com").is_err(), "{bad}");
    }
}

#[test]
fn the_providers_file_is_read_strictly() {
    let good = String::from_utf8(Idp::new().file()).unwrap();
    for (name, from, to) in [
        ("not canonical", "{\"approvers\"", "{ \"approvers\""),
        ("one account for two people", "00u2", "00u1"),
        ("no salt", "\"salt\"", "\"salz\""),
        ("a group that is none", "it-leads", "It Leads"),
        ("a name that is none", "lee@", "Lee@"),
    ] {
        assert!(Oidc::parse(good.replacen(from, to, 1).as_bytes()).is_err(), "{name}");
    }
}
