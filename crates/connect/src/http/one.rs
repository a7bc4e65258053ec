//! Reading one account, as fresh as it can be had.

use serde_json::{Map, Value};
use usher_domain::account::AccountRow;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::OperationName;
use usher_domain::snapshot::{Covers, EndMark, Ended, Grade, Row};
use usher_domain::template::Encoding;
use usher_domain::text;
use usher_domain::time::Time;

use super::Http;
use super::errors::Errors;
use super::map::{self, Unknown};
use super::reader::list_of;
use super::render::{self, Parts};
use super::values::{Values, no_value};
use crate::connector::{BoxFuture, Page, Reader, Turn};
use crate::fault::{Fault, FaultClass};
use crate::wire::Allowance;

/// One account: by its id, or by its login where the manifest says that the request takes that too (`idempotency`).
pub(super) async fn one(
    http: &Http,
    native_id: &str,
    user_name: Option<&str>,
    allowance: &mut Allowance,
) -> Result<Option<AccountRow>, Fault> {
    let unable = |why: &str| {
        let message = Diagnostic::new("HTTP-007", "one account can't be read", format!("{}: {why}", http.instance));
        Fault::new(FaultClass::Unsupported, message).not_sent()
    };
    let manifest = &http.manifest;
    let get = manifest.operations.get(&OperationName::GetAccount).ok_or_else(|| unable("its manifest has no get_account"))?;
    let list = list_of(OperationName::GetAccount, get).ok_or_else(|| unable("its get_account is not by HTTP"))?;
    let how = manifest.account.as_ref().ok_or_else(|| unable("its manifest maps no account"))?;
    let mut account = Map::new();
    account.insert("id".to_owned(), native_id.into());
    if let Some(login) = user_name {
        account.insert("userName".to_owned(), login.into());
    }
    if native_id.is_empty() {
        let create = manifest.operations.get(&OperationName::CreateAccount).and_then(|o| o.details.idempotency.as_ref());
        let find = create.filter(|i| i.find.value == OperationName::GetAccount && user_name.is_some());
        let find =
            find.ok_or_else(|| unable("it has no id yet, and the manifest does not say how to find it (create_account.idempotency)"))?;
        for (name, template) in &find.with {
            let values = Values { config: Some(&http.config), account: Some(&account), ..Values::default() };
            let text = template.render(Encoding::Raw, |n| values.get(n)).map_err(|e| no_value(name, &e))?;
            account.insert(name.strip_prefix("account.").unwrap_or(name).to_owned(), text.into());
        }
    }
    let values = Values { config: Some(&http.config), account: Some(&account), ..Values::default() };
    let parts = Parts { request: list.request, query: list.query, headers: list.headers };
    let request = render::request(&http.base, &manifest.headers, &parts, None, values)?;
    let errors = Errors::of(manifest, Some(OperationName::GetAccount));
    let answer = match http.wire.ask(&request, allowance, &errors).await {
        Ok(answer) => answer,
        Err(fault) if fault.class == FaultClass::NotFound => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let body = answer.json()?;
    let malformed = |why: String| {
        let message = Diagnostic::new("HTTP-008", "the app answered another account", format!("{}: {why}", answer.label));
        Fault::new(FaultClass::Malformed, message)
    };
    let found = map::records(list.records, &body).unwrap_or_default();
    let Some(record) = found.first() else { return Ok(None) };
    let row = map::account(how, record, &mut Unknown::new()).map_err(malformed)?;
    let is_it = if native_id.is_empty() {
        row.user_name.as_deref().zip(user_name).is_some_and(|(a, b)| text::fold(a) == text::fold(b))
    } else {
        row.native_id == native_id
    };
    if is_it {
        Ok(Some(row))
    } else {
        Err(malformed(format!("asked for {}, got {}", account.get("id").unwrap_or(&Value::Null), row.native_id)))
    }
}

/// The reader of one account.
pub(super) struct One<'m> {
    pub(super) http: &'m Http,
    pub(super) native_id: &'m str,
    pub(super) user_name: Option<&'m str>,
    pub(super) allowance: Allowance,
    pub(super) as_of: Time,
    pub(super) done: bool,
}

impl Reader for One<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        Box::pin(async move {
            if !std::mem::replace(&mut self.done, true)
                && let Some(row) = one(self.http, self.native_id, self.user_name, &mut self.allowance).await?
            {
                return Ok(Turn::Page(Page { rows: vec![Row::Account(row)], ..Page::default() }));
            }
            let covers = Covers::default();
            Ok(Turn::End(Ended {
                mark: EndMark::Whole,
                total: None,
                as_of: self.as_of,
                covers,
                grade: Grade::Observed,
                doubts: Vec::new(),
            }))
        })
    }
}
