//! Which versions of rows an open snapshot met unchanged, packed: a lap over unchanged data writes only this, about a byte a row.

use std::collections::HashMap;

/// A set of ids, dense where they are dense: 512 of them in 64 bytes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct IdSet {
    chunks: HashMap<i64, [u64; 8]>,
}

impl IdSet {
    /// False if it was in already.
    pub(crate) fn insert(&mut self, id: i64) -> bool {
        let (chunk, word, bit) = place(id);
        // `word` is below 8 by construction.
        let word = &mut self.chunks.entry(chunk).or_default()[word];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(crate) fn contains(&self, id: i64) -> bool {
        let (chunk, word, bit) = place(id);
        self.chunks.get(&chunk).is_some_and(|words| words[word] & bit != 0)
    }
}

fn place(id: i64) -> (i64, usize, u64) {
    let within = id.rem_euclid(512) as usize;
    (id.div_euclid(512), within / 64, 1 << (within % 64))
}

/// Sorted ids as differences of 7 bits a byte, the last byte of each below 128.
pub(crate) fn pack(ids: &mut [i64]) -> Vec<u8> {
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

pub(crate) fn unpack(bytes: &[u8], into: &mut IdSet) {
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
