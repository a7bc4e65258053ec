//! Snapshots.

use std::collections::BTreeMap;

use usher_domain::names::Salt;
use usher_domain::snapshot::{Gap, RowKind};
use usher_domain::time::Time;

use crate::error::StoreError;
use crate::snapshots::{Kept, Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::Store;
use crate::testing::{Fresh, account, meta, page, query, row, whole};

async fn accounts(store: &dyn Store, id: SnapshotId) -> Vec<SnapRow> {
    store.snapshot_rows(id, RowKind::Account, None, 1_000).await.unwrap()
}

async fn latest(store: &dyn Store, complete_only: bool) -> Option<SnapshotId> {
    store.latest("okta", complete_only).await.unwrap().map(|snapshot| SnapshotId(snapshot.id))
}

pub async fn what_was_never_sealed_is_never_read_as_a_snapshot(fresh: Fresh) {
    let store = &*fresh.store;
    let id = store.snapshot_begin("okta", query()).await.unwrap();
    store.snapshot_page(id, page(vec![account("1", 1, "a")])).await.unwrap();
    for store in [store, &*fresh.again()] {
        assert_eq!(latest(store, false).await, None);
        assert_eq!(store.snapshots(Seek::all()).await.unwrap(), []);
        assert_eq!(store.snapshots(Seek::id(id)).await.unwrap(), []);
        assert_eq!(store.snapshot_rows(id, RowKind::Account, None, 10).await, Err(StoreError::NotSealed(id)));
        assert_eq!(store.snapshot_row(id, RowKind::Account, "1").await, Err(StoreError::NotSealed(id)));
    }
    store.snapshot_seal(id, meta("okta", 1, vec![]), None).await.unwrap();
    assert_eq!(latest(store, false).await, Some(id));
    assert_eq!(accounts(store, id).await, [account("1", 1, "a")]);
    assert_eq!(store.unsealed("okta").await.unwrap(), None);
    assert_eq!(store.snapshot_page(id, page(vec![])).await, Err(StoreError::Sealed(id)));
    assert_eq!(store.snapshot_seal(id, meta("okta", 1, vec![]), None).await, Err(StoreError::Sealed(id)));
}

pub async fn rows_come_out_by_kind_and_key_in_pages(fresh: Fresh) {
    let store = &*fresh.store;
    let id = store.snapshot_begin("okta", query()).await.unwrap();
    let mut keys = ["b", "a\0", "ä", "10", "9", "A", "", "zz", "\u{10ffff}"];
    for (n, key) in (1..).zip(keys) {
        let rows = vec![account(key, n, key), row(RowKind::Grant, key, n, "grant")];
        store.snapshot_page(id, page(rows)).await.unwrap();
    }
    let sealed = store.snapshot_seal(id, meta("okta", 5, vec![]), None).await.unwrap();
    assert_eq!(sealed.rows, BTreeMap::from([(RowKind::Account, 9), (RowKind::Grant, 9)]));
    assert_eq!((sealed.id, sealed.read_at), (id.0, Time::from_seconds(5)));
    assert_eq!(store.snapshots(Seek::id(id)).await.unwrap(), [sealed]);

    keys.sort_unstable();
    let mut found: Vec<SnapRow> = Vec::new();
    loop {
        let after = found.last().map(|row| row.key.clone());
        let next = store.snapshot_rows(id, RowKind::Account, after.as_deref(), 2).await.unwrap();
        if next.is_empty() {
            break;
        }
        found.extend(next);
    }
    assert_eq!(found.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), keys);
    assert!(found.iter().all(|row| row.body == row.key.as_bytes() && row.kind == RowKind::Account));
    assert_eq!(store.snapshot_row(id, RowKind::Account, "ä").await.unwrap(), Some(account("ä", 3, "ä")));
    assert_eq!(store.snapshot_row(id, RowKind::Account, "c").await.unwrap(), None);
    assert_eq!(store.snapshot_rows(id, RowKind::Person, None, 10).await.unwrap(), []);
    let nobody = SnapshotId(id.0 + 1);
    assert_eq!(store.snapshot_rows(nobody, RowKind::Account, None, 10).await, Err(StoreError::NoSnapshot(nobody)));
}

pub async fn an_unchanged_row_keeps_its_salt(fresh: Fresh) {
    let store = &*fresh.store;
    whole(store, "okta", 1, vec![account("same", 1, "a"), account("differs", 2, "a"), account("missed", 3, "a")]).await;
    let second = whole(store, "okta", 2, vec![account("same", 4, "a"), account("differs", 5, "b"), account("new", 6, "a")]).await;
    assert_eq!(accounts(store, second).await, [account("differs", 5, "b"), account("new", 6, "a"), account("same", 1, "a")]);
    let third = whole(store, "okta", 3, vec![account("missed", 7, "a"), account("differs", 8, "a")]).await;
    assert_eq!(accounts(store, third).await, [account("differs", 8, "a"), account("missed", 3, "a")]);
    let elsewhere = whole(store, "slack", 4, vec![account("same", 9, "a")]).await;
    assert_eq!(accounts(store, elsewhere).await, [account("same", 9, "a")], "salts are an instance's own");
    let grant = whole(store, "okta", 5, vec![row(RowKind::Grant, "missed", 10, "a")]).await;
    assert_eq!(store.snapshot_row(grant, RowKind::Grant, "missed").await.unwrap().unwrap().salt, Salt::new([10; 16]));
}

pub async fn rows_that_come_twice_are_told_apart(fresh: Fresh) {
    let store = &*fresh.store;
    whole(store, "okta", 1, vec![account("old", 1, "a"), account("old2", 2, "a")]).await;
    let id = store.snapshot_begin("okta", query()).await.unwrap();
    let twice_in_one_page = vec![account("old", 3, "a"), account("new", 4, "a"), account("new", 5, "a"), account("new", 6, "b")];
    let kept = store.snapshot_page(id, page(twice_in_one_page)).await.unwrap();
    let expected =
        Kept { added: BTreeMap::from([(RowKind::Account, 2)]), repeated: 1, differing: vec![(RowKind::Account, "new".to_owned())] };
    assert_eq!(kept, expected);
    let across =
        vec![account("old", 7, "a"), account("old", 8, "b"), account("old2", 9, "b"), account("old2", 10, "a"), account("new", 11, "a")];
    let kept = fresh.again().snapshot_page(id, page(across)).await.unwrap();
    let differing = ["old", "old2"].map(|key| (RowKind::Account, key.to_owned())).to_vec();
    assert_eq!(kept, Kept { added: BTreeMap::from([(RowKind::Account, 1)]), repeated: 2, differing });
    let sealed = store.snapshot_seal(id, meta("okta", 2, vec![]), None).await.unwrap();
    assert_eq!(sealed.count(RowKind::Account), 3);
    assert_eq!(
        accounts(store, id).await,
        [account("new", 4, "a"), account("old", 1, "a"), account("old2", 9, "b")],
        "the first content stays"
    );
}

pub async fn equal_content_has_an_equal_digest(fresh: Fresh) {
    let store = &*fresh.store;
    let rows = || vec![account("1", 1, "a"), account("2", 2, "b"), row(RowKind::Grant, "2", 3, "b")];
    let mut turned = rows();
    turned.reverse();
    let mut ids = Vec::new();
    for (at, instance, rows) in [(1, "okta", rows()), (2, "okta", turned.clone()), (3, "slack", turned)] {
        ids.push(whole(store, instance, at, rows).await);
    }
    let other = [
        vec![account("1", 1, "a"), account("2", 2, "c"), row(RowKind::Grant, "2", 3, "b")],
        vec![account("1", 1, "a"), account("2", 2, "b")],
        vec![account("1", 1, "a"), account("2", 2, "b"), row(RowKind::Credential, "2", 3, "b")],
        vec![account("1", 1, "a"), account("2b", 2, ""), row(RowKind::Grant, "2", 3, "b")],
        vec![],
    ];
    for (at, rows) in (4..).zip(other) {
        ids.push(whole(store, "okta", at, rows).await);
    }
    let mut digests = Vec::new();
    for id in ids {
        digests.extend(store.snapshots(Seek::id(id)).await.unwrap().into_iter().map(|snapshot| snapshot.digest));
    }
    assert_eq!(digests.len(), 8);
    assert!(digests[..3].iter().all(|digest| *digest == digests[0]), "order, instance and salts don't count");
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 6, "everything else does");
}

pub async fn an_earlier_snapshot_still_reads_as_it_was(fresh: Fresh) {
    let store = &*fresh.store;
    let laps = [
        vec![account("1", 1, "a"), account("2", 2, "a")],
        vec![account("1", 1, "a"), account("2", 3, "b"), account("3", 4, "a")],
        vec![account("2", 3, "b")],
        vec![account("1", 1, "a"), account("2", 5, "a")],
    ];
    let mut ids = Vec::new();
    for (at, rows) in (1..).zip(&laps) {
        ids.push(whole(store, "okta", at, rows.clone()).await);
    }
    let open = store.snapshot_begin("okta", query()).await.unwrap();
    store.snapshot_page(open, page(vec![account("2", 9, "z"), account("4", 9, "z")])).await.unwrap();
    for (id, rows) in ids.into_iter().zip(laps) {
        assert_eq!(accounts(store, id).await, rows);
        for row in rows {
            assert_eq!(store.snapshot_row(id, RowKind::Account, &row.key).await.unwrap(), Some(row));
        }
        assert_eq!(store.snapshot_row(id, RowKind::Account, "4").await.unwrap(), None);
    }
}

pub async fn the_newest_whole_snapshot_is_found_and_the_one_at_a_time(fresh: Fresh) {
    let store = &*fresh.store;
    let first = whole(store, "okta", 10, vec![]).await;
    let second = whole(store, "okta", 20, vec![]).await;
    let broken = store.snapshot_begin("okta", query()).await.unwrap();
    store.snapshot_seal(broken, meta("okta", 30, vec![Gap::EndedEarly("page 4".into())]), None).await.unwrap();
    let other = whole(store, "slack", 40, vec![]).await;
    assert_eq!(latest(store, false).await, Some(broken));
    assert_eq!(latest(store, true).await, Some(second));
    let ids = async |seek: Seek| store.snapshots(seek).await.unwrap().into_iter().map(|s| SnapshotId(s.id)).collect::<Vec<_>>();
    assert_eq!(ids(Seek::all()).await, [other, broken, second, first]);
    assert_eq!(ids(Seek { limit: 2, before: Some(broken), ..Seek::all() }).await, [second, first]);
    assert_eq!(ids(Seek::at("okta", true, Time::from_seconds(19))).await, [first]);
    assert_eq!(ids(Seek::at("okta", true, Time::from_seconds(20))).await, [second]);
    assert_eq!(ids(Seek::at("okta", true, Time::from_seconds(9))).await, []);
    assert_eq!(ids(Seek::latest("nobody's", false)).await, []);
}

pub async fn there_is_one_open_snapshot_an_instance(fresh: Fresh) {
    let store = &*fresh.store;
    let id = store.snapshot_begin("okta", query()).await.unwrap();
    let refused = Err(StoreError::AlreadyOpen { instance: "okta".into(), id });
    assert_eq!(fresh.again().snapshot_begin("okta", query()).await, refused);
    store.snapshot_begin("slack", query()).await.unwrap();
    store.snapshot_drop(id).await.unwrap();
    let next = store.snapshot_begin("okta", query()).await.unwrap();
    assert!(next > id, "an id is never used again");
    assert_eq!(store.snapshot_page(id, page(vec![])).await, Err(StoreError::NoSnapshot(id)));
    assert_eq!(store.snapshot_drop(id).await, Err(StoreError::NoSnapshot(id)));
}

pub async fn another_process_goes_on_where_a_read_ended(fresh: Fresh) {
    let before = whole(&*fresh.store, "okta", 1, vec![account("1", 1, "a"), account("2", 2, "a"), account("3", 3, "a")]).await;
    let id = fresh.store.snapshot_begin("okta", query()).await.unwrap();
    let with_cursor = |rows, resume: &str| SnapPage { rows, resume: Some(resume.into()), lease: None };
    fresh.store.snapshot_page(id, with_cursor(vec![account("1", 4, "a")], "after 1")).await.unwrap();
    fresh.store.snapshot_page(id, with_cursor(vec![account("2", 5, "b")], "after 2")).await.unwrap();
    let second = fresh.again();
    let open = second.unsealed("okta").await.unwrap().unwrap();
    assert_eq!((open.id, open.pages, open.resume.as_deref(), open.query), (id, 2, Some("after 2"), query()));
    second.snapshot_page(id, with_cursor(vec![account("4", 6, "a")], "after 4")).await.unwrap();
    // Pages of both, each knowing what the other kept.
    assert_eq!(fresh.store.snapshot_page(id, page(vec![account("4", 7, "a")])).await.unwrap().repeated, 1);
    second.snapshot_seal(id, meta("okta", 2, vec![]), None).await.unwrap();
    assert_eq!(accounts(&*fresh.store, id).await, [account("1", 1, "a"), account("2", 5, "b"), account("4", 6, "a")]);
    assert_eq!(accounts(&*fresh.store, before).await, [account("1", 1, "a"), account("2", 2, "a"), account("3", 3, "a")]);
}

pub async fn any_snapshot_can_be_dropped_and_the_others_stay(fresh: Fresh) {
    let store = &*fresh.store;
    let laps = [
        vec![account("1", 1, "a"), account("2", 2, "a")],
        vec![account("1", 1, "a"), account("2", 3, "b"), account("3", 4, "a")],
        vec![account("2", 3, "b"), account("4", 5, "a")],
        vec![account("1", 1, "a"), account("2", 6, "c")],
    ];
    let mut ids = Vec::new();
    for (at, rows) in (1..).zip(&laps) {
        ids.push(whole(store, "okta", at, rows.clone()).await);
    }
    let open = store.snapshot_begin("okta", query()).await.unwrap();
    store.snapshot_page(open, page(vec![account("5", 7, "a")])).await.unwrap();
    let refused = Err(StoreError::AlreadyOpen { instance: "okta".into(), id: open });
    assert_eq!(store.snapshot_drop(ids[3]).await, refused, "the open one builds on it");
    for gone in [Some(1), None, Some(3), Some(2)] {
        let id = gone.map_or(open, |n: usize| ids[n]);
        store.snapshot_drop(id).await.unwrap();
        if let Some(n) = gone {
            ids[n] = SnapshotId(u64::MAX >> 1);
        }
        for (id, rows) in ids.iter().zip(&laps).filter(|(id, _)| id.0 < u64::MAX >> 1) {
            assert_eq!(accounts(store, *id).await, *rows, "after {gone:?} was dropped");
        }
        assert_eq!(store.check().await.unwrap(), []);
    }
    let again = whole(store, "okta", 9, laps[0].clone()).await;
    assert_eq!(accounts(store, again).await, laps[0]);
    let digests: Vec<_> = store.snapshots(Seek::all()).await.unwrap().into_iter().map(|s| s.digest).collect();
    assert_eq!(digests.len(), 2);
    assert_eq!(digests[0], digests[1]);
}

pub async fn a_record_is_never_kept(fresh: Fresh) {
    let id = fresh.store.snapshot_begin("okta", query()).await.unwrap();
    let with_record = page(vec![account("1", 1, "a"), row(RowKind::Record, "2", 2, "{}")]);
    assert!(matches!(fresh.store.snapshot_page(id, with_record).await, Err(StoreError::Failed(_))));
    assert_eq!(fresh.store.unsealed("okta").await.unwrap().unwrap().pages, 0);
    let kept = fresh.store.snapshot_page(id, page(vec![account("1", 3, "b")])).await.unwrap();
    assert_eq!(kept.added, BTreeMap::from([(RowKind::Account, 1)]), "nothing of the refused page stayed");
}
