//! The common shell of all simulated servers: loopback, a log, faults to order, and a name that says what it is.

mod ask;
mod connection;
mod log;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use ask::{Answer, Ask};
use connection::{Cut, Lines};
pub use log::{Entry, Log};

use crate::clock::Clock;
use crate::fault::{Effect, Faults};

/// Larger bodies are refused: 16 MiB.
const LARGEST_BODY: usize = 16 << 20;

/// What a simulated product does with a request. It never sees the network.
pub(crate) trait Backend: Send + Sync + 'static {
    /// What stands in `x-simulated-product`.
    const PRODUCT: &'static str;
    /// What stands behind the origin in [`Running::url`].
    const ROOT: &'static str;

    /// Does what is asked and answers.
    fn answer(&self, ask: &Ask) -> Answer;

    /// The clock of the product.
    fn clock(&self) -> &Clock;
}

/// A simulated server that listens on loopback. It ends when this is dropped, or cleanly with [`Running::stop`].
#[derive(Debug)]
pub struct Running<S> {
    /// Where it answers, e.g. `http://127.0.0.1:41233/v2`, without a slash at the end.
    pub url: String,
    state: Arc<S>,
    log: Log,
    faults: Faults,
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

impl<S> Running<S> {
    /// What the product holds. Changing it here is somebody else changing it behind usher's back.
    pub fn state(&self) -> &Arc<S> {
        &self.state
    }

    /// What it was asked so far.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The faults that were ordered; more can be ordered while it runs.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Host and port, as an app's `host` setting wants them: `127.0.0.1:41233`.
    pub fn host(&self) -> &str {
        let rest = self.url.strip_prefix("http://").unwrap_or(&self.url);
        rest.split('/').next().unwrap_or(rest)
    }

    /// Stops listening, lets answers that are under way leave, and gives the state back.
    ///
    /// # Errors
    /// What the listener ended with.
    pub async fn stop(self) -> io::Result<Arc<S>> {
        self.stop.send_replace(true);
        self.task.await.map_err(io::Error::other)??;
        Ok(self.state)
    }
}

struct Shared<S> {
    state: Arc<S>,
    log: Log,
    faults: Faults,
    stop: watch::Receiver<bool>,
}

/// Starts a server on a free port of 127.0.0.1.
pub(crate) async fn start<S: Backend>(state: Arc<S>, faults: Faults) -> io::Result<Running<S>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}{}", listener.local_addr()?, S::ROOT);
    let log = Log::default();
    let (stop, stopped) = watch::channel(false);
    let shared = Arc::new(Shared { state: state.clone(), log: log.clone(), faults: faults.clone(), stop: stopped.clone() });
    let router = Router::new().fallback(serve::<S>).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Cut>();
    let task = tokio::spawn(async move { axum::serve(Lines(listener), service).with_graceful_shutdown(ended(stopped)).await });
    Ok(Running { url, state, log, faults, stop, task })
}

/// Ends when the server was told to stop, or its handle is gone.
async fn ended(mut stop: watch::Receiver<bool>) {
    // An error means that the sender is gone: the handle was dropped.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn serve<S: Backend>(State(shared): State<Arc<Shared<S>>>, ConnectInfo(cut): ConnectInfo<Cut>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return response::<S>(Answer::typed(413, "text/plain", "too large"));
    };
    let mut ask = Ask {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: body.to_vec(),
    };
    let mut entry = Entry {
        at: shared.state.clock().now(),
        method: ask.method.clone(),
        path: ask.path.clone(),
        query: ask.query.clone().unwrap_or_default(),
        attempt: shared.log.attempt(&ask.method, &ask.path),
        status: None,
        effect: false,
        fault: None,
    };
    let outcome = shared.faults.around(&mut ask, |ask| {
        entry.effect = true;
        shared.state.answer(ask)
    });
    entry.fault = outcome.fault;
    entry.status = match &outcome.effect {
        Effect::Answer(answer) | Effect::Torn(answer) => Some(answer.status),
        Effect::Drop | Effect::Silence { .. } => None,
    };
    shared.log.push(entry);
    match outcome.effect {
        Effect::Answer(answer) => response::<S>(answer),
        Effect::Torn(answer) => {
            cut.after_body_bytes(answer.body.len() as u64 / 2);
            response::<S>(answer)
        }
        Effect::Drop => {
            cut.now();
            response::<S>(Answer::empty(500))
        }
        Effect::Silence { milliseconds } => {
            tokio::select! {
                () = ended(shared.stop.clone()) => {}
                () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
            }
            cut.now();
            response::<S>(Answer::empty(500))
        }
    }
}

fn response<S: Backend>(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert("x-simulated", HeaderValue::from_static("usher sandbox"));
    headers.insert("x-simulated-product", HeaderValue::from_static(S::PRODUCT));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    response
}

#[cfg(test)]
mod tests;
