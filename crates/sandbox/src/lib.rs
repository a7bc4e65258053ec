//! The simulated company: HR, an identity provider over SCIM, an Okta-like API, a Darktrace-like appliance, exports of consoles,
//! and faults to order. `usher demo` and the tests run on it. Nothing here is real, and every server says so.
//!
//! Clocks come in as arguments, and what is invented comes from a seed, so that a run can be repeated.


pub mod company;
pub mod hr;
mod rng;
pub mod seats;
pub mod sheet;

