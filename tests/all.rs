//! The one test program: what crosses crates. Scenarios are data in `scenarios/`; the real binary is run with its output held
//! against `golden/`; a real SCIM server from PyPI is read and written.

mod bad_input;
mod binary;
mod commands;
mod evidence;
mod golden;
mod guides;
mod laps;
mod scenarios;
mod scim_server;
mod site;
mod soak;
mod store;
