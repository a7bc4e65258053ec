//! Pure functions from what was read to what is wrong and what to do: people, correlation, graph, findings, proposals, guards.
//!
//! Bad data is a value with findings, never an error.

pub mod correlate;
pub mod findings;
pub mod graph;
pub mod guard;
pub mod index;
pub mod intents;
pub mod people;
pub mod propose;
