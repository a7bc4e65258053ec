//! The closed set of connector kinds, and how one is made from a manifest and an instance's configuration.

use usher_domain::diagnostic::Diagnostic;

use crate::clock::Clock;
use crate::connector::Connector;
use crate::scim::Scim;
use crate::secrets::Secret;

/// What every connector is handed from outside (invariant 14).
#[derive(Debug, Clone)]
pub struct Options {
    /// Tells the time and waits.
    pub clock: Clock,
    /// Makes the waits of many workers uneven; the same seed gives the same waits.
    pub seed: u64,
    /// The configuration allows plain http to other machines.
    pub plain_http: bool,
}

/// A connector that speaks SCIM at `base_url`, the address that `/Users` follows.
///
/// # Errors
/// `WIRE-001`, `WIRE-002`: this machine's TLS or the address can't be used. `SECRET-006`: the token can't travel in a header.
pub fn scim(instance: &str, base_url: &str, token: Option<Secret>, options: &Options) -> Result<Box<dyn Connector>, Diagnostic> {
    let base =
        base_url.parse().map_err(|e| Diagnostic::new("WIRE-002", "the address can't be used", format!("{instance}: {base_url}: {e}")))?;
    Ok(Box::new(Scim::new(instance, base, token, options)?))
}
