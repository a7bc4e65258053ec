//! A fixed key in a header or in the query, and RFC 7617's user and password.

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::time::Time;
use zeroize::Zeroizing;

use super::header;
use crate::connector::BoxFuture;
use crate::fault::Fault;
use crate::secrets::{Secret, percent_encoded};
use crate::wire::{Authorize, Request};

/// A header that every request carries.
pub(super) struct InHeader {
    name: HeaderName,
    value: HeaderValue,
}

impl InHeader {
    pub(super) fn new(instance: &str, name: &str, value: &Secret) -> Result<Self, Diagnostic> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            Diagnostic::new("CONNECT-005", "the manifest names no header", format!("{instance}: `{name}` is not a header's name"))
        })?;
        Ok(InHeader { name, value: header(instance, value.expose())? })
    }

    pub(super) fn basic(instance: &str, user: &Secret, password: &Secret) -> Result<Self, Diagnostic> {
        let pair = Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
        let text = Zeroizing::new(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair.as_bytes())));
        Ok(InHeader { name: AUTHORIZATION, value: header(instance, &text)? })
    }
}

impl Authorize for InHeader {
    fn authorize<'a>(&'a self, request: &'a mut Request, _: Time) -> BoxFuture<'a, Result<(), Fault>> {
        request.headers.insert(self.name.clone(), self.value.clone());
        Box::pin(async { Ok(()) })
    }
}

/// A parameter that every query carries, behind all others. Messages show no queries.
pub(super) struct InQuery {
    pair: Secret,
}

impl InQuery {
    pub(super) fn new(name: &str, value: Secret) -> Self {
        InQuery { pair: Secret::new(format!("{}={}", percent_encoded(name), percent_encoded(value.expose()))) }
    }
}

impl Authorize for InQuery {
    fn authorize<'a>(&'a self, request: &'a mut Request, _: Time) -> BoxFuture<'a, Result<(), Fault>> {
        let query = match request.url.query().filter(|q| !q.is_empty()) {
            Some(query) => format!("{query}&{}", self.pair.expose()),
            None => self.pair.expose().to_owned(),
        };
        request.url.set_query(Some(&query));
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keys_stand_where_the_manifest_says() {
        let mut request = Request::get("https://h.example/x?a=1".parse().unwrap());
        InQuery::new("key", Secret::new("a b&c")).authorize(&mut request, Time::default()).await.unwrap();
        assert_eq!(request.target(), "/x?a=1&key=a%20b%26c");
        let basic = InHeader::basic("i", &Secret::new("Aladdin"), &Secret::new("open sesame")).unwrap();
        basic.authorize(&mut request, Time::default()).await.unwrap();
        // RFC 7617 §2's own example.
        assert_eq!(request.headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(request.headers["authorization"].is_sensitive());
        assert_eq!(InHeader::new("i", "X-Key", &Secret::new("a\nb")).err().unwrap().code, "SECRET-006");
        assert_eq!(InHeader::new("i", "X Key", &Secret::new("a")).err().unwrap().code, "CONNECT-005");
    }
}
