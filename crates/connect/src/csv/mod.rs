//! Exports of consoles and HR systems: bytes, dialect, strict records, and what the columns mean.

pub mod bytes;
mod decode;
pub mod dialect;
mod masks;
pub mod record;
pub mod sample;
pub mod scan;
pub mod simple;
