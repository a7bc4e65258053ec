//! What a store lists of itself, and what is carried into it.

use deadpool_postgres::{GenericClient, Transaction};
use usher_domain::journal::Seq;

use super::snapshots::{self, Met, SeenCache};
use super::trouble::Outcome;
use super::{all, facts, number, run, text};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;

pub(super) async fn names(db: &impl GenericClient, of: Listing, after: Option<&str>, limit: u32) -> Outcome<Vec<Named>> {
    let sql = match of {
        Listing::Streams => "SELECT stream AS name, max(seq) AS n FROM event GROUP BY stream",
        Listing::Shelves => "SELECT shelf AS name, count(*) AS n FROM shelf_row GROUP BY shelf",
        Listing::Blobs => "SELECT convert_to(encode(digest, 'hex'), 'UTF8') AS name, length(bytes)::bigint AS n FROM blob",
        Listing::Lanes => "SELECT lane AS name, fence AS n FROM lease",
        Listing::Sources => {
            "SELECT instance AS name, (SELECT count(*) FROM snapshot WHERE source = s.n AND meta IS NOT NULL) AS n FROM source s
             WHERE EXISTS (SELECT 1 FROM snapshot WHERE source = s.n)"
        }
        Listing::Counters => "SELECT 'snapshot'::bytea AS name, last_value AS n FROM snapshot_id_seq WHERE is_called",
    };
    let sql = format!("SELECT name, n FROM ({sql}) q WHERE $1::bytea IS NULL OR name > $1 ORDER BY name LIMIT $2");
    let rows = all(db, &sql, &[&after.map(str::as_bytes), &i64::from(limit)]).await?;
    rows.iter().map(|row| Ok(Named { name: text(row.get(0))?, number: number(row.get(1)) })).collect()
}

pub(super) async fn put(tx: &Transaction<'_>, cache: &SeenCache, what: &Carried) -> Outcome<Option<Met>> {
    match what {
        Carried::Events { stream, events } => {
            let is = facts::head(tx, stream).await?;
            for (next, event) in (is.0 + 1..).zip(events) {
                if event.seq != Seq(next) {
                    return Err(StoreError::Conflict { stream: stream.clone(), expected: event.seq, is: Seq(next - 1) }.into());
                }
            }
            let events: Vec<_> = events.iter().map(|event| (stream.as_str(), event.clone())).collect();
            facts::insert(tx, &events).await?;
        }
        Carried::Fence { lane, fence } => {
            let sql = "INSERT INTO lease AS l (lane, fence, until) VALUES ($1, $2, 0)
                       ON CONFLICT (lane) DO UPDATE SET fence = greatest(l.fence, excluded.fence)";
            run(tx, sql, &[&lane.as_bytes(), &i64::try_from(*fence).unwrap_or(i64::MAX)]).await?;
        }
        Carried::Snapshot { id, instance, query, begun } => {
            snapshots::begin(tx, Some(*id), instance, *query, Some(*begun)).await?;
        }
        Carried::Rows { id, rows } => return snapshots::carried(tx, cache, *id, rows).await.map(Some),
        Carried::LastSnapshot(id) => snapshots::last_is(tx, *id).await?,
    }
    Ok(None)
}
