//! A shape in the making: what fingerprint, names, values and the user say of each column.

use std::collections::HashMap;

use usher_domain::account::Kind;
use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::person::EmploymentStatus;

use super::columns::{self, values_of};
use super::fields::Field;
use super::fingerprint::{self, Holds, System};
use super::header::{Found, Name};
use super::inverse::{self, Inverse};
use super::sample::SampleRecord;
use super::shape::{Column, Options, Purpose};
use super::states::{self, How, KindSign, Sign, States};
use super::values;
use super::words::{self, Meaning};

/// A shape in the making.
pub(super) struct Draft<'a> {
    pub(super) file: &'a str,
    pub(super) rows: &'a [&'a SampleRecord],
    pub(super) names: Vec<Name>,
    pub(super) columns: Vec<Column>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// What the user said that words mean.
    pub(super) told: &'a words::Told,
}

impl<'a> Draft<'a> {
    pub(super) fn new(file: &'a str, found: &Found, rows: &'a [&'a SampleRecord], told: &'a words::Told) -> Self {
        let names = found.names.clone();
        let columns = (0..names.len()).map(|index| Column { index, field: None, why_not: None }).collect();
        Draft { file, rows, names, columns, notes: Vec::new(), warnings: Vec::new(), told }
    }

    /// Two columns of one name: a heading above them tells them apart; else the one whose values pass is used, and it is said.
    pub(super) fn tell_duplicates_apart(&mut self, found: &Found) {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, name) in self.names.iter().enumerate().filter(|(_, n)| !n.squashed.is_empty()) {
            places.entry(name.squashed.clone()).or_default().push(i);
        }
        let mut repeated: Vec<Vec<usize>> = places.into_values().filter(|p| p.len() > 1).collect();
        repeated.sort();
        for places in repeated {
            if let Some(groups) = &found.groups {
                for &i in &places {
                    if let (Some(name), Some(group)) = (self.names.get_mut(i), groups.get(i).filter(|g| !g.is_empty())) {
                        let original = name.original.clone();
                        *name = Name { original: format!("{group} / {original}"), ..Name::of(&format!("{group} {original}")) };
                    }
                }
                continue;
            }
            let best = places.iter().copied().max_by_key(|&i| (self.passes(i), std::cmp::Reverse(i))).unwrap_or_default();
            let shown = self.names.get(best).map_or_else(String::new, |n| n.original.clone());
            let numbers: Vec<String> = places.iter().map(|i| (i + 1).to_string()).collect();
            self.warnings.push(format!(
                "the header has `{shown}` {} times (columns {}); column {} is used",
                places.len(),
                numbers.join(", "),
                best + 1
            ));
            for (nth, &i) in places.iter().enumerate().filter(|(_, i)| **i != best) {
                if let Some(name) = self.names.get_mut(i) {
                    *name = Name { original: format!("{} ({})", name.original, nth + 1), words: String::new(), squashed: String::new() };
                }
                if let Some(column) = self.columns.get_mut(i) {
                    column.why_not = Some("another column has the same name");
                }
            }
        }
    }

    /// How well the values of one of several equal columns fit its name.
    pub(super) fn passes(&self, column: usize) -> (usize, usize) {
        let values = values_of(self.rows, column);
        let addresses = values.iter().filter(|v| values::is_address(v)).count();
        let wants_addresses = self.names.get(column).is_some_and(|n| n.words.contains("mail"));
        (if wants_addresses { addresses } else { 0 }, values.len())
    }

    /// People or accounts, and the system that wrote the file.
    pub(super) fn sort(&mut self, purpose: Purpose) -> (Holds, Option<fingerprint::Match>) {
        let wanted = match purpose {
            Purpose::People => Some(Holds::People),
            Purpose::Accounts => Some(Holds::Accounts),
            Purpose::Unknown => None,
        };
        let matched = fingerprint::recognise(&self.names, wanted);
        let Some(holds) = wanted else {
            let holds = matched.as_ref().map_or_else(|| columns::people_or_accounts(&self.names), |m| m.system.holds);
            return (holds, matched);
        };
        if matched.is_none()
            && let Some(other) = fingerprint::recognise(&self.names, None).filter(|m| m.missing.is_empty())
        {
            let (is, read) = if holds == Holds::People { ("accounts", "people") } else { ("people", "accounts") };
            self.warnings
                .push(format!("this looks like a {}, which lists {is}; it is read as {read} because you said so", other.system.name));
        }
        (holds, matched)
    }

    /// Gives columns the fields that the system's export has for them.
    pub(super) fn by_fingerprint(&mut self, system: &'static System) {
        // What the system writes counts in the order of its list: mail before an alternative address.
        let mut place: Vec<usize> = vec![usize::MAX; self.columns.len()];
        for (n, (wanted, field)) in system.fields.iter().enumerate() {
            let several = field.is_grant() || matches!(field, Field::LastSeen | Field::Email | Field::Alias | Field::PersonalEmail);
            let at = if several {
                fingerprint::columns(&self.names, wanted)
            } else {
                fingerprint::column(&self.names, wanted).into_iter().collect()
            };
            for i in at {
                if let Some(column) = self.columns.get_mut(i).filter(|c| c.field.is_none() && c.why_not.is_none()) {
                    column.field = Some(*field);
                    if let Some(place) = place.get_mut(i) {
                        *place = n;
                    }
                }
            }
        }
        for also in system.also {
            for i in fingerprint::columns(&self.names, also) {
                if let Some(column) = self.columns.get_mut(i).filter(|c| c.field.is_none() && c.why_not.is_none()) {
                    column.why_not = Some("");
                }
            }
        }
        self.columns.sort_by_key(|c| (place.get(c.index).copied().unwrap_or(usize::MAX), c.index));
    }

    /// What `--column` says. Returns the overrides that this file has no header for.
    pub(super) fn take_overrides(&mut self, options: &Options, purpose: Purpose) -> Result<Vec<String>, Diagnostic> {
        let mut unused = Vec::new();
        for (field, header) in &options.columns {
            let wanted = Name::of(header);
            let exact = self.names.iter().position(|n| n.original == wanted.original);
            let Some(at) = exact.or_else(|| self.names.iter().position(|n| n.squashed == wanted.squashed && !n.squashed.is_empty())) else {
                if purpose == Purpose::Unknown || options.for_several {
                    unused.push(header.clone());
                    continue;
                }
                let near = nearest(header, self.names.iter().map(|n| n.original.as_str()));
                let all = self.names.iter().map(|n| n.original.as_str()).filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", ");
                return Err(Diagnostic::new("CSV-105", "no such column", format!("{}: the header has no `{header}`", self.file))
                    .hint(near.map_or_else(|| format!("it has: {all}"), |n| format!("did you mean --column {field}=\"{n}\"?")))
                    .at(self.file, None, None)
                    .exit(Exit::Usage));
            };
            let several = field.is_grant() || matches!(field, Field::Email | Field::Alias | Field::PersonalEmail);
            for column in &mut self.columns {
                if column.index == at {
                    column.field = Some(*field);
                    column.why_not = None;
                } else if column.field == Some(*field) && !several {
                    column.field = None;
                    column.why_not = Some("another column was named for it");
                }
            }
        }
        Ok(unused)
    }

    pub(super) fn codes_at(&self, column: usize) -> bool {
        let values = values_of(self.rows, column);
        words::only_codes(values.iter().map(String::as_str))
    }

    pub(super) fn account_states(&self, system: Option<&'static System>, holds: Holds, told: bool) -> States<Meaning> {
        if holds != Holds::Accounts {
            return States::none();
        }
        let vendor = system.map_or(&[] as words::Table<Meaning>, |s| s.words);
        let compiled = |column| words::account_words(self.told, vendor, self.codes_at(column));
        if let Some(system) = system.filter(|s| !told && !s.status.is_empty()) {
            return states::resolve(system.status, &self.names, compiled, words::only);
        }
        let mut signs = Vec::new();
        for (at, means, switch) in self.inverse_columns() {
            let means = match means {
                Inverse::Suspended => words::SUSPENDED,
                Inverse::Deactivated => words::DEACTIVATED,
                Inverse::Deleted => words::DELETED,
            };
            signs.push(Sign { column: at, how: if switch { How::Yes(means) } else { How::Filled(means) } });
        }
        if let Some(at) = self.of(Field::Status) {
            signs.retain(|s| s.column != at);
            match self.names.get(at).and_then(inverse::switch).filter(|_| columns::is_switch(&values_of(self.rows, at))) {
                Some(_) => {
                    signs.push(Sign { column: at, how: How::Yes(words::SUSPENDED) });
                    signs.push(Sign { column: at, how: How::No(words::ACTIVE) });
                }
                None => signs.push(Sign { column: at, how: How::Words(compiled(at)) }),
            }
        }
        States { signs }
    }

    pub(super) fn people_states(&self, system: Option<&'static System>, holds: Holds, told: bool) -> States<EmploymentStatus> {
        if holds != Holds::People {
            return States::none();
        }
        let vendor = system.map_or(&[] as words::Table<EmploymentStatus>, |s| s.people_words);
        let compiled = |column| words::people_words(self.told, vendor, self.codes_at(column));
        if let Some(system) = system.filter(|s| !told && !s.employment.is_empty()) {
            let resolved = states::resolve(system.employment, &self.names, compiled, words::only);
            if !resolved.signs.is_empty() {
                return resolved;
            }
        }
        let mut signs = Vec::new();
        for (at, _, switch) in self.inverse_columns().into_iter().filter(|(_, means, switch)| *switch && *means != Inverse::Suspended) {
            signs.push(Sign {
                column: at,
                how: if switch { How::Yes(EmploymentStatus::Ended) } else { How::Filled(EmploymentStatus::Ended) },
            });
        }
        if let Some(at) = self.of(Field::Status) {
            signs.retain(|s| s.column != at);
            signs.push(Sign { column: at, how: How::Words(compiled(at)) });
        }
        States { signs }
    }

    /// Columns in which a yes, or a date, means no access.
    pub(super) fn inverse_columns(&self) -> Vec<(usize, Inverse, bool)> {
        let mut found = Vec::new();
        for (at, name) in self.names.iter().enumerate() {
            let values = values_of(self.rows, at);
            if let Some(means) = inverse::switch(name).filter(|_| values.is_empty() || columns::is_switch(&values)) {
                found.push((at, means, true));
            } else if let Some(means) = inverse::ended_at(name).filter(|_| values.is_empty() || columns::are_dates(&values)) {
                found.push((at, means, false));
            }
        }
        found
    }

    pub(super) fn kind_signs(&self, system: Option<&'static System>, holds: Holds) -> Vec<KindSign> {
        if holds != Holds::Accounts {
            return Vec::new();
        }
        if let Some(system) = system.filter(|s| !s.kind.is_empty()) {
            return states::resolve_kind(system.kind, system.kind_words, &self.names);
        }
        self.of(Field::Kind).map(|at| KindSign::words(at, words::kind_words(&[] as words::Table<Kind>))).into_iter().collect()
    }

    pub(super) fn of(&self, field: Field) -> Option<usize> {
        self.columns.iter().find(|c| c.field == Some(field)).map(|c| c.index)
    }

    /// Columns that a state is read from are used, whatever the table of names says of them.
    pub(super) fn mark_status(&mut self, accounts: &States<Meaning>, people: &States<EmploymentStatus>, holds: Holds) {
        let read: Vec<usize> = match holds {
            Holds::Accounts => accounts.columns().collect(),
            Holds::People => people.columns().collect(),
        };
        for column in &mut self.columns {
            if read.contains(&column.index) && column.field.is_none() {
                column.field = Some(Field::Status);
            } else if column.field == Some(Field::Status) && !read.contains(&column.index) {
                column.field = None;
            }
        }
    }

    /// Columns that together are the native id: what the user said, else what the system's rows need where there is no id column.
    pub(super) fn key(&self, system: Option<&'static System>, told: Option<Field>) -> Vec<usize> {
        if let Some(field) = told.filter(|f| *f != Field::Id) {
            return self.of(field).into_iter().collect();
        }
        let Some(system) = system.filter(|_| self.of(Field::Id).is_none()) else { return Vec::new() };
        system.key.iter().filter_map(|name| fingerprint::column(&self.names, name)).collect()
    }

    pub(super) fn numeric(&self) -> Vec<bool> {
        (0..self.names.len())
            .map(|i| {
                let values = values_of(self.rows, i);
                !values.is_empty()
                    && values.iter().filter(|v| v.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'))).count() * 2
                        > values.len()
            })
            .collect()
    }

    pub(super) fn codes(&self) -> bool {
        self.of(Field::EmployeeNumber).is_some_and(|at| values_of(self.rows, at).iter().any(|v| values::is_code(v)))
    }

    /// Without a key nothing can be said of a row (csv-exports.md §3.8).
    pub(super) fn required(&self, holds: Holds, line: u64) -> Result<(), Diagnostic> {
        let has = |fields: &[Field]| fields.iter().any(|f| self.of(*f).is_some());
        let header = self.names.iter().map(|n| n.original.as_str()).filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", ");
        match holds {
            Holds::Accounts if !has(&[Field::Id, Field::UserName, Field::Email, Field::Alias]) => Err(Diagnostic::new(
                "CSV-103",
                "accounts without any key",
                format!("{}: no column is an e-mail, a login or an id, so no account in it can be told from another. Its columns: {header}", self.file),
            )
            .hint("name one: --column email=\"…\", --column userName=\"…\" or --column id=\"…\"")
            .at(self.file, Some(line), None)),
            Holds::People if !has(&[Field::Email, Field::Alias, Field::PersonalEmail, Field::EmployeeNumber]) => Err(Diagnostic::new(
                "CSV-104",
                "people without any key",
                format!("{}: no column is an e-mail or an employee number, so no account can be matched to anybody in it. Its columns: {header}", self.file),
            )
            .hint("name one: --column email=\"…\" or --column employeeNumber=\"…\"; a name is never a key")
            .at(self.file, Some(line), None)),
            _ => Ok(()),
        }
    }

    /// Microsoft 365 reports can have hashes for names: nobody can be matched, and nobody may be listed as an orphan.
    pub(super) fn concealed(&self, system: Option<&'static System>, line: u64) -> Result<(), Diagnostic> {
        if system.is_none_or(|s| s.name != "Microsoft 365 usage report") {
            return Ok(());
        }
        let Some(at) = self.of(Field::UserName) else { return Ok(()) };
        let values = values_of(self.rows, at);
        let hashed = values.iter().filter(|v| v.len() == 32 && v.bytes().all(|b| b.is_ascii_hexdigit())).count();
        if values.is_empty() || hashed * 2 < values.len() {
            return Ok(());
        }
        Err(Diagnostic::new(
            "CSV-108",
            "names are concealed in this report",
            format!("{}: user names are hashes, so no account of it can be matched", self.file),
        )
        .hint("in the Microsoft 365 admin center, under Org settings, Reports, switch off concealed names and export it again")
        .at(self.file, Some(line), None))
    }
}
