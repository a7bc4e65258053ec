//! Findings from CSV files alone, without a workspace.

mod accounts;
mod address;
mod cells;
pub mod fast;
pub mod folder;
mod ids;
mod parts;
mod passed;
pub mod people;
mod quick;
mod repeats;
pub mod report;
mod watch;
mod words;

pub use parts::Split;

#[cfg(test)]
mod tests;
