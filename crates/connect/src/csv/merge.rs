//! Several rows of one account, and several positions of one person (csv-exports.md §3, Rows).

use std::collections::{BTreeMap, HashMap};

use usher_domain::account::{AccountRow, Door, GrantRow};
use usher_domain::person::{Day, EmploymentStatus, PersonRow};
use usher_domain::text::{fold, visible};

use super::employments::label;
use super::noticed::Noticed;
use super::words::employment_on;

/// Rows whose key stands on more than one row, until all of them were seen.
#[derive(Debug, Default)]
pub(crate) struct Held {
    places: HashMap<String, u64>,
    accounts: BTreeMap<u64, (AccountRow, Vec<GrantRow>)>,
    people: BTreeMap<u64, PersonRow>,
    next: u64,
}

impl Held {
    /// Takes a further row of an account: identical once; grants and addresses together; open if any row is open, and said.
    pub(crate) fn account(&mut self, row: AccountRow, grants: Vec<GrantRow>, noticed: &mut Noticed) {
        let place = *self.places.entry(row.native_id.clone()).or_insert(self.next);
        let Some((kept, kept_grants)) = self.accounts.get_mut(&place) else {
            self.accounts.insert(place, (row, grants));
            self.next += 1;
            return;
        };
        let line = row.line.unwrap_or_default();
        let same = AccountRow { line: kept.line, ..row.clone() } == *kept;
        if same && grants.iter().all(|g| kept_grants.contains(g)) {
            noticed.twice(line, row.label());
            return;
        }
        if kept.standing != row.standing {
            let shown = |a: &AccountRow| a.status_word.clone().unwrap_or_else(|| format!("{:?}", a.standing.status));
            let text = format!(
                "{} stands on lines {} ({}) and {line} ({}): it has access if one of them has",
                visible(row.label()),
                kept.line.unwrap_or_default(),
                visible(&shown(kept)),
                visible(&shown(&row))
            );
            noticed.differing(text);
            if rank(row.standing.door) < rank(kept.standing.door) {
                kept.standing = row.standing;
                kept.status_word = row.status_word;
            }
        }
        for email in row.emails {
            if !kept.emails.iter().any(|e| fold(&e.value) == fold(&email.value)) {
                kept.emails.push(email);
            }
        }
        kept.emails.sort_by_key(|e| e.kind);
        kept.last_seen = kept.last_seen.max(row.last_seen);
        kept.created_at = [kept.created_at, row.created_at].into_iter().flatten().min();
        kept.kind = kept.kind.or(row.kind);
        kept.employee_number = kept.employee_number.take().or(row.employee_number);
        kept.display_name = kept.display_name.take().or(row.display_name);
        kept.user_name = kept.user_name.take().or(row.user_name);
        for (name, value) in row.attributes {
            kept.attributes.entry(name).or_insert(value);
        }
        for grant in grants {
            if !kept_grants.contains(&grant) {
                kept_grants.push(grant);
            }
        }
    }

    /// Takes a further row of a person: positions of one person become one row, active if any is; two people with one number stay two,
    /// and it is said.
    pub(crate) fn person(&mut self, key: &str, row: PersonRow, today: Option<&Day>, noticed: &mut Noticed) {
        let place = self.places.get(key).copied();
        let Some(kept) = place.and_then(|p| self.people.get_mut(&p)) else {
            self.places.insert(key.to_owned(), self.next);
            self.people.insert(self.next, row);
            self.next += 1;
            return;
        };
        let line = row.line.unwrap_or_default();
        if (PersonRow { line: kept.line, ..row.clone() }) == *kept {
            noticed.twice(line, &label(&row));
            return;
        }
        if !one_person(kept, &row) {
            noticed.contradiction(format!(
                "line {} and line {line}: {} and {} have the same key; they are kept apart, and a person decides who is who",
                kept.line.unwrap_or_default(),
                visible(&label(kept)),
                visible(&label(&row))
            ));
            // A key of its own, else whoever puts employments together takes both for one: the number stays, and both claim it.
            let address = row.emails.first().map(|e| fold(&e.value)).filter(|e| e != key);
            let key = address.unwrap_or_else(|| format!("{key}/{}", fold(row.name.as_deref().unwrap_or_default())));
            self.people.insert(self.next, PersonRow { key, ..row });
            self.next += 1;
            return;
        }
        let counts = |p: &PersonRow| today.map_or(p.status, |t| employment_on(p, t).0);
        let better =
            position_rank(counts(&row)) < position_rank(counts(kept)) || (counts(&row) == counts(kept) && row.last_day > kept.last_day);
        let mut emails = kept.emails.clone();
        for email in &row.emails {
            if !emails.iter().any(|e| fold(&e.value) == fold(&email.value)) {
                emails.push(email.clone());
            }
        }
        emails.sort_by_key(|e| e.kind);
        let earliest = kept.line;
        if better {
            *kept = row;
            kept.line = earliest;
        }
        kept.emails = emails;
    }

    /// All held accounts, in the order of their first rows.
    pub(crate) fn take_accounts(&mut self) -> impl Iterator<Item = (AccountRow, Vec<GrantRow>)> + use<> {
        std::mem::take(&mut self.accounts).into_values()
    }

    /// All held people, in the order of their first rows.
    pub(crate) fn take_people(&mut self) -> impl Iterator<Item = PersonRow> + use<> {
        std::mem::take(&mut self.people).into_values()
    }
}

/// Open before unknown before shut.
fn rank(door: Door) -> u8 {
    match door {
        Door::Open => 0,
        Door::Unknown => 1,
        Door::Shut => 2,
    }
}

/// Active if any position is; ended only if all are.
fn position_rank(status: EmploymentStatus) -> u8 {
    match status {
        EmploymentStatus::Active => 0,
        EmploymentStatus::Leave => 1,
        EmploymentStatus::Prehire => 2,
        EmploymentStatus::Unknown => 3,
        EmploymentStatus::Ended => 4,
    }
}

/// Whether two rows with one key are one person: an address in common, one of them without, or the same name.
fn one_person(a: &PersonRow, b: &PersonRow) -> bool {
    if a.emails.is_empty() || b.emails.is_empty() {
        let names = (a.name.as_deref(), b.name.as_deref());
        return !matches!(names, (Some(x), Some(y)) if fold(x) != fold(y));
    }
    // A common address is no proof where it is the key itself.
    let same_name = matches!((&a.name, &b.name), (Some(x), Some(y)) if fold(x) == fold(y));
    let common = a.emails.iter().any(|x| b.emails.iter().any(|y| fold(&x.value) == fold(&y.value)));
    if a.employee_number.is_none() { same_name || a.name.is_none() || b.name.is_none() } else { common || same_name }
}

#[cfg(test)]
mod tests {
    use usher_domain::account::{Email, Standing, Status};

    use super::*;

    fn person(number: &str, email: &str, name: &str, status: EmploymentStatus, line: u64) -> PersonRow {
        PersonRow {
            key: number.into(),
            employee_number: (!number.is_empty()).then(|| number.into()),
            emails: vec![Email::work(email)],
            name: Some(name.into()),
            status,
            line: Some(line),
            ..PersonRow::default()
        }
    }

    #[test]
    fn positions_are_one_person_who_is_active_if_any_position_is() {
        let mut held = Held::default();
        let mut noticed = Noticed::default();
        held.person("17", person("17", "a@x.example", "Ana", EmploymentStatus::Ended, 2), None, &mut noticed);
        held.person("17", person("17", "a2@x.example", "Ana", EmploymentStatus::Active, 3), None, &mut noticed);
        held.person("17", person("17", "a@x.example", "Ana", EmploymentStatus::Ended, 4), None, &mut noticed);
        let people: Vec<PersonRow> = held.take_people().collect();
        assert_eq!(people.len(), 1);
        assert_eq!((people[0].status, people[0].emails.len(), people[0].line), (EmploymentStatus::Active, 2, Some(2)));
    }

    #[test]
    fn two_people_with_one_number_stay_two() {
        let mut held = Held::default();
        let mut noticed = Noticed::default();
        held.person("17", person("17", "a@x.example", "Ana", EmploymentStatus::Ended, 2), None, &mut noticed);
        held.person("17", person("17", "b@x.example", "Bo", EmploymentStatus::Active, 3), None, &mut noticed);
        let people: Vec<PersonRow> = held.take_people().collect();
        assert_eq!(
            people.iter().map(|p| p.key.as_str()).collect::<Vec<_>>(),
            ["17", "b@x.example"],
            "two rows with one key would be put together"
        );
        assert!(people.iter().all(|p| p.employee_number.as_deref() == Some("17")));
    }

    #[test]
    fn rows_of_one_account_are_open_if_one_is_and_keep_all_grants() {
        let mut held = Held::default();
        let mut noticed = Noticed::default();
        let row = |status, line| AccountRow {
            native_id: "u1".into(),
            standing: Standing::usual(status),
            line: Some(line),
            ..AccountRow::default()
        };
        let grant = |path: &str| GrantRow {
            kind: "role".into(),
            entitlement: "dev".into(),
            account: "u1".into(),
            scope: Some(path.into()),
            ..GrantRow::default()
        };
        held.account(row(Status::Suspended, 2), vec![grant("a")], &mut noticed);
        held.account(row(Status::Active, 3), vec![grant("b")], &mut noticed);
        held.account(row(Status::Active, 4), vec![grant("b")], &mut noticed);
        let accounts: Vec<_> = held.take_accounts().collect();
        assert_eq!(accounts.len(), 1);
        assert_eq!((accounts[0].0.standing.status, accounts[0].1.len()), (Status::Active, 2));
    }
}
