//! The apps that usher knows: names and texts, parsed on demand.

use std::fmt;
use std::path::Path;

use super::{Description, Manifest};
use crate::diagnostic::{Diagnostic, nearest};
use crate::person::Day;
use crate::yaml::{self, At, offer};

/// The catalogue goes down from the command line as an argument: below it nobody reads files or knows which apps exist.
#[derive(Clone, Default)]
pub struct Catalogue {
    apps: Vec<(String, String)>,
}

impl Catalogue {
    /// From pairs of app and manifest text; a later pair replaces an earlier one of the same name (a company's own app).
    pub fn new<N: Into<String>, T: Into<String>>(apps: impl IntoIterator<Item = (N, T)>) -> Self {
        let mut all = std::collections::BTreeMap::new();
        for (name, text) in apps {
            all.insert(name.into(), text.into());
        }
        Catalogue { apps: all.into_iter().collect() }
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.apps.iter().map(|(name, _)| name.as_str())
    }

    /// The text of an app's manifest.
    pub fn text(&self, app: &str) -> Option<&str> {
        self.apps.iter().find(|(name, _)| name == app).map(|(_, text)| text.as_str())
    }

    /// What is said of one app. Its operations are not looked at.
    ///
    /// # Errors
    /// `APP-001`: nothing has that name. `MANIFEST-…`: what is said of it can't be read, or it names another app.
    pub fn description(&self, app: &str) -> Result<Description, Diagnostic> {
        self.read(app, |file, text| yaml::from_str(yaml::MANIFEST, file, text), |read: &Description| &read.app)
    }

    /// One app.
    ///
    /// # Errors
    /// `APP-001`: nothing has that name; the nearest one is offered. `MANIFEST-…`: its manifest can't be read, or names another app.
    pub fn get(&self, app: &str) -> Result<Manifest, Diagnostic> {
        self.read(app, |file, text| Manifest::parse(file, text), |manifest| &manifest.app)
    }

    fn read<T>(
        &self,
        app: &str,
        parse: impl Fn(&str, &str) -> Result<T, Diagnostic>,
        name: impl Fn(&T) -> &At<String>,
    ) -> Result<T, Diagnostic> {
        let Some(text) = self.text(app) else { return Err(self.unknown(app)) };
        let file = format!("apps/{app}/app.yaml");
        let read = parse(&file, text)?;
        let named = name(&read);
        if **named == app {
            return Ok(read);
        }
        let detail = format!("the folder is `{app}`, the manifest says app: {named}");
        let message = Diagnostic::new("MANIFEST-007", "the app's name differs from its folder", detail);
        Err(named.place(file.as_ref(), message.hint("rename one of the two")))
    }

    /// Everything that is wrong with a manifest, also what only the catalogue shows: an app that it is related to and that isn't there.
    pub fn check(&self, file: impl AsRef<Path>, manifest: &Manifest, today: &Day) -> Vec<Diagnostic> {
        let mut found = manifest.check(&file, today);
        let others: Vec<&str> = self.names().filter(|name| *name != *manifest.app).collect();
        for related in manifest.related.iter().filter(|related| !others.contains(&related.as_str())) {
            let what = if **related == *manifest.app { "the app itself" } else { "not in the catalogue" };
            let message = Diagnostic::new("MANIFEST-013", "a name that leads nowhere", format!("the related app `{related}` is {what}"));
            found.push(related.place(file.as_ref(), message.hint(offer(related, &others, "apps"))));
        }
        found.sort_by_key(|d| d.place.as_ref().and_then(|place| place.line).unwrap_or(0));
        found
    }

    /// What is said where an app is not known.
    pub fn unknown(&self, app: &str) -> Diagnostic {
        let message = Diagnostic::new("APP-001", "unknown app", format!("`{app}` is not in the catalogue"));
        match nearest(app, self.names()) {
            Some(name) => message.hint(format!("did you mean `{name}`?")),
            None => message.hint("all apps: usher app list; an app with SCIM needs no entry of its own: app: scim; any export: app: csv"),
        }
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apps_folder_has_its_name_however_it_is_read() {
        let catalogue = Catalogue::new([("okta", "manifest: 1\napp: box\nname: Box\nversion: 2026.11.1\n")]);
        let whole = catalogue.get("okta").map(|m| m.name).unwrap_err();
        assert_eq!((whole.code, whole.place.as_ref().unwrap().line), ("MANIFEST-007", Some(2)));
        assert_eq!(catalogue.description("okta").map(|d| d.name).unwrap_err(), whole);
        assert_eq!(catalogue.description("okat").unwrap_err().hint.as_deref(), Some("did you mean `okta`?"));
    }

    #[test]
    fn a_related_app_is_in_the_catalogue() {
        let text = |app: &str, related: &str| format!("manifest: 1\napp: {app}\nname: A\nversion: 2026.11.1\nrelated: [{related}]\n");
        let catalogue = Catalogue::new([("okta", text("okta", "box, okat, okta")), ("box", text("box", "okta"))]);
        let today = Day::parse("2026-11-26").unwrap();
        let check = |app: &str| catalogue.check("app.yaml", &catalogue.get(app).unwrap(), &today);
        assert_eq!(check("box"), []);
        let found = check("okta");
        let said: Vec<_> = found.iter().map(|d| (d.code, d.detail.as_str(), d.place.as_ref().unwrap().line)).collect();
        assert_eq!(
            said,
            [
                ("MANIFEST-013", "the related app `okat` is not in the catalogue", Some(5)),
                ("MANIFEST-013", "the related app `okta` is the app itself", Some(5))
            ]
        );
    }
}
