use usher_domain::journal::WritePermit;
use usher_domain::approval::ReadyStep;

fn write(_: WritePermit) {}

fn wrong(it: ReadyStep<'_>) {
    write(it);
}

fn main() {}
