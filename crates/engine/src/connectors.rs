//! From an instance of the workspace to the connector that reaches it.

use std::collections::BTreeMap;

use serde_json::Value;
use usher_connect::clock::Clock;
use usher_connect::connector::{Budget, Connector, Turn, Want};
use usher_connect::human::{TaskDraft, task_text};
use usher_connect::registry::{self, Given, Options};
use usher_connect::secrets;
use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::manifest::{Kind, OperationName};
use usher_domain::person::Person;
use usher_domain::plan::{Opening, Step};
use usher_domain::snapshot::Row;

use crate::usher::Usher;

impl Usher {
    /// The connector of an instance, with its secrets resolved now: they are held no longer than it is.
    ///
    /// # Errors
    /// `INSTANCE-001`, `SECRET-…`, `CONNECT-…`.
    pub(crate) fn connector(&self, instance: &str) -> Result<Box<dyn Connector>, Diagnostic> {
        let manifest = self.manifest_of(instance)?;
        let of = self.workspace.instance(instance)?;
        let config = of.resolved_config(&manifest);
        let mut resolved = BTreeMap::new();
        for (key, reference) in &of.secrets {
            let what = format!("{instance}.{}", key.as_str());
            resolved.insert(key.as_str().to_owned(), secrets::resolve(&what, reference, &self.dir, |name| std::env::var_os(name))?);
        }
        let clock = self.given.clock.clone();
        let mut seed = [0; 8];
        self.given.entropy.fill(&mut seed);
        let options = Options {
            clock: Clock::new(move || clock.now()),
            seed: u64::from_le_bytes(seed),
            plain_http: of.allow_http,
            dir: self.dir.clone(),
        };
        let given = Given {
            instance,
            manifest: &manifest,
            config: &config,
            secrets: &resolved,
            auth: of.auth.as_ref().map(|a| a.as_str()),
            key: of.key.as_ref().map(|k| k.as_str()),
        };
        registry::build(&given, &options)
    }

    /// The task of a step, as a person gets it.
    pub(crate) fn task_draft(&self, step: &Step, opening: &Opening) -> Result<TaskDraft, Diagnostic> {
        let manifest = self.manifest_of(&step.instance)?;
        let config = self.workspace.instance(&step.instance)?.resolved_config(&manifest);
        Ok(task_text(&step.instance, &manifest, &config, step, opening))
    }

    /// What serves this operation in this instance: the first way that is there.
    pub(crate) fn way_of(&self, instance: &str, operation: OperationName) -> Option<Kind> {
        let manifest = self.manifest(instance).ok()?;
        let config = &self.workspace.instance(instance).ok()?.config;
        let has = |key: &str| config.iter().any(|(known, _)| known.as_str() == key);
        manifest.ways(operation).iter().find(|w| w.is_open(has, |_| false)).map(|w| w.kind())
    }

    /// The attributes that `account:` of usher.yaml gives new accounts of this instance.
    pub(crate) fn account_template(&self, instance: &str, person: &Person) -> Vec<(String, String)> {
        let of = |name: &str| self.workspace.account.iter().find(|(known, _)| known.as_str() == name).map(|(_, t)| t);
        let view = crate::settings::person_view(person);
        let row = person.main_employment();
        let value = |name: &str| -> Option<std::borrow::Cow<'_, Value>> {
            let text = match name {
                "login" => person.email().and_then(|e| e.split_once('@')).map(|(local, _)| local.to_lowercase()),
                "names.preferred.given" | "names.legal.given" => row.and_then(|r| r.given_name.clone()),
                "names.preferred.family" | "names.legal.family" => row.and_then(|r| r.family_name.clone()),
                other => view.get(other).and_then(Value::as_str).map(str::to_owned),
            };
            text.map(|t| std::borrow::Cow::Owned(Value::from(t)))
        };
        let mut out: BTreeMap<String, String> = BTreeMap::new();
        for template in ["default", instance].into_iter().filter_map(of) {
            for (name, text) in &template.attributes {
                // An attribute for which a person has no value is left out, not written empty.
                if let Ok(text) = text.render(usher_domain::template::Encoding::Raw, value) {
                    out.insert(name.as_str().to_owned(), text);
                }
            }
        }
        out.into_iter().collect()
    }

    /// A named query of an instance: every record is handed on as it comes. Of `defaults` it gets what it asks for and was not given.
    ///
    /// # Errors
    /// `QUERY-001` with the nearest name; what the app says.
    pub async fn query(
        &self,
        instance: &str,
        name: &str,
        mut with: BTreeMap<String, String>,
        defaults: BTreeMap<String, String>,
        mut each: impl FnMut(&Value),
    ) -> Result<(), Diagnostic> {
        let manifest = self.manifest(instance)?;
        let Some((_, query)) = manifest.queries.iter().find(|(known, _)| known.as_str() == name) else {
            let known = || manifest.queries.keys().map(|k| k.as_str());
            let message = Diagnostic::new("QUERY-001", "no such query", format!("{instance} has no query {name}")).exit(Exit::Usage);
            return Err(match nearest(name, known()) {
                Some(near) => message.hint(format!("did you mean `{near}`?")),
                None if known().next().is_none() => message.hint(format!("the app of {instance} has none")),
                None => message.hint(format!("queries: {}", known().collect::<Vec<_>>().join(", "))),
            });
        };
        for (key, value) in defaults.into_iter().filter(|(key, _)| query.names().any(|n| n == key)) {
            with.entry(key).or_insert(value);
        }
        let connector = self.connector(instance)?;
        let want = Want::Query { name: name.to_owned(), with };
        let mut reader = connector.read(&want, None, Budget::default()).await.map_err(|f| f.message)?;
        loop {
            match reader.next().await.map_err(|f| f.message)? {
                Turn::Page(page) => page.rows.iter().for_each(|row| {
                    if let Row::Record(value) = row {
                        each(value);
                    }
                }),
                Turn::End(_) => return Ok(()),
            }
        }
    }
}
