//! Reading: all users, then all groups with who is in them; or one account.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use usher_domain::account::AccountRow;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::snapshot::{Covers, EndMark, Ended, Gap, Grade, Row};
use usher_domain::text;
use usher_domain::time::Time;

use super::map::{self, Quirks};
use super::walk::{Found, Position, Walk, WalkEnd};
use super::{Scim, wrong};
use crate::connector::{BoxFuture, Budget, Cursor, Page, Reader, SetAside, Turn, Want};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// Rows a page. Okta's own client asks for as many.
const USERS: u64 = 100;
/// Groups come with their members, which may be many.
const GROUPS: u64 = 50;

pub(super) fn start<'a>(scim: &'a Scim, want: &'a Want, from: Option<Cursor>, budget: Budget) -> Result<Box<dyn Reader + 'a>, Fault> {
    let as_of = scim.wire.clock().now();
    match want {
        Want::Everything => Ok(Box::new(All::new(scim, from, budget, as_of)?)),
        Want::Account { native_id, user_name } => Ok(Box::new(One {
            scim,
            native_id,
            user_name: user_name.as_deref(),
            allowance: budget.into(),
            pages: budget.pages,
            as_of,
            state: OneState::Start,
        })),
        Want::Query { name, .. } => {
            let detail = format!("{name}: SCIM has users and groups, no named queries");
            Err(Fault::new(FaultClass::Unsupported, Diagnostic::new("SCIM-003", "there is no such query", detail)).not_sent())
        }
    }
}

fn ended(end: WalkEnd, as_of: Time) -> Ended {
    let WalkEnd { mark, total, doubts, .. } = end;
    Ended { mark, total, as_of, covers: Covers::default(), grade: Grade::Observed, doubts }
}

/// Where a read of everything goes on.
#[derive(Serialize, Deserialize)]
struct Resume {
    /// When the read began, in microseconds.
    as_of: i64,
    users: Position,
}

struct All<'a> {
    walk: Walk<'a>,
    scim: &'a Scim,
    users: Option<WalkEnd>,
    group_doubts: Vec<Gap>,
    allowance: Allowance,
    pages: u64,
    page: u64,
    as_of: Time,
    quirks: Quirks,
    notes: Vec<String>,
}

impl<'a> All<'a> {
    fn new(scim: &'a Scim, from: Option<Cursor>, budget: Budget, now: Time) -> Result<Self, Fault> {
        let resume: Option<Resume> = from.map(|cursor| serde_json::from_str(&cursor.0).map_err(|e| unknown_cursor(&e))).transpose()?;
        let as_of = resume.as_ref().map_or(now, |r| Time::from_micros(r.as_of));
        Ok(All {
            walk: Walk::new(scim, "Users", USERS, budget.pages, resume.map(|r| r.users)),
            scim,
            users: None,
            group_doubts: Vec::new(),
            allowance: budget.into(),
            pages: budget.pages,
            page: 0,
            as_of,
            quirks: Quirks::new(),
            notes: Vec::new(),
        })
    }

    async fn turn(&mut self) -> Result<Turn, Fault> {
        loop {
            let found = match self.walk.next(&mut self.allowance).await {
                // Members made the page too large: they are read group by group.
                Err(fault) if self.users.is_some() && fault.message.code == "WIRE-018" && self.walk.without_members() => continue,
                Err(fault) if self.users.is_some() && self.groups_are_closed(&fault) => {
                    self.notes.push(format!("groups were not read: {}", fault.message.detail));
                    return Ok(self.finish());
                }
                other => other?,
            };
            self.page += 1;
            match found {
                Found::Rows { rows, bytes, resume } if self.users.is_none() => return Ok(Turn::Page(self.accounts(&rows, bytes, resume))),
                Found::Rows { rows, bytes, .. } => return Ok(Turn::Page(self.groups(&rows, bytes).await?)),
                Found::End(end) if self.users.is_none() => {
                    self.users = Some(end);
                    let walk = Walk::new(self.scim, "Groups", GROUPS, self.pages, None);
                    let users = std::mem::replace(&mut self.walk, walk);
                    self.quirks.extend(users.quirks);
                    self.notes.extend(users.notes);
                }
                Found::End(end) => {
                    if end.missing {
                        self.notes.push("the app has no groups".to_owned());
                    } else {
                        let wrong_total = end.total.is_some_and(|total| total != self.walk.delivered());
                        self.group_doubts.extend(end.doubts);
                        if wrong_total {
                            self.group_doubts.push(Gap::Doubt(format!(
                                "groups: the app states {}, {} came",
                                end.total.unwrap_or(0),
                                self.walk.delivered()
                            )));
                        }
                    }
                    return Ok(self.finish());
                }
            }
        }
    }

    /// A server that does users only, or a token that may not see groups, says so at their first page.
    fn groups_are_closed(&self, fault: &Fault) -> bool {
        matches!(fault.class, FaultClass::Denied | FaultClass::Unsupported | FaultClass::Conflict) && self.walk.delivered() == 0
    }

    fn accounts(&mut self, rows: &[Value], bytes: usize, resume: Option<Position>) -> Page {
        let mut page = Page { bytes, ..Page::default() };
        for (i, row) in rows.iter().enumerate() {
            match map::account(row, &mut self.quirks) {
                Ok(account) => page.rows.push(Row::Account(account)),
                Err(why) => {
                    page.set_aside.push(SetAside { place: format!("Users page {} row {}", self.page, i + 1), reason: why.to_owned() })
                }
            }
        }
        let as_of = self.as_of.micros();
        page.resume = resume.and_then(|users| serde_json::to_string(&Resume { as_of, users }).ok()).map(Cursor);
        page
    }

    async fn groups(&mut self, rows: &[Value], bytes: usize) -> Result<Page, Fault> {
        let mut page = Page { bytes, ..Page::default() };
        for (i, row) in rows.iter().enumerate() {
            let group = match map::group(row, &mut self.quirks) {
                Ok(group) => group,
                Err(why) => {
                    page.set_aside.push(SetAside { place: format!("Groups page {} row {}", self.page, i + 1), reason: why.to_owned() });
                    continue;
                }
            };
            let mut grants = map::members(row, &group.native_id, &mut self.quirks);
            if grants.is_none() {
                match self.scim.find("Groups", &group.native_id, &mut self.allowance).await {
                    Ok(Some(found)) => grants = Some(map::members(&found.resource, &group.native_id, &mut self.quirks).unwrap_or_default()),
                    // It went between the list and the look.
                    Ok(None) => continue,
                    Err(fault) if fault.message.code == "WIRE-018" => {
                        self.group_doubts.push(Gap::Doubt(format!("group {} has too many members for one answer", group.name)));
                    }
                    Err(fault) => return Err(fault),
                }
            }
            page.rows.push(Row::Entitlement(group));
            page.rows.extend(grants.unwrap_or_default().into_iter().map(Row::Grant));
        }
        Ok(page)
    }

    fn finish(&mut self) -> Turn {
        self.quirks.append(&mut self.walk.quirks);
        self.notes.append(&mut self.walk.notes);
        let users = self.users.take().unwrap_or(WalkEnd { mark: EndMark::Broken, total: None, doubts: Vec::new(), missing: true });
        let mut end = ended(users, self.as_of);
        end.doubts.append(&mut self.group_doubts);
        Turn::End(end)
    }
}

impl Reader for All<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        Box::pin(self.turn())
    }

    fn notes(&self) -> Vec<String> {
        self.quirks.iter().map(|q| (*q).to_owned()).chain(self.notes.iter().cloned()).collect()
    }
}

fn unknown_cursor(error: &serde_json::Error) -> Fault {
    let message =
        Diagnostic::new("SCIM-004", "the read can't go on from here", format!("the cursor is not one of this connector: {error}"));
    Fault::new(FaultClass::Malformed, message).not_sent()
}

enum OneState {
    Start,
    End,
}

/// One account by its id; by its login where it has no id yet.
struct One<'a> {
    scim: &'a Scim,
    native_id: &'a str,
    user_name: Option<&'a str>,
    allowance: Allowance,
    pages: u64,
    as_of: Time,
    state: OneState,
}

impl One<'_> {
    async fn turn(&mut self) -> Result<Turn, Fault> {
        let whole = WalkEnd { mark: EndMark::Whole, total: None, doubts: Vec::new(), missing: false };
        if let OneState::End = self.state {
            return Ok(Turn::End(ended(whole, self.as_of)));
        }
        self.state = OneState::End;
        let row = match (self.native_id, self.user_name) {
            ("", None) => None,
            ("", Some(login)) => self.by_login(login).await?,
            (id, _) => match self.scim.find("Users", id, &mut self.allowance).await? {
                Some(found) => Some(mapped(&found.resource)?),
                None => None,
            },
        };
        match row {
            Some(row) => Ok(Turn::Page(Page { rows: vec![Row::Account(row)], ..Page::default() })),
            None => Ok(Turn::End(ended(whole, self.as_of))),
        }
    }

    /// By filter, and what comes is checked: servers ignore filters, or cut them at an apostrophe. Whoever ignores them is read whole.
    async fn by_login(&mut self, login: &str) -> Result<Option<AccountRow>, Fault> {
        let is_it = |row: &AccountRow| row.user_name.as_deref().is_some_and(|name| text::fold(name) == text::fold(login));
        let filter = format!("userName eq {}", Value::from(login));
        match self.scim.get(&["Users"], &[("filter", filter)], &mut self.allowance).await {
            Ok(answer) => {
                let page = super::list::page(answer.json()?).ok_or_else(|| wrong(&answer, "this is not a list (RFC 7644 §3.4.2)"))?;
                let rows = page.rows.iter().map(mapped).collect::<Result<Vec<_>, _>>()?;
                let filtered = rows.iter().all(&is_it);
                if let Some(row) = rows.into_iter().find(&is_it) {
                    return Ok(Some(row));
                }
                if filtered && page.total.is_none_or(|total| total == 0) {
                    return Ok(None);
                }
            }
            Err(fault) if matches!(fault.class, FaultClass::Conflict | FaultClass::Unsupported) => {}
            // Some servers say 404 for "nobody of that name"; the list itself tells.
            Err(fault) if fault.class == FaultClass::NotFound => {}
            Err(fault) => return Err(fault),
        }
        let mut walk = Walk::new(self.scim, "Users", USERS, self.pages, None);
        loop {
            match walk.next(&mut self.allowance).await? {
                Found::Rows { rows, .. } => {
                    for row in &rows {
                        let row = mapped(row)?;
                        if is_it(&row) {
                            return Ok(Some(row));
                        }
                    }
                }
                Found::End(end) if end.doubts.is_empty() && end.total.is_none_or(|total| total == walk.delivered()) => return Ok(None),
                Found::End(_) => {
                    let detail = format!("{login}: the app can't be asked by name, and its list of users is not whole");
                    return Err(Fault::new(FaultClass::Malformed, Diagnostic::new("SCIM-005", "an account can't be looked up", detail)));
                }
            }
        }
    }
}

fn mapped(resource: &Value) -> Result<AccountRow, Fault> {
    map::account(resource, &mut Quirks::new()).map_err(|why| {
        Fault::new(
            FaultClass::Malformed,
            Diagnostic::new("SCIM-002", "the app's answer is not SCIM", format!("a user can't be read: {why}")),
        )
    })
}

impl Reader for One<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        Box::pin(self.turn())
    }
}
