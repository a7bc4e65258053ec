//! Programs from Debian's packages that the tests run. Elsewhere than on Debian the programs themselves are looked for.

use std::path::Path;
use std::process::Command;

use crate::stop::{Stop, quiet};

struct Need {
    package: &'static str,
    program: &'static str,
    why: &'static str,
}

/// Only what tests use now: each line costs every developer an installation.
const NEEDS: &[Need] = &[
    Need { package: "openssh-client", program: "ssh-keygen", why: "ssh-keygen gives the second opinion on signatures; ssh-agent signs" },
    Need { package: "jq", program: "jq", why: "a bundle is checked by the auditor's own tools as the guide says: jq reads its JSON" },
    Need { package: "openssl", program: "openssl", why: "the signature that a guide computes in a shell is computed by openssl" },
    Need { package: "postgresql", program: "initdb", why: "the store's contract is held on PostgreSQL too" },
    Need { package: "chromium", program: "chromium", why: "the site of guides is looked at in a real browser" },
    Need { package: "default-jre-headless", program: "java", why: "the W3C's validator of HTML is a Java program" },
    Need { package: "python3-venv", program: "python3", why: "the SCIM server that the tests read from and write to is a Python program" },
];

/// Installs what is missing where we may, else says the command that does. Gives one line about what it found.
pub(super) fn install_missing() -> Result<String, Stop> {
    let debian = on_path("dpkg-query");
    let missing = missing(NEEDS, |need| if debian { installed(need.package) } else { on_path(need.program) });
    if missing.is_empty() {
        return Ok("present".into());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if !debian || !is_root() {
        return Err(Stop::Said(advice(&missing, debian)));
    }
    // A new machine has no package lists yet.
    quiet(Command::new("apt-get").args(["update", "-q"]))?;
    quiet(
        Command::new("apt-get")
            .args(["install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"])
            .args(&packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    Ok(format!("installed {}", packages.join(", ")))
}

fn missing(needs: &[Need], have: impl Fn(&Need) -> bool) -> Vec<&Need> {
    needs.iter().filter(|need| !have(need)).collect()
}

fn advice(missing: &[&Need], debian: bool) -> String {
    let mut said = String::from("the tests need what is not here:\n");
    for need in missing {
        said += &format!("  {:<16} {}\n", if debian { need.package } else { need.program }, need.why);
    }
    if debian {
        let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
        said += &format!("hint: sudo apt-get install -y --no-install-recommends {}", packages.join(" "));
    } else {
        said += "hint: install these programs with your system's package manager";
    }
    said
}

fn installed(package: &str) -> bool {
    let asked = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).output();
    asked.is_ok_and(|answer| answer.status.success() && answer.stdout.starts_with(b"install ok installed"))
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| Path::new(&folder).join(program).is_file()))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_its_reason_and_one_command() {
        let gone = missing(NEEDS, |need| need.package != "openssh-client");
        let said = advice(&gone, true);
        assert!(said.contains("ssh-keygen gives the second opinion"), "{said}");
        assert!(said.ends_with("hint: sudo apt-get install -y --no-install-recommends openssh-client"), "{said}");
        assert!(!said.contains("python3-venv"), "{said}");
    }

    #[test]
    fn elsewhere_than_on_debian_programs_are_named_instead_of_packages() {
        let gone = missing(NEEDS, |_| false);
        let said = advice(&gone, false);
        assert!(said.contains("ssh-keygen") && said.contains("python3 ") && !said.contains("apt-get"), "{said}");
    }
}
