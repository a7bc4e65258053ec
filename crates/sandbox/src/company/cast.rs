//! The people and accounts that the demo tells about. They are in every company, whatever its size and seed.

use super::Company;

/// Who somebody of the cast is, before dates become calendar days.
pub(super) struct Role {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    pub(super) department: &'static str,
    pub(super) title: &'static str,
    /// Days before today of the first working day; negative: still to come.
    pub(super) started: i64,
    /// Days before today of the last working day.
    pub(super) ended: Option<i64>,
    pub(super) contractor: bool,
}

const fn staff(given: &'static str, family: &'static str, department: &'static str, title: &'static str, started: i64) -> Role {
    Role { given, family, department, title, started, ended: None, contractor: false }
}

const fn left(given: &'static str, family: &'static str, department: &'static str, title: &'static str, started: i64, ended: i64) -> Role {
    Role { given, family, department, title, started, ended: Some(ended), contractor: false }
}

/// The head of the company, then the heads of `names::DEPARTMENTS` in its order, then the people with a story.
/// The position in this list is the index in `Company::people`.
pub(super) const ROLES: &[Role] = &[
    staff("Ingrid", "Solberg", "Management", "Managing Director", 4200),
    staff("Lena", "Brandt", "IT", "Head of IT", 3100),
    staff("Ben", "Adeyemi", "Security", "Head of Security", 2500),
    staff("Farah", "Nasser", "Engineering", "Head of Engineering", 2900),
    staff("Marek", "Dvorak", "Sales", "Head of Sales", 2200),
    staff("Sofia", "Lindqvist", "Support", "Head of Support", 1900),
    staff("Hugo", "Martin", "Finance", "Head of Finance", 2700),
    staff("Léa", "Fontaine", "Marketing", "Head of Marketing", 1500),
    staff("Ruth", "Abel", "HR", "Head of HR", 3300),
    staff("Paolo", "Greco", "Workplace", "Head of Workplace", 2000),
    left("Nora", "Castell", "Security", "Security Analyst", 1400, 9),
    left("Omar", "Haddad", "Engineering", "Senior Developer", 1100, 2),
    left("Carla", "Ruiz", "Support", "Support Engineer", 800, 5),
    left("Igor", "Petrov", "Security", "Security Analyst", 620, 1),
    left("Tobias", "Lindner", "IT", "Systems Engineer", 1700, 23),
    left("Jonas", "Falk", "Engineering", "Developer", 950, 44),
    staff("Mia", "Keller", "Engineering", "Developer", 700),
    staff("Dörte", "Brückner", "Finance", "Accountant", 1300),
    staff("Jana", "Novak", "Sales", "Account Executive", 1000),
    staff("Jana", "Novak", "Support", "Support Agent", 400),
    staff("Gül", "Aydin", "Security", "Security Engineer", 860),
    staff("Yara", "Coelho", "Engineering", "Data Engineer", 1),
    staff("Priya", "Raman", "Engineering", "Developer", -6),
    Role { given: "Theo", family: "Berg", department: "Engineering", title: "Contractor", started: 200, ended: None, contractor: true },
];

/// How many heads stand at the start of [`ROLES`].
pub(super) const HEADS: usize = 10;

/// Indexes into [`Company::people`] of those who have a story, and the logins of accounts that have no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cast {
    /// Head of IT. Approves.
    pub approver: usize,
    /// Head of Security. Approves too; the second pair of eyes.
    pub second_approver: usize,
    /// Left nine days ago by HR; still open in idp, okta, darktrace, slack and github.
    pub leaver: usize,
    /// HR says that he left; in the later state of HR he did not (`hr::State::TakenBack`).
    pub taken_back: usize,
    /// Left five days ago; her account is changed by somebody else after the approval.
    pub changed_behind: usize,
    /// Left yesterday; has a Darktrace login, which only a person can shut.
    pub darktrace_leaver: usize,
    /// Left weeks ago, all own accounts shut; owns `svc-backup`.
    pub gone_owner: usize,
    /// Left weeks ago; his number stands on the account of `disputed_address`.
    pub disputed_number: usize,
    /// Works here; her Okta account carries the number of `disputed_number`.
    pub disputed_address: usize,
    /// Has two accounts in idp.
    pub duplicate: usize,
    /// The first of two people with the same name.
    pub namesake: usize,
    /// The second of two people with the same name.
    pub other_namesake: usize,
    /// Started yesterday and has no Okta account.
    pub joiner: usize,
    /// Starts in six days.
    pub prehire: usize,
    /// A contractor whom HR knows.
    pub contractor: usize,
    /// Login of an Okta account that belongs to nobody.
    pub nobody: &'static str,
    /// Login of a service account whose owner left.
    pub orphaned_service: &'static str,
    /// Login of a service account whose owner works here.
    pub owned_service: &'static str,
    /// Address of a contractor whom HR does not know; in slack and github.
    pub unmatched_contractor: &'static str,
}

/// Where everybody stands; the same in every company.
pub const CAST: Cast = Cast {
    approver: 1,
    second_approver: 2,
    leaver: 10,
    taken_back: 11,
    changed_behind: 12,
    darktrace_leaver: 13,
    gone_owner: 14,
    disputed_number: 15,
    disputed_address: 16,
    duplicate: 17,
    namesake: 18,
    other_namesake: 19,
    joiner: 21,
    prehire: 22,
    contractor: 23,
    nobody: "temp.auditor",
    orphaned_service: "svc-backup",
    owned_service: "svc-deploy",
    unmatched_contractor: "pat.holm@partner.example",
};

impl Company {
    /// Where the people with a story stand in [`Company::people`].
    pub fn cast(&self) -> Cast {
        CAST
    }
}
