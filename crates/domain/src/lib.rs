//! The nouns of usher: what the corridor carries from station to station.
//!
//! No I/O, no async, no clock and no randomness: time, ids and salts come in as arguments, so that every run can
//! be replayed in a test (ARCHITECTURE.md, invariant 14).

pub mod account;
pub mod approval;
pub mod canon;
pub mod cel;
pub mod checkpoint;
pub mod diagnostic;
pub mod digest;
pub mod duration;
pub mod evidence;
pub mod fact;
pub mod finding;
pub mod fresh;
pub mod intent;
pub mod journal;
pub mod jsonl;
pub mod link;
pub mod log;
pub mod manifest;
pub mod message;
pub mod names;
pub mod oidc;
pub mod one_or_many;
pub mod outcome;
pub mod path;
pub mod person;
pub mod plan;
pub mod run;
#[cfg(test)]
mod schema;
pub mod signers;
pub mod snapshot;
pub mod sshsig;
pub mod template;
pub mod text;
pub mod time;
pub mod tree;
pub mod voice;
pub mod workspace;
pub mod yaml;
