//! What the tenant holds: users with their state, groups with their members.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};
use usher_domain::text::fold;
use usher_domain::time::Time;

use super::error::Refusal;
use crate::rng::Rng;

/// The states of a user, in Okta's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Can sign in.
    Active,
    /// Shut; only this can be deleted.
    Deprovisioned,
    /// Too many wrong passwords.
    LockedOut,
    /// Must choose a new password.
    PasswordExpired,
    /// Invited, has not signed in yet.
    Provisioned,
    /// Is resetting the password.
    Recovery,
    /// Made, not activated.
    Staged,
    /// Shut for a while.
    Suspended,
}

impl Status {
    /// The word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Status::Active => "ACTIVE",
            Status::Deprovisioned => "DEPROVISIONED",
            Status::LockedOut => "LOCKED_OUT",
            Status::PasswordExpired => "PASSWORD_EXPIRED",
            Status::Provisioned => "PROVISIONED",
            Status::Recovery => "RECOVERY",
            Status::Staged => "STAGED",
            Status::Suspended => "SUSPENDED",
        }
    }
}

/// The properties of a profile that the tenant knows, in the order in which they are shown.
pub(super) const PROFILE: &[&str] = &[
    "login",
    "email",
    "secondEmail",
    "firstName",
    "lastName",
    "displayName",
    "mobilePhone",
    "title",
    "department",
    "division",
    "employeeNumber",
    "userType",
    "managerId",
    "manager",
];

const REQUIRED: &[&str] = &["firstName", "lastName", "email", "login"];

#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) status: Status,
    /// A change that ends after so many more reads of this user.
    pub(super) under_way: Option<(Status, u32)>,
    pub(super) created: Time,
    pub(super) changed: Time,
    pub(super) updated: Time,
    pub(super) last_login: Option<Time>,
    pub(super) sessions: u32,
    pub(super) tokens: u32,
    pub(super) password: bool,
    login: String,
    profile: Box<str>,
}

impl User {
    pub(super) fn profile(&self) -> Map<String, Value> {
        match serde_json::from_str(&self.profile) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    pub(super) fn shown(&self, origin: &str) -> Value {
        json!({"id": self.id, "status": self.status.word(), "created": stamp(self.created), "activated": null,
            "statusChanged": stamp(self.changed), "lastLogin": self.last_login.map(stamp), "lastUpdated": stamp(self.updated),
            "transitioningToStatus": self.under_way.map(|(to, _)| to.word()),
            "profile": self.profile(), "_links": {"self": {"href": format!("{origin}/api/v1/users/{}", self.id)}}})
    }

    pub(super) fn move_to(&mut self, status: Status, now: Time) {
        self.status = status;
        self.changed = now;
        self.updated = now;
        self.under_way = None;
    }
}

/// `2026-11-25T09:00:00.000Z`
pub(super) fn stamp(at: Time) -> String {
    at.to_string().replace('Z', ".000Z")
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) members: BTreeSet<u64>,
    pub(super) updated: Time,
}

impl Group {
    pub(super) fn shown(&self) -> Value {
        json!({"id": self.id, "type": self.kind, "created": stamp(self.updated), "lastUpdated": stamp(self.updated),
            "lastMembershipUpdated": stamp(self.updated), "profile": {"name": self.name, "description": null}})
    }
}

#[derive(Debug, Default)]
pub(super) struct Tenant {
    seed: u64,
    made: u64,
    pub(super) users: BTreeMap<u64, User>,
    by_id: HashMap<String, u64>,
    by_login: HashMap<String, u64>,
    pub(super) groups: Vec<Group>,
    /// How many reads a deactivation takes until it is done.
    pub(super) slow_reads: u32,
}

impl Tenant {
    pub(super) fn new(seed: u64) -> Tenant {
        Tenant { seed, ..Tenant::default() }
    }

    fn id(&mut self, kind: &str) -> String {
        self.made += 1;
        let mut rng = Rng::member(self.seed, kind, self.made);
        let letters = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        (0..17).fold(kind.to_owned(), |mut id, _| {
            id.extend(rng.pick(letters).map(|b| char::from(*b)));
            id
        })
    }

    /// Where a user stands: by id, or by login without case.
    pub(super) fn find(&self, id_or_login: &str) -> Option<u64> {
        self.by_id.get(id_or_login).or_else(|| self.by_login.get(&fold(id_or_login))).copied()
    }

    pub(super) fn create(&mut self, profile: Map<String, Value>, status: Status, now: Time) -> Result<u64, Refusal> {
        for name in REQUIRED {
            if profile.get(*name).and_then(Value::as_str).is_none_or(str::is_empty) {
                return Err(Refusal::invalid(name, format!("{name}: The field cannot be left blank")));
            }
        }
        let login = login_of(&profile);
        self.free(&login, None)?;
        let id = self.id("00u");
        let at = self.made;
        self.by_id.insert(id.clone(), at);
        self.by_login.insert(login.clone(), at);
        let profile = Value::Object(profile).to_string().into_boxed_str();
        let (sessions, tokens) = if status == Status::Active { (1, 1) } else { (0, 0) };
        let user = User {
            id,
            status,
            under_way: None,
            created: now,
            changed: now,
            updated: now,
            last_login: None,
            sessions,
            tokens,
            password: false,
            login,
            profile,
        };
        self.users.insert(at, user);
        Ok(at)
    }

    fn free(&self, login: &str, own: Option<u64>) -> Result<(), Refusal> {
        match self.by_login.get(login) {
            Some(at) if Some(*at) != own => {
                Err(Refusal::invalid("login", "login: An object with this field already exists in the current organization"))
            }
            _ => Ok(()),
        }
    }

    /// Gives a user another profile.
    pub(super) fn rewrite(&mut self, at: u64, profile: Map<String, Value>, now: Time) -> Result<(), Refusal> {
        let login = login_of(&profile);
        self.free(&login, Some(at))?;
        if let Some(user) = self.users.get_mut(&at) {
            self.by_login.remove(&user.login);
            self.by_login.insert(login.clone(), at);
            user.login = login;
            user.profile = Value::Object(profile).to_string().into_boxed_str();
            user.updated = now;
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, at: u64) {
        if let Some(user) = self.users.remove(&at) {
            self.by_id.remove(&user.id);
            self.by_login.remove(&user.login);
            self.groups.iter_mut().for_each(|g| {
                g.members.remove(&at);
            });
        }
    }

    pub(super) fn group(&mut self, name: &str, kind: &'static str, members: BTreeSet<u64>, now: Time) {
        let id = self.id("00g");
        self.groups.push(Group { id, name: name.to_owned(), kind, members, updated: now });
    }
}

fn login_of(profile: &Map<String, Value>) -> String {
    profile.get("login").and_then(Value::as_str).map(fold).unwrap_or_default()
}

/// The known properties of a profile that was sent, with `before` where the change is partial. `null` takes a property away.
pub(super) fn merged(sent: &Value, before: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let Some(sent) = sent.as_object() else { return Err(Refusal::invalid("profile", "profile: The field cannot be left blank")) };
    let mut out = before;
    for (name, value) in sent {
        if !PROFILE.contains(&name.as_str()) {
            return Err(Refusal::invalid("profile", format!("{name}: Property is not in the schema of this simulated tenant")));
        }
        match value {
            Value::Null => {
                out.shift_remove(name);
            }
            Value::String(_) => {
                out.insert(name.clone(), value.clone());
            }
            _ => return Err(Refusal::invalid("profile", format!("{name}: Incorrect type, expected a string"))),
        }
    }
    Ok(out)
}
