use usher_domain::journal::WritePermit;

fn write(_: WritePermit) {}

fn wrong(permit: WritePermit) {
    write(permit);
    write(permit);
}

fn main() {}
