//! The simulated company alone, to try clients on: `cargo run -p usher-sandbox --example company -- DIR [PEOPLE]`.
//! Writes files, secrets and `usher.yaml` into DIR and answers until Ctrl-C.

use std::path::PathBuf;

use usher_domain::time::Time;
use usher_sandbox::clock::Clock;
use usher_sandbox::company::Company;
use usher_sandbox::simulation::{Simulation, SimulationFaults};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a program of its own reads the clock, as the command line does")]
    let clock = Clock::new(|| Time::from(jiff::Timestamp::now()));
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().ok_or_else(|| std::io::Error::other("which directory?"))?);
    let people = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(120);
    let begun = clock.now();
    let company = Company::new(42, people, begun);
    let made = clock.now();
    let simulation = Simulation::start(company, clock.clone(), SimulationFaults::default()).await?;
    simulation.write_files(&dir)?;
    std::fs::write(dir.join("usher.yaml"), simulation.workspace(&[], true))?;
    let milliseconds = |from: Time, to: Time| (to.micros() - from.micros()) / 1000;
    println!("company {} ms, servers and files {} ms", milliseconds(begun, made), milliseconds(made, clock.now()));
    println!("SCIM {}, token {}", simulation.idp.url, simulation.idp.state().token());
    println!("Okta-like {}, SSWS {}", simulation.okta.url, simulation.okta.state().token());
    println!("Darktrace-like {}, public token {}", simulation.darktrace.url, simulation.darktrace.state().public_token());
    tokio::signal::ctrl_c().await?;
    simulation.stop().await
}
