//! What people sign: the decision message and the standing approval, byte for byte (approvals-and-evidence.md §2.1, §2.6).
//!
//! Every counted line is computed from the plan's bytes, when a message is made and again when it is checked: what people saw
//! is what they signed.

mod batch;
mod counted;
mod standing;

pub use batch::Batch;
pub use counted::Counted;
pub use standing::Standing;

use crate::digest::Digest;
use crate::names::{self, Salt};
use crate::plan::PlanText;
use crate::time::Time;

/// The SSHSIG namespace of every message here: a signature made for something else never counts.
pub const NAMESPACE: &str = "usher-decision-v1";

const FIRST: &str = "usher decision v1";

/// Why bytes are no message, or say something else than the plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not the lines of a message, in order, to the byte.
    #[error("line {line}: {what}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A message, but not about this plan as it stands.
    #[error("`{line}` says {says}, the plan says {is}")]
    Differs {
        /// The name of the line.
        line: &'static str,
        /// What the message says.
        says: String,
        /// What it should say.
        is: String,
    },
}

/// What a decision decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The plan may run.
    Approve,
    /// The plan may never run.
    Reject,
}

impl Choice {
    /// The word in the message.
    pub const fn word(self) -> &'static str {
        match self {
            Choice::Approve => "approve",
            Choice::Reject => "reject",
        }
    }
}

/// A decision about one plan or one batch of plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Approve or reject.
    pub decision: Choice,
    /// The plan's tenant.
    pub tenant: String,
    /// The plan's digest, or the batch file's.
    pub plan: Digest,
    /// The lines that are counted over the plan or the batch.
    pub counted: Counted,
    /// The approver's own, `none` if not given.
    pub reason: String,
    /// The approver's address.
    pub by: String,
    /// When the message was made.
    pub made: Time,
    /// First instant at which it no longer counts.
    pub expires: Time,
    /// Two decisions of one person on one plan are two messages.
    pub nonce: Salt,
}

/// The parts of a decision that don't follow from the plan.
#[derive(Debug, Clone)]
pub struct Says<'a> {
    /// Approve or reject.
    pub decision: Choice,
    /// `none` if not given; 1 to 190 bytes of 0x20 to 0x7E, refused and not replaced if not.
    pub reason: &'a str,
    /// The approver's address.
    pub by: &'a str,
    /// Now; its fraction of a second is cut off.
    pub made: Time,
    /// How long it counts, in seconds (policy's `expires`, by default 72 hours).
    pub lives: i64,
    /// Drawn for this message alone.
    pub nonce: Salt,
}

impl Message {
    /// The message for one plan.
    ///
    /// # Errors
    /// [`MessageError::Malformed`] if the reason or the address can't stand in a message.
    pub fn for_plan(plan: &PlanText, says: &Says<'_>) -> Result<Message, MessageError> {
        Message::about(plan.digest(), &[plan], says)
    }

    /// The message for a batch; `plans` are exactly the plans that it lists.
    ///
    /// # Errors
    /// [`MessageError::Malformed`] as for one plan, or if the plans are of different companies.
    pub fn for_batch(batch: &Batch, plans: &[&PlanText], says: &Says<'_>) -> Result<Message, MessageError> {
        Message::about(batch.digest(), &batch.order(plans)?, says)
    }

    fn about(digest: Digest, plans: &[&PlanText], says: &Says<'_>) -> Result<Message, MessageError> {
        let made = says.made.whole();
        let message = Message {
            decision: says.decision,
            tenant: plans.first().map(|p| p.head().tenant.clone()).unwrap_or_default(),
            plan: digest,
            counted: Counted::over(plans.iter().map(|p| (p.head().guards.as_slice(), p.steps()))),
            reason: says.reason.to_owned(),
            by: says.by.to_owned(),
            made,
            expires: made.plus_seconds(says.lives),
            nonce: says.nonce,
        };
        if plans.iter().any(|p| p.head().tenant != message.tenant) {
            return Err(malformed(3, "plans of different tenants"));
        }
        if message.reason.contains('@') {
            return Err(malformed(10, "`reason` names somebody; give the number of a ticket"));
        }
        Message::parse(&message.to_bytes())
    }

    /// Whether the message says what the plan's bytes say.
    ///
    /// # Errors
    /// [`MessageError::Differs`] with the first line that says something else.
    pub fn matches_plan(&self, plan: &PlanText) -> Result<(), MessageError> {
        self.matches(plan.digest(), &[plan])
    }

    /// Whether the message says what the batch and its plans say.
    ///
    /// # Errors
    /// [`MessageError::Differs`] with the first line that says something else; [`MessageError::Malformed`] if `plans` are not
    /// the plans that the batch lists.
    pub fn matches_batch(&self, batch: &Batch, plans: &[&PlanText]) -> Result<(), MessageError> {
        self.matches(batch.digest(), &batch.order(plans)?)
    }

    fn matches(&self, digest: Digest, plans: &[&PlanText]) -> Result<(), MessageError> {
        let counted = Counted::over(plans.iter().map(|p| (p.head().guards.as_slice(), p.steps())));
        let tenant = plans.first().map(|p| p.head().tenant.as_str()).unwrap_or_default();
        let differs =
            |line, says: &dyn ToString, is: &dyn ToString| MessageError::Differs { line, says: says.to_string(), is: is.to_string() };
        if self.plan != digest {
            return Err(differs("plan", &self.plan, &digest));
        }
        if let Some(other) = plans.iter().find(|p| p.head().tenant != self.tenant) {
            return Err(differs("tenant", &self.tenant, &other.head().tenant));
        }
        let pairs: [(&'static str, String, String); 6] = [
            ("tenant", self.tenant.clone(), tenant.to_owned()),
            ("steps", self.counted.steps.to_string(), counted.steps.to_string()),
            ("actions", self.counted.actions.clone(), counted.actions),
            ("instances", self.counted.instances.clone(), counted.instances),
            ("irreversible", self.counted.irreversible.to_string(), counted.irreversible.to_string()),
            ("overrides", self.counted.overrides.clone(), counted.overrides),
        ];
        match pairs.into_iter().find(|(_, says, is)| says != is) {
            Some((line, says, is)) => Err(MessageError::Differs { line, says, is }),
            None => Ok(()),
        }
    }

    /// The bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let c = &self.counted;
        format!(
            "{FIRST}\ndecision: {}\ntenant: {}\nplan: {}\nsteps: {}\nactions: {}\ninstances: {}\nirreversible: {}\noverrides: {}\n\
             reason: {}\nby: {}\nmade: {}\nexpires: {}\nnonce: {}\n",
            self.decision.word(),
            self.tenant,
            self.plan,
            c.steps,
            c.actions,
            c.instances,
            c.irreversible,
            c.overrides,
            self.reason,
            self.by,
            self.made,
            self.expires,
            self.nonce,
        )
        .into_bytes()
    }

    /// Reads a message strictly: these 14 lines, in this order, and nothing else.
    ///
    /// # Errors
    /// [`MessageError::Malformed`] with the line.
    pub fn parse(bytes: &[u8]) -> Result<Message, MessageError> {
        const NAMES: [&str; 13] = [
            "decision",
            "tenant",
            "plan",
            "steps",
            "actions",
            "instances",
            "irreversible",
            "overrides",
            "reason",
            "by",
            "made",
            "expires",
            "nonce",
        ];
        let [decision, tenant, plan, steps, actions, instances, irreversible, overrides, reason, by, made, expires, nonce] =
            values(bytes, FIRST, NAMES)?;
        let decision = [Choice::Approve, Choice::Reject]
            .into_iter()
            .find(|c| c.word() == decision)
            .ok_or_else(|| malformed(2, "`decision` is neither approve nor reject"))?;
        Ok(Message {
            decision,
            tenant: spelled(3, "tenant", tenant, names::is_tenant)?,
            plan: plan.parse().map_err(|e| malformed(4, format!("`plan`: {e}")))?,
            counted: Counted {
                steps: decimal(5, "steps", steps)?,
                actions: actions.to_owned(),
                instances: instances.to_owned(),
                irreversible: decimal(8, "irreversible", irreversible)?,
                overrides: overrides.to_owned(),
            },
            reason: reason.to_owned(),
            by: spelled(11, "by", by, names::is_email)?,
            made: time(12, "made", made)?,
            expires: time(13, "expires", expires)?,
            nonce: nonce.parse().map_err(|e| malformed(14, format!("`nonce`: {e}")))?,
        })
    }
}

/// One of the two texts that people sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// About a plan or a batch.
    Decision(Message),
    /// Before any plan.
    Standing(Standing),
}

impl Statement {
    /// Reads either text; the first line says which.
    ///
    /// # Errors
    /// [`MessageError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Statement, MessageError> {
        if bytes.starts_with(b"usher standing ") {
            Standing::parse(bytes).map(Statement::Standing)
        } else {
            Message::parse(bytes).map(Statement::Decision)
        }
    }

    /// Who says so.
    pub fn by(&self) -> &str {
        match self {
            Statement::Decision(m) => &m.by,
            Statement::Standing(s) => &s.by,
        }
    }

    /// When it was made.
    pub fn made(&self) -> Time {
        match self {
            Statement::Decision(m) => m.made,
            Statement::Standing(s) => s.made,
        }
    }

    /// First instant at which it no longer counts.
    pub fn expires(&self) -> Time {
        match self {
            Statement::Decision(m) => m.expires,
            Statement::Standing(s) => s.expires,
        }
    }
}

fn malformed(line: usize, what: impl Into<String>) -> MessageError {
    MessageError::Malformed { line, what: what.into() }
}

/// The values of `name: value` lines after the first line; nothing more, nothing less.
fn values<'a, const N: usize>(bytes: &'a [u8], first: &str, names: [&str; N]) -> Result<[&'a str; N], MessageError> {
    let text = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii()).ok_or_else(|| malformed(0, "not ASCII"))?;
    let body = text.strip_suffix('\n').ok_or_else(|| malformed(0, "no line feed at the end"))?;
    let mut lines = body.split('\n');
    if lines.next() != Some(first) {
        return Err(malformed(1, format!("not \"{first}\"")));
    }
    let mut out = [""; N];
    for (i, (name, slot)) in names.iter().zip(out.iter_mut()).enumerate() {
        let line = i + 2;
        let value = lines.next().and_then(|l| l.strip_prefix(name)).and_then(|l| l.strip_prefix(": "));
        let value = value.ok_or_else(|| malformed(line, format!("must be `{name}: …`")))?;
        if !names::is_line(value) {
            return Err(malformed(line, format!("`{name}` is not 1 to 190 bytes of 0x20 to 0x7E")));
        }
        *slot = value;
    }
    match lines.next() {
        None => Ok(out),
        Some(_) => Err(malformed(N + 2, "text after the end")),
    }
}

fn spelled(line: usize, name: &str, value: &str, fits: fn(&str) -> bool) -> Result<String, MessageError> {
    if fits(value) { Ok(value.to_owned()) } else { Err(malformed(line, format!("`{name}` is not spelled as it must be"))) }
}

fn decimal(line: usize, name: &str, value: &str) -> Result<u64, MessageError> {
    value.parse::<u64>().ok().filter(|n| n.to_string() == value).ok_or_else(|| malformed(line, format!("`{name}` is not a decimal number")))
}

fn time(line: usize, name: &str, value: &str) -> Result<Time, MessageError> {
    Time::parse_strict(value).map_err(|e| malformed(line, format!("`{name}`: {e}")))
}

#[cfg(test)]
mod tests;
