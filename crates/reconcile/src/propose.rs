//! From findings to steps: what a plan may do about them, and what it leaves to people, with the reason (DESIGN §2, lifecycle.md §7).

use serde_json::{Map, Value, json};
use usher_domain::account::AccountRow;
use usher_domain::finding::{Finding, FindingState, Rule};
use usher_domain::person::{Person, PersonId};

use crate::graph::{Graph, InstanceView, Judged};

/// What an operation would be like in one instance, as its manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The operation, a word of DESIGN §4.
    pub action: String,
    /// A person does it.
    pub by_person: bool,
    /// It can't be taken back.
    pub irreversible: bool,
    /// The operation that takes it back.
    pub undo: Option<String>,
    /// The app refuses it in the account's present state.
    pub refused: Option<String>,
}

/// What the engine knows about instances and this module may ask.
pub trait Abilities {
    /// How this operation is done in this instance; `None`: it can't be.
    fn way(&self, instance: &str, action: &str, account: Option<&AccountRow>) -> Option<Way>;
    /// Why nothing may be planned in this instance (`observe`), if so.
    fn closed(&self, instance: &str) -> Option<String>;
    /// Why no step may touch this account (protected, usher's own), if so.
    fn protected(&self, instance: &str, account: &AccountRow) -> Option<String>;
    /// The attributes of an account to create for this person.
    fn new_account(&self, instance: &str, person: &Person) -> Map<String, Value>;
}

/// One step that a plan would hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// The finding that it deals with.
    pub finding: String,
    /// The instance.
    pub instance: String,
    /// The operation.
    pub way: Way,
    /// `contain close transfer reclaim purge`, for leavers.
    pub stage: Option<&'static str>,
    /// `joiner leaver …` (lifecycle.md §2).
    pub why: &'static str,
    /// The person whose account it is.
    pub person: Option<PersonId>,
    /// The account; `None` where it is to be made.
    pub account: Option<AccountRow>,
    /// What the account must look like before.
    pub before: Map<String, Value>,
    /// What it must look like after.
    pub after: Map<String, Value>,
    /// Ids of the intents that it rests on.
    pub because: Vec<String>,
    /// For people.
    pub text: String,
}

/// A finding that no step deals with, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The finding's key.
    pub finding: String,
    /// The instance, where there is one.
    pub instance: Option<String>,
    /// Whom or what it is about, for people.
    pub subject: String,
    /// Why.
    pub why: String,
}

/// What to do about these findings.
pub fn propose(graph: &Graph, findings: &[Finding], abilities: &dyn Abilities) -> (Vec<Proposed>, Vec<LeftOut>) {
    let mut steps = Vec::new();
    let mut left = Vec::new();
    for finding in findings {
        match one(graph, finding, abilities) {
            Ok(step) => steps.push(step),
            Err(why) => {
                left.push(LeftOut { finding: finding.key.clone(), instance: finding.instance.clone(), subject: subject(finding), why })
            }
        }
    }
    (steps, left)
}

fn subject(finding: &Finding) -> String {
    let account = finding.account.as_ref().map(|a| a.label().to_owned());
    account
        .or_else(|| finding.person.as_ref().map(|p| p.email.clone().unwrap_or_else(|| p.name.clone())))
        .or_else(|| finding.instance.clone())
        .unwrap_or_default()
}

fn one(graph: &Graph, finding: &Finding, abilities: &dyn Abilities) -> Result<Proposed, String> {
    if finding.state == FindingState::Accepted {
        return Err("accepted".into());
    }
    if let Some(other) = &finding.superseded_by {
        return Err(format!("finding {other} deals with the same account first"));
    }
    let asks = |what: &str| Err(what.to_owned());
    match finding.rule {
        Rule::LeaverAccount | Rule::Reopened => contain(graph, finding, abilities),
        Rule::MissingAccount => create(graph, finding, abilities),
        Rule::PeopleAnomaly => asks("a person looks at the people file first"),
        Rule::OwnerLeft => asks("a person names a new owner: usher account classify"),
        Rule::UnmatchedAccount => asks("a person decides whose it is: usher account link | classify, or findings accept"),
        Rule::DisputedAccount => asks("a person decides whose it is: usher account link"),
        Rule::DuplicateAccount => asks("a person decides which one stays"),
        Rule::DuplicatePerson => asks("a person decides whether they are one"),
        Rule::InstanceUnread => asks("it must be read first"),
    }
}

fn instance_of<'g>(graph: &'g Graph, finding: &Finding) -> Result<&'g InstanceView, String> {
    let name = finding.instance.as_deref().unwrap_or("");
    graph.instances.iter().find(|i| i.name == name).ok_or_else(|| format!("there is no instance {name}"))
}

/// Shuts an account: the reversible way first (invariant 7).
fn contain(graph: &Graph, finding: &Finding, abilities: &dyn Abilities) -> Result<Proposed, String> {
    let instance = instance_of(graph, finding)?;
    if let Some(why) = abilities.closed(&instance.name) {
        return Err(why);
    }
    let native_id = finding.account.as_ref().map_or("", |a| a.native_id.as_str());
    let account = instance.accounts.iter().find(|a| a.row.native_id == native_id).ok_or("the account is not in the newest read")?;
    if let Some(why) = abilities.protected(&instance.name, &account.row) {
        return Err(why);
    }
    let vendor = account.row.authority == usher_domain::account::Authority::Vendor;
    let order: &[&str] = if vendor { &["remove_member"] } else { &["suspend_account", "deactivate_account", "remove_member"] };
    let ways: Vec<Way> = order.iter().filter_map(|action| abilities.way(&instance.name, action, Some(&account.row))).collect();
    let way = best(&ways).ok_or_else(|| match ways.iter().find_map(|w| w.refused.clone()) {
        Some(why) => why,
        None => "the instance has no way to shut an account".to_owned(),
    })?;
    let leaver = finding.rule == Rule::LeaverAccount || account.verdict.holder.is_some();
    let gone = way.action == "remove_member";
    Ok(Proposed {
        finding: finding.key.clone(),
        instance: instance.name.clone(),
        stage: leaver.then_some("contain"),
        why: "leaver",
        person: account.verdict.holder.and_then(|h| graph.person(h)).map(|p| p.id.clone()),
        account: Some(account.row.clone()),
        before: before(account),
        after: if gone { gone_map() } else { Map::from_iter([("door".to_owned(), json!("shut"))]) },
        because: finding.intents.clone(),
        text: finding.because.first().cloned().unwrap_or_default(),
        way: way.clone(),
    })
}

/// A machine before a person, reversible before irreversible, in the order given; what the app refuses now is no way.
fn best(ways: &[Way]) -> Option<&Way> {
    ways.iter().filter(|w| w.refused.is_none()).min_by_key(|w| (w.by_person, w.irreversible))
}

fn gone_map() -> Map<String, Value> {
    Map::from_iter([("gone".to_owned(), json!(true))])
}

/// What the step rests on: the state of the account and all that says whose it is. A change in any of it makes the step stale.
fn before(account: &Judged) -> Map<String, Value> {
    let view = account.row.view();
    ["userName", "email", "employeeNumber", "status", "door"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), view.get(name)?.clone())))
        .collect()
}

fn create(graph: &Graph, finding: &Finding, abilities: &dyn Abilities) -> Result<Proposed, String> {
    let instance = instance_of(graph, finding)?;
    if let Some(why) = abilities.closed(&instance.name) {
        return Err(why);
    }
    let person = finding.person.as_ref().and_then(|p| graph.person_by_id(&p.id)).ok_or("the person is not in the newest read")?;
    // An account of theirs that is shut is brought back by a person, never made again (lifecycle.md §13 rejoin, fault kind 9).
    let ways: Vec<Way> = ["create_account", "invite_account"].iter().filter_map(|a| abilities.way(&instance.name, a, None)).collect();
    let way = best(&ways).ok_or("the instance has no way to make an account")?;
    let wanted = abilities.new_account(&instance.name, person);
    if !wanted.contains_key("userName") {
        return Err("no login can be made for this person: they have no address".into());
    }
    Ok(Proposed {
        finding: finding.key.clone(),
        instance: instance.name.clone(),
        stage: None,
        why: "joiner",
        person: Some(person.id.clone()),
        account: None,
        before: gone_map(),
        after: wanted,
        because: finding.intents.clone(),
        text: finding.because.first().cloned().unwrap_or_default(),
        way: way.clone(),
    })
}
