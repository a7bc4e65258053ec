//! Everything known at one point in time: persons, instances, their accounts and whose they are.

use std::collections::{BTreeMap, HashMap};

use usher_domain::account::{AccountRow, Kind, Standing, Status};
use usher_domain::fresh::Look;
use usher_domain::intent::Intent;
use usher_domain::link::{Classification, Link, LinkBy, Situation};
use usher_domain::person::{Person, PersonId, PersonState};
use usher_domain::snapshot::Snapshot;
use usher_domain::time::Time;

use crate::correlate::{CorrelateRule, Domains, Index, Verdict, correlate};

/// How one instance is used, as far as findings ask.
#[derive(Debug, Clone, Default)]
pub struct InstancePolicy {
    /// A real company login leads in and no other (lifecycle.md §5): the IdP instances.
    pub only_via: Vec<String>,
    /// Accounts appear at the first sign-in: a joiner is eligible, not missing.
    pub just_in_time: bool,
    /// How old a snapshot may be, in seconds.
    pub max_age: i64,
    /// Addresses or ids that no step may touch, as written in `guards.protected` without the instance.
    pub protected: Vec<String>,
}

/// One instance and its newest usable read.
#[derive(Debug)]
pub struct InstanceInput {
    /// Its name.
    pub name: String,
    /// How it is used.
    pub policy: InstancePolicy,
    /// The newest read that is sealed; complete or not.
    pub snapshot: Option<Snapshot>,
    /// Its accounts.
    pub accounts: Vec<AccountRow>,
    /// What steps have seen of single accounts.
    pub looks: Vec<Look>,
    /// Why it could not be read the last time, if so.
    pub failed: Option<String>,
}

/// What a rule of `classify:` says about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// What it is.
    pub kind: Kind,
    /// Addresses of its owners.
    pub owners: Vec<String>,
    /// `primary privileged …`.
    pub purpose: Option<String>,
}

/// What `classify:` says about an account of an instance: the first rule that matches.
pub type Classify<'a> = dyn Fn(&str, &AccountRow) -> Option<Classified> + 'a;

/// Decisions of people that the store keeps.
#[derive(Debug, Default)]
pub struct Decided {
    /// Links, by instance and native id.
    pub links: HashMap<(String, String), Link>,
    /// Classifications, by instance and native id.
    pub classifications: HashMap<(String, String), Classification>,
    /// Accounts that usher shut, as of when the read that confirmed it showed it.
    pub shut: HashMap<(String, String), Time>,
}

/// One account with what was concluded about it.
#[derive(Debug)]
pub struct Judged {
    /// The row.
    pub row: AccountRow,
    /// Decision before rule before the app's own word; human where nobody said.
    pub kind: Kind,
    /// Somebody classified it: it is nobody's on purpose.
    pub classified: bool,
    /// `primary`, unless said otherwise.
    pub purpose: String,
    /// Addresses of its owners.
    pub owners: Vec<String>,
    /// Whose it is.
    pub verdict: Verdict,
    /// The link was stored before and a definite key now names somebody else.
    pub doubted: bool,
}

impl Judged {
    /// Whether somebody can get in, as far as anybody knows: an unknown door counts as open (invariant 13).
    pub fn lets_in(&self) -> bool {
        self.row.standing.door != usher_domain::account::Door::Shut && self.row.standing.status != Status::Deleted
    }
}

/// One instance with its accounts judged.
#[derive(Debug)]
pub struct InstanceView {
    /// Its name.
    pub name: String,
    /// How it is used.
    pub policy: InstancePolicy,
    /// The newest read.
    pub snapshot: Option<Snapshot>,
    /// Why it could not be read the last time.
    pub failed: Option<String>,
    /// Its accounts, in the order of their native ids.
    pub accounts: Vec<Judged>,
}

/// Everything known at one point in time.
#[derive(Debug)]
pub struct Graph {
    /// The persons.
    pub persons: Vec<Person>,
    /// What names them.
    pub index: Index,
    /// The instances, by name.
    pub instances: Vec<InstanceView>,
    /// What usher shut, as of when the read that confirmed it showed it.
    pub shut: HashMap<(String, String), Time>,
    intents: Vec<Intent>,
    intents_of: HashMap<PersonId, Vec<usize>>,
    place: HashMap<PersonId, u32>,
    /// The point in time.
    pub now: Time,
}

/// Builds the graph. New links by rule are in [`Graph::new_links`].
pub fn build(
    persons: Vec<Person>,
    instances: Vec<InstanceInput>,
    rules: &[CorrelateRule],
    domains: Domains,
    classify: &Classify<'_>,
    decided: Decided,
    now: Time,
) -> Graph {
    let index = Index::new(&persons, domains);
    let place: HashMap<_, _> = persons.iter().enumerate().map(|(i, p)| (p.id.clone(), u32::try_from(i).unwrap_or(u32::MAX))).collect();
    let Decided { links, classifications, shut } = decided;
    let mut views: Vec<_> = instances
        .into_iter()
        .map(|input| {
            let rows = match &input.snapshot {
                Some(snapshot) => newest(input.accounts, input.looks, snapshot.as_of),
                None => input.accounts,
            };
            let mut accounts: Vec<_> = rows
                .into_iter()
                .map(|row| {
                    let key = (input.name.clone(), row.native_id.clone());
                    judge(row, classifications.get(&key), links.get(&key), &input.name, classify, rules, &index, &place)
                })
                .collect();
            accounts.sort_by(|a, b| a.row.native_id.cmp(&b.row.native_id));
            InstanceView { name: input.name, policy: input.policy, snapshot: input.snapshot, failed: input.failed, accounts }
        })
        .collect();
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Graph { persons, index, instances: views, shut, intents: vec![], intents_of: HashMap::new(), place, now }
}

/// The accounts of a read, each as it was last seen: a look from after the read says more than the read.
fn newest(mut accounts: Vec<AccountRow>, looks: Vec<Look>, as_of: Time) -> Vec<AccountRow> {
    let mut looks: HashMap<String, Option<AccountRow>> =
        looks.into_iter().filter(|look| look.as_of > as_of).map(|look| (look.native_id, look.row)).collect();
    for account in &mut accounts {
        match looks.remove(&account.native_id) {
            Some(Some(row)) => *account = row,
            Some(None) => account.standing = Standing::usual(Status::Deleted),
            None => {}
        }
    }
    accounts.extend(looks.into_values().flatten());
    accounts
}

#[expect(clippy::too_many_arguments, reason = "one private seam between what is stored and what is concluded")]
fn judge(
    row: AccountRow,
    classification: Option<&Classification>,
    link: Option<&Link>,
    instance: &str,
    classify: &Classify<'_>,
    rules: &[CorrelateRule],
    index: &Index,
    place: &HashMap<PersonId, u32>,
) -> Judged {
    let ruled = if classification.is_none() { classify(instance, &row) } else { None };
    let said = match (classification, ruled) {
        (Some(c), _) => Some(Classified { kind: c.kind, owners: c.owners.clone(), purpose: c.purpose.clone() }),
        (None, ruled) => ruled,
    };
    let classified = said.is_some();
    let said = said.unwrap_or(Classified { kind: row.kind.unwrap_or_default(), owners: vec![], purpose: None });
    let purpose = said.purpose.or_else(|| row.purpose.clone()).unwrap_or_else(|| "primary".to_owned());
    let (kind, owners) = (said.kind, said.owners);
    let nobody = |situation, evidence: Vec<String>| Verdict { situation, holder: None, candidates: vec![], evidence, outside: None };
    let mut doubted = false;
    let verdict = if row.standing.status == Status::Deleted {
        nobody(Situation::Deleted, vec!["the app lists it as deleted".into()])
    } else if !kind.has_holder() {
        nobody(Situation::Unmatched, vec![])
    } else if let Some(link) = link {
        let fresh = correlate(&row, rules, index);
        match link.person.as_ref().map(|id| place.get(id)) {
            Some(Some(&holder)) => {
                let others = fresh.situation == Situation::Linked && fresh.holder != Some(holder);
                doubted = others || (fresh.situation == Situation::Disputed && link.by == LinkBy::Rule);
                // What a rule linked and definite keys now dispute gets no step; what a person decided stands, with a doubt (invariant 10).
                if doubted && link.by == LinkBy::Rule {
                    let mut candidates = fresh.candidates;
                    candidates.extend(fresh.holder.into_iter().chain([holder]));
                    candidates.sort_unstable();
                    candidates.dedup();
                    let evidence = [format!("linked earlier by {}", link.evidence)].into_iter().chain(fresh.evidence).collect();
                    Verdict { situation: Situation::Disputed, holder: None, candidates, evidence, outside: None }
                } else {
                    Verdict {
                        situation: Situation::Linked,
                        holder: Some(holder),
                        candidates: vec![],
                        evidence: vec![link.evidence.clone()],
                        outside: None,
                    }
                }
            }
            Some(None) => fresh,
            None => nobody(Situation::Unmatched, vec![format!("unlinked by a person: {}", link.evidence)]),
        }
    } else {
        correlate(&row, rules, index)
    };
    Judged { row, kind, classified, purpose, owners, verdict, doubted }
}

impl Graph {
    /// Says what should be.
    pub fn set_intents(&mut self, intents: Vec<Intent>) {
        self.intents_of.clear();
        for (i, intent) in intents.iter().enumerate() {
            self.intents_of.entry(intent.about.person.clone()).or_default().push(i);
        }
        self.intents = intents;
    }

    /// What should be.
    pub fn intents(&self) -> &[Intent] {
        &self.intents
    }

    /// What should be about one person.
    pub fn intents_of<'a>(&'a self, person: &PersonId) -> impl Iterator<Item = &'a Intent> + 'a {
        self.intents_of.get(person).into_iter().flatten().filter_map(|i| self.intents.get(*i))
    }

    /// The person with this id.
    pub fn person_by_id(&self, id: &PersonId) -> Option<&Person> {
        self.place.get(id).and_then(|p| self.person(*p))
    }

    /// The person at this place.
    pub fn person(&self, place: u32) -> Option<&Person> {
        self.persons.get(place as usize)
    }

    /// Links that rules found and nobody stored yet.
    pub fn new_links<'a>(&'a self, stored: &'a dyn Fn(&str, &str) -> bool) -> impl Iterator<Item = Link> + 'a {
        self.instances.iter().flat_map(move |instance| {
            instance.accounts.iter().filter_map(move |account| {
                let holder = self.person(account.verdict.holder?)?;
                (!stored(&instance.name, &account.row.native_id)).then(|| Link {
                    instance: instance.name.clone(),
                    native_id: account.row.native_id.clone(),
                    person: Some(holder.id.clone()),
                    by: LinkBy::Rule,
                    evidence: account.verdict.evidence.join(", "),
                    at: self.now,
                })
            })
        })
    }

    /// Accounts by situation, over all instances.
    pub fn by_situation(&self) -> BTreeMap<Situation, u64> {
        let mut counts = BTreeMap::from([(Situation::Linked, 0), (Situation::Unmatched, 0), (Situation::Disputed, 0)]);
        for account in self.instances.iter().flat_map(|i| &i.accounts) {
            *counts.entry(account.verdict.situation).or_insert(0) += 1;
        }
        counts
    }

    /// Whether this address is an active person of the company, or nobody who is known (a team's mailbox).
    pub fn can_own(&self, address: &str) -> bool {
        let who = self.index.by_address(address);
        who.is_empty() || who.iter().filter_map(|p| self.person(*p)).any(|p| p.state != PersonState::Ended)
    }
}
