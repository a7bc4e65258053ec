//! Tasks for developers: `cargo xtask TASK`. Only the standard library and one JSON parser, so that it builds in seconds.

mod artefacts;
mod bench;
mod soak;
mod stop;
mod test;
mod tidy;
mod timed;

use std::path::PathBuf;
use std::process::ExitCode;

use stop::Stop;

const USAGE: &str = "\
cargo xtask TASK

  test [-- ARGS]   set up what the tests need, then run all of them; ARGS go to the runner (cargo nextest, else cargo test)
  setup            only the setting up, once: packages and programs
  postgres         a server as the tests have it, until Ctrl-C; prints the line that `cargo nextest run` needs
  gen [--check]    write the generated files; --check: write nothing, fail and name what is stale
  tidy             the house rules that neither rustc nor clippy holds
  soak --kills N --store sqlite|postgres [--workers N] [--seed N]
                   kills real processes at random while answers to writes are lost; prints what was lost and what was repeated
  bench            usher beside DuckDB on ten million accounts; writes docs/reference/benchmarks.md (minutes, 1 GB in target/)
  bench --guides   only a site of 100 apps, a guide and a search; what else is on the page stays
  bench --builds   only the times of builds from nothing (many minutes, several GB); what else is on the page stays
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = root();
    let ended = match words.as_slice() {
        ["test"] => test::run(&root, &[]),
        ["test", "--", rest @ ..] => test::run(&root, rest),
        ["setup"] => test::set_up(&root).map(drop),
        ["postgres"] => test::serve_postgres(&root),
        ["gen"] => artefacts::write(&root),
        ["gen", "--check"] => artefacts::check(&root),
        ["tidy"] => tidy::run(&root),
        ["soak", rest @ ..] => soak::run(&root, rest),
        ["bench"] => bench::run(&root, bench::Part::Findings),
        ["bench", "--guides"] => bench::run(&root, bench::Part::Guides),
        ["bench", "--builds"] => bench::run(&root, bench::Part::Builds),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            Err(Stop::Exit(2))
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.say(),
    }
}

/// The workspace's root: cargo sets the variable for what it runs, so a copied `target/` does not point elsewhere.
fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}
