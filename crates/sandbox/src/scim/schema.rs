//! The attributes that the server knows, as data: RFC 7643 §4 and §8.7. `/Schemas` and the checking of what comes in are made from it.

use serde_json::{Map, Value, json};

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Boolean,
    Reference(&'static str),
    Complex(&'static [Attr]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutability {
    ReadWrite,
    ReadOnly,
    WriteOnly,
    Immutable,
}

/// One attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attr {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) multi: bool,
    pub(super) required: bool,
    pub(super) mutability: Mutability,
    pub(super) exact: bool,
    pub(super) unique: bool,
    pub(super) canonical: &'static [&'static str],
}

const fn attr(name: &'static str, kind: Kind) -> Attr {
    Attr { name, kind, multi: false, required: false, mutability: Mutability::ReadWrite, exact: false, unique: false, canonical: &[] }
}

const fn text(name: &'static str) -> Attr {
    attr(name, Kind::Text)
}

const fn complex(name: &'static str, sub: &'static [Attr]) -> Attr {
    attr(name, Kind::Complex(sub))
}

const fn many(name: &'static str, sub: &'static [Attr]) -> Attr {
    Attr { multi: true, ..complex(name, sub) }
}

const fn kinds(canonical: &'static [&'static str]) -> Attr {
    Attr { canonical, ..text("type") }
}

const PRIMARY: Attr = attr("primary", Kind::Boolean);
const WORK: &[&str] = &["work", "home", "other"];
const VALUED: &[Attr] = &[text("value"), text("display"), text("type"), PRIMARY];

const NAME: &[Attr] =
    &[text("formatted"), text("familyName"), text("givenName"), text("middleName"), text("honorificPrefix"), text("honorificSuffix")];

const ADDRESS: &[Attr] = &[
    text("formatted"),
    text("streetAddress"),
    text("locality"),
    text("region"),
    text("postalCode"),
    text("country"),
    kinds(WORK),
    PRIMARY,
];

/// What a user has (RFC 7643 §4.1), without what nobody here needs: ims, photos, certificates.
pub(super) const USER_ATTRIBUTES: &[Attr] = &[
    Attr { required: true, unique: true, ..text("userName") },
    complex("name", NAME),
    text("displayName"),
    text("nickName"),
    attr("profileUrl", Kind::Reference("external")),
    text("title"),
    text("userType"),
    text("preferredLanguage"),
    text("locale"),
    text("timezone"),
    attr("active", Kind::Boolean),
    Attr { mutability: Mutability::WriteOnly, exact: true, ..text("password") },
    many("emails", &[text("value"), text("display"), kinds(WORK), PRIMARY]),
    many("phoneNumbers", &[text("value"), text("display"), kinds(&["work", "home", "mobile", "fax", "pager", "other"]), PRIMARY]),
    many("addresses", ADDRESS),
    Attr {
        mutability: Mutability::ReadOnly,
        ..many(
            "groups",
            &[
                Attr { mutability: Mutability::ReadOnly, ..text("value") },
                Attr { mutability: Mutability::ReadOnly, ..attr("$ref", Kind::Reference("Group")) },
                Attr { mutability: Mutability::ReadOnly, ..text("display") },
                Attr { mutability: Mutability::ReadOnly, ..kinds(&["direct"]) },
            ],
        )
    },
    many("entitlements", VALUED),
    many("roles", VALUED),
];

/// What the enterprise extension adds (RFC 7643 §4.3).
pub(super) const ENTERPRISE_ATTRIBUTES: &[Attr] = &[
    text("employeeNumber"),
    text("costCenter"),
    text("organization"),
    text("division"),
    text("department"),
    complex(
        "manager",
        &[text("value"), attr("$ref", Kind::Reference("User")), Attr { mutability: Mutability::ReadOnly, ..text("displayName") }],
    ),
];

/// What a group has (RFC 7643 §4.2).
pub(super) const GROUP_ATTRIBUTES: &[Attr] = &[
    Attr { required: true, ..text("displayName") },
    many(
        "members",
        &[
            Attr { mutability: Mutability::Immutable, ..text("value") },
            Attr { mutability: Mutability::Immutable, ..attr("$ref", Kind::Reference("User")) },
            Attr { mutability: Mutability::Immutable, ..Attr { canonical: &["User", "Group"], ..text("type") } },
            Attr { mutability: Mutability::Immutable, ..text("display") },
        ],
    ),
];

/// Common to all resources and in no schema (RFC 7643 §3.1).
const EXTERNAL_ID: Attr = Attr { exact: true, ..text("externalId") };

/// The two kinds of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    /// People's accounts.
    User,
    /// Groups of them.
    Group,
}

impl Type {
    pub(super) fn name(self) -> &'static str {
        match self {
            Type::User => "User",
            Type::Group => "Group",
        }
    }

    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Type::User => "/Users",
            Type::Group => "/Groups",
        }
    }

    pub(super) fn urn(self) -> &'static str {
        match self {
            Type::User => USER,
            Type::Group => GROUP,
        }
    }

    pub(super) fn attributes(self) -> &'static [Attr] {
        match self {
            Type::User => USER_ATTRIBUTES,
            Type::Group => GROUP_ATTRIBUTES,
        }
    }

    /// The attribute of that name at the top of a resource, `externalId` included. Names have no case.
    pub(super) fn find(self, name: &str) -> Option<&'static Attr> {
        find(self.attributes(), name).or(if name.eq_ignore_ascii_case("externalId") { Some(&EXTERNAL_ID) } else { None })
    }
}

/// An attribute of a list by name, without case.
pub(super) fn find(attributes: &'static [Attr], name: &str) -> Option<&'static Attr> {
    attributes.iter().find(|a| a.name.eq_ignore_ascii_case(name))
}

/// What was sent, in the schema's spelling: names in their case, booleans as booleans, one value of a list as a list. Unknown
/// and read-only attributes are left out (RFC 7644 §3.3), null is absent.
pub(super) fn clean(value: &Value, attr: &Attr) -> Result<Option<Value>, String> {
    if value.is_null() {
        return Ok(None);
    }
    if !attr.multi {
        return single(value, attr);
    }
    let items: Vec<Value> = match value {
        Value::Array(items) => items.iter().filter_map(|item| single(item, attr).transpose()).collect::<Result<_, _>>()?,
        one => single(one, attr)?.into_iter().collect(),
    };
    Ok((!items.is_empty()).then_some(Value::Array(items)))
}

fn single(value: &Value, attr: &Attr) -> Result<Option<Value>, String> {
    match (attr.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Text | Kind::Reference(_), Value::String(_)) => Ok(Some(value.clone())),
        (Kind::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
        // Entra ID sends "True" and "False" unless its tenant address carries aadOptscim062020.
        (Kind::Boolean, Value::String(word)) if word.eq_ignore_ascii_case("true") => Ok(Some(Value::Bool(true))),
        (Kind::Boolean, Value::String(word)) if word.eq_ignore_ascii_case("false") => Ok(Some(Value::Bool(false))),
        (Kind::Complex(sub), Value::Object(map)) => {
            let map = clean_map(map, |name| find(sub, name))?;
            Ok((!map.is_empty()).then_some(Value::Object(map)))
        }
        // A bare id where an object with `value` belongs: Entra ID's manager, a member of a group.
        (Kind::Complex(sub), Value::String(_)) if find(sub, "value").is_some() => Ok(Some(json!({"value": value}))),
        _ => Err(format!("{} is not of its type", attr.name)),
    }
}

/// The known members of an object, cleaned.
pub(super) fn clean_map(map: &Map<String, Value>, find: impl Fn(&str) -> Option<&'static Attr>) -> Result<Map<String, Value>, String> {
    let mut out = Map::new();
    for (name, value) in map {
        if let Some(attr) = find(name).filter(|a| a.mutability != Mutability::ReadOnly)
            && let Some(value) = clean(value, attr)?
        {
            out.insert(attr.name.to_owned(), value);
        }
    }
    Ok(out)
}

/// The schema as `/Schemas` gives it (RFC 7643 §7).
pub(super) fn document(urn: &str, name: &str, attributes: &[Attr], origin: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": urn, "name": name, "description": name,
        "attributes": attributes.iter().map(described).collect::<Vec<_>>(),
        "meta": {"resourceType": "Schema", "location": format!("{origin}/Schemas/{urn}")}})
}

fn described(attr: &Attr) -> Value {
    let kind = match attr.kind {
        Kind::Text => "string",
        Kind::Boolean => "boolean",
        Kind::Reference(_) => "reference",
        Kind::Complex(_) => "complex",
    };
    let (mutability, returned) = match attr.mutability {
        Mutability::ReadWrite => ("readWrite", "default"),
        Mutability::ReadOnly => ("readOnly", "default"),
        Mutability::WriteOnly => ("writeOnly", "never"),
        Mutability::Immutable => ("immutable", "default"),
    };
    let mut out = json!({"name": attr.name, "type": kind, "multiValued": attr.multi, "description": attr.name,
        "required": attr.required, "caseExact": attr.exact, "mutability": mutability, "returned": returned,
        "uniqueness": if attr.unique { "server" } else { "none" }});
    if !attr.canonical.is_empty() {
        out["canonicalValues"] = json!(attr.canonical);
    }
    match attr.kind {
        Kind::Complex(sub) => out["subAttributes"] = sub.iter().map(described).collect(),
        Kind::Reference(to) => out["referenceTypes"] = json!([to]),
        Kind::Text | Kind::Boolean => {}
    }
    out
}
