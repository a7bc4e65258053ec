//! `usher evidence`

use std::path::{Path, PathBuf};

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_engine::evidence::{Pinned, verify};

use super::open;
use crate::args::Evidence;
use crate::render::{LIST, Look, Screen, complain, count, number, paint};

pub(crate) async fn run(what: Evidence, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    match what {
        Evidence::Export { out, purpose } => {
            let usher = open(dir).await?;
            let exported = usher.export(&out, &purpose).await?;
            usher.quiet();
            if screen.json() {
                screen.document(&json!({"version": 1, "bundle": out.display().to_string(), "entries": exported.entries, "files": exported.files, "changes": exported.changes, "root": exported.root}));
                return Ok(Exit::Done);
            }
            screen.line(&format!(
                "Evidence in {}: {}, {}, {}",
                paint(Look::Strong, &out.display().to_string()),
                count(exported.entries, "log entry", "log entries"),
                count(exported.files, "file", "files"),
                count(exported.changes, "change of access", "changes of access")
            ));
            screen
                .line(&paint(Look::Faint, "It was verified before it was handed over. Its README.md says how to check it without usher."));
            let command = format!("usher evidence verify {} --for '{}'", out.display(), purpose.replace('\'', "'\\''"));
            screen.next(&[(&command, "")]);
            Ok(Exit::Done)
        }
        Evidence::Verify { bundle, key, anchor, purpose } => {
            let pinned = Pinned {
                key: key.as_deref().map(file).transpose()?,
                anchors: anchor.iter().map(|a: &PathBuf| Ok((a.display().to_string(), file(a)?))).collect::<Result<_, Diagnostic>>()?,
                purpose,
            };
            let verdict = verify(&bundle, &pinned)?;
            if screen.json() {
                let problems: Vec<_> = verdict.problems.iter().map(|p| json!({"code": p.code.to_string(), "detail": p.detail})).collect();
                screen.document(
                    &json!({"version": 1, "holds": verdict.holds, "size": verdict.size, "root": verdict.root, "problems": problems}),
                );
            }
            if verdict.key_is_bundles_own {
                screen.note("note: no --key was given: the log's key is the bundle's own, so it shows that the bundle fits together, not who made it");
            }
            if verdict.holds {
                if !screen.json() {
                    screen.line(&format!(
                        "{}: {} under the root {}",
                        paint(Look::Good, "Holds"),
                        count(verdict.size, "log entry", "log entries"),
                        verdict.root
                    ));
                }
                return Ok(Exit::Done);
            }
            if !screen.json() {
                screen.line(&format!(
                    "{}: {}",
                    paint(Look::Bad, "Does not hold"),
                    count(verdict.problems.len() as u64, "problem", "problems")
                ));
                for problem in verdict.problems.iter().take(LIST) {
                    let code: &'static str = Box::leak(format!("EVIDENCE-{}", problem.code).into_boxed_str());
                    complain(&Diagnostic::new(code, "the bundle does not hold", problem.detail.clone()), "error");
                }
                if verdict.problems.len() > LIST {
                    screen.note(&format!("… and {} more: --format json", number((verdict.problems.len() - LIST) as u64)));
                }
            }
            Ok(Exit::Failed)
        }
        Evidence::Checkpoint => {
            let usher = open(dir).await?;
            let checkpoint = usher.checkpoint().await?;
            usher.quiet();
            screen.raw(checkpoint.as_bytes());
            Ok(Exit::Done)
        }
    }
}

fn file(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path)
        .map_err(|e| Diagnostic::new("SYSTEM-005", "a file can't be read", format!("{}: {e}", path.display())).exit(Exit::Usage))
}
