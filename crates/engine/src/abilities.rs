//! What can be done in which instance, as manifests, modes and guards say.

use std::time::Duration;

use serde_json::{Map, Value};
use usher_domain::account::AccountRow;
use usher_domain::fresh::Fresh;
use usher_domain::manifest::{Expect, OperationName};
use usher_domain::person::{IdentifierKind, Person};
use usher_domain::plan::{Opening, Step};
use usher_domain::text::fold;
use usher_reconcile::propose::{Abilities, Way};

use crate::usher::Usher;

/// How long a read-back waits for what was written to show, where the manifest says nothing.
const WITHIN: Duration = Duration::from_secs(5);

/// The answers of one workspace.
pub(crate) struct Answers<'a>(pub(crate) &'a Usher);

impl Usher {
    pub(crate) fn abilities(&self) -> Answers<'_> {
        Answers(self)
    }

    /// Why no step may touch this account, if so (lifecycle.md §11).
    pub(crate) fn protected(&self, instance: &str, account: &AccountRow) -> Option<String> {
        let setting = self.settings.instances.get(instance)?;
        let names = [Some(account.native_id.as_str()), account.user_name.as_deref(), account.email()];
        let is = |p: &String| names.iter().flatten().any(|n| fold(n) == fold(p));
        setting.policy.protected.iter().find(|p| is(p)).map(|p| format!("{instance}:{p} is protected (guards.protected)"))
    }

    /// How long a read-back may wait for this operation (`verify.within`).
    pub(crate) fn verify_within(&self, instance: &str, action: &str) -> Duration {
        let of = || {
            let manifest = self.manifest(instance).ok()?;
            let name = operation(action)?;
            manifest.operations.get(&name)?.details.verify.as_ref()?.within
        };
        of().map_or(WITHIN, |d| Duration::from_secs(d.seconds()))
    }
}

impl Usher {
    /// What the app's manifest expects of a read after the write (`verify.expect`) and this read does not show, if anything.
    pub(crate) fn unmet(&self, step: &Step, opening: &Opening, fresh: &Fresh) -> Option<String> {
        let manifest = self.manifest(&step.instance).ok()?;
        let verify = manifest.operations.get(&operation(&step.action)?)?.details.verify.as_ref()?;
        unmet(&verify.expect.value, opening.account(), fresh)
    }
}

/// `account` is the account as it was read, or as the plan knew it once it is gone; `accounts` what the read found of it.
fn unmet(expect: &Expect, planned: &Map<String, Value>, fresh: &Fresh) -> Option<String> {
    match (expect, fresh) {
        (Expect::Changes, _) | (Expect::NotFound, Fresh::Gone) => None,
        (Expect::NotFound, Fresh::Shows(_)) => Some("that it is still there".to_owned()),
        (Expect::Holds(condition), _) => {
            let (account, accounts) = match fresh {
                Fresh::Gone => (Value::Object(planned.clone()), vec![]),
                Fresh::Shows(view) => (Value::Object(view.clone()), vec![Value::Object(view.clone())]),
            };
            let holds = condition.holds(&[("account", &account), ("accounts", &Value::Array(accounts))]);
            (!holds).then(|| format!("that what its manifest expects does not hold: {}", condition.text()))
        }
    }
}

pub(crate) fn operation(action: &str) -> Option<OperationName> {
    OperationName::ALL.iter().copied().find(|o| o.as_str() == action)
}

impl Abilities for Answers<'_> {
    fn way(&self, instance: &str, action: &str, account: Option<&AccountRow>) -> Option<Way> {
        let manifest = self.0.manifest(instance).ok()?;
        let name = operation(action)?;
        let operation = manifest.operations.get(&name)?;
        let way = self.0.way_of(instance, name)?;
        let details = &operation.details;
        let refused = details.require.as_ref().zip(account).and_then(|(require, account)| {
            let view = Value::Object(account.view());
            let status = account.status_word.clone().unwrap_or_else(|| format!("{:?}", account.standing.status).to_lowercase());
            (!require.holds(&[("account", &view)])).then(|| format!("the app refuses {action} while the account is {status}"))
        });
        Some(Way {
            action: action.to_owned(),
            by_person: !way.is_machine(),
            irreversible: details.irreversible,
            undo: details.undo.as_ref().map(|u| u.as_str().to_owned()),
            refused,
        })
    }

    fn closed(&self, instance: &str) -> Option<String> {
        let setting = self.0.settings.instances.get(instance)?;
        (!setting.plannable).then(|| format!("{instance} is in mode observe: set `mode: propose` in usher.yaml"))
    }

    fn protected(&self, instance: &str, account: &AccountRow) -> Option<String> {
        self.0.protected(instance, account)
    }

    fn new_account(&self, instance: &str, person: &Person) -> Map<String, Value> {
        let mut map = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
                map.insert(name.to_owned(), Value::from(value));
            }
        };
        let row = person.main_employment();
        let (given, family) = match row {
            Some(r) if r.given_name.is_some() || r.family_name.is_some() => (r.given_name.clone(), r.family_name.clone()),
            _ => person.name.rsplit_once(' ').map_or((Some(person.name.clone()), None), |(g, f)| (Some(g.to_owned()), Some(f.to_owned()))),
        };
        put("userName", person.email().map(str::to_lowercase));
        put("email", person.email().map(str::to_owned));
        put("displayName", Some(person.name.clone()));
        put("name.givenName", given);
        put("name.familyName", family);
        put("employeeNumber", person.identifiers.iter().find(|i| i.kind == IdentifierKind::EmployeeNumber).map(|i| i.value.clone()));
        for (name, value) in self.0.account_template(instance, person) {
            put(&name, Some(value));
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use usher_domain::cel::Condition;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_the_manifest_expects_of_the_read_decides_beside_the_plan() {
        let planned = map(json!({"id": "7", "userName": "ada"}));
        let shows = |status: &str, door: &str| Fresh::Shows(map(json!({"id": "7", "userName": "ada", "status": status, "door": door})));
        let holds = |text: &str| Expect::Holds(Condition::parse(text).unwrap());
        let shut = holds("!accounts.exists(a, a.id == account.id && a.door != 'shut')");
        let status = holds("account.status == 'deactivated'");
        let cases = [
            (&Expect::Changes, shows("active", "open"), true),
            (&Expect::NotFound, shows("deactivated", "shut"), false),
            (&Expect::NotFound, Fresh::Gone, true),
            (&shut, shows("suspended", "shut"), true),
            (&shut, shows("active", "open"), false),
            (&shut, Fresh::Gone, true),
            (&status, shows("deactivated", "shut"), true),
            (&status, shows("suspended", "shut"), false),
            (&status, Fresh::Gone, false),
        ];
        for (expect, fresh, met) in cases {
            assert_eq!(unmet(expect, &planned, &fresh).is_none(), met, "{expect:?} {fresh:?}");
        }
    }
}
