//! One tenant of an app that this company uses, as `usher.yaml` names it.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::duration::{Duration, as_text};
use crate::fact::optional_day;
use crate::person::Day;
use crate::yaml::{At, HINT};

/// One instance (DESIGN §5, lifecycle.md §5, §7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "an instance: {app, config, secrets, …}")]
pub struct Instance {
    /// The app of the catalogue.
    pub app: At<String>,
    /// What may be done.
    #[serde(default)]
    pub mode: Mode,
    /// Values of the app's `config`, without secrets.
    #[serde(default)]
    pub config: IndexMap<At<String>, At<Value>>,
    /// Where its secrets are.
    #[serde(default)]
    pub secrets: IndexMap<At<String>, SecretRef>,
    /// Which of the app's ways to authenticate; left out: the first whose keys are all given.
    #[serde(default)]
    pub auth: Option<At<String>>,
    /// Who answers for it: an address.
    #[serde(default)]
    pub owner: Option<At<String>>,
    /// How bad it is if a leaver stays.
    #[serde(default)]
    pub criticality: Criticality,
    /// How people get in.
    #[serde(default)]
    pub sign_in: Vec<SignIn>,
    /// What is paid for.
    #[serde(default)]
    pub seats: Option<Seats>,
    /// The attribute that is the native id, for files without ids.
    #[serde(default)]
    pub key: Option<At<String>>,
    /// Whether accounts may be deleted (invariant 7).
    #[serde(default)]
    pub purge: Purge,
    /// Plain http to a host that is not this machine. Everything, tokens too, then travels readable.
    #[serde(default)]
    pub allow_http: bool,
    /// Secrets that several people know: a leaver who knew one makes a task to rotate it.
    #[serde(default)]
    pub shared_secrets: Vec<SharedSecret>,
}

/// What may be done in an instance (DESIGN §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Read and find.
    #[default]
    Observe,
    /// Steps may be planned, a person applies.
    Propose,
    /// The scheduler applies what is approved.
    Enforce,
}

impl Mode {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Observe => "observe",
            Mode::Propose => "propose",
            Mode::Enforce => "enforce",
        }
    }
}

/// How bad it is if a leaver stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Little happens.
    Low,
    /// The default.
    #[default]
    Medium,
    /// Much.
    High,
}

impl Criticality {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Criticality::Low => "low",
            Criticality::Medium => "medium",
            Criticality::High => "high",
        }
    }
}

/// Where a secret is (invariant 12): resolved at use, never stored, printed or logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file that only its owner can read; a relative path counts from the workspace. A line end at its end is not part of it.
    File(String),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "environment variable {name}"),
            SecretRef::File(path) => write!(f, "file {path}"),
        }
    }
}

/// One way in (lifecycle.md §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a way to sign in: {via, enforced, jit, session}")]
pub struct SignIn {
    /// Another instance (the IdP), or `local`.
    pub via: At<String>,
    /// The only way that works for people.
    #[serde(default)]
    pub enforced: bool,
    /// The account is made at the first sign-in, and made again after a deletion.
    #[serde(default)]
    pub jit: bool,
    /// How long a session lives after the IdP's door is shut.
    #[serde(default)]
    pub session: Option<Duration>,
}

/// What is paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {bought, price, term_ends}")]
pub struct Seats {
    /// Seats in the contract.
    #[serde(default)]
    pub bought: Option<u64>,
    /// Price of one.
    #[serde(default)]
    pub price: Option<Price>,
    /// When the contract ends.
    #[serde(default, deserialize_with = "optional_day")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub term_ends: Option<Day>,
}

/// A price as `90 EUR/y`: cents, currency, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Hundredths of the currency.
    pub cents: u64,
    /// ISO 4217.
    pub currency: String,
    /// For how long.
    pub per: Term,
}

/// For how long a price pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// `m`
    Month,
    /// `y`
    Year,
}

/// A text that is not a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a price{HINT}write it as in 90 EUR/y or 7.50 USD/m")]
pub struct NotAPrice(String);

impl FromStr for Price {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        let parse = || {
            let (amount, rest) = text.split_once(' ')?;
            let (currency, per) = rest.split_once('/')?;
            let (whole, part) = amount.split_once('.').unwrap_or((amount, "00"));
            let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            let good =
                digits(whole) && digits(part) && part.len() == 2 && currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
            let cents = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)?;
            let per = match per {
                "y" => Term::Year,
                "m" => Term::Month,
                _ => return None,
            };
            good.then(|| Price { cents, currency: currency.to_owned(), per })
        };
        parse().ok_or_else(|| NotAPrice(text.to_owned()))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = if self.per == Term::Year { 'y' } else { 'm' };
        match self.cents % 100 {
            0 => write!(f, "{} {}/{per}", self.cents / 100, self.currency),
            part => write!(f, "{}.{part:02} {}/{per}", self.cents / 100, self.currency),
        }
    }
}

as_text!(Price, "Price", "^[0-9]+(\\.[0-9]{2})? [A-Z]{3}/[my]$", "A price for a month or a year: 90 EUR/y");

/// Whether accounts may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purge {
    /// Never.
    #[default]
    Off,
    /// Where a rule or a person asks for it.
    Allowed,
}

/// A secret that several people know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {name, known_to}")]
pub struct SharedSecret {
    /// What people call it.
    pub name: String,
    /// Who knows it: `kind/id` of an entitlement.
    pub known_to: String,
}
