//! Columns in which a yes, or a date, means no access (csv-exports.md §3: `suspended`, `disabled`, `blocked` are inverse).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::header::Name;

/// A yes in these columns means no access, and which.
const INVERSE: &[(&str, Inverse)] = &[
    (
        "suspended|is suspended|disabled|is disabled|blocked|is blocked|account disabled|user disabled|user suspended|block credential|locked by admin|login disabled|login blocked\
         |gesperrt|suspendu|bloqué|suspendido|bloqueado|suspenso|sospeso|bloccato|geblokkeerd",
        Inverse::Suspended,
    ),
    (
        "archived|is archived|deactivated|is deactivated|deprovisioned|inactive|is inactive|deaktiviert|archiviert|désactivé|archivé|desactivado|desativado|disattivato|gedeactiveerd",
        Inverse::Deactivated,
    ),
    ("deleted|is deleted|soft deleted|removed|gelöscht|supprimé|eliminado|excluído|eliminato|verwijderd", Inverse::Deleted),
];

/// A date in these columns means no access, and which.
const ENDED_AT: &[(&str, Inverse)] = &[
    (
        "suspension date|suspended at|suspended on|suspended date|disabled at|disabled on|blocked at|date suspended|date disabled",
        Inverse::Suspended,
    ),
    (
        "deactivated at|deactivated on|deactivated date|deactivation date|archived at|archived on|date deactivated|deprovisioned at|deactivated date utc",
        Inverse::Deactivated,
    ),
    ("deleted at|deleted on|deleted date|deletion date|date deleted|soft deletion time stamp|removed at|removed on", Inverse::Deleted),
];

/// What an inverse column says with a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inverse {
    Suspended,
    Deactivated,
    Deleted,
}

static INVERSES: LazyLock<[HashMap<String, Inverse>; 2]> = LazyLock::new(|| {
    [INVERSE, ENDED_AT].map(|rows| {
        rows.iter().flat_map(|(names, means)| names.split('|').map(|n| (Name::of(n).squashed, *means)).collect::<Vec<_>>()).collect()
    })
});

/// Whether a squashed name is one of these columns.
pub(crate) fn is_known(squashed: &str) -> bool {
    INVERSES.iter().any(|table| table.contains_key(squashed))
}

/// What a yes in the column means, if it is an inverse one.
pub(crate) fn switch(name: &Name) -> Option<Inverse> {
    INVERSES[0].get(&name.squashed).copied()
}

/// What a date in the column means, if it is the date of an end of access.
pub(crate) fn ended_at(name: &Name) -> Option<Inverse> {
    INVERSES[1].get(&name.squashed).copied()
}
