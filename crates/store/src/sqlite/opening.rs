//! Opening the file: permissions, settings, layout.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use usher_domain::diagnostic::Diagnostic;

use super::Settings;
use super::migrations;
use super::trouble::{Outcome, Trouble, cannot_open, foreign};
use crate::migration::STEPS;

/// The connection of the writer, on a file that exists, is ours and has the newest layout.
pub(super) fn prepare(settings: &Settings) -> Outcome<Connection> {
    create(&settings.path)?;
    // Some steps (switching the log mode, two processes that both make the file) answer "busy" at once, without waiting.
    let patience = Instant::now() + settings.patience;
    loop {
        match attempt(settings) {
            Err(trouble) if trouble.is_busy() && Instant::now() < patience => std::thread::sleep(Duration::from_millis(20)),
            other => return other,
        }
    }
}

fn attempt(settings: &Settings) -> Outcome<Connection> {
    let mut db = connect(settings)?;
    ours(&db, &settings.path)?;
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        let why = "its file system can't share memory between processes (a network drive?)";
        return Err(cannot_open(&settings.path, why).into());
    }
    migrations::run(&mut db, STEPS, (settings.clock)())?;
    if let Some(most) = settings.most_pages {
        db.pragma_update_and_check(None, "max_page_count", most, |row| row.get::<_, i64>(0))?;
    }
    Ok(db)
}

/// A connection with the settings that all have.
pub(super) fn connect(settings: &Settings) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&settings.path, flags)?;
    db.busy_timeout(settings.patience)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // A first read touches the same pages of the index again and again: the log takes 16 MB before they are copied into the file.
    db.pragma_update_and_check(None, "wal_autocheckpoint", 4_000, |row| row.get::<_, i64>(0))?;
    // After a large read the log beside the file goes back to this many bytes.
    db.pragma_update_and_check(None, "journal_size_limit", 32 << 20, |row| row.get::<_, i64>(0))?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Never an open and a close of our own on a file that exists: closing any handle of a file drops all locks that this process has on it.
fn create(path: &Path) -> Result<(), Diagnostic> {
    if path.is_dir() {
        return Err(cannot_open(path, "it is a folder"));
    }
    if path.parent().is_some_and(|folder| !folder.is_dir()) {
        return Err(cannot_open(path, "its folder isn't there"));
    }
    match create_new(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            Err(Diagnostic::new("STORE-007", "no space left", format!("{}: the disk is full", path.display()))
                .hint("make room on the disk"))
        }
        Err(error) => Err(cannot_open(path, &error.to_string())),
    }
}

/// An empty file that only its owner can read; it must not be there yet.
pub(super) fn create_new(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// An empty file becomes ours; a file of somebody else never does.
fn ours(db: &Connection, path: &Path) -> Outcome<()> {
    let application: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == migrations::APPLICATION || (application == 0 && tables == 0) { Ok(()) } else { Err(Trouble::from(foreign(path))) }
}
