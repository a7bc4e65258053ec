//! A workspace with an HR file and a simulated SCIM server, driven through the engine as the commands drive it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::manifest::Catalogue;
use usher_domain::message::Choice;
use usher_domain::sshsig::Signer;
use usher_domain::time::Time;
use usher_engine::approve::Given as Signed;
use usher_engine::given::{Clock, Quiet, Seeded};
use usher_engine::usher::{Given, Usher};
use usher_sandbox::fault::Faults;
use usher_sandbox::scim::Scim;
use usher_sandbox::wire::Running;

/// The machine's clock: the servers of a lap live in real time.
pub(crate) struct Real;

impl Clock for Real {
    #[expect(clippy::disallowed_methods, reason = "a test is where time comes in")]
    fn now(&self) -> Time {
        Time::from(jiff::Timestamp::now())
    }
}

/// Somebody in the HR file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) number: String,
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default = "active")]
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) last_day: String,
}

fn active() -> String {
    "Active".into()
}

/// An account at the SCIM server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) login: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) number: String,
    #[serde(default = "yes")]
    pub(crate) active: bool,
}

fn yes() -> bool {
    true
}

/// A company in a folder.
pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) server: Running<Scim>,
    pub(crate) people: Vec<Person>,
    pub(crate) signers: BTreeMap<String, Signer>,
    pub(crate) faults: Faults,
    pub(crate) usher: Usher,
}

const TOKEN: &str = "a-token-of-a-test";

/// Every app of `apps/`, read from disk.
pub(crate) fn catalogue() -> Catalogue {
    let apps = crate::binary::folder("../apps");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(apps).expect("apps/ is there").flatten() {
        if let Ok(text) = std::fs::read_to_string(entry.path().join("app.yaml")) {
            all.push((entry.file_name().to_string_lossy().into_owned(), text));
        }
    }
    Catalogue::new(all)
}

impl World {
    /// Makes it. `policy` is further YAML of usher.yaml; `approvers` are the group `leads`, each with a key of a seed of their own.
    pub(crate) async fn new(people: Vec<Person>, accounts: &[Account], approvers: &[String], policy: &str) -> World {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = usher_sandbox::clock::Clock::new(|| Real.now());
        let faults = Faults::none();
        let scim = Scim::new(7, TOKEN, clock);
        for a in accounts {
            scim.add_user(&user(a)).expect("the account is taken");
        }
        let server = scim.start(faults.clone()).await.expect("the server starts");
        let mut signers = BTreeMap::new();
        for (i, email) in (1u8..).zip(approvers) {
            signers.insert(email.clone(), Signer::from_seed(&[i; 32]));
        }
        std::fs::write(dir.path().join("token"), TOKEN).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(dir.path().join("token"), std::fs::Permissions::from_mode(0o600)).expect("set");
        }
        std::fs::write(dir.path().join("usher.yaml"), yaml(&server.url, &signers, policy)).expect("written");
        write_people(dir.path(), &people);
        let usher = open(dir.path()).await.unwrap_or_else(|e| panic!("{e}"));
        World { dir, server, people, signers, faults, usher }
    }

    /// Opens the workspace again, as another process would.
    pub(crate) async fn reopen(&mut self) {
        self.usher = open(self.dir.path()).await.unwrap_or_else(|e| panic!("{e}"));
    }

    /// HR writes its file again.
    pub(crate) fn write_people(&self) {
        write_people(self.dir.path(), &self.people);
    }

    /// Approves or rejects as the command does it.
    pub(crate) async fn decide(&self, plan: &Digest, by: &str, choice: Choice) -> Result<usize, Diagnostic> {
        let target = self.usher.target(&[plan.to_string()]).await?;
        let message = self.usher.message(&target, choice, by, None).await?;
        let signature = self.signers[by].sign(&message).expect("signed").into_bytes();
        Ok(self.usher.decide(&target, Signed { message, signature }).await?.open.len())
    }
}

pub(crate) async fn open(dir: &Path) -> Result<Usher, Diagnostic> {
    let mut seed = [0u8; 8];
    seed.copy_from_slice(&Real.now().micros().to_le_bytes());
    let given = Given { clock: Arc::new(Real), entropy: Arc::new(Seeded::new(u64::from_le_bytes(seed))), progress: Arc::new(Quiet) };
    Usher::open(dir, catalogue(), given).await
}

fn user(a: &Account) -> serde_json::Value {
    let mut user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": a.login, "active": a.active,
    });
    if !a.email.is_empty() {
        user["emails"] = json!([{"value": a.email, "type": "work", "primary": true}]);
    }
    if !a.number.is_empty() {
        user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = json!({"employeeNumber": a.number});
    }
    user
}

fn write_people(dir: &Path, people: &[Person]) {
    let mut text = String::from("Employee Number,Work Email,Name,Employment Status,Last Day\n");
    for p in people {
        let _ = writeln!(text, "{},{},{},{},{}", p.number, p.email, p.name, p.status, p.last_day);
    }
    std::fs::write(dir.join("people.csv"), text).expect("written");
}

fn yaml(url: &str, signers: &BTreeMap<String, Signer>, policy: &str) -> String {
    let members = signers.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "company: Test\ndomains: [corp.example]\npeople: {{sources: {{hr: {{key: employeeNumber}}}}}}\ninstances:\n  hr: {{app: csv_people, config: {{path: people.csv}}}}\n  box: {{app: scim, mode: propose, config: {{base_url: \"{url}\"}}, secrets: {{token: {{file: token}}}}}}\napprovers: {{leads: [{members}]}}\nkeys:\n"
    );
    for (email, signer) in signers {
        let _ = writeln!(text, "  {email}: [\"{}\"]", signer.key().expect("a key").line());
    }
    text.push_str(policy);
    text
}
