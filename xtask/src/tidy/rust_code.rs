//! Rust source with comments and the inside of texts blanked, so that a rule about code doesn't stumble over words about it.

/// One line of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeLine {
    /// From 1.
    pub(super) number: usize,
    pub(super) text: String,
    /// Built only for tests: a test program, a bench, or inside `#[cfg(test)] mod … { }`.
    pub(super) test: bool,
}

/// The lines of a file. Blanked characters become spaces, so columns stay.
pub(super) fn lines(path: &str, source: &str) -> Vec<CodeLine> {
    let blanked = blank(source);
    let inside_tests = test_modules(&blanked);
    let mut offset = 0;
    let mut out = Vec::new();
    for (index, text) in blanked.split('\n').enumerate() {
        let test = is_test_file(path) || inside_tests.iter().any(|range| range.contains(&offset));
        out.push(CodeLine { number: index + 1, text: text.to_owned(), test });
        offset += text.len() + 1;
    }
    out
}

/// Test programs, contracts that several crates test against, benches, examples, and test modules in a file of their own.
pub(super) fn is_test_file(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    let file = parts.next().unwrap_or_default();
    file == "tests.rs" || file.ends_with("_tests.rs") || parts.any(|folder| matches!(folder, "tests" | "testing" | "benches" | "examples"))
}

/// Where the modules lie that this file declares for tests only, by `#[cfg(test)] mod name;`: each without `.rs`, so that the
/// file and the folder are both meant.
pub(super) fn test_modules_beside(path: &str, source: &str) -> Vec<String> {
    let stem = path.trim_end_matches(".rs");
    let folder = match stem.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => stem,
    };
    let blanked = blank(source);
    let declared = blanked.split("#[cfg(test)]").skip(1).filter_map(|after| after.split_once(';').map(|(head, _)| head));
    declared
        .filter_map(|head| match head.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["mod", name] | ["pub" | "pub(crate)" | "pub(super)", "mod", name] => Some(format!("{folder}/{name}")),
            _ => None,
        })
        .collect()
}

/// The same length and the same lines, with comments and the inside of text and character literals as spaces.
fn blank(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let blanked = match byte {
            b'/' if rest.starts_with(b"//") => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => block_comment(rest),
            b'r' if !follows_word(&out) => raw_text(rest),
            b'"' => quoted(rest),
            b'\'' => character(rest),
            _ => 0,
        };
        if blanked == 0 {
            out.push(byte);
            at += 1;
            continue;
        }
        let (first, last) = (at, at + blanked - 1);
        for (index, byte) in rest.iter().take(blanked).enumerate() {
            let is_mark = byte_is_mark(byte) && (index == 0 || first + index == last) && !rest.starts_with(b"/");
            out.push(if *byte == b'\n' || is_mark { *byte } else { b' ' });
        }
        at += blanked;
    }
    // Only whole characters were blanked, byte by byte, so this is text again.
    String::from_utf8_lossy(&out).into_owned()
}

fn byte_is_mark(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'r')
}

fn follows_word(out: &[u8]) -> bool {
    out.last().is_some_and(|byte| byte.is_ascii_alphanumeric() && *byte != b'b' && *byte != b'c' || *byte == b'_')
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = rest.get(at..).unwrap_or_default();
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of `r"…"` or `r#"…"#`, else 0.
fn raw_text(rest: &[u8]) -> usize {
    let marks = rest.iter().skip(1).take_while(|byte| **byte == b'#').count();
    if rest.get(1 + marks) != Some(&b'"') {
        return 0;
    }
    let end = [b"\"".as_slice(), &b"#".repeat(marks)].concat();
    let body = rest.get(2 + marks..).unwrap_or_default();
    body.windows(end.len()).position(|window| window == end).map_or(rest.len(), |found| 2 + marks + found + end.len())
}

fn quoted(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a character literal; 0 for a lifetime.
fn character(rest: &[u8]) -> usize {
    let text = String::from_utf8_lossy(rest.get(..rest.len().min(16)).unwrap_or_default()).into_owned();
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => rest.iter().skip(3).position(|byte| *byte == b'\'').map_or(0, |found| found + 4),
        Some(c) if c != '\'' && chars.next() == Some('\'') => 2 + c.len_utf8(),
        _ => 0,
    }
}

/// Where `#[cfg(test)] mod name { … }` begin and end.
fn test_modules(blanked: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (start, mark) in blanked.match_indices("#[cfg(test)]") {
        let after = blanked.get(start + mark.len()..).unwrap_or_default();
        let Some(open) = after.find(['{', ';']) else { continue };
        let head = after.get(..open).unwrap_or_default();
        if !head.split_whitespace().any(|word| word == "mod") || after.get(open..=open) != Some("{") {
            continue;
        }
        let mut depth = 0_usize;
        let end = after.char_indices().skip_while(|(at, _)| *at < open).find_map(|(at, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at + 1)
        });
        found.push(start..start + mark.len() + end.unwrap_or(after.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_comments_and_texts_are_not_code() {
        for (source, code) in [
            ("a(); // b()", "a();       "),
            ("/* x /* y */ z */ a()", "                  a()"),
            (r#"say("a \" b", c)"#, r#"say("      ", c)"#),
            (r##"say(r#"a " b"#, c)"##, r##"say(r         , c)"##),
            ("f::<'a>('\\'', 'x', '\"', d)", "f::<'a>('  ', ' ', ' ', d)"),
            ("var\"x\"", "var\" \""),
        ] {
            assert_eq!(blank(source), code, "{source}");
        }
    }

    #[test]
    fn lines_and_length_stay() {
        let source = "let a = \"1\n2\"; /* 3\n4 */ b";
        assert_eq!(blank(source).len(), source.len());
        assert_eq!(lines("a.rs", source).last().map(|line| line.number), Some(3));
    }

    #[test]
    fn a_test_module_ends_with_its_brace_and_an_item_for_tests_is_no_module() {
        let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { \"}\" }\n}\nfn c() {}\n#[cfg(test)]\nfn d() {}\nfn e() {}";
        let tests: Vec<bool> = lines("src/a.rs", source).iter().map(|line| line.test).collect();
        assert_eq!(tests, [false, true, true, true, true, false, false, false, false]);
    }

    #[test]
    fn a_module_declared_for_tests_only_is_found_where_it_lies() {
        let source = "#[cfg(test)]\nmod permits;\nmod wire;\n#[cfg(test)]\nfn a() { b; }\n#[cfg(test)]\npub(crate) mod made;";
        assert_eq!(test_modules_beside("crates/a/src/lib.rs", source), ["crates/a/src/permits", "crates/a/src/made"]);
        assert_eq!(test_modules_beside("crates/a/src/scan.rs", source), ["crates/a/src/scan/permits", "crates/a/src/scan/made"]);
    }

    #[test]
    fn test_programs_are_known_by_their_path() {
        for (path, is_test) in [
            ("tests/scenarios/leaver.rs", true),
            ("crates/domain/tests/doors.rs", true),
            ("crates/store/src/sqlite/tests.rs", true),
            ("crates/store/src/testing/contract/facts.rs", true),
            ("crates/store/src/sqlite.rs", false),
            ("crates/store/src/contests.rs", false),
        ] {
            assert_eq!(is_test_file(path), is_test, "{path}");
        }
    }
}
