//! `usher doctor`

use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit};

use super::open;
use crate::args::Names;
use crate::render::{Look, Screen, complain, paint};

pub(crate) async fn run(what: &Names, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let (good, warnings) = usher.self_check().await?;
    let checked = usher.doctor(&what.instances).await?;
    usher.quiet();
    let wrong = checked.iter().any(|c| c.problem.is_some());
    if screen.json() {
        let instances: Vec<Value> = checked
            .iter()
            .map(|c| {
                let problem = c.problem.as_ref().map(|p| json!({"code": p.code, "summary": p.summary, "detail": p.detail, "hint": p.hint}));
                json!({"instance": c.instance, "good": c.good, "warnings": c.warnings, "problem": problem})
            })
            .collect();
        screen.document(&json!({"version": 1, "workspace": {"good": good, "warnings": warnings}, "instances": instances}));
    } else {
        section(screen, "workspace", &good, &warnings);
        for c in &checked {
            section(screen, &c.instance, &c.good, &c.warnings);
            if let Some(problem) = &c.problem {
                screen.text(&format!("  {} {}", paint(Look::Bad, "wrong"), paint(Look::Plain, problem.summary)));
            }
        }
        for problem in checked.iter().filter_map(|c| c.problem.as_ref()) {
            complain(problem, "error");
        }
        if !wrong {
            screen.next(&[("usher read", "reads every instance")]);
        }
    }
    Ok(if wrong { Exit::Failed } else { Exit::Done })
}

fn section(screen: Screen, name: &str, good: &[String], warnings: &[String]) {
    screen.line(&paint(Look::Name, name));
    for line in good {
        screen.text(&format!("  {} {}", paint(Look::Good, "ok   "), paint(Look::Plain, line)));
    }
    for line in warnings {
        screen.text(&format!("  {} {}", paint(Look::Warn, "look "), paint(Look::Plain, line)));
    }
}
