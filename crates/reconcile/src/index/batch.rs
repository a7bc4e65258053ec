//! Thirty-two accounts at a time: all hashes, then all slots, then all records, then the decisions, so that the cache misses overlap
//! (speed.md §2.7). The decision is that of [`crate::correlate`] for employee numbers and addresses.

use std::ops::Range;

use super::{KeyIndex, PersonRef};

/// Accounts of one batch.
const ACCOUNTS: usize = 32;

/// Keys of one sort that a batch may hold: an account may have several addresses.
const KEYS: usize = 128;

/// Whose an account is by its definite keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Its keys name one person.
    Linked {
        /// The person.
        person: u32,
        /// Whether every employment of that person is over.
        ended: bool,
    },
    /// Its keys name different people, or one names several and no other says which.
    Disputed,
    /// Its keys name nobody.
    Unmatched,
}

/// One account that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Where it stands in its file.
    pub row: u32,
    /// Somebody can get in.
    pub lets_in: bool,
    number: Option<u32>,
    mails: Range<u32>,
    login: Range<u32>,
}

/// A key that waits: its hash and where its bytes are.
#[derive(Debug, Clone, Default)]
struct Waiting {
    hashes: Vec<u64>,
    places: Vec<Range<u32>>,
    slots: Vec<u64>,
    looks: Vec<PersonRef>,
    answers: Vec<Option<PersonRef>>,
}

impl Waiting {
    fn clear(&mut self) {
        self.hashes.clear();
        self.places.clear();
    }

    fn probe(&mut self, index: &KeyIndex, bytes: &[u8]) {
        // First only what brings the slots near, without a branch that could go wrong; then what they say.
        self.slots.clear();
        self.slots.extend(self.hashes.iter().map(|hash| index.first_slot(*hash)));
        for (slot, hash) in self.slots.iter_mut().zip(&self.hashes) {
            *slot = index.slot_from(*hash, *slot);
        }
        self.looks.clear();
        self.looks.extend(self.slots.iter().map(|slot| index.look(*slot)));
        self.answers.clear();
        for (((slot, look), hash), place) in self.slots.iter().zip(&self.looks).zip(&self.hashes).zip(&self.places) {
            let key = bytes.get(place.start as usize..place.end as usize).unwrap_or_default();
            self.answers.push(index.verify(*slot, *look, *hash, key));
        }
    }
}

/// The two indexes that definite keys are looked up in, and who left.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// Employee numbers.
    pub numbers: &'a KeyIndex,
    /// Addresses.
    pub addresses: &'a KeyIndex,
    /// One bit a person: every employment is over.
    pub ended: &'a [u64],
}

impl Claims<'_> {
    fn ended(&self, person: u32) -> bool {
        self.ended.get(person as usize / 64).is_some_and(|word| word >> (person % 64) & 1 != 0)
    }

    /// Whose an account is with these keys: the persons that all keys that name anybody agree on.
    fn decide(&self, number: Option<PersonRef>, mails: &[Option<PersonRef>]) -> Whose {
        // Lists of several are counted apart in the two indexes.
        if number.is_some_and(|who| who.person().is_none()) {
            return self.decide_slowly(number, mails);
        }
        let mut one = number;
        for mail in mails.iter().flatten() {
            match one {
                None => one = Some(*mail),
                Some(same) if same == *mail => {}
                Some(_) => return self.decide_slowly(number, mails),
            }
        }
        match one {
            None => Whose::Unmatched,
            Some(who) => match who.person() {
                Some(person) => Whose::Linked { person, ended: who.ended() },
                None => Whose::Disputed,
            },
        }
    }

    #[cold]
    fn decide_slowly(&self, number: Option<PersonRef>, mails: &[Option<PersonRef>]) -> Whose {
        let numbers = number.map(|who| self.numbers.persons(who).as_slice().to_vec());
        let claims = numbers.into_iter().chain(mails.iter().flatten().map(|who| self.addresses.persons(*who).as_slice().to_vec()));
        let common = claims.reduce(|a, b| a.into_iter().filter(|person| b.contains(person)).collect());
        match common.as_deref() {
            None => Whose::Unmatched,
            Some([person]) => Whose::Linked { person: *person, ended: self.ended(*person) },
            Some(_) => Whose::Disputed,
        }
    }
}

/// Accounts whose keys are looked up together.
#[derive(Debug, Clone)]
pub struct Batch {
    accounts: Vec<Pending>,
    numbers: Waiting,
    mails: Waiting,
    bytes: Vec<u8>,
    number: Option<u32>,
    first_mail: u32,
    login: Range<u32>,
}

impl Default for Batch {
    fn default() -> Self {
        Batch {
            accounts: Vec::with_capacity(ACCOUNTS),
            numbers: Waiting::default(),
            mails: Waiting::default(),
            bytes: Vec::with_capacity(8 << 10),
            number: None,
            first_mail: 0,
            login: 0..0,
        }
    }
}

impl Batch {
    /// Gives the account that is being read an employee number.
    #[inline]
    pub fn number(&mut self, claims: &Claims<'_>, key: &[u8]) {
        self.number = Some(self.numbers.hashes.len() as u32);
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(key);
        self.numbers.hashes.push(claims.numbers.hash(key));
        self.numbers.places.push(start..self.bytes.len() as u32);
    }

    /// Gives the account that is being read an address: `write` appends it, folded, to the bytes, or leaves them as they are.
    #[inline]
    pub fn address<R>(&mut self, claims: &Claims<'_>, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let start = self.bytes.len();
        let wrote = write(&mut self.bytes);
        if let Some(key @ [_, ..]) = self.bytes.get(start..) {
            self.mails.hashes.push(claims.addresses.hash(key));
            self.mails.places.push(start as u32..self.bytes.len() as u32);
        }
        wrote
    }

    /// Gives the account that is being read a login, in the same way. It is only kept: it comes back with the verdict.
    #[inline]
    pub fn login<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let start = self.bytes.len() as u32;
        let wrote = write(&mut self.bytes);
        self.login = start..self.bytes.len() as u32;
        wrote
    }

    /// Whether the account that is being read has no address.
    #[inline]
    pub fn mailless(&self) -> bool {
        self.first_mail as usize == self.mails.hashes.len()
    }

    /// Leaves out the account that is being read.
    pub fn forget(&mut self) {
        if self.number.take().is_some() {
            self.numbers.hashes.pop();
            self.numbers.places.pop();
        }
        self.mails.hashes.truncate(self.first_mail as usize);
        self.mails.places.truncate(self.first_mail as usize);
        self.login = 0..0;
    }

    /// The account that is being read is complete. True if the batch is full.
    #[inline]
    pub fn finish(&mut self, row: u32, lets_in: bool) -> bool {
        let mails = self.first_mail..self.mails.hashes.len() as u32;
        self.first_mail = mails.end;
        let login = std::mem::replace(&mut self.login, 0..0);
        self.accounts.push(Pending { row, lets_in, number: self.number.take(), mails, login });
        self.accounts.len() >= ACCOUNTS || self.mails.hashes.len() >= KEYS || self.bytes.len() >= 1 << 20
    }

    /// Looks up all keys, tells whose each account is, with its login, and is empty again.
    pub fn resolve(&mut self, claims: &Claims<'_>, mut tell: impl FnMut(&Pending, Whose, &[u8])) {
        self.numbers.probe(claims.numbers, &self.bytes);
        self.mails.probe(claims.addresses, &self.bytes);
        for account in &self.accounts {
            let number = account.number.and_then(|i| self.numbers.answers.get(i as usize).copied().flatten());
            let mails = self.mails.answers.get(account.mails.start as usize..account.mails.end as usize).unwrap_or_default();
            let login = self.bytes.get(account.login.start as usize..account.login.end as usize).unwrap_or_default();
            tell(account, claims.decide(number, mails), login);
        }
        self.accounts.clear();
        self.numbers.clear();
        self.mails.clear();
        self.bytes.clear();
        self.first_mail = 0;
    }
}
