//! Who works on a lane, by the database's clock. A lease is checked in the transaction that it protects, and its row stays locked until that
//! transaction ends: nobody claims the lane between the check and the write.

use deadpool_postgres::{GenericClient, Transaction};
use usher_domain::journal::Lease;
use usher_domain::time::Time;

use super::presence::{FRESH, Holder, THERE};
use super::trouble::Outcome;
use super::{NOW, maybe, number, run, text};
use crate::batch::{Held, LANES};
use crate::error::StoreError;

pub(super) async fn claim(tx: &Transaction<'_>, me: Holder, name: Option<&str>, worker: &str, millis: u32) -> Outcome<Option<Lease>> {
    if let Some(name) = name {
        return claim_one(tx, me, name.as_bytes(), worker, millis).await;
    }
    // Other workers that look at the same time get the next one.
    let due = format!(
        "SELECT r.key FROM shelf_row r LEFT JOIN lease l ON l.lane = r.key
         WHERE r.shelf = $1 AND r.due <= {NOW} AND (l.worker IS NULL OR l.until <= {NOW} OR NOT {THERE})
         ORDER BY r.due, r.key LIMIT 1 FOR UPDATE OF r SKIP LOCKED"
    );
    loop {
        run(tx, FRESH, &[]).await?;
        let Some(row) = maybe(tx, &due, &[&LANES.as_bytes()]).await? else { return Ok(None) };
        // A lane that was taken between the look and the claim is one that the next look does not give.
        if let Some(lease) = claim_one(tx, me, row.get(0), worker, millis).await? {
            return Ok(Some(lease));
        }
    }
}

async fn claim_one(tx: &Transaction<'_>, me: Holder, name: &[u8], worker: &str, millis: u32) -> Outcome<Option<Lease>> {
    run(tx, "INSERT INTO lease (lane, fence, until) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING", &[&name]).await?;
    // Once the row is locked its holder stays who it is, and has connected by then: whoever is not on a list that is made now is gone.
    run(tx, "SELECT 1 FROM lease WHERE lane = $1 FOR UPDATE", &[&name]).await?;
    run(tx, FRESH, &[]).await?;
    let sql = format!(
        "UPDATE lease l SET fence = fence + 1, worker = $2, until = {NOW} + $3, holder = $4, since = $5
         WHERE lane = $1 AND (worker IS NULL OR until <= {NOW} OR NOT {THERE})
         RETURNING fence, until"
    );
    let row = maybe(tx, &sql, &[&name, &worker.as_bytes(), &micros(millis), &me.pid, &me.since]).await?;
    row.map(|row| {
        Ok(Lease { lane: text(name)?, worker: worker.to_owned(), fence: number(row.get(0)), until: Time::from_micros(row.get(1)) })
    })
    .transpose()
}

fn micros(millis: u32) -> i64 {
    i64::from(millis) * 1_000
}

fn lost(lease: &Lease) -> StoreError {
    StoreError::LeaseLost { lane: lease.lane.clone() }
}

/// What every write of a worker begins with.
pub(super) async fn must_hold(tx: &Transaction<'_>, lease: &Lease) -> Outcome<()> {
    let sql = format!("SELECT fence, worker, until > {NOW} FROM lease WHERE lane = $1 FOR SHARE");
    let row = maybe(tx, &sql, &[&lease.lane.as_bytes()]).await?;
    let holds = row.is_some_and(|row| {
        let worker: Option<&[u8]> = row.get(1);
        number(row.get(0)) == lease.fence && worker == Some(lease.worker.as_bytes()) && row.get(2)
    });
    if holds { Ok(()) } else { Err(lost(lease).into()) }
}

pub(super) async fn renew(tx: &Transaction<'_>, me: Holder, lease: &Lease, millis: u32) -> Outcome<Lease> {
    let sql = format!(
        "UPDATE lease SET until = {NOW} + $4, holder = $5, since = $6 WHERE lane = $1 AND fence = $2 AND worker = $3 RETURNING until"
    );
    let fence = i64::try_from(lease.fence).unwrap_or(i64::MAX);
    let row = maybe(tx, &sql, &[&lease.lane.as_bytes(), &fence, &lease.worker.as_bytes(), &micros(millis), &me.pid, &me.since]).await?;
    let row = row.ok_or_else(|| lost(lease))?;
    Ok(Lease { until: Time::from_micros(row.get(0)), ..lease.clone() })
}

pub(super) async fn release(tx: &Transaction<'_>, lease: &Lease) -> Outcome<()> {
    let sql = "UPDATE lease SET worker = NULL, holder = NULL, since = NULL WHERE lane = $1 AND fence = $2 AND worker = $3 RETURNING 1";
    let fence = i64::try_from(lease.fence).unwrap_or(i64::MAX);
    let row = maybe(tx, sql, &[&lease.lane.as_bytes(), &fence, &lease.worker.as_bytes()]).await?;
    row.map(drop).ok_or_else(|| lost(lease).into())
}

pub(super) async fn held(db: &impl GenericClient, name: &str) -> Outcome<Option<Held>> {
    let sql = format!("SELECT fence, worker, until FROM lease l WHERE lane = $1 AND worker IS NOT NULL AND until > {NOW} AND {THERE}");
    let row = maybe(db, &sql, &[&name.as_bytes()]).await?;
    row.map(|row| {
        Ok(Held {
            lane: name.to_owned(),
            worker: text(row.get(1))?,
            fence: number(row.get(0)),
            until: Time::from_micros(row.get(2)),
            pid: None,
        })
    })
    .transpose()
}
