//! What is known about managing users in an app, as a page: from its facts and operations alone (DESIGN §9).
//!
//! A manifest becomes a [`Guide`], sections of blocks, once; [`markdown`] and [`html`] only write it down. Nothing here reads a file or a clock.

mod book;
mod card;
mod fields;
mod html;
mod markdown;
mod model;
mod sections;
mod shell;
mod site;
mod steps;
mod traps;

pub use card::{Answer, Card};
pub use fields::{FIELDS, Said};
pub use html::html;
pub use markdown::markdown;
pub use model::{Block, Flag, Guide, Inline, Line, Note, Section, Tally};
pub use site::{Page, Site, searched, site};

#[cfg(test)]
mod tests;

use usher_domain::manifest::Manifest;
use usher_domain::person::Day;

/// What a guide says beside the manifest.
#[derive(Debug, Clone)]
pub struct Around<'a> {
    /// Facts are stale relative to this day.
    pub today: &'a Day,
    /// The related apps that are in the catalogue.
    pub related: Vec<Card>,
    /// What of the manifest this usher can't drive yet, in words; empty: all of it.
    pub not_driven: Vec<String>,
}

/// The guide of an app.
pub fn guide(manifest: &Manifest, around: &Around<'_>) -> Guide {
    sections::guide(manifest, around)
}
