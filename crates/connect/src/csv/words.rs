//! What the words in a status or kind column mean, as tables (csv-exports.md §3, Status words).
//!
//! A vendor's own table is asked first, then the general one. A word in neither is unknown: it counts as "can log in" and is listed
//! with its count, never taken for active.

use std::collections::HashMap;

use usher_domain::account::{Door, Kind, Seat, Standing, Status};
use usher_domain::person::{Day, EmploymentStatus, PersonRow};

use super::header::squash;

/// Words, alternatives divided by `|`, and what they mean.
pub(crate) type Table<T> = &'static [(&'static str, T)];

/// What an account word says: state, door and seat, and the kind if the word says one.
pub(crate) type Meaning = (Standing, Option<Kind>);

pub(crate) const ACTIVE: Meaning = (Standing::usual(Status::Active), None);
pub(crate) const INVITED: Meaning = (Standing::usual(Status::Invited), None);
pub(crate) const LOCKED: Meaning = (Standing::usual(Status::Locked), None);
pub(crate) const SUSPENDED: Meaning = (Standing::usual(Status::Suspended), None);
pub(crate) const DEACTIVATED: Meaning = (Standing::usual(Status::Deactivated), None);
pub(crate) const DELETED: Meaning = (Standing::usual(Status::Deleted), None);
/// Prepared, and nobody gets in yet.
pub(crate) const STAGED: Meaning = (Standing { status: Status::Invited, door: Door::Shut, seat: Seat::Unknown }, None);

/// Account words that mean the same wherever they stand.
pub(crate) const ACCOUNT: Table<Meaning> = &[
    (
        "active|enabled|ok|account ok|licensed|employed|normal|open|current|aktiv|aktiviert|freigeschaltet|actif|active utilisateur|activé|activo|habilitado\
         |ativo|ativado|attivo|abilitato|actief|ingeschakeld|member|admin|administrator|owner|user|activated|confirmed|registered|verified|in use|live|valid",
        ACTIVE,
    ),
    (
        "invited|pending|provisioned|unverified|not verified|activation sent|activation required|activation pending|awaiting approval|pending acceptance\
         |pending activation|pending approval|expired invitation|invitation sent|invite sent|invitation pending|invite pending|verification required\
         |not activated|eingeladen|ausstehend|invité|en attente|invitado|pendiente|convidado|pendente|invitato|in attesa|uitgenodigd|in afwachting",
        INVITED,
    ),
    ("staged", STAGED),
    ("locked|locked out|account locked", LOCKED),
    (
        "suspended|disabled|blocked|temporarily suspended|frozen|on hold|gesperrt|blockiert|deaktiviert vorübergehend|suspendu|bloqué|suspendido|bloqueado\
         |suspenso|sospeso|bloccato|geblokkeerd|opgeschort",
        SUSPENDED,
    ),
    (
        "deactivated|inactive|archived|closed|deprovisioned|removed|revoked|terminated|retired|deaktiviert|inaktiv|archiviert|geschlossen|désactivé|inactif\
         |archivé|desactivado|inactivo|archivado|desativado|inativo|arquivado|disattivato|inattivo|archiviato|gedeactiveerd|inactief|gearchiveerd",
        DEACTIVATED,
    ),
    ("deleted|gelöscht|supprimé|eliminado|excluído|eliminato|cancellato|verwijderd", DELETED),
];

/// People words.
pub(crate) const PEOPLE: Table<EmploymentStatus> = &[
    (
        "active|employed|current|working|aktiv|beschäftigt|angestellt|actif|en poste|présent|activo|contratado|empregado|ativo|attivo\
         |in forza|in servizio|actief|in dienst|werkzaam|suspended with pay|notice period|serving notice|in probation|probation",
        EmploymentStatus::Active,
    ),
    (
        "leave|loa|on leave|leave of absence|paid leave|unpaid leave|parental leave|maternity leave|sick leave|garden leave|gardening leave|sabbatical\
         |beurlaubt|elternzeit|mutterschutz|ruhend|freigestellt|langzeitkrank|en congé|congé|congé parental|congé maternité|excedencia|de baja médica|de permiso\
         |afastado|de licença|licença|aspettativa|in aspettativa|congedo|in congedo|verlof|met verlof|ouderschapsverlof",
        EmploymentStatus::Leave,
    ),
    (
        "hired|accepted|onboarding|pre hire|prehire|pre start|offer accepted|future hire|new hire|pending hire|pending start|not started|à venir|futur\
         |eintritt geplant|in onboarding|por ingresar|futuro|a iniciar|in arrivo|nog te starten|toekomstig",
        EmploymentStatus::Prehire,
    ),
    (
        "terminated|inactive|former|former employee|resigned|retired|deceased|dismissed|left|leaver|offboarded|ended|separated|departed|laid off|not on payroll\
         |no longer employed|contract ended|ausgetreten|inaktiv|ausgeschieden|gekündigt|ehemalig|verstorben|sorti|parti|inactif|démissionné|licencié|retraité\
         |de baja|baja|cesado|despedido|inactivo|jubilado|desligado|demitido|inativo|aposentado|rescindido|cessato|dimesso|licenziato|inattivo|pensionato\
         |uit dienst|inactief|vertrokken|gepensioneerd|deactivated|archived|deleted|deaktiviert|archiviert",
        EmploymentStatus::Ended,
    ),
];

/// Words for a kind of contract: whoever has one works here, but a column of them is not the status where another is.
const CONTRACT: &str = "full time|part time|contractor|contract|temporary|permanent|regular|intern|fixed term|seasonal|vollzeit|teilzeit|cdi|cdd|temps plein\
    |temps partiel|tiempo completo|tempo indeterminato|voltijd|deeltijd";

/// Whether a word is one for a kind of contract.
pub(crate) fn is_contract(cell: &str) -> bool {
    let word = squash(cell);
    CONTRACT.split('|').any(|c| squash(c) == word)
}

/// One-letter and 0/1 codes: only where the column as a whole has just such codes.
const PEOPLE_CODES: Table<EmploymentStatus> = &[
    ("a|1", EmploymentStatus::Active),
    ("l", EmploymentStatus::Leave),
    ("p|h", EmploymentStatus::Prehire),
    ("t|i|0", EmploymentStatus::Ended),
];

const ACCOUNT_CODES: Table<Meaning> = &[("a|1", ACTIVE), ("p", INVITED), ("s|0|n", SUSPENDED), ("d|i|t", DEACTIVATED), ("y", ACTIVE)];

/// Kind words. Usher's own first.
pub(crate) const KIND: Table<Kind> = &[
    (
        "human|user|person|employee|member|regular|standard|full member|internal|intern|licensed user|worker|staff|full|utilisateur|usuario|benutzer|mitarbeiter\
         |admin|administrator|owner|federated id|enterprise id|adobe id|normal",
        Kind::Human,
    ),
    (
        "guest|external|external user|outside collaborator|collaborator|partner|vendor|extern|gast|invité|invitado|convidado|ospite|externe|externo|esterno",
        Kind::Guest,
    ),
    (
        "service|service account|serviceaccount|service user|bot|application|app|integration|api|api user|api only|technical|technical user|robot|machine|automation\
         |dienstkonto|technischer benutzer|compte de service|cuenta de servicio",
        Kind::Service,
    ),
    ("shared|shared mailbox|room|equipment|resource|group mailbox|functional|funktionspostfach|boîte partagée", Kind::Shared),
    ("system|system user|built in|builtin", Kind::System),
    ("agent|ai agent|ai", Kind::Agent),
];

/// A compiled table: squashed words to meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words<T> {
    map: HashMap<String, T>,
}

impl<T: Copy> Words<T> {
    fn add(&mut self, words: &str, means: T) {
        for word in words.split('|') {
            self.map.entry(squash(word)).or_insert(means);
        }
    }

    /// Whether some word has such a meaning.
    pub(crate) fn any(&self, is: impl Fn(&T) -> bool) -> bool {
        self.map.values().any(is)
    }

    /// What a cell means: the whole of it, else what stands before ` - `, `(`, `:` or `,` (`Active - Payroll Eligible`).
    pub(crate) fn get(&self, cell: &str) -> Option<T> {
        let whole = self.map.get(&squash(cell)).copied();
        whole.or_else(|| {
            let end = [" - ", " – ", "(", ":", ",", ";"].iter().filter_map(|mark| cell.find(mark)).min()?;
            let first = squash(cell.get(..end)?);
            (first.len() > 1).then(|| self.map.get(&first).copied()).flatten()
        })
    }
}

/// What the user said that words mean: `{Gesperrt: suspended}`.
pub(crate) type Told = [(String, String)];

/// usher's word for a state of an account.
pub(crate) fn account_meaning(word: &str) -> Option<Meaning> {
    Some(match squash(word).as_str() {
        "active" => ACTIVE,
        "invited" | "pending" => INVITED,
        "locked" => LOCKED,
        "suspended" => SUSPENDED,
        "deactivated" => DEACTIVATED,
        "deleted" => DELETED,
        _ => return None,
    })
}

/// usher's word for a state of an employment.
pub(crate) fn employment_meaning(word: &str) -> Option<EmploymentStatus> {
    Some(match squash(word).as_str() {
        "active" => EmploymentStatus::Active,
        "leave" => EmploymentStatus::Leave,
        "prehire" => EmploymentStatus::Prehire,
        "ended" | "terminated" => EmploymentStatus::Ended,
        _ => return None,
    })
}

/// The account words of a column: the user's, the vendor's, then the general ones; codes only where the column has only such.
pub(crate) fn account_words(told: &Told, vendor: Table<Meaning>, codes: bool) -> Words<Meaning> {
    let mut words = Words { map: HashMap::new() };
    for (word, means) in told {
        if let Some(means) = account_meaning(means) {
            words.add(word, means);
        }
    }
    let tables = [vendor, if codes { ACCOUNT_CODES } else { &[] }, ACCOUNT];
    for (alternatives, meaning) in tables.into_iter().flatten() {
        words.add(alternatives, *meaning);
    }
    words.add("true|yes|ja|oui|si|sim|vero|wahr|vrai|x", ACTIVE);
    words.add("false|no|nein|non|nao|falso|falsch|faux|nee", SUSPENDED);
    words
}

/// The people words of a column, in the same order.
pub(crate) fn people_words(told: &Told, vendor: Table<EmploymentStatus>, codes: bool) -> Words<EmploymentStatus> {
    let mut words = Words { map: HashMap::new() };
    for (word, means) in told {
        if let Some(means) = employment_meaning(means) {
            words.add(word, means);
        }
    }
    let tables = [vendor, if codes { PEOPLE_CODES } else { &[] }, PEOPLE];
    for (alternatives, status) in tables.into_iter().flatten() {
        words.add(alternatives, *status);
    }
    words.add(CONTRACT, EmploymentStatus::Active);
    words.add("true|yes|ja|oui|si|sim|vero|wahr|vrai|y", EmploymentStatus::Active);
    words.add("false|no|nein|non|nao|falso|falsch|faux|nee|n", EmploymentStatus::Ended);
    words
}

/// A table by itself: only its words.
pub(crate) fn only<T: Copy>(table: Table<T>) -> Words<T> {
    let mut words = Words { map: HashMap::new() };
    for (alternatives, means) in table {
        words.add(alternatives, *means);
    }
    words
}

/// The kind words of a column.
pub(crate) fn kind_words(vendor: Table<Kind>) -> Words<Kind> {
    let mut words = Words { map: HashMap::new() };
    for (alternatives, kind) in vendor.iter().chain(KIND) {
        words.add(alternatives, *kind);
    }
    words
}

/// Whether a column has nothing but codes of one character: only then do they have a meaning.
pub(crate) fn only_codes<'a>(mut values: impl Iterator<Item = &'a str>) -> bool {
    values.all(|v| v.trim().chars().count() <= 1)
}

/// What a row says about its employment on a day: the date decides, and what contradicts it is said (lifecycle.md §1 and §9).
///
/// A last day is worked; one in the future is no leaver. An end before the start belongs to an earlier employment (a rehire).
pub fn employment_on(row: &PersonRow, today: &Day) -> (EmploymentStatus, Option<String>) {
    let end = row.last_day.as_ref().filter(|end| row.starts.as_ref().is_none_or(|start| start <= *end));
    let to_come = row.starts.as_ref().is_some_and(|start| start > today);
    let word = row.status_word.as_deref().unwrap_or("nothing");
    if let Some(end) = end {
        if end < today {
            let says_not = matches!(row.status, EmploymentStatus::Active | EmploymentStatus::Leave | EmploymentStatus::Prehire);
            let contradiction =
                (says_not && row.status_word.is_some()).then(|| format!("says {word}, but left on {end}; the date decides: left"));
            return (EmploymentStatus::Ended, contradiction);
        }
        if row.status == EmploymentStatus::Ended {
            let now = if to_come { EmploymentStatus::Prehire } else { EmploymentStatus::Active };
            return (now, Some(format!("says {word}, but leaves on {end}; the date decides: still here")));
        }
    }
    match row.status {
        EmploymentStatus::Active | EmploymentStatus::Leave if to_come => (EmploymentStatus::Prehire, None),
        EmploymentStatus::Prehire if row.starts.as_ref().is_some_and(|start| start <= today) => (EmploymentStatus::Active, None),
        status => (status, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_words_in_seven_languages() {
        let words = account_words(&[], &[], false);
        for (word, status) in [
            ("Active", Status::Active),
            ("AKTIV", Status::Active),
            ("Eingeladen", Status::Invited),
            ("Pending Acceptance", Status::Invited),
            ("PendingAcceptance", Status::Invited),
            ("ActivationRequired", Status::Invited),
            ("LOCKED_OUT", Status::Locked),
            ("Temporarily Suspended", Status::Suspended),
            ("gesperrt", Status::Suspended),
            ("bloqué", Status::Suspended),
            ("Désactivé", Status::Deactivated),
            ("inactive", Status::Deactivated),
            ("Gelöscht", Status::Deleted),
            ("excluído", Status::Deleted),
            ("verwijderd", Status::Deleted),
            ("false", Status::Suspended),
            ("Suspended (by admin)", Status::Suspended),
        ] {
            assert_eq!(words.get(word).map(|m| m.0.status), Some(status), "{word}");
        }
        assert_eq!(words.get("A"), None, "a code has a meaning only among codes");
        assert_eq!(words.get("wobbly"), None);
    }

    #[test]
    fn people_words_in_seven_languages() {
        let words = people_words(&[], &[], false);
        for (word, status) in [
            ("Terminated", EmploymentStatus::Ended),
            ("Inaktiv", EmploymentStatus::Ended),
            ("Not on payroll", EmploymentStatus::Ended),
            ("sorti", EmploymentStatus::Ended),
            ("uit dienst", EmploymentStatus::Ended),
            ("Inactive - Payroll Eligible", EmploymentStatus::Ended),
            ("Active - Payroll Eligible", EmploymentStatus::Active),
            ("Elternzeit", EmploymentStatus::Leave),
            ("congé parental", EmploymentStatus::Leave),
            ("Hired", EmploymentStatus::Prehire),
            ("à venir", EmploymentStatus::Prehire),
            ("No", EmploymentStatus::Ended),
        ] {
            assert_eq!(words.get(word), Some(status), "{word}");
        }
        assert_eq!(words.get("T"), None);
        assert_eq!(people_words(&[], &[], true).get("T"), Some(EmploymentStatus::Ended));
    }

    #[test]
    fn the_date_decides_and_a_contradiction_is_said() {
        let day = |t: &str| Day::parse(t).unwrap();
        let row = |status, word: &str, starts: &str, last: &str| PersonRow {
            status,
            status_word: Some(word.into()),
            starts: Day::parse(starts),
            last_day: Day::parse(last),
            ..PersonRow::default()
        };
        let today = day("2026-11-25");
        for (row, expected, said) in [
            (row(EmploymentStatus::Ended, "Inaktiv", "2020-08-03", "2026-11-30"), EmploymentStatus::Active, true),
            (row(EmploymentStatus::Ended, "Inaktiv", "2020-08-03", "2026-11-24"), EmploymentStatus::Ended, false),
            (row(EmploymentStatus::Active, "Active", "2020-08-03", "2026-06-30"), EmploymentStatus::Ended, true),
            (row(EmploymentStatus::Active, "Active", "2020-08-03", "2026-11-25"), EmploymentStatus::Active, false),
            (row(EmploymentStatus::Active, "Active", "2026-12-01", ""), EmploymentStatus::Prehire, false),
            (row(EmploymentStatus::Active, "Active", "2024-01-01", "2020-06-30"), EmploymentStatus::Active, false),
            (row(EmploymentStatus::Prehire, "Hired", "2026-11-01", ""), EmploymentStatus::Active, false),
            (row(EmploymentStatus::Unknown, "??", "", ""), EmploymentStatus::Unknown, false),
        ] {
            let (status, contradiction) = employment_on(&row, &today);
            assert_eq!((status, contradiction.is_some()), (expected, said), "{row:?}");
        }
    }
}
