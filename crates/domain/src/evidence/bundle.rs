//! A bundle as something to read from and to write to. The command line does it with a directory; tests in memory.

use std::collections::BTreeMap;

use super::FILES;

/// What stands at a place in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The name, without the folder.
    pub name: String,
    /// What it is.
    pub kind: FoundKind,
}

/// What something in a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A link, a pipe, anything else.
    Other,
}

/// Why a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It is not there.
    Missing,
    /// It is larger than the limit.
    TooLarge,
    /// Anything else, in words.
    Failed(String),
}

/// A bundle to check. Links are not followed.
pub trait BundleIn {
    /// What stands at the top (`folder` is empty) or in `files`.
    ///
    /// # Errors
    /// In words, if the folder can't be listed. A folder that is not there is empty.
    fn list(&self, folder: &str) -> Result<Vec<Found>, String>;

    /// The bytes of a regular file, `log.jsonl` or `files/<name>`, if they are at most `limit`.
    ///
    /// # Errors
    /// [`ReadError`].
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError>;
}

/// A bundle that is being written. Each path comes once.
pub trait BundleOut {
    /// Writes one file, `log.jsonl` or `files/<name>`.
    ///
    /// # Errors
    /// In words.
    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), String>;
}

/// A bundle in memory: what was written can be checked before it is handed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryBundle {
    /// Path and bytes.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl BundleOut for MemoryBundle {
    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        match self.files.insert(path.to_owned(), bytes.to_vec()) {
            None => Ok(()),
            Some(_) => Err(format!("{path} is written twice")),
        }
    }
}

impl BundleIn for MemoryBundle {
    fn list(&self, folder: &str) -> Result<Vec<Found>, String> {
        let mut found: BTreeMap<&str, FoundKind> = BTreeMap::new();
        for path in self.files.keys() {
            let rest = if folder.is_empty() { Some(path.as_str()) } else { path.strip_prefix(folder).and_then(|p| p.strip_prefix('/')) };
            let Some(rest) = rest else { continue };
            match rest.split_once('/') {
                Some((name, _)) => found.insert(name, FoundKind::Folder),
                None => found.insert(rest, FoundKind::File),
            };
        }
        Ok(found.into_iter().map(|(name, kind)| Found { name: name.to_owned(), kind }).collect())
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            None => Err(ReadError::Missing),
            Some(bytes) if bytes.len() as u64 > limit => Err(ReadError::TooLarge),
            Some(bytes) => Ok(bytes.clone()),
        }
    }
}

/// `files/<hex>.<ending>`.
pub(crate) fn path_of(digest: &crate::digest::Digest, ending: &str) -> String {
    format!("{FILES}/{}.{ending}", digest.hex())
}
