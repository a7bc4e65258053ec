//! Ways to reach an instance: one trait, a closed set of kinds, and the only code that talks to apps.

pub mod connector;
pub mod csv;
pub mod fault;
