//! `usher findings`, in a workspace

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use usher_domain::diagnostic::{Diagnostic, Exit, nearest};
use usher_domain::finding::{Finding, FindingState, Rule, Severity};
use usher_domain::link::Situation;
use usher_domain::snapshot::RowKind;
use usher_domain::text::visible;
use usher_engine::decide::AcceptAsk;
use usher_engine::lap::Lap;

use super::read::word;
use super::{open, parse_time, who_acts};
use crate::args::{Accept, Findings, FindingsCommand};
use crate::render::{Cell, LIST, Look, Screen, count, cut, number, paint, row};

pub(crate) async fn run(what: &Findings, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    if let Some(FindingsCommand::Accept(ask)) = &what.command {
        return accept(ask, dir, screen).await;
    }
    let rules = rules(&what.rule)?;
    let usher = open(dir).await?;
    for instance in &what.instance {
        usher.known(instance)?;
    }
    let lap = usher.lap(&[]).await?;
    usher.quiet();
    let chosen: Vec<&Finding> = lap
        .findings
        .iter()
        .filter(|f| rules.is_empty() || rules.contains(&f.rule))
        .filter(|f| what.instance.is_empty() || f.instance.as_ref().is_some_and(|i| what.instance.contains(i)))
        .filter(|f| what.all || (f.state != FindingState::Accepted && f.superseded_by.is_none()))
        .collect();
    let summary = summary(&lap, &chosen);
    if screen.json() {
        let mut document = json!({"version": 1, "summary": summary});
        if !what.summary
            && let Some(map) = document.as_object_mut()
        {
            map.insert("findings".into(), chosen.iter().map(|f| finding_json(f)).collect());
        }
        screen.document(&document);
    } else {
        let never_read = lap.graph.instances.iter().all(|i| i.snapshot.is_none());
        if never_read && lap.people.sources.is_empty() {
            screen.line("Nothing was read yet.");
            screen.next(&[("usher read", "reads every instance of usher.yaml")]);
            return Ok(Exit::Done);
        }
        screen.line(&format!(
            "{} and {} in {}",
            count(people(&lap), "person", "people"),
            count(accounts(&lap), "account", "accounts"),
            count(lap.graph.instances.len() as u64, "instance", "instances")
        ));
        if what.summary {
            numbers(screen, &summary)
        } else {
            list(screen, &chosen, what.all, "usher findings")
        }
        let accepted = lap.findings.iter().filter(|f| f.state == FindingState::Accepted).count() as u64;
        if accepted > 0 && !what.all {
            screen.line(&paint(Look::Faint, &format!("{} accepted: usher findings --all", count(accepted, "finding is", "findings are"))));
        }
        if lap.tripped() {
            screen.next(&[("usher read", "after the people file was put right")]);
        } else if chosen.iter().any(|f| f.rule == Rule::LeaverAccount) {
            screen.next(&[("usher plan", "what to do about it")]);
        }
    }
    Ok(if what.fail && !chosen.is_empty() { Exit::Findings } else { Exit::Done })
}

/// Rules by their words.
pub(crate) fn rules(words: &[String]) -> Result<Vec<Rule>, Diagnostic> {
    words
        .iter()
        .map(|w| {
            Rule::of(w).ok_or_else(|| {
                let all = Rule::ALL.map(Rule::word);
                let message = Diagnostic::new("USAGE-005", "unknown rule", format!("`{w}`")).exit(Exit::Usage);
                match nearest(w, all) {
                    Some(near) => message.hint(format!("did you mean `{near}`?")),
                    None => message.hint(format!("rules: {}", all.join(", "))),
                }
            })
        })
        .collect()
}

fn people(lap: &Lap) -> u64 {
    lap.graph.persons.len() as u64
}

fn accounts(lap: &Lap) -> u64 {
    lap.graph.instances.iter().filter_map(|i| i.snapshot.as_ref()).map(|s| s.count(RowKind::Account)).sum()
}

fn summary(lap: &Lap, chosen: &[&Finding]) -> Value {
    let by_situation: BTreeMap<String, u64> = lap.graph.by_situation().into_iter().map(|(s, n)| (situation_word(s), n)).collect();
    summary_json(people(lap), accounts(lap), &by_situation, chosen.iter().map(|f| f.rule))
}

pub(crate) fn situation_word(situation: Situation) -> String {
    word(situation)
}

pub(crate) fn summary_json(people: u64, accounts: u64, by_situation: &BTreeMap<String, u64>, rules: impl Iterator<Item = Rule>) -> Value {
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    for rule in rules {
        *by_rule.entry(rule.word()).or_default() += 1;
    }
    json!({"people": people, "accounts": accounts, "by_situation": by_situation, "by_rule": by_rule})
}

/// One finding as DESIGN §6a has it.
pub(crate) fn finding_json(f: &Finding) -> Value {
    json!({
        "rule": f.rule.word(),
        "severity": word(f.severity),
        "instance": f.instance,
        "account": f.account,
        "accounts": f.accounts,
        "person": f.person,
        "key": f.key,
        "state": word(f.state),
        "because": f.because,
        "first_seen": f.first_seen.to_string(),
        "due": f.due.map(|t| t.to_string()),
    })
}

/// Numbers only.
pub(crate) fn numbers(screen: Screen, summary: &Value) {
    for part in ["by_situation", "by_rule"] {
        if let Some(map) = summary.get(part).and_then(Value::as_object) {
            for (name, n) in map {
                screen.line(&format!("  {:>9}  {}", number(n.as_u64().unwrap_or(0)), name.replace('_', " ")));
            }
        }
    }
}

fn heading(rule: Rule, n: u64) -> String {
    match rule {
        Rule::PeopleAnomaly => "the people feed can't be right; everything stops".to_owned(),
        Rule::LeaverAccount => match n {
            1 => "account with access belongs to somebody who left".to_owned(),
            _ => "accounts with access belong to people who left".to_owned(),
        },
        Rule::Reopened => plural(n, "account was shut by usher and is open again", "accounts were shut by usher and are open again"),
        Rule::OwnerLeft => {
            plural(n, "account of a program has no owner who works here", "accounts of programs have no owner who works here")
        }
        Rule::UnmatchedAccount => plural(n, "account belongs to nobody we know", "accounts belong to nobody we know"),
        Rule::DisputedAccount => plural(n, "account could belong to several people", "accounts could belong to several people"),
        Rule::MissingAccount => plural(n, "person should have an account and has none", "people should have an account and have none"),
        Rule::DuplicateAccount => plural(n, "person has two accounts in one app", "people have two accounts in one app"),
        Rule::DuplicatePerson => plural(n, "key is shared by two people", "keys are shared by two people"),
        Rule::InstanceUnread => plural(n, "instance has no usable read", "instances have no usable read"),
    }
}

fn plural(n: u64, one: &str, many: &str) -> String {
    if n == 1 { one.to_owned() } else { many.to_owned() }
}

fn severity_look(severity: Severity) -> Look {
    match severity {
        Severity::Critical => Look::Bad,
        Severity::High => Look::Warn,
        _ => Look::Faint,
    }
}

/// Findings by rule, counts before lists.
pub(crate) fn list(screen: Screen, findings: &[&Finding], whole: bool, again: &str) {
    if findings.is_empty() {
        screen.line("");
        screen.line(&paint(Look::Good, "  Nothing differs."));
        return;
    }
    for rule in Rule::ALL {
        let of: Vec<&&Finding> = findings.iter().filter(|f| f.rule == rule).collect();
        let Some(worst) = of.iter().map(|f| f.severity).min() else { continue };
        let n = of.len() as u64;
        screen.line("");
        let head = if rule == Rule::PeopleAnomaly { heading(rule, n) } else { format!("{} {}", number(n), heading(rule, n)) };
        let head = format!("  {}", paint(Look::Strong, &head));
        screen.line(&format!("{head}  {}", paint(severity_look(worst), &word(worst))));
        let shown = if whole { of.len() } else { of.len().min(LIST) };
        let rows: Vec<Vec<Cell>> = of.iter().take(shown).map(|f| finding_row(f, whole, screen.width)).collect();
        screen.table(&["", "", "", ""], &rows, 3);
        if shown < of.len() {
            let rest = number((of.len() - shown) as u64);
            screen.line(&paint(Look::Faint, &format!("     … and {rest} more: {again} --rule {} --all", rule.word())));
        }
    }
}

/// On a narrow screen the reason gets the room: instance and login are cut, and the person's name is left to wider ones.
fn finding_row(f: &Finding, whole: bool, width: usize) -> Vec<Cell> {
    let narrow = width < 110;
    let account = f.account.as_ref().map(|a| a.label().to_owned());
    let person = f.person.as_ref().map(|p| if p.name.is_empty() { p.email.clone().unwrap_or_default() } else { p.name.clone() });
    let who = match (account, &person) {
        (Some(account), Some(person)) if !narrow && f.rule != Rule::DuplicatePerson => format!("{account} ({person})"),
        (Some(account), _) => account,
        (None, Some(person)) => person.clone(),
        (None, None) => String::new(),
    };
    let mark = match f.state {
        FindingState::Open => "",
        FindingState::Planned => "[planned] ",
        FindingState::Waiting => "[a run deals with it] ",
        FindingState::Accepted => "[accepted] ",
        FindingState::Closed => "[closed] ",
    };
    let because = format!("{mark}{}", f.because.join("; "));
    let key = if whole { format!("    {}", f.key.get(..8).unwrap_or(&f.key)) } else { "    ".to_owned() };
    let (most_instance, most_who) = if narrow { (16, 30) } else { (30, 60) };
    let instance = f.instance.clone().unwrap_or_default();
    row![key, cut(&instance, most_instance), cut(&visible(&who), most_who), because]
}

async fn accept(ask: &Accept, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let by = who_acts(ask.by.as_deref())?;
    let rules = rules(&ask.rule)?;
    let usher = open(dir).await?;
    let lap = usher.lap(&[]).await?;
    usher.remember(&lap).await?;
    let request = AcceptAsk {
        keys: ask.keys.clone(),
        all: ask.all,
        rules,
        instances: ask.instance.clone(),
        until: parse_time(&ask.until)?,
        reason: ask.reason.clone(),
        by,
    };
    let accepted = usher.accept(&lap, &request).await?;
    usher.quiet();
    if screen.json() {
        screen.document(&json!({"version": 1, "accepted": accepted.iter().map(|f| f.key.clone()).collect::<Vec<_>>(), "until": request.until.to_string()}));
        return Ok(Exit::Done);
    }
    screen.line(&format!(
        "{} accepted until {} by {}",
        count(accepted.len() as u64, "finding", "findings"),
        request.until.day(),
        request.by
    ));
    let critical = lap.findings.iter().filter(|f| f.severity == Severity::Critical && f.state == FindingState::Open).count() as u64;
    if ask.all && critical > 0 {
        screen.line(&format!(
            "{} not accepted: a baseline never covers critical ones",
            count(critical, "critical finding was", "critical findings were")
        ));
        screen.next(&[("usher findings", "what is left"), ("usher plan", "what to do about it")]);
    }
    Ok(Exit::Done)
}
