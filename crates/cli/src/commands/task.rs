//! `usher task`

use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_engine::shelves::{TaskRecord, TaskState};
use usher_engine::tasks::TaskDone;

use super::read::word;
use super::{open, who_acts};
use crate::args::Task;
use crate::render::{Cell, Look, Screen, ago, cell, local, paint, row};

pub(crate) async fn run(what: Task, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    match what {
        Task::List => {
            let tasks = usher.tasks().await?;
            usher.quiet();
            if screen.json() {
                screen.document(&json!({"version": 1, "tasks": tasks.iter().map(task_json).collect::<Vec<_>>()}));
                return Ok(Exit::Done);
            }
            let waiting: Vec<&TaskRecord> = tasks.iter().filter(|t| t.state != TaskState::Closed).collect();
            if waiting.is_empty() {
                screen.line("Nothing waits for a person.");
                return Ok(Exit::Done);
            }
            let now = usher.now();
            let rows: Vec<Vec<Cell>> = waiting
                .iter()
                .map(|t| {
                    let who = t.assigned.clone().unwrap_or_else(|| "anybody".into());
                    let state = if t.state == TaskState::Said { "said to be done; a read will show it" } else { "open" };
                    row![format!("{:>4}", t.task), t.title.clone(), cell(Look::Name, &who), format!("{} ago", ago(now, t.given)), state]
                })
                .collect();
            screen.table(&["task", "what", "for", "given", "state"], &rows, 1);
            screen.next(&[(&format!("usher task show {}", waiting[0].task), "what to do, and what proves it done")]);
        }
        Task::Show { task } => {
            let t = usher.task(task).await?;
            usher.quiet();
            if screen.json() {
                screen.document(&json!({"version": 1, "task": task_json(&t)}));
                return Ok(Exit::Done);
            }
            screen.line(&format!("Task {}  {}", paint(Look::Strong, &t.task.to_string()), t.title));
            let about = if t.person.is_empty() { String::new() } else { format!(", {}", t.person) };
            screen.line(&format!(
                "  {} / {}{about}, given {}, run {}",
                paint(Look::Name, &t.instance),
                paint(Look::Plain, &t.account),
                local(t.given),
                t.run
            ));
            screen.line("");
            for (i, step) in t.steps.iter().enumerate() {
                screen.line(&format!("  {}. {}", i + 1, paint(Look::Plain, step)));
            }
            if !t.fields.is_empty() {
                screen.line("");
                let rows: Vec<Vec<Cell>> = t.fields.iter().map(|(k, v)| row![format!("  {k}"), v.clone()]).collect();
                screen.table(&["  copy", ""], &rows, 1);
            }
            for ask in &t.asks {
                screen.line("");
                screen.line(&format!("  {} {}", paint(Look::Warn, "?"), paint(Look::Plain, ask)));
            }
            screen.line("");
            screen.line(&format!("  Done when: {}", paint(Look::Plain, &t.proves)));
            if let Some((by, at)) = &t.said {
                screen.line(&format!("  {} said that it is done, {}", paint(Look::Name, by), local(*at)));
            }
            if t.state == TaskState::Closed {
                screen.line(&format!("  Closed: {}", t.end.map_or("", |e| e.word())));
            } else {
                screen.next(&[(&format!("usher task done {} --by YOU", t.task), "once it is")]);
            }
        }
        Task::Done { task, by, note } => {
            let by = who_acts(by.as_deref())?;
            let done = usher.task_done(task, &by, note).await?;
            usher.quiet();
            let (state, text) = match &done {
                TaskDone::Confirmed(at) => {
                    ("confirmed", format!("{}: the read of {} shows it", paint(Look::Good, "confirmed"), local(*at)))
                }
                TaskDone::Attested => {
                    ("attested", format!("{}: {by} says so, and no read shows it; it is counted apart", paint(Look::Warn, "attested")))
                }
                TaskDone::StillThere(why) => ("open", format!("{}: {why}", paint(Look::Bad, "not done"))),
            };
            if screen.json() {
                screen.document(&json!({"version": 1, "task": task, "state": state}));
            } else {
                screen.line(&format!("Task {task} {text}"));
                if matches!(done, TaskDone::StillThere(_)) {
                    screen.next(&[(&format!("usher task show {task}"), "what to do, and what proves it done")]);
                }
            }
            return Ok(if matches!(done, TaskDone::StillThere(_)) { Exit::Failed } else { Exit::Done });
        }
    }
    Ok(Exit::Done)
}

fn task_json(t: &TaskRecord) -> Value {
    json!({
        "task": t.task, "run": t.run, "step": t.n, "instance": t.instance, "account": t.account, "person": t.person, "title": t.title,
        "steps": t.steps, "fields": t.fields, "proves": t.proves, "asks": t.asks, "assigned": t.assigned, "given": t.given.to_string(),
        "state": word(t.state), "said": t.said.as_ref().map(|(by, at)| json!({"by": by, "at": at.to_string()})), "note": t.note,
        "end": t.end.map(|e| e.word()),
    })
}
