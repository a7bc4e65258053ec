//! What a read counted, and what it left out.

use usher_connect::csv::record::Reason;

/// Most lines that are named; the rest is counted.
const NAMED: usize = 20;

/// Lines that are no rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asides {
    /// How many.
    pub count: u64,
    /// The first of them: line from 1, and why.
    pub first: Vec<(u64, String)>,
}

impl Asides {
    pub(super) fn take(&mut self, line: u64, reason: &Reason) {
        self.push(line, || reason.to_string());
    }

    pub(super) fn take_keyless(&mut self, line: u64) {
        self.push(line, || "no id, address or employee number".to_owned());
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
    pub status_words: Vec<(String, u64)>,
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
        self.lines += part.lines;
        for (word, count) in part.status_words {
            match self.status_words.binary_search_by(|(known, _)| known.cmp(&word)) {
                Ok(at) => self.status_words[at].1 += count,
                Err(at) => self.status_words.insert(at, (word, count)),
            }
        }
    }
}
