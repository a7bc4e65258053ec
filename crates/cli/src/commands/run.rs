//! `usher run`

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::run::{End, StepState};

use super::apply::{meaning, outcomes};
use super::plan::{step_json, symbol};
use super::{apply, open, who_acts};
use crate::args::Run;
use crate::render::{Cell, Look, Screen, cell, count, local, paint, row};

pub(crate) async fn run(what: &Run, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    match what {
        Run::List => {
            let runs = usher.runs().await?;
            usher.quiet();
            if screen.json() {
                let runs: Vec<Value> = runs
                    .iter()
                    .map(|r| {
                        json!({
                            "run": r.run, "plan": r.plan.to_string(), "state": r.state, "started": r.started.to_string(),
                            "ended": r.ended.map(|t| t.to_string()), "outcomes": outcomes(&r.ends, r.accepted),
                        })
                    })
                    .collect();
                screen.document(&json!({"version": 1, "runs": runs}));
            } else if runs.is_empty() {
                screen.line("No plan was applied yet.");
                screen.next(&[("usher plan", "makes one")]);
            } else {
                let rows: Vec<Vec<Cell>> = runs
                    .iter()
                    .map(|r| {
                        let mut ends: Vec<String> =
                            End::ALL.iter().filter_map(|e| r.ends.get(e).map(|n| format!("{n} {}", e.word()))).collect();
                        if r.accepted > 0 {
                            ends.push(format!("{} accepted", r.accepted));
                        }
                        row![cell(Look::Strong, &r.run), r.plan.short(), r.state.to_owned(), local(r.started), ends.join(", ")]
                    })
                    .collect();
                screen.table(&["run", "plan", "state", "started", "steps"], &rows, 4);
            }
            Ok(Exit::Done)
        }
        Run::Show { run } => {
            let view = usher.run(run).await?;
            usher.quiet();
            if screen.json() {
                let steps: Vec<Value> = view
                    .plan
                    .steps()
                    .iter()
                    .map(|s| {
                        let text = view.texts.iter().find(|(n, _)| *n == s.n).map_or("", |(_, t)| t);
                        let mut step = step_json(&view.plan, s, text);
                        if let Some(map) = step.as_object_mut() {
                            map.insert("state".into(), json!(state_word(view.run.steps.get(&s.n))));
                            map.insert("detail".into(), json!(view.run.details.get(&s.n)));
                        }
                        step
                    })
                    .collect();
                screen.document(&json!({
                    "version": 1, "run": view.run.id, "plan": view.run.plan.to_string(), "state": view.run.state(),
                    "started": view.run.started.to_string(), "ended": view.ended.map(|t| t.to_string()),
                    "outcomes": outcomes(&view.run.ends(), view.run.accepted()), "steps": steps,
                    "paused": view.run.paused.as_ref().map(|(by, at)| json!({"by": by, "at": at.to_string()})),
                    "cancelled": view.run.cancelled.as_ref().map(|(by, reason)| json!({"by": by, "reason": reason})),
                    "waits": usher.waits(run).await?.into_iter().map(|(lane, until, why)| {
                        json!({"lane": lane, "until": until.map(|t| t.to_string()), "why": why})
                    }).collect::<Vec<_>>(),
                }));
                return Ok(Exit::Done);
            }
            let ended = view.ended.map_or_else(String::new, |t| format!(", ended {}", local(t)));
            screen.line(&format!(
                "Run {} of plan {}: {}, started {}{ended}",
                paint(Look::Strong, &view.run.id),
                view.run.plan.short(),
                view.run.state(),
                local(view.run.started)
            ));
            let rows: Vec<Vec<Cell>> = view
                .plan
                .steps()
                .iter()
                .map(|s| {
                    let account = view.plan.opening(s).and_then(|o| o.user_name().or(o.native_id())).unwrap_or("");
                    let state = view.run.steps.get(&s.n);
                    let look = match state {
                        Some(StepState::Ended(end)) => meaning(*end).1,
                        Some(StepState::Accepted { .. }) => Look::Warn,
                        _ => Look::Plain,
                    };
                    let (symbol, _) = symbol(&s.action, false);
                    let detail = view.run.details.get(&s.n).cloned().unwrap_or_default();
                    row![
                        format!("{:>4}", s.n),
                        symbol.trim().to_owned(),
                        format!("{}/{account}", s.instance),
                        cell(look, &state_word(state)),
                        detail
                    ]
                })
                .collect();
            screen.table(&["step", "", "account", "state", ""], &rows, 4);
            if let Some((by, at)) = &view.run.paused {
                screen.line(&format!("Paused by {by}, {}", local(*at)));
            }
            if let Some((by, reason)) = &view.run.cancelled {
                screen.line(&format!("Cancelled by {by}: {reason}"));
            }
            for (lane, until, why) in usher.waits(run).await? {
                let until = until.map_or_else(String::new, |at| format!(" until {}", local(at)));
                screen.line(&paint(Look::Faint, &format!("{lane} waits{until}: {why}")));
            }
            Ok(Exit::Done)
        }
        Run::Resume { run, by } => {
            let started = Instant::now();
            let applied = usher.resume(run, by.as_deref().unwrap_or("usher run resume")).await?;
            apply::told(&usher, &[applied], vec![], started, screen).await
        }
        Run::Pause { run, by } => {
            usher.pause(run, &who_acts(by.as_deref())?).await?;
            let view = usher.run(run).await?;
            usher.quiet();
            let flight = view.run.steps.values().filter(|s| matches!(s, StepState::Sent { .. })).count() as u64;
            let open = view.run.steps.values().filter(|s| matches!(s, StepState::Waiting)).count() as u64;
            if screen.json() {
                screen.document(&json!({"version": 1, "run": run, "state": view.run.state(), "in_flight": flight, "not_begun": open}));
                return Ok(Exit::Done);
            }
            screen.line(&format!(
                "Run {} is paused: {} begun and not ended, {} not begun",
                paint(Look::Strong, run),
                count(flight, "step is", "steps are"),
                count(open, "step is", "steps are")
            ));
            let resume = format!("usher run resume {run}");
            let cancel = format!("usher run cancel {run} --reason TEXT");
            screen.next(&[(&resume, "goes on"), (&cancel, "ends it")]);
            Ok(Exit::Done)
        }
        Run::Cancel { run, by, reason } => {
            let started = Instant::now();
            let by = who_acts(by.as_deref())?;
            let applied = match usher.cancel(run, &by, reason).await {
                // Whoever has it in hand ends it: the order stands in the store.
                Err(message) if message.code == "RUN-001" => {
                    usher.quiet();
                    screen.note(&format!("{run} is being worked on; it ends after the step in flight"));
                    let view = usher.run(run).await?;
                    screen.document_or(
                        &json!({"version": 1, "run": run, "state": view.run.state()}),
                        &format!("Run {} is cancelled", paint(Look::Strong, run)),
                    );
                    return Ok(Exit::Done);
                }
                other => other?,
            };
            apply::told(&usher, &[applied], vec![], started, screen).await
        }
    }
}

fn state_word(state: Option<&StepState>) -> String {
    match state {
        None | Some(StepState::Waiting) => "waiting".into(),
        Some(StepState::Sent { .. }) => "sent".into(),
        Some(StepState::Accepted { task, .. }) => format!("accepted (task {task})"),
        Some(StepState::Ended(end)) => end.word().into(),
    }
}
