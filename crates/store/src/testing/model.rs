//! A store in memory, as plain as it can be: what the engines are compared with. Nothing of it is durable.

mod carry;
mod snapshots;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::{BoxFuture, Journal, JournalError, Lease, Sent, Seq};
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::batch::{Batch, Find, Held, LANES, Logged, NewEvent, Problem, SENT, ShelfRow, lane_stream};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;
use crate::snapshots::{Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::{Answer, Store};
use snapshots::Reads;

/// A store in memory. Its time stands still.
#[derive(Default)]
pub struct Model(Mutex<Facts>);

#[derive(Default)]
struct Facts {
    streams: HashMap<String, Vec<Logged>>,
    rows: BTreeMap<(String, String), ShelfRow>,
    blobs: HashMap<Digest, Vec<u8>>,
    /// The newest lease of each lane, and whether it was handed back.
    lanes: HashMap<String, (Lease, bool)>,
    reads: Reads,
}

const NOW: Time = Time::from_seconds(1_000_000);

fn ends(millis: u32) -> Time {
    Time::from_micros(NOW.micros() + i64::from(millis) * 1_000)
}

impl Facts {
    fn holds(&self, lease: &Lease) -> bool {
        self.lanes.get(&lease.lane).is_some_and(|(newest, back)| !back && newest.fence == lease.fence && newest.worker == lease.worker)
    }

    fn must_hold(&self, lease: Option<&Lease>) -> Result<(), StoreError> {
        match lease {
            Some(lease) if !self.holds(lease) || self.lanes[&lease.lane].0.until <= NOW => {
                Err(StoreError::LeaseLost { lane: lease.lane.clone() })
            }
            _ => Ok(()),
        }
    }

    fn append(&mut self, event: &NewEvent) -> Seq {
        let stream = self.streams.entry(event.stream.clone()).or_default();
        let seq = Seq(stream.len() as u64 + 1);
        stream.push(Logged { seq, kind: event.kind.clone(), at: NOW, body: event.body.clone() });
        seq
    }

    fn commit(&mut self, batch: Batch) -> Result<Vec<Seq>, StoreError> {
        self.must_hold(batch.lease.as_ref())?;
        for (stream, expected) in batch.expect {
            let is = Seq(self.streams.get(&stream).map_or(0, Vec::len) as u64);
            if is != expected {
                return Err(StoreError::Conflict { stream, expected, is });
            }
        }
        let seqs = batch.events.iter().map(|event| self.append(event)).collect();
        for key in batch.gone {
            self.rows.remove(&key);
        }
        self.rows.extend(batch.rows.into_iter().map(|row| ((row.shelf.clone(), row.key.clone()), row)));
        self.blobs.extend(batch.blobs.into_iter().map(|bytes| (Digest::of(&bytes), bytes)));
        Ok(seqs)
    }

    fn claim(&mut self, lane: &str, worker: &str, millis: u32) -> Option<Lease> {
        let before = self.lanes.get(lane);
        if before.is_some_and(|(lease, back)| !back && NOW < lease.until) {
            return None;
        }
        let fence = before.map_or(1, |(lease, _)| lease.fence + 1);
        let lease = Lease { lane: lane.into(), worker: worker.into(), fence, until: ends(millis) };
        self.lanes.insert(lane.into(), (lease.clone(), false));
        Some(lease)
    }

    fn find(&self, find: &Find) -> Vec<ShelfRow> {
        let wanted = |row: &&ShelfRow| {
            row.shelf == find.shelf
                && find.group.as_ref().is_none_or(|group| row.group == *group)
                && find.due_before.is_none_or(|time| row.due.is_some_and(|due| due < time))
                && find.prefix.as_ref().is_none_or(|prefix| row.key.starts_with(prefix))
                && find.after.as_ref().is_none_or(|after| row.key > *after)
        };
        self.rows.values().filter(wanted).take(find.limit as usize).cloned().collect()
    }
}

impl Model {
    fn with<'a, T: Send + 'a>(&'a self, work: impl FnOnce(&mut Facts) -> Result<T, StoreError> + Send + 'a) -> Answer<'a, T> {
        Box::pin(async move { work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)) })
    }
}

impl Journal for Model {
    fn append_sent<'a>(&'a self, lease: &'a Lease, sent: &'a Sent) -> BoxFuture<'a, Result<Seq, JournalError>> {
        let kept = self.with(move |facts| {
            facts.must_hold(Some(lease))?;
            let body = serde_json::json!({ "sent": sent }).to_string().into_bytes();
            Ok(facts.append(&NewEvent { stream: lane_stream(&lease.lane).into(), kind: SENT.into(), body }))
        });
        Box::pin(async move { kept.await.map_err(JournalError::from) })
    }
}

impl Store for Model {
    fn commit(&self, batch: Batch) -> Answer<'_, Vec<Seq>> {
        self.with(move |facts| facts.commit(batch))
    }

    fn load<'a>(&'a self, stream: &'a str, after: Seq, limit: u32) -> Answer<'a, Vec<Logged>> {
        self.with(move |facts| {
            let events = facts.streams.get(stream).into_iter().flatten();
            Ok(events.filter(|event| event.seq > after).take(limit as usize).cloned().collect())
        })
    }

    fn find(&self, find: Find) -> Answer<'_, Vec<ShelfRow>> {
        self.with(move |facts| Ok(facts.find(&find)))
    }

    fn get<'a>(&'a self, shelf: &'a str, key: &'a str) -> Answer<'a, Option<ShelfRow>> {
        self.with(move |facts| Ok(facts.rows.get(&(shelf.into(), key.into())).cloned()))
    }

    fn blob(&self, digest: Digest) -> Answer<'_, Option<Vec<u8>>> {
        self.with(move |facts| Ok(facts.blobs.get(&digest).cloned()))
    }

    fn claim<'a>(&'a self, lane: Option<&'a str>, worker: &'a str, millis: u32) -> Answer<'a, Option<Lease>> {
        self.with(move |facts| {
            let lanes = match lane {
                Some(lane) => vec![lane.to_owned()],
                None => {
                    let mut due: Vec<_> =
                        facts.rows.values().filter(|row| row.shelf == LANES && row.due.is_some_and(|due| due <= NOW)).collect();
                    due.sort_by_key(|row| (row.due, &row.key));
                    due.into_iter().map(|row| row.key.clone()).collect()
                }
            };
            Ok(lanes.into_iter().find_map(|lane| facts.claim(&lane, worker, millis)))
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, millis: u32) -> Answer<'a, Lease> {
        self.with(move |facts| {
            if !facts.holds(lease) {
                return Err(StoreError::LeaseLost { lane: lease.lane.clone() });
            }
            let renewed = Lease { until: ends(millis), ..lease.clone() };
            facts.lanes.insert(lease.lane.clone(), (renewed.clone(), false));
            Ok(renewed)
        })
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        self.with(move |facts| {
            if !facts.holds(&lease) {
                return Err(StoreError::LeaseLost { lane: lease.lane });
            }
            facts.lanes.insert(lease.lane.clone(), (lease, true));
            Ok(())
        })
    }

    fn held<'a>(&'a self, lane: &'a str) -> Answer<'a, Option<Held>> {
        self.with(move |facts| {
            let newest = facts.lanes.get(lane).filter(|(lease, back)| !back && NOW < lease.until);
            Ok(newest.map(|(lease, _)| Held {
                lane: lane.into(),
                worker: lease.worker.clone(),
                fence: lease.fence,
                until: lease.until,
                pid: Some(std::process::id()),
            }))
        })
    }

    fn snapshot_begin<'a>(&'a self, instance: &'a str, query: Digest) -> Answer<'a, SnapshotId> {
        self.with(move |facts| facts.reads.begin(instance, query, NOW))
    }

    fn snapshot_page(&self, id: SnapshotId, page: SnapPage) -> Answer<'_, Kept> {
        self.with(move |facts| {
            facts.must_hold(page.lease.as_ref())?;
            facts.reads.page(id, page)
        })
    }

    fn snapshot_seal(&self, id: SnapshotId, meta: Snapshot, lease: Option<Lease>) -> Answer<'_, Snapshot> {
        self.with(move |facts| {
            facts.must_hold(lease.as_ref())?;
            facts.reads.seal(id, meta)
        })
    }

    fn snapshot_drop(&self, id: SnapshotId) -> Answer<'_, ()> {
        self.with(move |facts| facts.reads.drop(id))
    }

    fn snapshot_rows<'a>(&'a self, id: SnapshotId, kind: RowKind, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<SnapRow>> {
        self.with(move |facts| {
            let rows = facts.reads.rows(id)?.filter(|row| row.kind == kind && after.is_none_or(|after| row.key.as_str() > after));
            Ok(rows.take(limit as usize).cloned().collect())
        })
    }

    fn snapshot_row<'a>(&'a self, id: SnapshotId, kind: RowKind, key: &'a str) -> Answer<'a, Option<SnapRow>> {
        self.with(move |facts| Ok(facts.reads.rows(id)?.find(|row| row.kind == kind && row.key == key).cloned()))
    }

    fn snapshots(&self, seek: Seek) -> Answer<'_, Vec<Snapshot>> {
        self.with(move |facts| Ok(facts.reads.sealed(&seek)))
    }

    fn unsealed<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<OpenSnapshot>> {
        self.with(move |facts| Ok(facts.reads.unsealed(instance)))
    }

    fn names<'a>(&'a self, of: Listing, after: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Named>> {
        self.with(move |facts| {
            let mut all = facts.names(of);
            all.retain(|named| after.is_none_or(|after| named.name.as_str() > after));
            all.truncate(limit as usize);
            Ok(all)
        })
    }

    fn carry(&self, what: Carried) -> Answer<'_, ()> {
        self.with(move |facts| facts.carry(what))
    }

    /// A model has no file to be read from while it is in use: it is never backed up.
    fn backup<'a>(&'a self, file: &'a Path) -> Answer<'a, ()> {
        self.with(move |_| {
            let what = format!("{}: a store in memory has no backup", file.display());
            Err(StoreError::failed(Diagnostic::new("STORE-034", "the backup can't be made", what)))
        })
    }

    fn check(&self) -> Answer<'_, Vec<Problem>> {
        self.with(|_| Ok(Vec::new()))
    }

    fn now(&self) -> Answer<'_, Time> {
        self.with(|_| Ok(NOW))
    }
}
