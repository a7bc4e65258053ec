use usher_domain::approval::ReadyStep;

fn wrong(ready: ReadyStep<'_>) {
    let _parts = ready.into_parts();
}

fn main() {}
