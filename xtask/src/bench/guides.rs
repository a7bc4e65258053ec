//! How long a site of 100 apps, one guide and one search take: the catalogue's own apps, and copies of the largest of them.

use std::path::Path;

use super::{Bench, median};
use crate::stop::{Stop, pass_through};
use crate::test::cargo;

/// What begins the part of the page that is about guides.
pub(super) const HEADING: &str = "\n## Guides\n";

const APPS: usize = 100;
const RUNS: usize = 15;

/// What was measured.
pub(super) struct Figures {
    real: usize,
    site_seconds: f64,
    site_bytes: u64,
    guide_ms: f64,
    search_ms: f64,
}

/// Builds an `usher` with 100 apps in it, measures, and builds the ordinary one again.
pub(super) fn measure(root: &Path, bench: &Bench) -> Result<Figures, Stop> {
    let beside = bench.folder.join("apps");
    if beside.exists() {
        std::fs::remove_dir_all(&beside).map_err(Stop::doing(beside.display()))?;
    }
    let real = std::fs::read_dir(root.join("apps")).map_err(Stop::doing("apps"))?.count();
    let largest = std::fs::read_to_string(root.join("apps/google_workspace/app.yaml")).map_err(Stop::doing("google_workspace"))?;
    for number in real..APPS {
        let name = format!("copy-{number:03}");
        let text = largest.replacen("app: google_workspace", &format!("app: {name}"), 1).replacen(
            "name: Google",
            &format!("name: Copy {number}"),
            1,
        );
        std::fs::create_dir_all(beside.join(&name)).map_err(Stop::doing(&name))?;
        std::fs::write(beside.join(&name).join("app.yaml"), text).map_err(Stop::doing(&name))?;
    }
    let build = |more: Option<&Path>| {
        let mut command = cargo(root);
        command.args(["build", "--release", "--bin", "usher"]);
        if let Some(more) = more {
            command.env("USHER_MORE_APPS", more);
        }
        pass_through(&mut command)
    };
    build(Some(&beside))?;
    let figures = with_the_large_one(bench, real);
    build(None)?;
    figures
}

fn with_the_large_one(bench: &Bench, real: usize) -> Result<Figures, Stop> {
    let time = |arguments: &[&str]| -> Result<f64, Stop> {
        let walls = (0..RUNS).map(|_| bench.measure(bench.usher.as_os_str().to_owned(), arguments).map(|(took, _)| took.wall));
        Ok(median(walls.collect::<Result<Vec<_>, _>>()?))
    };
    let (_, list) = bench.measure(bench.usher.as_os_str().to_owned(), &["--format", "json", "app", "list"])?;
    let list: serde_json::Value = serde_json::from_str(&list).map_err(Stop::doing("app list"))?;
    let apps = list["apps"].as_array().map_or(0, Vec::len);
    if apps != APPS {
        return Err(Stop::Said(format!("the large usher has {apps} apps")));
    }
    let site = bench.folder.join("site");
    let folder = site.to_string_lossy();
    let site_seconds = time(&["app", "site", &folder])?;
    let guide_ms = time(&["app", "guide", "darktrace"])? * 1000.0;
    let search_ms = time(&["app", "search", "suspended", "seat"])? * 1000.0;
    Ok(Figures { real, site_seconds, site_bytes: bytes_below(&site)?, guide_ms, search_ms })
}

fn bytes_below(folder: &Path) -> Result<u64, Stop> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(Stop::doing(folder.display()))?.flatten() {
        let about = entry.metadata().map_err(Stop::doing(folder.display()))?;
        bytes += if about.is_dir() { bytes_below(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}

/// The part of the page.
pub(super) fn page(figures: &Figures) -> String {
    let Figures { real, site_seconds, site_bytes, guide_ms, search_ms } = figures;
    #[expect(clippy::cast_precision_loss, reason = "megabytes with one digit")]
    let megabytes = *site_bytes as f64 / 1e6;
    format!(
        "{HEADING}\nAn `usher` with {APPS} apps: {real} of the catalogue, the others copies of its largest manifest. Whole process, median of {RUNS} runs.\n\n\
         | what | figure | goal |\n|---|---|---|\n\
         | `usher app site`, {APPS} apps, wall s | {site_seconds:.2} | 2 |\n\
         | size of that site, MB | {megabytes:.1} | 50 |\n\
         | `usher app guide darktrace`, wall ms | {guide_ms:.1} | 30 |\n\
         | `usher app search suspended seat` over {APPS} apps, wall ms | {search_ms:.1} | 100 |\n"
    )
}
