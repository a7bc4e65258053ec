//! What goes into the log about reads, intents and outcomes, and the openings behind it (approvals-and-evidence §4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::fresh::{Fresh, Look};
use usher_domain::intent::IntentSource;
use usher_domain::journal::Lease;
use usher_domain::jsonl;
use usher_domain::log::Entry;
use usher_domain::manifest::OperationName;
use usher_domain::person::PersonId;
use usher_domain::plan::Step;
use usher_domain::run::{End, Event};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_store::{Batch, ShelfRow, SnapRow, SnapshotId, lane_stream};

use crate::apply::{EVENT, Work, body};
use crate::lap::Lap;
use crate::ledger::Ledger;
use crate::plan::{MadePlan, takes_away};
use crate::shelves::{self, AccountRead, LoggedRead, OpeningRecord, Removal, Shelf as _, Shut};
use crate::step::Ending;
use crate::usher::Usher;

/// Rows asked for at a time.
const PAGE: u32 = 4_096;
/// The kinds of rows that make the population of an instance.
const POPULATION: [RowKind; 2] = [RowKind::Person, RowKind::Account];

/// Names of attributes whose values never go into evidence, not even hashed.
const SECRET: [&str; 3] = ["password", "secret", "token"];

/// The opening of one row of a read: `{account, instance, salt}`.
pub(crate) fn row_opening(instance: &str, row: &SnapRow) -> Result<Vec<u8>, Diagnostic> {
    let mut value: Value = serde_json::from_slice(&row.body).map_err(|e| damaged(e.to_string()))?;
    let mut account = match value.as_object_mut().and_then(|o| o.values_mut().next()) {
        Some(Value::Object(inner)) => std::mem::take(inner),
        _ => Map::new(),
    };
    hide_secrets(&mut account);
    plain_numbers(&mut account);
    let mut map = Map::new();
    map.insert("account".into(), Value::Object(account));
    map.insert("instance".into(), json!(instance));
    map.insert("salt".into(), json!(row.salt.to_string()));
    line(&map)
}

fn line(map: &Map<String, Value>) -> Result<Vec<u8>, Diagnostic> {
    jsonl::line(map).map_err(|e| damaged(e.to_string()))
}

fn damaged(what: String) -> Diagnostic {
    Diagnostic::new("EVIDENCE-002", "this can't stand in the log", what)
}

/// The value of a secret attribute is `{"set":true}`.
fn hide_secrets(map: &mut Map<String, Value>) {
    for (name, value) in map.iter_mut() {
        if SECRET.iter().any(|s| name.to_lowercase().contains(s)) {
            *value = json!({"set": true});
        } else if let Value::Object(inner) = value {
            hide_secrets(inner);
        }
    }
}

/// No floating point numbers and no integers past 2⁵³−1 in evidence: such a number of a vendor is kept as text.
fn plain_numbers(map: &mut Map<String, Value>) {
    fn plain(value: &mut Value) {
        match value {
            Value::Number(n) if n.is_f64() || n.as_u64().is_some_and(|n| n > usher_domain::canon::MAX_SAFE_INTEGER) => {
                *value = json!(n.to_string())
            }
            Value::Array(items) => items.iter_mut().for_each(plain),
            Value::Object(inner) => plain_numbers(inner),
            _ => {}
        }
    }
    map.values_mut().for_each(plain);
}

impl Usher {
    /// The place of the `read` entry of this snapshot, written if it is not there yet.
    pub(crate) async fn log_read(&self, snapshot: &Snapshot) -> Result<u64, Diagnostic> {
        let key = format!("{:012}", snapshot.id);
        if let Some(logged) = shelves::one::<LoggedRead>(self.store(), &key).await? {
            return Ok(logged.seq);
        }
        let mut digests = BTreeSet::new();
        self.openings_of(snapshot, |line| {
            digests.insert(Digest::of(line));
        })
        .await?;
        let list: String = digests.iter().map(|d| format!("{d}\n")).collect();
        let rows = digests.len() as u64;
        let digest = Digest::of(list.as_bytes());
        let entry = Entry::Read {
            instance: snapshot.instance.clone(),
            started_at: snapshot.read_at.whole(),
            pages: snapshot.pages,
            rows,
            stated: snapshot.stated,
            complete: snapshot.complete() && snapshot.stated.is_none_or(|s| s == rows),
            list: Some(digest),
        };
        let keep = Batch::default().blob(list.into_bytes());
        let (id, instance) = (snapshot.id, snapshot.instance.clone());
        let seqs = Ledger::new(self.store())
            .append_with(self.now(), vec![entry], keep, |seqs, keep| {
                let seq = seqs.first().copied().unwrap_or(0);
                keep.row(LoggedRead { snapshot: id, instance: instance.clone(), seq }.row())
            })
            .await?;
        Ok(seqs.first().copied().unwrap_or(0))
    }

    /// Every row opening of a snapshot's population.
    pub(crate) async fn openings_of(&self, snapshot: &Snapshot, mut each: impl FnMut(&[u8])) -> Result<(), Diagnostic> {
        for kind in POPULATION {
            let mut after: Option<String> = None;
            loop {
                let page = self.store().snapshot_rows(SnapshotId(snapshot.id), kind, after.as_deref(), PAGE).await?;
                let full = page.len() == PAGE as usize;
                after = page.last().map(|r| r.key.clone());
                for row in &page {
                    each(&row_opening(&snapshot.instance, row)?);
                }
                if !full {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The `intent` entries of the people whom these plans are about.
    pub(crate) async fn intent_entries(&self, lap: &Lap, plans: &[MadePlan], keep: &mut Batch) -> Result<Vec<Entry>, Diagnostic> {
        let mut wanted: BTreeMap<(&str, &str), ()> = BTreeMap::new();
        for step in plans.iter().flat_map(|p| p.plan.steps()) {
            for id in &step.because {
                wanted.insert((step.subject.as_str(), id.as_str()), ());
            }
        }
        let mut reads: BTreeMap<u64, u64> = BTreeMap::new();
        for source in &lap.people.sources {
            reads.insert(source.snapshot.id, self.log_read(&source.snapshot).await?);
        }
        let mut out = Vec::new();
        for (subject, id) in wanted.into_keys() {
            let Some(person) = lap.graph.person_by_id(&PersonId(subject.to_owned())) else { continue };
            let Some(intent) = lap.graph.intents_of(&person.id).find(|i| i.id == id) else { continue };
            let source = person.employments.first().map_or("", |e| e.source.as_str());
            let snapshot = lap.people.sources.iter().find(|s| s.name == source).or(lap.people.sources.first()).map(|s| s.snapshot.id);
            let Some(read) = snapshot.and_then(|s| reads.get(&s)).copied() else { continue };
            let what = match intent.source {
                IntentSource::EmploymentEnded | IntentSource::Emergency | IntentSource::ReviewRevoke => "leave",
                IntentSource::Request | IntentSource::AccessRule => "join",
            };
            let mut map = Map::new();
            map.insert("person".into(), json!({"email": person.email().unwrap_or(""), "name": person.name}));
            map.insert("salt".into(), json!(self.given.entropy.salt().to_string()));
            map.insert("what".into(), json!(what));
            let about = opening(keep, &map)?;
            let due = intent.effective_from.day();
            out.push(Entry::Intent { what: what.to_owned(), subject: subject.to_owned(), due, read, about });
        }
        Ok(out)
    }
}

/// Keeps an opening in this batch and gives its digest.
pub(crate) fn opening(keep: &mut Batch, map: &Map<String, Value>) -> Result<Digest, Diagnostic> {
    let line = line(map)?;
    let digest = Digest::of(&line);
    keep.rows.push(OpeningRecord { digest, line: String::from_utf8_lossy(&line).into_owned() }.row());
    Ok(digest)
}

/// What a deciding read showed, as an outcome's opening holds it.
fn read_map(fresh: Option<&Fresh>, salt: String) -> Map<String, Value> {
    let read = match fresh {
        None => json!({}),
        Some(Fresh::Gone) => json!({"gone": true}),
        Some(Fresh::Shows(map)) => {
            let mut map = map.clone();
            hide_secrets(&mut map);
            plain_numbers(&mut map);
            Value::Object(map)
        }
    };
    Map::from_iter([("files".to_owned(), json!([])), ("read".to_owned(), read), ("salt".to_owned(), json!(salt))])
}

impl Work<'_> {
    /// How a step ended: event, log entry, opening and what follows from it, in one batch.
    pub(crate) async fn end(&self, step: &Step, lease: &Lease, ending: Ending) -> Result<(), Diagnostic> {
        let batch = Batch::under(lease);
        let native_id = self.plan().opening(step).and_then(|o| o.native_id());
        let took_away = ending.end == End::Confirmed && takes_away(&step.action);
        self.usher.end_step(&self.run.run, native_id, step, &lease.lane, batch, ending).await?;
        if took_away {
            self.removals.note(&step.instance, PersonId(step.subject.clone()), self.usher.now()).await;
        }
        Ok(())
    }
}

impl Usher {
    /// The same where no lane is held: a task that a later read closes.
    pub(crate) async fn end_step(
        &self,
        run: &str,
        native_id: Option<&str>,
        step: &Step,
        lane: &str,
        mut keep: Batch,
        ending: Ending,
    ) -> Result<(), Diagnostic> {
        let now = self.now();
        let Ending { end, detail, sent_at, seen } = ending;
        let (read_at, fresh) = (seen.as_ref().map(|s| s.as_of), seen.as_ref().map(Look::fresh));
        let about = opening(&mut keep, &read_map(fresh.as_ref(), self.given.entropy.salt().to_string()))?;
        keep = keep.event(lane_stream(lane), EVENT, body(&Event::Ended { n: step.n, end, detail, sent_at, read_at, at: now }));
        let mut rows: Vec<ShelfRow> = Vec::new();
        if end == End::Confirmed && takes_away(&step.action) {
            let person = PersonId(step.subject.clone());
            rows.push(Removal { instance: step.instance.clone(), person, at: now, run: run.to_owned(), n: step.n }.row());
            if let Some(native_id) = native_id
                && crate::abilities::operation(&step.action).is_some_and(OperationName::shuts)
            {
                let at = read_at.unwrap_or(now);
                rows.push(Shut { instance: step.instance.clone(), native_id: native_id.to_owned(), at }.row());
            }
        }
        // That an account isn't there counts where the step was to delete it: of another one only a whole read says that it is gone.
        let told = |look: &Look| !look.native_id.is_empty() && (look.row.is_some() || matches!(end, End::Confirmed | End::Already));
        rows.extend(seen.filter(told).map(|look| AccountRead { instance: step.instance.clone(), look }.row()));
        if end == End::Confirmed
            && step.action == "reactivate_account"
            && let Some(native_id) = native_id
        {
            keep = keep.gone(Shut::NAME, shelves::pair(&step.instance, native_id));
        }
        keep.rows.extend(rows);
        let entry = Entry::Outcome {
            run: run.to_owned(),
            n: step.n,
            state: end.word().to_owned(),
            sent_at: sent_at.map(usher_domain::time::Time::whole),
            read_at: read_at.map(usher_domain::time::Time::whole),
            about,
        };
        Ledger::new(self.store()).append(now, vec![entry], keep).await?;
        self.given.progress.ended(run, &step.instance, step.n, end);
        Ok(())
    }
}
