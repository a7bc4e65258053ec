//! What usher knows of the exports of single systems: facts, no logic. Each follows csv-exports.md §1 and §2.

mod consoles;
mod directories;
mod neutral;
mod people;
mod suites;

use super::fingerprint::System;

/// Every system.
pub(crate) fn all() -> impl Iterator<Item = &'static System> {
    [neutral::SYSTEMS, directories::SYSTEMS, suites::SYSTEMS, consoles::SYSTEMS, people::SYSTEMS].into_iter().flatten()
}
