//! JSON Schemas for editors, made from the types that read the files: what they offer and underline is what usher takes.
//!
//! Only in the tests of this crate, so that no other build compiles them (docs/adr/0011). `cargo xtask gen` runs the one that writes them.

mod facts;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::manifest::{CredentialKind, EntitlementKind, Manifest, OperationName};
use crate::workspace::Workspace;

/// For `apps/<app>/app.yaml`.
fn manifest() -> Value {
    let mut schema = schema::<Manifest>("usher: an app (apps/<app>/app.yaml), version 1");
    closed(&mut schema, "operations", &words::<OperationName>());
    closed(&mut schema, "entitlements", &words::<EntitlementKind>());
    closed(&mut schema, "credentials", &words::<CredentialKind>());
    schema
}

/// For `usher.yaml`.
fn workspace() -> Value {
    schema::<Workspace>("usher: a company (usher.yaml), version 1")
}

/// Every schema by the name of its file in `schema/`, as the file's bytes.
fn files() -> [(&'static str, Vec<u8>); 2] {
    [("manifest-1.json", bytes(&manifest())), ("workspace-1.json", bytes(&workspace()))]
}

fn bytes(schema: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(schema).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn schema<T: JsonSchema>(title: &str) -> Value {
    let mut schema: Schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), json!(title));
    let mut schema = Value::from(schema);
    without_empty_defaults(&mut schema);
    schema
}

/// A default that holds nothing tells a reader nothing.
fn without_empty_defaults(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("default").is_some_and(holds_nothing) {
                map.shift_remove("default");
            }
            map.values_mut().for_each(without_empty_defaults);
        }
        Value::Array(items) => items.iter_mut().for_each(without_empty_defaults),
        _ => {}
    }
}

fn holds_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(holds_nothing),
        Value::Object(map) => map.values().all(holds_nothing),
        _ => false,
    }
}

/// The words of an enum.
fn words<T: JsonSchema>() -> Vec<String> {
    let mut found = Vec::new();
    collect(&Value::from(SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()), &mut found);
    found
}

fn collect(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            found.extend(map.get("const").and_then(Value::as_str).map(str::to_owned));
            found.extend(map.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            map.iter().filter(|(name, _)| *name != "enum").for_each(|(_, inner)| collect(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// Names the keys of a mapping whose keys are a closed set, so that an editor can offer them.
fn closed(schema: &mut Value, property: &str, words: &[String]) {
    let Some(map) = schema.pointer_mut(&format!("/properties/{property}")).and_then(Value::as_object_mut) else { return };
    if let Some(value) = map.insert("additionalProperties".to_owned(), json!(false)) {
        let properties: serde_json::Map<_, _> = words.iter().map(|word| (word.clone(), value.clone())).collect();
        map.insert("properties".to_owned(), Value::Object(properties));
    }
}

#[test]
fn keys_that_are_a_closed_set_are_named() {
    let schema = manifest();
    let names = |property: &str| schema["properties"][property]["properties"].as_object().map_or(0, serde_json::Map::len);
    assert_eq!([names("operations"), names("entitlements"), names("credentials")], [OperationName::ALL.len(), 4, 5]);
}

/// With `USHER_SCHEMAS_INTO` it writes them there instead.
#[test]
fn the_files_in_schema_are_fresh() {
    fresh("schema", "USHER_SCHEMAS_INTO", files());
}

/// With `USHER_FACTS_INTO` it writes it there instead.
#[test]
fn the_reference_of_facts_is_fresh() {
    fresh("docs/reference/manifest", "USHER_FACTS_INTO", [("facts.md", facts::page(&manifest()).into_bytes())]);
}

fn fresh(folder: &str, variable: &str, files: impl IntoIterator<Item = (&'static str, Vec<u8>)>) {
    let into = std::env::var_os(variable).map(std::path::PathBuf::from);
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    for (name, bytes) in files {
        match &into {
            Some(into) => std::fs::write(into.join(name), bytes).unwrap(),
            None => {
                let found = std::fs::read(place.join(name)).unwrap_or_default();
                assert!(found == bytes, "{folder}/{name} is out of date: cargo xtask gen");
            }
        }
    }
}
