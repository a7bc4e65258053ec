use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(prop::sample::select(b"ab".to_vec()), 0..6),
        1 => Just(vec![b'x'; 255]),
        1 => prop::collection::vec(prop::sample::select(b"xy".to_vec()), 256..258),
    ]
}

/// Claims: `(key, person)`, cut into parts at these places; a part numbers its persons from its base.
fn built(claims: &[(Vec<u8>, u32)], cut: usize, seed: u64) -> (KeyIndex, BTreeMap<Vec<u8>, BTreeSet<u32>>) {
    let mut oracle: BTreeMap<Vec<u8>, BTreeSet<u32>> = BTreeMap::new();
    let mut parts = Vec::new();
    for (base, part) in [(0, &claims[..cut]), (100, &claims[cut..])] {
        let mut keys = Keys::default();
        for (key, person) in part {
            keys.push(key, PersonRef::one(*person, (person + base) % 3 == 0));
            if !key.is_empty() {
                oracle.entry(key.clone()).or_default().insert(person + base);
            }
        }
        parts.push((keys, base));
    }
    (KeyIndex::build(parts, KeyHasher::new(seed)), oracle)
}

proptest! {
    #[test]
    fn keys_are_the_same_if_all_their_bytes_are(mut a in prop::collection::vec(any::<u8>(), 0..70), at in any::<prop::sample::Index>(), other: u8) {
        let before = a.clone();
        prop_assert!(same(&before, &a));
        if !a.is_empty() {
            let at = at.index(a.len());
            a[at] = other;
            prop_assert_eq!(same(&before, &a), before == a);
            a.pop();
            prop_assert!(!same(&before, &a));
        }
    }

    /// Whatever the keys and the seed are: the same persons as a map of sets gives.
    #[test]
    fn an_index_answers_as_a_map_of_sets(
        claims in prop::collection::vec((key(), 0..20_u32), 0..200), asked in prop::collection::vec(key(), 0..50), cut in 0.0..1.0_f64, seed: u64,
    ) {
        let (index, oracle) = built(&claims, (claims.len() as f64 * cut) as usize, seed);
        for key in claims.iter().map(|(key, _)| key).chain(&asked) {
            let got = index.get(index.hash(key), key);
            prop_assert_eq!(got.is_some(), oracle.contains_key(key));
            let Some(who) = got else { continue };
            let want: Vec<u32> = oracle[key].iter().copied().collect();
            prop_assert_eq!(index.persons(who).as_slice().to_vec(), want.clone());
            prop_assert_eq!(who.ended(), want.len() == 1 && want[0].is_multiple_of(3));
        }
    }

    /// Two persons that turn out to be one are one under every key.
    #[test]
    fn renumbering_joins_persons_under_every_key(claims in prop::collection::vec((key(), 0..20_u32), 0..100), seed: u64) {
        let (mut index, oracle) = built(&claims, claims.len() / 2, seed);
        index.renumber(&|person| person / 4, &|person| person % 2 == 0);
        for (key, persons) in oracle {
            let want: Vec<u32> = persons.iter().map(|p| p / 4).collect::<BTreeSet<_>>().into_iter().collect();
            let who = index.get(index.hash(&key), &key).unwrap();
            prop_assert_eq!(index.persons(who).as_slice().to_vec(), want.clone());
            prop_assert_eq!(who.ended(), want.len() == 1 && want[0].is_multiple_of(2));
        }
    }

    /// A batch gives each account what its keys say by sets: the persons that all keys agree on that name anybody.
    #[test]
    fn a_batch_decides_as_sets_do(
        numbers in prop::collection::vec((0..12_u8, 0..20_u32), 0..40),
        addresses in prop::collection::vec((0..12_u8, 0..20_u32), 0..60),
        accounts in prop::collection::vec((prop::option::of(0..14_u8), prop::collection::vec(0..14_u8, 0..3), any::<bool>()), 0..100),
        seed: u64,
    ) {
        let name = |sort: char, i: u8| format!("{sort}{i}").into_bytes();
        let ended = [0x5_5555_u64];
        let build = |sort, claims: &[(u8, u32)]| {
            let mut keys = Keys::default();
            for (i, person) in claims { keys.push(&name(sort, *i), PersonRef::one(*person, person % 2 == 0)); }
            KeyIndex::build(vec![(keys, 0)], KeyHasher::new(seed))
        };
        let (by_number, by_address) = (build('n', &numbers), build('a', &addresses));
        let claims = Claims { numbers: &by_number, addresses: &by_address, ended: &ended };
        let who = |claims: &[(u8, u32)], i: u8| claims.iter().filter(|(key, _)| *key == i).map(|(_, p)| *p).collect::<BTreeSet<_>>();

        let mut batch = Batch::default();
        let mut got = Vec::new();
        for (row, (number, mails, lets_in)) in accounts.iter().enumerate() {
            if let Some(number) = number { batch.number(&claims, &name('n', *number)); }
            for mail in mails { batch.address(&claims, |bytes| bytes.extend(name('a', *mail))); }
            if batch.finish(row as u32, *lets_in) { batch.resolve(&claims, |p, whose, _| got.push((p.row, p.lets_in, whose))); }
        }
        batch.resolve(&claims, |p, whose, _| got.push((p.row, p.lets_in, whose)));

        for (row, (number, mails, lets_in)) in accounts.iter().enumerate() {
            let keys = number.iter().map(|n| who(&numbers, *n)).chain(mails.iter().map(|m| who(&addresses, *m)));
            let common = keys.filter(|set| !set.is_empty()).reduce(|a, b| &a & &b);
            let want = match common.map(|set| set.into_iter().collect::<Vec<_>>()) {
                None => Whose::Unmatched,
                Some(set) if set.len() == 1 => Whose::Linked { person: set[0], ended: set[0] % 2 == 0 },
                Some(_) => Whose::Disputed,
            };
            prop_assert_eq!(got[row], (row as u32, *lets_in, want));
        }
    }

    /// Parts of one instance together see what the whole sees.
    #[test]
    fn seen_in_parts_is_seen_in_one(met in prop::collection::vec(0..200_u32, 0..300), cut in 0.0..1.0_f64) {
        let meet = |persons: &[u32]| {
            let mut seen = Seen::new(200);
            persons.iter().for_each(|p| seen.meet(*p));
            seen
        };
        let (a, b) = met.split_at((met.len() as f64 * cut) as usize);
        let mut merged = meet(a);
        merged.merge(&meet(b));
        let whole = meet(&met);
        let mut counts = BTreeMap::new();
        met.iter().for_each(|p| *counts.entry(*p).or_insert(0) += 1);
        let want: Vec<u32> = counts.into_iter().filter(|(_, n)| *n > 1).map(|(p, _)| p).collect();
        prop_assert_eq!(merged.persons().collect::<Vec<_>>(), want.clone());
        prop_assert_eq!(merged.duplicates(), want.len() as u64);
        prop_assert_eq!(whole.duplicates(), want.len() as u64);
    }
}

#[test]
fn an_index_of_nothing_names_nobody() {
    let index = KeyIndex::build(vec![], KeyHasher::new(1));
    assert_eq!(index.get(index.hash(b"a"), b"a"), None);
}

#[test]
fn a_login_is_compared_with_local_parts_of_the_first_addresses_only() {
    let keys = |addresses: &[&str]| {
        let mut keys = Keys::default();
        addresses.iter().enumerate().for_each(|(i, a)| keys.push(a.as_bytes(), PersonRef::one(i as u32, false)));
        keys
    };
    let work = keys(&["ana@corp.example", "ana@other.example", "b@x@corp.example"]);
    let bytes = work.bytes();
    let index = KeyIndex::build(vec![(work, 0), (keys(&["private@mail.example"]), 0)], KeyHasher::new(7));
    let locals = Locals::build(&index, bytes);
    for (login, there) in [("ana", true), ("b@x", true), ("b", false), ("an", false), ("private", false), ("", false)] {
        assert_eq!(locals.has(&index, login.as_bytes()), there, "{login}");
    }
}
