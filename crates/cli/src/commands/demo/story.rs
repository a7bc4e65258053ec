//! What happens in the demo, station by station. Nothing is staged below this file: the same code runs on real workspaces.

use std::path::Path;
use std::time::Instant;

use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::digest::Digest;
use usher_domain::finding::{Finding, Rule};
use usher_domain::link::Situation;
use usher_domain::message::Choice;
use usher_domain::run::{End, StepState};
use usher_domain::sshsig::Signer;
use usher_domain::text::fold;
use usher_engine::approve::Given;
use usher_engine::plan::{PlanAsk, Planned};
use usher_engine::tasks::TaskDone;
use usher_engine::usher::Usher;
use usher_reconcile::guard::Outcome;
use usher_sandbox::clock::Clock;
use usher_sandbox::company::{CAST, Company};
use usher_sandbox::fault::{Faults, Order};
use usher_sandbox::hr::State;
use usher_sandbox::simulation::{Simulation, SimulationFaults};

use super::super::read::word;
use super::evidence;
use super::stage::Stage;
use crate::args::Demo;
use crate::commands::plan::needs;
use crate::outside;
use crate::render::{Look, Screen, column, count, paint, took};

fn broken(what: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new("DEMO-003", "the simulation failed", what.to_string())
}

/// Whose key and whose name approve in the demo.
pub(super) struct Approver {
    pub(super) email: String,
    pub(super) signer: Signer,
}

pub(super) async fn tell(what: &Demo, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let started = Instant::now();
    let mut stage = Stage::new(screen, what.yes);
    let company = Company::new(what.seed, usize::try_from(what.people).unwrap_or(120), outside::now());
    let faults = Faults::none();
    let orders = SimulationFaults { idp: faults.clone(), ..SimulationFaults::default() };
    let sim = Simulation::start(company, Clock::new(outside::now), orders).await.map_err(broken)?;
    sim.write_files(dir).map_err(broken)?;
    let approver = approver(&sim, dir)?;
    open_scene(&stage, &sim, dir).await;

    let usher = super::super::open(dir).await?;
    stage.bars = Some(usher.bars());
    read(&mut stage, &usher).await?;
    findings(&mut stage, &usher, &sim).await?;
    let planned = plan(&mut stage, &usher).await?;
    half_a_file(&mut stage, &usher, &sim, dir).await?;
    let digest = planned.digest().ok_or_else(|| broken("no plan was made"))?;
    evidence::before_the_first_run(&usher, dir, &approver).await?;
    approve(&mut stage, &usher, digest, &approver).await?;
    meanwhile(&mut stage, &usher, &sim, dir, &faults).await?;
    apply(&mut stage, &usher, &planned).await?;
    task(&mut stage, &usher, &sim, dir, &approver.email).await?;
    evidence::station(&mut stage, &usher, dir, &approver).await?;
    usher.quiet();
    if !faults.unfired().is_empty() {
        return Err(broken("the reply that was to be lost was not asked for"));
    }
    close_scene(&stage, dir, started).await;
    sim.stop().await.map_err(broken)?;
    Ok(Exit::Done)
}

/// An approver with a fresh key, and the workspace that trusts it.
fn approver(sim: &Simulation, dir: &Path) -> Result<Approver, Diagnostic> {
    let mut seed = [0; 32];
    outside::random(&mut seed);
    let signer = Signer::from_seed(&seed);
    let line = signer.key().map_err(broken)?.line();
    let email = sim.company.person(CAST.approver).email.to_lowercase();
    std::fs::write(dir.join("usher.yaml"), sim.workspace(&[(&email, &line)], false)).map_err(broken)?;
    std::fs::write(dir.join(".gitignore"), "usher.db*\n.usher/\nsecrets/\nevidence/\n").map_err(broken)?;
    Ok(Approver { email, signer })
}

async fn open_scene(stage: &Stage, sim: &Simulation, dir: &Path) {
    stage
        .say(&format!(
            "{}  {}",
            paint(Look::Strong, "usher demo"),
            paint(Look::Warn, "everything here is simulated: people, apps and servers are invented")
        ))
        .await;
    let people = sim.company.people.len() as u64;
    stage
        .tell(&format!(
            "{} with {}. HR sends a CSV. The IdP speaks SCIM, a simulated Okta its API. A simulated Darktrace has an HMAC-signed API without any user endpoint: its console users are known from an export, and a person changes them. Slack and GitHub are exports on disk.",
            sim.company.name,
            count(people, "person", "people")
        ))
        .await;
    stage.say(&paint(Look::Faint, &format!("   workspace: {}", dir.display()))).await;
}

async fn read(stage: &mut Stage, usher: &Usher) -> Result<(), Diagnostic> {
    stage.station("Read: what is really there").await;
    stage.command("usher read").await;
    let started = Instant::now();
    let done = usher.read(&[], false).await?;
    if let Some((instance, message)) = done.failed.first() {
        return Err(broken(format!("{instance}: {}", message.detail)));
    }
    for s in &done.snapshots {
        let rows = s.count(usher_domain::snapshot::RowKind::Person).max(s.count(usher_domain::snapshot::RowKind::Account));
        let what = if s.count(usher_domain::snapshot::RowKind::Person) > 0 { "people" } else { "accounts" };
        let complete = if s.complete() { paint(Look::Good, "complete") } else { paint(Look::Warn, "incomplete") };
        stage.say(&format!("   {:10} {:>7} {what:8}  {:9} {complete}", s.instance, crate::render::number(rows), word(s.grade))).await;
    }
    stage.say(&paint(Look::Faint, &format!("   every list was counted to its end, in {}", took(started.elapsed())))).await;
    Ok(())
}

async fn findings(stage: &mut Stage, usher: &Usher, sim: &Simulation) -> Result<(), Diagnostic> {
    stage.station("Findings: what differs from what should be").await;
    stage.command("usher findings").await;
    let lap = usher.lap(&[]).await?;
    let of = |rule: Rule| lap.findings.iter().filter(move |f| f.rule == rule && f.superseded_by.is_none());
    let leaver = sim.company.person(CAST.leaver);
    let theirs: Vec<&Finding> = of(Rule::LeaverAccount)
        .filter(|f| f.person.as_ref().and_then(|p| p.email.as_deref()).is_some_and(|e| fold(e) == fold(&leaver.email)))
        .collect();
    let all = of(Rule::LeaverAccount).count() as u64;
    stage
        .say(&format!(
            "   {}  {}",
            paint(Look::Bad, &count(all, "leaver account with access", "leaver accounts with access")),
            paint(Look::Faint, "critical")
        ))
        .await;
    let why = theirs.first().and_then(|f| f.because.first().cloned()).unwrap_or_default();
    stage
        .say(&format!(
            "   {}, {why}, still has {}:",
            paint(Look::Strong, &leaver.name()),
            count(theirs.len() as u64, "account", "accounts")
        ))
        .await;
    for f in &theirs {
        let account = f.account.as_ref().map_or("", |a| a.label());
        let matched = f.because.iter().find(|b| b.starts_with("matched")).cloned().unwrap_or_default();
        stage
            .say(&format!(
                "     {:10} {} {}",
                f.instance.as_deref().unwrap_or(""),
                column(Look::Plain, account, 34),
                paint(Look::Faint, &matched)
            ))
            .await;
    }
    for (rule, label) in [
        (Rule::UnmatchedAccount, "of nobody"),
        (Rule::OwnerLeft, "a service account without an owner who works here"),
        (Rule::DisputedAccount, "disputed: two people, no step without a decision"),
        (Rule::MissingAccount, "missing"),
        (Rule::DuplicateAccount, "twice"),
    ] {
        let n = of(rule).count();
        let Some(f) = of(rule).next() else { continue };
        let who = f.account.as_ref().map(|a| a.label().to_owned()).or(f.person.as_ref().map(|p| p.name.clone())).unwrap_or_default();
        let more = if n > 1 { format!(" (and {} more)", n - 1) } else { String::new() };
        stage
            .say(&format!(
                "   {:10} {} {}",
                f.instance.as_deref().unwrap_or(""),
                column(Look::Plain, &who, 34),
                paint(Look::Warn, &format!("{label}{more}"))
            ))
            .await;
        stage.say(&paint(Look::Faint, &format!("              {}", f.because.join("; ")))).await;
    }
    let linked = lap.graph.by_situation().get(&Situation::Linked).copied().unwrap_or(0);
    stage
        .say(&paint(
            Look::Faint,
            &format!(
                "   {} linked to their people by number or company address, none by name",
                count(linked, "account is", "accounts are")
            ),
        ))
        .await;
    Ok(())
}

async fn plan(stage: &mut Stage, usher: &Usher) -> Result<Planned, Diagnostic> {
    stage.station("Plan: what to do about it, as a file whose name is its digest").await;
    stage.command("usher plan").await;
    let planned = usher.plan(&PlanAsk::default()).await?;
    if planned.stopped() || planned.plans.is_empty() {
        let why: Vec<String> = planned.guards.iter().filter(|g| g.outcome != Outcome::Passed).map(|g| g.text.clone()).collect();
        return Err(broken(format!("no plan: {}", why.join("; "))));
    }
    for made in &planned.plans {
        let plan = &made.plan;
        stage.say(&format!("   {}  {}", paint(Look::Strong, &plan.short()), paint(Look::Faint, &plan.digest().to_string()))).await;
        for step in plan.steps() {
            let (symbol, look) = crate::commands::plan::symbol(&step.action, made.by_person(step.n));
            let account = plan.opening(step).and_then(|o| o.user_name().or(o.native_id())).unwrap_or("");
            let how = if made.by_person(step.n) {
                "by hand"
            } else if step.irreversible {
                "NOT REVERSIBLE"
            } else {
                "reversible"
            };
            stage
                .say(&format!(
                    "   {} {:10} {} {} {}",
                    paint(look, symbol),
                    step.instance,
                    column(Look::Plain, account, 34),
                    column(Look::Faint, how, 14),
                    paint(Look::Faint, made.text(step.n))
                ))
                .await;
        }
        stage.say(&format!("   needs {}", paint(Look::Strong, &needs(&plan.head().need)))).await;
    }
    let ok = planned.guards.iter().filter(|g| g.outcome == Outcome::Passed).count() as u64;
    stage
        .say(&format!(
            "   {} {}; left out with a reason: {}",
            count(ok, "guard", "guards"),
            paint(Look::Good, "ok"),
            count(planned.left_out.len() as u64, "finding", "findings")
        ))
        .await;
    Ok(planned)
}

async fn half_a_file(stage: &mut Stage, usher: &Usher, sim: &Simulation, dir: &Path) -> Result<(), Diagnostic> {
    stage.station("Guard: HR sends half a file").await;
    sim.write_half_hr(dir, State::First).map_err(broken)?;
    stage.tell("The feed broke off in the middle; the file itself does not say so. Half of the company would be leavers.").await;
    stage.command("usher read hr && usher plan").await;
    let hr = ["hr".to_owned()];
    let done = usher.read(&hr, false).await?;
    let Some(guard) = done.guard() else { return Err(broken("half a file went through")) };
    stage
        .say(&format!(
            "   {} {}: {}",
            paint(Look::Bad, &format!("error[{}]", guard.code)),
            guard.summary,
            paint(Look::Plain, &guard.detail)
        ))
        .await;
    let stopped = usher.plan(&PlanAsk::default()).await?;
    if !stopped.stopped() || !stopped.plans.is_empty() {
        return Err(broken("a plan was made from half a file"));
    }
    stage.say(&format!("   plan: {}, exit code 6. Nobody became a leaver.", paint(Look::Good, "no step"))).await;
    sim.write_hr(dir, State::First).map_err(broken)?;
    if usher.read(&hr, false).await?.guard().is_some() {
        return Err(broken("the whole file is still refused"));
    }
    stage.say(&paint(Look::Faint, "   HR sends the whole file again: read, guards ok")).await;
    Ok(())
}

async fn approve(stage: &mut Stage, usher: &Usher, digest: Digest, approver: &Approver) -> Result<(), Diagnostic> {
    stage.station("Approval: an SSH signature over the digest, with a fresh key").await;
    stage.command(&format!("usher approve {} --key evidence/approver.key", digest.short())).await;
    let target = usher.target(&[digest.to_string()]).await?;
    let message = usher.message(&target, Choice::Approve, &approver.email, None).await?;
    for line in String::from_utf8_lossy(&message).lines() {
        stage.say(&paint(Look::Faint, &format!("     {line}"))).await;
    }
    let signature = approver.signer.sign(&message).map_err(broken)?;
    let decided = usher.decide(&target, Given { message, signature: signature.into_bytes() }).await?;
    if !decided.open.is_empty() {
        return Err(broken("one signature did not suffice"));
    }
    stage
        .say(&format!(
            "   {} by {}; what was signed is what was seen, and it counts for this plan only",
            paint(Look::Good, "approved"),
            paint(Look::Name, &decided.by)
        ))
        .await;
    Ok(())
}

/// Between approval and apply the world goes on.
async fn meanwhile(stage: &mut Stage, usher: &Usher, sim: &Simulation, dir: &Path, faults: &Faults) -> Result<(), Diagnostic> {
    stage.station("Meanwhile: the world does not wait").await;
    let (changed, back, leaver) =
        (sim.company.person(CAST.changed_behind), sim.company.person(CAST.taken_back), sim.company.person(CAST.leaver));
    if !sim.hand_over_account() {
        return Err(broken("the account to change is not there"));
    }
    stage.tell(&format!("An administrator gives {}'s IdP account to the team: another address, no employee number.", changed.name())).await;
    sim.write_hr(dir, State::TakenBack).map_err(broken)?;
    usher.read(&["hr".to_owned()], false).await?;
    stage.tell(&format!("{} takes the resignation back; HR's new file says so.", back.name())).await;
    let id = sim.idp.state().user(&sim.login(CAST.leaver)).and_then(|u| u.get("id").and_then(|i| i.as_str()).map(str::to_owned));
    let id = id.ok_or_else(|| broken("the leaver has no account at the IdP"))?;
    faults.order(Order::lost_answer("PATCH */Users/*").about(&id)).map_err(|e| broken(format!("{e:?}")))?;
    stage.tell(&format!("And the IdP will do what it is asked for {}, then drop the connection before it answers.", leaver.name())).await;
    Ok(())
}

async fn apply(stage: &mut Stage, usher: &Usher, planned: &Planned) -> Result<(), Diagnostic> {
    stage.station("Apply: read again, write once, read back").await;
    let digest = planned.digest().ok_or_else(|| broken("no plan"))?;
    stage.command(&format!("usher apply {}", digest.short())).await;
    for made in &planned.plans {
        let applied = usher.apply(made.plan.digest()).await?;
        if let Some(stopped) = applied.stopped {
            return Err(stopped);
        }
        let view = usher.run(&applied.run).await?;
        for (n, state) in &view.run.steps {
            let Some(step) = view.plan.step(*n) else { continue };
            let account = view.plan.opening(step).and_then(|o| o.user_name().or(o.native_id())).unwrap_or("");
            let detail = view.run.details.get(n).cloned().unwrap_or_default();
            let (look, word, detail) = match state {
                StepState::Ended(end) => (crate::commands::apply::meaning(*end).1, end.word().to_owned(), detail),
                StepState::Accepted { task, .. } => (Look::Warn, "accepted".to_owned(), format!("task {task} waits for a person")),
                _ => (Look::Bad, "open".to_owned(), detail),
            };
            stage
                .say(&format!(
                    "   {} {:10} {} {}",
                    column(look, &word, 12),
                    step.instance,
                    column(Look::Plain, account, 34),
                    paint(Look::Faint, &detail)
                ))
                .await;
        }
        let ends = &applied.ends;
        let n = |end: End| ends.get(&end).copied().unwrap_or(0);
        if n(End::Confirmed) == 0 || n(End::Stale) == 0 || n(End::Withdrawn) == 0 || applied.accepted == 0 {
            return Err(broken(format!("the run ended otherwise than the story: {ends:?}, {} accepted", applied.accepted)));
        }
    }
    stage
        .tell("The lost answer was not sent again: the account was read, it was shut, so the step is confirmed. The stale step and the withdrawn one wrote nothing: what was approved no longer holds for them.")
        .await;
    Ok(())
}

async fn task(stage: &mut Stage, usher: &Usher, sim: &Simulation, dir: &Path, by: &str) -> Result<(), Diagnostic> {
    stage.station("A person is a connector too: Darktrace").await;
    let tasks = usher.tasks().await?;
    let task = tasks.first().ok_or_else(|| broken("no task was made"))?;
    stage.command(&format!("usher task show {}", task.task)).await;
    stage.say(&format!("   {}", paint(Look::Strong, &task.title))).await;
    for (i, step) in task.steps.iter().enumerate() {
        stage.say(&format!("     {}. {}", i + 1, paint(Look::Plain, step))).await;
    }
    stage.say(&paint(Look::Faint, &format!("     done when: {}", task.proves))).await;
    stage.tell("Somebody does it in the console and exports the page again.").await;
    for task in &tasks {
        if !sim.disable_in_console(dir, &task.account).map_err(broken)? {
            return Err(broken(format!("the console has no user {}", task.account)));
        }
        stage.command(&format!("usher task done {} --by {by}", task.task)).await;
        match usher.task_done(task.task, by, None).await? {
            TaskDone::Confirmed(_) => {
                let said = "the new export shows it; a word alone would count as attested";
                stage.say(&format!("   {} {}: {said}", column(Look::Plain, &task.account, 34), paint(Look::Good, "confirmed"))).await
            }
            TaskDone::Attested => return Err(broken("the new export did not confirm the task")),
            TaskDone::StillThere(why) => return Err(broken(why)),
        }
    }
    let open: Vec<String> = usher.runs().await?.into_iter().filter(|r| r.ended.is_none()).map(|r| r.run).collect();
    if !open.is_empty() {
        return Err(broken(format!("{} did not end", open.join(", "))));
    }
    stage.say(&paint(Look::Faint, "   that was the last step: the run is closed")).await;
    Ok(())
}

async fn close_scene(stage: &Stage, dir: &Path, started: Instant) {
    stage.say("").await;
    stage
        .say(&format!(
            "{} in {}. Every app was simulated; the servers are stopped now.",
            paint(Look::Strong, "Done"),
            took(started.elapsed())
        ))
        .await;
    let dir = dir.display();
    stage.screen.next(&[
        (&format!("usher --dir {dir} findings"), "what is left, and why"),
        (&format!("usher --dir {dir} run show r-1"), "step by step"),
        (&format!("usher evidence verify {dir}/evidence/bundle --key {dir}/evidence/pinned.vkey --anchor {dir}/evidence/anchor-1"), ""),
    ]);
}
