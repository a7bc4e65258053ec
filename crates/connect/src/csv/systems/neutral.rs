//! usher's own headers: what it writes, and what everything else is turned into.

use crate::csv::fields::Field;
use crate::csv::fingerprint::{ACCOUNTS, Clue, KindClue, PEOPLE, System};

/// Lists in usher's own words.
pub(crate) const SYSTEMS: &[System] = &[
    System {
        name: "usher account list",
        needs: &["id", "user_name", "display_name", "kind", "status", "employee_number"],
        fields: &[
            ("id", Field::Id),
            ("employee_number", Field::EmployeeNumber),
            ("email", Field::Email),
            ("alias", Field::Alias),
            ("user_name", Field::UserName),
            ("display_name", Field::DisplayName),
            ("kind", Field::Kind),
            ("status", Field::Status),
            ("last_login", Field::LastSeen),
            ("created_at", Field::CreatedAt),
            ("expires", Field::Expires),
            ("role", Field::Role),
            ("group", Field::Group),
            ("licence", Field::Licence),
        ],
        status: &[Clue::Words("status")],
        kind: &[KindClue::Words("kind")],
        ..ACCOUNTS
    },
    System {
        name: "usher people list",
        needs: &["employee_number", "email", "name", "status"],
        excludes: &["id", "user_name", "kind", "first name", "last name", "hire date"],
        fields: &[
            ("employee_number", Field::EmployeeNumber),
            ("email", Field::Email),
            ("alias", Field::Alias),
            ("personal_email", Field::PersonalEmail),
            ("name", Field::DisplayName),
            ("given_name", Field::GivenName),
            ("family_name", Field::FamilyName),
            ("status", Field::Status),
            ("start_date", Field::StartDate),
            ("end_date", Field::EndDate),
            ("manager", Field::Manager),
            ("department", Field::Department),
            ("title", Field::Title),
            ("location", Field::Location),
            ("employment_type", Field::EmploymentType),
        ],
        employment: &[Clue::Words("status")],
        ..PEOPLE
    },
];
