//! One large file in parts, one a thread.
//!
//! A part begins at a guess: a line from which records of the right width follow. The guess is checked: if the part before does not end
//! where the next begins (the guess was inside a quoted cell), the next is read again from the right place. So the number of parts
//! changes no result.

use std::io::Cursor;

use usher_connect::csv::bytes::Source;
use usher_connect::csv::record::Step;
use usher_connect::csv::scan::Scanner;
use usher_connect::csv::simple::SimpleShape;
use usher_domain::diagnostic::Diagnostic;

/// Bytes that a guess looks at.
const WINDOW: u64 = 64 << 10;

/// Records in a row that make a guess good.
const SOUND: usize = 12;

/// How work is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// Threads that read.
    pub threads: usize,
    /// Smallest part of a file that is worth a thread, in bytes.
    pub least: u64,
}

impl Split {
    /// So many threads, and parts that are worth one.
    pub const fn over(threads: usize) -> Self {
        Split { threads, least: 4 << 20 }
    }
}

/// A stretch of a file: records that begin from `from` on and before `to`, in bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// 0: the start of the file.
    pub(super) from: u64,
    /// `u64::MAX`: the end of the file.
    pub(super) to: u64,
}

impl Part {
    pub(super) const WHOLE: Part = Part { from: 0, to: u64::MAX };
}

/// Cuts a file into at most as many stretches as there are threads, of about the same size.
pub(super) fn cut(source: &Source, shape: &SimpleShape, split: Split) -> Result<Vec<Part>, Diagnostic> {
    let size = source.size.saturating_sub(u64::from(source.mark));
    let parts = (split.threads as u64).min(size / split.least.max(1)).max(1);
    let mut cuts = vec![0];
    if source.can_be_cut() {
        for i in 1..parts {
            cuts.extend(guess(source, shape, size / parts * i)?.filter(|cut| cuts.last() < Some(cut)));
        }
    }
    let ends = cuts.iter().skip(1).copied().chain([u64::MAX]).collect::<Vec<_>>();
    Ok(cuts.into_iter().zip(ends).map(|(from, to)| Part { from, to }).collect())
}

/// The first line from `at` on, from which sound records follow.
fn guess(source: &Source, shape: &SimpleShape, at: u64) -> Result<Option<u64>, Diagnostic> {
    let mut window = Vec::new();
    source.bytes_from(at, WINDOW, &mut window)?;
    let mut line = 0;
    while let Some(more) = window.get(line..).and_then(|rest| rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'))) {
        line += more + 1;
        if sound(source, shape, window.get(line..).unwrap_or_default()) {
            return Ok(Some(at + line as u64));
        }
    }
    Ok(None)
}

/// Whether the text begins with records of the right width. Its last one may be cut off.
fn sound(source: &Source, shape: &SimpleShape, text: &[u8]) -> bool {
    let mut scanner = Scanner::new(source.path(), Box::new(Cursor::new(text.to_vec())), source.dialect.delimiter);
    scanner.set_width(shape.width.clone());
    (0..SOUND).all(|_| matches!(scanner.step(), Ok(Some(Step::Record(_)))))
}

/// A scanner at the start of a part. Lines count from 1 in the part, except in the first.
pub(super) fn scanner(source: &Source, shape: &SimpleShape, part: Part) -> Result<Scanner, Diagnostic> {
    if part.from > 0 {
        let mut scanner = source.scan_from(part.from, 1)?;
        scanner.set_width(shape.width.clone());
        return Ok(scanner);
    }
    let mut scanner = source.scan()?;
    // Title rows and the header are of any width.
    while scanner.next_line() <= shape.header_line {
        if scanner.step()?.is_none() {
            break;
        }
    }
    scanner.set_width(shape.width.clone());
    Ok(scanner)
}
