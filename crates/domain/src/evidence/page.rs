//! The auditor's page.

/// `README.md` of every bundle that this version writes. Its shell lines are run by `tests/evidence/page.rs`.
pub const PAGE: &str = include_str!("page.md");
