use usher_domain::journal::WritePermit;
use usher_domain::plan::Plan;

fn write(_: WritePermit) {}

fn wrong(it: Plan) {
    write(it);
}

fn main() {}
