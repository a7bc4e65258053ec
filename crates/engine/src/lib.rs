//! usher: engine.
