//! The verifier: every rule of approvals-and-evidence.md over a bundle, one file a group of codes.
//!
//! It never panics, whatever the bytes, and it goes on after a problem: an auditor wants to know all of them.

mod book;
mod closure;
mod decisions;
mod material;
mod paper;
mod plans;
mod problem;
mod rows;
mod runs;
mod seal;
mod standing;
mod steps;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use problem::{Code, Problem};

use self::book::Book;
use self::material::Material;
use self::problem::Problems;
use super::bundle::BundleIn;
use crate::checkpoint::VKey;

/// What the auditor brings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// The log's key as the auditor holds it; without it the bundle's own is used.
    pub key: Option<&'a VKey>,
    /// Checkpoints that the auditor received earlier.
    pub anchors: &'a [Anchor<'a>],
    /// The words that must stand in the last entry.
    pub words: Option<&'a str>,
}

/// A checkpoint that somebody kept.
#[derive(Debug, Clone, Copy)]
pub struct Anchor<'a> {
    /// What to call it in a problem, e.g. its file.
    pub name: &'a str,
    /// The signed note.
    pub bytes: &'a [u8],
}

/// What the verifier says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// True if nothing is wrong.
    pub holds: bool,
    /// How many lines the log has.
    pub size: u64,
    /// The root over them, base64.
    pub root: String,
    /// All that is wrong, by code; at least the first of each code.
    pub problems: Vec<Problem>,
    /// True if no key was pinned: then the signature says only that the bundle agrees with itself.
    pub key_is_bundles_own: bool,
}

/// Checks a bundle.
pub fn verify(bundle: &dyn BundleIn, ask: &Ask<'_>) -> Verdict {
    let mut found = Problems::default();
    let material = Material::load(bundle, &mut found);
    let log = material.at_top("log.jsonl");
    let lines: Vec<&[u8]> = match log.strip_suffix(b"\n") {
        Some(body) => body.split(|b| *b == b'\n').collect(),
        None if log.is_empty() => Vec::new(),
        None => log.split(|b| *b == b'\n').collect(),
    };
    let sealed = seal::check(&material, &lines, ask, &mut found);
    let book = Book::read(&material, &lines, &mut found);
    seal::check_ends(&book, ask, &mut found);
    closure::check(&book, log, &mut found);
    plans::check(&book, &mut found);
    decisions::check(&book, &mut found);
    runs::check(&book, &mut found);
    steps::check(&book, &mut found);
    rows::check(&book, &mut found);
    paper::check(&book, &mut found);
    let problems = found.into_list();
    Verdict {
        holds: problems.is_empty(),
        size: sealed.size,
        root: STANDARD.encode(sealed.root),
        problems,
        key_is_bundles_own: ask.key.is_none(),
    }
}
