//! A company's workspace, opened: configuration, store, clock, and the ways to its instances.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use usher_domain::diagnostic::{Diagnostic, nearest};
use usher_domain::manifest::{Catalogue, Manifest};
use usher_domain::time::Time;
use usher_domain::workspace::Workspace;
use usher_store::Store;

use crate::given::{Clock, Entropy, Progress};
use crate::settings::Settings;

/// What is handed in from outside.
#[derive(Clone)]
pub struct Given {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who watches.
    pub progress: Arc<dyn Progress>,
}

/// An opened workspace. Every command that has one works through it.
pub struct Usher {
    pub(crate) dir: PathBuf,
    pub(crate) text: Vec<u8>,
    pub(crate) workspace: Workspace,
    pub(crate) settings: Settings,
    pub(crate) catalogue: Catalogue,
    pub(crate) manifests: BTreeMap<String, Arc<Manifest>>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) given: Given,
}

/// The name of the configuration file.
pub const CONFIG: &str = "usher.yaml";

impl Usher {
    /// Opens the workspace in this directory; the store is made at first need.
    ///
    /// # Errors
    /// `WORKSPACE-…` with line and hint, `STORE-…`, `APP-001` for an instance of an unknown app.
    pub async fn open(dir: &Path, catalogue: Catalogue, given: Given) -> Result<Usher, Diagnostic> {
        let path = dir.join(CONFIG);
        let text = std::fs::read_to_string(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                Diagnostic::new("WORKSPACE-010", "this is no workspace", format!("{} has no {CONFIG}", dir.display()))
                    .hint("make one: usher init, or name another directory: usher --dir DIR")
            }
            _ => Diagnostic::new("WORKSPACE-011", "the configuration can't be read", format!("{}: {e}", path.display())),
        })?;
        Self::open_with(dir, text, catalogue, given).await
    }

    /// The same with a configuration that does not stand in its file (yet): what a change of it would do.
    ///
    /// # Errors
    /// As [`Usher::open`].
    pub async fn open_with(dir: &Path, text: String, catalogue: Catalogue, given: Given) -> Result<Usher, Diagnostic> {
        let workspace = Workspace::parse(CONFIG, &text)?;
        let mut manifests = BTreeMap::new();
        for app in workspace.instances.values().map(|i| i.app.as_str().to_owned()).collect::<std::collections::BTreeSet<_>>() {
            if let Ok(manifest) = catalogue.get(&app) {
                manifests.insert(app, Arc::new(manifest));
            }
        }
        let problems = workspace.check(CONFIG, &catalogue);
        if let Some(first) = problems.into_iter().next() {
            return Err(first);
        }
        let settings = Settings::of(&workspace, &manifests);
        let clock = given.clock.clone();
        let store = usher_store::open_at(&settings.store, dir, Arc::new(move || clock.now()))?;
        crate::upkeep::ours(&*store, settings.domain_names()).await?;
        Ok(Usher { dir: dir.to_owned(), text: text.into_bytes(), workspace, settings, catalogue, manifests, store, given })
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.given.clock.now()
    }

    /// The workspace's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The apps that usher knows.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The manifest of an instance's app.
    ///
    /// # Errors
    /// `INSTANCE-001` with the nearest name.
    pub fn manifest(&self, instance: &str) -> Result<&Manifest, Diagnostic> {
        self.manifest_ref(instance).map(|m| &**m)
    }

    pub(crate) fn manifest_of(&self, instance: &str) -> Result<Arc<Manifest>, Diagnostic> {
        self.manifest_ref(instance).cloned()
    }

    fn manifest_ref(&self, instance: &str) -> Result<&Arc<Manifest>, Diagnostic> {
        let setting = self.settings.instances.get(instance).ok_or_else(|| self.unknown(instance))?;
        self.manifests.get(&setting.app).ok_or_else(|| self.catalogue.unknown(&setting.app))
    }

    /// Checks that an instance is in the workspace.
    ///
    /// # Errors
    /// `INSTANCE-001` with the nearest name.
    pub fn known(&self, instance: &str) -> Result<(), Diagnostic> {
        if self.settings.instances.contains_key(instance) { Ok(()) } else { Err(self.unknown(instance)) }
    }

    fn unknown(&self, instance: &str) -> Diagnostic {
        let names = self.settings.instances.keys().map(String::as_str);
        let message = Diagnostic::new("INSTANCE-001", "unknown instance", format!("`{instance}` is not in {CONFIG}"))
            .exit(usher_domain::diagnostic::Exit::Usage);
        match nearest(instance, names.clone()) {
            Some(near) => message.hint(format!("did you mean `{near}`?")),
            None => message.hint(format!("instances here: {}", names.collect::<Vec<_>>().join(", "))),
        }
    }
}
