//! Who the company knows, from the newest good reads of its people sources, behind the people guard (invariant 6).

use std::collections::{BTreeMap, HashMap, HashSet};

use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::{EmploymentStatus, Person, PersonId, PersonRow, PersonState};
use usher_domain::snapshot::{Row, RowKind, Snapshot};
use usher_domain::time::Time;
use usher_reconcile::guard::{self, Feed, GuardVerdict, Outcome};
use usher_reconcile::people::{Known, Source, assemble, row_key};
use usher_store::{Seek, ShelfRow, SnapshotId, Store};

use crate::shelves::{self, Baseline, PersonKey, PersonMemory, Shelf as _, Vanished};
use crate::usher::Usher;

/// Rows asked for at a time.
const PAGE: u32 = 4_096;

/// One people source as it stands.
pub struct SourceView {
    /// Its name.
    pub name: String,
    /// Its newest read.
    pub snapshot: Snapshot,
    /// The last good read before it.
    pub(crate) before: Option<Baseline>,
}

/// Who the company knows.
pub struct PeopleView {
    /// The persons; where a guard tripped, those of the last good read.
    pub persons: Vec<Person>,
    /// The sources that were read.
    pub sources: Vec<SourceView>,
    /// What the guards said.
    pub verdicts: Vec<GuardVerdict>,
    /// Rows to store so that the next lap knows the same.
    pub(crate) remember: Vec<ShelfRow>,
}

impl PeopleView {
    /// Whether a guard stops everything.
    pub fn tripped(&self) -> bool {
        self.verdicts.iter().any(|v| v.outcome == Outcome::Tripped)
    }

    /// The newest people snapshot that counts, for intents.
    pub fn snapshot(&self) -> Option<u64> {
        self.sources.iter().map(|s| s.snapshot.id).max()
    }
}

/// All rows of one kind of a snapshot.
pub(crate) async fn rows(store: &dyn Store, id: SnapshotId, kind: RowKind) -> Result<Vec<(String, Row)>, Diagnostic> {
    let mut out = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.snapshot_rows(id, kind, after.as_deref(), PAGE).await?;
        let full = page.len() == PAGE as usize;
        after = page.last().map(|r| r.key.clone());
        for row in page {
            out.push((row.key.clone(), row.row()?));
        }
        if !full {
            return Ok(out);
        }
    }
}

async fn person_rows(store: &dyn Store, id: u64) -> Result<Vec<(String, PersonRow)>, Diagnostic> {
    let rows = rows(store, SnapshotId(id), RowKind::Person).await?;
    Ok(rows.into_iter().filter_map(|(key, row)| if let Row::Person(p) = row { Some((key, p)) } else { None }).collect())
}

impl Usher {
    /// Builds the persons at this time. `overridden` are guards that a signed plan overrides.
    ///
    /// # Errors
    /// What the store says.
    pub async fn people(&self, now: Time, overridden: &[String]) -> Result<PeopleView, Diagnostic> {
        let store = self.store();
        let mut sources = Vec::new();
        for name in self.settings.people.keys() {
            if let Some(snapshot) = store.latest(name, false).await? {
                let before = shelves::one::<Baseline>(store, name).await?;
                sources.push(SourceView { name: name.clone(), snapshot, before });
            }
        }
        let keys = shelves::all::<PersonKey>(store).await?;
        let memories = shelves::all::<PersonMemory>(store).await?;
        let newest: Vec<u64> = sources.iter().map(|s| s.snapshot.id).collect();
        let mut view = self.assembled(sources, &newest, &keys, &memories, now).await?;
        for verdict in &mut view.verdicts {
            if verdict.outcome == Outcome::Tripped && overridden.contains(&verdict.rule) {
                verdict.outcome = Outcome::Overridden;
            }
        }
        if view.tripped() {
            // The last good reads stand until a person has looked.
            let good: Vec<u64> = view.sources.iter().map(|s| s.before.as_ref().map_or(s.snapshot.id, |b| b.snapshot)).collect();
            let verdicts = std::mem::take(&mut view.verdicts);
            let mut old = self.assembled(view.sources, &good, &keys, &memories, now).await?;
            old.verdicts = verdicts;
            old.remember.clear();
            return Ok(old);
        }
        Ok(view)
    }

    async fn assembled(
        &self,
        sources: Vec<SourceView>,
        snapshots: &[u64],
        keys: &[PersonKey],
        memories: &[PersonMemory],
        now: Time,
    ) -> Result<PeopleView, Diagnostic> {
        let store = self.store();
        let mut given = Vec::new();
        for id in snapshots {
            given.push(person_rows(store, *id).await?);
        }
        let mut gone: BTreeMap<PersonId, Vec<Vanished>> = BTreeMap::new();
        let by_key: HashMap<(String, String), PersonId> =
            keys.iter().map(|k| ((k.source.clone(), k.key.clone()), k.person.clone())).collect();
        for ((source, rows), id) in sources.iter().zip(&given).zip(snapshots) {
            let here: HashSet<&str> = rows.iter().map(|(_, r)| row_key(r)).collect();
            self.vanished(source, *id, &here, &by_key, memories, &mut gone).await?;
        }
        let known = Known {
            by_key,
            ended_known_at: memories.iter().filter_map(|m| Some((m.person.clone(), m.ended_known_at?))).collect(),
            vanished: gone
                .iter()
                .flat_map(|(person, all)| all.iter().map(|v| (v.source.clone(), person.clone(), self.ended_by_absence(v))))
                .collect(),
        };
        let plain: Vec<Vec<PersonRow>> = given.into_iter().map(|rows| rows.into_iter().map(|(_, r)| r).collect()).collect();
        let asked: Vec<Source<'_>> =
            sources.iter().zip(&plain).map(|(s, rows)| Source { name: &s.name, rows, read_at: s.snapshot.read_at }).collect();
        let mut draw = || PersonId(format!("p-{}", self.given.entropy.hex(5)));
        let people = assemble(&asked, &known, now, &self.settings.clock, &mut draw);
        let verdicts = self.judge_feeds(&sources, &people.persons);
        let mut remember: Vec<ShelfRow> = people
            .new_keys
            .iter()
            .map(|(source, key, person)| PersonKey { source: source.clone(), key: key.clone(), person: person.clone() }.row())
            .collect();
        remember.extend(memory_rows(&people.persons, memories, &gone));
        remember.extend(sources.iter().map(|s| baseline(s, &people.persons).row()));
        Ok(PeopleView { persons: people.persons, sources, verdicts, remember })
    }

    /// Rows that the last good read had and this one has not, and how many whole reads have missed them.
    async fn vanished(
        &self,
        source: &SourceView,
        id: u64,
        here: &HashSet<&str>,
        by_key: &HashMap<(String, String), PersonId>,
        memories: &[PersonMemory],
        gone: &mut BTreeMap<PersonId, Vec<Vanished>>,
    ) -> Result<(), Diagnostic> {
        for memory in memories {
            for v in memory.vanished.iter().filter(|v| v.source == source.name && !here.contains(v.key.as_str())) {
                let mut v = v.clone();
                if v.last_missed < id && source.snapshot.complete() {
                    v.missed += 1;
                    v.last_missed = id;
                }
                gone.entry(memory.person.clone()).or_default().push(v);
            }
        }
        let Some(before) = source.before.as_ref().filter(|b| b.snapshot != id) else { return Ok(()) };
        if self.store().snapshots(Seek::id(SnapshotId(before.snapshot))).await?.is_empty() {
            return Ok(());
        }
        for (_, row) in person_rows(self.store(), before.snapshot).await? {
            let key = row_key(&row).to_owned();
            let Some(person) = by_key.get(&(source.name.clone(), key.clone())) else { continue };
            let entry = gone.entry(person.clone()).or_default();
            if !here.contains(key.as_str()) && !entry.iter().any(|v| v.source == source.name && v.key == key) {
                entry.push(Vanished { source: source.name.clone(), key, row, missed: 1, last_missed: id });
            }
        }
        gone.retain(|_, all| !all.is_empty());
        Ok(())
    }

    /// Absence ends an employment only where its source declares that (lifecycle.md §1).
    fn ended_by_absence(&self, vanished: &Vanished) -> PersonRow {
        let mut row = vanished.row.clone();
        if let Some(Some(reads)) = self.settings.people.get(&vanished.source).map(|s| s.ends_after)
            && vanished.missed >= reads
        {
            row.status = EmploymentStatus::Ended;
            row.status_word = Some(format!("absent from {} whole reads", vanished.missed));
        }
        row
    }

    fn judge_feeds(&self, sources: &[SourceView], persons: &[Person]) -> Vec<GuardVerdict> {
        sources
            .iter()
            .flat_map(|source| {
                let first = source.before.is_none();
                let same = source.before.as_ref().is_some_and(|b| b.snapshot == source.snapshot.id);
                let feed = Feed {
                    source: &source.name,
                    persons,
                    rows: source.snapshot.count(RowKind::Person),
                    gaps: if first || same {
                        vec![]
                    } else {
                        source.snapshot.gaps.iter().filter(|g| stops(g)).map(ToString::to_string).collect()
                    },
                    before: source.before.as_ref().filter(|_| !same).map(|b| (b.rows, b.ended.iter().cloned().collect())),
                };
                guard::people(&feed, &self.settings.people_limits)
            })
            .collect()
    }
}

/// A row that could not be read is said and does not stop the company; a list that is cut does.
fn stops(gap: &usher_domain::snapshot::Gap) -> bool {
    use usher_domain::snapshot::Gap;
    matches!(gap, Gap::EndedEarly(_) | Gap::TotalDiffers { .. } | Gap::Repeated(_) | Gap::Shrunk { .. })
}

fn baseline(source: &SourceView, persons: &[Person]) -> Baseline {
    let ended = persons
        .iter()
        .filter(|p| p.state == PersonState::Ended && p.employments.iter().any(|e| e.source == source.name))
        .map(|p| p.id.clone())
        .collect();
    Baseline { source: source.name.clone(), snapshot: source.snapshot.id, rows: source.snapshot.count(RowKind::Person), ended }
}

fn memory_rows(persons: &[Person], memories: &[PersonMemory], gone: &BTreeMap<PersonId, Vec<Vanished>>) -> Vec<ShelfRow> {
    let before: HashMap<&PersonId, &PersonMemory> = memories.iter().map(|m| (&m.person, m)).collect();
    persons
        .iter()
        .filter_map(|person| {
            let now = PersonMemory {
                person: person.id.clone(),
                ended_known_at: if person.state == PersonState::Ended { person.known_at } else { None },
                vanished: gone.get(&person.id).cloned().unwrap_or_default(),
            };
            let nothing = now.ended_known_at.is_none() && now.vanished.is_empty();
            match before.get(&person.id) {
                Some(old) if **old == now => None,
                None if nothing => None,
                _ => Some(now.row()),
            }
        })
        .collect()
}
