//! Copies and backups.

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;
use usher_domain::snapshot::RowKind;
use usher_domain::time::Time;

use crate::batch::{Batch, Find, META, ShelfRow};
use crate::carry::{self, Carried, Listing, contents, copy};
use crate::error::StoreError;
use crate::snapshots::{Seek, SnapshotId};
use crate::store::Store;
use crate::testing::{Fresh, Model, account, page, query, row, whole};

fn quiet(_: &str) {}

/// A store with some of everything, also what is odd: an empty key, a dropped read, a row that came back, a lane in use.
async fn furnished(store: &dyn Store) {
    let mut batch = Batch::default().blob("plan").blob("").row(ShelfRow::new(META, "tenant", "t").group("g").due(Time::from_seconds(9)));
    for n in 0..1_203 {
        batch = batch.event("log", "k", n.to_string()).row(ShelfRow::new("shelf", format!("{n:04}"), n.to_string()));
    }
    store.commit(batch.event("run/r-1", "k", [0, 255])).await.unwrap();
    whole(store, "okta", 1, vec![account("1", 1, "a"), account("", 2, "a"), row(RowKind::Grant, "1", 3, "g")]).await;
    let dropped = whole(store, "okta", 2, vec![account("1", 4, "b"), account("", 2, "a")]).await;
    whole(store, "okta", 3, vec![account("1", 5, "a"), account("2", 6, "x")]).await;
    store.snapshot_drop(dropped).await.unwrap();
    whole(store, "slack", 4, (0..2_100).map(|n| account(&format!("{n:05}"), (n % 200) as u8, "s")).collect()).await;
    store.claim(Some("run/r-1/okta"), "w", 60_000).await.unwrap().unwrap();
    let last = whole(store, "gone", 5, vec![account("1", 1, "a")]).await;
    store.snapshot_drop(last).await.unwrap();
}

async fn same(a: &dyn Store, b: &dyn Store) {
    assert_eq!(contents(a).await.unwrap(), contents(b).await.unwrap());
    for snapshot in a.snapshots(Seek::all()).await.unwrap() {
        let id = SnapshotId(snapshot.id);
        for kind in [RowKind::Account, RowKind::Grant] {
            let rows = a.snapshot_rows(id, kind, None, 5_000).await.unwrap();
            assert_eq!(b.snapshot_rows(id, kind, None, 5_000).await.unwrap(), rows, "{snapshot:?}");
        }
    }
}

pub async fn a_copy_answers_as_its_source_does(fresh: Fresh) {
    let model = Model::default();
    furnished(&model).await;
    let there = copy(&model, &*fresh.store, "a model", &quiet).await.unwrap();
    assert_eq!((there.events, there.files, there.reads), (1_204, 2, 3));
    same(&model, &*fresh.store).await;
    assert_eq!(carry::unfinished(&*fresh.store).await.unwrap(), None);
    assert_eq!(fresh.store.check().await.unwrap(), []);
    // And back.
    let back = Model::default();
    copy(&*fresh.store, &back, "the store", &quiet).await.unwrap();
    same(&model, &back).await;
}

pub async fn a_copy_goes_on_where_it_was_and_follows_what_changed(fresh: Fresh) {
    let model = Model::default();
    furnished(&model).await;
    let store = &*fresh.store;
    // What a copy that was killed leaves: its marker, some of everything, half a read.
    let half = copy_until_killed(&model, store).await;
    assert_eq!(carry::unfinished(store).await.unwrap().as_deref(), Some("a model"));
    assert!(half < contents(&model).await.unwrap().events);
    let refused = copy(store, &Model::default(), "half a copy", &quiet).await.unwrap_err();
    assert_eq!(refused.code, "STORE-033", "half a copy is no source");
    let change = Batch::default().event("log", "k", "new").gone("shelf", "0007").row(ShelfRow::new("shelf", "0008", "other"));
    model.commit(change).await.unwrap();
    whole(&model, "okta", 9, vec![account("1", 7, "c")]).await;
    copy(&model, store, "a model", &quiet).await.unwrap();
    same(&model, store).await;
    assert_eq!(store.get("shelf", "0007").await.unwrap(), None);
}

async fn copy_until_killed(from: &dyn Store, to: &dyn Store) -> u64 {
    to.commit(Batch::default().row(ShelfRow::new(META, carry::COPYING, r#"{"from":"a model"}"#))).await.unwrap();
    let events = from.load("log", Seq(0), 100).await.unwrap();
    to.carry(Carried::Events { stream: "log".into(), events }).await.unwrap();
    to.commit(Batch::default().blob("plan").row(ShelfRow::new("shelf", "0007", "7"))).await.unwrap();
    let begun = Carried::Snapshot { id: SnapshotId(1), instance: "okta".into(), query: query(), begun: Time::from_seconds(1) };
    to.carry(begun).await.unwrap();
    to.carry(Carried::Rows { id: SnapshotId(1), rows: vec![account("1", 1, "a")] }).await.unwrap();
    contents(to).await.unwrap().events
}

pub async fn a_copy_into_something_else_is_refused(fresh: Fresh) {
    let store = &*fresh.store;
    let refused = async |from: &str| copy(&Model::default(), store, from, &quiet).await.map_err(|e: Diagnostic| e.code.to_string());
    store.commit(Batch::default().row(ShelfRow::new(META, "tenant", "t"))).await.unwrap();
    assert_eq!(refused("a model").await, Err("STORE-030".into()));
    store.commit(Batch::default().gone(META, "tenant").row(ShelfRow::new(META, carry::COPYING, r#"{"from":"another"}"#))).await.unwrap();
    assert_eq!(refused("a model").await, Err("STORE-030".into()), "a copy of another store was begun");
    assert!(refused("another").await.is_ok());
    let gap = store.load("log", Seq(0), 1).await.unwrap();
    assert_eq!(gap, []);
    let model = Model::default();
    model.commit(Batch::default().event("log", "k", "1").event("log", "k", "2")).await.unwrap();
    let second = model.load("log", Seq(1), 1).await.unwrap();
    let carried = store.carry(Carried::Events { stream: "log".into(), events: second }).await;
    assert_eq!(carried, Err(StoreError::Conflict { stream: "log".into(), expected: Seq(2), is: Seq(0) }));
}

pub async fn nothing_that_was_given_out_is_given_out_again(fresh: Fresh) {
    let model = Model::default();
    furnished(&model).await;
    let last = model.names(Listing::Counters, None, 10).await.unwrap()[0].number;
    let store = &*fresh.store;
    copy(&model, store, "a model", &quiet).await.unwrap();
    assert_eq!(store.held("run/r-1/okta").await.unwrap(), None, "a lease is nobody's in the copy");
    let lease = store.claim(Some("run/r-1/okta"), "w2", 60_000).await.unwrap().unwrap();
    assert!(lease.fence > 1, "its fence grows on");
    let next = store.snapshot_begin("okta", query()).await.unwrap();
    assert!(next.0 > last, "also not the id of a read that was dropped");
    store.snapshot_page(next, page(vec![account("1", 9, "a")])).await.unwrap();
}

pub async fn a_backup_is_one_moment_and_never_replaces_a_file(fresh: Fresh) {
    let store = &*fresh.store;
    furnished(store).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    let before = contents(store).await.unwrap();
    let (made, _) = tokio::join!(store.backup(&file), store.commit(Batch::default().event("log", "k", "meanwhile")));
    made.unwrap();
    let after = contents(store).await.unwrap();
    let opened = crate::open(&format!("sqlite:{}", file.display()), folder.path()).unwrap();
    let kept = contents(&*opened).await.unwrap();
    assert!(kept == before || kept == after, "{kept:?}");
    assert_eq!(opened.check().await.unwrap(), []);
    assert_eq!(opened.blob(Digest::of(b"plan")).await.unwrap().as_deref(), Some(b"plan".as_slice()));
    assert_eq!(opened.find(Find::on("shelf").limit(2_000)).await.unwrap().len(), 1_203);
    let again = store.backup(&file).await.unwrap_err();
    assert!(matches!(&again, StoreError::Failed(d) if d.code == "STORE-034"), "{again}");
    assert_eq!(contents(&*opened).await.unwrap(), kept);
    let nowhere = store.backup(&folder.path().join("no/such/folder.db")).await.unwrap_err();
    assert!(matches!(&nowhere, StoreError::Failed(d) if d.code == "STORE-034"), "{nowhere}");
}
