//! How long builds of `usher` take: from nothing, and after a change in the crate that all others know.

use std::fmt::Write as _;
use std::path::Path;

use crate::stop::{Stop, quiet};
use crate::test::cargo;
use crate::timed::{now, step};

/// What begins the part of the page that is about builds.
pub(super) const HEADING: &str = "\n## Builds\n";

/// A build, and the seconds that it took.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Built {
    what: &'static str,
    seconds: f64,
}

/// Builds in a folder of its own, so that nothing else is thrown away.
pub(super) fn measure(root: &Path, folder: &Path) -> Result<Vec<Built>, Stop> {
    let target = folder.join("build");
    let changed = root.join("crates/domain/src/lib.rs");
    // What has to be fetched is fetched before any time is taken.
    quiet(cargo(root).args(["fetch", "--locked"]))?;
    let mut all = Vec::new();
    for (arguments, clean, after) in [
        (&["build", "--bin", "usher"][..], "debug, from nothing", "debug, after a change in `domain`"),
        (&["build", "--release", "--bin", "usher"][..], "release, from nothing", "release, after a change in `domain`"),
    ] {
        if target.exists() {
            std::fs::remove_dir_all(&target).map_err(Stop::doing(target.display()))?;
        }
        for what in [clean, after] {
            let seconds = step(what, || {
                if what == after {
                    touch(&changed).map_err(Stop::doing(changed.display()))?;
                }
                let start = now();
                quiet(cargo(root).args(arguments).arg("--target-dir").arg(&target))?;
                Ok(("built".to_owned(), start.elapsed().as_secs_f64()))
            })?;
            all.push(Built { what, seconds });
        }
    }
    std::fs::remove_dir_all(&target).map_err(Stop::doing(target.display()))?;
    Ok(all)
}

/// The same bytes, written now.
fn touch(file: &Path) -> std::io::Result<()> {
    std::fs::write(file, std::fs::read(file)?)
}

/// The part of the page.
pub(super) fn page(all: &[Built]) -> String {
    let mut page = format!(
        "{HEADING}\n`cargo build --bin usher` on the same machine, all dependencies there, wall time of one run each.\n\n| build | s |\n|---|---|\n"
    );
    for built in all {
        let _ = writeln!(page, "| {} | {:.0} |", built.what, built.seconds);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_a_row() {
        let part = page(&[Built { what: "debug, from nothing", seconds: 90.4 }]);
        assert!(part.contains("| debug, from nothing | 90 |"), "{part}");
    }
}
