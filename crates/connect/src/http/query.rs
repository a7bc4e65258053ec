//! Named reads that are not identity (`usher query`): records as they come, or under the manifest's names; long windows of time in
//! pieces of what one request reaches.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};
use usher_domain::diagnostic::{Diagnostic, nearest};
use usher_domain::manifest::{Query, ValueFormat};
use usher_domain::snapshot::{Covers, EndMark, Ended, Gap, Grade, Row};
use usher_domain::time::Time;

use super::Http;
use super::listing::{ListOf, Listing};
use super::map;
use super::values::Values;
use crate::connector::{BoxFuture, Budget, Page, Reader, Turn};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// Most pieces of one window.
const PIECES: usize = 10_000;

/// A query under way.
pub(super) struct Queried<'m> {
    http: &'m Http,
    query: &'m Query,
    pieces: VecDeque<Map<String, Value>>,
    now: Option<Listing<'m>>,
    allowance: Allowance,
    pages: u64,
    as_of: Time,
    mark: EndMark,
    doubts: Vec<Gap>,
}

impl<'m> Queried<'m> {
    /// # Errors
    /// Not sent: no such query; a value that the query doesn't take, can't read, or lacks.
    pub(super) fn new(http: &'m Http, name: &str, with: &BTreeMap<String, String>, budget: Budget, now: Time) -> Result<Self, Fault> {
        let wrong = |message: Diagnostic| Fault::new(FaultClass::Unsupported, message).not_sent();
        let queries = &http.manifest.queries;
        let query = queries.iter().find(|(known, _)| known.as_str() == name).map(|(_, query)| query).ok_or_else(|| {
            let message = Diagnostic::new("QUERY-001", "there is no such query", format!("{} has no query `{name}`", http.instance));
            let known: Vec<&str> = queries.keys().map(|known| known.as_str()).collect();
            wrong(match nearest(name, known.iter().copied()) {
                Some(near) => message.hint(format!("did you mean `{near}`?")),
                None => message.hint(format!("its queries are: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })),
            })
        })?;
        let takes: BTreeSet<&str> = query.names().filter(|n| !http.config.contains_key(*n)).collect();
        if let Some(odd) = with.keys().find(|given| !takes.contains(given.as_str())) {
            let takes = takes.iter().copied().collect::<Vec<_>>().join(", ");
            let message = Diagnostic::new("QUERY-002", "the query does not take this", format!("{name}: `{odd}`"));
            return Err(wrong(message.hint(if takes.is_empty() { "it takes no values".to_owned() } else { format!("it takes: {takes}") })));
        }
        let pieces = pieces(query, &takes, with, now).map_err(|detail| {
            wrong(
                Diagnostic::new("QUERY-003", "a value of the query can't be used", format!("{name}: {detail}"))
                    .hint("times look like 2026-11-25 or 2026-11-25T09:00:00Z"),
            )
        })?;
        Ok(Queried {
            http,
            query,
            pieces,
            now: None,
            allowance: budget.into(),
            pages: budget.pages,
            as_of: now,
            mark: EndMark::Whole,
            doubts: Vec::new(),
        })
    }

    async fn turn(&mut self) -> Result<Turn, Fault> {
        loop {
            let Some(mut listing) = self.now.take() else {
                let Some(with) = self.pieces.pop_front() else {
                    let doubts = std::mem::take(&mut self.doubts);
                    return Ok(Turn::End(Ended {
                        mark: self.mark,
                        total: None,
                        as_of: self.as_of,
                        covers: Covers::default(),
                        grade: Grade::Observed,
                        doubts,
                    }));
                };
                let list = ListOf {
                    request: &self.query.request.value,
                    query: &self.query.query,
                    headers: &self.query.headers,
                    records: self.query.records.as_ref().map(|at| &at.value),
                    pagination: self.query.pagination.as_ref(),
                    page_size: self.query.page_size.as_ref(),
                    operation: None,
                };
                let values = Values { config: Some(&self.http.config), with: Some(&with), ..Values::default() };
                self.now = Some(Listing::new(self.http, &list, values, self.pages, None)?);
                continue;
            };
            if let Some(records) = listing.page(&mut self.allowance).await? {
                let named = |record: Value| {
                    if self.query.fields.is_empty() { record } else { Value::Object(map::attributes(&self.query.fields, &record)) }
                };
                let rows = records.records.into_iter().map(|record| Row::Record(named(record))).collect();
                self.now = Some(listing);
                return Ok(Turn::Page(Page { rows, bytes: records.bytes, ..Page::default() }));
            }
            self.mark = listing.mark;
            self.doubts.extend(listing.doubts);
        }
    }
}

impl Reader for Queried<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        Box::pin(self.turn())
    }
}

/// The values of each request: one, or one for each piece of a window that is longer than one request reaches.
fn pieces(
    query: &Query,
    takes: &BTreeSet<&str>,
    with: &BTreeMap<String, String>,
    now: Time,
) -> Result<VecDeque<Map<String, Value>>, String> {
    let mut fixed = Map::new();
    for (name, text) in with.iter().filter(|(name, _)| !matches!(name.as_str(), "since" | "until")) {
        let value = match query.formats.get(name) {
            Some(format) => written(moment(name, text)?, *format),
            None => Value::from(text.clone()),
        };
        fixed.insert(name.clone(), value);
    }
    if !takes.contains("since") && !takes.contains("until") {
        return Ok(VecDeque::from([fixed]));
    }
    let reach = query
        .cursor
        .as_ref()
        .and_then(|cursor| cursor.window)
        .map(|window| i64::try_from(window.seconds()).unwrap_or(i64::MAX))
        .filter(|s| *s > 0);
    let until = with.get("until").map_or(Ok(now), |text| moment("until", text))?;
    // Without a beginning: what one request reaches, else a day.
    let since = with.get("since").map_or(Ok(until.plus_seconds(-reach.unwrap_or(86_400))), |text| moment("since", text))?;
    if since >= until {
        return Err(format!("since {since} is not before until {until}"));
    }
    let mut all = VecDeque::new();
    let mut from = since;
    while from < until {
        let to = reach.map_or(until, |reach| from.plus_seconds(reach).min(until));
        let mut values = fixed.clone();
        for (name, time) in [("since", from), ("until", to)] {
            values.insert(name.to_owned(), written(time, query.formats.get(name).copied().unwrap_or(ValueFormat::DateTime)));
        }
        all.push_back(values);
        if all.len() > PIECES {
            return Err(format!("from {since} to {until} are more than {PIECES} requests"));
        }
        from = to;
    }
    Ok(all)
}

fn moment(name: &str, text: &str) -> Result<Time, String> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).map_err(|_| format!("{name}: `{text}` is not a time"))
}

fn written(time: Time, format: ValueFormat) -> Value {
    match format {
        ValueFormat::DateTime => time.to_string().into(),
        ValueFormat::Date => time.day().into(),
        ValueFormat::EpochSeconds => time.seconds().into(),
        ValueFormat::EpochMilliseconds => time.micros().div_euclid(1_000).into(),
    }
}
