//! usher: reconcile.
