//! One file a command.

mod account;
mod app;
mod apply;
mod approve;
mod bare;
mod connect;
mod coverage;
mod demo;
mod doctor;
mod evidence;
mod findings;
mod init;
mod interrupt;
mod plan;
mod query;
mod read;
mod reference;
mod run;
mod store;
mod task;
mod who;
mod worker;

use std::sync::Arc;

use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_engine::usher::Usher;

use crate::args::{Cli, Command};
use crate::outside::{self, Bars};
use crate::render::Screen;

/// An opened workspace with what draws its progress.
pub(crate) struct Opened {
    pub(crate) usher: Usher,
    bars: Arc<Bars>,
}

impl std::ops::Deref for Opened {
    type Target = Usher;
    fn deref(&self) -> &Usher {
        &self.usher
    }
}

impl Opened {
    /// What draws this workspace's progress.
    pub(crate) fn bars(&self) -> Arc<Bars> {
        Arc::clone(&self.bars)
    }

    /// Takes the progress off the screen, before results are printed.
    pub(crate) fn quiet(&self) {
        self.bars.clear();
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.bars.clear();
    }
}

/// Opens the workspace of `--dir`.
pub(crate) async fn open(dir: &std::path::Path) -> Result<Opened, Diagnostic> {
    let (given, bars) = outside::given();
    Ok(Opened { usher: Usher::open(dir, crate::catalogue::catalogue(), given).await?, bars })
}

/// Opens it with another usher.yaml than the one that is there.
pub(crate) async fn open_with(dir: &std::path::Path, text: String) -> Result<Opened, Diagnostic> {
    let (given, bars) = outside::given();
    Ok(Opened { usher: Usher::open_with(dir, text, crate::catalogue::catalogue(), given).await?, bars })
}

/// Runs one command to its end.
pub(crate) fn run(cli: Cli, screen: Screen) -> Result<Exit, Diagnostic> {
    let dir = cli.dir;
    match cli.command {
        // These need neither a workspace nor a runtime, and start fast.
        Command::App(what) => return app::run(&what, screen),
        Command::Completions { shell } => return reference::completions(shell, screen),
        Command::Reference { dir } => return reference::write(&dir),
        Command::Findings(ref what) if what.people.is_some() => return bare::run(what, screen),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Diagnostic::new("SYSTEM-002", "the program can't start its threads", e.to_string()))?;
    let after = interrupt::Interrupt::of(&cli.command);
    // A worker ends its steps first, when it is asked to stop.
    let drains = matches!(cli.command, Command::Worker(_) | Command::Serve(_));
    runtime.block_on(async {
        if drains {
            return dispatch(cli.command, &dir, screen).await;
        }
        tokio::select! {
            result = dispatch(cli.command, &dir, screen) => result,
            _ = tokio::signal::ctrl_c() => Err(after.message(&dir).await),
        }
    })
}

async fn dispatch(command: Command, dir: &std::path::Path, screen: Screen) -> Result<Exit, Diagnostic> {
    match command {
        Command::Demo(what) => demo::run(&what, dir, screen).await,
        Command::Init(what) => init::run(&what, dir, screen),
        Command::Connect(what) => connect::run(&what, dir, screen).await,
        Command::Doctor(what) => doctor::run(&what, dir, screen).await,
        Command::Coverage => coverage::run(dir, screen).await,
        Command::Read(what) => read::run(&what, dir, screen).await,
        Command::Query(what) => query::run(&what, dir, screen).await,
        Command::Findings(what) => findings::run(&what, dir, screen).await,
        Command::Account(what) => account::run(what, dir, screen).await,
        Command::Who(what) => who::run(&what, dir, screen).await,
        Command::Plan(what) => plan::run(&what, dir, screen).await,
        Command::Offboard(what) => plan::offboard(&what, dir, screen).await,
        Command::Approve(what) => approve::run(&what, dir, screen).await,
        Command::Apply(what) => apply::run(&what, dir, screen).await,
        Command::Run(what) => run::run(&what, dir, screen).await,
        Command::Serve(what) => worker::serve(&what, dir, screen).await,
        Command::Worker(what) => worker::run(&what, dir, screen).await,
        Command::Task(what) => task::run(what, dir, screen).await,
        Command::Evidence(what) => evidence::run(what, dir, screen).await,
        Command::Store(what) => store::run(what, dir, screen).await,
        Command::App(_) | Command::Completions { .. } | Command::Reference { .. } => Ok(Exit::Done),
    }
}

/// Who acts, where a command may leave it out: `USHER_BY`, else it must be said.
pub(crate) fn who_acts(given: Option<&str>) -> Result<String, Diagnostic> {
    let by = given.map(str::to_owned).or_else(|| std::env::var("USHER_BY").ok()).filter(|b| !b.is_empty());
    match by {
        Some(by) if usher_domain::names::is_email(&by) => Ok(by),
        Some(by) => Err(Diagnostic::new("USAGE-001", "this is not an address", format!("`{by}`"))
            .hint("write it in lower case: ana@corp.example")
            .exit(Exit::Usage)),
        None => Err(Diagnostic::new("USAGE-002", "somebody must answer for this", "the decision is kept under a name")
            .hint("say who you are: --by YOU@COMPANY, or set USHER_BY")
            .exit(Exit::Usage)),
    }
}

/// A time as people type it: RFC 3339, or a day (its beginning in UTC).
pub(crate) fn parse_time(text: &str) -> Result<usher_domain::time::Time, Diagnostic> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).map_err(|_| {
        Diagnostic::new("USAGE-003", "this is not a time", format!("`{text}`"))
            .hint("write 2026-11-25 or 2026-11-25T09:00:00Z")
            .exit(Exit::Usage)
    })
}

/// `KEY=VALUE`.
pub(crate) fn parse_pair<'a>(text: &'a str, what: &str) -> Result<(&'a str, &'a str), Diagnostic> {
    text.split_once('=').filter(|(k, _)| !k.is_empty()).ok_or_else(|| {
        Diagnostic::new("USAGE-004", "this is not a pair", format!("`{text}` for {what}")).hint("write KEY=VALUE").exit(Exit::Usage)
    })
}
