//! `cargo xtask test`: everything that the tests need, then all of them. The runner's summary is the last thing printed.

mod debian;
pub(crate) mod postgres;
pub(crate) mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::stop::{Stop, pass_through, quiet};
use crate::timed::{loud_step, step};

/// What the tests are told through environment variables.
pub(crate) struct SetUp {
    /// `USHER_TEST_PYTHON`: an interpreter with the packages of `tests/requirements.txt`.
    python: PathBuf,
    /// `USHER_TEST_POSTGRES`: a server for these tests alone; it ends with this value.
    postgres: postgres::Postgres,
    /// `USHER_TEST_BIN`: the real `usher`, built from this tree, for golden output.
    usher: PathBuf,
}

/// Makes everything ready that a test may use. Does nothing twice.
pub(crate) fn set_up(root: &Path) -> Result<SetUp, Stop> {
    step("Debian packages", || debian::install_missing().map(|said| (said, ())))?;
    let python = step("Python packages", || python::environment(root))?;
    loud_step("the usher binary", || pass_through(cargo(root).args(["build", "--workspace", "--bin", "usher"]).stdin(Stdio::null())))?;
    let usher = target_directory(root)?.join("debug").join("usher");
    let postgres = step("PostgreSQL", || postgres::Postgres::start(root).map(|server| ("started".to_owned(), server)))?;
    Ok(SetUp { python, postgres, usher })
}

/// A server as the tests have it, until somebody ends this.
pub(crate) fn serve_postgres(root: &Path) -> Result<(), Stop> {
    let server = postgres::Postgres::start(root)?;
    eprintln!("export USHER_TEST_POSTGRES={}", server.url);
    loop {
        std::thread::park();
    }
}

/// Runs the documentation's examples and then the whole test suite, or only the suite where arguments say which tests.
pub(crate) fn run(root: &Path, runner_args: &[&str]) -> Result<(), Stop> {
    let ready = set_up(root)?;
    let examples = if runner_args.is_empty() {
        loud_step("examples in the documentation", || {
            pass_through(cargo(root).args(["test", "--quiet", "--workspace", "--doc"]).stdin(Stdio::null()))
        })
    } else {
        Ok(())
    };
    let nextest = cargo(root).args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let runner: &[&str] = if nextest.is_ok_and(|status| status.success()) { &["nextest", "run"] } else { &["test"] };
    eprintln!("xtask: cargo {} --workspace", runner.join(" "));
    pass_through(
        cargo(root)
            .args(runner)
            .arg("--workspace")
            .args(runner_args)
            .env("USHER_TEST_POSTGRES", &ready.postgres.url)
            .env("USHER_TEST_PYTHON", &ready.python)
            .env("USHER_TEST_BIN", &ready.usher),
    )?;
    examples.inspect_err(|_| eprintln!("xtask: the suite passed, but examples in the documentation failed: see above"))
}

/// The cargo that runs us, in the workspace's root.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells this program about this package must not reach the build scripts and tests that it starts.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command.current_dir(root);
    command
}

pub(crate) fn target_directory(root: &Path) -> Result<PathBuf, Stop> {
    let json = quiet(cargo(root).args(["metadata", "--format-version", "1", "--no-deps", "--offline"]))?;
    let metadata: serde_json::Value = serde_json::from_slice(&json).map_err(Stop::doing("cargo metadata"))?;
    metadata["target_directory"].as_str().map(PathBuf::from).ok_or_else(|| Stop::Said("cargo metadata names no target directory".into()))
}
