//! What joins reading, reconciling, planning, applying and proving. Start at `corridor`.

pub mod abilities;
pub mod apply;
pub mod approve;
pub mod bare;
pub mod corridor;
pub mod coverage;
pub mod decide;
pub mod evidence;
pub mod given;
pub mod lap;
pub mod orders;
pub mod people;
pub mod plan;
pub mod read;
pub mod reads;
pub mod runs;
pub mod schedule;
pub mod settings;
pub mod shelves;
pub mod ssh_agent;
pub mod tasks;
pub mod upkeep;
pub mod usher;
pub mod who;
pub mod worker;

mod connectors;
mod identity;
mod lanes;
mod ledger;
mod live;
mod offboard;
mod removals;
mod seal;
mod step;
