//! That there may be work. Only a hint: whoever waits for it looks by themselves after a while, also without one.

use std::time::Duration;

use tokio::sync::Notify;

/// Given by whoever brings work, taken by whoever waits for some.
#[derive(Default)]
pub(crate) struct Hint(Notify);

impl Hint {
    /// Wakes everybody who waits, and the next who comes: between a look and the wait after it nothing gets lost.
    pub(crate) fn give(&self) {
        self.0.notify_waiters();
        self.0.notify_one();
    }

    /// Until there may be work, at most so long.
    pub(crate) async fn wait(&self, at_most: Duration) {
        // That the time is over says no more than a hint does: look.
        let _ = tokio::time::timeout(at_most, self.0.notified()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hint_that_came_before_the_wait_is_not_lost_and_counts_once() {
        const FOREVER: Duration = Duration::from_secs(3_600);
        let hint = Hint::default();
        hint.give();
        hint.give();
        hint.wait(FOREVER).await;
        let mut second = Box::pin(hint.wait(FOREVER));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_ready())).await;
        assert!(!polled, "it was taken");
    }
}
