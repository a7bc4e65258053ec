//! One list of an app, page by page, until the app says in its own way to page that it is over.

use std::collections::HashSet;

use indexmap::IndexMap;
use reqwest::Url;
use serde_json::Value;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{Literal, OperationName, PageSize, Pagination};
use usher_domain::path::JsonPath;
use usher_domain::snapshot::{EndMark, Gap};
use usher_domain::template::Template;
use usher_domain::yaml::At;

use super::Http;
use super::errors::Errors;
use super::map;
use super::paging::{self, Next, Paging};
use super::render::{self, Parts};
use super::values::Values;
use crate::fault::{Fault, FaultClass};
use crate::wire::{Allowance, Request};

/// Empty pages with a next one that are followed in a row before it counts as going in circles.
const EMPTY_PAGES: u32 = 3;

/// What a list is, as its operation or query says it.
pub(super) struct ListOf<'m> {
    pub(super) request: &'m usher_domain::manifest::Request,
    pub(super) query: &'m IndexMap<String, At<Literal>>,
    pub(super) headers: &'m IndexMap<String, At<Template>>,
    pub(super) records: Option<&'m JsonPath>,
    pub(super) pagination: Option<&'m Pagination>,
    pub(super) page_size: Option<&'m PageSize>,
    /// Decides about errors; `None` for a query.
    pub(super) operation: Option<OperationName>,
}

/// A page's records.
pub(super) struct Records {
    pub(super) records: Vec<Value>,
    pub(super) bytes: usize,
    /// The address of the next page.
    pub(super) next: Option<Url>,
}

/// A list being read.
pub(super) struct Listing<'m> {
    http: &'m Http,
    records: Option<&'m JsonPath>,
    operation: Option<OperationName>,
    paging: Paging,
    first: Request,
    next: Option<Url>,
    asked: HashSet<String>,
    empty: u32,
    pages: u64,
    most_pages: u64,
    /// A holder of records that is missing is no empty list.
    strict: bool,
    pub(super) mark: EndMark,
    pub(super) doubts: Vec<Gap>,
}

impl<'m> Listing<'m> {
    /// # Errors
    /// Not sent: a placeholder without a value; a way to page that usher can't do.
    pub(super) fn new(http: &'m Http, list: &ListOf<'m>, values: Values<'_>, most_pages: u64, from: Option<Url>) -> Result<Self, Fault> {
        let app = http.manifest.pagination.as_ref();
        let paging = Paging::of(&http.instance, list.pagination, app).map_err(|d| Fault::new(FaultClass::Unsupported, d).not_sent())?;
        let size = paging::page_size(list.page_size, list.pagination, app).map(|size| (size.query.as_str(), size.value));
        let parts = Parts { request: list.request, query: list.query, headers: list.headers };
        let first = render::request(&http.base, &http.manifest.headers, &parts, size, values)?;
        let next = Some(from.unwrap_or_else(|| first.url.clone()));
        Ok(Listing {
            http,
            records: list.records,
            operation: list.operation,
            paging,
            first,
            next,
            asked: HashSet::new(),
            empty: 0,
            pages: 0,
            most_pages,
            strict: matches!(list.operation, Some(OperationName::ListAccounts)),
            mark: EndMark::Broken,
            doubts: Vec::new(),
        })
    }

    /// The next page; `None` at the end, when `mark` and `doubts` say how it ended.
    pub(super) async fn page(&mut self, allowance: &mut Allowance) -> Result<Option<Records>, Fault> {
        let Some(url) = self.next.take() else { return Ok(None) };
        if self.pages >= self.most_pages {
            self.doubts.push(Gap::EndedEarly(format!("more than {} pages", self.most_pages)));
            return Ok(None);
        }
        if !self.asked.insert(url.as_str().to_owned()) {
            self.doubts.push(Gap::Repeated(format!("the next page of page {} is one that came before", self.pages)));
            return Ok(None);
        }
        self.pages += 1;
        let request = Request { url: url.clone(), ..self.first.clone() };
        let errors = Errors::of(&self.http.manifest, self.operation);
        let answer = self.http.wire.ask(&request, allowance, &errors).await?;
        let body = answer.json()?;
        let records: Vec<Value> = match map::records(self.records, &body) {
            Some(records) => records.into_iter().cloned().collect(),
            None if self.strict => {
                let path = self.records.map(JsonPath::text).unwrap_or_default();
                let detail = format!("{}: there is no list at {path} in the answer", answer.label);
                return Err(Fault::new(
                    FaultClass::Malformed,
                    Diagnostic::new("HTTP-004", "the app's list is not where it should be", detail),
                ));
            }
            None => Vec::new(),
        };
        let bytes = answer.body.len();
        match self.paging.next(&url, &answer)? {
            Next::Over => {
                self.mark = if matches!(self.paging, Paging::None) { EndMark::Whole } else { EndMark::NoNextLink };
                if self.paging.contradicts(&url, &answer) {
                    self.mark = EndMark::Broken;
                    self.doubts.push(Gap::EndedEarly("the app names a next page, and its manifest says that it has no pages".to_owned()));
                }
            }
            Next::At(next) => {
                self.empty = if records.is_empty() { self.empty + 1 } else { 0 };
                if self.empty >= EMPTY_PAGES {
                    self.doubts.push(Gap::Repeated(format!("{EMPTY_PAGES} empty pages in a row, each with a next one")));
                } else {
                    self.next = Some(*next);
                }
            }
        }
        Ok(Some(Records { records, bytes, next: self.next.clone() }))
    }
}
