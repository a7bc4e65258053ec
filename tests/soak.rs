//! Random kills in CI: 200 in all, on both stores. `cargo xtask soak` does many more.

use usher_tests::soak::{Kills, Seen, database, kills};

use crate::binary::usher;

async fn soak(store: Box<dyn Fn(u64) -> Result<String, usher_tests::scene::Wrong> + Send + Sync>, workers: u64) -> Seen {
    let ask = Kills { usher: usher(), kills: 50, store, seed: 11, at_once: 2, workers };
    let seen = kills(&ask).await.unwrap_or_else(|e| panic!("{e}"));
    assert!(seen.kills >= 50 && seen.dropped > 0, "{seen:?}");
    assert_eq!((seen.lost, seen.repeated), (0, 0), "{seen:?}");
    seen
}

fn postgres() -> String {
    std::env::var("USHER_TEST_POSTGRES")
        .expect("no PostgreSQL: run `cargo xtask test`, or set USHER_TEST_POSTGRES=postgres://USER@HOST:PORT")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_on_sqlite() {
    soak(Box::new(|_| Ok("sqlite:usher.db".to_owned())), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_on_postgresql() {
    soak(Box::new(|n| database(&postgres(), &format!("kills_{n}"))), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_are_killed_again_and_again_on_sqlite() {
    soak(Box::new(|_| Ok("sqlite:usher.db".to_owned())), 3).await;
}
