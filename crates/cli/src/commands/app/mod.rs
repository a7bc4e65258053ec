//! `usher app`: the catalogue. Needs no workspace.

mod check;
mod guide;
mod list;
mod search;
mod show;
mod site;

use std::path::{Path, PathBuf};

use usher_domain::diagnostic::{Diagnostic, Exit};
use usher_domain::manifest::{Manifest, OperationName};
use usher_domain::person::Day;

use crate::args::App;
use crate::catalogue::catalogue;
use crate::outside;
use crate::render::Screen;

pub(crate) fn run(what: &App, screen: Screen) -> Result<Exit, Diagnostic> {
    match what {
        App::List(filter) => list::list(filter, screen),
        App::Show { app } => show::show(app, screen),
        App::Search { words } => search::search(words, screen),
        App::Guide { app, html, out } => guide::guide(app, *html, out.as_deref(), screen),
        App::Site { dir } => site::site(dir, screen),
        App::Check { app, stale } => check::check(app.as_deref(), *stale, screen),
    }
}

fn today() -> Result<Day, Diagnostic> {
    Day::parse(&outside::now().day()).ok_or_else(|| Diagnostic::new("SYSTEM-007", "the clock shows no day", String::new()))
}

/// A manifest file that is named instead of an app of the catalogue, or the folder that holds one as its `app.yaml`.
fn file(name: &str) -> Option<PathBuf> {
    let named = name.ends_with(".yaml") || name.ends_with(".yml") || name.contains('/');
    let path = PathBuf::from(name);
    named.then(|| if path.is_dir() { path.join("app.yaml") } else { path })
}

fn read(path: &Path) -> Result<String, Diagnostic> {
    std::fs::read_to_string(path).map_err(|e| Diagnostic::new("SYSTEM-005", "a file can't be read", format!("{}: {e}", path.display())))
}

/// An app of the catalogue, or the manifest in a file.
fn manifest(name: &str) -> Result<Manifest, Diagnostic> {
    match file(name) {
        Some(path) => Manifest::parse(&path, &read(&path)?),
        None => catalogue().get(name),
    }
}

/// Every app of the catalogue.
fn all() -> Result<Vec<Manifest>, Diagnostic> {
    each(|_| true, |name| catalogue().get(name))
}

/// What is read of each app whose text is chosen, in the order of their names. Reading one takes about a millisecond, so all processors read.
fn each<T: Send>(chosen: impl Fn(&str) -> bool, make: impl Fn(&str) -> Result<T, Diagnostic> + Sync) -> Result<Vec<T>, Diagnostic> {
    let catalogue = catalogue();
    let names: Vec<&str> = catalogue.names().filter(|name| catalogue.text(name).is_some_and(&chosen)).collect();
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let part = names.len().div_ceil(workers).max(1);
    let read = |names: &[&str]| names.iter().map(|name| make(name)).collect::<Result<Vec<T>, _>>();
    std::thread::scope(|scope| {
        let readers: Vec<_> = names.chunks(part).map(|names| scope.spawn(move || read(names))).collect();
        let mut made = Vec::new();
        for reader in readers {
            let part = reader
                .join()
                .map_err(|_| Diagnostic::new("SYSTEM-002", "the program can't start its threads", "a reader of manifests ended"))?;
            made.extend(part?);
        }
        Ok(made)
    })
}

fn kind(manifest: &Manifest, operation: OperationName) -> String {
    if operation == OperationName::ListAccounts && manifest.is_people_source() {
        return "csv".to_owned();
    }
    manifest.ways(operation).first().map_or_else(|| "-".to_owned(), |w| w.kind().as_str().to_owned())
}

/// By what an account comes to be: created, or invited.
fn create(manifest: &Manifest) -> String {
    let created = kind(manifest, OperationName::CreateAccount);
    if created == "-" { kind(manifest, OperationName::InviteAccount) } else { created }
}

fn shut(manifest: &Manifest) -> String {
    let ways = OperationName::ALL.iter().filter(|o| o.shuts()).map(|o| kind(manifest, *o));
    ways.into_iter().find(|k| k != "-").unwrap_or_else(|| "-".into())
}

fn automation(manifest: &Manifest) -> String {
    if manifest.is_people_source() { "people source".to_owned() } else { manifest.automation().as_str().to_owned() }
}
