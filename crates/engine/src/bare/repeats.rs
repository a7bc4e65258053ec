//! Whether a native id comes twice in one file. The fast path takes a row for an account, so it must know.
//!
//! The hashes of all ids are kept in a row and laid into piles at the end, each small enough for the nearest cache: one table of a whole
//! file would cost a cache miss an account. Equal hashes are a suspicion, which a second look at the file settles, so no result depends
//! on a hash.

use std::collections::HashSet;

use usher_reconcile::index::KeyHasher;

/// Most hashes that are laid into piles at a time; more are taken in rounds.
const ROUND: usize = 1 << 20;

/// About how many hashes one pile gets.
const PILE: usize = 400;

/// Places of the table of one pile. A fuller pile is given a larger one.
const PLACES: usize = 1024;

/// The ids of one file, or of one part of it.
#[derive(Debug, Clone)]
pub(super) struct Repeats {
    hashes: Vec<u64>,
    suspects: HashSet<u64>,
    hasher: KeyHasher,
}

impl Repeats {
    pub(super) fn new(hasher: KeyHasher) -> Self {
        Repeats { hashes: Vec::new(), suspects: HashSet::new(), hasher }
    }

    /// Takes the id of one more row.
    #[inline]
    pub(super) fn take(&mut self, id: &[u8]) {
        self.hashes.push(self.hash(id));
    }

    /// Never 0, which marks an empty place.
    #[inline]
    fn hash(&self, id: &[u8]) -> u64 {
        self.hasher.hash(id).max(1)
    }

    /// Adds the ids of another part.
    pub(super) fn merge(&mut self, other: Repeats) {
        self.hashes.extend(other.hashes);
    }

    /// All ids were taken: finds those that look alike. True if a second look is needed.
    pub(super) fn find(&mut self) -> bool {
        let rounds = self.hashes.len().div_ceil(ROUND).next_power_of_two();
        let mut some = Vec::new();
        let mut laid = Vec::new();
        for round in 0..rounds {
            // The lowest bits choose the round, so that the highest are left to choose the pile.
            let of_round: &[u64] = if rounds == 1 {
                &self.hashes
            } else {
                some.clear();
                some.extend(self.hashes.iter().copied().filter(|hash| *hash as usize & (rounds - 1) == round));
                &some
            };
            lay(of_round, &mut laid, &mut self.suspects);
        }
        !self.suspects.is_empty()
    }

    /// Whether the second look must compare this id with the others that look alike.
    pub(super) fn suspect(&self, id: &[u8]) -> bool {
        self.suspects.contains(&self.hash(id))
    }

    /// Forgets everything, for the next file.
    pub(super) fn restart(&mut self) {
        self.hashes.clear();
        self.suspects.clear();
    }
}

/// Lays hashes into piles by their highest bits, and looks through each.
fn lay(hashes: &[u64], laid: &mut Vec<u64>, suspects: &mut HashSet<u64>) {
    let bits = (hashes.len() / PILE).max(2).next_power_of_two().trailing_zeros();
    let pile = |hash: u64| (hash >> (64 - bits)) as usize;
    let mut ends = vec![0_usize; 1 << bits];
    hashes.iter().for_each(|hash| ends[pile(*hash)] += 1);
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    laid.clear();
    laid.resize(hashes.len(), 0);
    for hash in hashes {
        let place = &mut ends[pile(*hash)];
        laid[*place] = *hash;
        *place += 1;
    }
    let mut table = vec![0; PLACES];
    let mut from = 0;
    for end in ends {
        look_through(laid.get(from..end).unwrap_or_default(), &mut table, suspects);
        from = end;
    }
}

/// Finds the hashes that stand more than once in one pile.
fn look_through(pile: &[u64], table: &mut Vec<u64>, suspects: &mut HashSet<u64>) {
    let places = (pile.len() * 2).next_power_of_two().max(PLACES);
    table.clear();
    table.resize(places, 0);
    for hash in pile {
        let mut place = (*hash >> 16) as usize & (places - 1);
        loop {
            let there = table[place];
            if there == 0 {
                table[place] = *hash;
                break;
            }
            if there == *hash {
                suspects.insert(*hash);
                break;
            }
            place = (place + 1) & (places - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Every id that comes twice is suspected, also over parts, and no other.
        #[test]
        fn an_id_that_comes_twice_is_always_suspected(ids in prop::collection::vec(0..4000_u32, 0..3000), cut in 0.0..1.0_f64, seed: u64) {
            let (a, b) = ids.split_at((ids.len() as f64 * cut) as usize);
            let part = |ids: &[u32]| {
                let mut repeats = Repeats::new(KeyHasher::new(seed));
                ids.iter().for_each(|id| repeats.take(&id.to_le_bytes()));
                repeats
            };
            let mut repeats = part(a);
            repeats.merge(part(b));
            let some = repeats.find();
            let mut count = std::collections::HashMap::new();
            ids.iter().for_each(|id| *count.entry(*id).or_insert(0) += 1);
            for (id, count) in &count {
                prop_assert_eq!(repeats.suspect(&id.to_le_bytes()), *count > 1, "{} (a false suspicion has the odds of 1 in 2^64)", id);
            }
            prop_assert_eq!(some, count.values().any(|count| *count > 1));
        }
    }

    #[test]
    fn many_ids_are_looked_through_in_rounds() {
        let mut repeats = Repeats::new(KeyHasher::new(5));
        (0..ROUND as u64 * 2 + 7).for_each(|id| repeats.take(&id.to_le_bytes()));
        assert!(!repeats.find());
        repeats.take(&7_u64.to_le_bytes());
        assert!(repeats.find() && repeats.suspect(&7_u64.to_le_bytes()) && !repeats.suspect(&8_u64.to_le_bytes()));
    }
}
