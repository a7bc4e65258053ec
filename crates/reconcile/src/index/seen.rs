//! Who has an account in one instance, and who has several: one bit a person each.

/// Persons met once and more than once in one instance.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Seen {
    /// For so many persons, none met.
    pub fn new(persons: u32) -> Self {
        let words = (persons as usize).div_ceil(64);
        Seen { once: vec![0; words], twice: vec![0; words] }
    }

    /// Meets a person.
    #[inline]
    pub fn meet(&mut self, person: u32) {
        let (word, bit) = (person as usize / 64, 1_u64 << (person % 64));
        if let (Some(once), Some(twice)) = (self.once.get_mut(word), self.twice.get_mut(word)) {
            *twice |= *once & bit;
            *once |= bit;
        }
    }

    /// Adds what was met in another part of the same instance.
    pub fn merge(&mut self, other: &Seen) {
        for (i, (once, twice)) in other.once.iter().zip(&other.twice).enumerate() {
            if let (Some(mine), Some(mine_twice)) = (self.once.get_mut(i), self.twice.get_mut(i)) {
                *mine_twice |= twice | (*mine & once);
                *mine |= once;
            }
        }
    }

    /// How many persons were met more than once.
    pub fn duplicates(&self) -> u64 {
        self.twice.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The persons that were met more than once, in order.
    pub fn persons(&self) -> impl Iterator<Item = u32> + '_ {
        self.twice.iter().enumerate().flat_map(|(i, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                (left != 0).then(|| {
                    left &= left - 1;
                    i as u32 * 64 + bit
                })
            })
        })
    }

    /// Forgets everybody, for the next instance.
    pub fn clear(&mut self) {
        self.once.fill(0);
        self.twice.fill(0);
    }
}
