//! The steps of the layout that both engines take, one folder a step in `migrations/` with a script for each.

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;

/// One step. What has been released is never edited: its checksum stands in every store.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// All steps, in order; the first is number 1.
pub(crate) const STEPS: &[Step] = &[Step {
    name: "start",
    sqlite: include_str!("../migrations/0001_start/sqlite.sql"),
    postgres: include_str!("../migrations/0001_start/postgres.sql"),
}];

/// Holds what a store says of the steps that it took (number, name, checksum) against those that are known; true if none is left.
pub(crate) fn checked(
    steps: &[Step],
    applied: Vec<(usize, String, Vec<u8>)>,
    script: impl Fn(&Step) -> &'static str,
) -> Result<bool, Diagnostic> {
    let taken = applied.len();
    if taken > steps.len() {
        return Err(newer(taken, steps.len()));
    }
    for (at, (n, name, checksum)) in (1..).zip(applied) {
        let known = steps.get(at - 1);
        if n != at || known.is_none_or(|known| known.name != name || Digest::of(script(known).as_bytes()).bytes().as_slice() != checksum) {
            return Err(differs(n, &name));
        }
    }
    Ok(taken == steps.len())
}

pub(crate) fn newer(has: usize, known: usize) -> Diagnostic {
    let detail = format!("it has layout {has}, this usher knows layouts up to {known}");
    Diagnostic::new("STORE-005", "the store is of a newer usher", detail).hint("use the newer usher; a store never goes back")
}

pub(crate) fn differs(n: usize, name: &str) -> Diagnostic {
    Diagnostic::new(
        "STORE-015",
        "the store was laid out by something else",
        format!("step {n} ({name}) is not the one that this usher knows"),
    )
    .hint("use the usher that made it, or restore it from a backup")
}

#[cfg(test)]
pub(crate) mod filled {
    //! A store of every layout that was ever released, with one of everything in it as it was written then.

    use usher_domain::digest::Digest;
    use usher_domain::journal::Seq;
    use usher_domain::snapshot::RowKind;

    use super::Step;
    use crate::batch::{Batch, Find, ShelfRow};
    use crate::snapshots::{Seek, SnapshotId};
    use crate::store::Store;
    use crate::testing::{account, whole};

    /// The rows of a store of each layout, in the order of [`super::STEPS`]: what a dump of [`fill`] said when that step was the newest.
    pub(crate) const FILLED: &[(&str, &str)] =
        &[(include_str!("../migrations/0001_start/filled.sqlite.sql"), include_str!("../migrations/0001_start/filled.postgres.sql"))];

    /// A step that only tests take: today there is one layout, and going on from it must be tried before there are two.
    pub(crate) const LATER: Step = Step {
        name: "later",
        sqlite: "ALTER TABLE shelf_row ADD COLUMN later INTEGER; CREATE TABLE later (n INTEGER PRIMARY KEY) STRICT;",
        postgres: "ALTER TABLE shelf_row ADD COLUMN later bigint; CREATE TABLE later (n bigint PRIMARY KEY);",
    };

    #[expect(dead_code, reason = "how the files of FILLED are made when a step is added; run once, from a test, with a dump after it")]
    pub(crate) async fn fill(store: &dyn Store) {
        let batch = Batch::default().event("run/1", "opened", "first").event("run/1", "ended", "second").blob("a file");
        store.commit(batch.row(ShelfRow::new("people", "p\0é", "a person").group("hr"))).await.unwrap();
        let lease = store.claim(Some("run/1/okta"), "w", 60_000).await.unwrap().unwrap();
        store.release(lease).await.unwrap();
        whole(store, "okta", 1, vec![account("same", 1, "a"), account("differs", 2, "a")]).await;
        whole(store, "okta", 2, vec![account("same", 3, "a"), account("differs", 4, "b")]).await;
    }

    /// Everything of [`fill`] is read, whatever layout it was written in, and the store goes on from there.
    pub(crate) async fn is_there_and_goes_on(store: &dyn Store) {
        let events = store.load("run/1", Seq(0), 10).await.unwrap();
        assert_eq!(events.iter().map(|event| event.body.as_slice()).collect::<Vec<_>>(), [b"first".as_slice(), b"second"]);
        let row = ShelfRow::new("people", "p\0é", "a person").group("hr");
        assert_eq!(store.find(Find::on("people")).await.unwrap(), [row]);
        assert_eq!(store.blob(Digest::of(b"a file")).await.unwrap().as_deref(), Some(b"a file".as_slice()));
        let laps = [[account("differs", 2, "a"), account("same", 1, "a")], [account("differs", 4, "b"), account("same", 1, "a")]];
        for (snapshot, rows) in store.snapshots(Seek::all()).await.unwrap().iter().rev().zip(laps) {
            assert_eq!(store.snapshot_rows(SnapshotId(snapshot.id), RowKind::Account, None, 10).await.unwrap(), rows);
        }
        assert_eq!(store.check().await.unwrap(), []);

        let lease = store.claim(Some("run/1/okta"), "w", 60_000).await.unwrap().unwrap();
        assert_eq!(lease.fence, 2);
        assert_eq!(store.commit(Batch::under(&lease).event("run/1", "k", "third")).await.unwrap(), [Seq(3)]);
        let next = whole(store, "okta", 3, vec![account("same", 5, "a")]).await;
        assert_eq!(store.snapshot_rows(next, RowKind::Account, None, 10).await.unwrap(), [account("same", 1, "a")]);
        assert_eq!(store.check().await.unwrap(), []);
    }

    #[test]
    fn every_step_has_a_filled_store() {
        assert_eq!(FILLED.len(), super::STEPS.len(), "dump a store that is filled and laid out by the newest step");
    }
}
