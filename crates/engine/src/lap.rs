//! One lap of the pure part: newest reads → graph → findings, with what people decided and what earlier laps remember.

use std::collections::{BTreeMap, HashMap, HashSet};

use usher_domain::account::AccountRow;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::finding::{Acceptance, Finding, FindingState, Rule};
use usher_domain::intent::{Intent, Says};
use usher_domain::link::{Classification, Link};
use usher_domain::person::{Person, PersonState};
use usher_domain::snapshot::{Row, RowKind};
use usher_domain::time::Time;
use usher_reconcile::findings::{self, anomaly};
use usher_reconcile::graph::{Decided, Graph, InstanceInput, build};
use usher_reconcile::intents;
use usher_store::{Batch, ShelfRow, SnapshotId};

use crate::people::{PeopleView, rows};
use crate::shelves::{self, AccountRead, FailedRead, FindingMemory, PlanRecord, PutIn, RunRecord, Shelf as _, Shut, pair};
use crate::usher::Usher;

/// Rows put into the store in one batch.
const BATCH: usize = 5_000;

/// Everything that one lap concluded.
pub struct Lap {
    /// Who the company knows, and what the people guards said.
    pub people: PeopleView,
    /// Everything known; where a people guard tripped, from the last good reads.
    pub graph: Graph,
    /// What differs. Where a people guard tripped: only that.
    pub findings: Vec<Finding>,
    /// When.
    pub now: Time,
}

impl Lap {
    /// Whether a people guard stops everything.
    pub fn tripped(&self) -> bool {
        self.people.tripped()
    }
}

impl Usher {
    /// Concludes what follows from the newest reads. Reads nothing from any app and writes nothing.
    ///
    /// # Errors
    /// What the store says.
    pub async fn lap(&self, overridden: &[String]) -> Result<Lap, Diagnostic> {
        let now = self.now();
        let mut people = self.people(now, overridden).await?;
        let graph = self.graph(&mut people, now).await?;
        let mut findings = if people.tripped() {
            people.verdicts.iter().filter_map(|v| anomaly(v, now)).collect()
        } else {
            let mut found = findings::find(&graph, &Rule::ALL);
            found.extend(self.unread_people(&people, now).await?);
            found
        };
        self.settle(&mut findings, now).await?;
        Ok(Lap { people, graph, findings, now })
    }

    /// Sources of people that are too old to say who works here: an old file finds what is long done, and misses what is new.
    async fn unread_people(&self, people: &PeopleView, now: Time) -> Result<Vec<Finding>, Diagnostic> {
        let mut out = Vec::new();
        for name in self.settings.people.keys() {
            let snapshot = people.sources.iter().find(|s| &s.name == name).map(|s| &s.snapshot);
            let failed = shelves::one::<FailedRead>(self.store(), name).await?.map(|f| f.why);
            let max_age = self.settings.instances.get(name).map_or(86_400, |i| i.policy.max_age);
            out.extend(findings::unread(name, snapshot, failed.as_deref(), max_age, now));
        }
        Ok(out)
    }

    /// The graph at this time.
    async fn graph(&self, people: &mut PeopleView, now: Time) -> Result<Graph, Diagnostic> {
        let store = self.store();
        let failed: HashMap<String, FailedRead> =
            shelves::all::<FailedRead>(store).await?.into_iter().map(|f| (f.instance.clone(), f)).collect();
        let mut inputs = Vec::new();
        for (name, setting) in self.settings.instances.iter().filter(|(name, _)| !self.settings.people.contains_key(*name)) {
            let snapshot = store.latest(name, false).await?;
            let accounts = match &snapshot {
                Some(s) => self.accounts_of(s.id).await?,
                None => vec![],
            };
            let looks = shelves::group::<AccountRead>(store, name).await?.into_iter().map(|read| read.look).collect();
            let failed = failed.get(name).map(|f| f.why.clone());
            inputs.push(InstanceInput { name: name.clone(), policy: setting.policy.clone(), snapshot, accounts, looks, failed });
        }
        let decided = Decided {
            links: shelves::all::<Link>(store).await?.into_iter().map(|l| ((l.instance.clone(), l.native_id.clone()), l)).collect(),
            classifications: shelves::all::<Classification>(store)
                .await?
                .into_iter()
                .map(|c| ((c.instance.clone(), c.native_id.clone()), c))
                .collect(),
            shut: shelves::all::<Shut>(store).await?.into_iter().map(|s| ((s.instance, s.native_id), s.at)).collect(),
        };
        let persons = std::mem::take(&mut people.persons);
        let intents = self.intents(&persons, people.snapshot(), now).await?;
        let classify = |instance: &str, account: &AccountRow| self.settings.classify(&self.workspace, instance, account);
        let mut graph = build(persons, inputs, &self.settings.rules, self.settings.domains(), &classify, decided, now);
        graph.set_intents(intents);
        Ok(graph)
    }

    pub(crate) async fn accounts_of(&self, snapshot: u64) -> Result<Vec<AccountRow>, Diagnostic> {
        let rows = rows(self.store(), SnapshotId(snapshot), RowKind::Account).await?;
        Ok(rows.into_iter().filter_map(|(_, row)| if let Row::Account(a) = row { Some(a) } else { None }).collect())
    }

    /// What should be: ended employments, access rules, and what people put in.
    pub(crate) async fn intents(&self, persons: &[Person], snapshot: Option<u64>, now: Time) -> Result<Vec<Intent>, Diagnostic> {
        let mut out: Vec<Intent> = persons.iter().filter_map(|p| intents::employment_ended(p, snapshot, now)).collect();
        for person in persons.iter().filter(|p| !matches!(p.state, PersonState::Ended | PersonState::Unknown)) {
            for rule in self.settings.access_for(&self.workspace, person) {
                let from = first_day(person, &self.settings.clock).unwrap_or(now);
                out.push(intents::birthright(person, &rule.instance, &rule.text, from, now, snapshot));
            }
        }
        out.extend(shelves::all::<PutIn>(self.store()).await?.into_iter().map(|p| p.intent));
        Ok(out)
    }

    /// Brings in what earlier laps remember and what people decided: first seen, accepted, planned, waiting.
    async fn settle(&self, findings: &mut [Finding], now: Time) -> Result<(), Diagnostic> {
        let store = self.store();
        let memory: HashMap<String, FindingMemory> =
            shelves::all::<FindingMemory>(store).await?.into_iter().map(|m| (m.key.clone(), m)).collect();
        let accepted: HashMap<String, Acceptance> =
            shelves::all::<Acceptance>(store).await?.into_iter().map(|a| (a.key.clone(), a)).collect();
        let (planned, waiting) = self.dealt_with().await?;
        for finding in findings {
            if let Some(m) = memory.get(&finding.key) {
                // A finding that was closed and came back is seen anew.
                finding.first_seen = if m.closed.is_some() { now } else { m.first_seen };
            }
            if accepted.get(&finding.key).is_some_and(|a| a.covers(finding, now)) {
                finding.state = FindingState::Accepted;
            } else if waiting.contains(&finding.key) {
                finding.state = FindingState::Waiting;
            } else if planned.contains(&finding.key) {
                finding.state = FindingState::Planned;
            }
            finding.due = self.settings.due(finding);
        }
        Ok(())
    }

    /// Keys of findings that a step of an open plan, or of a run that has not ended, deals with.
    async fn dealt_with(&self) -> Result<(HashSet<String>, HashSet<String>), Diagnostic> {
        let store = self.store();
        let runs: BTreeMap<String, RunRecord> = shelves::all::<RunRecord>(store).await?.into_iter().map(|r| (r.run.clone(), r)).collect();
        let mut planned = HashSet::new();
        let mut waiting = HashSet::new();
        for plan in shelves::all::<PlanRecord>(store).await? {
            match plan.run.as_ref().and_then(|r| runs.get(r)) {
                Some(run) if run.ended.is_none() => waiting.extend(plan.findings.into_iter().map(|(_, key)| key)),
                Some(_) => {}
                None if plan.rejected => {}
                None => planned.extend(plan.findings.into_iter().map(|(_, key)| key)),
            }
        }
        Ok((planned, waiting))
    }

    /// Keeps what the next lap must know: ids of persons, links that rules found, when a finding was first seen and closed.
    ///
    /// # Errors
    /// What the store says.
    pub async fn remember(&self, lap: &Lap) -> Result<(), Diagnostic> {
        if lap.tripped() {
            return Ok(());
        }
        let store = self.store();
        let stored: HashSet<String> = shelves::all::<Link>(store).await?.into_iter().map(|l| l.key()).collect();
        let known = |instance: &str, id: &str| stored.contains(&pair(instance, id));
        let mut keep: Vec<ShelfRow> = lap.people.remember.clone();
        keep.extend(lap.graph.new_links(&known).map(|l| l.row()));
        let mut memory: BTreeMap<String, FindingMemory> =
            shelves::all::<FindingMemory>(store).await?.into_iter().map(|m| (m.key.clone(), m)).collect();
        for finding in &lap.findings {
            match memory.remove(&finding.key) {
                Some(m) if m.closed.is_none() => {}
                _ => keep.push(
                    FindingMemory { key: finding.key.clone(), first_seen: lap.now, last_seen: lap.now, closed: None, planned: None }.row(),
                ),
            }
        }
        // What is left was there before and is there no longer.
        keep.extend(memory.into_values().filter(|m| m.closed.is_none()).map(|m| FindingMemory { closed: Some(lap.now), ..m }.row()));
        for chunk in keep.chunks(BATCH) {
            store.commit(Batch { rows: chunk.to_vec(), ..Batch::default() }).await?;
        }
        Ok(())
    }
}

/// The first instant of a person's first day, where it is known.
fn first_day(person: &Person, clock: &usher_reconcile::people::DayEnd) -> Option<Time> {
    person.employments.iter().filter_map(|e| e.row.starts.as_ref()?.ends(&clock.zone, 0, 0)).min()
}

/// Ids of the intents about a person and an instance that hold now and that nothing stronger reverses: rank first, `not_have` before
/// `have` within a rank (lifecycle.md §2).
pub(crate) fn live<'a>(intents: impl Iterator<Item = &'a Intent>, instance: &str, now: Time) -> Vec<String> {
    let all: Vec<&Intent> = intents
        .filter(|i| i.about.entitlement.is_none() && i.about.instance.as_deref().is_none_or(|x| x == instance))
        .filter(|i| i.in_effect(now))
        .collect();
    let strongest = all.iter().min_by_key(|i| (i.source, i.says == Says::Have)).map(|i| i.says);
    all.into_iter().filter(|i| Some(i.says) == strongest).map(|i| i.id.clone()).collect()
}
