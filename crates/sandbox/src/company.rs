//! A company that does not exist: its people, made from a seed. Same seed, same size, same day: same company.

pub(crate) mod cast;
mod names;

use std::collections::HashMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use usher_domain::time::Time;

use crate::rng::Rng;
pub use cast::{CAST, Cast};
use cast::{HEADS, ROLES, Role};

/// How many people a team lead has before the next team begins.
const TEAM: usize = 11;

/// Where somebody stands with the company on the day that it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Employment {
    /// Has a first day in the future.
    Prehire,
    /// Works here.
    Active,
    /// Worked here up to and including `last_day`.
    Ended {
        /// The last day that was worked; always before the company's day.
        last_day: Date,
    },
}

/// Somebody whom HR knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Personnel number with leading zeros, as text: `00017`.
    pub number: String,
    /// Given name as written.
    pub given: String,
    /// Family name as written.
    pub family: String,
    /// Work address.
    pub email: String,
    /// Job title.
    pub title: &'static str,
    /// Department.
    pub department: &'static str,
    /// Division that the department is part of.
    pub division: &'static str,
    /// Office.
    pub location: &'static str,
    /// Paid by somebody else.
    pub contractor: bool,
    /// Index of the manager in [`Company::people`]; `None` for the head of the company.
    pub manager: Option<usize>,
    /// First working day.
    pub starts: Date,
    /// Works here, will, or did.
    pub employment: Employment,
}

impl Person {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// The address up to the `@`; the login that apps here give.
    pub fn login(&self) -> &str {
        self.email.split('@').next().unwrap_or_default()
    }

    /// True where HR says that the employment is over.
    pub fn ended(&self) -> bool {
        matches!(self.employment, Employment::Ended { .. })
    }

    /// True where HR says that this person works here today.
    pub fn active(&self) -> bool {
        self.employment == Employment::Active
    }
}

/// The simulated company.
#[derive(Debug, Clone)]
pub struct Company {
    /// Its name; says that it is simulated.
    pub name: String,
    /// The domain of its addresses. `.example` is reserved (RFC 2606), so no mail can reach anybody.
    pub domain: &'static str,
    /// What everything is made from.
    pub seed: u64,
    /// The time for which it was made.
    pub today: Time,
    /// Everybody. The cast stands first ([`Company::cast`]), the rest in no order.
    pub people: Vec<Person>,
}

impl Company {
    /// Invents a company of `people` people as of `today` (its calendar day in UTC). Fewer people than the cast has make just the cast.
    ///
    /// 100,000 people take a fraction of a second in a release build.
    pub fn new(seed: u64, people: usize, today: Time) -> Company {
        let day = calendar_day(today);
        let mut made = Making { domain: "corp.example", taken: HashMap::with_capacity(people), people: Vec::with_capacity(people) };
        for (index, role) in ROLES.iter().enumerate() {
            made.cast_member(index, role, day);
        }
        made.staff(Rng::new(seed, "people"), people, day);
        number(&mut made.people);
        Company { name: "Simulated Example Corp".to_owned(), domain: made.domain, seed, today, people: made.people }
    }

    /// The calendar day (UTC) that the company was made for.
    pub fn day(&self) -> Date {
        calendar_day(self.today)
    }

    /// Somebody by index; the managing director where there is nobody.
    pub fn person(&self, index: usize) -> &Person {
        self.people.get(index).unwrap_or(&self.people[0])
    }

    /// Indexes of everybody in the order of their numbers, as HR lists them.
    pub fn by_number(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.people.len()).collect();
        order.sort_by(|a, b| self.people[*a].number.cmp(&self.people[*b].number));
        order
    }
}

pub(crate) fn calendar_day(at: Time) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(at.timestamp()).date()
}

/// `day` moved by so many days; a date that does not exist any more becomes the nearest that does.
pub(crate) fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(days.clamp(-100_000, 100_000).days())
}

struct Making {
    domain: &'static str,
    /// How many people already have an address that begins so.
    taken: HashMap<String, u32>,
    people: Vec<Person>,
}

impl Making {
    fn address(&mut self, given: &str, family: &str) -> String {
        let login = format!("{given}.{family}");
        let count = self.taken.entry(login.clone()).or_insert(0);
        *count += 1;
        match *count {
            1 => format!("{login}@{}", self.domain),
            n => format!("{login}{n}@{}", self.domain),
        }
    }

    fn cast_member(&mut self, index: usize, role: &Role, day: Date) {
        let department = names::DEPARTMENTS.iter().position(|d| d.name == role.department);
        let manager = match (index, department) {
            (0, _) => None,
            (i, _) if i < HEADS => Some(0),
            (_, Some(d)) => Some(d + 1),
            (_, None) => Some(0),
        };
        let email = self.address(&names::plain(role.given), &names::plain(role.family));
        self.people.push(Person {
            number: String::new(),
            given: role.given.to_owned(),
            family: role.family.to_owned(),
            email,
            title: role.title,
            department: role.department,
            division: department.and_then(|d| names::DEPARTMENTS.get(d)).map_or("Operations", |d| d.division),
            location: names::LOCATIONS[index % names::LOCATIONS.len()],
            contractor: role.contractor,
            manager,
            starts: days_before(day, role.started),
            employment: match role.ended {
                Some(ago) => Employment::Ended { last_day: days_before(day, ago) },
                None if role.started < 0 => Employment::Prehire,
                None => Employment::Active,
            },
        });
    }

    fn staff(&mut self, mut rng: Rng, people: usize, day: Date) {
        // The lead of the youngest team of each department, and how many are in it already.
        let mut teams: Vec<(usize, usize)> = (1..HEADS).map(|head| (head, 0)).collect();
        while self.people.len() < people {
            let mut at = rng.below(1000);
            let department = names::DEPARTMENTS
                .iter()
                .position(|d| {
                    let here = at < d.share;
                    at = at.saturating_sub(d.share);
                    here
                })
                .unwrap_or(0);
            let (lead, size) = teams[department];
            let leads = size >= TEAM;
            let person = self.somebody(&mut rng, department, leads, day, if leads { department + 1 } else { lead });
            teams[department] = if leads { (self.people.len(), 0) } else { (lead, size + 1) };
            self.people.push(person);
        }
    }

    fn somebody(&mut self, rng: &mut Rng, department: usize, leads: bool, day: Date, manager: usize) -> Person {
        let team = &names::DEPARTMENTS[department];
        let (given, given_plain) = rng.pick(names::GIVEN).copied().unwrap_or(("Ana", "ana"));
        let (family, family_plain) = rng.pick(names::FAMILY).copied().unwrap_or(("Bauer", "bauer"));
        let contractor = !leads && rng.per_mille(30);
        let mut started = 20 + rng.below(2200) as i64;
        let fate = rng.below(1000);
        let employment = match fate {
            // Leads stay, so that nobody's manager is somebody who left.
            _ if leads => Employment::Active,
            0..10 => {
                started = -(1 + rng.below(25) as i64);
                Employment::Prehire
            }
            10..18 => Employment::Ended { last_day: days_before(day, 1) },
            18..85 => {
                let ago = 3 + rng.below(400) as i64;
                started += ago;
                Employment::Ended { last_day: days_before(day, ago) }
            }
            _ => Employment::Active,
        };
        Person {
            number: String::new(),
            given: given.to_owned(),
            family: family.to_owned(),
            email: self.address(given_plain, family_plain),
            title: match (contractor, leads) {
                (true, _) => "Contractor",
                (_, true) => team.lead,
                _ => rng.pick(team.titles).copied().unwrap_or(team.lead),
            },
            department: team.name,
            division: team.division,
            location: rng.pick(names::LOCATIONS).copied().unwrap_or("Berlin"),
            contractor,
            manager: Some(manager),
            starts: days_before(day, started),
            employment,
        }
    }
}

/// Numbers go up with the first day, have gaps, and are as wide as the longest, at least five digits.
fn number(people: &mut [Person]) {
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|index| (people[*index].starts, *index));
    let width = (people.len() * 2 + 16).to_string().len().max(5);
    let mut next = 17;
    for index in order {
        people[index].number = format!("{next:0width$}");
        next += if people[index].contractor { 3 } else { 1 + index % 2 };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn today() -> Time {
        "2026-11-25T09:00:00Z".parse().unwrap()
    }

    #[test]
    fn same_seed_same_company_and_another_seed_another() {
        let a = Company::new(7, 120, today());
        assert_eq!(a.people, Company::new(7, 120, today()).people);
        assert_ne!(a.people, Company::new(8, 120, today()).people);
        assert_eq!(a.people.len(), 120);
    }

    #[test]
    fn the_cast_is_the_same_whatever_the_size() {
        let (small, large) = (Company::new(7, 0, today()), Company::new(9, 3000, today()));
        assert_eq!(small.people.len(), ROLES.len());
        for index in 0..ROLES.len() {
            assert_eq!(small.people[index].email, large.people[index].email);
        }
        let cast = small.cast();
        for index in [cast.leaver, cast.taken_back, cast.changed_behind, cast.darktrace_leaver, cast.gone_owner, cast.disputed_number] {
            assert!(small.person(index).ended(), "{}", small.person(index).email);
        }
        assert_eq!(small.person(cast.namesake).name(), small.person(cast.other_namesake).name());
        assert_ne!(small.person(cast.namesake).email, small.person(cast.other_namesake).email);
        assert_eq!(small.person(cast.duplicate).email, "doerte.brueckner@corp.example");
        assert_eq!(small.person(cast.prehire).employment, Employment::Prehire);
    }

    #[test]
    fn numbers_and_addresses_are_unique_and_managers_work_here() {
        let company = Company::new(3, 5000, today());
        let numbers: HashSet<_> = company.people.iter().map(|p| &p.number).collect();
        let addresses: HashSet<_> = company.people.iter().map(|p| &p.email).collect();
        assert_eq!((numbers.len(), addresses.len()), (5000, 5000));
        let width = company.people[0].number.len();
        assert!(company.people.iter().all(|p| p.number.len() == width && p.number.starts_with('0')), "leading zeros on every number");
        for person in &company.people {
            let manager = person.manager.map(|m| company.person(m));
            assert!(manager.is_none_or(Person::active), "{} is led by somebody who left", person.email);
            assert_eq!(person.manager.is_none(), person.title == "Managing Director");
        }
    }

    #[test]
    fn there_is_a_bit_of_everything_in_120() {
        let company = Company::new(42, 120, today());
        let yesterday = days_before(company.day(), 1);
        let ended = company.people.iter().filter(|p| p.ended()).count();
        assert!((8..30).contains(&ended), "{ended}");
        assert!(company.people.iter().any(|p| p.employment == Employment::Ended { last_day: yesterday }));
        assert!(company.people.iter().any(|p| p.contractor));
        assert!(company.people.iter().any(|p| !p.given.is_ascii()));
        assert!(company.people.iter().all(|p| match p.employment {
            Employment::Ended { last_day } => p.starts < last_day && last_day < company.day(),
            Employment::Prehire => p.starts > company.day(),
            Employment::Active => p.starts <= company.day(),
        }));
    }

    #[test]
    fn a_hundred_thousand_people_have_their_own_numbers() {
        let company = Company::new(1, 100_000, today());
        assert_eq!(company.by_number().windows(2).filter(|w| company.people[w[0]].number == company.people[w[1]].number).count(), 0);
    }
}
