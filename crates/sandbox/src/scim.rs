//! An identity provider over SCIM 2.0 (RFC 7643, RFC 7644): users, groups, discovery, filters, paging, PATCH, versions.
//! Sorting, bulk and `/Me` are not there, and it says so.

mod directory;
mod discovery;
mod error;
mod patch;
mod project;
mod schema;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::company::Company;
use crate::fault::Faults;
use crate::seats::{App, Seat, SeatState};
use crate::wire::{self, Answer, Ask, Backend, Running};
use directory::{Directory, incoming};
use error::{JSON, Refusal};
use project::Projection;
use schema::{ENTERPRISE, Type};

/// The simulated identity provider.
#[derive(Debug)]
pub struct Scim {
    token: String,
    clock: Clock,
    directory: Mutex<Directory>,
}

impl Scim {
    /// An empty one. `token` is the bearer token that clients must send; ids are made from `seed`.
    pub fn new(seed: u64, token: &str, clock: Clock) -> Scim {
        Scim { token: token.to_owned(), clock, directory: Mutex::new(Directory::new(seed)) }
    }

    /// The company's identity provider: a user for each seat, a group for each department.
    pub fn of(company: &Company, token: &str, clock: Clock) -> Scim {
        let scim = Scim::new(company.seed, token, clock);
        {
            let mut directory = crate::locked(&scim.directory);
            let mut departments: Vec<(&str, Vec<Value>)> = Vec::new();
            for seat in company.seats(App::Idp) {
                let created = directory.create(Type::User, user(&seat, company), company.today);
                if let (Ok(id), SeatState::Active, false) = (created, seat.state, seat.department.is_empty()) {
                    let member = json!({"value": id, "display": seat.display(), "type": "User"});
                    match departments.iter_mut().find(|(name, _)| *name == seat.department) {
                        Some((_, members)) => members.push(member),
                        None => departments.push((seat.department, vec![member])),
                    }
                }
            }
            for (name, members) in departments {
                let group = json!({"displayName": name, "members": members});
                // A department has a name, so this is never refused.
                let _ = incoming(Type::Group, &group).and_then(|group| directory.create(Type::Group, group, company.today));
            }
        }
        scim
    }

    /// Listens on a free port of 127.0.0.1; `url` ends in `/v2`.
    ///
    /// # Errors
    /// What the system says about listening.
    pub async fn start(self, faults: Faults) -> io::Result<Running<Scim>> {
        wire::start(Arc::new(self), faults).await
    }

    /// The bearer token that clients must send.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// How many users there are.
    pub fn users(&self) -> usize {
        crate::locked(&self.directory).len(Type::User)
    }

    /// A user by `userName`, without case, as a client would see it.
    pub fn user(&self, user_name: &str) -> Option<Value> {
        let directory = crate::locked(&self.directory);
        let id = directory.by_user_name(user_name)?;
        directory.shown(Type::User, id, "")
    }

    /// The `userName`s of all users whose `active` is not true, in order: what a second client would look at.
    pub fn inactive(&self) -> Vec<String> {
        let directory = crate::locked(&self.directory);
        let ids = directory.search(Type::User, None);
        let shown = ids.into_iter().filter_map(|id| directory.shown(Type::User, id, ""));
        let mut names: Vec<String> = shown
            .filter(|user| user.get("active") != Some(&Value::Bool(true)))
            .filter_map(|user| user.get("userName").and_then(Value::as_str).map(str::to_owned))
            .collect();
        names.sort();
        names
    }

    /// Makes a user, as an administrator would in the console.
    ///
    /// # Errors
    /// Why SCIM would refuse it: a required attribute is missing, the `userName` is taken.
    pub fn add_user(&self, user: &Value) -> Result<String, String> {
        let made = incoming(Type::User, user);
        made.and_then(|user| crate::locked(&self.directory).create(Type::User, user, self.clock.now())).map_err(|r| r.detail)
    }

    /// Somebody changes a user behind our back: the SCIM attributes without `id` and `meta`. False where there is no such user,
    /// or the change is one that SCIM would refuse.
    pub fn change_user(&self, user_name: &str, change: impl FnOnce(&mut Map<String, Value>)) -> bool {
        let mut directory = crate::locked(&self.directory);
        let Some(id) = directory.by_user_name(user_name).map(str::to_owned) else { return false };
        let Some(mut attributes) = directory.attributes(Type::User, &id) else { return false };
        change(&mut attributes);
        directory.replace(Type::User, &id, attributes, self.clock.now()).is_ok()
    }

    /// Somebody deletes a user behind our back. False where there is no such user.
    pub fn delete_user(&self, user_name: &str) -> bool {
        let mut directory = crate::locked(&self.directory);
        let Some(id) = directory.by_user_name(user_name).map(str::to_owned) else { return false };
        directory.delete(Type::User, &id, self.clock.now())
    }

    fn route(&self, ask: &Ask) -> Result<Answer, Refusal> {
        if ask.header("authorization") != Some(format!("Bearer {}", self.token).as_str()) {
            return Err(Refusal::new(401, "the bearer token is missing or wrong"));
        }
        let segments = ask.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let Some(("v2", rest)) = segments.split_first().map(|(first, rest)| (*first, rest)) else {
            return Err(Refusal::new(404, "SCIM answers under /v2"));
        };
        let origin = format!("{}/v2", ask.origin());
        match rest {
            ["ServiceProviderConfig" | "ResourceTypes" | "Schemas", ..] if ask.method != "GET" => {
                Err(Refusal::new(405, "discovery can only be read"))
            }
            ["ServiceProviderConfig"] => Ok(scim(200, &discovery::provider_config(&origin))),
            ["ResourceTypes", which @ ..] => listed(discovery::resource_types(&origin), which),
            ["Schemas", which @ ..] => listed(discovery::schemas(&origin), which),
            ["Me" | "Bulk", ..] => Err(Refusal::new(501, "not supported")),
            [".search"] if ask.method == "POST" => self.search(None, &Search::from_body(&body(ask)?), &origin),
            ["Users", rest @ ..] => self.resource(Type::User, rest, ask, &origin),
            ["Groups", rest @ ..] => self.resource(Type::Group, rest, ask, &origin),
            _ => Err(Refusal::new(404, "no such endpoint")),
        }
    }

    fn resource(&self, of: Type, rest: &[&str], ask: &Ask, origin: &str) -> Result<Answer, Refusal> {
        match (ask.method.as_str(), rest) {
            ("GET", []) => self.search(Some(of), &Search::from_query(ask), origin),
            ("POST", [".search"]) => self.search(Some(of), &Search::from_body(&body(ask)?), origin),
            ("POST", []) => {
                let attributes = incoming(of, &body(ask)?)?;
                let id = crate::locked(&self.directory).create(of, attributes, self.clock.now())?;
                self.shown(of, &id, 201, ask, origin)
            }
            (_, [id]) => self.one(of, id, ask, origin),
            (_, []) => Err(Refusal::new(405, "not for a list")),
            _ => Err(Refusal::new(404, "no such endpoint")),
        }
    }

    fn one(&self, of: Type, id: &str, ask: &Ask, origin: &str) -> Result<Answer, Refusal> {
        let mut directory = crate::locked(&self.directory);
        let (Some(version), Some(mut attributes)) = (directory.version(of, id), directory.attributes(of, id)) else {
            return Err(Refusal::new(404, format!("there is no {} {id}", of.name())));
        };
        let expected = ask.header("if-match").filter(|_| ask.method != "GET");
        if expected.is_some_and(|e| e != "*" && e != version) {
            return Err(Refusal::new(412, format!("the version is {version}")));
        }
        match ask.method.as_str() {
            "GET" if ask.header("if-none-match") == Some(&version) => return Ok(Answer::empty(304).with("etag", version)),
            "GET" => {}
            "PUT" => {
                let mut new = incoming(of, &body(ask)?)?;
                // A body without `active` must not wake somebody who was shut out.
                if let (false, Some(active)) = (new.contains_key("active"), attributes.shift_remove("active")) {
                    new.insert("active".to_owned(), active);
                }
                directory.replace(of, id, new, self.clock.now())?;
            }
            "PATCH" => {
                patch::apply(of, &mut attributes, &body(ask)?)?;
                directory.replace(of, id, attributes, self.clock.now())?;
            }
            "DELETE" => {
                directory.delete(of, id, self.clock.now());
                return Ok(Answer::empty(204));
            }
            _ => return Err(Refusal::new(405, "not for a resource")),
        }
        drop(directory);
        self.shown(of, id, 200, ask, origin)
    }

    fn shown(&self, of: Type, id: &str, status: u16, ask: &Ask, origin: &str) -> Result<Answer, Refusal> {
        let directory = crate::locked(&self.directory);
        let (Some(resource), Some(version)) = (directory.shown(of, id, origin), directory.version(of, id)) else {
            return Err(Refusal::new(404, format!("there is no {} {id}", of.name())));
        };
        let projection = Projection::new(ask.param("attributes").as_deref(), ask.param("excludedAttributes").as_deref());
        let location = format!("{origin}{}/{id}", of.endpoint());
        Ok(scim(status, &projection.of(resource)).with("etag", version).with("location", location))
    }

    fn search(&self, of: Option<Type>, search: &Search, origin: &str) -> Result<Answer, Refusal> {
        let filter = search.filter.as_deref().map(crate::filter::parse).transpose().map_err(|e| Refusal::bad("invalidFilter", e))?;
        let directory = crate::locked(&self.directory);
        let types = of.map_or(vec![Type::User, Type::Group], |of| vec![of]);
        let found: Vec<(Type, &str)> =
            types.into_iter().flat_map(|of| directory.search(of, filter.as_ref()).into_iter().map(move |id| (of, id))).collect();
        let count = search.count.map_or(discovery::MOST_ROWS, |c| usize::try_from(c).unwrap_or(0)).min(discovery::MOST_ROWS);
        let start = search.start.max(1);
        let page = found.iter().skip(usize::try_from(start - 1).unwrap_or(usize::MAX)).take(count);
        let rows: Vec<Value> = page.filter_map(|(of, id)| directory.shown(*of, id, origin)).map(|row| search.projection.of(row)).collect();
        Ok(scim(
            200,
            &json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": found.len(),
                "startIndex": start, "itemsPerPage": rows.len(), "Resources": rows}),
        ))
    }
}

impl Backend for Scim {
    const PRODUCT: &'static str = "Simulated SCIM identity provider";
    const ROOT: &'static str = "/v2";

    fn answer(&self, ask: &Ask) -> Answer {
        self.route(ask).unwrap_or_else(|refusal| refusal.answer())
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// What a list is asked for.
struct Search {
    filter: Option<String>,
    start: i64,
    count: Option<i64>,
    projection: Projection,
}

impl Search {
    fn from_query(ask: &Ask) -> Search {
        let number = |key: &str| ask.param(key).and_then(|v| v.trim().parse().ok());
        Search {
            filter: ask.param("filter").filter(|f| !f.trim().is_empty()),
            start: number("startIndex").unwrap_or(1),
            count: number("count"),
            projection: Projection::new(ask.param("attributes").as_deref(), ask.param("excludedAttributes").as_deref()),
        }
    }

    fn from_body(body: &Value) -> Search {
        let list = |key: &str| {
            let items = body.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let names: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            names.join(",")
        };
        Search {
            filter: body.get("filter").and_then(Value::as_str).map(str::to_owned),
            start: body.get("startIndex").and_then(Value::as_i64).unwrap_or(1),
            count: body.get("count").and_then(Value::as_i64),
            projection: Projection::new(Some(&list("attributes")), Some(&list("excludedAttributes"))),
        }
    }
}

fn body(ask: &Ask) -> Result<Value, Refusal> {
    serde_json::from_slice(&ask.body).map_err(|_| Refusal::bad("invalidSyntax", "the body is not JSON"))
}

fn scim(status: u16, body: &Value) -> Answer {
    Answer::typed(status, JSON, body.to_string())
}

fn listed(all: Vec<Value>, which: &[&str]) -> Result<Answer, Refusal> {
    match which {
        [] => Ok(scim(
            200,
            &json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": all.len(), "startIndex": 1,
                "itemsPerPage": all.len(), "Resources": all}),
        )),
        [id] => match all.iter().find(|item| item.get("id").and_then(Value::as_str) == Some(id)) {
            Some(found) => Ok(scim(200, found)),
            None => Err(Refusal::new(404, format!("there is no {id}"))),
        },
        _ => Err(Refusal::new(404, "no such endpoint")),
    }
}

fn user(seat: &Seat, company: &Company) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("externalId", json!(format!("hr-{}", seat.login)));
    put("userName", json!(format!("{}@{}", seat.login, company.domain)));
    put("name", json!({"givenName": seat.given, "familyName": seat.family}));
    put("displayName", json!(seat.display()));
    put("title", json!(seat.title));
    put("active", json!(seat.state != SeatState::Shut));
    if let Some(email) = &seat.email {
        put("emails", json!([{"value": email, "type": "work", "primary": true}]));
    }
    put(ENTERPRISE, json!({"employeeNumber": seat.number, "department": seat.department}));
    out
}

#[cfg(test)]
mod tests;
