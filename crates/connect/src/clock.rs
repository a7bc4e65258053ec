//! The clock and the pause that connectors use: handed in, so that a test replays hours in no time (invariant 14).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use usher_domain::time::Time;

use crate::connector::BoxFuture;

type Now = dyn Fn() -> Time + Send + Sync;
type Pause = dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync;

/// Tells the time and waits.
#[derive(Clone)]
pub struct Clock {
    now: Arc<Now>,
    pause: Arc<Pause>,
}

impl Clock {
    /// A clock that tells this time and really waits.
    pub fn new(now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Clock { now: Arc::new(now), pause: Arc::new(|span| Box::pin(tokio::time::sleep(span))) }
    }

    /// The same with another way to wait, e.g. one that moves the hands of a test's clock.
    #[must_use]
    pub fn pausing(mut self, pause: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        self.pause = Arc::new(pause);
        self
    }

    /// Now.
    pub fn now(&self) -> Time {
        (self.now)()
    }

    /// Waits so long.
    pub async fn pause(&self, span: Duration) {
        (self.pause)(span).await;
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({:?})", self.now())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A clock whose hands move only when somebody waits, and what was waited.
    pub(crate) fn by_hand(start: Time) -> (Clock, Arc<Mutex<Vec<Duration>>>) {
        let hands = Arc::new(AtomicI64::new(start.micros()));
        let waits = Arc::new(Mutex::new(Vec::new()));
        let (read, moved, noted) = (hands.clone(), hands, waits.clone());
        let clock = Clock::new(move || Time::from_micros(read.load(Ordering::SeqCst))).pausing(move |span| {
            noted.lock().unwrap().push(span);
            moved.fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
            Box::pin(async {})
        });
        (clock, waits)
    }

    #[tokio::test]
    async fn a_clock_by_hand_moves_only_when_somebody_waits() {
        let (clock, waits) = by_hand(Time::from_seconds(100));
        assert_eq!(clock.now(), Time::from_seconds(100));
        clock.pause(Duration::from_secs(5)).await;
        assert_eq!((clock.now(), waits.lock().unwrap().len()), (Time::from_seconds(105), 1));
    }
}
