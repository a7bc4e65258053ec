//! Station one: a read becomes a sealed snapshot with its reasons (invariant 4).
//!
//! The page is stored before the next is asked for. That is the bound on memory and the place to go on from after a crash.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use usher_connect::connector::{Budget, Connector, Cursor, Page, Turn, Want};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::snapshot::{Ended, Gap, Row, RowKind, Snapshot, Tally, judge};
use usher_domain::time::Time;
use usher_store::{SnapPage, SnapRow, SnapshotId, Store};

use crate::given::{Clock, Entropy, Progress};

/// How long a read may hold its instance without a sign of life, in milliseconds.
const LEASE: u32 = 120_000;
/// Most set-aside rows that are kept in a snapshot's notes by name; the rest is counted.
const SET_ASIDE_NAMED: usize = 20;

/// What a reader needs to go on after a crash.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progressed {
    cursor: Option<String>,
    tally: Tally,
    set_aside: u64,
    named: Vec<String>,
    started: Time,
}

/// How one read is made.
pub struct Reading<'a> {
    /// Where it is kept.
    pub store: &'a dyn Store,
    /// The instance.
    pub instance: &'a str,
    /// The way to it.
    pub connector: &'a dyn Connector,
    /// The time.
    pub clock: &'a dyn Clock,
    /// For salts.
    pub entropy: &'a dyn Entropy,
    /// Who watches.
    pub progress: &'a dyn Progress,
    /// A person looked at a smaller file and accepts it.
    pub shrink_accepted: bool,
    /// What it may cost.
    pub budget: Budget,
}

impl Reading<'_> {
    /// Reads everything of the instance into a new sealed snapshot.
    ///
    /// # Errors
    /// The fault that ended the read, or what the store said. Nothing that was read counts then.
    pub async fn run(&self) -> Result<Snapshot, Diagnostic> {
        let lane = format!("read/{}", self.instance);
        let Some(lease) = self.store.claim(Some(&lane), "read", LEASE).await? else {
            let by = self.store.held(&lane).await?.and_then(|h| h.pid).map(|pid| format!(" by process {pid}")).unwrap_or_default();
            return Err(Diagnostic::new("READ-002", "this instance is being read", format!("{} is being read{by}", self.instance))
                .hint("wait for that read to end"));
        };
        let result = self.under(&lease).await;
        // A lease that is lost already needs no release; what matters was decided by the seal.
        let _ = self.store.release(lease).await;
        result
    }

    async fn under(&self, lease: &usher_domain::journal::Lease) -> Result<Snapshot, Diagnostic> {
        let query = Digest::of(self.connector.query(&Want::Everything).as_bytes());
        let before = self.store.latest(self.instance, true).await?;
        let (id, mut progressed) = self.begin(query, &before).await?;
        let mut persons: HashMap<String, (u32, Digest)> = HashMap::new();
        let from = progressed.cursor.take().map(Cursor);
        let want = Want::Everything;
        let mut reader = match self.connector.read(&want, from, self.budget).await {
            Ok(reader) => reader,
            Err(fault) => return Err(self.failed(id, fault.message).await),
        };
        let ended = loop {
            match reader.next().await {
                Ok(Turn::Page(page)) => self.keep(id, lease, page, &mut progressed, &mut persons).await?,
                Ok(Turn::End(ended)) => break ended,
                Err(fault) => {
                    drop(reader);
                    return Err(self.failed(id, fault.message).await);
                }
            }
        };
        let notes = reader.notes();
        drop(reader);
        self.seal(id, lease, query, ended, progressed, notes).await
    }

    /// Goes on with what a process that died left, where the same query can go on; else starts anew.
    async fn begin(&self, query: Digest, before: &Option<Snapshot>) -> Result<(SnapshotId, Progressed), Diagnostic> {
        if let Some(open) = self.store.unsealed(self.instance).await? {
            let resumed = open.resume.as_deref().and_then(|text| serde_json::from_str::<Progressed>(text).ok());
            // Rows of people may repeat a key, which is counted in memory: such a read starts over.
            if let Some(resumed) = resumed.filter(|r| open.query == query && r.cursor.is_some()) {
                self.progress.note(self.instance, &format!("goes on after page {}", open.pages));
                return Ok((open.id, resumed));
            }
            self.store.snapshot_drop(open.id).await?;
        }
        let id = self.store.snapshot_begin(self.instance, query).await?;
        let counted = |s: &Snapshot| s.count(RowKind::Account).max(s.count(RowKind::Person));
        let tally = Tally { before: before.as_ref().map(counted), shrink_accepted: self.shrink_accepted, ..Tally::default() };
        Ok((id, Progressed { tally, started: self.clock.now(), ..Progressed::default() }))
    }

    /// A read that failed leaves its pages where it can go on from them; the message says so.
    async fn failed(&self, id: SnapshotId, message: Diagnostic) -> Diagnostic {
        let resumable =
            matches!(self.store.unsealed(self.instance).await, Ok(Some(open)) if open.id == id && open.pages > 0 && open.resume.is_some());
        let hint = if resumable {
            format!("usher read {} goes on where it stopped", self.instance)
        } else {
            format!("usher read {} tries again", self.instance)
        };
        let mut message = message;
        message.detail = format!("{}: {}; nothing is concluded from who is absent until a read is complete", self.instance, message.detail);
        if message.hint.is_none() {
            message.hint = Some(hint);
        }
        message
    }

    async fn keep(
        &self,
        id: SnapshotId,
        lease: &usher_domain::journal::Lease,
        page: Page,
        progressed: &mut Progressed,
        persons: &mut HashMap<String, (u32, Digest)>,
    ) -> Result<(), Diagnostic> {
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            if row.kind() == RowKind::Record {
                continue;
            }
            if row.key().is_empty() {
                progressed.tally.gaps.push(Gap::NoId(describe(&row)));
                continue;
            }
            let mut kept = SnapRow::of(row, self.entropy.salt())?;
            if kept.kind == RowKind::Person && !unique(&mut kept, persons) {
                progressed.tally.repeats += 1;
                continue;
            }
            rows.push(kept);
        }
        for set_aside in page.set_aside {
            progressed.set_aside += 1;
            if progressed.named.len() < SET_ASIDE_NAMED {
                progressed.named.push(format!("{}: {}", set_aside.place, set_aside.reason));
            }
        }
        progressed.tally.pages += 1;
        progressed.cursor = page.resume.map(|c| c.0);
        let resume = serde_json::to_string(progressed).ok().filter(|_| progressed.cursor.is_some() && persons.is_empty());
        let kept = self.store.snapshot_page(id, SnapPage { rows, resume, lease: Some(lease.clone()) }).await?;
        for (kind, count) in &kept.added {
            if matches!(kind, RowKind::Account | RowKind::Person) {
                progressed.tally.rows += count;
            }
        }
        progressed.tally.repeats += kept.repeated;
        progressed.tally.gaps.extend(kept.differing.into_iter().map(|(_, key)| Gap::IdTwice(key)));
        self.progress.rows(self.instance, progressed.tally.rows);
        Ok(())
    }

    async fn seal(
        &self,
        id: SnapshotId,
        lease: &usher_domain::journal::Lease,
        query: Digest,
        ended: Ended,
        progressed: Progressed,
        mut notes: Vec<String>,
    ) -> Result<Snapshot, Diagnostic> {
        let mut tally = progressed.tally;
        if progressed.set_aside > 0 {
            let first = progressed.named.first().cloned().unwrap_or_default();
            tally.gaps.push(Gap::RowsSetAside { count: progressed.set_aside, first });
            notes.extend(progressed.named.iter().map(|n| format!("set aside: {n}")));
        }
        let gaps = match judge(&tally, &ended) {
            Ok(_) => vec![],
            Err(gaps) => gaps,
        };
        let meta = Snapshot {
            id: id.0,
            instance: self.instance.to_owned(),
            rows: Default::default(),
            covers: ended.covers.clone(),
            as_of: ended.as_of,
            read_at: progressed.started,
            ended_at: self.clock.now(),
            grade: ended.grade,
            pages: tally.pages,
            stated: ended.total,
            gaps,
            query,
            // Sealing computes it from what is stored.
            digest: Digest::of(b""),
            by: "usher".to_owned(),
            notes,
        };
        Ok(self.store.snapshot_seal(id, meta, Some(lease.clone())).await?)
    }
}

/// Two rows of people may have one key (two jobs): the second becomes `key#2`. False: it is the same row again.
fn unique(row: &mut SnapRow, persons: &mut HashMap<String, (u32, Digest)>) -> bool {
    let digest = Digest::of(&row.body);
    match persons.get_mut(&row.key) {
        None => {
            persons.insert(row.key.clone(), (1, digest));
            true
        }
        Some((_, same)) if *same == digest => false,
        Some((count, _)) => {
            *count += 1;
            row.key = format!("{}#{count}", row.key);
            true
        }
    }
}

fn describe(row: &Row) -> String {
    match row {
        Row::Person(p) => p.line.map_or_else(|| p.name.clone().unwrap_or_default(), |line| format!("line {line}")),
        Row::Account(a) => a.line.map_or_else(|| a.label().to_owned(), |line| format!("line {line}")),
        Row::Entitlement(e) => e.name.clone(),
        Row::Grant(g) => g.entitlement.clone(),
        Row::Credential(c) => c.account.clone(),
        Row::Record(_) => String::new(),
    }
}

/// Reads one account as fresh as it can be had, without keeping it: before a write, and after.
///
/// # Errors
/// The fault that ended the read.
pub async fn account(
    connector: &dyn Connector,
    native_id: &str,
    user_name: Option<&str>,
    budget: Budget,
) -> Result<(Option<usher_domain::account::AccountRow>, Ended), usher_connect::fault::Fault> {
    let want = Want::Account { native_id: native_id.to_owned(), user_name: user_name.map(str::to_owned) };
    let mut reader = connector.read(&want, None, budget).await?;
    let mut found = None;
    loop {
        match reader.next().await? {
            Turn::Page(page) => {
                // A way that can only list gives the whole list: the row is picked out here.
                let row = page.rows.into_iter().find_map(|row| match row {
                    Row::Account(a) if a.native_id == native_id || (native_id.is_empty() && a.user_name.as_deref() == user_name) => Some(a),
                    _ => None,
                });
                found = found.or(row);
            }
            Turn::End(ended) => return Ok((found, ended)),
        }
    }
}

/// A read of one account that was whole and would have shown it proves that it is gone.
pub(crate) fn proves_gone(ended: &Ended) -> bool {
    judge(&Tally::default(), &Ended { total: None, ..ended.clone() }).is_ok_and(|c| c.proves_absence())
}
