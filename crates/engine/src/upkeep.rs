//! Looking after a store: whose it is, whether all of it is what was written, and copies of it.

use std::path::{Path, PathBuf};

use usher_domain::diagnostic::Diagnostic;
use usher_store::carry::{self, Contents, Watch};
use usher_store::{META, Problem, Store};

pub use usher_store::carry::Contents as Holds;
pub use usher_store::shown;

use crate::identity::TENANT;
use crate::shelves::{self, PlanRecord, RunRecord};
use crate::usher::Usher;

/// Refuses a store that is half a copy, or that another company began.
pub(crate) async fn ours(store: &dyn Store, domains: &[String]) -> Result<(), Diagnostic> {
    if let Some(from) = carry::unfinished(store).await? {
        return Err(Diagnostic::new("STORE-033", "this store is half a copy", format!("a copy from {from} was begun and did not end"))
            .hint("end it first: run the same usher store copy again"));
    }
    let Some(row) = store.get(META, TENANT).await? else { return Ok(()) };
    let tenant = String::from_utf8_lossy(&row.body).into_owned();
    let domain = tenant.split('/').next().unwrap_or_default();
    if domains.is_empty() || domains.iter().any(|d| d.eq_ignore_ascii_case(domain)) {
        return Ok(());
    }
    let detail = format!("it was begun as {tenant}, and usher.yaml has domains: {}", domains.join(", "));
    Err(Diagnostic::new("STORE-035", "this store is another company's", detail)
        .hint("name another store, or put that domain back into `domains` if the company has it"))
}

impl Usher {
    /// Looks at everything in the store: bytes, digests, what belongs to nothing; and whether every run and every plan is a possible one.
    /// Repairs nothing.
    ///
    /// # Errors
    /// What keeps it from looking.
    pub async fn check_store(&self) -> Result<Vec<Problem>, Diagnostic> {
        let mut problems = self.store().check().await?;
        let mut unless = |place: String, error: Diagnostic| problems.push(Problem { place, what: error.detail });
        let runs = shelves::all::<RunRecord>(self.store()).await.unwrap_or_else(|error| {
            unless("runs".into(), error);
            Vec::new()
        });
        for record in runs {
            if let Err(error) = self.replay(&record).await {
                unless(format!("run {}", record.run), error);
            }
        }
        let plans = shelves::all::<PlanRecord>(self.store()).await.unwrap_or_else(|error| {
            unless("plans".into(), error);
            Vec::new()
        });
        for record in plans {
            if let Err(error) = self.open_plan(record.digest).await {
                unless(format!("plan {}", record.digest.short()), error);
            }
        }
        Ok(problems)
    }

    /// Writes the store, as it is at one moment, into a new SQLite file, and looks at everything in it: a backup that nobody could read is none.
    ///
    /// # Errors
    /// `STORE-034` where the file can't be made; `STORE-036` where what was written is not whole.
    pub async fn backup(&self, file: &Path) -> Result<Contents, Diagnostic> {
        self.store().backup(file).await?;
        let url = format!("sqlite:{}", file.display());
        let made = usher_store::open(&url, &std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")))?;
        if let Some(problem) = made.check().await?.first() {
            let detail = format!("{}: {} {}", file.display(), problem.place, problem.what);
            return Err(Diagnostic::new("STORE-036", "the backup is not whole", detail).hint("look at the store itself: usher store check"));
        }
        Ok(carry::contents(&*made).await?)
    }
}

/// Copies one store into another; see [`carry::copy`]. Relative paths count from `workspace`.
///
/// # Errors
/// As [`usher_store::open`] and [`carry::copy`].
pub async fn copy(from: &str, to: &str, workspace: &Path, watch: Watch<'_>) -> Result<Contents, Diagnostic> {
    if from == to {
        return Err(Diagnostic::new("STORE-030", "the target holds something else", "source and target are the same store")
            .hint("name a new, empty store"));
    }
    let (source, target) = (usher_store::open(from, workspace)?, usher_store::open(to, workspace)?);
    carry::copy(&*source, &*target, &usher_store::shown(from), watch).await
}
