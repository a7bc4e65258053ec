//! Which versions of rows an open snapshot met unchanged. A lap over unchanged data writes only this: about a byte a row.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::trouble::Outcome;
use crate::error::StoreError;

/// A set of ids, dense where they are dense: 512 of them in 64 bytes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct IdSet {
    chunks: HashMap<i64, [u64; 8]>,
}

impl IdSet {
    /// False if it was in already.
    pub(super) fn insert(&mut self, id: i64) -> bool {
        let (chunk, word, bit) = place(id);
        // `word` is below 8 by construction.
        let word = &mut self.chunks.entry(chunk).or_default()[word];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn contains(&self, id: i64) -> bool {
        let (chunk, word, bit) = place(id);
        self.chunks.get(&chunk).is_some_and(|words| words[word] & bit != 0)
    }
}

fn place(id: i64) -> (i64, usize, u64) {
    let within = id.rem_euclid(512) as usize;
    (id.div_euclid(512), within / 64, 1 << (within % 64))
}

/// Sorted ids as differences of 7 bits a byte, the last byte of each below 128.
fn pack(ids: &mut [i64]) -> Vec<u8> {
    ids.sort_unstable();
    let mut bytes = Vec::with_capacity(ids.len() * 2);
    let mut before = 0;
    for id in ids {
        let mut step = (*id - before) as u64;
        before = *id;
        while step >= 128 {
            bytes.push(step as u8 | 128);
            step >>= 7;
        }
        bytes.push(step as u8);
    }
    bytes
}

fn unpack(bytes: &[u8], into: &mut IdSet) {
    let (mut id, mut step, mut shift) = (0_i64, 0_u64, 0_u32);
    for byte in bytes {
        step |= u64::from(byte & 127).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 128 == 0 {
            id = id.wrapping_add(step as i64);
            into.insert(id);
            (step, shift) = (0, 0);
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_ids_come_back(mut ids in proptest::collection::vec(prop_oneof![0..2_000_i64, 0..i64::MAX], 0..200)) {
            ids.sort_unstable();
            ids.dedup();
            let mut direct = IdSet::default();
            for id in &ids {
                prop_assert!(direct.insert(*id));
                prop_assert!(!direct.insert(*id));
            }
            let mut unpacked = IdSet::default();
            unpack(&pack(&mut ids), &mut unpacked);
            prop_assert!(ids.iter().all(|id| unpacked.contains(*id)));
            prop_assert_eq!(unpacked, direct);
        }
    }

    #[test]
    fn a_thousand_neighbours_take_a_thousand_bytes() {
        let mut ids: Vec<i64> = (1_000_000..1_001_000).collect();
        assert!(pack(&mut ids).len() < 1_010);
    }
}
