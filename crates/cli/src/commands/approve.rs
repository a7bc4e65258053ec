//! `usher approve`

use std::io::Read as _;
use std::path::Path;

use serde_json::json;
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::message::{Choice, Message, Statement};
use usher_domain::sshsig::{Key, Signer};
use usher_engine::approve::{Given, Target};
use usher_engine::ssh_agent::Agent;

use super::plan::needs;
use super::{Opened, open};
use crate::args::Approve;
use crate::render::{Look, Screen, local, paint};

pub(crate) async fn run(what: &Approve, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let names = if what.all { usher.open_plans().await? } else { what.plans.clone() };
    let target = usher.target(&names).await?;
    let choice = if what.reject { Choice::Reject } else { Choice::Approve };
    let reason = what.reason.as_deref();
    if what.print {
        let by = super::who_acts(what.by.as_deref())?;
        let message = usher.message(&target, choice, &by, reason).await?;
        usher.quiet();
        screen.raw(&message);
        return Ok(Exit::Done);
    }
    let given = match (&what.signature, &what.key) {
        (Some(file), _) => from_elsewhere(file, what.message.as_deref())?,
        (None, Some(key)) => sign_with(&usher, &target, choice, reason, key, what.by.as_deref()).await?,
        (None, None) => sign_with_agent(&usher, &target, choice, reason, None, what.by.as_deref()).await?,
    };
    let message = Message::parse(&given.message).ok();
    let decided = usher.decide(&target, given).await?;
    usher.quiet();
    let digest = target.digest();
    if screen.json() {
        let open: Vec<_> = decided
            .open
            .iter()
            .flat_map(|(plan, needs)| {
                needs
                    .iter()
                    .map(move |n| json!({"plan": plan.to_string(), "count": n.missing, "from": n.need.from, "proof": n.need.proof.word()}))
            })
            .collect();
        screen.document(&json!({
            "version": 1,
            "decision": decided.choice.word(),
            "digest": digest.map(|d| d.to_string()),
            "by": decided.by,
            "message": decided.message.to_string(),
            "proof": decided.proof.to_string(),
            "open": open,
            "checkpoint": decided.checkpoint,
        }));
        return Ok(Exit::Done);
    }
    let id = digest.map(|d| d.short()).unwrap_or_default();
    let word = if decided.choice == Choice::Approve { paint(Look::Good, "Approved") } else { paint(Look::Bad, "Rejected") };
    screen.line(&format!("{word} {} by {}", paint(Look::Strong, &id), paint(Look::Name, &decided.by)));
    if let Some(m) = message {
        screen.line(&format!(
            "  {} in {}, {} not reversible, overrides {}",
            m.counted.actions, m.counted.instances, m.counted.irreversible, m.counted.overrides
        ));
        if decided.choice == Choice::Approve {
            screen.line(&format!("  counts until {}", local(m.expires)));
        }
    }
    screen.line(&paint(
        Look::Faint,
        "Keep this receipt where the operator of usher can't write; it proves that the log was not rewritten before it:",
    ));
    for line in decided.checkpoint.lines() {
        screen.line(&paint(Look::Faint, &format!("  {line}")));
    }
    if decided.choice == Choice::Reject {
        screen.next(&[("usher plan", "a reject is final for this plan; what is still right is a new one")]);
    } else if decided.open.is_empty() {
        screen.next(&[(&format!("usher apply {id}"), "carries it out")]);
    } else {
        for (plan, open) in &decided.open {
            let need: Vec<_> = open.iter().map(|o| o.need.clone()).collect();
            screen.line(&format!("  {} still needs {}", plan.short(), needs(&need)));
        }
        screen.next(&[(&format!("usher approve {id} --print --by SOMEBODY"), "for the next one to sign")]);
    }
    Ok(Exit::Done)
}

/// A signature made elsewhere over a printed message.
fn from_elsewhere(signature: &Path, message: Option<&Path>) -> Result<Given, Diagnostic> {
    let beside = || signature.with_extension("");
    let from = message.map_or_else(beside, Path::to_path_buf);
    let signature = if signature == Path::new("-") { stdin()? } else { file(signature)? };
    if from == Path::new("") {
        return Err(Diagnostic::new(
            "APPROVE-001",
            "not a decision message",
            "the signature came from stdin: say where the message is with --message FILE",
        )
        .exit(Exit::Usage));
    }
    Ok(Given { message: file(&from)?, signature })
}

fn stdin() -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(1 << 20)
        .read_to_end(&mut bytes)
        .map_err(|e| Diagnostic::new("SYSTEM-004", "stdin can't be read", e.to_string()))?;
    Ok(bytes)
}

fn file(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path).map_err(|e| Diagnostic::new("SYSTEM-005", "a file can't be read", format!("{}: {e}", path.display())))
}

/// Signs with a private key file, or through the agent where the file is a public one.
async fn sign_with(
    usher: &Opened,
    target: &Target,
    choice: Choice,
    reason: Option<&str>,
    path: &Path,
    by: Option<&str>,
) -> Result<Given, Diagnostic> {
    let bytes = file(path)?;
    if let Ok(text) = std::str::from_utf8(&bytes)
        && let Ok(key) = Key::parse(text.trim())
    {
        return sign_with_agent(usher, target, choice, reason, Some(key), by).await;
    }
    let unusable = |e: usher_domain::sshsig::SshError| {
        let message = Diagnostic::new("APPROVE-016", "this key can't be used", format!("{}: {e}", path.display()));
        match e.hint() {
            Some(hint) => message.hint(hint),
            None => message.hint("make one: ssh-keygen -t ed25519"),
        }
    };
    let signer = if Signer::is_encrypted(&bytes).map_err(unusable)? {
        let passphrase = passphrase(path)?;
        Signer::parse(&bytes, Some(passphrase.as_bytes())).map_err(unusable)?
    } else {
        Signer::parse(&bytes, None).map_err(unusable)?
    };
    let by = owner(usher, &signer.key().map_err(unusable)?, by).await?;
    let message = usher.message(target, choice, &by, reason).await?;
    let signature = signer.sign(&message).map_err(unusable)?.into_bytes();
    Ok(Given { message, signature })
}

/// The passphrase of an encrypted key: `USHER_PASSPHRASE`, else asked for on the terminal.
fn passphrase(path: &Path) -> Result<String, Diagnostic> {
    if let Ok(text) = std::env::var("USHER_PASSPHRASE") {
        return Ok(text);
    }
    crate::ask::hidden(&format!("Passphrase of {}: ", path.display())).ok_or_else(|| {
        Diagnostic::new(
            "APPROVE-017",
            "the key is encrypted",
            format!("{} needs a passphrase and there is no terminal to ask for it", path.display()),
        )
        .hint("add the key to the ssh agent (ssh-add) and leave --key out, or set USHER_PASSPHRASE")
    })
}

/// Whose key this is; nobody's is an error, and so is somebody else's.
async fn owner(usher: &Opened, key: &Key, by: Option<&str>) -> Result<String, Diagnostic> {
    let owner = usher.approver_keys().await?.into_iter().find(|(_, k)| k == key).map(|(email, _)| email);
    match (owner, by) {
        (Some(owner), Some(by)) if owner != by => Err(Diagnostic::new(
            "APPROVE-010",
            "key is that of somebody else",
            format!("{} is the key of {owner}, not of {by}", key.fingerprint()),
        )),
        (Some(owner), _) => Ok(owner),
        (None, _) => Err(Diagnostic::new(
            "APPROVE-009",
            "key is not that of an approver",
            format!("no approver in usher.yaml has the key {}", key.fingerprint()),
        )
        .hint("add its public line under keys: in usher.yaml")),
    }
}

async fn sign_with_agent(
    usher: &Opened,
    target: &Target,
    choice: Choice,
    reason: Option<&str>,
    wanted: Option<Key>,
    by: Option<&str>,
) -> Result<Given, Diagnostic> {
    let socket = std::env::var_os("SSH_AUTH_SOCK").ok_or_else(|| {
        Diagnostic::new("APPROVE-018", "there is no key to sign with", "no --key was given and no ssh agent runs (SSH_AUTH_SOCK)")
            .hint("usher approve PLAN --key ~/.ssh/id_ed25519, or print the message and sign it elsewhere: --print")
    })?;
    let mut agent = Agent::connect(Path::new(&socket))?;
    let approvers = usher.approver_keys().await?;
    let held = agent.keys()?;
    let fits = |key: &&Key| {
        let owner = approvers.iter().find(|(_, k)| &k == key);
        wanted.as_ref().is_none_or(|w| &w == key) && owner.is_some_and(|(email, _)| by.is_none_or(|b| b == email))
    };
    let fitting: Vec<&Key> = held.iter().filter(fits).collect();
    let key = match fitting.as_slice() {
        [one] => *one,
        [] => {
            let all = held.iter().map(Key::fingerprint).collect::<Vec<_>>().join(", ");
            let all = if all.is_empty() { "none".to_owned() } else { all };
            return Err(Diagnostic::new(
                "APPROVE-009",
                "key is not that of an approver",
                format!("the ssh agent holds no key of an approver; it holds: {all}"),
            )
            .hint("ssh-add your key, or add its public line under keys: in usher.yaml"));
        }
        several => {
            let all = several.iter().map(|k| k.fingerprint()).collect::<Vec<_>>().join(", ");
            return Err(Diagnostic::new(
                "APPROVE-018",
                "there is no key to sign with",
                format!("the ssh agent holds several that fit: {all}"),
            )
            .hint("say which one: --key ~/.ssh/id_ed25519.pub"));
        }
    };
    let by = owner(usher, key, by).await?;
    let message = usher.message(target, choice, &by, reason).await?;
    let signature = agent.sign(key, &message)?.into_bytes();
    debug_assert!(Statement::parse(&message).is_ok());
    Ok(Given { message, signature })
}
