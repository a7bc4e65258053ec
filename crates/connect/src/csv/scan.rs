//! The strict scanner: a file as records, in one pass over one buffer.
//!
//! Quotes open and close by parity (a prefix XOR of the quote mask, carried from block to block), so a record is found before it is
//! judged. Only a record that holds a quote is judged for its quotes. What fails is set aside, and reading goes on at the line after
//! its **first** line: an unclosed quote swallows the rest of the file in every parser, here it costs one line (speed.md §2.4).

use std::io::{ErrorKind, Read};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use usher_domain::diagnostic::Diagnostic;

use super::bytes::unreadable;
use super::masks::{BLOCK, Needles, prefix_xor};
use super::record::{Aside, MAX_BYTES, MAX_LINES, Quotes, Reason, Record, Step, stray_quote};

/// Bytes that are read at a time.
const CHUNK: usize = 256 << 10;

/// Reads records. A lending cursor: each [`Step`] borrows the buffer until the next call.
pub struct Scanner {
    path: PathBuf,
    input: Box<dyn Read + Send>,
    needles: Needles,
    width: Option<RangeInclusive<usize>>,

    buffer: Vec<u8>,
    filled: usize,
    ended: bool,
    /// Where `buffer[0]` stands in the decoded text.
    offset: u64,
    /// From here on the text is not yet known to be UTF-8.
    unchecked: usize,
    /// A NUL or something that is no UTF-8 was seen: from now on each record is judged for it.
    doubtful: bool,

    /// The block under the lens: where it begins, and what is left of its masks.
    base: usize,
    ends_left: u64,
    breaks: u64,
    quotes_left: u64,
    inside: u64,
    next_block: usize,
    /// All ones if the next block begins within quotes.
    carry: u64,

    start: usize,
    line: u64,
    ends: Vec<u32>,
    /// Quotes in this record, and whether all of them stand around whole cells.
    quotes: u32,
    around: bool,
    /// Line breaks within this record, in blocks that are behind us.
    inner_breaks: u64,

    next_start: usize,
    next_line: u64,
    after_carriage: bool,
    /// The line that was set aside goes on beyond the buffer.
    skipping: bool,
}

/// What one search found; the record's place stands in the scanner.
enum Found {
    Blank,
    Record(usize),
    Aside(usize, Reason),
    End,
}

impl Scanner {
    /// Reads UTF-8 from `input`. `path` is named if reading fails.
    pub fn new(path: impl Into<PathBuf>, input: Box<dyn Read + Send>, delimiter: u8) -> Self {
        Scanner {
            path: path.into(),
            input,
            needles: Needles::new(delimiter),
            width: None,
            buffer: vec![0; CHUNK],
            filled: 0,
            ended: false,
            offset: 0,
            unchecked: 0,
            doubtful: false,
            base: 0,
            ends_left: 0,
            breaks: 0,
            quotes_left: 0,
            inside: 0,
            next_block: 0,
            carry: 0,
            start: 0,
            line: 1,
            ends: Vec::with_capacity(64),
            quotes: 0,
            around: false,
            inner_breaks: 0,
            next_start: 0,
            next_line: 1,
            after_carriage: false,
            skipping: false,
        }
    }

    /// From now on a record must have so many cells, else it is set aside. A range, because empty columns at the end of a header
    /// need not be there in each row. Without it any number will do.
    pub fn set_width(&mut self, width: RangeInclusive<usize>) {
        self.width = Some(width);
    }

    /// Says where the input begins in a larger text: its offset in bytes, and its first line.
    #[must_use]
    pub fn starting_at(mut self, offset: u64, line: u64) -> Self {
        self.offset = offset;
        self.next_line = line;
        self
    }

    /// Where the next record begins in the decoded text, in bytes.
    pub fn next_offset(&self) -> u64 {
        self.offset + self.next_start as u64
    }

    /// The line on which the next record begins, from 1. After the end: lines of the file, plus one.
    pub fn next_line(&self) -> u64 {
        self.next_line
    }

    /// The next record, or a line that is set aside; `None` at the end. Empty lines are neither.
    ///
    /// # Errors
    /// CSV-001 if the file can't be read on.
    #[inline]
    pub fn step(&mut self) -> Result<Option<Step<'_>>, Diagnostic> {
        loop {
            match self.find()? {
                Found::Blank => {}
                Found::Record(end) => return Ok(Some(Step::Record(self.record(end)))),
                Found::Aside(end, reason) => {
                    return Ok(Some(Step::Aside(Aside { line: self.line, reason, record: self.record(end) })));
                }
                Found::End => return Ok(None),
            }
        }
    }

    /// Skips the rest of the physical line that stands next, whatever is on it.
    ///
    /// # Errors
    /// CSV-001 if the file can't be read on.
    pub fn skip_line(&mut self) -> Result<(), Diagnostic> {
        self.begin();
        if !self.resume() {
            self.skip_rest()?;
        }
        Ok(())
    }

    #[inline]
    fn record(&self, end: usize) -> Record<'_> {
        let quotes = match (self.quotes, self.around) {
            (0, _) => Quotes::None,
            (_, true) => Quotes::Around,
            (_, false) => Quotes::Any,
        };
        Record::new(self.line, self.offset + self.start as u64, &self.buffer[self.start..end], &self.ends, quotes)
    }

    #[inline]
    fn begin(&mut self) {
        self.start = self.next_start;
        self.line = self.next_line;
        self.ends.clear();
        self.quotes = 0;
        self.around = false;
        self.inner_breaks = 0;
    }

    #[inline]
    fn find(&mut self) -> Result<Found, Diagnostic> {
        if self.skipping {
            self.skip_rest()?;
        }
        self.begin();
        loop {
            while self.ends_left != 0 {
                let bit = self.ends_left.trailing_zeros();
                let end = self.base + bit as usize;
                self.ends_left &= self.ends_left - 1;
                // A record is at most MAX_BYTES and a chunk long here, so a u32 holds it.
                self.ends.push((end - self.start) as u32);
                if self.breaks >> bit & 1 != 0 {
                    let below = (1_u64 << bit) - 1;
                    if self.quotes_left != 0 {
                        self.quotes += (self.quotes_left & below).count_ones();
                        self.quotes_left &= !below;
                    }
                    return self.found(end);
                }
            }
            self.leave_block();
            if self.inner_breaks >= MAX_LINES {
                return self.aside(self.next_block.min(self.filled), Reason::TooManyLines);
            }
            if !self.ended && self.next_block + BLOCK > self.filled {
                if self.next_block.saturating_sub(self.start) > MAX_BYTES {
                    return self.aside(self.next_block, Reason::TooLong);
                }
                self.fill()?;
                continue;
            }
            if self.next_block >= self.filled {
                return self.last();
            }
            self.enter_block();
        }
    }

    /// Reads the masks of the next block, of which at least one byte is there.
    #[inline(always)]
    fn enter_block(&mut self) {
        self.base = self.next_block;
        let rest = &self.buffer[self.base..self.filled];
        let masks = match rest.first_chunk::<BLOCK>() {
            Some(block) => self.needles.look(block),
            None => {
                // Blanks behind the end are no quote, end or break.
                let mut block = [b' '; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                self.needles.look(&block)
            }
        };
        self.doubtful |= masks.nul;
        self.inside = prefix_xor(masks.quotes) ^ self.carry;
        self.carry = ((self.inside as i64) >> 63) as u64;
        self.ends_left = masks.ends & !self.inside;
        self.breaks = masks.breaks;
        self.quotes_left = masks.quotes;
        self.next_block = self.base + BLOCK;
    }

    /// Keeps what the block that ends here says about the record that goes on.
    #[inline(always)]
    fn leave_block(&mut self) {
        if self.quotes_left != 0 {
            self.quotes += self.quotes_left.count_ones();
            self.quotes_left = 0;
        }
        if self.breaks & self.inside != 0 {
            self.count_inner_breaks();
        }
        self.breaks = 0;
    }

    #[cold]
    fn count_inner_breaks(&mut self) {
        let from = self.start.max(self.base);
        let to = (self.base + BLOCK).min(self.filled);
        self.inner_breaks += (from..to).filter(|&at| self.inside >> (at - self.base) & 1 != 0 && self.breaks_at(at)).count() as u64;
    }

    /// Whether a line break begins here: a carriage return, or a line feed that doesn't follow one.
    fn breaks_at(&self, at: usize) -> bool {
        match self.buffer[at] {
            b'\r' => true,
            b'\n' => at == self.start || self.buffer[at - 1] != b'\r',
            _ => false,
        }
    }

    /// A record ends before the line break at `end`.
    #[inline]
    fn found(&mut self, end: usize) -> Result<Found, Diagnostic> {
        self.next_start = end + 1;
        let carriage = self.buffer[end] == b'\r';
        if end == self.start {
            // The line feed of a CR LF is no line of its own.
            self.next_line += u64::from(carriage || !self.after_carriage);
            self.after_carriage = carriage;
            return Ok(Found::Blank);
        }
        self.after_carriage = carriage;
        self.complete(end)
    }

    /// A record from `start` to `end`, if it is one.
    #[inline]
    fn complete(&mut self, end: usize) -> Result<Found, Diagnostic> {
        self.next_line = self.line + 1;
        if (self.quotes != 0 || self.doubtful || end - self.start > MAX_BYTES)
            && let Some(reason) = self.judge(end)
        {
            return self.aside(end, reason);
        }
        match &self.width {
            Some(width) if !width.contains(&self.ends.len()) => {
                let reason = Reason::Width { has: self.ends.len(), wants: *width.start() };
                self.aside(end, reason)
            }
            _ => Ok(Found::Record(end)),
        }
    }

    /// What is wrong with a record that holds quotes or doubtful bytes. Counts its lines.
    fn judge(&mut self, end: usize) -> Option<Reason> {
        if self.quotes != 0 {
            let here = self.start.saturating_sub(self.base).min(BLOCK - 1);
            if self.inner_breaks > 0 || self.breaks & self.inside & !((1 << here) - 1) != 0 {
                let breaks = (self.start..end).filter(|&at| self.breaks_at(at)).count() as u64;
                if breaks >= MAX_LINES {
                    return Some(Reason::TooManyLines);
                }
                self.next_line += breaks;
            }
            // Each quote is one of those around a cell: so none stands elsewhere.
            self.around = self.record(end).outer_quotes() == self.quotes;
            if !self.around
                && let Some(cell) = stray_quote(&self.record(end))
            {
                return Some(Reason::StrayQuote { cell });
            }
        }
        if end - self.start > MAX_BYTES {
            return Some(Reason::TooLong);
        }
        if self.doubtful {
            let bytes = &self.buffer[self.start..end];
            if bytes.contains(&0) {
                return Some(Reason::Nul);
            }
            if std::str::from_utf8(bytes).is_err() {
                return Some(Reason::NotText);
            }
        }
        None
    }

    /// The text ended: what is left is the last record, without a line break.
    fn last(&mut self) -> Result<Found, Diagnostic> {
        if self.start >= self.filled {
            return Ok(Found::End);
        }
        let end = self.filled;
        if self.carry != 0 {
            let reason = if end - self.start > MAX_BYTES { Reason::TooLong } else { Reason::UnclosedQuote };
            return self.aside(end, reason);
        }
        self.ends.push((end - self.start) as u32);
        self.next_start = end;
        self.complete(end)
    }

    /// Sets the record aside that begins at `start`, and goes on at the line after its first.
    #[cold]
    fn aside(&mut self, end: usize, reason: Reason) -> Result<Found, Diagnostic> {
        self.skipping = !self.resume();
        Ok(Found::Aside(end, reason))
    }

    /// Goes on behind the first line break in the buffer. False if it is not in the buffer.
    fn resume(&mut self) -> bool {
        let first = self.buffer[self.start..self.filled].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.next_start = first.map_or(self.filled, |at| self.start + at + 1);
        self.after_carriage = first.is_some_and(|at| self.buffer[self.start + at] == b'\r');
        self.next_line = self.line + 1;
        self.next_block = self.next_start;
        (self.ends_left, self.breaks, self.quotes_left, self.inside, self.carry) = (0, 0, 0, 0, 0);
        first.is_some()
    }

    /// Reads on until the physical line that began at `start` is over.
    #[cold]
    fn skip_rest(&mut self) -> Result<(), Diagnostic> {
        self.skipping = false;
        while !self.ended {
            self.start = self.next_start;
            self.fill()?;
            if self.resume() {
                break;
            }
        }
        Ok(())
    }

    /// Moves what is left to the front and reads on. The buffer grows only when a single record is larger.
    fn fill(&mut self) -> Result<(), Diagnostic> {
        let start = self.start;
        self.buffer.copy_within(start..self.filled, 0);
        self.offset += start as u64;
        self.filled -= start;
        self.unchecked = self.unchecked.saturating_sub(start);
        self.next_block -= start;
        self.next_start = self.next_start.saturating_sub(start);
        self.start = 0;
        if self.buffer.len() - self.filled < BLOCK {
            self.buffer.resize(self.buffer.len() + CHUNK, 0);
        }
        while self.filled < self.buffer.len() {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(unreadable(&self.path, &e)),
            }
        }
        self.check_text();
        Ok(())
    }

    /// One look over the whole chunk; only if that fails is each record looked at by itself.
    fn check_text(&mut self) {
        if self.doubtful {
            return;
        }
        match std::str::from_utf8(&self.buffer[self.unchecked..self.filled]) {
            Ok(_) => self.unchecked = self.filled,
            Err(e) if e.error_len().is_none() && !self.ended => self.unchecked += e.valid_up_to(),
            Err(_) => self.doubtful = true,
        }
    }
}

#[cfg(test)]
mod tests;
