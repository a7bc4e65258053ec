//! What can go wrong between usher and an app. Only the class decides what happens next (DESIGN §7).

use std::fmt;
use std::time::Duration;

use usher_domain::diagnostic::Diagnostic;

/// The closed set of fault classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultClass {
    /// May go away by itself: a read is tried again.
    Transient,
    /// The app asks to wait.
    Throttled,
    /// The credentials don't allow it.
    Denied,
    /// What was asked for is not there.
    NotFound,
    /// The app's state is against it.
    Conflict,
    /// This way can't do it.
    Unsupported,
    /// The app answered something that can't be right.
    Malformed,
    /// Nothing is known, not even whether a write arrived: only a read can tell.
    Unknown,
}

impl FaultClass {
    /// Whether a write that ended so may have had its effect: such a write is read back, never repeated blindly (invariant 5).
    pub const fn may_have_happened(self) -> bool {
        matches!(self, FaultClass::Transient | FaultClass::Malformed | FaultClass::Unknown)
    }
}

/// A fault with what a person needs to know. The message never holds a secret, a request body or a token.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Decides what happens next.
    pub class: FaultClass,
    /// For people.
    pub message: Diagnostic,
    /// How long the app asks to wait.
    pub retry_after: Option<Duration>,
    /// False only if it is certain that nothing left this machine: no name, no connection, a lease that had ended.
    pub sent: bool,
}

impl Fault {
    /// A fault of this class.
    pub fn new(class: FaultClass, message: Diagnostic) -> Self {
        Fault { class, message, retry_after: None, sent: true }
    }

    /// The same, certain that nothing left this machine.
    #[must_use]
    pub fn not_sent(mut self) -> Self {
        self.sent = false;
        self
    }

    /// The same with the wait that the app asked for.
    #[must_use]
    pub fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Whether a write that ended so may have had its effect: then it is read back, never repeated blindly (invariant 5).
    pub fn may_have_happened(&self) -> bool {
        self.sent && self.class.may_have_happened()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.message, f)
    }
}

impl std::error::Error for Fault {}
