//! Whether it can do its work: the store answers, and the schedule went well the last time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use usher_domain::diagnostic::Diagnostic;

use crate::{Shared, TICK};

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// When the schedule was last gone through, and what was wrong.
#[derive(Default)]
pub(crate) struct Pulse(Mutex<Option<(Instant, Option<String>)>>);

impl Pulse {
    pub(crate) fn beat(&self, wrong: Option<Diagnostic>) {
        let now = (Instant::now(), wrong.map(|message| format!("{} {}: {}", message.code, message.summary, message.detail)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    fn wrong(&self) -> Option<String> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Some("it has just begun".into()),
            Some((at, _)) if at.elapsed() > TICK * 4 => Some(format!("the schedule has stood still for {} s", at.elapsed().as_secs())),
            Some((_, wrong)) => wrong.clone(),
        }
    }
}

pub(crate) async fn answer(State(shared): State<Shared>) -> Response {
    let mut reasons: Vec<String> = shared.pulse.wrong().into_iter().collect();
    match tokio::time::timeout(PATIENCE, shared.usher.store().now()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => reasons.push(error.to_string()),
        Err(_) => reasons.push(format!("the store did not answer within {} s", PATIENCE.as_secs())),
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(json!({"ready": reasons.is_empty(), "reasons": reasons}))).into_response()
}
