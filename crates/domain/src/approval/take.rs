//! Taking a decision: the first of the two times at which it must hold. What is refused here is not logged.

use super::trust::{SignedDecision, Trust};
use super::weigh::{InForce, SKEW, about_plan, may, plan_holds};
use crate::diagnostic::Diagnostic;
use crate::message::{Choice, MessageError, Statement};
use crate::plan::Plan;
use crate::sshsig;
use crate::time::Time;
use crate::voice::{self, Kind, Silent};

/// A decision that may be logged, with its proof as it is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Approve or reject.
    pub choice: Choice,
    /// The approver's address.
    pub by: String,
    /// Fingerprint of the key, or `iss sub`.
    pub identity: String,
    /// The proof to store: a signature written anew (LF, lines of 70), a token as it came.
    pub proof: Vec<u8>,
    /// First instant at which it no longer counts.
    pub expires: Time,
}

/// Checks a decision on a plan before it is stored: replay on another plan, company or day, foreign, expired and revoked keys,
/// requester and subject, are all refused here. For a batch, call it for each plan of it.
///
/// # Errors
/// A message with code `APPROVE-001` to `APPROVE-014`, or one of [`super::ApprovalError`]'s.
pub fn take(plan: &Plan, decision: &SignedDecision, trust: &Trust, now: Time) -> Result<Taken, Diagnostic> {
    let refuse = |code, summary, detail: String| Diagnostic::new(code, summary, detail);
    let again = format!("usher approve {} --print", plan.short());
    plan_holds(plan, trust).map_err(|e| e.diagnostic())?;
    let statement = Statement::parse(&decision.statement).map_err(|e| {
        refuse("APPROVE-001", "not a decision message", e.to_string())
            .hint(format!("print it again, and sign the bytes as they are: {again}"))
    })?;
    let Statement::Decision(message) = &statement else {
        return Err(refuse("APPROVE-001", "not a decision message", "a standing approval is not about one plan".to_owned()));
    };
    if message.tenant != trust.tenant {
        return Err(refuse(
            "APPROVE-003",
            "made for another company",
            format!("the message is for {}, this is {}", message.tenant, trust.tenant),
        ));
    }
    about_plan(message, decision, plan).map_err(|what| {
        let other =
            decision.batch.is_empty() && matches!(message.matches_plan(plan.text()), Err(MessageError::Differs { line: "plan", .. }));
        if other {
            refuse("APPROVE-002", "message is about another plan", what).hint(format!("sign the message of this plan: {again}"))
        } else {
            refuse("APPROVE-004", "message says something else than the plan", what)
                .hint(format!("sign the message as it is printed: {again}"))
        }
    })?;
    if now < message.made.plus_seconds(-SKEW) {
        return Err(
            refuse("APPROVE-005", "message is from the future", format!("made {}, it is {now}", message.made)).hint("set the clock right")
        );
    }
    if now >= message.expires || message.expires <= message.made {
        return Err(refuse("APPROVE-006", "message has expired", format!("it counted until {}, it is {now}", message.expires)).hint(again));
    }
    if message.expires.seconds_since(message.made) > trust.lives {
        let detail = format!("it would count for {} s, policy allows {} s", message.expires.seconds_since(message.made), trust.lives);
        return Err(refuse("APPROVE-007", "message would count too long", detail).hint(again));
    }
    let in_force = InForce::parse(trust).map_err(|e| e.diagnostic())?;
    let voice = voice::hear(decision.kind, &decision.statement, &statement, &decision.signature, &in_force.force(), now)
        .map_err(|silent| silence(&silent, &message.by))?;
    may(&voice, &statement, plan, trust, now).map_err(|why| not_allowed(&why, &message.by))?;
    let proof = match decision.kind {
        Kind::Oidc => decision.signature.clone(),
        Kind::Sshsig => {
            sshsig::rewrap(&decision.signature).map_err(|e| refuse("APPROVE-008", "signature does not verify", e.to_string()))?.into_bytes()
        }
    };
    Ok(Taken { choice: message.decision, by: voice.by, identity: voice.identity, proof, expires: message.expires })
}

fn silence(silent: &Silent, by: &str) -> Diagnostic {
    let detail = format!("{by}: {}", silent.why());
    match silent {
        Silent::Broken(_, hint) => {
            let diagnostic = Diagnostic::new("APPROVE-008", "signature does not verify", detail);
            match hint {
                Some(hint) => diagnostic.hint(*hint),
                None => diagnostic.hint("sign the message byte for byte: ssh-keygen -Y sign -n usher-decision-v1 -f KEY m.txt"),
            }
        }
        Silent::Foreign(_) => Diagnostic::new("APPROVE-009", "key is not that of an approver", detail)
            .hint("add it to `keys` in usher.yaml, or sign with one that is there"),
        Silent::AnotherPerson(_) => Diagnostic::new("APPROVE-010", "key is that of somebody else", detail)
            .hint("sign with your own key, or say who you are with --by"),
        Silent::Revoked(_) => Diagnostic::new("APPROVE-011", "key is revoked", detail).hint("sign with a key that is in force"),
        Silent::NotInForce(_) => Diagnostic::new("APPROVE-012", "key is not in force now", detail).hint("sign with a key that is in force"),
    }
}

fn not_allowed(why: &str, by: &str) -> Diagnostic {
    let detail = format!("{by}: {why}");
    if why == "not an active person" {
        Diagnostic::new("APPROVE-013", "approver is not an active person", detail).hint("usher who PERSON shows what the HR source says")
    } else {
        Diagnostic::new("APPROVE-014", "not allowed to decide on this plan", detail).hint("ask somebody else of the groups that are needed")
    }
}
