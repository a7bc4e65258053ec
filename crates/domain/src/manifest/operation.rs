//! What can be done in an app, by which way, and how it is known to have happened.

use std::fmt;

use indexmap::IndexMap;
use serde::de::Visitor;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::paging::{PageSize, Pagination};
use super::request::{Body, Literal, Request};
use super::way::{Ldap, ScimResource, Sql, Steps, Way};
use crate::cel::Condition;
use crate::duration::Duration;
use crate::path::JsonPath;
use crate::template::Template;
use crate::yaml::{At, HINT};

macro_rules! operations {
    ($($(#[$about:meta])* $name:ident $word:literal $writes:literal,)*) => {
        /// The closed set of operations (DESIGN §4). A step's `action` is one of these words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum OperationName {
            $($(#[$about])* $name,)*
        }

        impl OperationName {
            /// All of them, in the order of DESIGN §4.
            pub const ALL: &[OperationName] = &[$(OperationName::$name,)*];

            /// The word of the file.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(OperationName::$name => $word,)*
                }
            }

            /// Whether it changes something.
            pub const fn writes(self) -> bool {
                match self {
                    $(OperationName::$name => $writes,)*
                }
            }
        }
    };
}

operations! {
    /// Every account.
    ListAccounts "list_accounts" false,
    /// One account by its native id.
    GetAccount "get_account" false,
    /// A new account.
    CreateAccount "create_account" true,
    /// An invitation that the person accepts.
    InviteAccount "invite_account" true,
    /// Changed attributes.
    UpdateAccount "update_account" true,
    /// Door shut, meant to come back.
    SuspendAccount "suspend_account" true,
    /// Door open again.
    ReactivateAccount "reactivate_account" true,
    /// Door shut for good.
    DeactivateAccount "deactivate_account" true,
    /// The account goes.
    DeleteAccount "delete_account" true,
    /// The membership goes, the login stays the person's own.
    RemoveMember "remove_member" true,
    /// Every role, group, licence or membership.
    ListEntitlements "list_entitlements" false,
    /// Who holds them.
    ListGrants "list_grants" false,
    /// Give one.
    Grant "grant" true,
    /// Take one.
    Revoke "revoke" true,
    /// Keys, tokens, sessions.
    ListCredentials "list_credentials" false,
    /// End one of them.
    RevokeCredential "revoke_credential" true,
    /// End all sessions of an account.
    RevokeSessions "revoke_sessions" true,
    /// What an account owns.
    ListOwned "list_owned" false,
    /// Give it to somebody else.
    TransferOwned "transfer_owned" true,
}

impl OperationName {
    /// Whether it shuts the door of an account.
    pub const fn shuts(self) -> bool {
        matches!(self, Self::SuspendAccount | Self::DeactivateAccount | Self::DeleteAccount | Self::RemoveMember)
    }
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One operation of an app. It has one way as a direct key, or `by: [...]` in order of preference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Operation {
    /// The ways, the preferred first; never empty after reading.
    pub ways: Vec<At<Way>>,
    /// What a request, a task and a check need beside the way.
    pub details: Details,
}

/// What an operation says beside its ways.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Details {
    /// Query parameters of the request.
    pub query: IndexMap<String, At<Literal>>,
    /// Headers of the request.
    pub headers: IndexMap<String, At<Template>>,
    /// What the request carries, as JSON.
    pub body: Option<At<Body>>,
    /// What the request carries, as a form.
    pub form: IndexMap<String, At<Literal>>,
    /// Where the rows of the answer are.
    pub records: Option<At<JsonPath>>,
    /// Reading: where each attribute of a row is. By a person: which attributes the task shows for copying.
    pub fields: Option<Fields>,
    /// Another way to page than the app's.
    pub pagination: Option<Pagination>,
    /// Another page size than the app's.
    pub page_size: Option<PageSize>,
    /// What must hold of the account before it is written.
    pub require: Option<At<Condition>>,
    /// Can't be undone: needs a person's approval, and is never repeated blindly.
    pub irreversible: bool,
    /// The operation that undoes it.
    pub undo: Option<At<OperationName>>,
    /// How to see whether it happened already.
    pub idempotency: Option<Idempotency>,
    /// How it is known to have happened.
    pub verify: Option<Verify>,
    /// How to wait where the app works on it in the background.
    pub wait: Option<Wait>,
    /// What a person answers when the task is done.
    pub ask: Vec<String>,
}

impl Operation {
    /// The ways by which a machine does it (DESIGN §4: automation).
    pub fn by_machine(&self) -> bool {
        self.ways.iter().any(|way| way.kind().is_machine())
    }

    /// The request, if HTTP is one of its ways.
    pub fn request(&self) -> Option<&Request> {
        self.ways.iter().find_map(|way| match &way.value {
            Way::Request(request) => Some(request),
            _ => None,
        })
    }

    /// What a person does, if a person is one of its ways.
    pub fn human(&self) -> Option<&Steps> {
        self.ways.iter().find_map(|way| match &way.value {
            Way::Human(steps) => Some(steps),
            _ => None,
        })
    }

    /// Where the operation stands in the file: its first way.
    pub(crate) fn at(&self) -> At<()> {
        self.ways.first().map_or_else(|| At::nowhere(()), |way| way.with(()))
    }
}

impl std::ops::Deref for Operation {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.details
    }
}

/// How an operation is written in the file.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, expecting = "an operation: {request, …} or {by: […]}")]
struct Written {
    /// By HTTP: `POST /users/{account.id}`.
    request: Option<At<Request>>,
    /// By SCIM: the resource type.
    scim: Option<At<ScimResource>>,
    /// By LDAP.
    ldap: Option<At<Ldap>>,
    /// By SQL.
    sql: Option<At<Sql>>,
    /// By a recipe in a browser: its name.
    browser: Option<At<String>>,
    /// By an export: its file.
    csv: Option<At<Template>>,
    /// By a person: the steps.
    human: Option<At<Steps>>,
    /// Several ways, the preferred first.
    by: Vec<At<Way>>,
    /// Query parameters of the request.
    query: IndexMap<String, At<Literal>>,
    /// Headers of the request.
    headers: IndexMap<String, At<Template>>,
    /// What the request carries, as JSON.
    body: Option<At<Body>>,
    /// What the request carries, as a form.
    form: IndexMap<String, At<Literal>>,
    /// Where the rows of the answer are.
    records: Option<At<JsonPath>>,
    /// Reading: where each attribute of a row is. By a person: which attributes the task shows for copying.
    fields: Option<Fields>,
    /// Another way to page than the app's.
    pagination: Option<Pagination>,
    /// Another page size than the app's.
    page_size: Option<PageSize>,
    /// What must hold of the account before it is written.
    require: Option<At<Condition>>,
    /// Can't be undone: needs a person's approval, and is never repeated blindly.
    irreversible: bool,
    /// The operation that undoes it.
    undo: Option<At<OperationName>>,
    /// How to see whether it happened already.
    idempotency: Option<Idempotency>,
    /// How it is known to have happened.
    verify: Option<Verify>,
    /// How to wait where the app works on it in the background.
    wait: Option<Wait>,
    /// What a person answers when the task is done.
    ask: Vec<String>,
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let w = Written::deserialize(deserializer)?;
        let direct: Vec<At<Way>> = [
            w.request.map(|at| moved(at, Way::Request)),
            w.scim.map(|at| moved(at, Way::Scim)),
            w.ldap.map(|at| moved(at, Way::Ldap)),
            w.sql.map(|at| moved(at, Way::Sql)),
            w.browser.map(|at| moved(at, Way::Browser)),
            w.csv.map(|at| moved(at, Way::Csv)),
            w.human.map(|at| moved(at, Way::Human)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let ways = match (direct.len(), w.by.is_empty()) {
            (1, true) => direct,
            (0, false) => w.by,
            (0, true) => return Err(serde::de::Error::custom(format!("no way to do it{HINT}add one of {WAYS}, or by: [...]"))),
            _ => {
                return Err(serde::de::Error::custom(format!(
                    "more than one way{HINT}write several as by: [...], the preferred one first"
                )));
            }
        };
        let details = Details {
            query: w.query,
            headers: w.headers,
            body: w.body,
            form: w.form,
            records: w.records,
            fields: w.fields,
            pagination: w.pagination,
            page_size: w.page_size,
            require: w.require,
            irreversible: w.irreversible,
            undo: w.undo,
            idempotency: w.idempotency,
            verify: w.verify,
            wait: w.wait,
            ask: w.ask,
        };
        Ok(Operation { ways, details })
    }
}

const WAYS: &str = "request, scim, ldap, sql, browser, csv, human";

fn moved<T, U>(at: At<T>, make: fn(T) -> U) -> At<U> {
    At { line: at.line, column: at.column, value: make(at.value) }
}

#[cfg(test)]
impl schemars::JsonSchema for Operation {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Operation".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Written::json_schema(generator)
    }
}

/// `fields` in its two forms.
#[derive(Debug, Clone, PartialEq)]
pub enum Fields {
    /// A list: the attributes that a person's task shows for copying.
    Copy(Vec<String>),
    /// A mapping: where each attribute of a row is.
    Read(IndexMap<String, At<super::account_map::Attribute>>),
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of attributes, or a mapping of names to paths")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Fields, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Fields::Copy)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
                IndexMap::deserialize(MapAccessDeserializer::new(map)).map(Fields::Read)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Fields::Copy(names) => names.serialize(serializer),
            Fields::Read(map) => map.serialize(serializer),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Fields {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let attribute = generator.subschema_for::<super::account_map::Attribute>();
        schemars::json_schema!({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "object", "additionalProperties": attribute}]})
    }
}

/// How to see whether a create happened already: read with these values first, and again after a lost answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {find, with}")]
pub struct Idempotency {
    /// The read.
    pub find: At<OperationName>,
    /// Values for its placeholders.
    #[serde(default)]
    pub with: IndexMap<String, At<Template>>,
}

/// How a write is known to have happened: by a read that is later than it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {read, expect, within}")]
pub struct Verify {
    /// The read: by id where the app has one, never a search.
    pub read: At<OperationName>,
    /// What it must show.
    #[serde(default)]
    pub expect: At<Expect>,
    /// How long the app may take until it shows; while that lasts, "not there" after our own create is forgiven.
    #[serde(default)]
    pub within: Option<Duration>,
}

/// What a read after a write must show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expect {
    /// `changes`: the attributes that were written, as they were written.
    #[default]
    Changes,
    /// `not_found`: the app says that it is not there.
    NotFound,
    /// A condition.
    Holds(Condition),
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "changes" => Ok(Expect::Changes),
            "not_found" => Ok(Expect::NotFound),
            text => Condition::parse(text).map(Expect::Holds).map_err(serde::de::Error::custom),
        }
    }
}

impl Serialize for Expect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Expect::Changes => "changes",
            Expect::NotFound => "not_found",
            Expect::Holds(condition) => condition.text(),
        })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Expect {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "changes, not_found, or a condition in CEL over account, accounts, grants, credentials, entitlement, grant, credential"})
    }
}

/// How to wait where the app works on it in the background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {poll, until, id, every, within}")]
pub struct Wait {
    /// Asks how far it is; `{job.id}` is what `id` found in the first answer.
    pub poll: At<Request>,
    /// Where the first answer has the job's id.
    #[serde(default)]
    pub id: Option<At<JsonPath>>,
    /// Over `status` and `body` of the poll's answer.
    pub until: At<Condition>,
    /// Time between two polls.
    #[serde(default)]
    pub every: Option<Duration>,
    /// Longest time.
    #[serde(default)]
    pub within: Option<Duration>,
}
