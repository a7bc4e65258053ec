//! The log, read: entries by position, plans, messages, the signers in force. Shared by all rules.
//!
//! JCS, LOG, PRIVACY (a name in the log), ORDER.

use std::collections::{BTreeMap, BTreeSet};

use super::material::{Material, code_of};
use super::problem::{Code, Problems};
use crate::digest::Digest;
use crate::evidence::ledger::Ledger;
use crate::log::{Entry, LogError, Logged};
use crate::message::Statement;
use crate::oidc::Oidc;
use crate::plan::PlanText;
use crate::signers::{Revoked, Signers};
use crate::sshsig::{self, Key, SshError};
use crate::voice::{Force, Kind};

/// The signers of one entry, as far as they can be read.
pub(super) struct InForce {
    signers: Option<Signers>,
    revoked: Option<Revoked>,
    oidc: Option<Oidc>,
}

impl InForce {
    /// `None` if the lists can't be read, which was said then.
    pub(super) fn force(&self) -> Option<Force<'_>> {
        Some(Force { signers: self.signers.as_ref()?, revoked: self.revoked.as_ref()?, oidc: self.oidc.as_ref() })
    }
}

/// Everything that rules look up.
pub(super) struct Book<'m> {
    pub(super) material: &'m Material,
    /// By position; `None` for a line that is no entry.
    pub(super) entries: Vec<Option<Logged>>,
    pub(super) tenant: Option<String>,
    pub(super) previous: Option<Digest>,
    pub(super) ledger: Ledger,
    pub(super) erased: BTreeSet<Digest>,
    pub(super) statements: BTreeMap<Digest, Statement>,
    /// By position of the `signers` entry.
    pub(super) in_force: BTreeMap<usize, InForce>,
    /// Position of the first `plan` entry of each plan.
    saved: BTreeMap<Digest, usize>,
    /// What each signature is worth, by message and proof: checked once, looked up at the taking and at each run.
    pub(super) verified: BTreeMap<(Digest, Digest), Result<Key, SshError>>,
    /// Positions of the decisions on each plan.
    pub(super) decided: BTreeMap<Digest, Vec<usize>>,
    /// Positions of standing approvals.
    pub(super) standing: Vec<usize>,
    /// Position of the first decision with each message.
    pub(super) first_with: BTreeMap<Digest, usize>,
}

impl<'m> Book<'m> {
    pub(super) fn read(material: &'m Material, lines: &[&[u8]], found: &mut Problems) -> Book<'m> {
        let entries: Vec<Option<Logged>> = lines.iter().enumerate().map(|(i, line)| entry(i, line, found)).collect();
        let ledger = Ledger::new(entries.iter().flatten(), material);
        let erased = ledger.erased(entries.iter().flatten());
        let mut book = Book {
            material,
            tenant: None,
            previous: None,
            ledger,
            erased,
            statements: BTreeMap::new(),
            in_force: BTreeMap::new(),
            saved: BTreeMap::new(),
            verified: BTreeMap::new(),
            decided: BTreeMap::new(),
            standing: Vec::new(),
            first_with: BTreeMap::new(),
            entries,
        };
        book.index(found);
        book.order(found);
        book
    }

    /// Entries with their position.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &Logged)> {
        self.entries.iter().enumerate().filter_map(|(i, l)| Some((i, l.as_ref()?)))
    }

    /// The entry at a position that another entry names.
    pub(super) fn at(&self, seq: u64) -> Option<&Logged> {
        self.entries.get(usize::try_from(seq).ok()?)?.as_ref()
    }

    pub(super) fn plan(&self, digest: &Digest) -> Option<&PlanText> {
        self.ledger.plans.get(digest)
    }

    /// Whether a plan was saved before a position.
    pub(super) fn saved_before(&self, plan: &Digest, position: usize) -> bool {
        self.saved.get(plan).is_some_and(|saved| *saved < position)
    }

    /// Position of the `signers` entry in force at a position.
    pub(super) fn signers_before(&self, position: usize) -> Option<usize> {
        self.in_force.range(..position).next_back().map(|(at, _)| *at)
    }

    fn index(&mut self, found: &mut Problems) {
        for (position, logged) in self.entries.iter().enumerate().filter_map(|(i, l)| Some((i, l.as_ref()?))) {
            match &logged.entry {
                Entry::Opened { tenant, previous } if position == 0 => {
                    self.tenant = Some(tenant.clone());
                    self.previous = *previous;
                }
                Entry::Signers { allowed, revoked, oidc } => {
                    let lists = lists(self.material, position, allowed, revoked.as_ref(), oidc.as_ref(), found);
                    self.in_force.insert(position, lists);
                }
                Entry::Plan { plan, .. } => {
                    self.saved.entry(*plan).or_insert(position);
                }
                Entry::Decision { kind, message, plan, proof } => {
                    match plan {
                        Some(plan) => self.decided.entry(*plan).or_default().push(position),
                        None => self.standing.push(position),
                    }
                    self.first_with.entry(*message).or_insert(position);
                    if let (Kind::Sshsig, Some(text), Some(sig)) =
                        (kind, self.material.text(message, "txt"), self.material.text(proof, "sig"))
                    {
                        self.verified.entry((*message, *proof)).or_insert_with(|| sshsig::verify(sig, text));
                    }
                    let parsed = self.material.text(message, "txt").and_then(|bytes| Statement::parse(bytes).ok());
                    self.statements.extend(parsed.map(|s| (*message, s)));
                }
                _ => {}
            }
        }
    }

    fn order(&self, found: &mut Problems) {
        let mut before = None;
        for (position, logged) in self.all() {
            if logged.seq != position as u64 {
                found.add(Code::Order, format!("entry {position} says seq {}", logged.seq));
            }
            if before.is_some_and(|at| logged.at < at) {
                found.add(Code::Order, format!("entry {position} is earlier than the one before"));
            }
            before = Some(logged.at);
            let opened = matches!(logged.entry, Entry::Opened { .. });
            if opened != (position == 0) {
                found.add(Code::Order, "`opened` is the first entry and no other");
            }
            if (position == 1) && !matches!(logged.entry, Entry::Signers { .. }) {
                found.add(Code::Order, "`signers` stands right after `opened`");
            }
            if let Entry::Intent { read, .. } = &logged.entry {
                let known = *read < position as u64 && self.at(*read).is_some_and(|l| matches!(l.entry, Entry::Read { .. }));
                if !known {
                    found.add(Code::Order, format!("entry {position}: seq {read} is no earlier read"));
                }
            }
        }
        if self.entries.is_empty() {
            found.add(Code::Order, "the log is empty");
        }
    }
}

fn entry(position: usize, line: &[u8], found: &mut Problems) -> Option<Logged> {
    let place = format!("entry {position}");
    if crate::log::names_somebody(line) {
        found.add(Code::Privacy, format!("{place}: not printable ASCII, or an @ after a character"));
    }
    match Logged::parse(line) {
        Ok(logged) => Some(logged),
        Err(LogError::Names) => None,
        Err(LogError::Line(e)) => {
            found.add(code_of(&e), format!("{place}: {e}"));
            None
        }
        Err(LogError::Field(why)) => {
            found.add(Code::Log, format!("{place}: {why}"));
            None
        }
    }
}

/// Reads the lists of a `signers` entry. One that is not there is MISSING, and said elsewhere.
fn lists(
    material: &Material,
    position: usize,
    allowed: &Digest,
    revoked: Option<&Digest>,
    oidc: Option<&Digest>,
    found: &mut Problems,
) -> InForce {
    let mut say =
        |code, e: &dyn std::fmt::Display| found.add(code, format!("entry {position}: the list is not one that usher writes: {e}"));
    let signers = material.text(allowed, "signers").and_then(|b| Signers::parse(b).map_err(|e| say(Code::Ssh, &e)).ok());
    let revoked = match revoked {
        None => Some(Revoked::default()),
        Some(digest) => material.text(digest, "revoked").and_then(|b| Revoked::parse(b).map_err(|e| say(Code::Ssh, &e)).ok()),
    };
    let oidc = oidc.and_then(|digest| material.text(digest, "json")).and_then(|b| Oidc::parse(b).map_err(|e| say(Code::Openssl, &e)).ok());
    InForce { signers, revoked, oidc }
}
