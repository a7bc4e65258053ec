//! Snapshots coming out.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use usher_domain::digest::Digest;
use usher_domain::names::Salt;
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use super::trouble::Outcome;
use super::{all, array, maybe, number, text};
use crate::codec::{STILL, checked_snapshot, checked_version};
use crate::error::StoreError;
use crate::snapshots::{Count, OpenSnapshot, Seek, SnapRow, SnapshotId, kind_number, kind_of};

pub(super) fn signed(id: SnapshotId) -> i64 {
    i64::try_from(id.0).unwrap_or(STILL)
}

/// The source of a sealed snapshot.
async fn source(db: &impl GenericClient, id: SnapshotId) -> Outcome<i64> {
    match maybe(db, "SELECT source, meta IS NULL FROM snapshot WHERE id = $1", &[&signed(id)]).await? {
        None => Err(StoreError::NoSnapshot(id).into()),
        Some(row) if row.get(1) => Err(StoreError::NotSealed(id).into()),
        Some(row) => Ok(row.get(0)),
    }
}

const SHOWN: &str = "SELECT key, salt, body, sum FROM version WHERE source = $1 AND kind = $2 AND first <= $3 AND last >= $3";

pub(super) async fn page(db: &impl GenericClient, id: SnapshotId, kind: RowKind, after: Option<&str>, limit: u32) -> Outcome<Vec<SnapRow>> {
    let source = source(db, id).await?;
    let Some(number) = kind_number(kind) else { return Ok(Vec::new()) };
    let from = if after.is_some() { "key > $4" } else { "key >= $4" };
    let sql = format!("{SHOWN} AND {from} ORDER BY key LIMIT $5");
    let rows = all(db, &sql, &[&source, &number, &signed(id), &after.unwrap_or("").as_bytes(), &i64::from(limit)]).await?;
    rows.iter().map(|row| snap_row(kind, row)).collect()
}

pub(super) async fn one(db: &impl GenericClient, id: SnapshotId, kind: RowKind, key: &str) -> Outcome<Option<SnapRow>> {
    let source = source(db, id).await?;
    let Some(number) = kind_number(kind) else { return Ok(None) };
    let row = maybe(db, &format!("{SHOWN} AND key = $4"), &[&source, &number, &signed(id), &key.as_bytes()]).await?;
    row.as_ref().map(|row| snap_row(kind, row)).transpose()
}

/// The row of `key, salt, body, sum`; refused if its checksum differs.
fn snap_row(kind: RowKind, row: &Row) -> Outcome<SnapRow> {
    let salt = Salt::new(array(row.get(1), "a salt")?);
    Ok(checked_version(SnapRow { kind, key: text(row.get(0))?, salt, body: row.get(2) }, row.get(3))?)
}

/// Counts the row of `kind, key, body` from column `at` on.
pub(super) fn add(count: &mut Count, row: &Row, at: usize) -> Outcome<()> {
    let kind = kind_of(row.get(at)).ok_or_else(|| StoreError::damaged("a row of a snapshot can't be read"))?;
    count.add(kind, row.get(at + 1), row.get(at + 2));
    Ok(())
}

/// The snapshot of `id, meta, sum`; refused if its checksum differs.
pub(super) fn snapshot(row: &Row) -> Outcome<Snapshot> {
    Ok(checked_snapshot(row.get(0), row.get(1), row.get(2))?)
}

pub(super) async fn sealed(db: &impl GenericClient, seek: &Seek) -> Outcome<Vec<Snapshot>> {
    let mut sql = "SELECT id, meta, sum FROM snapshot WHERE meta IS NOT NULL".to_owned();
    let instance = seek.instance.as_ref().map(|instance| instance.as_bytes());
    let read_by = seek.read_by.map(Time::micros);
    let (id, before, limit) = (seek.id.map(signed), seek.before.map(signed), i64::from(seek.limit));
    let mut with: Vec<&(dyn ToSql + Sync)> = Vec::new();
    if let Some(instance) = &instance {
        with.push(instance);
        sql += &format!(" AND source = (SELECT n FROM source WHERE instance = ${})", with.len());
    }
    if seek.complete_only {
        sql += " AND complete";
    }
    for (condition, value) in [("read_at <=", &read_by), ("id =", &id), ("id <", &before)] {
        if let Some(value) = value {
            with.push(value);
            sql += &format!(" AND {condition} ${}", with.len());
        }
    }
    with.push(&limit);
    sql += &format!(" ORDER BY id DESC LIMIT ${}", with.len());
    all(db, &sql, &with).await?.iter().map(snapshot).collect()
}

pub(super) async fn newest_sealed(db: &impl GenericClient, source: i64) -> Outcome<Option<Snapshot>> {
    let sql = "SELECT id, meta, sum FROM snapshot WHERE source = $1 AND meta IS NOT NULL ORDER BY id DESC LIMIT 1";
    maybe(db, sql, &[&source]).await?.as_ref().map(snapshot).transpose()
}

pub(super) async fn unsealed(db: &impl GenericClient, instance: &str) -> Outcome<Option<OpenSnapshot>> {
    let sql = "SELECT id, query, begun, pages, resume FROM snapshot
               WHERE source = (SELECT n FROM source WHERE instance = $1) AND meta IS NULL";
    let row = maybe(db, sql, &[&instance.as_bytes()]).await?;
    row.map(|row| {
        let resume: Option<&[u8]> = row.get(4);
        Ok(OpenSnapshot {
            id: SnapshotId(number(row.get(0))),
            instance: instance.to_owned(),
            query: Digest::from_bytes(array(row.get(1), "the query of a read")?),
            begun: Time::from_micros(row.get(2)),
            pages: number(row.get(3)),
            resume: resume.map(text).transpose()?,
        })
    })
    .transpose()
}
