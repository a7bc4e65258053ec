//! A guide as HTML. Every text goes through the template's escaping: markup in a manifest is shown, not acted on.

use askama::Template;
use usher_domain::text::visible;

use crate::model::{Block, Guide, Inline, status_text};
use crate::site::Place;

/// The whole guide as one file: its style is inside, it asks for nothing else.
///
/// # Errors
/// Only if a template can't be filled, which is a mistake of ours.
pub fn html(guide: &Guide) -> Result<String, askama::Error> {
    page(guide, &Place::Alone)
}

/// The page of an app, alone or in a site.
pub(crate) fn page(guide: &Guide, place: &Place) -> Result<String, askama::Error> {
    let mut page = Page { guide, place, style: STYLE }.render()?;
    page.push('\n');
    Ok(page)
}

/// The style sheet of all pages.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

#[derive(Template)]
#[template(path = "guide.html")]
struct Page<'g> {
    guide: &'g Guide,
    place: &'g Place,
    style: &'g str,
}
