use proptest::prelude::*;

use super::*;
use crate::digest::Digest;
use crate::voice::Kind;

fn lines() -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/evidence_vectors/bundle/log.jsonl");
    let bytes = std::fs::read(path).unwrap();
    crate::jsonl::split(&bytes).unwrap().into_iter().map(<[u8]>::to_vec).collect()
}

fn opened() -> Entry {
    Entry::Opened { tenant: "example.com/usher/5f3c9a1e".to_owned(), previous: None }
}

#[test]
fn every_line_of_the_vectors_reads_and_is_written_again() {
    let mut tip = LogTip::new();
    let lines = lines();
    assert_eq!(lines.len(), 39);
    for line in &lines {
        let logged = Logged::parse(line).unwrap();
        assert_eq!(logged.to_line().as_ref(), Ok(line));
        let (again, made) = tip.append(logged.at, logged.entry.clone(), logged.more.clone()).unwrap();
        assert_eq!((&again, &made), (&logged, line));
        assert_eq!(LogTip::from_bytes(&tip.to_bytes()).as_ref(), Some(&tip));
    }
    use base64::Engine as _;
    assert_eq!(base64::engine::general_purpose::STANDARD.encode(tip.tree().root()), "/Fys4vFseUpIjXdv9zsdUNHCEckLkzzJllwZUyh+nWE=");
}

#[test]
fn time_never_goes_back_and_opened_comes_once() {
    let mut tip = LogTip::new();
    let plan = Entry::Plan { plan: Digest::of(b"p"), steps: 1 };
    assert!(tip.append(Time::from_seconds(9), plan.clone(), Map::new()).is_err());
    tip.append(Time::from_micros(100_999_999), opened(), Map::new()).unwrap();
    let (logged, _) = tip.append(Time::from_seconds(50), plan, Map::new()).unwrap();
    assert_eq!((logged.seq, logged.at), (1, Time::from_seconds(100)));
    assert!(tip.append(Time::from_seconds(101), opened(), Map::new()).is_err());
    assert_eq!(tip.tree().size(), 2, "what was refused left nothing");
}

#[test]
fn a_name_never_gets_into_the_log() {
    let mut tip = LogTip::new();
    tip.append(Time::from_seconds(1), opened(), Map::new()).unwrap();
    let exported = |words: &str| Entry::Exported { words: words.to_owned(), about: Digest::of(b"x") };
    for words in ["for bo@example.com", "für", "", &"x".repeat(191)] {
        assert!(tip.append(Time::from_seconds(2), exported(words), Map::new()).is_err(), "{words}");
    }
    let mut more = Map::new();
    more.insert("note".to_owned(), "ask bo@example.com".into());
    assert_eq!(tip.append(Time::from_seconds(2), exported("ok"), more.clone()).err(), Some(LogError::Names));
    more.insert("note".to_owned(), "grade observed".into());
    let (logged, line) = tip.append(Time::from_seconds(2), exported("ok"), more.clone()).unwrap();
    assert_eq!((&logged.more, Logged::parse(&line).as_ref()), (&more, Ok(&logged)), "further keys are kept");
}

#[test]
fn entries_that_break_a_rule_are_refused() {
    let good = |entry: Entry| Logged { seq: 1, at: Time::from_seconds(0), entry, more: Map::new() }.to_line();
    let decision = Entry::Decision { kind: Kind::Sshsig, plan: None, message: Digest::of(b"m"), proof: Digest::of(b"p") };
    let line = String::from_utf8(good(decision).unwrap()).unwrap();
    for (from, to) in [
        ("\"sshsig\"", "\"pgp\""),
        ("\"plan\":null,", ""),
        ("\"type\":\"decision\"", "\"type\":\"decided\""),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.0Z"),
        ("\"seq\":1", "\"seq\":-1"),
        ("sha256:", "sha512:"),
    ] {
        assert!(Logged::parse(line.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
    }
    let outcome = |state: &str| {
        good(Entry::Outcome { run: "r-1".to_owned(), n: 1, state: state.to_owned(), sent_at: None, read_at: None, about: Digest::of(b"") })
    };
    assert!(outcome("stale").is_ok());
    assert!(outcome("done").is_err());
}

proptest! {
    #[test]
    fn what_is_read_is_written_again(line in 0usize..39, at in 0usize..600, to in any::<u8>()) {
        let mut bytes = lines().swap_remove(line);
        let at = at % bytes.len();
        bytes[at] = to;
        if let Ok(logged) = Logged::parse(&bytes) {
            prop_assert_eq!(logged.to_line(), Ok(bytes));
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Logged::parse(&bytes).is_err());
        if let Some(tip) = LogTip::from_bytes(&bytes) {
            prop_assert_eq!(tip.to_bytes(), bytes);
        }
    }
}
