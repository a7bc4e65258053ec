//! The only place that prints. Data goes to stdout; progress and messages go to stderr. Names from outside are made visible here.

use std::io::{IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::text::visible;
use usher_domain::time::Time;

use crate::args::Format;

/// Lists are cut here; `--all` shows the rest.
pub(crate) const LIST: usize = 10;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// How something is meant to look; colour helps and never carries meaning alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Strong,
    Faint,
    Bad,
    Warn,
    Good,
    Name,
}

/// Text in one look. What came from outside goes through here too.
pub(crate) fn paint(look: Look, text: &str) -> String {
    dress(look, &visible(text))
}

/// Text in one look, padded to a width as it is seen.
pub(crate) fn column(look: Look, text: &str, width: usize) -> String {
    dress(look, &pad(&visible(text), width))
}

/// Text that is visible already, in one look.
fn dress(look: Look, text: &str) -> String {
    let style = match look {
        Look::Plain => return text.to_owned(),
        Look::Strong => BOLD,
        Look::Faint => DIM,
        Look::Bad => RED,
        Look::Warn => YELLOW,
        Look::Good => GREEN,
        Look::Name => CYAN,
    };
    format!("{style}{text}{style:#}")
}

/// Where output goes and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) format: Format,
    /// Columns that may be used.
    pub(crate) width: usize,
    /// Somebody sits there.
    pub(crate) interactive: bool,
    /// Lines of text are broken at the width: somebody sits there, or said how wide it is.
    wraps: bool,
}

impl Screen {
    /// Looks at the terminal that is there.
    pub(crate) fn new(format: Format) -> Screen {
        let interactive = std::io::stdout().is_terminal();
        let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        let seen = || terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
        let width = told.or_else(|| if interactive { seen() } else { Some(160) }).unwrap_or(80).max(40);
        Screen { format, width, interactive, wraps: interactive || told.is_some() }
    }

    pub(crate) fn json(self) -> bool {
        self.format == Format::Json
    }

    /// One line of data. Colour is dropped where nobody sees it (`NO_COLOR`, `CLICOLOR_FORCE` and a pipe are respected).
    pub(crate) fn line(self, text: &str) {
        let mut out = anstream::stdout().lock();
        // A reader that went away (`| head`) is no error of ours.
        if writeln!(out, "{text}").is_err() {
            std::process::exit(0);
        }
    }

    /// A line of text, in as many lines as it takes. For what nobody pastes: a command or a key stays on its line.
    pub(crate) fn text(self, text: &str) {
        if self.wraps { wrapped(text, self.width).iter().for_each(|line| self.line(line)) } else { self.line(text) }
    }

    /// A document, or the line that says the same to people.
    pub(crate) fn document_or(self, value: &Value, line: &str) {
        if self.json() { self.document(value) } else { self.line(line) }
    }

    /// One JSON document.
    pub(crate) fn document(self, value: &Value) {
        self.line(&serde_json::to_string(value).unwrap_or_default());
    }

    /// Bytes as they are, for messages to sign and checkpoints.
    pub(crate) fn raw(self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }

    /// A message beside the data.
    pub(crate) fn note(self, text: &str) {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }

    /// What to do next, as a command that can be pasted.
    pub(crate) fn next(self, commands: &[(&str, &str)]) {
        if self.json() || commands.is_empty() {
            return;
        }
        self.line("");
        let wide = commands.iter().map(|(c, _)| c.width()).max().unwrap_or(0);
        for (i, (command, why)) in commands.iter().enumerate() {
            let lead = if i == 0 { "Next: " } else { "      " };
            let gap = " ".repeat(wide.saturating_sub(command.width()) + 2);
            let fits = 6 + wide + 2 + why.width() <= self.width;
            let why = if why.is_empty() || !fits { String::new() } else { format!("{gap}{}", paint(Look::Faint, why)) };
            self.line(&format!("{lead}{}{why}", paint(Look::Strong, command)));
        }
    }

    /// A table whose columns fit; the column `elastic` gives way.
    pub(crate) fn table(self, head: &[&str], rows: &[Vec<Cell>], elastic: usize) {
        let mut widths: Vec<usize> = head.iter().map(|h| h.width()).collect();
        for row in rows {
            for (w, cell) in widths.iter_mut().zip(row) {
                *w = (*w).max(cell.text.width());
            }
        }
        let total: usize = widths.iter().map(|w| w + 2).sum::<usize>().saturating_sub(2);
        narrow(&mut widths, elastic, total.saturating_sub(self.width));
        if !head.iter().all(|h| h.is_empty()) {
            let cells: Vec<_> = head.iter().zip(&widths).map(|(h, w)| pad(h, *w)).collect();
            self.line(&paint(Look::Faint, cells.join("  ").trim_end()));
        }
        for row in rows {
            let last = row.iter().rposition(|c| !c.text.is_empty()).unwrap_or(0);
            let mut line = String::new();
            for (i, (cell, width)) in row.iter().zip(&widths).enumerate().take(last + 1) {
                let text = cut(&cell.text, *width);
                let gap = if i < last { " ".repeat(width.saturating_sub(text.width()) + 2) } else { String::new() };
                line.push_str(&dress(cell.look, &text));
                line.push_str(&gap);
            }
            self.line(line.trim_end());
        }
    }
}

/// Takes `over` columns away: from the elastic one while it can be read, then from whichever is widest.
fn narrow(widths: &mut [usize], elastic: usize, mut over: usize) {
    const ELASTIC: usize = 14;
    const LEAST: usize = 12;
    if let Some(w) = widths.get_mut(elastic) {
        let give = over.min(w.saturating_sub(ELASTIC));
        *w -= give;
        over -= give;
    }
    for _ in 0..over {
        match widths.iter_mut().max() {
            Some(widest) if *widest > LEAST => *widest -= 1,
            _ => return,
        }
    }
}

/// A cell of a table: what came from outside is made visible when it is put in.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    look: Look,
    text: String,
}

/// A cell in one look.
pub(crate) fn cell(look: Look, text: &str) -> Cell {
    Cell { look, text: visible(text).replace('\n', " ") }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        cell(Look::Plain, &text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        cell(Look::Plain, text)
    }
}

/// A row of a table.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$($crate::render::Cell::from($cell)),*] };
}
pub(crate) use row;

/// A diagnostic on stderr, as terminal.md shows it.
pub(crate) fn complain(message: &Diagnostic, level: &str) {
    let mut out = anstream::stderr().lock();
    let look = if level == "error" { RED } else { YELLOW };
    let _ = writeln!(out, "{look}{level}[{}]{look:#}: {BOLD}{}{BOLD:#}", message.code, message.summary);
    if let Some(place) = &message.place {
        let mut at = visible(&place.file.display().to_string());
        if let Some(line) = place.line {
            at.push_str(&format!(":{line}"));
            if let Some(column) = place.column {
                at.push_str(&format!(":{column}"));
            }
        }
        let _ = writeln!(out, "  {at}");
    }
    for line in visible(&message.detail).lines() {
        let _ = writeln!(out, "  {line}");
    }
    if let Some(hint) = &message.hint {
        for (i, line) in visible(hint).lines().enumerate() {
            let _ = writeln!(out, "  {}{line}", if i == 0 { "hint: " } else { "      " });
        }
    }
}

/// Cut to a width with an ellipsis.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + c.to_string().width() + 1 > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Styled text in lines of at most that width, broken between words; what follows the first line is indented deeper. A word that is wider
/// than a line stays whole.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let shown = |text: &str| anstream::adapter::strip_str(text).to_string().width();
    if shown(text) <= width {
        return vec![text.to_owned()];
    }
    let plain = anstream::adapter::strip_str(text).to_string();
    let indent = " ".repeat(plain.len() - plain.trim_start_matches(' ').len() + 4);
    let (mut lines, mut line, mut fresh) = (Vec::new(), String::new(), true);
    for word in text.split(' ') {
        if !fresh && shown(&line) + 1 + shown(word) > width {
            lines.push(std::mem::replace(&mut line, format!("{indent}{word}")));
            continue;
        }
        if !fresh {
            line.push(' ');
        }
        line.push_str(word);
        fresh = false;
    }
    lines.push(line);
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Padded to a width as it is seen.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// `1,958`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 account`, `2 accounts`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A time in the reader's zone, `2026-11-25 10:04 CET`.
pub(crate) fn local(time: Time) -> String {
    time.timestamp().to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// How long ago, in one unit.
pub(crate) fn ago(now: Time, then: Time) -> String {
    let seconds = now.seconds_since(then).max(0);
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min", seconds / 60),
        3600..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// `0.04 s`, `4.2 s`, `3 min`.
pub(crate) fn took(elapsed: std::time::Duration) -> String {
    let s = elapsed.as_secs_f64();
    match s {
        s if s < 1.0 => format!("{s:.2} s"),
        s if s < 120.0 => format!("{s:.1} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_between_words_and_lose_none() {
        assert_eq!(wrapped("  a  short line", 20), ["  a  short line"]);
        let styled = paint(Look::Bad, "  one two  three fourteen");
        let lines = wrapped(&styled, 14);
        let plain: Vec<String> = lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(plain, ["  one two", "      three", "      fourteen"]);
    }

    #[test]
    fn columns_give_way_until_the_row_fits() {
        let narrowed = |widths: &[usize], elastic, over| {
            let mut widths = widths.to_vec();
            narrow(&mut widths, elastic, over);
            widths
        };
        assert_eq!(narrowed(&[10, 60, 20], 1, 0), [10, 60, 20]);
        assert_eq!(narrowed(&[10, 60, 20], 1, 30), [10, 30, 20]);
        assert_eq!(narrowed(&[10, 30, 40], 1, 20), [10, 14, 36], "the elastic one first, then the widest");
        assert_eq!(narrowed(&[10, 12, 12], 1, 9), [10, 12, 12], "and no further than can be read");
    }

    #[test]
    fn numbers_and_cuts() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(count(1, "account", "accounts"), "1 account");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cell(Look::Plain, "a\u{1b}[31m\nb").text, "a\\u{1b}[31m b");
    }
}
