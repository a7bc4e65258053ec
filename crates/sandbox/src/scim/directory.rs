//! What the identity provider holds. Resources are kept as JSON text, so that 100,000 of them stay small; the keys that
//! clients look up by are indexed.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use usher_domain::text::fold;
use usher_domain::time::Time;

use super::error::Refusal;
use super::schema::{self, ENTERPRISE, Type};
use crate::rng::Rng;

/// One resource.
#[derive(Debug, Clone)]
struct Record {
    id: String,
    /// Without id, schemas, meta and groups, which are made when it is shown.
    text: Box<str>,
    user_name: String,
    /// `displayName`, kept apart because every member of a group shows it, and a group's text may be long.
    display: String,
    external_id: Option<String>,
    created: Time,
    modified: Time,
    version: u64,
}

/// One kind of resources, in the order in which they were made.
#[derive(Debug, Default)]
struct Shelf {
    records: BTreeMap<u64, Record>,
    by_id: HashMap<String, u64>,
    by_name: HashMap<String, u64>,
    by_external: HashMap<String, Vec<u64>>,
}

#[derive(Debug, Default)]
pub(super) struct Directory {
    seed: u64,
    made: u64,
    users: Shelf,
    groups: Shelf,
    /// The groups that name a member.
    groups_of: HashMap<String, Vec<String>>,
}

impl Directory {
    pub(super) fn new(seed: u64) -> Directory {
        Directory { seed, ..Directory::default() }
    }

    fn shelf(&self, of: Type) -> &Shelf {
        match of {
            Type::User => &self.users,
            Type::Group => &self.groups,
        }
    }

    fn shelf_mut(&mut self, of: Type) -> &mut Shelf {
        match of {
            Type::User => &mut self.users,
            Type::Group => &mut self.groups,
        }
    }

    pub(super) fn len(&self, of: Type) -> usize {
        self.shelf(of).records.len()
    }

    /// Makes a resource from cleaned attributes.
    pub(super) fn create(&mut self, of: Type, attributes: Map<String, Value>, now: Time) -> Result<String, Refusal> {
        self.allowed(of, &attributes, None)?;
        self.made += 1;
        let mut rng = Rng::member(self.seed, of.name(), self.made);
        let id = format!("{}-{}-4{}-a{}-{}", rng.hex(8), rng.hex(4), rng.hex(3), rng.hex(3), rng.hex(12));
        let record = Record {
            id: id.clone(),
            text: "{}".into(),
            user_name: String::new(),
            display: String::new(),
            external_id: None,
            created: now,
            modified: now,
            version: 0,
        };
        let at = self.made;
        let shelf = self.shelf_mut(of);
        shelf.by_id.insert(id.clone(), at);
        shelf.records.insert(at, record);
        self.put(of, &id, attributes, now);
        Ok(id)
    }

    /// Puts new attributes in the place of all that a resource had.
    pub(super) fn replace(&mut self, of: Type, id: &str, attributes: Map<String, Value>, now: Time) -> Result<(), Refusal> {
        self.allowed(of, &attributes, Some(id))?;
        self.put(of, id, attributes, now);
        Ok(())
    }

    fn allowed(&self, of: Type, attributes: &Map<String, Value>, id: Option<&str>) -> Result<(), Refusal> {
        for attr in of.attributes().iter().filter(|a| a.required) {
            if attributes.get(attr.name).and_then(Value::as_str).is_none_or(|v| v.trim().is_empty()) {
                return Err(Refusal::bad("invalidValue", format!("{} is required", attr.name)));
            }
        }
        let name = attributes.get("userName").and_then(Value::as_str).map(fold);
        let holder = name.and_then(|name| self.shelf(of).by_name.get(&name)).and_then(|at| self.shelf(of).records.get(at));
        match holder {
            Some(holder) if Some(holder.id.as_str()) != id => {
                Err(Refusal { status: 409, kind: Some("uniqueness"), detail: "userName is taken".to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn put(&mut self, of: Type, id: &str, attributes: Map<String, Value>, now: Time) {
        let before = if of == Type::Group { self.members(id) } else { Vec::new() };
        let user_name = attributes.get("userName").and_then(Value::as_str).map(fold).unwrap_or_default();
        let display = attributes.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned();
        let external = attributes.get("externalId").and_then(Value::as_str).map(str::to_owned);
        let text = Value::Object(attributes).to_string().into_boxed_str();
        let shelf = self.shelf_mut(of);
        let Some(at) = shelf.by_id.get(id).copied() else { return };
        shelf.forget_keys(at);
        if !user_name.is_empty() {
            shelf.by_name.insert(user_name.clone(), at);
        }
        if let Some(external) = &external {
            shelf.by_external.entry(external.clone()).or_default().push(at);
        }
        if let Some(record) = shelf.records.get_mut(&at) {
            let changed = record.version == 0 || record.text != text;
            record.text = text;
            record.user_name = user_name;
            record.display = display;
            record.external_id = external;
            if changed {
                record.modified = now;
                record.version += 1;
            }
        }
        if of == Type::Group {
            self.recount(id, &before);
        }
    }

    fn recount(&mut self, group: &str, before: &[String]) {
        for member in before {
            if let Some(groups) = self.groups_of.get_mut(member) {
                groups.retain(|g| g != group);
            }
        }
        for member in self.members(group) {
            self.groups_of.entry(member).or_default().push(group.to_owned());
        }
    }

    fn members(&self, group: &str) -> Vec<String> {
        let attributes = self.attributes(Type::Group, group).unwrap_or_default();
        let members = attributes.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        members.iter().filter_map(|m| m.get("value").and_then(Value::as_str)).map(str::to_owned).collect()
    }

    /// Removes a resource; a user leaves all groups. False where it is not there.
    pub(super) fn delete(&mut self, of: Type, id: &str, now: Time) -> bool {
        let before = if of == Type::Group { self.members(id) } else { Vec::new() };
        let shelf = self.shelf_mut(of);
        let Some(at) = shelf.by_id.get(id).copied() else { return false };
        shelf.forget_keys(at);
        shelf.by_id.remove(id);
        shelf.records.remove(&at);
        for member in &before {
            if let Some(groups) = self.groups_of.get_mut(member) {
                groups.retain(|g| g != id);
            }
        }
        for group in self.groups_of.remove(id).unwrap_or_default() {
            if let Some(mut attributes) = self.attributes(Type::Group, &group) {
                if let Some(Value::Array(members)) = attributes.get_mut("members") {
                    members.retain(|m| m.get("value").and_then(Value::as_str) != Some(id));
                }
                self.put(Type::Group, &group, attributes, now);
            }
        }
        true
    }

    /// What a resource has, as it was put.
    pub(super) fn attributes(&self, of: Type, id: &str) -> Option<Map<String, Value>> {
        let shelf = self.shelf(of);
        let record = shelf.by_id.get(id).and_then(|at| shelf.records.get(at))?;
        match serde_json::from_str(&record.text) {
            Ok(Value::Object(map)) => Some(map),
            _ => None,
        }
    }

    /// `W/"3"`, as the header and `meta.version` spell it.
    pub(super) fn version(&self, of: Type, id: &str) -> Option<String> {
        let shelf = self.shelf(of);
        shelf.by_id.get(id).and_then(|at| shelf.records.get(at)).map(|r| format!("W/\"{}\"", r.version))
    }

    /// A resource as a client sees it. `origin` is the base of its location.
    pub(super) fn shown(&self, of: Type, id: &str, origin: &str) -> Option<Value> {
        let shelf = self.shelf(of);
        let record = shelf.by_id.get(id).and_then(|at| shelf.records.get(at))?;
        Some(self.show(of, record, origin))
    }

    fn show(&self, of: Type, record: &Record, origin: &str) -> Value {
        let mut out = Map::new();
        let attributes = match serde_json::from_str(&record.text) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let schemas = if attributes.contains_key(ENTERPRISE) { json!([of.urn(), ENTERPRISE]) } else { json!([of.urn()]) };
        out.insert("schemas".to_owned(), schemas);
        out.insert("id".to_owned(), json!(record.id));
        out.extend(attributes);
        out.shift_remove("password");
        if let Some(groups) = self.groups_of.get(&record.id).filter(|g| of == Type::User && !g.is_empty()) {
            let named = groups.iter().filter_map(|g| {
                let display = &self.groups.records.get(self.groups.by_id.get(g)?)?.display;
                Some(json!({"value": g, "$ref": format!("{origin}/Groups/{g}"), "display": display, "type": "direct"}))
            });
            out.insert("groups".to_owned(), named.collect());
        }
        out.insert(
            "meta".to_owned(),
            json!({"resourceType": of.name(), "created": record.created, "lastModified": record.modified,
                "location": format!("{origin}{}/{}", of.endpoint(), record.id), "version": format!("W/\"{}\"", record.version)}),
        );
        Value::Object(out)
    }

    /// Ids of all resources that meet a filter, in the order in which they were made.
    pub(super) fn search(&self, of: Type, filter: Option<&crate::filter::Filter>) -> Vec<&str> {
        let shelf = self.shelf(of);
        let Some(filter) = filter else { return shelf.records.values().map(|r| r.id.as_str()).collect() };
        let known: Option<Vec<u64>> = if let Some(name) = filter.only_equals("userName").filter(|_| of == Type::User) {
            Some(shelf.by_name.get(&fold(name)).copied().into_iter().collect())
        } else if let Some(external) = filter.only_equals("externalId") {
            Some(shelf.by_external.get(external).cloned().unwrap_or_default())
        } else {
            filter.only_equals("id").map(|id| shelf.by_id.get(id).copied().into_iter().collect())
        };
        match known {
            Some(known) => known.iter().filter_map(|at| shelf.records.get(at)).map(|r| r.id.as_str()).collect(),
            None => shelf.records.values().filter(|r| filter.matches(&self.show(of, r, ""))).map(|r| r.id.as_str()).collect(),
        }
    }

    pub(super) fn by_user_name(&self, user_name: &str) -> Option<&str> {
        self.users.by_name.get(&fold(user_name)).and_then(|at| self.users.records.get(at)).map(|r| r.id.as_str())
    }
}

impl Shelf {
    fn forget_keys(&mut self, at: u64) {
        let Some(record) = self.records.get(&at) else { return };
        if self.by_name.get(&record.user_name) == Some(&at) {
            self.by_name.remove(&record.user_name);
        }
        if let Some(external) = &record.external_id
            && let Some(all) = self.by_external.get_mut(external)
        {
            all.retain(|other| *other != at);
        }
    }
}

/// A whole resource that came in by POST or PUT, cleaned.
pub(super) fn incoming(of: Type, body: &Value) -> Result<Map<String, Value>, Refusal> {
    let Some(map) = body.as_object() else { return Err(Refusal::bad("invalidSyntax", "the body is not an object")) };
    let mut out = schema::clean_map(map, |name| of.find(name)).map_err(|e| Refusal::bad("invalidValue", e))?;
    if let Some(Value::Object(extension)) = crate::filter::member(body, ENTERPRISE).filter(|_| of == Type::User) {
        let extension = schema::clean_map(extension, |name| schema::find(schema::ENTERPRISE_ATTRIBUTES, name));
        let extension = extension.map_err(|e| Refusal::bad("invalidValue", e))?;
        if !extension.is_empty() {
            out.insert(ENTERPRISE.to_owned(), Value::Object(extension));
        }
    }
    Ok(out)
}
