//! `usher store`

use std::path::Path;

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_engine::upkeep;

use super::open;
use crate::args::Store;
use crate::render::{Look, Screen, count, paint};

pub(crate) async fn run(what: Store, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    match what {
        Store::Check => check(dir, screen).await,
        Store::Copy { from, to } => {
            let copied = upkeep::copy(&from, &to, dir, &|line| screen.note(line)).await?;
            let to = upkeep::shown(&to);
            if screen.json() {
                screen.document(&json!({"version": 1, "to": to, "contents": contents(&copied)}));
                return Ok(Exit::Done);
            }
            screen.line(&format!("{}: {} holds {}", paint(Look::Good, "Copied"), to, words(&copied)));
            screen.line(&paint(Look::Faint, "Both were compared and answer alike. Name the new one as store: in usher.yaml, and keep the log's key (.usher/log.pem) with it."));
            Ok(Exit::Done)
        }
        Store::Backup { file } => {
            let usher = open(dir).await?;
            let kept = usher.backup(&file).await?;
            usher.quiet();
            if screen.json() {
                screen.document(&json!({"version": 1, "file": file.display().to_string(), "contents": contents(&kept)}));
                return Ok(Exit::Done);
            }
            screen.line(&format!("{}: {} holds {}", paint(Look::Good, "Backed up and read"), file.display(), words(&kept)));
            screen.line(&paint(Look::Faint, "The log's key is not in it: keep .usher/log.pem in another safe place."));
            Ok(Exit::Done)
        }
    }
}

async fn check(dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let problems = usher.check_store().await?;
    usher.quiet();
    let ends = if problems.is_empty() { Exit::Done } else { Exit::Failed };
    if screen.json() {
        let problems: Vec<_> = problems.iter().map(|p| json!({"place": p.place, "what": p.what})).collect();
        screen.document(&json!({"version": 1, "holds": problems.is_empty(), "problems": problems}));
        return Ok(ends);
    }
    if problems.is_empty() {
        screen.line(&format!(
            "{}: everything in it is what was written, and every run and plan is a possible one.",
            paint(Look::Good, "The store holds")
        ));
        return Ok(ends);
    }
    for problem in &problems {
        screen.line(&format!("{} {} {}", paint(Look::Bad, "✗"), problem.place, problem.what));
    }
    screen.line(&format!(
        "{}; nothing was repaired. Restore a backup: usher store backup makes them.",
        count(problems.len() as u64, "problem", "problems")
    ));
    Ok(ends)
}

fn words(contents: &usher_engine::upkeep::Holds) -> String {
    [
        count(contents.events, "event", "events"),
        count(contents.rows, "row", "rows"),
        count(contents.files, "file", "files"),
        count(contents.reads, "read", "reads"),
    ]
    .join(", ")
}

fn contents(contents: &usher_engine::upkeep::Holds) -> serde_json::Value {
    json!({
        "events": contents.events, "rows": contents.rows, "files": contents.files, "reads": contents.reads,
        "digest": contents.digest.to_string(),
    })
}
