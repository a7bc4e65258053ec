//! The entries of the log and their lines.

use serde_json::{Map, Value, json};

use super::FORMAT;
use crate::digest::Digest;
use crate::jsonl::{self, Fields as _, LineError};
use crate::names;
use crate::outcome;
use crate::time::Time;
use crate::voice::Kind;

/// One entry with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Position, from 0.
    pub seq: u64,
    /// When, whole seconds; never smaller than that of the entry before.
    pub at: Time,
    /// What happened.
    pub entry: Entry,
    /// Further keys (`grade`, `as_of`, `lane`), under the same byte rules.
    pub more: Map<String, Value>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The first entry.
    Opened {
        /// The company.
        tenant: String,
        /// Digest of the last checkpoint of the log before (`.note`).
        previous: Option<Digest>,
    },
    /// Who may approve, from now on.
    Signers {
        /// `.signers`.
        allowed: Digest,
        /// `.revoked`.
        revoked: Option<Digest>,
        /// `.json`.
        oidc: Option<Digest>,
    },
    /// A read that a plan, a confirmation or a population uses.
    Read {
        /// Of which instance.
        instance: String,
        /// When it began.
        started_at: Time,
        /// Pages read.
        pages: u64,
        /// Rows read.
        rows: u64,
        /// The app's own total, if it says one.
        stated: Option<u64>,
        /// Whether it proves absence.
        complete: bool,
        /// `.rows`.
        list: Option<Digest>,
    },
    /// An intent that a plan acts on.
    Intent {
        /// `join`, `leave`, `move` …
        what: String,
        /// Whose.
        subject: String,
        /// The date, `2026-11-24`.
        due: String,
        /// `seq` of the read that said so.
        read: u64,
        /// Opening with the person.
        about: Digest,
    },
    /// A plan was saved.
    Plan {
        /// The plan.
        plan: Digest,
        /// How many steps.
        steps: u64,
    },
    /// A decision was taken; rejects too.
    Decision {
        /// How.
        kind: Kind,
        /// The plan; `None` for a standing approval.
        plan: Option<Digest>,
        /// `.txt`.
        message: Digest,
        /// `.sig` or `.jwt`.
        proof: Digest,
    },
    /// A run begins; before its first step is journalled.
    Run {
        /// Its id, used once.
        run: String,
        /// The plan.
        plan: Digest,
        /// `seq` of the signers in force.
        signers: u64,
        /// `seq`s of the decisions that count.
        decisions: Vec<u64>,
    },
    /// How a step ended; each exactly once.
    Outcome {
        /// The run.
        run: String,
        /// The step.
        n: u32,
        /// One of [`outcome::WORDS`].
        state: String,
        /// When it was journalled (for a person: when the task was given), if it was.
        sent_at: Option<Time>,
        /// As of when it was read back, if it was.
        read_at: Option<Time>,
        /// Opening with what was read.
        about: Digest,
    },
    /// A run ended; after its last outcome.
    Closed {
        /// The run.
        run: String,
        /// How many steps were confirmed.
        confirmed: u64,
        /// How many ended otherwise.
        other: u64,
    },
    /// A bundle was made; the last entry of every bundle.
    Exported {
        /// What the auditor gave: 1 to 190 bytes of ASCII, no `@`.
        words: String,
        /// Opening with the digests of page and report.
        about: Digest,
    },
}

/// Why a line is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Not a canonical object.
    #[error("{0}")]
    Line(LineError),
    /// An unknown type, or a field that is missing or not spelled as it must be.
    #[error("{0}")]
    Field(String),
    /// A name, or something else than printable ASCII.
    #[error("the log names nobody: printable ASCII, and no @ after a character")]
    Names,
}

const COMMON: [&str; 3] = ["seq", "at", "type"];

impl Logged {
    /// The line, without its LF.
    ///
    /// # Errors
    /// [`LogError`] if the entry can't stand in a log; what this gives, [`Logged::parse`] reads.
    pub fn to_line(&self) -> Result<Vec<u8>, LogError> {
        let (kind, fields) = self.entry.write();
        let mut map = self.more.clone();
        for (key, value) in fields {
            map.insert(key.to_owned(), value);
        }
        map.insert("seq".to_owned(), json!(self.seq));
        map.insert("at".to_owned(), json!(self.at.to_string()));
        map.insert("type".to_owned(), json!(kind));
        let line = jsonl::line(&map).map_err(LogError::Line)?;
        Logged::parse(&line)?;
        Ok(line)
    }

    /// Reads a line, without its LF.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn parse(line: &[u8]) -> Result<Logged, LogError> {
        let map = jsonl::object(line).map_err(LogError::Line)?;
        if names_somebody(line) {
            return Err(LogError::Names);
        }
        Logged::read(map).map_err(LogError::Field)
    }

    fn read(mut map: Map<String, Value>) -> Result<Logged, String> {
        let (seq, at) = (map.count("seq")?, map.time("at")?);
        let kind = map.text("type")?.to_owned();
        let (entry, keys) = Entry::read(&kind, &map)?;
        map.retain(|key, _| !keys.contains(&key.as_str()) && !COMMON.contains(&key.as_str()));
        Ok(Logged { seq, at, entry, more: map })
    }
}

/// True if a line has something else than printable ASCII, or an `@` after a non-blank: an address.
pub(crate) fn names_somebody(line: &[u8]) -> bool {
    let address = line.windows(2).any(|pair| matches!(pair, [before, b'@'] if *before != b' '));
    address || !line.iter().all(|b| (0x20..=0x7e).contains(b))
}

impl Entry {
    /// The word in `type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Entry::Opened { .. } => "opened",
            Entry::Signers { .. } => "signers",
            Entry::Read { .. } => "read",
            Entry::Intent { .. } => "intent",
            Entry::Plan { .. } => "plan",
            Entry::Decision { .. } => "decision",
            Entry::Run { .. } => "run",
            Entry::Outcome { .. } => "outcome",
            Entry::Closed { .. } => "closed",
            Entry::Exported { .. } => "exported",
        }
    }

    fn write(&self) -> (&'static str, Vec<(&'static str, Value)>) {
        let digest = |d: &Digest| json!(d.to_string());
        let perhaps = |d: &Option<Digest>| d.as_ref().map_or(Value::Null, |d| json!(d.to_string()));
        let time = |t: &Option<Time>| t.map_or(Value::Null, |t| json!(t.to_string()));
        let fields = match self {
            Entry::Opened { tenant, previous } => {
                vec![("format", json!(FORMAT)), ("tenant", json!(tenant)), ("previous", perhaps(previous))]
            }
            Entry::Signers { allowed, revoked, oidc } => {
                vec![("allowed", digest(allowed)), ("revoked", perhaps(revoked)), ("oidc", perhaps(oidc))]
            }
            Entry::Read { instance, started_at, pages, rows, stated, complete, list } => vec![
                ("instance", json!(instance)),
                ("started_at", json!(started_at.to_string())),
                ("pages", json!(pages)),
                ("rows", json!(rows)),
                ("stated", json!(stated)),
                ("complete", json!(complete)),
                ("list", perhaps(list)),
            ],
            Entry::Intent { what, subject, due, read, about } => vec![
                ("what", json!(what)),
                ("subject", json!(subject)),
                ("due", json!(due)),
                ("read", json!(read)),
                ("about", digest(about)),
            ],
            Entry::Plan { plan, steps } => vec![("plan", digest(plan)), ("steps", json!(steps))],
            Entry::Decision { kind, plan, message, proof } => {
                vec![("kind", json!(kind.word())), ("plan", perhaps(plan)), ("message", digest(message)), ("proof", digest(proof))]
            }
            Entry::Run { run, plan, signers, decisions } => {
                vec![("run", json!(run)), ("plan", digest(plan)), ("signers", json!(signers)), ("decisions", json!(decisions))]
            }
            Entry::Outcome { run, n, state, sent_at, read_at, about } => vec![
                ("run", json!(run)),
                ("n", json!(n)),
                ("state", json!(state)),
                ("sent_at", time(sent_at)),
                ("read_at", time(read_at)),
                ("about", digest(about)),
            ],
            Entry::Closed { run, confirmed, other } => {
                vec![("run", json!(run)), ("confirmed", json!(confirmed)), ("other", json!(other))]
            }
            Entry::Exported { words, about } => vec![("for", json!(words)), ("personal", json!("all")), ("about", digest(about))],
        };
        (self.kind(), fields)
    }

    fn read(kind: &str, map: &Map<String, Value>) -> Result<(Entry, &'static [&'static str]), String> {
        let is = |key: &str, value: &str| match map.text(key)? {
            text if text == value => Ok(()),
            _ => Err(format!("`{key}` is not \"{value}\"")),
        };
        let perhaps = |key: &str| match map.need(key)? {
            Value::Null => Ok::<_, String>(None),
            _ => map.digest(key).map(Some),
        };
        let moment = |key: &str| match map.need(key)? {
            Value::Null => Ok::<_, String>(None),
            _ => map.time(key).map(Some),
        };
        let run = || map.spelled("run", names::is_token);
        Ok(match kind {
            "opened" => {
                is("format", FORMAT)?;
                let entry = Entry::Opened { tenant: map.spelled("tenant", names::is_tenant)?, previous: perhaps("previous")? };
                (entry, &["format", "tenant", "previous"])
            }
            "signers" => {
                let entry = Entry::Signers { allowed: map.digest("allowed")?, revoked: perhaps("revoked")?, oidc: perhaps("oidc")? };
                (entry, &["allowed", "revoked", "oidc"])
            }
            "read" => {
                let stated = match map.need("stated")? {
                    Value::Null => None,
                    _ => Some(map.count("stated")?),
                };
                let entry = Entry::Read {
                    instance: map.spelled("instance", names::is_instance)?,
                    started_at: map.time("started_at")?,
                    pages: map.count("pages")?,
                    rows: map.count("rows")?,
                    stated,
                    complete: map.flag("complete")?,
                    list: perhaps("list")?,
                };
                (entry, &["instance", "started_at", "pages", "rows", "stated", "complete", "list"])
            }
            "intent" => {
                let entry = Entry::Intent {
                    what: map.spelled("what", names::is_rule)?,
                    subject: map.spelled("subject", names::is_subject)?,
                    due: map.spelled("due", names::is_date)?,
                    read: map.count("read")?,
                    about: map.digest("about")?,
                };
                (entry, &["what", "subject", "due", "read", "about"])
            }
            "plan" => (Entry::Plan { plan: map.digest("plan")?, steps: map.count("steps")? }, &["plan", "steps"]),
            "decision" => {
                let word = map.text("kind")?;
                let kind = Kind::parse(word).ok_or_else(|| format!("`kind` is neither sshsig nor oidc: {word}"))?;
                let entry = Entry::Decision { kind, plan: perhaps("plan")?, message: map.digest("message")?, proof: map.digest("proof")? };
                (entry, &["kind", "plan", "message", "proof"])
            }
            "run" => {
                let decisions = map
                    .list("decisions")?
                    .iter()
                    .map(|v| v.as_u64().ok_or("`decisions` holds something else than numbers"))
                    .collect::<Result<Vec<_>, _>>()?;
                let entry = Entry::Run { run: run()?, plan: map.digest("plan")?, signers: map.count("signers")?, decisions };
                (entry, &["run", "plan", "signers", "decisions"])
            }
            "outcome" => {
                let state = map.text("state")?;
                if !outcome::WORDS.contains(&state) {
                    return Err(format!("`state` is no outcome: {state}"));
                }
                let entry = Entry::Outcome {
                    run: run()?,
                    n: map.count("n")?.try_into().map_err(|_| "`n` is not a step number")?,
                    state: state.to_owned(),
                    sent_at: moment("sent_at")?,
                    read_at: moment("read_at")?,
                    about: map.digest("about")?,
                };
                (entry, &["run", "n", "state", "sent_at", "read_at", "about"])
            }
            "closed" => {
                let entry = Entry::Closed { run: run()?, confirmed: map.count("confirmed")?, other: map.count("other")? };
                (entry, &["run", "confirmed", "other"])
            }
            "exported" => {
                is("personal", "all")?;
                let words = map.spelled("for", |t| names::is_line(t) && !t.contains('@'))?;
                (Entry::Exported { words, about: map.digest("about")? }, &["for", "personal", "about"])
            }
            other => return Err(format!("unknown type {other}")),
        })
    }
}
