//! What a model lists of itself, and what is carried into it.

use std::collections::BTreeMap;

use usher_domain::journal::{Lease, Seq};
use usher_domain::time::Time;

use super::Facts;
use crate::carry::{Carried, Listing, Named};
use crate::error::StoreError;

impl Facts {
    pub(super) fn names(&self, of: Listing) -> Vec<Named> {
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        match of {
            Listing::Streams => all.extend(self.streams.iter().map(|(name, events)| (name.clone(), events.len() as u64))),
            Listing::Shelves => self.rows.keys().for_each(|(shelf, _)| *all.entry(shelf.clone()).or_default() += 1),
            Listing::Blobs => all.extend(self.blobs.iter().map(|(digest, bytes)| (digest.hex(), bytes.len() as u64))),
            Listing::Lanes => all.extend(self.lanes.iter().map(|(lane, (lease, _))| (lane.clone(), lease.fence))),
            Listing::Sources => all.extend(self.reads.sources()),
            Listing::Counters => all.extend(Some(self.reads.last()).filter(|last| *last > 0).map(|last| ("snapshot".to_owned(), last))),
        }
        all.into_iter().map(|(name, number)| Named { name, number }).collect()
    }

    pub(super) fn carry(&mut self, what: Carried) -> Result<(), StoreError> {
        match what {
            Carried::Events { stream, events } => {
                let here = self.streams.entry(stream.clone()).or_default();
                for (next, event) in (here.len() as u64 + 1..).zip(&events) {
                    if event.seq != Seq(next) {
                        return Err(StoreError::Conflict { stream, expected: event.seq, is: Seq(next - 1) });
                    }
                }
                here.extend(events);
                Ok(())
            }
            Carried::Fence { lane, fence } => {
                if self.lanes.get(&lane).is_none_or(|(lease, _)| lease.fence < fence) {
                    let lease = Lease { lane: lane.clone(), worker: String::new(), fence, until: Time::from_micros(0) };
                    self.lanes.insert(lane, (lease, true));
                }
                Ok(())
            }
            Carried::Snapshot { id, instance, query, begun } => self.reads.begin_as(id, &instance, query, begun),
            Carried::Rows { id, rows } => self.reads.carried(id, rows),
            Carried::LastSnapshot(id) => {
                self.reads.last_is(id);
                Ok(())
            }
        }
    }
}
