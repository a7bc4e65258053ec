//! `usher query`: JSON Lines, whatever the format.

use std::collections::BTreeMap;
use std::path::Path;

use usher_domain::diagnostic::{Diagnostic, Exit};

use super::{open, parse_pair, parse_time};
use crate::args::Query;
use crate::render::{Screen, count};

pub(crate) async fn run(what: &Query, dir: &Path, screen: Screen) -> Result<Exit, Diagnostic> {
    let usher = open(dir).await?;
    let now = usher.now();
    let time = |given: &Option<String>, else_: usher_domain::time::Time| given.as_deref().map_or(Ok(else_), parse_time);
    let until = time(&what.until, now)?;
    let since = time(&what.since, until.plus_seconds(-86_400))?;
    let window = BTreeMap::from([("since".to_owned(), since.to_string()), ("until".to_owned(), until.to_string())]);
    let said = [("since", what.since.is_some()), ("until", what.until.is_some())];
    let mut with: BTreeMap<String, String> = window.clone().into_iter().filter(|(key, _)| said.contains(&(key.as_str(), true))).collect();
    for pair in &what.with {
        let (key, value) = parse_pair(pair, "--with")?;
        with.insert(key.to_owned(), value.to_owned());
    }
    let mut records = 0;
    usher
        .query(&what.instance, &what.name, with, window, |record| {
            records += 1;
            screen.document(record);
        })
        .await?;
    usher.quiet();
    screen.note(&count(records, "record", "records"));
    Ok(Exit::Done)
}
