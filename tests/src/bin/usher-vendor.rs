//! A simulated SCIM vendor and a workspace beside it, for benchmarks by hand: `usher-vendor DIR PEOPLE LEAVERS`. Prints one line when it
//! listens, and serves until its input ends.

use std::io::{Read as _, Write as _};
use std::path::Path;

use usher_sandbox::fault::Faults;
use usher_tests::scene::{Wrong, make};

fn main() -> Result<(), Wrong> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, people, leavers] = args.as_slice() else { return Err("usher-vendor DIR PEOPLE LEAVERS".into()) };
    let (people, leavers): (usize, usize) = (people.parse()?, leavers.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = make(Path::new(dir), people, leavers, "sqlite:usher.db", Faults::none()).await?;
        writeln!(std::io::stdout(), "{}", server.url)?;
        std::io::stdout().flush()?;
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok(())
    })
}
