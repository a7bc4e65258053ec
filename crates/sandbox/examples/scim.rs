//! The simulated identity provider alone, to try a SCIM client on: `cargo run -p usher-sandbox --example scim`.

use usher_domain::time::Time;
use usher_sandbox::clock::Clock;
use usher_sandbox::company::Company;
use usher_sandbox::fault::Faults;
use usher_sandbox::scim::Scim;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a program of its own reads the clock, as the command line does")]
    let clock = Clock::new(|| Time::from(jiff::Timestamp::now()));
    let people = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(120);
    let company = Company::new(42, people, clock.now());
    let running = Scim::of(&company, "scim-token-1", clock).start(Faults::none()).await?;
    println!("{} token {}", running.url, running.state().token());
    tokio::signal::ctrl_c().await
}
