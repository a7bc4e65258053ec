//! From an approved step to the one request that carries it out.

use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{Access, Body, Operation, OperationName, Way};
use usher_domain::plan::{Opening, Step};

use super::render::{self, Parts};
use super::values::{Values, no_value};
use super::{Http, map, one, reader};
use crate::connector::Budget;
use crate::fault::{Fault, FaultClass};
use crate::target::{self, unsupported};
use crate::wire::{Allowance, Request};

/// A step's request, with the operation that decides about its errors.
pub(super) async fn render(http: &Http, step: &Step, opening: &Opening) -> Result<(OperationName, Request), Fault> {
    let (name, operation) = operation_of(http, step, opening)?;
    let request = operation.ways.iter().find_map(|way| if let Way::Request(request) = &way.value { Some(request) } else { None });
    let request = request.ok_or_else(|| unsupported(step, "its manifest names no request for it"))?;
    allowed(http, step, operation, opening).await?;
    let mut account = opening.account().clone();
    for (key, value) in opening.after() {
        account.entry(key.clone()).or_insert_with(|| value.clone());
    }
    let part = |key: &str| opening.account().get(key).and_then(Value::as_object);
    let values = Values {
        config: Some(&http.config),
        account: Some(&account),
        entitlement: part("entitlement"),
        credential: part("credential"),
        grant: part("grant"),
        with: None,
    };
    let details = &operation.details;
    let parts = Parts { request, query: &details.query, headers: &details.headers };
    let rendered = render::request(&http.base, &http.manifest.headers, &parts, None, values)?;
    let rendered = match details.body.as_ref().map(|at| &at.value) {
        Some(Body::Literal(literal)) => {
            let pairs = literal.iter().map(|(key, item)| item.value(&|n| values.get(n)).map(|v| (key.clone(), v)));
            let body = pairs.collect::<Result<Map<_, _>, _>>().map_err(|e| no_value(&request.to_string(), &e))?;
            render::with_json(rendered, &Value::Object(body))
        }
        Some(which @ (Body::Account | Body::AccountChanges)) => {
            let how = http.manifest.account.as_ref().ok_or_else(|| unsupported(step, "its manifest maps no account"))?;
            let creating = *which == Body::Account;
            if creating
                && how.map.values().any(|a| a.generate.is_some() && matches!(a.access, Access::Create | Access::ReadWrite | Access::Write))
            {
                return Err(unsupported(step, "the app wants a first password, and usher makes none yet"));
            }
            let mut wanted = target::wanted(opening);
            if creating && let (false, Some(login)) = (wanted.contains_key("userName"), opening.user_name()) {
                wanted.insert("userName".into(), login.into());
            }
            render::with_json(rendered, &map::body(how, &wanted, creating).map_err(|why| unsupported(step, &why))?)
        }
        None if !details.form.is_empty() => render::with_form(rendered, &details.form, values)?,
        None => rendered,
    };
    Ok((name, rendered))
}

/// The operation of a step: of accounts, else of the kind of entitlement or credential that the step is about.
fn operation_of<'m>(http: &'m Http, step: &Step, opening: &Opening) -> Result<(OperationName, &'m Operation), Fault> {
    let manifest = &http.manifest;
    let name = OperationName::ALL.iter().copied().find(|name| name.writes() && name.as_str() == step.action);
    let name = name.ok_or_else(|| unsupported(step, "this is no operation on an app"))?;
    let kind = |key: &str| opening.account().get(key).and_then(|v| v.get("kind")).and_then(Value::as_str);
    let operation = match name {
        OperationName::Grant | OperationName::Revoke => {
            let of = manifest.entitlements.iter().find(|(known, _)| Some(known.as_str()) == kind("entitlement")).map(|(_, of)| of);
            of.and_then(|of| if name == OperationName::Grant { of.grant.as_ref() } else { of.revoke.as_ref() })
        }
        OperationName::RevokeCredential => {
            let of = manifest.credentials.iter().find(|(known, _)| Some(known.as_str()) == kind("credential")).map(|(_, of)| of);
            of.and_then(|of| of.revoke_credential.as_ref())
        }
        OperationName::RevokeSessions => manifest.credentials.values().find_map(|of| of.revoke_sessions.as_ref()),
        _ => manifest.operations.get(&name),
    };
    operation.map(|operation| (name, operation)).ok_or_else(|| unsupported(step, "its manifest has no such operation"))
}

/// Checks `require` on the account as it is now, where it can be read by id; else on what the plan expects.
async fn allowed(http: &Http, step: &Step, operation: &Operation, opening: &Opening) -> Result<(), Fault> {
    let Some(require) = operation.details.require.as_ref() else { return Ok(()) };
    let by_http =
        http.manifest.operations.get(&OperationName::GetAccount).and_then(|o| reader::list_of(OperationName::GetAccount, o)).is_some();
    let account = match opening.native_id().filter(|_| by_http) {
        Some(id) => match one::one(http, id, opening.user_name(), &mut Allowance::from(Budget::default())).await? {
            Some(row) => row.view(),
            None => {
                return Err(refused(
                    step,
                    FaultClass::NotFound,
                    "HTTP-009",
                    "the account is not there",
                    "it was read before it is written, and is gone",
                ));
            }
        },
        None => opening.account().iter().chain(opening.before()).map(|(k, v)| (k.clone(), v.clone())).collect(),
    };
    if require.holds(&[("account", &Value::Object(account))]) {
        return Ok(());
    }
    Err(refused(
        step,
        FaultClass::Conflict,
        "HTTP-010",
        "the app would do something else",
        &format!("the account does not fulfil: {}", require.text()),
    ))
}

fn refused(step: &Step, class: FaultClass, code: &'static str, summary: &'static str, why: &str) -> Fault {
    Fault::new(class, Diagnostic::new(code, summary, format!("step {} ({}): {why}", step.n, step.action))).not_sent()
}
