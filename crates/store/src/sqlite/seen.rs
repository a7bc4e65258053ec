//! Which versions of rows an open snapshot met unchanged. A lap over unchanged data writes only this: about a byte a row.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::trouble::Outcome;
use crate::error::StoreError;
use crate::idset::{IdSet, pack, unpack};

/// All that the pages of an open snapshot met.
pub(super) fn load(db: &Connection, snapshot: i64) -> Outcome<IdSet> {
    let mut all = IdSet::default();
    let mut query = db.prepare_cached("SELECT ids FROM seen WHERE snapshot = ? ORDER BY page")?;
    let mut pages = query.query([snapshot])?;
    while let Some(page) = pages.next()? {
        let bytes =
            page.get_ref(0)?.as_blob().map_err(|_| StoreError::damaged(format!("what snapshot {snapshot} has seen can't be read")))?;
        unpack(bytes, &mut all);
    }
    Ok(all)
}

/// Keeps what one page met.
pub(super) fn keep(db: &Connection, snapshot: i64, page: u64, ids: &mut [i64]) -> Outcome<()> {
    if !ids.is_empty() {
        db.prepare_cached("INSERT INTO seen (snapshot, page, ids) VALUES (?, ?, ?)")?.execute(params![snapshot, page, pack(ids)])?;
    }
    Ok(())
}

/// What the writer remembers of open snapshots between pages, so that it isn't loaded for each. Whatever fails clears it.
#[derive(Default)]
pub(super) struct SeenCache {
    of: HashMap<i64, (u64, IdSet)>,
}

impl SeenCache {
    /// What the first `pages` pages of a snapshot met. Loaded again if another process added pages.
    pub(super) fn at(&mut self, db: &Connection, snapshot: i64, pages: u64) -> Outcome<&mut IdSet> {
        if self.of.get(&snapshot).is_none_or(|(known, _)| *known != pages) {
            let loaded = if pages == 0 { IdSet::default() } else { load(db, snapshot)? };
            self.of.insert(snapshot, (pages, loaded));
        }
        let (known, set) = self.of.entry(snapshot).or_default();
        *known = pages + 1;
        Ok(set)
    }

    pub(super) fn forget(&mut self, snapshot: i64) {
        self.of.remove(&snapshot);
    }

    pub(super) fn clear(&mut self) {
        self.of.clear();
    }
}
