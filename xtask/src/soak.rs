//! `cargo xtask soak`: random kills, many more than a test run has time for. What is done is in `tests/src/soak.rs`.

use std::path::Path;
use std::process::Command;

use crate::stop::{Stop, pass_through};
use crate::test::{cargo, postgres, target_directory};

struct Ask<'a> {
    kills: &'a str,
    store: &'a str,
    workers: &'a str,
    seed: &'a str,
}

pub(crate) fn run(root: &Path, words: &[&str]) -> Result<(), Stop> {
    let ask = understood(words)?;
    pass_through(cargo(root).args(["build", "--release", "--bin", "usher", "--bin", "usher-soak"]))?;
    let programs = target_directory(root)?.join("release");
    // Lives as long as the soak; ends with it.
    let server = if ask.store == "postgres" { Some(postgres::Postgres::start(root)?) } else { None };
    let store = server.as_ref().map_or("sqlite", |server| server.url.as_str());
    eprintln!("xtask: seed {}", ask.seed);
    pass_through(Command::new(programs.join("usher-soak")).arg(programs.join("usher")).args([ask.kills, store, ask.seed, ask.workers]))
}

fn understood<'a>(words: &[&'a str]) -> Result<Ask<'a>, Stop> {
    let wrong = || Stop::Said("cargo xtask soak --kills N --store sqlite|postgres [--workers N] [--seed N]".into());
    let mut ask = Ask { kills: "200", store: "sqlite", workers: "1", seed: "1" };
    for pair in words.chunks(2) {
        match pair {
            ["--kills", n] if n.parse::<u64>().is_ok() => ask.kills = n,
            ["--store", store] if ["sqlite", "postgres"].contains(store) => ask.store = store,
            ["--workers", n] if n.parse::<u64>().is_ok_and(|n| n > 0) => ask.workers = n,
            ["--seed", n] if n.parse::<u64>().is_ok() => ask.seed = n,
            _ => return Err(wrong()),
        }
    }
    Ok(ask)
}
