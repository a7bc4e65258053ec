//! The evidence formats against their vectors, against OpenSSH, and against whoever has the log's key. One program.

#[path = "evidence/folder.rs"]
mod folder;
#[path = "evidence/vectors.rs"]
mod vectors;
