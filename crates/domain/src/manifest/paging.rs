//! How lists are paged, how many calls are allowed, and what the vendor's errors mean.

use serde::{Deserialize, Serialize};

use super::facts::PaginationMethod;
use super::operation::OperationName;
use crate::cel::Condition;
use crate::duration::{Duration, Percent};
use crate::one_or_many::OneOrMany;
use crate::path::JsonPath;
use crate::yaml::At;

/// How a list is paged. Never guessed: a list that may be cut short is an error (DESIGN §4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pagination {
    /// The first answer is the whole list.
    None,
    /// A number of rows to skip.
    Offset(Offset),
    /// A page number.
    Page(PageNumber),
    /// A cursor out of the answer, put into the next request.
    Cursor(Cursor),
    /// RFC 8288 `Link` header.
    LinkHeader(LinkHeader),
    /// The next address stands in the answer.
    NextUrl(NextUrl),
}

impl Pagination {
    /// Its word.
    pub const fn method(&self) -> PaginationMethod {
        match self {
            Pagination::None => PaginationMethod::None,
            Pagination::Offset(_) => PaginationMethod::Offset,
            Pagination::Page(_) => PaginationMethod::Page,
            Pagination::Cursor(_) => PaginationMethod::Cursor,
            Pagination::LinkHeader(_) => PaginationMethod::LinkHeader,
            Pagination::NextUrl(_) => PaginationMethod::NextUrl,
        }
    }

    /// The page size that it asks for, if it does.
    pub const fn page_size(&self) -> Option<&PageSize> {
        match self {
            Pagination::None => None,
            Pagination::Offset(p) => p.page_size.as_ref(),
            Pagination::Page(p) => p.page_size.as_ref(),
            Pagination::Cursor(p) => p.page_size.as_ref(),
            Pagination::LinkHeader(p) => p.page_size.as_ref(),
            Pagination::NextUrl(p) => p.page_size.as_ref(),
        }
    }
}

/// How many rows a page is asked to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {query, value}")]
pub struct PageSize {
    /// The query's parameter.
    pub query: String,
    /// The number.
    pub value: u32,
}

/// A number of rows to skip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {query, start, total, page_size}")]
pub struct Offset {
    /// The query's parameter.
    pub query: String,
    /// The first row's number.
    #[serde(default)]
    pub start: u32,
    /// Where the answer states the total.
    #[serde(default)]
    pub total: Option<At<JsonPath>>,
    /// Rows on a page.
    #[serde(default)]
    pub page_size: Option<PageSize>,
}

/// A page number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {query, start, total, page_size}")]
pub struct PageNumber {
    /// The query's parameter.
    pub query: String,
    /// The first page's number.
    #[serde(default = "one")]
    pub start: u32,
    /// Where the answer states the total of rows.
    #[serde(default)]
    pub total: Option<At<JsonPath>>,
    /// Where the answer states the total of pages.
    #[serde(default)]
    pub pages: Option<At<JsonPath>>,
    /// Rows on a page.
    #[serde(default)]
    pub page_size: Option<PageSize>,
}

const fn one() -> u32 {
    1
}

/// A cursor out of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {next, query, page_size}")]
pub struct Cursor {
    /// Where the answer has it; missing, null or empty: the list is over.
    pub next: At<JsonPath>,
    /// The query's parameter that takes it.
    pub query: String,
    /// Where the answer says that there is more, if it does: false ends the list.
    #[serde(default)]
    pub more: Option<At<JsonPath>>,
    /// Rows on a page.
    #[serde(default)]
    pub page_size: Option<PageSize>,
}

/// RFC 8288 `Link` header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {rel, page_size}")]
pub struct LinkHeader {
    /// The relation that leads on.
    #[serde(default = "next")]
    pub rel: String,
    /// Rows on a page.
    #[serde(default)]
    pub page_size: Option<PageSize>,
}

fn next() -> String {
    "next".to_owned()
}

/// The next address stands in the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {next, page_size}")]
pub struct NextUrl {
    /// Where; missing, null or empty: the list is over. An address on another host is refused.
    pub next: At<JsonPath>,
    /// Rows on a page.
    #[serde(default)]
    pub page_size: Option<PageSize>,
}

/// How the vendor limits calls, and how much is left to others.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {statuses, when, remaining, reset, backoff, reserve, requests}")]
pub struct RateLimit {
    /// HTTP statuses that mean "wait".
    pub statuses: Vec<u16>,
    /// A further condition over `status`, `headers` and `body` that means "wait".
    pub when: Option<At<Condition>>,
    /// Header with the calls that are left.
    pub remaining: Option<String>,
    /// Header that says when the window starts anew.
    pub reset: Option<Reset>,
    /// Waiting where nothing else is said.
    pub backoff: Option<Backoff>,
    /// Share of the quota that is left to the tenant's other clients.
    pub reserve: Option<Percent>,
    /// A documented limit: so many requests in so long.
    pub requests: Option<Requests>,
}

/// A header that says when the window starts anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {header, format}")]
pub struct Reset {
    /// Its name.
    pub header: String,
    /// How it writes the time.
    pub format: ResetFormat,
}

/// How a time is written in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetFormat {
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
    /// Seconds from now.
    Seconds,
    /// RFC 9110 date.
    HttpDate,
    /// RFC 3339.
    DateTime,
}

/// Waiting that doubles from `initial` to `maximum`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {initial, maximum}")]
pub struct Backoff {
    /// The first wait.
    pub initial: Duration,
    /// The longest.
    pub maximum: Duration,
}

/// A documented limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {count, per}")]
pub struct Requests {
    /// So many.
    pub count: u32,
    /// In so long.
    pub per: Duration,
}

/// What one answer of the vendor means. The first rule that matches wins; what none matches follows HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {status, when, operations, class}")]
pub struct ErrorRule {
    /// HTTP status, or several.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    pub status: Statuses,
    /// A condition over `status`, `headers` and `body`.
    #[serde(default)]
    pub when: Option<At<Condition>>,
    /// Only for these operations; left out: for all.
    #[serde(default)]
    pub operations: Vec<OperationName>,
    /// What it means.
    pub class: FaultClass,
}

/// One HTTP status or several.
pub type Statuses = OneOrMany<u16>;

/// The closed set of fault classes (DESIGN §7). "Already so" is none of them: only a read can say that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FaultClass {
    /// May go away by itself.
    Transient,
    /// The app asks to wait.
    Throttled,
    /// The credentials don't allow it.
    Denied,
    /// What was asked for is not there.
    NotFound,
    /// The app's state is against it.
    Conflict,
    /// This way can't do it.
    Unsupported,
    /// The app answered something that can't be right.
    Malformed,
    /// Nothing is known.
    Unknown,
}
