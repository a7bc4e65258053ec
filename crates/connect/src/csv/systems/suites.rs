//! Collaboration and development suites: Slack, Atlassian, GitHub, GitLab, Adobe, Webex, Zoom.

use usher_domain::account::{Authority, Kind};

use crate::csv::fields::Field;
use crate::csv::fingerprint::{ACCOUNTS, Clue, KindClue, Known, System};
use crate::csv::words::{ACTIVE, DEACTIVATED, INVITED, Meaning, SUSPENDED, Table};

const fn as_kind(meaning: Meaning, kind: Kind) -> Meaning {
    (meaning.0, Some(kind))
}

/// Role and state in one column; the guest words are recalled (csv-exports.md §4).
const SLACK: Table<Meaning> = &[
    ("Admin|Member|Owner|Primary Owner|Workspace Owner|Workspace Primary Owner|Workspace Admin|Org Owner|Org Admin", ACTIVE),
    ("Bot|Workflow Bot|App", as_kind(ACTIVE, Kind::Service)),
    ("Multi-Channel Guest|Single-Channel Guest|Restricted|Ultra Restricted|Guest", as_kind(ACTIVE, Kind::Guest)),
    ("Invited|Invited Member", INVITED),
    ("Invited Guest", as_kind(INVITED, Kind::Guest)),
    ("Deactivated", DEACTIVATED),
];

/// Their exports.
pub(crate) const SYSTEMS: &[System] = &[
    System {
        name: "Slack member list",
        needs: &["userid", "billing-active", "has-2fa"],
        fields: &[
            ("userid", Field::Id),
            ("username", Field::UserName),
            ("email", Field::Email),
            ("fullname", Field::DisplayName),
            ("status", Field::Status),
            ("billing-active", Field::Seat),
            ("expiration-timestamp", Field::Expires),
        ],
        also: &["has-sso", "displayname"],
        status: &[Clue::Words("status")],
        words: SLACK,
        notes: &["the status column holds role and state; billing is not a state"],
        ..ACCOUNTS
    },
    System {
        name: "Slack member analytics",
        needs: &["User ID", "Account type", "Account created (UTC)", "Days active"],
        fields: &[
            ("User ID", Field::Id),
            ("Username", Field::UserName),
            ("Email", Field::Email),
            ("Name", Field::DisplayName),
            ("Account type", Field::Kind),
            ("Account created (UTC)", Field::CreatedAt),
            ("Deactivated date (UTC)", Field::Status),
            ("Last active (UTC)", Field::LastSeen),
        ],
        also: &["What I Do", "Claimed Date (UTC)"],
        status: &[Clue::Filled("Deactivated date (UTC)", DEACTIVATED)],
        kind: &[KindClue::Words("Account type")],
        kind_words: &[
            ("Multi-Channel Guest|Single-Channel Guest|Restricted|Ultra Restricted|Invited Guest", Kind::Guest),
            ("Bot", Kind::Service),
            (
                "Member|Invited Member|Workspace Owner|Workspace Primary Owner|Primary Owner|Workspace Admin|Org Owner|Org Admin",
                Kind::Human,
            ),
        ],
        ..ACCOUNTS
    },
    System {
        name: "Atlassian user list",
        needs: &["User id", "User name", "email", "Last seen in *|Org role|User status|Added to org|Group name"],
        fields: &[
            ("User id", Field::Id),
            ("User name", Field::DisplayName),
            ("email", Field::Email),
            ("User status|active", Field::Status),
            ("Added to org|created", Field::CreatedAt),
            ("Last seen in *", Field::LastSeen),
            ("Org role", Field::Role),
            ("Group name", Field::Group),
            (
                "Jira *|Confluence *|Jira Service Management *|Atlas *|Trello *|Bitbucket *|Jira Software *|Jira Product Discovery *",
                Field::Access,
            ),
        ],
        status: &[Clue::Words("User status"), Clue::Yes("active", ACTIVE), Clue::No("active", DEACTIVATED)],
        ..ACCOUNTS
    },
    System {
        name: "Atlassian managed accounts",
        known: Known::Listed,
        needs: &["Email", "Last active", "Policy name", "Policy type"],
        fields: &[("Email", Field::Email), ("Name", Field::DisplayName), ("Status", Field::Status), ("Last active", Field::LastSeen)],
        also: &["Billable", "SAML single sign-on", "Two-step verification"],
        status: &[Clue::Words("Status")],
        ..ACCOUNTS
    },
    System {
        name: "GitHub Enterprise member list",
        needs: &["GitHub com login", "GitHub com *", "GitHub com saml name|GitHub com saml name ID|GitHub com member roles|License type"],
        fields: &[
            ("GitHub com login", Field::UserName),
            ("GitHub com name", Field::DisplayName),
            ("GitHub com saml name|GitHub com saml name ID", Field::Email),
            ("GitHub com verified domain emails", Field::Email),
            ("Enterprise server primary emails", Field::Email),
            ("GitHub com member roles", Field::Role),
            ("GitHub com enterprise roles", Field::Role),
        ],
        also: &[
            "Enterprise server user ids",
            "GitHub com user",
            "Enterprise server user",
            "Visual studio subscription user",
            "License type",
            "GitHub com profile",
            "GitHub com orgs with pending invites",
            "GitHub com two factor auth",
            "GitHub com two factor auth required by date",
            "GitHub com advanced security license user",
            "Enterprise server advanced security user ids",
            "Visual studio license status",
            "Visual studio subscription email",
            "Total user accounts",
        ],
        status: &[Clue::Instead("GitHub com login", "GitHub com orgs with pending invites", INVITED)],
        covers: &["active", "invited"],
        authority: Authority::Vendor,
        notes: &[
            "no status column: being listed is having access",
            "no last activity is in this export",
            "rows without any e-mail can't be judged by e-mail",
        ],
        ..ACCOUNTS
    },
    System {
        name: "GitHub Enterprise Server user list",
        needs: &["login", "suspended?", "dormant?", "raw_login"],
        fields: &[
            ("id", Field::Id),
            ("login", Field::UserName),
            ("email", Field::Email),
            ("role", Field::Role),
            ("suspended?", Field::Status),
            ("created_at", Field::CreatedAt),
            ("last_active", Field::LastSeen),
        ],
        also: &["last_logged_ip", "repos", "ssh_keys", "org_memberships", "2fa_enabled?"],
        status: &[Clue::Yes("suspended?", SUSPENDED), Clue::No("suspended?", ACTIVE)],
        ..ACCOUNTS
    },
    System {
        name: "GitLab group members",
        needs: &["Username", "Membership source", "Path", "Role"],
        fields: &[
            ("Username", Field::UserName),
            ("Name", Field::DisplayName),
            ("Email", Field::Email),
            ("Membership status", Field::Status),
            ("Role", Field::Role),
            ("Path", Field::GrantScope),
            ("Membership type", Field::GrantVia),
            ("Access expiration", Field::GrantUntil),
            ("Last activity", Field::LastSeen),
        ],
        also: &["Group or project name", "Type", "Role type", "Access granted"],
        status: &[Clue::Words("Membership status")],
        words: &[("approved", ACTIVE), ("pending", INVITED)],
        kind: &[KindClue::Form("Username", &["project_", "group_"], "_bot", Kind::Service)],
        split: &[],
        notes: &["one row is one membership; rows of one user are one account"],
        ..ACCOUNTS
    },
    System {
        name: "GitLab memberships",
        needs: &["Username", "Path", "Access Level", "Inherited memberships"],
        fields: &[("Username", Field::UserName), ("Email", Field::Email), ("Access Level", Field::Role), ("Path", Field::GrantScope)],
        also: &["Type"],
        kind: &[KindClue::Form("Username", &["project_", "group_"], "_bot", Kind::Service)],
        split: &[],
        covers: &["active"],
        notes: &["only active users are in this export"],
        ..ACCOUNTS
    },
    System {
        name: "GitLab seat usage",
        needs: &["Id", "Username", "State", "last_sign_in_at|last_active_at|last_activity_on"],
        fields: &[
            ("Id", Field::Id),
            ("Username", Field::UserName),
            ("Name", Field::DisplayName),
            ("Email", Field::Email),
            ("State", Field::Status),
            ("last_sign_in_at", Field::LastSeen),
            ("last_active_at|last_activity_on", Field::LastSeen),
        ],
        status: &[Clue::Words("State")],
        words: &[("active", ACTIVE), ("blocked|banned|ldap_blocked", SUSPENDED), ("awaiting|invited", INVITED)],
        kind: &[KindClue::Form("Username", &["project_", "group_"], "_bot", Kind::Service)],
        notes: &["the address here is only the public one: many rows have none"],
        ..ACCOUNTS
    },
    System {
        name: "GitHub organisation members",
        known: Known::Recalled,
        needs: &["login", "tfa_enabled", "saml_name_id|last_active"],
        fields: &[
            ("id", Field::Id),
            ("login", Field::UserName),
            ("name", Field::DisplayName),
            ("saml_name_id", Field::Email),
            ("role", Field::Role),
            ("last_active", Field::LastSeen),
        ],
        covers: &["active"],
        authority: Authority::Vendor,
        ..ACCOUNTS
    },
    System {
        name: "Adobe user list",
        needs: &["Identity Type", "Username", "Product Configurations"],
        fields: &[
            ("ID", Field::Id),
            ("Username", Field::UserName),
            ("Email", Field::Email),
            ("First Name", Field::GivenName),
            ("Last Name", Field::FamilyName),
            ("Product Configurations", Field::Licence),
            ("Admin Roles", Field::Role),
            ("User Groups", Field::Group),
        ],
        also: &[
            "Domain",
            "Country Code",
            "Product Configurations Administered",
            "User Groups Administered",
            "Products Administered",
            "Developer Access",
        ],
        key: &["Identity Type", "Username|Email"],
        split: &[',', ';'],
        covers: &["active"],
        notes: &["no status column: being listed is having an account", "one address may have accounts of two identity types"],
        ..ACCOUNTS
    },
    System {
        name: "Webex user list",
        needs: &["User ID/Email (Required)", "User Status"],
        fields: &[
            ("User ID/Email (Required)", Field::Email),
            ("First Name", Field::GivenName),
            ("Last Name", Field::FamilyName),
            ("Display Name", Field::DisplayName),
            ("User Status", Field::Status),
            ("Last Service Accessed Time", Field::LastSeen),
            ("Title", Field::Title),
            ("Department", Field::Department),
        ],
        also: &["Days since Last Service Accessed", "Extension", "Manager", "Phone Number"],
        status: &[Clue::Words("User Status")],
        words: &[("Verified|Not Verified|Pending", INVITED), ("Inactive", DEACTIVATED)],
        ..ACCOUNTS
    },
    System {
        name: "Zoom user list",
        known: Known::Recalled,
        needs: &["Email", "Licenses", "User Group"],
        fields: &[
            ("Email", Field::Email),
            ("First Name", Field::GivenName),
            ("Last Name", Field::FamilyName),
            ("Licenses", Field::Licence),
            ("User Group", Field::Group),
            ("Last Login|Last Login(UTC)", Field::LastSeen),
            ("User Status|Status", Field::Status),
        ],
        status: &[Clue::Words("User Status|Status")],
        open: true,
        ..ACCOUNTS
    },
];
