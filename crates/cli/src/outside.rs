//! What comes from outside: the machine's clock and randomness, and progress on a terminal.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use usher_domain::text::visible;
use usher_domain::time::Time;
use usher_engine::given::{Clock, Entropy, Progress};
use usher_engine::usher::Given;

use crate::render::number;

/// The machine's clock.
struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "the command line is where time comes in")]
    fn now(&self) -> Time {
        Time::from(jiff::Timestamp::now())
    }
}

/// The system's random generator.
struct System;

impl Entropy for System {
    #[expect(clippy::disallowed_methods, reason = "the command line is where randomness comes in")]
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness nothing may be signed or salted: there is no way on.
        if let Err(e) = getrandom::fill(buffer) {
            no_randomness(&e.to_string());
        }
    }
}

fn no_randomness(what: &str) {
    crate::render::complain(&usher_domain::diagnostic::Diagnostic::new("SYSTEM-001", "the system gives no randomness", what), "error");
    std::process::exit(1);
}

/// The time now, for the command line itself.
pub(crate) fn now() -> Time {
    Machine.now()
}

/// Random bytes, for the command line itself.
pub(crate) fn random(buffer: &mut [u8]) {
    System.fill(buffer);
}

/// Progress on stderr: bars on a terminal, else one line at the start and one at the end of what takes long.
pub(crate) struct Bars {
    multi: MultiProgress,
    bars: Mutex<HashMap<String, (ProgressBar, Instant)>>,
    terminal: bool,
}

/// What is done before this is not worth a line.
const PATIENCE: Duration = Duration::from_millis(400);

impl Bars {
    pub(crate) fn new() -> Self {
        Bars { multi: MultiProgress::new(), bars: Mutex::new(HashMap::new()), terminal: std::io::stderr().is_terminal() }
    }

    fn bar(&self, name: &str, template: &str, make: impl FnOnce() -> ProgressBar, change: impl FnOnce(&ProgressBar)) {
        let mut bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (bar, since) = bars.entry(name.to_owned()).or_insert_with(|| {
            let bar = make();
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("━╸ "));
            }
            bar.set_prefix(visible(name));
            (bar, Instant::now())
        });
        if since.elapsed() > PATIENCE && self.terminal && bar.is_hidden() {
            *bar = self.multi.add(bar.clone());
        }
        change(bar);
    }

    /// Takes everything off the screen.
    pub(crate) fn clear(&self) {
        let mut bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (_, (bar, _)) in bars.drain() {
            bar.finish_and_clear();
        }
        let _ = self.multi.clear();
    }
}

impl Progress for Bars {
    fn rows(&self, instance: &str, rows: u64) {
        self.bar(&format!("read {instance}"), "  {prefix:20} {msg}", ProgressBar::hidden, |bar| {
            bar.set_message(format!("{} rows", number(rows)));
        });
    }

    fn steps(&self, instance: &str, done: u64, of: u64) {
        let make = || {
            let bar = ProgressBar::hidden();
            bar.set_length(of);
            bar
        };
        self.bar(instance, "  {prefix:12} {bar:20} {pos}/{len}", make, |bar| bar.set_position(done));
    }

    fn note(&self, instance: &str, text: &str) {
        let line = format!("  {}: {}", visible(instance), visible(text));
        if self.terminal {
            let _ = self.multi.println(line);
        } else {
            let _ = std::io::Write::write_all(&mut anstream::stderr().lock(), format!("{line}\n").as_bytes());
        }
    }
}

/// What a workspace is handed.
pub(crate) fn given() -> (Given, Arc<Bars>) {
    let bars = Arc::new(Bars::new());
    (Given { clock: Arc::new(Machine), entropy: Arc::new(System), progress: bars.clone() }, bars)
}

/// The same for a process that runs for long: what it does is a log.
pub(crate) fn given_logged() -> Given {
    Given { clock: Arc::new(Machine), entropy: Arc::new(System), progress: Arc::new(Log) }
}

/// One line an event on stderr, with the run and the instance in it. Texts are those of messages: they hold no secret.
struct Log;

impl Progress for Log {
    fn rows(&self, instance: &str, rows: u64) {
        tracing::debug!(instance, rows, "reading");
    }
    fn steps(&self, instance: &str, done: u64, of: u64) {
        tracing::debug!(instance, done, of, "steps");
    }
    fn note(&self, instance: &str, text: &str) {
        tracing::warn!(instance, "{text}");
    }
    fn ended(&self, run: &str, instance: &str, step: u32, end: usher_domain::run::End) {
        tracing::info!(run, instance, step, outcome = end.word(), "step ended");
    }
    fn lap(&self, instance: &str, well: bool) {
        tracing::info!(instance, well, "lap ended");
    }
}
