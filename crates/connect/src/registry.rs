//! The closed set of connector kinds, and how one instance becomes a connector.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{Auth, Manifest, Operation, OperationName, Way};
use usher_domain::template::Encoding;

use crate::clock::Clock;
use crate::connector::{Connector, ConnectorKind};
use crate::csv::connector::{Csv, CsvSource};
use crate::csv::shape::Purpose;
use crate::http::{self, Http};
use crate::human::Human;
use crate::mixed::Mixed;
use crate::scim::Scim;
use crate::secrets::{Scrub, Secret};
use crate::wire;

/// What every connector is handed from outside (invariant 14).
#[derive(Debug, Clone)]
pub struct Options {
    /// Tells the time and waits.
    pub clock: Clock,
    /// Makes the waits of many workers uneven; the same seed gives the same waits.
    pub seed: u64,
    /// The instance's `allow_http`: plain http to other machines too.
    pub plain_http: bool,
    /// The workspace's folder: files that the configuration names are relative to it.
    pub dir: PathBuf,
}

/// An instance as the workspace describes it.
#[derive(Debug, Clone)]
pub struct Given<'g> {
    /// Its name, for messages.
    pub instance: &'g str,
    /// Its app.
    pub manifest: &'g Arc<Manifest>,
    /// `Instance::resolved_config`: without secrets.
    pub config: &'g Map<String, Value>,
    /// Its secrets by config key, resolved by [`crate::secrets::resolve`].
    pub secrets: &'g BTreeMap<String, Secret>,
    /// The way to authenticate that it names.
    pub auth: Option<&'g str>,
    /// The attribute that it names as the native id (`key:`).
    pub key: Option<&'g str>,
}

/// Makes the connector of an instance: each operation by the first of its ways that this instance can go.
///
/// # Errors
/// `CONNECT-001`: a value is missing. `-002`: no such way to authenticate. `-003`, `-006`: usher can't authenticate or page in that way
/// yet. `-004`, `-005`, `SECRET-006`: a value of the way to authenticate. `WIRE-001`, `WIRE-002`: TLS or the address. `CSV-…`: a file.
pub fn build(given: &Given<'_>, options: &Options) -> Result<Box<dyn Connector>, Diagnostic> {
    let mut routes = BTreeMap::new();
    let mut closed = BTreeMap::new();
    let mut reads = None;
    let mut files = BTreeMap::new();
    for (place, name, operation) in given.manifest.all_operations() {
        let (way, kind) = match open_way(given, operation) {
            Ok(open) => open,
            Err(why) => {
                if let Some(name) = name {
                    closed.insert(name, why);
                }
                continue;
            }
        };
        if let Way::Csv(file) = way {
            files.insert(name.is_none(), file.clone());
        }
        // `entitlements.group.grant`: the kind stands in the middle.
        let of = place.split('.').nth(1).filter(|_| !place.starts_with("operations.") && name.is_some()).map(str::to_owned);
        match name {
            None => reads = Some(kind),
            Some(OperationName::ListAccounts) => reads = reads.or(Some(kind)),
            Some(_) => {}
        }
        if let Some(name) = name {
            routes.insert((name, of), kind);
        }
    }
    let queries = !given.manifest.queries.is_empty();
    let mut parts: BTreeMap<ConnectorKind, Box<dyn Connector>> = BTreeMap::new();
    let http = queries.then_some(ConnectorKind::Http);
    for kind in routes.values().copied().chain(reads).chain(http) {
        if let Entry::Vacant(free) = parts.entry(kind) {
            free.insert(part(kind, given, &files, options)?);
        }
    }
    Ok(Box::new(Mixed::new(given.instance, parts, routes, closed, reads, queries)))
}

/// The one match over the kinds.
fn part(
    kind: ConnectorKind,
    given: &Given<'_>,
    files: &BTreeMap<bool, usher_domain::template::Template>,
    options: &Options,
) -> Result<Box<dyn Connector>, Diagnostic> {
    Ok(match kind {
        ConnectorKind::Http => Box::new(http(given, options)?),
        ConnectorKind::Scim => Box::new(scim(given, options)?),
        ConnectorKind::Csv => return csv(given, files, options),
        ConnectorKind::Human => {
            let key = given.key.or(given.manifest.account.as_ref().map(|a| a.key.as_str())).unwrap_or("userName");
            let list = options.dir.join("lists").join(format!("{}.yaml", given.instance));
            Box::new(Human::new(given.instance, key, list, options.clock.clone()))
        }
    })
}

/// The first way that this instance can go, or why there is none.
fn open_way<'o>(given: &Given<'_>, operation: &'o Operation) -> Result<(&'o Way, ConnectorKind), String> {
    let mut why = Vec::new();
    for way in &operation.ways {
        let kind = match &way.value {
            Way::Request(_) => ConnectorKind::Http,
            Way::Scim(_) => ConnectorKind::Scim,
            Way::Human(_) => ConnectorKind::Human,
            Way::Csv(file) => {
                if let Some(missing) = file.names().find(|name| !given.config.contains_key(*name)) {
                    why.push(format!("csv needs config.{missing}"));
                    continue;
                }
                ConnectorKind::Csv
            }
            other @ (Way::Ldap(_) | Way::Sql(_) | Way::Browser(_)) => {
                why.push(format!("usher can't go by {} yet", other.kind()));
                continue;
            }
        };
        return Ok((&way.value, kind));
    }
    Err(why.join("; "))
}

/// Config and secrets together, for what may hold secrets: the way to authenticate and nothing else.
fn with_secrets(given: &Given<'_>) -> Map<String, Value> {
    let mut all = given.config.clone();
    for (name, secret) in given.secrets {
        // A secret whose value is a JSON object (a service account's key) is looked into.
        let object = given.manifest.config.get(name.as_str()).is_some_and(|key| key.kind == usher_domain::manifest::ConfigType::Object);
        let parsed = object.then(|| serde_json::from_str(secret.expose()).ok()).flatten();
        all.insert(name.clone(), parsed.unwrap_or_else(|| secret.expose().into()));
    }
    all
}

fn auth<'g>(given: &'g Given<'_>, all: &Map<String, Value>) -> Result<Option<&'g Auth>, Diagnostic> {
    if given.manifest.auth.is_empty() {
        return Ok(None);
    }
    // Keys that are never required (Darktrace without its API) don't choose a way that needs them.
    let has = |auth: &Auth| needed(auth).iter().all(|name| all.contains_key(*name));
    if let Some(named) = given.auth {
        let found = given.manifest.auth_for(Some(named), |_| true).map(|(_, auth)| auth);
        return found.map(Some).ok_or_else(|| {
            let known: Vec<&str> = given.manifest.auth.keys().map(|k| k.as_str()).collect();
            let detail = format!("{}: {} has no way to authenticate called `{named}`", given.instance, given.manifest.app.as_str());
            Diagnostic::new("CONNECT-002", "there is no such way to authenticate", detail).hint(format!("it has: {}", known.join(", ")))
        });
    }
    let fits = given.manifest.auth.values().find(|auth| has(auth));
    fits.map(Some).ok_or_else(|| {
        let first = given.manifest.auth.values().next().map(needed).unwrap_or_default();
        let missing: Vec<&str> = first.into_iter().filter(|name| !all.contains_key(*name)).collect();
        let detail = format!("{}: {} is missing", given.instance, missing.join(" and "));
        Diagnostic::new("CONNECT-001", "the instance lacks a value", detail).hint("give it under config or secrets in usher.yaml")
    })
}

/// The config keys that a way to authenticate names.
fn needed(auth: &Auth) -> Vec<&str> {
    let templates: Vec<&usher_domain::template::Template> = match auth {
        Auth::None => vec![],
        Auth::Basic(b) => vec![&b.username, &b.password],
        Auth::Bearer(b) => vec![&b.token],
        Auth::ApiKey(k) => vec![&k.value],
        Auth::Hmac(h) => [&h.key.value, &h.message.value].into_iter().chain(h.headers.values().map(|at| &at.value)).collect(),
        Auth::Oauth2ClientCredentials(c) => {
            [Some(&c.client_id), c.client_secret.as_ref(), c.private_key.as_ref()].into_iter().flatten().map(|at| &at.value).collect()
        }
        Auth::Oauth2JwtBearer(j) => vec![&j.private_key, &j.issuer],
        Auth::Oauth2RefreshToken(r) => vec![&r.client_id, &r.client_secret, &r.refresh_token],
        Auth::Session(s) => s.body.values().chain(s.form.values()).map(|at| &at.value).collect(),
    };
    let own = |name: &str| name.starts_with("request.") || matches!(name, "signature" | "timestamp" | "token_type");
    templates.into_iter().flat_map(|t| t.names()).filter(|name| !own(name)).map(|name| name.split('.').next().unwrap_or(name)).collect()
}

/// The address that requests go behind.
fn base(given: &Given<'_>, options: &Options) -> Result<reqwest::Url, Diagnostic> {
    let missing =
        |detail: String| Diagnostic::new("CONNECT-001", "the instance lacks a value", detail).hint("give it under config in usher.yaml");
    let template = given.manifest.base_url.as_ref().ok_or_else(|| missing(format!("{}: the manifest has no base_url", given.instance)))?;
    let values = http::config_values(given.config);
    let text = template.render(Encoding::Raw, |name| values.get(name)).map_err(|e| missing(format!("{}: {e}", given.instance)))?;
    let wrong =
        |e: &dyn std::fmt::Display| Diagnostic::new("WIRE-002", "the address can't be used", format!("{}: {text}: {e}", given.instance));
    let mut url: reqwest::Url = text.parse().map_err(|e| wrong(&e))?;
    // The manifest's own `https://` gives way on this machine itself, which no certificate names, and where the instance says so.
    // An address that the instance wrote whole is taken as it is.
    if template.text().starts_with("https://") && url.scheme() == "https" && (options.plain_http || wire::is_loopback(&url)) {
        let plain = text.replacen("https://", "http://", 1);
        url = plain.parse().map_err(|e| wrong(&e))?;
    }
    Ok(url)
}

fn http(given: &Given<'_>, options: &Options) -> Result<Http, Diagnostic> {
    let all = with_secrets(given);
    let parts = http::HttpParts {
        instance: given.instance,
        manifest: given.manifest.clone(),
        base: base(given, options)?,
        auth: auth(given, &all)?,
        config: given.config.clone(),
        with_secrets: &all,
        scrub: Scrub::of(given.secrets.values()),
    };
    Http::new(parts, options)
}

fn scim(given: &Given<'_>, options: &Options) -> Result<Scim, Diagnostic> {
    let all = with_secrets(given);
    let auth = http::auth(given.instance, auth(given, &all)?, &all)?;
    Scim::new(given.instance, base(given, options)?, auth, Scrub::of(given.secrets.values()), options)
}

/// Exported files: a list of people where the manifest reads people from one, else the accounts of the instance.
fn csv(
    given: &Given<'_>,
    files: &BTreeMap<bool, usher_domain::template::Template>,
    options: &Options,
) -> Result<Box<dyn Connector>, Diagnostic> {
    let missing = |detail: String| {
        Diagnostic::new("CONNECT-001", "the instance lacks a value", format!("{}: {detail}", given.instance))
            .hint("give it under config in usher.yaml")
    };
    let Some((people, file)) = files.last_key_value() else { return Err(missing("the manifest names no file".into())) };
    let values = http::config_values(given.config);
    let path = file.render(Encoding::Raw, |name| values.get(name)).map_err(|e| missing(e.to_string()))?;
    let purpose = if *people { Purpose::People } else { Purpose::Accounts };
    let mut told = crate::csv::shape::Options::of_config(given.config, purpose)?;
    told.key = given.key.and_then(crate::csv::fields::Field::parse);
    let source = CsvSource { path: options.dir.join(path), purpose, options: told };
    Ok(Box::new(Csv::new(source, options.clock.clone())))
}
