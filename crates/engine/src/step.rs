//! One step: a fresh read, reasons and guards, the journal, the write, and the read that decides (invariants 1, 3, 5, 6).

use std::time::Duration;

use usher_connect::connector::{Ack, Budget, Connector};
use usher_connect::fault::{Fault, FaultClass};
use usher_domain::account::AccountRow;
use usher_domain::approval::NotReady;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::fresh::{Difference, Fresh, Look};
use usher_domain::journal::{Lease, Sent};
use usher_domain::outcome::{Outcome, Seen, compare};
use usher_domain::person::PersonId;
use usher_domain::plan::{Opening, Step};
use usher_domain::run::{End, Event, StepState};
use usher_domain::snapshot::Ended;
use usher_domain::time::Time;

use crate::apply::{Checked, Work};
use crate::live::Reasons;
use crate::plan::takes_away;
use crate::read;
use crate::shelves::RunOrder;

/// Most writes of one step; each further one only after a read showed that the last had no effect.
const ATTEMPTS: u32 = 3;
/// The first wait before reading back again; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait between two reads.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How a step ended, with what decided it.
pub(crate) struct Ending {
    pub(crate) end: End,
    pub(crate) detail: String,
    pub(crate) sent_at: Option<Time>,
    pub(crate) seen: Option<Look>,
}

impl Ending {
    fn unwritten(end: End, detail: impl Into<String>, seen: Option<Look>) -> Self {
        Ending { end, detail: detail.into(), sent_at: None, seen }
    }
}

/// What a read after a write showed.
enum Back {
    Shown(Look),
    /// What it showed instead, in words.
    NotShown(Look, String),
}

impl Work<'_> {
    /// Takes one step as far as it goes now.
    ///
    /// # Errors
    /// What pauses the lane: the app or the store can't be reached. The step stays where it is, and the run goes on later.
    pub(crate) async fn step(
        &self,
        step: &Step,
        state: StepState,
        connector: &dyn Connector,
        lease: &Lease,
        cancel: Option<&RunOrder>,
    ) -> Result<(), Diagnostic> {
        let Some(opening) = self.plan().opening(step).cloned() else {
            return self.end(step, lease, Ending::unwritten(End::Stale, "what it is about was erased", None)).await;
        };
        let mut attempt = 1;
        let mut first_sent = None;
        if let (StepState::Waiting, Some(cancel)) = (&state, cancel) {
            return self.end(step, lease, Ending::unwritten(End::NotAttempted, cancel.text(), None)).await;
        }
        if let StepState::Sent { attempt: before, first_at, at, .. } = state {
            // A write left, and nobody knows how it ended: read before anything else (invariant 5).
            let sent = Sent { plan: self.plan().digest(), n: step.n, attempt: before, request: step.digest(), at };
            first_sent = Some(first_at);
            match self.read_back(step, &opening, &sent, connector, true).await? {
                Back::Shown(seen) => return self.confirmed(step, lease, first_at, seen).await,
                Back::NotShown(seen, instead) => {
                    if let Some(cancel) = cancel {
                        let detail = format!("{}; it was sent before, and a read shows {instead}", cancel.text());
                        return self.end(step, lease, self.ended_at(End::Failed, &detail, first_sent, Some(seen))).await;
                    }
                    self.keep(lease, &Event::Looked { n: step.n, shows: shows(&seen), at: seen.as_of }).await?;
                    attempt = before + 1;
                }
            }
        }
        loop {
            match self.attempt(step, &opening, attempt, first_sent, connector, lease).await? {
                Some(sent_at) => {
                    first_sent = first_sent.or(Some(sent_at));
                    attempt += 1;
                }
                None => return Ok(()),
            }
        }
    }

    /// One attempt. `Some`: it was written, a read shows no effect, and it may be tried again.
    async fn attempt(
        &self,
        step: &Step,
        opening: &Opening,
        attempt: u32,
        first_sent: Option<Time>,
        connector: &dyn Connector,
        lease: &Lease,
    ) -> Result<Option<Time>, Diagnostic> {
        let (seen, ended) = match self.look(opening, connector).await {
            Ok(seen) => seen,
            Err(fault) => return self.could_not_read(step, lease, fault, first_sent).await.map(|()| None),
        };
        if seen.row.is_none() && !read::proves_gone(&ended) && !creates(step) {
            let detail = "it is not in a read that can't prove that it is gone";
            return self.end(step, lease, self.ended_at(End::Stale, detail, first_sent, Some(seen))).await.map(|()| None);
        }
        let now = self.usher.now();
        let Some(Checked { approved, live }) = &self.checked else {
            let detail = "there is no approval in force";
            return self.end(step, lease, self.ended_at(End::NotAttempted, detail, first_sent, Some(seen))).await.map(|()| None);
        };
        let reasons = match live.reasons(&step.subject, &step.instance, now).await? {
            Reasons::Hold(ids) => ids,
            Reasons::Guard(why) => {
                let detail = format!("a guard on the people feed: {why}");
                return self.end(step, lease, self.ended_at(End::NotAttempted, &detail, first_sent, None)).await.map(|()| None);
            }
        };
        if let Some(why) = self.guarded(step, seen.row.as_ref(), now).await? {
            return self.end(step, lease, self.ended_at(End::NotAttempted, &why, first_sent, Some(seen))).await.map(|()| None);
        }
        let ready = match approved.ready(step.n, &seen.fresh(), &reasons, now) {
            Ok(ready) => ready,
            Err(not) => {
                let (end, detail) = not_ready(&not);
                return self.end(step, lease, self.ended_at(end, &detail, first_sent, Some(seen))).await.map(|()| None);
            }
        };
        if attempt > ATTEMPTS {
            let detail = format!("{ATTEMPTS} writes had no effect");
            return self.end(step, lease, self.ended_at(End::Failed, &detail, first_sent, Some(seen))).await.map(|()| None);
        }
        // What was read and decided took time: the permit ends with the lease, so the lease is counted from here.
        let lease = &self.usher.renew_lane(lease).await?;
        let permit = ready.journal(self.usher.store(), lease, attempt, step.digest(), now).await.map_err(|e| {
            Diagnostic::new("RUN-005", "the step could not be journalled, so nothing was sent", e.to_string()).hint("go on: usher apply")
        })?;
        let sent = permit.sent().clone();
        let first = first_sent.unwrap_or(sent.at);
        let answer = connector.write(permit).await;
        match answer {
            Ok(Ack::Accepted { task }) => self.accepted(step, opening, lease, &task).await.map(|()| None),
            Ok(Ack::Done) => {
                self.keep(lease, &Event::Answered { n: step.n, answer: "done".into(), at: self.usher.now() }).await?;
                match self.read_back(step, opening, &sent, connector, true).await? {
                    Back::Shown(seen) => self.confirmed(step, lease, first, seen).await.map(|()| None),
                    Back::NotShown(seen, instead) => {
                        let detail = format!("the app said that it is done, and a read shows {instead}");
                        let ending = Ending { end: End::Failed, detail, sent_at: Some(first), seen: Some(seen) };
                        self.end(step, lease, ending).await.map(|()| None)
                    }
                }
            }
            Err(fault) => self.after_fault(step, opening, lease, &sent, first, connector, fault).await,
        }
    }

    /// The write was refused or its answer lost: only a read says how it is.
    #[expect(clippy::too_many_arguments, reason = "one private continuation of `attempt`")]
    async fn after_fault(
        &self,
        step: &Step,
        opening: &Opening,
        lease: &Lease,
        sent: &Sent,
        first: Time,
        connector: &dyn Connector,
        fault: Fault,
    ) -> Result<Option<Time>, Diagnostic> {
        let maybe = fault.may_have_happened();
        let word = match () {
            () if maybe => "lost",
            () if fault.sent => "refused",
            () => "not sent",
        };
        let answer = format!("{word}: {}", fault.message.detail);
        self.usher.given.progress.note(&step.instance, &format!("step {}: {answer}; reading back", step.n));
        self.keep(lease, &Event::Answered { n: step.n, answer, at: self.usher.now() }).await?;
        match self.read_back(step, opening, sent, connector, maybe).await? {
            Back::Shown(seen) => self.confirmed(step, lease, first, seen).await.map(|()| None),
            Back::NotShown(seen, instead) => {
                let again = fault.class.may_have_happened() || fault.class == FaultClass::Throttled;
                if again && sent.attempt < ATTEMPTS {
                    self.keep(lease, &Event::Looked { n: step.n, shows: shows(&seen), at: seen.as_of }).await?;
                    let wait = fault.retry_after.unwrap_or(FIRST_WAIT).min(Budget::default().patience);
                    tokio::time::sleep(wait).await;
                    return Ok(Some(first));
                }
                let detail = format!("{}; a read shows {instead}", fault.message.detail);
                let ending = Ending { end: End::Failed, detail, sent_at: Some(first), seen: Some(seen) };
                self.end(step, lease, ending).await.map(|()| None)
            }
        }
    }

    /// Reads until the step shows or its time is up (`verify.within`); right after our own write an app may lag.
    async fn read_back(
        &self,
        step: &Step,
        opening: &Opening,
        sent: &Sent,
        connector: &dyn Connector,
        patient: bool,
    ) -> Result<Back, Diagnostic> {
        // Counted from the write, so that a run that is killed again and again still comes to an end of waiting.
        let within = if patient { self.usher.verify_within(&step.instance, &step.action) } else { Duration::ZERO };
        let waited = Duration::from_secs(u64::try_from(self.usher.now().seconds_since(sent.at)).unwrap_or(0));
        let until = tokio::time::Instant::now() + within.saturating_sub(waited);
        let mut wait = FIRST_WAIT;
        loop {
            let looked = self.look(opening, connector).await;
            let over = tokio::time::Instant::now() + wait > until;
            match looked {
                Ok((seen, ended)) => {
                    let fresh = seen.fresh();
                    let could_tell = seen.row.is_some() || read::proves_gone(&ended);
                    let outcome = if could_tell {
                        compare(step, opening, sent, Seen::Read { as_of: seen.as_of, fresh: &fresh })
                    } else {
                        Outcome::Unknown
                    };
                    let instead = match outcome {
                        Outcome::Confirmed(_) => match self.usher.unmet(step, opening, &fresh) {
                            None => return Ok(Back::Shown(seen)),
                            Some(unmet) => unmet,
                        },
                        Outcome::Failed(differs) => differences(&differs),
                        _ => differences(&[]),
                    };
                    if over {
                        return Ok(Back::NotShown(seen, instead));
                    }
                }
                // Right after our own create, "not allowed" and "not there" are lag (lifecycle.md §14); else a read must answer.
                Err(fault) if over => {
                    let mut message = fault.message;
                    message.detail = format!("step {} was sent and can't be read back: {}", step.n, message.detail);
                    return Err(message.hint("the run goes on where it is: usher apply"));
                }
                Err(_) => {}
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// The account as it is right now.
    async fn look(&self, opening: &Opening, connector: &dyn Connector) -> Result<(Look, Ended), Fault> {
        let native_id = opening.native_id().unwrap_or("");
        let (row, ended) = read::account(connector, native_id, opening.user_name(), Budget::default()).await?;
        Ok((Look::new(opening.native_id(), row, ended.as_of), ended))
    }

    /// Guards that are asked again at each step, on a fresh read (lifecycle.md §11).
    async fn guarded(&self, step: &Step, row: Option<&AccountRow>, now: Time) -> Result<Option<String>, Diagnostic> {
        if let Some(row) = row
            && let Some(why) = self.usher.protected(&step.instance, row)
        {
            return Ok(Some(why));
        }
        if !takes_away(&step.action) {
            return Ok(None);
        }
        let accounts =
            self.usher.store().latest(&step.instance, false).await?.map_or(0, |s| s.count(usher_domain::snapshot::RowKind::Account));
        let limit = self.usher.settings.removal_limit.of(accounts);
        let is = self.removals.with(self.usher, &step.instance, &PersonId(step.subject.clone()), limit, now).await?;
        let freed = self
            .plan()
            .head()
            .guards
            .iter()
            .any(|g| g.rule == "removals" && g.instance == step.instance && g.people.contains(&step.subject));
        Ok((is > limit && !freed)
            .then(|| format!("a guard: {is} people would have lost access in {} within 24 hours, at most {limit} may", step.instance)))
    }

    async fn could_not_read(&self, step: &Step, lease: &Lease, fault: Fault, first_sent: Option<Time>) -> Result<(), Diagnostic> {
        match fault.class {
            FaultClass::Transient | FaultClass::Throttled | FaultClass::Unknown => {
                let mut message = fault.message;
                message.detail = format!("{}: {}; the run stops here and nothing is lost", step.instance, message.detail);
                Err(message.hint("go on later: usher apply"))
            }
            _ => {
                let detail = format!("the account could not be read, so nothing was written: {}", fault.message.detail);
                self.end(step, lease, self.ended_at(End::Failed, &detail, first_sent, None)).await
            }
        }
    }

    /// An end that follows no write of this attempt. After an earlier write "nothing was written" would be a lie: it has failed.
    fn ended_at(&self, end: End, detail: &str, first_sent: Option<Time>, seen: Option<Look>) -> Ending {
        match first_sent {
            None => Ending::unwritten(end, detail, seen),
            Some(sent_at) => {
                let end = if end == End::Already { End::Confirmed } else { End::Failed };
                Ending { end, detail: detail.to_owned(), sent_at: Some(sent_at), seen }
            }
        }
    }

    async fn confirmed(&self, step: &Step, lease: &Lease, sent_at: Time, seen: Look) -> Result<(), Diagnostic> {
        let ending = Ending { end: End::Confirmed, detail: "read back".into(), sent_at: Some(sent_at), seen: Some(seen) };
        self.end(step, lease, ending).await
    }
}

fn creates(step: &Step) -> bool {
    matches!(step.action.as_str(), "create_account" | "invite_account")
}

fn shows(seen: &Look) -> String {
    match seen.fresh() {
        Fresh::Gone => "not there".into(),
        Fresh::Shows(map) => format!("status {}", map.get("status").and_then(|v| v.as_str()).unwrap_or("unknown")),
    }
}

pub(crate) fn differences(differs: &[Difference]) -> String {
    if differs.is_empty() {
        return "nothing that can tell".into();
    }
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    differs.iter().map(|d| format!("{} {} instead of {}", d.attribute, text(&d.is), text(&d.expected))).collect::<Vec<_>>().join(", ")
}

fn not_ready(not: &NotReady) -> (End, String) {
    match not {
        NotReady::Stale { differs } => (End::Stale, format!("changed since the plan: {}", differences(differs))),
        NotReady::Already => (End::Already, "it was so before".into()),
        NotReady::Withdrawn { .. } => (End::Withdrawn, "its reason is gone, reversed or moved to later".into()),
        NotReady::ApprovalEnded { at } => (End::NotAttempted, format!("the approval ended at {at}")),
        NotReady::TooEarly { until } => (End::NotAttempted, format!("not before {until}")),
        NotReady::NoSuchStep => (End::Stale, "the plan has no such step".into()),
    }
}
