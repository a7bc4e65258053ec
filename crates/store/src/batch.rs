//! What goes into a store and comes out of it: events, rows of shelves, blobs.

use usher_domain::journal::{Lease, Seq};
use usher_domain::time::Time;

/// The shelf of single values: tenant, name of the log's key … One row a value.
pub const META: &str = "meta";

/// The shelf of lanes that have work: key is the lane's name, `due` from when. [`crate::Store::claim`] without a name takes from here.
pub const LANES: &str = "lane";

/// The stream to which [`usher_domain::journal::Journal::append_sent`] appends under a lease on `lane`: the lane's name up to its last `/`.
/// All lanes of a run, `run/r-1/okta` and `run/r-1/slack`, so append to one stream, `run/r-1`.
pub fn lane_stream(lane: &str) -> &str {
    lane.rsplit_once('/').map_or(lane, |(stream, _)| stream)
}

/// The kind of the events that `append_sent` writes. Their body is the JSON of [`usher_domain::run::Event::Sent`], with the plan's digest beside.
pub const SENT: &str = "sent";

/// Facts that go in together or not at all. It is the only way in for facts.
///
/// Order inside: lease and preconditions are checked, events are appended, `gone` goes, `rows` and `blobs` come (so a key in both is put).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The lane that must still be held.
    pub lease: Option<Lease>,
    /// Where streams must end before this batch; `Seq(0)`: the stream is empty.
    pub expect: Vec<(String, Seq)>,
    /// Events to append, in this order.
    pub events: Vec<NewEvent>,
    /// Rows to put; a row of the same shelf and key is replaced.
    pub rows: Vec<ShelfRow>,
    /// Rows to take away, by shelf and key. It is no error if one isn't there.
    pub gone: Vec<(String, String)>,
    /// Files to keep under their digest. One that is there already is kept once.
    pub blobs: Vec<Vec<u8>>,
}

impl Batch {
    /// A batch that a worker writes for a lane: refused once the lane is lost.
    pub fn under(lease: &Lease) -> Self {
        Batch { lease: Some(lease.clone()), ..Batch::default() }
    }

    /// True if it brings work for somebody who waits for some.
    pub(crate) fn brings_work(&self) -> bool {
        self.rows.iter().any(|row| row.shelf == LANES)
    }

    /// The same, if `stream` ends at `at`; `Seq(0)`: is empty.
    #[must_use]
    pub fn expect(mut self, stream: impl Into<String>, at: Seq) -> Self {
        self.expect.push((stream.into(), at));
        self
    }

    /// The same with one event more.
    #[must_use]
    pub fn event(mut self, stream: impl Into<String>, kind: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        self.events.push(NewEvent { stream: stream.into(), kind: kind.into(), body: body.into() });
        self
    }

    /// The same with one row more.
    #[must_use]
    pub fn row(mut self, row: ShelfRow) -> Self {
        self.rows.push(row);
        self
    }

    /// The same with one row to take away.
    #[must_use]
    pub fn gone(mut self, shelf: impl Into<String>, key: impl Into<String>) -> Self {
        self.gone.push((shelf.into(), key.into()));
        self
    }

    /// The same with one file more; its name is [`usher_domain::digest::Digest::of`] its bytes.
    #[must_use]
    pub fn blob(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.blobs.push(bytes.into());
        self
    }
}

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The stream.
    pub stream: String,
    /// What happened, one word.
    pub kind: String,
    /// The event as its writer put it.
    pub body: Vec<u8>,
}

/// An event as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its place in its stream: 1, 2, 3 … without a gap.
    pub seq: Seq,
    /// What happened, one word.
    pub kind: String,
    /// Store time when it was kept.
    pub at: Time,
    /// The event as its writer put it.
    pub body: Vec<u8>,
}

/// A row of a shelf: what is true now, under a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShelfRow {
    /// The shelf.
    pub shelf: String,
    /// Unique on its shelf.
    pub key: String,
    /// What it is found together with (an instance, a run); may be empty.
    pub group: String,
    /// From when somebody must look at it.
    pub due: Option<Time>,
    /// The row as its writer put it.
    pub body: Vec<u8>,
}

impl ShelfRow {
    /// A row without group and date.
    pub fn new(shelf: impl Into<String>, key: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        ShelfRow { shelf: shelf.into(), key: key.into(), body: body.into(), ..ShelfRow::default() }
    }

    /// The same in a group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }

    /// The same with a date.
    #[must_use]
    pub fn due(mut self, due: Time) -> Self {
        self.due = Some(due);
        self
    }
}

/// Which rows of one shelf. They come in the order of their keys (by bytes); a page of `limit`, the next one `after` the last key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The shelf.
    pub shelf: String,
    /// Only of this group.
    pub group: Option<String>,
    /// Only with a date, and that before this time.
    pub due_before: Option<Time>,
    /// Only keys that begin so.
    pub prefix: Option<String>,
    /// Only keys after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Find {
    /// The first page of a whole shelf.
    pub fn on(shelf: impl Into<String>) -> Self {
        Find { shelf: shelf.into(), group: None, due_before: None, prefix: None, after: None, limit: 1_000 }
    }

    /// Only rows of this group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Only rows with a date before this time.
    #[must_use]
    pub fn due_before(mut self, time: Time) -> Self {
        self.due_before = Some(time);
        self
    }

    /// Only keys that begin so.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// The page after this key.
    #[must_use]
    pub fn after(mut self, key: impl Into<String>) -> Self {
        self.after = Some(key.into());
        self
    }

    /// At most so many rows.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }
}

/// Who holds a lane, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The lane.
    pub lane: String,
    /// The worker's name.
    pub worker: String,
    /// Its fence.
    pub fence: u64,
    /// First instant at which it is no longer held.
    pub until: Time,
    /// Its process on this machine, where the store knows it.
    pub pid: Option<u32>,
}

/// Something that [`crate::Store::check`] found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which row, blob or snapshot.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lanes_of_a_run_append_to_its_stream() {
        assert_eq!(lane_stream("run/r-1/okta"), "run/r-1");
        assert_eq!(lane_stream("run/r-1/slack"), "run/r-1");
        assert_eq!(lane_stream("alone"), "alone");
    }
}
