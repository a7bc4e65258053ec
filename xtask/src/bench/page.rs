//! The page with the figures.

use std::fmt::Write as _;

use super::{Compared, Figures, LARGE, PAIRS, SMALL, Took, median};

/// What it ran on.
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) memory: String,
    pub(super) kernel: String,
    pub(super) rust: String,
    pub(super) duckdb: String,
    pub(super) day: String,
    pub(super) load: String,
}

/// How cost grows from a tenth of the accounts to all of them, for the same people: 1 is linear.
pub(super) fn growth([none, tenth, all]: [f64; 3]) -> f64 {
    (all - none) / (tenth - none) / 10.0
}

/// The page.
pub(super) fn write(figures: &Figures, machine: &Machine) -> String {
    let mut page = String::new();
    let _ = write!(
        page,
        "# Benchmarks\n\n\
         Written by `cargo xtask bench` on {day}; not by hand. It generates the files, compares all counts, and only then takes times.\n\n\
         - Machine: {processor}, confined to two cores; memory {memory}; {kernel}; load when it ended: {load}\n\
         - Built with {rust}, profile `release`; peer: DuckDB {duckdb}\n\n\
         ## From CSV to findings, whole process\n\n\
         `usher findings --people people.csv --accounts accounts/ --summary --format json` beside the same counts in DuckDB in the form\n\
         that an expert would write (`xtask/src/bench/peer.py`), two threads each. The files were read once before. The two run in\n\
         turn, {PAIRS} pairs (twice as many for the small size); figures are medians, a ratio is the median of the ratios of the pairs.\n\
         CPU is user and system time. Memory is the peak that the operating system reports for the finished process, the interpreter\n\
         around DuckDB included.\n\n\
         | {large_accounts} accounts in {files} files ({mib} MiB), {large_people} people | CPU s | wall s | peak MiB |\n|---|---|---|---|\n",
        day = machine.day,
        processor = machine.processor,
        memory = machine.memory,
        kernel = machine.kernel,
        load = machine.load,
        rust = machine.rust,
        duckdb = machine.duckdb,
        large_accounts = thousands(LARGE.accounts),
        large_people = thousands(LARGE.people),
        files = LARGE.files,
        mib = figures.bytes >> 20,
    );
    rows(&mut page, &figures.large);
    let _ = write!(
        page,
        "\n| {} accounts in {} files, {} people | CPU s | wall s | peak MiB |\n|---|---|---|---|\n",
        thousands(SMALL.accounts),
        SMALL.files,
        thousands(SMALL.people)
    );
    rows(&mut page, &figures.small);
    let [none, tenth, all] = figures.growth;
    let _ = write!(
        page,
        "\n## Growth and start\n\n\
         | what | figure | goal |\n|---|---|---|\n\
         | CPU s with 1,000, a tenth, all of the accounts, the same people | {none:.2}, {tenth:.2}, {all:.2} | |\n\
         | cost of ten times the accounts (people taken off) | {:.1} times | 8.5 to 11.5 |\n\
         | time of 10 million accounts, of DuckDB's | {:.2} CPU, {:.2} wall | 0.35 |\n\
         | peak memory of 10 million accounts, of DuckDB's | {:.2} | 0.4 |\n\
         | 100,000 accounts, wall s | {:.3} | 0.15 |\n\
         | `usher --help`, wall ms | {:.1} | 20 |\n\
         | `usher app list`, wall ms | {:.1} | 20 |\n\n\
         ## What was counted\n\n\
         Both programs, on the large files (the small ones also in plain Python, `xtask/src/bench/plain.py`):\n\n```json\n{}\n```\n\n\
         ## What the figures leave out\n\n\
         A cold disk, printing of findings, storing of a snapshot. The files are generated (fixed seed) with the mess of real ones: quoted\n\
         names with commas and line breaks, all-quoted files, CR LF, byte order marks, upper-case and decomposed addresses, lost zeros,\n\
         `-` for none, shared addresses. Real exports have other columns, and more of them.\n",
        growth(figures.growth) * 10.0,
        figures.large.ratio(|t| t.cpu),
        figures.large.ratio(|t| t.wall),
        figures.large.ratio(|t| t.peak_mib),
        median(figures.small.ours.iter().map(|t| t.wall).collect()),
        figures.help * 1000.0,
        figures.app_list * 1000.0,
        serde_json::to_string_pretty(&figures.counts).unwrap_or_default(),
    );
    page
}

fn rows(page: &mut String, compared: &Compared) {
    let middle = |of: &[Took], field: fn(&Took) -> f64| median(of.iter().map(field).collect());
    for (name, of) in [("usher", &compared.ours), ("DuckDB", &compared.peers)] {
        let _ =
            writeln!(page, "| {name} | {:.2} | {:.2} | {:.0} |", middle(of, |t| t.cpu), middle(of, |t| t.wall), middle(of, |t| t.peak_mib));
    }
    let _ = writeln!(
        page,
        "| ratio | **{:.2}** | **{:.2}** | **{:.2}** |",
        compared.ratio(|t| t.cpu),
        compared.ratio(|t| t.wall),
        compared.ratio(|t| t.peak_mib)
    );
}

fn thousands(n: u32) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_the_cost_for_ten_times_the_accounts_is_linear() {
        assert!((growth([0.5, 0.7, 2.5]) - 1.0).abs() < 1e-9);
        assert_eq!(thousands(10_000_000), "10,000,000");
    }
}
