//! Station four: findings → guards → steps → plans, one for each set of approvals that is needed, and a batch over them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use usher_domain::account::AccountRow;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::finding::Finding;
use usher_domain::message::Batch as PlanBatch;
use usher_domain::person::{Person, PersonId};
use usher_domain::plan::{Change, Draft, DraftStep, Need, Opening, Override, Pin, Plan, Stage};
use usher_domain::time::Time;
use usher_reconcile::guard::{self, GuardVerdict, Outcome};
use usher_reconcile::propose::{LeftOut, Proposed, propose};
use usher_store::Batch;

use crate::lap::Lap;
use crate::ledger::{self, Ledger};
use crate::settings::StepFacts;
use crate::shelves::{self, BatchRecord, OpeningRecord, PlanRecord, Shelf as _};
use crate::usher::Usher;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct PlanAsk {
    /// Only for these persons; empty: for all.
    pub persons: Vec<PersonId>,
    /// Not for these.
    pub without: Vec<PersonId>,
    /// Only in these instances; empty: in all.
    pub instances: Vec<String>,
    /// Guards to override, by rule.
    pub overrides: Vec<String>,
    /// Who asks; `None`: usher, from findings.
    pub by: Option<String>,
    /// A ticket; no names.
    pub reason: Option<String>,
    /// Why word for all steps, where a person asked (`emergency`).
    pub why: Option<&'static str>,
}

/// One plan as it was made, with what only people read.
#[derive(Debug)]
pub struct MadePlan {
    /// The plan.
    pub plan: Plan,
    /// What a person reads beside it: texts, findings, who does what.
    pub(crate) record: PlanRecord,
}

impl MadePlan {
    /// The reason of a step, in plain words.
    pub fn text(&self, n: u32) -> &str {
        self.record.texts.iter().find(|(m, _)| *m == n).map_or("", |(_, t)| t)
    }

    /// Whether a person does this step.
    pub fn by_person(&self, n: u32) -> bool {
        self.record.by_person.contains(&n)
    }
}

/// What came of asking.
#[derive(Debug)]
pub struct Planned {
    /// The plans; none if there is nothing to do or a guard stopped it.
    pub plans: Vec<MadePlan>,
    /// The batch over them, where there are several.
    pub batch: Option<Digest>,
    /// Every guard's verdict.
    pub guards: Vec<GuardVerdict>,
    /// What no step deals with, and why.
    pub left_out: Vec<LeftOut>,
    /// How old the oldest read is that it was made from.
    pub oldest_read: Option<Time>,
}

impl Planned {
    /// Whether a guard stopped it.
    pub fn stopped(&self) -> bool {
        self.guards.iter().any(|g| g.outcome == Outcome::Tripped)
    }

    /// The digest that stands for all of it: the batch's, or the only plan's.
    pub fn digest(&self) -> Option<Digest> {
        self.batch.or_else(|| self.plans.first().map(|p| p.plan.digest()))
    }
}

impl Usher {
    /// Makes plans from the findings, or says which guard stopped it. Saves them, and what they were made from, in the log.
    ///
    /// # Errors
    /// What the store says; `PLAN-…` for a bad asking.
    pub async fn plan(&self, ask: &PlanAsk) -> Result<Planned, Diagnostic> {
        self.check_ask(ask)?;
        let lap = self.lap(&ask.overrides).await?;
        self.remember(&lap).await?;
        let mut guards = lap.people.verdicts.clone();
        let oldest_read = lap.graph.instances.iter().filter_map(|i| i.snapshot.as_ref()).map(|s| s.read_at).min();
        if lap.tripped() {
            return Ok(Planned { plans: vec![], batch: None, guards, left_out: vec![], oldest_read });
        }
        let findings: Vec<&Finding> = lap.findings.iter().filter(|f| asked_for(f, ask)).collect();
        let owned: Vec<Finding> = findings.into_iter().cloned().collect();
        let (mut steps, mut left_out) = propose(&lap.graph, &owned, &self.abilities());
        let waiting = usher_domain::finding::FindingState::Waiting;
        let busy: BTreeSet<&str> = owned.iter().filter(|f| f.state == waiting).map(|f| f.key.as_str()).collect();
        steps.retain(|s| {
            let free = !busy.contains(s.finding.as_str());
            if !free {
                left_out.push(left(s, "a run deals with it already: usher run list"));
            }
            free
        });
        guards.extend(self.removal_guards(&lap, &steps, &ask.overrides, lap.now).await?);
        if guards.iter().any(|g| g.outcome == Outcome::Tripped) {
            return Ok(Planned { plans: vec![], batch: None, guards, left_out, oldest_read });
        }
        let overrides: Vec<Override> = guards.iter().filter(|g| g.outcome == Outcome::Overridden).map(override_of).collect();
        let mut groups: BTreeMap<Vec<Need>, Vec<Proposed>> = BTreeMap::new();
        for step in steps {
            match self.need(&lap, ask, &step, &overrides) {
                Ok(need) => groups.entry(need).or_default().push(step),
                Err(why) => left_out.push(left(&step, &why)),
            }
        }
        let plans = self.seal(&lap, ask, groups, &overrides).await?;
        let batch = if plans.len() > 1 { PlanBatch::new(plans.iter().map(|p| p.plan.digest())).ok() } else { None };
        let digest = batch.as_ref().map(PlanBatch::digest);
        let plans = self.save(&lap, plans, batch).await?;
        Ok(Planned { plans, batch: digest, guards, left_out, oldest_read })
    }

    fn check_ask(&self, ask: &PlanAsk) -> Result<(), Diagnostic> {
        for instance in &ask.instances {
            self.known(instance)?;
        }
        if let Some(by) = &ask.by
            && !usher_domain::names::is_email(by)
        {
            return Err(Diagnostic::new("PLAN-010", "who asks is not an address", format!("`{by}`")).exit(Exit::Usage));
        }
        if let Some(reason) = &ask.reason
            && (!usher_domain::names::is_line(reason) || reason.contains('@'))
        {
            let detail = "a reason is 1 to 190 characters of plain ASCII and names nobody: it stands in the log for ever";
            return Err(Diagnostic::new("PLAN-011", "this reason can't stand in a plan", detail)
                .hint("give a ticket: CHG-1042")
                .exit(Exit::Usage));
        }
        const RULES: [&str; 4] = ["people_rows", "people_ended", "people_words", "removals"];
        for rule in &ask.overrides {
            if !RULES.contains(&rule.as_str()) {
                let near = usher_domain::diagnostic::nearest(rule, RULES).unwrap_or(RULES[3]);
                return Err(Diagnostic::new("PLAN-012", "no guard that can be overridden", format!("`{rule}`"))
                    .hint(format!("did you mean `{near}`? protected accounts and last holders are never overridden"))
                    .exit(Exit::Usage));
            }
        }
        Ok(())
    }

    /// People losing access per instance: this plan and all plans of the last 24 hours together.
    async fn removal_guards(
        &self,
        lap: &Lap,
        steps: &[Proposed],
        overrides: &[String],
        now: Time,
    ) -> Result<Vec<GuardVerdict>, Diagnostic> {
        let mut losing: BTreeMap<&str, BTreeSet<PersonId>> = BTreeMap::new();
        for step in steps.iter().filter(|s| takes_away(&s.way.action)) {
            let account = step.account.as_ref().map_or("", |a| a.native_id.as_str());
            losing.entry(&step.instance).or_default().insert(subject(step.person.as_ref(), &step.instance, account));
        }
        let mut out = Vec::new();
        for (instance, people) in losing {
            let recent = self.removed_lately(instance, now).await?;
            let accounts = lap.graph.instances.iter().find(|i| i.name == instance).map_or(0, |i| i.accounts.len() as u64);
            let mut verdict = guard::removals(instance, accounts, self.settings.removal_limit, &people, &recent);
            if verdict.outcome == Outcome::Tripped && overrides.iter().any(|o| o == "removals") {
                verdict.outcome = Outcome::Overridden;
            }
            out.push(verdict);
        }
        Ok(out)
    }

    /// What policy asks for this step, plus the override group where guards are overridden.
    fn need(&self, lap: &Lap, ask: &PlanAsk, step: &Proposed, overrides: &[Override]) -> Result<Vec<Need>, String> {
        let person = step.person.as_ref().and_then(|p| lap.graph.person_by_id(p));
        let facts = StepFacts {
            action: &step.way.action,
            stage: step.stage,
            why: ask.why.unwrap_or(step.why),
            instance: &step.instance,
            irreversible: step.way.irreversible,
            person,
        };
        let (mut need, _) = self.settings.need_for(&self.workspace, &facts)?;
        if !overrides.is_empty() {
            need.push(self.settings.override_need()?);
            need.sort();
            need.dedup();
        }
        Ok(need)
    }

    async fn seal(
        &self,
        lap: &Lap,
        ask: &PlanAsk,
        groups: BTreeMap<Vec<Need>, Vec<Proposed>>,
        overrides: &[Override],
    ) -> Result<Vec<MadePlan>, Diagnostic> {
        let tenant = self.tenant().await?;
        let mut out = Vec::new();
        for (need, mut steps) in groups {
            steps.sort_by(|a, b| order(a).cmp(&order(b)));
            let mut drafts = Vec::with_capacity(steps.len());
            for step in &steps {
                drafts.push(self.draft(lap, ask, step)?);
            }
            let pins = self.pins(lap, &steps).await?;
            let plan = Plan::seal(Draft {
                tenant: tenant.clone(),
                made: lap.now,
                salt: self.given.entropy.salt(),
                by: ask.by.clone().unwrap_or_else(|| usher_domain::names::USHER.to_owned()),
                reason: ask.reason.clone().unwrap_or_else(|| "none".to_owned()),
                need,
                guards: overrides.to_vec(),
                config: self.config_tree().1,
                pins,
                steps: drafts,
            })
            .map_err(|e| e.diagnostic())?;
            let numbered = || steps.iter().zip(1u32..);
            let record = PlanRecord {
                digest: plan.digest(),
                made: lap.now,
                batch: None,
                openings: plan.openings().map(Opening::digest).collect(),
                findings: numbered().map(|(s, n)| (n, s.finding.clone())).collect(),
                texts: numbered().map(|(s, n)| (n, s.text.clone())).collect(),
                by_person: numbered().filter(|(s, _)| s.way.by_person).map(|(_, n)| n).collect(),
                run: None,
                rejected: false,
            };
            out.push(MadePlan { plan, record });
        }
        Ok(out)
    }

    fn draft(&self, lap: &Lap, ask: &PlanAsk, step: &Proposed) -> Result<DraftStep, Diagnostic> {
        let person = step.person.as_ref().and_then(|p| lap.graph.person_by_id(p));
        let account = step.account.as_ref().map_or_else(|| new_account(&step.after), addressed);
        let opening = Opening::new(
            person.and_then(Person::email).unwrap_or_default(),
            person.map_or("", |p| p.name.as_str()),
            account,
            step.before.clone(),
            step.after.clone(),
            self.given.entropy.salt(),
        )
        .map_err(|e| Diagnostic::new("PLAN-002", "not a plan", e.to_string()))?;
        let native_id = step.account.as_ref().map_or("", |a| a.native_id.as_str());
        Ok(DraftStep {
            change: Change::Account {
                action: step.way.action.clone(),
                instance: step.instance.clone(),
                irreversible: step.way.irreversible,
                opening,
            },
            subject: subject(step.person.as_ref(), &step.instance, native_id).0,
            why: ask.why.unwrap_or(step.why).to_owned(),
            stage: step.stage.and_then(Stage::parse),
            because: step.because.clone(),
            not_before: None,
            after_steps: vec![],
        })
    }

    async fn pins(&self, lap: &Lap, steps: &[Proposed]) -> Result<BTreeMap<String, Pin>, Diagnostic> {
        let mut pins = BTreeMap::new();
        for name in steps.iter().map(|s| s.instance.as_str()).collect::<BTreeSet<_>>() {
            let snapshot = lap.graph.instances.iter().find(|i| i.name == name).and_then(|i| i.snapshot.as_ref());
            let Some(snapshot) = snapshot else { continue };
            let read = self.log_read(snapshot).await?;
            pins.insert(name.to_owned(), Pin { app: self.app_tree(name).1, config: self.instance_config(name)?.1, read });
        }
        Ok(pins)
    }

    /// Keeps plans, openings, pinned configuration and the log's entries in one batch.
    async fn save(&self, lap: &Lap, mut plans: Vec<MadePlan>, batch: Option<PlanBatch>) -> Result<Vec<MadePlan>, Diagnostic> {
        if plans.is_empty() {
            return Ok(plans);
        }
        let mut keep = Batch::default().blob(self.config_tree().0);
        let mut entries = self.intent_entries(lap, &plans, &mut keep).await?;
        for made in &mut plans {
            made.record.batch = batch.as_ref().map(PlanBatch::digest);
            keep = keep.blob(made.plan.bytes()).row(made.record.row());
            for opening in made.plan.openings() {
                let line = String::from_utf8_lossy(opening.line()).into_owned();
                keep = keep.row(OpeningRecord { digest: opening.digest(), line }.row());
            }
            for name in made.plan.head().pins.keys() {
                keep = keep.blob(self.app_tree(name).0).blob(self.instance_config(name)?.0);
            }
            entries.push(ledger::plan(made.plan.digest(), made.plan.steps().len() as u64));
        }
        if let Some(batch) = &batch {
            keep = keep.blob(batch.to_bytes()).row(BatchRecord { digest: batch.digest(), plans: batch.plans().to_vec() }.row());
        }
        Ledger::new(self.store()).append(lap.now, entries, keep).await?;
        self.write_plan_files(&plans)?;
        Ok(plans)
    }

    /// Plans also lie as files in the workspace, named by their digest, for `sha256sum` and for git.
    fn write_plan_files(&self, plans: &[MadePlan]) -> Result<(), Diagnostic> {
        let dir = self.dir.join("plans");
        let failed = |e: std::io::Error| {
            Diagnostic::new("PLAN-013", "the plan file can't be written", format!("{}: {e}; the plan itself is saved", dir.display()))
        };
        std::fs::create_dir_all(&dir).map_err(failed)?;
        for made in plans {
            let path = dir.join(format!("{}.jsonl", made.plan.digest().hex()));
            std::fs::write(path, made.plan.bytes()).map_err(failed)?;
        }
        Ok(())
    }
}

/// Whether an operation takes access away: what the removals guard counts.
pub(crate) fn takes_away(action: &str) -> bool {
    matches!(action, "suspend_account" | "deactivate_account" | "delete_account" | "remove_member" | "revoke")
}

/// Whose account it is, for the plan: the person's own id, or an id made from the account where it is nobody's.
pub(crate) fn subject(person: Option<&PersonId>, instance: &str, native_id: &str) -> PersonId {
    person.cloned().unwrap_or_else(|| {
        let hex = Digest::of(shelves::pair(instance, native_id).as_bytes()).hex();
        PersonId(format!("a-{}", hex.get(..10).unwrap_or("0000000000")))
    })
}

fn asked_for(finding: &Finding, ask: &PlanAsk) -> bool {
    let person = finding.person.as_ref().map(|p| &p.id);
    let instance = finding.instance.as_deref().unwrap_or("");
    (ask.persons.is_empty() || person.is_some_and(|p| ask.persons.contains(p)))
        && !person.is_some_and(|p| ask.without.contains(p))
        && (ask.instances.is_empty() || ask.instances.iter().any(|i| i == instance))
}

/// Containment first, machines before people, then by instance and subject: the same findings give the same order.
fn order(step: &Proposed) -> (bool, bool, &str, Option<&PersonId>, &str) {
    let native_id = step.account.as_ref().map_or("", |a| a.native_id.as_str());
    (step.stage != Some("contain"), step.way.by_person, &step.instance, step.person.as_ref(), native_id)
}

/// How a step addresses its account.
fn addressed(account: &AccountRow) -> Map<String, Value> {
    let view = account.view();
    ["id", "userName", "email"].into_iter().filter_map(|k| Some((k.to_owned(), view.get(k)?.clone()))).collect()
}

fn new_account(after: &Map<String, Value>) -> Map<String, Value> {
    ["userName", "email"].into_iter().filter_map(|k| Some((k.to_owned(), after.get(k)?.clone()))).collect()
}

fn override_of(verdict: &GuardVerdict) -> Override {
    let people = verdict.people.iter().map(|p| p.0.clone()).collect();
    Override { instance: verdict.instance.clone(), is: verdict.is, limit: verdict.limit, people, rule: verdict.rule.clone() }
}

fn left(step: &Proposed, why: &str) -> LeftOut {
    let subject = step.account.as_ref().map(|a| a.label().to_owned()).unwrap_or_default();
    LeftOut { finding: step.finding.clone(), instance: Some(step.instance.clone()), subject, why: why.to_owned() }
}
