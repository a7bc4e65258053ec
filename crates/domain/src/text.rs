//! Text that came from outside, made safe to compare and to show.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;

/// Folds an address or a login for comparison: outer blanks off, NFC, full case folding (lifecycle.md §4).
///
/// Dots and `+tag` stay, and NFKC and look-alike letters are never folded: two people could become one.
pub fn fold(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        return trimmed.to_ascii_lowercase();
    }
    trimmed.nfc().default_case_fold().nfc().collect()
}

/// Shows foreign text with what a terminal would act on or hide made visible: control characters, escapes, bidirectional
/// and zero-width characters become `\u{202e}`.
pub fn visible(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b) || b == b'\n') {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if c != '\n' && is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

/// True for characters that a reader does not see or that move others: C0, C1, bidi controls, zero-width, tags, BOM.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A cell that a spreadsheet shows as text: formula starts get `'` in front, and what can't be seen becomes U+FFFD
/// (approvals-and-evidence §5).
pub fn spreadsheet_cell(text: &str) -> String {
    let starts = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    let mut out = String::with_capacity(text.len() + 1);
    if text.chars().next().is_some_and(starts) {
        out.push('\'');
    }
    out.extend(text.chars().map(|c| match c {
        c if c.is_control() => '\u{fffd}',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_joins_case_and_composition_and_nothing_else() {
        assert_eq!(fold(" Ana.R@Corp.Example "), "ana.r@corp.example");
        assert_eq!(fold("Gu\u{308}l@x"), fold("GÜL@x"));
        assert_ne!(fold("a.na@x"), fold("ana@x"));
        assert_ne!(fold("\u{430}na@x"), fold("ana@x"), "Cyrillic a is another letter");
        assert_ne!(fold("ﬁ@x"), "ﬂ@x");
    }

    #[test]
    fn visible_shows_what_a_terminal_would_act_on() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(visible("Léa"), "Léa");
        assert_eq!(spreadsheet_cell("=1+1"), "'=1+1");
        assert_eq!(spreadsheet_cell("a\u{202e}b"), "a\u{fffd}b");
    }
}
