//! Runs the real `usher`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The binary: `USHER_TEST_BIN`, as `cargo xtask test` sets it, else the one beside this test program.
///
/// # Panics
/// If there is none: a test that does not run would be worse.
pub(crate) fn usher() -> PathBuf {
    if let Some(path) = std::env::var_os("USHER_TEST_BIN") {
        return path.into();
    }
    let here = std::env::current_exe().expect("a test has a path");
    let beside = here.parent().and_then(Path::parent).map(|d| d.join("usher")).filter(|p| p.exists());
    beside.expect("no usher binary: run `cargo xtask test`, or `cargo build` before `cargo test`")
}

/// A command in a directory, with an environment that is the same on every machine.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(usher());
    command
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TZ", "UTC")
        .env("COLUMNS", "80");
    command
}

/// Runs it.
pub(crate) fn run(dir: &Path, args: &[&str]) -> Output {
    command(dir, args).output().expect("usher starts")
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a folder of `tests/` holds.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
