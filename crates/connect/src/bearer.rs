//! A token in the `Authorization` header (RFC 6750 §2.1).

use reqwest::header::{AUTHORIZATION, HeaderValue};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::time::Time;

use crate::connector::BoxFuture;
use crate::fault::Fault;
use crate::secrets::Secret;
use crate::wire::{Authorize, Request};

/// Sends `Authorization: Bearer …`, or nothing where there is no token.
pub(crate) struct Bearer(Option<HeaderValue>);

impl Bearer {
    /// # Errors
    /// `SECRET-006` for a token that holds characters which no header takes.
    pub(crate) fn new(what: &str, token: Option<Secret>) -> Result<Self, Diagnostic> {
        token.map(|token| header(what, &format!("Bearer {}", token.expose()))).transpose().map(Bearer)
    }
}

/// A header value that logs and debug output show as `Sensitive`.
pub(crate) fn header(what: &str, value: &str) -> Result<HeaderValue, Diagnostic> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        let detail = format!("{what}: it holds a line end or another character that can't travel in a header");
        Diagnostic::new("SECRET-006", "a secret is not text", detail)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Authorize for Bearer {
    fn authorize<'a>(&'a self, request: &'a mut Request, _: Time) -> BoxFuture<'a, Result<(), Fault>> {
        if let Some(value) = &self.0 {
            request.headers.insert(AUTHORIZATION, value.clone());
        }
        Box::pin(async { Ok(()) })
    }
}
