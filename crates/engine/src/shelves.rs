//! What is kept on which shelf of the store, typed once. A shelf holds what is true now; streams hold what happened.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::fresh::Look;
use usher_domain::person::{PersonId, PersonRow};
use usher_domain::run::End;
use usher_domain::time::Time;
use usher_store::{Find, ShelfRow, Store};

/// A kind of record: where it stands and how its key is made.
pub(crate) trait Shelf: Serialize + DeserializeOwned {
    /// The shelf's name.
    const NAME: &'static str;
    /// Unique on the shelf.
    fn key(&self) -> String;
    /// What it is found together with.
    fn group(&self) -> String {
        String::new()
    }
    /// From when somebody must look at it.
    fn due(&self) -> Option<Time> {
        None
    }
    /// As the store keeps it.
    fn row(&self) -> ShelfRow {
        // These records hold no map with other keys than text and no number that JSON lacks.
        let body = serde_json::to_vec(self).unwrap_or_default();
        ShelfRow { shelf: Self::NAME.into(), key: self.key(), group: self.group(), due: self.due(), body }
    }
}

/// Two names as one key; the separator is in no name that a person types.
pub(crate) fn pair(a: &str, b: &str) -> String {
    format!("{a}\u{1f}{b}")
}

fn read<T: Shelf>(row: &ShelfRow) -> Result<T, Diagnostic> {
    serde_json::from_slice(&row.body).map_err(|e| {
        Diagnostic::new("STORE-006", "the store is damaged", format!("{} {} can't be read: {e}", T::NAME, row.key))
            .hint("restore it from a backup; nothing was repaired or left out")
    })
}

/// One record, if it is there.
pub(crate) async fn one<T: Shelf>(store: &dyn Store, key: &str) -> Result<Option<T>, Diagnostic> {
    store.get(T::NAME, key).await?.as_ref().map(read).transpose()
}

/// All records of a shelf, in the order of their keys.
pub(crate) async fn all<T: Shelf>(store: &dyn Store) -> Result<Vec<T>, Diagnostic> {
    found(store, Find::on(T::NAME)).await
}

/// All records of one group of a shelf.
pub(crate) async fn group<T: Shelf>(store: &dyn Store, group: &str) -> Result<Vec<T>, Diagnostic> {
    found(store, Find::on(T::NAME).group(group)).await
}

pub(crate) async fn found<T: Shelf>(store: &dyn Store, mut find: Find) -> Result<Vec<T>, Diagnostic> {
    let mut out = Vec::new();
    loop {
        let page = store.find(find.clone()).await?;
        for row in &page {
            out.push(read(row)?);
        }
        match page.last() {
            Some(last) if page.len() == find.limit as usize => find = find.after(last.key.clone()),
            _ => return Ok(out),
        }
    }
}

/// Which person a source's key names. Never taken back: ids are not reused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PersonKey {
    pub(crate) source: String,
    pub(crate) key: String,
    pub(crate) person: PersonId,
}

impl Shelf for PersonKey {
    const NAME: &'static str = "person_key";
    fn key(&self) -> String {
        pair(&self.source, &self.key)
    }
    fn group(&self) -> String {
        self.source.clone()
    }
}

/// A row that a source named earlier and names no longer: nobody leaves by vanishing (lifecycle.md §14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Vanished {
    pub(crate) source: String,
    pub(crate) key: String,
    pub(crate) row: PersonRow,
    /// How many whole reads have missed it.
    pub(crate) missed: u32,
    /// The newest of them.
    pub(crate) last_missed: u64,
}

/// What is remembered about a person between laps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PersonMemory {
    pub(crate) person: PersonId,
    /// When usher first saw that every employment was over.
    pub(crate) ended_known_at: Option<Time>,
    pub(crate) vanished: Vec<Vanished>,
}

impl Shelf for PersonMemory {
    const NAME: &'static str = "person";
    fn key(&self) -> String {
        self.person.0.clone()
    }
}

/// The last good read of a people source: what the people guard compares with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Baseline {
    pub(crate) source: String,
    pub(crate) snapshot: u64,
    pub(crate) rows: u64,
    pub(crate) ended: Vec<PersonId>,
}

impl Shelf for Baseline {
    const NAME: &'static str = "baseline";
    fn key(&self) -> String {
        self.source.clone()
    }
}

/// A read that failed, until one succeeds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FailedRead {
    pub(crate) instance: String,
    pub(crate) why: String,
    pub(crate) at: Time,
}

impl Shelf for FailedRead {
    const NAME: &'static str = "failed_read";
    fn key(&self) -> String {
        self.instance.clone()
    }
}

/// What is remembered about a finding between laps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FindingMemory {
    pub(crate) key: String,
    pub(crate) first_seen: Time,
    pub(crate) last_seen: Time,
    pub(crate) closed: Option<Time>,
    /// The open plan whose step deals with it.
    pub(crate) planned: Option<Digest>,
}

impl Shelf for FindingMemory {
    const NAME: &'static str = "finding";
    fn key(&self) -> String {
        self.key.clone()
    }
}

impl Shelf for usher_domain::finding::Acceptance {
    const NAME: &'static str = "acceptance";
    fn key(&self) -> String {
        self.key.clone()
    }
}

impl Shelf for usher_domain::link::Link {
    const NAME: &'static str = "link";
    fn key(&self) -> String {
        pair(&self.instance, &self.native_id)
    }
    fn group(&self) -> String {
        self.instance.clone()
    }
}

impl Shelf for usher_domain::link::Classification {
    const NAME: &'static str = "classification";
    fn key(&self) -> String {
        pair(&self.instance, &self.native_id)
    }
    fn group(&self) -> String {
        self.instance.clone()
    }
}

/// An intent that a person put in (an emergency), until it is taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PutIn {
    pub(crate) intent: usher_domain::intent::Intent,
    pub(crate) by: String,
}

impl Shelf for PutIn {
    const NAME: &'static str = "intent";
    fn key(&self) -> String {
        self.intent.id.clone()
    }
}

/// A plan that was saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlanRecord {
    pub(crate) digest: Digest,
    pub(crate) made: Time,
    /// The batch that it was made in, where there were several plans.
    pub(crate) batch: Option<Digest>,
    /// Digests of the openings of its steps.
    pub(crate) openings: Vec<Digest>,
    /// Finding keys by step number.
    pub(crate) findings: Vec<(u32, String)>,
    /// Texts of the steps' reasons by step number, for people.
    pub(crate) texts: Vec<(u32, String)>,
    /// Steps that a person does.
    pub(crate) by_person: Vec<u32>,
    /// Its run, once it has one.
    pub(crate) run: Option<String>,
    /// A reject is final.
    pub(crate) rejected: bool,
}

impl Shelf for PlanRecord {
    const NAME: &'static str = "plan";
    fn key(&self) -> String {
        self.digest.hex()
    }
}

/// A batch of plans: its digest and its plans.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BatchRecord {
    pub(crate) digest: Digest,
    pub(crate) plans: Vec<Digest>,
}

impl Shelf for BatchRecord {
    const NAME: &'static str = "batch";
    fn key(&self) -> String {
        self.digest.hex()
    }
}

/// A decision that was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DecisionRecord {
    pub(crate) plan: Digest,
    /// Its place in the log.
    pub(crate) seq: u64,
    pub(crate) message: Digest,
    pub(crate) proof: Digest,
    pub(crate) batch: Option<Digest>,
    pub(crate) by: String,
    pub(crate) approves: bool,
    pub(crate) at: Time,
}

impl Shelf for DecisionRecord {
    const NAME: &'static str = "decision";
    fn key(&self) -> String {
        format!("{}/{:012}", self.plan.hex(), self.seq)
    }
    fn group(&self) -> String {
        self.plan.hex()
    }
}

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    pub(crate) run: String,
    pub(crate) number: u64,
    pub(crate) plan: Digest,
    pub(crate) started: Time,
    pub(crate) ended: Option<Time>,
    /// Instances that it works on: one lane each.
    pub(crate) instances: Vec<String>,
    pub(crate) steps: u32,
    /// `seq` of its `run` entry in the log.
    pub(crate) seq: u64,
}

impl RunRecord {
    /// The lane of this run on one instance (DESIGN §7).
    pub(crate) fn lane(&self, instance: &str) -> String {
        format!("run/{}/{instance}", self.run)
    }
}

impl Shelf for RunRecord {
    const NAME: &'static str = "run";
    fn key(&self) -> String {
        format!("{:012}", self.number)
    }
}

/// What somebody wants of a run that goes on: looked at before each step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunOrder {
    pub(crate) run: String,
    pub(crate) what: Ordered,
    pub(crate) by: String,
    pub(crate) reason: String,
}

/// See [`RunOrder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ordered {
    /// No further step begins.
    Pause,
    /// No further step begins, ever.
    Cancel,
}

impl RunOrder {
    /// How a step ends that it kept from beginning.
    pub(crate) fn text(&self) -> String {
        format!("cancelled by {}: {}", self.by, self.reason)
    }
}

impl Shelf for RunOrder {
    const NAME: &'static str = "run_order";
    fn key(&self) -> String {
        self.run.clone()
    }
}

/// Work that waits: a lane of a run, with when somebody should look at it and why not sooner.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct LaneRecord {
    pub(crate) lane: String,
    pub(crate) run: String,
    pub(crate) due: Option<Time>,
    /// Why it waits, for people.
    #[serde(default)]
    pub(crate) why: String,
    /// How often in a row it came no further.
    #[serde(default)]
    pub(crate) tries: u32,
}

impl Shelf for LaneRecord {
    const NAME: &'static str = usher_store::LANES;
    fn key(&self) -> String {
        self.lane.clone()
    }
    fn group(&self) -> String {
        self.run.clone()
    }
    fn due(&self) -> Option<Time> {
        self.due
    }
}

/// Where a task for a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Somebody should do it.
    Open,
    /// Somebody says that it is done; a read will show it.
    Said,
    /// Closed: a read showed it, or it ended as attested.
    Closed,
}

/// A task for a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Its number.
    pub task: u64,
    /// The run.
    pub run: String,
    /// The step.
    pub n: u32,
    /// The instance.
    pub instance: String,
    /// The account, for people.
    pub account: String,
    /// Whom it is about, for people.
    pub person: String,
    /// One line.
    pub title: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to copy: name and value.
    pub fields: Vec<(String, String)>,
    /// What proves it done.
    pub proves: String,
    /// What to answer.
    pub asks: Vec<String>,
    /// Who should do it.
    pub assigned: Option<String>,
    /// When it was given.
    pub given: Time,
    /// Where it stands.
    pub state: TaskState,
    /// Who said that it is done, and when.
    pub said: Option<(String, Time)>,
    /// What they wrote.
    pub note: Option<String>,
    /// How the step ended.
    pub end: Option<End>,
}

impl Shelf for TaskRecord {
    const NAME: &'static str = "task";
    fn key(&self) -> String {
        format!("{:012}", self.task)
    }
    fn group(&self) -> String {
        self.run.clone()
    }
}

/// Somebody lost access: for the removals guard, which rolls over 24 hours and all plans.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Removal {
    pub(crate) instance: String,
    pub(crate) person: PersonId,
    pub(crate) at: Time,
    pub(crate) run: String,
    pub(crate) n: u32,
}

impl Shelf for Removal {
    const NAME: &'static str = "removal";
    fn key(&self) -> String {
        format!("{}/{}/{:06}", Removal::from_time(self.at), self.run, self.n)
    }
    fn group(&self) -> String {
        self.instance.clone()
    }
}

impl Removal {
    /// How keys of this second and later ones begin: the shelf is in the order of time.
    pub(crate) fn from_time(at: Time) -> String {
        format!("{:012}", at.seconds().max(0))
    }
}

/// An account that usher shut, as of when a read showed it: what `reopened` asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Shut {
    pub(crate) instance: String,
    pub(crate) native_id: String,
    pub(crate) at: Time,
}

impl Shelf for Shut {
    const NAME: &'static str = "shut";
    fn key(&self) -> String {
        pair(&self.instance, &self.native_id)
    }
}

/// An account as a step's own read showed it: the newest that is known of it, until its instance is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccountRead {
    pub(crate) instance: String,
    pub(crate) look: Look,
}

impl Shelf for AccountRead {
    const NAME: &'static str = "account_read";
    fn key(&self) -> String {
        pair(&self.instance, &self.look.native_id)
    }
    fn group(&self) -> String {
        self.instance.clone()
    }
}

/// An opening (approvals-and-evidence §4): the line whose digest others refer to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpeningRecord {
    pub(crate) digest: Digest,
    pub(crate) line: String,
}

impl Shelf for OpeningRecord {
    const NAME: &'static str = "opening";
    fn key(&self) -> String {
        self.digest.hex()
    }
}

/// A read that stands in the log: which snapshot it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoggedRead {
    pub(crate) snapshot: u64,
    pub(crate) instance: String,
    pub(crate) seq: u64,
}

impl Shelf for LoggedRead {
    const NAME: &'static str = "logged_read";
    fn key(&self) -> String {
        format!("{:012}", self.snapshot)
    }
}
