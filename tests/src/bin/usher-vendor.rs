//! A simulated SCIM vendor and a workspace beside it, for benchmarks by hand: `usher-vendor DIR PEOPLE LEAVERS`.
//!
//! Makes `DIR` (people.csv, usher.yaml, the approver's key in `key`), prints one line when it listens, and serves until its input ends.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use serde_json::json;
use usher_domain::sshsig::Signer;
use usher_domain::time::Time;
use usher_sandbox::clock::Clock;
use usher_sandbox::fault::Faults;
use usher_sandbox::scim::Scim;

const TOKEN: &str = "a-token-of-a-benchmark";

#[expect(clippy::disallowed_methods, reason = "a program is where time comes in")]
fn now() -> Time {
    Time::from(jiff::Timestamp::now())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, people, leavers] = args.as_slice() else { return Err("usher-vendor DIR PEOPLE LEAVERS".into()) };
    let (people, leavers): (usize, usize) = (people.parse()?, leavers.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(Path::new(dir), people, leavers))
}

async fn serve(dir: &Path, people: usize, leavers: usize) -> Result<(), Box<dyn std::error::Error>> {
    let scim = Scim::new(7, TOKEN, Clock::new(now));
    let mut csv = String::from("Employee Number,Work Email,Name,Employment Status,Last Day\n9999999,lead@corp.example,Lena Lead,Active,\n");
    for n in 0..people {
        let email = format!("person{n}@corp.example");
        let (status, last) = if n < leavers { ("Terminated", "2026-10-31") } else { ("Active", "") };
        writeln!(csv, "{n:07},{email},Person {n},{status},{last}")?;
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email, "active": true,
            "name": {"givenName": "Person", "familyName": n.to_string()},
            "emails": [{"value": email, "type": "work", "primary": true}],
        });
        scim.add_user(&user)?;
    }
    let server = scim.start(Faults::none()).await?;
    std::fs::create_dir_all(dir)?;
    let signer = Signer::from_seed(&[1; 32]);
    std::fs::write(dir.join("people.csv"), csv)?;
    private(&dir.join("token"), TOKEN)?;
    private(&dir.join("key"), &signer.to_file()?)?;
    std::fs::write(dir.join("usher.yaml"), yaml(&server.url, &signer.key()?.line()))?;
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{}", server.url)?;
    std::io::stdout().flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

fn private(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)?;
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

fn yaml(url: &str, key: &str) -> String {
    format!(
        "company: Benchmark\ndomains: [corp.example]\nstore: sqlite:usher.db\npeople: {{sources: {{hr: {{key: employeeNumber}}}}}}\ninstances:\n  \
         hr: {{app: csv_people, config: {{path: people.csv}}}}\n  box: {{app: scim, mode: propose, config: {{base_url: \"{url}\"}}, \
         secrets: {{token: {{file: token}}}}}}\napprovals:\n  - {{when: \"true\", need: 1, from: leads}}\nguards:\n  removals: {{per_instance: \
         {{percent: 100, at_least: 1000000, at_most: 1000000}}}}\napprovers: {{leads: [lead@corp.example]}}\nkeys: {{lead@corp.example: [\"{key}\"]}}\n"
    )
}
