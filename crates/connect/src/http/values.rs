//! What the placeholders of a manifest stand for: `{domain}`, `{account.id}`, `{since}`.

use std::borrow::Cow;

use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::template::RenderError;

use crate::fault::{Fault, FaultClass};

/// Values by name. `config` is always there; the rest as the request needs it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Values<'v> {
    pub(super) config: Option<&'v Map<String, Value>>,
    pub(super) account: Option<&'v Map<String, Value>>,
    pub(super) entitlement: Option<&'v Map<String, Value>>,
    pub(super) credential: Option<&'v Map<String, Value>>,
    pub(super) grant: Option<&'v Map<String, Value>>,
    /// Of a query: `since`, `until` and what the user gave.
    pub(super) with: Option<&'v Map<String, Value>>,
}

impl<'v> Values<'v> {
    /// The value of a placeholder. Attributes are flat (`account.name.givenName`); config may be nested.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'v, Value>> {
        if let Some((what, attribute)) = name.split_once('.') {
            let map = match what {
                "account" => self.account,
                "entitlement" => self.entitlement,
                "credential" => self.credential,
                "grant" => self.grant,
                _ => None,
            };
            if let Some(value) = map.and_then(|map| map.get(attribute)) {
                return Some(Cow::Borrowed(value));
            }
        }
        if let Some(value) = self.with.and_then(|map| map.get(name)) {
            return Some(Cow::Borrowed(value));
        }
        let mut parts = name.split('.');
        let first = self.config?.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part)).map(Cow::Borrowed)
    }
}

/// A placeholder without a value, as a fault that left nothing.
pub(super) fn no_value(what: &str, error: &RenderError) -> Fault {
    let message = Diagnostic::new("HTTP-001", "the request can't be made", format!("{what}: {error}"));
    Fault::new(FaultClass::Unsupported, message).not_sent()
}
