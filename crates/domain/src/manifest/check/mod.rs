//! What can only be seen once the whole manifest is read. All problems are listed, in the order of the file.

mod facts;
mod operations;
mod scopes;
mod shape;

use std::path::{Path, PathBuf};

use super::Manifest;
use crate::cel::{Condition, Scope};
use crate::diagnostic::Diagnostic;
use crate::person::Day;
use crate::template::Template;
use crate::yaml::{At, offer};

impl Manifest {
    /// Everything that is wrong beyond what the types say; empty: nothing. `file` is only named in messages; no fact may be seen after `today`.
    pub fn check(&self, file: impl AsRef<Path>, today: &Day) -> Vec<Diagnostic> {
        let mut check = Check { manifest: self, file: file.as_ref().to_owned(), found: Vec::new() };
        check.shape();
        check.facts(today);
        check.operations();
        check.found.sort_by_key(|d| d.place.as_ref().and_then(|p| p.line).unwrap_or(0));
        check.found
    }
}

struct Check<'m> {
    manifest: &'m Manifest,
    file: PathBuf,
    found: Vec<Diagnostic>,
}

impl Check<'_> {
    fn say<T>(&mut self, at: &At<T>, message: Diagnostic) {
        let message = at.place(&self.file, message);
        self.found.push(message);
    }

    fn wrong<T>(&mut self, at: &At<T>, detail: impl Into<String>, hint: impl Into<String>) {
        self.say(at, Diagnostic::new("MANIFEST-004", "a value that can't stand here", detail).hint(hint));
    }

    fn missing<T>(&mut self, at: &At<T>, detail: impl Into<String>, hint: impl Into<String>) {
        self.say(at, Diagnostic::new("MANIFEST-003", "a key is missing", detail).hint(hint));
    }

    fn condition(&mut self, condition: &At<Condition>, scope: &Scope) {
        self.condition_at(condition, condition, scope);
    }

    fn condition_at<T>(&mut self, at: &At<T>, condition: &Condition, scope: &Scope) {
        if let Err(error) = condition.check(scope) {
            let detail = if error.at > 0 { format!("{} (character {} of the condition)", error.what, error.at) } else { error.what };
            let message = Diagnostic::new("MANIFEST-010", "a condition that can't be decided", detail);
            let message = match error.hint {
                Some(hint) => message.hint(hint),
                None => message,
            };
            self.say(at, message);
        }
    }

    /// Every placeholder has a value, and there is no logic in a manifest's text.
    fn placeholders<'t, T: 't>(&mut self, at: &At<T>, templates: impl IntoIterator<Item = &'t Template>, known: &[String]) {
        for template in templates {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            for name in template.names().filter(|name| !known.contains(name)) {
                let message = Diagnostic::new("MANIFEST-011", "unknown placeholder", format!("{{{name}}} has no value here"));
                self.say(at, message.hint(offer(name, &known, "placeholders")));
            }
            if template.transforms() {
                self.wrong(
                    at,
                    format!("`{}` changes a value", template.text()),
                    "text in a manifest has placeholders and no logic: leave out what stands behind |",
                );
            }
        }
    }
}
