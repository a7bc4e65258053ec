//! Faults to order: what goes wrong, at which request, before or after the effect. Data, so that a scenario can write them down.
//! The kinds are those that identity systems had in public: lists that lie about being whole, success that is not,
//! lost answers, throttling, filters that are ignored, pages of a login form under 200.

mod alter;

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::wire::{Answer, Ask};

/// Where in the life of a request a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The request arrives and nothing happens.
    BeforeEffect,
    /// What was asked is done; the answer is what goes wrong.
    AfterEffect,
    /// An answer comes, and what it says is wrong.
    InBody,
}

/// Which of the requests that match are struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// Only the nth that matches, from 1.
    Nth(u32),
    /// The first n that match.
    First(u32),
    /// The nth and all later ones.
    From(u32),
    /// All.
    Every,
}

impl Attempt {
    fn due(self, seen: u32) -> bool {
        match self {
            Attempt::Nth(n) => seen == n,
            Attempt::First(n) => seen <= n,
            Attempt::From(n) => seen >= n,
            Attempt::Every => true,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The connection closes without one byte of an answer.
    Drop,
    /// 429. `retry_after` goes into `Retry-After` as it is: seconds, a date, nonsense; without it there is no header.
    Throttle {
        /// Value of the header.
        retry_after: Option<String>,
    },
    /// This status and an error text. Before the effect, a 2xx is a success that is not.
    Status(u16),
    /// A web page under 200.
    HtmlPage,
    /// 302 to `/login`.
    RedirectToLogin,
    /// No answer for so long, then the connection closes. Ends earlier when the server stops.
    Silence {
        /// The bound, in milliseconds.
        milliseconds: u64,
    },
    /// 400 for a request that says how many rows it wants (`count`, `limit`).
    CountRefused,
    /// The first page again, where a later one was asked for.
    PageRepeated,
    /// Another page than asked for: `startIndex` moved by so many, as when rows come or go meanwhile.
    PageShifted(i64),
    /// `totalResults` is off by so many.
    TotalLies(i64),
    /// The list as if no filter had been sent.
    FilterIgnored,
    /// The last row of a list has the id of the first.
    IdsRepeated,
    /// `true` and `false` become `"True"` and `"False"`.
    StringBooleans,
    /// `schemas` is missing everywhere.
    MissingSchemas,
    /// The body breaks off half way and the connection closes.
    BodyTorn,
}

impl Fault {
    /// Its name, as data spells it.
    pub fn name(&self) -> &'static str {
        match self {
            Fault::Drop => "drop",
            Fault::Throttle { .. } => "throttle",
            Fault::Status(_) => "status",
            Fault::HtmlPage => "html_page",
            Fault::RedirectToLogin => "redirect_to_login",
            Fault::Silence { .. } => "silence",
            Fault::CountRefused => "count_refused",
            Fault::PageRepeated => "page_repeated",
            Fault::PageShifted(_) => "page_shifted",
            Fault::TotalLies(_) => "total_lies",
            Fault::FilterIgnored => "filter_ignored",
            Fault::IdsRepeated => "ids_repeated",
            Fault::StringBooleans => "string_booleans",
            Fault::MissingSchemas => "missing_schemas",
            Fault::BodyTorn => "body_torn",
        }
    }

    fn fits(&self, phase: Phase) -> bool {
        match self {
            Fault::Drop | Fault::Throttle { .. } | Fault::Status(_) | Fault::HtmlPage | Fault::RedirectToLogin | Fault::Silence { .. } => {
                phase != Phase::InBody
            }
            Fault::CountRefused => phase == Phase::BeforeEffect,
            Fault::PageRepeated
            | Fault::PageShifted(_)
            | Fault::TotalLies(_)
            | Fault::FilterIgnored
            | Fault::IdsRepeated
            | Fault::StringBooleans
            | Fault::MissingSchemas
            | Fault::BodyTorn => phase == Phase::InBody,
        }
    }
}

/// One fault, where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// `METHOD PATH`, where `*` stands for any text: `PATCH */Users/*`, `* /api/v1/users*`. The path as sent, without the query.
    pub on: String,
    /// Text that must stand in the path, the query or the body, e.g. an id or a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Which of the matching requests.
    pub attempt: Attempt,
    /// Before or after the effect, or in the body.
    pub phase: Phase,
    /// What goes wrong.
    pub fault: Fault,
}

impl Order {
    /// The first request that matches `on`.
    pub fn first(on: &str, phase: Phase, fault: Fault) -> Order {
        Order { on: on.to_owned(), subject: None, attempt: Attempt::Nth(1), phase, fault }
    }

    /// Every request that matches `on`.
    pub fn every(on: &str, phase: Phase, fault: Fault) -> Order {
        Order { attempt: Attempt::Every, ..Order::first(on, phase, fault) }
    }

    /// The lost answer: what `on` asks is done, and the connection closes instead of an answer.
    pub fn lost_answer(on: &str) -> Order {
        Order::first(on, Phase::AfterEffect, Fault::Drop)
    }

    /// The same for requests that name this subject.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Order {
        self.subject = Some(subject.to_owned());
        self
    }
}

/// An order whose fault can't strike in its phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The order that was refused.
    pub order: Order,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the fault {} can't strike in the phase {:?}", self.order.fault.name(), self.order.phase)
    }
}

impl std::error::Error for Misfit {}

#[derive(Debug, Clone)]
struct Standing {
    order: Order,
    seen: u32,
    fired: u32,
}

/// The faults of one server, or of several that share the handle. Cheap to clone; all clones see the same orders.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Standing>>>);

/// What is to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    Answer(Answer),
    /// An answer whose body breaks off.
    Torn(Answer),
    Drop,
    Silence {
        milliseconds: u64,
    },
}

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) effect: Effect,
    pub(crate) fault: Option<&'static str>,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Faults {
        Faults::default()
    }

    /// All of these.
    ///
    /// # Errors
    /// [`Misfit`] for the first order whose fault can't strike in its phase.
    pub fn new(orders: impl IntoIterator<Item = Order>) -> Result<Faults, Misfit> {
        let faults = Faults::none();
        for order in orders {
            faults.order(order)?;
        }
        Ok(faults)
    }

    /// One more.
    ///
    /// # Errors
    /// [`Misfit`] where the fault can't strike in the phase.
    pub fn order(&self, order: Order) -> Result<(), Misfit> {
        if !order.fault.fits(order.phase) {
            return Err(Misfit { order });
        }
        crate::locked(&self.0).push(Standing { order, seen: 0, fired: 0 });
        Ok(())
    }

    /// The orders that struck, with how often.
    pub fn fired(&self) -> Vec<(Order, u32)> {
        crate::locked(&self.0).iter().filter(|s| s.fired > 0).map(|s| (s.order.clone(), s.fired)).collect()
    }

    /// The orders that have not struck. A test that ordered a fault asks that this is empty.
    pub fn unfired(&self) -> Vec<Order> {
        crate::locked(&self.0).iter().filter(|s| s.fired == 0).map(|s| s.order.clone()).collect()
    }

    /// Takes all orders back.
    pub fn clear(&self) {
        crate::locked(&self.0).clear();
    }

    /// Lets `act` answer and makes wrong what was ordered. Of the faults before and after the effect the first that is due strikes;
    /// faults in the body add up.
    pub(crate) fn around(&self, ask: &mut Ask, act: impl FnOnce(&Ask) -> Answer) -> Outcome {
        let due = self.due(ask);
        for (index, order) in due.iter().filter(|(_, o)| o.phase == Phase::BeforeEffect) {
            if let Some(effect) = alter::instead(&order.fault, ask) {
                self.strike(*index);
                return Outcome { effect, fault: Some(order.fault.name()) };
            }
        }
        let mut fault = None;
        let mut torn = false;
        let mut answered: Vec<usize> = Vec::new();
        for (index, order) in due.iter().filter(|(_, o)| o.phase == Phase::InBody) {
            if alter::request(&order.fault, ask) {
                self.strike(*index);
                answered.push(*index);
                fault = Some(order.fault.name());
            }
        }
        let mut answer = act(ask);
        for (index, order) in due.iter().filter(|(_, o)| o.phase == Phase::AfterEffect) {
            if let Some(effect) = alter::instead(&order.fault, ask) {
                self.strike(*index);
                return Outcome { effect, fault: Some(order.fault.name()) };
            }
        }
        for (index, order) in due.iter().filter(|(i, o)| o.phase == Phase::InBody && !answered.contains(i)) {
            let tears = order.fault == Fault::BodyTorn && answer.body.len() > 1;
            if tears || alter::body(&order.fault, &mut answer) {
                torn |= tears;
                self.strike(*index);
                fault = Some(order.fault.name());
            }
        }
        Outcome { effect: if torn { Effect::Torn(answer) } else { Effect::Answer(answer) }, fault }
    }

    fn due(&self, ask: &Ask) -> Vec<(usize, Order)> {
        let line = format!("{} {}", ask.method, ask.path);
        let mut standing = crate::locked(&self.0);
        let matching = standing.iter_mut().enumerate().filter(|(_, s)| glob(&s.order.on, &line) && names(ask, s.order.subject.as_deref()));
        matching
            .filter_map(|(index, s)| {
                s.seen += 1;
                s.order.attempt.due(s.seen).then(|| (index, s.order.clone()))
            })
            .collect()
    }

    fn strike(&self, index: usize) {
        if let Some(standing) = crate::locked(&self.0).get_mut(index) {
            standing.fired += 1;
        }
    }
}

fn names(ask: &Ask, subject: Option<&str>) -> bool {
    let Some(subject) = subject else { return true };
    ask.segments().iter().any(|s| s.contains(subject))
        || ask.pairs().iter().any(|(_, v)| v.contains(subject))
        || String::from_utf8_lossy(&ask.body).contains(subject)
}

/// True where `text` has the form of `pattern`, in which `*` is any text, slashes too.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
