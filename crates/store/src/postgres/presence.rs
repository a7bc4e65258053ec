//! Whether the process that holds a lease is still there. Each process keeps one connection for this alone; the server notices at once when a process
//! dies, and lists its connection no more, so the lanes of a dead process are free at once, as on SQLite. A machine that lost its network keeps
//! its connection until the server gives it up: there the lease's own end counts. Either way an old fence writes nothing.

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::sync::Mutex;

use super::trouble::Outcome;

/// In SQL: the holder of a lease `l` is not known to be gone. Where this user may not see when another's connection began, it is believed.
pub(super) const THERE: &str = "(l.holder IS NULL OR EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = l.holder
    AND (a.backend_start IS NULL OR (extract(epoch FROM a.backend_start) * 1000000)::bigint = l.since)))";

/// In SQL: the server makes its list anew. It makes one a transaction, and whoever connected later would be taken for gone
/// (<https://www.postgresql.org/docs/15/monitoring-stats.html>).
pub(super) const FRESH: &str = "SELECT pg_stat_clear_snapshot()";

/// A connection as the server lists it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    pub(super) pid: i32,
    pub(super) since: i64,
}

#[derive(Default)]
pub(super) struct Presence(Mutex<Option<(ClientWrapper, Holder)>>);

impl Presence {
    /// Who this process is to the server; a connection that broke is made anew.
    pub(super) async fn holder(&self, pool: &Pool) -> Outcome<Holder> {
        let mut kept = self.0.lock().await;
        if let Some((_, holder)) = kept.as_ref().filter(|(client, _)| !client.is_closed()) {
            return Ok(*holder);
        }
        // Taken out of the pool for good: nothing else is asked over it.
        let client = Object::take(pool.get().await?);
        let sql = "SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        let row = client.query_one(sql, &[]).await?;
        let holder = Holder { pid: row.get(0), since: row.get(1) };
        *kept = Some((client, holder));
        Ok(holder)
    }
}
