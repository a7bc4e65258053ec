//! A list of accounts that a person typed or ticked off: `lists/<instance>.yaml`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use usher_domain::account::{AccountRow, Email, Standing, Status, word};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::time::Time;
use usher_domain::yaml::{self, At};

/// The file as people write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a list: {as_of, by, total, accounts}")]
struct File {
    /// When the console showed this: a day or a time.
    as_of: At<String>,
    /// Whose word it is: an address.
    by: String,
    /// How many accounts the console says that it has.
    #[serde(default)]
    total: Option<u64>,
    accounts: Vec<At<Account>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", expecting = "an account: {userName, email, status, …}")]
struct Account {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    user_name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    employee_number: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    /// One of usher's words; without one nothing is known.
    #[serde(default)]
    status: Option<Status>,
}

/// What a person typed.
#[derive(Debug)]
pub(super) struct TypedList {
    pub(super) as_of: Time,
    pub(super) by: String,
    pub(super) total: Option<u64>,
    pub(super) rows: Vec<AccountRow>,
}

/// Reads the file. `key` is the attribute that is the native id where a row has no `id`.
///
/// # Errors
/// `LIST-001` to `-006`: not YAML, unknown keys, wrong values. `LIST-007`: no time, no key, or an account twice.
pub(super) fn parse(file: &Path, text: &str, key: &str) -> Result<TypedList, Diagnostic> {
    let wrong = |line: u64, detail: String| {
        Diagnostic::new("LIST-007", "the list can't be used", detail).at(file, (line > 0).then_some(line), None)
    };
    let typed: File = yaml::from_str(yaml::LIST, file, text)?;
    let as_of = typed.as_of.value.as_str();
    let as_of = as_of.parse().or_else(|_| format!("{as_of}T00:00:00Z").parse()).map_err(|_| {
        wrong(typed.as_of.line, format!("as_of: `{as_of}` is not a time")).hint("write it as in 2026-11-25 or 2026-11-25T09:00:00Z")
    })?;
    let mut ids = BTreeSet::new();
    let mut rows = Vec::with_capacity(typed.accounts.len());
    for At { value: account, line, .. } in typed.accounts {
        let trimmed = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let (user_name, email, number) = (trimmed(account.user_name), trimmed(account.email), trimmed(account.employee_number));
        let by_key = match key {
            "email" => email.clone(),
            "employeeNumber" => number.clone(),
            _ => user_name.clone(),
        };
        let native_id = trimmed(account.id).or(by_key).or_else(|| email.clone());
        let native_id = native_id.ok_or_else(|| wrong(line, "an account without id, userName and email".to_owned()))?;
        if !ids.insert(native_id.clone()) {
            return Err(wrong(line, format!("`{native_id}` stands here twice")));
        }
        let status_word = account.status.map(word);
        rows.push(AccountRow {
            native_id,
            user_name,
            emails: email.map(Email::work).into_iter().collect(),
            employee_number: number,
            display_name: trimmed(account.display_name),
            status_word: status_word.and_then(|word| word.as_str().map(str::to_owned)),
            standing: account.status.map(Standing::usual).unwrap_or_default(),
            line: (line > 0).then_some(line),
            ..AccountRow::default()
        });
    }
    Ok(TypedList { as_of, by: typed.by, total: typed.total, rows })
}

#[cfg(test)]
mod tests {
    use usher_domain::account::Door;

    use super::*;

    fn parsed(accounts: &str) -> Result<TypedList, Diagnostic> {
        parse(Path::new("lists/dt.yaml"), &format!("as_of: 2026-11-25\nby: ana@example.com\naccounts:\n{accounts}"), "userName")
    }

    #[test]
    fn rows_have_ids_and_usher_s_words() {
        let list = parsed("  - {userName: ben, email: ben@corp.example, status: active}\n  - {id: k7, userName: eve}\n").unwrap();
        assert_eq!(list.as_of.to_string(), "2026-11-25T00:00:00Z");
        let seen: Vec<_> = list.rows.iter().map(|r| (r.native_id.as_str(), r.standing.door, r.line)).collect();
        assert_eq!(seen, [("ben", Door::Open, Some(4)), ("k7", Door::Unknown, Some(5))]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (accounts, code, line) in [
            ("  - {userName: ben, stauts: active}\n", "LIST-002", 4),
            ("  - {userName: ben, status: on}\n", "LIST-002", 4),
            ("  - {userName: ben}\n  - {userName: ben}\n", "LIST-007", 5),
            ("  - {displayName: Ben}\n", "LIST-007", 4),
        ] {
            let message = parsed(accounts).unwrap_err();
            assert_eq!((message.code, message.place.and_then(|p| p.line)), (code, Some(line)), "{accounts}");
        }
        assert_eq!(parse(Path::new("x"), "as_of: soon\nby: a\naccounts: []\n", "userName").unwrap_err().code, "LIST-007");
    }
}
