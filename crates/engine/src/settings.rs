//! What of the workspace the stations ask for, computed once when it is opened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use usher_domain::account::AccountRow;
use usher_domain::approval::Required;
use usher_domain::finding::{Finding, Rule};
use usher_domain::manifest::Manifest;
use usher_domain::person::{IdentifierKind, Person};
use usher_domain::plan::{Need, Proof};
use usher_domain::time::Time;
use usher_domain::workspace::{self, Absence, Instance, MatchTo, OnUnknown, Workspace};
use usher_reconcile::correlate::{CorrelateRule, Domains, Match, Strength};
use usher_reconcile::graph::{Classified, InstancePolicy};
use usher_reconcile::guard::{Limit, PeopleLimits};
use usher_reconcile::people::DayEnd;

/// A people source.
#[derive(Debug, Clone)]
pub struct SourceSetting {
    /// Absence from so many whole reads ends an employment; `None`: it means nothing.
    pub ends_after: Option<u32>,
}

/// An instance.
#[derive(Debug, Clone)]
pub struct InstanceSetting {
    /// Its app.
    pub app: String,
    /// How findings see it.
    pub policy: InstancePolicy,
    /// Whether a plan may hold steps for it.
    pub plannable: bool,
    /// Its owner.
    pub owner: Option<String>,
}

/// What of the workspace the stations ask for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The company's name.
    pub company: String,
    /// Where the store is.
    pub store: String,
    /// When a working day ends.
    pub clock: DayEnd,
    /// People sources by instance name.
    pub people: BTreeMap<String, SourceSetting>,
    /// All instances by name.
    pub instances: BTreeMap<String, InstanceSetting>,
    /// Rules of correlation.
    pub rules: Vec<CorrelateRule>,
    /// Limits on people feeds.
    pub people_limits: PeopleLimits,
    /// Limit on people losing access in one instance within 24 hours.
    pub removal_limit: Limit,
    pub(crate) domains: Vec<String>,
    override_from: Option<String>,
    contain_within: i64,
}

/// A step as approval rules see it.
#[derive(Debug)]
pub struct StepFacts<'a> {
    /// The operation.
    pub action: &'a str,
    /// The stage of a leaver's way.
    pub stage: Option<&'a str>,
    /// The word of its reason.
    pub why: &'a str,
    /// The instance.
    pub instance: &'a str,
    /// It can't be taken back.
    pub irreversible: bool,
    /// Whose account.
    pub person: Option<&'a Person>,
}

/// An access rule that gives a person an account.
#[derive(Debug)]
pub struct Entitled {
    /// Where.
    pub instance: String,
    /// The rule, for people.
    pub text: String,
}

impl Settings {
    /// From a workspace that was checked.
    pub fn of(workspace: &Workspace, manifests: &BTreeMap<String, Arc<Manifest>>) -> Settings {
        let zone = jiff::tz::TimeZone::get(workspace.zone.as_str()).unwrap_or(jiff::tz::TimeZone::UTC);
        let clock = &workspace.lifecycle.clock;
        let people = workspace
            .people
            .sources
            .iter()
            .map(|(name, source)| {
                let ends_after = match source.absence {
                    Absence::Unknown => None,
                    Absence::EndsAfter(reads) => Some(reads.0),
                };
                (name.as_str().to_owned(), SourceSetting { ends_after })
            })
            // An instance of an app that knows people is a source without being named twice.
            .chain(workspace.instances.iter().filter_map(|(name, instance)| {
                let knows = manifests.get(instance.app.as_str()).is_some_and(|m| m.is_people_source());
                let named = workspace.people.sources.iter().any(|(n, _)| n.as_str() == name.as_str());
                (knows && !named).then(|| (name.as_str().to_owned(), SourceSetting { ends_after: None }))
            }))
            .collect();
        let guards = &workspace.guards;
        let limit = |l: &workspace::Limit| Limit { percent: u64::from(l.percent), at_least: l.at_least, at_most: l.at_most };
        Settings {
            company: workspace.company.clone(),
            store: workspace.store.to_string(),
            clock: DayEnd { zone, day: (clock.day_ends.hour, clock.day_ends.minute), friday: (clock.friday.hour, clock.friday.minute) },
            people,
            instances: workspace
                .instances
                .iter()
                .map(|(name, i)| (name.as_str().to_owned(), instance(workspace, name.as_str(), i)))
                .collect(),
            rules: workspace.correlate.iter().filter_map(rule).collect(),
            people_limits: PeopleLimits {
                ended: limit(&guards.people.ended.value),
                rows_shrink: u64::from(guards.people.rows_shrink.0),
                unknown_stops: guards.people.unknown_values == OnUnknown::Stop,
            },
            removal_limit: limit(&guards.removals.per_instance.value),
            domains: workspace.domains.iter().map(|d| d.as_str().to_owned()).collect(),
            override_from: guards.override_from.as_ref().map(|g| g.as_str().to_owned()),
            contain_within: i64::try_from(workspace.deadlines.contain.seconds()).unwrap_or(i64::MAX),
        }
    }

    /// Whose addresses prove identity.
    pub fn domains(&self) -> Domains {
        Domains::new(self.domains.iter().map(String::as_str))
    }

    /// The first domain: the company's name in its tenant.
    pub fn first_domain(&self) -> &str {
        self.domains.first().map_or("company.invalid", String::as_str)
    }

    /// The domains as usher.yaml has them.
    pub(crate) fn domain_names(&self) -> &[String] {
        &self.domains
    }

    /// What the rules of `classify:` say about an account.
    pub fn classify(&self, workspace: &Workspace, name: &str, account: &AccountRow) -> Option<Classified> {
        if workspace.classify.is_empty() {
            return None;
        }
        let view = Value::Object(account.view());
        let of = workspace.instance(name).ok().map_or(Value::Null, |i| instance_value(name, i));
        let variables = [("account", &view), ("instance", &of)];
        let rule = workspace.classify.iter().find(|rule| rule.when.holds(&variables))?;
        Some(Classified { kind: rule.kind, owners: rule.owners.clone(), purpose: rule.purpose.clone() })
    }

    /// The access rules that give this person an account.
    pub fn access_for(&self, workspace: &Workspace, person: &Person) -> Vec<Entitled> {
        if workspace.access.is_empty() {
            return vec![];
        }
        let view = Value::Object(person_view(person));
        let holds = |rule: &&workspace::Access| rule.when.holds(&[("person", &view)]);
        let text = |rule: &workspace::Access| rule.id.as_ref().map_or_else(|| rule.when.text().to_owned(), |id| id.as_str().to_owned());
        workspace.access.iter().filter(holds).map(|r| Entitled { instance: r.to.as_str().to_owned(), text: text(r) }).collect()
    }

    /// What policy asks for one step; empty: policy says in words that nobody is needed.
    ///
    /// # Errors
    /// Why it is not planned.
    pub fn need_for(&self, workspace: &Workspace, facts: &StepFacts<'_>) -> Result<(Vec<Need>, i64), String> {
        let instance = workspace.instance(facts.instance).map_err(|e| e.detail)?;
        let person = facts.person.map(person_view);
        let step = workspace::StepFacts {
            action: facts.action,
            stage: facts.stage,
            why: facts.why,
            irreversible: facts.irreversible,
            instance: workspace::InstanceFacts {
                name: facts.instance,
                app: instance.app.as_str(),
                criticality: instance.criticality,
                mode: instance.mode,
            },
            entitlement: None,
            person: person.as_ref(),
        };
        let need = workspace.need_for(&step).map_err(|e| e.to_string())?;
        let lives = i64::try_from(need.lives.seconds()).unwrap_or(i64::MAX);
        match need.required {
            Required::Nobody => Ok((vec![], lives)),
            Required::People(needs) => Ok((needs, lives)),
        }
    }

    /// Who must sign an override, beside those whom the steps need.
    ///
    /// # Errors
    /// `guards.override_from` is not set.
    pub fn override_need(&self) -> Result<Need, String> {
        let from = self.override_from.clone().ok_or("usher.yaml names no guards.override_from, so no guard can be overridden")?;
        Ok(Need { count: 1, from, proof: Proof::Sshsig })
    }

    /// Approvers: address, groups, key lines; of the groups and of the owners of instances.
    pub fn approvers(&self, workspace: &Workspace) -> Vec<(String, BTreeSet<String>, Vec<String>)> {
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (group, members) in &workspace.approvers {
            for member in workspace.members(group.as_str(), None) {
                groups.entry(member.to_lowercase()).or_default().insert(group.as_str().to_owned());
            }
            debug_assert!(members.len() < 1_000_000);
        }
        for (name, setting) in &self.instances {
            let group = format!("owner.{name}");
            if setting.owner.is_some() {
                for member in workspace.members(&group, Some(name)) {
                    groups.entry(member.to_lowercase()).or_default().insert(group.clone());
                }
            }
        }
        groups
            .into_iter()
            .map(|(email, groups)| {
                let of = |(known, _): &(&usher_domain::yaml::At<String>, _)| known.as_str().eq_ignore_ascii_case(&email);
                let lines =
                    workspace.keys.iter().find(of).map(|(_, l)| l.iter().map(|k| k.as_str().to_owned()).collect()).unwrap_or_default();
                (email, groups, lines)
            })
            .collect()
    }

    /// When this must be dealt with: a leaver's account within `deadlines.contain` of being known.
    pub fn due(&self, finding: &Finding) -> Option<Time> {
        matches!(finding.rule, Rule::LeaverAccount | Rule::Reopened).then(|| finding.first_seen.plus_seconds(self.contain_within))
    }
}

fn instance(workspace: &Workspace, name: &str, instance: &Instance) -> InstanceSetting {
    let company_login = |s: &&workspace::SignIn| s.enforced && s.via.as_str() != "local";
    let only_company = !instance.sign_in.is_empty() && instance.sign_in.iter().all(|s| company_login(&s));
    let prefix = format!("{name}:");
    InstanceSetting {
        app: instance.app.as_str().to_owned(),
        policy: InstancePolicy {
            only_via: if only_company { instance.sign_in.iter().map(|s| s.via.as_str().to_owned()).collect() } else { vec![] },
            just_in_time: instance.sign_in.iter().any(|s| s.jit),
            max_age: i64::try_from(workspace.read_policy(name).max_age.seconds()).unwrap_or(i64::MAX),
            protected: workspace.guards.protected.iter().filter_map(|p| p.as_str().strip_prefix(&prefix)).map(str::to_owned).collect(),
        },
        plannable: instance.mode != workspace::Mode::Observe,
        owner: instance.owner.as_ref().map(|o| o.as_str().to_owned()),
    }
}

fn instance_value(name: &str, instance: &Instance) -> Value {
    json!({
        "name": name,
        "app": instance.app.as_str(),
        "criticality": instance.criticality.as_str(),
        "mode": instance.mode.as_str(),
        "owner": instance.owner.as_ref().map(|o| o.as_str()),
    })
}

fn rule(rule: &workspace::Correlate) -> Option<CorrelateRule> {
    let on = match (rule.attribute.as_str(), rule.to) {
        ("employeeNumber", None | Some(MatchTo::EmployeeNumber)) => Match::EmployeeNumber,
        ("email" | "emails", None | Some(MatchTo::Email)) => Match::Email,
        ("userName", Some(MatchTo::EmailLocalPart)) => Match::UserNameToLocalPart,
        _ => return None,
    };
    let strength = match rule.strength {
        workspace::Strength::Definite => Strength::Definite,
        workspace::Strength::Candidate => Strength::Candidate,
    };
    Some(CorrelateRule { on, strength })
}

/// A person under the names that conditions use.
pub(crate) fn person_view(person: &Person) -> Map<String, Value> {
    let row = person.main_employment();
    let number = person.identifiers.iter().find(|i| i.kind == IdentifierKind::EmployeeNumber).map(|i| i.value.clone());
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            map.insert(name.to_owned(), Value::from(value));
        }
    };
    put("id", Some(person.id.0.clone()));
    put("name", Some(person.name.clone()));
    put("email", person.email().map(str::to_owned));
    put("state", usher_domain::account::word(person.state).as_str().map(str::to_owned));
    put("employeeNumber", number);
    put("source", person.employments.first().map(|e| e.source.clone()));
    if let Some(row) = row {
        put("department", row.department.clone());
        put("title", row.title.clone());
        put("manager", row.manager.clone());
        put("location", row.location.clone());
        put("employer", row.employer.clone());
        put("type", row.kind.clone());
        put("zone", row.zone.clone());
        put("starts", row.starts.as_ref().map(ToString::to_string));
        put("last_day", row.last_day.as_ref().map(ToString::to_string));
    }
    map
}
