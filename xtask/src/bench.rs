//! `cargo xtask bench`: usher beside DuckDB on generated files, and its start time. Writes `docs/reference/benchmarks.md`.
//!
//! Counts are compared before any time; a difference ends it. The two run in turn, and what counts is the median of the ratios.

mod builds;
mod data;
mod guides;
mod page;
mod parts;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::stop::{Stop, pass_through, quiet};
use crate::test::{cargo, python, target_directory};
use crate::timed::step;
use data::Size;

/// Pairs of runs, usher and DuckDB in turn.
const PAIRS: usize = 5;

const LARGE: Size = Size { people: 1_000_000, accounts: 10_000_000, files: 100 };
const SMALL: Size = Size { people: 10_000, accounts: 100_000, files: 10 };
/// Files of the large set that make a tenth of its accounts.
const TENTH: usize = 10;

/// What one run took.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Took {
    cpu: f64,
    wall: f64,
    peak_mib: f64,
}

/// A row of the table: usher, and the peer in the same run where there is one.
struct Compared {
    ours: Vec<Took>,
    peers: Vec<Took>,
}

/// All figures.
struct Figures {
    large: Compared,
    small: Compared,
    /// CPU seconds with next to no accounts, with a tenth, with all: the same people.
    growth: [f64; 3],
    /// Wall seconds.
    help: f64,
    app_list: f64,
    counts: Value,
    bytes: u64,
}

/// What is measured: the parts of the page that are not asked for stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Usher beside DuckDB, growth and start.
    Findings,
    /// A site of 100 apps, a guide, a search.
    Guides,
    /// Builds from nothing and after a change.
    Builds,
}

pub(crate) fn run(root: &Path, part: Part) -> Result<(), Stop> {
    pass_through(cargo(root).args(["build", "--release", "--bin", "usher"]))?;
    let bench = Bench {
        usher: target_directory(root)?.join("release").join("usher"),
        python: step("Python packages", || python::environment_of(root, "xtask/src/bench/requirements.txt", "bench-venv"))?,
        scripts: root.join("xtask/src/bench"),
        folder: root.join("target/xtask/bench"),
    };
    let path = root.join("docs/reference/benchmarks.md");
    std::fs::create_dir_all(root.join("docs/reference")).map_err(Stop::doing("docs/reference"))?;
    let earlier = std::fs::read_to_string(&path).unwrap_or_default();
    let text = match part {
        Part::Findings => findings(&bench)? + parts::part(&earlier, guides::HEADING) + parts::part(&earlier, builds::HEADING),
        Part::Guides => parts::with(&earlier, guides::HEADING, &guides::page(&guides::measure(root, &bench)?)),
        Part::Builds => parts::with(&earlier, builds::HEADING, &builds::page(&builds::measure(root, &bench.folder)?)),
    };
    std::fs::write(&path, text).map_err(Stop::doing(path.display()))?;
    eprintln!("xtask: wrote docs/reference/benchmarks.md");
    Ok(())
}

/// The page without the parts that are measured by themselves.
fn findings(bench: &Bench) -> Result<String, Stop> {
    let large = bench.files("large", LARGE)?;
    let small = bench.files("small", SMALL)?;
    let tenth = bench.part_of(&large, TENTH)?;
    let none = bench.files("none", Size { accounts: 1000, files: 1, ..LARGE })?;

    step("counts against plain Python", || {
        let want = counts(&bench.script("plain.py", &small)?.1)?;
        let got = counts(&bench.usher(&small)?.1)?;
        same(&want, &got).map(|()| ("equal".to_owned(), ()))
    })?;
    let small = step("100,000 accounts", || bench.compare(&small, PAIRS * 2).map(|(c, _)| (c.say(), c)))?;
    let (large_figures, counts) = step("10 million accounts", || bench.compare(&large, PAIRS).map(|(c, n)| (c.say(), (c, n))))?;
    let growth = step("growth", || {
        // In turn with one another, as they are compared; beside DuckDB each would find other caches.
        let sizes = [&none, &tenth, &large];
        let mut cpu = [vec![], vec![], vec![]];
        for _ in 0..PAIRS {
            for (figures, files) in cpu.iter_mut().zip(sizes) {
                figures.push(bench.usher(files)?.0.cpu);
            }
        }
        let figures = cpu.map(median);
        Ok((format!("{:.2}", page::growth(figures)), figures))
    })?;
    let start = |arguments: &[&str]| -> Result<f64, Stop> {
        let walls = (0..20).map(|_| bench.measure(bench.usher.as_os_str().to_owned(), arguments).map(|(took, _)| took.wall));
        Ok(median(walls.collect::<Result<Vec<_>, _>>()?))
    };
    let figures = Figures {
        help: start(&["--help"])?,
        app_list: start(&["app", "list"])?,
        large: large_figures,
        small,
        growth,
        counts,
        bytes: large.bytes()?,
    };
    Ok(page::write(&figures, &machine(bench)?))
}

/// A people file and a folder of accounts.
struct Files {
    people: PathBuf,
    accounts: PathBuf,
}

impl Files {
    fn bytes(&self) -> Result<u64, Stop> {
        let entries = std::fs::read_dir(&self.accounts).map_err(Stop::doing(self.accounts.display()))?;
        Ok(entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).sum())
    }
}

struct Bench {
    usher: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
    folder: PathBuf,
}

impl Bench {
    /// Generated files of this size; made only if they are not there.
    fn files(&self, name: &str, size: Size) -> Result<Files, Stop> {
        let dir = self.folder.join(name);
        let made_for = format!("{size:?} {}", include_str!("bench/data.rs"));
        if std::fs::read_to_string(dir.join("made-for")).is_ok_and(|found| found == made_for) {
            return Ok(Files { people: dir.join("people.csv"), accounts: dir.join("accounts") });
        }
        step(&format!("files of {} accounts", size.accounts), || {
            if dir.exists() {
                std::fs::remove_dir_all(&dir).map_err(Stop::doing(dir.display()))?;
            }
            data::write(&dir, size).map_err(Stop::doing(dir.display()))?;
            std::fs::write(dir.join("made-for"), &made_for).map_err(Stop::doing(dir.display()))?;
            Ok(("made".to_owned(), Files { people: dir.join("people.csv"), accounts: dir.join("accounts") }))
        })
    }

    /// The same people with only the first files.
    fn part_of(&self, files: &Files, count: usize) -> Result<Files, Stop> {
        let accounts = self.folder.join(format!("first-{count}"));
        if accounts.exists() {
            std::fs::remove_dir_all(&accounts).map_err(Stop::doing(accounts.display()))?;
        }
        std::fs::create_dir_all(&accounts).map_err(Stop::doing(accounts.display()))?;
        for file in 0..count {
            let name = format!("app{file:03}.csv");
            std::fs::hard_link(files.accounts.join(&name), accounts.join(&name)).map_err(Stop::doing(&name))?;
        }
        Ok(Files { people: files.people.clone(), accounts })
    }

    fn usher(&self, files: &Files) -> Result<(Took, String), Stop> {
        let (people, accounts) = (files.people.to_string_lossy(), files.accounts.to_string_lossy());
        let arguments = ["findings", "--people", &people, "--accounts", &accounts, "--summary", "--format", "json"];
        self.measure(self.usher.as_os_str().to_owned(), &arguments)
    }

    fn script(&self, name: &str, files: &Files) -> Result<(Took, String), Stop> {
        let script = self.scripts.join(name);
        let arguments = [script.to_string_lossy(), files.people.to_string_lossy(), files.accounts.to_string_lossy()];
        self.measure(self.python.as_os_str().to_owned(), &arguments.each_ref().map(|text| text.as_ref()))
    }

    /// Both in turn, so many times, after one run each that fills the page cache. The counts must be equal.
    fn compare(&self, files: &Files, pairs: usize) -> Result<(Compared, Value), Stop> {
        let mine = counts(&self.usher(files)?.1)?;
        same(&counts(&self.script("peer.py", files)?.1)?, &mine)?;
        let mut compared = Compared { ours: Vec::new(), peers: Vec::new() };
        for _ in 0..pairs {
            compared.ours.push(self.usher(files)?.0);
            compared.peers.push(self.script("peer.py", files)?.0);
        }
        Ok((compared, mine))
    }

    fn measure(&self, program: std::ffi::OsString, arguments: &[&str]) -> Result<(Took, String), Stop> {
        let said = quiet(Command::new(&self.python).arg(self.scripts.join("measure.py")).arg(&program).args(arguments))?;
        let measured: Value = serde_json::from_slice(&said).map_err(Stop::doing("measure.py"))?;
        let number = |name: &str| measured.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
        if number("code") != 0.0 {
            return Err(Stop::Said(format!("{} {arguments:?} ended with {}", program.display(), number("code"))));
        }
        let text = measured.get("said").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok((Took { cpu: number("cpu"), wall: number("wall"), peak_mib: number("peak_mib") }, text))
    }
}

impl Compared {
    /// The median of the ratios of the pairs.
    fn ratio(&self, of: fn(&Took) -> f64) -> f64 {
        median(self.ours.iter().zip(&self.peers).map(|(ours, peer)| of(ours) / of(peer)).collect())
    }

    fn say(&self) -> String {
        format!("CPU {:.2}, memory {:.2} of DuckDB's", self.ratio(|t| t.cpu), self.ratio(|t| t.peak_mib))
    }
}

/// The counts that both must agree on, out of what was printed.
fn counts(said: &str) -> Result<Value, Stop> {
    let document: Value = serde_json::from_str(said).map_err(Stop::doing("counts"))?;
    Ok(document.get("summary").cloned().unwrap_or(document))
}

/// Every count that `want` has is there and equal.
fn same(want: &Value, got: &Value) -> Result<(), Stop> {
    let differs = |want: &Value, got: &Value| want.as_u64() != got.as_u64().or(Some(0));
    for name in ["people", "accounts"] {
        if differs(&want[name], &got[name]) {
            return Err(Stop::Said(format!("counts differ: {name} is {} and not {}", got[name], want[name])));
        }
    }
    for group in ["by_situation", "by_rule"] {
        for (name, want) in want[group].as_object().into_iter().flatten() {
            if differs(want, &got[group][name]) {
                return Err(Stop::Said(format!("counts differ: {group}.{name} is {} and not {want}", got[group][name])));
            }
        }
    }
    Ok(())
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    match of.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => of[n / 2],
        n => f64::midpoint(of[n / 2 - 1], of[n / 2]),
    }
}

/// What it ran on, for the page.
fn machine(bench: &Bench) -> Result<page::Machine, Stop> {
    let line = |program: &str, arguments: &[&str]| -> Result<String, Stop> {
        Ok(String::from_utf8_lossy(&quiet(Command::new(program).args(arguments))?).trim().to_owned())
    };
    let info = |path: &str, name: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map_or_else(String::new, |(_, v)| v.trim().to_owned())
    };
    Ok(page::Machine {
        processor: format!(
            "{} ({} cores)",
            info("/proc/cpuinfo", "model name"),
            std::thread::available_parallelism().map_or(1, |n| n.get())
        ),
        memory: info("/proc/meminfo", "MemTotal"),
        kernel: line("uname", &["-sr"])?,
        rust: line("rustc", &["--version"])?,
        duckdb: line(
            &bench.python.to_string_lossy(),
            &["-c", "import duckdb, platform; print(duckdb.__version__, 'in Python', platform.python_version())"],
        )?,
        day: line("date", &["-u", "+%Y-%m-%d"])?,
        load: std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_that_differ_end_the_bench() {
        let want = json!({"people": 1, "accounts": 2, "by_situation": {"linked": 2}, "by_rule": {"leaver_account": 0}});
        let mut got = json!({"people": 1, "accounts": 2, "by_situation": {"linked": 2, "unmatched": 0}, "by_rule": {}});
        assert!(same(&want, &got).is_ok(), "a rule that found nothing may be left out");
        got["by_situation"]["linked"] = json!(1);
        assert!(same(&want, &got).is_err());
    }

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
