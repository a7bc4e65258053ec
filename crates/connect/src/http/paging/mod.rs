//! Ways to page that a manifest may name. Never guessed; another one is one more file and one arm of [`Paging::of`] and
//! [`Paging::next`].

mod link;

use reqwest::Url;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{PageSize, Pagination};

use crate::fault::Fault;
use crate::wire::Answer;

/// How one list is paged.
#[derive(Debug, Clone)]
pub(super) enum Paging {
    /// One answer is the whole list.
    None,
    /// RFC 8288.
    Link { rel: String },
}

/// Where a list goes on.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// Nowhere: the app said, in its way to page, that this was the last page.
    Over,
    /// There.
    At(Box<Url>),
}

impl Paging {
    /// The operation's own way, else the app's.
    ///
    /// # Errors
    /// `CONNECT-006`: usher can't page in this way yet. A list that may be cut short is refused, never read.
    pub(super) fn of(instance: &str, own: Option<&Pagination>, app: Option<&Pagination>) -> Result<Self, Diagnostic> {
        match own.or(app) {
            None | Some(Pagination::None) => Ok(Paging::None),
            Some(Pagination::LinkHeader(link)) => Ok(Paging::Link { rel: link.rel.clone() }),
            Some(other @ (Pagination::Offset(_) | Pagination::Page(_) | Pagination::Cursor(_) | Pagination::NextUrl(_))) => {
                let word = serde_json::to_value(other.method()).unwrap_or_default();
                let detail = format!("{instance}: pagination {}", word.as_str().unwrap_or_default());
                Err(Diagnostic::new("CONNECT-006", "usher can't page in this way yet", detail))
            }
        }
    }

    /// Where to go on after this answer to `asked`.
    ///
    /// # Errors
    /// Malformed where what the answer says is no address.
    pub(super) fn next(&self, asked: &Url, answer: &Answer) -> Result<Next, Fault> {
        match self {
            Paging::None => Ok(Next::Over),
            Paging::Link { rel } => link::next(rel, asked, answer),
        }
    }

    /// An app that is said not to page, and names a next page all the same.
    pub(super) fn contradicts(&self, asked: &Url, answer: &Answer) -> bool {
        matches!(self, Paging::None) && !matches!(link::next("next", asked, answer), Ok(Next::Over))
    }
}

/// The page size to ask for: the operation's, else that of its way to page, else the app's.
pub(super) fn page_size<'p>(
    own: Option<&'p PageSize>,
    operation: Option<&'p Pagination>,
    app: Option<&'p Pagination>,
) -> Option<&'p PageSize> {
    own.or_else(|| operation.or(app).and_then(Pagination::page_size))
}
