//! A simulated SCIM vendor with a workspace beside it: people.csv, usher.yaml, the approver's key. For benchmarks and soaks.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use usher_domain::sshsig::Signer;
use usher_domain::time::Time;
use usher_sandbox::clock::Clock;
use usher_sandbox::fault::Faults;
use usher_sandbox::scim::Scim;
use usher_sandbox::wire::Running;

const TOKEN: &str = "a-token-of-a-simulation";

/// What went wrong, in words.
pub type Wrong = Box<dyn std::error::Error + Send + Sync>;

#[expect(clippy::disallowed_methods, reason = "a program is where time comes in")]
fn now() -> Time {
    Time::from(jiff::Timestamp::now())
}

/// Starts the vendor with an account for each of so many people, the first of whom have left, and makes the workspace in `dir`.
///
/// # Errors
/// What the file system or the server says.
pub async fn make(dir: &Path, people: usize, leavers: usize, store: &str, faults: Faults) -> Result<Running<Scim>, Wrong> {
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
    let server = scim.start(faults).await?;
    std::fs::create_dir_all(dir)?;
    let signer = Signer::from_seed(&[1; 32]);
    std::fs::write(dir.join("people.csv"), csv)?;
    private(&dir.join("token"), TOKEN)?;
    private(&dir.join("key"), &signer.to_file()?)?;
    std::fs::write(dir.join("usher.yaml"), yaml(&server.url, &signer.key()?.line(), store))?;
    Ok(server)
}

fn private(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)?;
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

fn yaml(url: &str, key: &str, store: &str) -> String {
    format!(
        "company: Simulation\ndomains: [corp.example]\nstore: {store}\npeople: {{sources: {{hr: {{key: employeeNumber}}}}}}\ninstances:\n  \
         hr: {{app: csv_people, config: {{path: people.csv}}}}\n  box: {{app: scim, mode: propose, config: {{base_url: \"{url}\"}}, \
         secrets: {{token: {{file: token}}}}}}\napprovals:\n  - {{when: \"true\", need: 1, from: leads}}\nguards:\n  removals: {{per_instance: \
         {{percent: 100, at_least: 1000000, at_most: 1000000}}}}\napprovers: {{leads: [lead@corp.example]}}\nkeys: {{lead@corp.example: [\"{key}\"]}}\n"
    )
}
