//! Ways to reach an instance: one trait, a closed set of kinds, and the only code that talks to apps.

// `connector` joins when `domain::journal` is there.
pub mod csv;
pub mod fault;
