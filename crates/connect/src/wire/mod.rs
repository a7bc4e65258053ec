//! The only place that builds an HTTP client and talks to apps.
//!
//! Two functions: [`Wire::ask`] refuses methods that write and may try again; [`Wire::send`] takes a [`WritePermit`], uses it up, and
//! sends once. What comes back is an [`Answer`], whole and bounded, or a [`Fault`] without secrets.

mod classify;
mod client;
mod date;
mod pace;
mod request;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, Url};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::WritePermit;
use usher_domain::time::Time;

#[cfg(test)]
pub(crate) use classify::ByStatus;
pub(crate) use classify::{Classify, class_of, fault as fault_of, shortened};
pub(crate) use client::{Pins, is_loopback};
pub(crate) use date::ResetFormat;
pub(crate) use pace::{Allowance, Backoff, RateHeaders};
pub(crate) use request::{Answer, Request};

use crate::clock::Clock;
use crate::connector::BoxFuture;
use crate::fault::{Fault, FaultClass};
use crate::secrets::Scrub;

/// Tries of one read where the app is not well.
const TRIES: u32 = 4;
/// Tries of one read where the app asks to wait; patience ends it sooner.
const THROTTLED_TRIES: u32 = 20;
/// Longest that a write waits for a quota; the lease runs meanwhile.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for the answer to a write. Longer than for a read: to give up early leaves an unknown outcome.
const WRITE_ANSWER: Duration = Duration::from_secs(60);
/// Most bytes of the answer to a write.
const WRITE_BYTES: usize = 8 << 20;

/// Puts credentials on a request, right before it leaves.
pub(crate) trait Authorize: Send + Sync {
    /// Adds them; the request's target and body are final.
    fn authorize<'a>(&'a self, request: &'a mut Request, now: Time) -> BoxFuture<'a, Result<(), Fault>>;
}

/// What a [`Wire`] is made from.
pub(crate) struct WireParts {
    /// How messages call the instance.
    pub(crate) instance: String,
    pub(crate) pins: Pins,
    pub(crate) auth: Box<dyn Authorize>,
    pub(crate) scrub: Scrub,
    pub(crate) clock: Clock,
    pub(crate) rate: RateHeaders,
    pub(crate) backoff: Backoff,
    /// Makes waits of many workers uneven; the same seed gives the same waits.
    pub(crate) seed: u64,
}

/// The connection to one instance.
pub(crate) struct Wire {
    parts: WireParts,
    client: reqwest::Client,
    quota: Mutex<pace::Quota>,
    /// When the last request left, or will.
    last: Mutex<Option<Time>>,
    rolls: AtomicU64,
}

impl Wire {
    /// # Errors
    /// `WIRE-001` if TLS can't be set up on this machine (no root certificates).
    pub(crate) fn new(parts: WireParts) -> Result<Self, Diagnostic> {
        let client = client::build(&parts.pins)?;
        Ok(Wire { parts, client, quota: Mutex::default(), last: Mutex::default(), rolls: AtomicU64::new(0) })
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.parts.clock
    }

    /// Sends a request that changes nothing, again if the app is not well or asks to wait, within `allowance`.
    ///
    /// # Errors
    /// The last fault. Unsupported for a method that could change something: such a request needs a permit.
    pub(crate) async fn ask(&self, request: &Request, allowance: &mut Allowance, classify: &dyn Classify) -> Result<Answer, Fault> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            let detail = format!("{}: {} may change something and needs a write permit", self.parts.instance, request.label());
            return Err(Fault::new(FaultClass::Unsupported, Diagnostic::new("WIRE-003", "not a read", detail)).not_sent());
        }
        let mut attempt = 1;
        loop {
            let fault = match self.try_ask(request, allowance, classify).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let backoff = self.parts.backoff.wait(attempt, self.roll());
            let (tries, wait) = match fault.class {
                FaultClass::Transient => (TRIES, fault.retry_after.map_or(backoff, |asked| asked.max(backoff))),
                // A wait of 0, or until a moment that has passed, is no wait worth the name: at least the backoff.
                FaultClass::Throttled => (THROTTLED_TRIES, fault.retry_after.map_or(backoff, |asked| asked.max(backoff))),
                _ => return Err(fault),
            };
            if attempt >= tries || wait > allowance.patience {
                return Err(fault);
            }
            allowance.patience -= wait;
            tracing::debug!(instance = %self.parts.instance, request = %request.label(), attempt, ?wait, "trying again");
            self.parts.clock.pause(wait).await;
            attempt += 1;
        }
    }

    /// Sends what a journalled step asks for, once. The permit is used up whatever happens.
    ///
    /// # Errors
    /// Not sent where that is certain; Unknown where it left and no answer came; else what the answer says.
    pub(crate) async fn send(&self, permit: WritePermit, request: Request, classify: &dyn Classify) -> Result<Answer, Fault> {
        if let Some(wait) = self.quota_wait(0) {
            let ends = permit.until();
            if wait > WRITE_PATIENCE || self.parts.clock.now().plus_seconds(wait.as_secs() as i64 + 5) >= ends {
                let detail = format!("{}: {}: the quota is used up", self.parts.instance, request.label());
                let message = Diagnostic::new("WIRE-011", "the app asks to wait", detail);
                return Err(Fault::new(FaultClass::Throttled, message).after(Some(wait)).not_sent());
            }
            self.parts.clock.pause(wait).await;
        }
        let mut request = request;
        self.prepare(&mut request).await?;
        let secrets = request.secrets.clone();
        permit.spend(self.parts.clock.now()).map_err(|expired| {
            let message = Diagnostic::new("WIRE-004", "the write came too late", format!("{}: {expired}", self.parts.instance));
            Fault::new(FaultClass::Transient, message).not_sent()
        })?;
        let answer = self.exchange(request, WRITE_ANSWER, WRITE_BYTES).await.map_err(|fault| {
            // What left and came back broken is a lost answer (invariant 5).
            if fault.sent { Fault { class: FaultClass::Unknown, ..fault } } else { fault }
        })?;
        match classify.fault(&answer, self.parts.clock.now()) {
            Some(fault) => Err(self.clean(fault, &secrets)),
            None => Ok(answer),
        }
    }

    async fn try_ask(&self, request: &Request, allowance: &mut Allowance, classify: &dyn Classify) -> Result<Answer, Fault> {
        if let Some(wait) = self.quota_wait(self.parts.rate.reserve) {
            if wait > allowance.patience {
                let detail = format!("{}: {}: what is left of the quota is reserved for others", self.parts.instance, request.label());
                let message = Diagnostic::new("WIRE-011", "the app asks to wait", detail);
                return Err(Fault::new(FaultClass::Throttled, message).after(Some(wait)).not_sent());
            }
            allowance.patience -= wait;
            self.parts.clock.pause(wait).await;
        }
        let mut request = request.clone();
        self.prepare(&mut request).await?;
        let secrets = request.secrets.clone();
        let answer = self.exchange(request, allowance.answer, allowance.bytes).await?;
        match classify.fault(&answer, self.parts.clock.now()) {
            Some(fault) => Err(self.clean(fault, &secrets)),
            None => Ok(answer),
        }
    }

    /// Everything before the first byte leaves: the host is one of ours, and the credentials are on.
    async fn prepare(&self, request: &mut Request) -> Result<(), Fault> {
        self.parts.pins.check(&request.url).map_err(|message| Fault::new(FaultClass::Malformed, message).not_sent())?;
        self.parts.auth.authorize(request, self.parts.clock.now()).await
    }

    async fn exchange(&self, request: Request, answer: Duration, bytes: usize) -> Result<Answer, Fault> {
        self.keep_apart().await;
        let secrets = request.secrets.clone();
        let answered = client::exchange(&self.client, request, answer, bytes).await.map_err(|fault| self.clean(fault, &secrets))?;
        if let Ok(mut quota) = self.quota.lock() {
            quota.note(&answered.headers, &self.parts.rate, self.parts.clock.now());
        }
        Ok(answered)
    }

    /// Waits until the documented limit allows one more request.
    async fn keep_apart(&self) {
        let Some(gap) = self.parts.rate.gap else { return };
        let now = self.parts.clock.now();
        let wait = match self.last.lock() {
            Ok(mut last) => {
                let free = last.map_or(now, |last| Time::from_micros(last.micros() + i64::try_from(gap.as_micros()).unwrap_or(0)).max(now));
                *last = Some(free);
                Duration::from_micros(u64::try_from(free.micros() - now.micros()).unwrap_or(0))
            }
            Err(_) => gap,
        };
        if !wait.is_zero() {
            self.parts.clock.pause(wait).await;
        }
    }

    fn quota_wait(&self, reserve: u8) -> Option<Duration> {
        self.quota.lock().ok()?.wait(reserve, self.parts.clock.now())
    }

    fn roll(&self) -> u64 {
        self.parts.seed.wrapping_add(self.rolls.fetch_add(1, Ordering::Relaxed))
    }

    /// The fault under the instance's name and without secrets.
    fn clean(&self, mut fault: Fault, more: &[crate::secrets::Secret]) -> Fault {
        let mut scrub = self.parts.scrub.clone();
        for secret in more {
            scrub.add(secret);
        }
        fault.message.detail = scrub.clean(&format!("{}: {}", self.parts.instance, fault.message.detail));
        fault
    }
}

/// An address with these path segments after the base's own, each percent-encoded, and this query in this order.
pub(crate) fn below(base: &Url, segments: &[&str], query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    let parts: Vec<String> =
        query.iter().map(|(k, v)| format!("{}={}", crate::secrets::percent_encoded(k), crate::secrets::percent_encoded(v))).collect();
    let inherited = base.query().filter(|q| !q.is_empty()).map(str::to_owned);
    let all: Vec<String> = inherited.into_iter().chain(parts).collect();
    url.set_query((!all.is_empty()).then(|| all.join("&")).as_deref());
    url
}
