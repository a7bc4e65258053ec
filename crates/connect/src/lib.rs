//! Ways to reach an instance: one trait, a closed set of kinds, and the only code that talks to apps.

pub mod ability;
pub mod clock;
pub mod connector;
pub mod csv;
pub mod fault;
pub mod human;
pub mod registry;
pub mod secrets;
pub mod target;

mod bearer;
#[cfg(test)]
mod contract;
mod http;
mod mixed;
#[cfg(test)]
mod permits;
mod scim;
mod wire;
