//! The simulated company: HR, an identity provider over SCIM, an Okta-like API, a Darktrace-like appliance, exports of consoles,
//! and faults to order. `usher demo` and the tests run on it. Nothing here is real, and every server says so.
//!
//! Clocks come in as arguments, and what is invented comes from a seed, so that a run can be repeated.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub mod clock;
pub mod company;
pub mod darktrace;
pub mod exports;
pub mod fault;
mod filter;
pub mod hr;
pub mod okta;
mod rng;
pub mod scim;
pub mod seats;
pub mod sheet;
pub mod simulation;
pub mod wire;
pub mod workspace;

/// A lock that a panic elsewhere does not spread through: what is behind it here is whole after every step.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
