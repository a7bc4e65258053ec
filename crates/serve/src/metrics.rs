//! Numbers for a monitoring, in the OpenMetrics text form (<https://prometheus.io/docs/specs/om/open_metrics_spec/>). No label names a person or an account.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use usher_domain::run::End;
use usher_engine::given::Progress;
use usher_engine::schedule::Vitals;

use crate::Shared;

type Labels = Vec<(&'static str, String)>;

/// What this process did, counted while it is done; it passes on what it is told.
pub struct Metrics {
    next: Arc<dyn Progress>,
    steps: Family<Labels, Counter>,
    laps: Family<Labels, Counter>,
}

impl Metrics {
    /// Counts, and tells `next`.
    pub fn new(next: Arc<dyn Progress>) -> Metrics {
        Metrics { next, steps: Family::default(), laps: Family::default() }
    }

    fn text(&self, vitals: &Vitals) -> String {
        let mut registry = Registry::with_prefix("usher");
        registry.register("steps", "Steps of runs that ended in this process", self.steps.clone());
        registry.register("laps", "Laps of this process", self.laps.clone());
        let gauge = |registry: &mut Registry, name: &str, help: &str, value: i64| {
            let gauge: Gauge = Gauge::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        };
        gauge(&mut registry, "runs_open", "Runs that have not ended", signed(vitals.runs_open));
        gauge(&mut registry, "lanes_due", "Lanes that wait for a worker", signed(vitals.lanes_due));
        gauge(&mut registry, "lanes_failing", "Lanes that came no further the last time", signed(vitals.lanes_failing));
        let wait: Gauge = Gauge::default();
        wait.set(vitals.longest_wait);
        registry.register_with_unit("lanes_longest_wait", "How long the first lane that is due has waited", Unit::Seconds, wait);
        let (rows, age, whole) =
            (Family::<Labels, Gauge>::default(), Family::<Labels, Gauge>::default(), Family::<Labels, Gauge>::default());
        for (instance, count, seconds, complete) in &vitals.reads {
            let labels = vec![("instance", instance.clone())];
            rows.get_or_create(&labels).set(signed(*count));
            age.get_or_create(&labels).set(*seconds);
            whole.get_or_create(&labels).set(i64::from(*complete));
        }
        registry.register("read_rows", "Rows of the newest read", rows);
        registry.register_with_unit("read_age", "Age of what the newest read shows", Unit::Seconds, age);
        registry.register("read_complete", "1 if the newest read was whole", whole);
        let mut text = String::new();
        // Writing to a text never fails.
        let _ = encode(&mut text, &registry);
        text
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Progress for Metrics {
    fn rows(&self, instance: &str, rows: u64) {
        self.next.rows(instance, rows);
    }
    fn steps(&self, instance: &str, done: u64, of: u64) {
        self.next.steps(instance, done, of);
    }
    fn note(&self, instance: &str, text: &str) {
        self.next.note(instance, text);
    }
    fn ended(&self, run: &str, instance: &str, step: u32, end: End) {
        let labels = vec![("instance", instance.to_owned()), ("outcome", end.word().to_owned())];
        self.steps.get_or_create(&labels).inc();
        self.next.ended(run, instance, step, end);
    }
    fn lap(&self, instance: &str, well: bool) {
        let result = if well { "done" } else { "failed" };
        self.laps.get_or_create(&vec![("instance", instance.to_owned()), ("result", result.to_owned())]).inc();
        self.next.lap(instance, well);
    }
}

pub(crate) async fn answer(State(shared): State<Shared>) -> Response {
    match shared.usher.vitals().await {
        Ok(vitals) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], shared.metrics.text(&vitals)).into_response()
        }
        Err(message) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}: {}\n", message.code, message.detail)).into_response(),
    }
}
