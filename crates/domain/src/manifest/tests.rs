use super::*;

/// The apps of the repository.
pub(crate) fn apps() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps");
    let mut apps: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path().join("app.yaml")).unwrap())
        })
        .collect();
    apps.sort();
    apps
}

#[test]
fn every_app_of_the_repository_parses() {
    for (name, text) in apps() {
        let manifest = Manifest::parse(format!("apps/{name}/app.yaml"), &text).unwrap_or_else(|e| panic!("{e} {:?} {:?}", e.place, e.hint));
        assert_eq!(*manifest.app, name);
    }
}
