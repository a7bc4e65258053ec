//! Every request signed with a shared key. What is signed is what is sent, byte for byte: the target is taken from the address as it
//! travels, and the body is the bytes that travel (app-facts.md §1.1: two clients differ in white space, and both match what they send).

use std::borrow::Cow;

use base64::Engine as _;
use reqwest::header::HeaderName;
use ring::hmac;
use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::hex;
use usher_domain::manifest::{self, HmacAlgorithm, MacEncoding, SignedTarget};
use usher_domain::template::{Encoding, Template};
use usher_domain::time::Time;

use super::super::values::{Values, no_value};
use super::header;
use crate::connector::BoxFuture;
use crate::fault::{Fault, FaultClass};
use crate::secrets::Secret;
use crate::wire::{Authorize, Request};

/// Signs each request with its own time.
pub(super) struct Signer {
    instance: String,
    how: manifest::Hmac,
    config: Map<String, Value>,
    key: hmac::Key,
}

impl Signer {
    pub(super) fn new(instance: &str, how: &manifest::Hmac, config: Map<String, Value>, key: Secret) -> Self {
        let algorithm = match how.algorithm {
            HmacAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            HmacAlgorithm::Sha256 => hmac::HMAC_SHA256,
            HmacAlgorithm::Sha512 => hmac::HMAC_SHA512,
        };
        Signer { instance: instance.to_owned(), how: how.clone(), config, key: hmac::Key::new(algorithm, key.expose().as_bytes()) }
    }

    fn sign(&self, request: &mut Request, now: Time) -> Result<(), Fault> {
        let timestamp = now.timestamp().strftime(&self.how.timestamp.format).to_string();
        let message = self.render(&self.how.message, |name| self.part(name, request, &timestamp))?;
        let mac = hmac::sign(&self.key, message.as_bytes());
        let signature = match self.how.encoding {
            MacEncoding::Hex => hex(mac.as_ref()),
            MacEncoding::Base64 => base64::engine::general_purpose::STANDARD.encode(mac.as_ref()),
        };
        for (name, template) in &self.how.headers {
            let text =
                self.render(
                    template,
                    |name| if name == "signature" { Some(signature.clone()) } else { self.part(name, request, &timestamp) },
                )?;
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| self.unusable(&format!("`{name}` is not a header's name")))?;
            let value = header(&self.instance, &text).map_err(|d| self.unusable(&d.detail))?;
            request.headers.insert(name, value);
        }
        Ok(())
    }

    fn render(&self, template: &Template, part: impl Fn(&str) -> Option<String>) -> Result<String, Fault> {
        let values = Values { config: Some(&self.config), ..Values::default() };
        let value = |name: &str| part(name).map(|text| Cow::Owned(Value::from(text))).or_else(|| values.get(name));
        template.render(Encoding::Raw, value).map_err(|e| no_value(&self.instance, &e))
    }

    fn part(&self, name: &str, request: &Request, timestamp: &str) -> Option<String> {
        let path = || request.url.path().to_owned();
        let query = || request.url.query().unwrap_or_default().to_owned();
        let body = || request.body.as_ref().map(|b| String::from_utf8_lossy(&b.bytes).into_owned()).unwrap_or_default();
        Some(match name {
            "timestamp" => timestamp.to_owned(),
            "request.method" => request.method.to_string(),
            "request.host" => request.url.host_str().unwrap_or_default().to_owned(),
            "request.path" => path(),
            "request.query" => query(),
            "request.body" => body(),
            "request.target" => match (self.how.target, body()) {
                (SignedTarget::BodyOrQuery, body) if !body.is_empty() => format!("{}?{body}", path()),
                _ => request.target(),
            },
            _ => return None,
        })
    }

    fn unusable(&self, why: &str) -> Fault {
        let message = Diagnostic::new("HTTP-002", "the request can't be signed", format!("{}: {why}", self.instance));
        Fault::new(FaultClass::Unsupported, message).not_sent()
    }
}

impl Authorize for Signer {
    fn authorize<'a>(&'a self, request: &'a mut Request, now: Time) -> BoxFuture<'a, Result<(), Fault>> {
        let signed = self.sign(request, now);
        Box::pin(async { signed })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;
    use usher_domain::manifest::{Auth, Manifest};

    use super::*;

    const VECTORS: &str = include_str!("darktrace_vectors.json");
    const APP: &str = include_str!("../../../../../apps/darktrace/app.yaml");

    fn time_of(date: &str) -> (Time, &'static str) {
        let (format, name) =
            if date.contains('T') { ("%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S") } else { ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S") };
        let civil = jiff::civil::DateTime::strptime(format, date).unwrap();
        (jiff::tz::TimeZone::UTC.to_timestamp(civil).unwrap().into(), name)
    }

    /// All thirteen vectors: each way to send has the signature that two other implementations computed.
    #[tokio::test]
    async fn every_darktrace_vector_is_signed_as_it_is_sent() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let manifest = Manifest::parse("apps/darktrace/app.yaml", APP).unwrap();
        let Some((_, Auth::Hmac(how))) = manifest.auth_for(None, |_| true) else { panic!("Darktrace signs with HMAC") };
        let positive = vectors["positive"].as_array().unwrap();
        assert_eq!(positive.len(), 13);
        for vector in positive {
            let text = |key: &str| vector[key].as_str().unwrap_or_default().to_owned();
            let (now, format) = time_of(&text("date"));
            let mut how = how.as_ref().clone();
            how.timestamp.format = format.to_owned();
            let config = json!({"public_token": text("public_token"), "private_token": text("private_token")});
            let signer = Signer::new("dt", &how, config.as_object().unwrap().clone(), Secret::new(text("private_token")));
            let url = format!("https://dt.example.com{}", text("sent")).parse().unwrap();
            let mut request = Request::new(Method::from_bytes(text("method").as_bytes()).unwrap(), url);
            if let Some(body) = vector["body"].as_str() {
                request = request.body("application/json", body.as_bytes().to_vec());
            }
            signer.authorize(&mut request, now).await.unwrap();
            assert_eq!(request.target(), text("sent"), "{}: it travels as it was written", text("name"));
            assert_eq!(request.headers["dtapi-signature"], text("signature"), "{}", text("name"));
            assert_eq!(request.headers["dtapi-date"], text("date"), "{}", text("name"));
            assert_eq!(request.headers["dtapi-token"], text("public_token"));
        }
    }
}
