//! `usher-soak USHER KILLS STORE SEED WORKERS`: random kills; see `usher_tests::soak`. STORE is `sqlite`, or the URL of a PostgreSQL server in
//! which databases may be made. `cargo xtask soak` builds and runs it.

use std::io::Write as _;

use usher_tests::scene::Wrong;
use usher_tests::soak::{Kills, database, kills};

fn main() -> Result<(), Wrong> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [usher, many, store, seed, workers] = args.as_slice() else { return Err("usher-soak USHER KILLS STORE SEED WORKERS".into()) };
    let seed: u64 = seed.parse()?;
    let store: Box<dyn Fn(u64) -> Result<String, Wrong> + Send + Sync> = match store.as_str() {
        "sqlite" => Box::new(|_| Ok("sqlite:usher.db".to_owned())),
        server => {
            let server = server.to_owned();
            Box::new(move |number| database(&server, &format!("soak_{seed}_{number}")))
        }
    };
    let ask = Kills { usher: usher.into(), kills: many.parse()?, store, seed, at_once: 3, workers: workers.parse()? };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let seen = runtime.block_on(kills(&ask))?;
    writeln!(std::io::stderr(), "{} answers to writes were dropped after their effect", seen.dropped)?;
    writeln!(std::io::stdout(), "{seen}")?;
    Ok(())
}
