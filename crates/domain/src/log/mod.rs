//! The log: everything that happened, one line each, in order. It names nobody, so it never has to be changed
//! (approvals-and-evidence.md §4).

mod entry;

pub(crate) use entry::names_somebody;
pub use entry::{Entry, LogError, Logged};

use serde_json::{Map, Value};

use crate::time::Time;
use crate::tree::Frontier;

/// The value of `format` in the first entry.
pub const FORMAT: &str = "usher log v1";

/// The end of a log: enough to append the next entry and to sign a checkpoint, without the lines before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogTip {
    tree: Frontier,
    at: Time,
}

impl LogTip {
    /// An empty log.
    pub fn new() -> LogTip {
        LogTip::default()
    }

    /// Makes the next line. Its `at` is `now`, but never smaller than that of the entry before: clocks step back.
    ///
    /// # Errors
    /// [`LogError`] if the entry can't stand in a log: a name in it, a field not spelled as it must be, `opened` twice or missing.
    pub fn append(&mut self, now: Time, entry: Entry, more: Map<String, Value>) -> Result<(Logged, Vec<u8>), LogError> {
        if (self.tree.size() == 0) != matches!(entry, Entry::Opened { .. }) {
            return Err(LogError::Field("`opened` is the first entry and no other".to_owned()));
        }
        let logged = Logged { seq: self.tree.size(), at: now.whole().max(self.at), entry, more };
        let line = logged.to_line()?;
        self.tree.append(&line);
        self.at = logged.at;
        Ok((logged, line))
    }

    /// The tree over all lines.
    pub fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// When the last entry was written.
    pub fn at(&self) -> Time {
        self.at
    }

    /// As a store keeps it: `at` in microseconds (8 bytes, big endian), then [`Frontier::to_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.at.micros().to_be_bytes().to_vec();
        out.extend(self.tree.to_bytes());
        out
    }

    /// Reads [`LogTip::to_bytes`]; `None` if it is not that.
    pub fn from_bytes(bytes: &[u8]) -> Option<LogTip> {
        let (at, tree) = bytes.split_first_chunk::<8>()?;
        Some(LogTip { at: Time::from_micros(i64::from_be_bytes(*at)), tree: Frontier::from_bytes(tree)? })
    }
}

#[cfg(test)]
mod tests;
