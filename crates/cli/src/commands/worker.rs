//! `usher worker`, `usher serve`

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use usher_domain::diagnostic::{Diagnostic, Exit};

use usher_engine::usher::Usher;
use usher_engine::worker::{Worked, Worker};

use crate::args::{self, LogFormat};
use crate::outside;
use crate::render::{Screen, count};

pub(crate) async fn run(what: &args::Worker, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    log(what.log_format);
    let usher = Usher::open(dir, crate::catalogue::catalogue(), outside::given_logged()).await?;
    let worker = worker(what);
    let stop = stop_when_asked(what.drain);
    tracing::info!(worker = worker.name, "looks for work; Ctrl-C ends it after the steps in flight");
    let worked = usher.work(&worker, &stop).await?;
    Ok(ended(&worker, worked, screen))
}

/// `usher serve`
pub(crate) async fn serve(what: &args::Serve, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    log(what.worker.log_format);
    let mut given = outside::given_logged();
    let metrics = Arc::new(usher_serve::Metrics::new(given.progress));
    given.progress = metrics.clone();
    let usher = Arc::new(Usher::open(dir, crate::catalogue::catalogue(), given).await?);
    let how = usher_serve::Serving { listen: what.listen, worker: worker(&what.worker) };
    let stop = stop_when_asked(what.worker.drain);
    let worked = usher_serve::serve(usher, metrics, &how, &stop, |address| tracing::info!(%address, "listens")).await?;
    Ok(ended(&how.worker, worked, screen))
}

fn ended(worker: &Worker, worked: Worked, screen: Screen) -> Exit {
    screen.document_or(
        &json!({"version": 1, "worker": worker.name, "lanes": worked.lanes, "put_back": worked.put_back, "cut_off": worked.cut_off}),
        &format!("Worked on {}; {} put back for later", count(worked.lanes, "lane", "lanes"), worked.put_back),
    );
    if worked.cut_off > 0 { Exit::Failed } else { Exit::Done }
}

fn worker(what: &args::Worker) -> Worker {
    Worker {
        name: what.name.clone().unwrap_or_else(name),
        lanes: usize::from(what.lanes),
        once: what.once,
        drain: Duration::from_secs(what.drain),
    }
}

/// Cancelled at the first request to stop; the second ends the process at once.
fn stop_when_asked(seconds: u64) -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping: no further step begins; those in flight have {seconds} s to end");
        told.cancel();
        asked_to_stop().await;
        std::process::exit(130);
    });
    stop
}

fn log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("USHER_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Human => lines.with_target(false).with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).init(),
    }
}

/// SIGTERM, as service managers send it, or Ctrl-C.
async fn asked_to_stop() {
    #[cfg(unix)]
    if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = term.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// The machine's name and the process's number: no two that run have the same.
fn name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = machine.trim();
    format!("{}-{}", if machine.is_empty() { "worker" } else { machine }, std::process::id())
}
