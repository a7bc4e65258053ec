//! Which files of a folder are one export: `…_Page_2.csv`, `users (1).csv` (csv-exports.md §3, Parts and age).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use usher_domain::diagnostic::Diagnostic;

use super::bytes::unreadable;

/// Files that may be one export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name without what numbers the part: the instance in bare mode.
    pub stem: String,
    /// Its files, in order of their part.
    pub files: Vec<PathBuf>,
}

/// What is in a folder of exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Exports, by name.
    pub groups: Vec<Group>,
    /// Files that are not read, with why.
    pub left_out: Vec<(PathBuf, &'static str)>,
}

/// Lists a folder's exports. Folders in it and hidden files are not looked at.
///
/// # Errors
/// CSV-001 if the folder can't be read.
pub fn folder(path: &Path) -> Result<Folder, Diagnostic> {
    let mut found: BTreeMap<String, Vec<(u64, PathBuf)>> = BTreeMap::new();
    let mut out = Folder::default();
    let entries = fs::read_dir(path).map_err(|e| unreadable(path, &e))?;
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(path, &e))?;
        let file = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with('~') || file.is_dir() {
            continue;
        }
        match file.extension().map(|e| e.to_string_lossy().to_lowercase()).as_deref() {
            Some("csv" | "tsv" | "txt" | "tab") => {
                let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                let (base, part) = part_of(&stem);
                found.entry(base.to_owned()).or_default().push((part, file));
            }
            Some("xlsx" | "xls" | "ods") => out.left_out.push((file, "a workbook: save its sheet as CSV")),
            Some("zip" | "gz") => out.left_out.push((file, "an archive: unpack it")),
            _ => out.left_out.push((file, "its name does not end in .csv, .tsv, .tab or .txt")),
        }
    }
    out.left_out.sort();
    for (stem, mut files) in found {
        files.sort();
        out.groups.push(Group { stem, files: files.into_iter().map(|(_, f)| f).collect() });
    }
    Ok(out)
}

/// `users_Page_2` is part 2 of `users`; `users (1)` is part 1 of `users`, which itself is part 0.
fn part_of(stem: &str) -> (&str, u64) {
    let lower = stem.to_ascii_lowercase();
    for mark in ["_page_", "-page-", " page ", "_part_", "-part-", " part ", ".part"] {
        if let Some(at) = lower.rfind(mark)
            && let Some(number) = stem.get(at + mark.len()..).and_then(|n| n.parse().ok())
            && at > 0
        {
            return (stem.get(..at).unwrap_or(stem), number);
        }
    }
    if let Some(rest) = stem.strip_suffix(')')
        && let Some((base, number)) = rest.rsplit_once('(')
        && let Ok(number) = number.parse()
        && !base.trim_end().is_empty()
    {
        return (base.trim_end(), number);
    }
    (stem, 0)
}

/// A day in a file's name, if exactly one stands there: `2026-11-20`, `20261120`, `11202026` is not one (it reads two ways).
pub(crate) fn day_in_name(name: &str) -> Option<jiff::civil::Date> {
    let mut found = Vec::new();
    let bytes = name.as_bytes();
    for start in 0..bytes.len() {
        let before_digit = start.checked_sub(1).and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
        if before_digit {
            continue;
        }
        for (length, separated) in [(10, true), (8, false)] {
            let Some(text) = name.get(start..start + length) else { continue };
            if bytes.get(start + length).is_some_and(u8::is_ascii_digit) {
                continue;
            }
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let shaped = if separated {
                text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { matches!(b, b'-' | b'_' | b'.') } else { b.is_ascii_digit() })
            } else {
                digits.len() == 8
            };
            if shaped
                && digits.len() == 8
                && let (Ok(year), Ok(month), Ok(day)) = (
                    digits.get(..4).unwrap_or_default().parse::<i16>(),
                    digits.get(4..6).unwrap_or_default().parse::<i8>(),
                    digits.get(6..).unwrap_or_default().parse::<i8>(),
                )
                && (1990..2100).contains(&year)
                && let Ok(date) = jiff::civil::Date::new(year, month, day)
            {
                found.push(date);
            }
        }
    }
    found.dedup();
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_their_name() {
        for (stem, expected) in [
            ("box_users_Page_2", ("box_users", 2)),
            ("users (1)", ("users", 1)),
            ("users", ("users", 0)),
            ("a(b)", ("a(b)", 0)),
            ("(1)", ("(1)", 0)),
            ("report-part-3", ("report", 3)),
            ("homepage_2", ("homepage_2", 0)),
        ] {
            assert_eq!(part_of(stem), expected, "{stem}");
        }
    }

    #[test]
    fn a_day_in_a_name_counts_if_it_reads_one_way() {
        let day = |n: &str| day_in_name(n).map(|d| d.to_string());
        assert_eq!(day("users-2026-11-20.csv").as_deref(), Some("2026-11-20"));
        assert_eq!(day("users_20261120_0007.csv").as_deref(), Some("2026-11-20"));
        assert_eq!(day("Google_Workspace_User_Download_05022024_000726"), None);
        assert_eq!(day("2026-11-20 to 2026-11-25"), None);
        assert_eq!(day("id 123456789012"), None);
    }
}
