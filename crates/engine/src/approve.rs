//! Station five: decisions over digests. What is signed is what the person sees; what holds is checked here and again at the run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use usher_domain::approval::{self, OpenNeed, Required, SignedDecision, Trust};
use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::message::{Batch as PlanBatch, Choice, Message, Says};
use usher_domain::person::PersonState;
use usher_domain::plan::{Opening, Plan, PlanError, PlanText};
use usher_domain::signers::{Signer, Signers};
use usher_domain::sshsig::Key;
use usher_domain::time::Time;
use usher_domain::voice::Kind;
use usher_store::Batch;

use crate::ledger::{self, Ledger};
use crate::people::PeopleView;
use crate::settings::StepFacts;
use crate::shelves::{self, BatchRecord, DecisionRecord, OpeningRecord, PlanRecord, Shelf as _};
use crate::usher::Usher;

/// What a person names: plans, or a batch of them.
#[derive(Debug)]
pub struct Target {
    /// The batch, where several plans are meant.
    pub batch: Option<PlanBatch>,
    /// The plans, opened and checked against their digests.
    pub plans: Vec<Plan>,
}

impl Target {
    /// The digest that a message is about.
    pub fn digest(&self) -> Option<Digest> {
        self.batch.as_ref().map(PlanBatch::digest).or_else(|| self.plans.first().map(Plan::digest))
    }
}

/// A decision as it came in.
#[derive(Debug)]
pub struct Given {
    /// The message, byte for byte.
    pub message: Vec<u8>,
    /// The signature file.
    pub signature: Vec<u8>,
}

/// What a decision led to.
#[derive(Debug)]
pub struct Decided {
    /// Approve or reject.
    pub choice: Choice,
    /// Who.
    pub by: String,
    /// Digest of the message.
    pub message: Digest,
    /// Digest of the proof as it is stored.
    pub proof: Digest,
    /// What is still needed, per plan.
    pub open: Vec<(Digest, Vec<OpenNeed>)>,
    /// A signed checkpoint of the log with this decision in it: the approver's receipt.
    pub checkpoint: String,
}

impl Usher {
    /// Finds what a person means by an id, a digest, a unique prefix of one, or a file.
    ///
    /// # Errors
    /// `PLAN-005` nothing has it; `PLAN-006` several have; `PLAN-001` to `-003` for bytes that were changed.
    pub async fn target(&self, names: &[String]) -> Result<Target, Diagnostic> {
        let plans = shelves::all::<PlanRecord>(self.store()).await?;
        let batches = shelves::all::<BatchRecord>(self.store()).await?;
        let mut digests: Vec<Digest> = Vec::new();
        let mut one_batch = None;
        for name in names {
            let wanted = self.prefix_of(name)?;
            let found: Vec<Digest> = plans.iter().map(|p| p.digest).filter(|d| d.hex().starts_with(&wanted)).collect();
            let groups: Vec<&BatchRecord> = batches.iter().filter(|b| b.digest.hex().starts_with(&wanted)).collect();
            match (found.as_slice(), groups.as_slice()) {
                ([one], []) => digests.push(*one),
                ([], [batch]) => {
                    one_batch = (names.len() == 1).then_some(batch.digest);
                    digests.extend(&batch.plans);
                }
                ([], []) => {
                    let digest = wanted.get(..8).unwrap_or(&wanted);
                    let detail = format!("{name}: no plan here has the digest {digest}…");
                    return Err(Diagnostic::new("PLAN-005", "no such plan", detail)
                        .hint("plans that are open: usher approve --all --print, or make one: usher plan"));
                }
                (found, groups) => {
                    let all: Vec<String> = found.iter().map(Digest::short).chain(groups.iter().map(|b| b.digest.short())).collect();
                    return Err(Diagnostic::new("PLAN-006", "this plan id is ambiguous", format!("{name} could be {}", all.join(", ")))
                        .hint("give more digits of the digest")
                        .exit(Exit::Usage));
                }
            }
        }
        digests.sort();
        digests.dedup();
        let batch = match (one_batch, digests.len()) {
            (None, 0 | 1) => None,
            _ => Some(
                PlanBatch::new(digests.iter().copied())
                    .map_err(|e| Diagnostic::new("APPROVE-001", "not a decision message", e.to_string()))?,
            ),
        };
        let mut opened = Vec::new();
        for digest in digests {
            opened.push(self.open_plan(digest).await?.0);
        }
        Ok(Target { batch, plans: opened })
    }

    /// All plans that have no run, are not rejected and were made under the configuration in force.
    ///
    /// # Errors
    /// `PLAN-005` if there is none.
    pub async fn open_plans(&self) -> Result<Vec<String>, Diagnostic> {
        let config = self.config_tree().1;
        let mut out = Vec::new();
        for record in shelves::all::<PlanRecord>(self.store()).await? {
            if record.run.is_none() && !record.rejected && self.open_plan(record.digest).await?.0.head().config == config {
                out.push(record.digest.to_string());
            }
        }
        if out.is_empty() {
            return Err(Diagnostic::new("PLAN-005", "no such plan", "no plan waits for a decision").hint("make one: usher plan"));
        }
        Ok(out)
    }

    /// The hex digits that a name stands for; a file is digested, so a changed file is another plan.
    fn prefix_of(&self, name: &str) -> Result<String, Diagnostic> {
        let path = Path::new(name);
        if name.ends_with(".jsonl") || (name.contains('/') && path.exists()) {
            let bytes = std::fs::read(path).map_err(|e| Diagnostic::new("PLAN-005", "no such plan", format!("{name}: {e}")))?;
            return file_digest(path, &bytes);
        }
        let digits = name.strip_prefix("sha256:").unwrap_or(name).replace('-', "").to_lowercase();
        if digits.len() < 8 || digits.len() > 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Diagnostic::new("PLAN-007", "this is no plan id", format!("`{name}` is neither a file nor 8 to 64 hex digits"))
                .hint("an id looks like 7f3c-91aa: usher plan prints it")
                .exit(Exit::Usage));
        }
        Ok(digits)
    }

    /// A saved plan, opened from its bytes: the digest is computed again.
    pub(crate) async fn open_plan(&self, digest: Digest) -> Result<(Plan, PlanRecord), Diagnostic> {
        let missing = || Diagnostic::new("PLAN-005", "no such plan", format!("the store has no plan {digest}"));
        let record = shelves::one::<PlanRecord>(self.store(), &digest.hex()).await?.ok_or_else(missing)?;
        let bytes = self.store().blob(digest).await?.ok_or_else(missing)?;
        let mut openings = Vec::new();
        for d in &record.openings {
            if let Some(o) = shelves::one::<OpeningRecord>(self.store(), &d.hex()).await?
                && let Ok(opening) = Opening::parse(o.line.as_bytes())
            {
                openings.push(opening);
            }
        }
        let plan = Plan::open(bytes, digest, openings).map_err(|e| e.diagnostic())?;
        Ok((plan, record))
    }

    /// The message that this approver would sign.
    ///
    /// # Errors
    /// `APPROVE-…`.
    pub async fn message(&self, target: &Target, choice: Choice, by: &str, reason: Option<&str>) -> Result<Vec<u8>, Diagnostic> {
        let people = self.people(self.now(), &[]).await?;
        let mut lives = i64::MAX;
        for plan in &target.plans {
            lives = lives.min(self.required(plan, &people)?.1);
        }
        let says =
            Says { decision: choice, reason: reason.unwrap_or("none"), by, made: self.now(), lives, nonce: self.given.entropy.salt() };
        let texts: Vec<&PlanText> = target.plans.iter().map(Plan::text).collect();
        let made = match (&target.batch, texts.as_slice()) {
            (Some(batch), _) => Message::for_batch(batch, &texts, &says),
            (None, [one]) => Message::for_plan(one, &says),
            (None, _) => return Err(Diagnostic::new("PLAN-005", "no such plan", "nothing was named")),
        };
        let message = made.map_err(|e| {
            Diagnostic::new("APPROVE-001", "not a decision message", e.to_string())
                .hint("a reason is 1 to 190 characters of plain ASCII and names nobody")
        })?;
        Ok(message.to_bytes())
    }

    /// Who may approve, by key.
    ///
    /// # Errors
    /// `WORKSPACE-…` for a key that can't be read.
    pub async fn approver_keys(&self) -> Result<Vec<(String, Key)>, Diagnostic> {
        let signers = self.signers(usher_domain::names::Salt::new([0; 16]))?;
        Ok(signers.all().iter().map(|s| (s.email.clone(), s.key.clone())).collect())
    }

    /// Takes a decision: checks it as the run will, keeps message and proof, and says what is still needed.
    ///
    /// # Errors
    /// `APPROVE-…`. Nothing is kept then.
    pub async fn decide(&self, target: &Target, given: Given) -> Result<Decided, Diagnostic> {
        let now = self.now();
        let people = self.people(now, &[]).await?;
        let (_, signers, revoked) = self.signers_in_force(now).await?;
        let batch_files: Vec<Vec<u8>> =
            if target.batch.is_some() { target.plans.iter().map(|p| p.bytes().to_vec()).collect() } else { vec![] };
        let decision = SignedDecision {
            kind: Kind::Sshsig,
            statement: given.message.clone(),
            signature: given.signature,
            taken: now,
            batch: batch_files,
        };
        let mut taken = None;
        for plan in &target.plans {
            let (_, record) = self.open_plan(plan.digest()).await?;
            if record.rejected {
                let detail = format!("a reject of {} is final", plan.short());
                return Err(Diagnostic::new("APPROVE-026", "plan was rejected", detail).hint("make a new plan: usher plan"));
            }
            if record.run.is_some() {
                return Err(Diagnostic::new("PLAN-008", "this plan was run already", format!("{} runs once", plan.short()))
                    .hint("make a new plan: usher plan"));
            }
            let trust = self.trust(plan, &people, &signers, &revoked).await?;
            taken = Some(approval::take(plan, &decision, &trust, now)?);
        }
        let taken = taken.ok_or_else(|| Diagnostic::new("PLAN-005", "no such plan", "nothing was named"))?;
        let message = Digest::of(&given.message);
        let proof = Digest::of(&taken.proof);
        let mut keep = Batch::default().blob(given.message).blob(taken.proof.clone());
        if let Some(batch) = &target.batch {
            keep = keep.blob(batch.to_bytes()).row(BatchRecord { digest: batch.digest(), plans: batch.plans().to_vec() }.row());
        }
        let entries: Vec<_> = target.plans.iter().map(|p| ledger::decision(p.digest(), message, proof)).collect();
        let approves = taken.choice == Choice::Approve;
        let plans: Vec<Digest> = target.plans.iter().map(Plan::digest).collect();
        let batch = target.batch.as_ref().map(PlanBatch::digest);
        let mut records = Vec::new();
        for digest in &plans {
            records.push(self.open_plan(*digest).await?.1);
        }
        Ledger::new(self.store())
            .append_with(now, entries, keep, |seqs, mut keep| {
                for ((digest, seq), record) in plans.iter().zip(seqs).zip(&records) {
                    let by = taken.by.clone();
                    keep = keep.row(DecisionRecord { plan: *digest, seq: *seq, message, proof, batch, by, approves, at: now }.row());
                    if !approves {
                        keep = keep.row(PlanRecord { rejected: true, ..record.clone() }.row());
                    }
                }
                keep
            })
            .await?;
        let mut open = Vec::new();
        if approves {
            for plan in &target.plans {
                let trust = self.trust(plan, &people, &signers, &revoked).await?;
                let decisions = self.decisions(plan.digest()).await?;
                let bytes: Vec<_> = decisions.into_iter().map(|(_, d)| d).collect();
                let still = approval::open_needs(plan, &bytes, &trust, now).map_err(|e| e.diagnostic())?;
                if !still.is_empty() {
                    open.push((plan.digest(), still));
                }
            }
        }
        Ok(Decided { choice: taken.choice, by: taken.by, message, proof, open, checkpoint: self.checkpoint().await? })
    }

    /// All decisions on a plan, in the log's order, as bytes.
    pub(crate) async fn decisions(&self, plan: Digest) -> Result<Vec<(DecisionRecord, SignedDecision)>, Diagnostic> {
        let mut out = Vec::new();
        for record in shelves::group::<DecisionRecord>(self.store(), &plan.hex()).await? {
            let gone =
                |what: &str| Diagnostic::new("STORE-006", "the store is damaged", format!("the {what} of a decision on {plan} is gone"));
            let statement = self.store().blob(record.message).await?.ok_or_else(|| gone("message"))?;
            let signature = self.store().blob(record.proof).await?.ok_or_else(|| gone("proof"))?;
            let mut batch = Vec::new();
            if let Some(digest) = record.batch {
                let members = shelves::one::<BatchRecord>(self.store(), &digest.hex()).await?.ok_or_else(|| gone("batch"))?;
                for member in members.plans {
                    batch.push(self.store().blob(member).await?.ok_or_else(|| gone("batch's plan"))?);
                }
            }
            let decision = SignedDecision { kind: Kind::Sshsig, statement, signature, taken: record.at, batch };
            out.push((record, decision));
        }
        Ok(out)
    }

    /// What a plan's decisions are judged by: policy, signers and people as they are now, nothing from the decision.
    pub(crate) async fn trust(
        &self,
        plan: &Plan,
        people: &PeopleView,
        signers: &[u8],
        revoked: &Option<Vec<u8>>,
    ) -> Result<Trust, Diagnostic> {
        let mut active = BTreeMap::new();
        for (email, ..) in self.settings.approvers(&self.workspace) {
            let person = people.persons.iter().find(|p| has_address(p, &email));
            if person.is_some_and(|p| p.state == PersonState::Active) {
                active.insert(email, person.map(|p| p.id.0.clone()));
            }
        }
        let (required, lives) = self.required(plan, people)?;
        Ok(Trust {
            tenant: self.tenant().await?,
            config: self.config_tree().1,
            required,
            lives,
            signers: signers.to_vec(),
            revoked: revoked.clone(),
            oidc: None,
            active,
            freed: vec![],
        })
    }

    /// What policy asks for this plan, computed anew from its steps: one need for the whole plan, or the plan is stale.
    fn required(&self, plan: &Plan, people: &PeopleView) -> Result<(Required, i64), Diagnostic> {
        let mut all = BTreeSet::new();
        let mut lives = i64::MAX;
        let mut nobody = true;
        for step in plan.steps() {
            let person = people.persons.iter().find(|p| p.id.0 == step.subject);
            let facts = StepFacts {
                action: &step.action,
                stage: step.stage.map(usher_domain::plan::Stage::word),
                // An emergency is a leaver's step that a person asked for: policy's rules see the plan's own word.
                why: &step.why,
                instance: &step.instance,
                irreversible: step.irreversible,
                person,
            };
            let (need, each) = self.settings.need_for(&self.workspace, &facts).map_err(|why| {
                Diagnostic::new("PLAN-004", "plan is stale", format!("step {}: {why}", step.n)).hint("make a new plan: usher plan")
            })?;
            lives = lives.min(each);
            nobody &= need.is_empty();
            all.extend(need);
        }
        if !plan.head().guards.is_empty() {
            nobody = false;
            all.insert(self.settings.override_need().map_err(|why| Diagnostic::new("PLAN-004", "plan is stale", why))?);
        }
        Ok((if nobody { Required::Nobody } else { Required::People(all.into_iter().collect()) }, lives))
    }

    /// The allowed_signers file made from the workspace.
    pub(crate) fn signers(&self, salt: usher_domain::names::Salt) -> Result<Signers, Diagnostic> {
        let mut out = Vec::new();
        for (email, groups, lines) in self.settings.approvers(&self.workspace) {
            for line in lines {
                let key = Key::parse(&line).map_err(|e| {
                    let message =
                        Diagnostic::new("APPROVE-009", "key is not that of an approver", format!("the key of {email} in usher.yaml: {e}"));
                    e.hint().map_or(message.clone(), |h| message.hint(h))
                })?;
                out.push(Signer { email: email.clone(), groups: groups.clone(), key, valid_after: None, valid_before: None });
            }
        }
        Signers::new(out, salt).map_err(|e| Diagnostic::new("APPROVE-015", "the approvers in usher.yaml can't be used", e.to_string()))
    }

    /// The `signers` entry in force, written anew if anything in it changed.
    pub(crate) async fn signers_in_force(&self, now: Time) -> Result<(u64, Vec<u8>, Option<Vec<u8>>), Diagnostic> {
        self.tenant().await?;
        let store = self.store();
        let revoked = self.revoked()?;
        let revoked_digest = revoked.as_deref().map(Digest::of);
        if let Some(last) = ledger::last_signers(store).await?
            && last.revoked == revoked_digest
            && let Some(bytes) = store.blob(last.allowed).await?
            && let Ok(before) = Signers::parse(&bytes)
            && self.signers(usher_domain::names::Salt::new([0; 16]))?.all() == before.all()
        {
            return Ok((last.seq, bytes, revoked));
        }
        let bytes = self.signers(self.given.entropy.salt())?.to_bytes();
        let mut keep = Batch::default().blob(bytes.clone());
        if let Some(revoked) = &revoked {
            keep = keep.blob(revoked.clone());
        }
        let entry = ledger::signers(Digest::of(&bytes), revoked_digest);
        let seqs = Ledger::new(store)
            .append_with(now, vec![entry], keep, |seqs, keep| keep.row(ledger::signers_row(seqs.last().copied().unwrap_or(0))))
            .await?;
        Ok((seqs.last().copied().unwrap_or(0), bytes, revoked))
    }
}

/// Whether this person has this address now.
pub(crate) fn has_address(person: &usher_domain::person::Person, email: &str) -> bool {
    let folded = usher_domain::text::fold(email);
    person.identifiers.iter().any(|i| {
        matches!(i.kind, usher_domain::person::IdentifierKind::Email) && i.to.is_none() && usher_domain::text::fold(&i.value) == folded
    })
}

/// The digest of a plan file. A file is named by its digest: where the two differ, it was changed.
fn file_digest(path: &Path, bytes: &[u8]) -> Result<String, Diagnostic> {
    let is = Digest::of(bytes);
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    match format!("sha256:{stem}").parse::<Digest>() {
        Ok(wanted) if wanted != is => Err(PlanError::DigestDiffers { wanted, is }.diagnostic()),
        _ => Ok(is.hex()),
    }
}
