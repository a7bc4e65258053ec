//! One person's life event: taking access away, now if an emergency asks for it (lifecycle.md §10).

use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::person::PersonState;
use usher_reconcile::intents;
use usher_store::Batch;

use crate::plan::{PlanAsk, Planned};
use crate::shelves::{PutIn, Shelf as _};
use crate::usher::Usher;

impl Usher {
    /// A plan that takes one person's access away. `now`: without waiting for HR, as an emergency that `by` asks for.
    ///
    /// # Errors
    /// `PERSON-001`; `OFFBOARD-001` if the person works here and nobody says that it is an emergency.
    pub async fn offboard(&self, name: &str, now: bool, by: Option<&str>, reason: Option<&str>) -> Result<Planned, Diagnostic> {
        let lap = self.lap(&[]).await?;
        self.remember(&lap).await?;
        let person = self.person(&lap.graph.persons, name)?;
        let ask = PlanAsk {
            persons: vec![person.id.clone()],
            by: by.map(str::to_owned),
            reason: reason.map(str::to_owned),
            ..PlanAsk::default()
        };
        if !now {
            if person.state != PersonState::Ended {
                let state = usher_domain::account::word(person.state);
                let who = person.email().unwrap_or(&person.name);
                let detail = format!("{who} is {} in the newest read of the people sources", state.as_str().unwrap_or("unknown"));
                return Err(Diagnostic::new("OFFBOARD-001", "this person has not left", detail)
                    .hint(format!("if it can't wait for HR: usher offboard {who} --now --by YOU --reason TICKET"))
                    .exit(Exit::Usage));
            }
            return self.plan(&ask).await;
        }
        let by = by.ok_or_else(|| Diagnostic::new("OFFBOARD-002", "an emergency has a requester", "--now needs --by").exit(Exit::Usage))?;
        if person.identifiers.iter().any(|i| usher_domain::text::fold(&i.value) == usher_domain::text::fold(by)) {
            return Err(Diagnostic::new("OFFBOARD-003", "nobody asks for their own emergency", format!("{by} is the person"))
                .hint("somebody else asks, and others approve")
                .exit(Exit::Usage));
        }
        let intent = intents::emergency(person, by, reason.unwrap_or("none"), self.now());
        self.store().commit(Batch::default().row(PutIn { intent, by: by.to_owned() }.row())).await?;
        self.plan(&PlanAsk { why: Some("emergency"), ..ask }).await
    }
}
