//! Decisions against needs: the rules of approvals-and-evidence.md §2.4 and §2.6.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{ApprovalError, OpenNeed, words};
use super::trust::{Required, SignedDecision, Trust};
use crate::message::{Batch, Choice, Message, Standing, Statement};
use crate::oidc::Oidc;
use crate::plan::{Need, Plan, PlanText};
use crate::signers::{Revoked, Signers};
use crate::time::Time;
use crate::voice::{self, Force, Kind, Silent, Voice};

/// How far a maker's clock may run ahead of usher's, in seconds.
pub(super) const SKEW: i64 = 300;
const DAY: i64 = 86_400;

/// The outcome: what counts, what is open, how long it holds.
pub(super) struct Weighed {
    pub(super) cited: Vec<usize>,
    pub(super) open: Vec<OpenNeed>,
    pub(super) valid_until: Time,
}

/// The signers in force, parsed.
pub(super) struct InForce {
    signers: Signers,
    revoked: Revoked,
    oidc: Option<Oidc>,
}

impl InForce {
    pub(super) fn parse(trust: &Trust) -> Result<InForce, ApprovalError> {
        let fail = |e: &dyn std::fmt::Display| ApprovalError::Signers(e.to_string());
        Ok(InForce {
            signers: Signers::parse(&trust.signers).map_err(|e| fail(&e))?,
            revoked: trust.revoked.as_deref().map(Revoked::parse).transpose().map_err(|e| fail(&e))?.unwrap_or_default(),
            oidc: trust.oidc.as_deref().map(Oidc::parse).transpose().map_err(|e| fail(&e))?,
        })
    }

    pub(super) fn force(&self) -> Force<'_> {
        Force { signers: &self.signers, revoked: &self.revoked, oidc: self.oidc.as_ref() }
    }
}

/// One decision that counts, until when, for which groups.
struct Counts {
    index: usize,
    voice: Voice,
    expires: Time,
}

impl Counts {
    /// First instant at which it no longer counts toward a need.
    fn ends(&self, need: &Need, signers: &Signers, now: Time) -> Time {
        let line = self.voice.key.as_ref().and_then(|key| signers.ends(&self.voice.by, key, &need.from, now));
        line.map_or(self.expires, |line| line.min(self.expires))
    }
}

/// What holds of the plan itself, before anybody's decision is looked at.
pub(super) fn plan_holds(plan: &Plan, trust: &Trust) -> Result<(), ApprovalError> {
    let head = plan.head();
    if head.tenant != trust.tenant {
        return Err(ApprovalError::OtherTenant { plan: head.tenant.clone(), here: trust.tenant.clone() });
    }
    if head.config != trust.config {
        return Err(ApprovalError::ConfigChanged { plan: head.config, is: trust.config });
    }
    let irreversible = plan.steps().iter().any(|s| s.irreversible);
    let policy: &[Need] = match &trust.required {
        Required::Nobody if irreversible => return Err(ApprovalError::NobodyAsked { irreversible }),
        Required::Nobody => &[],
        Required::People(needs) if needs.is_empty() || needs.iter().any(|n| n.count == 0) => {
            return Err(ApprovalError::NobodyAsked { irreversible });
        }
        Required::People(needs) => needs,
    };
    let sorted = |needs: &[Need]| {
        let mut needs = needs.to_vec();
        needs.sort();
        needs
    };
    if sorted(policy) != sorted(&head.need) {
        return Err(ApprovalError::NeedDiffers { plan: words(&head.need), policy: words(policy) });
    }
    match plan.steps().iter().find(|s| !s.is_erase() && plan.opening(s).is_none()) {
        Some(step) => Err(ApprovalError::OpeningMissing(step.n)),
        None => Ok(()),
    }
}

pub(super) fn weigh(plan: &Plan, decisions: &[SignedDecision], trust: &Trust, now: Time) -> Result<Weighed, ApprovalError> {
    plan_holds(plan, trust)?;
    let in_force = InForce::parse(trust)?;
    let mut counts = Vec::new();
    let mut standing = Vec::new();
    let mut why = Vec::new();
    let replaced = replaced(decisions);
    for (index, decision) in decisions.iter().enumerate() {
        let stop = |by: &str, why: String| ApprovalError::DoesNotVerify { index, by: by.to_owned(), why };
        let statement = Statement::parse(&decision.statement).map_err(|e| stop("?", e.to_string()))?;
        let by = statement.by();
        match &statement {
            Statement::Decision(message) => about_plan(message, decision, plan).map_err(|e| stop(by, e))?,
            Statement::Standing(s) if s.tenant != trust.tenant => return Err(stop(by, "for another company".to_owned())),
            Statement::Standing(_) if decision.kind != Kind::Sshsig => return Err(stop(by, "not by SSH signature".to_owned())),
            Statement::Standing(_) => {}
        }
        if decision.taken < statement.made().plus_seconds(-SKEW) {
            return Err(stop(by, "taken before it was made".to_owned()));
        }
        let heard = voice::hear(decision.kind, &decision.statement, &statement, &decision.signature, &in_force.force(), now);
        if let Err(Silent::Broken(..) | Silent::AnotherPerson(_)) = &heard {
            return Err(stop(by, heard.err().map(|s| s.why()).unwrap_or_default()));
        }
        if let Statement::Decision(Message { decision: Choice::Reject, reason, .. }) = &statement {
            return Err(ApprovalError::Rejected { by: by.to_owned(), reason: reason.clone() });
        }
        let voice = match heard.map_err(|s| s.why()).and_then(|voice| may(&voice, &statement, plan, trust, now).map(|()| voice)) {
            Ok(voice) => voice,
            Err(reason) => {
                why.push(format!("{by}: {reason}"));
                continue;
            }
        };
        let one = Counts { index, voice, expires: statement.expires() };
        match &statement {
            Statement::Decision(_) => counts.push(one),
            Statement::Standing(s) => match covers(s, plan, trust, now) {
                _ if replaced.contains(&index) => {}
                Ok(()) => standing.push(narrowed(one, s)),
                Err(reason) => why.push(format!("standing approval {} of {}: {reason}", s.standing, s.by)),
            },
        }
    }
    // A standing approval is cited only where signatures on the plan itself don't suffice: citing it uses it up for others.
    let needs = &plan.head().need;
    if !open(needs, &counts, &why).is_empty() {
        counts.append(&mut standing);
        counts.sort_by_key(|c| c.index);
    }
    let cited = counts.iter().filter(|c| needs.iter().any(|n| c.voice.serves(n))).map(|c| c.index).collect();
    let valid_until = valid_until(needs, &counts, &in_force.signers, now);
    Ok(Weighed { cited, open: open(needs, &counts, &why), valid_until })
}

/// Whether the message is about this plan, alone or in a batch.
pub(super) fn about_plan(message: &Message, decision: &SignedDecision, plan: &Plan) -> Result<(), String> {
    if decision.batch.is_empty() {
        return message.matches_plan(plan.text()).map_err(|e| e.to_string());
    }
    let texts = decision.batch.iter().map(|b| PlanText::parse(b)).collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
    let batch = Batch::new(texts.iter().map(PlanText::digest)).map_err(|e| e.to_string())?;
    if !batch.plans().contains(&plan.digest()) {
        return Err("the batch does not list this plan".to_owned());
    }
    message.matches_batch(&batch, &texts.iter().collect::<Vec<_>>()).map_err(|e| e.to_string())
}

/// Whether this person may decide on this plan now. `Err` says why not.
pub(super) fn may(voice: &Voice, statement: &Statement, plan: &Plan, trust: &Trust, now: Time) -> Result<(), String> {
    let by = &voice.by;
    if now < statement.made().plus_seconds(-SKEW) {
        return Err("made in the future".to_owned());
    }
    if now >= statement.expires() {
        return Err(format!("expired at {}", statement.expires()));
    }
    let Some(subject) = trust.active.get(by) else {
        return Err("not an active person".to_owned());
    };
    if *by == plan.head().by {
        return Err("asked for the plan".to_owned());
    }
    let own = plan
        .steps()
        .iter()
        .find(|s| subject.as_deref() == Some(&s.subject) || plan.opening(s).is_some_and(|o| o.person_email().eq_ignore_ascii_case(by)));
    if let Some(step) = own {
        return Err(format!("step {} is about them", step.n));
    }
    if !plan.head().need.iter().any(|n| voice.serves(n)) {
        return Err(format!("in no group that is needed ({})", words(&plan.head().need)));
    }
    Ok(())
}

/// Positions of standing approvals that a later one of the same person and id replaces.
fn replaced(decisions: &[SignedDecision]) -> BTreeSet<usize> {
    let mut latest: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for (index, decision) in decisions.iter().enumerate() {
        if let Ok(Statement::Standing(s)) = Statement::parse(&decision.statement) {
            gone.extend(latest.insert((s.by, s.standing), index));
        }
    }
    gone
}

/// Whether a standing approval covers the plan now.
fn covers(standing: &Standing, plan: &Plan, trust: &Trust, now: Time) -> Result<(), String> {
    if let Some(why) = plan.steps().iter().find_map(|s| standing.refuses(s)) {
        return Err(why);
    }
    let since = now.plus_seconds(-DAY);
    let earlier = trust.freed.iter().filter(|f| f.standing == standing.standing && f.at > since).map(|f| f.subject.as_str());
    let people: BTreeSet<&str> = earlier.chain(plan.steps().iter().map(|s| s.subject.as_str())).collect();
    if people.len() as u64 > standing.people {
        return Err(format!("{} people in 24 hours, it allows {}", people.len(), standing.people));
    }
    Ok(())
}

/// A standing approval counts for the group that it was signed for, and for no other.
fn narrowed(mut one: Counts, standing: &Standing) -> Counts {
    one.voice.groups.retain(|g| *g == standing.group);
    one
}

fn open(needs: &[Need], counts: &[Counts], why: &[String]) -> Vec<OpenNeed> {
    let mut open = Vec::new();
    for need in needs {
        let serving: Vec<&Voice> = counts.iter().map(|c| &c.voice).filter(|v| v.serves(need)).collect();
        let met = voice::met(serving.iter().copied());
        if met < need.count {
            let have: BTreeSet<String> = serving.iter().map(|v| v.by.clone()).collect();
            open.push(OpenNeed { need: need.clone(), have: have.into_iter().collect(), missing: need.count - met, why: why.to_vec() });
        }
    }
    open
}

/// First instant at which what counts now no longer meets every need.
fn valid_until(needs: &[Need], counts: &[Counts], signers: &Signers, now: Time) -> Time {
    let serving = |need| counts.iter().filter(move |c| c.voice.serves(need));
    let mut ends: Vec<Time> = needs.iter().flat_map(|n| serving(n).map(|c| c.ends(n, signers, now))).collect();
    ends.sort_unstable();
    let holds =
        |at: Time| needs.iter().all(|n| voice::met(serving(n).filter(|c| c.ends(n, signers, now) > at).map(|c| &c.voice)) >= n.count);
    ends.into_iter().find(|at| !holds(*at)).unwrap_or(Time::from_micros(i64::MAX))
}
