//! What is noticed while rows are read, counted, and said once at the end: nothing is dropped or changed silently.

use std::collections::BTreeMap;

use usher_domain::text::visible;

use super::shape::Shape;

/// Something that happens in many rows: how often, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Often {
    count: u64,
    line: u64,
    text: String,
}

impl Often {
    fn see(&mut self, line: u64, text: &str) {
        self.see_so_often(line, text, 1);
    }

    fn see_so_often(&mut self, line: u64, text: &str, count: u64) {
        if self.count == 0 {
            self.line = line;
            self.text = text.trim().chars().take(60).collect();
        }
        self.count += count;
    }

    fn first(&self) -> String {
        format!("the first on line {}: {}", self.line, visible(&self.text))
    }
}

/// Contradictions that are written out; the others are counted.
const SHOWN: usize = 20;

/// Distinct unknown words that are kept apart.
const WORDS: usize = 100;

/// What was noticed in the rows of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Noticed {
    words: BTreeMap<String, Often>,
    other_words: u64,
    blank_status: Often,
    unreadable: BTreeMap<usize, Often>,
    open: Often,
    damaged: Often,
    kinds: BTreeMap<String, Often>,
    widths: BTreeMap<usize, Widths>,
    leading_zeros: bool,
    decimals: Often,
    contradictions: Vec<String>,
    more_contradictions: u64,
    no_address: Often,
    repeated_headers: Often,
    twice: Often,
    differing: Vec<String>,
    more_differing: u64,
    newest_login: Option<jiff::civil::Date>,
    newest_serial: Option<jiff::civil::Date>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Widths {
    count: u64,
    shown: Vec<(u64, String)>,
}

impl Noticed {
    pub(crate) fn unknown_word(&mut self, word: &str, line: u64) {
        self.unknown_words(word, line, 1);
    }

    /// The same for so many rows at once; `line` is the first. So with the others of this form.
    pub(crate) fn unknown_words(&mut self, word: &str, line: u64, count: u64) {
        if self.words.len() < WORDS || self.words.contains_key(word) {
            self.words.entry(word.to_owned()).or_default().see_so_often(line, word, count);
        } else {
            self.other_words += count;
        }
    }

    pub(crate) fn blank_status(&mut self, line: u64) {
        self.blank_statuses(line, 1);
    }

    pub(crate) fn blank_statuses(&mut self, line: u64, count: u64) {
        self.blank_status.see_so_often(line, "", count);
    }

    pub(crate) fn unknown_kind(&mut self, word: &str, line: u64) {
        self.unknown_kinds(word, line, 1);
    }

    pub(crate) fn unknown_kinds(&mut self, word: &str, line: u64, count: u64) {
        if self.kinds.len() < WORDS || self.kinds.contains_key(word) {
            self.kinds.entry(word.to_owned()).or_default().see_so_often(line, word, count);
        }
    }

    /// Numbers that are digits only, by their length.
    pub(crate) fn numbers(&mut self, widths: Vec<super::told::Width>, leading_zeros: bool) {
        self.leading_zeros |= leading_zeros;
        for (length, width) in widths.into_iter().enumerate().filter(|(_, width)| width.count > 0) {
            self.widths.insert(length, Widths { count: width.count, shown: width.first });
        }
    }

    pub(crate) fn unreadable_date(&mut self, column: usize, line: u64, text: &str) {
        self.unreadable.entry(column).or_default().see(line, text);
    }

    pub(crate) fn open_date(&mut self, line: u64, text: &str) {
        self.open.see(line, text);
    }

    pub(crate) fn damaged(&mut self, line: u64, text: &str) {
        self.damaged.see(line, text);
    }

    pub(crate) fn number(&mut self, number: &str, line: u64) {
        if let Some(whole) = number.strip_suffix(".0").filter(|w| w.bytes().all(|b| b.is_ascii_digit())) {
            self.decimals.see(line, whole);
        }
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        self.leading_zeros |= number.starts_with('0');
        let width = self.widths.entry(number.len()).or_default();
        width.count += 1;
        if width.shown.len() < 3 {
            width.shown.push((line, number.to_owned()));
        }
    }

    pub(crate) fn contradiction(&mut self, text: String) {
        if self.contradictions.len() < SHOWN {
            self.contradictions.push(text);
        } else {
            self.more_contradictions += 1;
        }
    }

    pub(crate) fn no_address(&mut self, line: u64, label: &str) {
        self.no_addresses(line, label, 1);
    }

    pub(crate) fn no_addresses(&mut self, line: u64, label: &str, count: u64) {
        self.no_address.see_so_often(line, label, count);
    }

    pub(crate) fn repeated_header(&mut self, line: u64) {
        self.headers_again(line, 1);
    }

    pub(crate) fn headers_again(&mut self, line: u64, count: u64) {
        self.repeated_headers.see_so_often(line, "", count);
    }

    pub(crate) fn twice(&mut self, line: u64, label: &str) {
        self.twice.see(line, label);
    }

    pub(crate) fn differing(&mut self, text: String) {
        if self.differing.len() < SHOWN {
            self.differing.push(text);
        } else {
            self.more_differing += 1;
        }
    }

    pub(crate) fn login(&mut self, day: jiff::civil::Date) {
        self.newest_login = self.newest_login.max(Some(day));
    }

    pub(crate) fn serial(&mut self, day: jiff::civil::Date) {
        self.newest_serial = self.newest_serial.max(Some(day));
    }

    /// What is worth reading once (first), and what may make findings wrong (second).
    pub(crate) fn say(&self, shape: &Shape) -> (Vec<String>, Vec<String>) {
        let (mut notes, mut warnings) = (Vec::new(), Vec::new());
        let people = shape.holds == super::fingerprint::Holds::People;
        for (word, often) in &self.words {
            let counted = if people { "counts as unknown" } else { "counts as \"can log in\"" };
            warnings.push(format!(
                "status word not known: \"{}\" in {}, first on line {}; it {counted}",
                visible(word),
                rows(often.count),
                often.line
            ));
        }
        if self.other_words > 0 {
            warnings.push(format!("{} more with other status words that are not known", rows(self.other_words)));
        }
        if self.blank_status.count > 0 {
            warnings.push(format!("{} without a status, first on line {}: unknown", rows(self.blank_status.count), self.blank_status.line));
        }
        for (column, often) in &self.unreadable {
            warnings.push(format!("{}: {} that can't be read as a date, {}", shape.header(*column), cells(often.count), often.first()));
        }
        if self.open.count > 0 {
            warnings.push(format!(
                "{} that read two ways and are taken as unknown, {}; say which: --dates dmy or --dates mdy",
                cells(self.open.count),
                self.open.first()
            ));
        }
        if self.damaged.count > 0 {
            warnings.push(format!(
                "{} damaged by a spreadsheet, so the number is not known, {}; export again and don't open it in a spreadsheet",
                numbers(self.damaged.count),
                self.damaged.first()
            ));
        }
        if self.decimals.count > 0 {
            warnings.push(format!(
                "{} written like 17.0, {}; they are kept as they stand and match nothing",
                numbers(self.decimals.count),
                self.decimals.first()
            ));
        }
        warnings.extend(self.lost_zeros());
        for (word, often) in &self.kinds {
            notes.push(format!("kind not known: \"{}\" in {}; read as a person's account", visible(word), rows(often.count)));
        }
        for text in &self.contradictions {
            warnings.push(text.clone());
        }
        if self.more_contradictions > 0 {
            warnings.push(format!("{} more whose status and dates contradict", rows(self.more_contradictions)));
        }
        if self.no_address.count > 0 && !people {
            notes.push(format!(
                "{} without any e-mail can't be judged by e-mail, {}",
                accounts(self.no_address.count),
                self.no_address.first()
            ));
        }
        if self.repeated_headers.count > 0 {
            notes.push(format!(
                "the header stands again {} times, first on line {}",
                self.repeated_headers.count, self.repeated_headers.line
            ));
        }
        if self.twice.count > 0 {
            notes.push(format!("{} there twice and counted once, {}", rows(self.twice.count), self.twice.first()));
        }
        notes.extend(self.differing.iter().cloned());
        if self.more_differing > 0 {
            notes.push(format!("{} more that differ from one another", rows(self.more_differing)));
        }
        if let (Some(newest), Some(today)) = (self.newest_login, shape.today)
            && let Ok(span) = newest.until(today)
            && span.get_days() > 60
        {
            warnings.push(format!(
                "the newest sign-in in this file is of {newest}, {} days before {today}: perhaps an old file",
                span.get_days()
            ));
        }
        // Workbooks of 1904 count from four years later: nothing of the last four years in them is a sign of it.
        if let (Some(newest), Some(today)) = (self.newest_serial, shape.today)
            && let Ok(days) = newest.until(today).map(|s| s.get_days())
            && (1_462..3_650).contains(&days)
        {
            warnings.push(format!(
                "dates stand there as numbers, and the newest is {newest}: if the workbook counts from 1904, all are four years too early"
            ));
        }
        (notes, warnings)
    }

    /// Most numbers have one width and zeros in front, and a few are shorter: a spreadsheet took their zeros.
    fn lost_zeros(&self) -> Option<String> {
        let total: u64 = self.widths.values().map(|w| w.count).sum();
        let (usual, most) = self.widths.iter().max_by_key(|(_, w)| w.count)?;
        let shorter: Vec<&Widths> = self.widths.range(..usual).map(|(_, w)| w).collect();
        let count: u64 = shorter.iter().map(|w| w.count).sum();
        if count == 0 || !self.leading_zeros || most.count * 2 <= total {
            return None;
        }
        let shown: Vec<String> = shorter.iter().flat_map(|w| &w.shown).take(3).map(|(line, n)| format!("{n} (line {line})")).collect();
        let (are, kept) = if count == 1 {
            ("1 number is", "its zeros: {}; it is kept as it stands")
        } else {
            ("numbers are", "their zeros: {}; they are kept as they stand")
        };
        let many = if count == 1 { String::new() } else { format!("{count} ") };
        let kept = kept.replace("{}", &shown.join(", "));
        Some(format!("{many}{are} shorter than the usual {usual} digits and may have lost {kept}, and matched to nothing by padding"))
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn rows(count: u64) -> String {
    plural(count, "row", "rows")
}

fn cells(count: u64) -> String {
    plural(count, "cell", "cells")
}

fn numbers(count: u64) -> String {
    plural(count, "number", "numbers")
}

fn accounts(count: u64) -> String {
    plural(count, "account", "accounts")
}
