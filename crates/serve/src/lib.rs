//! The long-running usher: a worker, laps by cadence, and what a service manager and a monitoring ask of it.

mod metrics;
mod ready;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use usher_domain::diagnostic::Diagnostic;
use usher_engine::usher::Usher;
use usher_engine::worker::{Worked, Worker};

pub use metrics::Metrics;
use ready::Pulse;

/// How often laps are planned for new instances, and approved plans of mode `enforce` are begun.
const TICK: Duration = Duration::from_secs(20);

/// How it serves.
pub struct Serving {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its worker.
    pub worker: Worker,
}

/// What every answer needs.
#[derive(Clone)]
struct Shared {
    usher: Arc<Usher>,
    metrics: Arc<Metrics>,
    pulse: Arc<Pulse>,
}

/// Serves until it is told to stop, and drains. `listening` is told the address once it answers there.
///
/// # Errors
/// `SERVE-001` where it can't listen; what the store says.
pub async fn serve(
    usher: Arc<Usher>,
    metrics: Arc<Metrics>,
    how: &Serving,
    stop: &CancellationToken,
    listening: impl FnOnce(SocketAddr),
) -> Result<Worked, Diagnostic> {
    let cannot = |e: std::io::Error| {
        Diagnostic::new("SERVE-001", "usher can't listen", format!("{}: {e}", how.listen))
            .hint("name another address: usher serve --listen 127.0.0.1:8470")
    };
    let listener = TcpListener::bind(how.listen).await.map_err(cannot)?;
    listening(listener.local_addr().map_err(cannot)?);
    let shared = Shared { usher: Arc::clone(&usher), metrics, pulse: Arc::new(Pulse::default()) };
    let app = Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready::answer))
        .route("/metrics", get(metrics::answer))
        .with_state(shared.clone());
    let gone = stop.clone();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move { gone.cancelled().await });
    let work = async {
        let worked = usher.work(&how.worker, stop).await;
        // Without its worker it is no use: the service manager starts it anew.
        stop.cancel();
        worked
    };
    let (served, worked, ()) = tokio::join!(async { server.await }, work, schedule(&shared, stop));
    served.map_err(cannot)?;
    worked
}

async fn schedule(shared: &Shared, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let planned = shared.usher.plan_laps().await;
        let begun = shared.usher.enforce_approved().await;
        shared.pulse.beat(planned.err().or(begun.err()));
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = stop.cancelled() => {}
        }
    }
}
