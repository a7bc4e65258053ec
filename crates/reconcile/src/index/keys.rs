//! Keys on their way into an index.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::quality::FixedState;

use super::PersonRef;

/// Keys from this length on stand in a side map.
pub(super) const LONG: usize = 256;

/// Hashes keys. The seed is drawn at the command line, because keys are foreign input; no result depends on it.
#[derive(Debug, Clone)]
pub struct KeyHasher(FixedState);

impl KeyHasher {
    /// Hashes with this seed.
    pub fn new(seed: u64) -> Self {
        KeyHasher(FixedState::with_seed(seed))
    }

    /// The hash of a key.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(key);
        hasher.finish()
    }
}

/// Keys and whom they name, in the form in which the index keeps them: `person u32 | length u8 | key`, padded to 4 bytes.
#[derive(Debug, Default)]
pub struct Keys {
    pub(super) arena: Vec<u8>,
    pub(super) long: Vec<(Vec<u8>, PersonRef)>,
    pub(super) count: usize,
}

impl Keys {
    /// Adds a key. An empty one names nobody and is left out.
    #[inline]
    pub fn push(&mut self, key: &[u8], who: PersonRef) {
        if key.is_empty() {
            return;
        }
        let Ok(len) = u8::try_from(key.len()) else {
            self.long.push((key.to_vec(), who));
            return;
        };
        self.count += 1;
        self.arena.extend_from_slice(&who.0.to_le_bytes());
        self.arena.push(len);
        self.arena.extend_from_slice(key);
        self.arena.resize(self.arena.len().next_multiple_of(4), 0);
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.count + self.long.len()
    }

    /// Bytes that they take in an arena.
    pub fn bytes(&self) -> usize {
        self.arena.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bytes of a record with a key of this length.
#[inline]
pub(super) fn record_len(key: usize) -> usize {
    (5 + key).next_multiple_of(4)
}
