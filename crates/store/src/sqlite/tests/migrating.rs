//! From every layout that was ever released to the newest, and past it.

use rusqlite::Connection;
use usher_domain::time::Time;

use super::super::{Settings, Sqlite, migrations};
use super::settings;
use crate::migration::{STEPS, Step, filled};

/// A store that is laid out by these steps and filled as such a store was.
fn filled_by(settings: &Settings, steps: &[Step], rows: &str) -> Connection {
    let mut db = Connection::open(&settings.path).unwrap();
    migrations::run(&mut db, steps, Time::from_seconds(1)).unwrap();
    db.execute_batch(rows).unwrap();
    db
}

#[cfg(unix)]
fn only_ours(settings: &Settings) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&settings.path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn only_ours(_: &Settings) {}

#[tokio::test]
async fn a_filled_store_of_every_layout_is_brought_to_the_newest_and_past_it() {
    for (n, (rows, _)) in (1..).zip(filled::FILLED) {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        drop(filled_by(&settings, STEPS.get(..n).unwrap(), rows));
        only_ours(&settings);
        filled::is_there_and_goes_on(&Sqlite::open(settings).unwrap()).await;
    }
    if let Some((rows, _)) = filled::FILLED.last() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let mut db = filled_by(&settings, STEPS, rows);
        let steps: Vec<_> = STEPS.iter().copied().chain([filled::LATER]).collect();
        migrations::run(&mut db, &steps, Time::from_seconds(2)).unwrap();
        only_ours(&settings);
        let Err(said) = Sqlite::open(settings.clone()) else { panic!("it never goes back") };
        assert_eq!(said.code, "STORE-005");
        // What the later usher would know is taken away: what was there before it is all there.
        db.execute("DELETE FROM migration WHERE name = 'later'", []).unwrap();
        db.pragma_update(None, "user_version", STEPS.len() as i64).unwrap();
        drop(db);
        filled::is_there_and_goes_on(&Sqlite::open(settings).unwrap()).await;
    }
}
