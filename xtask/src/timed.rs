//! One line a step on standard error, with the time that it took.

use std::io::Write as _;

use crate::stop::Stop;

/// Does a step that is silent by itself. Its line is `xtask: NAME … RESULT (1.2 s)`.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<(String, T), Stop>) -> Result<T, Stop> {
    eprint!("xtask: {name} … ");
    let _ = std::io::stderr().flush();
    let start = now();
    match work() {
        Ok((result, value)) => {
            eprintln!("{result} ({:.1} s)", start.elapsed().as_secs_f32());
            Ok(value)
        }
        Err(stop) => {
            eprintln!("failed ({:.1} s)", start.elapsed().as_secs_f32());
            Err(stop)
        }
    }
}

/// Does a step that prints by itself: its name stands before, its time after.
pub(crate) fn loud_step(name: &str, work: impl FnOnce() -> Result<(), Stop>) -> Result<(), Stop> {
    eprintln!("xtask: {name}");
    let start = now();
    let ended = work();
    eprintln!("xtask: {name} … {} ({:.1} s)", if ended.is_ok() { "done" } else { "failed" }, start.elapsed().as_secs_f32());
    ended
}

pub(crate) fn now() -> std::time::Instant {
    std::time::Instant::now()
}
