//! Steps from one layout of the file to the next: numbered, checksummed, forward only, under the write lock.

use rusqlite::{Connection, TransactionBehavior, params};
use usher_domain::digest::Digest;
use usher_domain::time::Time;

use super::trouble::Outcome;
use crate::migration::{Step, checked, differs, newer};

/// Written into the file's header, so that another program's file is told from ours: `ushr`.
pub(super) const APPLICATION: i32 = 0x7573_6872;

/// Brings the file to the newest layout.
pub(super) fn run(db: &mut Connection, steps: &[Step], now: Time) -> Outcome<()> {
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
            tx.execute_batch(step.sqlite)?;
            let checksum = Digest::of(step.sqlite.as_bytes());
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
fn done(db: &Connection, steps: &[Step]) -> Outcome<bool> {
    let version = version(db)?;
    if version > steps.len() {
        return Err(newer(version, steps.len()).into());
    }
    if version == 0 {
        return Ok(false);
    }
    let mut query = db.prepare("SELECT n, name, checksum FROM migration ORDER BY n")?;
    let mut rows = query.query([])?;
    let mut applied = Vec::new();
    while let Some(row) = rows.next()? {
        applied.push((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    if applied.len() != version {
        return Err(differs(version, "which is not recorded").into());
    }
    Ok(checked(steps, applied, |step| step.sqlite)?)
}

#[cfg(test)]
mod tests {
    use usher_domain::diagnostic::Diagnostic;

    use super::super::trouble::Trouble;
    use super::*;
    use std::path::Path;

    const ONE: Step = Step { postgres: "", name: "one", sqlite: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);" };
    const TWO: Step = Step { postgres: "", name: "two", sqlite: "ALTER TABLE a ADD COLUMN y INTEGER;" };

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
        let edited = Step { postgres: "", name: "one", sqlite: "CREATE TABLE a (x INTEGER, y INTEGER) STRICT;" };
        assert_eq!(code(run(&mut db, &[edited, TWO], now())), "STORE-015");
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db, &[ONE], now()).unwrap();
        let broken = Step { postgres: "", name: "two", sqlite: "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;" };
        assert!(matches!(run(&mut db, &[ONE, broken], now()), Err(Trouble::Engine(_))));
        assert_eq!(version(&db).unwrap(), 1);
        run(&mut db, &[ONE, TWO], now()).unwrap();
    }
}
