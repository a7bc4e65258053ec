//! usher: domain.
