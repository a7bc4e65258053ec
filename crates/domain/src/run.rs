//! One execution of an approved plan: an append-only list of events with one transition function. A list that could not have happened
//! refuses to load (DESIGN §7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::time::Time;

/// How a step ended (DESIGN §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// A read later than the write showed what the step wanted.
    Confirmed,
    /// It was so before.
    Already,
    /// A person says so; no read showed it.
    Attested,
    /// The account differs from what the plan expected. Nothing was written.
    Stale,
    /// The reason is gone, reversed or moved later. Nothing was written.
    Withdrawn,
    /// An earlier step of that person, a guard or a cancel stopped it. Nothing was written.
    NotAttempted,
    /// It did not work, and a read shows that it did not.
    Failed,
    /// Nobody can tell: a person is asked.
    Unknown,
}

impl End {
    /// All ends in the order in which they are counted.
    pub const ALL: [End; 8] =
        [End::Confirmed, End::Already, End::Attested, End::Stale, End::Withdrawn, End::NotAttempted, End::Failed, End::Unknown];

    /// The word of DESIGN §7.
    pub const fn word(self) -> &'static str {
        match self {
            End::Confirmed => "confirmed",
            End::Already => "already",
            End::Attested => "attested",
            End::Stale => "stale",
            End::Withdrawn => "withdrawn",
            End::NotAttempted => "not_attempted",
            End::Failed => "failed",
            End::Unknown => "unknown",
        }
    }

    /// Whether it can only follow a write.
    const fn needs_a_write(self) -> bool {
        matches!(self, End::Confirmed | End::Attested | End::Unknown)
    }

    /// Whether it can only come before any write.
    const fn forbids_a_write(self) -> bool {
        matches!(self, End::Stale | End::Withdrawn)
    }
}

/// What happened, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The run began.
    Opened {
        /// Its name, `r-1`.
        run: String,
        /// The plan.
        plan: Digest,
        /// How many steps it has.
        steps: u32,
        /// When.
        at: Time,
    },
    /// A write is about to leave. Nothing leaves before this is durable.
    Sent {
        /// The step.
        n: u32,
        /// 1, 2, …
        attempt: u32,
        /// Digest of the rendered request or of the step.
        request: Digest,
        /// When.
        at: Time,
    },
    /// What came back, or that nothing did.
    Answered {
        /// The step.
        n: u32,
        /// For people: `done`, `lost: connection closed`.
        answer: String,
        /// When.
        at: Time,
    },
    /// A person or the app will do it; the run sleeps.
    Accepted {
        /// The step.
        n: u32,
        /// The task.
        task: String,
        /// When.
        at: Time,
    },
    /// A read after the write did not show what the step wanted (yet). Only after this may the write be tried again.
    Looked {
        /// The step.
        n: u32,
        /// What it showed, for people.
        shows: String,
        /// When.
        at: Time,
    },
    /// How the step ended.
    Ended {
        /// The step.
        n: u32,
        /// How.
        end: End,
        /// Why, for people.
        detail: String,
        /// When the write left.
        sent_at: Option<Time>,
        /// When the deciding read was made.
        read_at: Option<Time>,
        /// When.
        at: Time,
    },
    /// Somebody holds the run: no further step begins.
    Paused {
        /// Who.
        by: String,
        /// When.
        at: Time,
    },
    /// Somebody lets it go on.
    Resumed {
        /// Who.
        by: String,
        /// When.
        at: Time,
    },
    /// Somebody ends the run: what has left is read back, nothing more begins.
    Cancelled {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// When.
        at: Time,
    },
    /// The run is over.
    Closed {
        /// When.
        at: Time,
    },
}

/// Where one step stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StepState {
    /// Nothing happened yet.
    #[default]
    Waiting,
    /// A write left or was about to: only a read can tell.
    Sent {
        /// Which attempt.
        attempt: u32,
        /// When the first attempt left.
        first_at: Time,
        /// When this attempt left.
        at: Time,
        /// An answer came.
        answered: bool,
        /// A read after this attempt did not show the effect.
        looked: bool,
    },
    /// Somebody will do it.
    Accepted {
        /// The task.
        task: String,
        /// When it was given.
        at: Time,
    },
    /// It ended.
    Ended(End),
}

/// A run as its events made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub id: String,
    /// The plan.
    pub plan: Digest,
    /// When it began.
    pub started: Time,
    /// When it was closed.
    pub closed: Option<Time>,
    /// Who holds it, since when.
    pub paused: Option<(String, Time)>,
    /// Who ended it, and why.
    pub cancelled: Option<(String, String)>,
    /// Each step.
    pub steps: BTreeMap<u32, StepState>,
    /// Why each ended step ended so.
    pub details: BTreeMap<u32, String>,
}

/// A list of events that could not have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the run's record is not a possible one: event {position}: {why}")]
pub struct Impossible {
    /// Position of the event, from 1.
    pub position: usize,
    /// Why.
    pub why: String,
}

impl Run {
    /// Replays the events. Every one of them must be possible after those before it.
    ///
    /// # Errors
    /// [`Impossible`] names the first event that is not.
    pub fn replay(events: &[Event]) -> Result<Run, Impossible> {
        let mut events = events.iter().enumerate();
        let mut run = match events.next() {
            Some((_, Event::Opened { run, plan, steps, at })) => Run {
                id: run.clone(),
                plan: *plan,
                started: *at,
                closed: None,
                paused: None,
                cancelled: None,
                steps: (1..=*steps).map(|n| (n, StepState::Waiting)).collect(),
                details: BTreeMap::new(),
            },
            _ => return Err(Impossible { position: 1, why: "a run begins with opened".into() }),
        };
        for (i, event) in events {
            run.apply(event).map_err(|why| Impossible { position: i + 1, why })?;
        }
        Ok(run)
    }

    /// Takes one more event.
    ///
    /// # Errors
    /// Why it can't follow.
    pub fn apply(&mut self, event: &Event) -> Result<(), String> {
        if self.closed.is_some() {
            return Err("nothing follows closed".into());
        }
        match event {
            Event::Opened { .. } => return Err("a run is opened once".into()),
            Event::Closed { at } => {
                if let Some((n, _)) = self.steps.iter().find(|(_, s)| !matches!(s, StepState::Ended(_))) {
                    return Err(format!("closed, but step {n} has not ended"));
                }
                self.closed = Some(*at);
            }
            // A lane that had not heard yet may still begin a step behind these: they say what somebody wants, the lanes what happened.
            Event::Paused { .. } | Event::Resumed { .. } | Event::Cancelled { .. } if self.cancelled.is_some() => {
                return Err("it was cancelled already".into());
            }
            Event::Paused { by, at } => {
                if self.paused.replace((by.clone(), *at)).is_some() {
                    return Err("it was paused already".into());
                }
            }
            Event::Resumed { .. } => {
                if self.paused.take().is_none() {
                    return Err("it was not paused".into());
                }
            }
            Event::Cancelled { by, reason, .. } => {
                self.cancelled = Some((by.clone(), reason.clone()));
                self.paused = None;
            }
            Event::Sent { n, .. }
            | Event::Answered { n, .. }
            | Event::Accepted { n, .. }
            | Event::Looked { n, .. }
            | Event::Ended { n, .. } => {
                let state = self.steps.get(n).ok_or_else(|| format!("the plan has no step {n}"))?;
                let next = next(state, event).map_err(|why| format!("step {n}: {why}"))?;
                self.steps.insert(*n, next);
                if let Event::Ended { detail, .. } = event {
                    self.details.insert(*n, detail.clone());
                }
            }
        }
        Ok(())
    }

    /// How many steps ended how.
    pub fn ends(&self) -> BTreeMap<End, u64> {
        let mut counts = BTreeMap::new();
        for state in self.steps.values() {
            if let StepState::Ended(end) = state {
                *counts.entry(*end).or_insert(0) += 1;
            }
        }
        counts
    }

    /// How many steps wait for a person or the app.
    pub fn accepted(&self) -> u64 {
        self.steps.values().filter(|s| matches!(s, StepState::Accepted { .. })).count() as u64
    }

    /// `running`, `paused`, `cancelling`, `waiting` (only for people), `ended`.
    pub fn state(&self) -> &'static str {
        if self.closed.is_some() {
            "ended"
        } else if self.cancelled.is_some() {
            "cancelling"
        } else if self.paused.is_some() {
            "paused"
        } else if self.steps.values().all(|s| matches!(s, StepState::Ended(_) | StepState::Accepted { .. })) && self.accepted() > 0 {
            "waiting"
        } else {
            "running"
        }
    }
}

/// The one transition function of a step.
fn next(state: &StepState, event: &Event) -> Result<StepState, String> {
    match (state, event) {
        (StepState::Ended(end), _) => Err(format!("it ended as {} already", end.word())),
        (StepState::Waiting, Event::Sent { attempt: 1, at, .. }) => {
            Ok(StepState::Sent { attempt: 1, first_at: *at, at: *at, answered: false, looked: false })
        }
        (StepState::Waiting, Event::Ended { end, .. }) if !end.needs_a_write() => Ok(StepState::Ended(*end)),
        (StepState::Waiting, _) => Err("a write must be journalled first".into()),
        (StepState::Sent { attempt, first_at, looked: true, .. }, Event::Sent { attempt: again, at, .. }) if *again == attempt + 1 => {
            Ok(StepState::Sent { attempt: *again, first_at: *first_at, at: *at, answered: false, looked: false })
        }
        (StepState::Sent { .. }, Event::Sent { .. }) => Err("no second write without a read between".into()),
        (StepState::Sent { attempt, first_at, at, looked, .. }, Event::Answered { .. }) => {
            Ok(StepState::Sent { attempt: *attempt, first_at: *first_at, at: *at, answered: true, looked: *looked })
        }
        (StepState::Sent { attempt, first_at, at, answered, .. }, Event::Looked { .. }) => {
            Ok(StepState::Sent { attempt: *attempt, first_at: *first_at, at: *at, answered: *answered, looked: true })
        }
        (StepState::Sent { .. }, Event::Accepted { task, at, .. }) => Ok(StepState::Accepted { task: task.clone(), at: *at }),
        (StepState::Accepted { task, at }, Event::Looked { .. }) => Ok(StepState::Accepted { task: task.clone(), at: *at }),
        (StepState::Sent { .. } | StepState::Accepted { .. }, Event::Ended { end, .. }) if !end.forbids_a_write() => {
            Ok(StepState::Ended(*end))
        }
        (StepState::Sent { .. } | StepState::Accepted { .. }, Event::Ended { end, .. }) => {
            Err(format!("it was written, so it can't be {}", end.word()))
        }
        (StepState::Accepted { .. }, _) => Err("it waits for somebody".into()),
        (_, Event::Opened { .. } | Event::Paused { .. } | Event::Resumed { .. } | Event::Cancelled { .. } | Event::Closed { .. }) => {
            Err("not an event of a step".into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn opened(steps: u32) -> Event {
        Event::Opened { run: "r-1".into(), plan: Digest::of(b"p"), steps, at: Time::from_seconds(0) }
    }
    fn sent(n: u32, attempt: u32) -> Event {
        Event::Sent { n, attempt, request: Digest::of(b"r"), at: Time::from_seconds(1) }
    }
    fn looked(n: u32) -> Event {
        Event::Looked { n, shows: "as before".into(), at: Time::from_seconds(2) }
    }
    fn ended(n: u32, end: End) -> Event {
        Event::Ended { n, end, detail: String::new(), sent_at: None, read_at: None, at: Time::from_seconds(3) }
    }

    #[test]
    fn possible_and_impossible_records() {
        let at = Time::from_seconds(9);
        let (paused, resumed) = (Event::Paused { by: "a".into(), at }, Event::Resumed { by: "a".into(), at });
        let cancelled = Event::Cancelled { by: "a".into(), reason: "r".into(), at };
        let good: [&[Event]; 6] = [
            &[paused.clone(), sent(1, 1), resumed.clone(), ended(1, End::Confirmed), Event::Closed { at }],
            &[paused.clone(), cancelled.clone(), ended(1, End::NotAttempted), Event::Closed { at }],
            &[sent(1, 1), ended(1, End::Confirmed), Event::Closed { at }],
            &[sent(1, 1), looked(1), sent(1, 2), ended(1, End::Confirmed)],
            &[ended(1, End::Stale), Event::Closed { at }],
            &[sent(1, 1), Event::Accepted { n: 1, task: "t".into(), at }, ended(1, End::Attested)],
        ];
        for events in good {
            let all: Vec<_> = [opened(1)].iter().chain(events).cloned().collect();
            assert!(Run::replay(&all).is_ok(), "{events:?}");
        }
        let bad: [&[Event]; 12] = [
            &[paused.clone(), paused.clone()],
            std::slice::from_ref(&resumed),
            &[cancelled.clone(), cancelled.clone()],
            &[cancelled.clone(), paused],
            &[ended(1, End::Confirmed)],
            &[sent(1, 2)],
            &[sent(1, 1), sent(1, 2)],
            &[sent(1, 1), ended(1, End::Stale)],
            &[sent(2, 1)],
            &[Event::Closed { at }],
            &[ended(1, End::Stale), ended(1, End::Failed)],
            &[ended(1, End::Stale), Event::Closed { at }, sent(1, 1)],
        ];
        for events in bad {
            let all: Vec<_> = [opened(1)].iter().chain(events).cloned().collect();
            assert!(Run::replay(&all).is_err(), "{events:?}");
        }
        assert!(Run::replay(&[]).is_err());
    }

    proptest! {
        #[test]
        fn no_record_has_two_writes_without_a_look_between(picks in proptest::collection::vec((0u8..5, 1u32..4), 0..12)) {
            let mut all = vec![opened(1)];
            let mut run = Run::replay(&all).unwrap();
            for (kind, attempt) in picks {
                let event = match kind {
                    0 | 1 => sent(1, attempt),
                    2 => looked(1),
                    3 => ended(1, End::Confirmed),
                    _ => ended(1, End::Failed),
                };
                if run.apply(&event).is_ok() {
                    all.push(event);
                }
            }
            let mut may_send = true;
            for event in &all {
                match event {
                    Event::Sent { .. } => { prop_assert!(may_send); may_send = false; }
                    Event::Looked { .. } => may_send = true,
                    _ => {}
                }
            }
            prop_assert_eq!(Run::replay(&all).unwrap(), run);
        }
    }
}
