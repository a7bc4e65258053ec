//! Who has, or had, what.

use usher_domain::account::AccountRow;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::person::Person;
use usher_domain::snapshot::{Row, RowKind, Snapshot};
use usher_domain::time::Time;
use usher_reconcile::graph::Judged;
use usher_store::{Seek, SnapshotId};

use crate::lap::Lap;
use crate::people::rows;
use crate::usher::Usher;

/// What a question is about.
pub enum Who<'l> {
    /// A person: accounts by instance.
    Person(&'l Person, Vec<(&'l str, &'l Judged)>),
    /// An instance: its newest read and its accounts.
    Instance(&'l str, Option<&'l Snapshot>, &'l [Judged]),
    /// An entitlement: instance, its name, and the accounts that hold it.
    Entitlement(String, String, Vec<&'l Judged>),
}

/// An account as a read of an earlier time showed it.
pub struct Then {
    /// Where.
    pub instance: String,
    /// The account.
    pub account: AccountRow,
    /// The read.
    pub snapshot: Snapshot,
}

impl Usher {
    /// Answers for a person, an instance or an entitlement (`kind/name`, or its name).
    ///
    /// # Errors
    /// `PERSON-001` with the nearest name.
    pub async fn who<'l>(&self, lap: &'l Lap, subject: &str) -> Result<Who<'l>, Diagnostic> {
        if let Some(view) = lap.graph.instances.iter().find(|i| i.name == subject) {
            return Ok(Who::Instance(&view.name, view.snapshot.as_ref(), &view.accounts));
        }
        if let Some(found) = self.entitlement(lap, subject).await? {
            return Ok(found);
        }
        let person = self.person(&lap.graph.persons, subject)?;
        let of = lap.graph.instances.iter().flat_map(|i| i.accounts.iter().map(move |a| (i.name.as_str(), a)));
        let held = of.filter(|(_, a)| a.verdict.holder.and_then(|h| lap.graph.person(h)).is_some_and(|p| p.id == person.id)).collect();
        Ok(Who::Person(person, held))
    }

    async fn entitlement<'l>(&self, lap: &'l Lap, subject: &str) -> Result<Option<Who<'l>>, Diagnostic> {
        for view in &lap.graph.instances {
            let Some(snapshot) = &view.snapshot else { continue };
            let id = SnapshotId(snapshot.id);
            let all = rows(self.store(), id, RowKind::Entitlement).await?;
            let mut found = None;
            for (_, row) in all {
                if let Row::Entitlement(e) = row
                    && (format!("{}/{}", e.kind, e.native_id) == subject
                        || format!("{}/{}", e.kind, e.name) == subject
                        || e.name == subject)
                {
                    found = Some(e);
                    break;
                }
            }
            let Some(entitlement) = found else { continue };
            let mut holders = Vec::new();
            for (_, row) in rows(self.store(), id, RowKind::Grant).await? {
                if let Row::Grant(g) = row
                    && g.kind == entitlement.kind
                    && g.entitlement == entitlement.native_id
                {
                    holders.extend(view.accounts.iter().filter(|a| a.row.native_id == g.account));
                }
            }
            return Ok(Some(Who::Entitlement(view.name.clone(), format!("{}/{}", entitlement.kind, entitlement.name), holders)));
        }
        Ok(None)
    }

    /// Accounts of a person, or of an instance, as reads that began by this time showed them.
    ///
    /// # Errors
    /// What the store says.
    pub async fn who_at(&self, lap: &Lap, subject: &str, at: Time) -> Result<Vec<Then>, Diagnostic> {
        let one = lap.graph.instances.iter().any(|i| i.name == subject);
        let person = if one { None } else { Some(self.person(&lap.graph.persons, subject)?) };
        let mut out = Vec::new();
        for view in lap.graph.instances.iter().filter(|i| !one || i.name == subject) {
            let Some(snapshot) = self.store().snapshots(Seek::at(&view.name, false, at)).await?.pop() else { continue };
            for account in self.accounts_of(snapshot.id).await? {
                // Whose an account was is the link that stands: links are stored, not computed anew for the past.
                let held =
                    view.accounts.iter().find(|a| a.row.native_id == account.native_id).and_then(|a| lap.graph.person(a.verdict.holder?));
                let by_address = || person.is_some_and(|p| account.emails.iter().any(|e| crate::approve::has_address(p, &e.value)));
                if person.is_none_or(|p| held.is_some_and(|h| h.id == p.id) || (held.is_none() && by_address())) {
                    out.push(Then { instance: view.name.clone(), account, snapshot: snapshot.clone() });
                }
            }
        }
        Ok(out)
    }
}
