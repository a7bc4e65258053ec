//! Who must agree to one step: every approval rule that matches it (DESIGN §5).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::approvals::{self, DECISION_LIVES};
use super::{Criticality, Mode, Workspace};
use crate::approval::Required;
use crate::cel::{Field, Scope};
use crate::duration::Duration;
use crate::plan;

/// What is known of a step when its need is computed: borrowed, and the same again at the run.
#[derive(Debug, Clone, Copy)]
pub struct StepFacts<'f> {
    /// The operation's word.
    pub action: &'f str,
    /// `contain close transfer reclaim purge`, if it is part of a leaver's way.
    pub stage: Option<&'f str>,
    /// Why it is there, in one word (lifecycle.md §2).
    pub why: &'f str,
    /// Can't be undone.
    pub irreversible: bool,
    /// Where.
    pub instance: InstanceFacts<'f>,
    /// What is granted or revoked.
    pub entitlement: Option<EntitlementFacts<'f>>,
    /// Whose account: the person as conditions see it (`state department title manager …`).
    pub person: Option<&'f Map<String, Value>>,
}

/// The instance of a step.
#[derive(Debug, Clone, Copy)]
pub struct InstanceFacts<'f> {
    /// Its name.
    pub name: &'f str,
    /// Its app.
    pub app: &'f str,
    /// How bad it is if a leaver stays.
    pub criticality: Criticality,
    /// What may be done.
    pub mode: Mode,
}

/// The entitlement of a step.
#[derive(Debug, Clone, Copy)]
pub struct EntitlementFacts<'f> {
    /// `role group licence membership`.
    pub kind: &'f str,
    /// Its native id.
    pub id: &'f str,
    /// What people call it.
    pub name: &'f str,
    /// Who holds it may do harm to others.
    pub privileged: bool,
}

/// What policy asks for one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepNeed {
    /// Who must agree; one entry a group and kind of proof, sorted. Steps with the same need make one plan.
    pub required: Required,
    /// How long a decision about it counts: the shortest of the rules that match.
    pub lives: Duration,
}

/// Why a step is not planned at all; it stands in `left_out`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPlanned {
    /// No approval rule matches it.
    #[error("no rule of `approvals` matches it")]
    NoRule,
    /// It can't be undone, and every rule that matches asks for nobody.
    #[error("it can't be undone, and the rules of `approvals` that match it ask for nobody")]
    IrreversibleForNobody,
}

impl Workspace {
    /// Who must agree to a step: all rules that match; of rules with the same group and proof the higher count.
    ///
    /// # Errors
    /// [`NotPlanned`]: a step without an answer to "who agreed" is not made.
    pub fn need_for(&self, step: &StepFacts<'_>) -> Result<StepNeed, NotPlanned> {
        let [step_value, instance, entitlement, person] = step.values();
        let variables = [("step", &step_value), ("instance", &instance), ("entitlement", &entitlement), ("person", &person)];
        let mut counts: BTreeMap<(String, plan::Proof), u64> = BTreeMap::new();
        let mut lives = DECISION_LIVES;
        let mut matched = false;
        for rule in self.approvals.iter().filter(|rule| rule.when.holds(&variables)) {
            lives = match (matched, rule.expires) {
                (false, Some(expires)) => expires,
                (false, None) => DECISION_LIVES,
                (true, expires) => shorter(lives, expires.unwrap_or(DECISION_LIVES)),
            };
            matched = true;
            if let Some(from) = rule.from.as_ref().filter(|_| rule.need > 0) {
                let count = counts.entry((from.group(step.instance.name), rule.proof.into())).or_default();
                *count = (*count).max(u64::from(rule.need));
            }
        }
        if !matched {
            return Err(NotPlanned::NoRule);
        }
        if counts.is_empty() {
            return if step.irreversible {
                Err(NotPlanned::IrreversibleForNobody)
            } else {
                Ok(StepNeed { required: Required::Nobody, lives })
            };
        }
        let needs = counts.into_iter().map(|((from, proof), count)| plan::Need { count, from, proof }).collect();
        Ok(StepNeed { required: Required::People(needs), lives })
    }
}

fn shorter(a: Duration, b: Duration) -> Duration {
    if b.seconds() < a.seconds() { b } else { a }
}

impl std::convert::From<approvals::Proof> for plan::Proof {
    fn from(proof: approvals::Proof) -> Self {
        match proof {
            approvals::Proof::Any => plan::Proof::Any,
            approvals::Proof::Sshsig => plan::Proof::Sshsig,
            approvals::Proof::Oidc => plan::Proof::Oidc,
        }
    }
}

impl StepFacts<'_> {
    fn values(&self) -> [Value; 4] {
        let mut step = json!({"action": self.action, "why": self.why, "irreversible": self.irreversible, "instance": self.instance.name});
        if let (Some(stage), Some(map)) = (self.stage, step.as_object_mut()) {
            map.insert("stage".into(), stage.into());
        }
        let i = &self.instance;
        let instance = json!({"name": i.name, "app": i.app, "criticality": i.criticality.as_str(), "mode": i.mode.as_str()});
        let entitlement =
            self.entitlement.map(|e| json!({"kind": e.kind, "id": e.id, "name": e.name, "privileged": e.privileged})).unwrap_or_default();
        let person = self.person.map(|p| Value::Object(p.clone())).unwrap_or_default();
        [step, instance, entitlement, person]
    }
}

/// What `person` is in conditions of a workspace.
pub(super) fn person() -> Field {
    let text = [
        "id",
        "name",
        "email",
        "state",
        "employeeNumber",
        "department",
        "title",
        "manager",
        "location",
        "employer",
        "type",
        "starts",
        "last_day",
        "zone",
        "source",
    ];
    Field::map(text.map(|name| (name, Field::Text)))
}

/// What `instance` is.
pub(super) fn instance() -> Field {
    Field::map(["name", "app", "criticality", "mode", "owner"].map(|name| (name, Field::Text)))
}

/// What a rule of `approvals` may name.
pub(super) fn scope() -> Scope {
    let step =
        [("action", Field::Text), ("stage", Field::Text), ("why", Field::Text), ("irreversible", Field::Bool), ("instance", Field::Text)];
    let entitlement = [("kind", Field::Text), ("id", Field::Text), ("name", Field::Text), ("privileged", Field::Bool)];
    Scope::of([("step", Field::map(step)), ("instance", instance()), ("entitlement", Field::map(entitlement)), ("person", person())])
}
