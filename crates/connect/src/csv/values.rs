//! Cells as spreadsheets and consoles leave them: damaged numbers, quoted text, several addresses in one cell, booleans in languages
//! (csv-exports.md §3, Ids, numbers, cells). Everything is text until a rule needs more.

use usher_domain::account::{Email, EmailKind};

use super::header::squash;

/// Takes off spreadsheet quoting: `="00017"` and a leading `'` mean the text in them.
pub(crate) fn unwrap_cell(cell: &str) -> &str {
    let cell = cell.trim();
    if let Some(inner) = cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"')) {
        return inner.trim();
    }
    match cell.strip_prefix('\'') {
        // A name may begin with an apostrophe ('t Hooft): only what a spreadsheet would have changed is unwrapped.
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "=+-@＝＋－＠".contains(c)) => rest.trim(),
        _ => cell,
    }
}

/// `n/a`, `none`, `-` and the like: nothing stands there.
pub(crate) fn is_nothing(cell: &str) -> bool {
    let cell = cell.trim();
    cell.is_empty()
        || (cell.len() <= 14
            && (cell.chars().all(|c| matches!(c, '-' | '–' | '—' | '.' | '?' | '_' | '#' | '/' | '*'))
                || matches!(
                    squash(cell).as_str(),
                    "na" | "none"
                        | "null"
                        | "nil"
                        | "notavailable"
                        | "unassigned"
                        | "notset"
                        | "keine"
                        | "keiner"
                        | "aucun"
                        | "ninguno"
                        | "nessuno"
                        | "geen"
                )))
}

/// The text of a cell, or nothing.
pub(crate) fn text(cell: &str) -> Option<&str> {
    let cell = unwrap_cell(cell);
    (!is_nothing(cell)).then_some(cell)
}

/// An id or an employee number as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number<'a> {
    /// None.
    Nothing,
    /// This text; leading zeros count.
    Is(&'a str),
    /// A spreadsheet turned it into something else (`1,2E+05`): the id is not known.
    Damaged(&'a str),
}

/// Reads an id. `codes`: the column has ids with letters, so that `7E10442` is a real one.
pub(crate) fn number(cell: &str, codes: bool) -> Number<'_> {
    let Some(cell) = text(cell) else { return Number::Nothing };
    if is_scientific(cell, codes) || is_rounded(cell) { Number::Damaged(cell) } else { Number::Is(cell) }
}

/// `1,2E+05`, `1.23457E+11`; `7E10442` only where other ids are plain numbers.
fn is_scientific(cell: &str, codes: bool) -> bool {
    let Some((mantissa, exponent)) = cell.split_once(['E', 'e']) else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (signed, exponent) = match exponent.strip_prefix(['+', '-']) {
        Some(rest) => (true, rest),
        None => (false, exponent),
    };
    let (decimal, whole) = match mantissa.split_once(['.', ',']) {
        Some((a, b)) => (true, digits(a) && digits(b)),
        None => (false, digits(mantissa)),
    };
    whole && digits(exponent) && exponent.len() <= 3 && (signed || decimal || !codes)
}

/// A spreadsheet keeps 15 digits: a longer number that ends in zeros has lost its end.
fn is_rounded(cell: &str) -> bool {
    cell.len() > 15 && cell.bytes().all(|b| b.is_ascii_digit()) && cell.get(15..).is_some_and(|rest| rest.bytes().all(|b| b == b'0'))
}

/// Whether an id has letters beside digits, so that codes like `7E10442` are to be expected in its column.
pub(crate) fn is_code(cell: &str) -> bool {
    let has_letter = cell.chars().any(char::is_alphabetic);
    has_letter && !is_scientific(cell, false)
}

/// Whether this is one address: something, `@`, something, no blank in between.
pub(crate) fn is_address(cell: &str) -> bool {
    let cell = unwrap_cell(cell);
    let cell = strip_scheme(cell).0;
    is_bare_address(cell)
        || cell.split_once('<').is_some_and(|(_, rest)| rest.strip_suffix('>').is_some_and(is_bare_address))
        || (cell.contains([';', ',', '|', '+']) && cell.split([';', ',', '|', '+']).any(|p| is_bare_address(strip_scheme(p.trim()).0)))
}

fn is_bare_address(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !domain.is_empty()
                && !text.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '|' | '<' | '>' | '"' | '(' | ')'))
        }
        None => false,
    }
}

/// `SMTP:` in capitals is the primary address, `smtp:` another name for the mailbox (Exchange's `proxyAddresses`).
fn strip_scheme(text: &str) -> (&str, Option<EmailKind>) {
    for (scheme, kind) in [("SMTP:", Some(EmailKind::Work)), ("smtp:", Some(EmailKind::Alias))] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return (rest, kind);
        }
    }
    match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") || scheme.eq_ignore_ascii_case("smtp") => (rest, None),
        _ => (text, None),
    }
}

/// Adds every address of a cell: split at `; , | +`, blanks and newlines; without `SMTP:`, `mailto:` and the name around `<…>`.
///
/// A `+` divides only where an address already stands before it: `ana+tag@corp.example` is one. Addresses that are there already
/// (without case) are not added again. Other address schemes (`X500:`, `SIP:`) are no addresses.
pub(crate) fn add_addresses(cell: &str, kind: EmailKind, into: &mut Vec<Email>) {
    let cell = unwrap_cell(cell);
    if !cell.contains('@') {
        return;
    }
    if is_bare_address(cell) && !cell.contains([':', '+']) && !cell.starts_with('\'') {
        add(cell, kind, into);
        return;
    }
    let mut start = 0;
    for (at, c) in cell.char_indices() {
        let divides = match c {
            ';' | ',' | '|' | '\n' | '\r' | '\t' | ' ' | '\u{a0}' | '<' | '>' | '"' | '(' | ')' => true,
            '+' => cell.get(start..at).is_some_and(|piece| piece.contains('@')),
            _ => false,
        };
        if divides {
            piece(cell.get(start..at).unwrap_or_default(), kind, into);
            start = at + c.len_utf8();
        }
    }
    piece(cell.get(start..).unwrap_or_default(), kind, into);
}

fn piece(text: &str, kind: EmailKind, into: &mut Vec<Email>) {
    let (address, scheme) = strip_scheme(text.trim_matches(|c: char| c == '\'' || c.is_whitespace()));
    if !is_bare_address(address) || address.split('@').next().is_some_and(|local| local.contains(':')) {
        return;
    }
    // SMTP: is the mailbox's primary address: it stands first among those of its cell.
    add(address, if scheme == Some(EmailKind::Alias) { EmailKind::Alias } else { kind }, into);
}

fn add(address: &str, kind: EmailKind, into: &mut Vec<Email>) {
    let same = usher_domain::text::fold(address);
    if !into.iter().any(|e| usher_domain::text::fold(&e.value) == same) {
        into.push(Email { value: address.to_owned(), kind });
    }
}

/// A boolean in the seven languages, as a box (`x`, `✓`) or as a number; `None` if it is none.
pub(crate) fn boolean(cell: &str) -> Option<bool> {
    let cell = unwrap_cell(cell);
    if matches!(cell, "✓" | "✔" | "☑" | "✅") {
        return Some(true);
    }
    if matches!(cell, "✗" | "✘" | "☐" | "❌") {
        return Some(false);
    }
    if cell.len() > 12 {
        return None;
    }
    Some(match squash(cell).as_str() {
        "true" | "yes" | "y" | "1" | "x" | "on" | "t" | "ja" | "j" | "wahr" | "oui" | "o" | "vrai" | "si" | "s" | "verdadero" | "sim"
        | "verdadeiro" | "vero" | "waar" => true,
        "false" | "no" | "n" | "0" | "off" | "f" | "nein" | "falsch" | "non" | "faux" | "falso" | "nao" | "nee" | "onwaar" => false,
        _ => return None,
    })
}

/// A name as people read it: `Lovelace, Ada` → `Ada Lovelace`, `Ana Ruiz (1001)` → `Ana Ruiz`. For display and hints only.
pub(crate) fn display_name(cell: &str) -> String {
    let mut name = cell.trim();
    if let Some((before, rest)) = name.rsplit_once('(')
        && let Some(inner) = rest.trim_end().strip_suffix(')')
        && !inner.is_empty()
        && inner.bytes().all(|b| b.is_ascii_digit())
    {
        name = before.trim_end();
    }
    let suffix = |t: &str| matches!(squash(t).as_str(), "jr" | "sr" | "ii" | "iii" | "iv" | "phd" | "md" | "esq");
    match name.split_once(',') {
        Some((family, given)) if !given.contains(',') => {
            let (family, given) = (family.trim(), given.trim());
            if family.is_empty() || given.is_empty() || suffix(given) { name.to_owned() } else { format!("{given} {family}") }
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(cell: &str) -> Vec<String> {
        let mut out = Vec::new();
        add_addresses(cell, EmailKind::Work, &mut out);
        out.into_iter().map(|e| e.value).collect()
    }

    #[test]
    fn every_address_of_a_cell_is_taken_and_a_plus_tag_stays() {
        for (cell, expected) in [
            ("ada@x.example", vec!["ada@x.example"]),
            ("SMTP:ada@x.example+smtp:a.l@x.example", vec!["ada@x.example", "a.l@x.example"]),
            (
                "a@x.example, b@x.example;c@x.example|d@x.example\ne@x.example",
                vec!["a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"],
            ),
            ("Ada Lovelace <ada@x.example>", vec!["ada@x.example"]),
            ("mailto:ada@x.example", vec!["ada@x.example"]),
            ("ada+tag@x.example", vec!["ada+tag@x.example"]),
            ("ada+tag@x.example+bo@x.example", vec!["ada+tag@x.example", "bo@x.example"]),
            ("Ada@X.example;ada@x.example", vec!["Ada@X.example"]),
            ("n/a", vec![]),
            ("@x", vec![]),
            ("'ada@x.example'", vec!["ada@x.example"]),
            ("X500:/o=corp;smtp:a@x.example", vec!["a@x.example"]),
            ("SIP:ada@x.example", vec![]),
        ] {
            assert_eq!(addresses(cell), expected, "{cell}");
        }
    }

    #[test]
    fn smtp_in_small_letters_is_an_alias() {
        let mut out = Vec::new();
        add_addresses("SMTP:ada@x.example+smtp:a@x.example", EmailKind::Work, &mut out);
        assert_eq!(out.iter().map(|e| e.kind).collect::<Vec<_>>(), [EmailKind::Work, EmailKind::Alias]);
    }

    #[test]
    fn numbers_keep_their_zeros_and_damaged_ones_are_not_known() {
        for (cell, codes, expected) in [
            ("00017", false, Number::Is("00017")),
            ("=\"00017\"", false, Number::Is("00017")),
            ("'00017", false, Number::Is("00017")),
            ("1,2E+05", false, Number::Damaged("1,2E+05")),
            ("1.23457E+11", true, Number::Damaged("1.23457E+11")),
            ("7E10442", true, Number::Is("7E10442")),
            ("7E104", false, Number::Damaged("7E104")),
            ("1234567890123450000", false, Number::Damaged("1234567890123450000")),
            ("123456789012345", false, Number::Is("123456789012345")),
            ("100000000000000", false, Number::Is("100000000000000")),
            ("n/a", false, Number::Nothing),
            (" - ", false, Number::Nothing),
            ("E1001", true, Number::Is("E1001")),
        ] {
            assert_eq!(number(cell, codes), expected, "{cell}");
        }
    }

    #[test]
    fn a_leading_apostrophe_of_a_name_stays() {
        assert_eq!(unwrap_cell("'t Hooft"), "'t Hooft");
        assert_eq!(unwrap_cell("'=1+1"), "=1+1");
    }

    #[test]
    fn booleans_come_in_languages() {
        for yes in ["true", "YES", "1", "x", "Ja", "oui", "Sí", "sim", "vero", "✓"] {
            assert_eq!(boolean(yes), Some(true), "{yes}");
        }
        for no in ["False", "no", "0", "nein", "non", "não", "falso"] {
            assert_eq!(boolean(no), Some(false), "{no}");
        }
        assert_eq!(boolean("maybe"), None);
        assert_eq!(boolean(""), None);
    }

    #[test]
    fn names_are_turned_for_reading_only() {
        for (cell, expected) in [
            ("Lovelace, Ada", "Ada Lovelace"),
            ("Ana Ruiz (1001)", "Ana Ruiz"),
            ("King, Jr.", "King, Jr."),
            ("Mary Smith (Sales)", "Mary Smith (Sales)"),
            ("Ada Lovelace", "Ada Lovelace"),
            (",", ","),
        ] {
            assert_eq!(display_name(cell), expected);
        }
    }
}
