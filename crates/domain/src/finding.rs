//! What is and what should be, differing (lifecycle.md §9).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::person::PersonId;
use crate::time::Time;

/// The rules of lifecycle.md §9 that are in force. The name is what files, commands and JSON say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// HR rows shrink, mass ending, unknown status word.
    PeopleAnomaly,
    /// The holder's employment ended, the door is not shut.
    LeaverAccount,
    /// Shut by usher, open again, no intent.
    Reopened,
    /// A service, shared, system or agent account without an active owner.
    OwnerLeft,
    /// A human or guest account whose door is not shut, of nobody, not classified.
    UnmatchedAccount,
    /// Two people by definite keys, or a reused identifier.
    DisputedAccount,
    /// Should have an account, has none.
    MissingAccount,
    /// Two accounts of one person, instance and purpose.
    DuplicateAccount,
    /// Two people share a strong key.
    DuplicatePerson,
    /// No usable snapshot within `max_age`, or no coverage.
    InstanceUnread,
}

impl Rule {
    /// All rules, in the order in which findings are shown.
    pub const ALL: [Rule; 10] = [
        Rule::PeopleAnomaly,
        Rule::LeaverAccount,
        Rule::Reopened,
        Rule::OwnerLeft,
        Rule::UnmatchedAccount,
        Rule::DisputedAccount,
        Rule::MissingAccount,
        Rule::DuplicateAccount,
        Rule::DuplicatePerson,
        Rule::InstanceUnread,
    ];

    /// The rule's word, `leaver_account`.
    pub const fn word(self) -> &'static str {
        match self {
            Rule::PeopleAnomaly => "people_anomaly",
            Rule::LeaverAccount => "leaver_account",
            Rule::Reopened => "reopened",
            Rule::OwnerLeft => "owner_left",
            Rule::UnmatchedAccount => "unmatched_account",
            Rule::DisputedAccount => "disputed_account",
            Rule::MissingAccount => "missing_account",
            Rule::DuplicateAccount => "duplicate_account",
            Rule::DuplicatePerson => "duplicate_person",
            Rule::InstanceUnread => "instance_unread",
        }
    }

    /// The rule of this word.
    pub fn of(word: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.word() == word)
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Today.
    Critical,
    /// This week.
    High,
    /// This month.
    Medium,
    /// When there is time.
    Low,
    /// To know.
    Info,
}

impl Severity {
    /// One level milder.
    #[must_use]
    pub const fn milder(self) -> Severity {
        match self {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium => Severity::Low,
            Severity::Low | Severity::Info => Severity::Info,
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nobody did anything about it.
    Open,
    /// A step of an open plan deals with it.
    Planned,
    /// It waits for a person or a date.
    Waiting,
    /// A person accepted it, until a date or until its facts change.
    Accepted,
    /// It is gone.
    Closed,
}

/// How an account is named in a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountRef {
    /// The instance's own id.
    pub native_id: String,
    /// The login.
    #[serde(rename = "userName")]
    pub user_name: Option<String>,
    /// The primary address.
    pub email: Option<String>,
}

impl AccountRef {
    /// Names this account.
    pub fn of(account: &crate::account::AccountRow) -> Self {
        AccountRef { native_id: account.native_id.clone(), user_name: account.user_name.clone(), email: account.email().map(str::to_owned) }
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        self.user_name.as_deref().or(self.email.as_deref()).unwrap_or(&self.native_id)
    }
}

/// How a person is named in a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonRef {
    /// usher's own id.
    pub id: PersonId,
    /// The name to show.
    pub name: String,
    /// The work address.
    pub email: Option<String>,
}

impl PersonRef {
    /// Names this person.
    pub fn of(person: &crate::person::Person) -> Self {
        PersonRef { id: person.id.clone(), name: person.name.clone(), email: person.email().map(str::to_owned) }
    }
}

/// What is and what should be, differing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which problem it is: H(rule, instance, subject). The same problem has the same key on every lap.
    pub key: String,
    /// Hash of the facts behind it: an acceptance ends when it changes.
    pub material: String,
    /// The rule.
    pub rule: Rule,
    /// How bad.
    pub severity: Severity,
    /// Where it stands.
    pub state: FindingState,
    /// The instance; `None` for findings about people.
    pub instance: Option<String>,
    /// The account; the first by native id where there are several.
    pub account: Option<AccountRef>,
    /// All accounts, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountRef>,
    /// The person.
    pub person: Option<PersonRef>,
    /// Why, in plain words, one statement each.
    pub because: Vec<String>,
    /// Ids of the intents that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<String>,
    /// First seen by usher.
    pub first_seen: Time,
    /// Last seen by usher.
    pub last_seen: Time,
    /// When it must be dealt with, by the deadlines of the workspace.
    pub due: Option<Time>,
    /// The key of the finding that deals with the same account first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
}

/// The key of a finding: which problem it is. 16 hex digits.
pub fn key(rule: Rule, instance: Option<&str>, subject: &str) -> String {
    let text = format!("{}\0{}\0{subject}", rule.word(), instance.unwrap_or(""));
    Digest::of(text.as_bytes()).hex()[..16].to_owned()
}

/// The hash of the facts behind a finding. 16 hex digits.
pub fn material(facts: &Value) -> String {
    // A number that has no canonical form can't reach here from a row, whose numbers are text; its debug form still tells facts apart.
    let bytes = crate::canon::to_vec(facts).unwrap_or_else(|_| format!("{facts:?}").into_bytes());
    Digest::of(&bytes).hex()[..16].to_owned()
}

/// A person's decision that a finding may stand for a while (lifecycle.md §9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The finding's key.
    pub key: String,
    /// The facts that were accepted; it ends when they change.
    pub material: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: String,
    /// Until when; at most 365 days after `at`.
    pub until: Time,
}

impl Acceptance {
    /// Whether it covers this finding now.
    pub fn covers(&self, finding: &Finding, now: Time) -> bool {
        self.key == finding.key && self.material == finding.material && now < self.until
    }
}
