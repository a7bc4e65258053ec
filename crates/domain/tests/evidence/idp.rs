//! An identity provider in a test: its key (throw-away, made for this repository), and ID tokens by it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};
use usher_domain::canon;
use usher_domain::oidc::nonce;

pub(crate) struct Idp(RsaKeyPair);

impl Idp {
    pub(crate) fn new() -> Idp {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/throwaway-idp.pem");
        let pem = std::fs::read_to_string(path).unwrap();
        let body: String = pem.lines().filter(|l| !l.starts_with("-----")).collect();
        Idp(RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap())
    }

    /// The file that a `signers` entry names.
    pub(crate) fn file(&self) -> Vec<u8> {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.0.public_key());
        let key = json!({
            "alg": "RS256", "kid": "k7", "kty": "RSA", "use": "sig",
            "n": URL_SAFE_NO_PAD.encode(&public.n),
            "e": URL_SAFE_NO_PAD.encode(&public.e),
        });
        let other = json!({"kty": "EC", "kid": "ec", "crv": "P-256"});
        canon::to_vec(&json!({
            "approvers": [{"email": "lee@example.com", "groups": ["it-leads"], "sub": "00u1"}, {"email": "kim@example.com", "groups": [], "sub": "00u2"}],
            "audience": "usher-console", "issuer": "https://idp.example.com", "keys": [other, key], "salt": "00000000000000000000000000000001",
        }))
        .unwrap()
    }

    /// The claims of a good token for a message that was made at that time.
    pub(crate) fn claims(message: &[u8], made: i64) -> Value {
        json!({
            "iss": "https://idp.example.com", "aud": "usher-console", "sub": "00u1", "nonce": nonce(message),
            "iat": made + 20, "auth_time": made + 10, "exp": made + 30, "email": "somebody@else.example",
        })
    }

    pub(crate) fn token(&self, header: &Value, claims: &Value) -> Vec<u8> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes()
    }
}
