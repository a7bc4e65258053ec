//! A PostgreSQL server for the tests: made in `target/`, on a free port of 127.0.0.1, ended when this is dropped.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::stop::{Stop, quiet};

/// The user of the tests: may make schemas and databases in this server, which listens on this machine only and lives as long as the tests.
const USER: &str = "usher";
const PASSWORD: &str = "only-for-tests";

/// A running server.
pub(crate) struct Postgres {
    server: Child,
    /// `postgres://USER:PASSWORD@HOST:PORT`, as tests get it in `USHER_TEST_POSTGRES`.
    pub(crate) url: String,
}

impl Postgres {
    /// Makes a new one, and ends the one that a killed run left.
    pub(crate) fn start(root: &Path) -> Result<Postgres, Stop> {
        let programs = programs()?;
        let folder = root.join("target/xtask/postgres");
        end_left_over(&folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Stop::doing(folder.display()))?;
        }
        fs::create_dir_all(&folder).map_err(Stop::doing(folder.display()))?;
        let password = folder.join("password");
        fs::write(&password, PASSWORD).map_err(Stop::doing(password.display()))?;
        // PostgreSQL refuses to run as root. Only the server's own folder is handed over; the folders above need no more than to be passed.
        if is_root() {
            quiet(Command::new("chown").arg("-R").arg("postgres").arg(&folder))?;
        }
        let data = folder.join("data");
        quiet(
            as_nobody(&programs.join("initdb"))
                .arg("--pgdata")
                .arg(&data)
                .args(["--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--pwfile"])
                .arg(&password)
                .current_dir(&folder),
        )?;
        let port = free_port()?;
        let log = fs::File::create(folder.join("log")).map_err(Stop::doing("the server's log"))?;
        let mut server = as_nobody(&programs.join("postgres"));
        server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        // Nothing here outlives the tests. That a commit survives a lost power supply is PostgreSQL's promise, and not tested here: without the
        // waiting for the disk the suite takes a fifth of the time.
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=300", "shared_buffers=64MB"]
        {
            server.args(["-c", setting]);
        }
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).current_dir(&folder);
        let server = server.spawn().map_err(Stop::doing("postgres"))?;
        let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}");
        let mut running = Postgres { server, url };
        running.wait(port, &folder)?;
        Ok(running)
    }

    fn wait(&mut self, port: u16, folder: &Path) -> Result<(), Stop> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let ended = self.server.try_wait().map_err(Stop::doing("postgres"))?;
            if ended.is_some() || Instant::now() > until {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(Stop::Said(format!("PostgreSQL did not start:\n{log}")));
            }
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    /// SIGQUIT: at once. There is nothing in it that anybody needs.
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

/// A run that was killed leaves its server, and its server's number in its folder.
fn end_left_over(folder: &Path) {
    let Ok(pid) = fs::read_to_string(folder.join("data/postmaster.pid")) else { return };
    let Some(pid) = pid.lines().next().filter(|pid| pid.parse::<u32>().is_ok()) else { return };
    let ours = fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains("postgres") && line.contains(&*folder.to_string_lossy())
    });
    if ours {
        let _ = Command::new("kill").args(["-QUIT", pid]).status();
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Where Debian puts the server's programs: in a folder of their version, which is on nobody's path.
fn programs() -> Result<PathBuf, Stop> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .map(|folders| {
            let named = |folder: fs::DirEntry| Some((folder.file_name().to_str()?.parse().ok()?, folder.path().join("bin")));
            folders.flatten().filter_map(named).collect()
        })
        .unwrap_or_default();
    versions.sort();
    if let Some((_, newest)) = versions.pop() {
        return Ok(newest);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| Stop::Said("PostgreSQL's server programs (initdb, postgres) are not here".into()))
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]).arg(program);
    command
}

fn free_port() -> Result<u16, Stop> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Stop::doing("a free port"))?;
    Ok(listener.local_addr().map_err(Stop::doing("a free port"))?.port())
}
