//! The evidence formats against their vectors, against OpenSSH, and against whoever has the log's key. One program.

#[path = "evidence/folder.rs"]
mod folder;
#[path = "evidence/forge.rs"]
mod forge;
#[path = "evidence/idp.rs"]
mod idp;
#[path = "evidence/made.rs"]
mod made;
#[path = "evidence/page.rs"]
mod page;
#[path = "evidence/sign_on.rs"]
mod sign_on;
#[path = "evidence/ssh_keygen.rs"]
mod ssh_keygen;
#[path = "evidence/vectors.rs"]
mod vectors;
