//! Which change of state is allowed from which state, as the specification describes each operation.

use usher_domain::time::Time;

use super::error::Refusal;
use super::tenant::{Status, User};

/// Does one lifecycle operation. `slow`: how many reads a deactivation takes.
pub(super) fn apply(operation: &str, user: &mut User, slow: u32, now: Time) -> Result<(), Refusal> {
    let to = match (operation, user.status) {
        ("suspend", Status::Active) => Status::Suspended,
        ("suspend", _) => return Err(Refusal::invalid("suspendUser", "Cannot suspend a user that is not active")),
        ("unsuspend", Status::Suspended) => Status::Active,
        ("unsuspend", _) => return Err(Refusal::invalid("unsuspendUser", "Cannot unsuspend a user that is not suspended")),
        ("unlock", Status::LockedOut) => Status::Active,
        ("unlock", _) => return Err(Refusal::not_locked()),
        ("activate", Status::Staged | Status::Deprovisioned) if user.password => Status::Active,
        ("activate", Status::Staged | Status::Deprovisioned) => Status::Provisioned,
        ("activate", _) => return Err(Refusal::state("Activation failed because the user is already active")),
        ("deactivate", Status::Deprovisioned) => {
            return Err(Refusal::state("Deactivation failed because the user is already deactivated"));
        }
        ("deactivate", _) if user.under_way.is_some() => return Ok(()),
        ("deactivate", _) => Status::Deprovisioned,
        _ => return Err(Refusal::not_found(operation, "lifecycle operation")),
    };
    if to == Status::Deprovisioned {
        user.sessions = 0;
        user.tokens = 0;
        if slow > 0 {
            user.under_way = Some((to, slow));
            return Ok(());
        }
    }
    user.move_to(to, now);
    Ok(())
}
