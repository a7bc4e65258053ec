//! usher: engine.

pub mod bare;
