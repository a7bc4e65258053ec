//! Why a task ends early.

use std::fmt::Display;
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// A task that ends without having done what was asked.
#[derive(Debug)]
pub(crate) enum Stop {
    /// To be told: what is wrong, and what to do about it.
    Said(String),
    /// Told already by whoever found it; the code goes on to the caller.
    Exit(u8),
}

impl Stop {
    /// Tells it, and turns it into what the process exits with.
    pub(crate) fn say(self) -> ExitCode {
        match self {
            Stop::Said(what) => {
                eprintln!("xtask: {what}");
                ExitCode::FAILURE
            }
            Stop::Exit(code) => ExitCode::from(code),
        }
    }

    /// An I/O error with what was being done.
    pub(crate) fn doing<E: Display>(what: impl Display) -> impl FnOnce(E) -> Stop {
        move |error| Stop::Said(format!("{what}: {error}"))
    }
}

/// Runs a program with our own terminal; its exit code goes on if it isn't 0.
pub(crate) fn pass_through(command: &mut Command) -> Result<(), Stop> {
    let status = command.status().map_err(Stop::doing(format!("cannot run {:?}", command.get_program())))?;
    if status.success() { Ok(()) } else { Err(Stop::Exit(code(status))) }
}

/// Runs a program in silence and gives its standard output; what it printed is told only if it failed.
pub(crate) fn quiet(command: &mut Command) -> Result<Vec<u8>, Stop> {
    let output = command.stdin(Stdio::null()).output().map_err(Stop::doing(format!("cannot run {:?}", command.get_program())))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Err(Stop::Said(format!("{command:?} failed ({}):\n{}", output.status, said.trim_end())))
}

fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
