//! Lanes, leases and fences.

use std::time::Duration;

use usher_domain::digest::Digest;
use usher_domain::journal::{JournalError, Lease, Sent, Seq};
use usher_domain::time::Time;

use crate::batch::{Batch, LANES, ShelfRow};
use crate::error::StoreError;
use crate::store::Store;
use crate::testing::{Fresh, account, meta, page, query};

const MINUTE: u32 = 60_000;
/// Longer than any test runs: whatever waits so long ends for another reason, or the test does not end.
const FOREVER: Duration = Duration::from_secs(86_400);

async fn claim(store: &dyn Store, lane: &str, worker: &str, millis: u32) -> Option<Lease> {
    store.claim(Some(lane), worker, millis).await.unwrap()
}

/// Waits until store time says that a short lease is over.
async fn over(store: &dyn Store, lease: &Lease) {
    while store.now().await.unwrap() < lease.until {
        tokio::task::yield_now().await;
    }
}

fn lost<T>(lease: &Lease) -> Result<T, StoreError> {
    Err(StoreError::LeaseLost { lane: lease.lane.clone() })
}

fn sent() -> Sent {
    Sent { plan: Digest::of(b"plan"), n: 1, attempt: 1, request: Digest::of(b"request"), at: Time::from_seconds(1) }
}

pub async fn a_held_lane_is_not_claimed_twice_and_says_who_holds_it(fresh: Fresh) {
    let store = &*fresh.store;
    assert_eq!(store.held("run/1/okta").await.unwrap(), None);
    let lease = claim(store, "run/1/okta", "first", MINUTE).await.unwrap();
    assert_eq!((lease.lane.as_str(), lease.worker.as_str(), lease.fence), ("run/1/okta", "first", 1));
    assert!(lease.until > store.now().await.unwrap());
    assert_eq!(claim(store, "run/1/okta", "second", MINUTE).await, None);
    assert_eq!(claim(store, "run/1/okta", "first", MINUTE).await, None, "its own worker waits too");
    assert_eq!(claim(&*fresh.again(), "run/1/okta", "second", MINUTE).await, None);
    assert!(claim(store, "run/1/slack", "second", MINUTE).await.is_some());
    let held = store.held("run/1/okta").await.unwrap().unwrap();
    assert_eq!((held.worker.as_str(), held.fence, held.until), ("first", 1, lease.until));
    store.commit(Batch::under(&lease).event("run/1", "k", "x")).await.unwrap();
}

pub async fn an_old_fence_can_write_nothing(fresh: Fresh) {
    let store = &*fresh.store;
    let old = claim(store, "run/1/okta", "slept", 1).await.unwrap();
    let id = store.snapshot_begin("okta", query()).await.unwrap();
    over(store, &old).await;
    let new = claim(store, "run/1/okta", "awake", MINUTE).await.unwrap();
    assert!(new.fence > old.fence);

    assert_eq!(store.commit(Batch::under(&old).event("run/1", "k", "x")).await, lost(&old));
    assert_eq!(store.append_sent(&old, &sent()).await, Err(JournalError::LeaseLost(old.lane.clone())));
    assert_eq!(store.renew(&old, MINUTE).await, lost(&old));
    assert_eq!(store.release(old.clone()).await, lost(&old));
    let mut late = page(vec![account("1", 1, "a")]);
    late.lease = Some(old.clone());
    assert_eq!(store.snapshot_page(id, late).await, lost(&old));
    assert_eq!(store.snapshot_seal(id, meta("okta", 1, vec![]), Some(old.clone())).await, lost(&old));
    // The right fence under another name is no lease either.
    let forged = Lease { worker: "slept".into(), ..new.clone() };
    assert_eq!(store.commit(Batch::under(&forged).event("run/1", "k", "x")).await, lost(&forged));
    assert_eq!(store.load("run/1", Seq(0), 10).await.unwrap(), []);
    assert_eq!(store.unsealed("okta").await.unwrap().unwrap().pages, 0);

    store.commit(Batch::under(&new).event("run/1", "k", "x")).await.unwrap();
    assert_eq!(store.append_sent(&new, &sent()).await, Ok(Seq(2)));
    store.renew(&new, MINUTE).await.unwrap();
}

pub async fn a_lease_that_ended_comes_back_only_while_nobody_took_the_lane(fresh: Fresh) {
    let store = &*fresh.store;
    let lease = claim(store, "lane", "w", 1).await.unwrap();
    over(store, &lease).await;
    assert_eq!(store.held("lane").await.unwrap(), None);
    assert_eq!(store.commit(Batch::under(&lease).event("s", "k", "x")).await, lost(&lease), "over is over, even if nobody took it");
    let back = store.renew(&lease, MINUTE).await.unwrap();
    assert_eq!((back.fence, &back.worker), (lease.fence, &lease.worker));
    assert!(back.until > lease.until);
    store.commit(Batch::under(&back).event("s", "k", "x")).await.unwrap();
    assert_eq!(claim(store, "lane", "other", MINUTE).await, None);
}

pub async fn a_lane_that_was_handed_back_is_free_and_its_fence_grows_on(fresh: Fresh) {
    let store = &*fresh.store;
    let mut fence = 0;
    for worker in ["a", "b", "c"] {
        let lease = claim(store, "lane", worker, MINUTE).await.unwrap();
        assert!(lease.fence > fence);
        fence = lease.fence;
        store.release(lease.clone()).await.unwrap();
        assert_eq!(store.held("lane").await.unwrap(), None);
        assert_eq!(store.commit(Batch::under(&lease).event("s", "k", "x")).await, lost(&lease));
        assert_eq!(store.renew(&lease, MINUTE).await, lost(&lease));
        assert_eq!(store.release(lease.clone()).await, lost(&lease));
    }
}

pub async fn without_a_name_the_lane_that_is_due_longest_is_claimed(fresh: Fresh) {
    let store = &*fresh.store;
    let now = store.now().await.unwrap();
    let lane = |key: &str, from_now: i64| ShelfRow::new(LANES, key, "").due(now.plus_seconds(from_now));
    let later = ShelfRow::new(LANES, "undated", "");
    let batch = Batch::default().row(lane("second", -10)).row(lane("first", -20)).row(lane("tomorrow", 86_400)).row(later);
    store.commit(batch).await.unwrap();
    let mut claimed = Vec::new();
    while let Some(lease) = store.claim(None, "w", MINUTE).await.unwrap() {
        claimed.push(lease.lane);
    }
    assert_eq!(claimed, ["first", "second"]);
    store.commit(Batch::default().gone(LANES, "first")).await.unwrap();
    assert_eq!(store.claim(None, "w", MINUTE).await.unwrap(), None);
}

pub async fn workers_that_come_at_once_get_a_lane_each(fresh: Fresh) {
    const WORKERS: usize = 12;
    let now = fresh.store.now().await.unwrap();
    let lanes: Vec<String> = (0..WORKERS).map(|n| format!("{n:02}")).collect();
    let due = |batch: Batch, lane: &String| batch.row(ShelfRow::new(LANES, lane.as_str(), "").due(now.plus_seconds(-1)));
    fresh.store.commit(lanes.iter().fold(Batch::default(), due)).await.unwrap();
    let stores = [std::sync::Arc::clone(&fresh.store), fresh.again(), fresh.again()];
    let tasks: Vec<_> = (0..WORKERS)
        .map(|n| {
            let store = std::sync::Arc::clone(&stores[n % stores.len()]);
            tokio::spawn(async move { store.claim(None, &format!("w{n}"), MINUTE).await })
        })
        .collect();
    let mut claimed = Vec::new();
    for task in tasks {
        claimed.push(task.await.unwrap().unwrap().expect("there is a lane for everybody").lane);
    }
    claimed.sort_unstable();
    assert_eq!(claimed, lanes);
}

pub async fn who_waits_for_work_is_told_when_some_comes(fresh: Fresh) {
    let bring = |key: &str| fresh.store.commit(Batch::default().row(ShelfRow::new(LANES, key, "")));
    // What came before the wait counts too, so that nothing is lost between a look and a wait.
    bring("before").await.unwrap();
    fresh.store.wait_for_work(FOREVER).await;
    bring("after").await.unwrap();
    fresh.store.wait_for_work(FOREVER).await;
    let waits = std::sync::Arc::clone(&fresh.store);
    let waiting = tokio::spawn(async move { waits.wait_for_work(FOREVER).await });
    while !waiting.is_finished() {
        bring("while waiting").await.unwrap();
        tokio::task::yield_now().await;
    }
    waiting.await.unwrap();
}

pub async fn an_intent_to_write_stands_in_the_stream_of_its_run(fresh: Fresh) {
    let store = &*fresh.store;
    store.commit(Batch::default().event("run/r-1", "opened", "{}")).await.unwrap();
    for (n, lane) in [(2, "run/r-1/okta"), (3, "run/r-1/slack")] {
        let lease = claim(store, lane, "w", MINUTE).await.unwrap();
        assert_eq!(store.append_sent(&lease, &sent()).await, Ok(Seq(n)));
    }
    let events = fresh.again().load("run/r-1", Seq(1), 10).await.unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event.kind, crate::batch::SENT);
        let body: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        assert_eq!(serde_json::from_value::<Sent>(body["sent"].clone()).unwrap(), sent());
    }
}
