//! How far an app is automated: computed from its operations, typed by nobody (DESIGN §4).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Manifest, OperationName};

/// How far an app is automated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Automation {
    /// Listing, creating and shutting by machine.
    Full,
    /// Some of it by machine.
    Partial,
    /// Everything by a person or a carried file.
    ManualOnly,
    /// Accounts can't even be listed.
    NotSupported,
}

impl Automation {
    /// All of them.
    pub const ALL: [Automation; 4] = [Automation::Full, Automation::Partial, Automation::ManualOnly, Automation::NotSupported];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Automation::Full => "full",
            Automation::Partial => "partial",
            Automation::ManualOnly => "manual_only",
            Automation::NotSupported => "not_supported",
        }
    }
}

impl fmt::Display for Automation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Manifest {
    /// Computed from the operations alone.
    pub fn automation(&self) -> Automation {
        let by_machine = |name: OperationName| self.operations.get(&name).is_some_and(super::Operation::by_machine);
        let list = by_machine(OperationName::ListAccounts);
        let create = by_machine(OperationName::CreateAccount) || by_machine(OperationName::InviteAccount);
        let shut = OperationName::ALL.iter().any(|name| name.shuts() && by_machine(*name));
        match (list, create, shut) {
            _ if self.operations.is_empty() => Automation::NotSupported,
            (true, true, true) => Automation::Full,
            (false, false, false) => Automation::ManualOnly,
            _ => Automation::Partial,
        }
    }
}
