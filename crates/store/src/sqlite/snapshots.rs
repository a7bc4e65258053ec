//! Snapshots going in: rows are kept once, with the range of snapshots that show them (docs/adr/0010).
//!
//! Between seals this holds for every instance: `first` of a version is the id of a snapshot that is there, `last` is [`STILL`] or one
//! less than the id of a sealed one, and the versions with `last` = [`STILL`] and `first` not the open snapshot are exactly the rows
//! of the newest sealed snapshot. An open snapshot adds versions with its own id as `first` and ends none before its seal.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use usher_domain::digest::Digest;
use usher_domain::journal::Lease;
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use super::rows;
use super::seen;
use super::trouble::Outcome;
use super::{leases, writer::Pen};
use crate::codec::{STILL, meta_sum, version_sum};
use crate::error::StoreError;
use crate::snapshots::{Count, Kept, SnapPage, SnapRow, SnapshotId, kind_number, not_kept};

pub(super) fn begin(pen: &mut Pen<'_>, instance: &str, query: Digest) -> Outcome<SnapshotId> {
    let now = pen.now;
    begin_as(pen, None, instance, query, now)
}

/// `id`: only a copy brings one along.
pub(super) fn begin_as(pen: &mut Pen<'_>, id: Option<SnapshotId>, instance: &str, query: Digest, begun: Time) -> Outcome<SnapshotId> {
    pen.db.prepare_cached("INSERT OR IGNORE INTO source (instance) VALUES (?)")?.execute([instance])?;
    let source: i64 = pen.db.prepare_cached("SELECT n FROM source WHERE instance = ?")?.query_row([instance], |row| row.get(0))?;
    if let Some(id) = open_of(pen.db, source)? {
        return Err(StoreError::AlreadyOpen { instance: instance.to_owned(), id }.into());
    }
    pen.db.prepare_cached("INSERT INTO snapshot (id, source, query, begun) VALUES (?, ?, ?, ?)")?.execute(params![
        id.map(|id| id.0),
        source,
        query.bytes(),
        begun.micros()
    ])?;
    Ok(SnapshotId(pen.db.last_insert_rowid().unsigned_abs()))
}

fn open_of(db: &Connection, source: i64) -> Outcome<Option<SnapshotId>> {
    let mut query = db.prepare_cached("SELECT id FROM snapshot WHERE source = ? AND meta IS NULL")?;
    Ok(query.query_row([source], |row| row.get(0)).optional()?.map(SnapshotId))
}

/// What an open snapshot builds on.
struct Open {
    id: i64,
    source: i64,
    pages: u64,
}

fn open(db: &Connection, id: SnapshotId) -> Outcome<Open> {
    let mut query = db.prepare_cached("SELECT id, source, pages, meta IS NULL FROM snapshot WHERE id = ?")?;
    let found = query
        .query_row([id.0], |row| Ok((Open { id: row.get(0)?, source: row.get(1)?, pages: row.get(2)? }, row.get::<_, bool>(3)?)))
        .optional()?;
    match found {
        None => Err(StoreError::NoSnapshot(id).into()),
        Some((_, false)) => Err(StoreError::Sealed(id).into()),
        Some((open, true)) => Ok(open),
    }
}

/// The newest version of a row.
struct Newest {
    id: i64,
    first: i64,
    last: i64,
    salt: [u8; 16],
    same: bool,
}

pub(super) fn page(pen: &mut Pen<'_>, id: SnapshotId, page: &SnapPage) -> Outcome<Kept> {
    if let Some(lease) = &page.lease {
        leases::must_hold(pen, lease)?;
    }
    let open = open(pen.db, id)?;
    let seen = pen.seen.at(pen.db, open.id, open.pages)?;
    let mut kept = Kept::default();
    let mut met = Vec::new();
    for row in &page.rows {
        let kind = kind_number(row.kind).ok_or_else(not_kept)?;
        let newest = newest(pen.db, &open, kind, row)?;
        let (here_already, unchanged) = match &newest {
            Some(newest) => {
                (newest.first == open.id || (newest.last == STILL && seen.contains(newest.id)), newest.last == STILL && newest.same)
            }
            None => (false, false),
        };
        match (here_already, &newest) {
            (true, Some(newest)) if newest.same => kept.repeated += 1,
            (true, _) => kept.differing.push((row.kind, row.key.clone())),
            (false, Some(newest)) if unchanged => {
                seen.insert(newest.id);
                met.push(newest.id);
                *kept.added.entry(row.kind).or_default() += 1;
            }
            (false, newest) => {
                // A row that was missed for a while and comes back as it was keeps its salt too.
                let salt = newest.as_ref().filter(|newest| newest.same).map_or(*row.salt.bytes(), |newest| newest.salt);
                insert(pen.db, &open, kind, row, &salt)?;
                *kept.added.entry(row.kind).or_default() += 1;
            }
        }
    }
    seen::keep(pen.db, open.id, open.pages, &mut met)?;
    pen.db.prepare_cached("UPDATE snapshot SET pages = pages + 1, resume = ? WHERE id = ?")?.execute(params![page.resume, open.id])?;
    Ok(kept)
}

/// Rows of a copy: a row with another salt is another row, since openings of evidence live by salts.
pub(super) fn carried(pen: &mut Pen<'_>, id: SnapshotId, rows: &[SnapRow]) -> Outcome<()> {
    let open = open(pen.db, id)?;
    let seen = pen.seen.at(pen.db, open.id, open.pages)?;
    let mut met = Vec::new();
    for row in rows {
        let kind = kind_number(row.kind).ok_or_else(not_kept)?;
        match newest(pen.db, &open, kind, row)? {
            Some(newest) if newest.last == STILL && newest.same && newest.salt == *row.salt.bytes() => {
                seen.insert(newest.id);
                met.push(newest.id);
            }
            _ => insert(pen.db, &open, kind, row, row.salt.bytes())?,
        }
    }
    seen::keep(pen.db, open.id, open.pages, &mut met)?;
    pen.db.prepare_cached("UPDATE snapshot SET pages = pages + 1 WHERE id = ?")?.execute([open.id])?;
    Ok(())
}

fn newest(db: &Connection, open: &Open, kind: i64, row: &SnapRow) -> Outcome<Option<Newest>> {
    let mut query = db.prepare_cached(
        "SELECT id, first, last, salt, body = ?4 FROM version WHERE source = ?1 AND kind = ?2 AND key = ?3 ORDER BY first DESC LIMIT 1",
    )?;
    let newest = query
        .query_row(params![open.source, kind, row.key, row.body], |row| {
            Ok(Newest { id: row.get(0)?, first: row.get(1)?, last: row.get(2)?, salt: row.get(3)?, same: row.get(4)? })
        })
        .optional()?;
    Ok(newest)
}

fn insert(db: &Connection, open: &Open, kind: i64, row: &SnapRow, salt: &[u8; 16]) -> Outcome<()> {
    db.prepare_cached("INSERT INTO version (source, kind, key, first, last, salt, body, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![open.source, kind, row.key, open.id, STILL, salt, row.body, version_sum(kind, &row.key, salt, &row.body)])?;
    Ok(())
}

/// What a snapshot will hold, as long as it has so many pages.
pub(super) struct Counted {
    pages: u64,
    rows: BTreeMap<RowKind, u64>,
    digest: Digest,
    /// Versions of the snapshot before that this one does not show.
    ended: Vec<i64>,
}

pub(super) fn count(db: &Connection, id: SnapshotId) -> Outcome<Counted> {
    let open = open(db, id)?;
    let seen = seen::load(db, open.id)?;
    let mut ended = Vec::new();
    let mut changed = false;
    let mut query = db.prepare_cached("SELECT id, first FROM version WHERE source = ? AND last = ?")?;
    let mut versions = query.query([open.source, STILL])?;
    while let Some(version) = versions.next()? {
        let (version, first): (i64, i64) = (version.get(0)?, version.get(1)?);
        changed |= first == open.id;
        if first != open.id && !seen.contains(version) {
            ended.push(version);
        }
    }
    let before = rows::newest_sealed(db, open.source)?;
    if let Some(before) = before.filter(|_| !changed && ended.is_empty()) {
        return Ok(Counted { pages: open.pages, rows: before.rows, digest: before.digest, ended });
    }
    let mut count = Count::default();
    let mut query =
        db.prepare_cached("SELECT id, first, kind, key, body FROM version WHERE source = ? AND last = ? ORDER BY kind, key, first")?;
    let mut versions = query.query([open.source, STILL])?;
    while let Some(version) = versions.next()? {
        let (number, first): (i64, i64) = (version.get(0)?, version.get(1)?);
        if first == open.id || seen.contains(number) {
            rows::add(&mut count, version, 2)?;
        }
    }
    let (rows, digest) = count.end();
    Ok(Counted { pages: open.pages, rows, digest, ended })
}

/// `None`: pages came since it was counted.
pub(super) fn seal(
    pen: &mut Pen<'_>,
    id: SnapshotId,
    meta: Snapshot,
    lease: Option<&Lease>,
    counted: &Counted,
) -> Outcome<Option<Snapshot>> {
    if let Some(lease) = lease {
        leases::must_hold(pen, lease)?;
    }
    let open = open(pen.db, id)?;
    if open.pages != counted.pages {
        return Ok(None);
    }
    let mut end = pen.db.prepare_cached("UPDATE version SET last = ? WHERE id = ?")?;
    for version in &counted.ended {
        end.execute([open.id - 1, *version])?;
    }
    let (instance, query): (String, [u8; 32]) = pen
        .db
        .prepare_cached("SELECT instance, query FROM snapshot JOIN source ON n = source WHERE id = ?")?
        .query_row([open.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let snapshot =
        Snapshot { id: id.0, instance, query: Digest::from_bytes(query), rows: counted.rows.clone(), digest: counted.digest, ..meta };
    let meta = serde_json::to_vec(&snapshot).map_err(|error| StoreError::damaged(format!("snapshot {}: {error}", id.0)))?;
    pen.db
        .prepare_cached("UPDATE snapshot SET meta = ?, sum = ?, read_at = ?, complete = ?, resume = NULL WHERE id = ?")?
        .execute(params![meta, meta_sum(open.id, &meta), snapshot.read_at.micros(), snapshot.complete(), open.id])?;
    pen.db.prepare_cached("DELETE FROM seen WHERE snapshot = ?")?.execute([open.id])?;
    pen.seen.forget(open.id);
    Ok(Some(snapshot))
}

pub(super) fn drop(pen: &mut Pen<'_>, id: SnapshotId) -> Outcome<()> {
    let found = pen
        .db
        .prepare_cached("SELECT source, meta IS NULL, instance, id FROM snapshot JOIN source ON n = source WHERE id = ?")?
        .query_row([id.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?, row.get::<_, String>(2)?, row.get::<_, i64>(3)?)))
        .optional()?;
    let Some((source, is_open, instance, number)) = found else { return Err(StoreError::NoSnapshot(id).into()) };
    let next: Option<i64> = pen
        .db
        .prepare_cached("SELECT min(id) FROM snapshot WHERE source = ? AND id > ? AND meta IS NOT NULL")?
        .query_row([source, number], |row| row.get(0))?;
    match next {
        _ if is_open => remove_from(pen, source, number, STILL)?,
        // The newest goes: what it ended is still there.
        None => {
            if let Some(open) = open_of(pen.db, source)? {
                return Err(StoreError::AlreadyOpen { instance, id: open }.into());
            }
            remove_from(pen, source, number, STILL)?;
            pen.db.execute("UPDATE version SET last = ?3 WHERE source = ?1 AND last = ?2", [source, number - 1, STILL])?;
        }
        // One in the middle goes: what it began begins with the next one, and so does what it ended.
        Some(next) => {
            remove_from(pen, source, number, next - 1)?;
            pen.db.execute("UPDATE version SET first = ?3 WHERE source = ?1 AND first = ?2", [source, number, next])?;
            pen.db.execute("UPDATE version SET last = ?3 WHERE source = ?1 AND last = ?2", [source, number - 1, next - 1])?;
        }
    }
    pen.db.execute("DELETE FROM snapshot WHERE id = ?", [number])?;
    pen.seen.forget(number);
    Ok(())
}

/// Versions that only this snapshot showed.
fn remove_from(pen: &Pen<'_>, source: i64, snapshot: i64, last: i64) -> Outcome<()> {
    pen.db.execute("DELETE FROM version WHERE source = ? AND first = ? AND last = ?", [source, snapshot, last])?;
    Ok(())
}
