//! Snapshots of the model: every one keeps all its rows.

use std::collections::BTreeMap;

use usher_domain::digest::Digest;
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use crate::error::StoreError;
use crate::snapshots::{Count, Kept, OpenSnapshot, Seek, SnapPage, SnapRow, SnapshotId, kind_number, not_kept};

#[derive(Default)]
pub(super) struct Reads {
    last: u64,
    all: BTreeMap<SnapshotId, Read>,
}

struct Read {
    open: OpenSnapshot,
    rows: BTreeMap<(RowKind, String), SnapRow>,
    sealed: Option<Snapshot>,
}

impl Reads {
    pub(super) fn begin(&mut self, instance: &str, query: Digest, begun: Time) -> Result<SnapshotId, StoreError> {
        if let Some(open) = self.unsealed(instance) {
            return Err(StoreError::AlreadyOpen { instance: instance.into(), id: open.id });
        }
        self.last += 1;
        let id = SnapshotId(self.last);
        let open = OpenSnapshot { id, instance: instance.into(), query, begun, pages: 0, resume: None };
        self.all.insert(id, Read { open, rows: BTreeMap::new(), sealed: None });
        Ok(id)
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn last_is(&mut self, id: SnapshotId) {
        self.last = self.last.max(id.0);
    }

    /// Sealed snapshots by instance.
    pub(super) fn sources(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for read in self.all.values() {
            *all.entry(read.open.instance.clone()).or_default() += u64::from(read.sealed.is_some());
        }
        all
    }

    pub(super) fn begin_as(&mut self, id: SnapshotId, instance: &str, query: Digest, begun: Time) -> Result<(), StoreError> {
        let before = self.last;
        self.last = id.0.saturating_sub(1).max(before);
        self.begin(instance, query, begun).map(drop)
    }

    pub(super) fn carried(&mut self, id: SnapshotId, rows: Vec<SnapRow>) -> Result<(), StoreError> {
        let read = self.still_open(id)?;
        read.rows.extend(rows.into_iter().map(|row| ((row.kind, row.key.clone()), row)));
        Ok(())
    }

    pub(super) fn page(&mut self, id: SnapshotId, page: SnapPage) -> Result<Kept, StoreError> {
        let instance = self.still_open(id)?.open.instance.clone();
        if page.rows.iter().any(|row| kind_number(row.kind).is_none()) {
            return Err(not_kept());
        }
        let mut kept = Kept::default();
        for mut row in page.rows {
            let key = (row.kind, row.key.clone());
            if let Some(here) = self.all[&id].rows.get(&key) {
                if here.body == row.body {
                    kept.repeated += 1
                } else {
                    kept.differing.push(key)
                }
                continue;
            }
            let of_this = self.all.values().rev().filter(|read| read.open.instance == instance && read.sealed.is_some());
            if let Some(before) = of_this.filter_map(|read| read.rows.get(&key)).next().filter(|before| before.body == row.body) {
                row.salt = before.salt;
            }
            *kept.added.entry(row.kind).or_default() += 1;
            self.still_open(id)?.rows.insert(key, row);
        }
        let open = &mut self.still_open(id)?.open;
        open.pages += 1;
        open.resume = page.resume;
        Ok(kept)
    }

    pub(super) fn seal(&mut self, id: SnapshotId, meta: Snapshot) -> Result<Snapshot, StoreError> {
        let read = self.still_open(id)?;
        let mut count = Count::default();
        read.rows.values().for_each(|row| count.add(row.kind, row.key.as_bytes(), &row.body));
        let (rows, digest) = count.end();
        let sealed = Snapshot { id: id.0, instance: read.open.instance.clone(), query: read.open.query, rows, digest, ..meta };
        read.sealed = Some(sealed.clone());
        Ok(sealed)
    }

    pub(super) fn drop(&mut self, id: SnapshotId) -> Result<(), StoreError> {
        let read = self.all.get(&id).ok_or(StoreError::NoSnapshot(id))?;
        let instance = read.open.instance.clone();
        let newer = |other: &&Read| other.open.instance == instance && other.open.id > id;
        let is_newest = read.sealed.is_some() && !self.all.values().filter(newer).any(|other| other.sealed.is_some());
        if let Some(open) = self.unsealed(&instance).filter(|_| is_newest) {
            return Err(StoreError::AlreadyOpen { instance, id: open.id });
        }
        self.all.remove(&id);
        Ok(())
    }

    fn still_open(&mut self, id: SnapshotId) -> Result<&mut Read, StoreError> {
        match self.all.get_mut(&id) {
            None => Err(StoreError::NoSnapshot(id)),
            Some(read) if read.sealed.is_some() => Err(StoreError::Sealed(id)),
            Some(read) => Ok(read),
        }
    }

    pub(super) fn rows(&self, id: SnapshotId) -> Result<impl Iterator<Item = &SnapRow>, StoreError> {
        match self.all.get(&id) {
            None => Err(StoreError::NoSnapshot(id)),
            Some(read) if read.sealed.is_none() => Err(StoreError::NotSealed(id)),
            Some(read) => Ok(read.rows.values()),
        }
    }

    pub(super) fn sealed(&self, seek: &Seek) -> Vec<Snapshot> {
        let wanted = |snapshot: &&Snapshot| {
            seek.instance.as_ref().is_none_or(|instance| snapshot.instance == *instance)
                && (!seek.complete_only || snapshot.complete())
                && seek.read_by.is_none_or(|time| snapshot.read_at <= time)
                && seek.id.is_none_or(|id| snapshot.id == id.0)
                && seek.before.is_none_or(|before| snapshot.id < before.0)
        };
        let sealed = self.all.values().rev().filter_map(|read| read.sealed.as_ref());
        sealed.filter(wanted).take(seek.limit as usize).cloned().collect()
    }

    pub(super) fn unsealed(&self, instance: &str) -> Option<OpenSnapshot> {
        let mut open = self.all.values().filter(|read| read.sealed.is_none() && read.open.instance == instance);
        open.next().map(|read| read.open.clone())
    }
}
