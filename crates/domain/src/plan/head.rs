//! The first line of a plan: who asked, what it needs, what it overrides, what it was made from (approvals-and-evidence.md §1).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::digest::Digest;
use crate::jsonl::Fields as _;
use crate::names::{self, Salt};
use crate::time::Time;

/// The value of a plan's `type`.
pub(crate) const TYPE: &str = "usher plan v1";

/// The first line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `<company domain>/usher/<8 hex digits>`; never changes for a company.
    pub tenant: String,
    /// When the plan was made, whole seconds.
    pub made: Time,
    /// Makes every plan a new digest, so that "runs once" needs no further rule.
    pub salt: Salt,
    /// Who asked, an address; `usher` for plans that only follow from findings and rules.
    pub by: String,
    /// 1 to 190 bytes of ASCII without names, `none` if not given.
    pub reason: String,
    /// How many step lines follow, at least 1.
    pub steps: u64,
    /// What policy asks for the whole plan; empty only if policy asks for nobody and no step is irreversible.
    pub need: Vec<Need>,
    /// Guards that tripped and that this plan overrides.
    pub guards: Vec<Override>,
    /// Digest of the `.tree` file that lists the company's configuration.
    pub config: Digest,
    /// For each instance touched, what the plan was made from.
    pub pins: BTreeMap<String, Pin>,
}

/// So many different people of one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// At least 1.
    pub count: u64,
    /// One group of approvers, by name.
    pub from: String,
    /// How they must decide.
    pub proof: Proof,
}

/// What counts as a decision for a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// An SSH signature or an ID token.
    Any,
    /// An SSH signature.
    Sshsig,
    /// An ID token of the company's identity provider.
    Oidc,
}

impl Proof {
    /// The word in the plan.
    pub const fn word(self) -> &'static str {
        match self {
            Proof::Any => "any",
            Proof::Sshsig => "sshsig",
            Proof::Oidc => "oidc",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Proof::Any, Proof::Sshsig, Proof::Oidc].into_iter().find(|p| p.word() == word)
    }
}

/// A guard that stopped a plan before, and that this plan overrides for the people it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Whose accounts.
    pub instance: String,
    /// What was counted.
    pub is: u64,
    /// What the guard allows.
    pub limit: u64,
    /// The subjects that it frees, and no others.
    pub people: Vec<String>,
    /// The guard's rule, e.g. `removals`.
    pub rule: String,
}

/// What a plan was made from on one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Digest of the `.tree` file that lists the app's folder.
    pub app: Digest,
    /// Digest of the instance's resolved configuration; secrets stay references.
    pub config: Digest,
    /// `seq` of the `read` entry in the log.
    pub read: u64,
}

impl Head {
    pub(super) fn parse(map: &Map<String, Value>) -> Result<Head, String> {
        if map.text("type")? != TYPE {
            return Err(format!("`type` is not \"{TYPE}\""));
        }
        let by = map.text("by")?;
        if by != names::USHER && !names::is_email(by) {
            return Err("`by` is neither an address nor \"usher\"".to_owned());
        }
        let need = map.list("need")?.iter().map(parse_need).collect::<Result<Vec<_>, _>>()?;
        let guards = map.list("guards")?.iter().map(parse_guard).collect::<Result<Vec<_>, _>>()?;
        let mut pins = BTreeMap::new();
        for (instance, pin) in map.map("pins")? {
            if !names::is_instance(instance) {
                return Err(format!("`pins`: not the name of an instance: {instance}"));
            }
            pins.insert(instance.clone(), parse_pin(pin)?);
        }
        Ok(Head {
            tenant: map.spelled("tenant", names::is_tenant)?,
            made: map.time("made")?,
            salt: map.text("salt")?.parse().map_err(|e| format!("`salt`: {e}"))?,
            by: by.to_owned(),
            reason: map.spelled("reason", names::is_line)?,
            steps: map.count("steps")?,
            need,
            guards,
            config: map.digest("config")?,
            pins,
        })
    }

    pub(super) fn write(&self) -> Map<String, Value> {
        let need: Vec<Value> = self.need.iter().map(|n| json!({"count": n.count, "from": n.from, "proof": n.proof.word()})).collect();
        let guards: Vec<Value> = self
            .guards
            .iter()
            .map(|g| json!({"instance": g.instance, "is": g.is, "limit": g.limit, "people": g.people, "rule": g.rule}))
            .collect();
        let pins: Map<String, Value> = self
            .pins
            .iter()
            .map(|(name, p)| (name.clone(), json!({"app": p.app.to_string(), "config": p.config.to_string(), "read": p.read})))
            .collect();
        let mut map = Map::new();
        for (key, value) in [
            ("type", json!(TYPE)),
            ("tenant", json!(self.tenant)),
            ("made", json!(self.made.to_string())),
            ("salt", json!(self.salt.to_string())),
            ("by", json!(self.by)),
            ("reason", json!(self.reason)),
            ("steps", json!(self.steps)),
            ("need", Value::Array(need)),
            ("guards", Value::Array(guards)),
            ("config", json!(self.config.to_string())),
            ("pins", Value::Object(pins)),
        ] {
            map.insert(key.to_owned(), value);
        }
        map
    }
}

fn object<'a>(value: &'a Value, of: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("an entry of `{of}` is not an object"))
}

fn parse_need(value: &Value) -> Result<Need, String> {
    let map = object(value, "need")?;
    let word = map.text("proof")?;
    let proof = Proof::parse(word).ok_or_else(|| format!("`proof` is none of any, sshsig, oidc: {word}"))?;
    let count = map.count("count")?;
    if count == 0 {
        return Err("`count` of a need is 0: a need that needs nobody is not a need".to_owned());
    }
    Ok(Need { count, from: map.spelled("from", names::is_group)?, proof })
}

fn parse_guard(value: &Value) -> Result<Override, String> {
    let map = object(value, "guards")?;
    let people = map
        .list("people")?
        .iter()
        .map(|p| p.as_str().filter(|p| names::is_subject(p)).map(str::to_owned).ok_or("`people` holds something else than subjects"))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Override {
        instance: map.spelled("instance", names::is_instance)?,
        is: map.count("is")?,
        limit: map.count("limit")?,
        people,
        rule: map.spelled("rule", names::is_rule)?,
    })
}

fn parse_pin(value: &Value) -> Result<Pin, String> {
    let map = object(value, "pins")?;
    Ok(Pin { app: map.digest("app")?, config: map.digest("config")?, read: map.count("read")? })
}
