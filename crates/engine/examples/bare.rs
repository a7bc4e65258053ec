//! The fast path on files with neutral headers: `bare --people FILE --accounts DIR [--threads N]`. Prints what `usher findings --summary`
//! prints, and the time of each stage on stderr.

use std::path::PathBuf;
use std::time::Instant;

use usher_connect::csv::bytes::open;
use usher_engine::bare::Split;
use usher_engine::bare::fast::{AccountsFile, reconcile};
use usher_engine::bare::people::People;

#[path = "../src/bare/tests/plain.rs"]
mod plain;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut people, mut accounts, mut threads) = (PathBuf::new(), PathBuf::new(), 2);
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args.next().ok_or("a value is missing")?;
        match name.as_str() {
            "--people" => people = value.into(),
            "--accounts" => accounts = value.into(),
            "--threads" => threads = value.parse()?,
            _ => return Err(format!("unknown: {name}").into()),
        }
    }
    let began = Instant::now();
    let mut paths: Vec<_> = std::fs::read_dir(accounts)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let sources = paths.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
    let shapes = sources.iter().map(plain::shape).collect::<Result<Vec<_>, _>>()?;
    let source = open(&people)?;
    eprintln!("open {:?}", began.elapsed());
    let people = People::read(&source, &plain::shape(&source)?, shapes.iter().any(|s| s.login.is_some()), Split::over(threads), 0x5eed)?;
    eprintln!("people {:?}, {} MiB of index", began.elapsed(), people.bytes() >> 20);
    let files: Vec<_> = sources.iter().zip(&shapes).map(|(source, shape)| AccountsFile { source, shape }).collect();
    let outcome = reconcile(&people, &files, Split::over(threads), false)?;
    eprintln!("accounts {:?}", began.elapsed());
    let c = outcome.counts;
    println!(
        "{{\"version\":1,\"summary\":{{\"people\":{},\"accounts\":{},\"by_situation\":{{\"linked\":{},\"unlinked\":{},\"unmatched\":{},\"disputed\":{}}},\"by_rule\":{{\"leaver_account\":{},\"unmatched_account\":{},\"duplicate_account\":{},\"disputed_account\":{}}}}}}}",
        c.people,
        c.accounts,
        c.linked,
        c.unlinked,
        c.unmatched,
        c.disputed,
        c.leaver_account,
        c.unmatched_account,
        c.duplicate_account,
        c.disputed_account
    );
    let aside: u64 = outcome.files.iter().map(|file| file.asides.count).sum();
    if aside > 0 || outcome.files.iter().any(|file| file.repeated.is_some()) {
        eprintln!("set aside: {aside}; ids that repeat: {}", outcome.files.iter().filter(|file| file.repeated.is_some()).count());
    }
    Ok(())
}
