//! Looks at everything and repairs nothing. PostgreSQL looks after its own pages; here are the checksums, digests and belongings that are ours.

use futures_util::TryStreamExt as _;
use tokio_postgres::types::ToSql;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;

use deadpool_postgres::Transaction;

use super::facts::{self, COLUMNS};
use super::trouble::Outcome;
use super::{array, number, rows, text};
use crate::batch::Problem;
use crate::codec::{STILL, version_sum};
use crate::snapshots::Count;

/// Enough to see what kind of damage it is.
const MOST: usize = 1_000;

struct Found<'a> {
    problems: Vec<Problem>,
    place: &'a str,
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
                let diagnostic = Diagnostic::from(trouble.told(self.place));
                self.say(place, diagnostic.detail);
                None
            }
        }
    }
}

pub(super) async fn all(tx: &Transaction<'_>, place: &str) -> Outcome<Vec<Problem>> {
    let mut found = Found { problems: Vec::new(), place };
    events(tx, &mut found).await?;
    shelf_rows(tx, &mut found).await?;
    blobs(tx, &mut found).await?;
    versions(tx, &mut found).await?;
    snapshots(tx, &mut found).await?;
    Ok(found.problems)
}

const NOTHING: [&(dyn ToSql + Sync); 0] = [];

async fn events(tx: &Transaction<'_>, found: &mut Found<'_>) -> Outcome<()> {
    let sql = "SELECT stream, seq, kind, at, body, sum FROM event ORDER BY stream, seq";
    let mut rows = std::pin::pin!(tx.query_raw(sql, NOTHING).await?);
    let mut before = (String::new(), 0_u64);
    while let Some(row) = rows.try_next().await? {
        let Some(stream) = found.unless("events", text(row.get(0))) else { continue };
        let seq = number(row.get(1));
        let expected = if before.0 == stream { before.1 + 1 } else { 1 };
        if seq != expected {
            found.say(format!("stream {stream}"), format!("event {expected} is missing"));
        }
        found.unless(format!("stream {stream}"), facts::event(&stream, &row, 1));
        before = (stream, seq);
    }
    Ok(())
}

async fn shelf_rows(tx: &Transaction<'_>, found: &mut Found<'_>) -> Outcome<()> {
    let sql = format!("SELECT {COLUMNS} FROM shelf_row ORDER BY shelf, key");
    let mut rows = std::pin::pin!(tx.query_raw(&sql, NOTHING).await?);
    while let Some(row) = rows.try_next().await? {
        found.unless("rows", facts::shelf_row(&row));
    }
    Ok(())
}

async fn blobs(tx: &Transaction<'_>, found: &mut Found<'_>) -> Outcome<()> {
    let mut rows = std::pin::pin!(tx.query_raw("SELECT digest, bytes FROM blob", NOTHING).await?);
    while let Some(row) = rows.try_next().await? {
        let Some(digest) = found.unless("files", array(row.get(0), "a digest")) else { continue };
        let digest = Digest::from_bytes(digest);
        if Digest::of(row.get::<_, &[u8]>(1)) != digest {
            found.say(format!("file {digest}"), "its bytes have another digest");
        }
    }
    Ok(())
}

async fn versions(tx: &Transaction<'_>, found: &mut Found<'_>) -> Outcome<()> {
    let sql = "SELECT kind, key, salt, body, sum,
            EXISTS (SELECT 1 FROM snapshot s WHERE s.id = v.first AND s.source = v.source)
            AND (last = $1 OR EXISTS (SELECT 1 FROM snapshot s WHERE s.id = v.last + 1 AND s.source = v.source AND s.meta IS NOT NULL))
         FROM version v ORDER BY source, kind, key, first";
    let mut rows = std::pin::pin!(tx.query_raw(sql, [STILL]).await?);
    while let Some(row) = rows.try_next().await? {
        let Some(key) = found.unless("rows of snapshots", text(row.get(1))) else { continue };
        if version_sum(row.get(0), &key, row.get(2), row.get(3)) != row.get::<_, i64>(4) {
            found.say(format!("row {key} of a snapshot"), "is not what was written");
        }
        if !row.get::<_, bool>(5) {
            found.say(format!("row {key} of a snapshot"), "belongs to a snapshot that isn't there");
        }
    }
    Ok(())
}

async fn snapshots(tx: &Transaction<'_>, found: &mut Found<'_>) -> Outcome<()> {
    let sql = "SELECT id, meta, sum, source FROM snapshot WHERE meta IS NOT NULL ORDER BY id";
    for row in super::all(tx, sql, &[]).await? {
        let (id, source): (i64, i64) = (row.get(0), row.get(3));
        let place = format!("snapshot {id}");
        let Some(meta) = found.unless(&place, rows::snapshot(&row)) else { continue };
        let mut count = Count::default();
        let sql = "SELECT kind, key, body FROM version WHERE source = $1 AND first <= $2 AND last >= $2 ORDER BY kind, key, first";
        let mut shown = std::pin::pin!(tx.query_raw(sql, [source, id]).await?);
        let mut whole = true;
        while let Some(row) = shown.try_next().await? {
            whole &= found.unless(&place, rows::add(&mut count, &row, 0)).is_some();
        }
        let (counted, digest) = count.end();
        if whole && (counted != meta.rows || digest != meta.digest) {
            found.say(place, "its rows have another digest");
        }
    }
    Ok(())
}
