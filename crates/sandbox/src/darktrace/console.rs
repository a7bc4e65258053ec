//! The console's own logins. No API reaches them: a person changes them, and a person exports them.

use std::sync::Mutex;

use jiff::civil::Date;
use usher_domain::time::Time;

use crate::company::Company;
use crate::seats::{App, SeatState};

/// A login of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleUser {
    /// Login.
    pub user_name: String,
    /// Address, where somebody typed one.
    pub email: Option<String>,
    /// Full name as somebody typed it.
    pub display_name: String,
    /// `analyst` or `administrator`.
    pub role: String,
    /// Can log in.
    pub enabled: bool,
    /// Has an API token of its own.
    pub api_access: bool,
    /// Day on which it was made.
    pub created: Date,
    /// Last login.
    pub last_login: Option<Time>,
}

/// All logins of the console, in the order in which its page shows them: by login.
#[derive(Debug, Default)]
pub struct Console(Mutex<Vec<ConsoleUser>>);

impl Console {
    pub(super) fn of(company: &Company) -> Console {
        let seats = company.seats(App::Darktrace).into_iter();
        let mut users: Vec<ConsoleUser> = seats
            .map(|seat| ConsoleUser {
                display_name: seat.display(),
                enabled: seat.state != SeatState::Shut,
                api_access: seat.role == "administrator",
                role: seat.role.to_owned(),
                user_name: seat.login,
                email: seat.email,
                created: seat.created,
                last_login: seat.last_seen,
            })
            .collect();
        users.sort_by(|a, b| a.user_name.cmp(&b.user_name));
        Console(Mutex::new(users))
    }

    /// Everybody on the page.
    pub fn users(&self) -> Vec<ConsoleUser> {
        crate::locked(&self.0).clone()
    }

    /// A login.
    pub fn user(&self, user_name: &str) -> Option<ConsoleUser> {
        crate::locked(&self.0).iter().find(|u| u.user_name == user_name).cloned()
    }

    /// A person disables a login and revokes its token. False where there is no such login.
    pub fn disable(&self, user_name: &str) -> bool {
        self.change(user_name, |user| {
            user.enabled = false;
            user.api_access = false;
        })
    }

    /// A person enables a login again. False where there is no such login.
    pub fn enable(&self, user_name: &str) -> bool {
        self.change(user_name, |user| user.enabled = true)
    }

    /// A person changes whatever they like about a login. False where there is no such login.
    pub fn change(&self, user_name: &str, change: impl FnOnce(&mut ConsoleUser)) -> bool {
        crate::locked(&self.0).iter_mut().find(|u| u.user_name == user_name).map(change).is_some()
    }

    /// A person makes a login. False where the login is taken.
    pub fn add(&self, user: ConsoleUser) -> bool {
        let mut users = crate::locked(&self.0);
        let place = users.binary_search_by(|u| u.user_name.cmp(&user.user_name));
        place.map_err(|at| users.insert(at, user)).is_err()
    }

    /// A person deletes a login. False where there is no such login.
    pub fn delete(&self, user_name: &str) -> bool {
        let mut users = crate::locked(&self.0);
        let before = users.len();
        users.retain(|u| u.user_name != user_name);
        users.len() < before
    }
}
