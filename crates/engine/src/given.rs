//! What comes in from outside: the clock and randomness, handed in so that every run can be replayed (invariant 14).

use std::sync::Mutex;

use usher_domain::names::Salt;
use usher_domain::time::Time;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// Gives random bytes.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// 16 fresh bytes.
    fn salt(&self) -> Salt {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        Salt::new(bytes)
    }

    /// So many random bytes as lower-case hex.
    fn hex(&self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.fill(&mut buffer);
        usher_domain::digest::hex(&buffer)
    }
}

/// A clock that tests and the demo set by hand; each look moves it by one millisecond, so that later is later.
#[derive(Debug)]
pub struct SetClock(Mutex<Time>);

impl SetClock {
    /// A clock that shows this time.
    pub fn new(now: Time) -> Self {
        SetClock(Mutex::new(now))
    }

    /// Sets it.
    pub fn set(&self, now: Time) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Time {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = Time::from_micros(now.micros() + 1_000);
        *now
    }
}

/// Randomness from a seed, for tests and for nothing else.
#[derive(Debug)]
pub struct Seeded(Mutex<u64>);

impl Seeded {
    /// From this seed.
    pub fn new(seed: u64) -> Self {
        Seeded(Mutex::new(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64: every seed gives another stream, which is all that a test asks of it.
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(bytes.get(..chunk.len()).unwrap_or_default());
        }
    }
}

/// Told what is going on while it goes on; the command line draws it.
pub trait Progress: Send + Sync {
    /// So many rows of this instance came so far.
    fn rows(&self, instance: &str, rows: u64);
    /// A step of this instance ended or waits: `done` of `of`.
    fn steps(&self, instance: &str, done: u64, of: u64);
    /// Something to know now.
    fn note(&self, instance: &str, text: &str);
    /// A step of a run ended.
    fn ended(&self, run: &str, instance: &str, step: u32, end: usher_domain::run::End) {
        let _ = (run, instance, step, end);
    }
    /// A lap of an instance is over, well or not.
    fn lap(&self, instance: &str, well: bool) {
        let _ = (instance, well);
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Progress for Quiet {
    fn rows(&self, _: &str, _: u64) {}
    fn steps(&self, _: &str, _: u64, _: u64) {}
    fn note(&self, _: &str, _: &str) {}
}
