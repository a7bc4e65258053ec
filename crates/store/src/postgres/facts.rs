//! Events, shelves and blobs.

use std::collections::{BTreeMap, BTreeSet};

use deadpool_postgres::{GenericClient, Transaction};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use usher_domain::digest::Digest;
use usher_domain::journal::{Lease, Sent, Seq};
use usher_domain::time::Time;

use super::leases;
use super::trouble::Outcome;
use super::{NOW, all, maybe, number, text};
use crate::batch::{Batch, Find, Logged, NewEvent, ShelfRow};
use crate::codec::{after_all_with, checked_event, checked_row, event_sum, row_sum, sent_event};
use crate::error::StoreError;

/// What a commit that brings work tells those who listen. Only a hint: whoever misses it looks by themselves.
pub(super) const WORK: &str = "usher_work";

pub(super) async fn commit(tx: &Transaction<'_>, batch: &Batch) -> Outcome<Vec<Seq>> {
    if let Some(lease) = &batch.lease {
        leases::must_hold(tx, lease).await?;
    }
    let streams: BTreeSet<&str> =
        batch.expect.iter().map(|(stream, _)| stream.as_str()).chain(batch.events.iter().map(|event| event.stream.as_str())).collect();
    let (mut heads, now) = heads(tx, &streams).await?;
    for (stream, expected) in &batch.expect {
        let is = Seq(heads.get(stream.as_str()).copied().unwrap_or(0));
        if is != *expected {
            return Err(StoreError::Conflict { stream: stream.clone(), expected: *expected, is }.into());
        }
    }
    let mut seqs = Vec::with_capacity(batch.events.len());
    let mut events = Vec::with_capacity(batch.events.len());
    for event in &batch.events {
        let head = heads.entry(&event.stream).or_insert(0);
        *head += 1;
        seqs.push(Seq(*head));
        events.push((event.stream.as_str(), Logged { seq: Seq(*head), kind: event.kind.clone(), at: now, body: event.body.clone() }));
    }
    insert(tx, &events).await?;
    take(tx, &batch.gone).await?;
    put(tx, &batch.rows).await?;
    if !batch.blobs.is_empty() {
        let digests: Vec<_> = batch.blobs.iter().map(|bytes| Digest::of(bytes)).collect();
        let digests: Vec<&[u8]> = digests.iter().map(|digest| digest.bytes().as_slice()).collect();
        let bytes: Vec<&[u8]> = batch.blobs.iter().map(Vec::as_slice).collect();
        let sql = "INSERT INTO blob (digest, bytes) SELECT * FROM unnest($1::bytea[], $2::bytea[]) ON CONFLICT DO NOTHING";
        super::run(tx, sql, &[&digests, &bytes]).await?;
    }
    if batch.brings_work() {
        super::run(tx, "SELECT pg_notify($1, '')", &[&WORK]).await?;
    }
    Ok(seqs)
}

pub(super) async fn append_sent(tx: &Transaction<'_>, lease: &Lease, sent: &Sent) -> Outcome<Seq> {
    let NewEvent { stream, kind, body } = sent_event(lease, sent);
    let seqs = commit(tx, &Batch::under(lease).event(stream, kind, body)).await?;
    Ok(seqs.first().copied().unwrap_or(Seq(0)))
}

/// Where streams end, and the time. From here to the end of the transaction nobody else appends to them: that is what makes numbers without a gap
/// and preconditions that hold.
async fn heads<'a>(tx: &Transaction<'_>, streams: &BTreeSet<&'a str>) -> Outcome<(BTreeMap<&'a str, u64>, Time)> {
    let mut heads = BTreeMap::new();
    if streams.is_empty() {
        return Ok((heads, Time::from_micros(0)));
    }
    let mut locks: Vec<i64> = streams.iter().map(|stream| crate::sum::sum(&[b"stream", stream.as_bytes()])).collect();
    // Always in the same order, so that two batches never wait for one another.
    locks.sort_unstable();
    super::run(tx, "SELECT pg_advisory_xact_lock(n) FROM unnest($1::bigint[]) n", &[&locks]).await?;
    let names: Vec<&[u8]> = streams.iter().map(|stream| stream.as_bytes()).collect();
    let sql = format!(
        "SELECT coalesce((SELECT seq FROM event e WHERE e.stream = s.stream ORDER BY seq DESC LIMIT 1), 0), {NOW}
         FROM unnest($1::bytea[]) WITH ORDINALITY s (stream, n) ORDER BY n"
    );
    let mut now = Time::from_micros(0);
    for (stream, row) in streams.iter().zip(all(tx, &sql, &[&names]).await?) {
        heads.insert(*stream, number(row.get(0)));
        now = Time::from_micros(row.get(1));
    }
    Ok((heads, now))
}

/// Where a stream ends, with nobody else appending to it from here on.
pub(super) async fn head(tx: &Transaction<'_>, stream: &str) -> Outcome<Seq> {
    let (heads, _) = heads(tx, &BTreeSet::from([stream])).await?;
    Ok(Seq(heads.get(stream).copied().unwrap_or(0)))
}

/// Keeps events at the places that they name.
pub(super) async fn insert(tx: &Transaction<'_>, events: &[(&str, Logged)]) -> Outcome<()> {
    if events.is_empty() {
        return Ok(());
    }
    let streams: Vec<&[u8]> = events.iter().map(|(stream, _)| stream.as_bytes()).collect();
    let seqs: Vec<i64> = events.iter().map(|(_, e)| i64::try_from(e.seq.0).unwrap_or(i64::MAX)).collect();
    let kinds: Vec<&[u8]> = events.iter().map(|(_, e)| e.kind.as_bytes()).collect();
    let times: Vec<i64> = events.iter().map(|(_, e)| e.at.micros()).collect();
    let bodies: Vec<&[u8]> = events.iter().map(|(_, e)| e.body.as_slice()).collect();
    let sums: Vec<i64> = events.iter().map(|(stream, e)| event_sum(stream, e)).collect();
    let sql = "INSERT INTO event (stream, seq, kind, at, body, sum)
               SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[])";
    super::run(tx, sql, &[&streams, &seqs, &kinds, &times, &bodies, &sums]).await
}

async fn take(tx: &Transaction<'_>, gone: &[(String, String)]) -> Outcome<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let shelves: Vec<&[u8]> = gone.iter().map(|(shelf, _)| shelf.as_bytes()).collect();
    let keys: Vec<&[u8]> = gone.iter().map(|(_, key)| key.as_bytes()).collect();
    let sql = "DELETE FROM shelf_row r USING unnest($1::bytea[], $2::bytea[]) g (shelf, key) WHERE r.shelf = g.shelf AND r.key = g.key";
    super::run(tx, sql, &[&shelves, &keys]).await
}

async fn put(tx: &Transaction<'_>, rows: &[ShelfRow]) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // A key that comes twice ends as its last; sorted, so that two batches take the rows in the same order.
    let last: BTreeMap<(&str, &str), &ShelfRow> = rows.iter().map(|row| ((row.shelf.as_str(), row.key.as_str()), row)).collect();
    let rows: Vec<&ShelfRow> = last.into_values().collect();
    let shelves: Vec<&[u8]> = rows.iter().map(|row| row.shelf.as_bytes()).collect();
    let keys: Vec<&[u8]> = rows.iter().map(|row| row.key.as_bytes()).collect();
    let groups: Vec<&[u8]> = rows.iter().map(|row| row.group.as_bytes()).collect();
    let dues: Vec<Option<i64>> = rows.iter().map(|row| row.due.map(Time::micros)).collect();
    let bodies: Vec<&[u8]> = rows.iter().map(|row| row.body.as_slice()).collect();
    let sums: Vec<i64> = rows.iter().map(|row| row_sum(row)).collect();
    let sql = "INSERT INTO shelf_row (shelf, key, grp, due, body, sum)
               SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[])
               ON CONFLICT (shelf, key) DO UPDATE SET grp = excluded.grp, due = excluded.due, body = excluded.body, sum = excluded.sum";
    super::run(tx, sql, &[&shelves, &keys, &groups, &dues, &bodies, &sums]).await
}

pub(super) async fn load(db: &impl GenericClient, stream: &str, after: Seq, limit: u32) -> Outcome<Vec<Logged>> {
    let sql = "SELECT seq, kind, at, body, sum FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let after = i64::try_from(after.0).unwrap_or(i64::MAX);
    let rows = all(db, sql, &[&stream.as_bytes(), &after, &i64::from(limit)]).await?;
    rows.iter().map(|row| event(stream, row, 0)).collect()
}

/// The event of five columns from `at` on; refused if its checksum differs.
pub(super) fn event(stream: &str, row: &Row, at: usize) -> Outcome<Logged> {
    let logged = Logged {
        seq: Seq(number(row.get(at))),
        kind: text(row.get(at + 1))?,
        at: Time::from_micros(row.get(at + 2)),
        body: row.get(at + 3),
    };
    Ok(checked_event(stream, logged, row.get(at + 4))?)
}

pub(super) const COLUMNS: &str = "shelf, key, grp, due, body, sum";

/// The row of [`COLUMNS`]; refused if its checksum differs.
pub(super) fn shelf_row(row: &Row) -> Outcome<ShelfRow> {
    let due: Option<i64> = row.get(3);
    let found = ShelfRow {
        shelf: text(row.get(0))?,
        key: text(row.get(1))?,
        group: text(row.get(2))?,
        due: due.map(Time::from_micros),
        body: row.get(4),
    };
    Ok(checked_row(found, row.get(5))?)
}

pub(super) async fn get(db: &impl GenericClient, shelf: &str, key: &str) -> Outcome<Option<ShelfRow>> {
    let sql = format!("SELECT {COLUMNS} FROM shelf_row WHERE shelf = $1 AND key = $2");
    maybe(db, &sql, &[&shelf.as_bytes(), &key.as_bytes()]).await?.as_ref().map(shelf_row).transpose()
}

pub(super) async fn find(db: &impl GenericClient, find: &Find) -> Outcome<Vec<ShelfRow>> {
    let mut sql = format!("SELECT {COLUMNS} FROM shelf_row WHERE shelf = $1");
    let shelf = find.shelf.as_bytes();
    let group = find.group.as_ref().map(|group| group.as_bytes());
    let due = find.due_before.map(Time::micros);
    let (from, to) = (find.prefix.as_ref().map(|p| p.as_bytes()), find.prefix.as_deref().and_then(after_all_with));
    let to = to.as_ref().map(|to| to.as_bytes());
    let after = find.after.as_ref().map(|after| after.as_bytes());
    let limit = i64::from(find.limit);
    let mut with: Vec<&(dyn ToSql + Sync)> = vec![&shelf];
    for (condition, value) in [("grp =", &group), ("key >=", &from), ("key <", &to), ("key >", &after)] {
        if let Some(value) = value {
            with.push(value);
            sql += &format!(" AND {condition} ${}", with.len());
        }
    }
    if let Some(due) = &due {
        with.push(due);
        sql += &format!(" AND due < ${}", with.len());
    }
    with.push(&limit);
    sql += &format!(" ORDER BY key LIMIT ${}", with.len());
    all(db, &sql, &with).await?.iter().map(shelf_row).collect()
}

pub(super) async fn blob(db: &impl GenericClient, digest: Digest) -> Outcome<Option<Vec<u8>>> {
    let row = maybe(db, "SELECT bytes FROM blob WHERE digest = $1", &[&digest.bytes().as_slice()]).await?;
    match row.map(|row| row.get::<_, Vec<u8>>(0)) {
        Some(bytes) if Digest::of(&bytes) != digest => Err(StoreError::damaged(format!("file {digest} is not what was written")).into()),
        other => Ok(other),
    }
}
