//! What can be wrong with a bundle: the codes of approvals-and-evidence.md §7.

use std::collections::BTreeMap;
use std::fmt;

/// The word for a kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Top entries differ, or something in `files` is not named as it must be.
    Layout,
    /// Lines and root differ.
    Tree,
    /// The checkpoint's signature.
    Signature,
    /// Not the pinned key.
    Key,
    /// Does not extend an earlier checkpoint.
    Anchor,
    /// A file's name is not its digest.
    File,
    /// `personal.jsonl` out of order, or a line twice.
    Personal,
    /// Not canonical.
    Jcs,
    /// `seq` or time of entries.
    Order,
    /// Unknown type, malformed field.
    Log,
    /// A name in the log; erased and still there.
    Privacy,
    /// Referred to and not there.
    Missing,
    /// There and not referred to.
    Extra,
    /// A plan's head, numbers, tenant.
    Plan,
    /// A message says something else than the plan.
    Message,
    /// An SSH signature, or who may sign.
    Ssh,
    /// An ID token.
    Openssl,
    /// Too few approvals.
    Need,
    /// Who asked, or whose account it is, approved.
    Foureyes,
    /// Expired, dated back, confirmed before it was read.
    Time,
    /// Ran although rejected, twice, or with what it may not cite.
    Run,
    /// A standing approval stretched.
    Standing,
    /// Outcomes left out, miscounted.
    Steps,
    /// A list of rows that is not what the read says.
    Rows,
    /// The newest entries are left out.
    Fresh,
    /// Page or report.
    Report,
    /// Can't be read at all.
    Malformed,
}

impl Code {
    /// The word, as in `error[EVIDENCE-TREE]` and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Code::Layout => "LAYOUT",
            Code::Tree => "TREE",
            Code::Signature => "SIGNATURE",
            Code::Key => "KEY",
            Code::Anchor => "ANCHOR",
            Code::File => "FILE",
            Code::Personal => "PERSONAL",
            Code::Jcs => "JCS",
            Code::Order => "ORDER",
            Code::Log => "LOG",
            Code::Privacy => "PRIVACY",
            Code::Missing => "MISSING",
            Code::Extra => "EXTRA",
            Code::Plan => "PLAN",
            Code::Message => "MESSAGE",
            Code::Ssh => "SSH",
            Code::Openssl => "OPENSSL",
            Code::Need => "NEED",
            Code::Foureyes => "FOUREYES",
            Code::Time => "TIME",
            Code::Run => "RUN",
            Code::Standing => "STANDING",
            Code::Steps => "STEPS",
            Code::Rows => "ROWS",
            Code::Fresh => "FRESH",
            Code::Report => "REPORT",
            Code::Malformed => "MALFORMED",
        }
    }

    /// One fixed phrase for people.
    pub const fn summary(self) -> &'static str {
        match self {
            Code::Layout => "the folder holds something else than a bundle does",
            Code::Tree => "the log is not the one that the checkpoint is of",
            Code::Signature => "the checkpoint is not signed by the log's key",
            Code::Key => "the bundle's key is not the one you hold",
            Code::Anchor => "the log does not extend the checkpoint you hold",
            Code::File => "a file was changed",
            Code::Personal => "personal.jsonl is out of order",
            Code::Jcs => "a line is not canonical (RFC 8785)",
            Code::Order => "entries are out of order",
            Code::Log => "an entry is malformed",
            Code::Privacy => "a name stands where none may",
            Code::Missing => "something is missing",
            Code::Extra => "something was slipped in",
            Code::Plan => "a plan is malformed",
            Code::Message => "a message says something else than the plan",
            Code::Ssh => "a signature does not hold",
            Code::Openssl => "a sign-on does not hold",
            Code::Need => "approvals are missing",
            Code::Foureyes => "somebody approved their own",
            Code::Time => "times contradict each other",
            Code::Run => "a run was not allowed",
            Code::Standing => "a standing approval was stretched",
            Code::Steps => "outcomes are missing or miscounted",
            Code::Rows => "a list of rows is not what the read says",
            Code::Fresh => "the newest entries are missing",
            Code::Report => "the report or the page is not that of the log",
            Code::Malformed => "something can't be read",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub code: Code,
    /// Where and what, in words. May hold foreign text.
    pub detail: String,
}

/// How many problems of one code are listed; more of the same say nothing new.
const LISTED: usize = 20;

/// Collects problems: at least the first of each code, at most [`LISTED`].
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: BTreeMap<Code, Vec<String>>,
    more: BTreeMap<Code, usize>,
}

impl Problems {
    pub(super) fn add(&mut self, code: Code, detail: impl Into<String>) {
        let details = self.found.entry(code).or_default();
        if details.len() < LISTED {
            details.push(detail.into());
        } else {
            *self.more.entry(code).or_default() += 1;
        }
    }

    pub(super) fn into_list(mut self) -> Vec<Problem> {
        for (code, more) in &self.more {
            if let Some(details) = self.found.get_mut(code) {
                details.push(format!("and {more} more"));
            }
        }
        self.found.into_iter().flat_map(|(code, details)| details.into_iter().map(move |detail| Problem { code, detail })).collect()
    }
}
