//! usher: sandbox.
