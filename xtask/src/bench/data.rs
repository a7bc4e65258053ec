//! Generated files with a fixed seed and the mess of real ones (speed.md §5): quoted names with commas and line breaks, all-quoted
//! files, CR LF, byte order marks, upper-case and decomposed addresses, lost zeros, `-` for none, shared addresses.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) people: u32,
    pub(super) accounts: u32,
    pub(super) files: u32,
}

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// True so many times in a thousand.
    fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }
}

const GIVEN: [&str; 20] = [
    "ana", "bo", "cem", "dora", "eva", "finn", "gul", "hana", "ivo", "jana", "kai", "lea", "mia", "noe", "ola", "pia", "quentin", "rosa",
    "sven", "tilda",
];
const FAMILY: [&str; 20] = [
    "adler", "berg", "costa", "duarte", "eriksen", "fischer", "garcia", "hansen", "ivanov", "jansen", "keller", "lopez", "moreau", "novak",
    "oliveira", "peters", "quist", "rossi", "schmidt", "tanaka",
];
/// Given names beyond ASCII, composed and decomposed.
const BEYOND: [(&str, &str); 4] = [("jörg", "jo\u{308}rg"), ("léa", "le\u{301}a"), ("gül", "gu\u{308}l"), ("noé", "noe\u{301}")];

/// What is fixed about a person, so that accounts can repeat it without a table of people.
struct Fixed {
    given: &'static str,
    decomposed: &'static str,
    family: &'static str,
}

fn fixed(person: u32) -> Fixed {
    let mut dice = Dice(u64::from(person) ^ 0xfeed_f00d);
    let family = FAMILY[dice.below(20) as usize];
    if dice.chance(20) {
        let (given, decomposed) = BEYOND[dice.below(4) as usize];
        Fixed { given, decomposed, family }
    } else {
        let given = GIVEN[dice.below(20) as usize];
        Fixed { given, decomposed: given, family }
    }
}

/// Writes `people.csv` and `accounts/appNNN.csv` into an empty directory.
pub(super) fn write(dir: &Path, size: Size) -> io::Result<()> {
    std::fs::create_dir_all(dir.join("accounts"))?;
    people(&dir.join("people.csv"), size)?;
    for file in 0..size.files {
        accounts(&dir.join(format!("accounts/app{file:03}.csv")), file, size)?;
    }
    Ok(())
}

fn people(path: &Path, size: Size) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice(20_261_125);
    writeln!(out, "employee_number,email,alias,name,status")?;
    for person in 0..size.people {
        let Fixed { given, family, .. } = fixed(person);
        write!(out, "{person:07},{given}.{family}{person}@corp.example,")?;
        match dice.below(100) {
            // A mailbox of about ten people.
            0 => write!(out, "desk{}@corp.example", dice.below(size.people / 1000 + 1))?,
            1..=10 => write!(out, "{given}{person}@corp.example")?,
            _ => {}
        }
        match dice.below(5) {
            0 => write!(out, ",\"{family}, {given}\",")?,
            _ => write!(out, ",{given} {family},")?,
        }
        writeln!(out, "{}", if dice.chance(120) { ["Terminated", "terminated"][dice.below(2) as usize] } else { "Active" })?;
    }
    out.flush()
}

fn accounts(path: &Path, file: u32, size: Size) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice(u64::from(file) << 32 | 77);
    let style = Style { quote: if file % 4 == 1 { "\"" } else { "" }, end: if file % 2 == 1 { "\r\n" } else { "\n" } };
    if file.is_multiple_of(3) {
        out.write_all(b"\xef\xbb\xbf")?;
    }
    style.record(&mut out, "id,employee_number,email,user_name,display_name,kind,status,last_login".split(','))?;
    let rows = size.accounts / size.files;
    let mut cells: [String; 8] = Default::default();
    for row in 0..rows {
        account(&mut dice, &mut cells, file, row, size);
        style.record(&mut out, cells.iter().map(String::as_str))?;
    }
    out.flush()
}

fn account(dice: &mut Dice, cells: &mut [String; 8], file: u32, row: u32, size: Size) {
    use std::fmt::Write as _;
    cells.iter_mut().for_each(String::clear);
    let [id, number, email, user_name, name, kind, status, last_login] = cells;
    let person = dice.below(size.people);
    let Fixed { given, decomposed, family } = fixed(person);
    // Writing to a String can't fail.
    let _ = match dice.below(1000) {
        0..=399 => write!(number, "{person:07}"),
        400..=409 => write!(number, "{:07}", dice.below(size.people)),
        410..=459 => write!(number, "{person}"),
        _ => Ok(()),
    };
    let _ = match dice.below(1000) {
        0..=99 => write!(email, "{}", format!("{given}.{family}{person}@Corp.Example").to_uppercase()),
        100..=199 => write!(email, "{decomposed}.{family}{person}@corp.example"),
        200..=249 => write!(email, "-"),
        250..=279 => Ok(()),
        280..=309 => write!(email, "guest{row}@partner.example"),
        310..=311 => write!(email, "desk{}@corp.example", dice.below(size.people / 1000 + 1)),
        _ => write!(email, "{given}.{family}{person}@corp.example"),
    };
    let _ = write!(id, "{file}-{row}");
    let _ = write!(user_name, "u{row:06}");
    let _ = match dice.below(100) {
        0 => write!(name, "{given}\n{family}"),
        1..=3 => write!(name, "{family}, {given}"),
        4 => write!(name, "{given} \"{given}\" {family}"),
        _ => write!(name, "{given} {family}"),
    };
    kind.push_str(if dice.chance(30) { "service" } else { "human" });
    status.push_str(["active", "active", "Active", "suspended", "deactivated"][dice.below(5) as usize]);
    if dice.chance(800) {
        let _ = write!(last_login, "2026-{:02}-{:02}", 1 + dice.below(11), 1 + dice.below(28));
    }
}

/// How a file quotes and ends its records.
struct Style {
    quote: &'static str,
    end: &'static str,
}

impl Style {
    fn record<'a>(&self, out: &mut impl Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                out.write_all(b",")?;
            }
            if self.quote.is_empty() && !cell.contains(['"', ',', '\n']) {
                out.write_all(cell.as_bytes())?;
            } else {
                write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
            }
        }
        out.write_all(self.end.as_bytes())
    }
}
