//! A step as a person gets it: what to do, what to copy, what proves it, what to answer. Rendering is pure; the engine keeps the task.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use usher_domain::fact::Known;
use usher_domain::manifest::{Expect, Fields, Kind, Manifest, Operation, OperationName};
use usher_domain::plan::{Opening, Step};
use usher_domain::template::Encoding;

/// A task as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDraft {
    /// One line.
    pub title: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to copy: attribute and value.
    pub fields: Vec<(String, String)>,
    /// What a later read must show, in words, and how good that proof is.
    pub proves: String,
    /// What to answer when it is done.
    pub asks: Vec<String>,
}

/// Attributes of `after` that only a read computes: nobody types them.
const COMPUTED: [&str; 4] = ["status", "door", "seat", "gone"];

/// Renders the task of a step. `config` is the instance's, without secrets. A value that nobody knows is shown as `(not known)`.
pub fn task_text(instance: &str, manifest: &Manifest, config: &Map<String, Value>, step: &Step, opening: &Opening) -> TaskDraft {
    let operation = operation(manifest, step, opening);
    let account = view(opening);
    let who =
        ["userName", "email", "id"].iter().find_map(|k| account.get(*k).and_then(shown)).unwrap_or_else(|| "a new account".to_owned());
    let value = |name: &str| {
        let nested = name.split_once('.').and_then(|(what, attribute)| match what {
            "account" => account.get(attribute),
            other => opening.account().get(other)?.get(attribute),
        });
        let found = nested.or_else(|| config.get(name)).filter(|v| v.is_string() || v.is_number() || v.is_boolean());
        Some(found.map_or_else(|| Cow::Owned(Value::from("(not known)")), Cow::Borrowed))
    };
    let render = |step: &usher_domain::template::Template| step.render(Encoding::Raw, value).unwrap_or_else(|_| step.text().to_owned());
    let steps = operation.and_then(Operation::human).map(|steps| steps.0.iter().map(render).collect());
    TaskDraft {
        title: format!("{} in {instance}: {who}", verb(&step.action)),
        steps: steps.unwrap_or_else(|| vec![format!("{} in {}: {who}", verb(&step.action), manifest.name)]),
        fields: fields(operation, &account, opening),
        proves: proves(manifest, operation, opening),
        asks: asks(manifest, operation, step),
    }
}

fn operation<'m>(manifest: &'m Manifest, step: &Step, opening: &Opening) -> Option<&'m Operation> {
    let kind = opening.account().get("entitlement").and_then(|e| e.get("kind")).and_then(Value::as_str);
    let of_kind = || manifest.entitlements.iter().find(|(known, _)| Some(known.as_str()) == kind).map(|(_, of)| of);
    match step.action.as_str() {
        "grant" => of_kind()?.grant.as_ref(),
        "revoke" => of_kind()?.revoke.as_ref(),
        action => manifest.operations.iter().find(|(name, _)| name.as_str() == action).map(|(_, operation)| operation),
    }
}

/// Everything that is known of the account: what it shall be, over what it is, over how it is addressed.
fn view(opening: &Opening) -> Map<String, Value> {
    let mut all = opening.account().clone();
    all.extend(opening.before().clone());
    all.extend(opening.after().iter().filter(|(key, _)| !COMPUTED.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())));
    all.remove("entitlement");
    all
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Null => None,
        Value::Array(items) => Some(items.iter().filter_map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.get("set") == Some(&Value::Bool(true)) => Some("(a secret, handed over apart)".to_owned()),
        other => Some(other.to_string()),
    }
}

/// The manifest's list; else what the step changes.
fn fields(operation: Option<&Operation>, account: &Map<String, Value>, opening: &Opening) -> Vec<(String, String)> {
    let names: Vec<&str> = match operation.and_then(|o| o.details.fields.as_ref()) {
        Some(Fields::Copy(names)) => names.iter().map(String::as_str).collect(),
        _ => opening.after().keys().map(String::as_str).filter(|k| !COMPUTED.contains(k)).collect(),
    };
    names.into_iter().filter_map(|name| Some((name.to_owned(), shown(account.get(name)?)?))).collect()
}

fn proves(manifest: &Manifest, operation: Option<&Operation>, opening: &Opening) -> String {
    let after = opening.after();
    let expected = if after.get("gone") == Some(&Value::Bool(true)) {
        "the account is not there any more".to_owned()
    } else {
        after.iter().filter_map(|(k, v)| Some(format!("{k} is {}", shown(v)?))).collect::<Vec<_>>().join(" and ")
    };
    let condition = operation.and_then(|o| o.details.verify.as_ref()).and_then(|v| match &v.expect.value {
        Expect::Holds(condition) if expected.is_empty() => Some(format!("that {}", condition.text())),
        Expect::NotFound if expected.is_empty() => Some("that the account is not there any more".to_owned()),
        _ => None,
    });
    let otherwise = || if expected.is_empty() { "what was asked for".to_owned() } else { format!("that {expected}") };
    let shows = condition.unwrap_or_else(otherwise);
    match manifest.ways(OperationName::ListAccounts).first().map(|way| way.kind()) {
        Some(Kind::Csv | Kind::C1z) => format!("A newer export of the app shows {shows}. Without one your word counts as attested."),
        Some(Kind::Human) | None => format!("Your word, counted as attested: the console shows {shows}."),
        Some(_) => format!("usher reads the app again and sees {shows}."),
    }
}

/// The manifest's questions, and one for each thing that may outlive the account and of which nobody knows (lifecycle.md §7).
fn asks(manifest: &Manifest, operation: Option<&Operation>, step: &Step) -> Vec<String> {
    let mut asks: Vec<String> = operation.map(|o| o.details.ask.clone()).unwrap_or_default();
    if matches!(step.action.as_str(), "deactivate_account" | "suspend_account" | "delete_account") {
        let fates = &manifest.facts.on_deactivate;
        for (claims, what, words) in [
            (&fates.sessions, "Did its open sessions end?", ["session", "signed in"]),
            (&fates.api_keys, "Did its API keys and tokens stop working?", ["API key", "token"]),
            (&fates.owned, "Does it own anything that others need?", ["own anything", "owns"]),
        ] {
            let unknown = claims.iter().all(|claim| matches!(claim.value.value, Known::Unknown));
            if unknown && !asks.iter().any(|ask| words.iter().any(|word| ask.contains(word))) {
                asks.push(format!("{what} (not known for this app)"));
            }
        }
    }
    asks
}

fn verb(action: &str) -> &'static str {
    match action {
        "create_account" => "Create an account",
        "invite_account" => "Invite",
        "update_account" => "Change the account",
        "suspend_account" => "Suspend the account",
        "reactivate_account" => "Open the account again",
        "deactivate_account" => "Deactivate the account",
        "delete_account" => "Delete the account",
        "remove_member" => "Take out of the organisation",
        "grant" => "Give access",
        "revoke" => "Take access away",
        "revoke_credential" => "Revoke a key or token",
        "revoke_sessions" => "End all sessions",
        "transfer_owned" => "Hand over what it owns",
        _ => "Do",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use usher_domain::time::Time;

    use super::*;
    use crate::permits::permit;

    const DARKTRACE: &str = include_str!("../../../../apps/darktrace/app.yaml");

    async fn task(action: &str, account: Value, after: Value) -> TaskDraft {
        let manifest = Manifest::parse("apps/darktrace/app.yaml", DARKTRACE).unwrap();
        let permit = permit(action, account, after, Time::from_seconds(1_795_683_600)).await;
        task_text("darktrace-eu", &manifest, &Map::new(), permit.step(), permit.opening())
    }

    #[tokio::test]
    async fn a_task_says_what_to_do_what_to_copy_what_proves_it_and_what_to_answer() {
        let account = json!({"id": "eve", "userName": "eve", "email": "eve@corp.example"});
        let draft = task("deactivate_account", account, json!({"door": "shut"})).await;
        assert_eq!(draft.title, "Deactivate the account in darktrace-eu: eve");
        assert_eq!(draft.steps.len(), 3);
        assert!(draft.steps[1].ends_with("disable or delete the user eve"), "{:?}", draft.steps);
        assert_eq!(draft.fields, [("userName".to_owned(), "eve".to_owned()), ("email".to_owned(), "eve@corp.example".to_owned())]);
        assert_eq!(draft.proves, "A newer export of the app shows that door is shut. Without one your word counts as attested.");
        assert_eq!(draft.asks.len(), 4, "two of the manifest, and what nobody knows: {:?}", draft.asks);
    }

    #[tokio::test]
    async fn a_new_account_shows_what_it_shall_be_and_what_is_not_known() {
        let draft = task("create_account", json!({}), json!({"userName": "nea", "status": "active", "door": "open"})).await;
        assert_eq!(draft.title, "Create an account in darktrace-eu: nea");
        assert_eq!(draft.steps[0], "Main Menu > Admin > Created Accounts: add the user nea");
        assert_eq!(draft.fields, [("userName".to_owned(), "nea".to_owned())]);
        let nobody = task("create_account", json!({}), json!({"department": "SOC"})).await;
        assert!(nobody.steps[0].ends_with("add the user (not known)"));
    }
}
