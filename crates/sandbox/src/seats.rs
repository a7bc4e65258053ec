//! Who has an account where. Every app of the simulated company is filled from here, so that they fit together.

use jiff::civil::Date;
use usher_domain::time::Time;

use crate::company::cast::CAST;
use crate::company::{Company, Employment, Person, days_before};
use crate::rng::Rng;

/// The apps of the simulated company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum App {
    /// An identity provider that is read and written over SCIM.
    Idp,
    /// An Okta-like tenant.
    Okta,
    /// The console of a Darktrace-like appliance. Only people change it.
    Darktrace,
    /// A chat that is known by its member export.
    Slack,
    /// A code host that is known by its licence export.
    Github,
}

/// What an account can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    /// Can log in.
    Active,
    /// Too many wrong passwords; what is logged in stays so.
    Locked,
    /// Must choose a new password at the next login.
    PasswordExpired,
    /// Has an invitation that is not used yet.
    Invited,
    /// Can't log in, can be woken up.
    Suspended,
    /// Can't log in any more.
    Shut,
}

/// One account as it is before anything happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Index of its person in [`Company::people`]; `None` for accounts of nobody and of services.
    pub person: Option<usize>,
    /// Login, without a domain.
    pub login: String,
    /// Address, where the account has one.
    pub email: Option<String>,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// The personnel number that stands on the account: not always that of its person.
    pub number: Option<String>,
    /// Title that stands on the account.
    pub title: &'static str,
    /// Department that stands on the account.
    pub department: &'static str,
    /// The app's own word for what it may do.
    pub role: &'static str,
    /// What it can do.
    pub state: SeatState,
    /// Made for a machine.
    pub service: bool,
    /// Day on which it was made.
    pub created: Date,
    /// Last login, where there was one.
    pub last_seen: Option<Time>,
}

impl Seat {
    /// Given and family name, or what there is of them.
    pub fn display(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }
}

impl App {
    fn purpose(self) -> &'static str {
        match self {
            App::Idp => "seat:idp",
            App::Okta => "seat:okta",
            App::Darktrace => "seat:darktrace",
            App::Slack => "seat:slack",
            App::Github => "seat:github",
        }
    }

    /// How many of 1,000 people who work here have an account.
    fn share(self, person: &Person) -> u64 {
        match (self, person.department) {
            (App::Idp | App::Okta, _) => 1000,
            (App::Darktrace, "Security") => 900,
            (App::Darktrace, "IT") => 250,
            (App::Darktrace, _) => 0,
            (App::Slack, _) => 950,
            (App::Github, "Engineering" | "Security" | "IT") => 900,
            (App::Github, _) => 20,
        }
    }

    /// How many of 1,000 people who left keep an open account by oversight. Apps without provisioning forget more; large companies
    /// forget a smaller share, so that the default guard on removals (at most 100) still lets a plan pass.
    fn forgotten(self, people: usize) -> u64 {
        let share = match self {
            App::Idp | App::Okta => 1,
            App::Darktrace => 30,
            App::Slack => 60,
            App::Github => 40,
        };
        share.min(1_000_000 / people.max(1) as u64)
    }
}

/// A console has a few hundred logins at most, however large the company.
const LARGEST_CONSOLE: usize = 300;

impl Company {
    /// All accounts of an app, services and accounts of nobody included, in no special order.
    pub fn seats(&self, app: App) -> Vec<Seat> {
        let mut seats = Vec::new();
        for (index, person) in self.people.iter().enumerate() {
            if app == App::Darktrace && seats.len() >= LARGEST_CONSOLE {
                break;
            }
            let mut rng = Rng::member(self.seed, app.purpose(), index as u64);
            let state = self.told(app, index).unwrap_or_else(|| drawn(app, person, self.people.len(), &mut rng));
            if let Some(state) = state {
                seats.push(self.seat(app, index, state, &mut rng));
            }
        }
        seats.extend(self.extras(app));
        seats
    }

    /// What the story says about somebody's account; outer `None`: the story says nothing.
    fn told(&self, app: App, index: usize) -> Option<Option<SeatState>> {
        let c = CAST;
        let state = match index {
            i if i == c.leaver => Some(SeatState::Active),
            i if i == c.taken_back || i == c.changed_behind => match app {
                App::Idp | App::Okta => Some(SeatState::Active),
                App::Slack => Some(SeatState::Active),
                App::Darktrace | App::Github => None,
            },
            i if i == c.darktrace_leaver => match app {
                App::Idp | App::Darktrace => Some(SeatState::Active),
                App::Okta | App::Slack => Some(SeatState::Shut),
                App::Github => None,
            },
            i if i == c.gone_owner || i == c.disputed_number => match app {
                App::Idp | App::Okta | App::Slack => Some(SeatState::Shut),
                App::Darktrace | App::Github => None,
            },
            i if i == c.joiner => match app {
                App::Idp => Some(SeatState::Active),
                App::Okta | App::Darktrace | App::Slack | App::Github => None,
            },
            i if i == c.approver || i == c.second_approver => Some(SeatState::Active),
            i if i == c.disputed_address || i == c.duplicate => match app {
                App::Idp | App::Okta | App::Slack => Some(SeatState::Active),
                App::Darktrace | App::Github => None,
            },
            _ => return None,
        };
        Some(state)
    }

    fn seat(&self, app: App, index: usize, state: SeatState, rng: &mut Rng) -> Seat {
        let person = self.person(index);
        let number = if index == CAST.disputed_address && app == App::Okta { CAST.disputed_number } else { index };
        let numbered = matches!(app, App::Idp | App::Okta);
        let until = match person.employment {
            Employment::Ended { last_day } if state == SeatState::Shut => last_day,
            _ => self.day(),
        };
        let seen_ago = rng.below(14) as i64;
        let seconds = rng.below(36_000) as i64;
        let seen = days_before(until, seen_ago).max(person.starts);
        Seat {
            person: Some(index),
            login: person.login().to_owned(),
            email: Some(person.email.clone()),
            given: person.given.clone(),
            family: person.family.clone(),
            number: numbered.then(|| self.person(number).number.clone()),
            title: person.title,
            department: person.department,
            role: role(app, person),
            state,
            service: false,
            created: person.starts.min(self.day()),
            last_seen: (state != SeatState::Invited).then(|| at(seen, 21_600 + seconds).min(self.today)),
        }
    }

    /// Accounts that no row of HR explains.
    fn extras(&self, app: App) -> Vec<Seat> {
        let c = CAST;
        let plain = |login: &str, email: Option<String>, given: &str, family: &str, days: i64| Seat {
            person: None,
            login: login.to_owned(),
            email,
            given: given.to_owned(),
            family: family.to_owned(),
            number: None,
            title: "",
            department: "",
            role: "Member",
            state: SeatState::Active,
            service: false,
            created: days_before(self.day(), days),
            last_seen: Some(self.today.plus_seconds(-7_200)),
        };
        let own = |login: &str| Some(format!("{login}@{}", self.domain));
        let contractor = || plain("pat.holm", Some(c.unmatched_contractor.to_owned()), "Pat", "Holm", 150);
        match app {
            App::Idp => {
                let twice = self.person(c.duplicate);
                let mut second = self.seat(app, c.duplicate, SeatState::Active, &mut Rng::new(self.seed, "twice"));
                second.login = "dbrueckner".to_owned();
                second.created = days_before(self.day(), 300).max(twice.starts);
                vec![second]
            }
            App::Okta => vec![
                plain(c.nobody, own(c.nobody), "Temporary", "Auditor", 420),
                Seat { service: true, ..plain(c.orphaned_service, own(c.orphaned_service), "Backup", "Service", 1500) },
                Seat { service: true, ..plain(c.owned_service, own(c.owned_service), "Deploy", "Service", 900) },
                Seat { service: true, ..plain("svc-usher", own("svc-usher"), "Usher", "Service", 30) },
            ],
            App::Darktrace => vec![Seat { role: "administrator", ..plain("admin", None, "Appliance", "Administrator", 1600) }],
            App::Slack => vec![
                Seat { role: "Multi-Channel Guest", ..contractor() },
                Seat { service: true, role: "Bot", ..plain("standup-bot", None, "Standup", "", 500) },
            ],
            App::Github => vec![contractor(), Seat { service: true, ..plain("corp-ci-bot", None, "Corp", "CI", 800) }],
        }
    }
}

/// An account of somebody without a story.
fn drawn(app: App, person: &Person, people: usize, rng: &mut Rng) -> Option<SeatState> {
    let has = rng.per_mille(app.share(person));
    match person.employment {
        _ if !has => None,
        Employment::Prehire => None,
        Employment::Ended { .. } if rng.per_mille(app.forgotten(people)) => Some(SeatState::Active),
        // A licence export lists only who has a licence, and a console is tidied up by hand.
        Employment::Ended { .. } => (!matches!(app, App::Github)).then_some(SeatState::Shut),
        Employment::Active if app == App::Okta => Some(match rng.below(1000) {
            0..8 => SeatState::Locked,
            8..20 => SeatState::PasswordExpired,
            20..26 => SeatState::Invited,
            _ => SeatState::Active,
        }),
        Employment::Active => Some(SeatState::Active),
    }
}

fn role(app: App, person: &Person) -> &'static str {
    let heads = person.title.starts_with("Head of ");
    match app {
        App::Idp | App::Okta => "Member",
        App::Darktrace if heads => "administrator",
        App::Darktrace => "analyst",
        App::Slack if heads && person.department == "IT" => "Admin",
        App::Github if heads && matches!(person.department, "IT" | "Engineering") => "Owner",
        App::Slack | App::Github => "Member",
    }
}

/// So many seconds after midnight UTC of a day.
fn at(day: Date, seconds: i64) -> Time {
    jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map(Time::from).unwrap_or_default().plus_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(people: usize) -> Company {
        Company::new(42, people, "2026-11-25T09:00:00Z".parse().unwrap())
    }

    fn of(company: &Company, app: App, person: usize) -> Vec<Seat> {
        company.seats(app).into_iter().filter(|s| s.person == Some(person)).collect()
    }

    #[test]
    fn the_leaver_has_five_open_accounts_in_every_company() {
        for people in [0, 120, 4000] {
            let company = company(people);
            for app in [App::Idp, App::Okta, App::Darktrace, App::Slack, App::Github] {
                let seats = of(&company, app, CAST.leaver);
                assert_eq!(seats.iter().map(|s| s.state).collect::<Vec<_>>(), [SeatState::Active], "{app:?} of {people}");
            }
        }
    }

    #[test]
    fn the_disputed_account_has_the_number_of_one_and_the_address_of_another() {
        let company = company(120);
        let seat = &of(&company, App::Okta, CAST.disputed_address)[0];
        assert_eq!(seat.number.as_ref(), Some(&company.person(CAST.disputed_number).number));
        assert_eq!(seat.email.as_ref(), Some(&company.person(CAST.disputed_address).email));
        assert_eq!(of(&company, App::Idp, CAST.duplicate).len(), 2);
        assert!(of(&company, App::Okta, CAST.joiner).is_empty());
    }

    #[test]
    fn provisioned_apps_forget_few_leavers_so_that_the_default_guards_pass() {
        // guards.removals of the workspace: 5 % of an instance, at least 5, at most 100 (DESIGN §5).
        for people in [0, 120, 100_000] {
            let company = company(people);
            for app in [App::Idp, App::Okta, App::Darktrace, App::Slack, App::Github] {
                let seats = company.seats(app);
                let open =
                    seats.iter().filter(|s| s.state != SeatState::Shut && s.person.is_some_and(|p| company.person(p).ended())).count();
                assert!((1..=(seats.len() / 20).clamp(5, 100)).contains(&open), "{app:?} of {people}: {open} of {}", seats.len());
            }
        }
    }

    #[test]
    fn a_console_stays_small_and_names_somebody_nobody_knows() {
        assert!(company(20_000).seats(App::Darktrace).len() <= LARGEST_CONSOLE + 1);
        assert!(company(120).seats(App::Okta).iter().any(|s| s.login == CAST.nobody && s.person.is_none()));
        assert!(company(120).seats(App::Slack).iter().any(|s| s.email.as_deref() == Some(CAST.unmatched_contractor)));
    }
}
