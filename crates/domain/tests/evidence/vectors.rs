//! The bundle of the vectors, its tampered copies, every flipped bit, every removed file.

use proptest::prelude::*;
use serde_json::Value;
use usher_domain::checkpoint::VKey;
use usher_domain::evidence::{Ask, Code, MemoryBundle, verify};

use crate::folder::{audit, bundle, codes, has, json, read};

#[test]
fn the_good_bundle_holds() {
    let expect = &json("expect.json")["clean"];
    let verdict = audit(&bundle(), true);
    assert_eq!(verdict.problems, vec![]);
    assert!(verdict.holds && !verdict.key_is_bundles_own);
    assert_eq!((verdict.size, verdict.root.as_str()), (expect["size"].as_u64().unwrap(), expect["root"].as_str().unwrap()));
    let alone = verify(&bundle(), &Ask::default());
    assert!(alone.holds && alone.key_is_bundles_own);
}

/// Applies one operation of a patch.
fn patch(bundle: &mut MemoryBundle, op: &Value) {
    let text = |key: &str| op[key].as_str().map(str::to_owned);
    let number = |key: &str| usize::try_from(op[key].as_u64().unwrap()).unwrap();
    if let Some(path) = text("delete") {
        assert!(bundle.files.remove(&path).is_some());
    } else if let Some(path) = text("write") {
        bundle.files.insert(path, text("text").unwrap().into_bytes());
    } else if let Some(path) = text("flip") {
        bundle.files.get_mut(&path).unwrap()[number("byte")] ^= u8::try_from(number("xor")).unwrap();
    } else {
        let file = bundle.files.get_mut(&text("lines").unwrap()).unwrap();
        let mut lines: Vec<Vec<u8>> = file.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        lines.splice(number("from")..number("to"), [text("text").unwrap().into_bytes()]);
        *file = lines.concat();
    }
}

#[test]
fn each_tampered_copy_is_refused_with_a_code_that_is_named() {
    let expect = json("expect.json");
    let cases = expect["tampered"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    let list = |case: &Value, key: &str| case[key].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    for case in cases {
        let mut bad = bundle();
        case["patch"].as_array().unwrap().iter().for_each(|op| patch(&mut bad, op));
        let with = audit(&bad, true);
        let found = codes(&with);
        assert!(!with.holds && list(case, "codes").iter().any(|c| found.contains(&c.as_str())), "{}: {found:?}", case["name"]);
        let without = audit(&bad, false);
        assert_eq!(without.holds, case["holds_without_anchor"].as_bool().unwrap(), "{}: {:?}", case["name"], without.problems);
        for (verdict, key) in [(with, "seen_with_anchor"), (without, "seen_without_anchor")] {
            let found = codes(&verdict);
            let unseen: Vec<String> = list(case, key).into_iter().filter(|c| !found.contains(&c.as_str())).collect();
            assert_eq!(unseen, Vec::<String>::new(), "{}: the foreign checker saw more; here {found:?}", case["name"]);
        }
    }
}

fn no_flipped_bit_passes(path: &str) {
    let good = bundle();
    for bit in 0..good.files[path].len() * 8 {
        let mut bad = good.clone();
        bad.files.get_mut(path).unwrap()[bit / 8] ^= 1 << (bit % 8);
        assert!(!audit(&bad, false).holds, "{path}, bit {bit}");
    }
}

#[test]
fn no_flipped_bit_of_the_checkpoint_passes() {
    no_flipped_bit_passes("checkpoint");
}

#[test]
fn no_flipped_bit_of_the_key_passes() {
    no_flipped_bit_passes("log.vkey");
}

/// All else is under a digest or in the tree: bits all over each file show that each is covered.
#[test]
fn no_flipped_bit_of_any_file_passes() {
    let good = bundle();
    for (path, bytes) in &good.files {
        let step = if bytes.len() > 2000 { 97 } else { 41 };
        for at in (0..bytes.len()).step_by(step) {
            let mut bad = good.clone();
            bad.files.get_mut(path).unwrap()[at] ^= 1 << (at % 8);
            assert!(!audit(&bad, false).holds, "{path}, byte {at}");
        }
    }
}

#[test]
fn nothing_can_be_removed_or_slipped_in() {
    let good = bundle();
    for path in good.files.keys() {
        let mut bad = good.clone();
        bad.files.remove(path);
        let verdict = audit(&bad, true);
        let expected = if path.starts_with("files/") { Code::Missing } else { Code::Layout };
        assert!(has(&verdict, expected), "{path}: {:?}", codes(&verdict));
    }
    let hex = |bytes: &[u8]| usher_domain::digest::Digest::of(bytes).hex();
    for (path, bytes, code) in [
        (format!("files/{}.txt", hex(b"x")), b"x".to_vec(), Code::Extra),
        (format!("files/{}.exe", hex(b"x")), b"x".to_vec(), Code::Layout),
        (format!("files/{}.png", hex(b"y")), b"x".to_vec(), Code::File),
        ("files/more/x.txt".to_owned(), b"x".to_vec(), Code::Layout),
        ("files/x".to_owned(), b"x".to_vec(), Code::Layout),
        ("notes.txt".to_owned(), b"x".to_vec(), Code::Layout),
    ] {
        let mut bad = good.clone();
        bad.files.insert(path.clone(), bytes);
        assert!(has(&audit(&bad, true), code), "{path}");
    }
}

#[test]
fn lines_can_not_be_moved_repeated_or_spelled_otherwise() {
    let good = bundle();
    for path in ["log.jsonl", "personal.jsonl"] {
        let lines: Vec<Vec<u8>> = good.files[path].split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        for at in 0..lines.len() {
            let refuse = |name: &str, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
                let mut bad = good.clone();
                let mut lines = lines.clone();
                change(&mut lines);
                bad.files.insert(path.to_owned(), lines.concat());
                assert!(!audit(&bad, false).holds, "{path} line {at}: {name}");
            };
            refuse("removed", &|l| drop(l.remove(at)));
            refuse("twice", &|l| l.insert(at, l[at].clone()));
            refuse("a blank", &|l| l[at].insert(1, b' '));
            refuse("CRLF", &|l| {
                let end = l[at].len() - 1;
                l[at].insert(end, b'\r');
            });
            if at > 0 {
                refuse("moved", &|l| l.swap(at, at - 1));
            }
        }
        let mut bad = good.clone();
        bad.files.get_mut(path).unwrap().pop();
        assert!(!audit(&bad, false).holds, "{path} without its last line feed");
    }
}

#[test]
fn the_auditors_own_things_are_compared() {
    let good = bundle();
    let key = VKey::parse(&read("pinned.vkey")).unwrap();
    let stale = verify(&good, &Ask { key: Some(&key), words: Some("audit 2027"), ..Ask::default() });
    assert_eq!(codes(&stale), ["FRESH"]);
    let other = usher_domain::checkpoint::LogKey::from_seed(&[1; 32], "example.com/usher/5f3c9a1e/log/1").unwrap().vkey();
    let pinned = verify(&good, &Ask { key: Some(&other), ..Ask::default() });
    assert_eq!(codes(&pinned), ["SIGNATURE", "KEY"]);
    let mut own = good.clone();
    own.files.insert("log.vkey".to_owned(), format!("{other}\n").into_bytes());
    let verdict = audit(&own, true);
    assert!(has(&verdict, Code::Key));
}

fn any_file() -> impl Strategy<Value = (usize, usize, Vec<u8>, bool)> {
    (any::<usize>(), any::<usize>(), proptest::collection::vec(any::<u8>(), 0..40), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Never a panic, whatever the bytes, and never a verdict that holds.
    #[test]
    fn mutated_bundles_are_refused_without_a_panic(changes in proptest::collection::vec(any_file(), 1..6)) {
        let good = bundle();
        let mut bad = good.clone();
        let paths: Vec<String> = good.files.keys().cloned().collect();
        for (which, at, bytes, replace) in changes {
            let file = bad.files.get_mut(&paths[which % paths.len()]).unwrap();
            let at = at % (file.len() + 1);
            let end = if replace { (at + bytes.len()).min(file.len()) } else { at };
            file.splice(at..end, bytes);
        }
        let verdict = audit(&bad, true);
        prop_assert_eq!(verdict.holds, bad == good);
        prop_assert_eq!(verify(&bad, &Ask::default()).holds, bad == good);
    }

    #[test]
    fn any_folder_is_read_without_a_panic(files in proptest::collection::btree_map("[a-z./]{0,12}", proptest::collection::vec(any::<u8>(), 0..60), 0..8)) {
        let bundle = MemoryBundle { files };
        prop_assert!(!audit(&bundle, true).holds);
    }
}
