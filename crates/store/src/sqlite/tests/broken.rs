//! Files that are damaged, foreign, too new, full or shut: each said with its own code, nothing repaired, nothing half written.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;
use usher_domain::snapshot::RowKind;

use super::super::{Settings, Sqlite};
use super::settings;
use crate::batch::{Batch, Find, ShelfRow};
use crate::error::StoreError;
use crate::snapshots::SnapshotId;
use crate::store::Store;
use crate::testing::{account, whole};

fn refused(settings: Settings) -> Diagnostic {
    match Sqlite::open(settings) {
        Ok(_) => panic!("it opened"),
        Err(diagnostic) => diagnostic,
    }
}

fn code<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> (&'static str, String) {
    let diagnostic = Diagnostic::from(answer.unwrap_err());
    (diagnostic.code, diagnostic.detail)
}

/// A store with one of everything, shut. Each body is a text of its own.
async fn filled(settings: &Settings) -> SnapshotId {
    let store = Sqlite::open(settings.clone()).unwrap();
    let batch = Batch::default()
        .event("run/1", "k", "body of an event")
        .row(ShelfRow::new("people", "p-1", "body of a shelf row"))
        .blob("body of a blob");
    store.commit(batch).await.unwrap();
    whole(&store, "okta", 1, vec![account("1", 1, "body of an account"), account("2", 2, "another account")]).await
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

fn flip(bytes: &mut [u8], text: &str) {
    let at = bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect(text);
    bytes[at] ^= 1;
}

#[tokio::test]
async fn a_flipped_bit_is_named_where_it_is_read_and_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let id = filled(&settings).await;
    edit(&settings.path, |bytes| {
        for text in ["body of an event", "body of a shelf row", "body of a blob", "body of an account"] {
            flip(bytes, text);
        }
    });
    let store = Sqlite::open(settings).unwrap();
    let digest = Digest::of(b"body of a blob");
    let said = [
        (code(store.load("run/1", Seq(0), 10).await), "event 1 of stream run/1".to_owned()),
        (code(store.get("people", "p-1").await), "row p-1 of shelf people".to_owned()),
        (code(store.find(Find::on("people")).await), "row p-1 of shelf people".to_owned()),
        (code(store.blob(digest).await), format!("file {digest}")),
        (code(store.snapshot_row(id, RowKind::Account, "1").await), "row 1 of a snapshot".to_owned()),
        (code(store.snapshot_rows(id, RowKind::Account, None, 10).await), "row 1 of a snapshot".to_owned()),
    ];
    for ((code, detail), names) in said {
        assert_eq!(code, "STORE-006");
        assert!(detail.starts_with(&names), "{detail} should name {names}");
    }
    assert!(store.snapshot_row(id, RowKind::Account, "2").await.is_ok(), "what is whole is still read");
    let problems = store.check().await.unwrap();
    let mut places: Vec<_> = problems.iter().map(|problem| problem.place.clone()).collect();
    places.sort_unstable();
    assert_eq!(places, [&format!("file {digest}"), "row 1 of a snapshot", "rows", "snapshot 1", "stream run/1"], "{problems:?}");
}

#[tokio::test]
async fn an_event_or_a_row_that_is_missing_is_found_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    let by_hand = Connection::open(&settings.path).unwrap();
    by_hand
        .execute_batch(
            "DROP TRIGGER event_is_kept; UPDATE snapshot SET meta = CAST(meta || ' ' AS BLOB);
             INSERT INTO event SELECT 'gap', 2, kind, at, body, sum FROM event; DELETE FROM event WHERE stream <> 'gap';
             PRAGMA foreign_keys = OFF; UPDATE version SET source = 77 WHERE key = '2';",
        )
        .unwrap();
    drop(by_hand);
    let problems = Sqlite::open(settings).unwrap().check().await.unwrap();
    for (place, what) in [
        ("stream gap", "event 1 is missing"),
        ("stream gap", "event 2 of stream gap is not what was written"),
        ("a version", "belongs to a source that isn't there"),
        ("row 2 of a snapshot", "belongs to a snapshot that isn't there"),
        ("snapshot 1", "snapshot 1 is not what was written"),
    ] {
        assert!(
            problems.iter().any(|problem| problem.place == place && problem.what == what),
            "{place}: {what} should be among {problems:#?}"
        );
    }
}

#[tokio::test]
async fn events_are_never_changed_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    let by_hand = Connection::open(&settings.path).unwrap();
    for words in ["UPDATE event SET body = x'00'", "DELETE FROM event"] {
        assert!(by_hand.execute(words, []).is_err(), "{words}");
    }
}

#[tokio::test]
async fn a_truncated_file_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    edit(&settings.path, |bytes| bytes.truncate(bytes.len() / 2));
    let before = std::fs::read(&settings.path).unwrap();
    let said = refused(settings.clone());
    assert_eq!(said.code, "STORE-006");
    assert!(said.hint.unwrap().contains("backup"));
    assert_eq!(std::fs::read(&settings.path).unwrap(), before, "nothing was repaired");
}

#[tokio::test]
async fn a_broken_structure_is_found_by_check_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    let whole = std::fs::read(&settings.path).unwrap();
    let pages = whole.len() / 4_096;
    for page in 1..pages {
        edit(&settings.path, |bytes| {
            bytes.copy_from_slice(&whole);
            bytes[page * 4_096..(page + 1) * 4_096].fill(0xAA);
        });
        let problems = match Sqlite::open(settings.clone()) {
            Ok(store) => store.check().await.unwrap().len(),
            Err(diagnostic) => usize::from(diagnostic.code == "STORE-006"),
        };
        assert!(problems > 0, "page {page} of {pages} is rubbish");
    }
}

#[tokio::test]
async fn a_store_of_a_newer_usher_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    Connection::open(&settings.path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let said = refused(settings);
    assert_eq!(said.code, "STORE-005");
    assert!(said.detail.contains("99") && said.hint.unwrap().contains("newer"));
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let text = "name,email\n".repeat(200);
    let database = || {
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
        std::fs::read(path).unwrap()
    };
    for theirs in [text.into_bytes(), database()] {
        std::fs::write(&settings.path, &theirs).unwrap();
        assert_eq!(refused(settings.clone()).code, "STORE-004");
        assert_eq!(std::fs::read(&settings.path).unwrap(), theirs);
        std::fs::remove_file(&settings.path).unwrap();
    }
}

#[test]
fn a_path_that_can_be_no_store_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    let paths: [(PathBuf, &str); 2] =
        [(folder.path().to_owned(), "it is a folder"), (folder.path().join("nowhere/usher.db"), "its folder isn't there")];
    for (path, why) in paths {
        settings.path = path;
        let said = refused(settings.clone());
        assert_eq!(said.code, "STORE-003");
        assert!(said.detail.ends_with(why), "{}", said.detail);
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    filled(&settings).await;
    settings.most_pages = Some(100);
    let store = Sqlite::open(settings.clone()).unwrap();
    let large = Batch::default().event("run/1", "k", "2").blob(vec![7; 4_000_000]);
    assert_eq!(code(store.commit(large.clone()).await).0, "STORE-007");
    assert_eq!(store.load("run/1", Seq(0), 10).await.unwrap().len(), 1);
    drop(store);
    settings.most_pages = None;
    let store = Sqlite::open(settings).unwrap();
    assert_eq!(store.check().await.unwrap(), []);
    store.commit(large).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_user_may_read_the_store() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    let store = Sqlite::open(settings.clone()).unwrap();
    store.commit(Batch::default().event("s", "k", "x")).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    std::fs::set_permissions(&settings.path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let problems = store.check().await.unwrap();
    assert!(problems.len() == 1 && problems[0].what.contains("0640"), "{problems:?}");
}

#[tokio::test]
async fn a_shut_store_is_one_clean_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    filled(&settings).await;
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["usher.db"]);
}

#[tokio::test]
async fn a_write_that_was_begun_ends_even_if_nobody_waits() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(settings(folder.path())).unwrap();
    let mut begun = store.commit(Batch::default().event("s", "k", "begun"));
    let never_asked = store.commit(Batch::default().event("s", "k", "never asked"));
    let waker = std::task::Waker::noop();
    let _ = begun.as_mut().poll(&mut std::task::Context::from_waker(waker));
    drop((begun, never_asked));
    assert_eq!(store.commit(Batch::default().event("s", "k", "last")).await.unwrap(), [Seq(2)]);
    assert_eq!(store.load("s", Seq(0), 1).await.unwrap()[0].body, b"begun");
}
