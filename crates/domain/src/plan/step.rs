//! One line of a plan: one operation on one account (approvals-and-evidence.md §1).

use serde_json::{Map, Value, json};

use crate::digest::Digest;
use crate::jsonl::{self, Fields as _};
use crate::names;
use crate::time::Time;

/// The action that takes personal text out of the evidence; it stands on instance `usher` only.
pub const ERASE: &str = "erase";

/// What a step can do: the operations of DESIGN §4 that write, and [`ERASE`].
pub const ACTIONS: [&str; 14] = [
    "create_account",
    "invite_account",
    "update_account",
    "suspend_account",
    "reactivate_account",
    "deactivate_account",
    "delete_account",
    "remove_member",
    "grant",
    "revoke",
    "revoke_credential",
    "revoke_sessions",
    "transfer_owned",
    ERASE,
];

/// Which part of a leaver's way a step belongs to (lifecycle.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nobody gets in any more. Waits for no other step.
    Contain,
    /// Credentials, privileged grants, ownerships.
    Close,
    /// Owned things.
    Transfer,
    /// Seats.
    Reclaim,
    /// Deletion, where the instance allows it.
    Purge,
}

impl Stage {
    /// The word in the plan.
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Contain => "contain",
            Stage::Close => "close",
            Stage::Transfer => "transfer",
            Stage::Reclaim => "reclaim",
            Stage::Purge => "purge",
        }
    }

    /// The stage of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Stage::Contain, Stage::Close, Stage::Transfer, Stage::Reclaim, Stage::Purge].into_iter().find(|s| s.word() == word)
    }
}

/// One operation on one account. It names nobody: who it is, and what is expected, stands in the opening behind `about`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// 1, 2, 3 … without gaps.
    pub n: u32,
    /// One of [`ACTIONS`].
    pub action: String,
    /// The instance, or `usher` for [`ERASE`].
    pub instance: String,
    /// Whose account: `p-` and ten hex digits (a person), `a-` (an account of nobody).
    pub subject: String,
    /// The kind of reason (`leaver`, `mover` … lifecycle.md §2), or the ticket of an erasure.
    pub why: String,
    /// True if it can't be undone.
    pub irreversible: bool,
    /// Digest of the step's opening; for [`ERASE`] of what goes.
    pub about: Digest,
    /// Part of a leaver's way, if it is one.
    pub stage: Option<Stage>,
    /// Ids of the intents that this step follows from; all must still hold at the write.
    pub because: Vec<String>,
    /// Not to be attempted before.
    pub not_before: Option<Time>,
    /// Steps of this plan that must be done first.
    pub after_steps: Vec<u32>,
}

impl Step {
    /// True for a step that takes personal text out of the evidence.
    pub fn is_erase(&self) -> bool {
        self.action == ERASE
    }

    /// The digest of the step's typed fields, for kinds that can't render a request without sending it.
    pub fn digest(&self) -> Digest {
        Digest::of(&jsonl::line(&self.write()).unwrap_or_default())
    }

    pub(super) fn parse(map: &Map<String, Value>) -> Result<Step, String> {
        let action = map.spelled("action", |a| names::is_rule(a) && !a.contains('-'))?;
        let stage = match map.get("stage") {
            None => None,
            Some(_) => Some(Stage::parse(map.text("stage")?).ok_or("`stage` is none of contain, close, transfer, reclaim, purge")?),
        };
        let not_before = map.contains_key("not_before").then(|| map.time("not_before")).transpose()?;
        let step = Step {
            n: number(map.need("n")?).ok_or("`n` is not a step number")?,
            action,
            instance: map.spelled("instance", names::is_instance)?,
            subject: map.spelled("subject", names::is_subject)?,
            why: map.spelled("why", names::is_word)?,
            irreversible: map.flag("irreversible")?,
            about: map.digest("about")?,
            stage,
            because: list(map, "because", |v| v.as_str().filter(|t| names::is_token(t)).map(str::to_owned))?,
            not_before,
            after_steps: list(map, "after_steps", number)?,
        };
        if step.is_erase() != (step.instance == names::USHER) || (step.is_erase() && !step.irreversible) {
            return Err("`erase` stands on instance `usher`, irreversible, and nothing else does".to_owned());
        }
        if step.after_steps.contains(&step.n) {
            return Err("`after_steps`: a step can't wait for itself".to_owned());
        }
        Ok(step)
    }

    pub(super) fn write(&self) -> Map<String, Value> {
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
        put("n", json!(self.n));
        put("action", json!(self.action));
        put("instance", json!(self.instance));
        put("subject", json!(self.subject));
        put("why", json!(self.why));
        put("irreversible", json!(self.irreversible));
        put("about", json!(self.about.to_string()));
        if let Some(stage) = self.stage {
            put("stage", json!(stage.word()));
        }
        if !self.because.is_empty() {
            put("because", json!(self.because));
        }
        if let Some(time) = self.not_before {
            put("not_before", json!(time.to_string()));
        }
        if !self.after_steps.is_empty() {
            put("after_steps", json!(self.after_steps));
        }
        map
    }
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0)
}

fn list<T>(map: &Map<String, Value>, key: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, String> {
    if !map.contains_key(key) {
        return Ok(Vec::new());
    }
    map.list(key)?.iter().map(|v| read(v).ok_or_else(|| format!("`{key}` holds something that it may not"))).collect()
}
