//! Events, rows and files.

use std::sync::Arc;

use usher_domain::digest::Digest;
use usher_domain::journal::Seq;

use crate::batch::{Batch, Find, META, ShelfRow};
use crate::error::StoreError;
use crate::store::Store;
use crate::testing::Fresh;

pub async fn events_are_numbered_without_a_gap_in_each_stream(fresh: Fresh) {
    let store = &fresh.store;
    let seqs = store.commit(Batch::default().event("a", "one", "1").event("b", "one", "x").event("a", "two", "2")).await.unwrap();
    assert_eq!(seqs, [Seq(1), Seq(1), Seq(2)]);
    assert_eq!(store.commit(Batch::default().event("a", "three", "3")).await.unwrap(), [Seq(3)]);
    let all = store.load("a", Seq(0), 10).await.unwrap();
    let told: Vec<_> = all.iter().map(|e| (e.seq.0, e.kind.as_str(), e.body.as_slice())).collect();
    assert_eq!(told, [(1, "one", b"1".as_slice()), (2, "two", b"2"), (3, "three", b"3")]);
    assert_eq!(store.load("a", Seq(1), 1).await.unwrap(), all[1..2]);
    assert_eq!(store.load("a", Seq(3), 10).await.unwrap(), []);
    assert_eq!(store.load("nobody's", Seq(0), 10).await.unwrap(), []);
}

pub async fn a_batch_is_kept_whole_or_not_at_all(fresh: Fresh) {
    let store = &fresh.store;
    store.commit(Batch::default().event("s", "k", "1").row(ShelfRow::new("shelf", "old", "old"))).await.unwrap();
    let lost = store.claim(Some("lane"), "w", 60_000).await.unwrap().unwrap();
    store.release(lost.clone()).await.unwrap();
    let full = |batch: Batch| {
        batch
            .event("s", "k", "2")
            .event("other", "k", "1")
            .row(ShelfRow::new("shelf", "new", "new"))
            .row(ShelfRow::new("shelf", "old", "newer"))
            .gone("shelf", "old")
            .blob("file")
    };
    let refused = store.commit(full(Batch::default().expect("other", Seq(0)).expect("s", Seq(7)))).await;
    assert_eq!(refused, Err(StoreError::Conflict { stream: "s".into(), expected: Seq(7), is: Seq(1) }));
    assert_eq!(store.commit(full(Batch::under(&lost))).await, Err(StoreError::LeaseLost { lane: "lane".into() }));
    assert_eq!(store.load("s", Seq(0), 10).await.unwrap().len(), 1);
    assert_eq!(store.load("other", Seq(0), 10).await.unwrap(), []);
    assert_eq!(store.find(Find::on("shelf")).await.unwrap(), [ShelfRow::new("shelf", "old", "old")]);
    assert_eq!(store.blob(Digest::of(b"file")).await.unwrap(), None);

    store.commit(full(Batch::default().expect("other", Seq(0)).expect("s", Seq(1)))).await.unwrap();
    assert_eq!(store.load("s", Seq(1), 10).await.unwrap().len(), 1);
    assert_eq!(store.load("other", Seq(0), 10).await.unwrap().len(), 1);
    assert_eq!(store.find(Find::on("shelf")).await.unwrap().len(), 2);
    assert_eq!(store.blob(Digest::of(b"file")).await.unwrap().as_deref(), Some(b"file".as_slice()));
}

pub async fn a_wrong_expectation_is_a_conflict_that_says_where_the_stream_is(fresh: Fresh) {
    let store = &fresh.store;
    let at = |seq| Batch::default().expect("s", Seq(seq)).event("s", "k", "x");
    let conflict = |expected, is| Err(StoreError::Conflict { stream: "s".into(), expected: Seq(expected), is: Seq(is) });
    assert_eq!(store.commit(at(1)).await, conflict(1, 0));
    assert_eq!(store.commit(at(0)).await, Ok(vec![Seq(1)]));
    assert_eq!(store.commit(at(0)).await, conflict(0, 1));
    assert_eq!(store.commit(at(1)).await, Ok(vec![Seq(2)]));
}

pub async fn a_row_is_replaced_and_taken_away_and_put_wins_over_gone(fresh: Fresh) {
    let store = &fresh.store;
    let row = |body: &str| ShelfRow::new("shelf", "key", body).group("g");
    store.commit(Batch::default().row(row("1"))).await.unwrap();
    store.commit(Batch::default().row(row("2"))).await.unwrap();
    assert_eq!(store.get("shelf", "key").await.unwrap(), Some(row("2")));
    assert_eq!(store.get("another", "key").await.unwrap(), None);
    store.commit(Batch::default().row(row("3")).gone("shelf", "key")).await.unwrap();
    assert_eq!(store.get("shelf", "key").await.unwrap(), Some(row("3")));
    store.commit(Batch::default().gone("shelf", "key").gone("shelf", "never there")).await.unwrap();
    assert_eq!(store.get("shelf", "key").await.unwrap(), None);
}

pub async fn a_file_is_kept_once_under_its_digest(fresh: Fresh) {
    let store = &fresh.store;
    let bytes = b"\0plan\xff".to_vec();
    for _ in 0..2 {
        store.commit(Batch::default().blob(bytes.clone()).blob(Vec::new())).await.unwrap();
    }
    assert_eq!(store.blob(Digest::of(&bytes)).await.unwrap(), Some(bytes));
    assert_eq!(store.blob(Digest::of(b"")).await.unwrap(), Some(vec![]));
    assert_eq!(store.blob(Digest::of(b"unknown")).await.unwrap(), None);
}

pub async fn what_is_acknowledged_is_seen_by_everybody(fresh: Fresh) {
    let second = fresh.again();
    for n in 1..=20_u64 {
        let (writes, reads) = if n % 2 == 0 { (&fresh.store, &second) } else { (&second, &fresh.store) };
        writes.commit(Batch::default().expect("s", Seq(n - 1)).event("s", "k", n.to_string())).await.unwrap();
        assert_eq!(reads.load("s", Seq(n - 1), 10).await.unwrap().len(), 1);
    }
}

pub async fn sixty_four_at_once_are_all_kept(fresh: Fresh) {
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let store = Arc::clone(&fresh.store);
            tokio::spawn(async move {
                let row = ShelfRow::new("shelf", format!("{n:02}"), n.to_string());
                store.commit(Batch::default().event("s", "k", n.to_string()).row(row)).await
            })
        })
        .collect();
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.extend(task.await.unwrap().unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=64).map(Seq).collect::<Vec<_>>());
    let mut bodies: Vec<u64> =
        fresh.store.load("s", Seq(0), 100).await.unwrap().iter().map(|e| String::from_utf8_lossy(&e.body).parse().unwrap()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, (0..64).collect::<Vec<_>>());
    assert_eq!(fresh.store.find(Find::on("shelf")).await.unwrap().len(), 64);
}

pub async fn the_log_and_its_frontier_move_together_under_a_race(fresh: Fresh) {
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let store = if n % 2 == 0 { Arc::clone(&fresh.store) } else { fresh.again() };
            tokio::spawn(async move {
                let mut conflicts = 0;
                for _ in 0..10 {
                    loop {
                        let size = frontier(&*store).await;
                        let next = (size + 1).to_string();
                        let batch = Batch::default().expect("log", Seq(size)).event("log", "read", next.clone());
                        match store.commit(batch.row(ShelfRow::new("frontier", "log", next))).await {
                            Ok(_) => break,
                            Err(StoreError::Conflict { .. }) => conflicts += 1,
                            Err(other) => panic!("only conflicts are expected here: {other}"),
                        }
                    }
                }
                conflicts
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(frontier(&*fresh.store).await, 80);
    let log = fresh.store.load("log", Seq(0), 100).await.unwrap();
    assert!(log.iter().all(|entry| entry.body == entry.seq.0.to_string().into_bytes()), "each entry saw the frontier right before it");
    assert_eq!(log.len(), 80);
}

async fn frontier(store: &dyn Store) -> u64 {
    let row = store.get("frontier", "log").await.unwrap();
    row.map_or(0, |row| String::from_utf8_lossy(&row.body).parse().unwrap())
}

pub async fn single_values_have_a_shelf(fresh: Fresh) {
    let tenant = ShelfRow::new(META, "tenant", "example.com/usher/5f3c9a1e");
    fresh.store.commit(Batch::default().row(tenant.clone())).await.unwrap();
    assert_eq!(fresh.again().get(META, "tenant").await.unwrap(), Some(tenant));
}

pub async fn a_healthy_store_has_no_problems(fresh: Fresh) {
    let store = &*fresh.store;
    store.commit(Batch::default().event("s", "k", "1").event("s", "k", "2").row(ShelfRow::new("a", "b", "c")).blob("file")).await.unwrap();
    crate::testing::whole(store, "okta", 1, vec![crate::testing::account("1", 1, "a"), crate::testing::account("2", 2, "b")]).await;
    crate::testing::whole(store, "okta", 2, vec![crate::testing::account("1", 3, "a"), crate::testing::account("2", 4, "c")]).await;
    store.snapshot_begin("okta", crate::testing::query()).await.unwrap();
    assert_eq!(store.check().await.unwrap(), []);
}
