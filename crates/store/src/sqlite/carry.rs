//! What a store lists of itself, what is carried into it, and its backup.

use std::path::Path;

use rusqlite::{Connection, params};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::Seq;

use super::trouble::Outcome;
use super::writer::Pen;
use super::{Settings, facts, opening, snapshots};
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;
use crate::snapshots::SnapshotId;

pub(super) fn names(db: &Connection, of: Listing, after: Option<&str>, limit: u32) -> Outcome<Vec<Named>> {
    let sql = match of {
        Listing::Streams => "SELECT stream AS name, max(seq) FROM event GROUP BY stream",
        Listing::Shelves => "SELECT shelf AS name, count(*) FROM shelf_row GROUP BY shelf",
        Listing::Blobs => "SELECT lower(hex(digest)) AS name, length(bytes) FROM blob",
        Listing::Lanes => "SELECT lane AS name, fence FROM lease",
        Listing::Sources => {
            "SELECT instance AS name, (SELECT count(*) FROM snapshot WHERE source = n AND meta IS NOT NULL) FROM source
             WHERE EXISTS (SELECT 1 FROM snapshot WHERE source = n)"
        }
        Listing::Counters => "SELECT 'snapshot' AS name, seq FROM sqlite_sequence WHERE name = 'snapshot' AND seq > 0",
    };
    let mut query = db.prepare_cached(&format!("SELECT * FROM ({sql}) WHERE ?1 IS NULL OR name > ?1 ORDER BY name LIMIT ?2"))?;
    let mut rows = query.query(params![after, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Named { name: row.get(0)?, number: row.get(1)? });
    }
    Ok(found)
}

pub(super) fn put(pen: &mut Pen<'_>, what: &Carried) -> Outcome<()> {
    match what {
        Carried::Events { stream, events } => {
            for event in events {
                let is = facts::head(pen.db, stream)?;
                if event.seq != Seq(is.0 + 1) {
                    return Err(StoreError::Conflict { stream: stream.clone(), expected: event.seq, is }.into());
                }
                facts::insert(pen.db, stream, event)?;
            }
        }
        Carried::Fence { lane, fence } => {
            pen.db
                .prepare_cached(
                    "INSERT INTO lease (lane, fence, until) VALUES (?, ?, 0) ON CONFLICT (lane) DO UPDATE SET fence = max(fence, excluded.fence)",
                )?
                .execute(params![lane, fence])?;
        }
        Carried::Snapshot { id, instance, query, begun } => snapshots::begin_as(pen, Some(*id), instance, *query, *begun).map(drop)?,
        Carried::Rows { id, rows } => snapshots::carried(pen, *id, rows)?,
        Carried::LastSnapshot(SnapshotId(id)) => {
            let known = pen.db.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'snapshot'", [id])?;
            if known == 0 {
                pen.db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('snapshot', ?)", [id])?;
            }
        }
    }
    Ok(())
}

/// One read transaction over a connection of its own: others go on writing, and the file holds one moment.
pub(super) fn backup(settings: &Settings, file: &Path) -> Result<(), StoreError> {
    let not_made = |why: String| {
        let detail = format!("{}: {why}", file.display());
        StoreError::failed(
            Diagnostic::new("STORE-034", "the backup can't be made", detail).hint("name a new file in a folder that can be written"),
        )
    };
    opening::create_new(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => not_made("this file is there already, and a backup never replaces one".into()),
        _ => not_made(error.to_string()),
    })?;
    let Some(name) = file.to_str() else { return Err(not_made("its name is not text".into())) };
    let written = opening::connect(settings).and_then(|db| Ok(db.execute("VACUUM INTO ?", [name])?));
    written.map(drop).map_err(|trouble| {
        // Half a backup is none.
        let _ = std::fs::remove_file(file);
        trouble.told(&settings.path)
    })
}
