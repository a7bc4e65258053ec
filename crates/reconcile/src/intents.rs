//! What should be, from employments and access rules (lifecycle.md §2, §14).

use usher_domain::intent::{About, Intent, IntentSource, Says};
use usher_domain::person::{Person, PersonState};
use usher_domain::time::Time;

/// The ended employment of a person is a `not_have` intent over every linked account (lifecycle.md §14).
pub fn employment_ended(person: &Person, snapshot: Option<u64>, now: Time) -> Option<Intent> {
    if person.state != PersonState::Ended {
        return None;
    }
    let effective_from = person.ended_at.unwrap_or(now);
    let sources: Vec<&str> = person.employments.iter().map(|e| e.source.as_str()).collect();
    let day = person.employments.iter().filter_map(|e| e.row.last_day.as_ref()).max();
    let text = match day {
        Some(day) => format!("left {day} ({})", sources.first().unwrap_or(&"")),
        None => format!("no longer employed ({})", sources.first().unwrap_or(&"")),
    };
    let about = About { person: person.id.clone(), instance: None, entitlement: None };
    Some(Intent {
        id: Intent::id_of(&about, Says::NotHave, IntentSource::EmploymentEnded),
        about,
        says: Says::NotHave,
        effective_from,
        effective_to: None,
        known_at: person.known_at.unwrap_or(now),
        source: IntentSource::EmploymentEnded,
        text,
        snapshot,
    })
}

/// An access rule says that this person should have an account in an instance.
pub fn birthright(person: &Person, instance: &str, rule: &str, from: Time, now: Time, snapshot: Option<u64>) -> Intent {
    let about = About { person: person.id.clone(), instance: Some(instance.to_owned()), entitlement: None };
    Intent {
        id: Intent::id_of(&about, Says::Have, IntentSource::AccessRule),
        about,
        says: Says::Have,
        effective_from: from,
        effective_to: None,
        known_at: now,
        source: IntentSource::AccessRule,
        text: format!("access rule: {rule}"),
        snapshot,
    }
}

/// What `offboard --now` signs: an emergency stronger than anything else.
pub fn emergency(person: &Person, by: &str, reason: &str, now: Time) -> Intent {
    let about = About { person: person.id.clone(), instance: None, entitlement: None };
    Intent {
        id: Intent::id_of(&about, Says::NotHave, IntentSource::Emergency),
        about,
        says: Says::NotHave,
        effective_from: now,
        effective_to: None,
        known_at: now,
        source: IntentSource::Emergency,
        text: format!("asked for by {by}: {reason}"),
        snapshot: None,
    }
}
