//! What a read counted, and what it left out.

use usher_connect::csv::reading::Unread;
use usher_connect::csv::record::Reason;
use usher_connect::csv::told::{Told, Word};

use super::watch::Watch;

/// Most lines that are named; the rest is counted.
const NAMED: usize = 10_000;

/// Lines that are no rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asides {
    /// How many.
    pub count: u64,
    /// Of them, those that have all cells.
    pub keyless: u64,
    /// The first of them: line from 1, and why.
    pub first: Vec<(u64, String)>,
}

impl Asides {
    pub(super) fn take(&mut self, line: u64, reason: &Reason) {
        self.push(line, || reason.to_string());
    }

    pub(super) fn take_keyless(&mut self, line: u64, why: &str) {
        self.keyless += 1;
        self.push(line, || why.to_owned());
    }

    fn push(&mut self, line: u64, reason: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push((line, reason()));
        }
    }

    /// Adds those of a part that begins after so many lines.
    fn append(&mut self, other: Asides, lines: u64) {
        self.count += other.count;
        self.keyless += other.keyless;
        self.first.extend(other.first.into_iter().map(|(line, reason)| (line + lines, reason)));
        self.first.truncate(NAMED);
    }
}

/// Numbers of one file, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Persons.
    pub people: u64,
    /// Accounts.
    pub accounts: u64,
    /// Accounts that belong to one person.
    pub linked: u64,
    /// Accounts that belong to nobody by their keys, with a login that hints at somebody.
    pub unlinked: u64,
    /// Accounts that belong to nobody.
    pub unmatched: u64,
    /// Accounts whose keys name different people.
    pub disputed: u64,
    /// Accounts that the app lists as deleted.
    pub deleted: u64,
    /// Findings of that rule.
    pub leaver_account: u64,
    /// Findings of that rule.
    pub unmatched_account: u64,
    /// Findings of that rule.
    pub disputed_account: u64,
    /// Findings of that rule: one a person and instance.
    pub duplicate_account: u64,
    /// Findings of that rule: addresses that several persons have.
    pub duplicate_person: u64,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: &Counts) {
        self.people += other.people;
        self.accounts += other.accounts;
        self.linked += other.linked;
        self.unlinked += other.unlinked;
        self.unmatched += other.unmatched;
        self.disputed += other.disputed;
        self.deleted += other.deleted;
        self.leaver_account += other.leaver_account;
        self.unmatched_account += other.unmatched_account;
        self.disputed_account += other.disputed_account;
        self.duplicate_account += other.duplicate_account;
        self.duplicate_person += other.duplicate_person;
    }
}

/// What the read of one file gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Numbers.
    pub counts: Counts,
    /// Lines that are no rows.
    pub asides: Asides,
    /// Each status word and how often it came; the first 64.
    pub status_words: Vec<Word>,
    /// Each kind word.
    pub kind_words: Vec<Word>,
    /// Accounts whose door is not shut.
    pub with_access: u64,
    /// What is to be said of the file.
    pub(super) watch: Watch,
    /// A line came that only the general path reads.
    pub irregular: bool,
    /// A native id that comes more than once, with the lines of its first two rows. Such a file needs the general path: one account may
    /// have several rows.
    pub repeated: Option<Repeated>,
    /// Lines of the file.
    pub lines: u64,
}

/// A native id that comes more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// The id.
    pub id: String,
    /// Lines of its first two rows.
    pub lines: (u64, u64),
}

impl FileReport {
    /// Adds the next part of the same file.
    pub(super) fn append(&mut self, part: FileReport) {
        self.counts.add(&part.counts);
        self.asides.append(part.asides, self.lines);
        self.with_access += part.with_access;
        self.irregular |= part.irregular;
        self.watch.append(part.watch, self.lines);
        for (mine, more) in [(&mut self.status_words, part.status_words), (&mut self.kind_words, part.kind_words)] {
            for word in more {
                match mine.binary_search_by(|known| known.text.cmp(&word.text)) {
                    Ok(at) => mine[at].count += word.count,
                    Err(at) => mine.insert(at, Word { line: word.line + self.lines, ..word }),
                }
            }
        }
        self.lines += part.lines;
    }

    /// What is to be told of the file, with the lines that were set aside under its name; `None` if that takes a second look.
    pub(super) fn told(&self, name: &str) -> Option<Told> {
        let set_aside =
            self.asides.first.iter().map(|(line, reason)| Unread { file: name.to_owned(), line: *line, reason: reason.clone() });
        let rows = self.counts.people + self.counts.accounts + self.asides.keyless;
        (!self.watch.unsure).then(|| Told {
            records: self.counts.people + self.counts.accounts + self.asides.count,
            rows,
            people: self.counts.people,
            accounts: self.counts.accounts,
            with_access: self.with_access,
            words: self.status_words.clone(),
            kinds: self.kind_words.clone(),
            set_aside: set_aside.collect(),
            set_aside_count: self.asides.count,
            ..self.watch.told()
        })
    }
}
