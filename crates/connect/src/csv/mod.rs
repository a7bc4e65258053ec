//! Exports of consoles and HR systems: bytes, dialect, strict records, and what the columns mean.
