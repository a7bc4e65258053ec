//! Names of columns made comparable, and which record of a file is the header (csv-exports.md §3.3 and §3.4).

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::sample::SampleRecord;
use super::{dates, synonyms, systems, values};

/// How many records are looked at for a header: title rows of HR reports are fewer.
const HEADER_WITHIN: usize = 20;

/// A column's name: as it stands there, as words, and squashed for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As it stands in the file.
    pub(crate) original: String,
    /// Lower case, without accents and upload remarks, one space between words.
    pub(crate) words: String,
    /// The words without spaces: `user_name`, `userName` and `User name` are one.
    pub(crate) squashed: String,
}

impl Name {
    pub(crate) fn of(original: &str) -> Name {
        let original = original.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{a0}').to_owned();
        let words = words(&original);
        let squashed = words.replace(' ', "");
        Name { original, words, squashed }
    }

    /// Whether the name has this word among its words.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.words.split(' ').any(|w| w == word)
    }
}

/// Lower case, without accents, only letters and digits: how words in cells are compared.
pub(crate) fn squash(text: &str) -> String {
    if text.is_ascii() {
        return text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase() as char).collect();
    }
    plain(text).filter(|c| c.is_alphanumeric()).collect()
}

/// NFKC, lower case, without marks.
fn plain(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkc().flat_map(char::to_lowercase).nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(|c| {
        let (first, second) = match c {
            'ß' => ('s', Some('s')),
            'ø' => ('o', None),
            'ł' => ('l', None),
            c => (c, None),
        };
        std::iter::once(first).chain(second)
    })
}

/// The comparable words of a header cell.
fn words(original: &str) -> String {
    let kept = without_remarks(original);
    let split = split_camel(&kept);
    let mut out = String::with_capacity(split.len());
    for c in plain(&split) {
        if c == '#' {
            out.push_str(" number ");
        } else if c.is_alphanumeric() {
            out.push(c);
        } else {
            out.push(' ');
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    let mut joined = Vec::with_capacity(words.len());
    let mut i = 0;
    while let Some(word) = words.get(i) {
        if *word == "e" && words.get(i + 1).is_some_and(|next| next.starts_with("mail")) {
            joined.push(format!("e{}", words.get(i + 1).copied().unwrap_or_default()));
            i += 2;
        } else {
            joined.push((*word).to_owned());
            i += 1;
        }
    }
    joined.join(" ")
}

/// Cuts `[Required]`, `[READ ONLY]`, `(Required)`, `(Personal Profile)`; what `(UTC)`, `(MB)` and `(Suspended)` say stays.
fn without_remarks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let close = if from.starts_with('[') { ']' } else { ')' };
        let Some(end) = from.find(close) else {
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        let inner = from.get(1..end).unwrap_or_default();
        let low = inner.trim().to_lowercase();
        let remark = close == ']' || low == "required" || low == "optional" || low.ends_with("profile");
        if !remark {
            out.push(' ');
            out.push_str(inner);
            out.push(' ');
        }
        rest = from.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// `userPrincipalName` → `user Principal Name`, `AccountID` → `Account ID`, `HTTPServer` → `HTTP Server`.
fn split_camel(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 4);
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|b| chars.get(b));
        let after = chars.get(i + 1);
        let starts_word =
            c.is_uppercase() && before.is_some_and(|b| b.is_lowercase() || (b.is_uppercase() && after.is_some_and(|a| a.is_lowercase())));
        if starts_word {
            out.push(' ');
        }
        out.push(*c);
    }
    out
}

/// Where the header is, and what stands around it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Index of the header among the records.
    pub(crate) at: usize,
    /// Its names, empty trailing ones dropped.
    pub(crate) names: Vec<Name>,
    /// Title rows before it.
    pub(crate) titles: Vec<SampleRecord>,
    /// A second header-like record directly above, whose cells tell duplicates apart.
    pub(crate) groups: Option<Vec<String>>,
}

/// Why no header was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoHeader {
    /// No record at all.
    Empty,
    /// The first record is data: it has this address.
    Data { line: u64, cell: String },
    /// No record has two known names; the first one is given.
    Unknown { line: u64, cells: Vec<String> },
}

/// Finds the header: of the first 20 records the one with most known names, and no address, date or number in it.
///
/// `asked` are header names that the user gave (`--column status="State of user"`): they count as known.
pub(crate) fn find(records: &[SampleRecord], asked: &[&str]) -> Result<Found, NoHeader> {
    let asked: Vec<Name> = asked.iter().map(|a| Name::of(a)).collect();
    let within: Vec<(usize, &SampleRecord)> = records.iter().enumerate().filter(|(_, r)| !blank(r)).take(HEADER_WITHIN).collect();
    let Some((_, first)) = within.first() else { return Err(NoHeader::Empty) };
    // One cell a record: either a list of one column, or none of the delimiters that are tried.
    let narrow = records.iter().all(|r| r.cells.len() <= 1);
    let mut best: Option<(usize, usize)> = None;
    for (at, record) in &within {
        let score = if looks_like_data(record) { 0 } else { known(record, &asked) };
        let enough = score >= 2 || (score == 1 && narrow);
        if enough && best.is_none_or(|(_, most)| score > most) {
            best = Some((*at, score));
        }
        if best.is_none()
            && (!narrow || record.line == first.line)
            && looks_like_data(record)
            && let Some(cell) = record.cells.iter().find(|c| values::is_address(c))
        {
            return Err(NoHeader::Data { line: record.line, cell: cell.clone() });
        }
    }
    let Some((at, _)) = best else {
        return Err(NoHeader::Unknown { line: first.line, cells: first.cells.clone() });
    };
    let Some(record) = records.get(at) else { return Err(NoHeader::Empty) };
    let mut names: Vec<Name> = record.cells.iter().map(|c| Name::of(c)).collect();
    while names.last().is_some_and(|n| n.original.is_empty()) {
        names.pop();
    }
    let above = at.checked_sub(1).and_then(|i| records.get(i)).filter(|r| r.cells.len() == record.cells.len() && filled(r) >= 2);
    let groups = above.filter(|r| !looks_like_data(r)).map(|r| spread(&r.cells));
    Ok(Found { at, names, titles: records.iter().take(at).cloned().collect(), groups })
}

/// A group heading stands over its first column only: carry it to the right.
fn spread(cells: &[String]) -> Vec<String> {
    let mut last = String::new();
    cells
        .iter()
        .map(|c| {
            if !c.trim().is_empty() {
                last = c.trim().to_owned();
            }
            last.clone()
        })
        .collect()
}

/// Whether a record has nothing in it.
pub(crate) fn blank(record: &SampleRecord) -> bool {
    record.cells.iter().all(|c| c.trim().is_empty())
}

fn filled(record: &SampleRecord) -> usize {
    record.cells.iter().filter(|c| !c.trim().is_empty()).count()
}

/// How many cells are names that usher knows.
fn known(record: &SampleRecord, asked: &[Name]) -> usize {
    record
        .cells
        .iter()
        .filter(|c| {
            let name = Name::of(c);
            !name.squashed.is_empty()
                && (synonyms::is_known(&name.squashed)
                    || KNOWN.contains(&name.squashed)
                    || asked.iter().any(|a| a.squashed == name.squashed))
        })
        .count()
}

/// All names that some system's header has.
static KNOWN: LazyLock<std::collections::HashSet<String>> = LazyLock::new(|| systems::all().flat_map(|s| s.names()).collect());

/// An address, a date or a number stands in data, not in a header.
fn looks_like_data(record: &SampleRecord) -> bool {
    record.cells.iter().any(|c| {
        let c = c.trim();
        values::is_address(c) || (!c.is_empty() && c.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')) || dates::is_date(c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_words_and_shown_as_they_are() {
        for (original, expected) in [
            ("Email Address [Required]", "email address"),
            ("Recovery Phone [MUST BE IN THE E.164 FORMAT]", "recovery phone"),
            ("User ID/Email (Required)", "user id email"),
            ("Associate ID (Employment Profile)", "associate id"),
            ("Last active (UTC)", "last active utc"),
            ("userPrincipalName", "user principal name"),
            ("AccountID", "account id"),
            ("Employee #", "employee number"),
            ("E-Mail-Adresse", "email adresse"),
            ("has-2fa", "has 2fa"),
            ("suspended?", "suspended"),
            ("\u{feff}Date\u{a0}d'entrée", "date d entree"),
            ("Führungskraft", "fuhrungskraft"),
            ("LAST_LOGIN", "last login"),
            ("n° salarié", "n salarie"),
            ("Ｅｍａｉｌ", "email"),
        ] {
            assert_eq!(Name::of(original).words, expected, "{original}");
        }
        assert_eq!(Name::of("user_name").squashed, Name::of("userName").squashed);
    }

    #[test]
    fn cells_are_squashed_to_letters_and_digits() {
        assert_eq!(squash("LOCKED_OUT"), "lockedout");
        assert_eq!(squash("Désactivé"), "desactive");
        assert_eq!(squash("Not on payroll"), "notonpayroll");
    }
}
