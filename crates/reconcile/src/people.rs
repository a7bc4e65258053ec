//! From the rows of people sources to persons with a computed state (lifecycle.md §1, §2).

use std::collections::{BTreeMap, HashMap};

use usher_domain::account::EmailKind;
use usher_domain::person::{Day, Employment, EmploymentStatus, Identifier, IdentifierKind, Person, PersonId, PersonRow, PersonState};
use usher_domain::time::Time;

/// When a working day ends, for last days that have no time (lifecycle.md §13 `clock`).
#[derive(Debug, Clone)]
pub struct DayEnd {
    /// The zone of people who have none of their own: the company's.
    pub zone: jiff::tz::TimeZone,
    /// Hour and minute on other days than Friday.
    pub day: (i8, i8),
    /// Hour and minute on Friday.
    pub friday: (i8, i8),
}

impl Default for DayEnd {
    fn default() -> Self {
        DayEnd { zone: jiff::tz::TimeZone::UTC, day: (18, 0), friday: (16, 0) }
    }
}

impl DayEnd {
    /// The instant at which this day's work ends for somebody in `zone` (IANA name).
    pub fn of(&self, day: &Day, zone: Option<&str>) -> Option<Time> {
        let own = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok());
        let date: jiff::civil::Date = day.as_str().parse().ok()?;
        let (hour, minute) = if date.weekday() == jiff::civil::Weekday::Friday { self.friday } else { self.day };
        day.ends(own.as_ref().unwrap_or(&self.zone), hour, minute)
    }
}

/// What one people source said in its newest read.
#[derive(Debug)]
pub struct Source<'a> {
    /// Its name in the workspace.
    pub name: &'a str,
    /// Its rows.
    pub rows: &'a [PersonRow],
    /// When usher read them: since when an end without a date is known.
    pub read_at: Time,
}

/// Which person a source's key named on earlier laps, and since when usher knew of an end.
#[derive(Debug, Default)]
pub struct Known {
    /// `(source, key)` to person.
    pub by_key: HashMap<(String, String), PersonId>,
    /// When usher first saw that this person's employment ended.
    pub ended_known_at: HashMap<PersonId, Time>,
    /// Keys that a source named earlier and names no longer, with the row as it was: nobody leaves by vanishing (lifecycle.md §14).
    pub vanished: Vec<(String, PersonId, PersonRow)>,
}

/// All persons, in the order of their ids' first appearance.
#[derive(Debug, Default)]
pub struct People {
    /// The persons.
    pub persons: Vec<Person>,
    /// New `(source, key)` pairs and the ids drawn for them, to be stored.
    pub new_keys: Vec<(String, String, PersonId)>,
}

/// Builds the persons. `draw` gives a fresh id; it is asked only for keys that no earlier lap knew.
///
/// Rows with the same key in one source are employments of one person. Rows of different sources are joined only by an earlier decision
/// (`known`): a weaker hint is a `duplicate_person` finding, never a silent join.
pub fn assemble(sources: &[Source<'_>], known: &Known, now: Time, clock: &DayEnd, draw: &mut dyn FnMut() -> PersonId) -> People {
    let mut out = People::default();
    let mut place: HashMap<PersonId, usize> = HashMap::new();
    let mut drawn: HashMap<(String, String), PersonId> = HashMap::new();
    let mut add = |out: &mut People, id: PersonId, source: &str, row: &PersonRow| {
        let at = *place.entry(id.clone()).or_insert_with(|| {
            out.persons.push(empty(id));
            out.persons.len() - 1
        });
        if let Some(person) = out.persons.get_mut(at) {
            person.employments.push(Employment { source: source.to_owned(), row: row.clone() });
        }
    };
    for source in sources {
        for (i, row) in source.rows.iter().enumerate() {
            let own = row_key(row);
            let key = (source.name.to_owned(), if own.is_empty() { format!("row {i}") } else { own.to_owned() });
            let id = match known.by_key.get(&key).or_else(|| drawn.get(&key)) {
                Some(id) => id.clone(),
                None => {
                    let id = draw();
                    drawn.insert(key.clone(), id.clone());
                    out.new_keys.push((key.0, key.1, id.clone()));
                    id
                }
            };
            add(&mut out, id, source.name, row);
        }
    }
    for (source, id, row) in &known.vanished {
        add(&mut out, id.clone(), source, row);
    }
    let read_at = sources.iter().map(|s| s.read_at).max().unwrap_or(now);
    for person in &mut out.persons {
        finish(person, known, now, read_at, clock);
    }
    out
}

/// The key of a row in its source: its own key, else its number, else its first address as written; empty where it has none of them.
pub fn row_key(row: &PersonRow) -> &str {
    let number = row.employee_number.as_deref().unwrap_or("");
    let address = row.emails.first().map_or("", |e| e.value.as_str());
    [row.key.as_str(), number, address].into_iter().map(str::trim).find(|k| !k.is_empty()).unwrap_or("")
}

fn empty(id: PersonId) -> Person {
    Person {
        id,
        employments: vec![],
        name: String::new(),
        identifiers: vec![],
        state: PersonState::Unknown,
        ended_at: None,
        known_at: None,
        contradictions: vec![],
    }
}

fn finish(person: &mut Person, known: &Known, now: Time, read_at: Time, clock: &DayEnd) {
    let mut identifiers = BTreeMap::new();
    let mut judged = Vec::with_capacity(person.employments.len());
    for Employment { source, row } in &person.employments {
        let mut name = |kind, value: &str| {
            let value = value.trim();
            if !value.is_empty() {
                identifiers.entry((kind, value.to_owned())).or_insert_with(|| source.clone());
            }
        };
        if let Some(number) = &row.employee_number {
            name(IdentifierKind::EmployeeNumber, number);
        }
        judged.push(judge(row, now, clock));
    }
    person.identifiers =
        identifiers.into_iter().map(|((kind, value), source)| Identifier { kind, value, source, from: None, to: None }).collect();
    // Addresses keep the order in which the source writes them: the first is the primary one.
    for Employment { source, row } in &person.employments {
        for email in &row.emails {
            let kind = if email.kind == EmailKind::Personal { IdentifierKind::PersonalEmail } else { IdentifierKind::Email };
            if !email.value.trim().is_empty() && !person.identifiers.iter().any(|i| i.kind == kind && i.value == email.value) {
                person.identifiers.push(Identifier { kind, value: email.value.clone(), source: source.clone(), from: None, to: None });
            }
        }
    }
    person.contradictions = judged.iter().filter_map(|j| j.contradiction.clone()).collect();
    person.state = combined(judged.iter().map(|j| j.state));
    if person.state == PersonState::Ended {
        // The last of the ends counts; one without a date is effective when known.
        let known_at = known.ended_known_at.get(&person.id).copied().unwrap_or(read_at);
        person.ended_at = judged.iter().map(|j| j.ended_at.unwrap_or(known_at)).max();
        person.known_at = Some(known_at);
    } else {
        person.ended_at = judged.iter().filter_map(|j| j.ended_at).max();
    }
    person.name = person.main_employment().map(display_name).unwrap_or_default();
}

fn display_name(row: &PersonRow) -> String {
    let joined = || [row.given_name.as_deref(), row.family_name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    row.name.clone().filter(|n| !n.trim().is_empty()).unwrap_or_else(joined).trim().to_owned()
}

/// What one employment amounts to at one point in time.
struct Judged {
    state: PersonState,
    ended_at: Option<Time>,
    contradiction: Option<String>,
}

/// A person's state from all employments: `ended` only when every one of them is (lifecycle.md §1).
fn combined(states: impl Iterator<Item = PersonState>) -> PersonState {
    let rank = |s: PersonState| match s {
        PersonState::Active => 4,
        PersonState::Leave => 3,
        PersonState::Prehire => 2,
        PersonState::Unknown => 1,
        PersonState::Ended => 0,
    };
    states.max_by_key(|s| rank(*s)).unwrap_or(PersonState::Unknown)
}

/// Status word and dates of one row, judged at `now`. Where they contradict, the date decides and the contradiction is said.
fn judge(row: &PersonRow, now: Time, clock: &DayEnd) -> Judged {
    let end = row.last_day.as_ref().and_then(|day| clock.of(day, row.zone.as_deref()));
    let start = row.starts.as_ref().and_then(|day| start_of(day, clock, row.zone.as_deref()));
    let word = row.status_word.as_deref().unwrap_or("no status");
    let over = end.is_some_and(|end| end <= now);
    let to_come = start.is_some_and(|start| start > now);
    let day = |d: &Option<Day>| d.as_ref().map(Day::to_string).unwrap_or_default();
    let (state, contradiction) = match row.status {
        EmploymentStatus::Ended if end.is_some() && !over => (
            if to_come { PersonState::Prehire } else { PersonState::Active },
            Some(format!("status says {word}, but the last day is {}", day(&row.last_day))),
        ),
        EmploymentStatus::Ended => (PersonState::Ended, None),
        EmploymentStatus::Active | EmploymentStatus::Leave | EmploymentStatus::Prehire if over => {
            (PersonState::Ended, Some(format!("status says {word}, but the last day was {}", day(&row.last_day))))
        }
        _ if row.last_day_unreadable => (PersonState::Unknown, Some("the last day is written but can't be read".to_owned())),
        EmploymentStatus::Active if to_come => (PersonState::Prehire, None),
        EmploymentStatus::Active => (PersonState::Active, None),
        EmploymentStatus::Leave => (PersonState::Leave, None),
        EmploymentStatus::Prehire if start.is_some_and(|start| start <= now) => {
            (PersonState::Active, Some(format!("status says {word}, but the first day was {}", day(&row.starts))))
        }
        EmploymentStatus::Prehire => (PersonState::Prehire, None),
        EmploymentStatus::Unknown if over => (PersonState::Ended, None),
        EmploymentStatus::Unknown if row.status_word.is_none() && to_come => (PersonState::Prehire, None),
        // A source without a status column: who is listed and has not left works here.
        EmploymentStatus::Unknown if row.status_word.is_none() => (PersonState::Active, None),
        EmploymentStatus::Unknown => (PersonState::Unknown, Some(format!("the status word {word} is not known"))),
    };
    Judged { state, ended_at: end, contradiction }
}

/// The first instant of a day in the person's zone.
fn start_of(day: &Day, clock: &DayEnd, zone: Option<&str>) -> Option<Time> {
    let own = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok());
    day.ends(own.as_ref().unwrap_or(&clock.zone), 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: EmploymentStatus, starts: Option<&str>, last_day: Option<&str>) -> PersonRow {
        PersonRow {
            key: "1".into(),
            status,
            status_word: Some(format!("{status:?}")),
            starts: starts.and_then(Day::parse),
            last_day: last_day.and_then(Day::parse),
            ..PersonRow::default()
        }
    }

    #[test]
    fn the_state_follows_the_words_and_the_date_where_they_contradict() {
        use EmploymentStatus as E;
        use PersonState as P;
        let now: Time = "2026-11-25T00:00:00Z".parse().unwrap();
        let cases = [
            (E::Active, None, None, P::Active, false),
            (E::Active, Some("2026-12-01"), None, P::Prehire, false),
            (E::Active, None, Some("2026-11-30"), P::Active, false),
            (E::Active, None, Some("2026-11-25"), P::Active, false),
            (E::Active, None, Some("2026-11-24"), P::Ended, true),
            (E::Ended, None, None, P::Ended, false),
            (E::Ended, None, Some("2026-11-24"), P::Ended, false),
            (E::Ended, None, Some("2026-11-30"), P::Active, true),
            (E::Leave, None, None, P::Leave, false),
            (E::Prehire, Some("2026-12-01"), None, P::Prehire, false),
            (E::Unknown, None, Some("2026-06-30"), P::Ended, false),
            (E::Unknown, None, None, P::Unknown, true),
        ];
        for (status, starts, last, state, contradicts) in cases {
            let j = judge(&row(status, starts, last), now, &DayEnd::default());
            assert_eq!((j.state, j.contradiction.is_some()), (state, contradicts), "{status:?} {starts:?} {last:?}");
        }
    }

    #[test]
    fn the_last_day_is_worked_until_it_ends_in_the_persons_zone() {
        let mut r = row(EmploymentStatus::Active, None, Some("2026-11-24"));
        r.zone = Some("Australia/Sydney".into());
        let at = |t: &str| judge(&r, t.parse().unwrap(), &DayEnd::default()).state;
        assert_eq!(at("2026-11-24T06:59:00Z"), PersonState::Active);
        assert_eq!(at("2026-11-24T07:00:00Z"), PersonState::Ended);
    }

    #[test]
    fn two_rows_with_one_key_are_one_person_who_ends_when_both_end() {
        let now: Time = "2026-11-25T00:00:00Z".parse().unwrap();
        let rows = [row(EmploymentStatus::Ended, None, None), row(EmploymentStatus::Active, None, None)];
        let source = Source { name: "hr", rows: &rows, read_at: now };
        let mut n = 0;
        let people = assemble(&[source], &Known::default(), now, &DayEnd::default(), &mut || {
            n += 1;
            PersonId(format!("p-{n}"))
        });
        assert_eq!(people.persons.len(), 1);
        assert_eq!(people.persons[0].state, PersonState::Active);
    }
}
