//! Snapshots going in: rows are kept once, with the range of snapshots that show them (docs/adr/0010; `sqlite/snapshots.rs` says what holds
//! between seals). One page is a few statements however many rows it has, and new rows go in by COPY.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use deadpool_postgres::{GenericClient, Transaction};
use futures_util::TryStreamExt as _;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use usher_domain::digest::Digest;
use usher_domain::journal::Lease;
use usher_domain::snapshot::{RowKind, Snapshot};
use usher_domain::time::Time;

use super::rows::{self, signed};
use super::trouble::Outcome;
use super::{NOW, all, array, leases, maybe, number, one, run, text};
use crate::codec::{STILL, meta_sum, version_sum};
use crate::error::StoreError;
use crate::idset::{IdSet, pack, unpack};
use crate::snapshots::{Count, Kept, SnapPage, SnapRow, SnapshotId, kind_number, not_kept};

/// What this process remembers of open snapshots between pages, so that it isn't loaded for each. Taken out while a page is written, put back when
/// it is kept: whatever fails forgets it.
#[derive(Default)]
pub(super) struct SeenCache(Mutex<HashMap<i64, (u64, IdSet)>>);

impl SeenCache {
    fn take(&self, snapshot: i64, pages: u64) -> Option<IdSet> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&snapshot);
        known.filter(|(at, _)| *at == pages).map(|(_, set)| set)
    }

    pub(super) fn put(&self, page: Met) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(page.snapshot, (page.pages, page.set));
    }
}

/// What is met so far, to be remembered once the page is kept.
pub(super) struct Met {
    snapshot: i64,
    pages: u64,
    set: IdSet,
}

/// `id` and `begun`: only a copy brings them along.
pub(super) async fn begin(
    tx: &Transaction<'_>,
    id: Option<SnapshotId>,
    instance: &str,
    query: Digest,
    begun: Option<Time>,
) -> Outcome<SnapshotId> {
    run(tx, "INSERT INTO source (instance) VALUES ($1) ON CONFLICT DO NOTHING", &[&instance.as_bytes()]).await?;
    let source: i64 = one(tx, "SELECT n FROM source WHERE instance = $1 FOR UPDATE", &[&instance.as_bytes()]).await?.get(0);
    if let Some(id) = open_of(tx, source).await? {
        return Err(StoreError::AlreadyOpen { instance: instance.to_owned(), id }.into());
    }
    if let Some(id) = id {
        last_is(tx, id).await?;
    }
    let sql = format!(
        "INSERT INTO snapshot (id, source, query, begun)
         VALUES (coalesce($1, nextval(pg_get_serial_sequence('snapshot', 'id'))), $2, $3, coalesce($4, {NOW})) RETURNING id"
    );
    let row = one(tx, &sql, &[&id.map(signed), &source, &query.bytes().as_slice(), &begun.map(Time::micros)]).await?;
    Ok(SnapshotId(number(row.get(0))))
}

/// The sequence goes on after this id.
pub(super) async fn last_is(tx: &Transaction<'_>, id: SnapshotId) -> Outcome<()> {
    let sql = "SELECT setval(pg_get_serial_sequence('snapshot', 'id'), $1) WHERE $1 > (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM snapshot_id_seq)";
    run(tx, sql, &[&signed(id)]).await
}

async fn open_of(db: &impl GenericClient, source: i64) -> Outcome<Option<SnapshotId>> {
    let row = maybe(db, "SELECT id FROM snapshot WHERE source = $1 AND meta IS NULL", &[&source]).await?;
    Ok(row.map(|row| SnapshotId(number(row.get(0)))))
}

/// What an open snapshot builds on.
struct Open {
    id: i64,
    source: i64,
    pages: u64,
}

/// `lock`: pages of one snapshot come one after the other, whoever brings them.
async fn open(db: &impl GenericClient, id: SnapshotId, lock: bool) -> Outcome<Open> {
    let sql = format!("SELECT source, pages, meta IS NULL FROM snapshot WHERE id = $1{}", if lock { " FOR UPDATE" } else { "" });
    match maybe(db, &sql, &[&signed(id)]).await? {
        None => Err(StoreError::NoSnapshot(id).into()),
        Some(row) if !row.get::<_, bool>(2) => Err(StoreError::Sealed(id).into()),
        Some(row) => Ok(Open { id: signed(id), source: row.get(0), pages: number(row.get(1)) }),
    }
}

async fn seen(db: &impl GenericClient, snapshot: i64) -> Outcome<IdSet> {
    let mut set = IdSet::default();
    for row in all(db, "SELECT ids FROM seen WHERE snapshot = $1 ORDER BY page", &[&snapshot]).await? {
        unpack(row.get(0), &mut set);
    }
    Ok(set)
}

/// The newest version of a row.
struct Newest {
    id: i64,
    first: i64,
    last: i64,
    salt: [u8; 16],
    same: bool,
}

/// The newest version of each row, by its place among them.
async fn newest(tx: &Transaction<'_>, open: &Open, rows: &[(i64, &SnapRow)]) -> Outcome<HashMap<usize, Newest>> {
    let kinds: Vec<i64> = rows.iter().map(|(kind, _)| *kind).collect();
    let keys: Vec<&[u8]> = rows.iter().map(|(_, row)| row.key.as_bytes()).collect();
    let bodies: Vec<&[u8]> = rows.iter().map(|(_, row)| row.body.as_slice()).collect();
    let sql = "SELECT u.n, v.id, v.first, v.last, v.salt, v.body = u.body
               FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) WITH ORDINALITY u (kind, key, body, n)
               CROSS JOIN LATERAL (SELECT id, first, last, salt, body FROM version v
                   WHERE v.source = $1 AND v.kind = u.kind AND v.key = u.key ORDER BY first DESC LIMIT 1) v";
    let mut found = HashMap::new();
    for row in all(tx, sql, &[&open.source, &kinds, &keys, &bodies]).await? {
        let place = usize::try_from(row.get::<_, i64>(0) - 1).unwrap_or(usize::MAX);
        let newest = Newest { id: row.get(1), first: row.get(2), last: row.get(3), salt: array(row.get(4), "a salt")?, same: row.get(5) };
        found.insert(place, newest);
    }
    Ok(found)
}

fn numbered(rows: &[SnapRow]) -> Outcome<Vec<(i64, &SnapRow)>> {
    rows.iter().map(|row| Ok((kind_number(row.kind).ok_or_else(not_kept)?, row))).collect()
}

pub(super) async fn page(tx: &Transaction<'_>, cache: &SeenCache, id: SnapshotId, page: &SnapPage) -> Outcome<(Kept, Met)> {
    if let Some(lease) = &page.lease {
        leases::must_hold(tx, lease).await?;
    }
    let open = open(tx, id, true).await?;
    let page_rows = numbered(&page.rows)?;
    let mut set = match cache.take(open.id, open.pages) {
        Some(set) => set,
        None => seen(tx, open.id).await?,
    };
    let newest = newest(tx, &open, &page_rows).await?;
    let mut kept = Kept::default();
    let mut here: HashMap<(i64, &str), &[u8]> = HashMap::new();
    let (mut met, mut new) = (Vec::new(), Vec::new());
    for (place, (kind, row)) in page_rows.iter().enumerate() {
        if let Some(first) = here.get(&(*kind, row.key.as_str())) {
            if *first == row.body.as_slice() {
                kept.repeated += 1
            } else {
                kept.differing.push((row.kind, row.key.clone()))
            }
            continue;
        }
        let known = newest.get(&place);
        let here_already = known.is_some_and(|known| known.first == open.id || (known.last == STILL && set.contains(known.id)));
        match known {
            Some(known) if here_already && known.same => kept.repeated += 1,
            Some(_) if here_already => kept.differing.push((row.kind, row.key.clone())),
            Some(known) if known.last == STILL && known.same => {
                set.insert(known.id);
                met.push(known.id);
                *kept.added.entry(row.kind).or_default() += 1;
                here.insert((*kind, &row.key), &row.body);
            }
            known => {
                // A row that was missed for a while and comes back as it was keeps its salt too.
                let salt = known.filter(|known| known.same).map_or(*row.salt.bytes(), |known| known.salt);
                new.push((*kind, *row, salt));
                *kept.added.entry(row.kind).or_default() += 1;
                here.insert((*kind, &row.key), &row.body);
            }
        }
    }
    insert(tx, &open, &new).await?;
    keep(tx, &open, &mut met).await?;
    let sql = "UPDATE snapshot SET pages = pages + 1, resume = $2 WHERE id = $1";
    run(tx, sql, &[&open.id, &page.resume.as_ref().map(|resume| resume.as_bytes())]).await?;
    Ok((kept, Met { snapshot: open.id, pages: open.pages + 1, set }))
}

/// Rows of a copy: a row with another salt is another row, since openings of evidence live by salts.
pub(super) async fn carried(tx: &Transaction<'_>, cache: &SeenCache, id: SnapshotId, carried: &[SnapRow]) -> Outcome<Met> {
    let open = open(tx, id, true).await?;
    let carried = numbered(carried)?;
    let mut set = match cache.take(open.id, open.pages) {
        Some(set) => set,
        None => seen(tx, open.id).await?,
    };
    let newest = newest(tx, &open, &carried).await?;
    let (mut met, mut new) = (Vec::new(), Vec::new());
    for (place, (kind, row)) in carried.iter().enumerate() {
        match newest.get(&place) {
            Some(known) if known.last == STILL && known.same && known.salt == *row.salt.bytes() => {
                set.insert(known.id);
                met.push(known.id);
            }
            _ => new.push((*kind, *row, *row.salt.bytes())),
        }
    }
    insert(tx, &open, &new).await?;
    keep(tx, &open, &mut met).await?;
    run(tx, "UPDATE snapshot SET pages = pages + 1 WHERE id = $1", &[&open.id]).await?;
    Ok(Met { snapshot: open.id, pages: open.pages + 1, set })
}

async fn insert(tx: &Transaction<'_>, open: &Open, new: &[(i64, &SnapRow, [u8; 16])]) -> Outcome<()> {
    if new.is_empty() {
        return Ok(());
    }
    let sink = tx.copy_in("COPY version (source, kind, key, first, last, salt, body, sum) FROM STDIN BINARY").await?;
    let types = [Type::INT8, Type::INT8, Type::BYTEA, Type::INT8, Type::INT8, Type::BYTEA, Type::BYTEA, Type::INT8];
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    for (kind, row, salt) in new {
        let sum = version_sum(*kind, &row.key, salt, &row.body);
        writer.as_mut().write(&[&open.source, kind, &row.key.as_bytes(), &open.id, &STILL, &salt.as_slice(), &row.body, &sum]).await?;
    }
    writer.finish().await?;
    Ok(())
}

/// Keeps what one page met.
async fn keep(tx: &Transaction<'_>, open: &Open, met: &mut [i64]) -> Outcome<()> {
    if met.is_empty() {
        return Ok(());
    }
    let pages = i64::try_from(open.pages).unwrap_or(i64::MAX);
    run(tx, "INSERT INTO seen (snapshot, page, ids) VALUES ($1, $2, $3)", &[&open.id, &pages, &pack(met)]).await
}

/// What a snapshot will hold, as long as it has so many pages.
pub(super) struct Counted {
    pages: u64,
    rows: BTreeMap<RowKind, u64>,
    digest: Digest,
    /// Versions of the snapshot before that this one does not show.
    ended: Vec<i64>,
}

pub(super) async fn count(tx: &Transaction<'_>, id: SnapshotId) -> Outcome<Counted> {
    let open = open(tx, id, false).await?;
    let seen = seen(tx, open.id).await?;
    let mut ended = Vec::new();
    let mut changed = false;
    let mut versions =
        std::pin::pin!(tx.query_raw("SELECT id, first FROM version WHERE source = $1 AND last = $2", [open.source, STILL]).await?);
    while let Some(version) = versions.try_next().await? {
        let (number, first): (i64, i64) = (version.get(0), version.get(1));
        changed |= first == open.id;
        if first != open.id && !seen.contains(number) {
            ended.push(number);
        }
    }
    let before = rows::newest_sealed(tx, open.source).await?;
    if let Some(before) = before.filter(|_| !changed && ended.is_empty()) {
        return Ok(Counted { pages: open.pages, rows: before.rows, digest: before.digest, ended });
    }
    let mut count = Count::default();
    let sql = "SELECT id, first, kind, key, body FROM version WHERE source = $1 AND last = $2 ORDER BY kind, key, first";
    let mut versions = std::pin::pin!(tx.query_raw(sql, [open.source, STILL]).await?);
    while let Some(version) = versions.try_next().await? {
        let (number, first): (i64, i64) = (version.get(0), version.get(1));
        if first == open.id || seen.contains(number) {
            rows::add(&mut count, &version, 2)?;
        }
    }
    let (rows, digest) = count.end();
    Ok(Counted { pages: open.pages, rows, digest, ended })
}

/// `None`: pages came since it was counted.
pub(super) async fn seal(
    tx: &Transaction<'_>,
    id: SnapshotId,
    meta: &Snapshot,
    lease: Option<&Lease>,
    counted: &Counted,
) -> Outcome<Option<Snapshot>> {
    if let Some(lease) = lease {
        leases::must_hold(tx, lease).await?;
    }
    let open = open(tx, id, true).await?;
    if open.pages != counted.pages {
        return Ok(None);
    }
    run(tx, "UPDATE version SET last = $1 WHERE id = ANY ($2)", &[&(open.id - 1), &counted.ended]).await?;
    let named = one(tx, "SELECT instance, query FROM snapshot JOIN source ON n = source WHERE id = $1", &[&open.id]).await?;
    let snapshot = Snapshot {
        id: id.0,
        instance: text(named.get(0))?,
        query: Digest::from_bytes(array(named.get(1), "the query of a read")?),
        rows: counted.rows.clone(),
        digest: counted.digest,
        ..meta.clone()
    };
    let meta = serde_json::to_vec(&snapshot).map_err(|error| StoreError::damaged(format!("snapshot {}: {error}", id.0)))?;
    let sql = "UPDATE snapshot SET meta = $2, sum = $3, read_at = $4, complete = $5, resume = NULL WHERE id = $1";
    run(tx, sql, &[&open.id, &meta, &meta_sum(open.id, &meta), &snapshot.read_at.micros(), &snapshot.complete()]).await?;
    run(tx, "DELETE FROM seen WHERE snapshot = $1", &[&open.id]).await?;
    Ok(Some(snapshot))
}

pub(super) async fn drop(tx: &Transaction<'_>, id: SnapshotId) -> Outcome<()> {
    let sql = "SELECT source, meta IS NULL, instance FROM snapshot JOIN source ON n = source WHERE id = $1 FOR UPDATE";
    let Some(row) = maybe(tx, sql, &[&signed(id)]).await? else { return Err(StoreError::NoSnapshot(id).into()) };
    let (source, is_open, instance, number): (i64, bool, String, i64) = (row.get(0), row.get(1), text(row.get(2))?, signed(id));
    let next = "SELECT min(id) FROM snapshot WHERE source = $1 AND id > $2 AND meta IS NOT NULL";
    let next: Option<i64> = one(tx, next, &[&source, &number]).await?.get(0);
    match next {
        _ if is_open => remove_from(tx, source, number, STILL).await?,
        // The newest goes: what it ended is still there.
        None => {
            if let Some(open) = open_of(tx, source).await? {
                return Err(StoreError::AlreadyOpen { instance, id: open }.into());
            }
            remove_from(tx, source, number, STILL).await?;
            run(tx, "UPDATE version SET last = $3 WHERE source = $1 AND last = $2", &[&source, &(number - 1), &STILL]).await?;
        }
        // One in the middle goes: what it began begins with the next one, and so does what it ended.
        Some(next) => {
            remove_from(tx, source, number, next - 1).await?;
            run(tx, "UPDATE version SET first = $3 WHERE source = $1 AND first = $2", &[&source, &number, &next]).await?;
            run(tx, "UPDATE version SET last = $3 WHERE source = $1 AND last = $2", &[&source, &(number - 1), &(next - 1)]).await?;
        }
    }
    run(tx, "DELETE FROM snapshot WHERE id = $1", &[&number]).await
}

/// Versions that only this snapshot showed.
async fn remove_from(tx: &Transaction<'_>, source: i64, snapshot: i64, last: i64) -> Outcome<()> {
    run(tx, "DELETE FROM version WHERE source = $1 AND first = $2 AND last = $3", &[&source, &snapshot, &last]).await
}
