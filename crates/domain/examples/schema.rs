//! `cargo run -p usher-domain --example schema -- DIR` writes the JSON Schemas for editors; `cargo xtask gen` calls it.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: schema DIR");
        return ExitCode::from(2);
    };
    for (name, bytes) in usher_domain::schema::files() {
        if let Err(error) = std::fs::write(folder.join(name), bytes) {
            eprintln!("{}: {error}", folder.join(name).display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
