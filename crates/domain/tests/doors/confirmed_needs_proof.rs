use usher_domain::outcome::{Outcome, Proof};
use usher_domain::time::Time;

fn main() {
    let proof = Proof { sent_at: Time::from_seconds(0), read_at: Time::from_seconds(1) };
    let _outcome = Outcome::Confirmed(proof);
}
