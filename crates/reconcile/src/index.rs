//! Millions of keys to persons, in two flat tables (speed.md §2.6).
//!
//! A slot holds half of the hash and where the key stands; the key stands beside the answer, so a hit is verified in the cache line that
//! holds the answer. A hash collision can't link anybody. No allocation per person.

mod batch;
mod keys;
mod locals;
mod seen;

pub use batch::{Batch, Claims, Pending, Whose};
pub use keys::{KeyHasher, Keys};
pub use locals::Locals;
pub use seen::Seen;

use std::collections::BTreeMap;

use keys::{LONG, record_len};

/// Who a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PersonRef(u32);

const ENDED: u32 = 1 << 31;
const SEVERAL: u32 = 1 << 30;

impl PersonRef {
    /// Most persons of one index.
    pub const MAX: u32 = SEVERAL - 1;

    /// One person, whose employment ended or not.
    pub const fn one(person: u32, ended: bool) -> Self {
        PersonRef((person & PersonRef::MAX) | if ended { ENDED } else { 0 })
    }

    const fn several(list: u32) -> Self {
        PersonRef(SEVERAL | (list & PersonRef::MAX))
    }

    /// The person, if it is one.
    pub const fn person(self) -> Option<u32> {
        if self.0 & SEVERAL == 0 { Some(self.0 & PersonRef::MAX) } else { None }
    }

    /// Whether it is one person, and that person's employment ended.
    pub const fn ended(self) -> bool {
        self.0 & (ENDED | SEVERAL) == ENDED
    }

    const fn list(self) -> Option<u32> {
        if self.0 & SEVERAL == 0 { None } else { Some(self.0 & PersonRef::MAX) }
    }
}

/// Keys of one sort (numbers, or addresses) and whom they name.
#[derive(Debug)]
pub struct KeyIndex {
    /// 0: empty. Else the upper half of the hash, and the place in the arena divided by 4, plus 1.
    slots: Vec<u64>,
    /// Records of [`Keys`], one after the other.
    arena: Vec<u8>,
    mask: usize,
    /// Keys over 255 bytes.
    long: BTreeMap<Vec<u8>, u32>,
    /// The persons of keys that several claim, sorted.
    several: Vec<Vec<u32>>,
    hasher: KeyHasher,
}

impl KeyIndex {
    /// Builds the index from keys in parts. Each part numbers its persons from 0; they become `base + number`.
    pub fn build(parts: Vec<(Keys, u32)>, hasher: KeyHasher) -> Self {
        let count: usize = parts.iter().map(|(keys, _)| keys.count).sum();
        let size = (count + count / 2).next_power_of_two().max(8);
        let room: usize = parts.iter().map(|(keys, _)| keys.arena.len()).sum();
        let mut index =
            KeyIndex { slots: vec![0; size], arena: Vec::new(), mask: size - 1, long: BTreeMap::new(), several: Vec::new(), hasher };
        for (keys, base) in parts {
            if index.arena.is_empty() {
                index.arena = keys.arena;
                index.arena.reserve_exact(room - index.arena.len());
                index.enter(0, base);
            } else {
                let from = index.arena.len();
                index.arena.extend_from_slice(&keys.arena);
                index.enter(from, base);
            }
            for (key, who) in keys.long {
                let who = PersonRef(who.0 + base);
                match index.long.get(&key).copied() {
                    Some(had) => {
                        let merged = index.merged(PersonRef(had), who);
                        index.long.insert(key, merged.0);
                    }
                    None => drop(index.long.insert(key, who.0)),
                }
            }
        }
        index
    }

    /// Enters all records of the arena from `at` on.
    fn enter(&mut self, mut at: usize, base: u32) {
        while let Some((who, key)) = record_at(&self.arena, at) {
            let (who, next) = (PersonRef(who.0 + base), at + record_len(key.len()));
            let hash = self.hasher.hash(key);
            match self.place(hash, key) {
                Ok(there) => {
                    let had = record_at(&self.arena, there).map_or(who, |(had, _)| had);
                    let merged = self.merged(had, who);
                    self.set(there, merged);
                }
                Err(slot) => {
                    self.slots[slot] = hash & !0xffff_ffff | (at / 4 + 1) as u64;
                    self.set(at, who);
                }
            }
            at = next;
        }
    }

    /// Where this key stands in the arena, or the empty slot that it would take.
    fn place(&self, hash: u64, key: &[u8]) -> Result<usize, usize> {
        let mut slot = hash as usize & self.mask;
        loop {
            let found = self.slots[slot];
            if found == 0 {
                return Err(slot);
            }
            if found >> 32 == hash >> 32 {
                let at = arena_place(found);
                if record_at(&self.arena, at).is_some_and(|(_, there)| there == key) {
                    return Ok(at);
                }
            }
            slot = (slot + 1) & self.mask;
        }
    }

    fn set(&mut self, at: usize, who: PersonRef) {
        if let Some(place) = self.arena.get_mut(at..at + 4) {
            place.copy_from_slice(&who.0.to_le_bytes());
        }
    }

    /// Whom a key names that names both.
    fn merged(&mut self, had: PersonRef, new: PersonRef) -> PersonRef {
        let Some(person) = new.person() else { return had };
        match (had.person(), had.list()) {
            (Some(same), _) if same == person => had,
            (Some(other), _) => {
                self.several.push(vec![other.min(person), other.max(person)]);
                PersonRef::several((self.several.len() - 1) as u32)
            }
            (None, list) => {
                if let Some(list) = list.and_then(|list| self.several.get_mut(list as usize))
                    && let Err(at) = list.binary_search(&person)
                {
                    list.insert(at, person);
                }
                had
            }
        }
    }

    /// Whom this key names; its hash is [`KeyIndex::hash`].
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<PersonRef> {
        if key.len() >= LONG {
            return self.long.get(key).map(|who| PersonRef(*who));
        }
        self.place(hash, key).ok().and_then(|at| record_at(&self.arena, at)).map(|(who, _)| who)
    }

    /// The hash of a key.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash(key)
    }

    /// The persons that this reference means.
    pub fn persons(&self, who: PersonRef) -> PersonList<'_> {
        match who.person() {
            Some(person) => PersonList::One(person),
            None => PersonList::Several(who.list().and_then(|list| self.several.get(list as usize)).map_or(&[], Vec::as_slice)),
        }
    }

    /// Lists of persons who claim the same key.
    pub fn claimed_by_several(&self) -> &[Vec<u32>] {
        &self.several
    }

    /// Says that some persons are one: each reference is passed through `same`. `ended` says it of the person that is left.
    pub fn renumber(&mut self, same: &dyn Fn(u32) -> u32, ended: &dyn Fn(u32) -> bool) {
        let several = std::mem::take(&mut self.several);
        let new = |who: PersonRef, several_now: &mut Vec<Vec<u32>>| match (who.person(), who.list()) {
            (Some(person), _) => PersonRef::one(same(person), ended(same(person))),
            (None, list) => {
                let mut list: Vec<u32> =
                    list.and_then(|list| several.get(list as usize)).into_iter().flatten().map(|person| same(*person)).collect();
                list.sort_unstable();
                list.dedup();
                match list.as_slice() {
                    [one] => PersonRef::one(*one, ended(*one)),
                    _ => {
                        several_now.push(list);
                        PersonRef::several((several_now.len() - 1) as u32)
                    }
                }
            }
        };
        let mut several_now = Vec::new();
        for slot in 0..self.slots.len() {
            if self.slots[slot] != 0 {
                let at = arena_place(self.slots[slot]);
                if let Some((who, _)) = record_at(&self.arena, at) {
                    let who = new(who, &mut several_now);
                    self.set(at, who);
                }
            }
        }
        for who in self.long.values_mut() {
            *who = new(PersonRef(*who), &mut several_now).0;
        }
        self.several = several_now;
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.slots.len() * 8 + self.arena.capacity()
    }

    /// First third of a probe: what the first slot says. Kept apart, so that the cache misses of a batch overlap.
    #[inline]
    fn first_slot(&self, hash: u64) -> u64 {
        self.slots[hash as usize & self.mask]
    }

    /// Second third: what the slots say, 0 for nothing, if this is what the first one says.
    #[inline]
    fn slot_from(&self, hash: u64, first: u64) -> u64 {
        let mut slot = hash as usize & self.mask;
        let mut found = first;
        while found != 0 && found >> 32 != hash >> 32 {
            slot = (slot + 1) & self.mask;
            found = self.slots[slot];
        }
        found
    }

    /// Whom the record of a slot's answer names, before it is verified.
    #[inline]
    fn look(&self, slot: u64) -> PersonRef {
        let first = if slot == 0 { None } else { self.arena.get(arena_place(slot)..).and_then(|rest| rest.first_chunk()) };
        PersonRef(first.map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    /// Last part of a probe: what was looked at, if its key is this one.
    #[inline]
    fn verify(&self, slot: u64, look: PersonRef, hash: u64, key: &[u8]) -> Option<PersonRef> {
        if slot == 0 {
            return if key.len() >= LONG { self.get(hash, key) } else { None };
        }
        match record_at(&self.arena, arena_place(slot)) {
            Some((_, there)) if same(there, key) => Some(look),
            // Half of the hash is the same and the key is not: the ordinary way.
            _ => self.get(hash, key),
        }
    }
}

/// The persons that a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonList<'a> {
    /// One.
    One(u32),
    /// Several, sorted.
    Several(&'a [u32]),
}

impl PersonList<'_> {
    /// All of them.
    pub fn as_slice(&self) -> &[u32] {
        match self {
            PersonList::One(person) => std::slice::from_ref(person),
            PersonList::Several(persons) => persons,
        }
    }
}

/// Whether two keys are the same; most are compared as four numbers.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    let number = |bytes: &[u8; 16]| u128::from_le_bytes(*bytes);
    let ends = |key: &[u8]| Some((number(key.first_chunk()?), number(key.last_chunk()?)));
    a.len() == b.len()
        && match (ends(a), ends(b)) {
            (Some(of_a), Some(of_b)) => of_a == of_b && (a.len() <= 32 || a == b),
            _ => a == b,
        }
}

#[inline]
fn arena_place(slot: u64) -> usize {
    ((slot as u32 as usize).wrapping_sub(1)) * 4
}

/// Whom the record here names, and its key.
#[inline]
fn record_at(arena: &[u8], at: usize) -> Option<(PersonRef, &[u8])> {
    let (head, rest) = arena.get(at..)?.split_first_chunk::<5>()?;
    let [a, b, c, d, len] = *head;
    Some((PersonRef(u32::from_le_bytes([a, b, c, d])), rest.get(..len as usize)?))
}

#[cfg(test)]
mod tests;
