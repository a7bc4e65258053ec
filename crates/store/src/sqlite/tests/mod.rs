//! The contract on SQLite, and what only this engine promises.

mod broken;
mod grouped;
mod migrating;
mod processes;

use std::path::Path;
use std::sync::Arc;

use super::{Settings, Sqlite};
use crate::store::Store;
use crate::system_clock;
use crate::testing::Fresh;

fn settings(folder: &Path) -> Settings {
    Settings::new(folder.join("usher.db"), system_clock())
}

fn fresh() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    Fresh::new(move || Arc::new(Sqlite::open(settings.clone()).unwrap()) as Arc<dyn Store>, folder)
}

mod contract {
    use super::*;

    crate::store_contract!(fresh());
}
