//! A standing approval: signed before the plan, bounded, and a way to meet a need, never a way round it
//! (approvals-and-evidence.md §2.6).

use super::{MessageError, decimal, malformed, spelled, time, values};
use crate::names::{self, Salt};
use crate::plan::Step;
use crate::time::Time;

const FIRST: &str = "usher standing v1";
/// The longest life of a standing approval, in seconds: 366 days.
const LONGEST: i64 = 366 * 86_400;

const TOO_LONG: &str = "`expires` is more than 366 days after `made`";

/// What one approver allows in advance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The id in `usher.yaml`.
    pub standing: String,
    /// The company.
    pub tenant: String,
    /// Actions that it covers.
    pub actions: Vec<String>,
    /// Instances that it covers; `None` for all.
    pub instances: Option<Vec<String>>,
    /// Reasons that it covers.
    pub why: Vec<String>,
    /// Most different subjects in any 24 hours over all runs under this id; 0 withdraws it.
    pub people: u64,
    /// Counts toward needs of this group only.
    pub group: String,
    /// The approver's own, `none` if not given.
    pub reason: String,
    /// The approver's address.
    pub by: String,
    /// When it was made.
    pub made: Time,
    /// First instant at which it no longer counts; at most 366 days later.
    pub expires: Time,
    /// Drawn for this text alone.
    pub nonce: Salt,
}

impl Standing {
    /// The bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let instances = self.instances.as_ref().map_or_else(|| "all".to_owned(), |names| names.join(", "));
        format!(
            "{FIRST}\nstanding: {}\ntenant: {}\nactions: {}\ninstances: {instances}\nwhy: {}\npeople: {}\ngroup: {}\nreason: {}\nby: {}\n\
             made: {}\nexpires: {}\nnonce: {}\n",
            self.standing,
            self.tenant,
            self.actions.join(", "),
            self.why.join(", "),
            self.people,
            self.group,
            self.reason,
            self.by,
            self.made,
            self.expires,
            self.nonce,
        )
        .into_bytes()
    }

    /// Reads the text strictly.
    ///
    /// # Errors
    /// [`MessageError::Malformed`] with the line; also if it lives longer than 366 days.
    pub fn parse(bytes: &[u8]) -> Result<Standing, MessageError> {
        const NAMES: [&str; 12] =
            ["standing", "tenant", "actions", "instances", "why", "people", "group", "reason", "by", "made", "expires", "nonce"];
        let [standing, tenant, actions, instances, why, people, group, reason, by, made, expires, nonce] = values(bytes, FIRST, NAMES)?;
        let made = time(11, "made", made)?;
        let expires = time(12, "expires", expires)?;
        if expires.seconds_since(made) > LONGEST {
            return Err(malformed(12, TOO_LONG));
        }
        Ok(Standing {
            standing: spelled(2, "standing", standing, names::is_word)?,
            tenant: spelled(3, "tenant", tenant, names::is_tenant)?,
            actions: closed(4, "actions", actions, names::is_rule)?,
            instances: if instances == "all" { None } else { Some(closed(5, "instances", instances, names::is_instance)?) },
            why: closed(6, "why", why, names::is_word)?,
            people: decimal(7, "people", people)?,
            group: spelled(8, "group", group, names::is_group)?,
            reason: reason.to_owned(),
            by: spelled(10, "by", by, names::is_email)?,
            made,
            expires,
            nonce: nonce.parse().map_err(|e| malformed(13, format!("`nonce`: {e}")))?,
        })
    }

    /// True if a text was refused because it would live longer than 366 days: that is a stretched approval, not a broken text.
    pub(crate) fn too_long(error: &MessageError) -> bool {
        matches!(error, MessageError::Malformed { what, .. } if what == TOO_LONG)
    }

    /// Why a step is outside of it; `None` if it is covered.
    pub fn refuses(&self, step: &Step) -> Option<String> {
        if step.irreversible {
            return Some(format!("step {} can't be undone", step.n));
        }
        if !self.actions.contains(&step.action) {
            return Some(format!("step {}: action {} is not listed", step.n, step.action));
        }
        if self.instances.as_ref().is_some_and(|names| !names.contains(&step.instance)) {
            return Some(format!("step {}: instance {} is not listed", step.n, step.instance));
        }
        if !self.why.contains(&step.why) {
            return Some(format!("step {}: reason {} is not listed", step.n, step.why));
        }
        None
    }
}

/// A closed list: sorted, each once, and never `all`.
fn closed(line: usize, name: &str, value: &str, fits: fn(&str) -> bool) -> Result<Vec<String>, MessageError> {
    let items: Vec<String> = value.split(", ").map(str::to_owned).collect();
    let sorted = items.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if !sorted || items.iter().any(|i| !fits(i) || i == "all") {
        return Err(malformed(line, format!("`{name}` is not a sorted list of names")));
    }
    Ok(items)
}
