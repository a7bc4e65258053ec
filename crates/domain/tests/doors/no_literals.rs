use std::borrow::Cow;
use std::collections::BTreeMap;

use usher_domain::approval::{ApprovedPlan, ReadyStep};
use usher_domain::digest::Digest;
use usher_domain::journal::{Sent, Seq, WritePermit};
use usher_domain::plan::{Opening, Plan, PlanText, Step};
use usher_domain::time::Time;

fn wrong(text: PlanText, step: Step, opening: Opening, sent: Sent, until: Time) {
    let plan = Plan { bytes: vec![], text, openings: BTreeMap::new() };
    let _approved = ApprovedPlan { plan, cited: vec![], valid_until: until };
    let _ready = ReadyStep { plan: Digest::of(b""), step: &step, opening: Cow::Borrowed(&opening) };
    let _permit = WritePermit { step: step.clone(), opening: opening.clone(), sent, seq: Seq(1), until };
}

fn main() {}
