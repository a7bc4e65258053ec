//! SCIM 2.0 (RFC 7643, 7644) as a client that trusts nothing: totals lie, ids repeat, filters are ignored, pages shift while they are
//! read. What a server does otherwise than the RFCs say is said to people, and decides nothing that it shouldn't.

mod abilities;
mod check;
mod list;
mod map;
mod names;
mod pass;
mod reader;
#[cfg(test)]
mod tests;
mod walk;
mod write;

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderValue};
use serde_json::Value;
use tokio::sync::OnceCell;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::WritePermit;
use usher_domain::time::Time;

use crate::connector::{Ack, BoxFuture, Budget, CheckReport, Connector, ConnectorKind, Cursor, Reader, Want};
use crate::fault::{Fault, FaultClass};
use crate::registry::Options;
use crate::secrets::Scrub;
use crate::wire::{self, Allowance, Answer, Authorize, Backoff, Classify, Pins, RateHeaders, Request, Wire, WireParts};

/// An instance that speaks SCIM.
pub(crate) struct Scim {
    wire: Wire,
    base: Url,
    abilities: OnceCell<abilities::Abilities>,
    /// The server answered a PATCH with "can't do that": from then on the whole resource is put.
    patch_refused: AtomicBool,
}

impl Scim {
    /// `base` is the address that `/Users` follows.
    ///
    /// # Errors
    /// `WIRE-001`, `WIRE-002`: the address or this machine's TLS can't be used.
    pub(crate) fn new(instance: &str, base: Url, auth: Box<dyn Authorize>, scrub: Scrub, options: &Options) -> Result<Self, Diagnostic> {
        let wire = Wire::new(WireParts {
            instance: instance.to_owned(),
            pins: Pins::to(&base, options.plain_http)?,
            auth,
            scrub,
            clock: options.clock.clone(),
            rate: RateHeaders::default(),
            backoff: Backoff::default(),
            seed: options.seed,
        })?;
        Ok(Scim { wire, base, abilities: OnceCell::new(), patch_refused: AtomicBool::new(false) })
    }

    fn request(&self, method: reqwest::Method, segments: &[&str], query: &[(&str, String)]) -> Request {
        let query: Vec<(&str, &str)> = query.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let accept = HeaderValue::from_static("application/scim+json, application/json");
        Request::new(method, wire::below(&self.base, segments, &query)).header(ACCEPT, accept)
    }

    async fn get(&self, segments: &[&str], query: &[(&str, String)], allowance: &mut Allowance) -> Result<Answer, Fault> {
        self.wire.ask(&self.request(reqwest::Method::GET, segments, query), allowance, &ScimErrors).await
    }

    /// One resource by its id. `None` only if the server said in SCIM's own words that it isn't there, or its list still answers: a
    /// 404 of a gateway, or of a wrong address, is no fact about an account (fault-kinds.md 1).
    async fn find(&self, path: &str, id: &str, allowance: &mut Allowance) -> Result<Option<Found>, Fault> {
        let answer = match self.get(&[path, id], &[], allowance).await {
            Ok(answer) => answer,
            Err(fault) if fault.class == FaultClass::NotFound => {
                if fault.message.code != SAID_BY_SCIM {
                    let query = [("startIndex", "1".to_owned()), ("count", "1".to_owned())];
                    let answer = self.get(&[path], &query, allowance).await?;
                    list::page(answer.json()?).ok_or_else(|| wrong(&answer, "this is not a list (RFC 7644 §3.4.2)"))?;
                }
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        };
        let resource = answer.json()?;
        let came = resource.as_object().and_then(|map| names::text(map, "id"));
        if came.as_deref() != Some(id) {
            return Err(wrong(&answer, &format!("asked for id {id}, got {}", came.as_deref().unwrap_or("no id"))));
        }
        let version =
            resource.as_object().and_then(|map| names::get(map, "meta")?.as_object().and_then(|meta| names::text(meta, "version")));
        let etag = answer.header("etag").map(str::to_owned).or(version);
        Ok(Some(Found { resource, etag }))
    }
}

/// A resource and its version.
struct Found {
    resource: Value,
    etag: Option<String>,
}

impl Connector for Scim {
    fn kind(&self) -> ConnectorKind {
        ConnectorKind::Scim
    }

    fn query(&self, want: &Want) -> String {
        let what = match want {
            Want::Everything => "Users and Groups, all".to_owned(),
            Want::Account { native_id, user_name } => format!("Users/{native_id} {}", user_name.as_deref().unwrap_or_default()),
            Want::Query { name, .. } => format!("query {name}"),
        };
        format!("scim {} {what}", self.base.path())
    }

    fn check(&self) -> BoxFuture<'_, Result<CheckReport, Fault>> {
        Box::pin(check::check(self))
    }

    fn read<'a>(&'a self, want: &'a Want, from: Option<Cursor>, budget: Budget) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Fault>> {
        Box::pin(async move { reader::start(self, want, from, budget) })
    }

    fn write<'a>(&'a self, permit: WritePermit) -> BoxFuture<'a, Result<Ack, Fault>> {
        Box::pin(async move {
            let rendered = write::render(self, permit.step(), permit.opening()).await.map_err(Fault::not_sent)?;
            let patched = rendered.method == reqwest::Method::PATCH;
            match self.wire.send(permit, rendered, &ScimErrors).await {
                Ok(answer) if answer.status == 202 => {
                    let task = answer.header("location").or(answer.header("set-txn")).unwrap_or("the app is working on it");
                    Ok(Ack::Accepted { task: wire::shortened(task) })
                }
                Ok(_) => Ok(Ack::Done),
                Err(fault) => {
                    if patched && fault.class == FaultClass::Unsupported {
                        self.patch_refused.store(true, Ordering::Relaxed);
                    }
                    Err(fault)
                }
            }
        })
    }
}

/// The code of a "not there" in SCIM's own words.
const SAID_BY_SCIM: &str = "SCIM-001";

/// Reads SCIM's errors (RFC 7644 §3.12): the status decides, `detail` is for people. An error under status 200 is one too.
struct ScimErrors;

impl Classify for ScimErrors {
    fn fault(&self, answer: &Answer, now: Time) -> Option<Fault> {
        let body = || serde_json::from_slice::<Value>(&answer.body).ok();
        if answer.ok() {
            let text = answer.body.get(..4096).unwrap_or(&answer.body);
            let might_be = text.windows(names::ERROR.len()).any(|w| w.eq_ignore_ascii_case(names::ERROR.as_bytes()));
            let error = might_be.then(body).flatten().filter(is_error)?;
            let status =
                error.get("status").and_then(|s| s.as_u64().or_else(|| s.as_str()?.parse().ok())).and_then(|s| u16::try_from(s).ok());
            let class = status.and_then(wire::class_of).unwrap_or(FaultClass::Malformed);
            return Some(said(answer, class, Some(&error), now));
        }
        let class = wire::class_of(answer.status)?;
        if answer.is_html() && !(300..400).contains(&answer.status) && class == FaultClass::NotFound {
            return answer.json().err();
        }
        Some(said(answer, class, body().filter(Value::is_object).as_ref(), now))
    }
}

fn is_error(body: &Value) -> bool {
    let schemas = body.as_object().map(|map| names::list(map, "schemas")).unwrap_or_default();
    schemas.iter().any(|s| s.as_str().is_some_and(|s| s.eq_ignore_ascii_case(names::ERROR)))
}

fn said(answer: &Answer, class: FaultClass, body: Option<&Value>, now: Time) -> Fault {
    let map = body.and_then(Value::as_object);
    let part = |name: &str| map.and_then(|map| names::text(map, name));
    let words: Vec<String> = [part("scimType"), part("detail")].into_iter().flatten().collect();
    let words = words.join(": ");
    let mut fault = wire::fault_of(answer, class, (!words.is_empty()).then_some(words.as_str()), now);
    if class == FaultClass::NotFound && body.is_some_and(is_error) {
        fault.message.code = SAID_BY_SCIM;
    }
    fault
}

/// An answer that can't be right.
fn wrong(answer: &Answer, why: &str) -> Fault {
    let detail = format!("{}: {why}", answer.label);
    Fault::new(FaultClass::Malformed, Diagnostic::new("SCIM-002", "the app's answer is not SCIM", detail))
}
