//! What a step is about, as its opening says it.

use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::plan::{Opening, Step};

use crate::fault::{Fault, FaultClass};

/// A role, group, licence or membership that a step grants or revokes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementTarget {
    /// `role group licence membership`.
    pub kind: String,
    /// The instance's own id.
    pub id: String,
}

/// The entitlement of a step: `account.entitlement` of its opening, `{kind, id}`. `None`: the step is about none.
pub fn entitlement(opening: &Opening) -> Option<EntitlementTarget> {
    let map = opening.account().get("entitlement")?.as_object()?;
    let text = |key: &str| map.get(key).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_owned);
    Some(EntitlementTarget { kind: text("kind")?, id: text("id")? })
}

/// The kind of the credential of a step: `account.credential.kind` of its opening.
pub(crate) fn credential_kind(opening: &Opening) -> Option<String> {
    opening.account().get("credential")?.get("kind")?.as_str().map(str::to_owned)
}

/// The account's native id, without which nothing but a creation can be addressed.
///
/// # Errors
/// `STEP-001`, not sent.
pub(crate) fn native_id<'o>(step: &Step, opening: &'o Opening) -> Result<&'o str, Fault> {
    opening.native_id().filter(|id| !id.is_empty()).ok_or_else(|| {
        let detail = format!("step {} ({}) names no account id", step.n, step.action);
        Fault::new(FaultClass::Unsupported, Diagnostic::new("STEP-001", "the step can't be addressed", detail)).not_sent()
    })
}

/// A step that this kind of connector can't carry out.
pub(crate) fn unsupported(step: &Step, why: &str) -> Fault {
    let detail = format!("step {} ({}): {why}", step.n, step.action);
    Fault::new(FaultClass::Unsupported, Diagnostic::new("STEP-002", "the step can't be done in this way", detail)).not_sent()
}

/// What a step is to write: the attributes of `after` without what only a read computes from them.
pub(crate) fn wanted(opening: &Opening) -> Map<String, Value> {
    let computed = ["id", "door", "seat", "status", "gone"];
    opening.after().iter().filter(|(key, _)| !computed.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
}
