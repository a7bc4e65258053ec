//! Steps from one layout of the database to the next: numbered, checksummed, forward only, under one lock.

use deadpool_postgres::{Client, GenericClient as _};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;

use super::trouble::Outcome;
use super::{NOW, one};
use crate::migration::{Step, checked};

/// `ushr`: whoever lays out this database takes this lock first.
const LOCK: i64 = 0x7573_6872;
/// The oldest server that has all that is used here.
const OLDEST: i32 = 130_000;

/// Brings the database to the newest layout.
pub(super) async fn run(db: &mut Client, steps: &[Step]) -> Outcome<()> {
    let server: i32 = one(db, "SELECT current_setting('server_version_num')::int", &[]).await?.get(0);
    if server < OLDEST {
        let detail = format!("this server is version {}, usher needs 13 or newer", server / 10_000);
        return Err(Diagnostic::new("STORE-047", "the database server is too old", detail).hint("use a newer PostgreSQL").into());
    }
    if done(db, steps).await? {
        return Ok(());
    }
    let tx = db.transaction().await?;
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    // Another process may have been quicker.
    if !done(&tx, steps).await? {
        let foreign: bool = one(
            &tx,
            "SELECT to_regclass('migration') IS NULL AND EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema())",
            &[],
        )
        .await?
        .get(0);
        if foreign {
            return Err(Diagnostic::new("STORE-004", "this is no store of usher", "the database has another program's tables")
                .hint("give usher a database of its own: createdb usher")
                .into());
        }
        tx.batch_execute("CREATE TABLE IF NOT EXISTS migration (n bigint PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL, applied bigint NOT NULL)")
            .await?;
        let from: i64 = one(&tx, "SELECT count(*) FROM migration", &[]).await?.get(0);
        for (n, step) in (1_i64..).zip(steps).skip(usize::try_from(from).unwrap_or(usize::MAX)) {
            tx.batch_execute(step.postgres).await?;
            let sql = format!("INSERT INTO migration VALUES ($1, $2, $3, {NOW})");
            tx.execute(&sql, &[&n, &step.name, &Digest::of(step.postgres.as_bytes()).bytes().as_slice()]).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// True if nothing is left to do.
async fn done(db: &impl deadpool_postgres::GenericClient, steps: &[Step]) -> Outcome<bool> {
    let there: bool = one(db, "SELECT to_regclass('migration') IS NOT NULL", &[]).await?.get(0);
    if !there {
        return Ok(false);
    }
    let rows = db.query("SELECT n, name, checksum FROM migration ORDER BY n", &[]).await?;
    let applied = rows.iter().map(|row| {
        let n: i64 = row.get(0);
        (usize::try_from(n).unwrap_or(0), row.get::<_, String>(1), row.get::<_, Vec<u8>>(2))
    });
    Ok(checked(steps, applied.collect(), |step| step.postgres)?)
}
