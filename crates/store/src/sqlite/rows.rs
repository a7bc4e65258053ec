//! Snapshots coming out.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use usher_domain::digest::Digest;
use usher_domain::names::Salt;
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use super::trouble::Outcome;
use crate::codec::{STILL, checked_snapshot, checked_version};
use crate::error::StoreError;
use crate::snapshots::{Count, OpenSnapshot, Seek, SnapRow, SnapshotId, kind_number, kind_of};

/// The source of a sealed snapshot.
fn source(db: &Connection, id: SnapshotId) -> Outcome<i64> {
    let mut query = db.prepare_cached("SELECT source, meta IS NULL FROM snapshot WHERE id = ?")?;
    match query.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
        None => Err(StoreError::NoSnapshot(id).into()),
        Some((_, true)) => Err(StoreError::NotSealed(id).into()),
        Some((source, false)) => Ok(source),
    }
}

const SHOWN: &str = "SELECT key, salt, body, sum FROM version WHERE source = ?1 AND kind = ?2 AND first <= ?3 AND last >= ?3";

pub(super) fn page(db: &Connection, id: SnapshotId, kind: RowKind, after: Option<&str>, limit: u32) -> Outcome<Vec<SnapRow>> {
    let source = source(db, id)?;
    let Some(number) = kind_number(kind) else { return Ok(Vec::new()) };
    let from = if after.is_some() { "key > ?4" } else { "key >= ?4" };
    let mut query = db.prepare_cached(&format!("{SHOWN} AND {from} ORDER BY key LIMIT ?5"))?;
    let mut rows = query.query(params![source, number, id.0, after.unwrap_or(""), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(snap_row(kind, row)?);
    }
    Ok(found)
}

pub(super) fn one(db: &Connection, id: SnapshotId, kind: RowKind, key: &str) -> Outcome<Option<SnapRow>> {
    let source = source(db, id)?;
    let Some(number) = kind_number(kind) else { return Ok(None) };
    let mut query = db.prepare_cached(&format!("{SHOWN} AND key = ?4"))?;
    let mut rows = query.query(params![source, number, id.0, key])?;
    rows.next()?.map(|row| snap_row(kind, row)).transpose()
}

/// The row of `key, salt, body, sum`; refused if its checksum differs.
fn snap_row(kind: RowKind, row: &Row<'_>) -> Outcome<SnapRow> {
    let (key, salt, body, sum): (String, [u8; 16], Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(checked_version(SnapRow { kind, key, salt: Salt::new(salt), body }, sum)?)
}

/// Counts the row of `kind, key, body` from column `at` on.
pub(super) fn add(count: &mut Count, row: &Row<'_>, at: usize) -> Outcome<()> {
    let unreadable = || StoreError::damaged("a row of a snapshot can't be read");
    let kind = kind_of(row.get(at)?).ok_or_else(unreadable)?;
    let key = row.get_ref(at + 1)?.as_bytes().map_err(|_| unreadable())?;
    let body = row.get_ref(at + 2)?.as_blob().map_err(|_| unreadable())?;
    count.add(kind, key, body);
    Ok(())
}

/// The snapshot of `id, meta, sum`; refused if its checksum differs.
pub(super) fn snapshot(row: &Row<'_>) -> Outcome<Snapshot> {
    let (id, meta, sum): (i64, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(checked_snapshot(id, &meta, sum)?)
}

pub(super) fn sealed(db: &Connection, seek: &Seek) -> Outcome<Vec<Snapshot>> {
    let mut text = "SELECT id, meta, sum FROM snapshot WHERE meta IS NOT NULL".to_owned();
    let mut with: Vec<Value> = Vec::new();
    let mut only = |condition: &str, value: Value| {
        text += " AND ";
        text += condition;
        with.push(value);
    };
    if let Some(instance) = &seek.instance {
        only("source = (SELECT n FROM source WHERE instance = ?)", instance.clone().into());
    }
    if seek.complete_only {
        only("complete = ?", true.into());
    }
    if let Some(time) = seek.read_by {
        only("read_at <= ?", time.micros().into());
    }
    for (condition, id) in [("id = ?", seek.id), ("id < ?", seek.before)] {
        if let Some(SnapshotId(id)) = id {
            only(condition, i64::try_from(id).unwrap_or(STILL).into());
        }
    }
    text += " ORDER BY id DESC LIMIT ?";
    with.push(seek.limit.into());
    let mut query = db.prepare_cached(&text)?;
    let mut rows = query.query(params_from_iter(with))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(snapshot(row)?);
    }
    Ok(found)
}

pub(super) fn newest_sealed(db: &Connection, source: i64) -> Outcome<Option<Snapshot>> {
    let mut query =
        db.prepare_cached("SELECT id, meta, sum FROM snapshot WHERE source = ? AND meta IS NOT NULL ORDER BY id DESC LIMIT 1")?;
    let mut rows = query.query([source])?;
    rows.next()?.map(snapshot).transpose()
}

pub(super) fn unsealed(db: &Connection, instance: &str) -> Outcome<Option<OpenSnapshot>> {
    let mut query = db.prepare_cached(
        "SELECT id, query, begun, pages, resume FROM snapshot WHERE source = (SELECT n FROM source WHERE instance = ?) AND meta IS NULL",
    )?;
    let found = query
        .query_row([instance], |row| {
            Ok(OpenSnapshot {
                id: SnapshotId(row.get(0)?),
                instance: instance.to_owned(),
                query: Digest::from_bytes(row.get(1)?),
                begun: Time::from_micros(row.get(2)?),
                pages: row.get(3)?,
                resume: row.get(4)?,
            })
        })
        .optional()?;
    Ok(found)
}
