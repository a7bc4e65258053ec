//! What holds right now: the reasons of steps, computed again from the newest people snapshot before each write (invariant 1).

use std::collections::HashMap;

use tokio::sync::Mutex;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::intent::Intent;
use usher_domain::person::PersonId;
use usher_domain::time::Time;
use usher_reconcile::guard::Outcome;

use crate::lap::live;
use crate::people::PeopleView;
use crate::usher::Usher;

/// The reasons that hold, kept until a people source was read again.
pub(crate) struct Live<'a> {
    usher: &'a Usher,
    overridden: Vec<String>,
    now: Mutex<Option<Known>>,
}

struct Known {
    /// The newest snapshot of each people source at that time.
    newest: Vec<u64>,
    intents: HashMap<PersonId, Vec<Intent>>,
    /// Why nothing may be written, if a people guard trips now.
    guard: Option<String>,
}

/// What may be said about one step's reasons.
pub(crate) enum Reasons {
    /// These ids hold.
    Hold(Vec<String>),
    /// A people guard stops everything.
    Guard(String),
}

impl<'a> Live<'a> {
    /// Starts from people that were just computed; the first question computes their intents.
    pub(crate) fn new(usher: &'a Usher, _people: PeopleView, overridden: Vec<String>) -> Self {
        Live { usher, overridden, now: Mutex::new(None) }
    }

    /// The ids of intents about this subject and instance that hold now.
    pub(crate) async fn reasons(&self, subject: &str, instance: &str, now: Time) -> Result<Reasons, Diagnostic> {
        let newest = self.usher.newest_people().await?;
        let mut known = self.now.lock().await;
        if known.as_ref().is_none_or(|k| k.newest != newest) {
            let people = self.usher.people(now, &self.overridden).await?;
            let guard = people.verdicts.iter().find(|v| v.outcome == Outcome::Tripped).map(|v| format!("{}: {}", v.instance, v.text));
            let snapshot = people.snapshot();
            let mut intents: HashMap<PersonId, Vec<Intent>> = HashMap::new();
            for intent in self.usher.intents(&people.persons, snapshot, now).await? {
                intents.entry(intent.about.person.clone()).or_default().push(intent);
            }
            *known = Some(Known { newest, intents, guard });
        }
        let Some(known) = known.as_ref() else { return Ok(Reasons::Hold(vec![])) };
        if let Some(why) = &known.guard {
            return Ok(Reasons::Guard(why.clone()));
        }
        let of = known.intents.get(&PersonId(subject.to_owned()));
        Ok(Reasons::Hold(live(of.into_iter().flatten(), instance, now)))
    }
}

impl Usher {
    /// The newest snapshot of each people source.
    pub(crate) async fn newest_people(&self) -> Result<Vec<u64>, Diagnostic> {
        let mut out = Vec::new();
        for name in self.settings.people.keys() {
            out.extend(self.store().latest(name, false).await?.map(|s| s.id));
        }
        Ok(out)
    }

    /// Reads people sources anew whose newest read is older than `max_age`.
    pub(crate) async fn refresh_people(&self, now: Time) -> Result<(), Diagnostic> {
        let names: Vec<String> = self.settings.people.keys().cloned().collect();
        for name in names {
            let newest = self.store().latest(&name, false).await?;
            let max_age = self.settings.instances.get(&name).map_or(86_400, |i| i.policy.max_age);
            if newest.is_none_or(|s| now.seconds_since(s.read_at) > max_age) {
                self.read_one(&name, false).await?;
            }
        }
        Ok(())
    }
}
