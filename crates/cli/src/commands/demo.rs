//! `usher demo`: the whole corridor on a simulated company, station by station, and a workspace to try things in.

mod evidence;
mod stage;
mod story;

use std::path::{Path, PathBuf};

use usher_domain::diagnostic::{Diagnostic, Exit};

use crate::args::Demo;
use crate::render::Screen;

/// The file that marks a directory as a demo's, which may be replaced.
const MARK: &str = ".usher-demo";
/// Where the demo goes if nobody says.
const PLACE: &str = "usher-demo";

pub(crate) async fn run(what: &Demo, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let dir = if dir == Path::new(".") { PathBuf::from(PLACE) } else { dir.to_owned() };
    clear(&dir, what.yes)?;
    story::tell(what, &dir, screen).await
}

/// An empty place; an earlier demo is replaced, anything else is left alone.
fn clear(dir: &Path, yes: bool) -> Result<(), Diagnostic> {
    let failed = |e: std::io::Error| Diagnostic::new("SYSTEM-006", "a file can't be written", format!("{}: {e}", dir.display()));
    let taken = dir.exists() && std::fs::read_dir(dir).map_err(failed)?.next().is_some();
    if taken {
        if !dir.join(MARK).exists() {
            return Err(Diagnostic::new("DEMO-001", "the place is taken", format!("{} is not empty and no demo made it", dir.display()))
                .hint("name another directory: usher --dir DIR demo")
                .exit(Exit::Usage));
        }
        if !yes && !crate::ask::enter(&format!("{} holds an earlier demo. Enter replaces it, Ctrl-C keeps it. ", dir.display())) {
            return Err(Diagnostic::new("DEMO-002", "the earlier demo was kept", dir.display().to_string()).hint("usher --dir DIR demo"));
        }
        std::fs::remove_dir_all(dir).map_err(failed)?;
    }
    std::fs::create_dir_all(dir).map_err(failed)?;
    std::fs::write(dir.join(MARK), "Made by `usher demo`. Everything here is simulated and may be deleted.\n").map_err(failed)
}
