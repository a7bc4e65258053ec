//! The driver of apps whose API their manifest describes (DESIGN §4): no app has code of its own here.

mod auth;
mod check;
mod errors;
mod listing;
mod map;
mod one;
mod paging;
mod query;
mod reader;
mod render;
#[cfg(test)]
mod tests;
mod values;
mod write;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderName;
use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::WritePermit;
use usher_domain::manifest::{self, Auth, Manifest, RateLimit};

use crate::connector::{Ack, BoxFuture, Budget, CheckReport, Connector, ConnectorKind, Cursor, Reader, Want};
use crate::fault::Fault;
use crate::registry::Options;
use crate::secrets::Scrub;
use crate::wire::{self, Backoff, Pins, RateHeaders, ResetFormat, Wire, WireParts};

/// An instance of an app with a REST API.
pub(crate) struct Http {
    instance: String,
    manifest: Arc<Manifest>,
    wire: Wire,
    base: Url,
    config: Map<String, Value>,
}

/// What an [`Http`] is made from.
pub(crate) struct HttpParts<'p> {
    pub(crate) instance: &'p str,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) base: Url,
    /// The way to authenticate that the instance uses.
    pub(crate) auth: Option<&'p Auth>,
    /// Without secrets: what requests may hold.
    pub(crate) config: Map<String, Value>,
    /// With them: what the way to authenticate may hold.
    pub(crate) with_secrets: &'p Map<String, Value>,
    pub(crate) scrub: Scrub,
}

/// Values of the config alone.
pub(crate) fn config_values(config: &Map<String, Value>) -> values::Values<'_> {
    values::Values { config: Some(config), ..values::Values::default() }
}

pub(crate) use auth::of as auth;

impl Http {
    /// # Errors
    /// `WIRE-001`, `WIRE-002`: TLS or the address. `CONNECT-003` to `-006`: the way to authenticate or to page.
    pub(crate) fn new(parts: HttpParts<'_>, options: &Options) -> Result<Self, Diagnostic> {
        let HttpParts { instance, manifest, base, auth, config, with_secrets, scrub } = parts;
        paging::Paging::of(instance, None, manifest.pagination.as_ref())?;
        let wire = Wire::new(WireParts {
            instance: instance.to_owned(),
            pins: Pins::to(&base, options.plain_http)?,
            auth: auth::of(instance, auth, with_secrets)?,
            scrub,
            clock: options.clock.clone(),
            rate: rate(&manifest.rate_limit),
            backoff: backoff(&manifest.rate_limit),
            seed: options.seed,
        })?;
        Ok(Http { instance: instance.to_owned(), manifest, wire, base, config })
    }
}

fn rate(limit: &RateLimit) -> RateHeaders {
    let mut rate = RateHeaders::default();
    let name = |text: &str| HeaderName::from_bytes(text.as_bytes()).ok();
    if let Some(remaining) = &limit.remaining {
        rate.remaining = name(remaining).into_iter().collect();
        // The whole quota's header goes by the same name but for one word.
        rate.limit = name(&remaining.to_ascii_lowercase().replace("remaining", "limit")).into_iter().collect();
    }
    if let Some(reset) = &limit.reset {
        rate.reset = name(&reset.header).into_iter().collect();
        rate.format = match reset.format {
            manifest::ResetFormat::EpochSeconds => ResetFormat::EpochSeconds,
            manifest::ResetFormat::EpochMilliseconds => ResetFormat::EpochMilliseconds,
            manifest::ResetFormat::Seconds => ResetFormat::Seconds,
            manifest::ResetFormat::HttpDate | manifest::ResetFormat::DateTime => ResetFormat::Date,
        };
    }
    if let Some(reserve) = limit.reserve {
        rate.reserve = u8::try_from(reserve.0).unwrap_or(100);
    }
    if let Some(requests) = &limit.requests {
        rate.gap = Duration::from_secs(requests.per.seconds()).checked_div(requests.count.max(1));
    }
    rate
}

fn backoff(limit: &RateLimit) -> Backoff {
    limit.backoff.as_ref().map_or_else(Backoff::default, |b| Backoff {
        initial: Duration::from_secs(b.initial.seconds()),
        maximum: Duration::from_secs(b.maximum.seconds()),
    })
}

impl Connector for Http {
    fn kind(&self) -> ConnectorKind {
        ConnectorKind::Http
    }

    fn query(&self, want: &Want) -> String {
        let list = |name| self.manifest.operations.get(&name).and_then(|o| o.request()).map(ToString::to_string).unwrap_or_default();
        let query = |details: &manifest::Details| {
            details.query.iter().map(|(k, v)| format!(" {k}={}", serde_json::to_string(&v.value).unwrap_or_default())).collect::<String>()
        };
        let accounts = self.manifest.operations.get(&manifest::OperationName::ListAccounts);
        let what = match want {
            Want::Everything => {
                format!("{}{}", list(manifest::OperationName::ListAccounts), accounts.map(|o| query(&o.details)).unwrap_or_default())
            }
            Want::Account { native_id, user_name } => {
                format!("{} {native_id} {}", list(manifest::OperationName::GetAccount), user_name.as_deref().unwrap_or_default())
            }
            Want::Query { name, with } => format!("query {name} {with:?}"),
        };
        format!("http {} {what}", self.manifest.app.as_str())
    }

    fn check(&self) -> BoxFuture<'_, Result<CheckReport, Fault>> {
        Box::pin(check::check(self))
    }

    fn read<'a>(&'a self, want: &'a Want, from: Option<Cursor>, budget: Budget) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Fault>> {
        Box::pin(async move {
            let now = self.wire.clock().now();
            Ok(match want {
                Want::Everything => Box::new(reader::All::new(self, from, budget, now)?) as Box<dyn Reader + 'a>,
                Want::Account { native_id, user_name } => Box::new(one::One {
                    http: self,
                    native_id,
                    user_name: user_name.as_deref(),
                    allowance: budget.into(),
                    as_of: now,
                    done: false,
                }),
                Want::Query { name, with } => Box::new(query::Queried::new(self, name, with, budget, now)?),
            })
        })
    }

    fn write<'a>(&'a self, permit: WritePermit) -> BoxFuture<'a, Result<Ack, Fault>> {
        Box::pin(async move {
            let (operation, request) = write::render(self, permit.step(), permit.opening()).await.map_err(Fault::not_sent)?;
            let errors = errors::Errors::of(&self.manifest, Some(operation));
            let answer = self.wire.send(permit, request, &errors).await?;
            if answer.status == 202 {
                let task = answer.header("location").unwrap_or("the app is working on it");
                return Ok(Ack::Accepted { task: wire::shortened(task) });
            }
            Ok(Ack::Done)
        })
    }
}
