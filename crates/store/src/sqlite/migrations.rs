//! Steps from one layout of the file to the next: numbered, checksummed, forward only, under the write lock.

use rusqlite::{Connection, TransactionBehavior, params};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::time::Time;

use super::trouble::Outcome;

/// Written into the file's header, so that another program's file is told from ours: `ushr`.
pub(super) const APPLICATION: i32 = 0x7573_6872;

/// One step. What has been released is never edited: its checksum stands in every store.
pub(super) struct Migration {
    pub(super) name: &'static str,
    pub(super) script: &'static str,
}

/// All steps, in order; the first is number 1.
pub(super) const ALL: &[Migration] = &[Migration { name: "start", script: include_str!("../../migrations/0001_start/sqlite.sql") }];

/// Brings the file to the newest layout.
pub(super) fn run(db: &mut Connection, steps: &[Migration], now: Time) -> Outcome<()> {
    if done(db, steps)? {
        return Ok(());
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    if !done(&tx, steps)? {
        tx.execute_batch(
            "CREATE TABLE IF NOT EXISTS migration (n INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL, applied INTEGER NOT NULL) STRICT",
        )?;
        let from = version(&tx)?;
        for (n, step) in (1..).zip(steps).skip(from) {
            tx.execute_batch(step.script)?;
            let checksum = Digest::of(step.script.as_bytes());
            tx.execute("INSERT INTO migration VALUES (?, ?, ?, ?)", params![n, step.name, checksum.bytes(), now.micros()])?;
        }
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", steps.len() as i64)?;
    }
    tx.commit()?;
    Ok(())
}

fn version(db: &Connection) -> Outcome<usize> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// True if nothing is left to do.
fn done(db: &Connection, steps: &[Migration]) -> Outcome<bool> {
    let version = version(db)?;
    if version > steps.len() {
        let detail = format!("it has layout {version}, this usher knows layouts up to {}", steps.len());
        return Err(Diagnostic::new("STORE-005", "the store is of a newer usher", detail)
            .hint("use the newer usher; a store never goes back")
            .into());
    }
    if version > 0 {
        let mut applied = db.prepare("SELECT n, name, checksum FROM migration ORDER BY n")?;
        let mut applied = applied.query([])?;
        let mut count = 0;
        while let Some(row) = applied.next()? {
            let (n, name, checksum): (usize, String, [u8; 32]) = (row.get(0)?, row.get(1)?, row.get(2)?);
            count += 1;
            let known = steps.get(count - 1);
            if n != count || known.is_none_or(|known| known.name != name || Digest::of(known.script.as_bytes()).bytes() != &checksum) {
                return Err(differs(n, &name).into());
            }
        }
        if count != version {
            return Err(differs(version, "which is not recorded").into());
        }
    }
    Ok(version == steps.len())
}

fn differs(n: usize, name: &str) -> Diagnostic {
    Diagnostic::new(
        "STORE-015",
        "the store was laid out by something else",
        format!("step {n} ({name}) is not the one that this usher knows"),
    )
    .hint("use the usher that made it, or restore it from a backup")
}

#[cfg(test)]
mod tests {
    use super::super::trouble::Trouble;
    use super::*;
    use std::path::Path;

    const ONE: Migration = Migration { name: "one", script: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);" };
    const TWO: Migration = Migration { name: "two", script: "ALTER TABLE a ADD COLUMN y INTEGER;" };

    fn now() -> Time {
        Time::from_seconds(1)
    }

    fn code(outcome: Outcome<()>) -> &'static str {
        Diagnostic::from(outcome.unwrap_err().told(Path::new("usher.db"))).code
    }

    #[test]
    fn each_step_is_taken_once_and_keeps_what_is_there() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db, &[ONE], now()).unwrap();
        run(&mut db, &[ONE], now()).unwrap();
        run(&mut db, &[ONE, TWO], now()).unwrap();
        let row: (i64, Option<i64>) = db.query_row("SELECT x, y FROM a", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, (1, None));
        assert_eq!(version(&db).unwrap(), 2);
    }

    #[test]
    fn a_newer_store_is_refused() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db, &[ONE, TWO], now()).unwrap();
        assert_eq!(code(run(&mut db, &[ONE], now())), "STORE-005");
    }

    #[test]
    fn a_step_that_was_edited_is_refused() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db, &[ONE], now()).unwrap();
        let edited = Migration { name: "one", script: "CREATE TABLE a (x INTEGER, y INTEGER) STRICT;" };
        assert_eq!(code(run(&mut db, &[edited, TWO], now())), "STORE-015");
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db, &[ONE], now()).unwrap();
        let broken = Migration { name: "two", script: "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;" };
        assert!(matches!(run(&mut db, &[ONE, broken], now()), Err(Trouble::Engine(_))));
        assert_eq!(version(&db).unwrap(), 1);
        run(&mut db, &[ONE, TWO], now()).unwrap();
    }
}
