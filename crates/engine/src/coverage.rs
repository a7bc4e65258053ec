//! What can be read, changed and shut in the company's instances, by what, and how fresh; and `doctor`, which tries it.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt as _};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{Automation, OperationName};
use usher_domain::snapshot::Snapshot;

use crate::usher::Usher;

/// Instances that `doctor` tries at once.
const AT_ONCE: usize = 16;

/// One instance's coverage.
#[derive(Debug)]
pub struct Covered {
    /// Its name.
    pub instance: String,
    /// Its app.
    pub app: String,
    /// Whether it is read for people rather than accounts.
    pub people: bool,
    /// Computed from the operations that this instance has.
    pub automation: Automation,
    /// What lists its accounts (or people).
    pub read_by: Option<String>,
    /// The newest read.
    pub snapshot: Option<Snapshot>,
    /// Why the last try failed.
    pub failed: Option<String>,
    /// What serves each operation that writes: `http`, `scim`, `human` …
    pub operations: BTreeMap<String, String>,
}

/// What `doctor` found about one instance.
#[derive(Debug)]
pub struct Checked {
    /// Its name.
    pub instance: String,
    /// What works.
    pub good: Vec<String>,
    /// What will be in the way.
    pub warnings: Vec<String>,
    /// What is wrong.
    pub problem: Option<Diagnostic>,
}

impl Usher {
    /// Coverage of every instance.
    ///
    /// # Errors
    /// What the store says.
    pub async fn coverage(&self) -> Result<Vec<Covered>, Diagnostic> {
        let mut out = Vec::new();
        for (name, setting) in &self.settings.instances {
            let manifest = self.manifest(name)?;
            let kind = |operation| self.way_of(name, operation).map(|k| k.as_str().to_owned());
            let people = manifest.is_people_source();
            let read_by = if people { Some("csv".to_owned()) } else { kind(OperationName::ListAccounts) };
            let writes = OperationName::ALL.iter().filter(|o| o.writes());
            let failed = crate::shelves::one::<crate::shelves::FailedRead>(self.store(), name).await?.map(|f| f.why);
            out.push(Covered {
                instance: name.clone(),
                app: setting.app.clone(),
                people,
                automation: manifest.automation(),
                read_by,
                snapshot: self.store().latest(name, false).await?,
                failed,
                operations: writes.filter_map(|o| Some((o.as_str().to_owned(), kind(*o)?))).collect(),
            });
        }
        Ok(out)
    }

    /// Tries each of these instances (all, if none is named): credentials, what the far end can do. Changes nothing.
    ///
    /// # Errors
    /// `INSTANCE-001`.
    pub async fn doctor(&self, instances: &[String]) -> Result<Vec<Checked>, Diagnostic> {
        for name in instances {
            self.known(name)?;
        }
        let names = self.settings.instances.keys().filter(|n| instances.is_empty() || instances.contains(*n));
        // Side by side: one that does not answer keeps nobody else waiting.
        Ok(stream::iter(names).map(|name| self.check(name)).buffered(AT_ONCE).collect().await)
    }

    async fn check(&self, name: &str) -> Checked {
        let mut checked = Checked { instance: name.to_owned(), good: vec![], warnings: vec![], problem: None };
        match self.connector(name) {
            Err(problem) => checked.problem = Some(problem),
            Ok(connector) => match connector.check().await {
                Ok(report) => {
                    checked.good = report.good;
                    checked.warnings = report.warnings;
                    if let Some(identity) = report.identity {
                        checked.good.push(format!("usher connects as {identity}"));
                    }
                }
                Err(fault) => checked.problem = Some(fault.message),
            },
        }
        checked
    }

    /// What is wrong with the workspace itself: store, log, approvers without keys.
    ///
    /// # Errors
    /// What the store says.
    pub async fn self_check(&self) -> Result<(Vec<String>, Vec<String>), Diagnostic> {
        let number = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let (instances, sources) = (self.settings.instances.len(), self.settings.people.len());
        let mut good = vec![format!("usher.yaml: {}, {}", number(instances, "instance"), number(sources, "people source"))];
        let mut warnings = Vec::new();
        let problems = self.store().check().await?;
        if problems.is_empty() {
            good.push(format!("store {}: whole", self.settings.store));
        }
        warnings.extend(problems.into_iter().map(|p| format!("store: {}: {}", p.place, p.what)));
        if self.settings.people.is_empty() {
            warnings.push("no source of people: nobody can be found to have left".into());
        }
        warnings.extend(self.domains_check().await?);
        let approvers = self.settings.approvers(&self.workspace);
        if approvers.is_empty() {
            warnings.push("no approvers: no plan can be approved (approvers: and keys: in usher.yaml)".into());
        }
        for (email, _, keys) in &approvers {
            if keys.is_empty() {
                warnings.push(format!("{email} is an approver and has no key: add one under keys: in usher.yaml"));
            }
        }
        if self.workspace.approvals.is_empty() {
            warnings.push("no rule under approvals: a step that no rule matches isn't planned".into());
        }
        Ok((good, warnings))
    }

    /// Whether `domains` fits the people: an address elsewhere proves nobody, and with no domain at all every address does.
    async fn domains_check(&self) -> Result<Option<String>, Diagnostic> {
        let mut people: BTreeMap<String, u64> = BTreeMap::new();
        for person in self.people(self.now(), &[]).await?.persons {
            if let Some((_, domain)) = person.email().and_then(|e| e.rsplit_once('@')) {
                *people.entry(domain.to_lowercase()).or_default() += 1;
            }
        }
        let all: u64 = people.values().sum();
        let Some((most, _)) = people.iter().max_by_key(|(_, n)| **n) else { return Ok(None) };
        if self.settings.domains.is_empty() {
            return Ok(Some(format!(
                "`domains` is empty, so any address proves who somebody is; most people have {most}: domains: [{most}]"
            )));
        }
        let ours = |domain: &str| self.settings.domains.iter().any(|d| d.eq_ignore_ascii_case(domain));
        let outside: u64 = people.iter().filter(|(d, _)| !ours(d)).map(|(_, n)| n).sum();
        let first = people.iter().filter(|(d, _)| !ours(d)).max_by_key(|(_, n)| **n).map(|(d, _)| d);
        Ok(first
            .map(|d| format!("{outside} of {all} people have an address outside `domains`, most in {d}: it matches them to no account")))
    }
}
