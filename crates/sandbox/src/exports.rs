//! What people download from consoles: the member export of a chat, the licence export of a code host, and the login page of the
//! Darktrace-like console copied into a table.
//!
//! The first two have the columns of the real exports that they resemble (Slack's member list, GitHub Enterprise's licence
//! list). No export of the third is documented anywhere, so its columns are our own, with neutral names.

use std::io;
use std::path::Path;
use std::sync::Mutex;

use crate::company::Company;
use crate::darktrace::ConsoleUser;
use crate::rng::Rng;
use crate::seats::{App, Seat, SeatState};
use crate::sheet::{Sheet, Style, write_whole};

/// Which console is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// Slack-like: one row a member, roles and states in one column.
    Slack,
    /// GitHub-like: one row a licence, no state; who is listed has access.
    Github,
}

/// An app that usher sees only as a file: its members, whom people change in its console.
#[derive(Debug)]
pub struct Members {
    export: Export,
    seed: u64,
    seats: Mutex<Vec<Seat>>,
}

impl Members {
    /// The company's members.
    pub fn of(company: &Company, export: Export) -> Members {
        let app = match export {
            Export::Slack => App::Slack,
            Export::Github => App::Github,
        };
        Members { export, seed: company.seed, seats: Mutex::new(company.seats(app)) }
    }

    /// A person deactivates a member (chat) or takes the licence away (code host). False where there is no such login.
    pub fn shut(&self, login: &str) -> bool {
        self.change(login, SeatState::Shut)
    }

    /// A person lets a member in again. False where there is no such login.
    pub fn open(&self, login: &str) -> bool {
        self.change(login, SeatState::Active)
    }

    fn change(&self, login: &str, state: SeatState) -> bool {
        crate::locked(&self.seats).iter_mut().find(|s| s.login == login).map(|seat| seat.state = state).is_some()
    }

    /// True where this login can get in.
    pub fn is_open(&self, login: &str) -> bool {
        crate::locked(&self.seats).iter().any(|s| s.login == login && s.state != SeatState::Shut)
    }

    /// The export as it is now.
    pub fn bytes(&self) -> Vec<u8> {
        let seats = crate::locked(&self.seats);
        match self.export {
            Export::Slack => slack(&seats, self.seed),
            Export::Github => github(&seats),
        }
    }

    /// Writes the export as it is now.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_whole(path, &self.bytes())
    }
}

fn slack(seats: &[Seat], seed: u64) -> Vec<u8> {
    let mut sheet = Sheet::new(Style::PLAIN);
    sheet.row([
        "username",
        "email",
        "status",
        "billing-active",
        "has-2fa",
        "has-sso",
        "userid",
        "fullname",
        "displayname",
        "expiration-timestamp",
    ]);
    for seat in seats {
        let open = seat.state != SeatState::Shut;
        // An id that stays with the login, whoever else comes or goes.
        let id = Rng::new(seed, &seat.login).hex(9).to_uppercase();
        let guest = seat.role.contains("Guest");
        sheet.row([
            seat.login.as_str(),
            seat.email.as_deref().unwrap_or_default(),
            if open { seat.role } else { "Deactivated" },
            if open && !seat.service { "1" } else { "0" },
            if open && !seat.service { "1" } else { "0" },
            if open && !guest && !seat.service { "1" } else { "0" },
            &format!("U0{id}"),
            &seat.display(),
            &seat.given,
            if guest { "1798675200" } else { "" },
        ]);
    }
    sheet.into_bytes()
}

fn github(seats: &[Seat]) -> Vec<u8> {
    let mut sheet = Sheet::new(Style::PLAIN);
    sheet.row([
        "GitHub com login",
        "GitHub com name",
        "Enterprise server user ids",
        "GitHub com user",
        "Enterprise server user",
        "Visual studio subscription user",
        "License type",
        "GitHub com profile",
        "GitHub com member roles",
        "GitHub com enterprise roles",
        "GitHub com verified domain emails",
        "GitHub com saml name",
        "GitHub com orgs with pending invites",
        "GitHub com two factor auth",
        "GitHub com two factor auth required by date",
        "GitHub com advanced security license user",
        "Enterprise server primary emails",
        "Enterprise server advanced security user ids",
        "Visual studio license status",
        "Visual studio subscription email",
        "Total user accounts",
    ]);
    for seat in seats.iter().filter(|s| s.state != SeatState::Shut) {
        let login = seat.login.replace('.', "-");
        let profile = format!("https://github.com/{login}");
        let email = seat.email.as_deref().unwrap_or_default();
        sheet.row([
            login.as_str(),
            &seat.display(),
            "",
            "true",
            "false",
            "false",
            "Enterprise",
            &profile,
            seat.role,
            "Member",
            email,
            email,
            "",
            "true",
            "",
            "false",
            "",
            "",
            "",
            "",
            "1",
        ]);
    }
    sheet.into_bytes()
}

/// The logins of the console as somebody copies them into a table. The columns are ours.
pub fn console_csv(users: &[ConsoleUser]) -> Vec<u8> {
    let mut sheet = Sheet::new(Style::PLAIN);
    sheet.row(["user_name", "email", "display_name", "role", "status", "created", "last_login"]);
    for user in users {
        sheet.row([
            user.user_name.as_str(),
            user.email.as_deref().unwrap_or_default(),
            &user.display_name,
            &user.role,
            if user.enabled { "active" } else { "disabled" },
            &user.created.to_string(),
            &user.last_login.map(|at| at.to_string()).unwrap_or_default(),
        ]);
    }
    sheet.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::company::CAST;
    use crate::darktrace::Darktrace;

    fn company() -> Company {
        Company::new(42, 120, "2026-11-25T09:00:00Z".parse().unwrap())
    }

    fn row(bytes: &[u8], starts: &str) -> Option<String> {
        String::from_utf8(bytes.to_vec()).unwrap().lines().find(|l| l.starts_with(starts)).map(str::to_owned)
    }

    #[test]
    fn a_member_who_is_shut_is_deactivated_in_the_chat_and_gone_from_the_licences() {
        let company = company();
        let login = company.person(CAST.leaver).login().to_owned();
        let (slack, github) = (Members::of(&company, Export::Slack), Members::of(&company, Export::Github));
        let before = row(&slack.bytes(), "nora.castell,").unwrap();
        assert!(before.starts_with("nora.castell,nora.castell@corp.example,Member,1,"), "{before}");
        assert!(row(&github.bytes(), "nora-castell,").unwrap().contains(",Enterprise,https://github.com/nora-castell,"));
        assert!(slack.shut(&login) && github.shut(&login) && !slack.is_open(&login));
        let after = row(&slack.bytes(), "nora.castell,").unwrap();
        assert!(after.contains(",Deactivated,0,"));
        assert_eq!(before.split(',').nth(6), after.split(',').nth(6), "the id stays");
        assert_eq!(row(&github.bytes(), "nora-castell,"), None);
        assert!(slack.open(&login) && !slack.shut("nobody"));
    }

    #[test]
    fn guests_and_bots_are_told_by_the_status_column() {
        let slack = Members::of(&company(), Export::Slack).bytes();
        assert!(row(&slack, "pat.holm,pat.holm@partner.example,Multi-Channel Guest,").is_some());
        assert!(row(&slack, "standup-bot,,Bot,0,").is_some());
    }

    #[test]
    fn every_row_has_as_many_cells_as_the_header() {
        let company = company();
        let console = Darktrace::of(&company, Clock::fixed(company.today)).console().users();
        for bytes in [Members::of(&company, Export::Slack).bytes(), Members::of(&company, Export::Github).bytes(), console_csv(&console)] {
            let text = String::from_utf8(bytes).unwrap();
            let widths: std::collections::BTreeSet<usize> =
                text.lines().filter(|l| !l.contains('"')).map(|l| l.split(',').count()).collect();
            assert_eq!(widths.len(), 1, "{widths:?}");
        }
    }

    #[test]
    fn the_console_export_shows_who_was_disabled() {
        let company = company();
        let appliance = Darktrace::of(&company, Clock::fixed(company.today));
        let export = || console_csv(&appliance.console().users());
        assert!(row(&export(), "igor.petrov,").unwrap().contains(",analyst,active,"));
        assert!(appliance.console().disable("igor.petrov"));
        assert!(row(&export(), "igor.petrov,").unwrap().contains(",analyst,disabled,"));
    }
}
