//! The pools that people are invented from. Each name stands with its spelling in an address.
//!
//! All letters are in Windows-1252, because an HR export in that encoding must be able to hold everybody.

/// Given names: as written, as in an address.
pub(super) const GIVEN: &[(&str, &str)] = &[
    ("Adam", "adam"),
    ("Aisha", "aisha"),
    ("Alma", "alma"),
    ("Ana", "ana"),
    ("Anouk", "anouk"),
    ("Arjun", "arjun"),
    ("Björn", "bjoern"),
    ("Camila", "camila"),
    ("Chloé", "chloe"),
    ("Daniel", "daniel"),
    ("Dörte", "doerte"),
    ("Elif", "elif"),
    ("Elena", "elena"),
    ("Emil", "emil"),
    ("Enzo", "enzo"),
    ("Fatima", "fatima"),
    ("Felix", "felix"),
    ("Freya", "freya"),
    ("Giulia", "giulia"),
    ("Grace", "grace"),
    ("Gül", "guel"),
    ("Hana", "hana"),
    ("Henrik", "henrik"),
    ("Ines", "ines"),
    ("Isaac", "isaac"),
    ("Ivo", "ivo"),
    ("João", "joao"),
    ("José", "jose"),
    ("Julia", "julia"),
    ("Jürgen", "juergen"),
    ("Kai", "kai"),
    ("Karin", "karin"),
    ("Kofi", "kofi"),
    ("Lars", "lars"),
    ("Léa", "lea"),
    ("Leon", "leon"),
    ("Lucía", "lucia"),
    ("Luis", "luis"),
    ("Maja", "maja"),
    ("Malik", "malik"),
    ("María", "maria"),
    ("Mateo", "mateo"),
    ("Mei", "mei"),
    ("Mila", "mila"),
    ("Nadia", "nadia"),
    ("Noé", "noe"),
    ("Nils", "nils"),
    ("Olga", "olga"),
    ("Oscar", "oscar"),
    ("Pia", "pia"),
    ("Rafael", "rafael"),
    ("René", "rene"),
    ("Sanna", "sanna"),
    ("Sara", "sara"),
    ("Siobhán", "siobhan"),
    ("Søren", "soeren"),
    ("Tariq", "tariq"),
    ("Uma", "uma"),
    ("Viktor", "viktor"),
    ("Wen", "wen"),
    ("Yusuf", "yusuf"),
    ("Zoë", "zoe"),
];

/// Family names: as written, as in an address. None is the name of somebody in the cast.
pub(super) const FAMILY: &[(&str, &str)] = &[
    ("Ahlgren", "ahlgren"),
    ("Almeida", "almeida"),
    ("Bauer", "bauer"),
    ("Becker", "becker"),
    ("Bianchi", "bianchi"),
    ("Bjørnstad", "bjoernstad"),
    ("Böhm", "boehm"),
    ("Carvalho", "carvalho"),
    ("Chen", "chen"),
    ("Costa", "costa"),
    ("D'Arc", "darc"),
    ("Delacroix", "delacroix"),
    ("Diaz", "diaz"),
    ("Dubois", "dubois"),
    ("Engström", "engstroem"),
    ("Ferrari", "ferrari"),
    ("Fischer", "fischer"),
    ("García", "garcia"),
    ("Gomes", "gomes"),
    ("Groß", "gross"),
    ("Gupta", "gupta"),
    ("Hansen", "hansen"),
    ("Hoffmann", "hoffmann"),
    ("Horvat", "horvat"),
    ("Ibáñez", "ibanez"),
    ("Iyer", "iyer"),
    ("Jansen", "jansen"),
    ("Jensen", "jensen"),
    ("Johansson", "johansson"),
    ("Kaya", "kaya"),
    ("Khan", "khan"),
    ("Kim", "kim"),
    ("Köhler", "koehler"),
    ("Kowalska", "kowalska"),
    ("Larsen", "larsen"),
    ("Laurent", "laurent"),
    ("Lefèvre", "lefevre"),
    ("Lopez", "lopez"),
    ("Mensah", "mensah"),
    ("Moreau", "moreau"),
    ("Müller", "mueller"),
    ("Müller-Lüdenscheid", "mueller-luedenscheid"),
    ("Nakamura", "nakamura"),
    ("Nguyen", "nguyen"),
    ("Nielsen", "nielsen"),
    ("Núñez", "nunez"),
    ("O'Hara", "ohara"),
    ("Okonkwo", "okonkwo"),
    ("Olsen", "olsen"),
    ("Patel", "patel"),
    ("Pereira", "pereira"),
    ("Quist", "quist"),
    ("Ramos", "ramos"),
    ("Ricci", "ricci"),
    ("Rodríguez", "rodriguez"),
    ("Rossi", "rossi"),
    ("Sato", "sato"),
    ("Schäfer", "schaefer"),
    ("Schmidt", "schmidt"),
    ("Silva", "silva"),
    ("Singh", "singh"),
    ("Svensson", "svensson"),
    ("Tanaka", "tanaka"),
    ("Thomsen", "thomsen"),
    ("Tran", "tran"),
    ("Ullmann", "ullmann"),
    ("van Dijk", "vandijk"),
    ("Vega", "vega"),
    ("Vogel", "vogel"),
    ("Wagner", "wagner"),
    ("Weber", "weber"),
    ("Wójcik", "wojcik"),
    ("Yamada", "yamada"),
    ("Zhang", "zhang"),
];

/// A department: its name, its division, its share of 1,000 people, the titles in it (the last one leads a team).
pub(super) struct Department {
    pub(super) name: &'static str,
    pub(super) division: &'static str,
    pub(super) share: u64,
    pub(super) titles: &'static [&'static str],
    pub(super) lead: &'static str,
}

/// The departments in the order of the cast's heads (`cast::HEADS`). The shares add up to 1,000.
pub(super) const DEPARTMENTS: &[Department] = &[
    Department {
        name: "IT",
        division: "Operations",
        share: 60,
        titles: &["IT Support Engineer", "Systems Engineer"],
        lead: "IT Team Lead",
    },
    Department { name: "Security", division: "Product", share: 50, titles: &["Security Analyst", "Security Engineer"], lead: "SOC Lead" },
    Department {
        name: "Engineering",
        division: "Product",
        share: 310,
        titles: &["Developer", "Senior Developer", "Data Engineer", "Site Reliability Engineer"],
        lead: "Engineering Manager",
    },
    Department {
        name: "Sales",
        division: "Customer",
        share: 180,
        titles: &["Account Executive", "Sales Representative"],
        lead: "Sales Manager",
    },
    Department { name: "Support", division: "Customer", share: 150, titles: &["Support Agent", "Support Engineer"], lead: "Support Lead" },
    Department { name: "Finance", division: "Operations", share: 70, titles: &["Accountant", "Finance Analyst"], lead: "Finance Manager" },
    Department {
        name: "Marketing",
        division: "Customer",
        share: 80,
        titles: &["Content Editor", "Campaign Manager"],
        lead: "Marketing Lead",
    },
    Department { name: "HR", division: "Operations", share: 50, titles: &["HR Partner", "Recruiter"], lead: "HR Lead" },
    Department {
        name: "Workplace",
        division: "Operations",
        share: 50,
        titles: &["Office Manager", "Facilities Technician"],
        lead: "Facilities Lead",
    },
];

/// Where people work.
pub(super) const LOCATIONS: &[&str] = &["Berlin", "London", "Malmö", "Madrid", "Wien", "Lyon", "Dublin"];

/// The address form of a name that came as text: the same folds as in the pools, everything else that is not a letter left out.
pub(super) fn plain(name: &str) -> String {
    name.chars().fold(String::with_capacity(name.len() + 2), |mut out, c| {
        match c {
            'ä' | 'Ä' => out.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => out.push_str("oe"),
            'ü' | 'Ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'é' | 'è' | 'ë' => out.push('e'),
            c if c.is_ascii_alphabetic() || c == '-' => out.push(c.to_ascii_lowercase()),
            _ => {}
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_fit_windows_1252_and_have_plain_addresses() {
        for (name, address) in GIVEN.iter().chain(FAMILY) {
            assert!(name.chars().all(|c| u32::from(c) < 0x100), "{name}");
            assert!(address.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{address}");
        }
        assert_eq!(DEPARTMENTS.iter().map(|d| d.share).sum::<u64>(), 1000);
        assert_eq!(plain("Müller-Lüdenscheid"), "mueller-luedenscheid");
    }
}
