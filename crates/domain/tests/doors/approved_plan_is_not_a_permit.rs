use usher_domain::journal::WritePermit;
use usher_domain::approval::ApprovedPlan;

fn write(_: WritePermit) {}

fn wrong(it: ApprovedPlan) {
    write(it);
}

fn main() {}
