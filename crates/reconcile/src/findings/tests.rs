//! Each rule fires on its case and not on the case beside it.

use usher_domain::account::{AccountRow, Door, Email, Kind, Standing, Status};
use usher_domain::digest::Digest;
use usher_domain::finding::{Finding, Rule, Severity};
use usher_domain::fresh::Look;
use usher_domain::intent::{About, Intent, IntentSource, Says};
use usher_domain::link::{Classification, Link, LinkBy};
use usher_domain::person::{EmploymentStatus, Person, PersonId, PersonRow};
use usher_domain::snapshot::{Covers, Grade, Snapshot};
use usher_domain::time::Time;

use super::find;
use crate::correlate::{DEFAULT_RULES, Domains};
use crate::graph::{Classified, Decided, Graph, InstanceInput, InstancePolicy, build};
use crate::intents;
use crate::people::{DayEnd, Known, Source, assemble};

fn now() -> Time {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

fn people() -> Vec<Person> {
    let row = |n: &str, status| PersonRow {
        key: n.into(),
        employee_number: Some(n.into()),
        emails: vec![Email::work(format!("p{n}@corp.example"))],
        name: Some(format!("Person {n}")),
        status,
        status_word: Some(format!("{status:?}")),
        ..PersonRow::default()
    };
    let rows = [row("1", EmploymentStatus::Active), row("2", EmploymentStatus::Ended)];
    let mut n = 0;
    let mut draw = || {
        n += 1;
        PersonId(format!("p-{n}"))
    };
    assemble(&[Source { name: "hr", rows: &rows, read_at: now() }], &Known::default(), now(), &DayEnd::default(), &mut draw).persons
}

fn account(id: &str, email: &str, status: Status) -> AccountRow {
    AccountRow {
        native_id: id.into(),
        user_name: Some(id.into()),
        emails: if email.is_empty() { vec![] } else { vec![Email::work(email)] },
        standing: Standing::usual(status),
        ..AccountRow::default()
    }
}

fn snapshot(grade: Grade) -> Snapshot {
    Snapshot {
        id: 1,
        instance: "app".into(),
        rows: Default::default(),
        covers: Covers::default(),
        as_of: now(),
        read_at: now(),
        ended_at: now(),
        grade,
        pages: 1,
        stated: None,
        gaps: vec![],
        query: Digest::of(b"q"),
        digest: Digest::of(b"d"),
        by: "usher".into(),
        notes: vec![],
    }
}

#[derive(Default)]
struct World {
    accounts: Vec<AccountRow>,
    idp: Vec<AccountRow>,
    policy: InstancePolicy,
    decided: Decided,
    looks: Vec<Look>,
    no_snapshot: bool,
    service: Option<Vec<String>>,
    grade: Option<Grade>,
    access: bool,
}

impl World {
    fn of(accounts: Vec<AccountRow>) -> World {
        World { accounts, policy: InstancePolicy { max_age: 86_400, ..InstancePolicy::default() }, ..World::default() }
    }

    fn graph(self) -> Graph {
        let people = people();
        let input = |name: &str, accounts, policy: InstancePolicy, snapshot| InstanceInput {
            name: name.into(),
            policy,
            snapshot,
            accounts,
            looks: vec![],
            failed: None,
        };
        let snap = (!self.no_snapshot).then(|| snapshot(self.grade.unwrap_or(Grade::Observed)));
        let idp = InstancePolicy { max_age: 86_400, ..InstancePolicy::default() };
        let service = self.service;
        let classify = move |_: &str, a: &AccountRow| {
            service.clone().filter(|_| a.native_id.starts_with("svc")).map(|owners| Classified {
                kind: Kind::Service,
                owners,
                purpose: None,
            })
        };
        let mut all = vec![InstanceInput { looks: self.looks, ..input("app", self.accounts, self.policy, snap.clone()) }];
        if !self.idp.is_empty() {
            all.push(input("idp", self.idp, idp, snap));
        }
        let mut intents: Vec<Intent> = people.iter().filter_map(|p| intents::employment_ended(p, Some(1), now())).collect();
        if self.access {
            intents.push(intents::birthright(&people[0], "app", "everybody", now(), now(), Some(1)));
        }
        let mut graph = build(people, all, &DEFAULT_RULES, Domains::default(), &classify, self.decided, now());
        graph.set_intents(intents);
        graph
    }

    fn find(self, rule: Rule) -> Vec<Finding> {
        find(&self.graph(), &[rule])
    }
}

#[test]
fn leaver_account() {
    let of = |status| World::of(vec![account("a", "p2@corp.example", status)]).find(Rule::LeaverAccount);
    for status in [Status::Active, Status::Invited, Status::Locked, Status::Unknown] {
        let found = of(status);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Critical), "{status:?}");
        assert_eq!(found[0].intents.len(), 1);
    }
    for status in [Status::Suspended, Status::Deactivated, Status::Deleted] {
        assert!(of(status).is_empty(), "{status:?}");
    }
    assert!(World::of(vec![account("a", "p1@corp.example", Status::Active)]).find(Rule::LeaverAccount).is_empty());
}

#[test]
fn a_leaver_behind_a_shut_company_login_is_one_level_milder() {
    let severity = |idp_status| {
        let mut w = World::of(vec![account("a", "p2@corp.example", Status::Active)]);
        w.policy.only_via = vec!["idp".into()];
        w.idp = vec![account("i", "p2@corp.example", idp_status)];
        w.find(Rule::LeaverAccount).iter().find(|f| f.instance.as_deref() == Some("app")).map(|f| f.severity)
    };
    assert_eq!(severity(Status::Deactivated), Some(Severity::High));
    assert_eq!(severity(Status::Active), Some(Severity::Critical));
}

#[test]
fn unmatched_account() {
    let found =
        World::of(vec![account("x", "who@corp.example", Status::Active), account("y", "", Status::Suspended)]).find(Rule::UnmatchedAccount);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].account.as_ref().map(|a| a.native_id.as_str()), Some("x"));
    let mut w = World::of(vec![account("svc-x", "", Status::Active)]);
    w.service = Some(vec![]);
    assert!(w.find(Rule::UnmatchedAccount).is_empty(), "a service account is nobody's on purpose");
    let mut w = World::of(vec![account("x", "", Status::Active)]);
    let c = Classification {
        instance: "app".into(),
        native_id: "x".into(),
        kind: Kind::Guest,
        purpose: None,
        owners: vec![],
        by: "ana".into(),
        at: now(),
        reason: "vendor".into(),
    };
    w.decided.classifications.insert(("app".into(), "x".into()), c);
    assert!(w.find(Rule::UnmatchedAccount).is_empty(), "a person said what it is");
}

#[test]
fn an_unlink_by_a_person_is_not_linked_again() {
    let mut w = World::of(vec![account("a", "p2@corp.example", Status::Active)]);
    let link = Link {
        instance: "app".into(),
        native_id: "a".into(),
        person: None,
        by: LinkBy::Decision,
        evidence: "not theirs".into(),
        at: now(),
    };
    w.decided.links.insert(("app".into(), "a".into()), link);
    let graph = w.graph();
    assert!(find(&graph, &[Rule::LeaverAccount]).is_empty());
    assert_eq!(find(&graph, &[Rule::UnmatchedAccount]).len(), 1);
}

#[test]
fn a_stored_link_stands_when_attributes_change_and_a_ruled_one_is_disputed_by_another_key() {
    let link = |by| Link {
        instance: "app".into(),
        native_id: "a".into(),
        person: Some(PersonId("p-2".into())),
        by,
        evidence: "email".into(),
        at: now(),
    };
    let of = |by, email: &str| {
        let mut w = World::of(vec![account("a", email, Status::Active)]);
        w.decided.links.insert(("app".into(), "a".into()), link(by));
        let graph = w.graph();
        (find(&graph, &[Rule::LeaverAccount]).len(), find(&graph, &[Rule::DisputedAccount]).len())
    };
    assert_eq!(of(LinkBy::Rule, "renamed@elsewhere.example"), (1, 0));
    assert_eq!(of(LinkBy::Rule, "p1@corp.example"), (0, 1));
    assert_eq!(of(LinkBy::Decision, "p1@corp.example"), (1, 0));
}

#[test]
fn disputed_account_counts_in_every_status_but_deleted() {
    let of = |status| {
        let mut a = account("a", "p1@corp.example", status);
        a.employee_number = Some("2".into());
        World::of(vec![a]).find(Rule::DisputedAccount).len()
    };
    assert_eq!([Status::Active, Status::Deactivated, Status::Deleted].map(of), [1, 1, 0]);
}

#[test]
fn duplicate_account_is_one_finding_a_person_and_purposes_are_apart() {
    let mut admin = account("c", "p1@corp.example", Status::Active);
    admin.purpose = Some("privileged".into());
    let accounts = vec![account("b", "p1@corp.example", Status::Suspended), account("a", "p1@corp.example", Status::Active), admin];
    let found = World::of(accounts).find(Rule::DuplicateAccount);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].accounts.iter().map(|a| a.native_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn owner_left() {
    let of = |owners: &[&str]| {
        let mut w = World::of(vec![account("svc-x", "p2@corp.example", Status::Active)]);
        w.service = Some(owners.iter().map(|o| (*o).to_owned()).collect());
        w.find(Rule::OwnerLeft).len()
    };
    assert_eq!(of(&[]), 1);
    assert_eq!(of(&["p2@corp.example"]), 1);
    assert_eq!(of(&["p2@corp.example", "p1@corp.example"]), 0);
    assert_eq!(of(&["platform@corp.example"]), 0, "a team's mailbox");
}

#[test]
fn missing_account_needs_a_read_that_would_have_shown_it() {
    let of = |grade| {
        let mut w = World::of(vec![]);
        w.access = true;
        w.grade = Some(grade);
        w.find(Rule::MissingAccount)
    };
    assert_eq!(of(Grade::Observed).iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::High]);
    assert!(of(Grade::Attested).is_empty());
    let mut w = World::of(vec![]);
    w.access = true;
    w.policy.just_in_time = true;
    assert!(w.find(Rule::MissingAccount).is_empty(), "eligible, not missing");
}

#[test]
fn reopened_unless_somebody_says_so() {
    let of = |email: &str, access, at| {
        let mut w = World::of(vec![account("a", email, Status::Active)]);
        w.decided.shut.insert(("app".into(), "a".into()), at);
        w.looks = vec![Look { native_id: "a".into(), as_of: at, row: Some(account("a", email, Status::Deactivated)) }];
        w.access = access;
        let found = find(&w.graph(), &[Rule::LeaverAccount, Rule::Reopened]);
        let of = |rule| found.iter().filter(|f| f.rule == rule).count();
        (of(Rule::Reopened), of(Rule::LeaverAccount))
    };
    let (before, after) = (now().plus_seconds(-3_600), now().plus_seconds(60));
    assert_eq!(of("p2@corp.example", false, before), (1, 1));
    assert_eq!(of("p1@corp.example", false, before), (1, 0));
    assert_eq!(of("p1@corp.example", true, before), (0, 0));
    assert_eq!(of("p2@corp.example", false, after), (0, 0), "the read is older than the read-back, which shows it shut");
}

#[test]
fn an_account_is_as_it_was_last_seen() {
    let (before, after) = (now().plus_seconds(-3_600), now().plus_seconds(60));
    let of = |as_of, row: Option<AccountRow>| {
        let mut w = World::of(vec![account("a", "p2@corp.example", Status::Active)]);
        w.looks = vec![Look::new(Some("a"), row, as_of), Look::new(None, Some(account("b", "p1@corp.example", Status::Active)), as_of)];
        let graph = w.graph();
        let accounts = &graph.instances[0].accounts;
        let states = accounts.iter().map(|a| (a.row.native_id.clone(), a.row.standing.status)).collect::<Vec<_>>();
        (states, find(&graph, &[Rule::LeaverAccount]).len())
    };
    let shut = || Some(account("a", "p2@corp.example", Status::Suspended));
    let (a, b) = ("a".to_owned(), "b".to_owned());
    assert_eq!(of(after, shut()), (vec![(a.clone(), Status::Suspended), (b.clone(), Status::Active)], 0));
    assert_eq!(of(after, None), (vec![(a.clone(), Status::Deleted), (b, Status::Active)], 0));
    assert_eq!(of(before, shut()), (vec![(a, Status::Active)], 1), "the read is newer");
}

#[test]
fn instance_unread() {
    let mut w = World::of(vec![]);
    w.no_snapshot = true;
    assert_eq!(w.find(Rule::InstanceUnread).len(), 1);
    let mut w = World::of(vec![]);
    w.policy.max_age = -1;
    assert_eq!(w.find(Rule::InstanceUnread).len(), 1);
    assert!(World::of(vec![]).find(Rule::InstanceUnread).is_empty());
}

#[test]
fn duplicate_person_and_what_supersedes() {
    let row = |n: &str| PersonRow { key: n.into(), emails: vec![Email::work("same@corp.example")], ..PersonRow::default() };
    let rows = [row("1"), row("2")];
    let mut n = 0;
    let mut draw = || {
        n += 1;
        PersonId(format!("p-{n}"))
    };
    let people =
        assemble(&[Source { name: "hr", rows: &rows, read_at: now() }], &Known::default(), now(), &DayEnd::default(), &mut draw).persons;
    let graph = build(people, vec![], &DEFAULT_RULES, Domains::default(), &|_, _| None, Decided::default(), now());
    assert_eq!(find(&graph, &[Rule::DuplicatePerson]).len(), 1);

    let mut w = World::of(vec![account("a", "p2@corp.example", Status::Active)]);
    w.decided.shut.insert(("app".into(), "a".into()), now().plus_seconds(-3_600));
    let found = find(&w.graph(), &[Rule::LeaverAccount, Rule::Reopened]);
    assert_eq!(found.iter().filter(|f| f.superseded_by.is_some()).map(|f| f.rule).collect::<Vec<_>>(), [Rule::Reopened]);
}

#[test]
fn an_unknown_door_lets_in() {
    let mut a = account("a", "p2@corp.example", Status::Active);
    a.standing.door = Door::Unknown;
    assert_eq!(World::of(vec![a]).find(Rule::LeaverAccount).len(), 1);
}

#[test]
fn an_emergency_outranks_the_end_of_employment() {
    assert!(IntentSource::Emergency < IntentSource::EmploymentEnded && IntentSource::Request < IntentSource::AccessRule);
    let about = About { person: PersonId("p-1".into()), instance: None, entitlement: None };
    let id = |says| Intent::id_of(&about, says, IntentSource::Request);
    assert_ne!(id(Says::Have), id(Says::NotHave));
}
