//! Decisions of people that stick: accept, link, unlink, classify. The next lap does not undo them (invariant 10).

use usher_domain::account::{AccountRow, Kind};
use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::finding::{Acceptance, Finding, FindingState, Rule, Severity};
use usher_domain::link::{Classification, Link, LinkBy};
use usher_domain::person::{IdentifierKind, Person};
use usher_domain::text::fold;
use usher_domain::time::Time;
use usher_store::Batch;

use crate::lap::Lap;
use crate::shelves::Shelf as _;
use crate::usher::Usher;

/// An acceptance ends at the latest after so many days (lifecycle.md §9).
const LONGEST: i64 = 365;
/// The baseline of day one ends at the latest after so many days.
const BASELINE: i64 = 90;
const DAY: i64 = 86_400;

/// What is accepted.
#[derive(Debug, Clone, Default)]
pub struct AcceptAsk {
    /// Keys, or unique prefixes of them; empty with `all`.
    pub keys: Vec<String>,
    /// Everything that is open but not critical.
    pub all: bool,
    /// With `all`: only these rules.
    pub rules: Vec<Rule>,
    /// With `all`: only these instances.
    pub instances: Vec<String>,
    /// Until when.
    pub until: Time,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
}

impl Usher {
    /// Accepts findings until a date or until their facts change. Gives those that were accepted.
    ///
    /// # Errors
    /// `FINDING-…` for a key that is none, a date that is too far, a critical finding in a baseline.
    pub async fn accept(&self, lap: &Lap, ask: &AcceptAsk) -> Result<Vec<Finding>, Diagnostic> {
        let now = lap.now;
        let days = if ask.all { BASELINE } else { LONGEST };
        if ask.until <= now || ask.until > now.plus_seconds(days * DAY) {
            let what = if ask.all { "a baseline" } else { "an acceptance" };
            let last = now.plus_seconds(days * DAY).day();
            return Err(Diagnostic::new(
                "FINDING-002",
                "this date can't be the end",
                format!("{} is not between tomorrow and {last}", ask.until.day()),
            )
            .hint(format!("{what} ends after at most {days} days: --until {last}"))
            .exit(Exit::Usage));
        }
        if ask.reason.trim().is_empty() {
            return Err(
                Diagnostic::new("FINDING-003", "a reason is needed", "the next person must understand why it may stand").exit(Exit::Usage)
            );
        }
        let chosen: Vec<&Finding> = if ask.all {
            let wanted = |f: &&Finding| {
                f.severity != Severity::Critical
                    && f.state == FindingState::Open
                    && (ask.rules.is_empty() || ask.rules.contains(&f.rule))
                    && (ask.instances.is_empty() || f.instance.as_ref().is_some_and(|i| ask.instances.contains(i)))
            };
            lap.findings.iter().filter(wanted).collect()
        } else {
            let mut chosen = Vec::new();
            for key in &ask.keys {
                chosen.push(self.finding(lap, key)?);
            }
            chosen
        };
        let rows: Vec<_> = chosen
            .iter()
            .map(|f| {
                Acceptance {
                    key: f.key.clone(),
                    material: f.material.clone(),
                    by: ask.by.clone(),
                    at: now,
                    reason: ask.reason.clone(),
                    until: ask.until,
                }
                .row()
            })
            .collect();
        for chunk in rows.chunks(5_000) {
            self.store().commit(Batch { rows: chunk.to_vec(), ..Batch::default() }).await?;
        }
        Ok(chosen.into_iter().cloned().collect())
    }

    /// The finding of a key or of a unique prefix of one.
    ///
    /// # Errors
    /// `FINDING-001`.
    pub fn finding<'l>(&self, lap: &'l Lap, key: &str) -> Result<&'l Finding, Diagnostic> {
        let mut found = lap.findings.iter().filter(|f| f.key.starts_with(&key.to_lowercase()));
        match (found.next(), found.next()) {
            (Some(one), None) if key.len() >= 4 => Ok(one),
            (Some(_), Some(_)) => Err(Diagnostic::new("FINDING-001", "no such finding", format!("{key} could be several"))
                .hint("give more of its digits")
                .exit(Exit::Usage)),
            _ => Err(Diagnostic::new("FINDING-001", "no such finding", format!("no finding has the key {key} now"))
                .hint("keys are shown by: usher findings --all")
                .exit(Exit::Usage)),
        }
    }

    /// The account that a person means by id, login or address.
    ///
    /// # Errors
    /// `ACCOUNT-001` with the nearest login; `ACCOUNT-002` if several have it.
    pub fn account<'l>(&self, lap: &'l Lap, instance: &str, name: &str) -> Result<&'l usher_reconcile::graph::Judged, Diagnostic> {
        self.known(instance)?;
        let view = lap.graph.instances.iter().find(|i| i.name == instance);
        let accounts = view.map_or(&[][..], |v| v.accounts.as_slice());
        let wanted = fold(name);
        let by_id: Vec<_> = accounts.iter().filter(|a| a.row.native_id == name).collect();
        let named = |a: &&usher_reconcile::graph::Judged| {
            a.row.user_name.as_deref().is_some_and(|u| fold(u) == wanted) || a.row.emails.iter().any(|e| fold(&e.value) == wanted)
        };
        let found = if by_id.is_empty() { accounts.iter().filter(named).collect() } else { by_id };
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                let message =
                    Diagnostic::new("ACCOUNT-001", "no such account", format!("the newest read of {instance} shows no account {name}"));
                Err(match nearest(name, accounts.iter().map(|a| a.row.label())) {
                    Some(near) => message.hint(format!("did you mean `{near}`?")),
                    None => message.hint(format!("read it again: usher read {instance}")),
                })
            }
            several => {
                let ids = several.iter().map(|a| a.row.native_id.as_str()).collect::<Vec<_>>().join(", ");
                Err(Diagnostic::new("ACCOUNT-002", "several accounts have this name", format!("{name} in {instance}: ids {ids}"))
                    .hint("name one by its id")
                    .exit(Exit::Usage))
            }
        }
    }

    /// The person that somebody means by id, address, employee number or name.
    ///
    /// # Errors
    /// `PERSON-001` with the nearest; `PERSON-002` if several have it.
    pub fn person<'p>(&self, persons: &'p [Person], name: &str) -> Result<&'p Person, Diagnostic> {
        let wanted = fold(name);
        let has = |p: &&Person, kinds: &[IdentifierKind]| p.identifiers.iter().any(|i| kinds.contains(&i.kind) && fold(&i.value) == wanted);
        let sure = |p: &&Person| {
            p.id.0 == name
                || has(p, &[IdentifierKind::Email, IdentifierKind::PersonalEmail])
                || p.identifiers.iter().any(|i| i.kind == IdentifierKind::EmployeeNumber && i.value == name)
        };
        let mut found: Vec<_> = persons.iter().filter(sure).collect();
        if found.is_empty() {
            found = persons.iter().filter(|p| fold(&p.name) == wanted).collect();
        }
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                let message = Diagnostic::new("PERSON-001", "no such person", format!("nobody has the address, number, id or name {name}"));
                let all = persons.iter().filter_map(Person::email).chain(persons.iter().map(|p| p.name.as_str()));
                Err(match nearest(name, all) {
                    Some(near) => message.hint(format!("did you mean `{near}`?")),
                    None => message.hint("read the people again: usher read"),
                })
            }
            several => {
                let ids = several
                    .iter()
                    .take(5)
                    .map(|p| format!("{} ({})", p.email().unwrap_or(p.name.as_str()), p.id))
                    .collect::<Vec<_>>()
                    .join(", ");
                Err(Diagnostic::new("PERSON-002", "several people have this name", format!("{name}: {ids}"))
                    .hint("name one by address or id")
                    .exit(Exit::Usage))
            }
        }
    }

    /// Links an account to a person, or says that it is nobody's. No lap undoes it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn link(
        &self,
        instance: &str,
        account: &AccountRow,
        person: Option<&Person>,
        by: &str,
        reason: &str,
    ) -> Result<Link, Diagnostic> {
        let link = Link {
            instance: instance.to_owned(),
            native_id: account.native_id.clone(),
            person: person.map(|p| p.id.clone()),
            by: LinkBy::Decision,
            evidence: format!("decided by {by}: {reason}"),
            at: self.now(),
        };
        self.store().commit(Batch::default().row(link.row())).await?;
        Ok(link)
    }

    /// Says what an account is.
    ///
    /// # Errors
    /// What the store says.
    #[expect(clippy::too_many_arguments, reason = "one decision has these parts")]
    pub async fn classify(
        &self,
        instance: &str,
        account: &AccountRow,
        kind: Kind,
        purpose: Option<String>,
        owners: Vec<String>,
        by: &str,
        reason: &str,
    ) -> Result<Classification, Diagnostic> {
        let classification = Classification {
            instance: instance.to_owned(),
            native_id: account.native_id.clone(),
            kind,
            purpose,
            owners,
            by: by.to_owned(),
            at: self.now(),
            reason: reason.to_owned(),
        };
        self.store().commit(Batch::default().row(classification.row())).await?;
        Ok(classification)
    }
}
