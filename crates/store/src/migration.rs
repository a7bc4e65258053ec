//! The steps of the layout that both engines take, one folder a step in `migrations/` with a script for each.

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;

/// One step. What has been released is never edited: its checksum stands in every store.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// All steps, in order; the first is number 1.
pub(crate) const STEPS: &[Step] = &[Step {
    name: "start",
    sqlite: include_str!("../migrations/0001_start/sqlite.sql"),
    postgres: include_str!("../migrations/0001_start/postgres.sql"),
}];

/// Holds what a store says of the steps that it took (number, name, checksum) against those that are known; true if none is left.
pub(crate) fn checked(
    steps: &[Step],
    applied: Vec<(usize, String, Vec<u8>)>,
    script: impl Fn(&Step) -> &'static str,
) -> Result<bool, Diagnostic> {
    let taken = applied.len();
    if taken > steps.len() {
        return Err(newer(taken, steps.len()));
    }
    for (at, (n, name, checksum)) in (1..).zip(applied) {
        let known = steps.get(at - 1);
        if n != at || known.is_none_or(|known| known.name != name || Digest::of(script(known).as_bytes()).bytes().as_slice() != checksum) {
            return Err(differs(n, &name));
        }
    }
    Ok(taken == steps.len())
}

pub(crate) fn newer(has: usize, known: usize) -> Diagnostic {
    let detail = format!("it has layout {has}, this usher knows layouts up to {known}");
    Diagnostic::new("STORE-005", "the store is of a newer usher", detail).hint("use the newer usher; a store never goes back")
}

pub(crate) fn differs(n: usize, name: &str) -> Diagnostic {
    Diagnostic::new(
        "STORE-015",
        "the store was laid out by something else",
        format!("step {n} ({name}) is not the one that this usher knows"),
    )
    .hint("use the usher that made it, or restore it from a backup")
}
