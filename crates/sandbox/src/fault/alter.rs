//! How each fault makes a request or an answer wrong.

use serde_json::Value;

use super::{Effect, Fault};
use crate::wire::{Answer, Ask};

/// What leaves instead of the answer; `None` where the fault does not apply to this request.
pub(super) fn instead(fault: &Fault, ask: &Ask) -> Option<Effect> {
    let answer = match fault {
        Fault::Drop => return Some(Effect::Drop),
        Fault::Silence { milliseconds } => return Some(Effect::Silence { milliseconds: *milliseconds }),
        Fault::Throttle { retry_after } => {
            let answer = Answer::json(429, &serde_json::json!({"error": "simulated: too many requests"}));
            match retry_after {
                Some(value) => answer.with("retry-after", value),
                None => answer,
            }
        }
        Fault::Status(status @ (204 | 304)) => Answer::empty(*status),
        Fault::Status(status @ 200..300) => Answer::json(*status, &serde_json::json!({})),
        Fault::Status(status) => Answer::json(*status, &serde_json::json!({"error": format!("simulated: {status}")})),
        Fault::HtmlPage => {
            Answer::typed(200, "text/html; charset=utf-8", "<!doctype html><title>Sign in</title><p>This is a simulated login page.</p>")
        }
        Fault::RedirectToLogin => Answer::typed(302, "text/plain", "Found. Redirecting to /login").with("location", "/login"),
        Fault::CountRefused => {
            ask.param("count").or_else(|| ask.param("limit"))?;
            Answer::json(400, &serde_json::json!({"status": "400", "detail": "simulated: the number of rows can't be chosen"}))
        }
        Fault::PageRepeated
        | Fault::PageShifted(_)
        | Fault::TotalLies(_)
        | Fault::FilterIgnored
        | Fault::IdsRepeated
        | Fault::StringBooleans
        | Fault::MissingSchemas
        | Fault::BodyTorn => return None,
    };
    Some(Effect::Answer(answer))
}

/// Changes what is asked, so that a true answer to it is a wrong one to the client. False where nothing had to be changed.
pub(super) fn request(fault: &Fault, ask: &mut Ask) -> bool {
    match fault {
        Fault::PageRepeated => ask.rewrite(|key, value| match key {
            "startIndex" => Some("1".to_owned()),
            "after" | "cursor" | "page" => None,
            _ => Some(value.to_owned()),
        }),
        Fault::PageShifted(by) => ask.rewrite(|key, value| match (key, value.parse::<i64>()) {
            ("startIndex", Ok(start)) if start > 1 => Some(start.saturating_add(*by).max(1).to_string()),
            _ => Some(value.to_owned()),
        }),
        Fault::FilterIgnored => ask.rewrite(|key, value| (key != "filter").then(|| value.to_owned())),
        _ => false,
    }
}

/// Changes what the answer says. False where there was nothing to change.
pub(super) fn body(fault: &Fault, answer: &mut Answer) -> bool {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return false };
    let changed = match fault {
        Fault::TotalLies(by) => match value.get_mut("totalResults") {
            Some(total) => {
                *total = Value::from(total.as_i64().unwrap_or_default().saturating_add(*by).max(0));
                *by != 0
            }
            None => false,
        },
        Fault::IdsRepeated => repeat_id(&mut value),
        Fault::StringBooleans => spell_booleans(&mut value),
        Fault::MissingSchemas => without_schemas(&mut value),
        _ => false,
    };
    if changed {
        answer.body = value.to_string().into_bytes();
    }
    changed
}

fn repeat_id(value: &mut Value) -> bool {
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(list) => match list.get_mut("Resources") {
            Some(Value::Array(rows)) => rows,
            _ => return false,
        },
        _ => return false,
    };
    let first = rows.first().and_then(|row| row.get("id")).cloned();
    match (first, rows.len(), rows.last_mut()) {
        (Some(id), 2.., Some(Value::Object(last))) => {
            last.insert("id".to_owned(), id);
            true
        }
        _ => false,
    }
}

fn spell_booleans(value: &mut Value) -> bool {
    match value {
        Value::Bool(on) => {
            *value = Value::from(if *on { "True" } else { "False" });
            true
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| spell_booleans(item) | changed),
        Value::Object(map) => map.values_mut().fold(false, |changed, item| spell_booleans(item) | changed),
        _ => false,
    }
}

fn without_schemas(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| without_schemas(item) | changed),
        Value::Object(map) => {
            let removed = map.shift_remove("schemas").is_some();
            map.values_mut().fold(removed, |changed, item| without_schemas(item) | changed)
        }
        _ => false,
    }
}
