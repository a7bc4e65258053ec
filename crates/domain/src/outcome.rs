//! How a step ended (DESIGN §7). `confirmed` can be made here only, from a read that is later than the write.

use crate::fresh::{Difference, Fresh};
use crate::journal::Sent;
use crate::plan::{Opening, Step};
use crate::time::Time;

/// How one step ended. Not `Clone`: a confirmation belongs to one step.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// A read later than the write showed all that was written.
    Confirmed(Proof),
    /// It was so before; nothing was written.
    Already,
    /// Somebody says so; counted apart from `confirmed` in every number.
    Attested,
    /// The account was not as the plan expected; nothing was written.
    Stale(Vec<Difference>),
    /// The reason for it was gone; nothing was written.
    Withdrawn,
    /// An earlier step of that person, a guard or a cancel came first; nothing was written.
    NotAttempted,
    /// It was written, and a later read shows something else; or it was refused.
    Failed(Vec<Difference>),
    /// Nobody can tell; a person is asked.
    Unknown,
}

/// What confirmed a step. Its fields are private: only [`compare`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Proof {
    sent_at: Time,
    read_at: Time,
}

impl Proof {
    /// When the write was journalled.
    pub fn sent_at(&self) -> Time {
        self.sent_at
    }

    /// As of when the read showed the result.
    pub fn read_at(&self) -> Time {
        self.read_at
    }
}

/// The words of [`Outcome`], as the log and every report write them.
pub const WORDS: [&str; 8] = ["confirmed", "already", "attested", "stale", "withdrawn", "not_attempted", "failed", "unknown"];

impl Outcome {
    /// Its word.
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Confirmed(_) => "confirmed",
            Outcome::Already => "already",
            Outcome::Attested => "attested",
            Outcome::Stale(_) => "stale",
            Outcome::Withdrawn => "withdrawn",
            Outcome::NotAttempted => "not_attempted",
            Outcome::Failed(_) => "failed",
            Outcome::Unknown => "unknown",
        }
    }
}

/// What was seen after a write.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// A read by usher, or the vendor's own file (grade `observed` or `exported`), that covers this account.
    Read {
        /// As of when; a file's own date, not that of its upload.
        as_of: Time,
        /// What it showed.
        fresh: &'a Fresh,
    },
    /// A person says that it is done (grade `attested`).
    Said,
    /// Nothing that could tell.
    Nothing,
}

/// Judges one step from what was seen after its write. Only attributes that the step wrote are compared.
///
/// A read that is not later than the write, or that lacks the attribute, changes nothing: `Unknown` (lifecycle.md §8). So does
/// any read if the step wrote nothing that a read could show.
/// Retrying within `verify.within` is the caller's: `Failed` is what this read says.
pub fn compare(step: &Step, opening: &Opening, sent: &Sent, seen: Seen<'_>) -> Outcome {
    let ours = sent.n == step.n && (step.is_erase() || opening.digest() == step.about);
    match seen {
        _ if !ours => Outcome::Unknown,
        Seen::Nothing => Outcome::Unknown,
        Seen::Said => Outcome::Attested,
        Seen::Read { as_of, .. } if as_of <= sent.at || opening.after().is_empty() => Outcome::Unknown,
        Seen::Read { fresh, .. } if !fresh.can_tell(opening.after()) => Outcome::Unknown,
        Seen::Read { as_of, fresh } => match fresh.differences(opening.after()) {
            none if none.is_empty() => Outcome::Confirmed(Proof { sent_at: sent.at, read_at: as_of }),
            differs => Outcome::Failed(differs),
        },
    }
}
