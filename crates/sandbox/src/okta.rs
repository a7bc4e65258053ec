//! An Okta-like API: users with their lifecycle, groups, sessions, the system log, paging by `Link`, limits in headers.
//! Made from the published specification of Okta's management API; it is not Okta and says so.

mod error;
mod lifecycle;
mod tenant;
mod views;

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use usher_domain::time::Time;

use crate::clock::Clock;
use crate::company::Company;
use crate::fault::Faults;
use crate::seats::{App, Seat, SeatState};
use crate::wire::{self, Answer, Ask, Backend, Running};
use error::Refusal;
pub use tenant::Status;
use tenant::{Tenant, merged};

/// Length of the window that requests are counted in, in seconds.
const WINDOW: i64 = 60;

/// The simulated tenant.
#[derive(Debug)]
pub struct Okta {
    token: String,
    /// Login of the user that the token belongs to.
    owner: String,
    clock: Clock,
    tenant: Mutex<Tenant>,
    rate: Mutex<Rate>,
}

#[derive(Debug)]
struct Rate {
    limit: u32,
    used: u32,
    /// End of the current window, in seconds since 1970.
    reset: i64,
}

impl Okta {
    /// An empty tenant. `token` is what stands behind `SSWS `; ids are made from `seed`. 600 requests a minute are allowed.
    pub fn new(seed: u64, token: &str, clock: Clock) -> Okta {
        Okta {
            token: token.to_owned(),
            owner: String::new(),
            clock,
            tenant: Mutex::new(Tenant::new(seed)),
            rate: Mutex::new(Rate { limit: 600, used: 0, reset: 0 }),
        }
    }

    /// The company's tenant: a user for each seat; a group for each department, `Everyone`, and one that an app manages. The token
    /// belongs to `svc-usher`.
    pub fn of(company: &Company, token: &str, clock: Clock) -> Okta {
        let okta = Okta { owner: format!("svc-usher@{}", company.domain), ..Okta::new(company.seed, token, clock) };
        okta.set_rate_limit(600.max(u32::try_from(company.people.len() / 20).unwrap_or(u32::MAX)));
        {
            let mut tenant = crate::locked(&okta.tenant);
            let mut departments: Vec<(&str, BTreeSet<u64>)> = Vec::new();
            let mut everyone = BTreeSet::new();
            for seat in company.seats(App::Okta) {
                let made = tenant.create(profile(&seat, company), status(seat.state), company.today);
                let Ok(at) = made else { continue };
                if let Some(user) = tenant.users.get_mut(&at) {
                    user.last_login = seat.last_seen;
                    user.password = true;
                }
                everyone.insert(at);
                if seat.state == SeatState::Shut || seat.department.is_empty() {
                    continue;
                }
                match departments.iter_mut().find(|(name, _)| *name == seat.department) {
                    Some((_, members)) => {
                        members.insert(at);
                    }
                    None => departments.push((seat.department, BTreeSet::from([at]))),
                }
            }
            tenant.group("Everyone", "BUILT_IN", everyone, company.today);
            for (name, members) in departments {
                tenant.group(name, "OKTA_GROUP", members, company.today);
            }
            tenant.group("Imported from a directory", "APP_GROUP", BTreeSet::new(), company.today);
        }
        okta
    }

    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// What the system says about listening.
    pub async fn start(self, faults: Faults) -> io::Result<Running<Okta>> {
        wire::start(Arc::new(self), faults).await
    }

    /// The API token, without `SSWS`.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// How many requests a minute are allowed from now on.
    pub fn set_rate_limit(&self, limit: u32) {
        crate::locked(&self.rate).limit = limit;
    }

    /// From now on a deactivation is done only after so many reads of the user; until then `transitioningToStatus` says so.
    pub fn set_slow_deactivation(&self, reads: u32) {
        crate::locked(&self.tenant).slow_reads = reads;
    }

    /// A user by id or login, as the API shows it.
    pub fn user(&self, id_or_login: &str) -> Option<Value> {
        let tenant = crate::locked(&self.tenant);
        tenant.find(id_or_login).and_then(|at| tenant.users.get(&at)).map(|user| user.shown(""))
    }

    /// The state of a user by id or login.
    pub fn status(&self, id_or_login: &str) -> Option<Status> {
        let tenant = crate::locked(&self.tenant);
        tenant.find(id_or_login).and_then(|at| tenant.users.get(&at)).map(|user| user.status)
    }

    /// The sessions and OAuth tokens that a user still has.
    pub fn sessions(&self, id_or_login: &str) -> Option<(u32, u32)> {
        let tenant = crate::locked(&self.tenant);
        tenant.find(id_or_login).and_then(|at| tenant.users.get(&at)).map(|user| (user.sessions, user.tokens))
    }

    /// How many users there are, in all states.
    pub fn users(&self) -> usize {
        crate::locked(&self.tenant).users.len()
    }

    /// Somebody puts a user into a state behind our back, without asking whether Okta would allow it. False where there is none.
    pub fn set_status(&self, id_or_login: &str, status: Status) -> bool {
        let mut tenant = crate::locked(&self.tenant);
        let now = self.clock.now();
        let at = tenant.find(id_or_login);
        at.and_then(|at| tenant.users.get_mut(&at)).map(|user| user.move_to(status, now)).is_some()
    }

    /// Somebody changes a profile behind our back. False where there is no such user, or the login is taken.
    pub fn change_profile(&self, id_or_login: &str, change: impl FnOnce(&mut Map<String, Value>)) -> bool {
        let mut tenant = crate::locked(&self.tenant);
        let Some(at) = tenant.find(id_or_login) else { return false };
        let Some(mut profile) = tenant.users.get(&at).map(tenant::User::profile) else { return false };
        change(&mut profile);
        tenant.rewrite(at, profile, self.clock.now()).is_ok()
    }

    /// Somebody deletes a user behind our back. False where there is none.
    pub fn delete_user(&self, id_or_login: &str) -> bool {
        let mut tenant = crate::locked(&self.tenant);
        let at = tenant.find(id_or_login);
        at.map(|at| tenant.delete(at)).is_some()
    }

    fn route(&self, ask: &Ask) -> Result<Answer, Refusal> {
        if ask.header("authorization") != Some(format!("SSWS {}", self.token).as_str()) {
            return Err(Refusal::token());
        }
        let segments = ask.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let ["api", "v1", rest @ ..] = segments.as_slice() else { return Err(Refusal::not_found(&ask.path, "Endpoint")) };
        let mut tenant = crate::locked(&self.tenant);
        let now = self.clock.now();
        match (ask.method.as_str(), rest) {
            ("GET", ["users"]) => views::users(&tenant, ask),
            ("POST", ["users"]) => create(&mut tenant, ask, now),
            (method, ["users", who]) => self.one(&mut tenant, method, who, ask, now),
            ("POST", ["users", who, "lifecycle", operation]) => {
                let at = self.found(&tenant, who)?;
                let slow = tenant.slow_reads;
                let Some(user) = tenant.users.get_mut(&at) else { return Err(Refusal::not_found(who, "User")) };
                lifecycle::apply(operation, user, slow, now)?;
                Ok(Answer::json(200, &json!({})))
            }
            ("DELETE", ["users", who, "sessions"]) => {
                let at = self.found(&tenant, who)?;
                if let Some(user) = tenant.users.get_mut(&at) {
                    user.sessions = 0;
                    if ask.param("oauthTokens").as_deref() == Some("true") {
                        user.tokens = 0;
                    }
                }
                Ok(Answer::empty(204))
            }
            ("GET", ["users", who, "groups"]) => {
                let at = self.found(&tenant, who)?;
                let groups: Vec<Value> = tenant.groups.iter().filter(|g| g.members.contains(&at)).map(tenant::Group::shown).collect();
                Ok(Answer::json(200, &Value::Array(groups)))
            }
            ("GET", ["groups"]) => views::groups(&tenant, ask),
            ("GET", ["groups", id]) => {
                let group = tenant.groups.iter().find(|g| g.id == *id).ok_or_else(|| Refusal::not_found(id, "Group"))?;
                Ok(Answer::json(200, &group.shown()))
            }
            ("GET", ["groups", id, "users"]) => views::members(&tenant, id, ask),
            (method @ ("PUT" | "DELETE"), ["groups", id, "users", who]) => {
                let at = self.found(&tenant, who)?;
                let group = tenant.groups.iter_mut().find(|g| g.id == *id).ok_or_else(|| Refusal::not_found(id, "Group"))?;
                // Members of imported and built-in groups are not written by hand.
                if group.kind != "OKTA_GROUP" {
                    return Err(Refusal::denied());
                }
                let changed = if method == "PUT" { group.members.insert(at) } else { group.members.remove(&at) };
                group.updated = if changed { now } else { group.updated };
                Ok(Answer::empty(204))
            }
            ("GET", ["logs"]) => views::logs(&tenant, ask),
            (_, ["users" | "groups" | "logs", ..]) => Err(Refusal::method()),
            _ => Err(Refusal::not_found(&ask.path, "Endpoint")),
        }
    }

    fn found(&self, tenant: &Tenant, who: &str) -> Result<u64, Refusal> {
        let who = if who == "me" { &self.owner } else { who };
        tenant.find(who).ok_or_else(|| Refusal::not_found(who, "User"))
    }

    fn one(&self, tenant: &mut Tenant, method: &str, who: &str, ask: &Ask, now: Time) -> Result<Answer, Refusal> {
        let at = self.found(tenant, who)?;
        let Some(user) = tenant.users.get_mut(&at) else { return Err(Refusal::not_found(who, "User")) };
        match method {
            "GET" => match user.under_way {
                Some((to, 0)) => user.move_to(to, now),
                Some((to, left)) => user.under_way = Some((to, left - 1)),
                None => {}
            },
            // Without an extra setting a deactivated user's profile stays as it is, and the answer is 200 all the same.
            "POST" | "PUT" if user.status == Status::Deprovisioned => {}
            "POST" | "PUT" => {
                let before = if method == "POST" { user.profile() } else { Map::new() };
                let profile = merged(&body(ask)?["profile"], before)?;
                tenant.rewrite(at, profile, now)?;
            }
            "DELETE" if user.status == Status::Deprovisioned => {
                tenant.delete(at);
                return Ok(Answer::empty(204));
            }
            // The first DELETE of a user who is not deactivated only deactivates.
            "DELETE" => {
                lifecycle::apply("deactivate", user, 0, now)?;
                return Ok(Answer::empty(204));
            }
            _ => return Err(Refusal::method()),
        }
        let user = tenant.users.get(&at).ok_or_else(|| Refusal::not_found(who, "User"))?;
        Ok(Answer::json(200, &user.shown(&ask.origin())))
    }

    /// Counts a request and says what the headers say: limit, what is left, when the window ends. `None`: too many.
    fn count(&self) -> (Option<()>, [(&'static str, String); 3]) {
        let mut rate = crate::locked(&self.rate);
        let now = self.clock.now().seconds();
        if now >= rate.reset {
            rate.reset = now + WINDOW;
            rate.used = 0;
        }
        let allowed = rate.used < rate.limit;
        rate.used += u32::from(allowed);
        let headers = [
            ("x-rate-limit-limit", rate.limit.to_string()),
            ("x-rate-limit-remaining", (rate.limit - rate.used.min(rate.limit)).to_string()),
            ("x-rate-limit-reset", rate.reset.to_string()),
        ];
        (allowed.then_some(()), headers)
    }
}

impl Backend for Okta {
    const PRODUCT: &'static str = "Simulated Okta";
    const ROOT: &'static str = "";

    fn answer(&self, ask: &Ask) -> Answer {
        let (allowed, headers) = self.count();
        let result = match allowed {
            Some(()) => self.route(ask),
            None => Err(Refusal::too_many()),
        };
        let mut answer = result.unwrap_or_else(|refusal| refusal.answer());
        answer.headers.extend(headers);
        answer
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }
}

fn body(ask: &Ask) -> Result<Value, Refusal> {
    serde_json::from_slice(&ask.body).map_err(|_| Refusal::invalid("body", "The request body was not well-formed"))
}

fn create(tenant: &mut Tenant, ask: &Ask, now: Time) -> Result<Answer, Refusal> {
    let body = body(ask)?;
    let profile = merged(&body["profile"], Map::new())?;
    let password = body["credentials"]["password"]["value"].is_string();
    let status = match (ask.param("activate").as_deref(), password) {
        (Some("false"), _) => Status::Staged,
        (_, true) => Status::Active,
        (_, false) => Status::Provisioned,
    };
    let at = tenant.create(profile, status, now)?;
    if let Some(user) = tenant.users.get_mut(&at) {
        user.password = password;
    }
    let user = tenant.users.get(&at).ok_or_else(|| Refusal::not_found("new", "User"))?;
    Ok(Answer::json(200, &user.shown(&ask.origin())))
}

fn status(state: SeatState) -> Status {
    match state {
        SeatState::Active => Status::Active,
        SeatState::Locked => Status::LockedOut,
        SeatState::PasswordExpired => Status::PasswordExpired,
        SeatState::Invited => Status::Provisioned,
        SeatState::Suspended => Status::Suspended,
        SeatState::Shut => Status::Deprovisioned,
    }
}

fn profile(seat: &Seat, company: &Company) -> Map<String, Value> {
    let mut out = Map::new();
    let login = format!("{}@{}", seat.login, company.domain);
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            out.insert(name.to_owned(), Value::from(value));
        }
    };
    put("firstName", &seat.given);
    put("lastName", &seat.family);
    put("email", seat.email.as_deref().unwrap_or(&login));
    put("login", &login);
    put("title", seat.title);
    put("department", seat.department);
    put("employeeNumber", seat.number.as_deref().unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
