//! Neutral headers and English words, without the recogniser: for the tests of the fast path and for its example.

use std::sync::Arc;

use usher_connect::csv::bytes::Source;
use usher_connect::csv::record::Record;
use usher_connect::csv::sample::sample;
use usher_connect::csv::simple::{Dated, Keyless, Meaning, SimpleShape};
use usher_domain::account::{Kind, Standing, Status};
use usher_domain::diagnostic::Diagnostic;

/// What plain words mean.
pub(crate) struct Plain;

impl Meaning for Plain {
    fn addresses(&self, cell: &str, each: &mut dyn FnMut(&str)) {
        cell.split([';', ',']).for_each(each);
    }

    fn number(&self, cell: &str) -> Option<String> {
        Some(cell.trim().to_owned())
    }

    fn quiet_number(&self, _: &str) -> bool {
        true
    }

    fn date(&self, _: &str) -> Dated {
        Dated::Unsure
    }

    fn id(&self, row: &Record<'_>) -> Option<String> {
        Some(row.text(0).trim().to_owned()).filter(|id| !id.is_empty())
    }

    fn label(&self, row: &Record<'_>) -> String {
        row.text(0).into_owned()
    }

    fn standing(&self, word: &str) -> Standing {
        Standing::usual(match word.to_lowercase().as_str() {
            "active" | "" => Status::Active,
            "invited" => Status::Invited,
            "suspended" => Status::Suspended,
            "deactivated" => Status::Deactivated,
            "deleted" => Status::Deleted,
            _ => Status::Unknown,
        })
    }

    fn kind(&self, word: &str) -> Kind {
        match word.to_lowercase().as_str() {
            "service" => Kind::Service,
            "shared" => Kind::Shared,
            "system" => Kind::System,
            "guest" => Kind::Guest,
            _ => Kind::Human,
        }
    }

    fn ended(&self, status: &str, _last_day: &str) -> bool {
        status.eq_ignore_ascii_case("terminated")
    }

    fn keyless(&self, row: &Record<'_>) -> Keyless {
        if row.text(0).eq_ignore_ascii_case("total") { Keyless::Footer } else { Keyless::Row }
    }
}

/// The shape of a file with neutral headers in line 1.
pub(crate) fn shape(source: &Source) -> Result<SimpleShape, Diagnostic> {
    let header = sample(source, 1)?.into_iter().next().map(|record| record.cells).unwrap_or_default();
    let column = |name: &str| header.iter().position(|cell| cell == name);
    Ok(SimpleShape {
        header_line: 1,
        width: header.len()..=header.len(),
        id: column("id"),
        id_folds: false,
        number: column("employee_number"),
        emails: ["email", "alias"].into_iter().filter_map(column).collect(),
        personal: column("personal").into_iter().collect(),
        login: column("user_name"),
        status: column("status"),
        kind: column("kind"),
        last_day: None,
        dates: Vec::new(),
        meaning: Arc::new(Plain),
    })
}
