//! Which process is this, and is that one still alive. Only Linux can tell; elsewhere a lease is waited for.

use std::path::Path;

/// A process that can be told from a later one with the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// Clock ticks from boot to its start.
    pub(super) started: Option<i64>,
    /// The boot and the process namespace in which the number means something.
    pub(super) realm: Option<String>,
}

/// This process.
pub(super) fn this() -> Process {
    let pid = std::process::id();
    Process { pid, started: look(pid).map(|seen| seen.started), realm: realm() }
}

impl Process {
    /// True only if that is certain: same boot, same namespace, and the number is free, a zombie's, or somebody else's by now.
    pub(super) fn is_dead(&self) -> bool {
        self.realm.is_some()
            && self.realm == realm()
            && self.started.is_some()
            && look(self.pid).is_none_or(|seen| Some(seen.started) != self.started || seen.gone)
    }
}

struct Seen {
    started: i64,
    /// Ended, but nobody has asked for its exit code yet.
    gone: bool,
}

/// Fields 3 and 22 of /proc/PID/stat (proc(5)). The name in field 2 may hold blanks and brackets, so counting begins after its last one.
fn look(pid: u32) -> Option<Seen> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok()?;
    Some(Seen { started, gone: matches!(state, "Z" | "X") })
}

fn realm() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

/// Other processes that have this file open, as far as this user may see: `usher (process 4711)`.
pub(super) fn others_with(path: &Path) -> Vec<String> {
    let Ok(path) = std::fs::canonicalize(path) else { return Vec::new() };
    let me = std::process::id();
    let mut found: Vec<u32> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != me && has_open(*pid, &path))
        .collect();
    found.sort_unstable();
    found
        .into_iter()
        .map(|pid| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            format!("{} (process {pid})", name.trim())
        })
        .collect()
}

fn has_open(pid: u32, path: &Path) -> bool {
    std::fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten()
        .any(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == path))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_living_process_is_not_dead_and_a_zombie_is() {
        assert!(!this().is_dead());
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process { pid: child.id(), started: look(child.id()).map(|seen| seen.started), realm: realm() };
        assert!(!process.is_dead());
        child.kill().unwrap();
        while look(process.pid).is_some_and(|seen| !seen.gone) {
            std::thread::yield_now();
        }
        assert!(process.is_dead(), "nobody has waited for it yet");
        child.wait().unwrap();
        assert!(process.is_dead());
    }

    #[test]
    fn what_can_t_be_known_is_not_dead() {
        let elsewhere = Process { pid: u32::MAX, started: Some(1), realm: Some("another machine".into()) };
        assert!(!elsewhere.is_dead());
        assert!(Process { realm: realm(), ..elsewhere.clone() }.is_dead());
        assert!(!Process { realm: None, ..elsewhere.clone() }.is_dead());
        assert!(!Process { realm: realm(), started: None, ..elsewhere }.is_dead());
    }

    #[test]
    fn a_later_process_of_the_same_number_is_another_one() {
        let mut earlier = this();
        earlier.started = earlier.started.map(|ticks| ticks - 1);
        assert!(earlier.is_dead());
    }
}
