//! The whole company at once: three servers that run, files on disk, and the things that happen in the story.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::company::{CAST, Company};
use crate::darktrace::Darktrace;
use crate::exports::{Export, Members, console_csv};
use crate::fault::Faults;
use crate::hr::{HrFile, State};
use crate::okta::{Okta, Status};
use crate::rng::Rng;
use crate::scim::Scim;
use crate::sheet::write_whole;
use crate::wire::Running;
use crate::workspace::Workspace;

/// Faults for each of the servers.
#[derive(Debug, Clone, Default)]
pub struct SimulationFaults {
    /// At the identity provider.
    pub idp: Faults,
    /// At the Okta-like tenant.
    pub okta: Faults,
    /// At the Darktrace-like appliance.
    pub darktrace: Faults,
}

/// The simulated company, running.
#[derive(Debug)]
pub struct Simulation {
    /// Its people.
    pub company: Company,
    /// How HR writes its file.
    pub hr: HrFile,
    /// The identity provider over SCIM.
    pub idp: Running<Scim>,
    /// The Okta-like tenant.
    pub okta: Running<Okta>,
    /// The Darktrace-like appliance, and its console.
    pub darktrace: Running<Darktrace>,
    /// The chat.
    pub slack: Members,
    /// The code host.
    pub github: Members,
}

impl Simulation {
    /// Starts the three servers on free ports of 127.0.0.1. They end when this is dropped, or cleanly with [`Simulation::stop`].
    ///
    /// # Errors
    /// What the system says about listening.
    pub async fn start(company: Company, clock: Clock, faults: SimulationFaults) -> io::Result<Simulation> {
        let mut tokens = Rng::new(company.seed, "tokens");
        let idp = Scim::of(&company, &format!("sim-{}", tokens.hex(24)), clock.clone()).start(faults.idp).await?;
        let okta = Okta::of(&company, &format!("00sim{}", tokens.hex(24)), clock.clone()).start(faults.okta).await?;
        let darktrace = Darktrace::of(&company, clock).start(faults.darktrace).await?;
        let (slack, github) = (Members::of(&company, Export::Slack), Members::of(&company, Export::Github));
        Ok(Simulation { company, hr: HrFile::BAMBOO, idp, okta, darktrace, slack, github })
    }

    /// Writes what a workspace in `dir` reads: `people.csv`, `exports/*.csv`, and `secrets/*` that only their owner can read.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_files(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        self.write_hr(dir, State::First)?;
        self.write_exports(dir)?;
        let secrets = dir.join("secrets");
        std::fs::create_dir_all(&secrets)?;
        let (idp, okta, darktrace) = (self.idp.state(), self.okta.state(), self.darktrace.state());
        for (name, secret) in [
            ("idp-token", idp.token()),
            ("okta-token", okta.token()),
            ("darktrace-public", darktrace.public_token()),
            ("darktrace-private", darktrace.private_token()),
        ] {
            write_secret(&secrets.join(name), secret)?;
        }
        Ok(())
    }

    /// Writes `people.csv` as HR knows it by then.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_hr(&self, dir: &Path, state: State) -> io::Result<()> {
        self.hr.write(&dir.join("people.csv"), &self.company, state)
    }

    /// HR's feed breaks off: `people.csv` has half of the people, and nothing in it says so.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_half_hr(&self, dir: &Path, state: State) -> io::Result<()> {
        self.hr.write_half(&dir.join("people.csv"), &self.company, state)
    }

    /// Somebody exports the consoles again: `exports/slack.csv`, `exports/github.csv`, `exports/darktrace.csv`.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_exports(&self, dir: &Path) -> io::Result<()> {
        let exports = dir.join("exports");
        std::fs::create_dir_all(&exports)?;
        self.slack.write(&exports.join("slack.csv"))?;
        self.github.write(&exports.join("github.csv"))?;
        write_whole(&exports.join("darktrace.csv"), &console_csv(&self.darktrace.state().console().users()))
    }

    /// The text of an `usher.yaml` for the files of [`Simulation::write_files`] and the servers that run.
    ///
    /// `approvers`: address and public key line. `propose_files`: plan steps for the apps that are known by files too.
    pub fn workspace(&self, approvers: &[(&str, &str)], propose_files: bool) -> String {
        Workspace { idp_url: &self.idp.url, okta_host: self.okta.host(), darktrace_host: self.darktrace.host(), approvers, propose_files }
            .text(&self.company)
    }

    /// The login in idp and okta of somebody of the cast: an address.
    pub fn login(&self, person: usize) -> String {
        format!("{}@{}", self.company.person(person).login(), self.company.domain)
    }

    /// An administrator gives the idp account of [`crate::company::Cast::changed_behind`] to the team: another address, no number.
    /// What was approved for her no longer holds for it.
    pub fn hand_over_account(&self) -> bool {
        let address = format!("support.archive@{}", self.company.domain);
        self.idp.state().change_user(&self.login(CAST.changed_behind), |user| {
            user.insert("emails".to_owned(), json!([{"value": address, "type": "work", "primary": true}]));
            for extension in user.values_mut().filter_map(Value::as_object_mut) {
                extension.shift_remove("employeeNumber");
            }
        })
    }

    /// Somebody types the password of [`crate::company::Cast::changed_behind`] wrong too often: her okta account is locked.
    pub fn lock_out(&self) -> bool {
        self.okta.state().set_status(&self.login(CAST.changed_behind), Status::LockedOut)
    }

    /// A person does the task for a login of the Darktrace console and exports the page again.
    ///
    /// # Errors
    /// What the file system says.
    pub fn disable_in_console(&self, dir: &Path, user_name: &str) -> io::Result<bool> {
        let done = self.darktrace.state().console().disable(user_name);
        self.write_exports(dir)?;
        Ok(done)
    }

    /// Ends all servers.
    ///
    /// # Errors
    /// What a listener ended with.
    pub async fn stop(self) -> io::Result<()> {
        self.idp.stop().await?;
        self.okta.stop().await?;
        self.darktrace.stop().await?;
        Ok(())
    }
}

/// A secret is readable by its owner only, from the first byte on.
fn write_secret(path: &Path, secret: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(path)?, secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn simulation() -> Simulation {
        let today = "2026-11-25T09:00:00Z".parse().unwrap();
        Simulation::start(Company::new(42, 120, today), Clock::fixed(today), SimulationFaults::default()).await.unwrap()
    }

    fn scratch(name: &str) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("usher-sandbox-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        dir
    }

    #[tokio::test]
    async fn a_workspace_finds_all_files_that_it_names_and_secrets_are_private() {
        let sim = simulation().await;
        let dir = scratch("files");
        sim.write_files(&dir).unwrap();
        let text = sim.workspace(&[("lena.brandt@corp.example", "ssh-ed25519 AAAA made-here")], true);
        for path in ["people.csv", "exports/slack.csv", "exports/github.csv", "exports/darktrace.csv"] {
            assert!(text.contains(path) && dir.join(path).is_file(), "{path}");
        }
        for secret in ["secrets/idp-token", "secrets/okta-token", "secrets/darktrace-public", "secrets/darktrace-private"] {
            let file = dir.join(secret);
            assert!(text.contains(secret) && !text.contains(&std::fs::read_to_string(&file).unwrap()), "{secret}");
            #[cfg(unix)]
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777, 0o600);
        }
        assert!(text.contains(&sim.idp.url) && text.contains(sim.okta.host()) && text.contains("[\"ssh-ed25519 AAAA\"]\n"));
        std::fs::remove_dir_all(&dir).unwrap();
        sim.stop().await.unwrap();
    }

    #[tokio::test]
    async fn what_happens_behind_our_back_shows_in_what_is_read() {
        let sim = simulation().await;
        let carla = sim.login(CAST.changed_behind);
        let before = sim.idp.state().user(&carla).unwrap();
        assert!(sim.hand_over_account() && sim.lock_out());
        let after = sim.idp.state().user(&carla).unwrap();
        assert_ne!(before["emails"], after["emails"]);
        assert!(!after.to_string().contains("employeeNumber") && before.to_string().contains("employeeNumber"));
        assert_eq!(sim.okta.state().status(&carla), Some(Status::LockedOut));
    }

    #[tokio::test]
    async fn a_person_does_the_darktrace_task_and_exports_again() {
        let sim = simulation().await;
        let dir = scratch("task");
        sim.write_files(&dir).unwrap();
        let export = || std::fs::read_to_string(dir.join("exports/darktrace.csv")).unwrap();
        let row = |text: &str| text.lines().find(|l| l.starts_with("igor.petrov,")).unwrap().to_owned();
        assert!(row(&export()).contains(",active,"));
        assert!(sim.disable_in_console(&dir, "igor.petrov").unwrap());
        assert!(row(&export()).contains(",disabled,"));
        assert!(!sim.disable_in_console(&dir, "nobody").unwrap());
        sim.write_hr(&dir, State::TakenBack).unwrap();
        sim.write_half_hr(&dir, State::TakenBack).unwrap();
        assert_eq!(std::fs::read_to_string(dir.join("people.csv")).unwrap().lines().count(), 61);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
