use usher_domain::approval::{ApprovedPlan, ReadyStep};
use usher_domain::journal::WritePermit;
use usher_domain::outcome::Outcome;

fn twice<T: Clone>() {}

fn main() {
    twice::<ApprovedPlan>();
    twice::<ReadyStep<'static>>();
    twice::<WritePermit>();
    twice::<Outcome>();
}
