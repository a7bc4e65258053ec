//! Who this company is in its evidence: tenant, log key, and the digests of its configuration (approvals-and-evidence §0, §1).

use std::path::PathBuf;

use usher_domain::checkpoint::{Checkpoint, LogKey, log_name};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::log::Entry;
use usher_store::{Batch, META, ShelfRow};

use crate::ledger::{self, Ledger};
use crate::usher::{CONFIG, Usher};

/// The row with the tenant's name.
pub(crate) const TENANT: &str = "tenant";
/// Where the log's private key lies in a workspace, if nobody keeps it elsewhere.
const LOG_KEY: &str = ".usher/log.pem";

fn no_key(path: &std::path::Path, e: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new("EVIDENCE-003", "the log's key can't be used", format!("{}: {e}", path.display()))
        .hint("restore it from where you keep it: without it nothing new can be signed")
}

impl Usher {
    /// The tenant's name, drawn once; with it the log is opened and the signers in force are written down.
    pub(crate) async fn tenant(&self) -> Result<String, Diagnostic> {
        if let Some(row) = self.store().get(META, TENANT).await? {
            return Ok(String::from_utf8_lossy(&row.body).into_owned());
        }
        let now = self.now();
        let tenant = format!("{}/usher/{}", self.settings.first_domain().to_lowercase(), self.given.entropy.hex(4));
        let signers = self.signers(self.given.entropy.salt())?.to_bytes();
        let revoked = self.revoked()?;
        let entries = vec![
            Entry::Opened { tenant: tenant.clone(), previous: None },
            ledger::signers(Digest::of(&signers), revoked.as_deref().map(Digest::of)),
        ];
        let mut keep = Batch::default().blob(signers).row(ShelfRow::new(META, TENANT, tenant.clone()));
        if let Some(revoked) = revoked {
            keep = keep.blob(revoked);
        }
        self.log_key_for(&tenant)?;
        Ledger::new(self.store())
            .append_with(now, entries, keep, |seqs, keep| keep.row(ledger::signers_row(seqs.last().copied().unwrap_or(0))))
            .await?;
        Ok(tenant)
    }

    /// The log's key; made at first need, readable by its owner only.
    pub(crate) async fn log_key(&self) -> Result<LogKey, Diagnostic> {
        let tenant = self.tenant().await?;
        self.log_key_for(&tenant)
    }

    /// Where the log's private key lies.
    pub fn log_key_path(&self) -> PathBuf {
        self.dir.join(LOG_KEY)
    }

    fn log_key_for(&self, tenant: &str) -> Result<LogKey, Diagnostic> {
        let path = self.log_key_path();
        let name = log_name(tenant, 1);
        match std::fs::read_to_string(&path) {
            Ok(pem) => LogKey::from_pem(&pem, &name).map_err(|e| no_key(&path, e)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                self.given.entropy.fill(&mut seed);
                let key = LogKey::from_seed(&seed, &name).map_err(|e| no_key(&path, e))?;
                let pem = key.to_pem().map_err(|e| no_key(&path, e))?;
                write_private(&path, pem.as_bytes()).map_err(|e| no_key(&path, e))?;
                Ok(key)
            }
            Err(e) => Err(no_key(&path, e)),
        }
    }

    /// A signed checkpoint of the whole log as it is now.
    ///
    /// # Errors
    /// `EVIDENCE-003` without the log's key.
    pub async fn checkpoint(&self) -> Result<String, Diagnostic> {
        let key = self.log_key().await?;
        let tip = Ledger::new(self.store()).tip().await?;
        Ok(Checkpoint::sign(tip.tree().size(), tip.tree().root(), &key))
    }

    /// The log's public key, as an auditor is given it once.
    ///
    /// # Errors
    /// `EVIDENCE-003` without the log's key.
    pub async fn vkey(&self) -> Result<String, Diagnostic> {
        Ok(self.log_key().await?.vkey().to_string())
    }

    /// The listing of the configuration files, and its digest.
    pub(crate) fn config_tree(&self) -> (Vec<u8>, Digest) {
        tree(&[(CONFIG, &self.text)])
    }

    /// The listing of an instance's app folder, and its digest.
    pub(crate) fn app_tree(&self, instance: &str) -> (Vec<u8>, Digest) {
        let app = self.settings.instances.get(instance).map_or("", |i| i.app.as_str());
        let text = self.catalogue.text(app).unwrap_or("");
        tree(&[("app.yaml", text.as_bytes())])
    }

    /// An instance's resolved configuration without secrets, and its digest.
    pub(crate) fn instance_config(&self, instance: &str) -> Result<(Vec<u8>, Digest), Diagnostic> {
        let bytes = self
            .workspace
            .instance(instance)?
            .pin(instance, self.manifest(instance)?)
            .map_err(|e| Diagnostic::new("WORKSPACE-012", "a number in the configuration is too large", format!("{instance}: {e}")))?;
        let digest = Digest::of(&bytes);
        Ok((bytes, digest))
    }

    /// The revoked keys file, if any key is revoked.
    pub(crate) fn revoked(&self) -> Result<Option<Vec<u8>>, Diagnostic> {
        let mut keys = Vec::new();
        for line in &self.workspace.revoked_keys {
            keys.push(
                usher_domain::sshsig::Key::parse(line.as_str()).map_err(|e| {
                    Diagnostic::new("APPROVE-015", "the approvers in usher.yaml can't be used", format!("revoked_keys: {e}"))
                })?,
            );
        }
        let revoked = usher_domain::signers::Revoked::new(keys);
        Ok((!revoked.is_empty()).then(|| revoked.to_bytes()))
    }
}

/// What `sha256sum` prints over these files: `<64 hex>  <path>`, sorted by path.
fn tree(files: &[(&str, &[u8])]) -> (Vec<u8>, Digest) {
    let mut files = files.to_vec();
    files.sort_by(|a, b| a.0.cmp(b.0));
    let text: String = files.iter().map(|(path, bytes)| format!("{}  {path}\n", Digest::of(bytes).hex())).collect();
    let digest = Digest::of(text.as_bytes());
    (text.into_bytes(), digest)
}

/// Writes a file that only its owner can read; it must not be there yet.
pub(crate) fn write_private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
