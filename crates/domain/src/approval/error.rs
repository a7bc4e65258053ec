//! Why a plan is not approved, in words.

use crate::diagnostic::{Diagnostic, Exit};
use crate::digest::Digest;
use crate::plan::Need;

/// A need that is not met yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNeed {
    /// What is asked.
    pub need: Need,
    /// Who has approved for it so far.
    pub have: Vec<String>,
    /// How many more different people.
    pub missing: u64,
    /// Decisions that were taken and don't count, each with its reason.
    pub why: Vec<String>,
}

/// Why a plan is not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// A plan of another company.
    #[error("the plan is for {plan}, this is {here}")]
    OtherTenant {
        /// The plan's tenant.
        plan: String,
        /// This company's.
        here: String,
    },
    /// The configuration is not the one that the plan was made from.
    #[error("the configuration is {is}, the plan was made from {plan}")]
    ConfigChanged {
        /// The plan's.
        plan: Digest,
        /// Now.
        is: Digest,
    },
    /// Policy asks for something else now. A plan doesn't choose its own requirements.
    #[error("the plan says that it needs {plan}, policy says {policy}")]
    NeedDiffers {
        /// As the plan says.
        plan: String,
        /// As policy says.
        policy: String,
    },
    /// No requirement is not an approval.
    #[error("no requirement covers the plan{}", if *.irreversible { ", and a step can't be undone" } else { "" })]
    NobodyAsked {
        /// True if a step can't be undone.
        irreversible: bool,
    },
    /// The opening of a step is not here, so nobody can tell whose account it is.
    #[error("step {0} has no opening")]
    OpeningMissing(u32),
    /// The signers in force can't be read.
    #[error("the signers in force are not readable: {0}")]
    Signers(String),
    /// A decision that was tampered with, or is about something else. It stops the plan.
    #[error("decision {index} by {by}: {why}")]
    DoesNotVerify {
        /// Its position among those handed in.
        index: usize,
        /// Who it says it is by; `?` if that can't be read.
        by: String,
        /// What is wrong.
        why: String,
    },
    /// A reject is final for this digest.
    #[error("rejected by {by}: {reason}")]
    Rejected {
        /// By whom.
        by: String,
        /// Their reason.
        reason: String,
    },
    /// Needs are still to be met.
    #[error("{}", open(.0))]
    Open(Vec<OpenNeed>),
}

fn open(needs: &[OpenNeed]) -> String {
    let one = |n: &OpenNeed| {
        let mut text = format!("{} more of {}", n.missing, n.need.from);
        if !n.why.is_empty() {
            text.push_str(&format!(" ({})", n.why.join("; ")));
        }
        text
    };
    needs.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `2 of it-leads (any)`, for messages.
pub(super) fn words(needs: &[Need]) -> String {
    if needs.is_empty() {
        return "nobody".to_owned();
    }
    needs.iter().map(|n| format!("{} of {} ({})", n.count, n.from, n.proof.word())).collect::<Vec<_>>().join(" and ")
}

impl ApprovalError {
    /// As a message for a person.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, summary, hint, exit) = match self {
            ApprovalError::OtherTenant { .. } => ("APPROVE-003", "made for another company", None, Exit::Failed),
            ApprovalError::ConfigChanged { .. } => {
                ("APPROVE-020", "configuration changed since the plan was made", Some("make a new plan: usher plan"), Exit::Failed)
            }
            ApprovalError::NeedDiffers { .. } => {
                ("APPROVE-021", "policy asks for other approvals now", Some("make a new plan: usher plan"), Exit::Failed)
            }
            ApprovalError::NobodyAsked { .. } => {
                ("APPROVE-022", "no approval rule covers the plan", Some("add a rule to `approvals` in usher.yaml"), Exit::Failed)
            }
            ApprovalError::OpeningMissing(_) => {
                ("APPROVE-023", "personal part of the plan is missing", Some("make a new plan: usher plan"), Exit::Failed)
            }
            ApprovalError::Signers(_) => {
                ("APPROVE-024", "signers are not readable", Some("look at `approvers` and `keys`: usher doctor"), Exit::Failed)
            }
            ApprovalError::DoesNotVerify { .. } => (
                "APPROVE-025",
                "a stored decision does not verify",
                Some("make a new plan, and find out who changed the store"),
                Exit::Failed,
            ),
            ApprovalError::Rejected { .. } => ("APPROVE-026", "plan was rejected", Some("make a new plan: usher plan"), Exit::Failed),
            ApprovalError::Open(_) => ("APPROVE-027", "approvals are missing", Some("usher approve PLAN"), Exit::Waits),
        };
        let diagnostic = Diagnostic::new(code, summary, self.to_string()).exit(exit);
        match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}
