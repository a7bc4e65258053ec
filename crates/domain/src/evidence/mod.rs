//! What an auditor gets: the bundle, and the program that checks it (approvals-and-evidence.md §5 to §7).

mod bundle;
mod ledger;
mod page;
mod report;
mod source;
mod verify;

pub use bundle::{BundleIn, BundleOut, Found, FoundKind, MemoryBundle, ReadError};
pub use page::PAGE;
pub use report::report;
pub use source::{Blobs, BundleError, export_opening, write_bundle};
pub use verify::{Anchor, Ask, Code, Problem, Verdict, verify};

/// The files at the top of a bundle; with the folder `files` nothing else stands there.
pub(crate) const TOP: [&str; 6] = ["README.md", "log.jsonl", "checkpoint", "log.vkey", "personal.jsonl", "report.csv"];
/// The folder with the files that are named by their digest.
pub(crate) const FILES: &str = "files";
/// Endings of text files, which are searched for references.
pub(crate) const TEXTS: [&str; 10] = ["jsonl", "batch", "txt", "sig", "jwt", "signers", "revoked", "json", "tree", "rows"];
/// The ending of the last checkpoint of the log before; a text too.
pub(crate) const NOTE: &str = "note";
/// Endings of pictures, which are not searched.
pub(crate) const PICTURES: [&str; 3] = ["png", "jpg", "webp"];

/// Every digest that is written as a reference (`sha256:` and 64 hex digits) in these bytes.
pub(crate) fn references(bytes: &[u8]) -> Vec<crate::digest::Digest> {
    const PREFIX: &[u8] = b"sha256:";
    const LENGTH: usize = 7 + 64;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(window) = bytes.get(at..at + LENGTH) {
        let text = if window.starts_with(PREFIX) { std::str::from_utf8(window).ok() } else { None };
        match text.and_then(|t| t.parse().ok()) {
            Some(digest) => {
                found.push(digest);
                at += LENGTH;
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::references;
    use crate::digest::Digest;

    #[test]
    fn references_are_found_wherever_they_stand() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        assert_eq!(references(format!("x{a}{b},sha256:sha256:{} {}", a.hex(), b.hex()).as_bytes()), vec![a, b, a]);
        assert_eq!(references(a.to_string().to_uppercase().as_bytes()), vec![]);
        assert_eq!(references(b"sha256:"), vec![]);
    }
}
