//! Whole files and folders: what bare mode calls. For a stream of rows see [`Reading`].

use std::path::{Path, PathBuf};

use usher_domain::account::{AccountRow, EntitlementRow, GrantRow};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::PersonRow;
use usher_domain::snapshot::Row;

use super::fingerprint::Holds;
use super::parts;
use super::reading::{Opened, Reading, Report};
use super::shape::{Options, Purpose};

/// A list of people.
#[derive(Debug, Clone)]
pub struct PeopleFile {
    /// One row a person and key; positions of one person are merged.
    pub rows: Vec<PersonRow>,
    /// The file and what its columns mean.
    pub opened: Opened,
    /// What was noticed and set aside, and the line that says what was taken for what.
    pub report: Report,
}

/// Reads a list of people.
///
/// # Errors
/// As [`Opened::of`].
pub fn read_people(path: &Path, options: &Options) -> Result<PeopleFile, Diagnostic> {
    let mut reading = Reading::open(&[path.to_owned()], Purpose::People, options)?;
    let mut rows = Vec::new();
    drain(&mut reading, |row| {
        if let Row::Person(person) = row {
            rows.push(person);
        }
    })?;
    let opened = reading.files().first().cloned();
    let report = reading.finish();
    match opened {
        Some(opened) => Ok(PeopleFile { rows, opened, report }),
        None => Err(nothing(path)),
    }
}

/// The accounts of one instance.
#[derive(Debug, Clone)]
pub struct AccountsFile {
    /// One row an account.
    pub accounts: Vec<AccountRow>,
    /// Roles, groups, licences and memberships that were named.
    pub entitlements: Vec<EntitlementRow>,
    /// Who holds them.
    pub grants: Vec<GrantRow>,
    /// The first file and what its columns mean.
    pub opened: Opened,
    /// What was noticed and set aside, and the line that says what was taken for what.
    pub report: Report,
}

/// Reads the accounts of one export: one file, or its parts.
///
/// # Errors
/// As [`Reading::open`].
pub fn read_accounts(paths: &[PathBuf], purpose: Purpose, options: &Options) -> Result<AccountsFile, Diagnostic> {
    let mut reading = Reading::open(paths, purpose, options)?;
    let (mut accounts, mut entitlements, mut grants) = (Vec::new(), Vec::new(), Vec::new());
    drain(&mut reading, |row| match row {
        Row::Account(row) => accounts.push(row),
        Row::Entitlement(row) => entitlements.push(row),
        Row::Grant(row) => grants.push(row),
        Row::Person(_) | Row::Credential(_) | Row::Record(_) => {}
    })?;
    let opened = reading.files().first().cloned();
    let report = reading.finish();
    match opened {
        Some(opened) => Ok(AccountsFile { accounts, entitlements, grants, opened, report }),
        None => Err(nothing(paths.first().map_or(Path::new(""), |p| p.as_path()))),
    }
}

/// Reads on to the end.
///
/// # Errors
/// CSV-001 if a file can't be read on.
pub fn drain(reading: &mut Reading, mut each: impl FnMut(Row)) -> Result<(), Diagnostic> {
    let mut rows = Vec::new();
    loop {
        let more = reading.step(&mut rows)?;
        rows.drain(..).for_each(&mut each);
        if !more {
            return Ok(());
        }
    }
}

pub(super) fn nothing(path: &Path) -> Diagnostic {
    Diagnostic::new(
        "CSV-110",
        "there is no export to read",
        format!("{} has no file that ends in .csv, .tsv, .tab or .txt", path.display()),
    )
    .hint("save the export as CSV and put it there")
    .at(path, None, None)
}

/// The exports of a folder, each opened and known.
#[derive(Debug, Default)]
pub struct Exports {
    /// One instance each: its name, and its files (parts of one export).
    pub accounts: Vec<(String, Vec<Opened>)>,
    /// Lists of people: named, and not counted as accounts.
    pub people: Vec<Opened>,
    /// Files that can't be read, and why.
    pub refused: Vec<Diagnostic>,
    /// Files that were not looked at, and why.
    pub left_out: Vec<(PathBuf, &'static str)>,
    /// `--column` headers that no file has.
    pub unused_overrides: Vec<String>,
}

/// Opens all exports of a folder, or the one file that is named instead of a folder.
///
/// Files of one name with a number (`users (1).csv`, `…_Page_2.csv`) are parts of one export if their headers are the same.
///
/// # Errors
/// CSV-001 if the folder can't be read; CSV-110 if nothing in it can be an export. A file that can't be read is in `refused`.
pub fn exports(path: &Path, options: &Options) -> Result<Exports, Diagnostic> {
    let folder = if path.is_dir() {
        parts::folder(path)?
    } else {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        parts::Folder { groups: vec![parts::Group { stem, files: vec![path.to_owned()] }], left_out: Vec::new() }
    };
    if folder.groups.is_empty() {
        return Err(nothing(path));
    }
    let mut out = Exports { left_out: folder.left_out, ..Exports::default() };
    let mut used: Vec<bool> = vec![false; options.columns.len()];
    for group in folder.groups {
        let mut alike: Vec<Vec<Opened>> = Vec::new();
        for file in &group.files {
            match Opened::of(file, Purpose::Unknown, options) {
                Err(error) => out.refused.push(error),
                Ok(opened) => {
                    for (flag, (_, header)) in used.iter_mut().zip(&options.columns) {
                        *flag |= !opened.shape.unused_overrides.contains(header);
                    }
                    if opened.shape.holds == Holds::People {
                        out.people.push(opened);
                        continue;
                    }
                    match alike.iter_mut().find(|a| a.first().is_some_and(|f| super::ages::same_header(&f.shape, &opened.shape))) {
                        Some(parts) => parts.push(opened),
                        None => alike.push(vec![opened]),
                    }
                }
            }
        }
        let one = alike.len() == 1;
        for files in alike {
            let own = files.first().and_then(|f| f.source.path().file_stem()).map(|s| s.to_string_lossy().into_owned());
            let stem = if one && group.files.len() > 1 { group.stem.clone() } else { own.unwrap_or_else(|| group.stem.clone()) };
            out.accounts.push((stem, files));
        }
    }
    out.unused_overrides = used.iter().zip(&options.columns).filter(|(u, _)| !**u).map(|(_, (_, header))| header.clone()).collect();
    Ok(out)
}

#[cfg(test)]
mod tests;
