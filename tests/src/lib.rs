//! What the tests share: see `all.rs`.
