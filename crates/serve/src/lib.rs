//! usher: serve.
