//! What the tests share with programs that prove and measure: see `all.rs` for the tests themselves.

pub mod scene;
pub mod soak;
