//! usher: connect.
