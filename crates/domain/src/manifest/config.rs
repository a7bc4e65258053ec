//! What a tenant enters to connect an app: plain values and secrets.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fact::day;
use crate::person::Day;
use crate::yaml::At;

/// A document that facts and operations cite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a source: {type, url, version, checked}")]
pub struct Source {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SourceKind,
    /// Where it is: an address, or `github:owner/name/path`, `pypi:package/path`.
    pub url: String,
    /// Version, commit or date of what was read.
    #[serde(default)]
    pub version: Option<String>,
    /// The day it was read, `YYYY-MM-DD`.
    #[serde(deserialize_with = "day")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub checked: Day,
}

/// What a source is; it bounds how well a fact may be called known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The vendor's OpenAPI document.
    Openapi,
    /// A Google discovery document.
    GoogleDiscovery,
    /// Another machine-readable specification of the vendor (SCIM schema, Stone, Smithy), or a standard that the app is an implementation of.
    Spec,
    /// A client that the vendor publishes.
    VendorCode,
    /// The vendor's pages.
    Docs,
    /// Somebody else's client.
    Code,
    /// Somebody else's pages.
    ThirdPartyDocs,
    /// A run against a live tenant.
    Tenant,
}

/// One value that the tenant enters. The words are JSON Schema's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a config key: {type, secret, format, …}")]
pub struct ConfigKey {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ConfigType,
    /// Comes by reference (`secrets:`), never as a value in `usher.yaml`.
    #[serde(default)]
    pub secret: bool,
    /// Whether it must be there. Left out: yes, unless there is a `default` or it is `for` one way to authenticate.
    #[serde(default)]
    pub required: Option<bool>,
    /// What the text must look like.
    #[serde(default)]
    pub format: Option<ConfigFormat>,
    /// Needed for this one of `auth` only.
    #[serde(rename = "for", default)]
    pub only_for: Option<String>,
    /// What holds if it is left out.
    #[serde(default)]
    pub default: Option<Value>,
    /// What a value looks like.
    #[serde(default)]
    pub example: Option<String>,
    /// What it is, for `usher connect`.
    #[serde(default)]
    pub description: Option<String>,
    /// The only values that it may have.
    #[serde(rename = "enum", default)]
    pub one_of: Vec<Value>,
}

impl ConfigKey {
    /// Whether it must be there when the app is reached by this way to authenticate.
    pub fn is_required(&self, auth: Option<&str>) -> bool {
        match self.required {
            Some(required) => required,
            None => self.default.is_none() && self.only_for.as_deref().is_none_or(|only| Some(only) == auth),
        }
    }
}

/// JSON types that a config value may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConfigType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A mapping.
    Object,
    /// A list.
    Array,
}

impl ConfigType {
    /// The word of the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            ConfigType::String => "text",
            ConfigType::Integer => "a whole number",
            ConfigType::Boolean => "true or false",
            ConfigType::Object => "a mapping",
            ConfigType::Array => "a list",
        }
    }

    /// Whether a value has this type.
    pub fn accepts(self, value: &Value) -> bool {
        match self {
            ConfigType::String => value.is_string(),
            ConfigType::Integer => value.is_i64() || value.is_u64(),
            ConfigType::Boolean => value.is_boolean(),
            ConfigType::Object => value.is_object(),
            ConfigType::Array => value.is_array(),
        }
    }
}

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConfigFormat {
    /// A host name, optionally with a port: no scheme, no path.
    Hostname,
    /// An address with scheme.
    Uri,
    /// An e-mail address.
    Email,
    /// A file, relative to the workspace.
    Path,
}

/// The config keys in the order of the file.
pub type Config = IndexMap<At<String>, ConfigKey>;
