//! Logins against the part of an address before the `@`: a hint, so only whether anybody has it (lifecycle.md §4, the candidate rule).

use super::{KeyIndex, arena_place, record_at};

/// The local parts of addresses, in a table of their own over the arena of the addresses.
#[derive(Debug)]
pub struct Locals {
    slots: Vec<u64>,
    mask: usize,
}

impl Locals {
    /// Indexes the local parts of the addresses in the first `bytes` bytes of the arena: those of [`super::Keys`] that were put in first.
    pub fn build(addresses: &KeyIndex, bytes: usize) -> Self {
        let mut count = 0_usize;
        for_each_until(addresses, bytes, |_, _| count += 1);
        let size = (count + count / 2).next_power_of_two().max(8);
        let mut locals = Locals { slots: vec![0; size], mask: size - 1 };
        for_each_until(addresses, bytes, |at, local| {
            let hash = addresses.hash(local);
            if let Err(slot) = locals.place(addresses, hash, local) {
                locals.slots[slot] = hash & !0xffff_ffff | (at / 4 + 1) as u64;
            }
        });
        locals
    }

    /// Whether somebody's address begins with this login, folded.
    pub fn has(&self, addresses: &KeyIndex, login: &[u8]) -> bool {
        self.place(addresses, addresses.hash(login), login).is_ok()
    }

    /// Found, or the empty slot.
    fn place(&self, addresses: &KeyIndex, hash: u64, local: &[u8]) -> Result<(), usize> {
        let mut slot = hash as usize & self.mask;
        loop {
            let found = self.slots[slot];
            if found == 0 {
                return Err(slot);
            }
            if found >> 32 == hash >> 32
                && record_at(&addresses.arena, arena_place(found)).is_some_and(|(_, key)| local_part(key) == Some(local))
            {
                return Ok(());
            }
            slot = (slot + 1) & self.mask;
        }
    }
}

fn for_each_until<'a>(addresses: &'a KeyIndex, bytes: usize, mut each: impl FnMut(usize, &'a [u8])) {
    let mut at = 0;
    while at < bytes
        && let Some((_, key)) = record_at(&addresses.arena, at)
    {
        if let Some(local) = local_part(key) {
            each(at, local);
        }
        at += super::keys::record_len(key.len());
    }
}

fn local_part(address: &[u8]) -> Option<&[u8]> {
    address.iter().rposition(|byte| *byte == b'@').map(|at| &address[..at])
}
