//! The contract on PostgreSQL, and what only this engine promises. Where no server is, these fail: a contract that is skipped holds nothing.

mod cut;
mod migrating;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;
use usher_domain::journal::Seq;

use super::{Postgres, Server, leases};
use crate::batch::{Batch, Find, ShelfRow};
use crate::error::StoreError;
use crate::store::Store;
use crate::testing::Fresh;

/// The server of the tests: a URL without a database, of a user who may make some.
fn server() -> String {
    std::env::var("USHER_TEST_POSTGRES")
        .expect("no PostgreSQL: run `cargo xtask test`, or set USHER_TEST_POSTGRES=postgres://USER@HOST:PORT")
}

/// A schema of its own in the database of this test's process.
struct Schema {
    url: String,
    name: String,
}

fn url(schema: &str) -> String {
    format!("{}/postgres?options=-csearch_path%3D{schema}&application_name={schema}", server())
}

/// Runs SQL as the user of the tests, on a runtime of its own.
fn sql(text: String) {
    let done = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (client, connection) = tokio_postgres::connect(&format!("{}/postgres", server()), NoTls).await.expect("PostgreSQL answers");
            let driven = tokio::spawn(connection);
            client.batch_execute(&text).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
            drop(client);
            driven.await.unwrap().unwrap();
        });
    });
    done.join().unwrap();
}

impl Schema {
    fn new() -> Schema {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        sql(format!("CREATE SCHEMA {name}"));
        Schema { url: url(&name), name }
    }

    /// Cuts every connection to this schema, and none of another test.
    fn cut(&self) {
        sql(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}'", self.name));
    }

    fn open(&self) -> Arc<dyn Store> {
        Arc::new(open(&self.url))
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // This thread may be the one that drives the store's connections: what they still hold must not be waited for. The server goes anyway.
        let tidy = format!("SET lock_timeout = '1s'; DROP SCHEMA {} CASCADE", self.name);
        let _ = std::panic::catch_unwind(|| sql(tidy));
    }
}

fn open(url: &str) -> Postgres {
    Postgres::new(Server::parse(url, None).unwrap()).unwrap()
}

fn fresh() -> Fresh {
    let schema = Schema::new();
    let url = schema.url.clone();
    Fresh::new(move || Arc::new(open(&url)) as Arc<dyn Store>, schema)
}

mod contract {
    use super::*;

    crate::store_contract!(fresh());
}

fn code<T: std::fmt::Debug>(said: Result<T, StoreError>) -> (&'static str, String) {
    match said {
        Err(StoreError::Failed(diagnostic)) => (diagnostic.code, diagnostic.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_keeps_us_out_has_its_own_message_and_no_password() {
    let parts = server();
    let address = parts.rsplit('@').next().unwrap().to_owned();
    let cases = [
        (format!("postgres://nobody_known:hunter2@{address}/postgres"), "STORE-042"),
        (format!("{parts}/no_such_database"), "STORE-043"),
        ("postgres://usher:hunter2@127.0.0.1:1/usher".to_owned(), "STORE-041"),
        ("postgres://usher:hunter2@no-such-host.invalid/usher".to_owned(), "STORE-041"),
        (format!("{parts}/postgres?sslmode=require"), "STORE-044"),
    ];
    for (url, expected) in cases {
        let (code, text) = code(open(&url).find(Find::on("x")).await);
        assert_eq!(code, expected, "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn a_layout_of_somebody_else_or_of_a_newer_usher_is_refused() {
    let schema = Schema::new();
    sql(format!("CREATE TABLE {}.customers (id int)", schema.name));
    assert_eq!(code(schema.open().find(Find::on("x")).await).0, "STORE-004");
    let schema = Schema::new();
    schema.open().find(Find::on("x")).await.unwrap();
    sql(format!("INSERT INTO {}.migration VALUES (99, 'later', '', 0)", schema.name));
    assert_eq!(code(schema.open().find(Find::on("x")).await).0, "STORE-005");
    sql(format!("DELETE FROM {0}.migration WHERE n = 99; UPDATE {0}.migration SET checksum = 'x'", schema.name));
    assert_eq!(code(schema.open().find(Find::on("x")).await).0, "STORE-015");
}

#[tokio::test]
async fn eight_that_come_at_once_make_one_layout() {
    let schema = Schema::new();
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let store = schema.open();
            tokio::spawn(async move { store.commit(Batch::default().event("s", "k", [n])).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(schema.open().load("s", Seq(0), 100).await.unwrap().len(), 8);
}

#[tokio::test]
async fn connections_that_were_cut_are_made_anew() {
    let schema = Schema::new();
    let store = schema.open();
    store.commit(Batch::default().event("s", "k", "1").row(ShelfRow::new("a", "b", "c"))).await.unwrap();
    for n in 2..6 {
        store.find(Find::on("a")).await.unwrap();
        schema.cut();
        store.commit(Batch::default().event("s", "k", n.to_string())).await.unwrap();
        assert_eq!(store.load("s", Seq(0), 100).await.unwrap().len(), n);
    }
}

#[tokio::test]
async fn what_was_changed_by_hand_is_named() {
    let schema = Schema::new();
    let store = schema.open();
    store.commit(Batch::default().event("s", "k", "1").event("s", "k", "2").row(ShelfRow::new("a", "b", "c")).blob("file")).await.unwrap();
    crate::testing::whole(&*store, "okta", 1, vec![crate::testing::account("1", 1, "a")]).await;
    let refused = std::panic::catch_unwind(|| sql(format!("DELETE FROM {}.event", schema.name)));
    assert!(refused.is_err(), "events are only ever appended");
    assert_eq!(store.check().await.unwrap(), []);
    sql(format!(
        "ALTER TABLE {0}.event DISABLE TRIGGER event_is_final; DELETE FROM {0}.event WHERE seq = 1; UPDATE {0}.shelf_row SET body = 'x';
         UPDATE {0}.blob SET bytes = 'x'; UPDATE {0}.version SET body = 'x'",
        schema.name
    ));
    let problems: Vec<String> = store.check().await.unwrap().into_iter().map(|p| format!("{} {}", p.place, p.what)).collect();
    for said in [
        "event 1 is missing",
        "row b of shelf a is not what was written",
        "its bytes have another digest",
        "row 1 of a snapshot is not",
        "its rows have another digest",
    ] {
        assert!(problems.iter().any(|p| p.contains(said)), "{said}: {problems:?}");
    }
}

#[tokio::test]
async fn a_write_that_was_begun_ends_even_if_nobody_waits() {
    let schema = Schema::new();
    let store = schema.open();
    let mut begun = store.commit(Batch::default().event("s", "k", "begun"));
    let never_asked = store.commit(Batch::default().event("s", "k", "never asked"));
    let waker = std::task::Waker::noop();
    let _ = begun.as_mut().poll(&mut std::task::Context::from_waker(waker));
    drop((begun, never_asked));
    let kept = tokio::time::timeout(std::time::Duration::from_secs(60), async {
        loop {
            let kept = store.load("s", Seq(0), 10).await.unwrap();
            if !kept.is_empty() {
                return kept;
            }
        }
    });
    assert_eq!(kept.await.expect("it is kept").into_iter().map(|event| event.body).collect::<Vec<_>>(), [b"begun"]);
}

#[tokio::test]
async fn the_lane_of_a_process_that_is_gone_is_free_at_once_and_its_fence_refused() {
    let schema = Schema::new();
    let (dead, next) = (open(&schema.url), schema.open());
    let old = dead.claim(Some("run/1/okta"), "dead", 3_600_000).await.unwrap().unwrap();
    assert_eq!(next.claim(Some("run/1/okta"), "next", 1_000).await.unwrap(), None, "it is there");
    let holder = dead.0.presence.holder(&dead.0.pool).await.unwrap();
    sql(format!("SELECT pg_terminate_backend({})", holder.pid));
    let new = loop {
        // The server takes a moment to take it off its list.
        if let Some(new) = next.claim(Some("run/1/okta"), "next", 3_600_000).await.unwrap() {
            break new;
        }
        tokio::task::yield_now().await;
    };
    assert!(new.fence > old.fence);
    let late = dead.commit(Batch::under(&old).event("run/1", "k", "x")).await;
    assert_eq!(late, Err(StoreError::LeaseLost { lane: old.lane.clone() }), "it was only cut off, and comes back");
    assert_eq!(dead.renew(&old, 1_000).await, Err(StoreError::LeaseLost { lane: old.lane }));
    next.renew(&new, 1_000).await.unwrap();
}

#[tokio::test]
async fn work_is_told_to_every_process_and_again_after_the_connection_was_cut() {
    let schema = Schema::new();
    let (waits, brings) = (schema.open(), schema.open());
    // Notices are the database's own: another test that brings work ends the wait too, which is no more than a hint may do.
    for round in 0..2 {
        let store = Arc::clone(&waits);
        let waiting = tokio::spawn(async move {
            for _ in 0..3 {
                store.wait_for_work(std::time::Duration::from_secs(86_400)).await;
            }
        });
        while !waiting.is_finished() {
            brings.commit(Batch::default().row(ShelfRow::new(crate::LANES, "lane", round.to_string()))).await.unwrap();
        }
        waiting.await.unwrap();
        schema.cut();
    }
}

#[tokio::test]
async fn who_came_after_a_transaction_began_is_not_taken_for_gone() {
    let schema = Schema::new();
    let looks = open(&schema.url);
    looks.now().await.unwrap();
    let me = looks.0.presence.holder(&looks.0.pool).await.unwrap();
    let mut client = looks.0.client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    // The server lists its connections once a transaction.
    tx.query("SELECT count(*) FROM pg_stat_activity", &[]).await.unwrap();
    let lives = schema.open();
    let row = ShelfRow::new(crate::LANES, "run/1/okta", "").due(usher_domain::time::Time::from_seconds(1));
    lives.commit(Batch::default().row(row)).await.unwrap();
    let lease = lives.claim(Some("run/1/okta"), "lives", 3_600_000).await.unwrap().unwrap();
    for lane in [Some("run/1/okta"), None] {
        assert_eq!(leases::claim(&tx, me, lane, "looks", 1_000).await.unwrap(), None, "{lane:?}");
    }
    tx.commit().await.unwrap();
    lives.renew(&lease, 1_000).await.unwrap();
}
