//! `docs/reference/manifest/facts.md`: every fact with its meaning and what its value may be, from the types that read it.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: &str = "# Facts of an app

Written by `cargo xtask gen` from the types in `crates/domain/src/manifest/facts.rs`; not by hand. How to correct one:
[Contributing a fact](../../guide/add-a-fact.md).

Each key stands under `facts:` in `apps/<app>/app.yaml`, as `{value, status, source, seen, note, looked_in}`, or as a list of such where
sources disagree. A key that is left out is unknown. Instead of a value of the type below, each may be one of three words:
`none_found` (looked for and not found; `looked_in` says where), `not_applicable` (the question does not arise), `unknown`.

";

/// The page, from the schema of a manifest.
pub(super) fn page(schema: &Value) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("## Around the value\n\n| key | meaning |\n|---|---|\n");
    let fact = &schema["$defs"]["Fact_string"]["properties"];
    rows(&mut page, fact, &|name, about| format!("| `{name}` | {about} |\n"));
    page.push_str("\n`status` is one of:\n\n");
    choices(&mut page, &schema["$defs"]["FactStatus"]);
    page.push_str("\n`source` names one or more keys of `sources`, each `{type, url, version, checked}`; its `type` is one of:\n\n");
    choices(&mut page, &schema["$defs"]["SourceKind"]);
    page.push_str("\n## Facts\n\n| key | value | meaning |\n|---|---|---|\n");
    let mut used = Vec::new();
    table(&mut page, schema, "", "Facts", &mut used);
    let mut next = 0;
    while let Some(name) = used.get(next).cloned() {
        next += 1;
        let definition = &schema["$defs"][&name];
        let _ = write!(page, "\n### {name}\n\n{}\n\n", sentence(definition));
        match definition["properties"].as_object() {
            Some(_) => {
                page.push_str("| key | value | meaning |\n|---|---|---|\n");
                for (key, property) in definition["properties"].as_object().into_iter().flatten() {
                    let _ = writeln!(page, "| `{key}` | {} | {} |", kind(property, &mut used), sentence(property));
                }
            }
            None => choices(&mut page, definition),
        }
    }
    page
}

fn table(page: &mut String, schema: &Value, prefix: &str, of: &str, used: &mut Vec<String>) {
    for (name, property) in schema["$defs"][of]["properties"].as_object().into_iter().flatten() {
        let inner = reference(property).filter(|inner| !inner.starts_with("Fact_"));
        match inner {
            Some(inner) => table(page, schema, &format!("{prefix}{name}."), inner, used),
            None => {
                let kind = kind(&schema["$defs"][fact(property)]["properties"]["value"], used);
                let _ = writeln!(page, "| `{prefix}{name}` | {kind} | {} |", sentence(property));
            }
        }
    }
}

/// The definition that is meant by `{"$ref": "#/$defs/X"}`.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"))
}

/// The definition of one fact, in "a fact or a list of them".
fn fact(property: &Value) -> &str {
    property["anyOf"].as_array().into_iter().flatten().find_map(reference).unwrap_or_default()
}

/// What a value may be, in words.
fn kind(schema: &Value, used: &mut Vec<String>) -> String {
    if let Some(name) = reference(schema) {
        if !used.iter().any(|known| known == name) {
            used.push(name.to_owned());
        }
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let real: Vec<&Value> = any.iter().filter(|s| s["enum"].is_null() && s["type"] != "null").collect();
        return match real.as_slice() {
            [one, list] if list["type"] == "array" => format!("{}, or a list", kind(one, used)),
            [one, ..] => kind(one, used),
            [] => String::new(),
        };
    }
    let named = schema["type"].as_array().and_then(|types| types.iter().find(|t| **t != "null")).unwrap_or(&schema["type"]);
    match named.as_str() {
        Some("string") => match schema["pattern"].as_str() {
            Some(_) => "a length of time: `60m`, `30d`".to_owned(),
            None => "text".to_owned(),
        },
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("array") => format!("a list of {}", kind(&schema["items"], used)),
        _ => String::new(),
    }
}

fn rows(page: &mut String, properties: &Value, row: &dyn Fn(&str, &str) -> String) {
    for (name, property) in properties.as_object().into_iter().flatten() {
        page.push_str(&row(name, &sentence(property)));
    }
}

fn choices(page: &mut String, definition: &Value) {
    let choices = definition["oneOf"].as_array().or_else(|| definition["anyOf"].as_array()).into_iter().flatten();
    for choice in choices {
        let _ = writeln!(page, "- `{}`: {}", choice["const"].as_str().unwrap_or_default(), sentence(choice));
    }
    let plain: Vec<String> =
        definition["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|w| format!("`{w}`")).collect();
    if !plain.is_empty() {
        let _ = writeln!(page, "{}", plain.join(", "));
    }
}

fn sentence(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}
