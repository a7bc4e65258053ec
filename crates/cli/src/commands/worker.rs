//! `usher worker`

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use usher_domain::diagnostic::{Diagnostic, Exit};

use super::open;
use crate::args;
use crate::render::{Screen, count};

pub(crate) async fn run(what: &args::Worker, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let worker = usher_engine::worker::Worker {
        name: what.name.clone().unwrap_or_else(name),
        lanes: usize::from(what.lanes),
        once: what.once,
        drain: Duration::from_secs(what.drain),
    };
    let stop = CancellationToken::new();
    let told = stop.clone();
    let seconds = what.drain;
    tokio::spawn(async move {
        asked_to_stop().await;
        screen.note(&format!("stopping: no further step begins; those in flight have {seconds} s to end"));
        told.cancel();
        asked_to_stop().await;
        std::process::exit(130);
    });
    screen.note(&format!("{} looks for work; Ctrl-C ends it after the steps in flight", worker.name));
    let worked = usher.work(&worker, &stop).await?;
    usher.quiet();
    screen.document_or(
        &json!({"version": 1, "worker": worker.name, "lanes": worked.lanes, "put_back": worked.put_back, "cut_off": worked.cut_off}),
        &format!("Worked on {}; {} put back for later", count(worked.lanes, "lane", "lanes"), worked.put_back),
    );
    Ok(if worked.cut_off > 0 { Exit::Failed } else { Exit::Done })
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
