//! An app as data: `apps/<app>/app.yaml` (DESIGN §4). These types are the source; the JSON Schema for editors is made from them.

mod account_map;
mod auth;
mod automation;
mod catalogue;
mod check;
mod config;
mod facts;
mod kinds;
mod operation;
mod paging;
mod request;
mod statement;
mod way;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use account_map::{Access, AccountMap, Attribute, KindMap, StatusMap, ValueFormat};
pub use auth::{
    ApiKey, Auth, Basic, Bearer, ClientAuthentication, ClientCredentials, Hmac, HmacAlgorithm, JwtAlgorithm, JwtBearer, KeyPlace,
    MacEncoding, RefreshToken, Session, SignedTarget, Timestamp,
};
pub use automation::Automation;
pub use catalogue::Catalogue;
pub use config::{Config, ConfigFormat, ConfigKey, ConfigType, Source, SourceKind};
pub use facts::{
    AuthMethod, CatalogueEntry, Catalogues, Endpoint, Facts, Fate, OnDeactivate, PaginationMethod, Price, PricePer, Scenarios, SignIn,
    SsoProtocol, TokenOwner, UserField, UserType,
};
pub use kinds::{Credential, CredentialKind, Entitlement, EntitlementKind, People, Query, QueryCursor, QueryUse};
pub use operation::{Details, Expect, Fields, Idempotency, Operation, OperationName, Verify, Wait};
pub use paging::{
    Backoff, Cursor, ErrorRule, FaultClass, LinkHeader, NextUrl, Offset, PageNumber, PageSize, Pagination, RateLimit, Requests, Reset,
    ResetFormat, Statuses,
};
pub use request::{Body, Literal, Method, NotARequest, Request};
pub use statement::{Field, STALE_AFTER_DAYS, Statement, Word};
pub use way::{Kind, Ldap, LdapScope, ScimResource, Sql, Steps, Way};

use crate::diagnostic::Diagnostic;
use crate::template::Template;
use crate::yaml::{self, At};

/// What is said of an app, without what is done in it: a part of its manifest, read in a third of the time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Description {
    /// The app's name in commands.
    pub app: At<String>,
    /// The product's name.
    pub name: String,
    /// What is said about the app.
    #[serde(default)]
    pub facts: Facts,
}

impl From<Manifest> for Description {
    fn from(manifest: Manifest) -> Self {
        Description { app: manifest.app, name: manifest.name, facts: manifest.facts }
    }
}

/// An app of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a manifest")]
pub struct Manifest {
    /// Version of the format: 1.
    pub manifest: At<u32>,
    /// The app's name in commands and in `usher.yaml`: that of its folder.
    pub app: At<String>,
    /// The product's name.
    pub name: String,
    /// Version of this manifest: `YYYY.MM.N`.
    pub version: String,
    /// Apps that people look for together with this one.
    #[serde(default)]
    pub related: Vec<At<String>>,
    /// Cited documents.
    #[serde(default)]
    pub sources: IndexMap<At<String>, Source>,
    /// What is said about the app.
    #[serde(default)]
    pub facts: Facts,
    /// What the tenant enters.
    #[serde(default)]
    pub config: Config,
    /// What every request's path goes behind.
    #[serde(default)]
    pub base_url: Option<At<Template>>,
    /// Ways to authenticate; the tenant takes one, by name or by the secrets that it gives.
    #[serde(default)]
    pub auth: IndexMap<At<String>, Auth>,
    /// Headers of every request.
    #[serde(default)]
    pub headers: IndexMap<String, At<Template>>,
    /// Limits on calls.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// How lists are paged, where an operation doesn't say otherwise.
    #[serde(default)]
    pub pagination: Option<Pagination>,
    /// What the vendor's errors mean; the first that matches wins.
    #[serde(default)]
    pub errors: Vec<At<ErrorRule>>,
    /// How the app shows an account.
    #[serde(default)]
    pub account: Option<AccountMap>,
    /// A source of people.
    #[serde(default)]
    pub people: Option<People>,
    /// What can be done with accounts.
    #[serde(default)]
    pub operations: IndexMap<OperationName, Operation>,
    /// What exists once for each kind of entitlement.
    #[serde(default)]
    pub entitlements: IndexMap<EntitlementKind, Entitlement>,
    /// What exists once for each kind of credential.
    #[serde(default)]
    pub credentials: IndexMap<CredentialKind, Credential>,
    /// Named reads that are not identity.
    #[serde(default)]
    pub queries: IndexMap<At<String>, Query>,
}

impl Manifest {
    /// Reads a manifest. `file` is only named in messages. What can only be seen once everything is read is said by [`Manifest::check`].
    ///
    /// # Errors
    /// `MANIFEST-001` to `-006`: the first thing that is wrong, with line, column and hint.
    pub fn parse(file: impl AsRef<std::path::Path>, text: &str) -> Result<Manifest, Diagnostic> {
        // Not generic inside, so that the parser is compiled here once, and not again in each crate that calls.
        fn parse(file: &std::path::Path, text: &str) -> Result<Manifest, Diagnostic> {
            yaml::from_str(yaml::MANIFEST, file, text).map_err(|first| newer(file, text).unwrap_or(first))
        }
        parse(file.as_ref(), text)
    }

    /// The ways to do an operation on accounts, the preferred first; empty where the app can't.
    pub fn ways(&self, operation: OperationName) -> &[At<Way>] {
        self.operations.get(&operation).map_or(&[], |o| o.ways.as_slice())
    }

    /// Every operation, those of entitlements, credentials and people too, with where it stands: `operations.create_account`.
    pub fn all_operations(&self) -> impl Iterator<Item = (String, Option<OperationName>, &Operation)> {
        let accounts = self.operations.iter().map(|(name, o)| (format!("operations.{name}"), Some(*name), o));
        let entitlements = self
            .entitlements
            .iter()
            .flat_map(|(kind, e)| e.operations().map(move |(name, o)| (format!("entitlements.{}.{name}", kind.as_str()), Some(name), o)));
        let credentials = self
            .credentials
            .iter()
            .flat_map(|(kind, c)| c.operations().map(move |(name, o)| (format!("credentials.{}.{name}", kind.as_str()), Some(name), o)));
        let people = self.people.iter().map(|p| ("people.read".to_owned(), None, &p.read));
        accounts.chain(entitlements).chain(credentials).chain(people)
    }

    /// Whether this app is a source of people.
    pub fn is_people_source(&self) -> bool {
        self.people.is_some()
    }

    /// The way to authenticate that an instance uses: the one that it names, else the first whose own keys are all given.
    pub fn auth_for(&self, named: Option<&str>, given: impl Fn(&str) -> bool) -> Option<(&str, &Auth)> {
        let all = || self.auth.iter().map(|(name, auth)| (name.as_str(), auth));
        match named {
            Some(named) => all().find(|(name, _)| *name == named),
            None => all().find(|(name, _)| self.config.iter().filter(|(_, key)| key.is_required(Some(name))).all(|(key, _)| given(key))),
        }
    }
}

/// What a manifest of a newer format holds can't be known here: its version is said, not the first key that is new.
#[cold]
fn newer(file: &std::path::Path, text: &str) -> Option<Diagnostic> {
    let (n, version) = text.lines().enumerate().find_map(|(n, line)| Some((n, line.strip_prefix("manifest:")?)))?;
    let version: u32 = version.split('#').next()?.trim().parse().ok().filter(|version| *version > VERSION)?;
    let line = u64::try_from(n + 1).ok();
    Some(newer_format(version).at(file, line, Some(1)))
}

fn newer_format(version: u32) -> Diagnostic {
    let detail = format!("this manifest is version {version} of the format, this usher knows version {VERSION}");
    Diagnostic::new("MANIFEST-014", "a manifest of a newer format", detail).hint("use a newer usher")
}

/// The version of the format that this code reads.
const VERSION: u32 = 1;

#[cfg(test)]
pub(crate) mod tests;
