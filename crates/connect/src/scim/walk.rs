//! Reads one list from its first row to its last, and trusts nothing that the server says about it (fault-kinds.md 1 and 2).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use usher_domain::snapshot::{EndMark, Gap};

use super::list::{self, ListPage};
use super::map::Quirks;
use super::names;
use super::pass::{Pass, Seen, Settled};
use super::{Scim, wrong};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// Most accounts that are looked up one by one because they were gone in a later pass.
const LOOK_UPS: usize = 100;

/// Where a walk goes on after the last delivered page of its first pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    next: u64,
    last: Option<String>,
    total: Option<u64>,
}

/// What a walk gives next.
pub(super) enum Found {
    Rows { rows: Vec<Value>, bytes: usize, resume: Option<Position> },
    End(WalkEnd),
}

/// How a walk ended.
#[derive(Debug)]
pub(super) struct WalkEnd {
    pub(super) mark: EndMark,
    pub(super) total: Option<u64>,
    pub(super) doubts: Vec<Gap>,
    /// The list is not there at all (404 to its first page).
    pub(super) missing: bool,
}

/// One list being read.
pub(super) struct Walk<'a> {
    scim: &'a Scim,
    path: &'static str,
    extra: Option<(&'static str, &'static str)>,
    /// Rows to ask for; `None` once the server refused `count`.
    count: Option<u64>,
    /// False once the server refused `startIndex` too.
    indexed: bool,
    next: u64,
    last: Option<String>,
    seen: Seen,
    pass: Pass,
    before: Option<Pass>,
    resumed: bool,
    requests: u64,
    most_requests: u64,
    probed_zero: bool,
    zero_based: bool,
    /// The pass is over; what it showed is to be judged.
    over: bool,
    pub(super) quirks: Quirks,
    pub(super) notes: Vec<String>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(scim: &'a Scim, path: &'static str, count: u64, most_requests: u64, from: Option<Position>) -> Self {
        let resumed = from.is_some();
        let from = from.unwrap_or(Position { next: 1, last: None, total: None });
        Walk {
            scim,
            path,
            extra: None,
            count: Some(count),
            indexed: true,
            next: from.next,
            last: from.last,
            seen: Seen::default(),
            pass: Pass::new(1, from.total),
            before: None,
            resumed,
            requests: 0,
            most_requests,
            probed_zero: false,
            zero_based: false,
            over: false,
            quirks: Quirks::new(),
            notes: Vec::new(),
        }
    }

    /// From now on without the members of groups: they made an answer too large.
    pub(super) fn without_members(&mut self) -> bool {
        self.extra.replace(("excludedAttributes", "members")).is_none()
    }

    /// Distinct rows of the last pass, with or without an id.
    pub(super) fn delivered(&self) -> u64 {
        self.pass.distinct + self.pass.nameless
    }

    /// The next rows that are new to this read, or the end.
    pub(super) async fn next(&mut self, allowance: &mut Allowance) -> Result<Found, Fault> {
        loop {
            if self.over {
                match self.settle(allowance).await? {
                    Some(found) => return Ok(found),
                    None => continue,
                }
            }
            if self.requests >= self.most_requests {
                self.pass.broken = Some(format!("more than {} pages", self.most_requests));
                return Ok(Found::End(self.end(Vec::new(), true)));
            }
            // The row before the next one is asked for again: if another one comes, the list moved.
            let overlap = u64::from(self.indexed && self.last.is_some());
            let start = self.next.saturating_sub(overlap).max(self.first());
            let Some((page, bytes)) = self.fetch(start, allowance).await? else {
                if self.requests == 1 && !self.resumed {
                    return Ok(Found::End(self.not_there()));
                }
                self.empty();
                continue;
            };
            let rows = self.take(start, page);
            if !rows.is_empty() {
                let resume =
                    (self.pass.n == 1 && !self.over).then(|| Position { next: self.next, last: self.last.clone(), total: self.pass.total });
                return Ok(Found::Rows { rows, bytes, resume });
            }
        }
    }

    /// One page from `start`. `None`: the server says that there is nothing (404). A server that refuses paging is asked without.
    async fn fetch(&mut self, start: u64, allowance: &mut Allowance) -> Result<Option<(ListPage, usize)>, Fault> {
        loop {
            let mut query: Vec<(&str, String)> = self.extra.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
            if self.indexed {
                query.push(("startIndex", start.to_string()));
            }
            if let Some(count) = self.count {
                query.push(("count", count.to_string()));
            }
            self.requests += 1;
            let answer = match self.scim.get(&[self.path], &query, allowance).await {
                Ok(answer) => answer,
                Err(fault) if fault.class == FaultClass::NotFound => return Ok(None),
                // 400 (RFC 7644 §3.12) and its like, on the very first page: the parameters are what it doesn't like.
                Err(fault) if fault.class == FaultClass::Conflict && start <= self.first() => {
                    if start < self.first() {
                        return Ok(None);
                    }
                    if self.count.take().is_none() && !std::mem::take(&mut self.indexed) {
                        return Err(fault);
                    }
                    self.requests -= 1;
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            if !self.indexed {
                self.quirks.insert("`startIndex` is refused; the app gives one page");
            } else if self.count.is_none() {
                self.quirks.insert("`count` is refused; pages are as long as the app wants");
            }
            let bytes = answer.body.len();
            let page = list::page(answer.json()?).ok_or_else(|| wrong(&answer, "this is not a list (RFC 7644 §3.4.2)"))?;
            return Ok(Some((page, bytes)));
        }
    }

    /// Takes a page in; gives the rows that are new to this read, and notes whether the pass is over.
    fn take(&mut self, start: u64, page: ListPage) -> Vec<Value> {
        let ListPage { mut rows, total, bare } = page;
        if bare {
            self.quirks.insert("lists come as bare arrays, without a total");
        }
        self.pass.stated(total);
        let came = rows.len() as u64;
        if came == 0 {
            self.empty();
            return Vec::new();
        }
        if start < self.next
            && let Some(last) = self.last.as_deref()
        {
            if rows.first().and_then(id_of).as_deref() == Some(last) {
                rows.remove(0);
                if rows.is_empty() {
                    self.empty();
                    return rows;
                }
            } else {
                self.pass.moved = true;
            }
        }
        let (repeats, twice) = (self.pass.repeats, self.pass.twice.len());
        if let Some(id) = rows.last().and_then(id_of) {
            self.last = Some(id);
        }
        // One row a page leaves no room for an overlap.
        if came < 2 {
            self.last = None;
        }
        let mut fresh = 0u64;
        rows.retain(|row| {
            let taken = self.seen.take(row, &mut self.pass);
            fresh += u64::from(taken.fresh);
            taken.deliver
        });
        self.next = start + came;
        let all = self.pass.total.is_some_and(|total| self.next > total);
        // A full page whose size is the total may be a server that counts the page instead of the list.
        let doubtful = self.pass.total == Some(came) && self.count.is_none_or(|count| came >= count);
        if fresh == 0 && start > self.first() {
            // The same rows again: paging is ignored, or the list goes in circles. Either way nothing more comes.
            (self.pass.repeats, self.pass.moved) = (repeats, false);
            self.pass.twice.truncate(twice);
            self.over = true;
            if self.pass.adds_up() {
                self.pass.mark = if self.pass.total.is_some() { EndMark::TotalReached } else { EndMark::Whole };
                self.quirks.insert("`startIndex` is ignored; the app gives everything at once");
            } else {
                self.pass.broken = Some(format!("the page at {start} brought nothing new"));
            }
        } else if !self.indexed {
            (self.over, self.pass.mark) = (true, EndMark::Whole);
        } else if all && !doubtful {
            (self.over, self.pass.mark) = (true, EndMark::TotalReached);
        }
        rows
    }

    /// An empty page: the end, or a hole before the stated total.
    fn empty(&mut self) {
        match (self.pass.total, self.count) {
            (Some(total), Some(count)) if !self.pass.adds_up() && self.next + count <= total => {
                self.next += count;
                self.last = None;
            }
            (Some(_), _) if self.pass.adds_up() || self.resumed => (self.over, self.pass.mark) = (true, EndMark::TotalReached),
            (Some(total), _) => {
                self.over = true;
                self.pass.broken = Some(format!("an empty page before all {total} had come"));
            }
            (None, _) => (self.over, self.pass.mark) = (true, EndMark::EmptyPage),
        }
    }

    /// After a pass: the end, rows that only `startIndex=0` shows, or `None` for another pass.
    async fn settle(&mut self, allowance: &mut Allowance) -> Result<Option<Found>, Fault> {
        let short = self.pass.total.is_some_and(|total| self.pass.distinct + self.pass.nameless < total);
        if short
            && self.indexed
            && !self.resumed
            && !std::mem::replace(&mut self.probed_zero, true)
            && let Some((page, bytes)) = self.fetch(0, allowance).await?
        {
            let mut rows = page.rows;
            rows.retain(|row| id_of(row).is_some_and(|id| !self.seen.knows(&id)) && self.seen.take(row, &mut self.pass).deliver);
            if !rows.is_empty() {
                self.quirks.insert("rows are counted from 0");
                self.zero_based = true;
                return Ok(Some(Found::Rows { rows, bytes, resume: None }));
            }
        }
        if self.resumed {
            return Ok(Some(Found::End(self.end(Vec::new(), self.pass.moved || self.pass.total_changed))));
        }
        let settled = self.pass.settles(self.before.as_ref());
        if settled == Settled::NotYet {
            let next = Pass::new(self.pass.n + 1, None);
            self.before = Some(std::mem::replace(&mut self.pass, next));
            (self.next, self.last, self.over) = (self.first(), None, false);
            return Ok(None);
        }
        let vanished = self.seen.vanished(&self.pass);
        let mut hidden = Vec::new();
        for id in vanished.iter().take(LOOK_UPS) {
            if self.scim.find(self.path, id, allowance).await?.is_some() {
                hidden.push(id.clone());
            }
        }
        if vanished.len() > LOOK_UPS {
            hidden.push(format!("{} more", vanished.len() - LOOK_UPS));
        }
        if !vanished.is_empty() && hidden.is_empty() {
            self.notes.push(format!("{} of {} went while they were read", vanished.len(), self.path));
        }
        if self.pass.n > 1 {
            self.notes.push(format!("{} were read {} times because the list did not add up at first", self.path, self.pass.n));
        }
        let vanished_any = !vanished.is_empty();
        let mut end = self.end(hidden, settled == Settled::Never);
        if vanished_any {
            end.total = None;
        }
        Ok(Some(Found::End(end)))
    }

    fn end(&mut self, hidden: Vec<String>, restless: bool) -> WalkEnd {
        let mut doubts = Vec::new();
        let pass = &self.pass;
        if let Some(why) = &pass.broken {
            doubts.push(if why.contains("nothing new") { Gap::Repeated(why.clone()) } else { Gap::EndedEarly(why.clone()) });
        }
        if restless {
            doubts.push(Gap::Doubt(format!("the list of {} changed while it was read, {} times", self.path, pass.n)));
        }
        doubts.extend(pass.twice.iter().take(5).map(|id| Gap::IdTwice(id.clone())));
        if pass.repeats > 0 && pass.total.is_none() {
            doubts.push(Gap::Repeated(format!("{} rows came again and no total was stated", pass.repeats)));
        }
        doubts.extend(hidden.into_iter().map(|id| Gap::Doubt(format!("{} {id} exists but left the list while it was read", self.path))));
        let mark = if pass.broken.is_some() { EndMark::Broken } else { pass.mark };
        WalkEnd { mark, total: pass.total, doubts, missing: false }
    }

    /// 404 to the first page: some servers say so for an empty list. It may be a wrong address as well, so nothing follows from it.
    fn not_there(&self) -> WalkEnd {
        let doubt = Gap::EndedEarly(format!("the app answered 404 to the list of {}", self.path));
        WalkEnd { mark: EndMark::Broken, total: None, doubts: vec![doubt], missing: true }
    }

    fn first(&self) -> u64 {
        u64::from(!self.zero_based)
    }
}

fn id_of(row: &Value) -> Option<String> {
    names::text(row.as_object()?, "id")
}
