//! The HTTP client: which hosts, TLS, limits, and the one exchange of bytes.

use std::error::Error as _;
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url, redirect, retry};
use usher_domain::diagnostic::Diagnostic;

use super::request::{Answer, Request};
use crate::fault::{Fault, FaultClass};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The hosts that an instance's configuration names. Nothing else is ever called.
#[derive(Debug, Clone)]
pub(crate) struct Pins {
    origins: Vec<(String, String, u16)>,
    plain_allowed: bool,
}

impl Pins {
    /// Pins the origin of `base`. Plain http is taken for loopback only, unless `allow_plain` says otherwise.
    ///
    /// # Errors
    /// `WIRE-002` for an address that is not http(s), has no host, holds a user or password, or is plain http elsewhere.
    pub(crate) fn to(base: &Url, allow_plain: bool) -> Result<Self, Diagnostic> {
        let mut pins = Pins { origins: Vec::new(), plain_allowed: allow_plain };
        pins.allow(base)?;
        Ok(pins)
    }

    /// Pins one more origin that the configuration or the manifest names.
    ///
    /// # Errors
    /// As [`Pins::to`].
    pub(crate) fn allow(&mut self, base: &Url) -> Result<(), Diagnostic> {
        let refuse = |why: &str| Err(Diagnostic::new("WIRE-002", "the address can't be used", format!("{}: {why}", bare(base))));
        let Some(origin) = origin(base) else { return refuse("it needs the form https://host/path") };
        if !base.username().is_empty() || base.password().is_some() {
            return refuse("it holds a user or a password; give those as secrets");
        }
        if origin.0 == "http" && !self.plain_allowed && !is_loopback(base) {
            return refuse("plain http is only for this machine itself").map_err(|d| d.hint("use https"));
        }
        if !self.origins.contains(&origin) {
            self.origins.push(origin);
        }
        Ok(())
    }

    /// # Errors
    /// `WIRE-002` for a host that nobody named.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Diagnostic> {
        if origin(url).is_some_and(|o| self.origins.contains(&o)) && url.username().is_empty() && url.password().is_none() {
            return Ok(());
        }
        let detail = format!("{}: the configuration does not name this host, so it is not called", bare(url));
        Err(Diagnostic::new("WIRE-002", "the address can't be used", detail))
    }

    fn only_plain(&self) -> bool {
        self.origins.iter().all(|(scheme, ..)| scheme == "http")
    }

    fn only_loopback(&self) -> bool {
        self.origins.iter().all(|(_, host, _)| loopback_host(host))
    }
}

fn origin(url: &Url) -> Option<(String, String, u16)> {
    let scheme = url.scheme();
    let host = url.host_str().filter(|h| !h.is_empty())?;
    matches!(scheme, "http" | "https").then_some(())?;
    Some((scheme.to_owned(), host.to_ascii_lowercase(), url.port_or_known_default()?))
}

fn bare(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// Whether an address means this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(loopback_host)
}

fn loopback_host(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The client for these hosts: TLS by rustls and ring, no redirect, no second try by itself, no cookie.
pub(super) fn build(pins: &Pins) -> Result<Client, Diagnostic> {
    static PROVIDER: Once = Once::new();
    // An error means that somebody else installed one already, which is as good.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let mut builder = Client::builder()
        .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(CONNECT);
    if pins.only_plain() {
        // No certificate will be looked at: a machine without root certificates can still talk to itself.
        builder = builder.tls_certs_only(std::iter::empty());
    }
    if pins.only_loopback() {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|e| {
        let detail = format!("the HTTP client can't be made: {}", chain(&e));
        Diagnostic::new("WIRE-001", "no secure connection is possible", detail)
            .hint("install the root certificates (Debian: ca-certificates)")
    })
}

/// Sends one request and takes its answer in, at most `bytes` after decompression, within `answer`.
pub(super) async fn exchange(client: &Client, request: Request, answer: Duration, bytes: usize) -> Result<Answer, Fault> {
    let label = request.label();
    let mut builder = client.request(request.method, request.url).headers(request.headers).timeout(answer);
    if let Some(body) = request.body {
        builder = builder.header(CONTENT_TYPE, HeaderValue::from_static(body.content_type)).body(body.bytes);
    }
    let built = builder.build().map_err(|e| broken(&label, e))?;
    let mut response = client.execute(built).await.map_err(|e| broken(&label, e))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| broken(&label, e))? {
        if body.len() + chunk.len() > bytes {
            let detail = format!("{label}: the answer has more than {bytes} bytes");
            return Err(Fault::new(FaultClass::Malformed, Diagnostic::new("WIRE-018", "the app's answer is too large", detail)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body, label })
}

/// A failed exchange. Not sent is said only where it is certain: no name, no connection, no handshake.
fn broken(label: &str, error: reqwest::Error) -> Fault {
    let unsent = error.is_connect() || error.is_builder();
    let timeout = error.is_timeout();
    let error = error.without_url();
    let detail = format!("{label}: {}", chain(&error));
    if unsent {
        let message =
            Diagnostic::new("WIRE-017", "the app can't be reached", detail).hint("check the address, the network and the certificate");
        return Fault::new(FaultClass::Transient, message).not_sent();
    }
    let message = if timeout {
        Diagnostic::new("WIRE-019", "the app did not answer in time", detail)
    } else {
        Diagnostic::new("WIRE-020", "the connection broke", detail)
    };
    Fault::new(FaultClass::Transient, message)
}

/// An error with its causes: the outermost alone says only "error sending request".
fn chain(error: &reqwest::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !parts.iter().any(|p| p.contains(&text)) {
            parts.push(text);
        }
        cause = error.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn plain_http_is_for_this_machine_and_hosts_are_pinned() {
        for good in ["https://h.example/v2", "http://127.0.0.1:8080/v2", "http://localhost/", "http://[::1]:9/"] {
            assert!(Pins::to(&url(good), false).is_ok(), "{good}");
        }
        for bad in ["http://h.example/", "ftp://h.example/", "https://ana:pw@h.example/", "http://127.0.0.1.evil.example/", "data:x"] {
            let refused = Pins::to(&url(bad), false).unwrap_err();
            assert_eq!(refused.code, "WIRE-002", "{bad}");
            assert!(!refused.detail.contains("pw"), "{}", refused.detail);
        }
        assert!(Pins::to(&url("http://h.example/"), true).is_ok(), "unless the configuration says so");
        let pins = Pins::to(&url("https://h.example/v2"), false).unwrap();
        assert!(pins.check(&url("https://H.example:443/other?x=1")).is_ok());
        for other in ["https://evil.example/v2", "http://h.example/v2", "https://h.example:8443/v2", "https://a:b@h.example/v2"] {
            assert!(pins.check(&url(other)).is_err(), "{other}");
        }
    }
}
