//! Events, shelves and blobs.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use usher_domain::digest::Digest;
use usher_domain::journal::{Lease, Sent, Seq};
use usher_domain::time::Time;

use super::leases;
use super::trouble::Outcome;
use super::writer::Pen;
use crate::batch::{Batch, Find, Logged, NewEvent, ShelfRow};
use crate::codec::{after_all_with, checked_event, checked_row, event_sum, row_sum, sent_event};
use crate::error::StoreError;

pub(super) fn commit(pen: &mut Pen<'_>, batch: &Batch) -> Outcome<Vec<Seq>> {
    if let Some(lease) = &batch.lease {
        leases::must_hold(pen, lease)?;
    }
    for (stream, expected) in &batch.expect {
        let is = head(pen.db, stream)?;
        if is != *expected {
            return Err(StoreError::Conflict { stream: stream.clone(), expected: *expected, is }.into());
        }
    }
    let seqs = batch.events.iter().map(|event| append(pen, event)).collect::<Outcome<Vec<Seq>>>()?;
    let mut take = pen.db.prepare_cached("DELETE FROM shelf_row WHERE shelf = ? AND key = ?")?;
    for (shelf, key) in &batch.gone {
        take.execute([shelf, key])?;
    }
    let mut put = pen.db.prepare_cached("INSERT OR REPLACE INTO shelf_row (shelf, key, grp, due, body, sum) VALUES (?, ?, ?, ?, ?, ?)")?;
    for row in &batch.rows {
        put.execute(params![row.shelf, row.key, row.group, row.due.map(Time::micros), row.body, row_sum(row)])?;
    }
    let mut keep = pen.db.prepare_cached("INSERT OR IGNORE INTO blob (digest, bytes) VALUES (?, ?)")?;
    for bytes in &batch.blobs {
        keep.execute(params![Digest::of(bytes).bytes(), bytes])?;
    }
    Ok(seqs)
}

pub(super) fn append_sent(pen: &mut Pen<'_>, lease: &Lease, sent: &Sent) -> Outcome<Seq> {
    leases::must_hold(pen, lease)?;
    append(pen, &sent_event(lease, sent))
}

/// Where a stream ends; 0: it is empty.
pub(super) fn head(db: &Connection, stream: &str) -> Outcome<Seq> {
    let head = db.prepare_cached("SELECT coalesce(max(seq), 0) FROM event WHERE stream = ?")?.query_row([stream], |row| row.get(0))?;
    Ok(Seq(head))
}

fn append(pen: &Pen<'_>, event: &NewEvent) -> Outcome<Seq> {
    let Seq(head) = head(pen.db, &event.stream)?;
    let logged = Logged { seq: Seq(head + 1), kind: event.kind.clone(), at: pen.now, body: event.body.clone() };
    insert(pen.db, &event.stream, &logged)?;
    Ok(logged.seq)
}

/// Keeps an event at the place that it names.
pub(super) fn insert(db: &Connection, stream: &str, logged: &Logged) -> Outcome<()> {
    db.prepare_cached("INSERT INTO event (stream, seq, kind, at, body, sum) VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
        stream,
        logged.seq.0,
        logged.kind,
        logged.at.micros(),
        logged.body,
        event_sum(stream, logged)
    ])?;
    Ok(())
}

pub(super) fn load(db: &Connection, stream: &str, after: Seq, limit: u32) -> Outcome<Vec<Logged>> {
    let mut query = db.prepare_cached("SELECT seq, kind, at, body, sum FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?")?;
    let mut rows = query.query(params![stream, after.0, limit])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(stream, row, 0)?);
    }
    Ok(events)
}

/// The event of five columns from `at` on; refused if its checksum differs.
pub(super) fn event(stream: &str, row: &Row<'_>, at: usize) -> Outcome<Logged> {
    let logged = Logged { seq: Seq(row.get(at)?), kind: row.get(at + 1)?, at: Time::from_micros(row.get(at + 2)?), body: row.get(at + 3)? };
    Ok(checked_event(stream, logged, row.get(at + 4)?)?)
}

const COLUMNS: &str = "shelf, key, grp, due, body, sum";

/// The row of [`COLUMNS`]; refused if its checksum differs.
fn shelf_row(row: &Row<'_>) -> Outcome<ShelfRow> {
    let due: Option<i64> = row.get(3)?;
    let found = ShelfRow { shelf: row.get(0)?, key: row.get(1)?, group: row.get(2)?, due: due.map(Time::from_micros), body: row.get(4)? };
    Ok(checked_row(found, row.get(5)?)?)
}

/// Every row of every shelf, each by itself: one damaged row doesn't hide the next.
pub(super) fn each_shelf_row(db: &Connection, mut then: impl FnMut(Outcome<ShelfRow>)) -> Outcome<()> {
    let mut query = db.prepare(&format!("SELECT {COLUMNS} FROM shelf_row ORDER BY shelf, key"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        then(shelf_row(row));
    }
    Ok(())
}

pub(super) fn get(db: &Connection, shelf: &str, key: &str) -> Outcome<Option<ShelfRow>> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM shelf_row WHERE shelf = ? AND key = ?"))?;
    let mut rows = query.query([shelf, key])?;
    rows.next()?.map(shelf_row).transpose()
}

pub(super) fn find(db: &Connection, find: &Find) -> Outcome<Vec<ShelfRow>> {
    let mut text = format!("SELECT {COLUMNS} FROM shelf_row WHERE shelf = ?");
    let mut with = vec![Value::from(find.shelf.clone())];
    let mut only = |condition: &str, value: Value| {
        text += " AND ";
        text += condition;
        with.push(value);
    };
    if let Some(group) = &find.group {
        only("grp = ?", group.clone().into());
    }
    if let Some(due) = find.due_before {
        only("due < ?", due.micros().into());
    }
    if let Some(prefix) = &find.prefix {
        only("key >= ?", prefix.clone().into());
        if let Some(end) = after_all_with(prefix) {
            only("key < ?", end.into());
        }
    }
    if let Some(after) = &find.after {
        only("key > ?", after.clone().into());
    }
    text += " ORDER BY key LIMIT ?";
    with.push(find.limit.into());
    let mut query = db.prepare_cached(&text)?;
    let mut rows = query.query(params_from_iter(with))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(shelf_row(row)?);
    }
    Ok(found)
}

pub(super) fn blob(db: &Connection, digest: Digest) -> Outcome<Option<Vec<u8>>> {
    let mut query = db.prepare_cached("SELECT bytes FROM blob WHERE digest = ?")?;
    let bytes: Option<Vec<u8>> = query.query_row([digest.bytes()], |row| row.get(0)).optional()?;
    match bytes {
        Some(bytes) if Digest::of(&bytes) != digest => Err(StoreError::damaged(format!("file {digest} is not what was written")).into()),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_journal_appends_is_an_event_of_a_run() {
        let sent = Sent { plan: Digest::of(b"p"), n: 3, attempt: 1, request: Digest::of(b"r"), at: Time::from_seconds(7) };
        let body = serde_json::json!({ "sent": sent });
        let event: usher_domain::run::Event = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(event, usher_domain::run::Event::Sent { n: 3, attempt: 1, request: sent.request, at: sent.at });
        assert_eq!(serde_json::from_value::<Sent>(body["sent"].clone()).unwrap(), sent, "the plan stands beside");
    }
}
