//! The nouns of usher: what the corridor carries from station to station.
//!
//! No I/O, no async, no clock and no randomness: time, ids and salts come in as arguments, so that every run can
//! be replayed in a test (ARCHITECTURE.md, invariant 14).

pub mod account;
pub mod canon;
pub mod diagnostic;
pub mod digest;
pub mod finding;
pub mod intent;
pub mod link;
pub mod person;
pub mod run;
pub mod snapshot;
pub mod text;
pub mod time;
