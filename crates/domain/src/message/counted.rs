//! The lines of a message that are counted over the steps, so that a person sees what a digest stands for.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Override, Step};

/// The longest value of a line, in bytes.
const LONGEST: usize = 190;

/// What is counted over a plan, or over all plans of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// How many steps.
    pub steps: u64,
    /// `name count`, sorted by name.
    pub actions: String,
    /// Names, sorted, each once.
    pub instances: String,
    /// How many of the steps can't be undone.
    pub irreversible: u64,
    /// `rule instance is/limit` for each guard that is overridden, in the plans' order; `none`.
    pub overrides: String,
}

impl Counted {
    /// Counts over plans, each given by its guards and its steps.
    pub fn over<'a>(plans: impl IntoIterator<Item = (&'a [Override], &'a [Step])>) -> Counted {
        let mut actions: BTreeMap<&str, u64> = BTreeMap::new();
        let mut instances: BTreeSet<&str> = BTreeSet::new();
        let mut overrides = Vec::new();
        let (mut steps, mut irreversible) = (0, 0);
        for (guards, lines) in plans {
            overrides.extend(guards.iter().map(|g| format!("{} {} {}/{}", g.rule, g.instance, g.is, g.limit)));
            for step in lines {
                steps += 1;
                irreversible += u64::from(step.irreversible);
                *actions.entry(&step.action).or_default() += 1;
                instances.insert(&step.instance);
            }
        }
        let actions: Vec<String> = actions.into_iter().map(|(name, count)| format!("{name} {count}")).collect();
        let instances: Vec<String> = instances.into_iter().map(str::to_owned).collect();
        Counted {
            steps,
            actions: cut(&actions, ", "),
            instances: cut(&instances, ", "),
            irreversible,
            overrides: if overrides.is_empty() { "none".to_owned() } else { cut(&overrides, "; ") },
        }
    }
}

/// All items joined if that fits; else as many whole items from the front as fit with ` and K more` behind them.
fn cut(items: &[String], by: &str) -> String {
    let whole = items.join(by);
    if whole.len() <= LONGEST {
        return whole;
    }
    let mut best = format!(" and {} more", items.len());
    let mut head = String::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            head.push_str(by);
        }
        head.push_str(item);
        if head.len() > LONGEST {
            break;
        }
        let text = format!("{head} and {} more", items.len() - i - 1);
        if text.len() <= LONGEST {
            best = text;
        }
    }
    best
}
