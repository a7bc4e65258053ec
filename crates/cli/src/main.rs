//! The `usher` command: arguments in, stations called, results shown.

mod args;
mod ask;
mod catalogue;
mod commands;
mod outside;
mod render;

use std::process::ExitCode;

use clap::Parser as _;
use usher_domain::diagnostic::Exit;

use crate::args::Cli;
use crate::render::{Screen, complain};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; everything else is wrong usage, exit code 2.
            let wrong = error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if wrong { Exit::Usage as u8 } else { 0 });
        }
    };
    let screen = Screen::new(cli.format);
    match commands::run(cli, screen) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(message) => {
            complain(&message, "error");
            ExitCode::from(message.exit as u8)
        }
    }
}
