//! The last door but one: nothing leaves before its intent to write stands in the journal (DESIGN §7).
//!
//! A [`WritePermit`] exists only for a journalled step and ends with the lease. Its only constructor is
//! [`ReadyStep::journal`], which does the append itself.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::approval::ReadyStep;
use crate::digest::Digest;
use crate::plan::{Opening, Step};
use crate::time::Time;

/// A future in a box, written out so that traits with it stay usable as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where intents to write are kept. Implemented by the stores only (and by tests).
pub trait Journal: Send + Sync {
    /// Appends `sent`. `Ok` means: durable, and the lease was still held in the same transaction.
    fn append_sent<'a>(&'a self, lease: &'a Lease, sent: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>>;
}

/// The right to work on a lane (one run on one instance) until a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The lane's name.
    pub lane: String,
    /// Who holds it.
    pub worker: String,
    /// Grows with each claim of the lane; a store refuses an older one.
    pub fence: u64,
    /// First instant at which it is no longer held.
    pub until: Time,
}

/// One intent to write: it leaves only after this is durable, and a lost answer is judged against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The plan. It runs once, so plan and step name the write.
    pub plan: Digest,
    /// The step's number.
    pub n: u32,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Digest of the rendered request where a kind can render without sending, else of the step's line.
    pub request: Digest,
    /// When it was journalled, right before it left.
    pub at: Time,
}

/// The position of an entry in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// Why an intent to write was not journalled. Then nothing may leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Another worker holds the lane, or the lease has ended.
    #[error("the lease on {0} is no longer held")]
    LeaseLost(String),
    /// The store could not keep it.
    #[error("the journal could not be written: {0}")]
    NotKept(String),
}

/// A worker that woke up after its lease ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the permit ended at {until}; it is {now}")]
pub struct Expired {
    /// When the permit ended.
    pub until: Time,
    /// When it was to be spent.
    pub now: Time,
}

/// One write of one journalled step. It carries the step, so that approving one thing and sending another can't be
/// written down; a connector needs nothing else.
#[must_use = "a permit that is not spent is a journalled write that never left"]
#[derive(Debug)]
pub struct WritePermit {
    step: Step,
    opening: Opening,
    sent: Sent,
    seq: Seq,
    until: Time,
}

impl ReadyStep<'_> {
    /// Journals the intent to write and gives the permit for it. The only way to a [`WritePermit`].
    ///
    /// `attempt` counts from 1; `request` is the digest of the rendered request where a kind can render without sending,
    /// else [`Step::digest`]; `now` becomes [`Sent::at`].
    ///
    /// # Errors
    /// [`JournalError`]; then nothing may leave.
    pub async fn journal(
        self,
        journal: &dyn Journal,
        lease: &Lease,
        attempt: u32,
        request: Digest,
        now: Time,
    ) -> Result<WritePermit, JournalError> {
        if now >= lease.until {
            return Err(JournalError::LeaseLost(lease.lane.clone()));
        }
        let (plan, step, opening) = self.into_parts();
        let sent = Sent { plan, n: step.n, attempt, request, at: now };
        let seq = journal.append_sent(lease, &sent).await?;
        Ok(WritePermit { step, opening, sent, seq, until: lease.until })
    }
}

impl WritePermit {
    /// What to do.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// To whose account, and what must be true afterwards.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The journalled intent to write.
    pub fn sent(&self) -> &Sent {
        &self.sent
    }

    /// Where it stands in the journal.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// First instant at which it is worth nothing: the end of the lease.
    pub fn until(&self) -> Time {
        self.until
    }

    /// Uses the permit up, right before the request leaves.
    ///
    /// # Errors
    /// [`Expired`] at `until` and later.
    pub fn spend(self, now: Time) -> Result<(Step, Opening, Sent), Expired> {
        if now >= self.until {
            return Err(Expired { until: self.until, now });
        }
        Ok((self.step, self.opening, self.sent))
    }
}
