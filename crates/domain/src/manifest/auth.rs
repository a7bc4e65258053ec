//! How requests are authenticated. Each way is its own key, so that a message points at its line.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::facts::AuthMethod;
use super::request::Request;
use crate::path::JsonPath;
use crate::template::Template;
use crate::yaml::At;

/// One way to authenticate (DESIGN §4; RFC 7617, RFC 6750, RFC 6749, RFC 7523).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// No credentials.
    None,
    /// RFC 7617.
    Basic(Basic),
    /// RFC 6750.
    Bearer(Bearer),
    /// A key in a header or in the query.
    ApiKey(ApiKey),
    /// RFC 6749 §4.4.
    Oauth2ClientCredentials(Box<ClientCredentials>),
    /// RFC 7523 §2.1: an assertion signed with the service's own key.
    Oauth2JwtBearer(Box<JwtBearer>),
    /// RFC 6749 §6.
    Oauth2RefreshToken(Box<RefreshToken>),
    /// A login request whose answer carries a token or a cookie.
    Session(Box<Session>),
    /// Every request is signed with a shared key.
    Hmac(Box<Hmac>),
}

impl Auth {
    /// Its word.
    pub const fn method(&self) -> AuthMethod {
        match self {
            Auth::None => AuthMethod::None,
            Auth::Basic(_) => AuthMethod::Basic,
            Auth::Bearer(_) => AuthMethod::Bearer,
            Auth::ApiKey(_) => AuthMethod::ApiKey,
            Auth::Oauth2ClientCredentials(_) => AuthMethod::Oauth2ClientCredentials,
            Auth::Oauth2JwtBearer(_) => AuthMethod::Oauth2JwtBearer,
            Auth::Oauth2RefreshToken(_) => AuthMethod::Oauth2RefreshToken,
            Auth::Session(_) => AuthMethod::Session,
            Auth::Hmac(_) => AuthMethod::Hmac,
        }
    }
}

/// RFC 7617.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {username, password}")]
pub struct Basic {
    /// User.
    pub username: At<Template>,
    /// Password.
    pub password: At<Template>,
}

/// RFC 6750.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {token}")]
pub struct Bearer {
    /// The token.
    pub token: At<Template>,
}

/// A key in a header or in the query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {in, name, value}")]
pub struct ApiKey {
    /// Where it goes.
    #[serde(rename = "in")]
    pub place: KeyPlace,
    /// Name of the header or of the query's parameter.
    pub name: String,
    /// What goes there.
    pub value: At<Template>,
}

/// Where an API key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// A request header.
    Header,
    /// A parameter of the query.
    Query,
}

/// RFC 6749 §4.4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {token_url, client_id, …}")]
pub struct ClientCredentials {
    /// Token endpoint.
    pub token_url: At<Template>,
    /// The client.
    pub client_id: At<Template>,
    /// How the client proves itself; `client_secret_basic` if left out.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    /// For `client_secret_*`.
    #[serde(default)]
    pub client_secret: Option<At<Template>>,
    /// For `private_key_jwt`: PEM or JWK.
    #[serde(default)]
    pub private_key: Option<At<Template>>,
    /// Key id in the assertion's header.
    #[serde(default)]
    pub key_id: Option<At<Template>>,
    /// Scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Further fields of the token request.
    #[serde(default)]
    pub extra: IndexMap<String, At<Template>>,
}

/// How a client proves itself (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Secret in the Authorization header.
    #[default]
    ClientSecretBasic,
    /// Secret in the form.
    ClientSecretPost,
    /// A signed assertion (RFC 7523 §2.2).
    PrivateKeyJwt,
}

/// RFC 7523 §2.1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {token_url, private_key, issuer, …}")]
pub struct JwtBearer {
    /// Token endpoint, also the audience unless `audience` says otherwise.
    pub token_url: At<Template>,
    /// `RS256` or `ES256`.
    #[serde(default)]
    pub algorithm: JwtAlgorithm,
    /// PEM.
    pub private_key: At<Template>,
    /// Key id in the header.
    #[serde(default)]
    pub key_id: Option<At<Template>>,
    /// Who signs.
    pub issuer: At<Template>,
    /// As whom.
    #[serde(default)]
    pub subject: Option<At<Template>>,
    /// For whom.
    #[serde(default)]
    pub audience: Option<At<Template>>,
    /// Scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// Signature of an assertion (RFC 7518).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum JwtAlgorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    #[default]
    RS256,
    /// ECDSA P-256 with SHA-256.
    ES256,
}

/// RFC 6749 §6.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {token_url, client_id, client_secret, refresh_token}")]
pub struct RefreshToken {
    /// Token endpoint.
    pub token_url: At<Template>,
    /// The client.
    pub client_id: At<Template>,
    /// Its secret.
    pub client_secret: At<Template>,
    /// The refresh token.
    pub refresh_token: At<Template>,
    /// Scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// A login request whose answer carries a token or a cookie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {request, body, token, headers}")]
pub struct Session {
    /// The login request.
    pub request: At<Request>,
    /// Its JSON body.
    #[serde(default)]
    pub body: IndexMap<String, At<Template>>,
    /// Its form, instead of a JSON body.
    #[serde(default)]
    pub form: IndexMap<String, At<Template>>,
    /// Where the answer has the token; left out: cookies are kept.
    #[serde(default)]
    pub token: Option<At<JsonPath>>,
    /// Headers of every later request, with `{token}`.
    #[serde(default)]
    pub headers: IndexMap<String, At<Template>>,
}

/// Every request is signed with a shared key: a message made of parts of the request, a MAC, headers that carry both.
///
/// What is signed is what is sent, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {algorithm, key, message, timestamp, headers, …}")]
pub struct Hmac {
    /// Hash.
    pub algorithm: HmacAlgorithm,
    /// The shared key; its bytes are the text's.
    pub key: At<Template>,
    /// How the MAC is written.
    #[serde(default)]
    pub encoding: MacEncoding,
    /// What is signed: text with `{request.target}`, `{request.method}`, `{request.host}`, `{request.path}`, `{request.query}`, `{request.body}`, `{timestamp}` and config.
    pub message: At<Template>,
    /// What `{request.target}` holds behind the path and `?`.
    #[serde(default)]
    pub target: SignedTarget,
    /// How the time is written.
    pub timestamp: Timestamp,
    /// Headers of every request, with `{signature}` and `{timestamp}`.
    pub headers: IndexMap<String, At<Template>>,
}

/// Hash of a MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the hashes")]
pub enum HmacAlgorithm {
    Sha1,
    Sha256,
    Sha512,
}

/// How a MAC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MacEncoding {
    /// Lower-case hex.
    #[default]
    Hex,
    /// Base64 (RFC 4648 §4).
    Base64,
}

/// What `{request.target}` holds behind the path and `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignedTarget {
    /// Always the query.
    #[default]
    Query,
    /// The body where there is one (the query then travels unsigned), else the query.
    BodyOrQuery,
}

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a mapping: {format, zone}")]
pub struct Timestamp {
    /// strftime format.
    pub format: String,
    /// `UTC` and nothing else in version 1.
    #[serde(default = "utc")]
    pub zone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}
