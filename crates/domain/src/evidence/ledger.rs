//! The log looked up: runs by id, plans by digest, who decided in which entry. Read once for report, writer and verifier.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Blobs;
use crate::digest::Digest;
use crate::log::{Entry, Logged};
use crate::message::Statement;
use crate::plan::{PlanText, Step};

/// A `run` entry.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) plan: Digest,
    pub(crate) decisions: Vec<u64>,
}

/// What the log's entries refer to, as far as it can be read.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) runs: BTreeMap<String, Run>,
    pub(crate) plans: BTreeMap<Digest, PlanText>,
    /// Who decided, by `seq` of the `decision` entry.
    pub(crate) deciders: BTreeMap<u64, String>,
}

impl Ledger {
    pub(crate) fn new<'a>(log: impl Iterator<Item = &'a Logged>, blobs: &dyn Blobs) -> Ledger {
        let mut ledger = Ledger::default();
        for logged in log {
            match &logged.entry {
                Entry::Plan { plan, .. } if !ledger.plans.contains_key(plan) => {
                    let text = blobs.blob(plan).and_then(|bytes| PlanText::parse(&bytes).ok());
                    ledger.plans.extend(text.map(|t| (*plan, t)));
                }
                Entry::Run { run, plan, decisions, .. } => {
                    ledger.runs.entry(run.clone()).or_insert_with(|| Run { plan: *plan, decisions: decisions.clone() });
                }
                Entry::Decision { message, .. } => {
                    let statement = blobs.blob(message).and_then(|bytes| Statement::parse(&bytes).ok());
                    ledger.deciders.extend(statement.map(|s| (logged.seq, s.by().to_owned())));
                }
                _ => {}
            }
        }
        ledger
    }

    /// The step that an outcome is about.
    pub(crate) fn step(&self, run: &str, n: u32) -> Option<&Step> {
        self.plans.get(&self.runs.get(run)?.plan)?.step(n)
    }

    /// What confirmed `erase` steps name: the only things that may be referred to and not be there.
    pub(crate) fn erased<'a>(&self, log: impl Iterator<Item = &'a Logged>) -> BTreeSet<Digest> {
        log.filter_map(|logged| match &logged.entry {
            Entry::Outcome { run, n, state, .. } if state == "confirmed" => self.step(run, *n).filter(|s| s.is_erase()).map(|s| s.about),
            _ => None,
        })
        .collect()
    }

    /// Addresses of those whose decisions the run cites, in the order in which it cites them, each once.
    pub(crate) fn approvers(&self, run: &str) -> Vec<&str> {
        let mut by: Vec<&str> = Vec::new();
        for seq in self.runs.get(run).into_iter().flat_map(|r| &r.decisions) {
            if let Some(name) = self.deciders.get(seq).filter(|name| !by.contains(&name.as_str())) {
                by.push(name);
            }
        }
        by
    }
}
