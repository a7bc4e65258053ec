//! The last station: a bundle, checked by usher's verifier and by ssh-keygen, and everything that a forger would have.

use std::path::Path;
use std::process::{Command, Stdio};

use usher_domain::diagnostic::Diagnostic;
use usher_domain::log::{Entry, Logged};
use usher_engine::evidence::{Pinned, verify};
use usher_engine::usher::Usher;

use super::stage::Stage;
use super::story::Approver;
use crate::render::{Look, count, paint};

/// The words that the simulated auditor gave.
const WORDS: &str = "demo audit / 7f3c";

const README: &str = "# Evidence of the demo

Everything here is **simulated**, and the keys are **throw-away**: they were made by `usher demo` a moment ago, protect nothing,
and are handed out on purpose.

| here | what |
|---|---|
| `bundle/` | what an auditor gets; its own README.md says how to check it without usher |
| `pinned.vkey` | the log's public key, as the auditor was given it at the start |
| `anchor-1` | a checkpoint of the log from before the first run, as the auditor received it |
| `log.pem` | THROW-AWAY: the log's private key. An operator would have it |
| `approver.key` | THROW-AWAY: an approver's private key. An operator would not have it, a thief might |

So whoever wants to forge the bundle has all that an operator would have, and more. Try it, then:

    usher evidence verify bundle --key pinned.vkey --anchor anchor-1 --for 'demo audit / 7f3c'
";

fn broken(what: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new("DEMO-003", "the simulation failed", what.to_string())
}

/// What an auditor holds from the start, and the throw-away keys.
pub(super) async fn before_the_first_run(usher: &Usher, dir: &Path, approver: &Approver) -> Result<(), Diagnostic> {
    let dir = dir.join("evidence");
    std::fs::create_dir_all(&dir).map_err(broken)?;
    std::fs::write(dir.join("README.md"), README).map_err(broken)?;
    std::fs::write(dir.join("anchor-1"), usher.checkpoint().await?).map_err(broken)?;
    std::fs::write(dir.join("pinned.vkey"), format!("{}\n", usher.vkey().await?)).map_err(broken)?;
    private(&dir.join("log.pem"), &std::fs::read(usher.log_key_path()).map_err(broken)?)?;
    private(&dir.join("approver.key"), approver.signer.to_file().map_err(broken)?.as_bytes())
}

fn private(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    std::fs::write(path, bytes).map_err(broken)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(broken)?;
    }
    Ok(())
}

pub(super) async fn station(stage: &mut Stage, usher: &Usher, dir: &Path, approver: &Approver) -> Result<(), Diagnostic> {
    stage.station("Evidence: what an auditor can check offline, without usher").await;
    stage.command(&format!("usher evidence export --out evidence/bundle --for '{WORDS}'")).await;
    let dir = dir.join("evidence");
    let bundle = dir.join("bundle");
    let exported = usher.export(&bundle, WORDS).await?;
    stage
        .say(&format!(
            "   {}, {}, one Merkle root, signed",
            count(exported.entries, "log entry", "log entries"),
            count(exported.files, "file", "files")
        ))
        .await;
    stage.command("usher evidence verify evidence/bundle --key evidence/pinned.vkey --anchor evidence/anchor-1").await;
    let file = |name: &str| std::fs::read(dir.join(name)).map_err(broken);
    let pinned =
        Pinned { key: Some(file("pinned.vkey")?), anchors: vec![("anchor-1".into(), file("anchor-1")?)], purpose: Some(WORDS.into()) };
    let verdict = verify(&bundle, &pinned)?;
    if !verdict.holds {
        let first: Vec<String> = verdict.problems.iter().take(3).map(|p| format!("{}: {}", p.code, p.detail)).collect();
        return Err(broken(format!("the bundle does not hold: {}", first.join("; "))));
    }
    stage
        .say(&format!(
            "   {}: nothing before the anchor was changed, every approval is a signature on exactly that plan",
            paint(Look::Good, "holds")
        ))
        .await;
    ssh_keygen(stage, &bundle, &approver.email).await
}

/// The same signature, checked by the tool that every auditor has.
async fn ssh_keygen(stage: &Stage, bundle: &Path, who: &str) -> Result<(), Diagnostic> {
    let log = std::fs::read(bundle.join("log.jsonl")).map_err(broken)?;
    let entries: Vec<Logged> = log.split(|b| *b == b'\n').filter(|l| !l.is_empty()).filter_map(|l| Logged::parse(l).ok()).collect();
    let run = entries.iter().find_map(|l| match &l.entry {
        Entry::Run { decisions, signers, .. } => Some((l.at, decisions.first().copied()?, *signers)),
        _ => None,
    });
    let Some((at, decision, signers)) = run else { return Err(broken("the bundle has no run")) };
    let entry = |seq: u64| entries.iter().find(|l| l.seq == seq).map(|l| &l.entry);
    let (Some(Entry::Decision { message, proof, .. }), Some(Entry::Signers { allowed, .. })) = (entry(decision), entry(signers)) else {
        return Err(broken("the run cites nothing"));
    };
    let file = |digest: &usher_domain::digest::Digest, ending: &str| bundle.join("files").join(format!("{}.{ending}", digest.hex()));
    let time = usher_domain::signers::verify_time(at);
    stage.command(&format!("ssh-keygen -Y verify -n usher-decision-v1 -f ….signers -I {who} -s ….sig -O verify-time={time} < ….txt")).await;
    let stdin = std::fs::File::open(file(message, "txt")).map_err(broken)?;
    let output = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "usher-decision-v1", "-f"])
        .arg(file(allowed, "signers"))
        .args(["-I", who, "-s"])
        .arg(file(proof, "sig"))
        .args(["-O", &format!("verify-time={time}")])
        .stdin(Stdio::from(stdin))
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or("").to_owned();
            stage.say(&format!("   {} {}", paint(Look::Good, "ssh-keygen agrees:"), paint(Look::Plain, &said))).await;
            Ok(())
        }
        Ok(output) => Err(broken(format!("ssh-keygen refuses the signature: {}", String::from_utf8_lossy(&output.stderr)))),
        // Not every machine has OpenSSH; that is said, and is no failure of the evidence.
        Err(e) => {
            stage
                .say(&paint(Look::Warn, &format!("   ssh-keygen is not on this machine ({e}), so only usher's own verifier has spoken")))
                .await;
            Ok(())
        }
    }
}
