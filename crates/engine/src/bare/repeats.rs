//! Whether a native id comes twice in one file. The fast path takes a row for an account, so it must know.
//!
//! A line of sixteen 32-bit tags a bucket: one cache miss an account. An equal tag is a suspicion, which a second look at the file
//! settles, so no result depends on a hash.

use std::collections::HashSet;

use usher_reconcile::index::KeyHasher;

const TAGS: usize = 16;

/// The ids of one file, or of one part of it.
#[derive(Debug, Clone)]
pub(super) struct Repeats {
    buckets: Vec<[u32; TAGS]>,
    /// What found its bucket full.
    spilled: HashSet<(usize, u32)>,
    suspects: HashSet<(usize, u32)>,
    hasher: KeyHasher,
}

impl Repeats {
    /// For about so many rows. Parts of one file must be given the same number.
    pub(super) fn new(rows: usize, hasher: KeyHasher) -> Self {
        // Half full on average, so that few buckets spill.
        let buckets = (rows / (TAGS / 2)).next_power_of_two().max(16);
        Repeats { buckets: vec![[0; TAGS]; buckets], spilled: HashSet::new(), suspects: HashSet::new(), hasher }
    }

    /// Takes the id of one more row.
    #[inline]
    pub(super) fn take(&mut self, id: &[u8]) {
        let (at, tag) = self.mark(id);
        self.enter(at, tag);
    }

    #[inline]
    fn mark(&self, id: &[u8]) -> (usize, u32) {
        let hash = self.hasher.hash(id);
        (hash as usize & (self.buckets.len() - 1), ((hash >> 32) as u32).max(1))
    }

    #[inline]
    fn enter(&mut self, at: usize, tag: u32) {
        let Some(bucket) = self.buckets.get_mut(at) else { return };
        if bucket.contains(&tag) {
            self.suspects.insert((at, tag));
        } else if let Some(place) = bucket.iter_mut().find(|place| **place == 0) {
            *place = tag;
        } else if !self.spilled.insert((at, tag)) {
            self.suspects.insert((at, tag));
        }
    }

    /// Adds the ids of another part.
    pub(super) fn merge(&mut self, other: Repeats) {
        self.suspects.extend(other.suspects);
        for (at, bucket) in other.buckets.iter().enumerate() {
            bucket.iter().filter(|tag| **tag != 0).for_each(|tag| self.enter(at, *tag));
        }
        other.spilled.into_iter().for_each(|(at, tag)| self.enter(at, tag));
    }

    /// Whether a second look is needed.
    pub(super) fn suspects(&self) -> bool {
        !self.suspects.is_empty()
    }

    /// Whether the second look must compare this id with the others that look alike.
    pub(super) fn suspect(&self, id: &[u8]) -> bool {
        self.suspects.contains(&self.mark(id))
    }

    /// Forgets everything, for a file of about so many rows.
    pub(super) fn restart(&mut self, rows: usize) {
        if self.buckets.len() == (rows / (TAGS / 2)).next_power_of_two().max(16) {
            self.buckets.fill([0; TAGS]);
            self.spilled.clear();
            self.suspects.clear();
        } else {
            *self = Repeats::new(rows, self.hasher.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Every id that comes twice is suspected, also over parts, and however wrong the number of rows was guessed.
        #[test]
        fn an_id_that_comes_twice_is_always_suspected(
            ids in prop::collection::vec(0..400_u32, 0..300), cut in 0.0..1.0_f64, rows in 1..2000_usize, seed: u64,
        ) {
            let (a, b) = ids.split_at((ids.len() as f64 * cut) as usize);
            let part = |ids: &[u32]| {
                let mut repeats = Repeats::new(rows, KeyHasher::new(seed));
                ids.iter().for_each(|id| repeats.take(&id.to_le_bytes()));
                repeats
            };
            let mut repeats = part(a);
            repeats.merge(part(b));
            for id in &ids {
                let twice = ids.iter().filter(|other| *other == id).count() > 1;
                prop_assert_eq!(repeats.suspect(&id.to_le_bytes()), twice, "{} (a false suspicion has the odds of 1 in 2^32)", id);
            }
        }
    }
}
