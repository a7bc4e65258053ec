//! A guide as Markdown (GitHub's). Text from a manifest is text: markup, HTML and escapes in it are shown, not acted on.

use std::fmt::Write as _;

use usher_domain::text::visible;

use crate::model::{Block, Flag, Guide, Inline, Line, Note, status_text};

/// The whole guide.
pub fn markdown(guide: &Guide) -> String {
    let mut page = format!("# Managing users in {}\n\n", escaped(&guide.name));
    for section in &guide.sections {
        let _ = writeln!(page, "## {}\n", section.title);
        for block in &section.blocks {
            write_block(&mut page, block);
        }
    }
    page.push_str("## Sources\n\n");
    for (at, note) in guide.notes.iter().enumerate() {
        let _ = writeln!(page, "[^{}]: {}", at + 1, footnote(note));
    }
    if guide.notes.is_empty() {
        page.push_str("Nothing on this page has a source.\n");
    }
    page
}

fn write_block(page: &mut String, block: &Block) {
    match block {
        Block::Heading(title) => {
            let _ = writeln!(page, "### {}\n", escaped(title));
        }
        Block::Step(title) => {
            let _ = writeln!(page, "#### {}\n", escaped(title));
        }
        Block::Text(line) => {
            let _ = writeln!(page, "{}\n", joined(line));
        }
        Block::List(lines) => {
            for line in lines {
                let _ = writeln!(page, "- {}", joined(line));
            }
            page.push('\n');
        }
        Block::Steps(lines) => {
            for (n, line) in lines.iter().enumerate() {
                let _ = writeln!(page, "{}. {}", n + 1, joined(line));
            }
            page.push('\n');
        }
        Block::Table { head, rows } => {
            let head: Vec<String> = head.iter().map(|cell| escaped(cell)).collect();
            let _ = writeln!(page, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
            for row in rows {
                let cells: Vec<String> = row.iter().map(joined).collect();
                let _ = writeln!(page, "| {} |", cells.join(" | "));
            }
            page.push('\n');
        }
        Block::Cards(cards) => {
            page.push_str("| App | Automation | User API | SCIM |\n|---|---|---|---|\n");
            for card in cards {
                let (name, automation) = (escaped(&card.name), card.flag().text());
                let _ = writeln!(page, "| {name} | {automation} | {} | {} |", card.user_api.text(), card.scim.text());
            }
            page.push('\n');
        }
        Block::Code { language, text } => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            let text: Vec<String> = text.lines().map(visible).collect();
            let _ = writeln!(page, "{fence}{language}\n{}\n{fence}\n", text.join("\n"));
        }
    }
}

fn joined(line: &Line) -> String {
    line.iter().map(inline).collect()
}

fn inline(piece: &Inline) -> String {
    match piece {
        Inline::Text(words) => escaped(words),
        Inline::Strong(words) => format!("**{}**", escaped(words)),
        Inline::Code(words) => code(words),
        Inline::Link { text, url } => format!("[{}](<{}>)", escaped(text), address(url)),
        Inline::Flag(flag @ (Flag::Unknown | Flag::Unverified | Flag::NotApplicable)) => format!("*{}*", flag.text()),
        Inline::Flag(flag) => format!("**{}**", escaped(&flag.text())),
        Inline::Mark { number, .. } => format!("[^{number}]"),
    }
}

fn footnote(note: &Note) -> String {
    let mut parts = vec![status_text(&note.status).to_owned()];
    for cited in &note.sources {
        let version = cited.version.as_ref().map(|v| format!(", {}", escaped(v))).unwrap_or_default();
        parts.push(format!("{} [{}](<{}>){version}", cited.kind, escaped(&cited.text), address(&cited.url)));
    }
    if let Some(looked_in) = &note.looked_in {
        parts.push(format!("looked in: {}", escaped(looked_in)));
    }
    if let Some(seen) = &note.seen {
        parts.push(format!("seen {seen}"));
    }
    parts.join("; ")
}

/// A span of code; a pipe would end a cell of a table.
fn code(words: &str) -> String {
    let words = visible(words).replace('\n', " ").replace('|', "\\|");
    let fence = "`".repeat(longest_run(&words) + 1);
    let gap = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    format!("{fence}{gap}{words}{gap}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// An address between angle brackets.
fn address(url: &str) -> String {
    visible(url).replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C")
}

/// Text that Markdown leaves as it is.
fn escaped(words: &str) -> String {
    let words = visible(words).replace('\n', " ");
    let mut out = String::with_capacity(words.len());
    let letters: Vec<char> = words.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        let inside = |i: usize| letters.get(i).is_some_and(|c| c.is_alphanumeric());
        let within_a_word = at > 0 && inside(at - 1) && inside(at + 1);
        match c {
            '<' => out.push_str("&lt;"),
            '>' if at == 0 => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '_' if within_a_word => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                out.push('\\');
                out.push(*c);
            }
            '#' | '+' | '-' if at == 0 => {
                out.push('\\');
                out.push(*c);
            }
            c => out.push(*c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_manifest_says_is_shown_as_text() {
        for (words, shown) in [
            ("okta_users and _this_", "okta_users and \\_this\\_"),
            ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
            ("a | b", "a \\| b"),
            ("# no heading", "\\# no heading"),
            ("[x](javascript:1)", "\\[x\\](javascript:1)"),
            ("red\u{1b}[31m", "red\\\\u{1b}\\[31m"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(escaped(words), shown);
        }
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(code("`x`"), "`` `x` ``");
    }
}
