use usher_domain::approval::ApprovedPlan;
use usher_domain::journal::WritePermit;
use usher_domain::plan::Plan;

fn load<T: serde::de::DeserializeOwned>() {}

fn main() {
    load::<Plan>();
    load::<ApprovedPlan>();
    load::<WritePermit>();
}
