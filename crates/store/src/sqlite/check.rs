//! Looks at everything and repairs nothing.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, params};
use usher_domain::digest::Digest;
use usher_domain::snapshot::RowKind;

use super::facts;
use super::rows;
use super::trouble::{Outcome, Trouble};
use crate::batch::Problem;
use crate::codec::{STILL, version_sum};
use crate::snapshots::Count;

/// Enough to see what kind of damage it is.
const MOST: usize = 1_000;

struct Found<'a> {
    problems: Vec<Problem>,
    path: &'a Path,
}

impl Found<'_> {
    fn say(&mut self, place: impl Into<String>, what: impl Into<String>) {
        if self.problems.len() < MOST {
            self.problems.push(Problem { place: place.into(), what: what.into() });
        }
    }

    /// A row that can't be read is one problem, and not the end of looking.
    fn unless<T>(&mut self, place: impl Into<String>, outcome: Outcome<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(trouble) => {
                self.trouble(place, trouble);
                None
            }
        }
    }

    fn trouble(&mut self, place: impl Into<String>, trouble: Trouble) {
        let diagnostic = usher_domain::diagnostic::Diagnostic::from(trouble.told(self.path));
        self.say(place, diagnostic.detail);
    }
}

type Look = fn(&Connection, &mut Found<'_>) -> Outcome<()>;

pub(super) fn all(db: &Connection, path: &Path) -> Outcome<Vec<Problem>> {
    let mut found = Found { problems: Vec::new(), path };
    let looks: [(&str, Look); 7] = [
        ("structure", structure),
        ("events", events),
        ("rows", shelf_rows),
        ("files", blobs),
        ("rows of snapshots", versions),
        ("snapshots", snapshots),
        ("permissions", permissions),
    ];
    for (place, look) in looks {
        let outcome = look(db, &mut found);
        found.unless(place, outcome);
    }
    Ok(found.problems)
}

fn structure(db: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    let mut query = db.prepare("PRAGMA integrity_check")?;
    let mut lines = query.query([])?;
    while let Some(line) = lines.next()? {
        let line: String = line.get(0)?;
        if line != "ok" {
            found.say("structure", line);
        }
    }
    let mut query = db.prepare("PRAGMA foreign_key_check")?;
    let mut orphans = query.query([])?;
    while let Some(orphan) = orphans.next()? {
        let (table, parent): (String, String) = (orphan.get(0)?, orphan.get(2)?);
        found.say(format!("a {table}"), format!("belongs to a {parent} that isn't there"));
    }
    Ok(())
}

fn events(db: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    let mut query = db.prepare("SELECT stream, seq, kind, at, body, sum FROM event ORDER BY stream, seq")?;
    let mut rows = query.query([])?;
    let mut before = (String::new(), 0_u64);
    while let Some(row) = rows.next()? {
        let (stream, seq): (String, u64) = (row.get(0)?, row.get(1)?);
        let expected = if before.0 == stream { before.1 + 1 } else { 1 };
        if seq != expected {
            found.say(format!("stream {stream}"), format!("event {expected} is missing"));
        }
        let event = facts::event(&stream, row, 1);
        found.unless(format!("stream {stream}"), event);
        before = (stream, seq);
    }
    Ok(())
}

fn shelf_rows(db: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    facts::each_shelf_row(db, |row| {
        found.unless("rows", row);
    })
}

fn blobs(db: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    let mut query = db.prepare("SELECT digest, bytes FROM blob")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let digest = Digest::from_bytes(row.get(0)?);
        if row.get_ref(1)?.as_blob().ok().map(Digest::of) != Some(digest) {
            found.say(format!("file {digest}"), "its bytes have another digest");
        }
    }
    Ok(())
}

fn versions(db: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    let mut query = db.prepare(
        "SELECT kind, key, salt, body, sum,
            EXISTS (SELECT 1 FROM snapshot s WHERE s.id = v.first AND s.source = v.source)
            AND (last = ?1 OR EXISTS (SELECT 1 FROM snapshot s WHERE s.id = v.last + 1 AND s.source = v.source AND s.meta IS NOT NULL))
         FROM version v ORDER BY source, kind, key, first",
    )?;
    let mut rows = query.query([STILL])?;
    while let Some(row) = rows.next()? {
        let (kind, key, salt, body): (i64, String, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if version_sum(kind, &key, &salt, &body) != row.get::<_, i64>(4)? {
            found.say(format!("row {key} of a snapshot"), "is not what was written");
        }
        if !row.get::<_, bool>(5)? {
            found.say(format!("row {key} of a snapshot"), "belongs to a snapshot that isn't there");
        }
    }
    Ok(())
}

fn snapshots(db: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    let mut query = db.prepare("SELECT id, meta, sum, source FROM snapshot WHERE meta IS NOT NULL ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (id, source): (i64, i64) = (row.get(0)?, row.get(3)?);
        let place = format!("snapshot {id}");
        let Some(meta) = found.unless(&place, rows::snapshot(row)) else { continue };
        let Some((counted, digest)) = found.unless(&place, recount(db, source, id)) else { continue };
        if counted != meta.rows || digest != meta.digest {
            found.say(place, "its rows have another digest");
        }
    }
    Ok(())
}

type Recounted = (BTreeMap<RowKind, u64>, Digest);

fn recount(db: &Connection, source: i64, id: i64) -> Outcome<Recounted> {
    let mut count = Count::default();
    let mut query = db
        .prepare_cached("SELECT kind, key, body FROM version WHERE source = ?1 AND first <= ?2 AND last >= ?2 ORDER BY kind, key, first")?;
    let mut rows = query.query(params![source, id])?;
    while let Some(row) = rows.next()? {
        rows::add(&mut count, row, 0)?;
    }
    Ok(count.end())
}

#[cfg(unix)]
fn permissions(_: &Connection, found: &mut Found<'_>) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for ending in ["", "-wal", "-shm"] {
        let mut file = found.path.as_os_str().to_owned();
        file.push(ending);
        let Ok(meta) = std::fs::metadata(&file) else { continue };
        let mode = meta.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            found.say(Path::new(&file).display().to_string(), format!("others may read or write it (mode {mode:04o}): chmod 600"));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn permissions(_: &Connection, _: &mut Found<'_>) -> Outcome<()> {
    Ok(())
}
