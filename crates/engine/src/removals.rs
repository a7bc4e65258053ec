//! Who lost access within a day: what the removals guard counts, over all plans and runs (lifecycle.md §11).

use std::collections::{BTreeSet, HashMap};

use tokio::sync::Mutex;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::PersonId;
use usher_domain::time::Time;
use usher_store::Find;

use crate::shelves::{self, Removal, Shelf as _};
use crate::usher::Usher;

/// The guard's window, in seconds.
const WINDOW: i64 = 86_400;
/// How far the clocks of two workers may lie apart, in seconds: what another one wrote so late is still found.
const SKEW: i64 = 60;

/// So far below its limit the guard needs no look at each step: no other run takes away that many within a second.
const FAR: u64 = 500;

/// What a run knows of the removals in its instances: its own at once, those of other runs by looking at the store for what came since the last
/// look. Far below the limit it looks once a second, near it at each step, so that a step costs the same at the end of a long run as at its beginning.
#[derive(Default)]
pub(crate) struct Recent {
    instances: Mutex<HashMap<String, Known>>,
}

struct Known {
    looked: Time,
    last: HashMap<PersonId, Time>,
}

impl Recent {
    /// How many people lose access in this instance within the window if this one does too.
    pub(crate) async fn with(&self, usher: &Usher, instance: &str, person: &PersonId, limit: u64, now: Time) -> Result<u64, Diagnostic> {
        let mut instances = self.instances.lock().await;
        let start = now.plus_seconds(-WINDOW);
        let known = instances.entry(instance.to_owned()).or_insert_with(|| Known { looked: start, last: HashMap::new() });
        let far = known.last.len() as u64 + FAR < limit;
        if !(far && now.seconds_since(known.looked) == 0) {
            let since = known.looked.plus_seconds(-SKEW).max(start);
            for removal in usher.removals_since(instance, since).await? {
                known.note(removal.person, removal.at);
            }
            known.looked = now;
            known.last.retain(|_, at| *at > start);
        }
        Ok(known.last.len() as u64 + u64::from(!known.last.contains_key(person)))
    }

    /// This run has just taken this person's access away.
    pub(crate) async fn note(&self, instance: &str, person: PersonId, at: Time) {
        if let Some(known) = self.instances.lock().await.get_mut(instance) {
            known.note(person, at);
        }
    }
}

impl Known {
    fn note(&mut self, person: PersonId, at: Time) {
        let last = self.last.entry(person).or_insert(at);
        *last = at.max(*last);
    }
}

impl Usher {
    /// Who lost access in this instance within the window.
    pub(crate) async fn removed_lately(&self, instance: &str, now: Time) -> Result<BTreeSet<PersonId>, Diagnostic> {
        let start = now.plus_seconds(-WINDOW);
        let removals = self.removals_since(instance, start).await?;
        Ok(removals.into_iter().filter(|r| r.at > start).map(|r| r.person).collect())
    }

    async fn removals_since(&self, instance: &str, since: Time) -> Result<Vec<Removal>, Diagnostic> {
        let find = Find::on(Removal::NAME).group(instance).after(Removal::from_time(since));
        shelves::found(self.store(), find).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removals_stand_in_the_order_of_time() {
        let at = |seconds: i64, run: &str| Removal {
            instance: "okta".into(),
            person: PersonId("p-1".into()),
            at: Time::from_seconds(seconds),
            run: run.into(),
            n: 7,
        };
        let (early, late) = (at(999_999_999, "r-9"), at(1_000_000_000, "r-1"));
        assert!(early.key() < late.key());
        assert!(Removal::from_time(early.at) < early.key(), "what happened in that second is found again");
        assert_ne!(at(5, "r-1").key(), at(5, "r-2").key());
    }
}
