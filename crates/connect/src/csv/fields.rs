//! What a column can be: the neutral words under which the columns of all exports meet.

use std::fmt;

use super::header::squash;

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The instance's own id of an account.
    Id,
    /// What is typed at the login.
    UserName,
    /// The address of work.
    Email,
    /// A further name of the same mailbox.
    Alias,
    /// A private address that counts for a person.
    PersonalEmail,
    /// Employee number, as text.
    EmployeeNumber,
    /// First name.
    GivenName,
    /// What stands before a family name (`van der`).
    NamePrefix,
    /// Family name.
    FamilyName,
    /// The name to show.
    DisplayName,
    /// State of an account or an employment.
    Status,
    /// Who or what uses an account.
    Kind,
    /// Last sign-in or activity.
    LastSeen,
    /// When the account was made.
    CreatedAt,
    /// When the account ends by itself.
    Expires,
    /// First day of an employment.
    StartDate,
    /// Last day of an employment.
    EndDate,
    /// Who leads the person; never the person's own address.
    Manager,
    /// Department.
    Department,
    /// Job title.
    Title,
    /// Place of work.
    Location,
    /// Employing company.
    Employer,
    /// `employee contractor …`.
    EmploymentType,
    /// Roles.
    Role,
    /// Groups and teams.
    Group,
    /// Licences.
    Licence,
    /// Memberships: an app, a workspace.
    Membership,
    /// A yes/no column of one product or service: its name is the membership.
    Access,
    /// Where the grants of the row hold.
    GrantScope,
    /// Through what the grants of the row are held.
    GrantVia,
    /// When the grants of the row end.
    GrantUntil,
    /// Filled: the grants of the row have ended.
    GrantEnded,
    /// Whether the account takes a paid seat.
    Seat,
}

/// Names for `--column NAME="Header"`: SCIM's where it has one.
const NAMES: &[(Field, &str)] = &[
    (Field::Id, "id"),
    (Field::UserName, "userName"),
    (Field::Email, "email"),
    (Field::Alias, "alias"),
    (Field::PersonalEmail, "personalEmail"),
    (Field::EmployeeNumber, "employeeNumber"),
    (Field::GivenName, "givenName"),
    (Field::NamePrefix, "namePrefix"),
    (Field::FamilyName, "familyName"),
    (Field::DisplayName, "name"),
    (Field::Status, "status"),
    (Field::Kind, "kind"),
    (Field::LastSeen, "lastLogin"),
    (Field::CreatedAt, "createdAt"),
    (Field::Expires, "expires"),
    (Field::StartDate, "startDate"),
    (Field::EndDate, "endDate"),
    (Field::Manager, "manager"),
    (Field::Department, "department"),
    (Field::Title, "title"),
    (Field::Location, "location"),
    (Field::Employer, "employer"),
    (Field::EmploymentType, "employmentType"),
    (Field::Role, "role"),
    (Field::Group, "group"),
    (Field::Licence, "licence"),
    (Field::Membership, "membership"),
    (Field::Access, "access"),
    (Field::GrantScope, "grantScope"),
    (Field::GrantVia, "grantVia"),
    (Field::GrantUntil, "grantUntil"),
    (Field::GrantEnded, "grantEnded"),
    (Field::Seat, "seat"),
];

impl Field {
    /// The name that `--column` takes.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("?", |(_, name)| name)
    }

    /// From the name that `--column` takes, in any spelling.
    pub fn parse(name: &str) -> Option<Field> {
        let wanted = squash(name);
        let also = match wanted.as_str() {
            "displayname" => Some(Field::DisplayName),
            "license" => Some(Field::Licence),
            "lastseen" => Some(Field::LastSeen),
            "lastday" => Some(Field::EndDate),
            _ => None,
        };
        also.or_else(|| NAMES.iter().find(|(_, n)| squash(n) == wanted).map(|(field, _)| *field))
    }

    /// All names, for a hint.
    pub fn all() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// True where cells of the column are dates.
    pub(crate) const fn is_date(self) -> bool {
        matches!(
            self,
            Field::LastSeen | Field::CreatedAt | Field::Expires | Field::StartDate | Field::EndDate | Field::GrantUntil | Field::GrantEnded
        )
    }

    /// True where a cell can't lie in the future.
    pub(crate) const fn is_past(self) -> bool {
        matches!(self, Field::LastSeen | Field::CreatedAt)
    }

    /// True for what an account holds.
    pub(crate) const fn is_grant(self) -> bool {
        matches!(self, Field::Role | Field::Group | Field::Licence | Field::Membership | Field::Access)
    }

    /// The kind of entitlement that a grant column names.
    pub(crate) const fn entitlement(self) -> &'static str {
        match self {
            Field::Role => "role",
            Field::Group => "group",
            Field::Licence => "licence",
            _ => "membership",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
