//! What the server says that it can do (RFC 7643 §5, RFC 7644 §4). Absent is said, and is not fatal.

use serde_json::{Map, Value};

use super::{Scim, names};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// From `/ServiceProviderConfig`; `None`: it doesn't say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// There is a document at all.
    pub(super) described: bool,
    pub(super) patch: Option<bool>,
    pub(super) filter: Option<bool>,
    pub(super) etag: Option<bool>,
    pub(super) bulk: Option<bool>,
}

impl Abilities {
    fn of(document: &Map<String, Value>) -> Self {
        let supported = |name: &str| {
            let part = names::get(document, name)?.as_object()?;
            names::get(part, "supported").and_then(names::truth).map(|(yes, _)| yes)
        };
        Abilities {
            described: true,
            patch: supported("patch"),
            filter: supported("filter"),
            etag: supported("etag"),
            bulk: supported("bulk"),
        }
    }

    /// One line for people.
    pub(super) fn line(&self) -> String {
        let parts = [("PATCH", self.patch), ("filter", self.filter), ("ETag", self.etag), ("bulk", self.bulk)];
        let word = |b: Option<bool>| match b {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not said",
        };
        parts.map(|(name, has)| format!("{name} {}", word(has))).join(", ")
    }
}

impl Scim {
    /// Asks once. A server without the document (404, 403, 501, a web page) is one that doesn't say.
    pub(super) async fn abilities(&self, allowance: &mut Allowance) -> Result<&Abilities, Fault> {
        self.abilities
            .get_or_try_init(|| async {
                let document = match self.get(&["ServiceProviderConfig"], &[], allowance).await {
                    Ok(answer) => answer.json(),
                    Err(fault) => Err(fault),
                };
                match document {
                    Ok(Value::Object(map)) => Ok(Abilities::of(&map)),
                    Ok(_) => Ok(Abilities::default()),
                    Err(fault) if matches!(fault.class, FaultClass::Transient | FaultClass::Throttled) => Err(fault),
                    Err(_) => Ok(Abilities::default()),
                }
            })
            .await
    }
}
