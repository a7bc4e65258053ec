//! A Darktrace-like appliance: signed requests, devices, model breaches, statistics. Nothing in it touches the console's logins:
//! no public source names an endpoint that does, so asking for one ends where all unknown paths end, at the login page.

mod console;
mod network;
mod signature;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::company::Company;
use crate::fault::Faults;
use crate::rng::Rng;
use crate::wire::{self, Answer, Ask, Backend, Running};
pub use console::{Console, ConsoleUser};
use network::{Network, millis};
pub use signature::DateForm;
use signature::Token;

/// The simulated appliance.
#[derive(Debug)]
pub struct Darktrace {
    tokens: Vec<Token>,
    dates: DateForm,
    clock: Clock,
    console: Console,
    network: Mutex<Network>,
}

impl Darktrace {
    /// The company's appliance. Its token pair is made from the seed ([`Darktrace::public_token`], [`Darktrace::private_token`]).
    pub fn of(company: &Company, clock: Clock) -> Darktrace {
        let mut rng = Rng::new(company.seed, "darktrace tokens");
        Darktrace {
            tokens: vec![Token { public: rng.hex(32), private: rng.hex(32), denied: Vec::new() }],
            dates: DateForm::Both,
            clock,
            console: Console::of(company),
            network: Mutex::new(Network::of(company)),
        }
    }

    /// The same with one more token pair, which may not read paths that begin with one of `denied`.
    #[must_use]
    pub fn with_token(mut self, public: &str, private: &str, denied: &[&str]) -> Darktrace {
        let denied = denied.iter().map(|d| (*d).to_owned()).collect();
        self.tokens.push(Token { public: public.to_owned(), private: private.to_owned(), denied });
        self
    }

    /// The same, taking only one spelling of dates.
    #[must_use]
    pub fn with_dates(mut self, dates: DateForm) -> Darktrace {
        self.dates = dates;
        self
    }

    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// What the system says about listening.
    pub async fn start(self, faults: Faults) -> io::Result<Running<Darktrace>> {
        wire::start(Arc::new(self), faults).await
    }

    /// The logins that only people see and change.
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// The public half of the first token pair.
    pub fn public_token(&self) -> &str {
        self.tokens.first().map_or("", |t| &t.public)
    }

    /// The private half of the first token pair.
    pub fn private_token(&self) -> &str {
        self.tokens.first().map_or("", |t| &t.private)
    }

    fn route(&self, ask: &Ask) -> Answer {
        let token = match signature::check(ask, &self.tokens, self.dates, self.clock.now()) {
            Ok(token) => token,
            Err(text) => return Answer::json(400, &json!({"error": text})),
        };
        if token.denied.iter().any(|d| ask.path.starts_with(d.as_str())) {
            return redirect("/403");
        }
        let segments = ask.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut network = crate::locked(&self.network);
        match (ask.method.as_str(), segments.as_slice()) {
            ("GET", ["status"]) => self.status(&network),
            ("GET", ["time"]) => Answer::json(200, &json!({"time": millis(self.clock.now())})),
            ("GET", ["summarystatistics"]) => statistics(&network, ask),
            ("GET", ["devices"]) => devices(&network, ask),
            ("POST", ["devices"]) => prioritise(&mut network, ask),
            ("GET", ["devicesearch"]) => search(&network, ask),
            ("GET", ["modelbreaches"]) => breaches(&network, ask),
            ("GET", ["modelbreaches", pbid, "comments"]) => match breach(&mut network, pbid) {
                Some(breach) => Answer::json(200, &breach.comments.iter().map(|c| json!({"message": c})).collect()),
                None => bad_input(),
            },
            ("POST", ["modelbreaches", pbid, what]) => comment(&mut network, pbid, what, ask),
            ("DELETE", ["tags", "entities"]) => untag(&mut network, ask),
            _ => redirect("/login"),
        }
    }

    fn status(&self, network: &Network) -> Answer {
        Answer::json(
            200,
            &json!({"version": "7.1.0 (simulated)", "time": millis(self.clock.now()), "devices": network.devices.len(), "health": "ok"}),
        )
    }
}

impl Backend for Darktrace {
    const PRODUCT: &'static str = "Simulated Darktrace";
    const ROOT: &'static str = "";

    fn answer(&self, ask: &Ask) -> Answer {
        self.route(ask)
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// Where requests end that are signed well and lead nowhere.
fn redirect(to: &str) -> Answer {
    Answer::typed(302, "text/plain; charset=utf-8", format!("Found. Redirecting to {to}")).with("location", to)
}

fn bad_input() -> Answer {
    Answer::json(400, &json!({"error": "INPUT ERROR"}))
}

fn done() -> Answer {
    Answer::json(200, &json!({"response": "SUCCESS"}))
}

fn number(ask: &Ask, key: &str) -> Option<i64> {
    ask.param(key).and_then(|v| v.parse().ok())
}

fn yes(ask: &Ask, key: &str) -> bool {
    ask.param(key).as_deref() == Some("true")
}

fn statistics(network: &Network, ask: &Ask) -> Answer {
    let subnets: std::collections::BTreeSet<&str> =
        network.devices.iter().filter_map(|d| d.ip.rsplit_once('.').map(|(net, _)| net)).collect();
    let all = json!({"subnets": subnets.len(), "devices": network.devices.len(), "modelbreaches": network.breaches.len(),
        "clients": network.devices.iter().filter(|d| d.hostname.starts_with("lap-")).count(),
        "servers": network.devices.iter().filter(|d| d.hostname.starts_with("srv-")).count()});
    match ask.param("responsedata") {
        Some(only) => Answer::json(200, &json!({only.as_str(): all.get(&only)})),
        None => Answer::json(200, &all),
    }
}

fn devices(network: &Network, ask: &Ask) -> Answer {
    let did = number(ask, "did");
    let ip = ask.param("ip");
    let found = network
        .devices
        .iter()
        .filter(|d| did.is_none_or(|did| i64::try_from(d.did) == Ok(did)) && ip.as_ref().is_none_or(|ip| d.ip == *ip));
    let count = number(ask, "count").and_then(|c| usize::try_from(c).ok()).unwrap_or(usize::MAX);
    Answer::json(200, &found.take(count).map(|d| d.shown(yes(ask, "includetags"))).collect())
}

fn prioritise(network: &mut Network, ask: &Ask) -> Answer {
    let priority = serde_json::from_slice::<Value>(&ask.body).ok().and_then(|b| b.get("priority")?.as_i64());
    let device = number(ask, "did").and_then(|did| network.devices.iter_mut().find(|d| i64::try_from(d.did) == Ok(did)));
    match (device, priority) {
        (Some(device), Some(priority @ -5..=5)) => {
            device.priority = priority;
            done()
        }
        _ => bad_input(),
    }
}

/// Takes plain text or `tag:"…"` as a query.
fn search(network: &Network, ask: &Ask) -> Answer {
    let query = ask.param("query").unwrap_or_default();
    let tag = query.strip_prefix("tag:").map(|t| t.trim_matches('"').to_owned());
    let found: Vec<Value> = network
        .devices
        .iter()
        .filter(|d| match &tag {
            Some(tag) => d.tags.contains(tag),
            None => d.hostname.contains(&query),
        })
        .map(|d| d.shown(true))
        .collect();
    let from = number(ask, "offset").and_then(|o| usize::try_from(o).ok()).unwrap_or(0);
    let count = number(ask, "count").and_then(|c| usize::try_from(c).ok()).unwrap_or(50);
    let page: Vec<&Value> = found.iter().skip(from).take(count).collect();
    Answer::json(200, &json!({"totalCount": found.len(), "count": page.len(), "offset": from, "devices": page}))
}

/// Times go in pairs; without them the last 30 days are shown, without what is acknowledged.
fn breaches(network: &Network, ask: &Ask) -> Answer {
    let (from, to) = (ask.param("starttime"), ask.param("endtime"));
    let window = match (&from, &to) {
        (None, None) => (i64::MIN, i64::MAX),
        (Some(from), Some(to)) => match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => (from, to),
            _ => return bad_input(),
        },
        _ => return bad_input(),
    };
    let least = ask.param("minscore").and_then(|s| s.parse::<f64>().ok()).unwrap_or(0.0);
    let (did, pbid) = (number(ask, "did"), number(ask, "pbid"));
    let same = |have: u64, wanted: Option<i64>| wanted.is_none_or(|w| i64::try_from(have) == Ok(w));
    let all = yes(ask, "includeacknowledged");
    let found = network.breaches.iter().filter(|b| {
        (all || !b.acknowledged) && b.score >= least && (window.0..=window.1).contains(&b.time) && same(b.did, did) && same(b.pbid, pbid)
    });
    Answer::json(200, &found.map(network::Breach::shown).collect())
}

fn breach<'n>(network: &'n mut Network, pbid: &str) -> Option<&'n mut network::Breach> {
    let pbid: u64 = pbid.parse().ok()?;
    network.breaches.iter_mut().find(|b| b.pbid == pbid)
}

fn comment(network: &mut Network, pbid: &str, what: &str, ask: &Ask) -> Answer {
    let Some(breach) = breach(network, pbid) else { return bad_input() };
    match what {
        "comments" => match serde_json::from_slice::<Value>(&ask.body).ok().and_then(|b| Some(b.get("message")?.as_str()?.to_owned())) {
            Some(message) => {
                breach.comments.push(message);
                done()
            }
            None => bad_input(),
        },
        "acknowledge" | "unacknowledge" => {
            breach.acknowledged = what == "acknowledge";
            done()
        }
        _ => redirect("/login"),
    }
}

/// The gateway of a real appliance answers 502 although the tag is gone. So does this one: only a read tells.
fn untag(network: &mut Network, ask: &Ask) -> Answer {
    let (did, tag) = (number(ask, "did"), ask.param("tag"));
    match (network.devices.iter_mut().find(|d| i64::try_from(d.did).ok() == did), tag) {
        (Some(device), Some(tag)) => {
            device.tags.retain(|t| *t != tag);
            Answer::typed(502, "text/html", "<h1>502 Bad Gateway</h1>")
        }
        _ => bad_input(),
    }
}

#[cfg(test)]
mod tests;
