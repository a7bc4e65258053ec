//! Exports of consoles and HR systems: bytes, dialect, strict records, and what the columns mean.

pub mod bytes;
mod columns;
mod dates;
mod decode;
pub mod dialect;
mod draft;
pub mod fields;
pub mod fingerprint;
mod footer;
mod header;
mod masks;
mod months;
pub mod order;
pub mod recognise;
pub mod record;
pub mod sample;
pub mod scan;
pub mod shape;
pub mod simple;
mod states;
mod synonyms;
mod systems;
mod titles;
mod values;
pub mod words;
