//! Who works on a lane. Fences only grow; a lease is checked in the transaction that it protects.

use rusqlite::{Connection, OptionalExtension as _, params};
use usher_domain::journal::Lease;
use usher_domain::time::Time;

use super::process::Process;
use super::trouble::Outcome;
use super::writer::Pen;
use crate::batch::{Held, LANES};
use crate::error::StoreError;

/// A lane that was claimed at least once.
struct Lane {
    fence: u64,
    /// `None`: it was handed back.
    worker: Option<String>,
    until: Time,
    process: Option<Process>,
}

impl Lane {
    fn is_held(&self, now: Time) -> bool {
        self.worker.is_some() && now < self.until && !self.process.as_ref().is_some_and(Process::is_dead)
    }
}

fn lane(db: &Connection, name: &str) -> Outcome<Option<Lane>> {
    let mut query = db.prepare_cached("SELECT fence, worker, until, pid, started, realm FROM lease WHERE lane = ?")?;
    let lane = query
        .query_row([name], |row| {
            let pid: Option<u32> = row.get(3)?;
            let (started, realm) = (row.get(4)?, row.get(5)?);
            let process = pid.map(|pid| Process { pid, started, realm });
            Ok(Lane { fence: row.get(0)?, worker: row.get(1)?, until: Time::from_micros(row.get(2)?), process })
        })
        .optional()?;
    Ok(lane)
}

fn ends(now: Time, millis: u32) -> Time {
    Time::from_micros(now.micros().saturating_add(i64::from(millis) * 1_000))
}

pub(super) fn claim(pen: &mut Pen<'_>, name: Option<&str>, worker: &str, millis: u32) -> Outcome<Option<Lease>> {
    if let Some(name) = name {
        return claim_one(pen, name, worker, millis);
    }
    let mut query = pen.db.prepare_cached("SELECT key FROM shelf_row WHERE shelf = ? AND due <= ? ORDER BY due, key")?;
    let mut due = query.query(params![LANES, pen.now.micros()])?;
    while let Some(row) = due.next()? {
        let name: String = row.get(0)?;
        if let Some(lease) = claim_one(pen, &name, worker, millis)? {
            return Ok(Some(lease));
        }
    }
    Ok(None)
}

fn claim_one(pen: &Pen<'_>, name: &str, worker: &str, millis: u32) -> Outcome<Option<Lease>> {
    let before = lane(pen.db, name)?;
    if before.as_ref().is_some_and(|lane| lane.is_held(pen.now)) {
        return Ok(None);
    }
    let fence = before.map_or(1, |lane| lane.fence + 1);
    let lease = Lease { lane: name.to_owned(), worker: worker.to_owned(), fence, until: ends(pen.now, millis) };
    pen.db
        .prepare_cached("INSERT OR REPLACE INTO lease (lane, fence, worker, until, pid, started, realm) VALUES (?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![lease.lane, lease.fence, lease.worker, lease.until.micros(), pen.me.pid, pen.me.started, pen.me.realm])?;
    Ok(Some(lease))
}

/// Nobody has claimed the lane since, and it was not handed back; whether its time is over is another question.
fn is_newest(db: &Connection, lease: &Lease) -> Outcome<Option<Lane>> {
    let lane = lane(db, &lease.lane)?;
    Ok(lane.filter(|lane| lane.fence == lease.fence && lane.worker.as_ref() == Some(&lease.worker)))
}

fn lost(lease: &Lease) -> StoreError {
    StoreError::LeaseLost { lane: lease.lane.clone() }
}

/// What every write of a worker begins with.
pub(super) fn must_hold(pen: &Pen<'_>, lease: &Lease) -> Outcome<()> {
    match is_newest(pen.db, lease)? {
        Some(lane) if pen.now < lane.until => Ok(()),
        _ => Err(lost(lease).into()),
    }
}

pub(super) fn renew(pen: &mut Pen<'_>, lease: &Lease, millis: u32) -> Outcome<Lease> {
    is_newest(pen.db, lease)?.ok_or_else(|| lost(lease))?;
    let until = ends(pen.now, millis);
    pen.db.prepare_cached("UPDATE lease SET until = ? WHERE lane = ?")?.execute(params![until.micros(), lease.lane])?;
    Ok(Lease { until, ..lease.clone() })
}

pub(super) fn release(pen: &mut Pen<'_>, lease: &Lease) -> Outcome<()> {
    is_newest(pen.db, lease)?.ok_or_else(|| lost(lease))?;
    pen.db
        .prepare_cached("UPDATE lease SET worker = NULL, pid = NULL, started = NULL, realm = NULL WHERE lane = ?")?
        .execute([&lease.lane])?;
    Ok(())
}

pub(super) fn held(db: &Connection, name: &str, now: Time) -> Outcome<Option<Held>> {
    let held = lane(db, name)?.filter(|lane| lane.is_held(now)).and_then(|lane| {
        let pid = lane.process.map(|process| process.pid);
        Some(Held { lane: name.to_owned(), worker: lane.worker?, fence: lane.fence, until: lane.until, pid })
    });
    Ok(held)
}
