//! usher: store.
