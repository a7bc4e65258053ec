//! Reading everything that the manifest can list: accounts, entitlements, who holds them, credentials. Or one account by its id.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use usher_domain::account::AccountRow;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{Credential, Entitlement, Fields, Operation, OperationName, Way};
use usher_domain::snapshot::{Covers, EndMark, Ended, Gap, Grade, Row};
use usher_domain::time::Time;

use super::Http;
use super::listing::{ListOf, Listing};
use super::map::{self, Unknown};
use super::values::Values;
use crate::connector::{BoxFuture, Budget, Cursor, Page, Reader, SetAside, Turn};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// An operation's list, if it is done by HTTP.
pub(super) fn list_of(name: OperationName, operation: &Operation) -> Option<ListOf<'_>> {
    let request = operation.ways.iter().find_map(|way| if let Way::Request(request) = &way.value { Some(request) } else { None })?;
    let details = &operation.details;
    Some(ListOf {
        request,
        query: &details.query,
        headers: &details.headers,
        records: details.records.as_ref().map(|at| &at.value),
        pagination: details.pagination.as_ref(),
        page_size: details.page_size.as_ref(),
        operation: Some(name),
    })
}

/// What is listed next.
enum Job<'m> {
    Accounts(&'m Operation),
    Entitlements(&'m str, &'m Entitlement, &'m Operation),
    Grants(&'m str, &'m Operation, Option<Map<String, Value>>),
    Credentials(&'m str, &'m Credential, &'m Operation, Option<String>),
}

impl Job<'_> {
    fn name(&self) -> String {
        match self {
            Job::Accounts(_) => "accounts".to_owned(),
            Job::Entitlements(kind, ..) => format!("{kind}s"),
            Job::Grants(kind, _, about) => match about.as_ref().and_then(|view| view.get("displayName")).and_then(Value::as_str) {
                Some(name) => format!("members of {kind} {name}"),
                None => format!("holders of {kind}s"),
            },
            Job::Credentials(kind, ..) => format!("{kind}s"),
        }
    }
}

/// Where a read of everything goes on: only in the list of accounts, which is the long one.
#[derive(Serialize, Deserialize)]
struct Resume {
    as_of: i64,
    next: String,
}

pub(super) struct All<'m> {
    http: &'m Http,
    jobs: VecDeque<Job<'m>>,
    now: Option<(Job<'m>, Listing<'m>)>,
    from: Option<Url>,
    /// Ids of accounts with a hash of their content.
    seen: HashMap<String, u64>,
    resumed: bool,
    repeats: u64,
    mark: EndMark,
    doubts: Vec<Gap>,
    allowance: Allowance,
    pages: u64,
    page: u64,
    as_of: Time,
    unknown: Unknown,
    notes: Vec<String>,
}

impl<'m> All<'m> {
    /// # Errors
    /// Not sent: the app lists no accounts by HTTP; a cursor that isn't ours.
    pub(super) fn new(http: &'m Http, from: Option<Cursor>, budget: Budget, now: Time) -> Result<Self, Fault> {
        let manifest = &http.manifest;
        let list = manifest.operations.get(&OperationName::ListAccounts).filter(|o| list_of(OperationName::ListAccounts, o).is_some());
        let list = list.ok_or_else(|| {
            let detail = format!("{}: its manifest lists no accounts by HTTP", http.instance);
            Fault::new(FaultClass::Unsupported, Diagnostic::new("HTTP-005", "the accounts can't be listed in this way", detail)).not_sent()
        })?;
        let mut jobs = VecDeque::from([Job::Accounts(list)]);
        for (kind, entitlement) in &manifest.entitlements {
            if let Some(operation) = &entitlement.list_entitlements {
                jobs.push_back(Job::Entitlements(kind.as_str(), entitlement, operation));
            }
            // Where the request names no entitlement, one list has all grants.
            if let Some(operation) = entitlement.list_grants.as_ref().filter(|o| !names(o, "entitlement.")) {
                jobs.push_back(Job::Grants(kind.as_str(), operation, None));
            }
        }
        for (kind, credential) in &manifest.credentials {
            if let Some(operation) = credential.list_credentials.as_ref().filter(|o| !names(o, "account.")) {
                jobs.push_back(Job::Credentials(kind.as_str(), credential, operation, None));
            }
        }
        let resume: Option<Resume> = from
            .map(|cursor| {
                serde_json::from_str(&cursor.0).map_err(|e| {
                    let message = Diagnostic::new("HTTP-006", "the read can't go on from here", format!("{}: {e}", http.instance));
                    Fault::new(FaultClass::Malformed, message).not_sent()
                })
            })
            .transpose()?;
        let as_of = resume.as_ref().map_or(now, |r| Time::from_micros(r.as_of));
        let from = resume.map(|r| r.next.parse::<Url>()).transpose().map_err(|e| {
            let message = Diagnostic::new("HTTP-006", "the read can't go on from here", format!("{}: {e}", http.instance));
            Fault::new(FaultClass::Malformed, message).not_sent()
        })?;
        Ok(All {
            http,
            jobs,
            now: None,
            resumed: from.is_some(),
            from,
            seen: HashMap::new(),
            repeats: 0,
            mark: EndMark::Broken,
            doubts: Vec::new(),
            allowance: budget.into(),
            pages: budget.pages,
            page: 0,
            as_of,
            unknown: Unknown::new(),
            notes: Vec::new(),
        })
    }

    async fn turn(&mut self) -> Result<Turn, Fault> {
        loop {
            let Some((job, mut listing)) = self.now.take() else {
                let Some(job) = self.jobs.pop_front() else { return Ok(self.end()) };
                if let Some(listing) = self.begin(&job)? {
                    self.now = Some((job, listing));
                }
                continue;
            };
            match listing.page(&mut self.allowance).await {
                Ok(Some(records)) => {
                    self.page += 1;
                    let mut page = Page { bytes: records.bytes, ..Page::default() };
                    let fresh = self.take(&job, &records.records, &mut page);
                    if let Job::Accounts(_) = job {
                        if !fresh && !records.records.is_empty() && self.page > 1 {
                            self.doubts.push(Gap::Repeated(format!("page {} brought nothing new", self.page)));
                            self.per_account();
                            return Ok(Turn::Page(page));
                        }
                        let as_of = self.as_of.micros();
                        let resume = records.next.map(|next| Resume { as_of, next: next.into() });
                        page.resume = resume.and_then(|resume| serde_json::to_string(&resume).ok()).map(Cursor);
                    }
                    self.now = Some((job, listing));
                    return Ok(Turn::Page(page));
                }
                Ok(None) => self.finished(&job, listing),
                // A token that may not see groups says so at their first page; the accounts are no worse for it.
                Err(fault) if self.closed(&job, &fault) => {
                    self.notes.push(format!("{} were not read: {}", job.name(), fault.message.detail))
                }
                // A group that went between the list and the look.
                Err(fault)
                    if fault.class == FaultClass::NotFound
                        && matches!(job, Job::Grants(_, _, Some(_)) | Job::Credentials(_, _, _, Some(_))) => {}
                Err(fault) => return Err(fault),
            }
        }
    }

    fn begin(&mut self, job: &Job<'m>) -> Result<Option<Listing<'m>>, Fault> {
        let config = Some(&self.http.config);
        let (name, operation, values) = match job {
            Job::Accounts(operation) => (OperationName::ListAccounts, operation, Values { config, ..Values::default() }),
            Job::Entitlements(_, _, operation) => (OperationName::ListEntitlements, operation, Values { config, ..Values::default() }),
            Job::Grants(_, operation, about) => {
                (OperationName::ListGrants, operation, Values { config, entitlement: about.as_ref(), ..Values::default() })
            }
            Job::Credentials(_, _, operation, _) => (OperationName::ListCredentials, operation, Values { config, ..Values::default() }),
        };
        let account = match job {
            Job::Credentials(_, _, _, Some(id)) => Some(Map::from_iter([("id".to_owned(), Value::from(id.clone()))])),
            _ => None,
        };
        let values = Values { account: account.as_ref(), ..values };
        let Some(list) = list_of(name, operation) else {
            self.notes.push(format!("{} are not read: the manifest names no request for them", job.name()));
            return Ok(None);
        };
        let from = if let Job::Accounts(_) = job { self.from.take() } else { None };
        Listing::new(self.http, &list, values, self.pages, from).map(Some)
    }

    fn closed(&self, job: &Job<'_>, fault: &Fault) -> bool {
        !matches!(job, Job::Accounts(_)) && matches!(fault.class, FaultClass::Denied | FaultClass::Unsupported | FaultClass::NotFound) && {
            let about_one = matches!(job, Job::Grants(_, _, Some(_)) | Job::Credentials(_, _, _, Some(_)));
            !(about_one && fault.class == FaultClass::NotFound)
        }
    }

    /// Puts the rows of a page in; true if any account was new.
    fn take(&mut self, job: &Job<'m>, records: &[Value], page: &mut Page) -> bool {
        let mut fresh = false;
        for (i, record) in records.iter().enumerate() {
            let row = match job {
                Job::Accounts(_) => match self.http.manifest.account.as_ref() {
                    Some(how) => map::account(how, record, &mut self.unknown).map(Row::Account),
                    None => Err("the manifest maps no account".to_owned()),
                },
                Job::Entitlements(kind, how, _) => map::entitlement(kind, how, record).map(|(row, view)| {
                    if let Some(operation) = how.list_grants.as_ref().filter(|o| names(o, "entitlement.")) {
                        self.jobs.push_back(Job::Grants(kind, operation, Some(view)));
                    }
                    Row::Entitlement(row)
                }),
                Job::Grants(kind, operation, about) => {
                    let fields = if let Some(Fields::Read(fields)) = &operation.details.fields { Some(fields) } else { None };
                    let id = about.as_ref().and_then(|view| view.get("id")).and_then(Value::as_str);
                    map::grant(kind, fields, id, record).map(Row::Grant)
                }
                Job::Credentials(kind, how, operation, about) => {
                    let fields = if let Some(Fields::Read(fields)) = &operation.details.fields { fields } else { &how.map };
                    map::credential(kind, fields, about.as_deref(), record).map(Row::Credential)
                }
            };
            match row {
                Ok(Row::Account(account)) => {
                    let (deliver, new) = self.count(&account, record);
                    fresh |= new;
                    if deliver {
                        page.rows.push(Row::Account(account));
                    }
                }
                Ok(row) => page.rows.push(row),
                Err(reason) => page.set_aside.push(SetAside { place: format!("{} page {} row {}", job.name(), self.page, i + 1), reason }),
            }
        }
        fresh
    }

    /// Whether to deliver an account, and whether it is new. The same id with other content makes the list doubtful.
    fn count(&mut self, account: &AccountRow, record: &Value) -> (bool, bool) {
        let mut hasher = DefaultHasher::new();
        record.to_string().hash(&mut hasher);
        let content = hasher.finish();
        match self.seen.insert(account.native_id.clone(), content) {
            None => (true, true),
            Some(before) => {
                self.repeats += 1;
                if before != content {
                    self.doubts.push(Gap::IdTwice(account.native_id.clone()));
                }
                (false, false)
            }
        }
    }

    fn finished(&mut self, job: &Job<'m>, listing: Listing<'m>) {
        match job {
            Job::Accounts(_) => {
                self.mark = listing.mark;
                self.doubts.extend(listing.doubts);
                self.per_account();
            }
            _ if !listing.doubts.is_empty() => {
                let why: Vec<String> = listing.doubts.iter().map(ToString::to_string).collect();
                self.doubts.push(Gap::Doubt(format!("{}: {}", job.name(), why.join("; "))));
            }
            _ => {}
        }
    }

    /// Credentials that can only be asked for account by account.
    fn per_account(&mut self) {
        for (kind, credential) in &self.http.manifest.credentials {
            let Some(operation) = credential.list_credentials.as_ref().filter(|o| names(o, "account.")) else { continue };
            if self.resumed {
                self.doubts.push(Gap::Doubt(format!("{}s of accounts from before the read went on were not read", kind.as_str())));
            }
            let mut ids: Vec<&String> = self.seen.keys().collect();
            ids.sort();
            self.jobs.extend(ids.into_iter().map(|id| Job::Credentials(kind.as_str(), credential, operation, Some(id.clone()))));
        }
    }

    fn end(&mut self) -> Turn {
        if self.repeats > 0 {
            self.notes.push(format!("{} accounts came more than once", self.repeats));
        }
        Turn::End(Ended {
            mark: self.mark,
            total: None,
            as_of: self.as_of,
            covers: Covers::default(),
            grade: Grade::Observed,
            doubts: std::mem::take(&mut self.doubts),
        })
    }
}

/// Whether the request of an operation names one of these.
fn names(operation: &Operation, prefix: &str) -> bool {
    let request = operation.ways.iter().find_map(|way| if let Way::Request(request) = &way.value { Some(request) } else { None });
    let query = operation.details.query.values().flat_map(|literal| literal.templates());
    request.is_some_and(|r| r.path.names().any(|n| n.starts_with(prefix))) || query.flat_map(|t| t.names()).any(|n| n.starts_with(prefix))
}

impl Reader for All<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        Box::pin(self.turn())
    }

    fn notes(&self) -> Vec<String> {
        self.unknown.iter().chain(&self.notes).cloned().collect()
    }
}
