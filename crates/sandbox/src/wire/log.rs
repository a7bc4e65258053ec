//! What a server was asked, in order. Tests read it to see what left, and how often.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use usher_domain::time::Time;

use crate::fault::glob;

/// One request and what became of it. Bodies and headers are not kept: they hold secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it arrived, by the server's clock.
    pub at: Time,
    /// `GET`, `PATCH` …
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Query as sent, without the question mark; empty where there is none.
    pub query: String,
    /// Which request with this method and path it is, from 1.
    pub attempt: u32,
    /// Status of the answer; `None` where no answer left.
    pub status: Option<u16>,
    /// True where the server did what was asked, whatever it answered then.
    pub effect: bool,
    /// Name of the fault that fired, if one did.
    pub fault: Option<&'static str>,
}

/// The requests of one server. Cheap to clone; all clones see the same requests.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    entries: Vec<Entry>,
    attempts: HashMap<(String, String), u32>,
}

impl Log {
    pub(crate) fn attempt(&self, method: &str, path: &str) -> u32 {
        let mut kept = crate::locked(&self.0);
        let count = kept.attempts.entry((method.to_owned(), path.to_owned())).or_insert(0);
        *count += 1;
        *count
    }

    pub(crate) fn push(&self, entry: Entry) {
        crate::locked(&self.0).entries.push(entry);
    }

    /// All requests so far.
    pub fn entries(&self) -> Vec<Entry> {
        crate::locked(&self.0).entries.clone()
    }

    /// How many requests match `METHOD PATH`, as in [`crate::fault::Order::on`].
    pub fn count(&self, on: &str) -> usize {
        self.matching(on).len()
    }

    /// The requests that match `METHOD PATH`, as in [`crate::fault::Order::on`].
    pub fn matching(&self, on: &str) -> Vec<Entry> {
        crate::locked(&self.0).entries.iter().filter(|e| glob(on, &format!("{} {}", e.method, e.path))).cloned().collect()
    }

    /// Requests that may have changed something: every method but GET and HEAD.
    pub fn writes(&self) -> Vec<Entry> {
        crate::locked(&self.0).entries.iter().filter(|e| e.method != "GET" && e.method != "HEAD").cloned().collect()
    }

    /// Forgets all requests so far.
    pub fn clear(&self) {
        *crate::locked(&self.0) = Kept::default();
    }
}
