//! What `doctor` and `connect` want to know about an app that the manifest describes.

use std::collections::BTreeMap;

use usher_domain::manifest::{OperationName, QueryUse};

use super::Http;
use super::listing::Listing;
use super::query::Queried;
use super::reader::list_of;
use super::values::Values;
use crate::connector::{Budget, CheckReport, Reader as _, Turn};
use crate::fault::Fault;
use crate::wire::Allowance;

pub(super) async fn check(http: &Http) -> Result<CheckReport, Fault> {
    let mut report = CheckReport::default();
    let now = http.wire.clock().now();
    // The cheapest thing that proves the credentials: a query made for it, else the first page of accounts.
    for (name, _) in http.manifest.queries.iter().filter(|(_, query)| query.feeds == Some(QueryUse::Health)) {
        let mut reader = Queried::new(http, name.as_str(), &BTreeMap::new(), Budget::default(), now)?;
        while let Turn::Page(_) = reader.next().await? {}
        report.good.push(format!("the app answers `{}`", name.as_str()));
    }
    let list = http.manifest.operations.get(&OperationName::ListAccounts).and_then(|o| list_of(OperationName::ListAccounts, o));
    if let Some(list) = list {
        let values = Values { config: Some(&http.config), ..Values::default() };
        let mut listing = Listing::new(http, &list, values, 1, None)?;
        let first = listing.page(&mut Allowance::from(Budget::default())).await?;
        report.good.push(format!("accounts can be read; the first page has {}", first.map_or(0, |page| page.records.len())));
    }
    report.warnings.push("the app does not say whose token this is: name the account under guards.protected, if it has one".to_owned());
    Ok(report)
}
