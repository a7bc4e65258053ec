use usher_domain::approval::ApprovedPlan;
use usher_domain::plan::Plan;

fn wrong(plan: Plan) -> ApprovedPlan {
    let _approved = ApprovedPlan::default();
    plan.into()
}

fn main() {}
