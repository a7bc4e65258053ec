//! Names of columns in seven languages (csv-exports.md §3, the table of fields), for files that no fingerprint knows.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fields::Field;
use super::fingerprint::Holds;
use super::header::Name;
use super::inverse;

/// A language of headers. All but English write the day before the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Language {
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Italian,
    Dutch,
}

impl Language {
    /// Its English name, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "German",
            Language::French => "French",
            Language::Spanish => "Spanish",
            Language::Portuguese => "Portuguese",
            Language::Italian => "Italian",
            Language::Dutch => "Dutch",
        }
    }
}

const LANGUAGES: [Language; 7] =
    [Language::English, Language::German, Language::French, Language::Spanish, Language::Portuguese, Language::Italian, Language::Dutch];

/// Where a row of the table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum In {
    Both,
    People,
    Accounts,
}

/// Names that mean a field by themselves, as text: `FIELD WHERE LANGUAGE: name | name …`.
const EXACT: &str = include_str!("synonyms.txt");

/// One line of [`EXACT`].
fn line(text: &str) -> Option<(Field, In, Language, &str)> {
    let (about, names) = text.split_once(": ")?;
    let mut words = about.split(' ');
    let field = Field::parse(words.next()?)?;
    let holds = match words.next()? {
        "both" => In::Both,
        "people" => In::People,
        "accounts" => In::Accounts,
        _ => return None,
    };
    let language = LANGUAGES.into_iter().find(|l| Some(l.name()) == words.clone().next())?;
    Some((field, holds, language, names))
}

/// One word that tells a field where the rest of the name says nothing else.
const TELLING: &[(Field, &str)] = &[
    (Field::Email, "email|emails|mail|mailadresse|courriel|correo|emailadres|emailaddress"),
    (Field::EmployeeNumber, "personalnummer|matricule|matricola|matricula|legajo|personeelsnummer|employeenumber|employeeid"),
    (Field::UserName, "username|login|benutzername|identifiant|gebruikersnaam|usuario"),
    (Field::LastSeen, "lastlogin|lastseen"),
    (Field::EndDate, "termination|terminated|austritt|austrittsdatum|sortie|baja|cessazione|desligamento|leaving|separation"),
    (Field::StartDate, "hire|hired|eintritt|eintrittsdatum|embauche|ingreso|admissao|assunzione"),
    (Field::Status, "status|statut|stato|estado|situacao"),
];

/// Words around "status" that leave it the state of the account or the employment; any other word makes it something else (2FA status).
const STATUS_COMPANY: &[&str] = &[
    "user",
    "account",
    "member",
    "membership",
    "employee",
    "employment",
    "worker",
    "person",
    "position",
    "assignment",
    "current",
    "login",
    "access",
    "lifecycle",
    "hr",
    "system",
    "of",
    "the",
    "state",
    "compte",
    "du",
    "de",
    "del",
    "la",
    "da",
    "do",
];

/// Words that make a column say something of somebody else, or of a way back in: it never identifies the account or the person.
const FORBIDDEN: &[&str] = &[
    "manager",
    "managers",
    "supervisor",
    "recovery",
    "owner",
    "owned",
    "approver",
    "sponsor",
    "vorgesetzter",
    "vorgesetzte",
    "vorgesetzten",
    "fuhrungskraft",
    "responsable",
    "responsabile",
    "superieur",
    "jefe",
    "gestor",
    "chefia",
    "leidinggevende",
    "assistant",
    "inviter",
    "creator",
    "emergency",
    "notfall",
    "partner",
];

/// The same in two or three words.
const FORBIDDEN_PHRASES: &[&str] = &[
    "reports to",
    "reporting to",
    "invited by",
    "created by",
    "added by",
    "updated by",
    "modified by",
    "deactivated by",
    "provisioned by",
    "last updated by",
    "eingeladen von",
    "erstellt von",
    "invite par",
    "invitado por",
    "convidado por",
    "invitato da",
    "uitgenodigd door",
    "visual studio",
];

/// A synonym of one field.
#[derive(Debug, Clone)]
struct Entry {
    field: Field,
    holds: In,
    language: Language,
    words: Vec<String>,
    /// Later names of a list are weaker: `Vertragsende` only where no `Austritt` is.
    rank: usize,
}

struct Synonyms {
    exact: HashMap<String, Vec<Entry>>,
    phrases: Vec<Entry>,
    telling: HashMap<String, Field>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let mut exact: HashMap<String, Vec<Entry>> = HashMap::new();
    let mut phrases = Vec::new();
    for (field, holds, language, names) in EXACT.lines().filter_map(line) {
        for (rank, name) in names.split('|').enumerate() {
            let name = Name::of(name);
            let words: Vec<String> = name.words.split(' ').map(str::to_owned).collect();
            let entry = Entry { field, holds, language, words, rank };
            if entry.words.len() > 1 {
                phrases.push(entry.clone());
            }
            exact.entry(name.squashed).or_default().push(entry);
        }
    }
    let telling = TELLING.iter().flat_map(|(field, words)| words.split('|').map(|w| (w.to_owned(), *field)).collect::<Vec<_>>()).collect();
    Synonyms { exact, phrases, telling }
});

/// Whether a squashed name means something by itself, for the search of the header.
pub(crate) fn is_known(squashed: &str) -> bool {
    SYNONYMS.exact.contains_key(squashed) || inverse::is_known(squashed)
}

/// Whether the column speaks of somebody else (manager, owner, who invited) or of recovery.
pub(crate) fn is_forbidden(name: &Name) -> bool {
    FORBIDDEN.iter().any(|w| name.has_word(w)) || FORBIDDEN_PHRASES.iter().any(|p| has_phrase(&name.words, p))
}

fn has_phrase(words: &str, phrase: &str) -> bool {
    words.find(phrase).is_some_and(|at| {
        let before = at == 0 || words.as_bytes().get(at - 1) == Some(&b' ');
        let after = words.as_bytes().get(at + phrase.len()).is_none_or(|b| *b == b' ');
        before && after
    })
}

/// How well a name fits a field: exact 3, all words 2, one telling word 1; and how early it stands in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) field: Field,
    pub(crate) tier: u8,
    pub(crate) rank: usize,
}

/// Fields that a name may mean in a file of people or of accounts, each with its best fit.
pub(crate) fn fits(name: &Name, holds: Holds) -> Vec<Fit> {
    let s = &*SYNONYMS;
    let here = |entry: &&Entry| match entry.holds {
        In::Both => true,
        In::People => holds == Holds::People,
        In::Accounts => holds == Holds::Accounts,
    };
    let mut found: Vec<Fit> = Vec::new();
    let mut add = |fit: Fit| match found.iter_mut().find(|f| f.field == fit.field) {
        Some(old) if (old.tier, std::cmp::Reverse(old.rank)) < (fit.tier, std::cmp::Reverse(fit.rank)) => *old = fit,
        Some(_) => {}
        None => found.push(fit),
    };
    for entry in s.exact.get(&name.squashed).into_iter().flatten().filter(here) {
        add(Fit { field: entry.field, tier: 3, rank: entry.rank });
    }
    let words: Vec<&str> = name.words.split(' ').collect();
    for entry in s.phrases.iter().filter(here).filter(|e| e.words.len() <= words.len()) {
        if entry.words.iter().all(|w| words.contains(&w.as_str())) && (entry.field != Field::Status || is_own_status(name)) {
            add(Fit { field: entry.field, tier: 2, rank: entry.rank });
        }
    }
    for word in words {
        if let Some(field) = s.telling.get(word)
            && (*field != Field::Status || is_own_status(name))
        {
            add(Fit { field: *field, tier: 1, rank: 0 });
        }
    }
    found
}

/// Whether a name speaks of the state of the account or the employment itself: no word in it is about anything else.
fn is_own_status(name: &Name) -> bool {
    name.words.split(' ').all(|w| STATUS_COMPANY.contains(&w) || SYNONYMS.telling.get(w) == Some(&Field::Status))
}

/// The language of a header, if it is not English: the one with most names that English doesn't have.
pub(crate) fn language(names: &[Name]) -> Option<Language> {
    let mut votes: HashMap<Language, usize> = HashMap::new();
    let mut english = 0;
    for name in names {
        let entries = SYNONYMS.exact.get(&name.squashed).map(Vec::as_slice).unwrap_or_default();
        if entries.iter().any(|e| e.language == Language::English) || entries.is_empty() {
            english += usize::from(!entries.is_empty());
            continue;
        }
        let mut languages: Vec<Language> = entries.iter().map(|e| e.language).collect();
        languages.sort_unstable();
        languages.dedup();
        for language in languages {
            *votes.entry(language).or_default() += 1;
        }
    }
    let (language, most) = votes.into_iter().max_by_key(|(language, n)| (*n, std::cmp::Reverse(*language)))?;
    (most >= 2 || (most == 1 && english == 0)).then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(header: &str, holds: Holds) -> Option<(Field, u8)> {
        fits(&Name::of(header), holds).into_iter().max_by_key(|f| f.tier).map(|f| (f.field, f.tier))
    }

    #[test]
    fn names_in_seven_languages_mean_their_field() {
        for (header, field) in [
            ("Employee #", Field::EmployeeNumber),
            ("Personal-Nr.", Field::EmployeeNumber),
            ("n° salarié", Field::EmployeeNumber),
            ("Nº Empleado", Field::EmployeeNumber),
            ("Matrícula", Field::EmployeeNumber),
            ("Matricola", Field::EmployeeNumber),
            ("Personeelsnummer", Field::EmployeeNumber),
            ("Adresse e-mail professionnelle", Field::Email),
            ("Correo electrónico", Field::Email),
            ("Zakelijk e-mailadres", Field::Email),
            ("Austrittsdatum", Field::EndDate),
            ("fecha_baja", Field::EndDate),
            ("Data de desligamento", Field::EndDate),
            ("Date d'embauche", Field::StartDate),
            ("Achternaam", Field::FamilyName),
            ("Último acceso", Field::LastSeen),
        ] {
            let holds = if field == Field::LastSeen { Holds::Accounts } else { Holds::People };
            assert_eq!(best(header, holds), Some((field, 3)), "{header}");
        }
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        for text in EXACT.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            assert!(line(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_status_of_something_else_is_no_status() {
        for header in ["2FA status", "User 2FA status", "License status", "Marital status", "Sync status", "Billing status"] {
            assert!(!fits(&Name::of(header), Holds::Accounts).iter().any(|f| f.field == Field::Status), "{header}");
        }
        assert_eq!(best("Status of user account", Holds::Accounts), Some((Field::Status, 2)));
    }

    #[test]
    fn columns_about_somebody_else_are_forbidden() {
        for header in [
            "Manager Email",
            "Reports To Email",
            "Recovery Email",
            "Invited by (email)",
            "Owner",
            "Created by",
            "Supervisor",
            "E-Mail Vorgesetzter",
            "Record owner email",
        ] {
            assert!(is_forbidden(&Name::of(header)), "{header}");
        }
        for header in ["Email", "Managed", "Ownership", "Work Email"] {
            assert!(!is_forbidden(&Name::of(header)), "{header}");
        }
    }

    #[test]
    fn the_language_of_a_header_is_told_by_names_that_english_has_not() {
        let of = |header: &str| language(&header.split(',').map(Name::of).collect::<Vec<_>>());
        assert_eq!(of("Personalnummer,Vorname,Nachname,E-Mail,Status"), Some(Language::German));
        assert_eq!(of("Matricule,Nom,Prénom,Date d'entrée"), Some(Language::French));
        assert_eq!(of("First Name,Last Name,Email,Status"), None);
        assert_eq!(of("Cognome,Nome,Data assunzione"), Some(Language::Italian));
    }
}
