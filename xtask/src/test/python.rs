//! A Python environment of our own below `target/`, with the exact versions of `tests/requirements.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stop::{Stop, quiet};

/// The environment of the tests.
pub(super) fn environment(root: &Path) -> Result<(String, PathBuf), Stop> {
    environment_of(root, "tests/requirements.txt", "venv")
}

/// Makes an environment if it is missing or was made for other versions. Gives what it did and the interpreter's path.
pub(crate) fn environment_of(root: &Path, requirements: &str, name: &str) -> Result<(String, PathBuf), Stop> {
    let wanted = root.join(requirements);
    let requirements = std::fs::read_to_string(&wanted).map_err(Stop::doing(requirements))?;
    let folder = root.join("target").join("xtask").join(name);
    let python = folder.join("bin").join("python");
    let base = base_interpreter();
    let version = String::from_utf8_lossy(&quiet(Command::new(&base).arg("--version"))?).trim().to_owned();
    let made_for = stamp(&folder, &version, &requirements);
    let stamp_file = folder.join("made-for");
    if python.is_file() && std::fs::read_to_string(&stamp_file).is_ok_and(|found| found == made_for) {
        return Ok(("present".into(), python));
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(Stop::doing("cannot remove the old Python environment"))?;
    }
    quiet(Command::new(&base).args(["-m", "venv"]).arg(&folder))?;
    quiet(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--disable-pip-version-check", "--requirement"])
            .arg(&wanted),
    )?;
    // Written last: an installation that was cut off is made again.
    std::fs::write(&stamp_file, made_for).map_err(Stop::doing("cannot write into the Python environment"))?;
    let packages = requirements.lines().filter(|line| line.contains("==")).count();
    Ok((format!("installed {packages} for {version}"), python))
}

/// What an environment depends on: where it is (its scripts name the place), the interpreter, the versions.
fn stamp(folder: &Path, version: &str, requirements: &str) -> String {
    format!("{}\n{version}\n{requirements}", folder.display())
}

/// Debian's own interpreter where there is one, because `python3-venv` belongs to it.
fn base_interpreter() -> PathBuf {
    let debian = PathBuf::from("/usr/bin/python3");
    if debian.is_file() { debian } else { PathBuf::from("python3") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_made_again_when_versions_interpreter_or_place_change() {
        let made = stamp(Path::new("a"), "Python 3.11.2", "x==1\n");
        assert_ne!(made, stamp(Path::new("a"), "Python 3.11.2", "x==2\n"));
        assert_ne!(made, stamp(Path::new("a"), "Python 3.13.0", "x==1\n"));
        assert_ne!(made, stamp(Path::new("b"), "Python 3.11.2", "x==1\n"));
        assert_eq!(made, stamp(Path::new("a"), "Python 3.11.2", "x==1\n"));
    }
}
