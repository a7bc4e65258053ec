//! Where the store is, as `store:` of usher.yaml says it.

use std::path::{Path, PathBuf};

use usher_domain::diagnostic::{Diagnostic, nearest};

use crate::postgres::Server;

/// A store's address, understood.
#[derive(Debug)]
pub(crate) enum Location {
    Sqlite(PathBuf),
    Postgres(Box<Server>),
}

/// Understands `sqlite:PATH` (a relative path counts from the workspace) and `postgres://…`.
pub(crate) fn parse(url: &str, workspace: &Path) -> Result<Location, Diagnostic> {
    let not_understood =
        |detail: String, hint: String| Diagnostic::new("STORE-001", "the store's address is not understood", detail).hint(hint);
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(not_understood(format!("`{url}` names no kind of store"), format!("write store: sqlite:{url}")));
    };
    match scheme {
        "sqlite" => {
            if rest.is_empty() || rest.starts_with("//") || rest.starts_with(':') || rest.contains('\0') {
                return Err(not_understood(format!("`{url}` names no file"), "write store: sqlite:usher.db".into()));
            }
            Ok(Location::Sqlite(workspace.join(rest)))
        }
        "postgres" | "postgresql" => {
            let password = std::env::var("PGPASSWORD").ok().filter(|password| !password.is_empty());
            Ok(Location::Postgres(Box::new(Server::parse(url, password.as_deref())?)))
        }
        other => {
            let hint = match nearest(other, ["sqlite", "postgres"]) {
                Some(near) => format!("did you mean `{near}:`? write store: sqlite:usher.db"),
                None => "write store: sqlite:usher.db".into(),
            };
            Err(not_understood(format!("`{other}:` is no kind of store"), hint))
        }
    }
}

/// A store's address as it may be shown and kept: without user and password.
pub fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_counts_from_the_workspace() {
        let at = Path::new("/srv/usher");
        let path = |url| match parse(url, at) {
            Ok(Location::Sqlite(path)) => path,
            other => panic!("{other:?}"),
        };
        assert_eq!(path("sqlite:usher.db"), PathBuf::from("/srv/usher/usher.db"));
        assert_eq!(path("sqlite:/var/lib/usher.db"), PathBuf::from("/var/lib/usher.db"));
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, seen) in [
            ("sqlite:usher@home.db", "sqlite:usher@home.db"),
            ("postgres://usher:hunter2@db:5432/usher", "postgres://db:5432/usher"),
            ("postgres://usher:p@ss@db/usher", "postgres://db/usher"),
            ("postgres://db/usher", "postgres://db/usher"),
        ] {
            assert_eq!(shown(url), seen);
        }
    }

    #[test]
    fn an_address_that_is_none_gets_its_reason_and_a_hint() {
        let cases = [
            ("usher.db", "STORE-001", "sqlite:usher.db"),
            ("sqlite:", "STORE-001", "sqlite:usher.db"),
            ("sqlite::memory:", "STORE-001", "sqlite:usher.db"),
            ("sqlite://usher.db", "STORE-001", "sqlite:usher.db"),
            ("sqllite:usher.db", "STORE-001", "did you mean `sqlite:`"),
            ("postgres://usher:hunter2@db", "STORE-001", "postgres://USER@HOST/DATABASE"),
        ];
        for (url, code, hint) in cases {
            let said = parse(url, Path::new("/w")).unwrap_err();
            assert_eq!(said.code, code, "{url}");
            assert!(said.hint.as_ref().unwrap().contains(hint), "{url}: {:?}", said.hint);
            assert!(!said.to_string().contains("hunter2"), "a password is never repeated");
        }
    }
}
