//! From accounts to persons: links that are stored, keys that name somebody, and what no rule may decide (lifecycle.md §4).
//!
//! All definite rules are asked, not the first that answers, so the result does not depend on their order.

use std::collections::{BTreeSet, HashMap};

use usher_domain::account::{AccountRow, EmailKind};
use usher_domain::link::Situation;
use usher_domain::person::{IdentifierKind, Person};
use usher_domain::text::fold;
use usher_domain::time::Time;

/// Which attribute of an account is compared with what of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// Employee number, as text.
    EmployeeNumber,
    /// Address, folded.
    Email,
    /// Login against the part of an address before the `@`.
    UserNameToLocalPart,
}

/// How much a match counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// It links.
    Definite,
    /// It makes a question for a person.
    Candidate,
}

/// One rule of `correlate:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CorrelateRule {
    /// What is compared.
    pub on: Match,
    /// How much it counts.
    pub strength: Strength,
}

/// The rules that hold where a workspace writes none (DESIGN §5, lifecycle.md §4).
pub const DEFAULT_RULES: [CorrelateRule; 3] = [
    CorrelateRule { on: Match::EmployeeNumber, strength: Strength::Definite },
    CorrelateRule { on: Match::Email, strength: Strength::Definite },
    CorrelateRule { on: Match::UserNameToLocalPart, strength: Strength::Candidate },
];

/// How long before the first day an account may have been made and still be that person's: accounts are prepared ahead of the start
/// (docs/adr/0008). Older ones had, or may have had, another owner.
const PREPARED_AHEAD: i64 = 30 * 86_400;

/// Whose addresses prove identity.
#[derive(Debug, Clone, Default)]
pub struct Domains(BTreeSet<String>);

impl Domains {
    /// The company's domains. Empty: every domain counts as the company's (bare mode, lifecycle.md §9).
    pub fn new<'a>(domains: impl IntoIterator<Item = &'a str>) -> Self {
        Domains(domains.into_iter().map(ascii_domain).collect())
    }

    fn proves(&self, folded: &str) -> bool {
        self.0.is_empty() || folded.rsplit_once('@').is_some_and(|(_, domain)| self.0.contains(&ascii_domain(domain)))
    }
}

/// The ASCII form of a domain (IDNA), so that both spellings of an international domain are one.
fn ascii_domain(domain: &str) -> String {
    idna::domain_to_ascii(domain).unwrap_or_else(|_| fold(domain))
}

/// An address for comparison, or `None` where it is none (`-`, `n/a`, empty).
pub fn address(raw: &str) -> Option<String> {
    let folded = fold(raw);
    let (local, domain) = folded.rsplit_once('@')?;
    if local.is_empty() || domain.is_empty() {
        return None;
    }
    if domain.is_ascii() && !domain.contains("xn--") { Some(folded) } else { Some(format!("{local}@{}", ascii_domain(domain))) }
}

/// Every value that names a person.
#[derive(Debug)]
pub struct Index {
    numbers: HashMap<String, Vec<u32>>,
    addresses: HashMap<String, Vec<u32>>,
    locals: HashMap<String, Vec<u32>>,
    starts: Vec<Option<Time>>,
    domains: Domains,
}

impl Index {
    /// Indexes the persons by what names them.
    pub fn new(persons: &[Person], domains: Domains) -> Self {
        let mut index = Index { numbers: HashMap::new(), addresses: HashMap::new(), locals: HashMap::new(), starts: Vec::new(), domains };
        for (i, person) in persons.iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            index.starts.push(first_day(person));
            for identifier in &person.identifiers {
                match identifier.kind {
                    IdentifierKind::EmployeeNumber => claim(&mut index.numbers, identifier.value.trim().to_owned(), i),
                    IdentifierKind::Email | IdentifierKind::PersonalEmail => {
                        if let Some(address) = address(&identifier.value) {
                            if identifier.kind == IdentifierKind::Email
                                && let Some((local, _)) = address.rsplit_once('@')
                            {
                                claim(&mut index.locals, local.to_owned(), i);
                            }
                            claim(&mut index.addresses, address, i);
                        }
                    }
                }
            }
        }
        index
    }

    /// Values of one kind that more than one person claims, with the claimants: `(what, value, persons)`.
    pub fn shared(&self) -> Vec<(&'static str, &str, &[u32])> {
        let of = |what, map: &'_ HashMap<String, Vec<u32>>| -> Vec<_> {
            let mut all: Vec<_> = map.iter().filter(|(_, who)| who.len() > 1).map(|(v, who)| (v.clone(), who.clone())).collect();
            all.sort();
            all.into_iter().map(|(v, _)| (what, v)).collect()
        };
        let mut out = Vec::new();
        for (what, value) in of("employee number", &self.numbers) {
            if let Some((v, who)) = self.numbers.get_key_value(&value) {
                out.push((what, v.as_str(), who.as_slice()));
            }
        }
        for (what, value) in of("address", &self.addresses) {
            if let Some((v, who)) = self.addresses.get_key_value(&value) {
                out.push((what, v.as_str(), who.as_slice()));
            }
        }
        out
    }

    /// The persons who have this address now.
    pub fn by_address(&self, raw: &str) -> &[u32] {
        address(raw).and_then(|a| self.addresses.get(&a)).map_or(&[], Vec::as_slice)
    }
}

fn claim(map: &mut HashMap<String, Vec<u32>>, value: String, person: u32) {
    if value.is_empty() {
        return;
    }
    let who = map.entry(value).or_default();
    if !who.contains(&person) {
        who.push(person);
    }
}

fn first_day(person: &Person) -> Option<Time> {
    let midnight = |day: &usher_domain::person::Day| day.ends(&jiff::tz::TimeZone::UTC, 0, 0);
    // One employment without a start leaves the first day unknown.
    person.employments.iter().map(|e| e.row.starts.as_ref().and_then(midnight)).collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// What correlation found for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The situation.
    pub situation: Situation,
    /// The person it belongs to, where it is linked.
    pub holder: Option<u32>,
    /// Who it could belong to, where a person must decide; sorted.
    pub candidates: Vec<u32>,
    /// What it rests on, in plain words.
    pub evidence: Vec<String>,
    /// An address that is one of theirs and proves nothing, for its domain is not the company's.
    pub outside: Option<String>,
}

/// Asks every rule about one account that may have a holder.
pub fn correlate(account: &AccountRow, rules: &[CorrelateRule], index: &Index) -> Verdict {
    let mut keys: Vec<(BTreeSet<u32>, String)> = Vec::new();
    let mut reused: BTreeSet<u32> = BTreeSet::new();
    let mut candidates: BTreeSet<u32> = BTreeSet::new();
    let mut hints = Vec::new();
    let mut outside = None;
    for rule in rules {
        for (who, text) in asked(account, rule.on, index) {
            if who.is_empty() {
                continue;
            }
            let definite = rule.strength == Strength::Definite;
            let (old, fitting): (BTreeSet<u32>, BTreeSet<u32>) = if rule.on == Match::EmployeeNumber {
                (BTreeSet::new(), who)
            } else {
                who.into_iter().partition(|p| definite && older(account, index.starts.get(*p as usize).copied().flatten()))
            };
            let proves = definite && (rule.on != Match::Email || account_address_proves(&text, index));
            if !old.is_empty() {
                hints.push(format!("the account is older than the first day of who has {text} now"));
                reused.extend(old);
            }
            if fitting.is_empty() {
                continue;
            }
            if proves {
                keys.push((fitting, text));
            } else {
                if definite {
                    outside = text.strip_prefix("email ").map(str::to_owned).or(outside);
                }
                hints.push(format!("{text} may mean them"));
                candidates.extend(fitting);
            }
        }
    }
    Verdict { outside, ..decide(keys, reused, candidates, hints) }
}

fn decide(keys: Vec<(BTreeSet<u32>, String)>, reused: BTreeSet<u32>, candidates: BTreeSet<u32>, hints: Vec<String>) -> Verdict {
    let evidence: Vec<String> = keys.iter().map(|(_, text)| text.clone()).collect();
    let named: BTreeSet<u32> = keys.iter().flat_map(|(who, _)| who.iter().copied()).collect();
    let common = keys.iter().map(|(who, _)| who.clone()).reduce(|a, b| a.intersection(&b).copied().collect());
    match common {
        Some(common) if common.len() == 1 && reused.iter().all(|p| common.contains(p)) => {
            Verdict { situation: Situation::Linked, holder: common.first().copied(), candidates: vec![], evidence, outside: None }
        }
        Some(_) => Verdict {
            situation: Situation::Disputed,
            holder: None,
            candidates: named.union(&reused).copied().collect(),
            evidence: evidence.into_iter().chain(hints).collect(),
            outside: None,
        },
        None if !reused.is_empty() => Verdict {
            situation: Situation::Disputed,
            holder: None,
            candidates: reused.into_iter().collect(),
            evidence: hints,
            outside: None,
        },
        None if !candidates.is_empty() => Verdict {
            situation: Situation::Unlinked,
            holder: None,
            candidates: candidates.into_iter().collect(),
            evidence: hints,
            outside: None,
        },
        None => Verdict { situation: Situation::Unmatched, holder: None, candidates: vec![], evidence: vec![], outside: None },
    }
}

fn account_address_proves(text: &str, index: &Index) -> bool {
    text.strip_prefix("email ").and_then(address).is_some_and(|a| index.domains.proves(&a))
}

fn older(account: &AccountRow, starts: Option<Time>) -> bool {
    matches!((account.created_at, starts), (Some(made), Some(starts)) if made < starts.plus_seconds(-PREPARED_AHEAD))
}

/// Each value that the account has for this rule, with who claims it. Each value is a key of its own: two addresses may name two people.
fn asked(account: &AccountRow, on: Match, index: &Index) -> Vec<(BTreeSet<u32>, String)> {
    let who = |found: Option<&Vec<u32>>| found.map(|v| v.iter().copied().collect()).unwrap_or_default();
    match on {
        Match::EmployeeNumber => account
            .employee_number
            .as_deref()
            .map(str::trim)
            .filter(|n| !n.is_empty())
            .map(|n| vec![(who(index.numbers.get(n)), format!("employee number {n}"))])
            .unwrap_or_default(),
        Match::Email => {
            let mut seen = BTreeSet::new();
            account
                .emails
                .iter()
                .filter(|e| e.kind != EmailKind::Personal || index.domains.0.is_empty())
                .filter_map(|e| Some((address(&e.value)?, e.value.trim())))
                .chain(account.user_name.as_deref().and_then(|u| Some((address(u)?, u.trim()))))
                .filter(|(folded, _)| seen.insert(folded.clone()))
                .map(|(folded, raw)| (who(index.addresses.get(&folded)), format!("email {raw}")))
                .collect()
        }
        Match::UserNameToLocalPart => account
            .user_name
            .as_deref()
            .map(fold)
            .filter(|u| !u.is_empty() && !u.contains('@'))
            .map(|u| vec![(who(index.locals.get(&u)), format!("login {u}"))])
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use usher_domain::account::Email;
    use usher_domain::person::{Day, Employment, Identifier, PersonId, PersonRow, PersonState};

    fn person(id: u32, number: &str, emails: &[&str], starts: Option<&str>) -> Person {
        let name = |kind, value: &str| Identifier { kind, value: value.into(), source: "hr".into(), from: None, to: None };
        let mut identifiers = vec![name(IdentifierKind::EmployeeNumber, number)];
        identifiers.extend(emails.iter().map(|e| name(IdentifierKind::Email, e)));
        let row = PersonRow { starts: starts.and_then(Day::parse), ..PersonRow::default() };
        Person {
            id: PersonId(format!("p-{id}")),
            employments: vec![Employment { source: "hr".into(), row }],
            name: format!("Person {id}"),
            identifiers,
            state: PersonState::Active,
            ended_at: None,
            known_at: None,
            contradictions: vec![],
        }
    }

    fn account(number: &str, emails: &[&str]) -> AccountRow {
        AccountRow {
            native_id: "1".into(),
            employee_number: Some(number.into()),
            emails: emails.iter().map(|e| Email::work(*e)).collect(),
            ..AccountRow::default()
        }
    }

    fn company() -> Vec<Person> {
        vec![
            person(0, "00017", &["ana@corp.example", "desk@corp.example"], Some("2020-01-01")),
            person(1, "00018", &["bob@corp.example", "desk@corp.example"], Some("2024-06-01")),
        ]
    }

    #[test]
    fn keys_link_only_where_they_agree() {
        use Situation::*;
        let index = Index::new(&company(), Domains::default());
        let cases: [(&str, &[&str], Situation, Option<u32>); 9] = [
            ("00017", &[], Linked, Some(0)),
            ("17", &[], Unmatched, None),
            ("", &["ANA@corp.example"], Linked, Some(0)),
            ("00017", &["bob@corp.example"], Disputed, None),
            ("00017", &["desk@corp.example"], Linked, Some(0)),
            ("", &["desk@corp.example"], Disputed, None),
            ("", &["ana@corp.example", "bob@corp.example"], Disputed, None),
            ("", &["desk@corp.example", "bob@corp.example"], Linked, Some(1)),
            ("99999", &["-"], Unmatched, None),
        ];
        for (number, emails, situation, holder) in cases {
            let v = correlate(&account(number, emails), &DEFAULT_RULES, &index);
            assert_eq!((v.situation, v.holder), (situation, holder), "{number} {emails:?}");
        }
    }

    #[test]
    fn an_address_outside_the_companys_domains_only_asks() {
        let people = vec![person(0, "1", &["ana@corp.example", "ana@private.example"], None)];
        let index = Index::new(&people, Domains::new(["corp.example"]));
        let asks = correlate(&account("", &["ana@private.example"]), &DEFAULT_RULES, &index);
        assert_eq!((asks.situation, asks.outside.as_deref()), (Situation::Unlinked, Some("ana@private.example")));
        assert_eq!(correlate(&account("", &["ana@corp.example"]), &DEFAULT_RULES, &index).situation, Situation::Linked);
    }

    #[test]
    fn an_account_older_than_the_person_is_disputed_and_one_made_ahead_of_the_start_is_not() {
        let index = Index::new(&company(), Domains::default());
        let mut a = account("", &["bob@corp.example"]);
        a.created_at = Some("2022-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(correlate(&a, &DEFAULT_RULES, &index).situation, Situation::Disputed);
        a.created_at = Some("2024-05-20T00:00:00Z".parse().unwrap());
        assert_eq!(correlate(&a, &DEFAULT_RULES, &index).situation, Situation::Linked);
    }

    #[test]
    fn a_login_alone_makes_a_question() {
        let index = Index::new(&company(), Domains::default());
        let mut a = account("", &[]);
        a.user_name = Some("Ana".into());
        let v = correlate(&a, &DEFAULT_RULES, &index);
        assert_eq!((v.situation, v.candidates), (Situation::Unlinked, vec![0]));
    }

    proptest! {
        #[test]
        fn correlation_does_not_depend_on_the_order_of_rules_values_or_people(
            number in "0001[78]|", picks in proptest::collection::vec(0usize..4, 0..4), turn in 0usize..3, swap in any::<bool>(),
        ) {
            let pool = ["ana@corp.example", "BOB@corp.example", "desk@corp.example", "x@corp.example"];
            let emails: Vec<&str> = picks.iter().map(|i| pool[*i]).collect();
            let mut people = company();
            let base = correlate(&account(&number, &emails), &DEFAULT_RULES, &Index::new(&people, Domains::default()));
            let mut rules = DEFAULT_RULES;
            rules.rotate_left(turn);
            let mut turned = emails.clone();
            turned.reverse();
            if swap { people.reverse(); }
            let other = correlate(&account(&number, &turned), &rules, &Index::new(&people, Domains::default()));
            let id = |v: &Verdict, people: &[Person]| v.holder.map(|h| people[h as usize].id.clone());
            prop_assert_eq!(base.situation, other.situation);
            prop_assert_eq!(id(&base, &company()), id(&other, &people));
        }
    }
}
