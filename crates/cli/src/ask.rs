//! Asking a person at the terminal. Nothing asks when there is no terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

/// Asks for something that must not be seen: the echo is off while it is typed.
pub(crate) fn hidden(question: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    let echo = |on: bool| {
        let flag = if on { "echo" } else { "-echo" };
        Command::new("stty")
            .arg(flag)
            .stdin(Stdio::inherit())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    if !echo(false) {
        return None;
    }
    let _ = write!(std::io::stderr(), "{question}");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    echo(true);
    let _ = writeln!(std::io::stderr());
    read.ok().filter(|n| *n > 0).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Waits for the Enter key.
pub(crate) fn enter(prompt: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return true;
    }
    let _ = write!(std::io::stderr(), "{prompt}");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).is_ok_and(|n| n > 0)
}
