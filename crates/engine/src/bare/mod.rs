//! Findings from CSV files alone, without a workspace.

mod accounts;
mod cells;
pub mod fast;
pub mod folder;
mod parts;
pub mod people;
mod repeats;
pub mod report;

pub use parts::Split;

#[cfg(test)]
mod tests;
